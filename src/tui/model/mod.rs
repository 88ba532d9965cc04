//! Everything that the screen knows. Nothing here draws, waits or asks; `update` changes it, `view` reads it.

pub(crate) mod ahead;
pub(crate) mod bulk;
pub(crate) mod card;
mod desk;
mod dialog;
pub(crate) mod draft;
pub(crate) mod form;
pub(crate) mod fuzzy;
pub(crate) mod keep;
pub mod kept;
pub(crate) mod layout;
pub(crate) mod list;
pub(crate) mod log;
pub(crate) mod open;
pub(crate) mod outbox;
pub(crate) mod pages;
pub(crate) mod palette;
mod pane;
pub(crate) mod picker;
pub(crate) mod queue;
pub(crate) mod rating;
pub(crate) mod replay;
pub(crate) mod rewrite;
pub(crate) mod seen;
pub(crate) mod sift;
pub(crate) mod slot;
pub(crate) mod sources;
pub(crate) mod split;
pub(crate) mod thread;
pub(crate) mod tour;
pub(crate) mod underway;
pub(crate) mod wrap;

use std::collections::BTreeMap;
use std::sync::Arc;

use crossterm::event::KeyEvent;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::domain::call::WriteCall;
use crate::domain::ids::{ProposalId, TicketId};
use crate::domain::link::Link;
use crate::domain::presence::{Doing, Presence};
use crate::domain::proposal::Waiting;
use crate::domain::snooze::BadTime;
use crate::domain::ticket::Tone;
use crate::tui::editor::Editor;
use crate::tui::events::{Moment, RequestId};
use crate::tui::keymap::{Command, Context, Keymap, Motion};
use crate::tui::manner::{Manner, Movement, Notify};
use crate::tui::model::ahead::Ahead;
pub use crate::tui::model::ahead::Part;
pub use crate::tui::model::desk::Desk;
pub(crate) use crate::tui::model::dialog::Dialog;
use crate::tui::model::keep::Unsaved;
use crate::tui::model::kept::Kept;
use crate::tui::model::open::OpenTicket;
use crate::tui::model::outbox::Outbox;
use crate::tui::model::pages::{Notice, Page, Step};
use crate::tui::model::palette::Palette;
pub(crate) use crate::tui::model::pane::Pane;
use crate::tui::model::queue::Queue;
use crate::tui::model::replay::Replay;
use crate::tui::model::slot::Slot;
use crate::tui::model::underway::Underway;
use crate::tui::theme::{OwnColors, Theme};

/// Until when these tickets are put off, while it is written.
#[derive(Clone, Debug)]
pub(crate) struct Snooze {
    pub(crate) tickets: Vec<TicketId>,
    pub(crate) until: Editor,
    pub(crate) trouble: Option<BadTime>,
}

/// Where the person was before they went to another ticket.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) focus: Pane,
    /// The ticket that was open, and the first row of its thread that was seen.
    pub(crate) ticket: Option<(TicketId, usize)>,
}

/// What is asked before something is lost.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Question {
    Quit,
    ReplaceDraft,
}

/// A decision whose answer has not come.
#[derive(Clone, Debug)]
pub(crate) struct Decision {
    pub(crate) request: RequestId,
    pub(crate) proposal: ProposalId,
    pub(crate) call: WriteCall,
    /// The person's own draft that it was made of, where it was: it is none any more once it was sent.
    pub(crate) draft: Option<String>,
}

/// Whether the person looks here, and what calls them when not.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Attention {
    pub(crate) how: Notify,
    /// Whether the terminal is in front; one that does not say counts as it.
    pub(crate) here: bool,
}

/// What the person chose at the screen, over the configuration.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Chosen {
    pub(crate) theme: Option<Theme>,
    pub(crate) mouse: Option<bool>,
}

/// A run of the agent.
#[derive(Clone, Debug)]
pub(crate) struct Run {
    pub(crate) request: RequestId,
    pub(crate) ticket: TicketId,
}

