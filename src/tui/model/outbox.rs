//! The outbox: replies that were signed wait here for a moment, and can be taken back until it is over.

use crate::domain::approval::{Card, Signature};
use crate::domain::call::WriteCall;
use crate::domain::ids::{ProposalId, TicketId};
use crate::domain::text;
use crate::domain::ticket::{Status, Visibility};
use crate::tui::events::{Moment, RequestId};
use crate::tui::model::card::Ending;
use crate::tui::model::{Model, wrap};

/// A wait that ends so much later than it should was seen by nobody: it begins anew.
const LATE: Moment = Moment::from_secs(1);
const SECOND: Moment = Moment::from_secs(1);

/// Signed, and not away: the card with what was put under it.
#[derive(Clone, Debug)]
pub(crate) struct Signed {
    pub(crate) card: Box<Card>,
    pub(crate) signature: Signature,
    /// When the last key was pressed.
    pub(crate) at: Moment,
}

/// Where a reply is.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    /// It goes out at `due`, unless it is taken back.
    Waiting { signed: Signed, due: Moment },
    /// The approved call is under way.
    Going { request: RequestId },
    /// It did not go out, or nobody knows.
    Back(Ending),
}

/// A signed reply.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) proposal: ProposalId,
    pub(crate) call: WriteCall,
    /// The ticket's subject.
    pub(crate) about: String,
    /// The person's own draft that it was made of, where it was.
    pub(crate) draft: Option<String>,
    pub(crate) place: Place,
}

impl Letter {
    pub(crate) fn ticket(&self) -> &TicketId {
        self.call.ticket_id()
    }

    /// When it goes out, while it waits.
    pub(crate) fn due(&self) -> Option<Moment> {
        match self.place {
            Place::Waiting { due, .. } => Some(due),
            Place::Going { .. } | Place::Back(_) => None,
        }
    }

    /// Sends it on its way; whoever gets what was signed is the only one who ever does.
    pub(crate) fn go(&mut self, request: RequestId) -> Option<Signed> {
        match std::mem::replace(&mut self.place, Place::Going { request }) {
            Place::Waiting { signed, .. } => Some(signed),
            other @ (Place::Going { .. } | Place::Back(_)) => {
                self.place = other;
                None
            }
        }
    }

    /// What the customer would read, in rows.
    pub(crate) fn rows(&self, width: usize) -> Vec<String> {
        let body = match &self.call {
            WriteCall::SendReply(reply) => reply.body.as_str(),
            WriteCall::UpdateTicket(_) | WriteCall::MergeTickets(_) | WriteCall::SplitMessage(_) => "",
        };
        let shown = text::block(body);
        wrap::text(&shown, width).into_iter().map(|row| shown[row].to_owned()).collect()
    }
}

/// All of them, oldest first.
#[derive(Clone, Debug)]
pub(crate) struct Outbox {
    /// How long a reply can be taken back; no time at all where it goes out at once.
    pub(crate) wait: Moment,
    /// Whether the seconds are counted down on the screen.
    pub(crate) counts: bool,
    /// What a reply makes of a new or open ticket.
    pub(crate) answered: Option<Status>,
    pub(crate) letters: Vec<Letter>,
    /// The program ends once all of them are away.
    pub(crate) then_quit: bool,
    alarm: Option<Moment>,
}

impl Default for Outbox {
    fn default() -> Self {
        Self { wait: Moment::ZERO, counts: true, answered: None, letters: Vec::new(), then_quit: false, alarm: None }
    }
}

impl Outbox {
    /// Whether a call waits here before it goes out: what a customer will read does.
    pub(crate) fn takes(&self, call: &WriteCall) -> bool {
        let is_public = matches!(call, WriteCall::SendReply(reply) if reply.visibility == Visibility::Public);
        is_public && !self.wait.is_zero()
    }

    /// Those that can still be taken back.
    pub(crate) fn waiting(&self) -> impl Iterator<Item = (&Letter, Moment)> {
        self.letters.iter().filter_map(|letter| Some((letter, letter.due()?)))
    }

