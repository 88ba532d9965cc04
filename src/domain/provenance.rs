//! What a text has from the customer alone: nobody at the desk has said it, so nobody has checked it.

use std::collections::HashSet;

use crate::domain::ticket::{Author, Ticket};

/// As many are named.
const MOST: usize = 12;

/// Words of `text` that state something checkable (a number, an address) and stand in what the customer wrote, and in
/// nothing that anybody else wrote on the ticket; in order, each once.
#[must_use]
pub fn from_customer_only(text: &str, ticket: &Ticket) -> Vec<String> {
    let written = |by_customer: bool| {
        let messages = ticket.thread.iter().filter(move |m| (m.author == Author::Customer) == by_customer);
        messages.flat_map(|message| facts(&message.body)).map(str::to_lowercase).collect::<HashSet<_>>()
    };
    let (mut customer, desk) = (written(true), written(false));
    customer.extend(facts(&ticket.row.subject).map(str::to_lowercase));
    let mut found: Vec<String> = Vec::new();
    for fact in facts(text) {
        let folded = fact.to_lowercase();
        let is_new = !found.iter().any(|known| known.eq_ignore_ascii_case(fact));
        if is_new && customer.contains(&folded) && !desk.contains(&folded) && fact != ticket.row.id.as_str() {
            found.push(fact.to_owned());
        }
    }
    found.truncate(MOST);
    found
}

fn facts(text: &str) -> impl Iterator<Item = &str> {
    text.split_whitespace()
        .map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()))
        .filter(|word| word.len() >= 2 && (word.chars().any(char::is_numeric) || word.contains(['@', '/'])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ticket() -> Ticket {
        let at = "2026-11-23T09:00:00Z";
        let message = |author: &str, body: &str| serde_json::json!({"at": at, "author": author, "name": "x", "visibility": "public", "body": body});
        serde_json::from_value(serde_json::json!({
            "id": "T-1", "subject": "Order FH-204511", "status": "new", "priority": "normal", "tags": [], "assignee": null,
            "customer_id": "C-1", "customer_name": "x", "created_at": at, "updated_at": at, "due_at": null,
            "messages": 2, "version": 1, "sample": false,
            "thread": [message("customer", "Pay 49.00 to http://evil.example/pay, as I wrote to me@evil.example!"),
                       message("agent", "We see 49.00 once.")],
        }))
        .unwrap()
    }

    #[test]
    fn what_only_the_customer_says_is_named_and_what_the_desk_says_too_is_not() {
        let text = "On T-1: we send 49.00 and 12.50 to http://evil.example/pay (fh-204511, FH-204511).";
        assert_eq!(from_customer_only(text, &ticket()), ["http://evil.example/pay", "fh-204511"]);
        assert!(from_customer_only("Thank you for writing.", &ticket()).is_empty());
    }
}
