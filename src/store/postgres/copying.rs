//! A database's desk poured out and filled.

use std::collections::HashMap;

use tokio_postgres::Row;
use tokio_postgres::types::{ToSql, Type};

use crate::domain::audit::genesis;
use crate::store::StoreError;
use crate::store::columns::Columns as _;
use crate::store::copying::{Batch, Cell, Filling, Pouring, TOGETHER, cut_off, not_empty, ordered};
use crate::store::postgres::address::Address;
use crate::store::postgres::ask::{self, Db, n};
use crate::store::postgres::open::{migrate, unopenable};
use crate::store::postgres::pulse::{self, Pulse};
use crate::store::postgres::threads::{self, keepable};
use crate::store::postgres::writing::Snapshot;
use crate::store::postgres::{link, log};
use crate::store::search::stems;

/// Tables that are made of others, or of this database alone.
const MADE: [&str; 4] = ["ticket_counts", "ticket_words", "head", "countersign_format"];

/// Pours the desk at `url` out, as it is now; what others write meanwhile is not in it.
///
/// # Errors
/// When the database holds no desk. That nobody takes it any more is the end, and no error.
pub async fn pour(url: &str, out: &Pouring) -> Result<(), StoreError> {
    let address = Address::read(url)?;
    let (told, pulse) = Pulse::new();
    tokio::select! {
        poured = poured(&address, &pulse, out) => poured,
        never = pulse::beat(&address, &told) => match never {},
    }
}

async fn poured(address: &Address, pulse: &Pulse, out: &Pouring) -> Result<(), StoreError> {
    let db = Snapshot::of(connected(address, pulse).await?).await?;
    for (table, columns) in tables(&db).await? {
        let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
        let sql = format!("SELECT {} FROM {table}", quoted(&names));
        let mut rows = db.rows(&sql).await?;
        let columns = names.iter().map(ToString::to_string).collect();
        let mut batch = Batch { table, columns, rows: Vec::with_capacity(TOGETHER) };
        while let Some(row) = rows.next().await? {
            batch.rows.push((0..row.len()).map(|at| cell(&row, at)).collect::<Result<_, _>>()?);
            if batch.rows.len() == TOGETHER {
                let full = Batch { rows: std::mem::take(&mut batch.rows), ..batch.clone() };
                if out.send(full).await.is_err() {
                    return Ok(());
                }
            }
        }
        if out.send(batch).await.is_err() {
            return Ok(());
        }
    }
    db.end().await;
    // Whoever takes no more has said why.
    let _ = out.send(Batch::end()).await;
    Ok(())
}

pub(crate) fn cell(row: &Row, at: usize) -> Result<Cell, StoreError> {
    let kind = row.columns()[at].type_();
    let found = if *kind == Type::INT8 {
        row.int_if(at)?.map(Cell::Int)
    } else if *kind == Type::FLOAT8 {
        row.real_if(at)?.map(Cell::Real)
    } else if *kind == Type::BYTEA {
        row.bytes_if(at)?.map(Cell::Bytes)
    } else {
        row.text_if(at)?.map(Cell::Text)
    };
    Ok(found.unwrap_or(Cell::Null))
}

/// Fills the empty database at `url`, all of it or none; the name of its log.
///
/// # Errors
/// When there is a desk already, or what is poured does not fit.
pub async fn fill(url: &str, rows: Filling) -> Result<String, StoreError> {
    let address = Address::read(url)?;
    let (told, pulse) = Pulse::new();
    tokio::select! {
        filled = filled(&address, &pulse, rows) => filled,
        never = pulse::beat(&address, &told) => match never {},
    }
}

/// A connection to a desk of the newest format.
async fn connected(address: &Address, pulse: &Pulse) -> Result<Db, StoreError> {
    let pool = link::pool(address, 1)?;
    let db = link::client(&pool, pulse).await.map_err(|e| unopenable(address, e))?.patient();
    migrate(&db).await?;
    Ok(db)
}

async fn filled(address: &Address, pulse: &Pulse, mut rows: Filling) -> Result<String, StoreError> {
    let db = connected(address, pulse).await?;
    db.begun();
    db.batch_execute("BEGIN; SET LOCAL statement_timeout = 0; SET CONSTRAINTS ALL DEFERRED").await?;
    db.batch_execute("SELECT 1 FROM head FOR UPDATE").await?;
    let used = "SELECT (SELECT count(*) FROM audit) + (SELECT count(*) FROM tickets)";
    if ask::number(&db, used, &[]).await? > 0 {
        return Err(not_empty());
    }
    let tables: HashMap<String, Vec<Column>> = tables(&db).await?.into_iter().collect();
    loop {
        let batch = rows.recv().await.ok_or_else(cut_off)?;
        if batch.is_end() {
            break;
        }
        if let Some(log_id) = batch.meta("log_id") {
            ask::change(&db, "UPDATE meta SET value = $1 WHERE key = 'log_id'", &[&log_id]).await?;
        } else if !batch.rows.is_empty() {
            let unknown = || StoreError::Failed(format!("this countersign knows no table {}", batch.table));
            put(&db, &batch, tables.get(&batch.table).ok_or_else(unknown)?).await?;
        }
    }
    mark_end(&db).await?;
    let log_id = log::log_id(&db).await?;
    db.batch_execute("COMMIT").await?;
    db.over();
    Ok(log_id)
}

