//! Proposals: who asks for what, the card that a person must have read, and their decision.
//!
//! A decision names the digest of what was read. The card is built anew from a fresh read when it comes in; where that
//! gives another digest, nothing is decided and the caller must read again.

use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::commit::{Commit, CommitError, Look, Outcome};
use crate::domain::answer::{Answer, ProposalRow};
use crate::domain::approval::Signature;
use crate::domain::call::{OfProposal, ProposalQuery, ReadCall};
use crate::domain::canonical::Digest;
use crate::domain::ids::{ProposalId, TicketId};
use crate::http::Door;
use crate::http::asked::{Named, Paged};
use crate::http::page;
use crate::http::problem::Problem;
use crate::http::sent::Sent;
use crate::http::sign_in::Signed;
use crate::http::tag;

/// Which proposals.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    /// Only of this ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    ticket_id: Option<TicketId>,
    /// Decided ones too; else only those that wait.
    #[serde(default)]
    decided: bool,
    /// How many at most, 1 to 200.
    #[serde(default = "fifty")]
    #[schemars(with = "i64", range(min = 1, max = 200))]
    limit: u32,
}

const fn fifty() -> u32 {
    50
}

/// A page of proposals.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ProposalList {
    /// The proposals, oldest first; a program that sees some tickets only may find fewer on a page than it asked for.
    proposals: Vec<ProposalRow>,
    /// Where the next page begins; nothing where this is the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A page of proposals. One that is decided on meanwhile moves no other from page to page.
pub(crate) async fn list(
    State(door): State<Arc<Door>>,
    signed: Signed,
    uri: Uri,
    Paged { query: Which { ticket_id, decided, limit }, cursor }: Paged<Which>,
) -> Result<Response, Problem> {
    if !(1..=200).contains(&limit) {
        return Err(Problem::invalid("`limit` must be 1 to 200"));
    }
    let query = ProposalQuery { ticket_id, decided };
    let behind: Option<ProposalId> = cursor.map(|cursor| page::place(&cursor, &query)).transpose()?;
    let (proposals, last) = door.desk.proposals_behind(&signed.caller, &query, behind.as_ref(), limit).await?;
    let next = last.map(|last| page::cursor(&query, &last));
    Ok(page::answer(&uri, next.clone().as_deref(), &ProposalList { proposals, next }))
}

/// A proposal and what became of it.
pub(crate) async fn one(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Named(proposal_id): Named<ProposalId>,
) -> Result<Json<Answer>, Problem> {
    let call = ReadCall::GetProposal(OfProposal { proposal_id });
    Ok(Json(door.desk.read(&signed.caller, &call).await?))
}

/// What a person must have read before they decide.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CardText {
    /// The proposal; another one than was asked for where the ticket had moved.
    id: ProposalId,
    /// What a decision must name: SHA-256 of `text`.
    digest: Digest,
    /// And when the card was made: it tells how old the proposal was then.
    #[schemars(with = "String")]
    made_at: Timestamp,
    /// Every line of the card, invisible characters made visible.
    text: String,
    /// Why nobody can approve it, where that is so.
    #[serde(skip_serializing_if = "Option::is_none")]
    obstacle: Option<String>,
}

/// A proposal's card, from a fresh read.
pub(crate) async fn card(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Named(id): Named<ProposalId>,
) -> Result<Json<CardText>, Problem> {
    let desk = Deciding::of(&door, &signed)?;
    let card = match desk.commit.open(&desk.run, &desk.by, &id).await {
        Ok(Look::Waiting(card)) => *card,
        Ok(Look::Over(state)) => return Err(Problem::conflict(&format!("the proposal is {state} already"))),
        Err(error) => return Err(why_not(&door, &id, error).await),
    };
    let text = card.text();
    Ok(Json(CardText {
        id: card.proposal().id().clone(),
        digest: Signature::under(&text).shown,
        made_at: card.made_at(),
        obstacle: card.obstacle().map(str::to_owned),
        text,
    }))
}

/// An approval.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Approve {
    /// The digest of the card as it was read.
    digest: Digest,
    /// When that card was made.
    #[schemars(with = "String")]
    made_at: Timestamp,
}

/// A denial.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Deny {
    /// Why, for whoever asked.
    reason: String,
}

/// How a decision ended.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Decided {
    /// In one word: `executed`, `denied`.
    outcome: &'static str,
    /// The ticket's version now, after a write.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<i64>")]
    version: Option<u64>,
}

