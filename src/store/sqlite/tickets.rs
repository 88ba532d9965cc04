//! Reading tickets and customers.

use jiff::Timestamp;
use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use crate::domain::customer::Customer;
use crate::domain::ids::{CustomerId, PrincipalId, TicketId};
use crate::domain::ticket::{Message, Priority, Sort, Ticket, TicketPage, TicketQuery, TicketRow};
use crate::store::{Counts, StoreError, search};

const ROW: &str = "t.id, t.subject, t.status, t.priority, t.tags, t.assignee, t.customer_id, t.customer_name, \
                   t.created_at, t.updated_at, t.due_at, t.messages, t.version, t.sample, t.merged_into";
/// A ticket counts for a filter when it has this share of what the best one has.
const CLOSE: f64 = 0.7;
/// The name that a query uses for tickets without an assignee.
pub(crate) const NOBODY: &str = "nobody";

/// A ticket with its thread.
pub(crate) fn ticket(db: &Connection, id: &TicketId) -> Result<Option<Ticket>, StoreError> {
    let Some(row) = row(db, id)? else { return Ok(None) };
    let mut query = db.prepare_cached(
        "SELECT at, author, name, visibility, body, attachments FROM messages WHERE ticket_id = ?1 ORDER BY position",
    )?;
    let thread = query.query_map([id.as_str()], message)?.collect::<Result<_, _>>()?;
    Ok(Some(Ticket { row, thread }))
}

/// A ticket's row.
pub(crate) fn row(db: &Connection, id: &TicketId) -> Result<Option<TicketRow>, StoreError> {
    let sql = format!("SELECT {ROW} FROM tickets t WHERE t.id = ?1");
    Ok(db.prepare_cached(&sql)?.query_row([id.as_str()], ticket_row).optional()?)
}

/// Rows by id, in the order asked for.
pub(crate) fn rows(db: &Connection, ids: impl IntoIterator<Item = String>) -> Result<Vec<TicketRow>, StoreError> {
    let sql = format!("SELECT {ROW} FROM tickets t WHERE t.id = ?1");
    let mut query = db.prepare_cached(&sql)?;
    let mut found = Vec::new();
    for id in ids {
        found.extend(query.query_row([id], ticket_row).optional()?);
    }
    Ok(found)
}

/// A page of tickets.
pub(crate) fn page(db: &Connection, query: &TicketQuery) -> Result<TicketPage, StoreError> {
    let filter = Filter::of(db, query)?;
    let order = order(query.sort);
    let sql = format!(
        "SELECT {ROW} FROM tickets t WHERE {} ORDER BY {order} LIMIT {} OFFSET {}",
        filter.awake(),
        query.limit.clamp(1, 500),
        query.offset
    );
    let mut statement = db.prepare_cached(&sql)?;
    let tickets = statement.query_map(filter.values().as_slice(), ticket_row)?.collect::<Result<_, _>>()?;
    Ok(TicketPage { tickets, total: filter.total(db, query)? })
}

const fn order(sort: Sort) -> &'static str {
    match sort {
        Sort::Due => "coalesce(t.due_at, 9223372036854775807), t.priority, t.n",
        Sort::Priority => "t.priority, coalesce(t.due_at, 9223372036854775807), t.n",
        Sort::Updated => "t.updated_at DESC, t.n",
        Sort::Created => "t.created_at DESC, t.n",
    }
}

/// Looks at these columns of every ticket of a query, in its order.
pub(crate) fn each(
    db: &Connection,
    query: &TicketQuery,
    columns: &str,
    mut look: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
) -> Result<(), StoreError> {
    let filter = Filter::of(db, query)?;
    let sql = format!("SELECT {columns} FROM tickets t WHERE {} ORDER BY {}", filter.awake(), order(query.sort));
    let mut statement = db.prepare(&sql)?;
    let mut rows = statement.query(filter.values().as_slice())?;
    while let Some(row) = rows.next()? {
        look(row)?;
    }
    Ok(())
}

