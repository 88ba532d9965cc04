//! What every request passes first and every answer last: the bounds of the door, and the headers that keep answers
//! where they belong.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, CACHE_CONTROL, CONTENT_TYPE, ORIGIN, VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures::{FutureExt as _, StreamExt as _};
use tokio::sync::{OwnedSemaphorePermit, oneshot};
use tokio::time::timeout;
use tracing::Instrument as _;

use crate::http::Door;
use crate::http::limits::Page;
use crate::http::problem::Problem;
use crate::http::seen::{By, RequestId};
use crate::http::session::SESSION;

/// How long an answer may take. What was begun and changes something is finished all the same.
const ANSWERS_WITHIN: Duration = Duration::from_secs(30);
/// Paths that are asked by machines of the operator's own, by whatever name they know this one.
const PROBES: [&str; 3] = ["/healthz", "/readyz", "/metrics"];
/// Calls of tools wait for people.
const WAITS: &str = "/mcp";
/// What a terminal asks may decide something: that there was no answer in time says nothing about it.
const SEAT: &str = "/seat/";

/// Takes a request in, and its answer out.
pub(crate) async fn arrive(State(door): State<Arc<Door>>, request: Request, next: Next) -> Response {
    let id = request.extensions().get::<RequestId>().cloned();
    let (page, mut response) = match door.limits.check_origin(request.headers()) {
        Ok(page) => {
            let response = taken(&door, request, next, &page).await.unwrap_or_else(Problem::into_response);
            (page, response)
        }
        Err(no) => (Page::None, no.into_response()),
    };
    if let (Some(problem), Some(RequestId(id))) = (response.extensions_mut().remove::<Problem>(), id) {
        let by = response.extensions_mut().remove::<By>();
        response = problem.said_of(id);
        by.map(|by| response.extensions_mut().insert(by));
    }
    label(response.headers_mut(), page);
    response
}

async fn taken(door: &Arc<Door>, request: Request, next: Next, page: &Page) -> Result<Response, Problem> {
    let path = request.uri().path();
    let is_probe = PROBES.contains(&path);
    if !is_probe {
        door.limits.check_host(request.headers(), request.uri().authority())?;
    }
    if is_preflight(&request, page) {
        return Ok(preflight());
    }
    let in_session = *request.method() == Method::POST && request.headers().contains_key(SESSION);
    // A probe must hear that the desk lives, however much it has to do.
    let place = if is_probe { None } else { Some(door.limits.place()?) };
    let waits = path.starts_with(WAITS);
    let late = if path.starts_with(SEAT) { no_answer } else { too_long };
    let changes = !matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) && !waits;
    let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
    let answered = if waits {
        answer.await.ok().map(|response| match place {
            // In a session the answer comes when its head is long there.
            Some(place) if in_session && is_told_bit_by_bit(&response) => with_place(response, place),
            Some(_) | None => response,
        })
    } else if changes {
        // A caller who hangs up, or waits no longer, does not leave a change half done.
        // It has its place until it is done, whoever still waits for it.
        let kept = async move {
            let _place = place;
            answer.await
        };
        let begun = tokio::spawn(kept.in_current_span());
        timeout(ANSWERS_WITHIN, begun).await.map_err(|_late| late())?.ok().and_then(Result::ok)
    } else {
        timeout(ANSWERS_WITHIN, answer).await.map_err(|_late| late())?.ok()
    };
    answered.ok_or_else(|| Problem::broken("a route panicked"))
}

fn is_told_bit_by_bit(response: &Response) -> bool {
    response.headers().get(CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/event-stream"))
}

/// An answer that has its place until it is told or nobody listens; and no longer than any other may take: what takes
/// longer waits for a person, or for a model, and keeps nobody else out meanwhile.
fn with_place(response: Response, place: OwnedSemaphorePermit) -> Response {
    let (being_told, over) = oneshot::channel::<Infallible>();
    tokio::spawn(async move {
        let _ = timeout(ANSWERS_WITHIN, over).await;
        drop(place);
    });
    response.map(|body| {
        let told = body.into_data_stream().inspect(move |_| {
            let _ = &being_told;
        });
        Body::from_stream(told)
    })
}

fn too_long() -> Problem {
    Problem::unavailable(&format!("there was no answer within {} s", ANSWERS_WITHIN.as_secs()))
}

fn no_answer() -> Problem {
    let detail = format!("there was no answer within {} s", ANSWERS_WITHIN.as_secs());
    Problem::new(StatusCode::GATEWAY_TIMEOUT, "/problems/unavailable", &detail)
}

fn label(headers: &mut HeaderMap, page: Page) {
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    if let Page::Elsewhere(origin) = page {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        let shown = "etag, idempotency-replayed, link, location, mcp-session-id, retry-after, www-authenticate, \
                     x-request-id";
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(shown));
        headers.append(VARY, HeaderValue::from(ORIGIN));
    }
}

/// Whether a browser asks, before it asks.
fn is_preflight(request: &Request, page: &Page) -> bool {
    let asks = request.headers().contains_key("access-control-request-method");
    asks && *request.method() == Method::OPTIONS && matches!(page, Page::Elsewhere(_))
}

fn preflight() -> Response {
    let headers = "authorization, content-type, countersign-run, idempotency-key, if-match, if-none-match, \
                   last-event-id, mcp-method, mcp-name, mcp-protocol-version, mcp-session-id, traceparent, tracestate, \
                   x-request-id";
    let allowed = [
        (ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST, PATCH, DELETE")),
        (ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(headers)),
    ];
    (StatusCode::NO_CONTENT, allowed).into_response()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::channel::mpsc;
    use tokio::sync::Semaphore;

    use super::*;

    /// An answer that is told bit by bit, what tells it, and the one place there is.
    fn told() -> (mpsc::UnboundedSender<Result<&'static str, Infallible>>, Response, Arc<Semaphore>) {
        let (tell, bits) = mpsc::unbounded();
        let places = Arc::new(Semaphore::new(1));
        let place = Arc::clone(&places).try_acquire_owned().unwrap();
        (tell, with_place(Response::new(Body::from_stream(bits)), place), places)
    }

    async fn free_within(places: &Semaphore, time: Duration) -> bool {
        timeout(time, places.acquire()).await.is_ok()
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_that_is_told_bit_by_bit_has_its_place_until_it_is_told() {
        let (tell, answer, places) = told();
        let mut bits = answer.into_body().into_data_stream();
        tell.unbounded_send(Ok("begun")).unwrap();
        assert_eq!(bits.next().await.unwrap().unwrap(), "begun");
        assert!(!free_within(&places, ANSWERS_WITHIN / 2).await);
        drop(tell);
        assert!(bits.next().await.is_none());
        drop(bits);
        assert!(free_within(&places, Duration::from_millis(1)).await);
    }

    #[tokio::test(start_paused = true)]
    async fn who_hangs_up_or_waits_for_a_person_keeps_no_place() {
        let (_tell, answer, places) = told();
        drop(answer);
        assert!(free_within(&places, Duration::from_millis(1)).await);
        let (_tell, _answer, places) = told();
        assert!(!free_within(&places, ANSWERS_WITHIN.saturating_sub(Duration::from_secs(1))).await);
        assert!(free_within(&places, Duration::from_secs(2)).await);
    }
}
