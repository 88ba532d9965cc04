//! The desk over HTTP: thin routes over the desk's operations, one way to sign in, one way to say no.
//!
//! A request passes [`seen`] (its name, its line in the log), [`arrive`] (the bounds of the door), [`sign_in`] (who calls), [`admit`] (the right of its
//! route in [`table`]) and then the desk, which decides as behind every other door. An answer that is no success is a
//! problem document ([`problem`]).

mod actions;
mod admit;
mod arrive;
mod articles;
mod asked;
mod audit;
mod crowd;
mod customers;
mod docs;
mod faq;
pub mod health;
mod intake;
pub mod limits;
pub mod listen;
mod once;
pub mod openapi;
mod page;
mod patience;
pub mod problem;
mod proposals;
mod resource;
mod seat;
mod seen;
pub mod sent;
pub mod session;
pub mod sessions;
mod sign_in;
pub mod table;
mod tag;
mod tickets;

use std::sync::Arc;

use axum::http::header::{ETAG, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use axum::{Json, Router};
use serde::Serialize;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{NotForContentType, Predicate as _, SizeAbove};

use crate::access::Access;
use crate::desk::Desk;
use crate::http::health::Readiness;
use crate::http::limits::Limits;
use crate::http::table::ROUTES;

/// Answers from this many bytes on are packed, where the caller takes that.
const WORTH_PACKING: u16 = 1024;

/// What stands behind the door.
pub struct Door {
    /// The desk.
    pub desk: Arc<Desk>,
    /// Who may come in.
    pub access: Arc<Access>,
    /// How much is borne, under which names.
    pub limits: Limits,
    /// Whether the desk's memory answers.
    pub readiness: Readiness,
}

/// Every route of the desk, `mcp` under `/mcp` among them.
pub fn router(door: Arc<Door>, mcp: Router) -> Router {
    let (signed, open): (Vec<_>, Vec<_>) = ROUTES.iter().partition(|route| route.needs.is_some());
    let routes = |routes: Vec<&'static table::Route>| {
        routes.into_iter().fold(Router::new(), |router, route| router.route(route.path, route.serve()))
    };
    // What a terminal asks and what MCP says are described elsewhere; their bodies are as strict.
    let elsewhere = Router::new()
        .route("/seat/{name}", post(seat::ask))
        .nest("/mcp", mcp.with_state(()))
        .layer(from_fn(sent::strictly));
    let signed = routes(signed)
        .layer(from_fn_with_state(Arc::clone(&door), once::once))
        .merge(elsewhere)
        .layer(from_fn_with_state(Arc::clone(&door), sign_in::sign_in));
    let packed = SizeAbove::new(WORTH_PACKING).and(NotForContentType::SSE);
    routes(open)
        .merge(signed)
        .fallback(problem::no_route)
        .method_not_allowed_fallback(problem::no_method)
        .layer(CompressionLayer::new().compress_when(packed))
        .layer(from_fn_with_state(Arc::clone(&door), arrive::arrive))
        .layer(from_fn(seen::watch))
        .with_state(door)
}

/// The answer about something that is new, and where it is.
fn made(at: &str, tag: HeaderValue, thing: &impl Serialize) -> Response {
    let mut response = (StatusCode::CREATED, Json(thing)).into_response();
    response.headers_mut().insert(ETAG, tag);
    if let Ok(at) = HeaderValue::try_from(at) {
        response.headers_mut().insert(LOCATION, at);
    }
    response
}
