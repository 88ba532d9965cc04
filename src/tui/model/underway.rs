//! What is under way that the person waits for, since when, and what they are told of it.

use crate::tui::events::{Effect, Moment, Msg, Named, RequestId, naming};
use crate::tui::manner::Movement;
use crate::tui::model::card::Stage;
use crate::tui::model::pages::Page;
use crate::tui::model::slot::Slot;
use crate::tui::model::{Dialog, Model};

/// What takes longer than this is told.
const SOON: Moment = Moment::from_millis(300);
/// From when on it is told how long it has taken.
const LONG: u64 = 2;

/// Something that was asked for.
#[derive(Clone, Copy, Debug)]
struct Wait {
    named: Named,
    /// Since when, as far as the screen knows: from the first frame on in which the answer was not there.
    since: Option<Moment>,
}

impl Wait {
    fn is_told(&self, at: Moment) -> bool {
        self.since.is_some_and(|since| at >= since + SOON)
    }
}

/// All of it, the oldest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Underway {
    waits: Vec<Wait>,
    /// What the status line says, and when it says something else.
    told: Option<Told>,
    alarm: Option<Moment>,
}

/// What is told of the one that takes longest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Told {
    pub(crate) doing: &'static str,
    /// Whole seconds, where they are worth a word and may be counted.
    pub(crate) seconds: Option<u64>,
    /// Whether it can be ended halfway.
    pub(crate) can_stop: bool,
}

impl Underway {
    /// What the status line says of it.
    pub(crate) fn told(&self) -> Option<Told> {
        self.told
    }

    /// What the person has waited for long enough to be told of, and what nothing is lost by ending.
    pub(crate) fn stoppable(&self, at: Moment) -> Vec<Named> {
        let told = self.waits.iter().filter(|wait| wait.is_told(at) && wait.named.is_read);
        told.map(|wait| wait.named).collect()
    }

    /// Notes the answer to a request.
    pub(crate) fn heard(&mut self, msg: &Msg) {
        let over = match msg {
            Msg::Answered { request, .. } => Some(*request),
            Msg::Failed(failure) => failure.request,
            Msg::Key { .. }
            | Msg::Paste { .. }
            | Msg::Mouse { .. }
            | Msg::Focus { .. }
            | Msg::Resized { .. }
            | Msg::Drawn { .. }
            | Msg::Woke { .. }
            | Msg::Clock { .. }
            | Msg::QueueChanged
            | Msg::AgentStep { .. }
            | Msg::Writing { .. }
            | Msg::Called { .. }
            | Msg::Presence(_)
            | Msg::Connection(_) => None,
        };
        self.waits.retain(|wait| over != Some(wait.named.request));
    }

    fn told_at(&self, at: Moment, counts: bool) -> Option<Told> {
        let wait = self.waits.iter().find(|wait| wait.is_told(at))?;
        let seconds = at.saturating_sub(wait.since?).as_secs();
        let can_stop = wait.named.is_read;
        Some(Told { doing: wait.named.doing, seconds: (counts && seconds >= LONG).then_some(seconds), can_stop })
    }

    /// When what is told changes next, if nothing happens until then.
    fn next_change(&self, at: Moment, counts: bool) -> Option<Moment> {
        let told = self.waits.iter().find(|wait| wait.is_told(at)).and_then(|wait| wait.since);
        let next_second = told.filter(|_| counts).map(|since| {
            let seconds = at.saturating_sub(since).as_secs();
            since + Moment::from_secs((seconds + 1).max(LONG))
        });
        let soon = self.waits.iter().filter_map(|wait| Some(wait.since? + SOON)).filter(|soon| *soon > at).min();
        next_second.into_iter().chain(soon.filter(|_| told.is_none())).min()
    }
}

impl Model {
    /// Notes what was asked for just now, and forgets what nobody waits for any more.
    pub(crate) fn note_underway(&mut self, effects: &[Effect]) {
        if effects.is_empty() && self.underway.waits.is_empty() {
            return;
        }
        let mut underway = std::mem::take(&mut self.underway);
        let begun = effects.iter().map(naming).map(|named| Wait { named, since: None });
        underway.waits.extend(begun);
        underway.waits.retain(|wait| self.waits_for(wait.named.request));
        let goes_on = |told: &Told| underway.waits.iter().any(|wait| wait.named.doing == told.doing);
        underway.told = underway.told.filter(goes_on);
        self.underway = underway;
    }

    /// Time has passed: says anew what takes long; and when to look again.
    pub(crate) fn watch_underway(&mut self, at: Moment) -> Option<Effect> {
        let counts = self.movement == Movement::Full;
        let underway = &mut self.underway;
        for wait in underway.waits.iter_mut().filter(|wait| wait.since.is_none()) {
            wait.since = Some(at);
        }
        let told = underway.told_at(at, counts);
        self.changed |= told != underway.told;
        underway.told = told;
        let next = underway.next_change(at, counts);
        let is_new = next != underway.alarm;
        underway.alarm = next;
        next.filter(|_| is_new).map(Effect::Wake)
    }

    /// Whether the person, where they are now, looks out for the answer to this request.
    fn waits_for(&self, request: RequestId) -> bool {
        let is_it = |waiting: Option<RequestId>| waiting == Some(request);
        let open = self.open.as_deref();
        is_it(self.queue.window.waiting())
            || open.is_some_and(|open| {
                is_it(open.ticket.waiting())
                    || is_it(open.summary.waiting())
                    || is_it(open.draft.suggestion.waiting())
                    || is_it(open.draft.rewriting.as_ref().map(|rewriting| rewriting.request))
            })
            || self.errands.contains_key(&request)
            || self.decisions.iter().any(|decision| decision.request == request)
            || self.dialog_waits_for(request)
            || self.page_waits_for(&self.page, request)
    }

    fn dialog_waits_for(&self, request: RequestId) -> bool {
        let waiting = match &self.dialog {
            Dialog::Picking(picker) => picker.canned.waiting(),
            Dialog::List(list) => list.rows.waiting(),
            Dialog::Sources(sources) => sources.source.waiting(),
            Dialog::None
            | Dialog::Filter(_)
            | Dialog::Editing
            | Dialog::Rewriting(_)
            | Dialog::Note(_)
            | Dialog::Form(_)
            | Dialog::Snooze(_)
            | Dialog::Rating(_)
            | Dialog::Splitting(_)
            | Dialog::Tour(_)
            | Dialog::Confirm(_)
            | Dialog::Leaving => None,
        };
        waiting == Some(request)
    }

    fn page_waits_for(&self, page: &Page, request: RequestId) -> bool {
        let is_it = |waiting: Option<RequestId>| waiting == Some(request);
        match page {
            Page::Pending(_) => is_it(self.pending.waiting()),
            Page::Card(card) => matches!(card.stage, Stage::Opening { request: asked, .. } if asked == request),
            Page::Bulk(bulk) => bulk.items.iter().any(|item| item.waits_for(request)),
            Page::Log(log) => {
                let figures = log.figures.as_ref().and_then(Slot::waiting);
                is_it(log.loading.waiting()) || is_it(log.detail.waiting()) || is_it(figures)
            }
            Page::Replay(replay) => is_it(replay.records.waiting()) || is_it(replay.step.waiting()),
            Page::Help(help) => self.page_waits_for(&help.behind, request),
            Page::Work | Page::Outbox(_) => false,
        }
    }
}
