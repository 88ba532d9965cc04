//! What somebody who is signed in may ask for: the right of the route, and no more often than the door bears.

use axum::extract::{MatchedPath, Request};

use crate::access::Identity;
use crate::http::Door;
use crate::http::problem::Problem;
use crate::http::sign_in;
use crate::http::table;

/// Lets a request through that its caller may make.
pub(crate) fn admit(door: &Door, identity: &Identity, request: &Request) -> Result<(), Problem> {
    door.limits.count(&identity.principal.id)?;
    // What is no route of the table, like `/mcp`, has doors of its own.
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str).unwrap_or_default();
    let Some(route) = table::route(request.method(), path) else { return Ok(()) };
    let Some(needs) = route.needs.filter(|needs| !identity.principal.role.may(*needs)) else { return Ok(()) };
    let caller = sign_in::caller_in_usual_run(identity);
    Err(door.desk.refuse(&caller, needs, route.name).into())
}
