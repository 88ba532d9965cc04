//! One card for many tickets: every row visible, every row with a box, every row with its own result.

use crate::domain::actor::Principal;
use crate::domain::approval::{Card, Kind};
use crate::domain::ids::TicketId;
use crate::domain::policy::{Keys, Risk};
use crate::tui::events::{Moment, RequestId};
use crate::tui::keymap::Motion;
use crate::tui::model::card::{Arming, CardRow, Ending, Signable, obstacle_of, rows_of};
use crate::tui::model::{moved, scrolled};

/// How far a ticket of the bulk is.
#[derive(Clone, Debug)]
pub(crate) enum State {
    /// It is being proposed; the card from a fresh read is on its way.
    Opening { request: RequestId },
    /// It can be approved.
    Ready(Box<Card>),
    /// It cannot be.
    Failed(String),
    /// The decision runs.
    Deciding { request: RequestId },
    /// The decision has ended.
    Over(Ending),
}

/// A ticket of the bulk.
#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) ticket: TicketId,
    /// Its subject, and whose it is.
    about: String,
    included: bool,
    state: State,
    /// As drawn at a width, each row with whether it was on screen.
    rows: Vec<(CardRow, bool)>,
    made: Option<usize>,
}

impl Item {
    pub(crate) fn opening(ticket: TicketId, about: String, request: RequestId) -> Self {
        Self { ticket, about, included: true, state: State::Opening { request }, rows: vec![], made: None }
    }

    /// The card that would be approved, were it to be now.
    pub(crate) fn card(&self) -> Option<&Card> {
        match &self.state {
            State::Ready(card) => Some(card),
            State::Opening { .. } | State::Failed(_) | State::Deciding { .. } | State::Over(_) => None,
        }
    }

    /// Whether A carries it out.
    pub(crate) fn is_chosen(&self) -> bool {
        self.included && self.card().is_some()
    }

    /// Whether it waits for the answer to `request`.
    pub(crate) fn waits_for(&self, request: RequestId) -> bool {
        match self.state {
            State::Opening { request: asked } | State::Deciding { request: asked } => asked == request,
            State::Ready(_) | State::Failed(_) | State::Over(_) => false,
        }
    }

    /// Puts another state in the place of this one; what is shown then was not seen.
    pub(crate) fn become_state(&mut self, state: State) -> State {
        self.made = None;
        std::mem::replace(&mut self.state, state)
    }

    /// Wraps anew where the width or what is shown has changed; says whether it did.
    fn arrange(&mut self, width: usize) -> bool {
        let changed = self.made != Some(width);
        if changed {
            self.rows = self.rows_at(width).into_iter().map(|row| (row, false)).collect();
            self.made = Some(width);
        }
        changed
    }

    /// The ticket with its box, and below it what would change, or what became of it.
    fn rows_at(&self, width: usize) -> Vec<CardRow> {
        let (sign, below) = match &self.state {
            State::Opening { .. } => ("[…]", rows_of(Kind::Note, "reading the ticket …", width)),
            State::Ready(card) => {
                let told = card.lines().iter().filter(|line| matches!(line.kind, Kind::Change | Kind::Warning));
                let below = told.flat_map(|line| rows_of(line.kind, &line.text, width)).collect();
                (if self.included { "[x]" } else { "[ ]" }, below)
            }
            State::Failed(why) => ("[✗]", rows_of(Kind::Warning, why, width)),
            State::Deciding { .. } => ("[→]", rows_of(Kind::Note, "is being carried out …", width)),
            State::Over(ending) => {
                let (sign, kind) = if ending.good { ("[✓]", Kind::Note) } else { ("[✗]", Kind::Warning) };
                let words = format!("{} {} {}", ending.title, ending.words, ending.way_out);
                (sign, rows_of(kind, words.trim_end(), width))
            }
        };
        let mut rows = rows_of(Kind::Heading, &format!("{sign} {}  {}", self.ticket, self.about), width);
        rows.extend(below);
        rows
    }
}

/// The page.
#[derive(Clone, Debug)]
pub(crate) struct Bulk {
    pub(crate) items: Vec<Item>,
    pub(crate) selected: usize,
    pub(crate) top: usize,
    arming: Arming,
    /// When it was on screen first.
    pub(crate) first_seen: Option<Moment>,
    height: usize,
}

