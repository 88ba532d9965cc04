//! The draft: its text, what it rests on, and what nothing supports; or a note being written in its place.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::domain::text;
use crate::tui::editor::{Editor, Find, Mark};
use crate::tui::model::keep::Saving;
use crate::tui::model::layout::{draft_text, inside};
use crate::tui::model::open::OpenTicket;
use crate::tui::model::rewrite::label;
use crate::tui::model::{Dialog, Model, Pane};
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;
use crate::tui::view::draft_notes::{self, made_by};
use crate::tui::view::rating;
use crate::tui::view::work::head;

pub(crate) fn draw(model: &Model, canvas: &mut Canvas<'_, '_>, area: Rect) {
    if area.height == 0 {
        return;
    }
    let Some(open) = model.open.as_deref() else {
        head(model, canvas, area, Pane::Draft, vec![], vec![]);
        return;
    };
    if let Dialog::Note(editor) = &model.dialog {
        let word = canvas.say(Ink::Internal, "INTERNAL note, only the desk reads it ");
        let saving = saving(model, canvas, open, !editor.text().trim().is_empty());
        head(model, canvas, area, Pane::Draft, vec![word], vec![saving]);
        written(canvas, inside(area), editor, true);
        return;
    }
    let (left, right) = (facts(canvas, open), vec![state(model, canvas, open)]);
    head(model, canvas, area, Pane::Draft, left, right);
    if model.dialog.is_editing() {
        let doubted = open.draft.unsupported();
        rows(canvas, inside(area), open.draft.editor.shown_doubting(&doubted));
        at_cursor(canvas, inside(area), &open.draft.editor);
    } else {
        // The source that is open beside it says more than its name.
        let notes = if model.source().is_some() { vec![] } else { draft_notes::lines(model, canvas, open) };
        read(canvas, area, open, notes);
    }
}

fn facts(canvas: &Canvas<'_, '_>, open: &OpenTicket) -> Vec<Span<'static>> {
    let draft = &open.draft;
    let mut facts = vec![canvas.say(Ink::Plain, format!("{} ", draft.tone))];
    if let Some(suggestion) = &draft.suggestion.value {
        let name = if suggestion.calibrated { "confidence" } else { "score" };
        facts.push(canvas.say(Ink::Plain, format!("· {name} {:.2} ", suggestion.confidence)));
        if suggestion.maker.is_model() {
            facts.push(canvas.say(Ink::Dim, format!("· {} ", made_by(&suggestion.maker))));
        }
    }
    facts.extend(open.draft_thumb().map(|thumb| rating::given(canvas, thumb)));
    if draft.edited {
        facts.push(canvas.say(Ink::Warn, "· edited "));
    } else if open.is_answered() {
        facts.push(canvas.say(Ink::Warn, "· answered already "));
    }
    facts
}

fn state(model: &Model, canvas: &Canvas<'_, '_>, open: &OpenTicket) -> Span<'static> {
    if model.desk.model && open.draft.suggestion.is_waiting() {
        let stops = model.tell("{back} stops it ");
        let words = format!(" {} is writing … {stops}", text::short(&model.desk.assistant, 40));
        return canvas.say(Ink::Accent, words);
    }
    if let Some(rewriting) = &open.draft.rewriting {
        let words = model.tell("{back} stops it");
        return canvas.say(Ink::Accent, format!(" {} … {words} ", label(rewriting.way)));
    }
    if open.is_stale() {
        return canvas.say(Ink::Warn, model.tell(" stale: the ticket moved · {redo-draft} redoes it "));
    }
    saving(model, canvas, open, open.draft.edited)
}

/// Whether what was written is safe.
fn saving(model: &Model, canvas: &Canvas<'_, '_>, open: &OpenTicket, written: bool) -> Span<'static> {
    let (ink, word) = match open.saving {
        Saving::Failed => (Ink::Danger, " NOT SAVED "),
        Saving::Typed { .. } | Saving::Running { .. } if model.unsaved.failing => (Ink::Danger, " NOT SAVED "),
        Saving::Typed { .. } => (Ink::Dim, " not saved yet "),
        Saving::Running { .. } => (Ink::Dim, " saving … "),
        Saving::Clean if written => (Ink::Dim, " saved "),
        Saving::Clean => (Ink::Dim, ""),
    };
    canvas.say(ink, word)
}

fn read(canvas: &mut Canvas<'_, '_>, area: Rect, open: &OpenTicket, notes: Vec<Vec<Span<'static>>>) {
    let body = draft_text(area, u16::try_from(notes.len()).unwrap_or(u16::MAX), &open.draft);
    let draft = &open.draft;
    for (at, row) in (0..body.height).zip(draft.rows.iter().skip(draft.top)) {
        let ink = |claim: bool| if claim { Ink::Unsupported } else { Ink::Plain };
        canvas.row(body, at, row.iter().map(|(claim, text)| canvas.say(ink(*claim), text)).collect());
    }
    let below = draft.rows.len().saturating_sub(draft.top + usize::from(body.height));
    if below > 0 && body.height > 0 {
        canvas.row_split(body, body.height - 1, vec![], vec![canvas.say(Ink::Dim, format!("↓ {below} more "))]);
    }
    let inner = inside(area);
    let rest = Rect::new(inner.x, body.bottom(), inner.width, inner.bottom() - body.bottom());
    let hidden = notes.len().saturating_sub(usize::from(rest.height));
    for (at, spans) in (0..rest.height).zip(notes) {
        canvas.row(rest, at, spans);
    }
    if hidden > 0 && rest.height > 0 {
        canvas.row_split(rest, rest.height - 1, vec![], vec![canvas.say(Ink::Dim, format!("↓ {hidden} more "))]);
    }
}

/// A text with the cursor in it, where it is being edited.
pub(crate) fn written(canvas: &mut Canvas<'_, '_>, area: Rect, editor: &Editor, with_cursor: bool) {
    rows(canvas, area, editor.shown());
    if with_cursor {
        at_cursor(canvas, area, editor);
    }
}

fn rows(canvas: &mut Canvas<'_, '_>, area: Rect, rows: impl Iterator<Item = Vec<(Mark, String)>>) {
    for (at, row) in (0..area.height).zip(rows) {
        canvas.row(area, at, row.iter().map(|(mark, text)| canvas.say(ink_of(*mark), text)).collect());
    }
}

fn at_cursor(canvas: &mut Canvas<'_, '_>, area: Rect, editor: &Editor) {
    if let Some(find) = editor.finding() {
        looked_for(canvas, area, find);
    } else {
        let (row, column) = editor.cursor_in_sight();
        canvas.cursor(area, column, row);
    }
}

/// What is looked for takes the last row.
fn looked_for(canvas: &mut Canvas<'_, '_>, area: Rect, find: &Find) {
    let label = " Find: ";
    let at = area.height.saturating_sub(1);
    let words = vec![canvas.say(Ink::Accent, label), canvas.say(Ink::Strong, find.words.shown_line())];
    canvas.row(area, at, vec![canvas.say(Ink::Plain, " ".repeat(usize::from(area.width)))]);
    canvas.row_split(area, at, words, vec![canvas.say(Ink::Dim, format!("{} ", find.count()))]);
    let (_, column) = find.words.cursor_in_sight();
    canvas.cursor(area, label.len() + column, usize::from(at));
}

fn ink_of(mark: Mark) -> Ink {
    match mark {
        Mark::Plain => Ink::Plain,
        Mark::Selected => Ink::Selected,
        Mark::Found => Ink::SelectedIdle,
        Mark::Here => Ink::Alarm,
        Mark::Doubted => Ink::Unsupported,
    }
}
