//! One customer's data in a database. Its rows are gone with the transaction; what PostgreSQL keeps of them until a
//! `VACUUM`, in its write-ahead log and in backups is whoever runs it to see to.

use async_trait::async_trait;
use jiff::Timestamp;
use tokio_postgres::types::ToSql;

use crate::domain::audit::Event;
use crate::domain::customer::Customer;
use crate::domain::dossier::Dossier;
use crate::domain::erasure::Tally;
use crate::domain::ids::CustomerId;
use crate::store::copying::Cell;
use crate::store::erasing::{Erasing, Hand, Line, Order, Sheet, Swept, called, collect, sweep};
use crate::store::postgres::Postgres;
use crate::store::postgres::ask::{self, Db};
use crate::store::postgres::copying::cell;
use crate::store::postgres::threads::keepable;
use crate::store::postgres::writing::Snapshot;
use crate::store::{StoreError, Touches};

#[async_trait]
impl Erasing for Postgres {
    async fn customers_called(&self, name: &str) -> Result<Vec<Customer>, StoreError> {
        called(&Page(&self.db().await?), name).await
    }

    async fn dossier(&self, id: &CustomerId, now: Timestamp) -> Result<Option<Dossier>, StoreError> {
        let db = Snapshot::of(self.db().await?).await?;
        let found = collect(&Page(&db), id, now).await;
        db.end().await;
        found
    }

    async fn would_erase(&self, id: &CustomerId, now: Timestamp) -> Result<Option<Tally>, StoreError> {
        let order = Order { customer: id.clone(), known: None, behind: 0 };
        let tx = self.begin().await?.patient().await?;
        tx.batch_execute("SAVEPOINT attempt").await?;
        let gone = sweep(&Page(&tx), &order, &Hand { by: "", at: now }).await?;
        tx.batch_execute("ROLLBACK TO SAVEPOINT attempt").await?;
        tx.commit(Touches::Nothing).await?;
        Ok(gone.map(|gone| gone.tally))
    }

    async fn erase(&self, order: Order, event: Event) -> Result<Option<Swept>, StoreError> {
        let mut tx = self.begin().await?.patient().await?;
        let hand = Hand { by: event.actor.as_str(), at: event.at };
        let Some(gone) = sweep(&Page(&tx), &order, &hand).await? else { return Ok(None) };
        tx.append(&gone.records(event)).await?;
        let head = tx.head().size;
        tx.commit(Touches::Desk).await?;
        Ok(Some(gone.at(head)))
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        Ok(())
    }
}

/// A connection, as a sweep sees it.
struct Page<'a>(&'a Db);

impl Sheet for Page<'_> {
    const INDEXES: bool = true;

    async fn rows(&self, sql: &str, values: &[Cell]) -> Result<Vec<Line>, StoreError> {
        let values = owned(values);
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| &**value as _).collect();
        let line =
            |row: &tokio_postgres::Row| (0..row.len()).map(|at| cell(row, at)).collect::<Result<_, _>>().map(Line);
        ask::list(self.0, sql, &values, line).await
    }

    async fn change(&self, sql: &str, values: &[Cell]) -> Result<u64, StoreError> {
        let values = owned(values);
        let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| &**value as _).collect();
        ask::change(self.0, sql, &values).await
    }
}

fn owned(values: &[Cell]) -> Vec<Box<dyn ToSql + Sync + Send>> {
    let one = |value: &Cell| -> Box<dyn ToSql + Sync + Send> {
        match value {
            Cell::Null => Box::new(None::<String>),
            Cell::Int(n) => Box::new(*n),
            Cell::Real(x) => Box::new(*x),
            Cell::Text(text) => Box::new(keepable(text)),
            Cell::Bytes(bytes) => Box::new(bytes.clone()),
        }
    };
    values.iter().map(one).collect()
}
