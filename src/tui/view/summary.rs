//! The summary: what is wanted, done and open, each with the message that it stands in.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::domain::draft::{Highlight, Section, Summary};
use crate::domain::text;
use crate::domain::ticket::TicketRow;
use crate::tui::model::layout::inside;
use crate::tui::model::open::OpenTicket;
use crate::tui::model::{Model, Pane, wrap};
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;
use crate::tui::view::draft_notes::made_by;
use crate::tui::view::rating;
use crate::tui::view::ticket::due_words;
use crate::tui::view::work::head;

/// Columns before the words of a line.
const MARGIN: usize = 8;
/// Similar tickets that are named.
const ALIKE: usize = 2;

/// A row and the highlight that it belongs to.
type Row = (Option<usize>, Vec<Span<'static>>);

pub(crate) fn draw(model: &Model, canvas: &mut Canvas<'_, '_>, area: Rect) {
    if area.height == 0 {
        return;
    }
    let (by, state) = maker(model, canvas);
    head(model, canvas, area, Pane::Summary, by, state);
    let inner = inside(area);
    let Some(open) = model.open.as_deref() else { return };
    let Some(summary) = &open.summary.value else {
        let words = match &open.summary.trouble {
            Some(trouble) => format!("{} · {}", trouble.message, trouble.way_out),
            None => "reading the thread …".to_owned(),
        };
        canvas.row(inner, 0, vec![canvas.say(Ink::Dim, words)]);
        return;
    };
    let mut rows = rows(canvas, summary, usize::from(inner.width));
    if let Some(ticket) = &open.ticket.value {
        rows.push((None, vec![]));
        rows.extend(facts(model, canvas, &ticket.row).into_iter().map(|spans| (None, spans)));
    }
    // Only where there is room: it is one key away.
    if rows.len() < usize::from(inner.height) {
        rows.extend(similar(canvas, open).map(|spans| (None, spans)));
    }
    draw_rows(model, canvas, inner, &rows, open.highlight);
}

/// Which model wrote it, and whether one is at it.
fn maker(model: &Model, canvas: &Canvas<'_, '_>) -> (Vec<Span<'static>>, Vec<Span<'static>>) {
    let Some(open) = model.open.as_deref() else { return (vec![], vec![]) };
    let maker = open.summary.value.as_ref().map(|summary| &summary.maker);
    let by = maker.filter(|maker| maker.is_model()).map(|maker| canvas.say(Ink::Dim, format!("{} ", made_by(maker))));
    let thumb = open.summary_thumb().map(|thumb| rating::given(canvas, thumb));
    let is_writing = model.desk.model && open.summary.is_waiting();
    let state = is_writing.then(|| canvas.say(Ink::Accent, " is being written … "));
    (by.into_iter().chain(thumb).collect(), state.into_iter().collect())
}

fn draw_rows(model: &Model, canvas: &mut Canvas<'_, '_>, area: Rect, rows: &[Row], selected: usize) {
    let focused = model.focus == Pane::Summary;
    let last = rows.iter().rposition(|(of, _)| *of == Some(selected)).unwrap_or(0);
    let top = if focused { (last + 1).saturating_sub(usize::from(area.height)) } else { 0 };
    for (at, (of, spans)) in (0..area.height).zip(rows.iter().skip(top)) {
        canvas.row(area, at, spans.clone());
        if focused && *of == Some(selected) {
            canvas.tint_row(area, at, Ink::Selected);
        }
    }
    let below = rows.len().saturating_sub(top + usize::from(area.height));
    if below > 0 && area.height > 0 {
        canvas.row_split(area, area.height - 1, vec![], vec![canvas.say(Ink::Dim, format!("↓ {below} more "))]);
    }
}

fn rows(canvas: &Canvas<'_, '_>, summary: &Summary, width: usize) -> Vec<Row> {
    let shown = text::block(&summary.summary);
    let mut rows: Vec<Row> =
        wrap::text(&shown, width).into_iter().map(|row| (None, vec![canvas.say(Ink::Plain, &shown[row])])).collect();
    rows.push((None, vec![]));
    let mut before = None;
    for (at, highlight) in summary.highlights.iter().enumerate() {
        let name = if before == Some(highlight.section) { "" } else { section_name(highlight.section) };
        rows.extend(highlight_rows(canvas, highlight, name, width).into_iter().map(|spans| (Some(at), spans)));
        before = Some(highlight.section);
    }
    rows
}

fn highlight_rows(canvas: &Canvas<'_, '_>, highlight: &Highlight, name: &str, width: usize) -> Vec<Vec<Span<'static>>> {
    let shown = format!("{} [{}]", text::line(&highlight.text), highlight.message + 1);
    let wrapped = wrap::text(&shown, width.saturating_sub(MARGIN));
    let row =
        |(at, range): (usize, std::ops::Range<usize>)| labelled(canvas, if at == 0 { name } else { "" }, &shown[range]);
    wrapped.into_iter().enumerate().map(row).collect()
}

/// What a person asks next about a ticket.
fn facts(model: &Model, canvas: &Canvas<'_, '_>, row: &TicketRow) -> Vec<Vec<Span<'static>>> {
    let with = row.assignee.as_ref().map_or("nobody", |id| id.as_str());
    let tags = if row.tags.is_empty() { "none".to_owned() } else { row.tags.join(", ") };
    vec![
        labelled(canvas, "Due", &due_words(model, row)),
        labelled(canvas, "With", with),
        labelled(canvas, "Tags", &tags),
    ]
}

/// The tickets most like it, and where they stand.
fn similar(canvas: &Canvas<'_, '_>, open: &OpenTicket) -> Option<Vec<Span<'static>>> {
    let alike = open.similar.value.as_ref().filter(|alike| !alike.is_empty())?;
    let words: Vec<_> = alike.iter().take(ALIKE).map(|one| format!("{} {}", one.row.id, one.row.status)).collect();
    Some(labelled(canvas, "Similar", &words.join(" · ")))
}

fn labelled(canvas: &Canvas<'_, '_>, name: &str, words: &str) -> Vec<Span<'static>> {
    vec![canvas.say(Ink::Strong, format!("{name:<MARGIN$}")), canvas.say(Ink::Plain, words)]
}

fn section_name(section: Section) -> &'static str {
    match section {
        Section::Wants => "Wants",
        Section::Done => "Done",
        Section::Open => "Open",
        Section::Tone => "Tone",
    }
}