/// The whole screen.
#[derive(Clone, Debug)]
pub struct Model {
    pub(crate) desk: Desk,
    pub(crate) theme: Theme,
    /// In place of some of the theme's.
    pub(crate) colors: OwnColors,
    /// The keys in force.
    pub(crate) keys: Arc<Keymap>,
    pub(crate) size: (u16, u16),
    pub(crate) now: Timestamp,
    /// Where the person is.
    pub(crate) zone: TimeZone,
    pub(crate) page: Page,
    pub(crate) focus: Pane,
    pub(crate) dialog: Dialog,
    /// Over whatever page there is.
    pub(crate) palette: Option<Box<Palette>>,
    pub(crate) queue: Queue,
    pub(crate) open: Option<Box<OpenTicket>>,
    /// The way back from a ticket that was gone to beside another one.
    pub(crate) trail: Vec<Place>,
    pub(crate) pending: Slot<Vec<Waiting>>,
    /// Who else has which ticket open.
    pub(crate) others: Vec<Presence>,
    /// What was said last of where this person is.
    pub(crate) here: Option<(TicketId, Doing)>,
    pub(crate) unsaved: Unsaved,
    /// A text that is in the person's own editor.
    pub(crate) outside: Option<RequestId>,
    /// What takes its time.
    pub(crate) underway: Underway,
    /// What is being done aside, each with the words for when it is done.
    pub(crate) errands: BTreeMap<RequestId, String>,
    pub(crate) decisions: Vec<Decision>,
    pub(crate) outbox: Outbox,
    pub(crate) run: Option<Run>,
    /// How a suggestion sounds at first.
    pub(crate) first_tone: Tone,
    /// What is prepared for the tickets that come next.
    pub(crate) ahead: Ahead,
    pub(crate) steps: Vec<Step>,
    pub(crate) steps_top: usize,
    pub(crate) notice: Option<Notice>,
    /// What was cut or copied last.
    pub(crate) clip: String,
    pub(crate) link: Link,
    pub(crate) attention: Attention,
    pub(crate) movement: Movement,
    /// Whether the mouse is listened to.
    pub(crate) mouse: bool,
    pub(crate) chosen: Chosen,
    /// What was remembered, until it is loaded.
    pub(crate) kept: Option<Box<Kept>>,
    pub(crate) at: Moment,
    pub(crate) changed: bool,
    requests: u64,
}

impl Model {
    /// A screen that has not asked for anything yet; [`crate::tui::update::start`] asks.
    #[must_use]
    pub fn new(desk: Desk, theme: Theme, size: (u16, u16), now: &Zoned) -> Self {
        Self {
            queue: Queue::new(desk.me.id.clone(), desk.views.clone()),
            desk,
            theme,
            colors: OwnColors::default(),
            keys: Arc::default(),
            size,
            zone: now.time_zone().clone(),
            now: now.timestamp(),
            page: Page::Work,
            focus: Pane::Queue,
            dialog: Dialog::None,
            palette: None,
            open: None,
            trail: Vec::new(),
            others: Vec::new(),
            here: None,
            pending: Slot::default(),
            unsaved: Unsaved::default(),
            outside: None,
            underway: Underway::default(),
            errands: BTreeMap::new(),
            decisions: Vec::new(),
            outbox: Outbox::default(),
            run: None,
            first_tone: Tone::Polite,
            ahead: Ahead::default(),
            steps: Vec::new(),
            steps_top: 0,
            notice: None,
            clip: String::new(),
            link: Link::Up,
            attention: Attention { how: Notify::Off, here: true },
            movement: Movement::Full,
            mouse: false,
            chosen: Chosen::default(),
            kept: None,
            at: Moment::ZERO,
            changed: true,
            requests: 0,
        }
    }

    /// A screen that plays a run and does nothing else.
    #[must_use]
    pub fn playing(run: String, desk: Desk, theme: Theme, size: (u16, u16), now: &Zoned) -> Self {
        Self { page: Page::Replay(Box::new(Replay::of(run, None))), ..Self::new(desk, theme, size, now) }
    }

    /// Who has the keyboard. Nothing else decides it.
    #[must_use]
    pub fn context(&self) -> Context {
        if !layout::fits(&self.page, self.size) {
            return Context::TooSmall;
        }
        if self.palette.is_some() {
            return Context::Palette;
        }
        match &self.page {
            Page::Work => self.work_context(),
            Page::Pending(_) => Context::Pending,
            Page::Card(card) => card.stage.context(),
            Page::Bulk(bulk) if bulk.is_over() => Context::Outcome,
            Page::Bulk(_) => Context::Bulk,
            Page::Outbox(_) => Context::Outbox,
            Page::Log(log) => log.context(),
            Page::Replay(_) => Context::Replay,
            Page::Help(_) => Context::Help,
        }
    }

