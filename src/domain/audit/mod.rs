//! The tool-call log: one hash chain a desk, with signed checkpoints.
//!
//! A record's hash is SHA-256 over a domain tag and the record's canonical JSON, the hash before it among its fields.
//! What was said (arguments, result, the card as shown) lies in a body beside the record; the record holds only a
//! salted commitment to it, so that a body can be erased and the chain still verifies. Only an order of erasure does so
//! ([`crate::domain::erasure`]): a body that is gone without one breaks the log.
//!
//! A chain alone cannot show that its tail was cut or that all of it was written anew. Checkpoints (signed, kept in a
//! file beside the desk) show both, up to the last checkpoint; `--expect-head` shows it up to the head.

pub mod chain;
pub mod checkpoint;
pub mod figures;
pub mod query;
pub mod said;
pub mod table;
pub mod thumbs;

use std::time::Duration;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use crate::domain::approval::Signature;
use crate::domain::audit::said::Said;
use crate::domain::canonical::{self, Digest, hex};
use crate::domain::ids::{PrincipalId, ProposalId, RunId, TicketId};
use crate::domain::proposal::Proposal;

words! {
    /// What a record is about.
    Action {
        /// A call that changes nothing.
        Read = "read",
        /// A summary or a draft was written before anybody asked: it was nobody's wait, and no latency.
        Prepared = "prepared",
        /// A proposal was filed.
        Proposed = "proposed",
        /// A person saw the card.
        Shown = "shown",
        /// A person approved.
        Approved = "approved",
        /// A person denied.
        Denied = "denied",
        /// A person edited the proposal into another.
        Edited = "edited",
        /// Nobody decided in time.
        Expired = "expired",
        /// The ticket had moved.
        Superseded = "superseded",
        /// The proposer took it back.
        Cancelled = "cancelled",
        /// A write was carried out, in the same transaction as this record.
        Executed = "executed",
        /// A second ticket that a write changed, in the same transaction: merged into the first, or new out of it.
        Followed = "followed",
        /// A write or a decision was refused; nothing changed.
        Refused = "refused",
        /// A write failed; nothing changed.
        Failed = "failed",
        /// The answer to a write was lost.
        Unknown = "unknown",
        /// What the ticket looked like after a write.
        ReadBack = "read_back",
        /// A step of a run that is no tool call.
        Step = "step",
        /// A person gave a text of the assistant a thumb; the outcome says which.
        Rated = "rated",
        /// Tickets or articles came in from a file.
        Imported = "imported",
        /// A lesson was signed and applied, or dismissed, in the same transaction as this record.
        Learned = "learned",
        /// A customer or an article was written, changed or taken away, in the same transaction as this record.
        Kept = "kept",
        /// Somebody was given a credential, in the same transaction as this record.
        CredentialGiven = "credential_given",
        /// A credential was taken back, in the same transaction as this record.
        CredentialTakenBack = "credential_taken_back",
        /// Somebody is something else at this desk, in the same transaction as this record.
        RoleChanged = "role_changed",
        /// What the desk knew of a customer was erased, in the same transaction as this record.
        Erased = "erased",
    }
}

/// The name, in what an approval's record says, of the milliseconds that it could be taken back.
pub const HELD: &str = "held_ms";

/// What happened, before it has a place in the chain.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: PrincipalId,
    /// In which run or sitting.
    pub run: RunId,
    /// What.
    pub action: Action,
    /// The tool, where there is one.
    pub tool: String,
    /// The ticket, where there is one.
    pub ticket: Option<TicketId>,
    /// The proposal, where there is one.
    pub proposal: Option<ProposalId>,
    /// Digest of what was asked for, where it is a write.
    pub digest: Option<Digest>,
    /// `ok`, or the name of the refusal or error.
    pub outcome: String,
    /// The ticket's version before, for a write.
    pub version_before: Option<u64>,
    /// The ticket's version after, for a write.
    pub version_after: Option<u64>,
    /// How long it took, in microseconds; of a decision, from the card on the screen to the key.
    pub micros: u64,
    /// What was said.
    pub body: Body,
}

impl Event {
    /// That something happened and went well; what else there is to say is filled in.
    #[must_use]
    pub fn new(at: Timestamp, actor: PrincipalId, run: RunId, action: Action, tool: &str) -> Self {
        Self {
            at,
            actor,
            run,
            action,
            tool: tool.to_owned(),
            ticket: None,
            proposal: None,
            digest: None,
            outcome: "ok".to_owned(),
            version_before: None,
            version_after: None,
            micros: 0,
            body: Body::default(),
        }
    }

    /// The same, of a proposal.
    #[must_use]
    pub fn about(at: Timestamp, actor: PrincipalId, run: RunId, action: Action, proposal: &Proposal) -> Self {
        Self {
            ticket: Some(proposal.call().ticket_id().clone()),
            proposal: Some(proposal.id().clone()),
            digest: Some(proposal.digest()),
            version_before: Some(proposal.base_version()),
            body: Body { arguments: proposal.call().arguments(), ..Body::default() },
            ..Self::new(at, actor, run, action, proposal.call().tool())
        }
    }

    /// The same with the time that the decision took, and how long it could be taken back.
    #[must_use]
    pub fn signed(mut self, signature: &Signature) -> Self {
        self.micros = micros(signature.read);
        if !signature.held.is_zero() {
            self.body.result = json!({ HELD: micros(signature.held) / 1000 }).into();
        }
        self
    }
}

