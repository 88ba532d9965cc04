//! Large desks for measuring: dull text with enough variety that search and sorting have work to do.

use jiff::{SignedDuration, Timestamp};

use crate::domain::article::Article;
use crate::domain::audit::{Action, Event};
use crate::domain::intake::{Intake, NewCustomer, NewTicket};
use crate::domain::ticket::{Author, Message, Priority, Status, Visibility};
use crate::store::{Origin, Store, StoreError};

const BATCH: u32 = 5_000;
const THINGS: [&str; 12] = [
    "invoice",
    "parcel",
    "password",
    "refund",
    "subscription",
    "machine",
    "grinder",
    "voucher",
    "address",
    "app",
    "payment",
    "filter",
];
const TROUBLES: [&str; 10] = [
    "is missing",
    "was charged twice",
    "does not open",
    "arrived late",
    "is damaged",
    "shows an error",
    "cannot be changed",
    "was cancelled by itself",
    "is not accepted",
    "leaks",
];
const PLACES: [&str; 8] = ["Leeds", "Utrecht", "Porto", "Lyon", "Graz", "Malmö", "Brno", "Cork"];

/// Fills a desk with `tickets` tickets.
///
/// # Errors
/// When the store fails.
pub async fn fill(store: &dyn Store, tickets: u32) -> Result<(), StoreError> {
    let now = crate::clock::now();
    let mut from = 0;
    while from < tickets {
        let to = (from + BATCH).min(tickets);
        let rows = (from..to).map(|n| Intake::Ticket(Box::new(ticket(n, now)))).collect();
        store.import(rows, Origin::File, event("generate", now)).await?;
        from = to;
    }
    Ok(())
}

/// Articles for measuring search: `n` of them, about the same things as the tickets.
///
/// # Errors
/// When the store fails.
pub async fn articles(store: &dyn Store, n: u32) -> Result<(), StoreError> {
    let rows = (0..n).filter_map(|n| article(n).map(Intake::Article)).collect();
    store.import(rows, Origin::File, event("generate", crate::clock::now())).await.map(|_| ())
}

fn pick<'a>(words: &[&'a str], n: u32) -> &'a str {
    // A step that shares no factor with the lists' lengths, so that combinations do not repeat soon.
    words[(n.wrapping_mul(2_654_435_761) >> 7) as usize % words.len()]
}

/// Ticket number `n`.
pub(crate) fn ticket(n: u32, now: Timestamp) -> NewTicket {
    let (thing, trouble, place) = (pick(&THINGS, n), pick(&TROUBLES, n / 3 + 1), pick(&PLACES, n / 7 + 2));
    let at = now.checked_sub(SignedDuration::from_mins(i64::from(n % 40_000))).unwrap_or(now);
    let body = format!(
        "Hello, my {thing} {trouble}. The order number is FH-{:06} and I live in {place}. What can be done about it?",
        n % 1_000_000
    );
    NewTicket {
        external_id: format!("generated-{n}"),
        subject: format!("My {thing} {trouble} ({place})"),
        status: Status::ALL[n as usize % 4],
        priority: Priority::ALL[(n as usize / 5) % 4],
        tags: vec![thing.to_owned()],
        assignee: None,
        customer: NewCustomer::Contact {
            name: format!("Customer {}", n % 5_000),
            email: format!("c{}@mailbox.example", n % 5_000),
        },
        created_at: at,
        due_at: None,
        messages: vec![Message {
            at,
            author: Author::Customer,
            name: format!("Customer {}", n % 5_000),
            visibility: Visibility::Public,
            body,
            attachments: Vec::new(),
        }],
    }
}

fn article(n: u32) -> Option<Article> {
    let (thing, trouble, place) = (pick(&THINGS, n), pick(&TROUBLES, n / 2 + 5), pick(&PLACES, n + 1));
    Some(Article {
        id: format!("G-{n}").parse().ok()?,
        title: format!("When your {thing} {trouble}, case {n}"),
        body: format!(
            "If the {thing} {trouble}, first look at the order page. In {place} it takes {} working days. \
             Write to us with the number of the order when nothing has changed after that.",
            n % 9 + 1
        ),
        tags: vec![thing.to_owned()],
        updated_at: None,
    })
}

/// The record of a generated batch.
pub(crate) fn event(tool: &str, at: Timestamp) -> Event {
    #[allow(clippy::expect_used)] // a word is an id
    let actor = "countersign".parse().expect("a word is an id");
    Event::new(at, actor, crate::random::run_id(), Action::Imported, tool)
}
