//! To another ticket on the way, and back to where one was.

use crate::domain::ids::TicketId;
use crate::tui::events::Effect;
use crate::tui::model::{Model, Pane, Place};
use crate::tui::update::work;

/// Most places that are remembered; the oldest is forgotten first.
const MOST: usize = 50;

/// Opens a ticket from wherever the person is.
pub(super) fn go(model: &mut Model, id: TicketId) -> Vec<Effect> {
    let open = model.open.as_deref();
    let is_here = open.is_some_and(|open| open.id == id);
    if !is_here {
        let ticket = open.map(|open| (open.id.clone(), open.thread.top));
        model.trail.push(Place { focus: model.focus, ticket });
        let most = model.trail.len().saturating_sub(MOST);
        model.trail.drain(..most);
    }
    model.focus = Pane::Ticket;
    if is_here { vec![] } else { work::switch(model, id) }
}

/// Back to the place before, if there was one.
pub(super) fn back(model: &mut Model) -> Option<Vec<Effect>> {
    let place = model.trail.pop()?;
    model.focus = place.focus;
    let Some((id, top)) = place.ticket else { return Some(vec![]) };
    let effects = work::switch(model, id);
    if let Some(open) = model.open.as_deref_mut() {
        open.thread.return_to(top);
    }
    Some(effects)
}
