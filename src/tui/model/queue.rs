//! The queue: a window of rows out of as many tickets as there are.

use std::collections::BTreeSet;
use std::ops::Range;

use jiff::Timestamp;

use crate::domain::finding::Hit;
use crate::domain::ids::{PrincipalId, TicketId};
use crate::domain::ticket::{Priority, Sort, TicketPage, TicketQuery, TicketRow};
use crate::domain::view::View;
use crate::tui::events::{Failure, RequestId};
use crate::tui::keymap::Motion;
use crate::tui::model::seen::Seen;
use crate::tui::model::sift::Needle;
use crate::tui::model::slot::Slot;
use crate::tui::model::{moved, scrolled};

/// Rows that are loaded at once.
const WINDOW: u32 = 200;
/// Rows before the end of the window at which the next one is asked for.
const MARGIN: u64 = 40;

/// Hits that are shown of a search; who needs more words it better.
pub(crate) const MOST_HITS: u32 = 100;

/// What is listed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Seek {
    /// The whole view.
    View,
    /// What of the view is meant by these words.
    Filter(String),
    /// Every ticket in which these words were said.
    Said(String),
}

impl Seek {
    /// What was typed.
    pub(crate) fn words(&self) -> &str {
        match self {
            Self::View => "",
            Self::Filter(words) | Self::Said(words) => words,
        }
    }

    /// The same kind of search for other words.
    pub(crate) fn with(&self, words: &str) -> Self {
        match self {
            Self::View | Self::Filter(_) => Self::Filter(words.to_owned()),
            Self::Said(_) => Self::Said(words.to_owned()),
        }
    }
}

/// What was said where a ticket was found.
#[derive(Clone, Debug)]
pub(crate) struct Said {
    pub(crate) message: Option<usize>,
    pub(crate) snippet: String,
    pub(crate) marked: Vec<Range<usize>>,
}

/// The rows that are loaded, and where they lie in the whole.
#[derive(Clone, Debug)]
pub(crate) struct Window {
    pub(crate) offset: u64,
    pub(crate) total: u64,
    rows: Vec<TicketRow>,
    /// For each row what was said there, where that was looked for.
    said: Vec<Said>,
}

impl Window {
    pub(crate) fn row(&self, at: u64) -> Option<&TicketRow> {
        self.rows.get(usize::try_from(at.checked_sub(self.offset)?).ok()?)
    }

    /// What was said where the ticket in this row was found.
    pub(crate) fn said(&self, at: u64) -> Option<&Said> {
        self.said.get(usize::try_from(at.checked_sub(self.offset)?).ok()?)
    }

