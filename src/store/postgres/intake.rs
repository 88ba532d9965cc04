//! Bringing rows in: what they must be compared with is read first, and everything is put in at the end, table by table.

use std::collections::{HashMap, HashSet};

use jiff::Timestamp;

use crate::domain::article::{Article, CannedReply};
use crate::domain::customer::Customer;
use crate::domain::ids::{CustomerId, PrincipalId};
use crate::domain::intake::Intake;
use crate::store::columns::{Columns as _, json, rank};
use crate::store::intake::{Known, Owner, Placed, Shelf};
use crate::store::postgres::ask::{self, Db, n};
use crate::store::postgres::threads::{self, Threads, keepable};
use crate::store::postgres::tickets::next_number;
use crate::store::{Imported, Origin, StoreError, intake};

/// Brings every row in, in order.
pub(crate) async fn import(tx: &Db, rows: &[Intake], origin: Origin) -> Result<Imported, StoreError> {
    let mut desk = Desk::read(tx).await?;
    let next = next_number(tx).await?;
    let done = intake::import(&mut desk, rows, origin, next)?;
    desk.put(tx).await?;
    Ok(done)
}

/// What the desk has, and what it will have.
#[derive(Default)]
struct Desk {
    externals: HashSet<String>,
    tickets: HashSet<String>,
    names: HashMap<String, String>,
    by_email: HashMap<String, CustomerId>,
    by_name: HashMap<String, CustomerId>,
    articles: HashSet<String>,
    canned: HashSet<String>,
    last_customer: u64,
    new: New,
}

/// Rows to be put in, column by column.
#[derive(Default)]
struct New {
    people: Vec<String>,
    customers: [Vec<String>; 7],
    customer_marks: [Vec<i64>; 2],
    articles: [Vec<String>; 5],
    article_marks: Vec<i64>,
    canned: [Vec<String>; 4],
    canned_marks: Vec<i64>,
    tickets: Tickets,
    threads: Threads,
}

#[derive(Default)]
struct Tickets {
    texts: [Vec<String>; 7],
    assignees: Vec<Option<String>>,
    numbers: [Vec<i64>; 5],
    due: Vec<Option<i64>>,
}

impl Desk {
    async fn read(db: &Db) -> Result<Self, StoreError> {
        let mut desk = Self::default();
        for row in ask::every(db, "SELECT external_id, id FROM tickets", &[]).await? {
            desk.externals.insert(row.text(0)?);
            desk.tickets.insert(row.text(1)?);
        }
        for row in ask::every(db, "SELECT id, name, email, n FROM customers ORDER BY n", &[]).await? {
            desk.knows(row.parsed(0)?, &row.text(1)?, &row.text(2)?);
            desk.last_customer = desk.last_customer.max(row.count(3)?);
        }
        desk.articles = ask::list(db, "SELECT id FROM articles", &[], |row| row.text(0)).await?.into_iter().collect();
        desk.canned = ask::list(db, "SELECT id FROM canned", &[], |row| row.text(0)).await?.into_iter().collect();
        Ok(desk)
    }

    /// The first who has an address, or of those without one a name, is who is meant by it.
    fn knows(&mut self, id: CustomerId, name: &str, email: &str) {
        self.names.insert(id.to_string(), name.to_owned());
        let by = if email.is_empty() { &mut self.by_name } else { &mut self.by_email };
        by.entry(if email.is_empty() { name } else { email }.to_owned()).or_insert(id);
    }

    async fn put(&self, db: &Db) -> Result<(), StoreError> {
        let new = &self.new;
        let people = "INSERT INTO people SELECT id, id, 'viewer' FROM unnest($1::text[]) id ON CONFLICT DO NOTHING";
        ask::change(db, people, &[&new.people]).await?;
        let [ids, names, emails, plans, locales, sinces, notes] = &new.customers;
        let [numbers, samples] = &new.customer_marks;
        let customers = "INSERT INTO customers (n, id, name, email, plan, locale, since, notes, sample) \
             SELECT n, id, name, email, plan, locale, nullif(since, ''), notes, sample FROM unnest($1::bigint[], \
             $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::bigint[]) \
             AS c (n, id, name, email, plan, locale, since, notes, sample)";
        ask::change(db, customers, &[numbers, ids, names, emails, plans, locales, sinces, notes, samples]).await?;
        let [ids, titles, bodies, tags, updated] = &new.articles;
        let articles = "INSERT INTO articles (n, id, title, body, tags, updated_at, sample) \
             SELECT (SELECT coalesce(max(n), 0) FROM articles) + place, id, title, body, tags, nullif(updated, ''), \
             sample FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bigint[]) \
             WITH ORDINALITY AS a (id, title, body, tags, updated, sample, place)";
        ask::change(db, articles, &[ids, titles, bodies, tags, updated, &new.article_marks]).await?;
        let [ids, titles, bodies, tags] = &new.canned;
        let canned = "INSERT INTO canned (id, title, body, tags, sample) SELECT * FROM unnest($1::text[], $2::text[], \
             $3::text[], $4::text[], $5::bigint[])";
        ask::change(db, canned, &[ids, titles, bodies, tags, &new.canned_marks]).await?;
        new.tickets.put(db).await?;
        new.threads.put(db).await
    }
}

