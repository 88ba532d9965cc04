//! Asking the database: statements prepared once a connection, errors named for what to do about them.

use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Error, Row};

use crate::domain::text;
use crate::store::StoreError;
use crate::store::columns::Columns;

/// A connection of the pool; inside a transaction when whoever holds it has begun one.
pub(crate) type Db = deadpool_postgres::ClientWrapper;
/// What stands for `$1`, `$2`, …
pub(crate) type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

/// Every row.
pub(crate) async fn every(db: &Db, sql: &str, values: Values<'_>) -> Result<Vec<Row>, StoreError> {
    let statement = db.prepare_cached(sql).await?;
    Ok(db.query(&statement, values).await?)
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
    let statement = db.prepare_cached(sql).await?;
    Ok(db.execute(&statement, values).await?)
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