/// The tickets that a filter means: the one that is called so, and those that have most of the words. A search
/// ranks and may end with the least alike; a filter leaves those out.
fn meant(db: &Connection, text: &str) -> Result<Vec<String>, StoreError> {
    let named = "SELECT id FROM tickets WHERE id = upper(?1) OR external_id = ?1";
    let named: Option<String> = db.prepare_cached(named)?.query_row([text.trim()], |row| row.get(0)).optional()?;
    let found = search::tickets(db, text, 500)?;
    let best = found.iter().map(|(_, share)| *share).fold(0.0, f64::max);
    let close = found.into_iter().filter(|(_, share)| *share >= best * CLOSE).map(|(id, _)| id);
    Ok(named.into_iter().chain(close).collect())
}

/// Puts a ticket off, or not any more.
pub(crate) fn snooze(
    tx: &Transaction<'_>,
    by: &PrincipalId,
    ticket: &TicketId,
    until: Option<Timestamp>,
) -> Result<(), StoreError> {
    match until {
        None => tx.execute(
            "DELETE FROM snoozes WHERE person = ?1 AND ticket_id = ?2",
            params![by.as_str(), ticket.as_str()],
        )?,
        Some(until) => tx.execute(
            "INSERT OR REPLACE INTO snoozes SELECT ?1, id, ?3, version FROM tickets WHERE id = ?2",
            params![by.as_str(), ticket.as_str(), until.as_millisecond()],
        )?,
    };
    Ok(())
}

/// That ticket `t` is put off by the person of a value.
fn asleep(mark: usize) -> String {
    format!(
        "EXISTS (SELECT 1 FROM snoozes s WHERE s.ticket_id = t.id AND s.person = ?{mark} AND s.version = t.version \
                   AND s.until > unixepoch('subsec') * 1000)"
    )
}

struct Filter {
    /// Without the person for whom tickets must be awake.
    sql: String,
    values: Vec<String>,
    /// The value that names that person.
    awake_for: Option<usize>,
}

impl Filter {
    fn of(db: &Connection, query: &TicketQuery) -> Result<Self, StoreError> {
        let mut filter = Self { sql: "1".to_owned(), values: Vec::new(), awake_for: None };
        filter.any_of("t.status", query.status.iter().map(|s| s.as_str().to_owned()));
        filter.any_of("t.priority", query.priority.iter().map(|p| rank(*p).to_string()));
        match query.assignee.as_ref().map(crate::domain::ids::PrincipalId::as_str) {
            // Most tickets have nobody: the plus keeps SQLite from sorting them all by way of that index.
            Some(NOBODY) => filter.and("+t.assignee IS NULL"),
            Some(somebody) => filter.any_of("t.assignee", [somebody.to_owned()]),
            None => {}
        }
        filter.any_of("t.customer_id", query.customer_id.iter().map(ToString::to_string));
        if let Some(tag) = &query.tag {
            let mark = filter.value(tag);
            filter.and(&format!("EXISTS (SELECT 1 FROM json_each(t.tags) WHERE value = ?{mark})"));
        }
        if let Some(due) = query.due_before {
            filter.and(&format!("coalesce(t.due_at, 9223372036854775807) < {}", due.as_millisecond()));
        }
        if let Some(person) = &query.snoozed_by {
            let mark = filter.value(person.as_str());
            filter.and(&asleep(mark));
        }
        filter.awake_for = query.awake_for.as_ref().map(|person| filter.value(person.as_str()));
        if let Some(text) = query.text.as_deref().filter(|text| !text.trim().is_empty()) {
            filter.any_of("t.id", meant(db, text)?);
        }
        Ok(filter)
    }

    /// Keeps a value; where it stands.
    fn value(&mut self, value: &str) -> usize {
        self.values.push(value.to_owned());
        self.values.len()
    }

