//! What the desk knows, by a question.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::answer::Answer;
use crate::domain::call::{FaqQuery, ReadCall};
use crate::http::Door;
use crate::http::asked::Asked;
use crate::http::problem::Problem;
use crate::http::sign_in::Signed;

/// A question.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Question {
    /// Words, in any language.
    q: String,
    /// How many articles at most, 1 to 20.
    #[serde(default = "five")]
    #[schemars(with = "i64", range(min = 1, max = 20))]
    limit: u32,
}

const fn five() -> u32 {
    5
}

/// Articles that answer it, best first.
pub(crate) async fn search(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Asked(Question { q, limit }): Asked<Question>,
) -> Result<Json<Answer>, Problem> {
    let call = ReadCall::GetFaq(FaqQuery { query: q, limit });
    Ok(Json(door.desk.read(&signed.caller, &call).await?))
}
