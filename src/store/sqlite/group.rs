//! Jobs that are written together: each in its own savepoint, all of them in one transaction, one commit for all.

use std::any::Any;
use std::ops::{Deref, DerefMut};
use std::panic::{AssertUnwindSafe, catch_unwind};

use rusqlite::{Connection, Transaction, TransactionBehavior};
use tokio::sync::{oneshot, watch};

use crate::domain::audit::Event;
use crate::domain::audit::chain::Head;
use crate::store::checkpoints::Checkpoints;
use crate::store::sqlite::log;
use crate::store::{StoreError, Touches};

/// A job's turn at the connection that writes: the transaction, and where the chain stands in it.
pub(crate) struct Turn<'a> {
    tx: Transaction<'a>,
    head: Head,
}

/// What a job came to: its own answer, or the panic that it died of.
pub(crate) type Outcome<T> = Result<Result<T, StoreError>, Box<dyn Any + Send>>;

/// Something to be written.
pub(crate) trait Job: Send {
    /// Does it, and says whether it stands: an error, or nothing for a panic, takes back what it had done.
    fn run(&mut self, turn: &mut Turn<'_>) -> Result<Touches, Option<StoreError>>;
    /// Tells whoever asked, once the group that it ran in is durable, or that it is not.
    fn tell(self: Box<Self>, group: Result<(), &StoreError>);
}

/// A job and where its answer goes.
pub(crate) struct Asked<T, W> {
    touches: Touches,
    work: Option<W>,
    done: Option<Outcome<T>>,
    answer: oneshot::Sender<Outcome<T>>,
}

/// What writing takes.
pub(crate) struct Bench {
    db: Connection,
    revision: watch::Sender<u64>,
    checkpoints: Checkpoints,
}

/// What waits for its turn, in the order in which it was asked for.
pub(crate) enum Waiting {
    /// The record of a read.
    Record(Box<Event>),
    /// A write that somebody waits for.
    Job(Box<dyn Job>),
}

/// What went into a group.
#[derive(Default)]
pub(crate) struct Group {
    /// Records of reads.
    pub(crate) records: Vec<Event>,
    /// Jobs; whoever asked is still to be told.
    pub(crate) jobs: Vec<Box<dyn Job>>,
}

impl<'a> Deref for Turn<'a> {
    type Target = Transaction<'a>;

    fn deref(&self) -> &Self::Target {
        &self.tx
    }
}

impl DerefMut for Turn<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.tx
    }
}

impl Turn<'_> {
    /// Adds a record at the end of the chain; says where it ends now.
    pub(crate) fn append(&mut self, event: &Event) -> Result<&Head, StoreError> {
        log::append_after(&self.tx, &mut self.head, event)?;
        Ok(&self.head)
    }

    /// Lets a job do its work; what it did goes again when it fails, and so does what it wrote into the log.
    fn lend(&mut self, job: &mut dyn Job) -> Result<Touches, StoreError> {
        let before = self.head.clone();
        self.step("SAVEPOINT job")?;
        match job.run(self) {
            Ok(touches) => {
                self.step("RELEASE job")?;
                Ok(touches)
            }
            Err(error) => {
                self.head = before;
                // Where SQLite gave the whole transaction up, there is nothing to go back to: the group fails of it too.
                let back = self.step("ROLLBACK TO job").and_then(|()| self.step("RELEASE job"));
                back.map_err(|lost| error.unwrap_or(lost))?;
                Ok(Touches::Nothing)
            }
        }
    }

    fn step(&self, sql: &str) -> Result<(), StoreError> {
        Ok(self.tx.prepare_cached(sql)?.execute([]).map(|_| ())?)
    }
}

impl<T, W> Asked<T, W> {
    /// A job, and where its answer will come.
    pub(crate) fn new(touches: Touches, work: W) -> (Self, oneshot::Receiver<Outcome<T>>) {
        let (answer, answered) = oneshot::channel();
        (Self { touches, work: Some(work), done: None, answer }, answered)
    }
}

impl<T, W> Job for Asked<T, W>
where
    T: Send,
    W: FnOnce(&mut Turn<'_>) -> Result<T, StoreError> + Send,
{
    fn run(&mut self, turn: &mut Turn<'_>) -> Result<Touches, Option<StoreError>> {
        let Some(work) = self.work.take() else { return Ok(Touches::Nothing) };
        // Whoever asked panics of it, not whoever runs it: what was half done is rolled back.
        let done = catch_unwind(AssertUnwindSafe(|| work(turn)));
        let stands = match &done {
            Ok(Ok(_)) => Ok(self.touches),
            Ok(Err(error)) => Err(Some(error.clone())),
            Err(_) => Err(None),
        };
        self.done = Some(done);
        stands
    }

    fn tell(self: Box<Self>, group: Result<(), &StoreError>) {
        let outcome = match (self.done, group) {
            (Some(Ok(Ok(_))) | None, Err(error)) => Ok(Err(error.clone())),
            (Some(outcome), _) => outcome,
            (None, Ok(())) => Ok(Err(StoreError::Failed("a write was not tried".to_owned()))),
        };
        // Whoever asked may have gone.
        let _ = self.answer.send(outcome);
    }
}

impl Bench {
    pub(crate) fn new(db: Connection, revision: watch::Sender<u64>, checkpoints: Checkpoints) -> Self {
        Self { db, revision, checkpoints }
    }

    /// Writes what `next` hands out in one transaction; what was handed out is in `group`, whatever comes of it.
    pub(crate) fn write(
        &mut self,
        group: &mut Group,
        mut next: impl FnMut() -> Option<Waiting>,
    ) -> Result<(), StoreError> {
        let tx = self.db.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let head = log::head(&tx)?;
        let mut turn = Turn { tx, head };
        let mut touched = Touches::Nothing;
        while let Some(waiting) = next() {
            match waiting {
                Waiting::Record(event) => {
                    let written = turn.append(&event).map(|_| ());
                    group.records.push(*event);
                    written?;
                }
                Waiting::Job(mut job) => {
                    let done = turn.lend(job.as_mut());
                    group.jobs.push(job);
                    if done? == Touches::Desk {
                        touched = Touches::Desk;
                    }
                }
            }
        }
        let revision = if touched == Touches::Desk { Some(bump(&turn)?) } else { None };
        let Turn { tx, head } = turn;
        tx.commit()?;
        if let Some(revision) = revision {
            self.revision.send_replace(revision);
        }
        self.checkpoints.reached(&head);
        Ok(())
    }

    /// Signs where the chain ends.
    pub(crate) fn close(&mut self) {
        self.checkpoints.close(log::head(&self.db));
    }
}

fn bump(tx: &Transaction<'_>) -> Result<u64, StoreError> {
    let sql = "UPDATE meta SET value = value + 1 WHERE key = 'revision' RETURNING CAST(value AS INTEGER)";
    Ok(tx.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}