    /// The whole condition.
    fn awake(&self) -> String {
        let awake = self.awake_for.map_or_else(String::new, |mark| format!(" AND NOT {}", asleep(mark)));
        format!("{}{awake}", self.sql)
    }

    /// Adds `column IN (…)`; no values asked for means no condition, except that a search that found nothing finds nothing.
    fn any_of(&mut self, column: &str, values: impl IntoIterator<Item = String>) {
        let before = self.values.len();
        self.values.extend(values);
        let marks: Vec<_> = (before + 1..=self.values.len()).map(|n| format!("?{n}")).collect();
        if !marks.is_empty() {
            self.and(&format!("{column} IN ({})", marks.join(", ")));
        } else if column == "t.id" {
            self.and("0");
        }
    }

    fn and(&mut self, condition: &str) {
        self.sql.push_str(" AND ");
        self.sql.push_str(condition);
    }

    fn values(&self) -> Vec<&dyn ToSql> {
        self.values.iter().map(|value| value as &dyn ToSql).collect()
    }

    /// How many tickets there are: from the counts where they tell, else counted; less those that sleep.
    fn total(&self, db: &Connection, query: &TicketQuery) -> Result<u64, StoreError> {
        let TicketQuery { customer_id, tag, text, due_before, snoozed_by, .. } = query;
        let counted =
            customer_id.is_none() && tag.is_none() && text.is_none() && due_before.is_none() && snoozed_by.is_none();
        let count = |sql: &str| -> Result<u64, StoreError> {
            Ok(db.prepare_cached(sql)?.query_row(self.values().as_slice(), |row| row.get(0))?)
        };
        // Every value must stand in the statement.
        let named = self.awake_for.map_or_else(String::new, |mark| format!(" AND ?{mark} IS NOT NULL"));
        let all = if counted {
            let sql = self.sql.replace("+t.assignee IS NULL", "t.assignee = ''");
            count(&format!("SELECT coalesce(sum(tickets), 0) FROM ticket_counts t WHERE {sql}{named}"))?
        } else {
            count(&format!("SELECT count(*) FROM tickets t WHERE {}{named}", self.sql))?
        };
        let Some(mark) = self.awake_for else { return Ok(all) };
        let of_those = format!("t.id IN (SELECT ticket_id FROM snoozes WHERE person = ?{mark})");
        let asleep = format!("SELECT count(*) FROM tickets t WHERE {of_those} AND {} AND {}", self.sql, asleep(mark));
        Ok(all.saturating_sub(count(&asleep)?))
    }
}

/// Counts by view.
pub(crate) fn counts(db: &Connection) -> Result<Counts, StoreError> {
    let sql = "SELECT coalesce(sum(tickets) FILTER (WHERE status NOT IN ('resolved', 'closed')), 0), \
                      coalesce(sum(tickets) FILTER (WHERE status NOT IN ('resolved', 'closed') AND priority = 0), 0), \
                      coalesce(sum(tickets) FILTER (WHERE status NOT IN ('resolved', 'closed') AND assignee = ''), 0), \
                      coalesce(sum(tickets) FILTER (WHERE status = 'pending'), 0), coalesce(sum(tickets), 0) \
               FROM ticket_counts";
    Ok(db.prepare_cached(sql)?.query_row([], |row| {
        Ok(Counts {
            active: row.get(0)?,
            urgent: row.get(1)?,
            unassigned: row.get(2)?,
            pending: row.get(3)?,
            all: row.get(4)?,
        })
    })?)
}

/// A customer.
pub(crate) fn customer(db: &Connection, id: &CustomerId) -> Result<Option<Customer>, StoreError> {
    let sql = "SELECT id, name, email, plan, locale, since, notes FROM customers WHERE id = ?1";
    let found = db.prepare_cached(sql)?.query_row([id.as_str()], |row| {
        Ok(Customer {
            id: parsed(row, 0)?,
            name: row.get(1)?,
            email: row.get(2)?,
            plan: row.get(3)?,
            locale: row.get(4)?,
            since: row.get::<_, Option<String>>(5)?.and_then(|date| date.parse().ok()),
            notes: row.get(6)?,
        })
    });
    Ok(found.optional()?)
}

