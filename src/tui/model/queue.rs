//! The queue: a window of rows out of as many tickets as there are.

use crate::domain::ids::{PrincipalId, TicketId};
use crate::domain::ticket::{Priority, Sort, Status, TicketPage, TicketQuery, TicketRow};
use crate::tui::events::RequestId;
use crate::tui::keymap::Motion;
use crate::tui::model::slot::Slot;
use crate::tui::model::{moved, scrolled};

/// Rows that are loaded at once.
const WINDOW: u32 = 200;
/// Rows before the end of the window at which the next one is asked for.
const MARGIN: u64 = 40;

/// A named part of the queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QueueView {
    /// Urgent and high, not done.
    Urgent,
    /// Assigned to this person, not done.
    Mine,
    /// Assigned to nobody, not done.
    Unassigned,
    /// Waiting for a customer or for somebody else.
    Waiting,
    /// Everything.
    All,
}

impl QueueView {
    /// Every view, in the order of its number keys.
    pub const ALL: [QueueView; 5] = [Self::Urgent, Self::Mine, Self::Unassigned, Self::Waiting, Self::All];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Urgent => "urgent",
            Self::Mine => "mine",
            Self::Unassigned => "unassigned",
            Self::Waiting => "waiting",
            Self::All => "all",
        }
    }

    /// The query behind it.
    #[must_use]
    pub fn query(self, me: &PrincipalId) -> TicketQuery {
        let working = || vec![Status::New, Status::Open, Status::Pending, Status::OnHold];
        let base = TicketQuery { sort: Sort::Due, ..TicketQuery::default() };
        match self {
            Self::Urgent => TicketQuery { status: working(), priority: vec![Priority::Urgent, Priority::High], ..base },
            Self::Mine => TicketQuery { status: working(), assignee: Some(me.clone()), ..base },
            Self::Unassigned => TicketQuery { status: working(), assignee: "nobody".parse().ok(), ..base },
            Self::Waiting => TicketQuery { status: vec![Status::Pending, Status::OnHold], ..base },
            Self::All => base,
        }
    }
}

/// The rows that are loaded, and where they lie in the whole.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) offset: u64,
    pub(crate) total: u64,
    rows: Vec<TicketRow>,
}

impl Window {
    pub(crate) fn row(&self, at: u64) -> Option<&TicketRow> {
        self.rows.get(usize::try_from(at.checked_sub(self.offset)?).ok()?)
    }

    fn end(&self) -> u64 {
        self.offset + self.rows.len() as u64
    }

    fn find(&self, id: &TicketId) -> Option<u64> {
        self.rows.iter().position(|row| row.id == *id).map(|at| self.offset + at as u64)
    }
}

/// The list as it is looked at.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    me: PrincipalId,
    pub(crate) view: QueueView,
    pub(crate) filter: String,
    pub(crate) window: Slot<Window>,
    pub(crate) counts: Slot<Vec<u64>>,
    pub(crate) selected: u64,
    pub(crate) top: u64,
    asked_offset: u64,
}

impl Queue {
    pub(crate) fn new(me: PrincipalId) -> Self {
        let (window, counts) = (Slot::default(), Slot::default());
        let view = QueueView::All;
        Self { me, view, filter: String::new(), window, counts, selected: 0, top: 0, asked_offset: 0 }
    }

    pub(crate) fn total(&self) -> u64 {
        self.window.value.as_ref().map_or(0, |window| window.total)
    }

    /// The ticket that is selected, when its row is loaded.
    pub(crate) fn selected_row(&self) -> Option<&TicketRow> {
        self.window.value.as_ref()?.row(self.selected)
    }

    /// A row anywhere in the window.
    pub(crate) fn row_of(&self, id: &TicketId) -> Option<&TicketRow> {
        let window = self.window.value.as_ref()?;
        window.row(window.find(id)?)
    }

    /// The query for a window around the selected row.
    pub(crate) fn ask(&mut self, request: RequestId) -> TicketQuery {
        self.window.ask(request);
        self.asked_offset = self.selected.saturating_sub(u64::from(WINDOW) / 2);
        let text = (!self.filter.is_empty()).then(|| self.filter.clone());
        let offset = u32::try_from(self.asked_offset).unwrap_or(u32::MAX);
        TicketQuery { text, limit: WINDOW, offset, ..self.view.query(&self.me) }
    }

    /// The queries that count the views.
    pub(crate) fn count(&mut self, request: RequestId) -> Vec<TicketQuery> {
        self.counts.ask(request);
        QueueView::ALL.iter().map(|view| TicketQuery { limit: 1, ..view.query(&self.me) }).collect()
    }

    /// Takes a page, and keeps the same ticket selected where it can.
    pub(crate) fn arrived(&mut self, request: RequestId, page: TicketPage) -> bool {
        let before = self.selected_row().map(|row| row.id.clone());
        let window = Window { offset: self.asked_offset, total: page.total, rows: page.tickets };
        if !self.window.take(request, window) {
            return false;
        }
        let found = before.and_then(|id| self.window.value.as_ref()?.find(&id));
        self.selected = found.unwrap_or(self.selected).min(self.total().saturating_sub(1));
        true
    }

    /// Starts over: another view or filter.
    pub(crate) fn reset(&mut self) {
        (self.selected, self.top) = (0, 0);
        self.window.value = None;
    }

    pub(crate) fn go(&mut self, motion: Motion, half_page: usize) {
        let at = usize::try_from(self.selected).unwrap_or(usize::MAX);
        let len = usize::try_from(self.total()).unwrap_or(usize::MAX);
        self.selected = moved(at, motion, len, half_page) as u64;
    }

    /// Whether rows near the selected one are missing and nobody is getting them.
    pub(crate) fn wants_more(&self) -> bool {
        let Some(window) = &self.window.value else { return false };
        // After a failure the person asks again, not the screen.
        if self.window.is_waiting() || self.window.trouble.is_some() {
            return false;
        }
        let near_start = window.offset > 0 && self.selected < window.offset + MARGIN;
        let near_end = window.end() < window.total && self.selected + MARGIN >= window.end();
        near_start || near_end
    }

    pub(crate) fn arrange(&mut self, height: usize) {
        let small = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        self.top = scrolled(small(self.top), small(self.selected), small(self.total()), height) as u64;
    }
}
