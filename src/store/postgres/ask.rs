//! Asking the database: statements prepared once a connection, errors named for what to do about them.

use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use deadpool_postgres::{Client, Object};
use futures::TryStreamExt as _;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row, RowStream, SimpleQueryMessage, Statement};

use crate::domain::text;
use crate::store::StoreError;
use crate::store::columns::Columns;
use crate::store::postgres::pulse::Pulse;

/// No question takes longer, however alive the database is: the one process of it that was asked may stand still. The
/// database itself gives up a little earlier, at its `statement_timeout`.
const QUESTION: Duration = Duration::from_secs(10);
/// Nor does what takes long until it says anything at all.
const WORK: Duration = Duration::from_mins(5);

/// A connection of the pool; inside a transaction when whoever holds it has begun one. It goes back when it is dropped,
/// but for one that owes an answer, or whose transaction is not over: that is closed, and the database undoes what was
/// begun.
pub(crate) struct Db {
    client: Option<Client>,
    pulse: Pulse,
    longest: Duration,
    is_over: AtomicBool,
    /// Whether an answer is still to come that nobody waits for.
    owes: AtomicBool,
}

impl Db {
    /// A connection in somebody's hands.
    pub(crate) fn new(client: Client, pulse: Pulse) -> Self {
        Self {
            client: Some(client),
            pulse,
            longest: QUESTION,
            is_over: AtomicBool::new(true),
            owes: AtomicBool::new(false),
        }
    }

    /// For what takes long. The database's own limit is not changed by it.
    pub(crate) fn patient(mut self) -> Self {
        self.be_patient();
        self
    }

    /// The same from here on.
    pub(crate) const fn be_patient(&mut self) {
        self.longest = WORK;
    }

    /// A transaction is about to begin: the connection is good for nothing else until it is over.
    pub(crate) fn begun(&self) {
        self.is_over.store(false, Ordering::Relaxed);
    }

    /// The transaction is over, and the database has said so.
    pub(crate) fn over(&self) {
        self.is_over.store(true, Ordering::Relaxed);
    }

    /// Runs statements without values.
    pub(crate) async fn batch_execute(&self, sql: &str) -> Result<(), StoreError> {
        self.answered(self.client()?.batch_execute(sql)).await
    }

    /// Runs statements without values; what each of them says.
    pub(crate) async fn simple_query(&self, sql: &str) -> Result<Vec<SimpleQueryMessage>, StoreError> {
        self.answered(self.client()?.simple_query(sql)).await
    }

    /// Every row of a statement that is unlikely to come again: it is not kept.
    pub(crate) async fn query(&self, sql: &str, values: Values<'_>) -> Result<Vec<Row>, StoreError> {
        self.answered(self.client()?.query(sql, values)).await
    }

    /// The rows of a statement, one after the other: there may be many.
    pub(crate) async fn rows(&self, sql: &str) -> Result<Rows<'_>, StoreError> {
        let nothing: [&(dyn ToSql + Sync); 0] = [];
        let rows = self.answered(self.client()?.query_raw(sql, nothing)).await?;
        Ok(Rows { db: self, rows: Box::pin(rows) })
    }

    async fn prepared(&self, sql: &str) -> Result<Statement, StoreError> {
        self.answered(self.client()?.prepare_cached(sql)).await
    }

    fn client(&self) -> Result<&Client, StoreError> {
        // What is asked behind a question that has no answer has none either.
        self.client.as_ref().filter(|_| !self.owes.load(Ordering::Relaxed)).ok_or(StoreError::Away)
    }

    /// Waits for an answer as long as one may be hoped for.
    async fn answered<T>(&self, asked: impl Future<Output = Result<T, Error>>) -> Result<T, StoreError> {
        tokio::select! {
            biased;
            answer = asked => Ok(answer?),
            () = self.pulse.silent() => self.given_up(),
            () = tokio::time::sleep(self.longest) => self.given_up(),
        }
    }

    /// Nobody may get the answer of somebody else's question.
    fn given_up<T>(&self) -> Result<T, StoreError> {
        self.begun();
        self.owes.store(true, Ordering::Relaxed);
        Err(StoreError::Away)
    }
}

/// Rows that come one after the other.
pub(crate) struct Rows<'a> {
    db: &'a Db,
    rows: Pin<Box<RowStream>>,
}

impl Rows<'_> {
    /// The next one.
    pub(crate) async fn next(&mut self) -> Result<Option<Row>, StoreError> {
        self.db.answered(self.rows.try_next()).await
    }
}

impl Drop for Db {
    fn drop(&mut self) {
        if let Some(client) = self.client.take()
            && !self.is_over.load(Ordering::Relaxed)
        {
            drop(Object::take(client));
        }
    }
}

