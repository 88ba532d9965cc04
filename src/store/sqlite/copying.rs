//! A desk file poured out and filled. Neither goes through the desk's own connections: it may be in use meanwhile.

use std::path::Path;

use rusqlite::types::{ToSql, ToSqlOutput, Value, ValueRef};
use rusqlite::{Connection, params_from_iter};

use crate::store::StoreError;
use crate::store::copying::{Batch, Cell, Filling, Pouring, TOGETHER, cut_off, not_empty, ordered};
use crate::store::search::upkeep::{self, Deferred};
use crate::store::sqlite::{log, open};

/// Tables that are made of others.
const MADE: [&str; 3] = ["article_editions", "ticket_counts", "unspaced"];

/// Pours a desk out, as it is now; what the others write meanwhile is not in it.
///
/// # Errors
/// When the file is no desk. That nobody takes it any more is the end, and no error.
pub fn pour(path: &Path, out: &Pouring) -> Result<(), StoreError> {
    let mut db = open::connect(path)?;
    open::migrate(&mut db)?;
    let tx = db.transaction()?;
    for table in tables(&tx)? {
        let columns = columns(&tx, &table)?;
        let mut query = tx.prepare(&format!("SELECT {} FROM {table}", columns.join(", ")))?;
        let mut rows = query.query([])?;
        let mut batch = Batch { table, columns, rows: Vec::with_capacity(TOGETHER) };
        while let Some(row) = rows.next()? {
            let cells = (0..batch.columns.len()).map(|at| row.get_ref(at).map(cell));
            batch.rows.push(cells.collect::<Result<_, _>>()?);
            if batch.rows.len() == TOGETHER {
                let full = Batch { rows: std::mem::take(&mut batch.rows), ..batch.clone() };
                if out.blocking_send(full).is_err() {
                    return Ok(());
                }
            }
        }
        if out.blocking_send(batch).is_err() {
            return Ok(());
        }
    }
    // Whoever takes no more has said why.
    let _ = out.blocking_send(Batch::end());
    Ok(())
}

pub(crate) fn cell(value: ValueRef<'_>) -> Cell {
    match value {
        ValueRef::Null => Cell::Null,
        ValueRef::Integer(n) => Cell::Int(n),
        ValueRef::Real(x) => Cell::Real(x),
        ValueRef::Text(text) => Cell::Text(String::from_utf8_lossy(text).into_owned()),
        ValueRef::Blob(bytes) => Cell::Bytes(bytes.to_vec()),
    }
}

/// Fills a new desk file, all of it or none; the name of its log.
///
/// # Errors
/// When there is a desk already, or what is poured does not fit.
pub fn fill(path: &Path, mut rows: Filling) -> Result<String, StoreError> {
    let mut db = open::connect(path)?;
    open::migrate(&mut db)?;
    let tx = db.transaction()?;
    let empty = "SELECT NOT EXISTS (SELECT 1 FROM audit) AND NOT EXISTS (SELECT 1 FROM tickets)";
    if !tx.query_row(empty, [], |row| row.get::<_, bool>(0))? {
        return Err(not_empty());
    }
    tx.execute_batch("PRAGMA defer_foreign_keys = ON")?;
    let deferred = Deferred::begin(&tx)?;
    loop {
        let batch = rows.blocking_recv().ok_or_else(cut_off)?;
        if batch.is_end() {
            break;
        }
        if let Some(log_id) = batch.meta("log_id") {
            tx.execute("UPDATE meta SET value = ?1 WHERE key = 'log_id'", [log_id])?;
        } else if !batch.rows.is_empty() {
            put(&tx, &batch)?;
        }
    }
    deferred.settle(&tx)?;
    upkeep::tidy_articles(&tx)?;
    let log_id = log::log_id(&tx)?;
    tx.commit()?;
    Ok(log_id)
}

fn put(tx: &Connection, batch: &Batch) -> Result<(), StoreError> {
    let columns = columns(tx, &batch.table)?;
    if columns.is_empty() {
        return Err(StoreError::Failed(format!("this countersign knows no table {}", batch.table)));
    }
    let shared = batch.shared(&columns);
    let names: Vec<&str> = shared.iter().map(|at| batch.columns[*at].as_str()).collect();
    let marks = vec!["?"; names.len()].join(", ");
    let sql = format!("INSERT INTO {} ({}) VALUES ({marks})", batch.table, names.join(", "));
    let mut insert = tx.prepare_cached(&sql)?;
    for row in &batch.rows {
        insert.execute(params_from_iter(shared.iter().map(|at| &row[*at])))?;
    }
    Ok(())
}

impl ToSql for Cell {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(match self {
            Self::Null => ToSqlOutput::Owned(Value::Null),
            Self::Int(n) => ToSqlOutput::Owned(Value::Integer(*n)),
            Self::Real(x) => ToSqlOutput::Owned(Value::Real(*x)),
            Self::Text(text) => ToSqlOutput::Borrowed(ValueRef::Text(text.as_bytes())),
            Self::Bytes(bytes) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        })
    }
}

/// The tables of a desk, but for those that are made of others: an index over words has tables of its own.
fn tables(db: &Connection) -> Result<Vec<String>, StoreError> {
    let sql =
        "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'table' AND name NOT LIKE 'sqlite_%'";
    let mut query = db.prepare(sql)?;
    let found = query.query_map([], |row| row.get::<_, String>(0))?.collect::<Result<Vec<_>, _>>()?;
    Ok(ordered(found.into_iter().filter(|table| !MADE.contains(&table.as_str())).collect()))
}

fn columns(db: &Connection, table: &str) -> Result<Vec<String>, StoreError> {
    let mut query = db.prepare_cached("SELECT name FROM pragma_table_info(?1) ORDER BY cid")?;
    Ok(query.query_map([table], |row| row.get(0))?.collect::<Result<_, _>>()?)
}
