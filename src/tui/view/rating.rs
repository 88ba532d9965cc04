//! Thumbs: the one that stands, in a pane's head, and the few words about one that is being given.

use ratatui::text::Span;

use crate::domain::feedback::{Given, Thumb};
use crate::domain::text;
use crate::tui::model::layout;
use crate::tui::model::rating::Rating;
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;

/// The person's thumb in a pane's head: its key, its word, and what was said with it.
pub(crate) fn given(canvas: &Canvas<'_, '_>, given: &Given) -> Span<'static> {
    let (ink, sign) = sign(given.thumb);
    let words = given.comment.as_deref().map_or_else(String::new, |words| format!(": {}", text::short(words, 24)));
    canvas.say(ink, format!("· {sign} {}{words} ", given.thumb))
}

/// The line for a few words, over the page.
pub(crate) fn draw(canvas: &mut Canvas<'_, '_>, rating: &Rating, size: (u16, u16)) {
    let area = layout::rating(size);
    let feedback = &rating.feedback;
    let (ink, sign) = sign(feedback.thumb);
    let what = if feedback.tone.is_some() { "draft" } else { "summary" };
    let title = canvas.say(ink, format!(" {sign} {}: this {what} ", feedback.thumb));
    let inner =
        canvas.boxed(area, ink, title, canvas.say(Ink::Dim, " kept on this machine; the ticket does not change "));
    let (_, column) = rating.words.cursor_in_sight();
    let typed = rating.words.shown_line();
    let about = match feedback.thumb {
        Thumb::Good => " What is good about it? A few words, if you like.",
        Thumb::Bad => " What is wrong with it? A few words, if you like.",
    };
    canvas.row(inner, 0, vec![canvas.say(Ink::Dim, about)]);
    canvas.row(inner, 1, vec![canvas.say(Ink::Accent, " ▸ "), canvas.say(Ink::Strong, typed)]);
    canvas.cursor(inner, 3 + column, 1);
}

const fn sign(thumb: Thumb) -> (Ink, char) {
    match thumb {
        Thumb::Good => (Ink::Good, '+'),
        Thumb::Bad => (Ink::Danger, '-'),
    }
}
