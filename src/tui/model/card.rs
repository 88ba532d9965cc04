//! The approval card on screen: what was seen of it, when keys count, and what it is being asked.

use crate::domain::actor::Principal;
use crate::domain::approval::{Card, Kind};
use crate::domain::call::WriteCall;
use crate::domain::ids::ProposalId;
use crate::domain::policy::Keys;
use crate::domain::text;
use crate::tui::editor::Editor;
use crate::tui::events::{Moment, RequestId};
use crate::tui::keymap::{Context, Motion};
use crate::tui::model::form::UpdateForm;
use crate::tui::model::{moved, wrap};

/// Keys count after this much quiet.
pub(crate) const QUIET: Moment = Moment::from_millis(400);
/// Keys count after this long, quiet or not.
pub(crate) const CAP: Moment = Moment::from_millis(1500);
/// A rest that ends so much later than it should was slept through: what was typed in it is still to come.
pub(crate) const LATE: Moment = Moment::from_millis(100);
/// The least time between the two keys of an approval.
pub(crate) const APART: Moment = Moment::from_millis(300);
/// The longest: after that the first key is taken back, and nobody who comes by can add the second.
pub(crate) const TOGETHER: Moment = Moment::from_mins(1);

/// Reasons that have a number.
pub(crate) const REASONS: [&str; 6] = [
    "The answer is wrong",
    "Not our policy",
    "A person must look first",
    "Wrong tone",
    "Something is missing",
    "Not needed any more",
];

/// Where Esc leads, and where the next card comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Work,
    Tray,
}

/// The card page.
#[derive(Clone, Debug)]
pub(crate) struct CardPage {
    pub(crate) origin: Origin,
    pub(crate) stage: Stage,
}

/// What the card page is doing; each stage owns what it needs.
#[derive(Clone, Debug)]
pub(crate) enum Stage {
    /// The fresh read is on its way; an edit is kept until it is there.
    Opening { request: RequestId, kept: Option<Box<Stage>> },
    /// The card is read.
    Reading(Box<Reading>),
    /// The exact arguments are read.
    Arguments(Box<Reading>, Editor),
    /// A reason is chosen.
    Denying(Box<Reading>),
    /// A reason is written.
    Commenting(Box<Reading>, Editor),
    /// The text is edited.
    EditingText(Box<Reading>, Editor),
    /// The fields are edited.
    EditingForm(Box<Reading>, Box<UpdateForm>),
    /// It is signed and waits in the outbox.
    Held(ProposalId),
    /// A decision runs; the words say which.
    Deciding { request: RequestId, words: String },
    /// The decision has ended.
    Over(Ending),
}

/// How a decision ended, for people.
#[derive(Clone, Debug)]
pub(crate) struct Ending {
    pub(crate) good: bool,
    pub(crate) title: String,
    pub(crate) words: String,
    pub(crate) way_out: String,
}

impl Stage {
    pub(crate) fn context(&self) -> Context {
        match self {
            Self::Opening { .. } | Self::Deciding { .. } => Context::Deciding,
            Self::Reading(_) => Context::Card,
            Self::Arguments(..) => Context::Arguments,
            Self::Denying(_) => Context::Deny,
            Self::Commenting(..) => Context::Comment,
            Self::EditingText(_, editor) => editor.context(),
            Self::EditingForm(..) => Context::Form,
            Self::Held(_) | Self::Over(_) => Context::Outcome,
        }
    }

    pub(crate) fn reading(&self) -> Option<&Reading> {
        match self {
            Self::Reading(reading)
            | Self::Arguments(reading, _)
            | Self::Denying(reading)
            | Self::Commenting(reading, _)
            | Self::EditingText(reading, _)
            | Self::EditingForm(reading, _) => Some(reading),
            Self::Opening { .. } | Self::Held(_) | Self::Deciding { .. } | Self::Over(_) => None,
        }
    }
}

/// When keys count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arming {
    /// Nobody has seen the card; no key is for it.
    Undrawn,
    /// It is on screen; keys restart the quiet time, and one that signs came last at `signed`.
    Resting { opened: Moment, last: Moment, signed: Option<Moment> },
    /// Keys count.
    Armed,
    /// The first of two keys was pressed.
    Staged { at: Moment },
}

impl Arming {
    /// When time alone makes it something else: keys count, or the first of two does not any more.
    pub(crate) fn due(self) -> Option<Moment> {
        match self {
            // Whatever the cap says: a key that signs and comes again and again is held down, and no answer.
            Self::Resting { opened, last, signed } => {
                let due = (last + QUIET).min(opened + CAP);
                Some(signed.map_or(due, |signed| due.max(signed + QUIET)))
            }
            Self::Staged { at } => Some(at + TOGETHER),
            Self::Undrawn | Self::Armed => None,
        }
    }
}

/// What a person can sign once they have had all of it before them.
pub(crate) trait Signable {
    /// When keys count.
    fn armed(&self) -> Arming;
    /// The same, to be changed.
    fn arming(&mut self) -> &mut Arming;
    /// A frame went out: what it showed was seen.
    fn saw(&mut self, at: Moment);
    /// Whether every row was on screen.
    fn is_all_seen(&self) -> bool;
    /// Whether it takes two keys.
    fn needs_two(&self) -> bool;
    /// Whether there is something in it that a person could put otherwise.
    fn is_editable(&self) -> bool;
    /// What keeps this person from approving, in words; nothing when they can.
    fn obstacle(&self, me: &Principal) -> Option<String>;

