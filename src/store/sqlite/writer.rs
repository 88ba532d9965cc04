//! The one connection that writes. A write runs where it is asked for when nobody else is at it: handing it to another
//! thread and waiting for the answer would cost two wake-ups, more than the rest of a small write. Whoever finds the
//! connection taken leaves the job in the queue, and it is written with all the others that wait: one transaction, one
//! commit, and each is told only after that. Records of reads wait for company, and a thread writes them out soon after.

use std::collections::VecDeque;
use std::panic::resume_unwind;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError, mpsc};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::{Notify, oneshot, watch};
use tokio::time::timeout;

use crate::domain::audit::Event;
use crate::store::checkpoints::Checkpoints;
use crate::store::sqlite::group::{Asked, Bench, Group, Job, Outcome, Turn, Waiting};
use crate::store::{COMPANY, MOST_QUEUED, StoreError, Touches};

/// A group takes no more jobs than this,
const MOST_JOBS: usize = 256;
/// and none that comes to its turn later than this after the first: those before it wait for their answer.
const LONGEST: Duration = Duration::from_millis(5);
/// Records that a group takes at most.
const MOST_RECORDS: usize = 4_096;
/// How long a read waits for room for its record: while another program holds the database none of them is written.
const ROOM_WITHIN: Duration = Duration::from_secs(2);
/// Reads that may be under way at a time; each of them finds room for its record once it was let through.
const MOST_UNDER_WAY: usize = 4_096;

/// The way to the writing connection; dropping it writes what is queued.
pub(crate) struct Writer {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

struct Shared {
    queue: Mutex<Queue>,
    /// Tells reads that wait for room that a group was written.
    written: Notify,
    /// Tells the thread that something waits; gone when the desk closes.
    wake: Mutex<Option<mpsc::SyncSender<()>>>,
    bench: Mutex<Bench>,
}

/// What waits, oldest first.
#[derive(Default)]
struct Queue {
    waiting: VecDeque<Waiting>,
    /// How many of them somebody waits for.
    jobs: usize,
    /// Whether the thread knows of records and gives them time.
    is_tended: bool,
}

/// How much has gone into a group.
#[derive(Default)]
struct Bounds {
    records: usize,
    jobs: usize,
    since: Option<Instant>,
}

impl Writer {
    /// Starts the thread that writes waiting records out.
    pub(crate) fn start(
        db: Connection,
        revision: watch::Sender<u64>,
        checkpoints: Checkpoints,
    ) -> Result<Self, StoreError> {
        let bench = Mutex::new(Bench::new(db, revision, checkpoints));
        // One call that was not heard yet is as good as many.
        let (wake, woken) = mpsc::sync_channel(1);
        let wake = Mutex::new(Some(wake));
        let shared = Arc::new(Shared { queue: Mutex::default(), written: Notify::new(), wake, bench });
        let tended = Arc::clone(&shared);
        let thread = std::thread::Builder::new()
            .name("desk-records".to_owned())
            .spawn(move || tended.tend(&woken))
            .map_err(|e| StoreError::Failed(e.to_string()))?;
        Ok(Self { shared, thread: Some(thread) })
    }

    /// Queues the record of a read.
    pub(crate) fn record(&self, event: Event) -> Result<(), StoreError> {
        let mut queue = held(&self.shared.queue);
        if queue.waiting.len() >= MOST_QUEUED {
            return Err(StoreError::Busy);
        }
        queue.waiting.push_back(Waiting::Record(Box::new(event)));
        let is_news = queue.waiting.len() == 1 && !queue.is_tended;
        drop(queue);
        // Only the first of a group needs to wake anybody.
        if is_news {
            self.shared.nudge();
        }
        Ok(())
    }

    /// Waits until there is room for another record, and for those of everybody else who was let through meanwhile.
    pub(crate) async fn room(&self) -> Result<(), StoreError> {
        let has_room = || held(&self.shared.queue).waiting.len() + MOST_UNDER_WAY < MOST_QUEUED;
        let wait = async {
            loop {
                // It hears of every group that is written from here on.
                let written = self.shared.written.notified();
                if has_room() {
                    return;
                }
                written.await;
            }
        };
        if has_room() { Ok(()) } else { timeout(ROOM_WITHIN, wait).await.map_err(|_late| StoreError::Busy) }
    }

    /// Jobs and records that are not yet on the disk.
    pub(crate) fn waiting(&self) -> u64 {
        held(&self.shared.queue).waiting.len() as u64
    }

    /// Runs `work` after everything queued before it, with others in one transaction; durable when it answers.
    ///
    /// # Panics
    /// When `work` does; nothing of it stands then.
    pub(crate) async fn transact<T: Send + 'static>(
        &self,
        touches: Touches,
        work: impl FnOnce(&mut Turn<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        told(self.ask(touches, work).await)
    }

    /// [`Writer::transact`] for a thread that runs no tasks.
    pub(crate) fn transact_here<T: Send + 'static>(
        &self,
        touches: Touches,
        work: impl FnOnce(&mut Turn<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        told(self.ask(touches, work).blocking_recv())
    }

    /// Runs `work` between two groups, while nobody writes; what is asked for meanwhile waits.
    pub(crate) fn between<T>(&self, work: impl FnOnce() -> T) -> T {
        let bench = held(&self.shared.bench);
        let done = work();
        drop(bench);
        self.shared.nudge();
        done
    }

