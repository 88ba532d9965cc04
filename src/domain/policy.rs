//! Who must approve what. The policy has no verdict that means "go ahead"; rules only tighten.

use serde::{Deserialize, Serialize};

use crate::domain::actor::{Principal, Role};
use crate::domain::call::WriteCall;
use crate::domain::ids::PrincipalId;
use crate::domain::sight::Withheld;
use crate::domain::ticket::{Priority, Status, Visibility};

/// How many keys an approval takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Keys {
    /// `A`.
    One,
    /// `A`, then `R`, because of what is said here.
    Two(Risk),
}

words! {
    /// Why an approval takes a second key.
    Risk {
        /// A customer will read it.
        CustomerReads = "a customer will read it",
        /// It ends the work on a ticket.
        EndsTicket = "it ends the work on the ticket",
        /// The text says what nothing supports.
        Unsupported = "the text states something that no source supports",
    }
}

/// What an approval needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// The least role.
    pub role: Role,
    /// The keys.
    pub keys: Keys,
    /// Whether the approver must be somebody other than the proposer and the editor.
    pub second_person: bool,
}

words! {
    /// A field of a ticket that a call can change.
    Field {
        /// Where it stands.
        Status = "status",
        /// How much it hurts.
        Priority = "priority",
        /// Who works on it.
        Assignee = "assignee",
        /// Its labels.
        Tags = "tags",
    }
}

/// Asks for more than the built-in requirement when every condition given here holds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Only for this tool.
    #[serde(default)]
    pub tool: Option<String>,
    /// Only when one of these fields changes.
    #[serde(default)]
    pub changes: Vec<Field>,
    /// Only when the status becomes this.
    #[serde(default)]
    pub status: Option<Status>,
    /// Only when the priority becomes this.
    #[serde(default)]
    pub priority: Option<Priority>,
    /// Only for messages of this visibility.
    #[serde(default)]
    pub visibility: Option<Visibility>,
    /// Only for proposals of somebody in this role.
    #[serde(default)]
    pub proposer: Option<Role>,
    /// Only when the proposer is less sure than this; a bot that does not say how sure it is, is.
    #[serde(default)]
    pub confidence_below: Option<f64>,
    /// The role needed.
    #[serde(default = "agent")]
    pub role: Role,
    /// Whether a second person must approve.
    #[serde(default)]
    pub second_person: bool,
}

impl Default for Rule {
    /// Holds for everything and asks for nothing more.
    fn default() -> Self {
        Self {
            tool: None,
            changes: Vec::new(),
            status: None,
            priority: None,
            visibility: None,
            proposer: None,
            confidence_below: None,
            role: agent(),
            second_person: false,
        }
    }
}

/// What rules look at beside the call itself.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Facts {
    /// Whether the text states only what its sources say.
    pub support: Support,
    /// How sure the proposer is, if they say so.
    pub confidence: Option<f64>,
    /// What the proposer is.
    pub proposer: Role,
}

impl Facts {
    /// Of a person's own call, about which nothing is known.
    pub const PLAIN: Self = Self { support: Support::Full, confidence: None, proposer: Role::Agent };
}

const fn agent() -> Role {
    Role::Agent
}

words! {
    /// A field of a customer's record.
    CustomerField {
        /// Name.
        Name = "name",
        /// Mail address.
        Email = "email",
        /// What they pay for.
        Plan = "plan",
        /// Language and region.
        Locale = "locale",
        /// Since when.
        Since = "since",
        /// What the desk should know.
        Notes = "notes",
    }
}

