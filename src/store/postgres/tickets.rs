//! Reading tickets and customers; putting tickets off.

use jiff::Timestamp;
use tokio_postgres::types::ToSql;

use crate::domain::customer::Customer;
use crate::domain::finding::Haystack;
use crate::domain::ids::{CustomerId, PrincipalId, TicketId};
use crate::domain::ticket::{Ticket, TicketPage, TicketQuery, TicketRow};
use crate::store::columns::Columns as _;
use crate::store::filter::{self, COUNTS, Dialect, Filter, behind, order};
use crate::store::postgres::ask::{self, Db, Values};
use crate::store::postgres::search;
use crate::store::postgres::threads::keepable;
use crate::store::rows::{self, CUSTOMER, MESSAGE, TICKET};
use crate::store::{Counts, StoreError};

/// Milliseconds since 1970, by the database's clock.
pub(crate) const NOW: &str = "CAST(extract(epoch FROM clock_timestamp()) * 1000 AS BIGINT)";

/// How a filter is written here; labels are compared as [`keepable`], which values are too.
const POSTGRES: Dialect = Dialect {
    mark: '$',
    nobody: "t.assignee IS NULL",
    tagged: "replace(t.tags, '\\u0000', '\\ufffd')::jsonb ? {}",
    now: NOW,
};

/// A ticket with its thread.
pub(crate) async fn ticket(db: &Db, id: &TicketId) -> Result<Option<Ticket>, StoreError> {
    let sql = format!("SELECT {MESSAGE} FROM messages WHERE ticket_id = $1 ORDER BY position");
    let key: Values<'_> = &[&id.as_str()];
    // Asked for together: one way there and back.
    let (row, thread) = tokio::join!(row(db, id), ask::list(db, &sql, key, rows::message));
    let (Some(row), thread) = (row?, thread?) else { return Ok(None) };
    Ok(Some(Ticket { row, thread }))
}

/// A ticket's row.
pub(crate) async fn row(db: &Db, id: &TicketId) -> Result<Option<TicketRow>, StoreError> {
    let sql = format!("SELECT {TICKET} FROM tickets t WHERE t.id = $1");
    ask::first(db, &sql, &[&id.as_str()], rows::ticket).await
}

/// Rows by id, in the order asked for.
pub(crate) async fn rows(db: &Db, ids: &[String]) -> Result<Vec<TicketRow>, StoreError> {
    let sql = format!(
        "SELECT {TICKET} FROM unnest($1::text[]) WITH ORDINALITY AS wanted (id, place) JOIN tickets t \
         ON t.id = wanted.id ORDER BY wanted.place"
    );
    ask::list(db, &sql, &[&ids], rows::ticket).await
}

/// A page of tickets.
pub(crate) async fn page(db: &Db, query: &TicketQuery) -> Result<TicketPage, StoreError> {
    let filter = filter(db, query).await?;
    let sql = format!(
        "SELECT {TICKET} FROM tickets t WHERE {}{} ORDER BY {} LIMIT {} OFFSET {}",
        filter.awake(),
        behind(query),
        order(query.sort),
        query.limit.clamp(1, 500),
        query.offset
    );
    let values = values(&filter);
    let (tickets, total) = tokio::join!(once(db, &sql, &values), total(db, &filter));
    Ok(TicketPage { tickets: tickets?.iter().map(rows::ticket).collect::<Result<_, _>>()?, total: total? })
}

/// Runs a statement that is unlikely to come again: it is not kept.
async fn once(db: &Db, sql: &str, values: Values<'_>) -> Result<Vec<tokio_postgres::Row>, StoreError> {
    db.query(sql, values).await
}

/// What a filter looks at in every ticket of a query, in its order.
pub(crate) async fn haystack(db: &Db, query: &TicketQuery) -> Result<Haystack, StoreError> {
    let filter = filter(db, query).await?;
    let sql = format!(
        "SELECT t.id, t.subject, t.customer_name, t.tags FROM tickets t WHERE {} ORDER BY {}",
        filter.awake(),
        order(query.sort)
    );
    let mut hay = Haystack::default();
    for row in once(db, &sql, &values(&filter)).await? {
        let text = |at| row.try_get::<_, &str>(at);
        hay.push(text(0)?, text(1)?, text(2)?, text(3)?);
    }
    hay.shrink();
    Ok(hay)
}

/// The condition of a query, for this database.
async fn filter(db: &Db, query: &TicketQuery) -> Result<Filter, StoreError> {
    let meant = match query.words() {
        Some(text) => Some(meant(db, text).await?),
        None => None,
    };
    let mut filter = Filter::of(query, meant, &POSTGRES);
    for value in &mut filter.values {
        *value = keepable(value);
    }
    Ok(filter)
}

fn values(filter: &Filter) -> Vec<&(dyn ToSql + Sync)> {
    filter.values.iter().map(|value| value as &(dyn ToSql + Sync)).collect()
}

/// How many tickets there are, less those that sleep.
async fn total(db: &Db, filter: &Filter) -> Result<u64, StoreError> {
    let all = ask::number(db, &filter.all(), &values(filter)).await?;
    match filter.asleep() {
        Some(sql) => Ok(all.saturating_sub(ask::number(db, &sql, &values(filter)).await?)),
        None => Ok(all),
    }
}

/// The tickets that a filter means: the one that is called so, and those that have most of the words.
async fn meant(db: &Db, text: &str) -> Result<Vec<String>, StoreError> {
    let named = "SELECT id FROM tickets WHERE id = upper($1) OR external_id = $1 LIMIT 1";
    let named = ask::first(db, named, &[&keepable(text.trim())], |row| row.text(0)).await?;
    Ok(named.into_iter().chain(filter::close(search::tickets(db, text, 500).await?)).collect())
}

/// Puts a ticket off, or not any more.
pub(crate) async fn snooze(
    tx: &Db,
    by: &PrincipalId,
    ticket: &TicketId,
    until: Option<Timestamp>,
) -> Result<(), StoreError> {
    let (by, ticket) = (by.as_str(), ticket.as_str());
    match until {
        None => {
            let sql = "DELETE FROM snoozes WHERE person = $1 AND ticket_id = $2";
            ask::change(tx, sql, &[&by, &ticket]).await?;
        }
        Some(until) => {
            let sql = "INSERT INTO snoozes (person, ticket_id, until, version) \
                       SELECT $1, id, $3, version FROM tickets WHERE id = $2 \
                       ON CONFLICT (person, ticket_id) DO UPDATE SET until = excluded.until, version = excluded.version";
            ask::change(tx, sql, &[&by, &ticket, &until.as_millisecond()]).await?;
        }
    }
    Ok(())
}

/// Counts by view.
pub(crate) async fn counts(db: &Db) -> Result<Counts, StoreError> {
    Ok(ask::first(db, COUNTS, &[], rows::counts).await?.unwrap_or_default())
}

/// A customer.
pub(crate) async fn customer(db: &Db, id: &CustomerId) -> Result<Option<Customer>, StoreError> {
    let sql = format!("SELECT {CUSTOMER} FROM customers WHERE id = $1");
    ask::first(db, &sql, &[&id.as_str()], rows::customer).await
}

/// The next free ticket number is one above the highest.
pub(crate) async fn next_number(db: &Db) -> Result<u64, StoreError> {
    let sql = "SELECT coalesce(max(substring(id FROM '^T-([0-9]{1,18})')::bigint), 0) + 1 FROM tickets";
    ask::number(db, sql, &[]).await
}
