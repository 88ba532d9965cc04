//! Reading for the screen: counts, tickets, saved drafts, and what is the person's own.

use std::sync::Arc;

use jiff::Timestamp;
use tokio::runtime::Handle;

use crate::app::Sitting;
use crate::domain::answer::Answer as Told;
use crate::domain::call::{OfCustomer, OfTicket, ReadCall};
use crate::domain::feedback::Feedback;
use crate::domain::ids::TicketId;
use crate::domain::ticket::TicketQuery;
use crate::store::{Store, StoreError};
use crate::tui::events::Answer;
use crate::tui::runtime::{Answered, Inner, trouble};

async fn count(store: &dyn Store, query: TicketQuery) -> Result<u64, StoreError> {
    Ok(store.tickets(&TicketQuery { limit: 1, ..query }).await?.total)
}

impl Inner {
    pub(super) async fn counts(&self, queries: Vec<TicketQuery>) -> Answered {
        let store = Arc::clone(&self.sitting.store);
        // Counting is no tool call: it looks at the desk's own memory. A large one takes a while, and the queue is
        // loaded meanwhile.
        let counted = tokio::task::spawn_blocking(move || {
            let count = |query| Handle::current().block_on(count(store.as_ref(), query));
            queries.into_iter().map(count).collect::<Result<_, _>>()
        });
        Ok(Answer::Counts(counted.await??))
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

    pub(super) async fn snooze(&self, tickets: &[TicketId], until: Option<Timestamp>) -> Answered {
        for ticket in tickets {
            self.sitting.store.snooze(&self.sitting.principal.id, ticket, until).await?;
        }
        Ok(Answer::Snoozed)
    }

    pub(super) async fn seen(&self, tickets: Vec<TicketId>) -> Answered {
        let known = self.sitting.store.seen(&self.sitting.principal.id, &tickets).await?;
        let version = |ticket: &TicketId| known.iter().find(|(id, _)| id == ticket).map_or(0, |(_, version)| *version);
        Ok(Answer::Seen(tickets.into_iter().map(|ticket| (ticket.clone(), version(&ticket))).collect()))
    }

    pub(super) async fn see(&self, tickets: Vec<(TicketId, u64)>) -> Answered {
        for (ticket, version) in &tickets {
            self.sitting.store.see(&self.sitting.principal.id, ticket, *version).await?;
        }
        Ok(Answer::Seen(tickets))
    }

    pub(super) async fn thumbs(&self, ticket: &TicketId) -> Answered {
        Ok(Answer::Thumbs(self.sitting.store.given(&self.sitting.principal.id, ticket).await?))
    }

    pub(super) async fn rate(&self, feedback: Feedback) -> Answered {
        let Sitting { store, principal, run, .. } = &self.sitting;
        let ticket = feedback.ticket.row.id.clone();
        let event = feedback.event(crate::clock::now(), principal.id.clone(), run.id.clone());
        store.rate(feedback, event).await?;
        self.thumbs(&ticket).await
    }
}
