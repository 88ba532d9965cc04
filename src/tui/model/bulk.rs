//! One card for many tickets: every row visible, every row with a box, every row with its own result.

use crate::domain::actor::Principal;
use crate::domain::approval::{Card, Kind};
use crate::domain::ids::TicketId;
use crate::tui::events::RequestId;
use crate::tui::keymap::Motion;
use crate::tui::model::card::{Arming, CardRow, Ending, Signable, obstacle_of, rows_of, takes_two};
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
    pub(crate) subject: String,
    /// Whether it is among those that A carries out.
    pub(crate) included: bool,
    pub(crate) state: State,
}

/// The page.
#[derive(Clone, Debug)]
pub(crate) struct Bulk {
    pub(crate) items: Vec<Item>,
    pub(crate) selected: usize,
    /// Rows as drawn, each with the item that it belongs to.
    pub(crate) rows: Vec<(usize, CardRow)>,
    pub(crate) top: usize,
    arming: Arming,
    seen: Vec<bool>,
    height: usize,
}

impl Bulk {
    pub(crate) fn of(items: Vec<Item>) -> Self {
        Self { items, selected: 0, rows: vec![], top: 0, arming: Arming::Undrawn, seen: vec![], height: 0 }
    }

    /// The items that A carries out.
    pub(crate) fn chosen(&self) -> impl Iterator<Item = &Item> {
        self.items.iter().filter(|item| item.included && matches!(item.state, State::Ready(_)))
    }

    fn cards(&self) -> impl Iterator<Item = &Card> {
        self.chosen().filter_map(|item| match &item.state {
            State::Ready(card) => Some(card.as_ref()),
            State::Opening { .. } | State::Failed(_) | State::Deciding { .. } | State::Over(_) => None,
        })
    }

    /// Whether some card is still on its way.
    pub(crate) fn is_opening(&self) -> bool {
        self.items.iter().any(|item| matches!(item.state, State::Opening { .. }))
    }

    /// Whether nothing can be approved any more.
    pub(crate) fn is_over(&self) -> bool {
        !self.items.iter().any(|item| matches!(item.state, State::Opening { .. } | State::Ready(_)))
    }

    /// Puts the selected ticket among those that A carries out, or takes it out; whatever is shown was not seen so.
    pub(crate) fn toggle(&mut self) {
        if let Some(item) = self.items.get_mut(self.selected) {
            item.included = !item.included;
        }
        self.changed();
    }

    /// What is shown is another picture: it is seen anew before keys count.
    pub(crate) fn changed(&mut self) {
        self.rows.clear();
        self.rest_again();
    }

    pub(crate) fn go(&mut self, motion: Motion, half_page: usize) {
        self.selected = moved(self.selected, motion, self.items.len(), half_page / 2);
    }

    /// Wraps for this width and scrolls to the selected ticket.
    pub(crate) fn arrange(&mut self, width: usize, height: usize) {
        let made = self.rows.iter().map(|(_, row)| row.text.as_str()).collect::<Vec<_>>().join("\n");
        self.rows = self.items.iter().enumerate().flat_map(|(at, item)| item_rows(at, item, width)).collect();
        if made != self.text() {
            self.seen = vec![false; self.rows.len()];
            self.rest_again();
        }
        self.height = height;
        let last = self.rows.iter().rposition(|(of, _)| *of == self.selected).unwrap_or(0);
        let first = self.rows.iter().position(|(of, _)| *of == self.selected).unwrap_or(0);
        self.top = scrolled(self.top, last, self.rows.len(), height).min(first.max((last + 1).saturating_sub(height)));
    }

    /// What stands on the page.
    pub(crate) fn text(&self) -> String {
        self.rows.iter().map(|(_, row)| row.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// How many rows below the window were not seen yet.
    pub(crate) fn unseen(&self) -> usize {
        self.seen.iter().filter(|seen| !**seen).count()
    }
}

impl Signable for Bulk {
    fn armed(&self) -> Arming {
        self.arming
    }

    fn arming(&mut self) -> &mut Arming {
        &mut self.arming
    }

    fn saw(&mut self) {
        self.seen.iter_mut().skip(self.top).take(self.height).for_each(|seen| *seen = true);
    }

    fn is_all_seen(&self) -> bool {
        self.unseen() == 0
    }

    fn needs_two(&self) -> bool {
        self.cards().any(takes_two)
    }

    fn obstacle(&self, me: &Principal) -> Option<String> {
        if self.is_opening() {
            return Some("some tickets are still being read".to_owned());
        }
        if self.cards().next().is_none() {
            return Some("no ticket is chosen".to_owned());
        }
        let of_one = self.cards().find_map(|card| {
            let why = obstacle_of(card, me)?;
            Some(format!("{}: {why}", card.proposal().call().ticket_id()))
        });
        of_one.or_else(|| (!self.is_all_seen()).then(|| "read on to approve".to_owned()))
    }
}

/// A ticket with its box, and below it what would change, or what became of it.
fn item_rows(at: usize, item: &Item, width: usize) -> Vec<(usize, CardRow)> {
    let sign = match (&item.state, item.included) {
        (State::Opening { .. }, _) => "[…]",
        (State::Ready(_), true) => "[x]",
        (State::Ready(_), false) => "[ ]",
        (State::Deciding { .. }, _) => "[→]",
        (State::Over(ending), _) if ending.good => "[✓]",
        (State::Over(_) | State::Failed(_), _) => "[✗]",
    };
    let title = rows_of(Kind::Heading, &format!("{sign} {}  {}", item.ticket, item.subject), width);
    let below: Vec<CardRow> = match &item.state {
        State::Ready(card) => {
            let told = card.lines().iter().filter(|line| matches!(line.kind, Kind::Change | Kind::Warning));
            told.flat_map(|line| rows_of(line.kind, &line.text, width)).collect()
        }
        State::Opening { .. } => rows_of(Kind::Note, "reading the ticket …", width),
        State::Failed(why) => rows_of(Kind::Warning, why, width),
        State::Deciding { .. } => rows_of(Kind::Note, "is being carried out …", width),
        State::Over(ending) => {
            let kind = if ending.good { Kind::Note } else { Kind::Warning };
            rows_of(kind, &format!("{} {} {}", ending.title, ending.words, ending.way_out), width)
        }
    };
    title.into_iter().chain(below).map(|row| (at, row)).collect()
}
