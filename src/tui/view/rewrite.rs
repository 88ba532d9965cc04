//! The menu of ways to put the draft into other words: what each does, or why it cannot be done here.

use crate::domain::rewrite::Way;
use crate::tui::model::Model;
use crate::tui::model::layout;
use crate::tui::model::rewrite::{Ways, label, offer};
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;

pub(crate) fn draw(model: &Model, canvas: &mut Canvas<'_, '_>, ways: Ways) {
    let Some(open) = model.open.as_deref() else { return };
    let selects = open.draft.editor.selected().is_some();
    let title = if selects { " The selected part in other words " } else { " The draft in other words " };
    let foot = if model.desk.model {
        format!(" {} writes it; one undo takes it back ", crate::domain::text::short(&model.desk.assistant, 30))
    } else {
        " without a model: it leaves out and quotes, no new words ".to_owned()
    };
    let area = layout::ways(layout::panes(model).draft);
    let inner = canvas.boxed(area, Ink::Accent, canvas.say(Ink::Strong, title), canvas.say(Ink::Dim, foot));
    let cites = open.draft.citations() > 0;
    for (at, (number, way)) in (0..).zip((1..).zip(Way::ALL)) {
        let selected = usize::from(at) == ways.selected;
        let mark = if selected { "▸" } else { " " };
        let (name, does) = match offer(*way, model.desk.model, cites) {
            Ok(does) => (canvas.say(Ink::Strong, format!("{:<11}", label(*way))), canvas.say(Ink::Plain, does)),
            Err(why) => (canvas.say(Ink::Dim, format!("{:<11}", label(*way))), canvas.say(Ink::Warn, why)),
        };
        let begins = [canvas.say(Ink::Accent, mark), canvas.say(Ink::Accent, format!("{number} "))];
        canvas.row(inner, at, begins.into_iter().chain([name, does]).collect());
        if selected {
            canvas.tint_row(inner, at, Ink::Selected);
        }
    }
}
