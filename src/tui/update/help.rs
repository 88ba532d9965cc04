//! The help page: opening and closing it.

use crate::tui::editor::Editor;
use crate::tui::events::Effect;
use crate::tui::model::Model;
use crate::tui::model::pages::{Help, Page};
use crate::tui::update::decide;

pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let asked_in = model.context();
    let behind = std::mem::replace(&mut model.page, Page::Work);
    model.page = Page::Help(Box::new(Help { filter: Editor::line_of(""), top: 0, behind, asked_in }));
    vec![]
}

pub(super) fn close(model: &mut Model) -> Vec<Effect> {
    if let Page::Help(help) = std::mem::replace(&mut model.page, Page::Work) {
        model.page = help.behind;
    }
    decide::shown_again(model);
    vec![]
}
