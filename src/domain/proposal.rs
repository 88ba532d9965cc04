//! A proposal is a frozen call that waits for a person; only approving one makes an [`Approved`].
//!
//! ```compile_fail
//! // An approval cannot be written down: its fields are private.
//! let approved = countersign::domain::proposal::Approved { };
//! ```
//! ```compile_fail
//! // It cannot be copied.
//! fn twice(a: countersign::domain::proposal::Approved) { let b = a.clone(); drop((a, b)); }
//! ```
//! ```compile_fail
//! // It cannot be read from JSON.
//! let a: countersign::domain::proposal::Approved = serde_json::from_str("{}").unwrap();
//! ```
//! ```compile_fail
//! // A reviewer cannot be made without signing in.
//! let r = countersign::domain::actor::Reviewer { principal: todo!() };
//! ```
//! ```compile_fail
//! // A backend does not write what was only proposed.
//! async fn send(backend: &dyn countersign::tools::ToolBackend, p: countersign::domain::proposal::Proposal) {
//!     backend.write(p).await;
//! }
//! ```
//! ```compile_fail
//! // A write is not a read.
//! async fn send(backend: &dyn countersign::tools::ToolBackend, call: countersign::domain::call::WriteCall) {
//!     backend.read(call).await;
//! }
//! ```

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::domain::actor::{Principal, Reviewer, Role};
use crate::domain::call::WriteCall;
use crate::domain::canonical::Digest;
use crate::domain::ids::{PrincipalId, ProposalId, ReceiptId, RunId};
use crate::domain::policy::{Facts, Policy, Requirement, Support};
use crate::domain::ticket::Tone;

words! {
    /// What became of a proposal. Each end is a different thing and stays so in every log.
    ProposalState {
        /// Waits for a person.
        Pending = "pending",
        /// Approved; the write has not been carried out.
        Approved = "approved",
        /// Carried out.
        Executed = "executed",
        /// A person said no.
        Denied = "denied",
        /// Nobody decided in time.
        Expired = "expired",
        /// The ticket moved, or the person edited it into another proposal.
        Superseded = "superseded",
        /// The proposer took it back.
        Cancelled = "cancelled",
        /// The write was refused or failed; nothing changed.
        Failed = "failed",
        /// The answer to the write was lost; read the ticket.
        Unknown = "unknown",
    }
}

impl ProposalState {
    /// Whether it can still be decided on.
    #[must_use]
    pub const fn waits(self) -> bool {
        match self {
            Self::Pending | Self::Approved => true,
            Self::Executed
            | Self::Denied
            | Self::Expired
            | Self::Superseded
            | Self::Cancelled
            | Self::Failed
            | Self::Unknown => false,
        }
    }
}

/// Why somebody proposes something.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Why {
    /// In words; a model's or a program's words are shown as such.
    pub text: String,
    /// How sure the proposer is, 0 to 1; never a substitute for an approval.
    pub confidence: Option<f64>,
    /// Whether that is a probability by now, and no mere score.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub calibrated: bool,
    /// Statements in the text that no source supports.
    #[serde(default)]
    pub unsupported: Vec<String>,
    /// What a person's reply began as, where it began as a suggestion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub begun: Option<Begun>,
    /// The ticket's version on which this was first asked for, where it was filed anew because the ticket has moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first_on: Option<u64>,
}

/// The suggestion that a reply began as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Begun {
    /// How it sounded.
    pub tone: Tone,
    /// Percent of its words that still stand in the reply, in their order; 100 only where nothing was changed.
    pub kept: u8,
}

/// A call that waits for a person. Its parts cannot be changed: an edit makes another proposal.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(from = "Filing", into = "Filing")]
pub struct Proposal {
    id: ProposalId,
    call: WriteCall,
    base_version: u64,
    proposer: Principal,
    run: RunId,
    why: Why,
    filed_at: Timestamp,
    expires_at: Option<Timestamp>,
    edited_by: Option<PrincipalId>,
}

