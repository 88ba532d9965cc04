//! The way to the database: a pool of connections, and what all who write through it share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use deadpool_postgres::{
    Manager, ManagerConfig, Pool, PoolError, RecyclingMethod, Runtime, Status, TimeoutType, Timeouts,
};
use tokio::sync::{Notify, Semaphore, watch};

use crate::domain::audit::Event;
use crate::domain::audit::chain::Head;
use crate::store::checkpoints::Checkpoints;
use crate::store::postgres::address::Address;
use crate::store::postgres::ask::Db;
use crate::store::postgres::pulse::Pulse;
use crate::store::{MOST_QUEUED, StoreError};

/// How long anybody waits for a connection before they are told that the database is away.
const PATIENCE: Duration = Duration::from_millis(1_800);

/// A pool, and what is shared with the other one of this process.
#[derive(Clone)]
pub(crate) struct Link {
    pool: Pool,
    pub(crate) shared: Arc<Shared>,
    /// Who writes: whoever waits for that leaves connections to those who read.
    pub(crate) turns: Arc<Semaphore>,
    pulse: Pulse,
}

/// A commit that was asked for and is not answered.
#[derive(Clone)]
pub(crate) struct Doubt {
    /// Where the log ends if it stands.
    pub(crate) head: Head,
    /// Records of reads that stand with it.
    pub(crate) records: Vec<Event>,
}

/// What is known of the desk in this process; no other process needs any of it.
pub(crate) struct Shared {
    /// Records of reads, oldest first.
    queued: Mutex<Vec<Event>>,
    /// Records of which it is not known whether they are written.
    doubts: Mutex<Vec<Doubt>>,
    /// Tells the thread that records wait.
    pub(crate) wake: Notify,
    /// The desk's revision as far as it is known here.
    revision: watch::Sender<u64>,
    checkpoints: Mutex<Checkpoints>,
}

/// A panic in the middle of a push leaves a list that is sound.
fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shared {
    /// What a desk begins with.
    pub(crate) fn new(revision: watch::Sender<u64>, checkpoints: Checkpoints) -> Self {
        Self {
            queued: Mutex::default(),
            doubts: Mutex::default(),
            wake: Notify::new(),
            revision,
            checkpoints: Mutex::new(checkpoints),
        }
    }

    /// Queues the record of a read.
    pub(crate) fn record(&self, event: Event) -> Result<(), StoreError> {
        let mut queued = held(&self.queued);
        if queued.len() >= MOST_QUEUED {
            return Err(StoreError::Away);
        }
        queued.push(event);
        // Only the first of a group needs to wake anybody.
        if queued.len() == 1 {
            self.wake.notify_one();
        }
        Ok(())
    }

    /// Whether records wait.
    pub(crate) fn is_empty(&self) -> bool {
        held(&self.queued).is_empty() && held(&self.doubts).is_empty()
    }

    /// How many records wait.
    pub(crate) fn waiting(&self) -> usize {
        held(&self.queued).len()
    }

    /// Takes the records that wait.
    pub(crate) fn take(&self) -> Vec<Event> {
        std::mem::take(&mut *held(&self.queued))
    }

    /// Gives records back that were not written: they keep their place before whatever came meanwhile.
    pub(crate) fn give_back(&self, events: Vec<Event>) {
        held(&self.queued).splice(0..0, events);
        self.wake.notify_one();
    }

    /// A commit is asked for.
    pub(crate) fn doubt(&self, head: Head, records: Vec<Event>) {
        if !records.is_empty() {
            held(&self.doubts).push(Doubt { head, records });
        }
    }

    /// What is not known to stand.
    pub(crate) fn doubts(&self) -> Vec<Doubt> {
        held(&self.doubts).clone()
    }

    /// How the commit with this head ended is known; says whether nobody had said so yet.
    pub(crate) fn sure(&self, head: &Head) -> bool {
        let mut doubts = held(&self.doubts);
        let before = doubts.len();
        doubts.retain(|doubt| doubt.head != *head);
        doubts.len() < before
    }

    /// Tells of every change from here on.
    pub(crate) fn changes(&self) -> watch::Receiver<u64> {
        self.revision.subscribe()
    }

    /// The desk has this revision, or a newer one.
    pub(crate) fn revised(&self, revision: u64) {
        self.revision.send_if_modified(|known| std::mem::replace(known, revision.max(*known)) < revision);
    }

    /// The log has this head.
    pub(crate) fn reached(&self, head: &Head) {
        held(&self.checkpoints).reached(head);
    }

    /// The last head of this process.
    pub(crate) fn close(&self, head: Result<Head, StoreError>) {
        held(&self.checkpoints).close(head);
    }
}

/// Makes a pool; it connects when it is asked for something.
pub(crate) fn pool(address: &Address, connections: usize) -> Result<Pool, StoreError> {
    let manager = ManagerConfig { recycling_method: RecyclingMethod::Fast };
    let manager = Manager::from_config(address.config.clone(), address.tls.clone(), manager);
    let wait = Some(PATIENCE);
    Pool::builder(manager)
        .max_size(connections.max(1))
        .timeouts(Timeouts { wait, create: wait, recycle: wait })
        .runtime(Runtime::Tokio1)
        .build()
        .map_err(|e| StoreError::Failed(e.to_string()))
}

impl Link {
    /// A way for whoever runs on this runtime.
    pub(crate) fn new(pool: Pool, shared: Arc<Shared>, pulse: Pulse) -> Self {
        Self { pool, shared, turns: Arc::new(Semaphore::new(1)), pulse }
    }

    /// How many connections there are, are free, and are waited for.
    pub(crate) fn in_numbers(&self) -> (usize, usize, usize) {
        let Status { size, available, waiting, .. } = self.pool.status();
        (size, available, waiting)
    }

    /// A connection of this pool's own, for as long as it is held.
    pub(crate) async fn client(&self) -> Result<Db, StoreError> {
        client(&self.pool, &self.pulse).await
    }
}

/// A connection, or word that there is none, within two seconds.
pub(crate) async fn client(pool: &Pool, pulse: &Pulse) -> Result<Db, StoreError> {
    let got = tokio::select! {
        biased;
        () = pulse.silent() => return Err(StoreError::Away),
        got = tokio::time::timeout(PATIENCE, pool.get()) => got,
    };
    match got {
        Ok(Ok(client)) => Ok(Db::new(client, pulse.clone())),
        Ok(Err(PoolError::Backend(error))) => Err(error.into()),
        // All are in use, and stay so.
        Ok(Err(PoolError::Timeout(TimeoutType::Wait))) => Err(StoreError::Busy),
        Ok(Err(PoolError::Timeout(TimeoutType::Create | TimeoutType::Recycle))) | Err(_) => Err(StoreError::Away),
        Ok(Err(PoolError::Closed | PoolError::NoRuntimeSpecified | PoolError::PostCreateHook(_))) => {
            Err(StoreError::Failed("the desk is closed".to_owned()))
        }
    }
}
