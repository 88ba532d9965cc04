//! The approval card: every word a person must have read, built from the frozen call and a fresh read.

mod merge;
mod split;

use std::time::Duration;

use jiff::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

use crate::domain::call::{TicketUpdate, WriteCall};
use crate::domain::canonical::Digest;
use crate::domain::policy::{Keys, Policy, Requirement};
use crate::domain::proposal::Proposal;
use crate::domain::provenance::from_customer_only;
use crate::domain::text;
use crate::domain::ticket::{Message, Status, Ticket, Visibility};

/// What a line of a card is; the screen chooses its look by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Kind {
    /// Names a part of the card.
    Heading,
    /// A field that changes.
    Change,
    /// Text that will be sent, word by word.
    Text,
    /// Words of whoever proposes it, none of the card's own.
    Said,
    /// Said for the reader.
    Note,
    /// Must not be overlooked.
    Warning,
}

/// One line, already escaped; it wraps, it is never cut.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// What it is.
    pub kind: Kind,
    /// Its words.
    #[serde(deserialize_with = "escaped")]
    pub text: String,
}

/// A card from elsewhere may hold only what a terminal shows as it is.
fn escaped<'de, D: Deserializer<'de>>(from: D) -> Result<String, D::Error> {
    let text = String::deserialize(from)?;
    let is_shown_so = !text.contains('\n') && text::is_plain(&text);
    if is_shown_so { Ok(text) } else { Err(D::Error::custom("a line of the card is not escaped")) }
}

/// The tickets that a call is about, as they were just read.
#[derive(Clone, Copy, Debug)]
pub struct Fresh<'a> {
    /// The ticket; of a merge the one that stays.
    pub ticket: &'a Ticket,
    /// The second ticket, of a call that names two.
    pub other: Option<&'a Ticket>,
}

impl<'a> From<&'a Ticket> for Fresh<'a> {
    fn from(ticket: &'a Ticket) -> Self {
        Self { ticket, other: None }
    }
}

/// A frozen proposal with everything that is shown about it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    proposal: Proposal,
    made_at: Timestamp,
    lines: Vec<Line>,
    requirement: Requirement,
    obstacle: Option<String>,
}

/// What a person has put under a card.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// SHA-256 of the text that was on screen.
    pub shown: Digest,
    /// From the card on the screen to the key that decided.
    pub read: Duration,
    /// From that key until the call goes out: the time in the outbox.
    pub held: Duration,
}

impl Signature {
    /// At once, under this text.
    #[must_use]
    pub fn under(text: &str) -> Self {
        Self { shown: Digest::of(&[text.as_bytes()]), read: Duration::ZERO, held: Duration::ZERO }
    }
}

impl Card {
    /// Builds the card of `proposal` from a fresh read of its tickets.
    #[must_use]
    pub fn new<'a>(proposal: Proposal, fresh: impl Into<Fresh<'a>>, policy: &Policy, now: Timestamp) -> Self {
        let fresh = fresh.into();
        let requirement = proposal.requirement(policy);
        let mut lines = Vec::new();
        heading(&mut lines, &proposal, fresh.ticket, now);
        let told = told(&mut lines, proposal.call(), fresh);
        let obstacle = told.err().map(|why| {
            let words = format!("cannot be carried out: {}", text::line(&why));
            push(&mut lines, Kind::Warning, words.clone());
            words
        });
        why(&mut lines, &proposal);
        needs(&mut lines, &proposal, requirement);
        Self { proposal, made_at: now, lines, requirement, obstacle }
    }

    /// The same card, of the desk that it is about.
    #[must_use]
    pub fn on(mut self, desk: &str) -> Self {
        if let Some(first) = self.lines.first_mut() {
            first.text = format!("{} on {desk}", self.proposal.call().tool());
        }
        self
    }

    /// Why nobody can approve this, in words; nothing when somebody can.
    #[must_use]
    pub fn obstacle(&self) -> Option<&str> {
        self.obstacle.as_deref()
    }

    /// What is shown.
    #[must_use]
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// The proposal as frozen.
    #[must_use]
    pub fn proposal(&self) -> &Proposal {
        &self.proposal
    }

    /// When it was made.
    #[must_use]
    pub fn made_at(&self) -> Timestamp {
        self.made_at
    }

    /// What approving takes.
    #[must_use]
    pub fn requirement(&self) -> Requirement {
        self.requirement
    }

    /// The card as plain text, as it is kept in the log.
    #[must_use]
    pub fn text(&self) -> String {
        self.lines.iter().map(|line| line.text.as_str()).collect::<Vec<_>>().join("\n")
    }

    /// The exact arguments as JSON with every invisible character written out.
    #[must_use]
    pub fn exact_arguments(&self) -> String {
        let pretty = serde_json::to_string_pretty(&self.proposal.call().arguments()).unwrap_or_default();
        pretty.chars().map(|c| if c != '\n' && text::is_hostile(c) { written_out(c) } else { c.to_string() }).collect()
    }
}

