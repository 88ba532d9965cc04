//! Splitting a message off: which one, under which subject, and the card follows.

use crate::domain::call::{SplitMessage, WriteCall};
use crate::domain::proposal::Why;
use crate::domain::split::SplitOff;
use crate::tui::events::Effect;
use crate::tui::keymap::Motion;
use crate::tui::model::pages::Notice;
use crate::tui::model::split::Splitting;
use crate::tui::model::{Dialog, Model, moved};
use crate::tui::update::propose;

/// Asks for the subject of the message that is pointed at, or at the top.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let Some(open) = propose::at_hand(model) else { return vec![] };
    let (message, ticket) = (open.thread.at_hand(), open.ticket.value.clone());
    let Some(ticket) = ticket else { return vec![] };
    match SplitOff::of(&ticket, message as u64, "") {
        Ok(_) => model.dialog = Dialog::Splitting(Box::new(Splitting::of(ticket, message))),
        Err(no) => {
            let others = model.tell("{previous-message} and {next-message} point at another");
            model.note(Notice::plain(format!("{no} · {others}")));
        }
    }
    vec![]
}

/// Points at the message before or after, in the thread and in the question about it.
pub(super) fn point(model: &mut Model, motion: Motion) -> Vec<Effect> {
    if let Some(open) = model.open.as_deref_mut() {
        open.thread.step(motion);
    }
    vec![]
}

/// Another message for the ticket that is being made.
pub(super) fn go(splitting: &mut Splitting, motion: Motion) {
    let at = moved(splitting.message, motion, splitting.ticket.thread.len(), 1);
    splitting.point(at);
}

/// The subject is written: the card follows, or a word about what is wrong.
pub(super) fn written(model: &mut Model, mut splitting: Box<Splitting>) -> Vec<Effect> {
    let (message, subject) = (splitting.message as u64, splitting.subject.text().replace('\n', " ").trim().to_owned());
    let wrong = SplitOff::of(&splitting.ticket, message, &subject).err().map(|no| no.to_string());
    let wrong = wrong.or_else(|| subject.is_empty().then(|| "a subject is needed".to_owned()));
    if wrong.is_some() {
        splitting.trouble = wrong;
        model.dialog = Dialog::Splitting(splitting);
        return vec![];
    }
    let row = &splitting.ticket.row;
    let (ticket_id, expected_version) = (row.id.clone(), Some(row.version));
    let call = SplitMessage { ticket_id, message, subject, expected_version };
    let why = Why { text: format!("split off by {}", model.desk.me.id), ..Why::default() };
    propose::propose(model, WriteCall::SplitMessage(call), why, None)
}
