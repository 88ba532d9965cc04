//! A row of either database, read by the place of its columns: what stands in a column means the same in both.

use jiff::Timestamp;
use serde::de::DeserializeOwned;

use crate::domain::ticket::Priority;
use crate::store::StoreError;

/// A row that was found.
pub(crate) trait Columns {
    /// Why a column cannot be read.
    type Bad;

    /// A text that is there.
    fn text(&self, at: usize) -> Result<String, Self::Bad>;
    /// A text, or nothing.
    fn text_if(&self, at: usize) -> Result<Option<String>, Self::Bad>;
    /// A whole number that is there.
    fn int(&self, at: usize) -> Result<i64, Self::Bad>;
    /// A whole number, or nothing.
    fn int_if(&self, at: usize) -> Result<Option<i64>, Self::Bad>;
    /// A number, or nothing.
    fn real_if(&self, at: usize) -> Result<Option<f64>, Self::Bad>;
    /// Bytes, or nothing.
    fn bytes_if(&self, at: usize) -> Result<Option<Vec<u8>>, Self::Bad>;
    /// A column whose value means nothing.
    fn bad(at: usize, why: &str) -> Self::Bad;

    /// A number that is never negative.
    fn count(&self, at: usize) -> Result<u64, Self::Bad> {
        u64::try_from(self.int(at)?).map_err(|e| Self::bad(at, &e.to_string()))
    }

    /// A number that is never negative, or nothing.
    fn count_if(&self, at: usize) -> Result<Option<u64>, Self::Bad> {
        self.int_if(at)?.map(|n| u64::try_from(n).map_err(|e| Self::bad(at, &e.to_string()))).transpose()
    }

    /// Yes or no.
    fn flag(&self, at: usize) -> Result<bool, Self::Bad> {
        Ok(self.int(at)? != 0)
    }

    /// A time kept as milliseconds.
    fn time(&self, at: usize) -> Result<Timestamp, Self::Bad> {
        self.int(at).map(time)
    }

    /// A time kept as milliseconds, or nothing.
    fn time_if(&self, at: usize) -> Result<Option<Timestamp>, Self::Bad> {
        Ok(self.int_if(at)?.map(time))
    }

    /// A word or an id.
    fn parsed<T: std::str::FromStr<Err: std::fmt::Display>>(&self, at: usize) -> Result<T, Self::Bad> {
        self.text(at)?.parse().map_err(|e: T::Err| Self::bad(at, &e.to_string()))
    }

    /// A word or an id; what cannot be read is nothing.
    fn parsed_if<T: std::str::FromStr>(&self, at: usize) -> Result<Option<T>, Self::Bad> {
        Ok(self.text_if(at)?.and_then(|text| text.parse().ok()))
    }

    /// JSON.
    fn json<T: DeserializeOwned>(&self, at: usize) -> Result<T, Self::Bad> {
        serde_json::from_str(&self.text(at)?).map_err(|e| Self::bad(at, &e.to_string()))
    }

    /// JSON; what cannot be read is nothing.
    fn json_if<T: DeserializeOwned>(&self, at: usize) -> Result<Option<T>, Self::Bad> {
        Ok(self.text_if(at)?.and_then(|text| serde_json::from_str(&text).ok()))
    }

    /// A priority, kept as its rank.
    fn priority(&self, at: usize) -> Result<Priority, Self::Bad> {
        let rank = usize::try_from(self.int(at)?).unwrap_or(usize::MAX);
        Ok(Priority::ALL.get(rank).copied().unwrap_or(Priority::Normal))
    }
}

/// Priorities are kept as ranks, so that they sort.
pub(crate) const fn rank(priority: Priority) -> i64 {
    priority as i64
}

/// A value as JSON, for a column that [`Columns::json`] reads.
pub(crate) fn json(value: &impl serde::Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|e| StoreError::Failed(e.to_string()))
}

/// A time from its milliseconds.
fn time(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).unwrap_or(Timestamp::UNIX_EPOCH)
}

impl Columns for rusqlite::Row<'_> {
    type Bad = rusqlite::Error;

    fn text(&self, at: usize) -> rusqlite::Result<String> {
        self.get(at)
    }

    fn text_if(&self, at: usize) -> rusqlite::Result<Option<String>> {
        self.get(at)
    }

    fn int(&self, at: usize) -> rusqlite::Result<i64> {
        self.get(at)
    }

    fn int_if(&self, at: usize) -> rusqlite::Result<Option<i64>> {
        self.get(at)
    }

    fn real_if(&self, at: usize) -> rusqlite::Result<Option<f64>> {
        self.get(at)
    }

    fn bytes_if(&self, at: usize) -> rusqlite::Result<Option<Vec<u8>>> {
        self.get(at)
    }

    fn bad(at: usize, why: &str) -> rusqlite::Error {
        rusqlite::Error::FromSqlConversionFailure(at, rusqlite::types::Type::Text, why.to_owned().into())
    }
}