/// The rules of a desk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Policy {
    /// Confidence from which the agent may propose `resolved`.
    pub resolve_confidence: f64,
    /// Minutes until a proposal expires; 0 for never.
    pub proposal_minutes: u32,
    /// Denials of the same call after which it is denied by itself.
    pub most_denials: u32,
    /// Proposals of one program that may wait for people; 0 for no bound.
    pub most_waiting: u32,
    /// What of a customer's record models and other programs may see.
    pub customer_fields: Vec<CustomerField>,
    /// Of how many similar resolved tickets a model may read the last answer, blotted.
    pub similar_answers: u32,
    /// Rules that tighten.
    #[serde(default, rename = "rule")]
    pub rules: Vec<Rule>,
    /// What is withheld from whom beyond the table of fields; it has a section of its own.
    #[serde(skip)]
    pub withheld: Withheld,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            resolve_confidence: 0.85,
            proposal_minutes: 24 * 60,
            most_denials: 3,
            most_waiting: 0,
            customer_fields: vec![
                CustomerField::Name,
                CustomerField::Plan,
                CustomerField::Locale,
                CustomerField::Since,
            ],
            similar_answers: 0,
            rules: Vec::new(),
            withheld: Withheld::default(),
        }
    }
}

impl Policy {
    /// What approving `call` needs under these facts.
    #[must_use]
    pub fn requires(&self, call: &WriteCall, facts: &Facts) -> Requirement {
        let base = Requirement { role: Role::Agent, keys: keys(call, facts.support), second_person: false };
        self.rules.iter().filter(|rule| rule.matches(call, facts)).fold(base, Requirement::tightened)
    }

    /// Whether `approver` counts as a second person beside those who made the proposal. Whose assistant made it has made
    /// it: what it asks for may be their own words.
    #[must_use]
    pub fn is_second_person(approver: &Principal, makers: &[&PrincipalId]) -> bool {
        let assistant = approver.assistant();
        makers.iter().all(|maker| **maker != approver.id && **maker != assistant.id)
    }
}

/// Whether a text states only what its sources say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// Every fact has a source, or there is no text.
    Full,
    /// Something has none.
    Missing,
}

impl Requirement {
    fn tightened(self, rule: &Rule) -> Self {
        Self {
            role: self.role.max(rule.role),
            keys: self.keys,
            second_person: self.second_person || rule.second_person,
        }
    }
}

impl Rule {
    fn matches(&self, call: &WriteCall, facts: &Facts) -> bool {
        self.tool.as_deref().is_none_or(|tool| tool == call.tool())
            && (self.changes.is_empty() || self.changes.iter().any(|field| changes(call, *field)))
            && self.status.is_none_or(|status| call.brings_to() == Some(status))
            && self.priority.is_none_or(|priority| call.update().priority == Some(priority))
            && self.visibility.is_none_or(|visibility| visibility_of(call) == Some(visibility))
            && self.proposer.is_none_or(|role| role == facts.proposer)
            && self.confidence_below.is_none_or(|least| facts.is_less_sure_than(least))
    }
}

impl Facts {
    /// What is no number is not sure of anything.
    fn is_less_sure_than(&self, least: f64) -> bool {
        match self.confidence {
            Some(confidence) => confidence.is_nan() || confidence < least,
            None => self.proposer == Role::Bot,
        }
    }
}

fn changes(call: &WriteCall, field: Field) -> bool {
    let update = call.update();
    match field {
        Field::Status => call.brings_to().is_some(),
        Field::Priority => update.priority.is_some(),
        Field::Assignee => update.assignee.is_some(),
        Field::Tags => update.tags.is_some(),
    }
}

fn visibility_of(call: &WriteCall) -> Option<Visibility> {
    match call {
        WriteCall::SendReply(reply) => Some(reply.visibility),
        WriteCall::UpdateTicket(_) | WriteCall::MergeTickets(_) | WriteCall::SplitMessage(_) => None,
    }
}

fn keys(call: &WriteCall, support: Support) -> Keys {
    if visibility_of(call) == Some(Visibility::Public) {
        return Keys::Two(if support == Support::Missing { Risk::Unsupported } else { Risk::CustomerReads });
    }
    if call.brings_to().is_some_and(Status::is_done) { Keys::Two(Risk::EndsTicket) } else { Keys::One }
}

#[cfg(test)]
mod tests;
