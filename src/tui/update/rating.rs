//! Thumbs for what the assistant wrote. They are kept on this machine, and no ticket changes by them.

use crate::domain::feedback::{Feedback, Given, Thumb};
use crate::tui::editor::Editor;
use crate::tui::events::{Effect, RequestId};
use crate::tui::model::pages::Notice;
use crate::tui::model::rating::Rating;
use crate::tui::model::{Dialog, Model, Pane};

/// Asks for the thumbs that were given for texts about the ticket at hand.
pub(super) fn load(model: &mut Model) -> Vec<Effect> {
    let request = model.request();
    let Some(open) = model.open.as_deref_mut() else { return vec![] };
    open.thumbs.ask(request);
    vec![Effect::LoadThumbs { request, ticket: open.id.clone() }]
}

pub(super) fn arrived(model: &mut Model, request: RequestId, thumbs: Vec<Given>) -> Vec<Effect> {
    if let Some(open) = model.open.as_deref_mut() {
        open.thumbs.take(request, thumbs);
    }
    vec![]
}

/// Begins a thumb for the text at hand: in its pane the summary, else the draft.
pub(super) fn rate(model: &mut Model, thumb: Thumb) -> Vec<Effect> {
    let Some((feedback, before)) = text_at_hand(model, thumb) else {
        model
            .note(Notice::plain(model.tell("there is no text of the assistant here yet · {reload} asks for it again")));
        return vec![];
    };
    let words = Editor::line_of(&before);
    model.dialog = Dialog::Rating(Box::new(Rating { feedback, before, words }));
    vec![]
}

fn text_at_hand(model: &Model, thumb: Thumb) -> Option<(Feedback, String)> {
    let open = model.open.as_deref()?;
    let ticket = open.ticket.value.as_ref()?;
    let (feedback, given) = if model.focus == Pane::Summary {
        (Feedback::of_summary(thumb, ticket, open.summary.value.as_ref()?), open.summary_thumb())
    } else {
        let suggestion = open.draft.suggestion.value.as_ref()?;
        (Feedback::of_draft(thumb, ticket, open.draft.tone, suggestion), open.draft_thumb())
    };
    // Words about the other thumb would not fit this one.
    let same = given.filter(|given| given.thumb == thumb);
    Some((feedback, same.and_then(|given| given.comment.clone()).unwrap_or_default()))
}

/// Keeps the thumb with the words that were typed.
pub(super) fn with_words(model: &mut Model, rating: Rating) -> Vec<Effect> {
    let words = rating.words.text();
    keep(model, rating.feedback.saying(&words))
}

/// Keeps the thumb; what was typed is dropped, what was said before stays.
pub(super) fn without_words(model: &mut Model, rating: Rating) -> Vec<Effect> {
    keep(model, rating.feedback.saying(&rating.before))
}

fn keep(model: &mut Model, feedback: Feedback) -> Vec<Effect> {
    let request = model.request();
    let what = if feedback.tone.is_some() { "draft" } else { "summary" };
    let key = match feedback.thumb {
        Thumb::Good => "-",
        Thumb::Bad => "+",
    };
    let words = format!("the {what} is rated {} · {key} changes that", feedback.thumb);
    model.errands.insert(request, words);
    if let Some(open) = model.open.as_deref_mut().filter(|open| open.id == feedback.ticket.row.id) {
        open.thumbs.ask(request);
    }
    vec![Effect::Rate { request, feedback: Box::new(feedback) }]
}
