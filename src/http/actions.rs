//! What can be done about a ticket: texts are written at once, changes are asked for.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::domain::answer::Answer;
use crate::domain::call::{
    self, MergeTickets, ReadCall, SendReply, SplitMessage, TicketUpdate, UpdateTicket, WriteCall, by_name,
};
use crate::domain::ids::TicketId;
use crate::domain::ticket::{Tone, Visibility};
use crate::http::Door;
use crate::http::asked::Named;
use crate::http::problem::Problem;
use crate::http::sent::{MaybeSent, Sent};
use crate::http::sign_in::Signed;
use crate::http::tag;
use crate::http::tickets::propose;

/// How a summary is asked for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Summarize {
    /// Answer at once: with what is prepared, or without a model.
    #[serde(default)]
    quick: bool,
}

/// A ticket in a few lines.
pub(crate) async fn summarize(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Named(ticket_id): Named<TicketId>,
    MaybeSent(Summarize { quick }): MaybeSent<Summarize>,
) -> Result<Json<Answer>, Problem> {
    let call = ReadCall::SummarizeTicket(call::Summarize { ticket_id, quick });
    Ok(Json(door.desk.read(&signed.caller, &call).await?))
}

/// How a reply is asked for.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Suggest {
    /// How it sounds.
    #[serde(default = "polite")]
    tone: Tone,
    /// Answer at once: with what is prepared, or without a model.
    #[serde(default)]
    quick: bool,
}

const fn polite() -> Tone {
    Tone::Polite
}

/// A reply that a person may edit.
pub(crate) async fn suggest(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Named(ticket_id): Named<TicketId>,
    MaybeSent(Suggest { tone, quick }): MaybeSent<Suggest>,
) -> Result<Json<Answer>, Problem> {
    let call = ReadCall::SuggestResponse(call::Suggest { ticket_id, tone, quick });
    Ok(Json(door.desk.read(&signed.caller, &call).await?))
}

/// Other fields, and why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Update {
    /// The fields.
    #[serde(deserialize_with = "by_name")]
    update: TicketUpdate,
    /// Why, for the person who decides.
    #[serde(default)]
    reason: String,
}

/// Asks for other fields and says why.
pub(crate) async fn update(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Named(ticket_id): Named<TicketId>,
    headers: HeaderMap,
    Sent(Update { update, reason }): Sent<Update>,
) -> Result<Response, Problem> {
    let expected_version = tag::version(&headers)?;
    let call = WriteCall::UpdateTicket(UpdateTicket { ticket_id, update, expected_version });
    propose(&door, &signed, call, reason).await
}

/// A message, and why.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Message {
    /// The text.
    #[schemars(length(min = 1))]
    body: String,
    /// `public`: the customer reads it. `internal`: only the desk does.
    visibility: Visibility,
    /// Fields that change with it.
    #[serde(default, deserialize_with = "by_name")]
    update: TicketUpdate,
    /// Why, for the person who decides.
    #[serde(default)]
    reason: String,
}

/// Asks for a message in the thread.
pub(crate) async fn reply(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Named(ticket_id): Named<TicketId>,
    headers: HeaderMap,
    Sent(Message { body, visibility, update, reason }): Sent<Message>,
) -> Result<Response, Problem> {
    let expected_version = tag::version(&headers)?;
    let call = WriteCall::SendReply(SendReply { ticket_id, body, visibility, update, expected_version });
    propose(&door, &signed, call, reason).await
}

/// A ticket that is to become a part of this one.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Merge {
    /// The ticket that is merged in, and closed.
    from: TicketId,
    /// The version of it that this was decided on.
    #[serde(default)]
    #[schemars(with = "Option<i64>")]
    from_version: Option<u64>,
    /// Why, for the person who decides.
    #[serde(default)]
    reason: String,
}

/// Asks for two tickets to become one.
pub(crate) async fn merge(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Named(ticket_id): Named<TicketId>,
    headers: HeaderMap,
    Sent(Merge { from, from_version, reason }): Sent<Merge>,
) -> Result<Response, Problem> {
    let expected_version = tag::version(&headers)?;
    let call = WriteCall::MergeTickets(MergeTickets { ticket_id, from, expected_version, from_version });
    propose(&door, &signed, call, reason).await
}

/// A message that is to have a ticket of its own.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Split {
    /// Which message of the thread, counted from 0.
    #[schemars(with = "i64", range(min = 0))]
    message: u64,
    /// The subject of the new ticket, one line.
    #[schemars(length(min = 1, max = 200))]
    subject: String,
    /// Why, for the person who decides.
    #[serde(default)]
    reason: String,
}

/// Asks for a ticket of its own for a message.
pub(crate) async fn split(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Named(ticket_id): Named<TicketId>,
    headers: HeaderMap,
    Sent(Split { message, subject, reason }): Sent<Split>,
) -> Result<Response, Problem> {
    let expected_version = tag::version(&headers)?;
    let call = WriteCall::SplitMessage(SplitMessage { ticket_id, message, subject, expected_version });
    propose(&door, &signed, call, reason).await
}
