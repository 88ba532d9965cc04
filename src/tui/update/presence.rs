//! Who else has a ticket open, and what this screen says of itself.

use crate::domain::ids::TicketId;
use crate::domain::presence::{Doing, Presence};
use crate::tui::events::Effect;
use crate::tui::model::pages::Notice;
use crate::tui::model::{Dialog, Model, Pane};

pub(super) fn arrived(model: &mut Model, others: Vec<Presence>) -> Vec<Effect> {
    if model.others != others {
        model.changed = true;
        model.others = others;
    }
    vec![]
}

/// Says where the person is, when it is not what was said last.
pub(super) fn say(model: &mut Model) -> Option<Effect> {
    let here = here(model);
    if here == model.here {
        return None;
    }
    model.here.clone_from(&here);
    Some(Effect::Attend(here))
}

/// Somebody who looks at the queue has left the ticket.
fn here(model: &Model) -> Option<(TicketId, Doing)> {
    let open = model.open.as_deref().filter(|_| model.focus != Pane::Queue)?;
    let writes = model.dialog.is_editing() || matches!(model.dialog, Dialog::Note(_));
    Some((open.id.clone(), if writes { Doing::Writing } else { Doing::Reading }))
}

/// Warns somebody who begins to write that another one is at it.
pub(super) fn warn(model: &mut Model) {
    let Some(open) = model.open.as_deref() else { return };
    let writing = model.others_at(&open.id).find(|presence| presence.doing == Doing::Writing);
    if let Some(words) = writing.map(|presence| presence.in_words(&model.desk.me.id)) {
        model.note(Notice::bad(format!("{words} on this ticket too")));
    }
}
