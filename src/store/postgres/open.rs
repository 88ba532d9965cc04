//! Opening a database: brought to the newest format, whoever else does so at the same time.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::watch;

use crate::domain::audit::genesis;
use crate::store::StoreError;
use crate::store::checkpoints::Checkpoints;
use crate::store::columns::Columns as _;
use crate::store::postgres::address::Address;
use crate::store::postgres::articles::Shelf;
use crate::store::postgres::ask::{self, Db, n};
use crate::store::postgres::link::{Link, Shared};
use crate::store::postgres::pulse::{self, Pulse};
use crate::store::postgres::tend::Tending;
use crate::store::postgres::{Postgres, link, log};

/// Migrations in order; `countersign_format` counts those applied.
const MIGRATIONS: &[&str] = &[
    include_str!("../../../assets/migrations/postgres/0001_desk.sql"),
    include_str!("../../../assets/migrations/postgres/0002_credentials.sql"),
    include_str!("../../../assets/migrations/postgres/0003_answers.sql"),
    include_str!("../../../assets/migrations/postgres/0004_erasure.sql"),
    include_str!("../../../assets/migrations/postgres/0005_lowered.sql"),
    include_str!("../../../assets/migrations/postgres/0006_proposals_in_order.sql"),
];

/// Taken by whoever migrates: "ctsn".
const LOCK: i64 = 0x6374_736e;

/// How a database is opened.
#[derive(Clone, Debug)]
pub struct Options {
    /// The folder for the key and the checkpoints of this machine; it is made where it is missing.
    pub place: PathBuf,
    /// How many connections there are at most, at least one.
    pub connections: usize,
}

/// A desk just opened.
pub struct Opened {
    /// The desk.
    pub store: Postgres,
    /// Whether it was made now.
    pub is_new: bool,
}

impl Postgres {
    /// Opens the desk in the database at `url`, making it or bringing it to the newest format where needed.
    ///
    /// # Errors
    /// When the database cannot be reached, holds something else, or is of a newer program.
    pub async fn open(url: &str, options: &Options) -> Result<Opened, StoreError> {
        let address = Address::read(url)?;
        let (told, pulse) = Pulse::new();
        tokio::select! {
            opened = Self::opened(&address, options, pulse) => opened,
            never = pulse::beat(&address, &told) => match never {},
        }
    }

    /// Whether there is nothing at all in the database at `url`; nothing is put there.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn is_empty(url: &str) -> Result<bool, StoreError> {
        let address = Address::read(url)?;
        let (told, pulse) = Pulse::new();
        let asked = async {
            let pool = link::pool(&address, 1)?;
            let db = link::client(&pool, &pulse).await.map_err(|e| unopenable(&address, e))?;
            Ok(!has_tables(&db).await?)
        };
        tokio::select! {
            empty = asked => empty,
            never = pulse::beat(&address, &told) => match never {},
        }
    }

    async fn opened(address: &Address, options: &Options, pulse: Pulse) -> Result<Opened, StoreError> {
        let pool = link::pool(address, options.connections)?;
        let db = link::client(&pool, &pulse).await.map_err(|e| unopenable(address, e))?.patient();
        let is_new = migrate(&db).await?;
        let log_id = log::log_id(&db).await?;
        let revision = ask::number(&db, "SELECT revision FROM head", &[]).await?;
        let place = place(options, &log_id)?;
        let checkpoints = Checkpoints::open(&place, &log_id)?;
        let (sender, revision) = watch::channel(revision);
        let shared = Arc::new(Shared::new(sender, checkpoints));
        let shelf = Arc::new(Shelf::default());
        let (tending, pulse) = Tending::start(address.clone(), Arc::clone(&shared), Arc::clone(&shelf))?;
        let link = Link::new(pool, shared, pulse);
        Ok(Opened { store: Self { link, place, shelf, revision, _tending: tending }, is_new })
    }
}

/// Where the files of a desk begin, in a folder that is there.
fn place(options: &Options, log_id: &str) -> Result<PathBuf, StoreError> {
    let shown = || crate::domain::text::line(&options.place.to_string_lossy()).into_owned();
    let made = std::fs::create_dir_all(&options.place);
    made.map_err(|e| StoreError::Unopenable { path: shown(), reason: e.to_string() })?;
    Ok(options.place.join(log_id))
}

/// What is wrong at the start is for a person to put right.
pub(crate) fn unopenable(address: &Address, error: StoreError) -> StoreError {
    match error {
        StoreError::Failed(reason) => StoreError::Unopenable { path: address.shown.clone(), reason },
        known @ (StoreError::Busy
        | StoreError::Away
        | StoreError::Full
        | StoreError::Newer { .. }
        | StoreError::Unopenable { .. }
        | StoreError::Damaged(_)) => known,
    }
}

/// Brings the database to the newest format. True when it was new.
pub(crate) async fn migrate(db: &Db) -> Result<bool, StoreError> {
    let known = n(MIGRATIONS.len());
    // Nearly every start finds the newest format, and then need not wait for others.
    if format(db).await? == Some(known) {
        return Ok(false);
    }
    db.begun();
    db.batch_execute("BEGIN; SET LOCAL lock_timeout = 0; SET LOCAL statement_timeout = 0").await?;
    let done = under_lock(db, known).await;
    db.batch_execute(if done.is_ok() { "COMMIT" } else { "ROLLBACK" }).await?;
    db.over();
    done
}

async fn under_lock(db: &Db, known: i64) -> Result<bool, StoreError> {
    db.batch_execute(&format!("SELECT pg_advisory_xact_lock({LOCK})")).await?;
    let found = format(db).await?;
    if found.is_some_and(|found| found > known) {
        return Err(StoreError::Newer { found: found.unwrap_or(0), known });
    }
    if found.is_none() && has_tables(db).await? {
        return Err(StoreError::Damaged(
            "this PostgreSQL schema has tables, and none of a countersign desk".to_owned(),
        ));
    }
    let applied = found.unwrap_or(0);
    for migration in MIGRATIONS.iter().skip(usize::try_from(applied).unwrap_or(0)) {
        db.batch_execute(migration).await?;
    }
    if found.is_none() {
        begin(db).await?;
    }
    db.batch_execute(&format!(
        "CREATE TABLE IF NOT EXISTS countersign_format (version BIGINT NOT NULL); DELETE FROM countersign_format; \
         INSERT INTO countersign_format VALUES ({known})"
    ))
    .await?;
    Ok(found.is_none())
}

/// An empty desk has a name, and a log of no records.
async fn begin(db: &Db) -> Result<(), StoreError> {
    let log_id = crate::random::name::<16>("log");
    ask::change(db, "INSERT INTO meta VALUES ('log_id', $1)", &[&log_id]).await?;
    let head = "INSERT INTO head (size, hash, revision, articles) VALUES (0, $1, 0, 0)";
    ask::change(db, head, &[&genesis(&log_id)]).await?;
    Ok(())
}

async fn format(db: &Db) -> Result<Option<i64>, StoreError> {
    // Asked of the catalog first: to ask a table that is not there would be an error.
    let there = "SELECT (to_regclass('countersign_format') IS NOT NULL)::int::bigint";
    if db.query(there, &[]).await?.first().map(|row| row.flag(0)).transpose()? != Some(true) {
        return Ok(None);
    }
    let found = db.query("SELECT coalesce(max(version), 0) FROM countersign_format", &[]).await?;
    found.first().map(|row| row.int(0)).transpose()
}

async fn has_tables(db: &Db) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) FROM information_schema.tables WHERE table_schema = current_schema()";
    Ok(ask::number(db, sql, &[]).await? > 0)
}
