//! The pending tray: age, risk and proposer of everything that waits.

use ratatui::layout::Rect;

use crate::domain::policy::{Keys, Risk};
use crate::domain::proposal::Waiting;
use crate::tui::model::Model;
use crate::tui::model::layout;
use crate::tui::model::pages::Tray;
use crate::tui::model::wrap::pad;
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;
use crate::tui::view::queue::{shown, span};

pub(crate) fn draw(model: &Model, tray: Tray, canvas: &mut Canvas<'_, '_>) {
    let body = layout::frame(model.size).body;
    let waiting = model.pending.value.as_deref().unwrap_or_default();
    let names = format!(" {:>5}  {} {} {} subject", "age", pad("ticket", 9), pad("tool", 13), pad("proposed by", 16));
    canvas.row(body, 0, vec![canvas.say(Ink::Strong, names)]);
    canvas.rule(body, 1);
    let list = Rect::new(body.x, body.y + 2, body.width, body.height.saturating_sub(2));
    if waiting.is_empty() {
        let words =
            if model.pending.is_waiting() { "loading …" } else { "Nothing waits for a decision. {back} goes back." };
        let words = model.tell(words);
        canvas.row(list, 1, vec![canvas.say(Ink::Dim, format!("   {words}"))]);
    }
    for (at, item) in (0..list.height).zip(waiting.iter().skip(tray.top)) {
        row(model, canvas, list, at, item);
        if usize::from(at) + tray.top == tray.selected {
            canvas.tint_row(list, at, Ink::Selected);
        }
    }
}

fn row(model: &Model, canvas: &mut Canvas<'_, '_>, area: Rect, at: u16, item: &Waiting) {
    let proposal = &item.proposal;
    let age = model.now.duration_since(proposal.filed_at()).as_secs().max(0);
    let by = format!("{} ({})", proposal.proposer().id, proposal.proposer().role);
    let (risk, ink) = match item.requirement.keys {
        Keys::One => ("one key".to_owned(), Ink::Dim),
        Keys::Two(risk) => (short(risk).to_owned(), Ink::Danger),
    };
    let deciding = model.decisions.iter().any(|decision| decision.proposal == *proposal.id());
    let risk = match (deciding, model.outbox.holds(proposal.id())) {
        (true, _) => "being decided".to_owned(),
        (false, true) => "in the outbox".to_owned(),
        (false, false) => risk,
    };
    let left = vec![
        canvas.say(Ink::Plain, format!(" {:>5}  ", span(age))),
        canvas.say(Ink::Plain, shown(proposal.call().ticket_id().as_str(), 10)),
        canvas.say(Ink::Plain, shown(proposal.call().tool(), 14)),
        canvas.say(Ink::Plain, shown(&by, 17)),
        canvas.say(Ink::Plain, &item.subject),
    ];
    canvas.row_split(area, at, left, vec![canvas.say(ink, format!(" {risk} "))]);
}

/// A risk in two words; the card has the whole sentence.
fn short(risk: Risk) -> &'static str {
    match risk {
        Risk::CustomerReads => "customer reads it",
        Risk::EndsTicket => "ends the ticket",
        Risk::Unsupported => "has no source",
    }
}
