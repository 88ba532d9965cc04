//! Who must approve what. The policy has no verdict that means "go ahead"; rules only tighten.

use serde::{Deserialize, Serialize};

use crate::domain::actor::Role;
use crate::domain::call::WriteCall;
use crate::domain::customer::Customer;
use crate::domain::ids::PrincipalId;
use crate::domain::ticket::{Status, Visibility};

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

/// Asks for more than the built-in requirement when every condition given here holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Only for this tool.
    #[serde(default)]
    pub tool: Option<String>,
    /// Only when the status becomes this.
    #[serde(default)]
    pub status: Option<Status>,
    /// Only for messages of this visibility.
    #[serde(default)]
    pub visibility: Option<Visibility>,
    /// The role needed.
    #[serde(default = "agent")]
    pub role: Role,
    /// Whether a second person must approve.
    #[serde(default)]
    pub second_person: bool,
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
    /// What of a customer's record models and other programs may see.
    pub customer_fields: Vec<CustomerField>,
    /// Of how many similar resolved tickets a model may read the last answer, blotted.
    pub similar_answers: u32,
    /// Rules that tighten.
    #[serde(default, rename = "rule")]
    pub rules: Vec<Rule>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            resolve_confidence: 0.85,
            proposal_minutes: 24 * 60,
            most_denials: 3,
            customer_fields: vec![
                CustomerField::Name,
                CustomerField::Plan,
                CustomerField::Locale,
                CustomerField::Since,
            ],
            similar_answers: 0,
            rules: Vec::new(),
        }
    }
}

impl Policy {
    /// What approving `call` needs; `unsupported` says that its text states what no source supports.
    #[must_use]
    pub fn requires(&self, call: &WriteCall, unsupported: Support) -> Requirement {
        let base = Requirement { role: Role::Agent, keys: keys(call, unsupported), second_person: false };
        self.rules.iter().filter(|rule| rule.matches(call)).fold(base, Requirement::tightened)
    }

    /// A customer's record as models and other programs see it.
    #[must_use]
    pub fn minimised(&self, customer: Customer) -> Customer {
        let Customer { id, name, email, plan, locale, since, notes } = customer;
        let sees = |field| self.customer_fields.contains(&field);
        let kept = |field, text: String| if sees(field) { text } else { String::new() };
        Customer {
            id,
            name: kept(CustomerField::Name, name),
            email: kept(CustomerField::Email, email),
            plan: kept(CustomerField::Plan, plan),
            locale: kept(CustomerField::Locale, locale),
            since: since.filter(|_| sees(CustomerField::Since)),
            notes: kept(CustomerField::Notes, notes),
        }
    }

    /// Whether `approver` counts as a second person beside those who made the proposal.
    #[must_use]
    pub fn is_second_person(approver: &PrincipalId, makers: &[&PrincipalId]) -> bool {
        makers.iter().all(|maker| *maker != approver)
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
    fn matches(&self, call: &WriteCall) -> bool {
        self.tool.as_deref().is_none_or(|tool| tool == call.tool())
            && self.status.is_none_or(|status| call.brings_to() == Some(status))
            && self.visibility.is_none_or(|visibility| visibility_of(call) == Some(visibility))
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
mod tests {
    use super::*;

    fn update(status: &str) -> WriteCall {
        let json = format!(r#"{{"ticket_id":"T-1","update":{{"status":"{status}"}}}}"#);
        WriteCall::UpdateTicket(serde_json::from_str(&json).unwrap())
    }

    #[test]
    fn what_a_customer_reads_and_what_ends_a_ticket_takes_two_keys() {
        let policy = Policy::default();
        assert_eq!(policy.requires(&update("open"), Support::Full).keys, Keys::One);
        assert_eq!(policy.requires(&update("resolved"), Support::Full).keys, Keys::Two(Risk::EndsTicket));
        assert_eq!(policy.requires(&update("closed"), Support::Full).keys, Keys::Two(Risk::EndsTicket));
    }

    #[test]
    fn a_merge_closes_a_ticket_so_it_takes_two_keys_and_what_a_rule_asks_for_closing() {
        let merge = serde_json::json!({"ticket_id": "T-1", "from": "T-2"});
        let merge = WriteCall::read("merge_tickets", merge).unwrap();
        let split = serde_json::json!({"ticket_id": "T-1", "message": 0, "subject": "x"});
        let split = WriteCall::read("split_message", split).unwrap();
        let closing = Rule {
            tool: None,
            status: Some(Status::Closed),
            visibility: None,
            role: Role::Supervisor,
            second_person: true,
        };
        let policy = Policy { rules: vec![closing], ..Policy::default() };
        let needs = policy.requires(&merge, Support::Full);
        assert_eq!((needs.keys, needs.role), (Keys::Two(Risk::EndsTicket), Role::Supervisor));
        assert!(needs.second_person);
        let needs = policy.requires(&split, Support::Full);
        assert_eq!((needs.keys, needs.role, needs.second_person), (Keys::One, Role::Agent, false));
    }

    #[test]
    fn a_rule_can_only_tighten() {
        let closed = Rule {
            tool: None,
            status: Some(Status::Closed),
            visibility: None,
            role: Role::Supervisor,
            second_person: true,
        };
        let loose = Rule { status: None, role: Role::Bot, second_person: false, ..closed.clone() };
        let policy = Policy { rules: vec![closed, loose], ..Policy::default() };
        let needs = policy.requires(&update("closed"), Support::Full);
        assert_eq!((needs.role, needs.second_person), (Role::Supervisor, true));
        assert_eq!(policy.requires(&update("open"), Support::Full).role, Role::Agent);
    }
}
