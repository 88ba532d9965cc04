//! Bringing rows in: customers, tickets, articles and canned replies, each once.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};

use crate::domain::article::{Article, CannedReply};
use crate::domain::customer::Customer;
use crate::domain::ids::TicketId;
use crate::domain::intake::{Intake, NewCustomer, NewTicket};
use crate::domain::split;
use crate::store::sqlite::threads;
use crate::store::sqlite::tickets::{next_number, rank};
use crate::store::{Imported, Origin, StoreError};

/// Brings every row in, in order.
pub(crate) fn import(tx: &Transaction<'_>, rows: &[Intake], origin: Origin) -> Result<Imported, StoreError> {
    let mut desk = Desk { tx, origin, next: next_number(tx)? };
    let mut done = Imported::default();
    for row in rows {
        let added = match row {
            Intake::Customer(customer) => desk.customer(customer)?,
            Intake::Ticket(ticket) => desk.ticket(ticket)?,
            Intake::Article(article) => desk.article(article)?,
            Intake::Canned(canned) => desk.canned(canned)?,
        };
        if added { done.added += 1 } else { done.present += 1 }
    }
    Ok(done)
}

struct Desk<'a> {
    tx: &'a Transaction<'a>,
    origin: Origin,
    next: u64,
}

impl Desk<'_> {
    fn is_sample(&self) -> bool {
        self.origin == Origin::Sample
    }

    fn customer(&self, customer: &Customer) -> Result<bool, StoreError> {
        let added = self
            .tx
            .prepare_cached(
                "INSERT INTO customers (id, name, email, plan, locale, since, notes, sample) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                customer.id.as_str(),
                customer.name,
                customer.email,
                customer.plan,
                customer.locale,
                customer.since.map(|date| date.to_string()),
                customer.notes,
                self.is_sample()
            ])?;
        Ok(added == 1)
    }

    fn article(&self, article: &Article) -> Result<bool, StoreError> {
        let added = self
            .tx
            .prepare_cached(
                "INSERT INTO articles (id, title, body, tags, updated_at, sample) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
                 ON CONFLICT DO NOTHING",
            )?
            .execute(params![
                article.id.as_str(),
                article.title,
                article.body,
                tags(&article.tags)?,
                article.updated_at.map(|at| at.to_string()),
                self.is_sample()
            ])?;
        Ok(added == 1)
    }

    fn canned(&self, canned: &CannedReply) -> Result<bool, StoreError> {
        let added = self
            .tx
            .prepare_cached(
                "INSERT INTO canned (id, title, body, tags, sample) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING",
            )?
            .execute(params![canned.id.as_str(), canned.title, canned.body, tags(&canned.tags)?, self.is_sample()])?;
        Ok(added == 1)
    }

    fn ticket(&mut self, ticket: &NewTicket) -> Result<bool, StoreError> {
        let external = self.external(ticket);
        if self.has_external(&external)? {
            return Ok(false);
        }
        let id = self.free_id(&ticket.external_id)?;
        let (customer_id, customer_name) = self.customer_of(&ticket.customer)?;
        self.insert_ticket(ticket, &id, &external, &customer_id, &customer_name)?;
        for (position, message) in ticket.messages.iter().enumerate() {
            threads::put(self.tx, &id, position, message)?;
        }
        Ok(true)
    }

    /// A sample ticket never stands in the way of one that a person imports under the same name.
    fn external(&self, ticket: &NewTicket) -> String {
        if self.is_sample() { format!("sample:{}", ticket.external_id) } else { ticket.external_id.clone() }
    }

    fn has_external(&self, external: &str) -> Result<bool, StoreError> {
        let sql = "SELECT EXISTS (SELECT 1 FROM tickets WHERE external_id = ?1)";
        Ok(self.tx.prepare_cached(sql)?.query_row([external], |row| row.get(0))?)
    }

    /// The ticket's own id when it has our form and is free, else the next number.
    fn free_id(&mut self, wanted: &str) -> Result<TicketId, StoreError> {
        let ours = wanted
            .strip_prefix("T-")
            .is_some_and(|n| (1..=9).contains(&n.len()) && n.bytes().all(|b| b.is_ascii_digit()));
        if ours {
            let sql = "SELECT EXISTS (SELECT 1 FROM tickets WHERE id = ?1)";
            let taken: bool = self.tx.prepare_cached(sql)?.query_row([wanted], |row| row.get(0))?;
            if !taken {
                self.next = self.next.max(wanted[2..].parse::<u64>().unwrap_or(0) + 1);
                return wanted.parse().map_err(failed);
            }
        }
        let id = format!("T-{}", self.next).parse().map_err(failed)?;
        self.next += 1;
        Ok(id)
    }

    fn customer_of(&self, customer: &NewCustomer) -> Result<(String, String), StoreError> {
        match customer {
            NewCustomer::Known(id) => self.known(id),
            NewCustomer::Contact { name, email } => self.contact(name, email),
        }
    }

    fn known(&self, id: &str) -> Result<(String, String), StoreError> {
        let sql = "SELECT id, name FROM customers WHERE id = ?1";
        let found = self.tx.prepare_cached(sql)?.query_row([id], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        found.map_or_else(|| self.contact(id, ""), Ok)
    }

    fn contact(&self, name: &str, email: &str) -> Result<(String, String), StoreError> {
        let (sql, key) = if email.is_empty() {
            ("SELECT id, name FROM customers WHERE email = '' AND name = ?1", name)
        } else {
            ("SELECT id, name FROM customers WHERE email = ?1", email)
        };
        let found = self.tx.prepare_cached(sql)?.query_row([key], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        if let Some(found) = found {
            return Ok(found);
        }
        let shown = if name.is_empty() { email } else { name };
        let id = self.free_customer_id()?;
        self.tx
            .prepare_cached("INSERT INTO customers (id, name, email, sample) VALUES (?1, ?2, ?3, ?4)")?
            .execute(params![id, shown, email, self.is_sample()])?;
        Ok((id, shown.to_owned()))
    }

    fn free_customer_id(&self) -> Result<String, StoreError> {
        let sql = "SELECT coalesce(max(n), 0) + 1 FROM customers";
        let mut n: u64 = self.tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?;
        let taken = "SELECT EXISTS (SELECT 1 FROM customers WHERE id = ?1)";
        loop {
            let id = format!("C-{n}");
            if !self.tx.prepare_cached(taken)?.query_row([&id], |row| row.get::<_, bool>(0))? {
                return Ok(id);
            }
            n += 1;
        }
    }

    fn insert_ticket(
        &self,
        ticket: &NewTicket,
        id: &TicketId,
        external: &str,
        customer_id: &str,
        customer_name: &str,
    ) -> Result<(), StoreError> {
        let updated = ticket.messages.last().map_or(ticket.created_at, |m| m.at.max(ticket.created_at));
        let due = if ticket.status.is_done() { None } else { ticket.due_at.or_else(|| due_by_rule(ticket)) };
        self.tx
            .prepare_cached(
                "INSERT INTO tickets (id, external_id, subject, status, priority, tags, assignee, customer_id, \
                 customer_name, created_at, updated_at, due_at, messages, sample) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?
            .execute(params![
                id.as_str(),
                external,
                ticket.subject,
                ticket.status.as_str(),
                rank(ticket.priority),
                tags(&ticket.tags)?,
                self.assignee(ticket.assignee.as_deref())?,
                customer_id,
                customer_name,
                ticket.created_at.as_millisecond(),
                updated.as_millisecond(),
                due.map(Timestamp::as_millisecond),
                ticket.messages.len(),
                self.is_sample()
            ])?;
        Ok(())
    }

    /// An assignee that the desk does not know yet becomes a person of the desk who may only look.
    fn assignee(&self, id: Option<&str>) -> Result<Option<String>, StoreError> {
        let Some(id) = id.filter(|id| id.parse::<crate::domain::ids::PrincipalId>().is_ok()) else { return Ok(None) };
        self.tx.prepare_cached("INSERT INTO people VALUES (?1, ?1, 'viewer') ON CONFLICT DO NOTHING")?.execute([id])?;
        Ok(Some(id.to_owned()))
    }
}

/// What the desk's rule says of the last message.
fn due_by_rule(ticket: &NewTicket) -> Option<Timestamp> {
    ticket.messages.last().and_then(|last| split::due_by_rule(ticket.priority, last.at))
}

fn tags(tags: &[String]) -> Result<String, StoreError> {
    serde_json::to_string(tags).map_err(failed)
}

fn failed(error: impl std::fmt::Display) -> StoreError {
    StoreError::Failed(error.to_string())
}
