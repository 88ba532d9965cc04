//! Answers that are given again to who asks the same again by the same name.

use async_trait::async_trait;
use jiff::{SignedDuration, Timestamp};

use crate::domain::request::{Claim, Claimed, GivenAnswer};
use crate::store::StoreError;

/// How long an answer is given again.
const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24);
/// A request that is longer under way than this has died with its server.
const UNDER_WAY_FOR: SignedDuration = SignedDuration::from_secs(120);

/// Requests by their callers' names for them.
#[async_trait]
pub trait Answers {
    /// Claims a request for its caller, where nobody has; forgets what is too old.
    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError>;
    /// Keeps the answer to a claimed request, or gives the claim back.
    async fn settle_claim(&self, claim: &Claim, answer: Option<&GivenAnswer>) -> Result<(), StoreError>;
}

/// What was claimed before this, in milliseconds, is forgotten at `at`.
pub(crate) fn forgotten(at: Timestamp) -> i64 {
    before(at, KEPT_FOR)
}

/// What was claimed before this, in milliseconds, and has no answer at `at` never gets one.
pub(crate) fn abandoned(at: Timestamp) -> i64 {
    before(at, UNDER_WAY_FOR)
}

fn before(at: Timestamp, span: SignedDuration) -> i64 {
    at.checked_sub(span).unwrap_or(Timestamp::MIN).as_millisecond()
}

/// What a row says of a request that goes by the same name.
pub(crate) fn known(
    is_same: bool,
    status: Option<i64>,
    headers: Option<&str>,
    body: Option<String>,
) -> Result<Claimed, StoreError> {
    let Some(status) = status.and_then(|status| u16::try_from(status).ok()) else {
        return Ok(if is_same { Claimed::UnderWay } else { Claimed::Other });
    };
    if !is_same {
        return Ok(Claimed::Other);
    }
    let headers = headers.unwrap_or("[]");
    let headers = serde_json::from_str(headers).map_err(|wrong| StoreError::Damaged(wrong.to_string()))?;
    Ok(Claimed::Done(GivenAnswer { status, headers, body: body.unwrap_or_default() }))
}
