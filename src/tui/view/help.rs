//! The help page: the key table, the keys of the page at hand first, filtered by what is typed.

use ratatui::layout::Rect;

use crate::tui::keymap::{Bound, Command, Keymap};
use crate::tui::model::Model;
use crate::tui::model::card::Signable;
use crate::tui::model::layout;
use crate::tui::model::pages::{Help, Page};
use crate::tui::model::wrap::pad;
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;

/// A row of the help page.
pub(crate) struct Row {
    here: bool,
    keys: String,
    help: &'static str,
    places: String,
}

pub(crate) fn draw(model: &Model, help: &Help, canvas: &mut Canvas<'_, '_>) {
    let body = layout::frame(model.size).body;
    let (_, column) = help.filter.cursor_in_sight();
    let prompt = " Keys with ";
    let typed = help.filter.text();
    let left = vec![canvas.say(Ink::Strong, prompt), canvas.say(Ink::Accent, &typed)];
    canvas.row_split(body, 0, left, vec![canvas.say(Ink::Dim, model.tell("type to filter, {back} back "))]);
    canvas.cursor(body, prompt.len() + column, 0);
    canvas.rule(body, 1);
    let list = Rect::new(body.x, body.y + 2, body.width, body.height.saturating_sub(2));
    for (at, row) in (0..list.height).zip(rows(&model.keys, help, usize::from(list.width)).iter().skip(help.top)) {
        let ink = if row.here { Ink::Plain } else { Ink::Dim };
        let left = vec![canvas.say(Ink::Accent, format!(" {} ", pad(&row.keys, 15))), canvas.say(ink, row.help)];
        let places = if row.here { "" } else { row.places.as_str() };
        canvas.row_split(list, at, left, vec![canvas.say(Ink::Dim, format!(" {places} "))]);
    }
}

/// What is listed: the keys that hold where help was asked, then the others.
pub(crate) fn rows(keys: &Keymap, help: &Help, width: usize) -> Vec<Row> {
    let words = help.filter.text().to_lowercase();
    let row = |binding: &Bound| Row {
        here: binding.contexts.contains(&help.asked_in),
        keys: binding.keys_shown(),
        help: binding.help,
        places: places(binding, width),
    };
    let wanted = |row: &Row| format!("{} {} {}", row.keys, row.help, row.places).to_lowercase().contains(&words);
    let offered = |binding: &&Bound| binding.command != Command::EditProposal || is_editable(&help.behind);
    let mut rows: Vec<_> = keys.rows().iter().filter(offered).map(row).filter(wanted).collect();
    rows.sort_by_key(|row| !row.here);
    rows
}

/// Whether the card that help was asked over can be worded otherwise; where it was asked elsewhere some card can.
fn is_editable(behind: &Page) -> bool {
    let Page::Card(card) = behind else { return true };
    card.stage.reading().is_none_or(Signable::is_editable)
}

fn places(binding: &Bound, width: usize) -> String {
    match &binding.contexts[..] {
        all if all.len() > 12 => "everywhere".to_owned(),
        many if many.len() > 3 || width < 90 => {
            let first = many.first().map_or("", |context| context.as_str());
            if many.len() == 1 { first.to_owned() } else { format!("{first} and {} more", many.len() - 1) }
        }
        few => few.iter().map(|context| context.as_str()).collect::<Vec<_>>().join(", "),
    }
}
