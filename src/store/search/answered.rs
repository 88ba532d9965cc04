//! Questions that were answered before, and what with, for as long as no article changes.
//!
//! The same questions come again and again: from every ticket about one failure, from every program that follows a
//! script. What is kept of a question is its digest, so no customer's words stay here.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use sha2::{Digest as _, Sha256};

use crate::domain::article::ArticleHit;
use crate::store::search::known;
use crate::store::search::vectors;

/// Bytes that answers take at most, all together.
const MOST_BYTES: usize = 2 << 20;
/// What one answer takes beside its texts, and one question.
const EACH: usize = 160;

/// The state of the articles and of what is known of their meaning: answers to a question are the same while it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Moment {
    articles: i64,
    vectors: (i64, i64),
}

/// A question, and how many articles are asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Question([u8; 32], usize);

/// The answers of one moment.
#[derive(Default)]
pub(crate) struct Answered(Mutex<Memory>);

#[derive(Default)]
struct Memory {
    moment: Moment,
    answers: HashMap<Question, Vec<ArticleHit>>,
    bytes: usize,
}

impl Moment {
    /// How it is as `conn` sees it.
    ///
    /// # Errors
    /// When the database fails.
    pub(crate) fn of(conn: &Connection) -> rusqlite::Result<Self> {
        Ok(Self { articles: known::edition(conn)?, vectors: vectors::edition(conn)? })
    }
}

impl Question {
    /// These words, answered with at most so many articles.
    pub(crate) fn new(words: &str, limit: usize) -> Self {
        Self(Sha256::digest(words.as_bytes()).into(), limit)
    }
}

impl Answered {
    /// The answer, if it was given at this moment.
    pub(crate) fn known(&self, moment: Moment, question: &Question) -> Option<Vec<ArticleHit>> {
        let memory = self.held();
        if memory.moment == moment { memory.answers.get(question).cloned() } else { None }
    }

    /// Keeps the answer of a moment; those of other moments are forgotten.
    pub(crate) fn keep(&self, moment: Moment, question: Question, hits: &[ArticleHit]) {
        let mut memory = self.held();
        let texts = |hit: &ArticleHit| EACH + hit.id.as_str().len() + hit.title.len() + hit.snippet.len();
        let bytes = EACH + hits.iter().map(texts).sum::<usize>();
        if memory.moment != moment || memory.bytes + bytes > MOST_BYTES {
            *memory = Memory { moment, ..Memory::default() };
        }
        if memory.answers.insert(question, hits.to_vec()).is_none() {
            memory.bytes += bytes;
        }
    }

    /// A panic under the lock leaves nothing half done that matters: an answer is there or is not.
    fn held(&self) -> MutexGuard<'_, Memory> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(snippet: &str) -> Vec<ArticleHit> {
        vec![ArticleHit {
            id: "F-1".parse().unwrap(),
            title: "Refunds".to_owned(),
            snippet: snippet.to_owned(),
            score: 0.5,
        }]
    }

    #[test]
    fn an_answer_is_known_as_long_as_nothing_changes() {
        let (answered, question) = (Answered::default(), Question::new("refund", 3));
        let now = Moment { articles: 1, vectors: (4, 4) };
        assert_eq!(answered.known(now, &question), None);
        answered.keep(now, question, &hits("in a week"));
        assert_eq!(answered.known(now, &question), Some(hits("in a week")));
        for other in [Question::new("refund", 4), Question::new("refunds", 3)] {
            assert_eq!(answered.known(now, &other), None);
        }
        for later in
            [Moment { articles: 2, ..now }, Moment { vectors: (5, 4), ..now }, Moment { vectors: (4, 3), ..now }]
        {
            assert_eq!(answered.known(later, &question), None, "{later:?}");
        }
        let later = Moment { articles: 2, ..now };
        answered.keep(later, question, &hits("in a day"));
        assert_eq!(answered.known(later, &question), Some(hits("in a day")));
        assert_eq!(answered.known(now, &question), None);
    }

    #[test]
    fn answers_take_no_more_room_than_they_may() {
        let (answered, now) = (Answered::default(), Moment::default());
        let long = hits(&"x".repeat(300));
        for n in 0..20_000 {
            answered.keep(now, Question::new(&n.to_string(), 1), &long);
            let memory = answered.held();
            assert!(memory.bytes <= MOST_BYTES && memory.answers.len() * 300 <= MOST_BYTES);
        }
        assert!(answered.known(now, &Question::new("19999", 1)).is_some());
    }
}
