//! Composes a reply out of what the desk's sources say, and nothing else.
//!
//! A reply is a greeting, passages of articles or of a canned reply with marks like `[1]`, and a closing. The fixed
//! words state nothing, the passages come from sources, and the only thing taken from the ticket is a number that the
//! customer named: so [`crate::assist::claims::unsupported`] finds nothing in it.

pub(crate) mod answer;
mod asking;
mod canned;
mod missing;
pub(crate) mod naming;
mod passage;
mod phrasing;
pub(crate) mod quoting;
pub(crate) mod suspicion;

use std::collections::BTreeSet;

use crate::assist::claims::unsupported;
use crate::assist::confidence::{Signals, weigh};
use crate::assist::grounds;
use crate::assist::reply::answer::Answer;
use crate::assist::reply::asking::Question;
use crate::assist::reply::naming::{Names, names};
use crate::domain::article::{Article, CannedReply};
use crate::domain::customer::Customer;
use crate::domain::draft::{Maker, Suggestion, Unsupported};
use crate::domain::ticket::{Author, Message, Ticket, Tone, Visibility};

/// Everything that a reply may rest on.
#[derive(Clone, Copy, Debug)]
pub struct ReplyInput<'a> {
    /// The ticket to answer.
    pub ticket: &'a Ticket,
    /// Whose it is, when the desk knows.
    pub customer: Option<&'a Customer>,
    /// Who will sign.
    pub agent_name: &'a str,
    /// How it should sound.
    pub tone: Tone,
    /// Articles found for the ticket, each with its score, 0 to 1.
    pub articles: &'a [(Article, f64)],
    /// The canned replies of the desk, the likeliest here first.
    pub canned: &'a [CannedReply],
    /// How many of them, from the first on, are likely here.
    pub likely: usize,
    /// What the desk answered other customers in similar tickets, blotted.
    pub precedents: &'a [String],
}

/// A reply with its sources and its confidence; the same input always gives the same one.
#[must_use]
pub fn suggest(input: &ReplyInput<'_>) -> Suggestion {
    let question = Question::of(input.ticket);
    let names = addressed(input.ticket, input.customer);
    let canned = answer::canned_for(input, &question.terms, &names.first);
    let answer = answer::compose(input, &question.terms, canned.as_ref(), phrasing::most_quoted(input.tone));
    let response_text = written(input, &question, &names, answer.as_ref());
    let sources = answer.as_ref().map_or(&[][..], |a| &a.sources);
    let unsupported = checked(&response_text, input.ticket, sources);
    let grounds = grounds::of(&response_text, sources, input.ticket);
    let (score, evidence) = weigh(&signals(&question, answer.as_ref(), unsupported.len()));
    let citations = answer.map(|a| a.citations).unwrap_or_default();
    Suggestion {
        response_text,
        confidence: score,
        calibrated: false,
        decisions: 0,
        score,
        citations,
        unsupported,
        grounds,
        canned: Vec::new(),
        evidence,
        maker: Maker::offline(),
    }
}

/// What is looked at before any draft is: the question, and what was found for it.
#[must_use]
pub fn signals_of(input: &ReplyInput<'_>) -> Signals {
    let question = Question::of(input.ticket);
    let canned = answer::canned_for(input, &question.terms, &addressed(input.ticket, input.customer).first);
    let answer = answer::compose(input, &question.terms, canned.as_ref(), phrasing::most_quoted(input.tone));
    signals(&question, answer.as_ref(), 0)
}

/// Stems of the telling words that nobody has answered yet.
#[must_use]
pub fn asked(ticket: &Ticket) -> BTreeSet<String> {
    Question::of(ticket).terms
}

/// The language that the customer writes in, when it is known and not English.
#[must_use]
pub fn language(ticket: &Ticket) -> Option<String> {
    Question::of(ticket).foreign
}

/// The language of a text, when it is known and not English.
#[must_use]
pub fn language_of(text: &str) -> Option<String> {
    asking::foreign(text)
}

/// Whether an article may be quoted to a customer.
#[must_use]
pub fn is_public(article: &Article) -> bool {
    !answer::is_internal(&article.title) && !suspicion::is_suspicious(&article.title)
}