impl Tickets {
    fn add(&mut self, placed: &Placed<'_>) -> Result<(), StoreError> {
        let Placed { id, external_id, ticket, assignee, owner, updated_at, due_at, is_sample } = placed;
        let texts = [
            id.to_string(),
            external_id.clone(),
            keepable(&ticket.subject),
            ticket.status.to_string(),
            keepable(&json(&ticket.tags)?),
            owner.0.to_string(),
            keepable(&owner.1),
        ];
        let numbers = [
            rank(ticket.priority),
            ticket.created_at.as_millisecond(),
            updated_at.as_millisecond(),
            n(ticket.messages.len()),
            i64::from(*is_sample),
        ];
        self.texts.iter_mut().zip(texts).for_each(|(column, text)| column.push(text));
        self.numbers.iter_mut().zip(numbers).for_each(|(column, number)| column.push(number));
        self.assignees.push(assignee.as_ref().map(ToString::to_string));
        self.due.push(due_at.map(Timestamp::as_millisecond));
        Ok(())
    }

    async fn put(&self, db: &Db) -> Result<(), StoreError> {
        let [ids, externals, subjects, statuses, tags, customers, names] = &self.texts;
        let [priorities, created, updated, messages, samples] = &self.numbers;
        let sql = "INSERT INTO tickets (n, id, external_id, subject, status, tags, customer_id, customer_name, \
             priority, created_at, updated_at, messages, sample, assignee, due_at) \
             SELECT (SELECT coalesce(max(n), 0) FROM tickets) + place, id, external_id, subject, status, tags, \
             customer_id, customer_name, priority, created_at, updated_at, messages, sample, assignee, due_at \
             FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], \
             $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[], $12::bigint[], $13::text[], $14::bigint[]) \
             WITH ORDINALITY AS t (id, external_id, subject, status, tags, customer_id, customer_name, priority, \
             created_at, updated_at, messages, sample, assignee, due_at, place) ORDER BY place";
        let values: ask::Values<'_> = &[
            ids,
            externals,
            subjects,
            statuses,
            tags,
            customers,
            names,
            priorities,
            created,
            updated,
            messages,
            samples,
            &self.assignees,
            &self.due,
        ];
        ask::change(db, sql, values).await?;
        let texts: Vec<String> =
            subjects.iter().zip(names).map(|(subject, name)| format!("{subject} {name}")).collect();
        threads::index(db, ids, &texts).await
    }
}

impl Shelf for Desk {
    fn has_external(&mut self, external: &str) -> Result<bool, StoreError> {
        Ok(self.externals.contains(external))
    }

    fn has_ticket(&mut self, id: &str) -> Result<bool, StoreError> {
        Ok(self.tickets.contains(id))
    }

    fn customer(&mut self, by: Known<'_>) -> Result<Option<Owner>, StoreError> {
        let id = match by {
            Known::Id(id) => self.names.contains_key(id).then(|| id.parse().ok()).flatten(),
            Known::Email(email) => self.by_email.get(email).cloned(),
            Known::Name(name) => self.by_name.get(name).cloned(),
        };
        Ok(id.and_then(|id| self.names.get(id.as_str()).cloned().map(|name| (id, name))))
    }

    fn next_customer(&mut self) -> Result<u64, StoreError> {
        Ok(self.last_customer + 1)
    }

    fn put_customer(&mut self, customer: &Customer, is_sample: bool) -> Result<bool, StoreError> {
        let Customer { id, name, email, plan, locale, since, notes } = customer;
        if self.names.contains_key(id.as_str()) {
            return Ok(false);
        }
        self.knows(id.clone(), name, email);
        self.last_customer += 1;
        let since = since.map(|date| date.to_string()).unwrap_or_default();
        let texts = [id.as_str(), name, email, plan, locale, &since, notes].map(keepable);
        self.new.customers.iter_mut().zip(texts).for_each(|(column, text)| column.push(text));
        let marks = [n(self.last_customer), i64::from(is_sample)];
        self.new.customer_marks.iter_mut().zip(marks).for_each(|(column, mark)| column.push(mark));
        Ok(true)
    }

    fn put_article(&mut self, article: &Article, is_sample: bool) -> Result<bool, StoreError> {
        let Article { id, title, body, tags, updated_at } = article;
        if !self.articles.insert(id.to_string()) {
            return Ok(false);
        }
        let updated = updated_at.map(|at| at.to_string()).unwrap_or_default();
        let texts = [id.as_str(), title, body, &json(tags)?, &updated].map(keepable);
        self.new.articles.iter_mut().zip(texts).for_each(|(column, text)| column.push(text));
        self.new.article_marks.push(i64::from(is_sample));
        Ok(true)
    }

    fn put_canned(&mut self, canned: &CannedReply, is_sample: bool) -> Result<bool, StoreError> {
        let CannedReply { id, title, body, tags } = canned;
        if !self.canned.insert(id.to_string()) {
            return Ok(false);
        }
        let texts = [id.as_str(), title, body, &json(tags)?].map(keepable);
        self.new.canned.iter_mut().zip(texts).for_each(|(column, text)| column.push(text));
        self.new.canned_marks.push(i64::from(is_sample));
        Ok(true)
    }

    fn put_viewer(&mut self, id: &PrincipalId) -> Result<(), StoreError> {
        self.new.people.push(id.to_string());
        Ok(())
    }

    fn put_ticket(&mut self, placed: Placed<'_>) -> Result<(), StoreError> {
        self.externals.insert(placed.external_id.clone());
        self.tickets.insert(placed.id.to_string());
        self.new.threads.add(&placed.id, 0, &placed.ticket.messages)?;
        self.new.tickets.add(&placed)
    }
}