impl Bulk {
    pub(crate) fn of(items: Vec<Item>) -> Self {
        Self { items, selected: 0, top: 0, arming: Arming::Undrawn, first_seen: None, height: 0 }
    }

    /// The cards that A carries out.
    pub(crate) fn chosen(&self) -> impl Iterator<Item = &Card> {
        self.items.iter().filter(|item| item.included).filter_map(Item::card)
    }

    /// Whether nothing can be approved any more.
    pub(crate) fn is_over(&self) -> bool {
        !self.is_opening() && self.items.iter().all(|item| item.card().is_none())
    }

    fn is_opening(&self) -> bool {
        self.items.iter().any(|item| matches!(item.state, State::Opening { .. }))
    }

    /// What makes it take two keys.
    pub(crate) fn risk(&self) -> Option<Risk> {
        self.chosen().find_map(|card| match card.requirement().keys {
            Keys::One => None,
            Keys::Two(risk) => Some(risk),
        })
    }

    /// Puts the selected ticket among those that A carries out, or takes it out.
    pub(crate) fn toggle(&mut self) {
        if let Some(item) = self.items.get_mut(self.selected) {
            item.included = !item.included;
            item.made = None;
        }
    }

    /// Single steps go from ticket to ticket, pages through the rows.
    pub(crate) fn go(&mut self, motion: Motion, half_page: usize) {
        match motion {
            Motion::PageUp | Motion::PageDown => {
                let tops = self.rows().count().saturating_sub(self.height) + 1;
                self.top = moved(self.top, motion, tops, half_page);
                let first = self.rows().nth(self.top).map_or(0, |(of, _)| of);
                self.selected = first;
            }
            Motion::Up | Motion::Down | Motion::Top | Motion::Bottom => {
                self.selected = moved(self.selected, motion, self.items.len(), half_page);
                let before = |items: &[Item]| items.iter().map(|item| item.rows.len()).sum::<usize>();
                let (first, end) = (before(&self.items[..self.selected]), before(&self.items[..=self.selected]));
                let all = before(&self.items);
                self.top = scrolled(self.top, end.saturating_sub(1), all, self.height).min(first);
            }
        }
    }

    /// Wraps for this width; keys rest again when something else is shown.
    pub(crate) fn arrange(&mut self, width: usize, height: usize) {
        let changed = self.items.iter_mut().filter_map(|item| item.arrange(width).then_some(())).count();
        if changed > 0 {
            self.rest_again();
        }
        self.height = height;
        self.top = self.top.min(self.rows().count().saturating_sub(height));
    }

    /// Every row, each with the ticket that it belongs to.
    pub(crate) fn rows(&self) -> impl Iterator<Item = (usize, &CardRow)> {
        self.items.iter().enumerate().flat_map(|(at, item)| item.rows.iter().map(move |(row, _)| (at, row)))
    }

    /// What stands on the page.
    pub(crate) fn text(&self) -> String {
        self.rows().map(|(_, row)| row.text.as_str()).collect::<Vec<_>>().join("\n")
    }
}

impl Signable for Bulk {
    fn armed(&self) -> Arming {
        self.arming
    }

    fn arming(&mut self) -> &mut Arming {
        &mut self.arming
    }

    fn saw(&mut self, at: Moment) {
        self.first_seen.get_or_insert(at);
        let rows = self.items.iter_mut().flat_map(|item| &mut item.rows);
        rows.skip(self.top).take(self.height).for_each(|(_, seen)| *seen = true);
    }

    fn is_all_seen(&self) -> bool {
        self.items.iter().flat_map(|item| &item.rows).all(|(_, seen)| *seen)
    }

    fn needs_two(&self) -> bool {
        self.risk().is_some()
    }

    fn is_editable(&self) -> bool {
        false
    }

    fn obstacle(&self, me: &Principal) -> Option<String> {
        if self.is_opening() {
            return Some("some tickets are still being read".to_owned());
        }
        if self.chosen().next().is_none() {
            return Some("no ticket is chosen".to_owned());
        }
        let of_one = self.chosen().find_map(|card| {
            let why = obstacle_of(card, me)?;
            Some(format!("{}: {why}", card.proposal().call().ticket_id()))
        });
        of_one.or_else(|| (!self.is_all_seen()).then(|| "read on to approve".to_owned()))
    }
}
