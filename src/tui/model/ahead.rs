//! Writing ahead: the texts of the tickets that come next, while the person works on another one.

use crate::domain::ids::TicketId;
use crate::domain::ticket::Tone;
use crate::tui::events::{Moment, RequestId};
use crate::tui::model::Model;

/// How long the queue must rest where it is before anything is written for what comes next.
pub(crate) const PAUSE: Moment = Moment::from_millis(700);
/// How long nothing is prepared after no model answered, or none was asked.
pub(crate) const REST: Moment = Moment::from_mins(5);
/// How long after the last key somebody is still taken to be there.
pub(crate) const PRESENCE: Moment = Moment::from_mins(15);
/// How many texts are remembered as asked for.
const MOST_ASKED: usize = 200;

/// A text that can be there before the ticket is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// The summary.
    Summary,
    /// The draft, in a tone.
    Draft(Tone),
}

/// A part for a ticket at a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) ticket: TicketId,
    pub(crate) version: u64,
    pub(crate) part: Part,
}

/// What is prepared, and for which tickets.
#[derive(Clone, Debug, Default)]
pub(crate) struct Ahead {
    /// Of how many tickets; 0 for none.
    pub(crate) most: usize,
    /// The text in the making.
    pub(crate) running: Option<(RequestId, Text)>,
    /// When a person was last there.
    pub(crate) last_key: Moment,
    aim: Vec<(TicketId, u64)>,
    aimed_at: Moment,
    rests_until: Moment,
    asked: Vec<Text>,
}

impl Ahead {
    /// Takes aim at these tickets from now on; whether they are others than before.
    pub(crate) fn take_aim(&mut self, aim: Vec<(TicketId, u64)>, at: Moment) -> bool {
        let moved = self.aim != aim;
        if moved {
            (self.aim, self.aimed_at) = (aim, at);
        }
        moved
    }

    /// Whether the text in the making is for a ticket that is aimed at.
    pub(crate) fn is_on_target(&self) -> bool {
        let Some((_, text)) = &self.running else { return true };
        self.aim.iter().any(|(ticket, version)| *ticket == text.ticket && *version == text.version)
    }

    /// Whether it is time to write, and for somebody.
    pub(crate) fn may_begin(&self, at: Moment) -> bool {
        let rested = at >= self.aimed_at + PAUSE && at >= self.rests_until;
        self.running.is_none() && rested && at < self.last_key + PRESENCE
    }

    /// The first text of the aim that was not asked for.
    pub(crate) fn next(&self, tone: Tone) -> Option<Text> {
        let parts = [Part::Summary, Part::Draft(tone)];
        let texts = self
            .aim
            .iter()
            .flat_map(|(ticket, version)| parts.map(|part| Text { ticket: ticket.clone(), version: *version, part }));
        texts.into_iter().find(|text| !self.asked.contains(text))
    }

    pub(crate) fn begin(&mut self, request: RequestId, text: Text) {
        let most = (self.asked.len() + 1).saturating_sub(MOST_ASKED);
        self.asked.drain(..most);
        self.asked.push(text.clone());
        self.running = Some((request, text));
    }

    /// Gives the text in the making up; it may be asked for again.
    pub(crate) fn give_up(&mut self) -> Option<RequestId> {
        let (request, text) = self.running.take()?;
        self.asked.retain(|asked| *asked != text);
        Some(request)
    }

    /// The text in the making is there, or will never be.
    pub(crate) fn end(&mut self, request: RequestId) -> Option<Text> {
        self.running.take_if(|(running, _)| *running == request).map(|(_, text)| text)
    }

    /// The request that writes this part for this ticket just now.
    pub(crate) fn writes(&self, ticket: &TicketId, part: Part) -> Option<RequestId> {
        let same = |text: &Text| text.ticket == *ticket && text.part == part;
        self.running.as_ref().filter(|(_, text)| same(text)).map(|(request, _)| *request)
    }

    /// Leaves the model alone for a while.
    pub(crate) fn rest(&mut self, at: Moment) {
        self.rests_until = at + REST;
    }
}

impl Model {
    /// Suggestions sound like this at first, and this many of the next tickets are prepared by the model.
    #[must_use]
    pub fn assisted(mut self, tone: Tone, ahead: usize) -> Self {
        self.first_tone = tone;
        self.ahead.most = if self.desk.model { ahead } else { 0 };
        self
    }
}
