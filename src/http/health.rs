//! Whether the process lives, and whether its desk answers.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::State;
use tokio::sync::Mutex;
use tokio::time::timeout;

use crate::http::Door;
use crate::http::problem::Problem;

/// How long the desk may take to say that it is there.
const PATIENCE: Duration = Duration::from_millis(900);

/// For so long the same is said again: who asks needs no name, and makes no work.
const HOLDS: Duration = Duration::from_millis(500);

/// Whether the desk's memory answered, when that was last asked.
#[derive(Default)]
pub struct Readiness(Mutex<Option<(Instant, Result<(), Problem>)>>);

impl Readiness {
    /// Asks, where nobody has just now; one asks for all who wait.
    async fn of(&self, ask: impl Future<Output = Result<(), Problem>>) -> Result<(), Problem> {
        let mut known = self.0.lock().await;
        if let Some((_, said)) = known.as_ref().filter(|(asked, _)| asked.elapsed() < HOLDS) {
            return said.clone();
        }
        let said = ask.await;
        *known = Some((Instant::now(), said.clone()));
        said
    }
}

/// The process answers: that is all.
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// The desk's memory answers.
pub(crate) async fn ready(State(door): State<Arc<Door>>) -> Result<&'static str, Problem> {
    let ask = async {
        match timeout(PATIENCE, door.desk.store().desk_id()).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(error.into()),
            Err(_) => Err(Problem::unavailable("the desk does not answer")),
        }
    };
    door.readiness.of(ask).await.map(|()| "ready\n")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test]
    async fn a_hundred_who_ask_at_once_cost_the_desk_one_question() {
        let (readiness, asked) = (Readiness::default(), AtomicU32::new(0));
        let answers = futures::future::join_all((0..100).map(|_| {
            readiness.of(async {
                asked.fetch_add(1, Ordering::Relaxed);
                tokio::task::yield_now().await;
                Err(Problem::unavailable("away"))
            })
        }));
        assert!(answers.await.iter().all(|said| said.as_ref().unwrap_err().detail == "away"));
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        let long_ago = Instant::now().checked_sub(HOLDS).unwrap();
        *readiness.0.lock().await = Some((long_ago, Err(Problem::unavailable("away"))));
        assert!(readiness.of(async { Ok(()) }).await.is_ok());
    }
}