    fn work_context(&self) -> Context {
        match &self.dialog {
            Dialog::None => self.pane_context(),
            Dialog::Filter(_) => Context::Filter,
            Dialog::Editing => self.open.as_ref().map_or(Context::Editing, |open| open.draft.editor.context()),
            Dialog::Note(editor) => editor.context(),
            Dialog::Picking(_) => Context::Picking,
            Dialog::Sources(_) => Context::Sources,
            Dialog::Rewriting(_) => Context::Rewriting,
            Dialog::Form(_) => Context::Form,
            Dialog::Snooze(_) => Context::Snooze,
            Dialog::Rating(_) => Context::Rating,
            Dialog::List(list) if list.typing => Context::Filter,
            Dialog::List(_) => Context::List,
            Dialog::Splitting(_) => Context::Splitting,
            Dialog::Tour(_) => Context::Tour,
            Dialog::Confirm(_) => Context::Confirm,
            Dialog::Leaving => Context::Leaving,
        }
    }

    fn pane_context(&self) -> Context {
        match self.focus {
            Pane::Queue => Context::Queue,
            Pane::Ticket => Context::Ticket,
            Pane::Summary => Context::Summary,
            Pane::Draft => Context::Draft,
            Pane::Steps => Context::Steps,
        }
    }

    /// Whether a key pressed now is one that signs.
    pub(crate) fn signs(&self, key: &KeyEvent) -> bool {
        matches!(self.keys.command(self.context(), key), Some(Command::Approve | Command::Release))
    }

    /// Columns and rows of the terminal.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    /// Whether something changed since the last call: whether a frame is due.
    pub fn take_changed(&mut self) -> bool {
        std::mem::take(&mut self.changed)
    }

    /// Draws in another theme from now on.
    pub fn set_theme(&mut self, theme: Theme) {
        self.theme = theme;
        self.changed = true;
    }

    /// Draws with these in place of some of the theme's.
    pub fn set_colors(&mut self, colors: OwnColors) {
        self.colors = colors;
        self.changed = true;
    }

    /// The keys in force.
    #[must_use]
    pub fn keys(&self) -> &Keymap {
        &self.keys
    }

    /// Listens to other keys from now on.
    pub fn set_keys(&mut self, keys: Keymap) {
        self.keys = Arc::new(keys);
        self.changed = true;
    }

    /// Behaves so from now on.
    pub fn set_manner(&mut self, manner: Manner) {
        let Manner { keys, colors, notify, mouse, movement } = manner;
        (self.colors, self.attention.how, self.mouse) = (colors, notify, mouse);
        (self.movement, self.outbox.counts) = (movement, movement == Movement::Full);
        self.set_keys(keys);
    }

    /// How many proposals wait for this person.
    #[must_use]
    pub fn waiting(&self) -> usize {
        let undecided = |w: &&Waiting| !self.outbox.holds(w.proposal.id());
        self.pending.value.iter().flatten().filter(undecided).count()
    }

    /// A name that no request had before.
    pub(crate) fn request(&mut self) -> RequestId {
        self.requests += 1;
        RequestId(self.requests)
    }

    /// Who else has this ticket open.
    pub(crate) fn others_at<'a>(&'a self, ticket: &'a TicketId) -> impl Iterator<Item = &'a Presence> {
        self.others.iter().filter(move |presence| presence.ticket == *ticket)
    }

    /// A text of ours with the keys in force in place of each `{command}`.
    pub(crate) fn tell(&self, text: &str) -> String {
        self.keys.tell(self.context(), text)
    }

    pub(crate) fn note(&mut self, notice: Notice) {
        self.notice = Some(notice);
    }
}

/// Where a motion leads in a list of `len`.
pub(crate) fn moved(at: usize, motion: Motion, len: usize, half_page: usize) -> usize {
    let last = len.saturating_sub(1);
    let half_page = half_page.max(1);
    match motion {
        Motion::Up => at.saturating_sub(1),
        Motion::Down => (at + 1).min(last),
        Motion::PageUp => at.saturating_sub(half_page),
        Motion::PageDown => (at + half_page).min(last),
        Motion::Top => 0,
        Motion::Bottom => last,
    }
}

/// The first row of a window of `height` rows that shows row `at`, moved no further than it must.
pub(crate) fn scrolled(top: usize, at: usize, len: usize, height: usize) -> usize {
    let height = height.max(1);
    top.clamp((at + 1).saturating_sub(height), at).min(len.saturating_sub(height))
}
