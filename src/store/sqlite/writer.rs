//! The one connection that writes. A write runs where it is asked for, one at a time: handing it to another thread and
//! waiting for the answer would cost two wake-ups, more than the rest of a small write. Records of reads wait for
//! company, and a thread writes them out soon after.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::watch;

use crate::domain::audit::Event;
use crate::store::StoreError;
use crate::store::sqlite::checkpoints::Checkpoints;
use crate::store::sqlite::log;

/// How long the record of a read may wait for company.
const GROUP: Duration = Duration::from_millis(90);
/// Records that may wait while the disk does not take them; then reads are refused too.
const MOST_QUEUED: usize = 20_000;

/// Whether a job changes what people see.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Touches {
    /// Tickets, proposals, articles: others are told.
    Desk,
    /// Only the log or a draft.
    Nothing,
}

/// The way to the writing connection; dropping it writes what is queued.
pub(crate) struct Writer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    /// Records of reads, oldest first.
    queued: Mutex<Vec<Event>>,
    /// Tells the thread that records wait; gone when the desk closes.
    wake: Mutex<Option<mpsc::Sender<()>>>,
    bench: Mutex<Bench>,
}

/// What writing takes.
struct Bench {
    db: Connection,
    revision: watch::Sender<u64>,
    checkpoints: Checkpoints,
}

impl Writer {
    /// Starts the thread that writes waiting records out.
    pub(crate) fn start(
        db: Connection,
        revision: watch::Sender<u64>,
        checkpoints: Checkpoints,
    ) -> Result<Self, StoreError> {
        let bench = Mutex::new(Bench { db, revision, checkpoints });
        let (wake, woken) = mpsc::channel();
        let shared = Arc::new(Shared { queued: Mutex::new(Vec::new()), wake: Mutex::new(Some(wake)), bench });
        let tended = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("desk-records".to_owned())
            .spawn(move || tended.tend(&woken))
            .map_err(|e| StoreError::Failed(e.to_string()))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Queues the record of a read.
    pub(crate) fn record(&self, event: Event) -> Result<(), StoreError> {
        let mut queued = held(&self.shared.queued);
        if queued.len() >= MOST_QUEUED {
            return Err(StoreError::Full);
        }
        queued.push(event);
        // Only the first of a group needs to wake anybody.
        if queued.len() == 1 {
            self.shared.nudge();
        }
        Ok(())
    }

    /// Runs `work` in one transaction, after everything queued before it; durable when it answers.
    pub(crate) fn transact<T>(
        &self,
        touches: Touches,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let done = self.shared.transact(touches, work);
        if done.is_err() {
            // The records that this one would have taken along wait again.
            self.shared.nudge();
        }
        done
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        held(&self.shared.wake).take();
        if let Some(thread) = self.thread.take() {
            // A panicked thread has already said so in the log.
            let _ = thread.join();
        }
    }
}

/// A panic in the middle of a transaction rolls it back: what is held is sound.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    fn nudge(&self) {
        if let Some(wake) = held(&self.wake).as_ref() {
            // The thread ends only after this has gone.
            let _ = wake.send(());
        }
    }

    fn tend(&self, woken: &mpsc::Receiver<()>) {
        let mut open = true;
        while open {
            open = woken.recv().is_ok();
            while open && !held(&self.queued).is_empty() {
                open = !matches!(woken.recv_timeout(GROUP), Err(mpsc::RecvTimeoutError::Disconnected));
                self.flush();
            }
        }
        self.flush();
        let bench = &mut *held(&self.bench);
        bench.checkpoints.close(&bench.db);
    }

    fn flush(&self) {
        if held(&self.queued).is_empty() {
            return;
        }
        if let Err(error) = self.transact(Touches::Nothing, |_| Ok(())) {
            tracing::error!(%error, "records of reads could not be written yet");
        }
    }

    fn transact<T>(
        &self,
        touches: Touches,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut bench = held(&self.bench);
        let events = std::mem::take(&mut *held(&self.queued));
        let done = bench.transact(touches, &events, work);
        if done.is_err() {
            // They keep their place before whatever came meanwhile.
            held(&self.queued).splice(0..0, events);
        }
        done
    }
}

impl Bench {
    fn transact<T>(
        &mut self,
        touches: Touches,
        events: &[Event],
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut head = log::head(&tx)?;
        for event in events {
            log::append_after(&tx, &mut head, event)?;
        }
        let out = work(&mut tx)?;
        let revision = if touches == Touches::Desk { Some(bump(&tx)?) } else { None };
        let head = log::head(&tx)?;
        tx.commit()?;
        if let Some(revision) = revision {
            self.revision.send_replace(revision);
        }
        self.checkpoints.reached(&head);
        Ok(out)
    }
}

fn bump(tx: &Transaction<'_>) -> Result<u64, StoreError> {
    let sql = "UPDATE meta SET value = value + 1 WHERE key = 'revision' RETURNING CAST(value AS INTEGER)";
    Ok(tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}
