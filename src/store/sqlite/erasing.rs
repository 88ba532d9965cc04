//! One customer's data in a desk file. What a transaction erases, the file still has: in pages that are free, in the
//! search index's older parts, in the write-ahead log. [`scrub`] writes the file anew without it.

use std::path::Path;

use async_trait::async_trait;
use futures::FutureExt as _;
use rusqlite::{Connection, params_from_iter};

use crate::domain::audit::Event;
use crate::domain::customer::Customer;
use crate::domain::dossier::Dossier;
use crate::domain::erasure::Tally;
use crate::domain::ids::CustomerId;
use crate::store::copying::Cell;
use crate::store::erasing::{Erasing, Hand, Line, Order, Sheet, Swept, called, collect, sweep};
use crate::store::sqlite::copying::cell;
use crate::store::sqlite::group::Turn;
use crate::store::sqlite::{Sqlite, log, open};
use crate::store::{StoreError, Touches};

/// How often the write-ahead log is tried to be cut, while others read it.
const TRIES: usize = 3;

#[async_trait]
impl Erasing for Sqlite {
    async fn customers_called(&self, name: &str) -> Result<Vec<Customer>, StoreError> {
        self.read(|db| at_once(called(&Page(db), name)))
    }

    async fn dossier(&self, id: &CustomerId, now: jiff::Timestamp) -> Result<Option<Dossier>, StoreError> {
        self.read(|db| {
            // One snapshot: others may write meanwhile.
            let tx = db.unchecked_transaction()?;
            at_once(collect(&Page(&tx), id, now))
        })
    }

    async fn would_erase(&self, id: &CustomerId, now: jiff::Timestamp) -> Result<Option<Tally>, StoreError> {
        let order = Order { customer: id.clone(), known: None, behind: 0 };
        let look = move |tx: &mut Turn<'_>| {
            // Nothing of it stands: the savepoint is rolled back when it is dropped.
            let attempt = tx.savepoint()?;
            let gone = at_once(sweep(&Page(&attempt), &order, &Hand { by: "", at: now }))?;
            Ok(gone.map(|gone| gone.tally))
        };
        self.writer.transact(Touches::Nothing, look).await
    }

    async fn erase(&self, order: Order, event: Event) -> Result<Option<Swept>, StoreError> {
        let work = move |tx: &mut Turn<'_>| {
            let hand = Hand { by: event.actor.as_str(), at: event.at };
            let Some(gone) = at_once(sweep(&Page(tx), &order, &hand))? else { return Ok(None) };
            log::append(tx, &gone.records(event))?;
            let head = log::head(tx)?.size;
            Ok(Some(gone.at(head)))
        };
        self.writer.transact(Touches::Desk, work).await
    }

    async fn scrub(&self) -> Result<(), StoreError> {
        let (path, writer) = (self.path.clone(), std::sync::Arc::clone(&self.writer));
        let work = move || writer.between(|| scrub(&path));
        tokio::task::spawn_blocking(work).await.map_err(|e| StoreError::Failed(e.to_string()))?
    }
}

/// Puts the index together without what is gone, writes the file anew, and cuts the write-ahead log.
fn scrub(path: &Path) -> Result<(), StoreError> {
    let db = open::connect(path)?;
    // The copy of the whole file lies in a file meanwhile, not in memory.
    db.execute_batch(
        "PRAGMA temp_store = FILE; PRAGMA secure_delete = ON;
         INSERT INTO ticket_words (ticket_words) VALUES ('optimize');
         INSERT INTO ticket_grams (ticket_grams) VALUES ('optimize');
         VACUUM",
    )?;
    for _ in 0..TRIES {
        let busy: i64 = db.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
        if busy == 0 {
            return Ok(());
        }
    }
    Err(StoreError::Busy)
}

/// A connection, as a sweep sees it. Whatever is asked of it is there at once.
struct Page<'a>(&'a Connection);

impl Page<'_> {
    fn lines(&self, sql: &str, values: &[Cell]) -> Result<Vec<Line>, StoreError> {
        let mut query = self.0.prepare_cached(&marked(sql))?;
        let columns = query.column_count();
        let mut rows = query.query(params_from_iter(values))?;
        let mut lines = Vec::new();
        while let Some(row) = rows.next()? {
            let cells = (0..columns).map(|at| row.get_ref(at).map(cell));
            lines.push(Line(cells.collect::<Result<_, _>>()?));
        }
        Ok(lines)
    }
}

impl Sheet for Page<'_> {
    const INDEXES: bool = false;

    fn rows(&self, sql: &str, values: &[Cell]) -> impl Future<Output = Result<Vec<Line>, StoreError>> + Send {
        std::future::ready(self.lines(sql, values))
    }

    fn change(&self, sql: &str, values: &[Cell]) -> impl Future<Output = Result<u64, StoreError>> + Send {
        let changed =
            self.0.prepare_cached(&marked(sql)).and_then(|mut change| change.execute(params_from_iter(values)));
        std::future::ready(changed.map(|rows| rows as u64).map_err(StoreError::from))
    }
}

/// `$1` would be a name here.
fn marked(sql: &str) -> String {
    sql.replace('$', "?")
}

/// What nothing is waited for in.
fn at_once<T>(work: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    work.now_or_never().unwrap_or_else(|| Err(StoreError::Failed("a desk file made somebody wait".to_owned())))
}
