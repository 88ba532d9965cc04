//! Credentials that were looked up before, until the desk says that somebody may do more or less.

use std::collections::HashMap;
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use crate::access::Identity;
use crate::domain::credential::{Credential, Fingerprint};

/// Credentials remembered at a time; a desk with more looks some of them up again.
const MOST: usize = 10_000;

/// How long nobody asks the desk whether what is remembered is still right. That it says so by itself is not relied on:
/// who would say it may be cut off.
const HOLDS: Duration = Duration::from_secs(1);

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
    /// When that was asked.
    asked: Option<Instant>,
    /// The state of everybody's rights that this is of.
    epoch: u64,
    entries: HashMap<Fingerprint, Arc<Entry>>,
}

impl Known {
    /// Whether this was found to be right a moment ago, and the desk has not changed since.
    pub(crate) fn is_right(&self, revision: u64, now: Instant) -> bool {
        let memory = self.held();
        let lately = memory.asked.is_some_and(|asked| now.saturating_duration_since(asked) < HOLDS);
        lately && memory.revision >= Some(revision)
    }

    /// The state of everybody's rights, asked for at a revision: what was remembered of another one goes. An answer that
    /// comes after that to a later question is of no use any more.
    pub(crate) fn settle(&self, revision: u64, asked: Instant, epoch: u64) {
        let mut memory = self.held();
        if memory.revision > Some(revision) || memory.asked > Some(asked) {
            return;
        }
        if memory.epoch != epoch {
            memory.entries.clear();
            memory.epoch = epoch;
        }
        (memory.revision, memory.asked) = (Some(revision), Some(asked));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::{Principal, Role};
    use crate::domain::credential::Kind;
    use crate::domain::scope::Scope;

    fn entry() -> Entry {
        Entry::of(Credential {
            id: "c-1".parse().unwrap(),
            principal: Principal { id: "maya".parse().unwrap(), role: Role::Agent },
            name: "Maya".to_owned(),
            kind: Kind::Token,
            scope: Scope::default(),
            created_at: jiff::Timestamp::UNIX_EPOCH,
            created_by: "root".parse().unwrap(),
            expires_at: None,
            revoked_at: None,
            last_used: None,
        })
    }

    #[test]
    fn an_answer_that_was_overtaken_brings_nothing_back() {
        let (known, shown) = (Known::default(), Fingerprint::of(b"maya"));
        let first = Instant::now();
        let second = first + Duration::from_millis(1);
        known.settle(5, first, 1);
        // Somebody looks a credential up, and it is good; somebody else asks how things stand.
        let looked_up_at = known.epoch();
        // Meanwhile it is taken back, which is noticed, and then both answers come in.
        known.settle(6, second, 2);
        known.settle(5, first, 1);
        assert_eq!(known.epoch(), 2);
        known.keep(looked_up_at, shown, entry());
        assert!(known.get(&shown).is_none(), "what was taken back is remembered as good");
        assert!(known.is_right(6, second));
        // So it is where the desk had no new revision, as nobody had heard of it yet.
        known.settle(6, second + Duration::from_millis(2), 3);
        known.settle(6, second + Duration::from_millis(1), 2);
        assert_eq!(known.epoch(), 3);
    }

    #[test]
    fn what_is_remembered_holds_for_a_second_although_nothing_is_heard() {
        let (known, shown) = (Known::default(), Fingerprint::of(b"maya"));
        let now = Instant::now();
        assert!(!known.is_right(0, now));
        known.settle(7, now, 1);
        known.keep(1, shown, entry());
        assert!(known.is_right(7, now + HOLDS / 2) && known.is_right(6, now) && !known.is_right(8, now));
        assert!(!known.is_right(7, now + HOLDS));
        known.settle(7, now + HOLDS, 1);
        assert!(known.get(&shown).is_some(), "what is still right is not looked up again");
        known.settle(7, now + HOLDS * 2, 2);
        assert!(known.get(&shown).is_none());
    }
}
