//! The calls that change a ticket or reach a customer: every one needs an approval.

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use crate::domain::canonical::{self, Digest};
use crate::domain::ids::{PrincipalId, TicketId};
use crate::domain::ticket::{Priority, Status, Visibility};

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

/// Fields by their names: a list is not taken for them in their order.
pub(crate) fn by_name<'de, D: Deserializer<'de>>(from: D) -> Result<TicketUpdate, D::Error> {
    let fields = serde_json::Map::deserialize(from)?;
    serde_json::from_value(Value::Object(fields)).map_err(D::Error::custom)
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
    #[serde(deserialize_with = "by_name")]
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
    #[serde(default, skip_serializing_if = "TicketUpdate::is_empty", deserialize_with = "by_name")]
    pub update: TicketUpdate,
    /// The version that the reply was decided on; refused when the ticket has moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<i64>")]
    pub expected_version: Option<u64>,
}

/// Two tickets become one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct MergeTickets {
    /// The ticket that stays.
    pub ticket_id: TicketId,
    /// The ticket that is merged into it, and closed.
    pub from: TicketId,
    /// The version of `ticket_id` that it was decided on; refused when the ticket has moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<i64>")]
    pub expected_version: Option<u64>,
    /// The version of `from` that it was decided on; refused when that ticket has moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<i64>")]
    pub from_version: Option<u64>,
}

/// A message gets a ticket of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SplitMessage {
    /// The ticket.
    pub ticket_id: TicketId,
    /// Which message of its thread, counted from 0.
    #[schemars(with = "i64", range(min = 0))]
    pub message: u64,
    /// The subject of the new ticket, one line.
    pub subject: String,
    /// The version that it was decided on; refused when the ticket has moved.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<i64>")]
    pub expected_version: Option<u64>,
}

/// A call that changes a ticket or reaches a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "tool", content = "arguments", rename_all = "snake_case", deny_unknown_fields)]
pub enum WriteCall {
    /// Changes fields.
    UpdateTicket(UpdateTicket),
    /// Writes a message.
    SendReply(SendReply),
    /// Makes two tickets one.
    MergeTickets(MergeTickets),
    /// Gives a message a ticket of its own.
    SplitMessage(SplitMessage),
}

/// What a call changes that names no fields.
const NOTHING: &TicketUpdate = &TicketUpdate { status: None, assignee: None, priority: None, tags: None };

