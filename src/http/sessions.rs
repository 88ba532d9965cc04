//! How many sessions of older MCP clients there are, and whose: each of them holds memory until it ends.
//!
//! A client that crashed leaves its session behind. Where there is no room, one that was silent for long makes it: nobody
//! is kept out by what they have left behind.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use axum::http::StatusCode;

use crate::domain::ids::PrincipalId;
use crate::http::problem::Problem;

/// Sessions at a time.
const MOST: usize = 2_000;
/// Who was silent for so long makes room for others.
const SILENT: Duration = Duration::from_mins(10);
/// Seconds after which there may be room again.
const AGAIN: u32 = 60;

/// What holds the sessions.
#[async_trait]
pub trait Hall: Send + Sync {
    /// Whether there still is such a session.
    async fn is_there(&self, name: &str) -> bool;
    /// Ends it.
    async fn end(&self, name: &str);
}

/// Every session, whose it is, and when it was last heard of.
pub struct Sessions {
    hall: Arc<dyn Hall>,
    /// At a time of one caller.
    each: usize,
    /// At a time of all.
    most: usize,
    held: Mutex<HashMap<String, Held>>,
}

struct Held {
    by: PrincipalId,
    heard: Instant,
}

/// What becomes of a new session.
#[derive(Debug, PartialEq, Eq)]
enum Room {
    /// It is in.
    Free,
    /// It is in, in the place of this one.
    InPlaceOf(String),
    /// There is none.
    None,
}

impl Sessions {
    /// None yet, and at most so many of one caller.
    #[must_use]
    pub fn new(hall: Arc<dyn Hall>, each: usize) -> Self {
        Self { hall, each: each.max(1), most: MOST, held: Mutex::default() }
    }

    /// Something was heard in a session.
    pub(super) fn heard(&self, name: &str) {
        if let Some(held) = self.held().get_mut(name) {
            held.heard = Instant::now();
        }
    }

    /// Takes a session in that has begun, or ends it.
    ///
    /// # Errors
    /// When there is no room for it.
    pub(super) async fn take_in(&self, name: &str, by: &PrincipalId) -> Result<(), Problem> {
        if self.is_full_for(by) {
            self.forget_ended().await;
        }
        match self.room(name, by, Instant::now()) {
            Room::Free => Ok(()),
            Room::InPlaceOf(other) => {
                self.hall.end(&other).await;
                Ok(())
            }
            Room::None => {
                self.hall.end(name).await;
                tracing::warn!(who = %by, "too many sessions");
                let detail = format!("too many sessions at a time ({} of one caller): end one first", self.each);
                let problem = Problem::new(StatusCode::TOO_MANY_REQUESTS, "/problems/too-many", &detail);
                Err(Problem { retry_after: Some(AGAIN), ..problem })
            }
        }
    }

    fn is_full_for(&self, by: &PrincipalId) -> bool {
        let held = self.held();
        held.len() >= self.most || held.values().filter(|held| held.by == *by).count() >= self.each
    }

    async fn forget_ended(&self) {
        let names: Vec<_> = self.held().keys().cloned().collect();
        for name in names {
            if !self.hall.is_there(&name).await {
                self.held().remove(&name);
            }
        }
    }

    /// Notes a session where there is room for it, or another one makes room.
    fn room(&self, name: &str, by: &PrincipalId, now: Instant) -> Room {
        let mut held = self.held();
        let own = held.values().filter(|held| held.by == *by).count();
        let mut room = Room::Free;
        if own >= self.each || held.len() >= self.most {
            // Whoever has too many makes room themselves.
            let may_go = held.iter().filter(|(_, held)| own < self.each || held.by == *by);
            let silent = may_go.min_by_key(|(_, held)| held.heard).filter(|(_, held)| now - held.heard >= SILENT);
            let Some(silent) = silent.map(|(name, _)| name.clone()) else { return Room::None };
            held.remove(&silent);
            room = Room::InPlaceOf(silent);
        }
        held.insert(name.to_owned(), Held { by: by.clone(), heard: now });
        room
    }

    /// A session is there or is not: a panic leaves nothing half done.
    fn held(&self) -> MutexGuard<'_, HashMap<String, Held>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every session is there but those that were ended.
    #[derive(Default)]
    struct Ended(Mutex<Vec<String>>);

    #[async_trait]
    impl Hall for Ended {
        async fn is_there(&self, name: &str) -> bool {
            !self.0.lock().unwrap().iter().any(|ended| ended == name)
        }

        async fn end(&self, name: &str) {
            self.0.lock().unwrap().push(name.to_owned());
        }
    }

    fn sessions(each: usize, most: usize) -> (Sessions, Arc<Ended>) {
        let ended = Arc::new(Ended::default());
        (Sessions { most, ..Sessions::new(ended.clone(), each) }, ended)
    }

    #[tokio::test]
    async fn one_caller_has_so_many_sessions_and_one_that_ends_makes_room() {
        let (sessions, hall) = sessions(2, 9);
        let (maya, tom) = ("maya".parse().unwrap(), "tom".parse().unwrap());
        for name in ["a", "b"] {
            sessions.take_in(name, &maya).await.unwrap();
        }
        let no = sessions.take_in("c", &maya).await.unwrap_err();
        assert_eq!((no.status, no.retry_after), (429, Some(AGAIN)));
        assert_eq!(*hall.0.lock().unwrap(), ["c"], "what is refused is ended");
        sessions.take_in("d", &tom).await.unwrap();
        hall.end("a").await;
        sessions.take_in("e", &maya).await.unwrap();
        assert!(sessions.take_in("f", &maya).await.is_err());
    }

    #[tokio::test]
    async fn all_callers_together_have_so_many_sessions() {
        let (sessions, _) = sessions(2, 3);
        for (name, by) in [("a", "maya"), ("b", "maya"), ("c", "tom")] {
            sessions.take_in(name, &by.parse().unwrap()).await.unwrap();
        }
        assert_eq!(sessions.take_in("d", &"lena".parse().unwrap()).await.unwrap_err().status, 429);
    }

    #[test]
    fn who_was_silent_longest_makes_room_for_another_of_the_same_caller() {
        let (sessions, _) = sessions(2, 3);
        let (maya, tom) = ("maya".parse().unwrap(), "tom".parse().unwrap());
        let begin = Instant::now();
        let after = |minutes| begin + Duration::from_mins(minutes);
        assert_eq!(sessions.room("t", &tom, begin), Room::Free);
        assert_eq!(sessions.room("a", &maya, after(1)), Room::Free);
        assert_eq!(sessions.room("b", &maya, after(2)), Room::Free);
        assert_eq!(sessions.room("c", &maya, after(10)), Room::None);
        assert_eq!(sessions.room("c", &maya, after(11)), Room::InPlaceOf("a".to_owned()));
        assert_eq!(sessions.room("d", &"lena".parse().unwrap(), after(11)), Room::InPlaceOf("t".to_owned()));
        assert_eq!(sessions.room("e", &tom, after(11)), Room::None, "those of others were heard of just now");
    }
}
