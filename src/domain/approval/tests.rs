//! Tests of the card.

use super::*;
use crate::domain::actor::{Principal, Role};
use crate::domain::proposal::{Filing, Why};
use serde_json::json;

fn ticket() -> Ticket {
    serde_json::from_value(json!({
        "id": "T-1", "subject": "Charged\u{202e} twice", "status": "open", "priority": "high",
        "tags": ["needs-triage"], "assignee": null, "customer_id": "C-1", "customer_name": "Ines Duarte",
        "created_at": "2026-01-01T00:00:00Z", "updated_at": "2026-01-01T00:00:00Z", "due_at": null,
        "messages": 1, "version": 7, "sample": true, "thread": [],
    }))
    .unwrap()
}

fn card(call: WriteCall) -> Card {
    let filing = Filing {
        id: "P-1".parse().unwrap(),
        call,
        base_version: 7,
        proposer: Principal { id: "bot".parse().unwrap(), role: Role::Bot },
        run: "r1".parse().unwrap(),
        why: Why {
            text: "because\u{1b}[2K".into(),
            confidence: Some(0.9),
            calibrated: true,
            unsupported: vec!["Friday".into()],
            begun: None,
            first_on: None,
        },
        filed_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        expires_at: None,
        edited_by: None,
    };
    Card::new(Proposal::file(filing), &ticket(), &Policy::default(), "2026-01-01T00:00:40Z".parse().unwrap())
}

#[test]
fn a_card_shows_every_change_and_who_asks() {
    let update = json!({"ticket_id": "T-1", "update": {"status": "resolved", "assignee": "maya", "tags": ["billing"]}});
    let text = card(WriteCall::UpdateTicket(serde_json::from_value(update).unwrap())).text();
    for expect in [
        "status    open  →  resolved  (ends the work on the ticket)",
        "assignee  (nobody)  →  maya",
        "tags      +billing  −needs-triage",
        "proposed by bot (bot), run r1, 40 s ago",
        "Charged<U+202E> twice",
        "because<U+001B>[2K",
        "no source supports: Friday",
        "two keys, because it ends the work on the ticket",
    ] {
        assert!(text.contains(expect), "{expect} is not in:\n{text}");
    }
}

#[test]
fn padding_or_invisible_unicode_cannot_hide_text() {
    let body = format!("Hello{}\u{200b}bye\u{e0041}", " ".repeat(500));
    let reply = json!({"ticket_id": "T-1", "body": body, "visibility": "public"});
    let card = card(WriteCall::SendReply(serde_json::from_value(reply).unwrap()));
    let text = card.text();
    assert!(text.contains("<U+200B>bye<U+E0041>") && text.contains("PUBLIC"));
    assert!(text.contains("invisible or control characters"));
    assert!(card.exact_arguments().contains("\\u200bbye\\udb40\\udc41"));
}

#[test]
fn masking_never_hides_the_destination_from_the_approver() {
    let reply = json!({"ticket_id": "T-1", "body": "Write to thief@evil.example", "visibility": "public"});
    let text = card(WriteCall::SendReply(serde_json::from_value(reply).unwrap())).text();
    assert!(text.contains("thief@evil.example") && text.contains("Ines Duarte (C-1)"));
}

#[test]
fn a_card_of_a_ticket_that_has_moved_says_what_came_since() {
    let update = json!({"ticket_id": "T-1", "update": {"status": "resolved"}});
    let still = card(WriteCall::UpdateTicket(serde_json::from_value(update).unwrap()));
    assert!(!still.text().contains("MOVED"), "{}", still.text());
    let mut filing = Filing::from(still.proposal().clone());
    filing.why.first_on = Some(5);
    let of = |ticket: &Ticket| {
        let at = "2026-01-01T02:00:40Z".parse().unwrap();
        Card::new(Proposal::file(filing.clone()), ticket, &Policy::default(), at).text()
    };
    let mut ticket = ticket();
    let said = |at: &str| {
        let said = json!({"at": at, "author": "customer", "name": "Ines", "visibility": "public", "body": "and this"});
        serde_json::from_value(said).unwrap()
    };
    ticket.thread.push(said("2025-12-31T00:00:00Z"));
    let text = of(&ticket);
    for expect in
        ["HAS MOVED since this was proposed: at version 5, and it is 7", "2 h ago", "no message has come since"]
    {
        assert!(text.contains(expect), "{expect} is not in:\n{text}");
    }
    ticket.thread.push(said("2026-01-01T00:30:00Z"));
    let text = of(&ticket);
    assert!(text.contains("one message has come since: Ines (customer), 2026-01-01 00:30 UTC, PUBLIC"), "{text}");
}