/// What stands for `$1`, `$2`, …
pub(crate) type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

/// Every row.
pub(crate) async fn every(db: &Db, sql: &str, values: Values<'_>) -> Result<Vec<Row>, StoreError> {
    let statement = db.prepared(sql).await?;
    db.answered(db.client()?.query(&statement, values)).await
}

/// Every row, each read into a value.
pub(crate) async fn list<T>(
    db: &Db,
    sql: &str,
    values: Values<'_>,
    read: impl Fn(&Row) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    every(db, sql, values).await?.iter().map(read).collect()
}

/// The first row, where there is one.
pub(crate) async fn first<T>(
    db: &Db,
    sql: &str,
    values: Values<'_>,
    read: impl Fn(&Row) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    every(db, sql, values).await?.first().map(read).transpose()
}

/// A number that is always there.
pub(crate) async fn number(db: &Db, sql: &str, values: Values<'_>) -> Result<u64, StoreError> {
    let found = first(db, sql, values, |row| row.count(0)).await?;
    found.ok_or_else(|| StoreError::Failed("the database gave no number".to_owned()))
}

/// Changes rows; how many.
pub(crate) async fn change(db: &Db, sql: &str, values: Values<'_>) -> Result<u64, StoreError> {
    let statement = db.prepared(sql).await?;
    db.answered(db.client()?.execute(&statement, values)).await
}

/// A count as the database keeps it.
pub(crate) fn n(count: impl TryInto<i64>) -> i64 {
    count.try_into().unwrap_or(i64::MAX)
}

/// The count in a row of one column.
pub(crate) fn n_of(row: &Row) -> Result<u64, StoreError> {
    row.count(0)
}

impl Columns for Row {
    type Bad = StoreError;

    fn text(&self, at: usize) -> Result<String, StoreError> {
        Ok(self.try_get(at)?)
    }

    fn text_if(&self, at: usize) -> Result<Option<String>, StoreError> {
        Ok(self.try_get(at)?)
    }

    fn int(&self, at: usize) -> Result<i64, StoreError> {
        Ok(self.try_get(at)?)
    }

    fn int_if(&self, at: usize) -> Result<Option<i64>, StoreError> {
        Ok(self.try_get(at)?)
    }

    fn real_if(&self, at: usize) -> Result<Option<f64>, StoreError> {
        Ok(self.try_get(at)?)
    }

    fn bytes_if(&self, at: usize) -> Result<Option<Vec<u8>>, StoreError> {
        Ok(self.try_get(at)?)
    }

    fn bad(at: usize, why: &str) -> StoreError {
        StoreError::Damaged(format!("column {at}: {}", text::line(why)))
    }
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let Some(said) = error.as_db_error() else {
            let lost = error.is_closed() || is_lost(&error);
            return if lost { Self::Away } else { Self::Failed(in_words(&error)) };
        };
        let code = said.code();
        let is = |codes: &[SqlState]| codes.contains(code);
        if is(&[SqlState::DISK_FULL]) {
            Self::Full
        } else if is(&[
            SqlState::LOCK_NOT_AVAILABLE,
            SqlState::QUERY_CANCELED,
            SqlState::T_R_DEADLOCK_DETECTED,
            SqlState::T_R_SERIALIZATION_FAILURE,
        ]) {
            Self::Busy
        } else if is(&[
            SqlState::ADMIN_SHUTDOWN,
            SqlState::CRASH_SHUTDOWN,
            SqlState::CANNOT_CONNECT_NOW,
            SqlState::TOO_MANY_CONNECTIONS,
        ]) || code.code().starts_with("08")
        {
            Self::Away
        } else if is(&[SqlState::DATA_CORRUPTED, SqlState::INDEX_CORRUPTED]) {
            Self::Damaged(text::line(said.message()).into_owned())
        } else {
            Self::Failed(text::line(said.message()).into_owned())
        }
    }
}

/// What an error says, and what its causes say.
fn in_words(error: &Error) -> String {
    let mut words = error.to_string();
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        words = format!("{words}: {error}");
        cause = error.source();
    }
    text::line(&words).into_owned()
}

/// Whether the connection is what failed; a certificate that is not good is no such thing, and stays so.
fn is_lost(error: &Error) -> bool {
    let mut cause = std::error::Error::source(error);
    while let Some(error) = cause {
        if let Some(failed) = error.downcast_ref::<std::io::Error>() {
            return failed.get_ref().and_then(|inner| inner.downcast_ref::<rustls::Error>()).is_none();
        }
        cause = error.source();
    }
    // A connection attempt that took too long says so in words alone.
    error.to_string().contains("connect")
}