fn ticket_row(row: &Row<'_>) -> rusqlite::Result<TicketRow> {
    Ok(TicketRow {
        id: parsed(row, 0)?,
        subject: row.get(1)?,
        status: parsed(row, 2)?,
        priority: priority(row.get(3)?),
        tags: json(row, 4)?,
        assignee: row.get::<_, Option<String>>(5)?.and_then(|id| id.parse().ok()),
        customer_id: parsed(row, 6)?,
        customer_name: row.get(7)?,
        created_at: time(row.get(8)?),
        updated_at: time(row.get(9)?),
        due_at: row.get::<_, Option<i64>>(10)?.map(time),
        messages: row.get(11)?,
        version: row.get(12)?,
        sample: row.get(13)?,
        merged_into: row.get::<_, Option<String>>(14)?.and_then(|id| id.parse().ok()),
    })
}

fn message(row: &Row<'_>) -> rusqlite::Result<Message> {
    Ok(Message {
        at: time(row.get(0)?),
        author: parsed(row, 1)?,
        name: row.get(2)?,
        visibility: parsed(row, 3)?,
        body: row.get(4)?,
        attachments: json(row, 5)?,
    })
}

/// Priorities are kept as ranks, so that they sort.
pub(crate) const fn rank(priority: Priority) -> u8 {
    priority as u8
}

fn priority(rank: u8) -> Priority {
    Priority::ALL.get(usize::from(rank)).copied().unwrap_or(Priority::Normal)
}

/// A time from its milliseconds.
pub(crate) fn time(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}

/// A column that holds a word or an id.
pub(crate) fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(
    row: &Row<'_>,
    column: usize,
) -> rusqlite::Result<T> {
    row.get::<_, String>(column)?.parse().map_err(|e: T::Err| bad(column, &e.to_string()))
}

/// A column that holds JSON.
pub(crate) fn json<T: serde::de::DeserializeOwned>(row: &Row<'_>, column: usize) -> rusqlite::Result<T> {
    serde_json::from_str(&row.get::<_, String>(column)?).map_err(|e| bad(column, &e.to_string()))
}

/// A column that cannot be read.
pub(crate) fn bad(column: usize, why: &str) -> rusqlite::Error {
    rusqlite::Error::FromSqlConversionFailure(column, rusqlite::types::Type::Text, why.to_owned().into())
}

/// The next free ticket number is one above the highest.
pub(crate) fn next_number(db: &Connection) -> Result<u64, StoreError> {
    let sql = "SELECT coalesce(max(CAST(substr(id, 3) AS INTEGER)), 0) + 1 FROM tickets WHERE id GLOB 'T-[0-9]*'";
    Ok(db.query_row(sql, params![], |row| row.get(0))?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::sqlite::open::MIGRATIONS;

    #[test]
    fn to_count_what_is_owed_soon_no_ticket_is_read() {
        let db = Connection::open_in_memory().unwrap();
        for sql in MIGRATIONS {
            db.execute_batch(sql).unwrap();
        }
        let query = TicketQuery {
            status: vec![crate::domain::ticket::Status::Open],
            due_before: Some(Timestamp::UNIX_EPOCH),
            ..TicketQuery::default()
        };
        let filter = Filter::of(&db, &query).unwrap();
        let sql = format!("EXPLAIN QUERY PLAN SELECT count(*) FROM tickets t WHERE {}", filter.sql);
        let plan: String = db.query_row(&sql, filter.values().as_slice(), |row| row.get(3)).unwrap();
        assert!(plan.contains("USING COVERING INDEX tickets_by_due"), "{plan}");
        assert_eq!(filter.total(&db, &query).unwrap(), 0);
    }
}
