//! Drawing: a pure function of the model. Everything that is shown goes through [`canvas::outside`].

mod bars;
mod bulk;
mod canvas;
mod card;
mod draft;
pub(crate) mod draft_notes;
pub(crate) mod figures;
mod footer;
pub(crate) mod help;
pub(crate) mod list;
mod log;
mod outbox;
mod outgoing;
mod overlay;
mod palette;
mod pending;
mod picker;
mod queue;
mod rating;
mod replay;
mod rewrite;
mod sources;
mod split;
mod summary;
mod ticket;
mod tour;
mod work;

use ratatui::Frame;

use crate::tui::model::Model;
use crate::tui::model::layout;
use crate::tui::model::pages::Page;
use crate::tui::theme::{Ink, Inks};
use crate::tui::view::canvas::Canvas;

/// Draws the model.
pub fn view(model: &Model, frame: &mut Frame<'_>) {
    let mut canvas = Canvas::new(frame, Inks::new(model.theme, &model.colors));
    if !layout::fits(&model.page, model.size) {
        too_small(model, &mut canvas);
        return;
    }
    let parts = layout::frame(model.size);
    bars::title(model, &mut canvas, parts.title);
    canvas.stand(parts.body, 0);
    match &model.page {
        Page::Work => work::draw(model, &mut canvas),
        Page::Pending(tray) => pending::draw(model, *tray, &mut canvas),
        Page::Card(page) => card::draw(model, page, &mut canvas),
        Page::Bulk(page) => bulk::draw(model, page, &mut canvas),
        Page::Outbox(page) => outbox::draw(model, *page, &mut canvas),
        Page::Log(page) => log::draw(model, page, &mut canvas),
        Page::Replay(page) => replay::draw(model, page, &mut canvas),
        Page::Help(page) => help::draw(model, page, &mut canvas),
    }
    if let Some(palette) = &model.palette {
        palette::draw(model, &mut canvas, palette);
    }
    let above = bars::status(model, &mut canvas, parts.status);
    match above {
        Some(above) => canvas.row(parts.keys, 0, vec![above]),
        None => footer::draw(model, &mut canvas, parts.keys),
    }
}

/// The title of the terminal: what waits, and nothing from outside.
#[must_use]
pub fn title(model: &Model) -> String {
    match model.waiting() {
        0 => "countersign".to_owned(),
        1 => "countersign · 1 waits".to_owned(),
        many => format!("countersign · {many} wait"),
    }
}

/// Says what is needed; everything is kept, and nothing can be approved.
fn too_small(model: &Model, canvas: &mut Canvas<'_, '_>) {
    let (width, height) = layout::least(&model.page);
    let area = canvas.area();
    let size = format!("{}x{}, needs {width}x{height}", model.size.0, model.size.1);
    let lines = ["Window too small:", &size, "nothing is lost,", "nothing is approved."];
    for (at, line) in (0..area.height).zip(lines) {
        canvas.row(area, at, vec![canvas.say(Ink::Strong, line)]);
    }
}