/// A proposal that waits for a person, as the tray lists it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Waiting {
    /// The proposal.
    pub proposal: Proposal,
    /// What approving it takes.
    pub requirement: Requirement,
    /// The ticket's subject.
    pub subject: String,
}

/// What a proposal is filed with.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Filing {
    /// Its name.
    pub id: ProposalId,
    /// What is asked for.
    pub call: WriteCall,
    /// The ticket's version that it was decided on.
    pub base_version: u64,
    /// Who asks.
    pub proposer: Principal,
    /// In which run.
    pub run: RunId,
    /// Why.
    pub why: Why,
    /// When.
    pub filed_at: Timestamp,
    /// Until when, if not for ever.
    pub expires_at: Option<Timestamp>,
    /// Who edited it, when it came out of an edit.
    pub edited_by: Option<PrincipalId>,
}

impl From<Filing> for Proposal {
    fn from(filing: Filing) -> Self {
        Self::file(filing)
    }
}

impl From<Proposal> for Filing {
    fn from(proposal: Proposal) -> Self {
        let Proposal { id, call, base_version, proposer, run, why, filed_at, expires_at, edited_by } = proposal;
        Self { id, call, base_version, proposer, run, why, filed_at, expires_at, edited_by }
    }
}

/// Why an approval was not given; nothing happened.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotApproved {
    /// Too late.
    #[error("the proposal has expired")]
    Expired,
    /// The role is too low.
    #[error("this needs the approval of a {needed}")]
    Role {
        /// The least role.
        needed: Role,
    },
    /// The approver made it.
    #[error("this needs the approval of a second person: you proposed or edited it")]
    SecondPerson,
}

impl Proposal {
    /// Freezes a call: it names the version that it was decided on from here on.
    #[must_use]
    pub fn file(filing: Filing) -> Self {
        let Filing { id, call, base_version, proposer, run, why, filed_at, expires_at, edited_by } = filing;
        let call = call.at_version(base_version);
        Self { id, call, base_version, proposer, run, why, filed_at, expires_at, edited_by }
    }

    /// Turns the proposal into an approval by a signed-in person.
    ///
    /// # Errors
    /// When it has expired, or the policy asks for somebody else.
    pub fn approve(self, by: &Reviewer, policy: &Policy, at: Timestamp) -> Result<Approved, NotApproved> {
        let needs = self.requirement(policy);
        if self.expires_at.is_some_and(|end| at >= end) {
            return Err(NotApproved::Expired);
        }
        if !by.principal().role.covers(needs.role) {
            return Err(NotApproved::Role { needed: needs.role });
        }
        if needs.second_person && self.is_made_by(by.principal()) {
            return Err(NotApproved::SecondPerson);
        }
        Ok(Approved { proposal: self, by: by.principal().clone(), at, receipt: None })
    }

    /// What approving it needs.
    #[must_use]
    pub fn requirement(&self, policy: &Policy) -> Requirement {
        let support = if self.why.unsupported.is_empty() { Support::Full } else { Support::Missing };
        let facts = Facts { support, confidence: self.why.confidence, proposer: self.proposer.role };
        policy.requires(&self.call, &facts)
    }

    /// Whether somebody, or their assistant, has proposed or edited it.
    #[must_use]
    pub fn is_made_by(&self, who: &Principal) -> bool {
        !Policy::is_second_person(who, &self.makers())
    }

    fn makers(&self) -> Vec<&PrincipalId> {
        std::iter::once(&self.proposer.id).chain(&self.edited_by).collect()
    }

    /// Its name.
    #[must_use]
    pub fn id(&self) -> &ProposalId {
        &self.id
    }

    /// What is asked for, with the version that it was decided on.
    #[must_use]
    pub fn call(&self) -> &WriteCall {
        &self.call
    }

    /// The ticket's version that it was decided on.
    #[must_use]
    pub fn base_version(&self) -> u64 {
        self.base_version
    }

    /// Who asks.
    #[must_use]
    pub fn proposer(&self) -> &Principal {
        &self.proposer
    }