    fn of_hits(hits: Vec<Hit>) -> Self {
        let total = hits.len() as u64;
        let apart = |Hit { row, message, snippet, marked }: Hit| (row, Said { message, snippet, marked });
        let (rows, said) = hits.into_iter().map(apart).unzip();
        Self { offset: 0, total, rows, said }
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
    pub(crate) seek: Seek,
    /// What the filter looks for.
    pub(crate) needle: Needle,
    /// Where the person was in the view before something was looked for: what was selected, and the first row.
    left: Option<(u64, u64)>,
    /// Where the person will be once the answer is there; until then nothing moves.
    goal: Option<(u64, u64)>,
    pub(crate) window: Slot<Window>,
    pub(crate) counts: Slot<Vec<u64>>,
    pub(crate) seen: Seen,
    pub(crate) selected: u64,
    pub(crate) top: u64,
    /// Tickets that came in above what is looked at, since its top was last in sight.
    pub(crate) new_above: u64,
    /// The ticket that is to be selected when the first rows come.
    pub(crate) wanted: Option<TicketId>,
    /// The ticket that the person decided on last: where that sends it, the person does not go.
    pub(crate) decided: Option<TicketId>,
    asked_offset: u64,
}

impl Queue {
    pub(crate) fn new(me: PrincipalId, views: Vec<View>) -> Self {
        let (window, counts) = (Slot::default(), Slot::default());
        // Everything, where a view shows it.
        let shows_all = |view: &View| view.status.is_empty() && view.assignee.is_none() && !view.snoozed;
        let view = views.iter().position(shows_all).unwrap_or(0);
        let (seek, needle, marked, seen) = (Seek::View, Needle::default(), BTreeSet::new(), Seen::default());
        Self {
            me,
            views,
            view,
            marked,
            seek,
            needle,
            left: None,
            goal: None,
            window,
            counts,
            seen,
            selected: 0,
            top: 0,
            new_above: 0,
            wanted: None,
            decided: None,
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

    /// How many tickets the first view of nothing but urgent ones has, where there is one and it was counted.
    pub(crate) fn urgent(&self) -> Option<u64> {
        let urgent = |priority: &Priority| matches!(priority, Priority::Urgent | Priority::High);
        let at = self.views.iter().position(|v| !v.priority.is_empty() && v.priority.iter().all(urgent))?;
        self.counts.value.as_ref()?.get(at).copied()
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

    /// What was said where the selected ticket was found.
    pub(crate) fn selected_said(&self) -> Option<&Said> {
        self.window.value.as_ref()?.said(self.selected)
    }

    /// The order in words, where it is not the usual one.
    pub(crate) fn order(&self) -> Option<&'static str> {
        match self.views.get(self.view)?.sort {
            Sort::Due => None,
            Sort::Priority => Some("· most urgent first"),
            Sort::Updated => Some("· last changed first"),
            Sort::Created => Some("· newest first"),
        }
    }

    /// A row anywhere in the window.
    pub(crate) fn row_of(&self, id: &TicketId) -> Option<&TicketRow> {
        let window = self.window.value.as_ref()?;
        window.row(window.find(id)?)
    }

    /// The query for a window around the selected row.
    pub(crate) fn ask(&mut self, request: RequestId, now: Timestamp) -> TicketQuery {
        self.window.ask(request);
        let around = self.goal.map_or(self.selected, |(selected, _)| selected);
        self.asked_offset = around.saturating_sub(u64::from(WINDOW) / 2);
        let offset = u32::try_from(self.asked_offset).unwrap_or(u32::MAX);
        let view = self.views.get(self.view).map_or_else(TicketQuery::default, |view| view.query(&self.me, now));
        TicketQuery { limit: WINDOW, offset, ..view }
    }

    /// The queries that count the views.
    pub(crate) fn count(&mut self, request: RequestId, now: Timestamp) -> Vec<TicketQuery> {
        self.counts.ask(request);
        self.views.iter().map(|view| TicketQuery { limit: 1, ..view.query(&self.me, now) }).collect()
    }

    /// Takes a page, and keeps the same ticket selected, and where it is on the screen, as far as it can.
    pub(crate) fn arrived(&mut self, request: RequestId, page: TicketPage) -> bool {
        let window = Window { offset: self.asked_offset, total: page.total, rows: page.tickets, said: Vec::new() };
        self.take(request, window)
    }

    /// Takes what was found in messages.
    pub(crate) fn found(&mut self, request: RequestId, hits: Vec<Hit>) -> bool {
        self.take(request, Window::of_hits(hits))
    }

    fn take(&mut self, request: RequestId, window: Window) -> bool {
        let selected = self.stays_at(&window).or_else(|| self.wanted.take());
        let before = Known::of(self.window.value.as_ref());
        if !self.window.take(request, window) {
            return false;
        }
        if let Some(goal) = self.goal.take() {
            (self.selected, self.top, self.new_above) = (goal.0, goal.1, 0);
        } else if let Some(found) = selected.and_then(|id| self.window.value.as_ref()?.find(&id)) {
            let row_on_screen = self.selected.saturating_sub(self.top);
            self.selected = found;
            self.top = self.selected.saturating_sub(row_on_screen);
            self.new_above += self.window.value.as_ref().map_or(0, |window| before.news_above(self.top, window));
        }
        self.selected = self.selected.min(self.total().saturating_sub(1));
        true
    }

    /// The ticket that is selected in the rows that come: the same one; where the person's own decision moved it away,
    /// the one that came after it.
    fn stays_at(&self, rows: &Window) -> Option<TicketId> {
        let known = self.window.value.as_ref()?;
        let selected = &known.row(self.selected)?.id;
        let now_at = |at: u64| rows.find(&known.row(at)?.id);
        let next = known.row(self.selected + 1);
        let (here, after) = (rows.find(selected), now_at(self.selected + 1));
        let before = self.selected.checked_sub(1).and_then(now_at);
        let is_gone = here.is_none() || after.is_some_and(|after| here > Some(after)) || here < before;
        let leaves = self.decided.as_ref() == Some(selected) && is_gone && after.is_some();
        Some(next.filter(|_| leaves).map_or(selected, |next| &next.id).clone())
    }

    /// Takes the failure of a load; what is listed is not what was asked for then.
    pub(crate) fn failed(&mut self, request: RequestId, failure: &Failure) -> bool {
        let wanted = self.window.fail(request, failure);
        if wanted && let Some(goal) = self.goal.take() {
            (self.selected, self.top) = goal;
            self.window.value = None;
        }
        wanted
    }

    /// Starts over with another view; a filter holds in it too.
    pub(crate) fn reset(&mut self, view: usize) {
        (self.view, self.selected, self.top, self.new_above) = (view, 0, 0, 0);
        (self.left, self.goal) = (None, None);
        self.marked.clear();
        self.window.value = None;
        if let Seek::Said(_) = self.seek {
            self.seek = Seek::View;
        }
    }

    /// Looks for something from now on, best first; or for nothing, back where the person was before. What is listed
    /// stays until the answer is there.
    pub(crate) fn seek(&mut self, seek: Seek) {
        self.goal = match (&seek, &self.seek) {
            (Seek::View, _) => Some(self.left.take().unwrap_or_default()),
            (Seek::Filter(_) | Seek::Said(_), Seek::View) => {
                self.left = Some(self.goal.unwrap_or((self.selected, self.top)));
                Some((0, 0))
            }
            (Seek::Filter(_) | Seek::Said(_), Seek::Filter(_) | Seek::Said(_)) => Some((0, 0)),
        };
        self.needle = match &seek {
            Seek::Filter(words) => Needle::of(words),
            Seek::View | Seek::Said(_) => Needle::default(),
        };
        self.seek = seek;
    }

    /// How many lines of the screen a row takes.
    pub(crate) fn lines_a_row(&self) -> usize {
        self.window.value.as_ref().map_or(1, |window| if window.said.is_empty() { 1 } else { 2 })
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
        let height = height / self.lines_a_row();
        let small = |n: u64| usize::try_from(n).unwrap_or(usize::MAX);
        self.top = scrolled(small(self.top), small(self.selected), small(self.total()), height) as u64;
        self.new_above = self.new_above.min(self.top);
    }
}
