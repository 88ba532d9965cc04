//! Prompts: what a person picks in their client to have a ticket triaged or a reply drafted.
//!
//! The instructions are ours or the desk's own. What a customer wrote stands behind them with `| ` before every line, so
//! that no line of it can pass for one of ours.

use std::fmt::Write as _;

use rmcp::ErrorData;
use rmcp::model::{GetPromptResult, JsonObject, ListPromptsResult, Prompt, PromptArgument, PromptMessage, Role};
use serde_json::Value;

use crate::desk::Caller;
use crate::domain::answer::Answer;
use crate::domain::call::{OfTicket, ReadCall};
use crate::domain::text;
use crate::domain::ticket::{Message, Ticket, Tone};
use crate::mcp::server::{DeskServer, refused};

/// To have a ticket triaged.
pub(crate) const TRIAGE: &str = "triage_ticket";
/// To have a reply drafted.
pub(crate) const DRAFT: &str = "draft_reply";
/// The ticket that a prompt is about.
pub(crate) const TICKET_ID: &str = "ticket_id";
/// How a reply sounds.
pub(crate) const TONE: &str = "tone";

/// Most characters of a thread in a prompt.
const MOST_THREAD: usize = 24_000;
/// Most characters of one message in it.
const MOST_MESSAGE: usize = 6_000;

/// Every prompt.
pub(crate) fn all() -> ListPromptsResult {
    let ticket = PromptArgument::new(TICKET_ID).with_description("The ticket, like T-1042.").with_required(true);
    let tones = Tone::ALL.iter().map(|tone| tone.as_str()).collect::<Vec<_>>().join(", ");
    let tone = PromptArgument::new(TONE)
        .with_description(format!("How the reply sounds: {tones}; polite if left out."))
        .with_required(false);
    let triage = "What a ticket is about, how urgent it is, who should have it; changes become proposals.";
    let draft = "A reply to a ticket, from what the desk knows; sending it becomes a proposal.";
    ListPromptsResult::with_all_items(vec![
        Prompt::new(TRIAGE, Some(triage), Some(vec![ticket.clone()])).with_title("Triage a ticket"),
        Prompt::new(DRAFT, Some(draft), Some(vec![ticket, tone])).with_title("Draft a reply"),
    ])
}

impl DeskServer {
    /// A prompt about a ticket, as it stands now.
    pub(crate) async fn prompt(
        &self,
        caller: &Caller,
        name: &str,
        mut arguments: JsonObject,
    ) -> Result<GetPromptResult, ErrorData> {
        let ticket_id = argument(&mut arguments, TICKET_ID)?;
        let (text, tone, about) = match name {
            TRIAGE => (self.prompts.triage_ticket.text(), None, "Triage"),
            DRAFT => {
                let tone = argument(&mut arguments, TONE)?.map_or(Ok(Tone::Polite), |tone| tone.parse());
                let tone: Tone = tone.map_err(|e| ErrorData::invalid_params(e.to_string(), None))?;
                (self.prompts.draft_reply.text(), Some(tone), "Reply to")
            }
            _ => {
                let words = format!("there is no prompt {}; there are {TRIAGE} and {DRAFT}", text::short(name, 80));
                return Err(ErrorData::invalid_params(words, None));
            }
        };
        if let Some(other) = arguments.keys().next() {
            let words = format!("{name} has no argument {}", text::short(other, 80));
            return Err(ErrorData::invalid_params(words, None));
        }
        let ticket_id = ticket_id.ok_or_else(|| ErrorData::invalid_params(format!("{TICKET_ID} is missing"), None))?;
        let ticket_id = ticket_id.parse().map_err(|e| ErrorData::invalid_params(format!("{e}"), None))?;
        let call = ReadCall::GetTicket(OfTicket { ticket_id });
        let answer = self.desk.read(caller, &call).await.map_err(|e| match refused(&e) {
            // A prompt is no resource: its arguments do not fit.
            error if error.code == rmcp::model::ErrorCode::RESOURCE_NOT_FOUND => {
                ErrorData::invalid_params(error.message, None)
            }
            error => error,
        })?;
        let Answer::Ticket(found) = answer else {
            return Err(ErrorData::internal_error("the desk answered something else", None));
        };
        let words = format!("{text}\n{}", brief(&found.ticket, tone));
        let description = format!("{about} {}", found.ticket.row.id);
        Ok(GetPromptResult::new(vec![PromptMessage::new_text(Role::User, words)]).with_description(description))
    }
}

/// Takes a text argument; clients send an empty one for what was left out.
fn argument(arguments: &mut JsonObject, name: &str) -> Result<Option<String>, ErrorData> {
    match arguments.remove(name) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text).filter(|text| !text.is_empty())),
        Some(_) => Err(ErrorData::invalid_params(format!("{name} must be a text"), None)),
    }
}

/// The ticket behind the instructions: our own facts, then strangers' words, each line marked.
fn brief(ticket: &Ticket, tone: Option<Tone>) -> String {
    let row = &ticket.row;
    let mut out = format!("Ticket: {}, version {}\n", row.id, row.version);
    let assignee = row.assignee.as_ref().map_or("nobody", |id| id.as_str());
    let _ = writeln!(out, "Status: {}, priority: {}, assignee: {assignee}", row.status, row.priority);
    if let Some(tone) = tone {
        let _ = writeln!(out, "Tone: {tone}");
    }
    out.push_str("\nSubject, tags and customer, as written by strangers:\n");
    data(&mut out, &row.subject);
    data(&mut out, &row.tags.join(", "));
    data(&mut out, &format!("{} ({})", row.customer_name, row.customer_id));
    thread(&mut out, &ticket.thread);
    out
}

/// The first message, and the last ones as far as there is room for them.
fn thread(out: &mut String, thread: &[Message]) {
    let mut room = MOST_THREAD;
    let mut shown = Vec::new();
    let (first, rest) = (thread.first().into_iter(), thread.iter().enumerate().skip(1).rev());
    for (n, message) in first.map(|message| (0, message)).chain(rest) {
        let length = message.body.chars().count().min(MOST_MESSAGE);
        if length > room {
            break;
        }
        room -= length;
        shown.push((n, message));
    }
    shown.sort_by_key(|(n, _)| *n);
    let mut next = 0;
    for (n, message) in shown {
        if n > next {
            let _ = writeln!(out, "\n({} messages are left out here)", n - next);
        }
        next = n + 1;
        let Message { at, author, visibility, .. } = message;
        let _ = writeln!(out, "\nMessage {n}, {}, {author}, {visibility}:", at.strftime("%Y-%m-%d %H:%M UTC"));
        data(out, &message.name);
        data(out, &clipped(&message.body));
    }
    if next < thread.len() {
        let _ = writeln!(out, "\n({} messages are left out here)", thread.len() - next);
    }
}

fn clipped(body: &str) -> String {
    let head: String = body.chars().take(MOST_MESSAGE).collect();
    if head.len() < body.len() { format!("{head}\n(cut here)") } else { head }
}

/// Strangers' words: every line behind the mark, everything invisible made visible.
fn data(out: &mut String, words: &str) {
    for line in text::block(words).lines() {
        let _ = writeln!(out, "| {line}");
    }
}