    /// The run that it came out of.
    #[must_use]
    pub fn run(&self) -> &RunId {
        &self.run
    }

    /// Why.
    #[must_use]
    pub fn why(&self) -> &Why {
        &self.why
    }

    /// When it was filed.
    #[must_use]
    pub fn filed_at(&self) -> Timestamp {
        self.filed_at
    }

    /// Until when it can be approved.
    #[must_use]
    pub fn expires_at(&self) -> Option<Timestamp> {
        self.expires_at
    }

    /// Who edited it.
    #[must_use]
    pub fn edited_by(&self) -> Option<&PrincipalId> {
        self.edited_by.as_ref()
    }

    /// What an approval would be for.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.call.digest()
    }
}

/// One approval by a person, good for one write. Not `Clone`, not `Deserialize`; writing consumes it.
#[derive(Debug)]
pub struct Approved {
    proposal: Proposal,
    by: Principal,
    at: Timestamp,
    receipt: Option<ReceiptId>,
}

impl Approved {
    /// What was approved.
    #[must_use]
    pub fn proposal(&self) -> &Proposal {
        &self.proposal
    }

    /// Who approved.
    #[must_use]
    pub fn by(&self) -> &Principal {
        &self.by
    }

    /// When.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }

    /// The receipt that the desk takes for it, once the decision is recorded.
    #[must_use]
    pub fn receipt(&self) -> Option<&ReceiptId> {
        self.receipt.as_ref()
    }

    /// The same approval with the receipt of its recorded decision.
    #[must_use]
    pub fn with_receipt(self, receipt: ReceiptId) -> Self {
        Self { receipt: Some(receipt), ..self }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::policy::Rule;
    use crate::domain::ticket::Status;

    fn principal(id: &str, role: Role) -> Principal {
        Principal { id: id.parse().unwrap(), role }
    }

    fn proposal(by: &str) -> Proposal {
        let call = r#"{"ticket_id":"T-1","update":{"status":"resolved"}}"#;
        Proposal::file(Filing {
            id: "P-1".parse().unwrap(),
            call: WriteCall::UpdateTicket(serde_json::from_str(call).unwrap()),
            base_version: 7,
            proposer: principal(by, Role::Agent),
            run: "r1".parse().unwrap(),
            why: Why { confidence: Some(1.0), ..Why::default() },
            filed_at: "2026-01-01T00:00:00Z".parse().unwrap(),
            expires_at: Some("2026-01-02T00:00:00Z".parse().unwrap()),
            edited_by: None,
        })
    }

    fn approve(by: &str, role: Role, policy: &Policy, at: &str) -> Result<Approved, NotApproved> {
        let reviewer = Reviewer::sign_in(principal(by, role)).unwrap();
        proposal("tom").approve(&reviewer, policy, at.parse().unwrap())
    }

    #[test]
    fn a_proposal_is_approved_by_a_person_in_time() {
        let policy = Policy::default();
        let approved = approve("maya", Role::Agent, &policy, "2026-01-01T12:00:00Z").unwrap();
        assert_eq!(approved.by().id.as_str(), "maya");
        assert_eq!(approved.proposal().call().expected_version(), Some(7));
        let late = approve("maya", Role::Agent, &policy, "2026-01-02T00:00:00Z");
        assert_eq!(late.unwrap_err(), NotApproved::Expired);
    }

    #[test]
    fn the_policy_can_ask_for_a_higher_role_and_a_second_person() {
        let rule =
            Rule { status: Some(Status::Resolved), role: Role::Supervisor, second_person: true, ..Rule::default() };
        let policy = Policy { rules: vec![rule], ..Policy::default() };
        let at = "2026-01-01T12:00:00Z";
        let low = approve("maya", Role::Agent, &policy, at).unwrap_err();
        assert_eq!(low, NotApproved::Role { needed: Role::Supervisor });
        assert_eq!(approve("tom", Role::Supervisor, &policy, at).unwrap_err(), NotApproved::SecondPerson);
        assert!(approve("lena", Role::Supervisor, &policy, at).is_ok());
    }
}
