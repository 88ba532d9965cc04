//! The key line: what the keyboard does here, out of the one table.

use ratatui::layout::Rect;
use ratatui::text::Span;

use crate::tui::keymap::{self, Command, Context};
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
            | Stage::Deciding { .. }
            | Stage::Over(_) => vec![],
        },
        (Page::Bulk(bulk), Context::Bulk) => card(model, bulk.as_ref(), Context::Bulk, canvas),
        (_, context) => table(context, canvas, |_| true),
    };
    let has_help = keymap::bindings(model.context()).any(|binding| binding.command == Command::Help);
    // The way to every other key is never cut.
    let help = if has_help { vec![canvas.say(Ink::Accent, "?"), canvas.say(Ink::Dim, " help ")] } else { vec![] };
    canvas.row_split(area, 0, whole(&spans, usize::from(area.width).saturating_sub(8)), help);
}

/// Keys and words of a context, in the order of the table.
fn table(context: Context, canvas: &Canvas<'_, '_>, wanted: impl Fn(Command) -> bool) -> Vec<Span<'static>> {
    let rows = keymap::bindings(context).filter(|row| row.command != Command::Help && wanted(row.command));
    rows.filter_map(|row| Some((row.keys.first()?, row.footer?)))
        .flat_map(|(key, word)| {
            let key = format!(" {}", keymap::shown(key));
            [canvas.say(Ink::Accent, key), canvas.say(Ink::Dim, format!(" {word} "))]
        })
        .collect()
}

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
                canvas.say(Ink::Alarm, " R carries it out now "),
                canvas.say(Ink::Plain, "  any other key takes A back"),
            ]
        }
        Arming::Armed => {
            let two = paper.needs_two();
            let wanted = |command| {
                let approves = command == Command::Approve || command == Command::Release;
                !approves || (can && (two || command == Command::Approve))
            };
            table(context, canvas, wanted)
        }
    }
}
