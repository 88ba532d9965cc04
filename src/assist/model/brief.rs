//! What a model is given to read, within a budget: the thread, the newest first, and sources under numbers.

use std::fmt::Write as _;

use crate::assist::reply::{self, ReplyInput};
use crate::domain::article::CannedReply;
use crate::domain::mail;
use crate::domain::text;
use crate::domain::ticket::{Author, Message, Ticket, Visibility};

/// Most characters of the thread.
const MOST_THREAD: usize = 8_000;
/// Most characters of one message.
const MOST_MESSAGE: usize = 3_000;
/// Most characters of one source.
const MOST_SOURCE: usize = 1_800;
/// Most characters of an answer to another customer.
const MOST_PRECEDENT: usize = 800;
/// Canned replies offered beside the articles.
const MOST_CANNED: usize = 2;

/// Something that a draft may cite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Source {
    /// Article or canned reply.
    pub id: String,
    /// Its title.
    pub title: String,
    /// What it says.
    pub text: String,
}

/// A brief: its text, and the sources behind its numbers, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Brief {
    /// For the model.
    pub text: String,
    /// What `[1]`, `[2]`, … stand for.
    pub sources: Vec<Source>,
}

/// The brief of a summary: the thread alone.
#[must_use]
pub fn of_summary(ticket: &Ticket) -> Brief {
    let mut out = head(ticket);
    thread(&mut out, ticket, |_| true);
    Brief { text: out, sources: Vec::new() }
}

/// The brief of a reply: what was said in public, the customer, and what may be cited.
#[must_use]
pub fn of_reply(input: &ReplyInput<'_>, style: &[String]) -> Brief {
    let mut out = head(input.ticket);
    line(&mut out, "Tone", input.tone.as_str());
    line(&mut out, "Agent's name, to sign with", input.agent_name);
    if let Some(language) = reply::language(input.ticket) {
        line(&mut out, "The customer writes in", &language);
    }
    if let Some(customer) = input.customer {
        line(&mut out, "Customer", &customer.name);
        line(&mut out, "Plan", &customer.plan);
        line(&mut out, "Locale", &customer.locale);
        line(&mut out, "Customer since", &customer.since.map_or_else(String::new, |day| day.to_string()));
    }
    thread(&mut out, input.ticket, |message| message.visibility == Visibility::Public);
    let sources = sources(input);
    number(&mut out, &sources);
    if sources.is_empty() {
        out.push_str("\nThere is no source.\n");
    }
    for (canned, text) in wordings(input, &sources) {
        let _ = writeln!(
            out,
            "\nThis team often writes here ({}; wording, not a source):",
            text::short(&canned.title, 200)
        );
        data(&mut out, &clipped(&text, MOST_SOURCE));
    }
    for answered in input.precedents {
        out.push_str("\nThis team answered another customer in a similar ticket (wording, not a source):\n");
        data(&mut out, &clipped(answered, MOST_PRECEDENT));
    }
    for note in style {
        line(&mut out, "Style of this team", note);
    }
    Brief { text: out, sources }
}

/// Sources under their numbers.
pub(crate) fn number(out: &mut String, sources: &[Source]) {
    for (n, source) in (1..).zip(sources) {
        let _ = writeln!(out, "\nSource [{n}]: {}", text::short(&source.title, 200));
        data(out, &clipped(&source.text, MOST_SOURCE));
    }
}

/// Likely canned replies that are no source.
fn wordings<'a>(input: &ReplyInput<'a>, sources: &[Source]) -> Vec<(&'a CannedReply, String)> {
    let likely = reply::likely_canned(input).into_iter();
    let other = likely.filter(|(canned, _)| sources.iter().all(|source| source.id != canned.id.as_str()));
    other.take(MOST_CANNED).collect()
}

fn sources(input: &ReplyInput<'_>) -> Vec<Source> {
    let articles = input.articles.iter().filter(|(article, _)| reply::is_public(article)).map(|(article, _)| Source {
        id: article.id.to_string(),
        title: article.title.clone(),
        text: article.body.clone(),
    });
    let canned = reply::fitting_canned(input).into_iter().take(MOST_CANNED).map(|(canned, text)| Source {
        id: canned.id.to_string(),
        title: canned.title.clone(),
        text,
    });
    articles.chain(canned).collect()
}

fn head(ticket: &Ticket) -> String {
    let mut out = String::new();
    line(&mut out, "Ticket", ticket.row.id.as_str());
    line(&mut out, "Status", ticket.row.status.as_str());
    out.push_str("Subject:\n");
    data(&mut out, &ticket.row.subject);
    out
}

fn line(out: &mut String, name: &str, value: &str) {
    if !value.trim().is_empty() {
        let _ = writeln!(out, "{name}: {}", text::short(value, 400));
    }
}

/// Messages from the newest on, as long as there is room; told in the order in which they were written.
fn thread(out: &mut String, ticket: &Ticket, which: impl Fn(&Message) -> bool) {
    let mut room = MOST_THREAD;
    let mut kept = Vec::new();
    for (n, message) in ticket.thread.iter().enumerate().rev().filter(|(_, message)| which(message)) {
        let fresh = mail::fresh(&message.body);
        let body = clipped(if fresh.is_empty() { &message.body } else { &fresh }, MOST_MESSAGE.min(room));
        room = room.saturating_sub(body.len());
        kept.push((n, message, body));
        if room < 200 {
            break;
        }
    }
    let left_out = kept.last().map_or(0, |(n, ..)| ticket.thread[..*n].iter().filter(|m| which(m)).count());
    if left_out > 0 {
        let _ = writeln!(out, "\n({left_out} older messages are left out.)");
    }
    for (n, message, body) in kept.iter().rev() {
        let who = match message.author {
            Author::Customer => "the customer",
            Author::Agent if message.visibility == Visibility::Internal => "the desk, for itself only",
            Author::Agent => "the desk",
            Author::System => "the system",
        };
        let _ = writeln!(out, "\nMessage [{n}] by {who}, {}:", message.at.strftime("%Y-%m-%d"));
        data(out, body);
    }
}

/// Data of strangers, each line marked as such; what a terminal or a reader would not see is made visible.
pub(crate) fn data(out: &mut String, body: &str) {
    for line in text::block(body).lines() {
        let _ = writeln!(out, "| {line}");
    }
}

/// At most so many characters. The cut never falls inside a number or an address: half of one would not be seen to be
/// personal, and would leave.
fn clipped(body: &str, most: usize) -> String {
    let head: String = body.chars().take(most).collect();
    if head.len() == body.len() {
        return head;
    }
    let mut kept = head.trim_end_matches(|c: char| !c.is_whitespace()).trim_end();
    while let Some(word) = kept.split_whitespace().next_back()
        && word.contains(|c: char| c.is_numeric() || c == '@')
    {
        kept = kept[..kept.len() - word.len()].trim_end();
    }
    format!("{kept} […]")
}
