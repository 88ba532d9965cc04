//! The catalog: one table of tools, read by the server, the agent loop and the tests.

use std::sync::OnceLock;

use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use crate::domain::answer::{CannedTexts, FaqAnswer, FoundTickets, ProposalRow, Proposals, TicketAnswer, WriteAnswer};
use crate::domain::article::Article;
use crate::domain::call::{
    CannedQuery, FaqQuery, MergeTickets, OfArticle, OfCustomer, OfProposal, OfTicket, ProposalQuery, ReadCall,
    SearchTickets, SendReply, SplitMessage, Suggest, Summarize, UpdateTicket, WriteCall,
};
use crate::domain::customer::Customer;
use crate::domain::draft::{Suggestion, Summary};
use crate::domain::rewrite::{Rewrite, Rewritten};
use crate::domain::text;
use crate::domain::ticket::{TicketPage, TicketQuery};

/// What a tool does to the desk.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Nothing.
    Read,
    /// Changes it; every call needs an approval.
    Write,
}

/// A call of either kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Call {
    /// Changes nothing.
    Read(ReadCall),
    /// Needs an approval.
    Write(WriteCall),
}

/// A call that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadCall {
    /// There is no such tool.
    #[error("there is no tool `{}`; there are: {known}", text::short(.name, 80))]
    UnknownTool {
        /// What was asked for.
        name: String,
        /// What there is.
        known: String,
    },
    /// The arguments do not fit.
    #[error("the arguments do not fit {tool}: {reason}")]
    Arguments {
        /// The tool.
        tool: &'static str,
        /// Why.
        reason: String,
    },
}

/// One row of the catalog.
pub struct Tool {
    /// The name.
    pub name: &'static str,
    /// For people.
    pub title: &'static str,
    /// For models.
    pub description: &'static str,
    /// Whether it changes anything.
    pub access: Access,
    /// JSON schema of the arguments.
    pub input: Map<String, Value>,
    /// JSON schema of the structured content.
    pub output: Map<String, Value>,
    parse: Parse,
}

/// Every tool of the desk.
pub fn all() -> &'static [Tool] {
    static TOOLS: OnceLock<Vec<Tool>> = OnceLock::new();
    TOOLS.get_or_init(table)
}

/// Reads a call from its name and arguments, strictly: nothing is guessed, repaired or ignored.
///
/// # Errors
/// When there is no such tool, or the arguments do not fit it.
pub fn parse(name: &str, arguments: Value) -> Result<Call, BadCall> {
    let tool = all().iter().find(|tool| tool.name == name).ok_or_else(|| BadCall::UnknownTool {
        name: name.to_owned(),
        known: all().iter().map(|tool| tool.name).collect::<Vec<_>>().join(", "),
    })?;
    (tool.parse)(arguments)
        .map_err(|e| BadCall::Arguments { tool: tool.name, reason: text::short(&e.to_string(), 300) })
}

type Parse = fn(Value) -> Result<Call, serde_json::Error>;

#[rustfmt::skip] // a table reads best as one
fn table() -> Vec<Tool> {
    vec![
        read::<OfTicket, TicketAnswer>("get_ticket", "Ticket",
            "A ticket with its whole thread, customer and version.",
            |v| Ok(Call::Read(ReadCall::GetTicket(from(v)?)))),
        read::<Summarize, Summary>("summarize_ticket", "Summary",
            "What the customer wants, what was done and what is open, in lines taken from the thread.",
            |v| Ok(Call::Read(ReadCall::SummarizeTicket(from(v)?)))),
        read::<Suggest, Suggestion>("suggest_response", "Suggested reply",
            "A reply in the asked tone, with citations, a confidence from 0 to 1 and the evidence behind it. Nothing is sent.",
            |v| Ok(Call::Read(ReadCall::SuggestResponse(from(v)?)))),
        read::<FaqQuery, FaqAnswer>("get_faq", "Articles",
            "Knowledge-base articles that answer a question, best first.",
            |v| Ok(Call::Read(ReadCall::GetFaq(from(v)?)))),
        read::<OfArticle, Article>("get_article", "Article",
            "A knowledge-base article in full, in Markdown.",
            |v| Ok(Call::Read(ReadCall::GetArticle(from(v)?)))),
        read::<TicketQuery, TicketPage>("list_tickets", "Queue",
            "A page of tickets: filter by status, priority, assignee (`nobody` for none), customer, tag or words; sort; page.",
            |v| Ok(Call::Read(ReadCall::ListTickets(from(v)?)))),
        read::<OfCustomer, Customer>("get_customer", "Customer",
            "A customer's name, address, plan and notes.",
            |v| Ok(Call::Read(ReadCall::GetCustomer(from(v)?)))),
        read::<SearchTickets, FoundTickets>("search_tickets", "Similar tickets",
            "Tickets for words, or like another ticket, best first.",
            |v| Ok(Call::Read(ReadCall::SearchTickets(from(v)?)))),
        read::<ProposalQuery, Proposals>("list_proposals", "Proposals",
            "Proposals that wait for a person, and with `decided` those that were decided.",
            |v| Ok(Call::Read(ReadCall::ListProposals(from(v)?)))),
        read::<OfProposal, ProposalRow>("get_proposal", "Proposal",
            "A proposal and what became of it: pending, approved, executed, denied (with the person's reason), expired, \
             superseded (with the one in its place), cancelled, failed or unknown.",
            |v| Ok(Call::Read(ReadCall::GetProposal(from(v)?)))),
        read::<CannedQuery, CannedTexts>("list_canned", "Canned replies",
            "The desk's canned replies. For a ticket: the likely ones first, fields filled where they have a value. Wording, no evidence.",
            |v| Ok(Call::Read(ReadCall::ListCanned(from(v)?)))),
        read::<Rewrite, Rewritten>("rewrite_text", "Text in other words",
            "A draft, or a part of one, made shorter, longer, friendlier or plainer, corrected or translated; with what \
             nothing supports in it then. Nothing is sent.",
            |v| Ok(Call::Read(ReadCall::RewriteText(from(v)?)))),
        write::<UpdateTicket>("update_ticket", "Change a ticket",
            "Proposes new values for a ticket's status, assignee, priority or tags (tags replace the old ones). \
             A person must approve; until then the answer is `pending_approval`.",
            |v| Ok(Call::Write(WriteCall::UpdateTicket(from(v)?)))),
        write::<SendReply>("send_reply", "Reply",
            "Proposes a message into the thread, `public` (the customer reads it) or `internal`, with changes of fields \
             if wanted. A person must approve; until then the answer is `pending_approval`.",
            |v| Ok(Call::Write(WriteCall::SendReply(from(v)?)))),
        write::<MergeTickets>("merge_tickets", "Merge two tickets",
            "Proposes to merge the ticket `from` into `ticket_id`: its messages come over in the order of time, it is closed, \
             and nothing can take that back. A person must approve; until then the answer is `pending_approval`.",
            |v| Ok(Call::Write(WriteCall::MergeTickets(from(v)?)))),
        write::<SplitMessage>("split_message", "Split a message off",
            "Proposes a new ticket of the same customer with a copy of message number `message` (counted from 0) of a \
             thread. A person must approve; until then the answer is `pending_approval`.",
            |v| Ok(Call::Write(WriteCall::SplitMessage(from(v)?)))),
    ]
}

