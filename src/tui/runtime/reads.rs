//! Reading for the screen: counts, tickets, saved drafts, and what is the person's own.

use jiff::Timestamp;

use crate::domain::answer::Answer as Told;
use crate::domain::call::{OfCustomer, OfTicket, ReadCall};
use crate::domain::feedback::Feedback;
use crate::domain::ids::TicketId;
use crate::domain::ticket::TicketQuery;
use crate::seat::bounds::{MOST_QUERIES, MOST_ROWS};
use crate::tui::events::Answer;
use crate::tui::runtime::{Answered, Inner, trouble};

impl Inner {
    pub(super) async fn counts(&self, queries: Vec<TicketQuery>) -> Answered {
        // Counting is no tool call: it looks at the desk's own memory.
        let mut counts = Vec::with_capacity(queries.len());
        for some in queries.chunks(MOST_QUERIES) {
            counts.extend(self.sitting.seat.counts(some.to_vec()).await?);
        }
        Ok(Answer::Counts(counts))
    }

    pub(super) async fn ticket(&self, ticket_id: TicketId) -> Answered {
        let Told::Ticket(answer) = self.call(&ReadCall::GetTicket(OfTicket { ticket_id })).await? else {
            return Err(trouble("the desk answered something else", "{reload} tries again"));
        };
        let customer_id = answer.ticket.row.customer_id.clone();
        let customer = match self.call(&ReadCall::GetCustomer(OfCustomer { customer_id })).await {
            Ok(Told::Customer(customer)) => Some(Box::new(customer)),
            _ => None,
        };
        Ok(Answer::Ticket { ticket: Box::new(answer.ticket), customer })
    }

    pub(super) async fn snooze(&self, tickets: Vec<TicketId>, until: Option<Timestamp>) -> Answered {
        for some in tickets.chunks(MOST_ROWS) {
            self.sitting.seat.snooze(some.to_vec(), until).await?;
        }
        Ok(Answer::Snoozed)
    }

    pub(super) async fn seen(&self, tickets: Vec<TicketId>) -> Answered {
        let mut known = Vec::new();
        for some in tickets.chunks(MOST_ROWS) {
            known.extend(self.sitting.seat.seen(some.to_vec()).await?);
        }
        let version = |ticket: &TicketId| known.iter().find(|(id, _)| id == ticket).map_or(0, |(_, version)| *version);
        Ok(Answer::Seen(tickets.into_iter().map(|ticket| (ticket.clone(), version(&ticket))).collect()))
    }

    pub(super) async fn see(&self, tickets: Vec<(TicketId, u64)>) -> Answered {
        for some in tickets.chunks(MOST_ROWS) {
            self.sitting.seat.see(some.to_vec()).await?;
        }
        Ok(Answer::Seen(tickets))
    }

    pub(super) async fn thumbs(&self, ticket: TicketId) -> Answered {
        Ok(Answer::Thumbs(self.sitting.seat.thumbs(ticket).await?))
    }

    pub(super) async fn rate(&self, feedback: Feedback) -> Answered {
        let ticket = feedback.ticket.row.id.clone();
        self.sitting.seat.rate(feedback).await?;
        self.thumbs(ticket).await
    }
}