impl WriteCall {
    /// The tool's name.
    #[must_use]
    pub const fn tool(&self) -> &'static str {
        match self {
            Self::UpdateTicket(_) => "update_ticket",
            Self::SendReply(_) => "send_reply",
            Self::MergeTickets(_) => "merge_tickets",
            Self::SplitMessage(_) => "split_message",
        }
    }

    /// The tool, and where it writes a note that no customer reads, that it does.
    #[must_use]
    pub fn named(&self) -> String {
        match self {
            Self::SendReply(reply) if reply.visibility == Visibility::Internal => {
                format!("{} (internal note)", self.tool())
            }
            Self::UpdateTicket(_) | Self::SendReply(_) | Self::MergeTickets(_) | Self::SplitMessage(_) => {
                self.tool().to_owned()
            }
        }
    }

    /// The call of this tool, from its arguments.
    ///
    /// # Errors
    /// When there is no such write, or the arguments do not fit it.
    pub fn read(tool: &str, arguments: Value) -> Result<Self, serde_json::Error> {
        Ok(match tool {
            "update_ticket" => Self::UpdateTicket(serde_json::from_value(arguments)?),
            "send_reply" => Self::SendReply(serde_json::from_value(arguments)?),
            "merge_tickets" => Self::MergeTickets(serde_json::from_value(arguments)?),
            "split_message" => Self::SplitMessage(serde_json::from_value(arguments)?),
            _ => return Err(serde::de::Error::custom("no write is called so")),
        })
    }

    /// The ticket that it changes; of a merge the one that stays.
    #[must_use]
    pub const fn ticket_id(&self) -> &TicketId {
        match self {
            Self::UpdateTicket(call) => &call.ticket_id,
            Self::SendReply(call) => &call.ticket_id,
            Self::MergeTickets(call) => &call.ticket_id,
            Self::SplitMessage(call) => &call.ticket_id,
        }
    }

    /// The second ticket that it names and changes, if it names one.
    #[must_use]
    pub const fn other_id(&self) -> Option<&TicketId> {
        match self {
            Self::MergeTickets(call) => Some(&call.from),
            Self::UpdateTicket(_) | Self::SendReply(_) | Self::SplitMessage(_) => None,
        }
    }

    /// Whether it names this ticket as one that it changes.
    #[must_use]
    pub fn touches(&self, ticket: &TicketId) -> bool {
        self.ticket_id() == ticket || self.other_id() == Some(ticket)
    }

    /// The fields that it changes as asked for.
    #[must_use]
    pub const fn update(&self) -> &TicketUpdate {
        match self {
            Self::UpdateTicket(call) => &call.update,
            Self::SendReply(call) => &call.update,
            Self::MergeTickets(_) | Self::SplitMessage(_) => NOTHING,
        }
    }

    /// The status that a ticket gets by it, asked for or not: what is merged is closed.
    #[must_use]
    pub const fn brings_to(&self) -> Option<Status> {
        match self {
            Self::UpdateTicket(_) | Self::SendReply(_) => self.update().status,
            Self::MergeTickets(_) => Some(Status::Closed),
            Self::SplitMessage(_) => None,
        }
    }

    /// The version that it names, if it names one.
    #[must_use]
    pub const fn expected_version(&self) -> Option<u64> {
        match self {
            Self::UpdateTicket(call) => call.expected_version,
            Self::SendReply(call) => call.expected_version,
            Self::MergeTickets(call) => call.expected_version,
            Self::SplitMessage(call) => call.expected_version,
        }
    }

    /// The version of the second ticket that it names, if it names one.
    #[must_use]
    pub const fn other_version(&self) -> Option<u64> {
        match self {
            Self::MergeTickets(call) => call.from_version,
            Self::UpdateTicket(_) | Self::SendReply(_) | Self::SplitMessage(_) => None,
        }
    }

    /// The same call, decided on `version`.
    #[must_use]
    pub fn at_version(self, version: u64) -> Self {
        self.expecting(Some(version))
    }

    /// The same call, decided on this version of the second ticket; a call about one ticket stays as it is.
    #[must_use]
    pub fn at_other_version(mut self, version: Option<u64>) -> Self {
        match &mut self {
            Self::MergeTickets(call) => call.from_version = version,
            Self::UpdateTicket(_) | Self::SendReply(_) | Self::SplitMessage(_) => {}
        }
        self
    }

    /// The same call on whatever version the tickets have.
    #[must_use]
    pub fn without_version(self) -> Self {
        self.expecting(None).at_other_version(None)
    }

    fn expecting(mut self, version: Option<u64>) -> Self {
        match &mut self {
            Self::UpdateTicket(call) => call.expected_version = version,
            Self::SendReply(call) => call.expected_version = version,
            Self::MergeTickets(call) => call.expected_version = version,
            Self::SplitMessage(call) => call.expected_version = version,
        }
        self
    }

    /// The arguments, exactly as they are sent.
    #[must_use]
    pub fn arguments(&self) -> Value {
        match self {
            Self::UpdateTicket(call) => json!(call),
            Self::SendReply(call) => json!(call),
            Self::MergeTickets(call) => json!(call),
            Self::SplitMessage(call) => json!(call),
        }
    }

    /// The digest that an approval is for: tool and canonical arguments, the versions among them.
    #[must_use]
    pub fn digest(&self) -> Digest {
        let arguments = canonical::text(&self.arguments());
        Digest::of(&[b"countersign call v1", self.tool().as_bytes(), arguments.as_bytes()])
    }

    /// The digest of what is asked for, whatever the version: counts repeated denials.
    #[must_use]
    pub fn asked(&self) -> Digest {
        let arguments = canonical::text(&self.clone().without_version().arguments());
        Digest::of(&[b"countersign asked v1", self.tool().as_bytes(), arguments.as_bytes()])
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

    #[test]
    fn fields_go_by_their_names_and_not_by_their_order() {
        assert!(serde_json::from_str::<UpdateTicket>(r#"{"ticket_id":"T-1","update":["open"]}"#).is_err());
        let reply =
            |update: &str| format!(r#"{{"ticket_id":"T-1","body":"x","visibility":"internal","update":{update}}}"#);
        assert!(serde_json::from_str::<SendReply>(&reply("{}")).is_ok());
        for wrong in ["[]", r#"["closed"]"#, "null"] {
            assert!(serde_json::from_str::<SendReply>(&reply(wrong)).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_digest_of_a_merge_is_over_both_tickets_and_both_versions() {
        let merge = |json: Value| WriteCall::read("merge_tickets", json).unwrap();
        let base = merge(json!({"ticket_id": "T-1", "from": "T-2", "expected_version": 7, "from_version": 3}));
        for other in [
            json!({"ticket_id": "T-2", "from": "T-1", "expected_version": 7, "from_version": 3}),
            json!({"ticket_id": "T-1", "from": "T-3", "expected_version": 7, "from_version": 3}),
            json!({"ticket_id": "T-1", "from": "T-2", "expected_version": 8, "from_version": 3}),
            json!({"ticket_id": "T-1", "from": "T-2", "expected_version": 7, "from_version": 4}),
            json!({"ticket_id": "T-1", "from": "T-2", "expected_version": 7}),
        ] {
            assert_ne!(base.digest(), merge(other.clone()).digest(), "{other}");
        }
        assert_eq!(base.clone().without_version().arguments(), json!({"ticket_id": "T-1", "from": "T-2"}));
        assert_eq!(base.clone().without_version().at_version(7).at_other_version(Some(3)), base);
    }

    #[test]
    fn every_write_is_read_back_from_its_tool_and_arguments() {
        for (tool, arguments) in [
            ("update_ticket", json!({"ticket_id": "T-1", "update": {"status": "open"}, "expected_version": 1})),
            ("send_reply", json!({"ticket_id": "T-1", "body": "x", "visibility": "internal"})),
            ("merge_tickets", json!({"ticket_id": "T-1", "from": "T-2"})),
            ("split_message", json!({"ticket_id": "T-1", "message": 2, "subject": "Another thing"})),
        ] {
            let call = WriteCall::read(tool, arguments.clone()).unwrap();
            assert_eq!((call.tool(), call.arguments()), (tool, arguments));
        }
        assert!(WriteCall::read("get_ticket", json!({"ticket_id": "T-1"})).is_err());
        assert!(WriteCall::read("split_message", json!({"ticket_id": "T-1", "message": -1, "subject": "x"})).is_err());
    }
}