fn read<A: JsonSchema, R: JsonSchema>(
    name: &'static str,
    title: &'static str,
    description: &'static str,
    parse: Parse,
) -> Tool {
    Tool { name, title, description, access: Access::Read, input: schema::<A>(), output: schema::<R>(), parse }
}

fn write<A: JsonSchema>(name: &'static str, title: &'static str, description: &'static str, parse: Parse) -> Tool {
    let mut input = schema::<A>();
    if let Some(properties) = input.get_mut("properties").and_then(Value::as_object_mut) {
        let words = "Why, for the person who decides; shown as your words.";
        properties.insert(REASON.to_owned(), json!({"type": "string", "description": words}));
    }
    Tool { name, title, description, access: Access::Write, input, output: schema::<WriteAnswer>(), parse }
}

/// An argument of every write that is not part of the call: the proposer's words.
pub const REASON: &str = "reason";

/// Takes the proposer's words out of a write's arguments; a read has none.
pub fn take_reason(tool: &str, arguments: &mut Value) -> Option<String> {
    let writes = all().iter().any(|t| t.name == tool && t.access == Access::Write);
    let reason = if writes { arguments.as_object_mut()?.remove(REASON)? } else { return None };
    reason.as_str().map(str::to_owned)
}

fn from<A: DeserializeOwned>(arguments: Value) -> Result<A, serde_json::Error> {
    serde_json::from_value(arguments)
}

/// The schema as clients like it: no definitions elsewhere, no formats that only Rust knows.
fn schema<T: JsonSchema>() -> Map<String, Value> {
    let settings = SchemaSettings::draft2020_12().with(|s| {
        s.inline_subschemas = true;
        s.meta_schema = None;
    });
    let mut value = settings.into_generator().into_root_schema_for::<T>().to_value();
    tidy(&mut value);
    match value {
        Value::Object(map) => map,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => Map::new(),
    }
}

fn tidy(value: &mut Value) {
    match value {
        Value::Object(map) => {
            map.remove("format");
            map.retain(|key, value| !(key == "default" && value.is_null()));
            map.values_mut().for_each(tidy);
        }
        Value::Array(items) => items.iter_mut().for_each(tidy),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_mission_s_tools_have_their_names_and_fields() {
        for (name, input, output) in [
            ("get_ticket", vec!["ticket_id"], vec!["id", "subject", "body", "status", "priority", "customer_id"]),
            ("summarize_ticket", vec!["ticket_id"], vec!["summary", "highlights"]),
            ("suggest_response", vec!["ticket_id", "tone"], vec!["response_text", "confidence", "citations"]),
            ("get_faq", vec!["query"], vec!["articles"]),
            ("update_ticket", vec!["ticket_id", "update", "expected_version"], vec!["success", "message", "version"]),
        ] {
            let tool = all().iter().find(|tool| tool.name == name).unwrap();
            for field in input {
                assert!(tool.input["properties"].get(field).is_some(), "{name} takes {field}");
            }
            for field in output {
                assert!(tool.output["properties"].get(field).is_some(), "{name} answers {field}");
            }
        }
    }

    #[test]
    fn schemas_are_plain_objects_without_references() {
        for tool in all() {
            for schema in [&tool.input, &tool.output] {
                let text = serde_json::to_string(schema).unwrap();
                assert_eq!(schema["type"], "object", "{}", tool.name);
                assert!(!text.contains("$ref") && !text.contains("uint"), "{}: {text}", tool.name);
            }
        }
    }

    #[test]
    fn nothing_unknown_is_accepted() {
        assert!(matches!(parse("delete_ticket", json!({})), Err(BadCall::UnknownTool { .. })));
        for bad in [
            json!({}),
            json!({"ticket_id": "T-1", "approved": true}),
            json!({"ticket_id": 5}),
            json!({"ticket_id": "T-1\u{202e}"}),
            json!([]),
        ] {
            assert!(matches!(parse("get_ticket", bad.clone()), Err(BadCall::Arguments { .. })), "{bad}");
        }
    }
}
