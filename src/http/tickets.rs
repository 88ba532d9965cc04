//! Tickets: read as they are, changed by proposals.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::header::LOCATION;
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::answer::{Answer, TicketAnswer, WriteAnswer, WriteOutcome};
use crate::domain::call::{OfTicket, ReadCall, TicketUpdate, UpdateTicket, WriteCall};
use crate::domain::ids::TicketId;
use crate::domain::proposal::Why;
use crate::domain::ticket::{Behind, Message, Status, TicketPage, TicketQuery};
use crate::http::Door;
use crate::http::asked::{Named, Paged};
use crate::http::page;
use crate::http::problem::Problem;
use crate::http::sent::Sent;
use crate::http::sign_in::Signed;
use crate::http::tag;

/// A page of the queue.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TicketList {
    /// The rows.
    #[serde(flatten)]
    page: TicketPage,
    /// Where the next page begins; nothing where this is the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A page of the queue. A ticket that comes in meanwhile moves no other from page to page.
pub(crate) async fn list(
    State(door): State<Arc<Door>>,
    signed: Signed,
    uri: Uri,
    Paged { mut query, cursor }: Paged<TicketQuery>,
) -> Result<Response, Problem> {
    // The same question on every page, whatever its size.
    let question = TicketQuery { limit: 0, offset: 0, ..query.clone() };
    if let Some(cursor) = cursor {
        if query.offset > 0 {
            return Err(Problem::invalid("`cursor` and `offset` are two ways to begin a page"));
        }
        query.behind = Some(page::place::<Box<Behind>>(&cursor, &question)?);
    }
    let limit = query.limit;
    let answer = door.desk.read(&signed.caller, &ReadCall::ListTickets(query)).await?;
    let Answer::Page(found) = answer else { return Err(Problem::broken("no page came where one was asked for")) };
    let next = page::next(&found.tickets, limit, &question, |last| Behind::from(last));
    Ok(page::answer(&uri, next.clone().as_deref(), &TicketList { page: found, next }))
}

/// A ticket with its thread; its version is the entity tag.
pub(crate) async fn one(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Named(ticket_id): Named<TicketId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let ticket = whole(&door, &signed, ticket_id).await?;
    Ok(tag::tagged(&headers, tag::of_version(ticket.ticket.row.version), Json(&ticket)))
}

async fn whole(door: &Door, signed: &Signed, ticket_id: TicketId) -> Result<Box<TicketAnswer>, Problem> {
    let answer = door.desk.read(&signed.caller, &ReadCall::GetTicket(OfTicket { ticket_id })).await?;
    let Answer::Ticket(ticket) = answer else { return Err(Problem::broken("no ticket came where one was asked for")) };
    Ok(ticket)
}

/// Which part of a thread.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct MessageQuery {
    /// How many messages, 1 to 200.
    #[serde(default = "fifty")]
    #[schemars(with = "i64", range(min = 1, max = 200))]
    limit: usize,
}

const fn fifty() -> usize {
    50
}

/// A part of a thread.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct MessageList {
    /// The messages, oldest first.
    messages: Vec<Message>,
    /// How many the thread has in all.
    #[schemars(with = "i64")]
    total: usize,
    /// Where the next page begins; nothing where this is the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A thread in pages.
pub(crate) async fn messages(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Named(id): Named<TicketId>,
    uri: Uri,
    Paged { query, cursor }: Paged<MessageQuery>,
) -> Result<Response, Problem> {
    if !(1..=200).contains(&query.limit) {
        return Err(Problem::invalid("`limit` must be 1 to 200"));
    }
    let first = cursor.map_or(Ok(0), |cursor| page::place::<usize>(&cursor, &id))?;
    let thread = whole(&door, &signed, id.clone()).await?.ticket.thread;
    let (total, end) = (thread.len(), first.saturating_add(query.limit));
    let next = (end < total).then(|| page::cursor(&id, &end));
    let messages = thread.into_iter().skip(first).take(query.limit).collect();
    Ok(page::answer(&uri, next.clone().as_deref(), &MessageList { messages, total, next }))
}

/// Asks for other fields.
pub(crate) async fn patch(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Named(ticket_id): Named<TicketId>,
    headers: HeaderMap,
    Sent(update): Sent<TicketUpdate>,
) -> Result<Response, Problem> {
    let expected_version = tag::version(&headers)?;
    let call = WriteCall::UpdateTicket(UpdateTicket { ticket_id, update, expected_version });
    propose(&door, &signed, call, String::new()).await
}

/// Asks for a ticket to be closed: the desk forgets nothing that was said to a customer.
pub(crate) async fn close(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Named(ticket_id): Named<TicketId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let update = TicketUpdate { status: Some(Status::Closed), ..TicketUpdate::default() };
    let expected_version = tag::version(&headers)?;
    let call = WriteCall::UpdateTicket(UpdateTicket { ticket_id, update, expected_version });
    propose(&door, &signed, call, "asked for as DELETE".to_owned()).await
}

/// Files what is asked for: `202` and the proposal, or why not.
pub(crate) async fn propose(
    door: &Door,
    signed: &Signed,
    call: WriteCall,
    reason: String,
) -> Result<Response, Problem> {
    let why = Why { text: reason, ..Why::default() };
    let answer = door.desk.write(&signed.caller, call, why, None).await?;
    match answer.outcome {
        WriteOutcome::PendingApproval | WriteOutcome::Applied => Ok(waits(&answer)),
        WriteOutcome::Refused => Err(refused(&answer)),
    }
}

fn waits(answer: &WriteAnswer) -> Response {
    let mut response = (StatusCode::ACCEPTED, Json(answer)).into_response();
    let at = answer.proposal_id.as_ref().and_then(|id| HeaderValue::try_from(format!("/proposals/{id}")).ok());
    if let Some(at) = at {
        response.headers_mut().insert(LOCATION, at);
    }
    response
}

fn refused(answer: &WriteAnswer) -> Problem {
    match answer.refusal.as_deref() {
        Some("superseded") => Problem::stale(&answer.message),
        _ => Problem::conflict(&answer.message),
    }
}