/// Canned replies that may fit, the best first, with their fields filled.
#[must_use]
pub fn fitting_canned<'a>(input: &ReplyInput<'a>) -> Vec<(&'a CannedReply, String)> {
    let question = Question::of(input.ticket);
    let canned = answer::canned_for(input, &question.terms, &addressed(input.ticket, input.customer).first);
    canned.into_iter().map(|filled| (filled.reply, filled.text)).collect()
}

/// The likely canned replies, the likeliest first, with their fields filled: wording and no evidence.
#[must_use]
pub fn likely_canned<'a>(input: &ReplyInput<'a>) -> Vec<(&'a CannedReply, String)> {
    let first_name = addressed(input.ticket, input.customer).first;
    let fields = answer::fields(input, &first_name);
    let likely = input.canned.iter().take(input.likely);
    likely.filter_map(|reply| Some((reply, canned::honest(reply, &fields)?))).collect()
}

/// A canned reply's text for a ticket, and the fields that stay in it because nothing is known for them.
#[must_use]
pub fn canned_text(body: &str, ticket: &Ticket, customer: Option<&Customer>, agent: &str) -> (String, Vec<String>) {
    let first_name = &addressed(ticket, customer).first;
    canned::fill_known(body, &canned::Fields { first_name, ticket: ticket.row.id.as_str(), agent })
}

/// The fields of a canned reply, as they stand in it.
#[must_use]
pub fn canned_fields(body: &str) -> Vec<String> {
    canned::fill_known(body, &canned::Fields { first_name: "", ticket: "", agent: "" }).1
}

/// The names to use: a firm has no first name, so the person who wrote is addressed.
fn addressed(ticket: &Ticket, customer: Option<&Customer>) -> Names {
    let shown = customer.map_or(ticket.row.customer_name.as_str(), |c| c.name.as_str());
    let found = names(shown);
    let writer = ticket.thread.iter().rev().find(|m| m.author == Author::Customer).map(|m| names(&m.name));
    match writer {
        Some(writer)
            if found.first.contains(' ') && writer.first.split(' ').count() == 1 && writer != Names::default() =>
        {
            writer
        }
        Some(_) | None => found,
    }
}

fn written(input: &ReplyInput<'_>, question: &Question, names: &Names, answer: Option<&Answer>) -> String {
    let reference = question.reference.as_ref();
    let middle = match answer {
        Some(answer) => {
            vec![phrasing::opening(input.tone, reference), answer.text.clone(), phrasing::offer(input.tone).to_owned()]
        }
        None => vec![phrasing::honest(input.tone, reference, missing::question(question))],
    };
    let mut parts = vec![phrasing::greeting(input.tone, names)];
    parts.extend(middle);
    parts.push(phrasing::closing(input.tone, input.agent_name));
    parts.retain(|p| !p.is_empty());
    parts.join("\n\n")
}

/// The claims of a reply that neither the thread nor a cited source supports.
fn checked(text: &str, ticket: &Ticket, sources: &[String]) -> Vec<Unsupported> {
    let mut all = thread_sources(ticket);
    all.extend(sources.iter().cloned());
    unsupported(text, &all.iter().map(String::as_str).collect::<Vec<_>>())
}

/// What a ticket supports by itself: what was said in public, its subject and its number.
#[must_use]
pub fn thread_sources(ticket: &Ticket) -> Vec<String> {
    let public = ticket.thread.iter().filter(|m| m.visibility == Visibility::Public);
    let mut all: Vec<String> = public.map(as_source).collect();
    all.push(format!("> {}", ticket.row.subject));
    all.push(ticket.row.id.as_str().to_owned());
    all
}

/// What a customer writes supports facts and no promise, so it is quoted.
fn as_source(message: &Message) -> String {
    match message.author {
        Author::Agent => message.body.clone(),
        Author::Customer | Author::System => format!("> {}", message.body.replace('\n', "\n> ")),
    }
}

fn signals(question: &Question, answer: Option<&Answer>, unsupported: usize) -> Signals {
    Signals {
        fits: answer.is_some(),
        best: answer.map_or(0.0, |a| a.best),
        next: answer.map_or(0.0, |a| a.next),
        coverage: answer.map_or(0.0, |a| a.coverage),
        words: question.terms.len(),
        requests: question.requests,
        angry: question.angry,
        danger: question.danger,
        foreign: question.foreign.clone(),
        unsupported,
        answered: question.answered,
        suspicious: question.suspicious,
        attachments: question.attachments,
    }
}

#[cfg(test)]
mod tests;
