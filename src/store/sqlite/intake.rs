//! Bringing rows in, statement by statement.

use jiff::Timestamp;
use rusqlite::{OptionalExtension as _, Transaction, params};

use crate::domain::article::{Article, CannedReply};
use crate::domain::customer::Customer;
use crate::domain::ids::PrincipalId;
use crate::domain::intake::Intake;
use crate::store::columns::{Columns as _, json, rank};
use crate::store::intake::{Known, Owner, Placed, Shelf};
use crate::store::sqlite::threads;
use crate::store::sqlite::tickets::next_number;
use crate::store::{Imported, Origin, StoreError, intake};

/// Brings every row in, in order.
pub(crate) fn import(tx: &Transaction<'_>, rows: &[Intake], origin: Origin) -> Result<Imported, StoreError> {
    intake::import(&mut Desk { tx }, rows, origin, next_number(tx)?)
}

struct Desk<'a> {
    tx: &'a Transaction<'a>,
}

impl Desk<'_> {
    fn has(&self, sql: &str, key: &str) -> Result<bool, StoreError> {
        Ok(self.tx.prepare_cached(sql)?.query_row([key], |row| row.get(0))?)
    }
}

impl Shelf for Desk<'_> {
    fn has_external(&mut self, external: &str) -> Result<bool, StoreError> {
        self.has("SELECT EXISTS (SELECT 1 FROM tickets WHERE external_id = ?1)", external)
    }

    fn has_ticket(&mut self, id: &str) -> Result<bool, StoreError> {
        self.has("SELECT EXISTS (SELECT 1 FROM tickets WHERE id = ?1)", id)
    }

    fn customer(&mut self, by: Known<'_>) -> Result<Option<Owner>, StoreError> {
        let (sql, key) = match by {
            Known::Id(id) => ("SELECT id, name FROM customers WHERE id = ?1", id),
            Known::Email(email) => ("SELECT id, name FROM customers WHERE email = ?1", email),
            Known::Name(name) => ("SELECT id, name FROM customers WHERE email = '' AND name = ?1", name),
        };
        let owner = |row: &rusqlite::Row<'_>| Ok((row.parsed(0)?, row.text(1)?));
        Ok(self.tx.prepare_cached(sql)?.query_row([key], owner).optional()?)
    }

    fn next_customer(&mut self) -> Result<u64, StoreError> {
        let sql = "SELECT coalesce(max(n), 0) + 1 FROM customers";
        Ok(self.tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
    }

    fn put_customer(&mut self, customer: &Customer, is_sample: bool) -> Result<bool, StoreError> {
        let sql = "INSERT INTO customers (id, name, email, plan, locale, since, notes, sample) \
                   VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING";
        let Customer { id, name, email, plan, locale, since, notes } = customer;
        let since = since.map(|date| date.to_string());
        let row = params![id.as_str(), name, email, plan, locale, since, notes, is_sample];
        Ok(self.tx.prepare_cached(sql)?.execute(row)? == 1)
    }

    fn put_article(&mut self, article: &Article, is_sample: bool) -> Result<bool, StoreError> {
        let sql = "INSERT INTO articles (id, title, body, tags, updated_at, sample) VALUES (?1, ?2, ?3, ?4, ?5, ?6) \
                   ON CONFLICT DO NOTHING";
        let Article { id, title, body, tags, updated_at } = article;
        let updated = updated_at.map(|at| at.to_string());
        let row = params![id.as_str(), title, body, json(tags)?, updated, is_sample];
        Ok(self.tx.prepare_cached(sql)?.execute(row)? == 1)
    }

    fn put_canned(&mut self, canned: &CannedReply, is_sample: bool) -> Result<bool, StoreError> {
        let sql =
            "INSERT INTO canned (id, title, body, tags, sample) VALUES (?1, ?2, ?3, ?4, ?5) ON CONFLICT DO NOTHING";
        let CannedReply { id, title, body, tags } = canned;
        let row = params![id.as_str(), title, body, json(tags)?, is_sample];
        Ok(self.tx.prepare_cached(sql)?.execute(row)? == 1)
    }

    fn put_viewer(&mut self, id: &PrincipalId) -> Result<(), StoreError> {
        let sql = "INSERT INTO people VALUES (?1, ?1, 'viewer') ON CONFLICT DO NOTHING";
        self.tx.prepare_cached(sql)?.execute([id.as_str()])?;
        Ok(())
    }

    fn put_ticket(&mut self, placed: Placed<'_>) -> Result<(), StoreError> {
        let Placed { id, external_id, ticket, assignee, owner, updated_at, due_at, is_sample } = placed;
        self.tx
            .prepare_cached(
                "INSERT INTO tickets (id, external_id, subject, status, priority, tags, assignee, customer_id, \
                 customer_name, created_at, updated_at, due_at, messages, sample) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)",
            )?
            .execute(params![
                id.as_str(),
                external_id,
                ticket.subject,
                ticket.status.as_str(),
                rank(ticket.priority),
                json(&ticket.tags)?,
                assignee.as_ref().map(PrincipalId::as_str),
                owner.0.as_str(),
                owner.1,
                ticket.created_at.as_millisecond(),
                updated_at.as_millisecond(),
                due_at.map(Timestamp::as_millisecond),
                ticket.messages.len(),
                is_sample
            ])?;
        ticket
            .messages
            .iter()
            .enumerate()
            .try_for_each(|(position, message)| threads::put(self.tx, &id, position, message))
    }
}