    /// Keys do not count until it was drawn once more and rested.
    fn rest_again(&mut self) {
        *self.arming() = Arming::Undrawn;
    }

    /// Rests from `at` on, whatever was pressed before.
    fn rest_from(&mut self, at: Moment) {
        *self.arming() = Arming::Resting { opened: at, last: at, signed: None };
    }
}

/// Whether a card takes two keys.
pub(crate) fn takes_two(card: &Card) -> bool {
    match card.requirement().keys {
        Keys::One => false,
        Keys::Two(_) => true,
    }
}

/// What about a card keeps this person from approving it, in words.
pub(crate) fn obstacle_of(card: &Card, me: &Principal) -> Option<String> {
    if let Some(obstacle) = card.obstacle() {
        return Some(obstacle.to_owned());
    }
    let needs = card.requirement();
    let proposal = card.proposal();
    if !me.role.covers(needs.role) {
        return Some(format!("needs the approval of a {}; you are signed in as {}", needs.role, me.role));
    }
    if needs.second_person && proposal.is_made_by(me) {
        return Some("needs a second person: you proposed or edited it".to_owned());
    }
    None
}

/// Before a row that goes on where the one above ends.
const GOES_ON: &str = "  ↳ ";

/// One wrapped row of the card.
#[derive(Clone, Debug)]
pub(crate) struct CardRow {
    pub(crate) kind: Kind,
    /// Escaped.
    pub(crate) text: String,
}

/// A card being read.
#[derive(Clone, Debug)]
pub(crate) struct Reading {
    pub(crate) card: Box<Card>,
    pub(crate) rows: Vec<CardRow>,
    pub(crate) top: usize,
    pub(crate) arming: Arming,
    /// What the reader must know first: that the ticket moved, say.
    pub(crate) remark: Option<String>,
    /// When it was on screen first.
    pub(crate) first_seen: Option<Moment>,
    width: usize,
    height: usize,
    seen: Vec<bool>,
    all_seen: bool,
}

impl Reading {
    pub(crate) fn new(card: Box<Card>, remark: Option<String>) -> Self {
        let arming = Arming::Undrawn;
        Self {
            card,
            rows: Vec::new(),
            top: 0,
            arming,
            remark,
            first_seen: None,
            width: 0,
            height: 0,
            seen: Vec::new(),
            all_seen: false,
        }
    }

    /// Wraps for this width; what was seen in other rows was not seen in these, unless all of it was.
    pub(crate) fn arrange(&mut self, width: usize, height: usize) {
        if width != self.width {
            let remark = self.remark.iter().flat_map(|remark| rows_of(Kind::Warning, remark, width));
            let lines = self.card.lines().iter().flat_map(|line| rows_of(line.kind, &line.text, width));
            self.rows = remark.chain(lines).collect();
            self.seen = vec![false; self.rows.len()];
            self.width = width;
            self.rest_again();
        }
        self.height = height;
        self.top = self.top.min(self.rows.len().saturating_sub(height));
    }

    pub(crate) fn go(&mut self, motion: Motion, height: usize) {
        let tops = self.rows.len().saturating_sub(height) + 1;
        self.top = moved(self.top, motion, tops, height / 2);
    }
}

impl Signable for Reading {
    fn armed(&self) -> Arming {
        self.arming
    }

    fn arming(&mut self) -> &mut Arming {
        &mut self.arming
    }

    fn saw(&mut self, at: Moment) {
        self.first_seen.get_or_insert(at);
        self.seen.iter_mut().skip(self.top).take(self.height).for_each(|seen| *seen = true);
        self.all_seen = self.all_seen || self.seen.iter().all(|seen| *seen);
    }

    fn is_all_seen(&self) -> bool {
        self.all_seen
    }

    fn needs_two(&self) -> bool {
        takes_two(&self.card)
    }

    fn is_editable(&self) -> bool {
        match self.card.proposal().call() {
            WriteCall::MergeTickets(_) => false,
            WriteCall::UpdateTicket(_) | WriteCall::SendReply(_) | WriteCall::SplitMessage(_) => true,
        }
    }

    fn obstacle(&self, me: &Principal) -> Option<String> {
        obstacle_of(&self.card, me).or_else(|| (!self.all_seen).then(|| "read on to approve".to_owned()))
    }
}

/// A line of the card in rows; a row that goes on says so, so that nothing in a line can pass for the next one.
pub(crate) fn rows_of(kind: Kind, line: &str, width: usize) -> Vec<CardRow> {
    let (first, rest) = match kind {
        Kind::Heading => ("", GOES_ON),
        Kind::Change | Kind::Note => ("  ", GOES_ON),
        // The bar tells the letter from the card: no line of a letter can pass for one of the card's own.
        Kind::Text => ("  │ ", "  │ "),
        Kind::Said => ("  ┊ ", "  ┊ "),
        Kind::Warning => ("  ⚠ ", GOES_ON),
    };
    let shown = text::line(line);
    let rows = wrap::text(&shown, width.saturating_sub(wrap::columns(rest)));
    let row = |(at, range): (usize, std::ops::Range<usize>)| {
        let indent = if at == 0 { first } else { rest };
        CardRow { kind, text: format!("{indent}{}", &shown[range]) }
    };
    rows.into_iter().enumerate().map(row).collect()
}