/// Approves what was read, and carries it out.
pub(crate) async fn approve(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Named(id): Named<ProposalId>,
    headers: HeaderMap,
    Sent(asked): Sent<Approve>,
) -> Result<Json<Decided>, Problem> {
    let expected = tag::version(&headers)?;
    let desk = Deciding::of(&door, &signed)?;
    let filed = door.desk.store().proposal(&id).await?;
    if filed.is_some_and(|filed| expected.is_some_and(|version| version != filed.proposal.base_version())) {
        return Err(Problem::stale("the proposal was decided on another version of the ticket"));
    }
    let signature = Signature { shown: asked.digest, read: Duration::ZERO, held: Duration::ZERO };
    let named = id.clone();
    // A caller who goes away in the middle does not cut a decision in half.
    let deciding =
        tokio::spawn(
            async move { desk.commit.approve_read(&desk.run, &desk.by, &id, asked.made_at, &signature).await },
        );
    let done = deciding.await.map_err(|error| {
        tracing::error!(%error, "an approval broke off");
        Problem::unavailable("whether it was carried out is not known; read the ticket")
    })?;
    match done {
        Ok(outcome) => ended(outcome),
        Err(error) => Err(why_not(&door, &named, error).await),
    }
}

/// Denies a proposal, with a reason.
pub(crate) async fn deny(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Named(id): Named<ProposalId>,
    Sent(asked): Sent<Deny>,
) -> Result<Json<Decided>, Problem> {
    let desk = Deciding::of(&door, &signed)?;
    // Nobody knows how long a card was looked at that was read elsewhere.
    let unknown = Duration::ZERO;
    ended(desk.commit.deny(&desk.run, &desk.by, &id, &asked.reason, unknown).await.map_err(problem)?)
}

/// Somebody who decides, and the way out.
struct Deciding {
    commit: Commit,
    by: crate::domain::actor::Reviewer,
    run: crate::tools::Run,
}

impl Deciding {
    fn of(door: &Door, signed: &Signed) -> Result<Self, Problem> {
        let (by, run, tools) = signed.reviewer(door)?;
        let (store, policy) = (Arc::clone(door.desk.store()), door.desk.policy().clone());
        Ok(Self { commit: Commit { store, backend: Arc::new(tools), policy }, by, run })
    }
}

fn ended(outcome: Outcome) -> Result<Json<Decided>, Problem> {
    match outcome {
        Outcome::Executed { version } => Ok(Json(Decided { outcome: "executed", version: Some(version) })),
        Outcome::Denied => Ok(Json(Decided { outcome: "denied", version: None })),
        Outcome::NotAsShown => Err(Problem::stale("this is not what was read; read the card again")),
        Outcome::Superseded => Err(Problem::stale("the ticket has moved; nothing changed")),
        Outcome::Expired => Err(Problem::conflict("the proposal has expired; nothing changed")),
        Outcome::Refused(why) => Err(Problem::forbidden(&why)),
        Outcome::Already(state) => Err(Problem::conflict(&format!("somebody was faster: it is {state}"))),
        Outcome::Partly(words) => Err(Problem::conflict(&words)),
        Outcome::Unknown { .. } => {
            Err(Problem::unavailable("whether it was carried out is not known; read the ticket"))
        }
    }
}

/// Why a card cannot be made. That its ticket cannot be read may pass; where it is gone nothing helps.
async fn why_not(door: &Door, id: &ProposalId, error: CommitError) -> Problem {
    if matches!(error, CommitError::NotRead(_))
        && let Ok(Some(filed)) = door.desk.store().proposal(id).await
    {
        let call = filed.proposal.call();
        for ticket in [Some(call.ticket_id()), call.other_id()].into_iter().flatten() {
            if let Ok(None) = door.desk.store().ticket(ticket).await {
                return Problem::not_found(&format!("there is no ticket {ticket} any more"));
            }
        }
    }
    problem(error)
}

fn problem(error: CommitError) -> Problem {
    match error {
        CommitError::NoProposal(_) => Problem::not_found(&error.to_string()),
        CommitError::NotYours(_) => Problem::forbidden(&error.to_string()),
        CommitError::NotRead(_) => Problem::unavailable(&error.to_string()),
        CommitError::Store(error) => error.into(),
    }
}
