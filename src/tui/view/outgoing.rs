//! Links and attachments in a list: the host first, the whole address below, and what is not as it looks.

use ratatui::text::Span;

use crate::domain::links::Link;
use crate::domain::text;
use crate::domain::ticket::Attachment;
use crate::tui::model::list::Source;
use crate::tui::model::thread::size;
use crate::tui::model::wrap;
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;
use crate::tui::view::list::{Row, wrapped};
use crate::tui::view::queue::shown;

/// Columns before the host: the mark of the row, its number and the warning.
const BEFORE: usize = 6;

/// A link in columns: where it leads, and the words that stand for it or else all of it.
pub(crate) fn link(canvas: &Canvas<'_, '_>, link: &Link, width: usize) -> Vec<Span<'static>> {
    let warning = if link.cautions.is_empty() { "  " } else { "! " };
    let host = (width.saturating_sub(BEFORE) * 2 / 5).min(40);
    let rest = width.saturating_sub(BEFORE + host + 2);
    let words = match &link.label {
        Some(label) => ending(&format!("“{label}”"), rest),
        None => shown(&link.written, rest),
    };
    vec![
        canvas.say(Ink::Danger, warning),
        canvas.say(Ink::Strong, ending(link.leads.as_deref().unwrap_or(link.place()), host)),
        canvas.say(Ink::Plain, "  "),
        canvas.say(Ink::Plain, words),
    ]
}

/// The end of a text in a column: what stands at the end of a host says whose it is, and the words next to a link are
/// what is clicked.
fn ending(words: &str, width: usize) -> String {
    let words = text::line(words);
    if wrap::columns(&words) <= width {
        return wrap::pad(&words, width);
    }
    let mut kept = String::new();
    for c in words.chars().rev() {
        if wrap::columns(&kept) + 2 > width.saturating_sub(1) {
            break;
        }
        kept.insert(0, c);
    }
    wrap::pad(&format!("…{kept}"), width)
}

pub(crate) fn file(canvas: &Canvas<'_, '_>, file: &Attachment, width: usize) -> Vec<Span<'static>> {
    let name = (width.saturating_sub(BEFORE) * 3 / 5).min(60);
    vec![
        canvas.say(Ink::Plain, "  "),
        canvas.say(Ink::Strong, shown(&file.name, name)),
        canvas.say(Ink::Plain, format!("  {}, {}", text::short(&file.mime, 60), size(file.size))),
    ]
}

/// What to beware of, then the whole address with its host told apart.
pub(crate) fn about_link(link: &Link, from: &Source, width: usize) -> Vec<Row> {
    let (before, after) = (&link.written[..link.place.start], &link.written[link.place.end..]);
    let cautions = link.cautions.iter().map(|caution| vec![(Ink::Danger, format!("! {}", caution.in_words()))]);
    let address = vec![(Ink::Dim, before.into()), (Ink::Accent, link.place().into()), (Ink::Plain, after.into())];
    let label = link.label.as_ref().map(|label| vec![(Ink::Dim, "the words: ".into()), (Ink::Plain, label.clone())]);
    let parts = cautions.chain([address]).chain(label).chain([vec![(Ink::Dim, source(from))]]);
    parts.flat_map(|parts| wrapped(&parts, width)).collect()
}

pub(crate) fn about_file(file: &Attachment, from: &Source, width: usize) -> Vec<Row> {
    let mut rows = wrapped(&[(Ink::Strong, file.name.clone())], width);
    rows.extend(wrapped(&[(Ink::Plain, format!("{}, {}", file.mime, size(file.size)))], width));
    rows.extend(wrapped(&[(Ink::Dim, format!("{}; what it holds is not kept here", source(from)))], width));
    rows
}

fn source(from: &Source) -> String {
    format!("in message [{}] of {}", from.message + 1, from.name)
}