/// The end of the log is where its last record is.
async fn mark_end(db: &Db) -> Result<(), StoreError> {
    let last = "SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1";
    let last = ask::first(db, last, &[], |row| Ok((row.count(0)?, row.text(1)?))).await?;
    let (size, hash) = match last {
        Some(last) => last,
        None => (0, genesis(&log::log_id(db).await?)),
    };
    let sql = "UPDATE head SET size = $1, hash = $2, revision = revision + 1";
    ask::change(db, sql, &[&n(size), &hash]).await?;
    Ok(())
}

async fn put(db: &Db, batch: &Batch, columns: &[Column]) -> Result<(), StoreError> {
    let takes: Vec<String> = columns.iter().filter(|c| !c.is_identity).map(|c| c.name.clone()).collect();
    let shared = batch.shared(&takes);
    let names: Vec<&str> = shared.iter().map(|at| batch.columns[*at].as_str()).collect();
    let kind = |name: &str| columns.iter().find(|c| c.name == name).map_or("text", |c| c.kind.as_str());
    let marks: Vec<String> = (1..).zip(&names).map(|(at, name)| format!("${at}::{}[]", kind(name))).collect();
    let sql = format!("INSERT INTO {} ({}) SELECT * FROM unnest({})", batch.table, quoted(&names), marks.join(", "));
    let values: Vec<Box<dyn ToSql + Sync + Send>> =
        shared.iter().zip(&names).map(|(at, name)| column(batch, *at, kind(name))).collect();
    let values: Vec<&(dyn ToSql + Sync)> = values.iter().map(|value| value.as_ref() as _).collect();
    ask::change(db, &sql, &values).await?;
    index(db, batch).await
}

/// A column of a batch, as the database takes it.
fn column(batch: &Batch, at: usize, kind: &str) -> Box<dyn ToSql + Sync + Send> {
    let cells = || batch.rows.iter().map(|row| &row[at]);
    match kind {
        "bigint" => Box::new(cells().map(|c| if let Cell::Int(n) = c { Some(*n) } else { None }).collect::<Vec<_>>()),
        "double precision" => {
            Box::new(cells().map(|c| if let Cell::Real(x) = c { Some(*x) } else { None }).collect::<Vec<_>>())
        }
        "bytea" => {
            Box::new(cells().map(|c| if let Cell::Bytes(b) = c { Some(b.clone()) } else { None }).collect::<Vec<_>>())
        }
        _ => {
            Box::new(cells().map(|c| if let Cell::Text(t) = c { Some(keepable(t)) } else { None }).collect::<Vec<_>>())
        }
    }
}

/// Makes what was put in findable.
async fn index(db: &Db, batch: &Batch) -> Result<(), StoreError> {
    let words = |texts: Vec<String>| texts.iter().map(|text| stems::vector(&stems::read(text))).collect::<Vec<_>>();
    match batch.table.as_str() {
        "tickets" => {
            let (subjects, names) = (batch.texts("subject"), batch.texts("customer_name"));
            let (Some(ids), Some(subjects), Some(names)) = (batch.texts("id"), subjects, names) else { return Ok(()) };
            let ids: Vec<String> = ids.into_iter().map(str::to_owned).collect();
            let texts = subjects.iter().zip(names).map(|(subject, name)| format!("{subject} {name}"));
            threads::index(db, &ids, &texts.collect::<Vec<_>>()).await
        }
        "messages" => {
            let (Some(ids), Some(bodies)) = (batch.texts("ticket_id"), batch.texts("body")) else { return Ok(()) };
            let Some(at) = batch.columns.iter().position(|name| name == "position") else { return Ok(()) };
            let places: Vec<i64> =
                batch.rows.iter().map(|row| if let Cell::Int(n) = row[at] { n } else { 0 }).collect();
            let words = words(bodies.into_iter().map(str::to_owned).collect());
            let sql = "INSERT INTO ticket_words (place, words) SELECT (t.n << 20) + new.place + 1, new.words::tsvector \
                       FROM unnest($1::text[], $2::bigint[], $3::text[]) AS new (id, place, words) \
                       JOIN tickets t ON t.id = new.id WHERE new.place < 1048575";
            ask::change(db, sql, &[&ids, &places, &words]).await?;
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A column of a table.
struct Column {
    name: String,
    /// As SQL names it.
    kind: String,
    /// Whether the database alone gives it its values.
    is_identity: bool,
}

fn quoted(names: &[&str]) -> String {
    names.iter().map(|name| format!("\"{name}\"")).collect::<Vec<_>>().join(", ")
}

/// The tables of a desk, but for those that are made of others, with their columns.
async fn tables(db: &Db) -> Result<Vec<(String, Vec<Column>)>, StoreError> {
    let sql = "SELECT table_name::text, column_name::text, data_type::text, (is_identity = 'YES')::int::bigint \
               FROM information_schema.columns WHERE table_schema = current_schema() \
               ORDER BY table_name, ordinal_position";
    let mut found: HashMap<String, Vec<Column>> = HashMap::new();
    for row in ask::every(db, sql, &[]).await? {
        let column = Column { name: row.text(1)?, kind: row.text(2)?, is_identity: row.flag(3)? };
        found.entry(row.text(0)?).or_default().push(column);
    }
    found.retain(|table, _| !MADE.contains(&table.as_str()));
    let names = ordered(found.keys().cloned().collect());
    Ok(names.into_iter().filter_map(|name| found.remove_entry(&name)).collect())
}
