//! Verifying a chain: the first bad record is named.

use crate::domain::audit::{Action, Body, Record, commit_to};
use crate::domain::erasure;

/// A chain up to some record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// How many records.
    pub size: u64,
    /// Hash of the last one, or the genesis hash.
    pub hash: String,
}

impl std::fmt::Display for Head {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.size, self.hash)
    }
}

impl std::str::FromStr for Head {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parsed = text.split_once(':').and_then(|(size, hash)| Some((size.parse().ok()?, hash)));
        match parsed {
            Some((size, hash)) if hash.len() == 64 && hash.bytes().all(|b| b.is_ascii_hexdigit()) => {
                Ok(Self { size, hash: hash.to_ascii_lowercase() })
            }
            _ => Err("write SIZE:HASH, the hash in 64 hex characters".to_owned()),
        }
    }
}

/// What is wrong with a chain.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// A number is missing or stands twice.
    #[error("record {expected} is missing: found {found} in its place")]
    Gap {
        /// The number that should be there.
        expected: u64,
        /// The number that is.
        found: u64,
    },
    /// It does not follow from the record before.
    #[error("record {seq} does not follow the one before it")]
    Link {
        /// The record.
        seq: u64,
    },
    /// Its fields were changed.
    #[error("record {seq} was changed: its hash is not that of its fields")]
    Fields {
        /// The record.
        seq: u64,
    },
    /// Its body was changed.
    #[error("the body of record {seq} was changed")]
    Body {
        /// The record.
        seq: u64,
    },
    /// What was said in it is gone, and nobody ordered that.
    #[error("what was said in record {seq} is gone, and no order of erasure names it")]
    Missing {
        /// The record.
        seq: u64,
    },
    /// A checkpoint or an expected head speaks against it.
    #[error("{0}")]
    Head(String),
    /// A row is not a record at all.
    #[error("record {seq} cannot be read: {reason}")]
    Unreadable {
        /// The record.
        seq: u64,
        /// Why.
        reason: String,
    },
}

/// Walks a chain from its genesis.
#[derive(Debug)]
pub struct Walk {
    head: Head,
    /// Records without a body.
    missing: Vec<u64>,
    /// From and to: those that an order names.
    ordered: Vec<(u64, u64)>,
}

impl Walk {
    /// Starts before the first record.
    #[must_use]
    pub fn new(genesis: String) -> Self {
        Self { head: Head { size: 0, hash: genesis }, missing: Vec::new(), ordered: Vec::new() }
    }

    /// Takes the next record; `body` is its salt and text, or nothing when it was erased.
    ///
    /// # Errors
    /// When the record does not belong here.
    pub fn step(&mut self, record: &Record, body: Option<(&[u8], &str)>) -> Result<(), Broken> {
        let seq = record.seq;
        if seq != self.head.size + 1 {
            return Err(Broken::Gap { expected: self.head.size + 1, found: seq });
        }
        if record.prev != self.head.hash {
            return Err(Broken::Link { seq });
        }
        if record.hash != record.computed_hash() {
            return Err(Broken::Fields { seq });
        }
        match body {
            Some((salt, text)) if commit_to(salt, text) != record.body_commit => return Err(Broken::Body { seq }),
            Some((_, text)) if record.action == Action::Erased.as_str() => {
                let body: Body = serde_json::from_str(text).unwrap_or_default();
                self.ordered.extend(erasure::named(&body.result.value()));
            }
            Some(_) => {}
            None => self.missing.push(seq),
        }
        self.head = Head { size: seq, hash: record.hash.clone() };
        Ok(())
    }

    /// Where the walk stands.
    #[must_use]
    pub fn head(&self) -> &Head {
        &self.head
    }

