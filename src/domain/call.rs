//! The calls that exist: reads are free, writes need an approval. The split is by type.

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use crate::domain::canonical::{self, Digest};
use crate::domain::ids::{CustomerId, PrincipalId, TicketId};
use crate::domain::ticket::{Priority, Status, TicketQuery, Tone, Visibility};

/// Names a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfTicket {
    /// The ticket, like `T-1042`.
    pub ticket_id: TicketId,
}

/// Asks for a summary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Summarize {
    /// The ticket, like `T-1042`.
    pub ticket_id: TicketId,
    /// Answer at once: with what is prepared, or without a model.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quick: bool,
}

/// Names a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfCustomer {
    /// The customer, like `C-7`.
    pub customer_id: CustomerId,
}

/// Asks for a reply in a tone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suggest {
    /// The ticket to answer.
    pub ticket_id: TicketId,
    /// How the reply sounds.
    #[serde(default = "polite")]
    pub tone: Tone,
    /// Answer at once: with what is prepared, or without a model.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quick: bool,
}

const fn polite() -> Tone {
    Tone::Polite
}

/// Asks for articles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaqQuery {
    /// Words, in any language.
    pub query: String,
    /// How many articles at most, 1 to 20.
    #[serde(default = "five")]
    #[schemars(with = "i64", range(min = 1, max = 20))]
    pub limit: u32,
}

/// Asks for similar tickets: by words, or like another ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchTickets {
    /// Words, in any language; leave out to find tickets like `ticket_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The ticket to find others like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_id: Option<TicketId>,
    /// How many tickets at most, 1 to 50.
    #[serde(default = "five")]
    #[schemars(with = "i64", range(min = 1, max = 50))]
    pub limit: u32,
}

const fn five() -> u32 {
    5
}

/// Asks for proposals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalQuery {
    /// Only of this ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_id: Option<TicketId>,
    /// Decided ones too; else only those that wait.
    #[serde(default)]
    pub decided: bool,
}

/// Asks for the canned replies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CannedQuery {
    /// The ticket that one is for: the likely ones come first, and fields are filled; leave out for all as they are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_id: Option<TicketId>,
}

/// A call that changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadCall {
    /// A ticket with its thread.
    GetTicket(OfTicket),
    /// A ticket in a few lines.
    SummarizeTicket(Summarize),
    /// A reply to a ticket.
    SuggestResponse(Suggest),
    /// Articles that answer a question.
    GetFaq(FaqQuery),
    /// A page of the queue.
    ListTickets(TicketQuery),
    /// A customer.
    GetCustomer(OfCustomer),
    /// Similar tickets.
    SearchTickets(SearchTickets),
    /// Proposals.
    ListProposals(ProposalQuery),
    /// Canned replies.
    ListCanned(CannedQuery),
}

/// The fields of a ticket that may be changed; a field left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct TicketUpdate {
    /// The new status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// The new assignee; `null` for nobody.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    #[schemars(with = "Option<String>")]
    pub assignee: Option<Option<PrincipalId>>,
    /// The new priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// The new tags: they replace the old ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

/// A field that is there, even as `null`, is a change.
#[allow(clippy::option_option, reason = "absent, nobody and somebody are three things")]
fn present<'de, D: Deserializer<'de>>(from: D) -> Result<Option<Option<PrincipalId>>, D::Error> {
    Option::deserialize(from).map(Some)
}

impl TicketUpdate {
    /// Whether nothing would change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// A change of a ticket's fields.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct UpdateTicket {
    /// The ticket.
    pub ticket_id: TicketId,
    /// What changes.
    pub update: TicketUpdate,
    /// The version that the change was decided on; refused when the ticket has moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<i64>")]
    pub expected_version: Option<u64>,
}

/// A message into a ticket's thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SendReply {
    /// The ticket.
    pub ticket_id: TicketId,
    /// The text.
    pub body: String,
    /// `public`: the customer reads it. `internal`: only the desk does.
    pub visibility: Visibility,
    /// Fields that change together with it.
    #[serde(default, skip_serializing_if = "TicketUpdate::is_empty")]
    pub update: TicketUpdate,
    /// The version that the reply was decided on; refused when the ticket has moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<i64>")]
    pub expected_version: Option<u64>,
}

/// A call that changes a ticket or reaches a customer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WriteCall {
    /// Changes fields.
    UpdateTicket(UpdateTicket),
    /// Writes a message.
    SendReply(SendReply),
}

