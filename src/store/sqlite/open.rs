//! Opening a desk file: pragmas, format, migrations.

use std::fs::OpenOptions;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::functions::{Context, FunctionFlags};
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};

use crate::store::StoreError;
use crate::store::sqlite::Sqlite;

/// Migrations in order; the file's `user_version` counts those applied.
pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("../../../assets/migrations/0001_desk.sql"),
    include_str!("../../../assets/migrations/0002_search.sql"),
    include_str!("../../../assets/migrations/0003_models.sql"),
    include_str!("../../../assets/migrations/0004_vectors.sql"),
    include_str!("../../../assets/migrations/0005_lessons.sql"),
    include_str!("../../../assets/migrations/0006_successors.sql"),
    include_str!("../../../assets/migrations/0007_snoozes.sql"),
    include_str!("../../../assets/migrations/0011_presence.sql"),
    include_str!("../../../assets/migrations/0014_merges.sql"),
    include_str!("../../../assets/migrations/0010_seen.sql"),
    include_str!("../../../assets/migrations/0013_feedback.sql"),
    include_str!("../../../assets/migrations/0015_due_counts.sql"),
    include_str!("../../../assets/migrations/0016_credentials.sql"),
    include_str!("../../../assets/migrations/0019_answers.sql"),
    include_str!("../../../assets/migrations/0018_erasure.sql"),
    include_str!("../../../assets/migrations/0020_editions.sql"),
    include_str!("../../../assets/migrations/0021_proposals_in_order.sql"),
];

/// Marks a file as a desk of ours: "ctsn".
const APPLICATION_ID: i64 = 0x6374_736e;
/// What a function of ours is to SQLite.
const ALWAYS_THE_SAME: FunctionFlags =
    FunctionFlags::SQLITE_UTF8.union(FunctionFlags::SQLITE_DETERMINISTIC).union(FunctionFlags::SQLITE_INNOCUOUS);
/// How long a connection waits for another program's write.
const PATIENCE: Duration = Duration::from_secs(5);

/// Opens a connection with the pragmas that every connection has. Pages are read into a small cache: a file that is
/// mapped counts as resident memory, page by page, until all of a large desk does.
pub(crate) fn connect(path: &Path) -> Result<Connection, StoreError> {
    let unopenable = |e: rusqlite::Error| match StoreError::from(e) {
        StoreError::Failed(reason) => StoreError::Unopenable { path: shown(path), reason },
        known @ (StoreError::Busy
        | StoreError::Away
        | StoreError::Full
        | StoreError::Newer { .. }
        | StoreError::Unopenable { .. }
        | StoreError::Damaged(_)) => known,
    };
    // Customers' mail lies in it: a new one is its owner's, and what SQLite keeps beside it is as the file is.
    // Where it is there, or cannot be made, SQLite says so better.
    let _ = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let db = Connection::open_with_flags(path, flags).map_err(unopenable)?;
    db.busy_timeout(PATIENCE)?;
    db.set_prepared_statement_cache_capacity(128);
    // Else a statement whose values might choose another index is planned anew for every value.
    db.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true).map_err(unopenable)?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;
         PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4000; PRAGMA mmap_size = 0;",
    )
    .map_err(unopenable)?;
    db.create_scalar_function("lowered", 1, ALWAYS_THE_SAME, lowered)?;
    Ok(db)
}

/// Small letters of every alphabet; `lower` knows those of English.
fn lowered(of: &Context<'_>) -> rusqlite::Result<Option<String>> {
    Ok(of.get::<Option<String>>(0)?.map(|text| text.to_lowercase()))
}

/// Brings a file to the newest format; safe to run from several programs at once. True when the file was new.
pub(crate) fn migrate(db: &mut Connection) -> Result<bool, StoreError> {
    let known = i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX);
    // Nearly every start finds the newest format, and then need not wait for the disk.
    if format(db)? == known {
        return Ok(false);
    }
    let tx = db.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found = format(&tx)?;
    if found > known {
        return Err(StoreError::Newer { found, known });
    }
    if found == 0 && has_tables(&tx)? {
        return Err(StoreError::Damaged("this SQLite file is not a countersign desk".to_owned()));
    }
    for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(0)) {
        tx.execute_batch(migration)?;
    }
    if found == 0 {
        let log_id = crate::random::name::<16>("log");
        tx.execute("INSERT INTO meta VALUES ('log_id', ?1), ('revision', '0')", [log_id])?;
        tx.pragma_update(None, "application_id", APPLICATION_ID)?;
    }
    tx.pragma_update(None, "user_version", known)?;
    tx.commit()?;
    Ok(found == 0)
}

fn format(db: &Connection) -> rusqlite::Result<i64> {
    db.query_row("PRAGMA user_version", [], |row| row.get(0))
}

fn has_tables(db: &Connection) -> rusqlite::Result<bool> {
    db.query_row("SELECT EXISTS (SELECT 1 FROM sqlite_schema)", [], |row| row.get(0))
}

fn shown(path: &Path) -> String {
    crate::domain::text::line(&path.to_string_lossy()).into_owned()
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        match error.sqlite_error_code() {
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Busy,
            Some(ErrorCode::DiskFull) => Self::Full,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Failed(crate::domain::text::line(&error.to_string()).into_owned()),
        }
    }
}

impl Sqlite {
    /// Writes a copy of the desk as it is now to a new file; it has no key and no checkpoints of its own yet.
    ///
    /// # Errors
    /// When the file is there already or cannot be written.
    pub fn copy_to(&self, path: &Path) -> Result<(), StoreError> {
        // SQLite writes into a file that is there and empty.
        let made = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
        made.map_err(|error| StoreError::Unopenable { path: shown(path), reason: error.to_string() })?;
        self.read(|db| Ok(db.execute("VACUUM INTO ?1", [path.to_string_lossy()]).map(|_| ())?))
    }
}