/// A character as JSON writes it out.
fn written_out(c: char) -> String {
    let mut units = [0; 2];
    let written = c.encode_utf16(&mut units).iter().map(|unit| format!("\\u{unit:04x}"));
    written.collect::<Vec<_>>().concat()
}

fn push(lines: &mut Vec<Line>, kind: Kind, text: impl Into<String>) {
    lines.push(Line { kind, text: text.into() });
}

/// What the call does, by its kind.
fn told(lines: &mut Vec<Line>, call: &WriteCall, fresh: Fresh<'_>) -> Result<(), String> {
    match call {
        WriteCall::UpdateTicket(_) | WriteCall::SendReply(_) => {
            changes(lines, call.update(), fresh.ticket);
            reply(lines, call);
            hearsay(lines, call, fresh.ticket);
            Ok(())
        }
        WriteCall::MergeTickets(call) => merge::told(lines, call, fresh),
        WriteCall::SplitMessage(call) => split::told(lines, call, fresh.ticket),
    }
}

fn heading(lines: &mut Vec<Line>, proposal: &Proposal, ticket: &Ticket, now: Timestamp) {
    let age = now.duration_since(proposal.filed_at()).as_secs().max(0);
    let row = &ticket.row;
    push(lines, Kind::Heading, format!("{} on the embedded desk", proposal.call().tool()));
    push(lines, Kind::Note, format!("{}  {}", row.id, text::line(&row.subject)));
    push(lines, Kind::Note, format!("customer {} ({})", text::line(&row.customer_name), row.customer_id));
    let by = proposal.proposer();
    push(lines, Kind::Note, format!("proposed by {} ({}), run {}, {} ago", by.id, by.role, proposal.run(), ago(age)));
    if let Some(editor) = proposal.edited_by() {
        push(lines, Kind::Note, format!("edited by {editor}"));
    }
    push(lines, Kind::Note, format!("ticket just read at version {}", row.version));
    moved(lines, proposal, ticket);
    if let Some(into) = row.lives_on_in() {
        push(lines, Kind::Warning, format!("{} was merged into {into}: the conversation goes on there", row.id));
    }
}

/// What was asked for knows nothing of what has come since.
fn moved(lines: &mut Vec<Line>, proposal: &Proposal, ticket: &Ticket) {
    let (then, now) = (proposal.why().first_on.unwrap_or(proposal.base_version()), ticket.row.version);
    if then == now {
        return;
    }
    push(
        lines,
        Kind::Warning,
        format!("THE TICKET HAS MOVED since this was proposed: at version {then}, and it is {now}"),
    );
    let newer = ticket.thread.iter().filter(|message| message.at > proposal.filed_at());
    let words = match (newer.clone().count(), newer.clone().next_back()) {
        (_, None) => "no message has come since; its fields are other ones".to_owned(),
        (1, Some(last)) => format!("one message has come since: {}", signature(last)),
        (n, Some(last)) => format!("{n} messages have come since, the last: {}", signature(last)),
    };
    push(lines, Kind::Warning, words);
}

/// Who wrote a message, when, and who can read it.
fn signature(message: &Message) -> String {
    let Message { at, author, name, visibility, .. } = message;
    let read_by = match visibility {
        Visibility::Public => "PUBLIC",
        Visibility::Internal => "INTERNAL",
    };
    format!("{} ({author}), {}, {read_by}", text::line(name), moment(*at))
}

