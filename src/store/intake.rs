//! Bringing rows in: customers, tickets, articles and canned replies, each once. The rules, whatever holds the desk.

use jiff::Timestamp;

use crate::domain::article::{Article, CannedReply};
use crate::domain::customer::Customer;
use crate::domain::ids::{CustomerId, PrincipalId, TicketId};
use crate::domain::intake::{Intake, NewCustomer, NewTicket};
use crate::domain::split;
use crate::store::{Imported, Origin, StoreError};

/// By what a customer is looked up.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Known<'a> {
    /// The id.
    Id(&'a str),
    /// The mail address.
    Email(&'a str),
    /// The name, of one without an address.
    Name(&'a str),
}

/// Whose ticket it is: the id, and the name as shown.
pub(crate) type Owner = (CustomerId, String);

/// A ticket in its place.
pub(crate) struct Placed<'a> {
    pub(crate) id: TicketId,
    pub(crate) external_id: String,
    pub(crate) ticket: &'a NewTicket,
    pub(crate) assignee: Option<PrincipalId>,
    pub(crate) owner: Owner,
    pub(crate) updated_at: Timestamp,
    pub(crate) due_at: Option<Timestamp>,
    pub(crate) is_sample: bool,
}

/// What bringing rows in asks of a desk and puts into it. What is there already stays as it is: then the answer is false.
pub(crate) trait Shelf {
    /// Whether a ticket came in under this name.
    fn has_external(&mut self, external: &str) -> Result<bool, StoreError>;
    /// Whether a ticket has this id.
    fn has_ticket(&mut self, id: &str) -> Result<bool, StoreError>;
    /// The customer who is known by this.
    fn customer(&mut self, by: Known<'_>) -> Result<Option<Owner>, StoreError>;
    /// A number that no customer has had.
    fn next_customer(&mut self) -> Result<u64, StoreError>;
    /// Puts a customer in.
    fn put_customer(&mut self, customer: &Customer, is_sample: bool) -> Result<bool, StoreError>;
    /// Puts an article in.
    fn put_article(&mut self, article: &Article, is_sample: bool) -> Result<bool, StoreError>;
    /// Puts a canned reply in.
    fn put_canned(&mut self, canned: &CannedReply, is_sample: bool) -> Result<bool, StoreError>;
    /// Puts somebody in who may only look, unless the desk knows them.
    fn put_viewer(&mut self, id: &PrincipalId) -> Result<(), StoreError>;
    /// Puts a ticket in with its thread; its names are free.
    fn put_ticket(&mut self, placed: Placed<'_>) -> Result<(), StoreError>;
}

/// Brings every row in, in order; `next` is the next free ticket number.
pub(crate) fn import(
    shelf: &mut dyn Shelf,
    rows: &[Intake],
    origin: Origin,
    next: u64,
) -> Result<Imported, StoreError> {
    let mut desk = Desk { shelf, is_sample: origin == Origin::Sample, next };
    let mut done = Imported::default();
    for row in rows {
        let added = match row {
            Intake::Customer(customer) => desk.shelf.put_customer(customer, desk.is_sample)?,
            Intake::Ticket(ticket) => desk.ticket(ticket)?,
            Intake::Article(article) => desk.shelf.put_article(article, desk.is_sample)?,
            Intake::Canned(canned) => desk.shelf.put_canned(canned, desk.is_sample)?,
        };
        if added { done.added += 1 } else { done.present += 1 }
    }
    Ok(done)
}

struct Desk<'a> {
    shelf: &'a mut dyn Shelf,
    is_sample: bool,
    next: u64,
}

impl Desk<'_> {
    fn ticket(&mut self, ticket: &NewTicket) -> Result<bool, StoreError> {
        let external_id = self.external(ticket);
        if self.shelf.has_external(&external_id)? {
            return Ok(false);
        }
        let placed = Placed {
            id: self.free_id(&ticket.external_id)?,
            external_id,
            ticket,
            owner: self.owner(&ticket.customer)?,
            assignee: self.assignee(ticket.assignee.as_deref())?,
            updated_at: ticket.messages.last().map_or(ticket.created_at, |m| m.at.max(ticket.created_at)),
            due_at: if ticket.status.is_done() { None } else { ticket.due_at.or_else(|| due_by_rule(ticket)) },
            is_sample: self.is_sample,
        };
        self.shelf.put_ticket(placed)?;
        Ok(true)
    }

    /// A sample ticket never stands in the way of one that a person imports under the same name.
    fn external(&self, ticket: &NewTicket) -> String {
        if self.is_sample { format!("sample:{}", ticket.external_id) } else { ticket.external_id.clone() }
    }

    /// The ticket's own id when it has our form and is free, else the next number.
    fn free_id(&mut self, wanted: &str) -> Result<TicketId, StoreError> {
        let ours = wanted
            .strip_prefix("T-")
            .is_some_and(|n| (1..=9).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()));
        if ours && !self.shelf.has_ticket(wanted)? {
            self.next = self.next.max(wanted[2..].parse::<u64>().unwrap_or(0) + 1);
            return wanted.parse().map_err(failed);
        }
        let id = format!("T-{}", self.next).parse().map_err(failed)?;
        self.next += 1;
        Ok(id)
    }

    fn owner(&mut self, customer: &NewCustomer) -> Result<Owner, StoreError> {
        match customer {
            NewCustomer::Known(id) => {
                let known = self.shelf.customer(Known::Id(id))?;
                known.map_or_else(|| self.contact(id, ""), Ok)
            }
            NewCustomer::Contact { name, email } => self.contact(name, email),
        }
    }

    fn contact(&mut self, name: &str, email: &str) -> Result<Owner, StoreError> {
        let by = if email.is_empty() { Known::Name(name) } else { Known::Email(email) };
        if let Some(known) = self.shelf.customer(by)? {
            return Ok(known);
        }
        let shown = if name.is_empty() { email } else { name };
        let id = self.free_customer_id()?;
        let customer = Customer {
            id: id.clone(),
            name: shown.to_owned(),
            email: email.to_owned(),
            plan: String::new(),
            locale: String::new(),
            since: None,
            notes: String::new(),
        };
        self.shelf.put_customer(&customer, self.is_sample)?;
        Ok((id, customer.name))
    }

    fn free_customer_id(&mut self) -> Result<CustomerId, StoreError> {
        let mut n = self.shelf.next_customer()?;
        loop {
            let id = format!("C-{n}");
            if self.shelf.customer(Known::Id(&id))?.is_none() {
                return id.parse().map_err(failed);
            }
            n += 1;
        }
    }

    /// An assignee that the desk does not know yet becomes a person of the desk who may only look.
    fn assignee(&mut self, id: Option<&str>) -> Result<Option<PrincipalId>, StoreError> {
        let Some(id) = id.and_then(|id| id.parse::<PrincipalId>().ok()) else { return Ok(None) };
        self.shelf.put_viewer(&id)?;
        Ok(Some(id))
    }
}

/// What the desk's rule says of the last message.
fn due_by_rule(ticket: &NewTicket) -> Option<Timestamp> {
    ticket.messages.last().and_then(|last| split::due_by_rule(ticket.priority, last.at))
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Failed(error.to_string())
}