    /// The one that goes out first.
    pub(crate) fn soonest(&self) -> Option<(&Letter, Moment)> {
        self.waiting().min_by_key(|(_, due)| *due)
    }

    /// Those that did not go out, and why.
    pub(crate) fn back(&self) -> impl Iterator<Item = (&Letter, &Ending)> {
        self.letters.iter().filter_map(|letter| match &letter.place {
            Place::Back(ending) => Some((letter, ending)),
            Place::Waiting { .. } | Place::Going { .. } => None,
        })
    }

    /// Whether a proposal is signed and not yet decided.
    pub(crate) fn holds(&self, proposal: &ProposalId) -> bool {
        self.undecided().any(|letter| letter.proposal == *proposal)
    }

    /// Whether a reply to a ticket is signed and not yet decided.
    pub(crate) fn holds_reply_to(&self, ticket: &TicketId) -> bool {
        self.undecided().any(|letter| letter.ticket() == ticket)
    }

    pub(crate) fn undecided(&self) -> impl Iterator<Item = &Letter> {
        self.letters.iter().filter(|letter| match letter.place {
            Place::Waiting { .. } | Place::Going { .. } => true,
            Place::Back(_) => false,
        })
    }

    /// The letter whose decision runs as `request`.
    pub(crate) fn going(&self, request: RequestId) -> Option<usize> {
        let is_it = |letter: &Letter| matches!(letter.place, Place::Going { request: r } if r == request);
        self.letters.iter().position(is_it)
    }

    /// Gives every wait its whole time again that is over now but that nobody could watch.
    pub(crate) fn begin_again(&mut self, at: Moment, watched: bool) {
        let wait = self.wait;
        for letter in &mut self.letters {
            if let Place::Waiting { due, .. } = &mut letter.place
                && *due <= at
                && (!watched || at > *due + LATE)
            {
                *due = at + wait;
            }
        }
    }

    /// Whether the time of [`Outbox::set_alarm`] has come.
    pub(crate) fn rings(&self, at: Moment) -> bool {
        self.alarm.is_some_and(|alarm| at >= alarm)
    }

    /// When something changes next: a second less on the screen, or a reply goes out.
    pub(crate) fn set_alarm(&mut self, at: Moment) -> Option<Moment> {
        let due = self.soonest().map(|(_, due)| due);
        self.alarm =
            due.map(|due| if self.counts { due.saturating_sub(SECOND * (seconds_left(due, at) - 1)) } else { due });
        self.alarm
    }
}

impl Model {
    /// Lets a signed reply be taken back for so long.
    #[must_use]
    pub fn holding_replies(mut self, wait: Moment) -> Self {
        self.outbox.wait = wait;
        self
    }

    /// Gives a new or open ticket this status with a reply.
    #[must_use]
    pub fn answering_with(mut self, status: Option<Status>) -> Self {
        self.outbox.answered = status;
        self
    }
}

/// The seconds until `due`, as they are shown: the last one is 1.
pub(crate) fn seconds_left(due: Moment, at: Moment) -> u32 {
    let left = due.saturating_sub(at);
    let begun = u64::from(left.subsec_nanos() > 0);
    u32::try_from(left.as_secs() + begun).unwrap_or(u32::MAX).max(1)
}

/// The page: the letter that is looked at, and how far its text is scrolled.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct OutboxPage {
    pub(crate) selected: usize,
    pub(crate) text_top: usize,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn the_seconds_that_are_left_are_counted_up_and_never_nothing() {
        let at = |millis| Duration::from_millis(millis);
        for (due, now, expect) in [(10_000, 0, 10), (10_000, 1, 10), (10_000, 1_000, 9), (10_000, 9_999, 1)] {
            assert_eq!(seconds_left(at(due), at(now)), expect, "{due} {now}");
        }
        assert_eq!(seconds_left(at(5), at(9)), 1);
    }
}
