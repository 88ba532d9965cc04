//! What a request carries in its body: JSON, whole, strict, in time.

use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, Request};
use axum::http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use futures::StreamExt as _;
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use crate::domain::canonical::{self, Sound};
use crate::http::problem::Problem;

/// The largest body, in bytes.
pub const MOST_BYTES: usize = 1024 * 1024;
/// How long a body may take to arrive.
const ARRIVES_WITHIN: Duration = Duration::from_secs(10);

/// A body that must be there.
pub(crate) struct Sent<T>(pub(crate) T);

/// A body that may be left out; then it is as empty as `{}`.
pub(crate) struct MaybeSent<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for Sent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        must_be_json(&parts.headers)?;
        Ok(Self(read(&arrived(&parts.headers, body).await?)?))
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequest<S> for MaybeSent<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let (parts, body) = request.into_parts();
        let bytes = arrived(&parts.headers, body).await?;
        if bytes.is_empty() {
            return Ok(Self(read(b"{}")?));
        }
        must_be_json(&parts.headers)?;
        Ok(Self(read(&bytes)?))
    }
}

/// Reads a body: strict JSON first, then as what is asked for.
fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let value = strict(bytes)?;
    // Serde would take a list for the fields in their order.
    if !value.is_object() {
        return Err(Problem::invalid("the body is an object"));
    }
    serde_json::from_value(value).map_err(|wrong| Problem::invalid(&wrong.to_string()))
}

/// JSON in which no key stands twice, at most 64 deep.
fn strict(bytes: &[u8]) -> Result<serde_json::Value, Problem> {
    let text = str::from_utf8(bytes).map_err(|_no| Problem::unreadable("the body is not UTF-8"))?;
    canonical::parse(text).map_err(|wrong| Problem::unreadable(&format!("the body is no JSON that is taken: {wrong}")))
}

fn must_be_json(headers: &HeaderMap) -> Result<(), Problem> {
    let given = headers.get(CONTENT_TYPE).and_then(|given| given.to_str().ok()).unwrap_or_default();
    let media = given.split(';').next().unwrap_or_default().trim();
    if media.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let detail = "a body is `content-type: application/json`";
    Err(Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "/problems/media-type", detail))
}

/// A whole body, as far as it is not too large and not too slow.
pub(crate) async fn arrived(headers: &HeaderMap, body: Body) -> Result<Bytes, Problem> {
    let said = headers.get(CONTENT_LENGTH).and_then(|said| said.to_str().ok()?.parse::<u64>().ok());
    if said.is_some_and(|bytes| bytes > MOST_BYTES as u64) {
        return Err(too_large());
    }
    timeout(ARRIVES_WITHIN, collected(body)).await.map_err(|_late| {
        let detail = format!("the body did not arrive within {} s", ARRIVES_WITHIN.as_secs());
        Problem::new(StatusCode::REQUEST_TIMEOUT, "/problems/too-slow", &detail)
    })?
}

async fn collected(body: Body) -> Result<Bytes, Problem> {
    let mut chunks = body.into_data_stream();
    let mut first = Bytes::new();
    let mut all = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_cut| Problem::unreadable("the body broke off"))?;
        if first.len() + all.len() + chunk.len() > MOST_BYTES {
            return Err(too_large());
        }
        // Most bodies come in one piece.
        if first.is_empty() && all.is_empty() {
            first = chunk;
        } else {
            all.extend_from_slice(&std::mem::take(&mut first));
            all.extend_from_slice(&chunk);
        }
    }
    Ok(if all.is_empty() { first } else { all.into() })
}

fn too_large() -> Problem {
    let detail = format!("a body has at most {MOST_BYTES} bytes");
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "/problems/too-large", &detail)
}

/// Lets a request through whose body, where there is one, is JSON as the desk takes it: for what reads bodies by itself.
pub(crate) async fn strictly(request: Request, next: Next) -> Result<Response, Problem> {
    let (mut parts, body) = request.into_parts();
    let bytes = arrived(&parts.headers, body).await?;
    if !bytes.is_empty() {
        parts.extensions.insert(Sound(strict(&bytes)?));
    }
    Ok(next.run(Request::from_parts(parts, Body::from(bytes))).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_body_in_pieces_is_whole_and_one_byte_too_many_is_refused() {
        let pieces = |sizes: &[usize]| {
            let chunks: Vec<_> = sizes.iter().map(|n| Ok::<_, std::io::Error>(Bytes::from(vec![b'x'; *n]))).collect();
            Body::from_stream(futures::stream::iter(chunks))
        };
        assert_eq!(collected(pieces(&[1, 2, 3])).await.unwrap().len(), 6);
        assert_eq!(collected(pieces(&[MOST_BYTES])).await.unwrap().len(), MOST_BYTES);
        assert_eq!(collected(pieces(&[MOST_BYTES, 1])).await.unwrap_err().status, 413);
        assert_eq!(collected(pieces(&[])).await.unwrap().len(), 0);
    }

    #[test]
    fn what_is_no_json_of_ours_is_unreadable_and_what_does_not_fit_is_invalid() {
        let status = |text: &str| read::<crate::domain::call::TicketUpdate>(text.as_bytes()).map_err(|no| no.status);
        assert!(status(r#"{"status":"open"}"#).is_ok());
        let deep = "[".repeat(5_000);
        for unreadable in [r#"{"status":"open","status":"new"}"#, "{", "", &deep, "{} {}", "\u{feff}{}"] {
            assert_eq!(status(unreadable).unwrap_err(), 400, "{unreadable:.40}");
        }
        for invalid in
            [r#"{"approved":true}"#, r#"{"status":"lost"}"#, "[]", r#"["open"]"#, "7", r#"{"status":"open","x":null}"#]
        {
            assert_eq!(status(invalid).unwrap_err(), 422, "{invalid}");
        }
    }
}
