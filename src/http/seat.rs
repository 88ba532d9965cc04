//! What a person's terminal asks beside the tools: `POST /seat/NAME`, by the one table of [`crate::seat`].

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, State};
use serde_json::Value;

use crate::domain::canonical;
use crate::http::Door;
use crate::http::problem::Problem;
use crate::http::sign_in::Signed;
use crate::seat::{self, Question, SeatError};

/// Answers a question. What has begun is finished, whether or not somebody still waits for the answer: the door sees
/// to that, as with everything that may change something.
pub(crate) async fn ask(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Path(name): Path<String>,
    asked: Bytes,
) -> Result<Json<Value>, Problem> {
    let question = Question::named(&name).ok_or_else(|| Problem::not_found("nobody can ask that at a desk"))?;
    let asked = std::str::from_utf8(&asked).map_err(|_binary| Problem::unreadable("the body is not text"))?;
    let asked = canonical::parse(asked).map_err(|error| Problem::unreadable(&error.to_string()))?;
    let seat = signed.seat(&door)?;
    Ok(Json(seat::answered(&seat, question, asked).await?))
}

impl From<SeatError> for Problem {
    fn from(error: SeatError) -> Self {
        match error {
            SeatError::NotAllowed(words) => Self::forbidden(&words),
            SeatError::Gone(words) => Self::not_found(&words),
            SeatError::TooMuch(words) => Self::invalid(&words),
            SeatError::Store(error) => error.into(),
            SeatError::Failed(_) | SeatError::Away { .. } | SeatError::SignedOut(_) => {
                Self::unavailable(&error.to_string())
            }
        }
    }
}
