//! The picker of canned replies: what was typed, what is found, and the selected one as it will be inserted.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::domain::answer::CannedText;
use crate::tui::model::Model;
use crate::tui::model::layout::{self, PickerParts};
use crate::tui::model::picker::Picker;
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;

/// What stands before the typed words.
const PROMPT: &str = "Find: ";

pub(crate) fn draw(model: &Model, canvas: &mut Canvas<'_, '_>, picker: &Picker) {
    let parts = layout::picker(model.size, picker.warns());
    let title = canvas.say(Ink::Strong, " Canned replies ");
    let foot = canvas.say(Ink::Dim, model.tell(" {submit} inserts, {back} closes, {page-down} reads on "));
    canvas.boxed(parts.frame, Ink::Accent, title, foot);
    find(canvas, picker, &parts);
    list(model, canvas, picker, parts.list);
    if parts.beside {
        canvas.bar(parts.between);
    } else {
        canvas.rule(parts.between, 0);
    }
    text(canvas, picker, &parts);
}

fn find(canvas: &mut Canvas<'_, '_>, picker: &Picker, parts: &PickerParts) {
    let all = picker.canned.value.as_ref().map_or(0, Vec::len);
    let count = canvas.say(Ink::Dim, format!("{} of {all}", picker.found().len()));
    let typed = picker.filter.shown_line();
    let left = vec![canvas.say(Ink::Strong, PROMPT), canvas.say(Ink::Accent, typed)];
    canvas.row_split(parts.find, 0, left, vec![count]);
    let (_, column) = picker.filter.cursor_in_sight();
    canvas.cursor(parts.find, PROMPT.len() + column, 0);
    canvas.rule(parts.rule, 0);
}

fn list(model: &Model, canvas: &mut Canvas<'_, '_>, picker: &Picker, area: Rect) {
    if picker.found().len() == 0 {
        canvas.row(area, 0, vec![canvas.say(Ink::Dim, nothing(model, picker))]);
    }
    let rows = picker.found().enumerate().skip(picker.top);
    for (at, (number, reply)) in (0..area.height).zip(rows) {
        let selected = number == picker.selected;
        canvas.row_split(area, at, title(canvas, reply, selected), often(canvas, reply));
        if selected {
            canvas.tint_row(area, at, Ink::Selected);
        }
    }
}

fn title(canvas: &Canvas<'_, '_>, reply: Option<&CannedText>, selected: bool) -> Vec<Span<'static>> {
    let mark = if selected { "▸ " } else { "  " };
    let title = reply.map_or("", |reply| reply.title.as_str());
    vec![canvas.say(Ink::Plain, format!("{mark}{title}"))]
}

fn often(canvas: &Canvas<'_, '_>, reply: Option<&CannedText>) -> Vec<Span<'static>> {
    let offered = reply.is_some_and(|reply| reply.score.is_some());
    offered.then(|| canvas.say(Ink::Dim, "often sent here ")).into_iter().collect()
}

fn nothing(model: &Model, picker: &Picker) -> String {
    match (&picker.canned.trouble, &picker.canned.value) {
        (Some(trouble), _) => format!("{} · {}", trouble.message, model.tell("{back} closes")),
        (None, None) => "reading the canned replies …".to_owned(),
        (None, Some(all)) if all.is_empty() => "this desk has no canned replies · import brings them".to_owned(),
        (None, Some(_)) => "none has these words".to_owned(),
    }
}

fn text(canvas: &mut Canvas<'_, '_>, picker: &Picker, parts: &PickerParts) {
    let rows = picker.text.iter().skip(picker.text_top);
    for (at, row) in (0..parts.text.height).zip(rows) {
        let ink = |open: bool| if open { Ink::Unsupported } else { Ink::Plain };
        canvas.row(parts.text, at, row.iter().map(|(open, text)| canvas.say(ink(*open), text)).collect());
    }
    let below = picker.text.len().saturating_sub(picker.text_top + usize::from(parts.text.height));
    if below > 0 && parts.text.height > 0 {
        let more = canvas.say(Ink::Dim, format!("↓ {below} more "));
        canvas.row_split(parts.text, parts.text.height - 1, vec![], vec![more]);
    }
    if let Some(reply) = picker.selected().filter(|reply| !reply.open.is_empty()) {
        let words = format!("! no value for {}: it stays as it is", reply.open.join(", "));
        canvas.row(parts.warning, 0, vec![canvas.say(Ink::Warn, words)]);
    }
}
