//! Reading tickets and customers.

use jiff::Timestamp;
use rusqlite::types::ToSql;
use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use crate::domain::customer::Customer;
use crate::domain::ids::{CustomerId, PrincipalId, TicketId};
use crate::domain::ticket::{Ticket, TicketPage, TicketQuery, TicketRow};
use crate::store::filter::{self, COUNTS, Dialect, Filter, behind, order};
use crate::store::rows::{self, MESSAGE, TICKET};
use crate::store::{Counts, StoreError, search};

/// How a filter is written here. Most tickets have nobody: the plus keeps SQLite from sorting them all by way of that
/// index.
const SQLITE: Dialect = Dialect {
    mark: '?',
    nobody: "+t.assignee IS NULL",
    tagged: "EXISTS (SELECT 1 FROM json_each(t.tags) WHERE value = {})",
    now: "unixepoch('subsec') * 1000",
};

/// A ticket with its thread.
pub(crate) fn ticket(db: &Connection, id: &TicketId) -> Result<Option<Ticket>, StoreError> {
    let Some(row) = row(db, id)? else { return Ok(None) };
    let sql = format!("SELECT {MESSAGE} FROM messages WHERE ticket_id = ?1 ORDER BY position");
    let mut query = db.prepare_cached(&sql)?;
    let thread = query.query_map([id.as_str()], |row| rows::message(row))?.collect::<Result<_, _>>()?;
    Ok(Some(Ticket { row, thread }))
}

/// A ticket's row.
pub(crate) fn row(db: &Connection, id: &TicketId) -> Result<Option<TicketRow>, StoreError> {
    let sql = format!("SELECT {TICKET} FROM tickets t WHERE t.id = ?1");
    Ok(db.prepare_cached(&sql)?.query_row([id.as_str()], |row| rows::ticket(row)).optional()?)
}

/// Rows by id, in the order asked for.
pub(crate) fn rows(db: &Connection, ids: impl IntoIterator<Item = String>) -> Result<Vec<TicketRow>, StoreError> {
    let sql = format!("SELECT {TICKET} FROM tickets t WHERE t.id = ?1");
    let mut query = db.prepare_cached(&sql)?;
    let mut found = Vec::new();
    for id in ids {
        found.extend(query.query_row([id], |row| rows::ticket(row)).optional()?);
    }
    Ok(found)
}

/// A page of tickets.
pub(crate) fn page(db: &Connection, query: &TicketQuery) -> Result<TicketPage, StoreError> {
    let filter = filter(db, query)?;
    let order = order(query.sort);
    let sql = format!(
        "SELECT {TICKET} FROM tickets t WHERE {}{} ORDER BY {order} LIMIT {} OFFSET {}",
        filter.awake(),
        behind(query),
        query.limit.clamp(1, 500),
        query.offset
    );
    let mut statement = db.prepare_cached(&sql)?;
    let tickets =
        statement.query_map(values(&filter).as_slice(), |row| rows::ticket(row))?.collect::<Result<_, _>>()?;
    Ok(TicketPage { tickets, total: total(db, &filter)? })
}

/// Looks at these columns of every ticket of a query, in its order.
pub(crate) fn each(
    db: &Connection,
    query: &TicketQuery,
    columns: &str,
    mut look: impl FnMut(&Row<'_>) -> rusqlite::Result<()>,
) -> Result<(), StoreError> {
    let filter = filter(db, query)?;
    let sql = format!("SELECT {columns} FROM tickets t WHERE {} ORDER BY {}", filter.awake(), order(query.sort));
    let mut statement = db.prepare(&sql)?;
    let mut rows = statement.query(values(&filter).as_slice())?;
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
    Ok(named.into_iter().chain(filter::close(found)).collect())
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

/// The condition of a query, for this database.
fn filter(db: &Connection, query: &TicketQuery) -> Result<Filter, StoreError> {
    let meant = query.words().map(|text| meant(db, text)).transpose()?;
    Ok(Filter::of(query, meant, &SQLITE))
}

fn values(filter: &Filter) -> Vec<&dyn ToSql> {
    filter.values.iter().map(|value| value as &dyn ToSql).collect()
}

/// How many tickets there are: from the counts where they tell, else counted; less those that sleep.
fn total(db: &Connection, filter: &Filter) -> Result<u64, StoreError> {
    let count = |sql: &str| -> Result<u64, StoreError> {
        Ok(db.prepare_cached(sql)?.query_row(values(filter).as_slice(), |row| row.get(0))?)
    };
    let all = count(&filter.all())?;
    Ok(filter.asleep().map(|sql| count(&sql)).transpose()?.map_or(all, |asleep| all.saturating_sub(asleep)))
}

/// Counts by view.
pub(crate) fn counts(db: &Connection) -> Result<Counts, StoreError> {
    Ok(db.prepare_cached(COUNTS)?.query_row([], |row| rows::counts(row))?)
}

/// A customer.
pub(crate) fn customer(db: &Connection, id: &CustomerId) -> Result<Option<Customer>, StoreError> {
    let sql = format!("SELECT {} FROM customers WHERE id = ?1", rows::CUSTOMER);
    Ok(db.prepare_cached(&sql)?.query_row([id.as_str()], |row| rows::customer(row)).optional()?)
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
        let filter = filter(&db, &query).unwrap();
        let sql = format!("EXPLAIN QUERY PLAN SELECT count(*) FROM tickets t WHERE {}", filter.sql);
        let plan: String = db.query_row(&sql, values(&filter).as_slice(), |row| row.get(3)).unwrap();
        assert!(plan.contains("USING COVERING INDEX tickets_by_due"), "{plan}");
        assert_eq!(total(&db, &filter).unwrap(), 0);
    }
}
