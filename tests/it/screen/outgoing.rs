//! Links and attachments: listed, read, copied; never opened.

use countersign::domain::ticket::Ticket;
use countersign::tui::events::{Answer, Effect, Msg};
use countersign::tui::keymap::Context;
use serde_json::json;

use crate::screen::desk::{Person, ticket};

/// A ticket whose customer was sent something that is not what it seems.
fn suspicious() -> Ticket {
    let long = format!("https://files.example/{}/end-of-it", "segment/".repeat(60));
    let mut value = serde_json::to_value(ticket()).unwrap();
    value["thread"] = json!([
        {"at": "2026-03-02T09:12:00Z", "author": "customer", "name": "Ines Duarte", "visibility": "public",
         "body": format!("Is this from you? It says to sign in at https://bank.example/login <https://evil.example/login?from=bank.example>\nor at https://b\u{430}nk.example/ or https://bank.example@evil.example/x\nYour order page <https://shop.example/orders/88121> looked fine, and {long}."),
         "attachments": [
            {"name": "invoice\u{202e}fdp.exe", "mime": "application/octet-stream", "size": 91234},
            {"name": "statement-march.pdf", "mime": "application/pdf", "size": 1_234_567},
         ]},
        {"at": "2026-03-02T09:40:00Z", "author": "agent", "name": "Tom", "visibility": "internal",
         "body": "No. See https://shop.example/phishing and mailto:security@shop.example, or www.shop.example.\n> Your order page <https://shop.example/orders/88121>"},
    ]);
    serde_json::from_value(value).unwrap()
}

fn at(width: u16, height: u16) -> Person {
    let mut person = Person::muted(width, height, |effect| matches!(effect, Effect::LoadTicket { .. }));
    person.press("enter");
    let asked = person.asked.iter().find_map(|effect| match effect {
        Effect::LoadTicket { request, .. } => Some(*request),
        _ => None,
    });
    let answer = Answer::Ticket { ticket: Box::new(suspicious()), customer: None };
    person.msg(Msg::Answered { request: asked.unwrap(), answer });
    person.press("o");
    person
}

fn copied(person: &Person) -> Option<&str> {
    person.asked.iter().rev().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.as_str()),
        _ => None,
    })
}

#[test]
fn links_and_attachments_in_one_numbered_list() {
    for (width, height) in [(80, 24), (120, 40)] {
        insta::assert_snapshot!(format!("links_{width}x{height}"), at(width, height).screen());
    }
}

#[test]
fn a_link_that_lies_says_so_before_anything_else() {
    let mut person = at(80, 24);
    for (key, words) in [
        ("1", "! the words say bank.example, it leads to evil.example"),
        ("2", "! the host has letters that may look like others (\u{430} U+0430)"),
        ("3", "! what stands before the @ is not the host"),
    ] {
        person.press(key);
        assert!(person.sees(words), "{words}\n{}", person.screen());
    }
    person.press("4");
    assert!(!person.sees("! the"), "{}", person.screen());
    assert!(person.sees("the words: Your order page"), "{}", person.screen());
}

#[test]
fn enter_and_y_copy_and_nothing_is_opened() {
    let mut person = at(120, 40);
    for (key, expect, said) in [
        ("1", "https://evil.example/login?from=bank.example", "copied the address (44 characters)"),
        ("2", "https://xn--bnk-6cd.example/", "copied the address as a browser reads it"),
        ("4", "https://shop.example/orders/88121", "copied the address"),
        ("9", "invoice<U+202E>fdp.exe", "copied the file's name"),
    ] {
        for copy in ["enter", "y"] {
            person.asked.clear();
            person.press(&format!("{key} {copy}"));
            assert_eq!(person.model.context(), Context::List, "the list stays");
            assert_eq!(copied(&person), Some(expect), "{}", person.screen());
            assert!(person.sees(said), "{said}\n{}", person.screen());
            assert_eq!(person.asked.len(), 1, "nothing else is asked for: {:?}", person.asked);
        }
    }
}

#[test]
fn the_whole_address_can_be_read_however_long_it_is() {
    let mut person = at(60, 15);
    person.press("5");
    let mut seen = String::new();
    for _ in 0..40 {
        seen.push_str(&person.screen());
        person.press("ctrl-d");
    }
    assert!(seen.contains("end-of-it") && seen.contains("in message [1] of Ines Duarte"), "{seen}");
    person.press("j k");
    assert!(!person.sees("end-of-it"), "another row is read from its beginning");
}

#[test]
fn a_place_is_listed_once_however_often_it_is_quoted() {
    let person = at(120, 40);
    assert!(person.sees("links 8 · attachments 2"), "{}", person.screen());
}

#[test]
fn a_thread_without_links_says_so_and_the_queue_asks_for_a_ticket() {
    let mut person = Person::at(120, 40);
    person.press("o");
    assert!(person.sees("no ticket is open"), "{}", person.screen());
    person.press("enter o");
    assert!(person.sees("links 0 · attachments 1") && person.sees("statement-march.pdf"), "{}", person.screen());
}
