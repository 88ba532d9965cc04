//! Mails that answer each other become one ticket.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::domain::intake::{NewCustomer, NewTicket};
use crate::domain::ticket::{Author, Message, Priority, Status, Visibility};
use crate::import::mail::Mail;

/// Tickets made of mails.
pub(super) struct Threads {
    /// In the order of their first mails in the import.
    pub(super) tickets: Vec<NewTicket>,
    /// How many mails were there twice, byte for byte.
    pub(super) copies: usize,
}

/// Joins mails by Message-ID, In-Reply-To and References.
pub(super) fn tickets(mut mails: Vec<Mail>) -> Threads {
    let all = mails.len();
    let mut seen = HashSet::new();
    mails.retain(|mail| seen.insert(mail.digest.clone()));
    let copies = all - mails.len();
    let mut threads: BTreeMap<usize, Vec<Mail>> = BTreeMap::new();
    for (root, mail) in roots(&mails).into_iter().zip(mails) {
        threads.entry(root).or_default().push(mail);
    }
    Threads { tickets: threads.into_values().filter_map(ticket).collect(), copies }
}

/// For every mail the number of its thread: the lowest number among its mails.
fn roots(mails: &[Mail]) -> Vec<usize> {
    let mut parent: Vec<usize> = (0..mails.len()).collect();
    let mut owner: HashMap<&str, usize> = HashMap::new();
    for (at, mail) in mails.iter().enumerate() {
        for id in mail.id.iter().chain(&mail.references) {
            let other = *owner.entry(id).or_insert(at);
            let (a, b) = (root(&mut parent, at), root(&mut parent, other));
            parent[a.max(b)] = a.min(b);
        }
    }
    (0..mails.len()).map(|at| root(&mut parent, at)).collect()
}

fn root(parent: &mut [usize], mut at: usize) -> usize {
    while parent[at] != at {
        parent[at] = parent[parent[at]];
        at = parent[at];
    }
    at
}

fn ticket(mut mails: Vec<Mail>) -> Option<NewTicket> {
    mails.sort_by_key(|mail| mail.at);
    let first = mails.first()?;
    let (customer, desk) = (first.email.clone(), first.to.clone());
    let external_id = first.id.as_ref().map_or_else(|| first.digest.clone(), |id| format!("mail:{id}"));
    let (subject, name, created_at) = (first.subject.clone(), first.name.clone(), first.at);
    let messages: Vec<Message> = mails.into_iter().map(|mail| message(mail, &customer, &desk)).collect();
    Some(NewTicket {
        external_id,
        subject,
        status: status(&messages),
        priority: Priority::Normal,
        tags: Vec::new(),
        assignee: None,
        customer: NewCustomer::Contact { name, email: customer },
        created_at,
        due_at: None,
        messages,
    })
}

/// Whoever the first mail was sent to answers for the desk.
fn message(mail: Mail, customer: &str, desk: &[String]) -> Message {
    let from_desk = mail.email != customer && desk.contains(&mail.email);
    Message {
        at: mail.at,
        author: if from_desk { Author::Agent } else { Author::Customer },
        name: mail.name,
        visibility: Visibility::Public,
        body: mail.body,
        attachments: mail.attachments,
    }
}

fn status(messages: &[Message]) -> Status {
    let answered = messages.iter().any(|message| message.author == Author::Agent);
    match messages.last().map(|message| message.author) {
        Some(Author::Agent) => Status::Pending,
        Some(Author::Customer | Author::System) if answered => Status::Open,
        Some(Author::Customer | Author::System) | None => Status::New,
    }
}
