//! Changes that another program makes to the same file are noticed twice a second.

use std::path::Path;
use std::sync::mpsc;
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;
use tokio::sync::watch;

use crate::store::StoreError;
use crate::store::sqlite::open;

const EVERY: Duration = Duration::from_millis(500);

/// Looks for changes until it is dropped.
pub(crate) struct Watcher {
    stop: Option<mpsc::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watcher {
    /// Starts looking.
    pub(crate) fn start(desk: &Path, revision: watch::Sender<u64>) -> Result<Self, StoreError> {
        let (stop, stopped) = mpsc::channel();
        let desk = desk.to_owned();
        let thread = std::thread::Builder::new()
            .name("desk-watcher".to_owned())
            .spawn(move || look(&desk, &revision, &stopped))
            .map_err(|e| StoreError::Failed(e.to_string()))?;
        Ok(Self { stop: Some(stop), thread: Some(thread) })
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        self.stop.take();
        if let Some(thread) = self.thread.take() {
            // It holds nothing that a panic could have broken.
            let _ = thread.join();
        }
    }
}

fn look(desk: &Path, sender: &watch::Sender<u64>, stopped: &mpsc::Receiver<()>) {
    let (mut seen, mut connection) = (0, None);
    while matches!(stopped.recv_timeout(EVERY), Err(mpsc::RecvTimeoutError::Timeout)) {
        // Opened at the first look, so that no start waits for it.
        if connection.is_none() {
            let opened = open::connect(desk).inspect_err(|error| tracing::error!(%error, "no look for changes"));
            connection = opened.ok();
        }
        let Some(db) = &connection else { continue };
        // `data_version` costs no read of the file; the log alone also moves it, so the revision decides.
        let version = db.query_row("PRAGMA data_version", [], |row| row.get(0)).unwrap_or(seen);
        if version == seen {
            continue;
        }
        seen = version;
        if let Ok(now) = revision(db) {
            sender.send_if_modified(|known| std::mem::replace(known, now.max(*known)) < now);
        }
    }
}

/// The desk's revision: goes up with every change that people can see.
pub(crate) fn revision(db: &Connection) -> Result<u64, StoreError> {
    let sql = "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'revision'";
    Ok(db.query_row(sql, [], |row| row.get(0))?)
}