    /// Where the chain ends.
    ///
    /// # Errors
    /// When a body is gone that no order of erasure names.
    pub fn end(mut self) -> Result<Head, Broken> {
        self.ordered.sort_unstable();
        let mut orders = self.ordered.into_iter().peekable();
        for seq in self.missing {
            while orders.next_if(|(_, to)| *to < seq).is_some() {}
            if orders.peek().is_none_or(|(from, _)| *from > seq) {
                return Err(Broken::Missing { seq });
            }
        }
        Ok(self.head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::{Action, Event, genesis};

    fn event(n: u64) -> Event {
        let at = "2026-01-01T00:00:00Z".parse().unwrap();
        let (actor, run) = ("maya".parse().unwrap(), "r1".parse().unwrap());
        Event { micros: n, ..Event::new(at, actor, run, Action::Read, "get_ticket") }
    }

    fn chain(len: u64) -> Vec<Record> {
        let mut prev = genesis("log");
        (1..=len)
            .map(|seq| {
                let record = Record::chain(&event(seq), seq, prev.clone(), commit_to(b"salt", "{}"));
                prev.clone_from(&record.hash);
                record
            })
            .collect()
    }

    fn walk(records: &[Record]) -> Result<Head, Broken> {
        let mut walk = Walk::new(genesis("log"));
        for record in records {
            walk.step(record, Some((b"salt", "{}")))?;
        }
        Ok(walk.head().clone())
    }

    #[test]
    fn a_clean_chain_verifies_and_any_change_names_its_record() {
        let good = chain(20);
        assert_eq!(walk(&good).unwrap().size, 20);
        let mut changed = good.clone();
        changed[7].outcome = "fine".into();
        assert_eq!(walk(&changed), Err(Broken::Fields { seq: 8 }));
        let mut rehashed = good.clone();
        rehashed[7].outcome = "fine".into();
        rehashed[7].hash = rehashed[7].computed_hash();
        assert_eq!(walk(&rehashed), Err(Broken::Link { seq: 9 }));
        let mut swapped = good.clone();
        swapped.swap(3, 4);
        assert_eq!(walk(&swapped), Err(Broken::Gap { expected: 4, found: 5 }));
        let mut deleted = good;
        deleted.remove(5);
        assert_eq!(walk(&deleted), Err(Broken::Gap { expected: 6, found: 7 }));
    }

    #[test]
    fn a_changed_body_is_named_and_so_is_one_that_is_gone() {
        let good = chain(2);
        let mut walk = Walk::new(genesis("log"));
        assert_eq!(walk.step(&good[0], Some((b"salt", "{\"a\":1}"))), Err(Broken::Body { seq: 1 }));
        assert_eq!(walk.step(&good[0], None), Ok(()));
        assert_eq!(walk.step(&good[1], Some((b"salt", "{}"))), Ok(()));
        assert_eq!(walk.end(), Err(Broken::Missing { seq: 1 }));
    }

    /// A chain of six records, the last of which is an order for `named`; the bodies of `gone` are gone.
    fn ordered(named: &[u64], gone: &[u64]) -> Result<Head, Broken> {
        let body = Body { result: erasure::Tally::default().ordered(named).into(), ..Body::default() }.text();
        let mut chain = chain(5);
        let order = Event { action: Action::Erased, ..event(6) };
        chain.push(Record::chain(&order, 6, chain[4].hash.clone(), commit_to(b"salt", &body)));
        let mut walk = Walk::new(genesis("log"));
        for record in &chain {
            let text = if record.seq == 6 { body.as_str() } else { "{}" };
            walk.step(record, Some((b"salt".as_slice(), text)).filter(|_| !gone.contains(&record.seq)))?;
        }
        walk.end()
    }

    #[test]
    fn a_body_may_be_gone_that_an_order_names_and_no_other() {
        assert_eq!(ordered(&[2, 3, 5], &[2, 3, 5]).unwrap().size, 6);
        assert_eq!(ordered(&[2, 3, 5], &[3]).unwrap().size, 6);
        assert_eq!(ordered(&[2, 3, 5], &[2, 4]), Err(Broken::Missing { seq: 4 }));
        assert_eq!(ordered(&[2, 3], &[5]), Err(Broken::Missing { seq: 5 }));
        assert_eq!(ordered(&[2], &[1, 2]), Err(Broken::Missing { seq: 1 }));
        assert_eq!(ordered(&[2], &[2, 6]), Err(Broken::Missing { seq: 2 }), "the order itself stays");
    }
}