/// A time as records have it.
#[must_use]
pub fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// What was said: can be erased without breaking the chain.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Body {
    /// The arguments as sent.
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub arguments: Value,
    /// The result as received.
    #[serde(default, skip_serializing_if = "Said::is_nothing")]
    pub result: Said,
    /// The card as the person saw it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub card: Option<String>,
    /// The person's words, or the error's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub words: Option<String>,
    /// The model that asked or answered, and the version of its prompt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
}

/// A record in its place.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Record {
    /// From 1, without gaps.
    #[schemars(with = "i64")]
    pub seq: u64,
    /// When.
    #[schemars(with = "String")]
    pub at: Timestamp,
    /// Who.
    pub actor: String,
    /// In which run or sitting.
    pub run: String,
    /// What.
    pub action: String,
    /// The tool.
    pub tool: String,
    /// The ticket.
    pub ticket: Option<String>,
    /// The proposal.
    pub proposal: Option<String>,
    /// Digest of what was asked for.
    pub digest: Option<String>,
    /// `ok`, or a refusal.
    pub outcome: String,
    /// Version before.
    #[schemars(with = "Option<i64>")]
    pub version_before: Option<u64>,
    /// Version after.
    #[schemars(with = "Option<i64>")]
    pub version_after: Option<u64>,
    /// Microseconds.
    #[schemars(with = "i64")]
    pub micros: u64,
    /// Commitment to the body.
    pub body_commit: String,
    /// Hash of the record before it.
    pub prev: String,
    /// Hash of this record.
    pub hash: String,
}

impl Record {
    /// Gives an event its place after the record with hash `prev`.
    #[must_use]
    pub fn chain(event: &Event, seq: u64, prev: String, body_commit: String) -> Self {
        let mut record = Self {
            seq,
            at: event.at,
            actor: event.actor.to_string(),
            run: event.run.to_string(),
            action: event.action.to_string(),
            tool: event.tool.clone(),
            ticket: event.ticket.as_ref().map(ToString::to_string),
            proposal: event.proposal.as_ref().map(ToString::to_string),
            digest: event.digest.as_ref().map(ToString::to_string),
            outcome: event.outcome.clone(),
            version_before: event.version_before,
            version_after: event.version_after,
            micros: event.micros,
            body_commit,
            prev,
            hash: String::new(),
        };
        record.hash = record.computed_hash();
        record
    }

    /// The hash that this record's fields have.
    #[must_use]
    pub fn computed_hash(&self) -> String {
        let mut hash = Sha256::new();
        hash.update(b"countersign audit v1\n");
        hash.update(self.canonical().as_bytes());
        hex(&hash.finalize())
    }

    /// The bytes that are hashed: canonical JSON of every field but the hash.
    #[must_use]
    pub fn canonical(&self) -> String {
        let fields = Fields {
            action: &self.action,
            actor: &self.actor,
            at: self.at,
            body_commit: &self.body_commit,
            digest: self.digest.as_deref(),
            micros: self.micros,
            outcome: &self.outcome,
            prev: &self.prev,
            proposal: self.proposal.as_deref(),
            run: &self.run,
            seq: self.seq,
            ticket: self.ticket.as_deref(),
            tool: &self.tool,
            version_after: self.version_after,
            version_before: self.version_before,
        };
        canonical::written(&fields)
    }
}

/// The fields that are hashed, in the order of their names: written as they stand here, they are canonical.
#[derive(Serialize)]
struct Fields<'a> {
    action: &'a str,
    actor: &'a str,
    at: Timestamp,
    body_commit: &'a str,
    digest: Option<&'a str>,
    micros: u64,
    outcome: &'a str,
    prev: &'a str,
    proposal: Option<&'a str>,
    run: &'a str,
    seq: u64,
    ticket: Option<&'a str>,
    tool: &'a str,
    version_after: Option<u64>,
    version_before: Option<u64>,
}

/// The commitment to a body under a random salt.
#[must_use]
pub fn commit_to(salt: &[u8], body: &str) -> String {
    Digest::of(&[b"countersign body v1", salt, body.as_bytes()]).to_string()
}

/// The hash that stands before the first record of the log `log_id`.
#[must_use]
pub fn genesis(log_id: &str) -> String {
    Digest::of(&[b"countersign genesis v1", log_id.as_bytes()]).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_written_in_the_order_of_its_fields_names() {
        let at: Timestamp = "2026-01-01T00:00:00.000123Z".parse().unwrap();
        let mut event = Event::new(at, "maya".parse().unwrap(), "r1".parse().unwrap(), Action::Read, "get_ticket");
        for ticket in [None, Some("T-1".parse().unwrap())] {
            event.ticket = ticket;
            event.version_after = event.ticket.as_ref().map(|_| 7);
            event.outcome = "a \"word\"\u{1}\u{2028}é".to_owned();
            let r = Record::chain(&event, 3, genesis("log"), commit_to(b"salt", "{}"));
            let value = json!({
                "seq": r.seq, "at": r.at.to_string(), "actor": r.actor, "run": r.run, "action": r.action,
                "tool": r.tool, "ticket": r.ticket, "proposal": r.proposal, "digest": r.digest,
                "outcome": r.outcome, "version_before": r.version_before, "version_after": r.version_after,
                "micros": r.micros, "body_commit": r.body_commit, "prev": r.prev,
            });
            assert_eq!(r.canonical(), canonical::text(&value));
        }
    }
}