fn moment(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// The files of a message, each on a line.
fn files(lines: &mut Vec<Line>, message: &Message) {
    for file in &message.attachments {
        let words = format!("file: {} ({}, {} bytes)", text::line(&file.name), text::line(&file.mime), file.size);
        push(lines, Kind::Note, words);
    }
}

fn ago(seconds: i64) -> String {
    match seconds {
        0..=119 => format!("{seconds} s"),
        120..=7199 => format!("{} min", seconds / 60),
        _ => format!("{} h", seconds / 3600),
    }
}

fn changes(lines: &mut Vec<Line>, update: &TicketUpdate, ticket: &Ticket) {
    if update.is_empty() {
        return;
    }
    push(lines, Kind::Heading, "Changes");
    let row = &ticket.row;
    if let Some(status) = update.status {
        let effect = if status.is_done() && !row.status.is_done() { "  (ends the work on the ticket)" } else { "" };
        push(lines, Kind::Change, format!("{}{effect}", arrow("status", row.status.as_str(), status.as_str())));
        if status != Status::Closed && row.status == Status::Closed {
            push(lines, Kind::Warning, "opens a closed ticket again");
        }
    }
    if let Some(priority) = update.priority {
        push(lines, Kind::Change, arrow("priority", row.priority.as_str(), priority.as_str()));
    }
    if let Some(assignee) = &update.assignee {
        let old = row.assignee.as_ref().map_or("(nobody)", |a| a.as_str());
        let new = assignee.as_ref().map_or("(nobody)", |a| a.as_str());
        push(lines, Kind::Change, arrow("assignee", old, new));
    }
    if let Some(tags) = &update.tags {
        push(lines, Kind::Change, format!("tags      {}", tag_changes(&row.tags, tags)));
    }
}

fn arrow(field: &str, old: &str, new: &str) -> String {
    if old == new { format!("{field:<10}{old} (stays)") } else { format!("{field:<10}{old}  →  {new}") }
}

fn tag_changes(old: &[String], new: &[String]) -> String {
    let added = new.iter().filter(|tag| !old.contains(tag)).map(|tag| format!("+{}", one_word(tag)));
    let removed = old.iter().filter(|tag| !new.contains(tag)).map(|tag| format!("−{}", one_word(tag)));
    let changed: Vec<_> = added.chain(removed).collect();
    if changed.is_empty() { "(stay)".to_owned() } else { changed.join("  ") }
}

/// A tag; one that came in with blanks or signs is quoted, so that it cannot pass for two.
fn one_word(tag: &str) -> String {
    let shown = text::line(tag);
    let is_word = shown.chars().all(|c| c.is_alphanumeric() || "-_./:".contains(c));
    if is_word { shown.into_owned() } else { format!("{shown:?}") }
}

fn reply(lines: &mut Vec<Line>, call: &WriteCall) {
    let WriteCall::SendReply(reply) = call else { return };
    match reply.visibility {
        Visibility::Public => push(lines, Kind::Warning, "PUBLIC message: the customer will read this"),
        Visibility::Internal => push(lines, Kind::Heading, "INTERNAL note: only the desk reads this"),
    }
    for line in text::block(&reply.body).split('\n') {
        push(lines, Kind::Text, line);
    }
    if !text::is_plain(&reply.body) {
        push(lines, Kind::Warning, "the text holds invisible or control characters, shown as <U+…>");
    }
}

/// What stands in the arguments and was said by nobody but the customer.
fn hearsay(lines: &mut Vec<Line>, call: &WriteCall, ticket: &Ticket) {
    let tags = call.update().tags.as_deref().unwrap_or_default().join(" ");
    let body = match call {
        WriteCall::SendReply(reply) => reply.body.as_str(),
        WriteCall::UpdateTicket(_) | WriteCall::MergeTickets(_) | WriteCall::SplitMessage(_) => "",
    };
    let said = from_customer_only(&format!("{body} {tags}"), ticket);
    if !said.is_empty() {
        push(lines, Kind::Note, format!("only the customer says: {}", text::line(&said.join(", "))));
    }
}

fn why(lines: &mut Vec<Line>, proposal: &Proposal) {
    let why = proposal.why();
    push(lines, Kind::Heading, "Why, in the proposer's words");
    if why.text.trim().is_empty() {
        push(lines, Kind::Note, "(nothing said)");
    } else {
        text::block(&why.text).split('\n').for_each(|line| push(lines, Kind::Said, line));
    }
    if let Some(confidence) = why.confidence {
        let name = if why.calibrated { "confidence" } else { "score" };
        push(lines, Kind::Note, format!("{name} {confidence:.2}; it does not replace your decision"));
    }
    for claim in &why.unsupported {
        push(lines, Kind::Warning, format!("no source supports: {}", text::line(claim)));
    }
}

fn needs(lines: &mut Vec<Line>, proposal: &Proposal, requirement: Requirement) {
    let keys = match requirement.keys {
        Keys::One => "one key".to_owned(),
        Keys::Two(risk) => format!("two keys, because {risk}"),
    };
    let second = if requirement.second_person { " · a second person" } else { "" };
    let digest = proposal.digest();
    push(lines, Kind::Note, format!("sha256 {digest}"));
    push(lines, Kind::Note, format!("needs: {}{second} · {keys}", requirement.role));
}

#[cfg(test)]
mod tests;
