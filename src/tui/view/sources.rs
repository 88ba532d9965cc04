//! A source beside the draft: its text, and what the draft took from it.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::domain::text;
use crate::tui::model::layout::source_text;
use crate::tui::model::sources::Sources;
use crate::tui::model::{Dialog, Model};
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;

/// Stands before the rows that the draft rests on.
const TAKEN: &str = "▌";

pub(crate) fn draw(model: &Model, canvas: &mut Canvas<'_, '_>, sources: &Sources, area: Rect) {
    let Some(cited) = sources.open() else { return };
    let citation = &cited.citation;
    let place = format!("{} of {}", sources.at + 1, sources.cited.len());
    let title = format!(" [{}] {} {} · {place} ", citation.index, citation.source_id, text::short(&citation.title, 60));
    let foot = foot(sources);
    // Whose the keyboard is, is seen by the border too.
    let border = if let Dialog::Sources(_) = model.dialog { Ink::Accent } else { Ink::Rule };
    canvas.boxed(area, border, canvas.say(Ink::Strong, title), canvas.say(Ink::Dim, foot));
    let body = source_text(area);
    if let Some(words) = instead(model, sources) {
        let ink = if sources.source.is_waiting() { Ink::Dim } else { Ink::Warn };
        canvas.row(body, 0, vec![canvas.say(ink, words)]);
        let rest = Rect { y: body.y + 1.min(body.height), height: body.height.saturating_sub(1), ..body };
        rows(canvas, sources, rest);
        return;
    }
    rows(canvas, sources, body);
}

fn rows(canvas: &mut Canvas<'_, '_>, sources: &Sources, area: Rect) {
    for (at, row) in (0..area.height).zip(sources.rows.iter().skip(sources.top)) {
        let taken = row.iter().any(|(taken, _)| *taken);
        let begins = canvas.say(Ink::Accent, if taken { TAKEN } else { " " });
        let ink = |taken: bool| if taken { Ink::Strong } else { Ink::Plain };
        let words = row.iter().map(|(taken, text)| canvas.say(ink(*taken), text));
        canvas.row(area, at, std::iter::once(begins).chain(words).collect::<Vec<Span<'_>>>());
    }
    let below = sources.rows.len().saturating_sub(sources.top + usize::from(area.height));
    if below > 0 && area.height > 0 {
        canvas.row_split(area, area.height - 1, vec![], vec![canvas.say(Ink::Dim, format!(" ↓ {below} more "))]);
    }
}

/// What is said in place of the source's text.
fn instead(model: &Model, sources: &Sources) -> Option<String> {
    if let Some(trouble) = &sources.source.trouble {
        return Some(format!("{} · {}", trouble.message, model.tell("{back} closes")));
    }
    match &sources.source.value {
        Some(Some(_)) => None,
        Some(None) => Some("this desk does not have it any more; the draft took from it:".to_owned()),
        None => Some("reading …".to_owned()),
    }
}

fn foot(sources: &Sources) -> String {
    let marked = sources.rows.iter().flatten().any(|(taken, _)| *taken);
    let rests = marked.then(|| format!("{TAKEN} is what the draft rests on"));
    let other =
        (sources.is_cited_here == Some(false)).then(|| "this sentence cites nothing, the draft does".to_owned());
    let words: Vec<String> = rests.into_iter().chain(other).collect();
    if words.is_empty() { String::new() } else { format!(" {} ", words.join(" · ")) }
}
