//! `Idempotency-Key`: a request that is named by its caller is done once, however often it comes.

use std::sync::Arc;

use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CONTENT_TYPE, ETAG, IF_MATCH, LOCATION};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use crate::access::Identity;
use crate::clock;
use crate::domain::canonical::{self, Digest};
use crate::domain::request::{Claim, Claimed, GivenAnswer};
use crate::http::Door;
use crate::http::problem::Problem;
use crate::http::seen::RequestId;
use crate::http::sent::{self, MOST_BYTES};
use crate::http::table;

/// The header that names a request.
const KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer was given before.
const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");
/// The headers of an answer that are given again.
const KEPT: [HeaderName; 3] = [CONTENT_TYPE, ETAG, LOCATION];

/// A name of a request that no other request has, whoever asks and for whatever: what it makes can be known by it.
#[derive(Clone)]
pub(crate) struct Once(pub(crate) Digest);

/// Does a named request once.
pub(crate) async fn once(State(door): State<Arc<Door>>, request: Request, next: Next) -> Result<Response, Problem> {
    if !request.headers().contains_key(KEY) {
        return Ok(next.run(request).await);
    }
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    if !table::route(request.method(), path).is_some_and(|route| route.once) {
        return Ok(next.run(request).await);
    }
    let identity = request.extensions().get::<Identity>().cloned().ok_or_else(Problem::unauthenticated)?;
    let key = key(request.headers())?;
    let (mut parts, body) = request.into_parts();
    let bytes = sent::arrived(&parts.headers, body).await?;
    let seen = parts.headers.get(IF_MATCH).map(HeaderValue::as_bytes).unwrap_or_default();
    let query = parts.uri.query().unwrap_or_default().as_bytes();
    // An answer is given again to who may do and see the same as they to whom it was given.
    let Identity { principal, scope, .. } = identity;
    let scope = canonical::written(&scope);
    let asked = Digest::of(&[query, seen, &bytes, principal.role.as_str().as_bytes(), scope.as_bytes()]);
    let route = format!("{} {}", parts.method, parts.uri.path());
    let claim = Claim { by: principal.id, route, key, asked, at: clock::now() };
    parts.extensions.insert(Once::of(&claim));
    match door.desk.store().claim(&claim).await? {
        Claimed::First => {
            let request = Request::from_parts(parts, Body::from(bytes));
            answered(&door, &claim, next.run(request).await).await
        }
        Claimed::UnderWay => Err(Problem::conflict("the same request is being done; ask again in a moment")),
        Claimed::Other => Err(Problem::invalid("this Idempotency-Key was given to another request")),
        Claimed::Done(answer) => {
            let id = parts.extensions.get::<RequestId>().map(|RequestId(id)| id.as_str());
            Ok(again(answer, id.unwrap_or_default()))
        }
    }
}

impl Once {
    fn of(claim: &Claim) -> Self {
        let Claim { by, route, key, asked, .. } = claim;
        Self(Digest::of(&[by.as_str(), route, key, asked.as_str()].map(str::as_bytes)))
    }
}

/// 1 to 128 characters without surprises.
fn key(headers: &HeaderMap) -> Result<String, Problem> {
    let mut given = headers.get_all(KEY).iter();
    let one = given.next().and_then(|key| key.to_str().ok()).filter(|_| given.next().is_none());
    let plain = |key: &&str| {
        (1..=255).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_alphanumeric() || b"._:-".contains(&b))
    };
    let wrong = || Problem::unreadable("Idempotency-Key is 1 to 255 of A-Z a-z 0-9 . _ : -, in quotes or not, once");
    let bare = |key| str::strip_prefix(key, '"').and_then(|key| key.strip_suffix('"')).unwrap_or(key);
    one.map(bare).filter(plain).map(str::to_owned).ok_or_else(wrong)
}

/// Keeps an answer that would be the same again; what failed for now may be tried again.
async fn answered(door: &Door, claim: &Claim, response: Response) -> Result<Response, Problem> {
    let store = door.desk.store();
    if is_passing(response.status()) {
        store.settle_claim(claim, None).await?;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes =
        to_bytes(body, MOST_BYTES).await.map_err(|_large| Problem::broken("an answer was too large to keep"))?;
    let kept = |name: &HeaderName| Some((name.to_string(), parts.headers.get(name)?.to_str().ok()?.to_owned()));
    let answer = GivenAnswer {
        status: parts.status.as_u16(),
        headers: KEPT.iter().filter_map(kept).collect(),
        body: String::from_utf8_lossy(&bytes).into_owned(),
    };
    store.settle_claim(claim, Some(&answer)).await?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}

fn is_passing(status: StatusCode) -> bool {
    let passing = [StatusCode::UNAUTHORIZED, StatusCode::REQUEST_TIMEOUT, StatusCode::TOO_MANY_REQUESTS];
    status.is_server_error() || passing.contains(&status)
}

/// The answer as it was given; a refusal names the request that it is given to now.
fn again(answer: GivenAnswer, id: &str) -> Response {
    let GivenAnswer { status, headers, body } = answer;
    let mut response = Response::new(Body::from(if status >= 400 { named(body, id) } else { body }));
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::OK);
    for (name, value) in headers {
        if let (Ok(name), Ok(value)) = (HeaderName::try_from(name), HeaderValue::try_from(value)) {
            response.headers_mut().insert(name, value);
        }
    }
    response.headers_mut().insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

fn named(body: String, id: &str) -> String {
    let Ok(mut problem) = serde_json::from_str::<serde_json::Value>(&body) else { return body };
    if let Some(problem) = problem.as_object_mut() {
        problem.insert("request_id".to_owned(), id.into());
    }
    problem.to_string()
}
