//! The key line: what the keyboard does here, out of the one table.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::tui::keymap::{Command, Context, Motion, shown};
use crate::tui::model::Model;
use crate::tui::model::card::{Arming, Signable, Stage};
use crate::tui::model::pages::Page;
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;

pub(crate) fn draw(model: &Model, canvas: &mut Canvas<'_, '_>, area: Rect) {
    let spans = match (&model.page, model.context()) {
        (Page::Card(page), Context::Card) => match &page.stage {
            Stage::Reading(reading) => card(model, reading.as_ref(), Context::Card, canvas),
            Stage::Opening { .. }
            | Stage::Arguments(..)
            | Stage::Denying(_)
            | Stage::Commenting(..)
            | Stage::EditingText(..)
            | Stage::EditingForm(..)
            | Stage::Held(_)
            | Stage::Deciding { .. }
            | Stage::Over(_) => vec![],
        },
        (Page::Bulk(bulk), Context::Bulk) => card(model, bulk.as_ref(), Context::Bulk, canvas),
        (_, context) => table(model, context, canvas, |_| true),
    };
    let help = help(model, canvas);
    let room = usize::from(area.width).saturating_sub(help.iter().map(Span::width).sum::<usize>() + 1);
    canvas.row_split(area, 0, whole(&spans, room), help);
}

/// The way to every other key; it is never cut.
fn help(model: &Model, canvas: &Canvas<'_, '_>) -> Vec<Span<'static>> {
    let key = model.keys.key(model.context(), Command::Help);
    if key.is_empty() { vec![] } else { vec![canvas.say(Ink::Accent, key), canvas.say(Ink::Dim, " help ")] }
}

/// Keys and words of a context, in the order of the table.
fn table(
    model: &Model,
    context: Context,
    canvas: &Canvas<'_, '_>,
    wanted: impl Fn(Command) -> bool,
) -> Vec<Span<'static>> {
    let rows = model.keys.of(context).filter(|row| row.command != Command::Help && wanted(row.command));
    rows.filter_map(|row| Some((row.keys.first()?, row.footer?)))
        .flat_map(|(key, word)| {
            let pair = PAIRS.iter().find(|(entry, ..)| *entry == word);
            let other = pair.map(|(_, joint, other)| (joint, model.keys.key(context, *other)));
            let other = other.filter(|(_, key)| !key.is_empty()).map(|(joint, key)| format!(" {joint}{key}"));
            let key = format!(" {}{}", shown(key), other.unwrap_or_default());
            [canvas.say(Ink::Accent, key), canvas.say(Ink::Dim, format!(" {word} "))]
        })
        .collect()
}

/// Entries in which the key of another command stands too, and what joins the two.
const PAIRS: [(&str, &str, Command); 2] =
    [("move", "", Command::Move(Motion::Up)), ("reason", "to ", Command::Reason(5))];

/// As many whole entries as fit.
fn whole(spans: &[Span<'static>], width: usize) -> Vec<Span<'static>> {
    let mut used = 0;
    let pairs = spans.chunks(2).take_while(|pair| {
        used += pair.iter().map(Span::width).sum::<usize>();
        used <= width
    });
    pairs.flat_map(<[Span<'static>]>::to_vec).collect()
}

/// The card's keys say when they count and what the next one does.
fn card(model: &Model, paper: &dyn Signable, context: Context, canvas: &Canvas<'_, '_>) -> Vec<Span<'static>> {
    let can = paper.obstacle(&model.desk.me).is_none();
    match paper.armed() {
        Arming::Undrawn | Arming::Resting { .. } => {
            vec![canvas.say(Ink::Warn, " keys rest: "), canvas.say(Ink::Dim, "hands off for 0.4 s, then they count")]
        }
        Arming::Staged { .. } => {
            vec![
                canvas.say(Ink::Alarm, model.tell(" {release} carries it out now ")),
                canvas.say(Ink::Plain, model.tell("  any other key takes {approve} back")),
            ]
        }
        Arming::Armed => {
            let two = paper.needs_two();
            let wanted = |command| {
                let approves = command == Command::Approve || command == Command::Release;
                let holds = command != Command::EditProposal || paper.is_editable();
                holds && (!approves || (can && (two || command == Command::Approve)))
            };
            table(model, context, canvas, wanted)
        }
    }
}
