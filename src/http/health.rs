//! Whether the process lives, and whether its desk answers.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use tokio::time::timeout;

use crate::http::Door;
use crate::http::problem::Problem;

/// How long the desk may take to say that it is there.
const PATIENCE: Duration = Duration::from_millis(900);

/// The process answers: that is all.
pub(crate) async fn alive() -> &'static str {
    "ok\n"
}

/// The desk's memory answers.
pub(crate) async fn ready(State(door): State<Arc<Door>>) -> Result<&'static str, Problem> {
    match timeout(PATIENCE, door.desk.store().desk_id()).await {
        Ok(Ok(_)) => Ok("ready\n"),
        Ok(Err(error)) => Err(error.into()),
        Err(_) => Err(Problem::unavailable("the desk does not answer")),
    }
}
