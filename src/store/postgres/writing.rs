//! A transaction that writes: the end of the log is locked first, so writers come one at a time, whichever server they
//! are in; whatever waits in this process goes into the log before. What is not committed never was.

use std::ops::Deref;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OwnedSemaphorePermit;
use tokio::time::timeout;
use tokio_postgres::{SimpleQueryMessage, SimpleQueryRow};

use crate::domain::audit::Event;
use crate::domain::audit::chain::Head;
use crate::store::columns::Columns as _;
use crate::store::postgres::ask::{self, Db, n};
use crate::store::postgres::link::{Link, Shared};
use crate::store::postgres::log;
use crate::store::{StoreError, Touches};

/// How long anybody waits for their turn behind others of this process; as long as for those of another one.
const PATIENCE: Duration = Duration::from_secs(5);
/// Begins and locks in one message.
const BEGIN: &str = "BEGIN; SELECT size, hash FROM head FOR UPDATE";

/// A transaction under way; dropped, it is undone with its connection.
pub(crate) struct Writing {
    db: Db,
    shared: Arc<Shared>,
    begun: u64,
    head: Head,
    /// Records of reads that go with it.
    taken: Vec<Event>,
    /// Given back behind the connection.
    _turn: OwnedSemaphorePermit,
}

/// The desk as it is at one moment, for whoever reads much of it.
pub(crate) struct Snapshot(Db);

impl Snapshot {
    /// Of now.
    pub(crate) async fn of(db: Db) -> Result<Self, StoreError> {
        let db = db.patient();
        db.begun();
        db.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL statement_timeout = 0").await?;
        Ok(Self(db))
    }

    /// Gives the connection back.
    pub(crate) async fn end(self) {
        if self.batch_execute("ROLLBACK").await.is_ok() {
            self.0.over();
        }
    }
}

impl Deref for Snapshot {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.0
    }
}

impl Writing {
    /// Waits for its turn, and begins.
    pub(crate) async fn begin(link: &Link) -> Result<Self, StoreError> {
        let turn = timeout(PATIENCE, Arc::clone(&link.turns).acquire_owned()).await;
        let turn = turn.map_err(|_late| StoreError::Busy)?.map_err(|_closed| StoreError::Away)?;
        let db = link.client().await?;
        db.begun();
        let head = locked(&db.simple_query(BEGIN).await?)?;
        settle_doubts(&db, &link.shared).await?;
        let taken = link.shared.take();
        let mut writing = Self { db, shared: Arc::clone(&link.shared), begun: head.size, head, taken, _turn: turn };
        log::append(&writing.db, &mut writing.head, &writing.taken).await?;
        Ok(writing)
    }

    /// For what takes long.
    pub(crate) async fn patient(mut self) -> Result<Self, StoreError> {
        self.db.be_patient();
        self.db.batch_execute("SET LOCAL statement_timeout = 0").await?;
        Ok(self)
    }

    /// Adds records at the end of the log.
    pub(crate) async fn append(&mut self, events: &[Event]) -> Result<(), StoreError> {
        log::append(&self.db, &mut self.head, events).await
    }

    /// The end of the log as it will be.
    pub(crate) fn head(&self) -> &Head {
        &self.head
    }

    /// Makes it stand, durably, and tells others.
    pub(crate) async fn commit(mut self, touches: Touches) -> Result<(), StoreError> {
        let mut sql = String::new();
        if self.head.size > self.begun {
            sql = format!("UPDATE head SET size = {}, hash = '{}'; ", self.head.size, self.head.hash);
        }
        if touches == Touches::Desk {
            sql.push_str(
                "UPDATE head SET revision = revision + 1 RETURNING revision; \
                 SELECT pg_notify('countersign', revision::text) FROM head; ",
            );
        }
        sql.push_str("COMMIT");
        // Until it is answered nobody knows whether it stands.
        self.shared.doubt(self.head.clone(), std::mem::take(&mut self.taken));
        let said = self.simple_query(&sql).await.inspect_err(|_| self.shared.wake.notify_one())?;
        self.shared.sure(&self.head);
        self.db.over();
        if let Some(revision) = number(&said).filter(|_| touches == Touches::Desk) {
            self.shared.revised(revision);
        }
        self.shared.reached(&self.head);
        Ok(())
    }
}

/// Whoever holds the end of the log knows how every commit before ended: records of those that do not stand go back.
async fn settle_doubts(db: &Db, shared: &Shared) -> Result<(), StoreError> {
    for doubt in shared.doubts() {
        let sql = "SELECT hash FROM audit WHERE seq = $1";
        let hash = ask::first(db, sql, &[&n(doubt.head.size)], |row| row.text(0)).await?;
        let stands = hash.as_deref() == Some(doubt.head.hash.as_str());
        if shared.sure(&doubt.head) && !stands {
            shared.give_back(doubt.records);
        }
    }
    Ok(())
}

impl Drop for Writing {
    fn drop(&mut self) {
        let taken = std::mem::take(&mut self.taken);
        if !taken.is_empty() {
            self.shared.give_back(taken);
        }
    }
}

impl Deref for Writing {
    type Target = Db;

    fn deref(&self) -> &Db {
        &self.db
    }
}

fn locked(said: &[SimpleQueryMessage]) -> Result<Head, StoreError> {
    let row = said.iter().find_map(row);
    let size = row.and_then(|row| row.get(0)).and_then(|size| size.parse().ok());
    let hash = row.and_then(|row| row.get(1));
    let head = size.zip(hash).map(|(size, hash)| Head { size, hash: hash.to_owned() });
    head.ok_or_else(|| StoreError::Damaged("the end of the log is not marked".to_owned()))
}

fn row(message: &SimpleQueryMessage) -> Option<&SimpleQueryRow> {
    if let SimpleQueryMessage::Row(row) = message { Some(row) } else { None }
}

/// The first number that was answered.
fn number(said: &[SimpleQueryMessage]) -> Option<u64> {
    said.iter().find_map(row)?.get(0)?.parse().ok()
}
