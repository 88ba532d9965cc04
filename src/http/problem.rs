//! What is said when the answer is no: problem details of RFC 9457, one document for every refusal of the door.

use axum::http::header::{CONTENT_TYPE, RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::Serialize;

use crate::desk::DeskError;
use crate::desk::told::outside;
use crate::domain::text;
use crate::store::StoreError;

/// Seconds after which a desk that is out of reach may be asked again.
const AGAIN: u32 = 1;

/// Why there is no answer, for programs (`type`, `status`) and for people (`title`, `detail`).
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Problem {
    /// The kind: a name that stays the same, `about:blank` where the status says it all.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The kind in words.
    pub title: &'static str,
    /// The HTTP status.
    pub status: u16,
    /// This very case in words, without control characters.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub detail: String,
    /// The request that it is said of, as its answer names it in `x-request-id`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// Seconds to wait before the same may be asked again, where that helps.
    #[serde(skip)]
    pub retry_after: Option<u32>,
    /// How to come in, for who is not let in: a value of `www-authenticate` in place of a plain `Bearer`.
    #[serde(skip)]
    pub challenge: Option<String>,
}

impl Problem {
    /// A problem of this status and kind.
    #[must_use]
    pub fn new(status: StatusCode, kind: &'static str, detail: &str) -> Self {
        let title = status.canonical_reason().unwrap_or("Problem");
        Self {
            kind,
            title,
            status: status.as_u16(),
            detail: text::short(detail, 500),
            request_id: None,
            retry_after: None,
            challenge: None,
        }
    }

    /// There is no such thing.
    #[must_use]
    pub fn not_found(detail: &str) -> Self {
        Self::new(StatusCode::NOT_FOUND, "/problems/not-found", detail)
    }

    /// The request cannot be read.
    #[must_use]
    pub fn unreadable(detail: &str) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "/problems/unreadable", detail)
    }

    /// The values do not fit.
    #[must_use]
    pub fn invalid(detail: &str) -> Self {
        Self::new(StatusCode::UNPROCESSABLE_ENTITY, "/problems/invalid", detail)
    }

    /// The thing is not any more as the caller thinks.
    #[must_use]
    pub fn stale(detail: &str) -> Self {
        Self::new(StatusCode::PRECONDITION_FAILED, "/problems/stale", detail)
    }

    /// Something else happened meanwhile.
    #[must_use]
    pub fn conflict(detail: &str) -> Self {
        Self::new(StatusCode::CONFLICT, "/problems/conflict", detail)
    }

    /// Not for this role.
    #[must_use]
    pub fn forbidden(detail: &str) -> Self {
        Self::new(StatusCode::FORBIDDEN, "/problems/forbidden", detail)
    }

    /// No credential, or none that is good; nothing is said that would help to guess one.
    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(StatusCode::UNAUTHORIZED, "/problems/unauthenticated", "a valid bearer token is needed")
    }

    /// The desk itself is wrong; what it is stands in the log alone.
    #[must_use]
    pub fn broken(what: &str) -> Self {
        tracing::error!(what, "the desk has failed");
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, "/problems/broken", "the desk has failed")
    }

    /// Not now.
    #[must_use]
    pub fn unavailable(detail: &str) -> Self {
        let problem = Self::new(StatusCode::SERVICE_UNAVAILABLE, "/problems/unavailable", detail);
        Self { retry_after: Some(AGAIN), ..problem }
    }
}

impl From<DeskError> for Problem {
    fn from(error: DeskError) -> Self {
        match error {
            DeskError::Forbidden { .. } => Self::forbidden(&error.to_string()),
            DeskError::NotFound { .. } => Self::not_found(&error.to_string()),
            DeskError::Invalid(_) => Self::invalid(&error.to_string()),
            DeskError::Unable(_) => Self::unavailable(&error.to_string()),
            DeskError::Store(error) => error.into(),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::unavailable(outside(&error))
    }
}

impl Problem {
    /// The answer, with the name of the request that it is said of.
    pub(crate) fn said_of(self, id: String) -> Response {
        Self { request_id: Some(id), ..self }.rendered()
    }

    fn rendered(&self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = (status, axum::Json(self)).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
        if status == StatusCode::UNAUTHORIZED {
            let challenge = self.challenge.as_deref().and_then(|challenge| HeaderValue::from_str(challenge).ok());
            headers.insert(WWW_AUTHENTICATE, challenge.unwrap_or(HeaderValue::from_static("Bearer")));
        }
        response
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = self.rendered();
        // Whoever sends it on can put the request's name in.
        response.extensions_mut().insert(self);
        response
    }
}

pub(crate) async fn no_route() -> Problem {
    Problem::not_found("there is no such route; /openapi.json lists what there is")
}

/// Which methods there are stands in `Allow`, which the router adds; who asks just for that has their answer.
pub(crate) async fn no_method(method: Method) -> Response {
    if method == Method::OPTIONS {
        return StatusCode::NO_CONTENT.into_response();
    }
    let detail = "this route does not know that method";
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, "about:blank", detail).into_response()
}