    fn ask<T: Send + 'static>(
        &self,
        touches: Touches,
        work: impl FnOnce(&mut Turn<'_>) -> Result<T, StoreError> + Send + 'static,
    ) -> oneshot::Receiver<Outcome<T>> {
        let (job, answer) = Asked::new(touches, work);
        self.shared.queue(Box::new(job));
        if let Some(bench) = self.shared.free_bench() {
            let stands = beside_others(|| self.shared.write_group(bench).is_ok());
            // Whoever came meanwhile and found the connection taken counts on this, and so do records that wait again.
            if !stands || self.shared.has_jobs() {
                self.shared.nudge();
            }
        }
        answer
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

/// Waits for the disk here, while another thread goes on with what else this one has to do.
fn beside_others<T>(work: impl FnOnce() -> T) -> T {
    let others = Handle::try_current().is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread);
    if others { tokio::task::block_in_place(work) } else { work() }
}

fn told<T>(outcome: Result<Outcome<T>, oneshot::error::RecvError>) -> Result<T, StoreError> {
    match outcome {
        Ok(Ok(done)) => done,
        Ok(Err(panic)) => resume_unwind(panic),
        Err(_) => Err(StoreError::Failed("the desk closed before a write had its turn".to_owned())),
    }
}

impl Shared {
    fn nudge(&self) {
        if let Some(wake) = held(&self.wake).as_ref() {
            // The thread ends only after this has gone.
            let _ = wake.try_send(());
        }
    }

    fn queue(&self, job: Box<dyn Job>) {
        let mut queue = held(&self.queue);
        queue.waiting.push_back(Waiting::Job(job));
        queue.jobs += 1;
    }

    fn has_jobs(&self) -> bool {
        held(&self.queue).jobs > 0
    }

    /// The connection, when nobody is at it.
    fn free_bench(&self) -> Option<MutexGuard<'_, Bench>> {
        match self.bench.try_lock() {
            Ok(bench) => Some(bench),
            Err(TryLockError::Poisoned(bench)) => Some(bench.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    fn tend(&self, woken: &mpsc::Receiver<()>) {
        let mut open = true;
        while open {
            open = woken.recv().is_ok();
            while open && !held(&self.queue).waiting.is_empty() {
                open = self.wait_for_company(woken);
                if let Err(error) = self.write_group(held(&self.bench)) {
                    tracing::error!(%error, "what waited could not be written; records of reads wait on");
                }
            }
        }
        // Nobody asks any more: what is there is all there will be.
        while !held(&self.queue).waiting.is_empty() {
            if let Err(error) = self.write_group(held(&self.bench)) {
                tracing::error!(%error, "records of reads are lost");
                break;
            }
        }
        held(&self.bench).close();
    }

    /// Gives records time, as long as nobody waits for an answer; says whether the desk is still open.
    fn wait_for_company(&self, woken: &mpsc::Receiver<()>) -> bool {
        let until = Instant::now() + COMPANY;
        held(&self.queue).is_tended = true;
        let mut open = true;
        while open && !self.has_jobs() {
            match woken.recv_timeout(until.saturating_duration_since(Instant::now())) {
                Ok(()) => {}
                Err(mpsc::RecvTimeoutError::Timeout) => break,
                Err(mpsc::RecvTimeoutError::Disconnected) => open = false,
            }
        }
        held(&self.queue).is_tended = false;
        open
    }

    /// Writes what waits, up to a group's size. The connection is free again before anybody is told.
    fn write_group(&self, mut bench: MutexGuard<'_, Bench>) -> Result<(), StoreError> {
        if held(&self.queue).waiting.is_empty() {
            return Ok(());
        }
        let (mut group, mut bounds) = (Group::default(), Bounds::default());
        let written = bench.write(&mut group, || held(&self.queue).next(&mut bounds));
        match &written {
            Ok(()) => self.written.notify_waiters(),
            Err(_) => held(&self.queue).take_back(&mut group),
        }
        drop(bench);
        for job in group.jobs {
            job.tell(written.as_ref().map(|&()| ()));
        }
        written
    }
}

impl Queue {
    fn next(&mut self, bounds: &mut Bounds) -> Option<Waiting> {
        let next = self.waiting.pop_front_if(|waiting| bounds.have_room(waiting));
        if matches!(next, Some(Waiting::Job(_))) {
            self.jobs -= 1;
        }
        next
    }

    /// What to do with a group that does not stand: its records keep their place before whatever came meanwhile. Where
    /// no job had its turn, the desk takes none now, and those that wait are told with the others.
    fn take_back(&mut self, group: &mut Group) {
        if group.jobs.is_empty() {
            let waiting = std::mem::take(&mut self.waiting);
            for each in waiting {
                match each {
                    Waiting::Record(_) => self.waiting.push_back(each),
                    Waiting::Job(job) => group.jobs.push(job),
                }
            }
            self.jobs = 0;
        }
        for event in group.records.drain(..).rev() {
            self.waiting.push_front(Waiting::Record(Box::new(event)));
        }
    }
}

impl Bounds {
    fn have_room(&mut self, waiting: &Waiting) -> bool {
        match waiting {
            Waiting::Record(_) => {
                self.records += 1;
                self.records <= MOST_RECORDS
            }
            Waiting::Job(_) => {
                self.jobs += 1;
                self.jobs <= MOST_JOBS && self.since.get_or_insert_with(Instant::now).elapsed() <= LONGEST
            }
        }
    }
}

#[cfg(test)]
mod tests;
