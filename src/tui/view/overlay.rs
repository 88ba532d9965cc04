//! What lies over the page: the update form and questions.

use ratatui::layout::Rect;

use crate::domain::snooze::CHOICES;
use crate::tui::keymap::{Command, Context};
use crate::tui::model::form::{Field, UpdateForm};
use crate::tui::model::wrap::pad;
use crate::tui::model::{Model, Question, Snooze};
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;

pub(crate) fn confirm(model: &Model, canvas: &mut Canvas<'_, '_>, question: Question) {
    let (title, lines) = match question {
        Question::Quit => (" Quit? ", ["A text is not saved yet.", "{yes} quits and loses it, {no} stays."]),
        Question::ReplaceDraft => (
            " Replace your text? ",
            ["You have edited this draft.", "{yes} asks for another and replaces yours, {no} keeps it."],
        ),
    };
    let area = middle(canvas.area(), 58, 5);
    let inner = canvas.boxed(area, Ink::Warn, canvas.say(Ink::Strong, title), canvas.say(Ink::Plain, ""));
    for (at, line) in (0..).zip(lines) {
        canvas.row(inner, at, vec![canvas.say(Ink::Plain, format!(" {}", model.tell(line)))]);
    }
}

/// What is to become of the replies that wait, before the program ends.
pub(crate) fn leaving(model: &Model, canvas: &mut Canvas<'_, '_>, letters: usize) {
    let title = match letters {
        1 => " A reply waits in the outbox ".to_owned(),
        many => format!(" {many} replies wait in the outbox "),
    };
    let lines = [
        (Command::SendAndQuit, "send now, then quit"),
        (Command::KeepAndQuit, "keep as a proposal and quit; nothing is sent"),
        (Command::No, "stay; the outbox goes on"),
    ];
    let area = middle(canvas.area(), 58, 5);
    let inner = canvas.boxed(area, Ink::Warn, canvas.say(Ink::Strong, title), canvas.say(Ink::Plain, ""));
    for (at, (key, words)) in (0..).zip(lines) {
        let key = pad(&model.keys.key(Context::Leaving, key), 3);
        canvas.row(inner, at, vec![canvas.say(Ink::Accent, format!(" {key}  ")), canvas.say(Ink::Plain, words)]);
    }
}

pub(crate) fn form(model: &Model, canvas: &mut Canvas<'_, '_>, form: &UpdateForm) {
    let area = middle(canvas.area(), 66, 9);
    let title = match form.many.len() {
        0 => format!(" Update {} ", form.ticket),
        many => format!(" Update {many} tickets "),
    };
    let inner = canvas.boxed(
        area,
        Ink::Accent,
        canvas.say(Ink::Strong, title),
        canvas.say(Ink::Dim, model.keys.tell(Context::Form, " {submit} proposes, the card follows ")),
    );
    for (at, field) in (0..).zip(Field::ALL) {
        field_row(canvas, inner, at, form, field);
    }
    if let Some(trouble) = &form.trouble {
        canvas.row(inner, 5, vec![canvas.say(Ink::Danger, format!(" ✗ {trouble}"))]);
    } else {
        let words = match form.field {
            Field::Status | Field::Priority => model.keys.tell(Context::Form, " {previous-value} {next-value} choose"),
            Field::Assignee => model.keys.tell(Context::Form, " a name; {next-value} for you; empty for nobody"),
            Field::Tags => " tags with commas; they replace the old ones".to_owned(),
        };
        canvas.row(inner, 5, vec![canvas.say(Ink::Dim, words)]);
    }
}

/// Until when.
pub(crate) fn snooze(canvas: &mut Canvas<'_, '_>, snooze: &Snooze) {
    let high = u16::try_from(CHOICES.len()).unwrap_or(u16::MAX) + 5;
    let area = middle(canvas.area(), 58, high);
    let what = match &snooze.tickets[..] {
        [one] => format!(" Put {one} off until "),
        many => format!(" Put {} tickets off until ", many.len()),
    };
    let foot = canvas.say(Ink::Dim, " a number or a time; only your own queue changes ");
    let inner = canvas.boxed(area, Ink::Accent, canvas.say(Ink::Strong, what), foot);
    let (_, column) = snooze.until.cursor_in_sight();
    let typed = snooze.until.shown_line();
    let wrong = snooze.trouble.iter().map(|trouble| canvas.say(Ink::Danger, format!("  ✗ {trouble}")));
    let row = [canvas.say(Ink::Accent, " ▸ "), canvas.say(Ink::Strong, typed)].into_iter().chain(wrong).collect();
    canvas.row(inner, 0, row);
    canvas.cursor(inner, 3 + column, 0);
    for (at, (number, (choice, meaning))) in (2..).zip((1..).zip(CHOICES)) {
        let row = vec![
            canvas.say(Ink::Accent, format!(" {number} ")),
            canvas.say(Ink::Plain, format!("{choice:<12}")),
            canvas.say(Ink::Dim, meaning),
        ];
        canvas.row(inner, at, row);
    }
    let others = canvas.say(Ink::Dim, "   or 30m, 3d, 14:30, a date, a date and time: …T14:30");
    canvas.row(inner, inner.height.saturating_sub(1), vec![others]);
}

fn field_row(canvas: &mut Canvas<'_, '_>, area: Rect, at: u16, form: &UpdateForm, field: Field) {
    let here = form.field == field;
    let (value, changes) = form.shown(field);
    let mark = if here { "▸" } else { " " };
    let ink = if here { Ink::Accent } else { Ink::Plain };
    let left = vec![
        canvas.say(ink, format!(" {mark} {:<10}", field.name())),
        canvas.say(if changes { Ink::Strong } else { Ink::Plain }, value),
    ];
    let right = if changes { canvas.say(Ink::Warn, " changes ") } else { canvas.say(Ink::Dim, " stays ") };
    canvas.row_split(area, at, left, vec![right]);
    if here && let Some(words) = typed(form) {
        let (_, column) = words.cursor_in_sight();
        canvas.cursor(area, 13 + column, usize::from(at));
    }
}

fn typed(form: &UpdateForm) -> Option<&crate::tui::editor::Editor> {
    match form.field {
        Field::Status | Field::Priority => None,
        Field::Assignee => Some(&form.assignee.editor),
        Field::Tags => Some(&form.tags.editor),
    }
}

fn middle(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height)
}
