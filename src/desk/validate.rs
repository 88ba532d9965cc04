//! What must hold of values before anything is done with them.

use crate::desk::DeskError;
use crate::domain::article::Article;
use crate::domain::call::{MOST_BODY, ReadCall, TicketUpdate, WriteCall};
use crate::domain::customer::Customer;
use crate::domain::intake::{NewCustomer, NewTicket};
use crate::domain::keeping::CustomerQuery;
use crate::domain::merge::Merged;
use crate::domain::proposal::Why;
use crate::domain::rewrite::Rewrite;
use crate::domain::split::SplitOff;
use crate::domain::ticket::Ticket;

/// Longest search, in bytes.
const MOST_QUERY: usize = 4 * 1024;
/// Longest subject, in characters.
const MOST_SUBJECT: usize = 200;
/// Longest text to be put into other words, in bytes.
const MOST_REWRITTEN: usize = 16 * 1024;
const MOST_SOURCES: usize = 20;
const MOST_LANGUAGE: usize = 40;
/// Longest reason for a write, in bytes.
const MOST_REASON: usize = 8 * 1024;
const MOST_TAGS: usize = 20;
const MOST_TAG: usize = 40;

/// Checks a read's arguments.
pub(crate) fn read(call: &ReadCall) -> Result<(), DeskError> {
    match call {
        ReadCall::GetFaq(faq) => query(&faq.query).and_then(|()| within("limit", faq.limit, 20)),
        ReadCall::ListTickets(list) => {
            query(list.text.as_deref().unwrap_or(""))?;
            within("limit", list.limit, 500)
        }
        ReadCall::SearchTickets(search) => {
            query(search.query.as_deref().unwrap_or(""))?;
            within("limit", search.limit, 50)?;
            must(search.query.is_some() || search.ticket_id.is_some(), "give `query` or `ticket_id`")
        }
        ReadCall::RewriteText(asked) => rewrite(asked),
        ReadCall::GetTicket(_)
        | ReadCall::SummarizeTicket(_)
        | ReadCall::SuggestResponse(_)
        | ReadCall::GetArticle(_)
        | ReadCall::GetCustomer(_)
        | ReadCall::GetProposal(_)
        | ReadCall::ListProposals(_)
        | ReadCall::ListCanned(_) => Ok(()),
    }
}

fn rewrite(asked: &Rewrite) -> Result<(), DeskError> {
    must(!asked.text.trim().is_empty(), "`text` is empty")?;
    must(asked.text.len() <= MOST_REWRITTEN, "`text` is longer than 16 KiB")?;
    must(asked.sources.len() <= MOST_SOURCES, "more than 20 sources")?;
    let language = asked.language.as_deref().unwrap_or_default();
    let fits =
        language.chars().count() <= MOST_LANGUAGE && language.chars().all(|c| c.is_alphabetic() || " -()".contains(c));
    must(fits, "`language` is a language's name")
}

/// Checks a write's arguments.
pub(crate) fn write(call: &WriteCall) -> Result<(), DeskError> {
    match call {
        WriteCall::UpdateTicket(update) => {
            must(!update.update.is_empty(), "`update` is empty: nothing would change")?;
        }
        WriteCall::SendReply(reply) => {
            must(!reply.body.trim().is_empty(), "the message is empty")?;
            must(reply.body.len() <= MOST_BODY, "the message is longer than 64 KiB")?;
        }
        WriteCall::MergeTickets(merge) => {
            must(merge.ticket_id != merge.from, "a ticket cannot be merged into itself")?;
        }
        WriteCall::SplitMessage(split) => subject(&split.subject)?,
    }
    tags(call.update())
}

/// Checks why a write is asked for: what a person must read before they decide has an end.
pub(crate) fn why(why: &Why) -> Result<(), DeskError> {
    let length = why.text.len() + why.unsupported.iter().map(|claim| claim.len() + 1).sum::<usize>();
    must(length <= MOST_REASON, "the reason is longer than 8 KiB")
}

/// Checks a write against the tickets that it is about.
pub(crate) fn on(call: &WriteCall, ticket: &Ticket, other: Option<&Ticket>) -> Result<(), DeskError> {
    let wrong = match (call, other) {
        (WriteCall::UpdateTicket(_) | WriteCall::SendReply(_), _) | (WriteCall::MergeTickets(_), None) => None,
        (WriteCall::MergeTickets(_), Some(other)) => Merged::of(&ticket.row, &other.row).err().map(|no| no.to_string()),
        (WriteCall::SplitMessage(split), _) => {
            SplitOff::of(ticket, split.message, &split.subject).err().map(|no| no.to_string())
        }
    };
    wrong.map_or(Ok(()), |why| Err(DeskError::Invalid(why)))
}