impl WriteCall {
    /// The tool's name.
    #[must_use]
    pub const fn tool(&self) -> &'static str {
        match self {
            Self::UpdateTicket(_) => "update_ticket",
            Self::SendReply(_) => "send_reply",
        }
    }

    /// The ticket that it changes.
    #[must_use]
    pub const fn ticket_id(&self) -> &TicketId {
        match self {
            Self::UpdateTicket(call) => &call.ticket_id,
            Self::SendReply(call) => &call.ticket_id,
        }
    }

    /// The fields that it changes.
    #[must_use]
    pub const fn update(&self) -> &TicketUpdate {
        match self {
            Self::UpdateTicket(call) => &call.update,
            Self::SendReply(call) => &call.update,
        }
    }

    /// The version that it names, if it names one.
    #[must_use]
    pub const fn expected_version(&self) -> Option<u64> {
        match self {
            Self::UpdateTicket(call) => call.expected_version,
            Self::SendReply(call) => call.expected_version,
        }
    }

    /// The same call, decided on `version`.
    #[must_use]
    pub fn at_version(self, version: u64) -> Self {
        self.expecting(Some(version))
    }

    /// The same call on whatever version the ticket has.
    #[must_use]
    pub fn without_version(self) -> Self {
        self.expecting(None)
    }

    fn expecting(mut self, version: Option<u64>) -> Self {
        match &mut self {
            Self::UpdateTicket(call) => call.expected_version = version,
            Self::SendReply(call) => call.expected_version = version,
        }
        self
    }

    /// The arguments, exactly as they are sent.
    #[must_use]
    pub fn arguments(&self) -> Value {
        match self {
            Self::UpdateTicket(call) => json!(call),
            Self::SendReply(call) => json!(call),
        }
    }

    /// The digest that an approval is for: tool and canonical arguments, the version among them.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let arguments = canonical::text(&self.arguments());
        Digest::of(&[b"countersign call v1", self.tool().as_bytes(), arguments.as_bytes()])
    }
}

impl ReadCall {
    /// The tool's name.
    #[must_use]
    pub const fn tool(&self) -> &'static str {
        match self {
            Self::GetTicket(_) => "get_ticket",
            Self::SummarizeTicket(_) => "summarize_ticket",
            Self::SuggestResponse(_) => "suggest_response",
            Self::GetFaq(_) => "get_faq",
            Self::ListTickets(_) => "list_tickets",
            Self::GetCustomer(_) => "get_customer",
            Self::SearchTickets(_) => "search_tickets",
            Self::ListProposals(_) => "list_proposals",
            Self::ListCanned(_) => "list_canned",
        }
    }

    /// The ticket that it is about, if it is about one.
    #[must_use]
    pub const fn ticket_id(&self) -> Option<&TicketId> {
        match self {
            Self::GetTicket(call) => Some(&call.ticket_id),
            Self::SummarizeTicket(call) => Some(&call.ticket_id),
            Self::SuggestResponse(call) => Some(&call.ticket_id),
            Self::SearchTickets(call) => call.ticket_id.as_ref(),
            Self::ListProposals(call) => call.ticket_id.as_ref(),
            Self::ListCanned(call) => call.ticket_id.as_ref(),
            Self::GetFaq(_) | Self::ListTickets(_) | Self::GetCustomer(_) => None,
        }
    }

    /// The arguments, exactly as they are sent.
    #[must_use]
    pub fn arguments(&self) -> Value {
        match self {
            Self::GetTicket(call) => json!(call),
            Self::SummarizeTicket(call) => json!(call),
            Self::SuggestResponse(call) => json!(call),
            Self::GetFaq(call) => json!(call),
            Self::ListTickets(call) => json!(call),
            Self::GetCustomer(call) => json!(call),
            Self::SearchTickets(call) => json!(call),
            Self::ListProposals(call) => json!(call),
            Self::ListCanned(call) => json!(call),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(json: &str) -> WriteCall {
        WriteCall::UpdateTicket(serde_json::from_str(json).unwrap())
    }

    #[test]
    fn a_digest_names_the_tool_the_ticket_the_fields_and_the_version() {
        let base = call(r#"{"ticket_id":"T-1","update":{"status":"open"},"expected_version":7}"#);
        for other in [
            r#"{"ticket_id":"T-2","update":{"status":"open"},"expected_version":7}"#,
            r#"{"ticket_id":"T-1","update":{"status":"new"},"expected_version":7}"#,
            r#"{"ticket_id":"T-1","update":{"status":"open"},"expected_version":8}"#,
            r#"{"ticket_id":"T-1","update":{"status":"open","assignee":null},"expected_version":7}"#,
        ] {
            assert_ne!(base.digest(), call(other).digest(), "{other}");
        }
        let reordered = call(r#"{"expected_version":7, "update":{"status":"open"}, "ticket_id":"T-1"}"#);
        assert_eq!(base.digest(), reordered.digest());
    }

    #[test]
    fn nobody_and_unchanged_are_different() {
        let nobody = call(r#"{"ticket_id":"T-1","update":{"assignee":null}}"#);
        assert_eq!(nobody.update().assignee, Some(None));
        assert_eq!(nobody.arguments()["update"], json!({"assignee": null}));
        assert!(serde_json::from_str::<UpdateTicket>(r#"{"ticket_id":"T-1","update":{},"approved":true}"#).is_err());
    }
}
