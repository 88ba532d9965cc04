//! The desk over HTTP: thin routes over the desk's operations, one way to sign in, one way to say no.
//!
//! Who calls is found once, in [`sign_in`]; what they may do is decided by the desk, as behind every other door. An
//! answer that is no success is a problem document ([`problem`]).

mod health;
pub mod listen;
pub mod problem;
mod proposals;
mod seat;
mod seen;
mod sign_in;
mod tickets;

use std::sync::Arc;

use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};

use crate::access::Access;
use crate::desk::Desk;

/// What stands behind the door.
pub struct Door {
    /// The desk.
    pub desk: Arc<Desk>,
    /// Who may come in.
    pub access: Access,
}

/// Every route of the desk, `mcp` under `/mcp` among them.
pub fn router(door: Arc<Door>, mcp: Router) -> Router {
    let signed = Router::new()
        .route("/tickets", get(tickets::list))
        .route("/tickets/{id}", get(tickets::one).patch(tickets::patch))
        .route("/tickets/{id}/actions/update", post(tickets::update))
        .route("/tickets/{id}/actions/reply", post(tickets::reply))
        .route("/proposals", get(proposals::list))
        .route("/proposals/{id}", get(proposals::card))
        .route("/proposals/{id}/approve", post(proposals::approve))
        .route("/proposals/{id}/deny", post(proposals::deny))
        .route("/metrics", get(seen::metrics))
        .route("/seat/{name}", post(seat::ask))
        .nest("/mcp", mcp.with_state(()))
        .layer(from_fn_with_state(Arc::clone(&door), sign_in::sign_in));
    Router::new()
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .merge(signed)
        .fallback(problem::no_route)
        .method_not_allowed_fallback(problem::no_method)
        .layer(from_fn(seen::watch))
        .with_state(door)
}
