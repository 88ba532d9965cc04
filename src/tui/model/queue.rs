//! The queue: a window of rows out of as many tickets as there are.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::domain::ids::{PrincipalId, TicketId};
use crate::domain::ticket::{TicketPage, TicketQuery, TicketRow};
use crate::domain::view::View;
use crate::tui::events::RequestId;
use crate::tui::keymap::Motion;
use crate::tui::model::seen::Seen;
use crate::tui::model::slot::Slot;
use crate::tui::model::{moved, scrolled};

/// Rows that are loaded at once.
const WINDOW: u32 = 200;
/// Rows before the end of the window at which the next one is asked for.
const MARGIN: u64 = 40;

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

/// What was loaded before a page came.
struct Known {
    from_start: bool,
    tickets: BTreeSet<TicketId>,
}

impl Known {
    fn of(window: Option<&Window>) -> Self {
        let tickets = window.iter().flat_map(|window| &window.rows).map(|row| row.id.clone()).collect();
        Self { from_start: window.is_some_and(|window| window.offset == 0), tickets }
    }

    /// How many rows above `top` were not there before; those before all that was loaded may have been.
    fn news_above(&self, top: u64, window: &Window) -> u64 {
        let above = window.rows.iter().zip(window.offset..).take_while(|(_, at)| *at < top).map(|(row, _)| &row.id);
        let loaded = above.skip_while(|id| !self.from_start && !self.tickets.contains(id));
        loaded.filter(|id| !self.tickets.contains(id)).count() as u64
    }
}

/// The list as it is looked at.
#[derive(Clone, Debug)]
pub(crate) struct Queue {
    me: PrincipalId,
    pub(crate) views: Vec<View>,
    /// Which of them is looked at.
    pub(crate) view: usize,
    /// Tickets that the next command is for.
    pub(crate) marked: BTreeSet<TicketId>,
    pub(crate) filter: String,
    pub(crate) window: Slot<Window>,
    pub(crate) counts: Slot<Vec<u64>>,
    pub(crate) seen: Seen,
    pub(crate) selected: u64,
    pub(crate) top: u64,
    /// Tickets that came in above what is looked at, since its top was last in sight.
    pub(crate) new_above: u64,
    asked_offset: u64,
}

impl Queue {
    pub(crate) fn new(me: PrincipalId, views: Vec<View>) -> Self {
        let (window, counts) = (Slot::default(), Slot::default());
        // Everything, where a view shows it.
        let shows_all = |view: &View| view.status.is_empty() && view.assignee.is_none() && !view.snoozed;
        let view = views.iter().position(shows_all).unwrap_or(0);
        let (filter, marked, seen) = (String::new(), BTreeSet::new(), Seen::default());
        Self {
            me,
            views,
            view,
            marked,
            filter,
            window,
            counts,
            seen,
            selected: 0,
            top: 0,
            new_above: 0,
            asked_offset: 0,
        }
    }

    pub(crate) fn view_name(&self) -> &str {
        self.views.get(self.view).map_or("", |view| view.name.as_str())
    }

    /// Marks the selected ticket, or not any more.
    pub(crate) fn mark(&mut self) {
        let Some(id) = self.selected_row().map(|row| row.id.clone()) else { return };
        if !self.marked.remove(&id) {
            self.marked.insert(id);
        }
    }

    /// Marks every ticket whose row is loaded; when all are, none any more.
    pub(crate) fn mark_all(&mut self) {
        let all: BTreeSet<_> = self.window.value.iter().flat_map(|w| &w.rows).map(|row| row.id.clone()).collect();
        if all.is_subset(&self.marked) { self.marked.clear() } else { self.marked.extend(all) }
    }

    pub(crate) fn total(&self) -> u64 {
        self.window.value.as_ref().map_or(0, |window| window.total)
    }

    /// The ticket that is selected, when its row is loaded.
    pub(crate) fn selected_row(&self) -> Option<&TicketRow> {
        self.window.value.as_ref()?.row(self.selected)
    }

    /// The rows that are loaded.
    pub(crate) fn rows(&self) -> &[TicketRow] {
        self.window.value.as_ref().map_or(&[], |window| &window.rows)
    }

    /// Whether tickets of the sample stand beside others.
    pub(crate) fn is_mixed(&self) -> bool {
        let first = self.rows().first().map(|row| row.sample);
        self.rows().iter().any(|row| Some(row.sample) != first)
    }

    /// A row anywhere in the window.
    pub(crate) fn row_of(&self, id: &TicketId) -> Option<&TicketRow> {
        let window = self.window.value.as_ref()?;
        window.row(window.find(id)?)
    }

    /// The query for a window around the selected row.
    pub(crate) fn ask(&mut self, request: RequestId, now: Timestamp) -> TicketQuery {
        self.window.ask(request);
        self.asked_offset = self.selected.saturating_sub(u64::from(WINDOW) / 2);
        let text = (!self.filter.is_empty()).then(|| self.filter.clone());
        let offset = u32::try_from(self.asked_offset).unwrap_or(u32::MAX);
        let view = self.views.get(self.view).map_or_else(TicketQuery::default, |view| view.query(&self.me, now));
        TicketQuery { text, limit: WINDOW, offset, ..view }
    }

    /// The queries that count the views.
    pub(crate) fn count(&mut self, request: RequestId, now: Timestamp) -> Vec<TicketQuery> {
        self.counts.ask(request);
        self.views.iter().map(|view| TicketQuery { limit: 1, ..view.query(&self.me, now) }).collect()
    }

    /// Takes a page, and keeps the same ticket selected, and where it is on the screen, as far as it can.
    pub(crate) fn arrived(&mut self, request: RequestId, page: TicketPage) -> bool {
        let selected = self.selected_row().map(|row| row.id.clone());
        let before = Known::of(self.window.value.as_ref());
        let window = Window { offset: self.asked_offset, total: page.total, rows: page.tickets };
        if !self.window.take(request, window) {
            return false;
        }
        let found = selected.and_then(|id| self.window.value.as_ref()?.find(&id));
        let row_on_screen = self.selected.saturating_sub(self.top);
        self.selected = found.unwrap_or(self.selected).min(self.total().saturating_sub(1));
        if found.is_some() {
            self.top = self.selected.saturating_sub(row_on_screen);
            self.new_above += self.window.value.as_ref().map_or(0, |window| before.news_above(self.top, window));
        }
        true
    }

    /// Starts over: another view or filter.
    pub(crate) fn reset(&mut self) {
        (self.selected, self.top, self.new_above) = (0, 0, 0);
        self.marked.clear();
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
        self.new_above = self.new_above.min(self.top);
    }
}
