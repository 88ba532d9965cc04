//! What stands beside a ticket: whose it is and what else they wrote about, and tickets like it.

use std::collections::BTreeSet;

use crate::domain::answer::Answer as Told;
use crate::domain::call::{CannedQuery, OfCustomer, ReadCall, SearchTickets};
use crate::domain::ids::{ArticleId, CustomerId, TicketId};
use crate::domain::mail;
use crate::domain::ticket::{Author, Message, Sort, Ticket, TicketQuery, TicketRow, Visibility};
use crate::tui::events::{Answer, Earlier, Source};
use crate::tui::runtime::{Answered, Inner, Trouble, trouble};

/// Tickets of a customer that are listed.
const HISTORY: u32 = 200;
/// Similar tickets that are listed.
const SIMILAR: u32 = 12;
/// Tickets that are offered for a merge, beside similar ones.
const OTHERS: u32 = 50;
/// Letters of an answer that are shown.
const ANSWER: usize = 400;

impl Inner {
    pub(super) async fn history(&self, customer_id: CustomerId) -> Answered {
        let query = TicketQuery {
            customer_id: Some(customer_id.clone()),
            sort: Sort::Updated,
            limit: HISTORY,
            ..TicketQuery::default()
        };
        let Told::Page(tickets) = self.call(&ReadCall::ListTickets(query)).await? else { return Err(something_else()) };
        let customer = match self.call(&ReadCall::GetCustomer(OfCustomer { customer_id })).await {
            Ok(Told::Customer(customer)) => Some(Box::new(customer)),
            _ => None,
        };
        Ok(Answer::History { customer, tickets })
    }

    pub(super) async fn similar(&self, ticket: TicketId) -> Answered {
        let search = SearchTickets { query: None, ticket_id: Some(ticket), limit: SIMILAR };
        let Told::Found(found) = self.call(&ReadCall::SearchTickets(search)).await? else {
            return Err(something_else());
        };
        // How they ended is for the eyes of the person only, and no tool call.
        let ids = found.tickets.iter().map(|row| row.id.clone()).collect();
        let whole = self.sitting.seat.tickets(ids).await?;
        let earlier = |row: TicketRow| {
            let ticket = whole.iter().find(|ticket| ticket.row.id == row.id);
            Earlier { answer: ticket.and_then(last_answer), row }
        };
        Ok(Answer::Similar(found.tickets.into_iter().map(earlier).collect()))
    }

    /// The customer's other tickets and then those like this one; or those that the words mean, the customer's first.
    pub(super) async fn others(&self, ticket: TicketId, customer: CustomerId, words: String) -> Answered {
        let query = TicketQuery { sort: Sort::Updated, limit: OTHERS, ..TicketQuery::default() };
        let mut others = Vec::new();
        if words.is_empty() {
            others.extend(self.rows(TicketQuery { customer_id: Some(customer), ..query }).await?);
            let like = SearchTickets { query: None, ticket_id: Some(ticket.clone()), limit: SIMILAR };
            let Told::Found(found) = self.call(&ReadCall::SearchTickets(like)).await? else {
                return Err(something_else());
            };
            others.extend(found.tickets);
        } else {
            others.extend(self.rows(TicketQuery { text: Some(words), ..query }).await?);
            others.sort_by_key(|row| row.customer_id != customer);
        }
        let mut seen = BTreeSet::from([ticket]);
        others.retain(|row| row.lives_on_in().is_none() && seen.insert(row.id.clone()));
        Ok(Answer::Others(others))
    }

    async fn rows(&self, query: TicketQuery) -> Result<Vec<TicketRow>, Trouble> {
        let Told::Page(page) = self.call(&ReadCall::ListTickets(query)).await? else { return Err(something_else()) };
        Ok(page.tickets)
    }

    /// An article is looked up in the desk's own memory, for the eyes of the person only; a canned reply is read as it is
    /// worded for the ticket.
    pub(super) async fn source(&self, ticket: TicketId, name: &str) -> Answered {
        if let Ok(id) = name.parse::<ArticleId>()
            && let Some(article) = self.sitting.seat.article(id).await?
        {
            return Ok(Answer::Source(Some(Source { text: article.body })));
        }
        let query = CannedQuery { ticket_id: Some(ticket) };
        let Told::Canned(texts) = self.call(&ReadCall::ListCanned(query)).await? else { return Err(something_else()) };
        let found = texts.canned.into_iter().find(|canned| canned.id.as_str() == name);
        Ok(Answer::Source(found.map(|canned| Source { text: canned.text })))
    }
}

/// What the customer was answered last, the beginning of it.
fn last_answer(ticket: &Ticket) -> Option<String> {
    let to_customer = |message: &&Message| message.author == Author::Agent && message.visibility == Visibility::Public;
    ticket.thread.iter().rev().find(to_customer).map(|message| beginning(&message.body))
}

/// What somebody wrote in one line, cut where it gets long.
fn beginning(body: &str) -> String {
    let words = mail::fresh(body).split_whitespace().collect::<Vec<_>>().join(" ");
    if words.chars().count() <= ANSWER {
        return words;
    }
    let mut cut: String = words.chars().take(ANSWER).collect();
    cut.push('…');
    cut
}

fn something_else() -> Trouble {
    trouble("the desk answered something else", "{reload} tries again")
}
