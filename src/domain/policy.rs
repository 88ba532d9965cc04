//! Who must approve what. The policy has no verdict that means "go ahead"; rules only tighten.

use serde::{Deserialize, Serialize};

use crate::domain::actor::Role;
use crate::domain::call::WriteCall;
use crate::domain::customer::Customer;
use crate::domain::ids::PrincipalId;
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
    /// What approving `call` needs under these facts.
    #[must_use]
    pub fn requires(&self, call: &WriteCall, facts: &Facts) -> Requirement {
        let base = Requirement { role: Role::Agent, keys: keys(call, facts.support), second_person: false };
        self.rules.iter().filter(|rule| rule.matches(call, facts)).fold(base, Requirement::tightened)
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
mod tests {
    use super::*;

    fn update(status: &str) -> WriteCall {
        let json = format!(r#"{{"ticket_id":"T-1","update":{{"status":"{status}"}}}}"#);
        WriteCall::UpdateTicket(serde_json::from_str(&json).unwrap())
    }

    fn closing() -> Rule {
        Rule { status: Some(Status::Closed), role: Role::Supervisor, second_person: true, ..Rule::default() }
    }

    #[test]
    fn what_a_customer_reads_and_what_ends_a_ticket_takes_two_keys() {
        let policy = Policy::default();
        assert_eq!(policy.requires(&update("open"), &Facts::PLAIN).keys, Keys::One);
        assert_eq!(policy.requires(&update("resolved"), &Facts::PLAIN).keys, Keys::Two(Risk::EndsTicket));
        assert_eq!(policy.requires(&update("closed"), &Facts::PLAIN).keys, Keys::Two(Risk::EndsTicket));
    }

    #[test]
    fn a_merge_closes_a_ticket_so_it_takes_two_keys_and_what_a_rule_asks_for_closing() {
        let merge = serde_json::json!({"ticket_id": "T-1", "from": "T-2"});
        let merge = WriteCall::read("merge_tickets", merge).unwrap();
        let split = serde_json::json!({"ticket_id": "T-1", "message": 0, "subject": "x"});
        let split = WriteCall::read("split_message", split).unwrap();
        let closing = closing();
        let policy = Policy { rules: vec![closing], ..Policy::default() };
        let needs = policy.requires(&merge, &Facts::PLAIN);
        assert_eq!((needs.keys, needs.role), (Keys::Two(Risk::EndsTicket), Role::Supervisor));
        assert!(needs.second_person);
        let needs = policy.requires(&split, &Facts::PLAIN);
        assert_eq!((needs.keys, needs.role, needs.second_person), (Keys::One, Role::Agent, false));
    }

    #[test]
    fn a_rule_can_only_tighten() {
        let closed = closing();
        let loose = Rule { status: None, role: Role::Bot, second_person: false, ..closed.clone() };
        let policy = Policy { rules: vec![closed, loose], ..Policy::default() };
        let needs = policy.requires(&update("closed"), &Facts::PLAIN);
        assert_eq!((needs.role, needs.second_person), (Role::Supervisor, true));
        assert_eq!(policy.requires(&update("open"), &Facts::PLAIN).role, Role::Agent);
    }

    fn calls() -> Vec<WriteCall> {
        let calls = [
            ("update_ticket", r#"{"ticket_id":"T-1","update":{"status":"closed","assignee":null}}"#),
            ("update_ticket", r#"{"ticket_id":"T-1","update":{"priority":"urgent","tags":["a"]}}"#),
            ("send_reply", r#"{"ticket_id":"T-1","body":"Hello","visibility":"public"}"#),
            ("send_reply", r#"{"ticket_id":"T-1","body":"Hello","visibility":"internal"}"#),
            ("merge_tickets", r#"{"ticket_id":"T-1","from":"T-2"}"#),
        ];
        calls.map(|(tool, call)| WriteCall::read(tool, serde_json::from_str(call).unwrap()).unwrap()).to_vec()
    }

    fn facts() -> Vec<Facts> {
        let confidences = [None, Some(0.2), Some(0.9), Some(f64::NAN)];
        let of = |proposer: &Role| {
            let proposer = *proposer;
            confidences.map(|confidence| Facts { support: Support::Full, confidence, proposer })
        };
        Role::ALL.iter().flat_map(of).collect()
    }

    #[test]
    fn each_condition_holds_for_what_it_says_and_for_nothing_else() {
        let [closed, urgent, public, internal, merge] = calls().try_into().unwrap();
        let bot = |confidence| Facts { support: Support::Full, confidence, proposer: Role::Bot };
        let check = |rule: &str, call: &WriteCall, facts: Facts, expect: bool| {
            let rule: Rule = toml::from_str(rule).unwrap();
            assert_eq!(rule.matches(call, &facts), expect, "{rule:?} {call:?} {facts:?}");
        };
        check("changes = ['assignee']", &closed, Facts::PLAIN, true);
        check("changes = ['assignee']", &urgent, Facts::PLAIN, false);
        check("changes = ['priority', 'tags']", &urgent, Facts::PLAIN, true);
        check("changes = ['status']", &merge, Facts::PLAIN, true);
        check("changes = ['status']", &public, Facts::PLAIN, false);
        check("priority = 'urgent'", &urgent, Facts::PLAIN, true);
        check("priority = 'low'", &urgent, Facts::PLAIN, false);
        check("visibility = 'public'", &public, Facts::PLAIN, true);
        check("visibility = 'public'", &internal, Facts::PLAIN, false);
        check("proposer = 'bot'", &public, bot(None), true);
        check("proposer = 'bot'", &public, Facts::PLAIN, false);
        check("confidence_below = 0.5", &public, bot(Some(0.4)), true);
        check("confidence_below = 0.5", &public, bot(Some(0.5)), false);
        check("confidence_below = 0.5", &public, bot(Some(f64::NAN)), true);
        check("confidence_below = 0.5", &public, bot(None), true);
        check("confidence_below = 0.5", &public, Facts::PLAIN, false);
        check("status = 'closed'\nproposer = 'bot'", &closed, Facts::PLAIN, false);
        for unknown in ["approve = true", "role = 'nobody'", "changes = ['subject']"] {
            assert!(toml::from_str::<Rule>(unknown).is_err(), "{unknown}");
        }
    }

    #[test]
    fn no_combination_of_rules_asks_for_less_than_a_part_of_it() {
        let rules = [
            closing(),
            Rule { role: Role::Bot, ..Rule::default() },
            Rule { role: Role::Viewer, proposer: Some(Role::Bot), ..Rule::default() },
            Rule { confidence_below: Some(0.5), second_person: true, ..Rule::default() },
            Rule { changes: vec![Field::Assignee, Field::Tags], role: Role::Admin, ..Rule::default() },
            Rule { visibility: Some(Visibility::Public), role: Role::Supervisor, ..Rule::default() },
            Rule { priority: Some(Priority::Urgent), proposer: Some(Role::Agent), ..Rule::default() },
        ];
        let policy = |set: usize| {
            let chosen = rules.iter().enumerate().filter(|(n, _)| set & (1 << n) != 0).map(|(_, rule)| rule.clone());
            Policy { rules: chosen.collect(), ..Policy::default() }
        };
        for set in 0..1 << rules.len() {
            for more in (0..rules.len()).map(|n| set | 1 << n) {
                for (call, facts) in calls().iter().flat_map(|call| facts().into_iter().map(move |f| (call.clone(), f)))
                {
                    let (less, more) = (policy(set).requires(&call, &facts), policy(more).requires(&call, &facts));
                    let tighter = more.role >= less.role && more.second_person >= less.second_person;
                    assert!(tighter && more.keys == less.keys, "{set:b} {call:?} {facts:?}");
                    assert!(less.role >= Role::Agent);
                }
            }
        }
    }
}
