//! A desk poured from one place into another: table by table, row by row, as it is at one moment. Whatever holds a desk
//! can pour it out and be filled; what can be made of the rest (indexes, counts) is not poured but made anew.

use tokio::sync::mpsc;

use crate::store::StoreError;

/// How many rows go together.
pub(crate) const TOGETHER: usize = 500;

/// Tables that others point at come first; those not named come behind, by name.
const FIRST: [&str; 5] = ["people", "customers", "articles", "tickets", "messages"];

/// What stands in a column.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Null,
    /// A whole number.
    Int(i64),
    /// A number.
    Real(f64),
    /// A text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
}

/// Some rows of a table.
#[derive(Clone, Debug)]
pub struct Batch {
    /// Which table.
    pub table: String,
    /// Its columns, by name.
    pub columns: Vec<String>,
    /// Each as long as the columns.
    pub rows: Vec<Vec<Cell>>,
}

/// Where rows go.
pub type Pouring = mpsc::Sender<Batch>;
/// Where rows come from.
pub type Filling = mpsc::Receiver<Batch>;

/// A stream of rows that holds a few batches at most.
#[must_use]
pub fn stream() -> (Pouring, Filling) {
    mpsc::channel(4)
}

/// Puts tables into the order in which they are poured.
pub(crate) fn ordered(mut tables: Vec<String>) -> Vec<String> {
    tables.sort_by_key(|table| (FIRST.iter().position(|first| first == table).unwrap_or(FIRST.len()), table.clone()));
    tables
}

impl Batch {
    /// What says that all has been poured: what ends without it was cut off.
    pub(crate) fn end() -> Self {
        Self { table: String::new(), columns: Vec::new(), rows: Vec::new() }
    }

    /// Whether this is the end.
    pub(crate) fn is_end(&self) -> bool {
        self.table.is_empty()
    }

    /// The places of the columns that the other side has, too.
    pub(crate) fn shared(&self, columns: &[String]) -> Vec<usize> {
        (0..self.columns.len()).filter(|at| columns.contains(&self.columns[*at])).collect()
    }

    /// The texts of a column; nothing where there is no such column.
    pub(crate) fn texts(&self, column: &str) -> Option<Vec<&str>> {
        let at = self.columns.iter().position(|name| name == column)?;
        Some(self.rows.iter().map(|row| if let Cell::Text(text) = &row[at] { text.as_str() } else { "" }).collect())
    }

    /// The value of a key, where this is the table of keys.
    pub(crate) fn meta(&self, key: &str) -> Option<String> {
        let (keys, values) = (self.texts("key")?, self.texts("value")?);
        keys.iter().zip(values).find(|(known, _)| **known == key).map(|(_, value)| value.to_owned())
    }
}

/// Whoever poured has stopped in the middle.
pub(crate) fn cut_off() -> StoreError {
    StoreError::Failed("what was poured was cut off".to_owned())
}

/// Only a new desk is filled.
pub(crate) fn not_empty() -> StoreError {
    StoreError::Failed("there is a desk already; a copy goes into a new one".to_owned())
}
