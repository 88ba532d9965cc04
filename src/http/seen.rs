//! What a request leaves behind: it is counted and timed, is part of a trace, and is one line in the log.

use std::time::Instant;

use axum::extract::{MatchedPath, Request};
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument as _;

use crate::domain::ids::PrincipalId;
use crate::http::sign_in::Signed;
use crate::random;
use crate::telemetry::metrics::{self, Door};
use crate::telemetry::traces::{self, Within};

/// The name of a request, by which a caller and the log mean the same one.
const REQUEST_ID: &str = "x-request-id";
/// The longest name that a caller may give.
const MOST_ID: usize = 64;
/// Asked every few seconds by machines and terminals: a line each would hide the others.
const QUIET: [&str; 5] = ["/healthz", "/readyz", "/metrics", "/seat/attend", "/seat/present"];

/// Who was signed in; on an answer, for the log.
#[derive(Clone, Debug)]
pub(crate) struct By(pub(crate) PrincipalId);

/// The name of a request, with the request: what is said of it can name it.
#[derive(Clone, Debug)]
pub(crate) struct RequestId(pub(crate) String);

/// Watches a request from its first byte to its answer's head.
pub(crate) async fn watch(mut request: Request, next: Next) -> Response {
    let since = Instant::now();
    let (door, route) = place(&request);
    let is_quiet = QUIET.contains(&request.uri().path());
    let method = metrics::method(request.method().as_str());
    let counted = metrics::request(door, method, &route);
    let id = RequestId(id(request.headers()));
    let span = traces::http(method, &route, text(request.headers(), traces::TRACEPARENT));
    if !span.is_disabled() {
        request.extensions_mut().insert(Within(span.clone()));
    }
    request.extensions_mut().insert(id.clone());
    // Where no traces are kept the caller's own is still the way from their log to this one.
    let trace = if span.is_disabled() { trace_of(text(request.headers(), traces::TRACEPARENT)) } else { None };
    let mut response = next.run(request).instrument(span.clone()).await;
    let status = response.status().as_u16();
    counted.answered(status);
    traces::answered(&span, status);
    if !is_quiet || status >= 500 {
        let by = response.extensions().get::<By>().map_or("", |By(by)| by.as_str());
        let ms = since.elapsed().as_secs_f64() * 1e3;
        let _here = span.enter();
        let (door, request_id, trace_id) = (door.as_str(), id.0.as_str(), trace.as_deref());
        tracing::info!(door, method, route, status, ms, request_id, trace_id, principal = by, "request");
    }
    if let Ok(id) = HeaderValue::try_from(id.0) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// The metrics, for whoever may read the desk as a whole: not for a bot.
pub(crate) async fn metrics(_: Signed) -> Response {
    ([(CONTENT_TYPE, metrics::CONTENT_TYPE)], metrics::render()).into_response()
}

/// The door and the route's template; what has none is not told apart.
fn place(request: &Request) -> (Door, String) {
    let path = request.uri().path();
    if path == "/mcp" || path.starts_with("/mcp/") {
        return (Door::Mcp, "/mcp".to_owned());
    }
    let matched = request.extensions().get::<MatchedPath>();
    (Door::Http, matched.map_or("unmatched", MatchedPath::as_str).to_owned())
}

/// The trace that a caller's request belongs to, as they say: 32 hex digits.
fn trace_of(parent: Option<&str>) -> Option<String> {
    let id = parent?.split('-').nth(1)?;
    (id.len() == 32 && id.bytes().all(|b| b.is_ascii_hexdigit())).then(|| id.to_ascii_lowercase())
}

/// The caller's name for the request where it is a plain one, else ours.
fn id(headers: &HeaderMap) -> String {
    let plain = |id: &&str| {
        let fits = !id.is_empty() && id.len() <= MOST_ID;
        fits && id.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
    };
    text(headers, REQUEST_ID).filter(plain).map_or_else(|| random::name::<8>("q"), str::to_owned)
}

fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()
}
