//! Credentials that were looked up before, until the desk says that somebody may do more or less.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::access::Identity;
use crate::domain::credential::{Credential, Fingerprint};

/// Credentials remembered at a time; a desk with more looks some of them up again.
const MOST: usize = 10_000;

/// A credential and whom it lets in.
pub(crate) struct Entry {
    pub(crate) credential: Credential,
    pub(crate) identity: Identity,
    /// The last day, counted from 1970, on which it was shown.
    used: AtomicI64,
}

impl Entry {
    pub(crate) fn of(credential: Credential) -> Self {
        let Credential { principal, name, scope, last_used, .. } = &credential;
        let identity = Identity { principal: principal.clone(), name: name.clone(), scope: scope.clone() };
        let epoch = jiff::civil::date(1970, 1, 1);
        let used = last_used.and_then(|day| day.since(epoch).ok()).map_or(-1, |span| i64::from(span.get_days()));
        Self { credential, identity, used: AtomicI64::new(used) }
    }

    /// That day, when nobody has noted it yet.
    pub(crate) fn first_use_of_a_day(&self, day: i64) -> Option<i64> {
        (self.used.load(Ordering::Relaxed) != day && self.used.swap(day, Ordering::Relaxed) != day).then_some(day)
    }

    /// Somebody else shall note that day.
    pub(crate) fn forget_use(&self, day: i64) {
        // Where another day has begun meanwhile there is nothing to forget.
        let _ = self.used.compare_exchange(day, -1, Ordering::Relaxed, Ordering::Relaxed);
    }
}

/// What is remembered.
#[derive(Default)]
pub(crate) struct Known(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    /// The desk's revision when this was last found to be right; nothing at first.
    revision: Option<u64>,
    /// The state of everybody's rights that this is of.
    epoch: u64,
    entries: HashMap<Fingerprint, Arc<Entry>>,
}

impl Known {
    /// Whether the desk has not changed since this was last found to be right.
    pub(crate) fn is_of(&self, revision: u64) -> bool {
        self.held().revision == Some(revision)
    }

    /// The state of everybody's rights at a revision: what was remembered of another one goes.
    pub(crate) fn settle(&self, revision: u64, epoch: u64) {
        let mut memory = self.held();
        if memory.epoch != epoch {
            memory.entries.clear();
            memory.epoch = epoch;
        }
        memory.revision = memory.revision.max(Some(revision));
    }

    pub(crate) fn epoch(&self) -> u64 {
        self.held().epoch
    }

    pub(crate) fn get(&self, shown: &Fingerprint) -> Option<Arc<Entry>> {
        self.held().entries.get(shown).cloned()
    }

    /// Remembers what was looked up while everybody's rights were those of `epoch`: what is newer was not seen then.
    pub(crate) fn keep(&self, epoch: u64, shown: Fingerprint, entry: Entry) -> Arc<Entry> {
        let entry = Arc::new(entry);
        let mut memory = self.held();
        if memory.epoch == epoch {
            if memory.entries.len() >= MOST {
                memory.entries.clear();
            }
            memory.entries.insert(shown, Arc::clone(&entry));
        }
        entry
    }

    /// A panic under the lock leaves nothing half done that matters: an entry is there or is not.
    fn held(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
