//! What the index has said of a word, and how titles look, kept in memory as long as no article changes.
//!
//! Questions are made of the same words, and what the index says of a word is the same until an article changes. It is
//! kept as the index said it, so articles are ranked the same to the last bit.

use std::cmp::Ordering;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use crate::store::search::rank::Share;

/// Shares that are kept at most, of all words together: some megabytes.
const MOST_SHARES: usize = 200_000;
/// Titles that are kept at most.
const MOST_HEADS: usize = 5_000;

/// What articles have of a word.
pub(crate) type Shares = HashMap<i64, Share>;

/// What is kept, of one edition of the articles.
#[derive(Default)]
pub struct Known(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    edition: i64,
    shares: HashMap<String, Arc<Shares>>,
    /// How many there are in `shares`.
    many: usize,
    heads: HashMap<i64, Arc<Head>>,
}

/// An article without its text.
#[derive(Debug)]
pub(crate) struct Head {
    /// Its identifier as stored.
    pub(crate) id: String,
    /// Its title.
    pub(crate) title: String,
    /// How the title looks.
    pub(crate) looks: Vec<u64>,
}

/// The index at one moment, and what is known of it.
pub(crate) struct Index<'a> {
    pub(crate) conn: &'a Connection,
    known: &'a Known,
    edition: i64,
}

/// Goes up with every change of an article.
pub(crate) fn edition(conn: &Connection) -> rusqlite::Result<i64> {
    conn.prepare_cached("SELECT edition FROM article_editions")?.query_row([], |row| row.get(0))
}

impl<'a> Index<'a> {
    /// The index as `conn` sees it: in a transaction, all of one moment.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) fn at(conn: &'a Connection, known: &'a Known) -> rusqlite::Result<Self> {
        Ok(Self { conn, known, edition: edition(conn)? })
    }

    /// What articles have of the word that goes by this name, worked out where it is not known.
    pub(crate) fn shares(
        &self,
        name: &str,
        read: impl FnOnce() -> rusqlite::Result<Shares>,
    ) -> rusqlite::Result<Arc<Shares>> {
        if let Some(shares) = self.memory(|memory| memory.shares.get(name).cloned()).flatten() {
            return Ok(shares);
        }
        let shares = Arc::new(read()?);
        self.memory(|memory| memory.keep(name, &shares));
        Ok(shares)
    }

    /// An article's head, read where it is not known; nothing where there is no such article.
    pub(crate) fn head(
        &self,
        n: i64,
        read: impl FnOnce() -> rusqlite::Result<Option<Head>>,
    ) -> rusqlite::Result<Option<Arc<Head>>> {
        if let Some(head) = self.memory(|memory| memory.heads.get(&n).cloned()).flatten() {
            return Ok(Some(head));
        }
        let head = read()?.map(Arc::new);
        if let Some(head) = &head {
            self.memory(|memory| memory.keep_head(n, head));
        }
        Ok(head)
    }

    /// What is known of this edition; nothing for whoever still sees an older one than others.
    fn memory<T>(&self, work: impl FnOnce(&mut Memory) -> T) -> Option<T> {
        let mut memory = self.known.held();
        match memory.edition.cmp(&self.edition) {
            Ordering::Less => *memory = Memory { edition: self.edition, ..Memory::default() },
            Ordering::Equal => {}
            Ordering::Greater => return None,
        }
        Some(work(&mut memory))
    }
}

impl Known {
    /// A panic under the lock leaves nothing half done that matters: something is there or is not.
    fn held(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Memory {
    fn keep(&mut self, name: &str, shares: &Arc<Shares>) {
        // A word that no article has takes room as well.
        let more = shares.len() + 1;
        if self.many + more > MOST_SHARES {
            (self.shares, self.many) = (HashMap::new(), 0);
        }
        if self.shares.insert(name.to_owned(), Arc::clone(shares)).is_none() {
            self.many += more;
        }
    }

    fn keep_head(&mut self, n: i64, head: &Arc<Head>) {
        if self.heads.len() >= MOST_HEADS {
            self.heads.clear();
        }
        self.heads.insert(n, Arc::clone(head));
    }
}
