//! Tickets: read as they are, changed by proposals.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::header::{ETAG, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

use crate::domain::answer::{Answer, WriteAnswer, WriteOutcome};
use crate::domain::call::{OfTicket, ReadCall, SendReply, TicketUpdate, UpdateTicket, WriteCall};
use crate::domain::ids::{BadId, TicketId};
use crate::domain::proposal::Why;
use crate::domain::ticket::{TicketQuery, Visibility};
use crate::http::Door;
use crate::http::problem::Problem;
use crate::http::sign_in::Signed;

/// A page of the queue.
pub(crate) async fn list(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Query(query): Query<TicketQuery>,
) -> Result<Json<Answer>, Problem> {
    Ok(Json(door.desk.read(&signed.caller, &ReadCall::ListTickets(query)).await?))
}

/// A ticket with its thread; its version is the entity tag.
pub(crate) async fn one(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Path(id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let call = ReadCall::GetTicket(OfTicket { ticket_id: ticket_id(&id)? });
    let answer = door.desk.read(&signed.caller, &call).await?;
    let Answer::Ticket(ticket) = &answer else { return Ok(Json(answer).into_response()) };
    let tag = tag(ticket.ticket.row.version);
    let known = headers.get(IF_NONE_MATCH).is_some_and(|known| *known == tag);
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { Json(&answer).into_response() };
    response.headers_mut().insert(ETAG, tag);
    Ok(response)
}

/// Changes fields: files a proposal.
pub(crate) async fn patch(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(update): Json<TicketUpdate>,
) -> Result<Response, Problem> {
    let asked = Update { update, reason: String::new() };
    write(&door, &signed, &headers, |version| Ok(asked.into_call(ticket_id(&id)?, version))).await
}

/// What [`update`] asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Update {
    /// The fields.
    update: TicketUpdate,
    /// Why, for the person who decides.
    #[serde(default)]
    reason: String,
}

impl Update {
    fn into_call(self, ticket_id: TicketId, expected_version: Option<u64>) -> (WriteCall, Why) {
        let call = UpdateTicket { ticket_id, update: self.update, expected_version };
        (WriteCall::UpdateTicket(call), Why { text: self.reason, ..Why::default() })
    }
}

/// Changes fields and says why.
pub(crate) async fn update(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(asked): Json<Update>,
) -> Result<Response, Problem> {
    write(&door, &signed, &headers, |version| Ok(asked.into_call(ticket_id(&id)?, version))).await
}

/// What [`reply`] asks for.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Message {
    /// The text.
    body: String,
    /// Who may read it.
    visibility: Visibility,
    /// Fields that change with it.
    #[serde(default)]
    update: TicketUpdate,
    /// Why, for the person who decides.
    #[serde(default)]
    reason: String,
}

/// Writes a message into the thread.
pub(crate) async fn reply(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Path(id): Path<String>,
    headers: HeaderMap,
    Json(asked): Json<Message>,
) -> Result<Response, Problem> {
    let Message { body, visibility, update, reason } = asked;
    write(&door, &signed, &headers, |expected_version| {
        let call = SendReply { ticket_id: ticket_id(&id)?, body, visibility, update, expected_version };
        Ok((WriteCall::SendReply(call), Why { text: reason, ..Why::default() }))
    })
    .await
}

/// Asks for a change at the version that the caller knows: `202` and a proposal, or why not.
async fn write(
    door: &Door,
    signed: &Signed,
    headers: &HeaderMap,
    call: impl FnOnce(Option<u64>) -> Result<(WriteCall, Why), Problem>,
) -> Result<Response, Problem> {
    let (call, why) = call(expected(headers)?)?;
    let answer = door.desk.write(&signed.caller, call, why, None).await?;
    match answer.outcome {
        WriteOutcome::PendingApproval => Ok((StatusCode::ACCEPTED, Json(answer)).into_response()),
        WriteOutcome::Applied => Ok(Json(answer).into_response()),
        WriteOutcome::Refused => Err(refused(&answer)),
    }
}

fn refused(answer: &WriteAnswer) -> Problem {
    match answer.refusal.as_deref() {
        Some("superseded") => Problem::stale(&answer.message),
        _ => Problem::conflict(&answer.message),
    }
}

/// A name that cannot be a ticket's is no ticket's.
fn ticket_id(id: &str) -> Result<TicketId, Problem> {
    id.parse().map_err(|_none: BadId| Problem::not_found("there is no such ticket"))
}

fn tag(version: u64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

/// The version that a change was decided on, where the caller names one.
fn expected(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(given) = headers.get(IF_MATCH) else { return Ok(None) };
    let version = given.to_str().ok().and_then(|tag| tag.strip_prefix('"')?.strip_suffix('"')?.parse().ok());
    version.map(Some).ok_or_else(|| Problem::stale("If-Match names no version of a ticket; it looks like \"7\""))
}
