//! The one connection that writes, on its own thread: jobs in order, records of reads in groups.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{oneshot, watch};

use crate::domain::audit::Event;
use crate::store::StoreError;
use crate::store::sqlite::checkpoints::Checkpoints;
use crate::store::sqlite::log;

/// How long the record of a read may wait for company.
const GROUP: Duration = Duration::from_millis(100);
/// Records in one group at most.
const GROUP_SIZE: usize = 512;
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

enum Job {
    Record(Box<Event>),
    Run(Box<dyn FnOnce(&mut Bench) + Send>),
}

/// The way to the writing thread; dropping it writes what is queued and ends the thread.
pub(crate) struct Writer {
    jobs: Option<mpsc::Sender<Job>>,
    queued: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

/// What the thread works with.
struct Bench {
    db: Connection,
    queued: Vec<Event>,
    oldest: Option<Instant>,
    waiting: Arc<AtomicUsize>,
    revision: watch::Sender<u64>,
    checkpoints: Checkpoints,
}

impl Writer {
    /// Starts the thread.
    pub(crate) fn start(
        db: Connection,
        revision: watch::Sender<u64>,
        checkpoints: Checkpoints,
    ) -> Result<Self, StoreError> {
        let (jobs, inbox) = mpsc::channel();
        let queued = Arc::new(AtomicUsize::new(0));
        let bench = Bench { db, queued: Vec::new(), oldest: None, waiting: Arc::clone(&queued), revision, checkpoints };
        let thread = std::thread::Builder::new()
            .name("desk-writer".to_owned())
            .spawn(move || bench.work(&inbox))
            .map_err(|e| StoreError::Failed(e.to_string()))?;
        Ok(Self { jobs: Some(jobs), queued, thread: Some(thread) })
    }

    /// Queues the record of a read.
    pub(crate) fn record(&self, event: Event) -> Result<(), StoreError> {
        if self.queued.load(Ordering::Relaxed) >= MOST_QUEUED {
            return Err(StoreError::Full);
        }
        self.queued.fetch_add(1, Ordering::Relaxed);
        self.send(Job::Record(Box::new(event)))
    }

    /// Runs `work` in one transaction, after everything queued before it; durable when it answers.
    pub(crate) async fn transact<T: Send + 'static>(
        &self,
        touches: Touches,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.transact_mut(touches, |tx| work(tx)).await
    }

    /// The same for work that opens savepoints.
    pub(crate) async fn transact_mut<T: Send + 'static>(
        &self,
        touches: Touches,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (answer, answered) = oneshot::channel();
        self.send(Job::Run(Box::new(move |bench: &mut Bench| {
            // Nobody listens any more when the caller was cancelled; the work stands all the same.
            let _ = answer.send(bench.transact(touches, work));
        })))?;
        answered.await.unwrap_or_else(|_gone| Err(stopped()))
    }

    fn send(&self, job: Job) -> Result<(), StoreError> {
        self.jobs.as_ref().and_then(|jobs| jobs.send(job).ok()).ok_or_else(stopped)
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs.take();
        if let Some(thread) = self.thread.take() {
            // A panicked writer has already said so in the log.
            let _ = thread.join();
        }
    }
}

fn stopped() -> StoreError {
    StoreError::Failed("the writing thread has stopped".to_owned())
}

impl Bench {
    fn work(mut self, inbox: &mpsc::Receiver<Job>) {
        loop {
            let next = match self.oldest {
                None => inbox.recv().map_err(mpsc::RecvTimeoutError::from),
                Some(since) => inbox.recv_timeout(GROUP.saturating_sub(since.elapsed())),
            };
            match next {
                Ok(Job::Record(event)) => self.queue(*event),
                Ok(Job::Run(work)) => work(&mut self),
                Err(mpsc::RecvTimeoutError::Timeout) => self.flush(),
                Err(mpsc::RecvTimeoutError::Disconnected) => break,
            }
        }
        self.flush();
        self.checkpoints.close(&self.db);
    }

    fn queue(&mut self, event: Event) {
        self.queued.push(event);
        self.oldest.get_or_insert_with(Instant::now);
        if self.queued.len() >= GROUP_SIZE {
            self.flush();
        }
    }

    fn flush(&mut self) {
        if self.queued.is_empty() {
            return;
        }
        if let Err(error) = self.transact(Touches::Nothing, |_| Ok(())) {
            tracing::error!(%error, waiting = self.queued.len(), "records of reads could not be written yet");
            self.oldest = Some(Instant::now());
        }
    }

    fn transact<T>(
        &mut self,
        touches: Touches,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let mut head = log::head(&tx)?;
        for event in &self.queued {
            log::append_after(&tx, &mut head, event)?;
        }
        let out = work(&mut tx)?;
        let revision = if touches == Touches::Desk { Some(bump(&tx)?) } else { None };
        let head = log::head(&tx)?;
        tx.commit()?;
        self.waiting.fetch_sub(self.queued.len(), Ordering::Relaxed);
        self.queued.clear();
        self.oldest = None;
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
