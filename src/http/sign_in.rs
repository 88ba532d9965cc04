//! Who is at the door: the credential of a request becomes an identity, once, before any route.

use std::sync::Arc;

use axum::extract::{FromRequestParts, Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;

use crate::access::{Identity, Unauthenticated};
use crate::commit::Commit;
use crate::desk::{Caller, Direct};
use crate::domain::actor::{Operation, Reviewer, Role};
use crate::domain::canonical::Digest;
use crate::domain::ids::RunId;
use crate::http::Door;
use crate::http::admit::admit;
use crate::http::listen::Peer;
use crate::http::problem::Problem;
use crate::http::seen::By;
use crate::random;
use crate::seat::Local;
use crate::telemetry::metrics;
use crate::tools::Run;

/// As whom a request is made, where that is not whose credential it carries.
const AS: &str = "countersign-as";
/// The run that a caller's requests belong to.
const RUN: &str = "countersign-run";

/// Lets a request through that carries a good credential; its identity goes with it.
pub(crate) async fn sign_in(
    State(door): State<Arc<Door>>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let certificate = request.extensions().get::<Peer>().and_then(|peer| peer.certificate.clone());
    // Whoever shows a token wants to come in by it, whatever the connection was made with.
    let certificate = certificate.filter(|_| !request.headers().contains_key(AUTHORIZATION));
    let shown = if let Some(der) = certificate {
        door.access.by_certificate(&der).await
    } else {
        let token = bearer(request.headers()).ok_or_else(|| {
            metrics::not_let_in("none");
            Problem::unauthenticated()
        })?;
        door.access.authenticate(token).await
    };
    let identity = shown.map_err(|why| {
        tracing::info!(%why, "somebody was not let in");
        metrics::not_let_in(why.word());
        match why {
            Unauthenticated::Unavailable(error) => error.into(),
            Unauthenticated::Malformed
            | Unauthenticated::Unknown
            | Unauthenticated::Expired
            | Unauthenticated::Revoked
            | Unauthenticated::Elsewhere => Problem::unauthenticated(),
        }
    })?;
    let identity = acting(identity, request.headers())?;
    admit(&door, &identity, &request)?;
    let by = By(identity.principal.id.clone());
    request.extensions_mut().insert(identity);
    let mut response = next.run(request).await;
    response.extensions_mut().insert(by);
    Ok(response)
}

/// Whom the request is from: the one whose credential it carries, or their assistant. Only who may decide has one: what
/// an assistant may is less than that, and more than a viewer may.
fn acting(identity: Identity, headers: &HeaderMap) -> Result<Identity, Problem> {
    let mut given = headers.get_all(AS).iter();
    let Some(first) = given.next() else { return Ok(identity) };
    if first != "assistant" || given.next().is_some() {
        return Err(Problem::unreadable("the header countersign-as is assistant, or is not there"));
    }
    if !identity.principal.role.may(Operation::Decide) {
        return Err(Problem::forbidden("only somebody who may decide has an assistant"));
    }
    Ok(Identity { principal: identity.principal.assistant(), ..identity })
}

/// The one bearer token of a request.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let mut given = headers.get_all(AUTHORIZATION).iter();
    let (first, None) = (given.next()?, given.next()) else { return None };
    let (scheme, token) = first.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// Somebody signed in, in the run that their requests belong to.
pub(crate) struct Signed {
    /// Who calls.
    pub(crate) caller: Caller,
}

impl<S: Sync> FromRequestParts<S> for Signed {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let identity = parts.extensions.get::<Identity>().cloned().ok_or_else(Problem::unauthenticated)?;
        let named = parts.headers.get(RUN).map(|run| run.to_str().ok().and_then(|run| run.parse::<RunId>().ok()));
        let run = match named {
            Some(run) => run.ok_or_else(|| Problem::unreadable("the header countersign-run names no run"))?,
            None => usual_run(&identity),
        };
        Ok(Self { caller: caller(identity, run) })
    }
}

fn caller(identity: Identity, run: RunId) -> Caller {
    Caller { scope: identity.scope, ..Caller::new(identity.principal, identity.name, run) }
}

/// Somebody whose request names no run.
pub(crate) fn caller_in_usual_run(identity: &Identity) -> Caller {
    caller(identity.clone(), usual_run(identity))
}

/// Requests that name no run belong to one a caller, for as long as this process lives.
fn usual_run(identity: &Identity) -> RunId {
    static SITTING: std::sync::LazyLock<[u8; 16]> = std::sync::LazyLock::new(random::bytes);
    let digest = Digest::of(&[SITTING.as_slice(), identity.principal.id.as_str().as_bytes()]);
    let digest: String = digest.as_str().chars().filter(char::is_ascii_hexdigit).take(8).collect();
    format!("r-{digest}").parse().unwrap_or_else(|_| random::run_id())
}

impl Signed {
    /// The caller at a seat of their own; they decide there where their role may.
    pub(crate) fn seat(self, door: &Door) -> Result<Local, Problem> {
        let person = self.caller.principal.clone();
        // What a seat shows knows no bot's scope.
        if person.role == Role::Bot {
            return Err(Problem::forbidden(&format!("{} is a program: only people have a seat at a desk", person.id)));
        }
        let (reviewer, run) = (Reviewer::sign_in(person.clone()).ok(), Run::new(self.caller.run.clone()));
        let (store, policy) = (Arc::clone(door.desk.store()), door.desk.policy().clone());
        let backend = Arc::new(Direct::new(Arc::clone(&door.desk), self.caller));
        Ok(Local::new(Commit { store, backend, policy }, person, reviewer, run))
    }

    /// The caller as somebody who decides, with the desk's tools in their hands.
    pub(crate) fn reviewer(&self, door: &Door) -> Result<(Reviewer, Run, Direct), Problem> {
        let reviewer =
            Reviewer::sign_in(self.caller.principal.clone()).map_err(|no| Problem::forbidden(&no.to_string()))?;
        let run = Run::new(self.caller.run.clone());
        Ok((reviewer, run, Direct::new(Arc::clone(&door.desk), self.caller.clone())))
    }
}
