//! Connections that only read: the first is there from the start, the others come when several read at a time. Each
//! one costs a start some milliseconds, most of them for the tables' definitions.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use rusqlite::Connection;

use crate::store::StoreError;
use crate::store::load::Load;
use crate::store::sqlite::open;

const MOST: usize = 3;

/// The connections, and the file that they read.
pub(crate) struct Readers {
    path: PathBuf,
    each: [Mutex<Option<Connection>>; MOST],
    waiting: AtomicU64,
}

impl Readers {
    /// Opens the first.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let each = [Some(open::connect(path)?), None, None].map(Mutex::new);
        Ok(Self { path: path.to_owned(), each, waiting: AtomicU64::new(0) })
    }

    /// Reads on whichever connection is free. Reads here take microseconds, so they run where they are asked for.
    pub(crate) fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut free = self.free();
        match &*free {
            Some(db) => work(db),
            None => work(free.insert(open::connect(&self.path)?)),
        }
    }

    fn free(&self) -> MutexGuard<'_, Option<Connection>> {
        let free = self.each.iter().find_map(|reader| reader.try_lock().ok());
        // A reader that panicked left nothing half done: a read has no state.
        free.unwrap_or_else(|| {
            self.waiting.fetch_add(1, Ordering::Relaxed);
            let free = self.each[0].lock().unwrap_or_else(PoisonError::into_inner);
            self.waiting.fetch_sub(1, Ordering::Relaxed);
            free
        })
    }

    /// What is open, in use, and waited for.
    pub(crate) fn load(&self) -> Load {
        let mut load = Load { waiting: self.waiting.load(Ordering::Relaxed), ..Load::default() };
        for reader in &self.each {
            match reader.try_lock() {
                Ok(connection) => load.connections += u64::from(connection.is_some()),
                Err(TryLockError::Poisoned(_)) => load.connections += 1,
                Err(TryLockError::WouldBlock) => {
                    load.connections += 1;
                    load.in_use += 1;
                }
            }
        }
        load
    }
}
