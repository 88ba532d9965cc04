//! Who is at the door: the credential of a request becomes an identity, once, before any route.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::HeaderMap;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use futures::StreamExt as _;

use crate::access::{Access, Identity, Shown, Stay, Unauthenticated};
use crate::commit::Commit;
use crate::desk::{Caller, Direct};
use crate::domain::actor::{Operation, Reviewer, Role};
use crate::domain::canonical::Digest;
use crate::domain::credential::Fingerprint;
use crate::domain::ids::RunId;
use crate::http::Door;
use crate::http::admit::admit;
use crate::http::listen::Peer;
use crate::http::problem::Problem;
use crate::http::resource;
use crate::http::seen::By;
use crate::random;
use crate::seat::Local;
use crate::telemetry::metrics;
use crate::tools::Run;

/// As whom a request is made, where that is not whose credential it carries.
const AS: &str = "countersign-as";
/// The run that a caller's requests belong to.
const RUN: &str = "countersign-run";
/// Where the operator's machines look.
const METRICS: &str = "/metrics";
/// The media type of an answer that goes on and on.
const STREAM: &[u8] = b"text/event-stream";
/// How long such an answer may take to end by itself.
const FAREWELL: Duration = Duration::from_secs(1);

/// Lets a request through that carries a good credential; its identity goes with it.
pub(crate) async fn sign_in(
    State(door): State<Arc<Door>>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let shown = shown(&door.access, &request);
    let identified = match &shown {
        Ok(Some(shown)) => match (door.access.identify(shown).await, request.uri().path()) {
            // What the metrics are for is to tell that the database is gone, and they say nothing of customers.
            (Err(away @ Unauthenticated::Unavailable(_)), METRICS) => door.access.as_last_known(shown).ok_or(away),
            (identified, _) => identified,
        },
        Ok(None) => return Err(turned_away(&door, &request, None)),
        Err(_) => Err(Unauthenticated::Malformed),
    };
    let (Ok(Some(shown)), Ok(identity)) = (shown, &identified) else {
        return Err(turned_away(&door, &request, identified.err()));
    };
    let stay = Stay::new(Arc::clone(&door.access), shown, identity.clone());
    let identity = acting(identity.clone(), request.headers())?;
    admit(&door, &identity, &request)?;
    let by = By(identity.principal.id.clone());
    request.extensions_mut().insert(identity);
    request.extensions_mut().insert(stay.clone());
    let mut response = leaving(next.run(request).await, stay);
    response.extensions_mut().insert(by);
    Ok(response)
}

/// What somebody shows, if anything.
fn shown(access: &Access, request: &Request) -> Result<Option<Shown>, Unauthenticated> {
    // Whoever shows a token wants to come in by it, whatever the connection was made with.
    if request.headers().contains_key(AUTHORIZATION) {
        return bearer(request.headers()).map(|token| access.bearer(token)).transpose();
    }
    let certificate = request.extensions().get::<Peer>().and_then(|peer| peer.certificate.clone());
    Ok(certificate.map(|der| Shown::Certificate(Fingerprint::of(&der))))
}

/// Why somebody is not let in, `None` for who has shown nothing, is told to the log; they learn what to do about it.
fn turned_away(door: &Door, request: &Request, why: Option<Unauthenticated>) -> Problem {
    metrics::not_let_in(why.as_ref().map_or("none", Unauthenticated::word));
    let challenge = resource::challenge(&door.access, request.uri().path(), why.is_some());
    let no = Problem { challenge, ..Problem::unauthenticated() };
    let Some(why) = why else { return no };
    let from = request.extensions().get::<Peer>().map(|peer| peer.address.ip().to_string()).unwrap_or_default();
    tracing::info!(%why, from, "somebody was not let in");
    match why {
        Unauthenticated::Unavailable(error) => error.into(),
        Unauthenticated::NoKeys(_) => Problem::unavailable("whether this token is good cannot be told now"),
        Unauthenticated::Malformed
        | Unauthenticated::Unknown
        | Unauthenticated::Expired
        | Unauthenticated::Revoked
        | Unauthenticated::Elsewhere => no,
    }
}

/// An answer that goes on and on ends when its caller is not let in any more; what has an end of its own is left some
/// time to come to it.
fn leaving(response: Response, stay: Stay) -> Response {
    let goes_on = response.headers().get(CONTENT_TYPE).is_some_and(|media| media.as_bytes().starts_with(STREAM));
    if !goes_on {
        return response;
    }
    let over = async move {
        stay.over().await;
        tokio::time::sleep(FAREWELL).await;
    };
    response.map(|body| Body::from_stream(body.into_data_stream().take_until(Box::pin(over))))
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