/// A subject that is written here, not by a stranger: one line without surprises.
fn subject(subject: &str) -> Result<(), DeskError> {
    must(!subject.trim().is_empty(), "the subject is empty")?;
    must(subject.chars().count() <= MOST_SUBJECT, "the subject is longer than 200 characters")?;
    let plain = crate::domain::text::is_plain(subject) && !subject.contains('\n');
    must(plain, "a subject is one line without control or invisible characters")
}

fn tags(update: &TicketUpdate) -> Result<(), DeskError> {
    let tags = update.tags.as_deref().unwrap_or(&[]);
    must(tags.len() <= MOST_TAGS, "more than 20 tags")?;
    let fits = |tag: &String| {
        (1..=MOST_TAG).contains(&tag.chars().count())
            && tag.chars().all(|c| c.is_alphanumeric() || "-_./:".contains(c))
            && crate::domain::text::is_plain(tag)
    };
    must(tags.iter().all(fits), "a tag is 1 to 40 letters, digits or - _ . / :")?;
    let mut sorted: Vec<_> = tags.iter().collect();
    sorted.sort();
    sorted.dedup();
    must(sorted.len() == tags.len(), "a tag stands twice")
}

/// Checks which customers are asked for.
pub(crate) fn customers(asked: &CustomerQuery) -> Result<(), DeskError> {
    query(asked.name.as_deref().unwrap_or_default())?;
    query(asked.email.as_deref().unwrap_or_default())?;
    within("limit", asked.limit, 200)
}

/// Checks a customer that somebody of the desk writes down.
pub(crate) fn customer(customer: &Customer) -> Result<(), DeskError> {
    let Customer { name, email, plan, locale, notes, .. } = customer;
    must(!name.trim().is_empty(), "`name` is empty")?;
    for (field, text) in [("name", name), ("email", email), ("plan", plan), ("locale", locale)] {
        let fits = text.chars().count() <= MOST_SUBJECT && crate::domain::text::is_plain(text) && !text.contains('\n');
        must(
            fits,
            &format!("`{field}` is one line of at most 200 characters without control or invisible characters"),
        )?;
    }
    must(email.is_empty() || address(email), "`email` is an address, or empty")?;
    must(notes.len() <= MOST_REASON, "`notes` is longer than 8 KiB")
}

/// As much of an address as anybody can tell without writing to it.
fn address(text: &str) -> bool {
    let parts = text.split_once('@');
    parts.is_some_and(|(user, host)| {
        !user.is_empty() && !host.is_empty() && !text.chars().any(char::is_whitespace) && !host.contains('@')
    })
}

/// Checks an article that somebody of the desk writes.
pub(crate) fn article(article: &Article) -> Result<(), DeskError> {
    subject(&article.title)?;
    must(!article.body.trim().is_empty(), "`body` is empty")?;
    must(article.body.len() <= MOST_BODY, "the article is longer than 64 KiB")?;
    tags(&TicketUpdate { tags: Some(article.tags.clone()), ..TicketUpdate::default() })
}

/// Checks a ticket that comes in: what a customer wrote is taken as it is, within bounds.
pub(crate) fn new_ticket(ticket: &NewTicket) -> Result<(), DeskError> {
    let NewTicket { external_id, customer, messages, .. } = ticket;
    must((1..=200).contains(&external_id.chars().count()), "`external_id` has 1 to 200 characters")?;
    must(!ticket.subject.trim().is_empty(), "the subject is empty")?;
    must(ticket.subject.chars().count() <= MOST_SUBJECT, "the subject is longer than 200 characters")?;
    must(!ticket.subject.contains(['\n', '\r']), "a subject is one line")?;
    for message in messages {
        must(!message.body.trim().is_empty(), "the message is empty")?;
        must(message.body.len() <= MOST_BODY, "the message is longer than 64 KiB")?;
    }
    if let NewCustomer::Contact { name, email } = customer {
        must(!name.trim().is_empty() || !email.is_empty(), "`customer` has a name or an address")?;
        must(name.chars().count() <= MOST_SUBJECT && email.chars().count() <= MOST_SUBJECT, "`customer` is too long")?;
        must(email.is_empty() || address(email), "`email` is an address, or empty")?;
    }
    tags(&TicketUpdate { tags: Some(ticket.tags.clone()), ..TicketUpdate::default() })
}

fn query(text: &str) -> Result<(), DeskError> {
    must(text.len() <= MOST_QUERY, "the query is longer than 4 KiB")
}

fn within(field: &str, value: u32, most: u32) -> Result<(), DeskError> {
    must((1..=most).contains(&value), &format!("`{field}` must be 1 to {most}"))
}

fn must(holds: bool, otherwise: &str) -> Result<(), DeskError> {
    if holds { Ok(()) } else { Err(DeskError::Invalid(otherwise.to_owned())) }
}
