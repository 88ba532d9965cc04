//! Text of strangers on a card: it hides nothing, and no row of it can pass for one of the card's own.

use countersign::domain::approval::{Card, Fresh, Kind};
use countersign::domain::call::WriteCall;
use countersign::domain::policy::Policy;
use countersign::domain::proposal::{Filing, Proposal, Why};
use countersign::domain::text;
use countersign::domain::ticket::{Ticket, TicketPage, TicketRow};
use countersign::tui::events::{Answer, Effect, Msg};
use countersign::tui::keymap::Context;
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;
use serde_json::json;
use unicode_width::UnicodeWidthChar as _;

use crate::screen::approval::{opened, request_of};
use crate::screen::desk::{self, Person};

/// What a forger writes at the beginning of a row, in words that wrap as one.
const FORGED: &str = "FORGED\u{a0}status\u{a0}open\u{a0}→\u{a0}open\u{a0}(stays)";

/// A person before this card, all of it on one tall screen.
fn before(card: Card, (width, height): (u16, u16)) -> Person {
    let mut person = Person::muted(width, height, |effect| opened(effect).is_some());
    person.press("P enter");
    let request = request_of(&person, opened);
    person.msg(Msg::Answered { request, answer: Answer::Card(Box::new(card)) });
    person.draw();
    assert_eq!(person.model.context(), Context::Card);
    person
}

/// What stands inside the border of a card.
fn inside(person: &Person) -> Vec<String> {
    let screen = person.screen();
    let rows = screen.lines().filter_map(|line| line.strip_prefix("│ "));
    rows.map(|row| row.strip_suffix('│').unwrap_or(row).trim_end().to_owned()).collect()
}

fn proposal(call: WriteCall, why: &str) -> Proposal {
    let old = desk::proposal("P-1", call);
    Proposal::file(Filing {
        id: old.id().clone(),
        call: old.call().clone(),
        base_version: 7,
        proposer: old.proposer().clone(),
        run: old.run().clone(),
        why: Why { text: why.to_owned(), ..Why::default() },
        filed_at: old.filed_at(),
        expires_at: None,
        edited_by: None,
    })
}

fn card(call: WriteCall, why: &str, ticket: &Ticket) -> Card {
    Card::new(proposal(call, why), ticket, &Policy::default(), desk::now())
}

#[test]
fn no_character_vanishes_between_two_letters() {
    let mut hidden = Vec::new();
    for c in (0..=0x10_ffff).filter_map(char::from_u32).filter(|c| c.width().unwrap_or(0) == 0 && *c != '\n') {
        let mut buffer = Buffer::empty(Rect::new(0, 0, 40, 1));
        buffer.set_string(0, 0, text::line(&format!("x{c}y")), Style::default());
        let shown: String = buffer.content.iter().map(ratatui::buffer::Cell::symbol).collect();
        if shown.trim_end() == "xy" {
            hidden.push(format!("U+{:04X}", u32::from(c)));
        }
    }
    assert_eq!(hidden, Vec::<String>::new());
    for word in ["\u{1112}\u{1161}\u{11ab}", "\u{ac00}\u{11a8}"] {
        assert!(text::is_plain(word), "Korean in parts is plain text");
    }
}

/// Numbers that look random and are the same in every run.
pub(crate) struct Dice(pub(crate) u64);

impl Dice {
    pub(crate) fn of(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

/// What is measured, joined or cut in its own way.
const PARTS: [&str; 34] = [
    "refund ",
    "49.00",
    " ",
    "      ",
    "\u{a0}",
    "\u{3000}",
    "漢字",
    "かな",
    "لا",
    "سلام ",
    "\u{644}\u{627}",
    "שלום",
    "न\u{92e}\u{938}\u{94d}\u{924}\u{947}",
    "ก\u{e33}",
    "e\u{301}",
    "\u{301}\u{301}",
    "👍🏽",
    "👨\u{200d}👩\u{200d}👧",
    "🇩🇪🇫",
    "❤\u{fe0f}",
    "1\u{fe0f}\u{20e3}",
    "\u{d4e}x",
    "\u{1112}\u{1161}\u{11ab}",
    "\u{1161}",
    "\u{11a8}y",
    "한",
    "\u{202e}evil",
    "\u{200b}",
    "\u{1b}[2J",
    "ﷺ",
    "ｱﾞ",
    "│",
    "a\u{20dd}",
    "\u{2028}",
];

#[test]
fn the_text_on_the_card_is_the_text_that_is_sent_to_the_last_character() {
    let mut dice = Dice(7);
    for width in [60, 61, 80, 97, 140] {
        for _ in 0..3 {
            let line = |dice: &mut Dice| (0..40).map(|_| PARTS[dice.of(PARTS.len())]).collect::<String>();
            let body = (0..24).map(|_| line(&mut dice)).collect::<Vec<_>>().join("\n");
            let person = before(card(desk::reply_call(&body, "internal"), "", &desk::ticket()), (width, 600));
            let rows = inside(&person);
            let shown: String = rows.iter().filter_map(|row| row.strip_prefix("  │ ")).collect();
            let squeezed = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            assert_eq!(squeezed(&shown), squeezed(&text::block(&body)), "{width}:\n{}", rows.join("\n"));
        }
    }
}

/// Every free text about a ticket imitates the card, behind so many letters.
fn hostile(fill: usize) -> Ticket {
    let forged = format!("{}{} {FORGED}", "x".repeat(fill), " ".repeat(fill));
    let mut value = serde_json::to_value(desk::ticket()).unwrap();
    value["subject"] = json!(forged);
    value["customer_name"] = json!(forged);
    value["tags"] = json!(["billing", "x  −vip", format!("y {FORGED}")]);
    value["thread"][0]["name"] = json!(forged);
    value["thread"][0]["body"] = json!(format!("{FORGED}\nneeds: agent · one key"));
    value["thread"][0]["attachments"][0]["name"] = json!(forged);
    serde_json::from_value(value).unwrap()
}

#[track_caller]
fn nothing_forged(person: &Person) {
    let rows = inside(person);
    assert!(rows.iter().any(|row| row.contains("FORGED")), "it is shown: {}", person.screen());
    for row in rows {
        assert!(!row.trim_start().starts_with("FORGED"), "{row}\n{}", person.screen());
    }
}

#[test]
fn no_row_of_a_stranger_s_text_begins_as_a_row_of_the_card_does() {
    for width in [60, 80, 120] {
        for fill in (0..usize::from(width)).step_by(9) {
            let ticket = hostile(fill);
            let other =
                Ticket { row: TicketRow { id: "T-1051".parse().unwrap(), ..hostile(fill).row }, ..ticket.clone() };
            let update = desk::update_call(&json!({"status": "closed", "tags": ["billing"]}));
            let merge = WriteCall::read("merge_tickets", json!({"ticket_id": "T-1042", "from": "T-1051"})).unwrap();
            let merge = merge.at_other_version(Some(7));
            let split =
                WriteCall::read("split_message", json!({"ticket_id": "T-1042", "message": 0, "subject": "x"})).unwrap();
            for call in [update, desk::reply_call(FORGED, "public"), merge, split] {
                let why = format!("it is right\n{FORGED}\n  {FORGED}\nneeds: agent · one key");
                let fresh = Fresh { ticket: &ticket, other: call.other_id().map(|_| &other) };
                let card = Card::new(proposal(call, &why), fresh, &Policy::default(), desk::now());
                nothing_forged(&before(card, (width, 150)));
            }
        }
    }
}

#[test]
fn the_proposer_s_words_stand_behind_a_bar_of_their_own() {
    let why = "It is done.\nneeds: agent · one key\nsha256 0000\nconfidence 1.00; approved by lena\n⚠ INTERNAL note";
    let call = desk::update_call(&json!({"status": "closed"}));
    let person = before(card(call, why, &desk::ticket()), (100, 60));
    let rows = inside(&person);
    for line in why.lines() {
        assert!(rows.contains(&format!("  ┊ {line}")), "{line}\n{}", person.screen());
        assert!(!rows.contains(&format!("  {line}")), "{line}");
    }
    assert_eq!(rows.iter().filter(|row| row.starts_with("  needs: ")).count(), 1, "{}", person.screen());
}

#[test]
fn a_tag_cannot_pass_for_two() {
    let call = desk::update_call(&json!({"tags": ["billing"]}));
    let card = card(call, "", &hostile(0));
    let tags = card.lines().iter().find(|line| line.kind == Kind::Change && line.text.starts_with("tags")).unwrap();
    assert!(tags.text.contains("−\"x  −vip\"") && !tags.text.contains("  −vip  "), "{}", tags.text);
}

#[test]
fn a_subject_cannot_pass_for_another_ticket_of_a_bulk() {
    for fill in (0..120).step_by(7) {
        let mut person = Person::muted(80, 200, |effect| matches!(effect, Effect::LoadQueue { .. }));
        let request = request_of(&person, |effect| match effect {
            Effect::LoadQueue { request, .. } => Some(*request),
            _ => None,
        });
        let forged = format!("{} [ ]\u{a0}T-9\u{a0}FORGED\u{a0}and\u{a0}taken\u{a0}out", "x ".repeat(fill / 2));
        let tickets: Vec<_> =
            desk::rows().into_iter().take(3).map(|row| TicketRow { subject: forged.clone(), ..row }).collect();
        person.msg(Msg::Answered { request, answer: Answer::Queue(TicketPage { total: 3, tickets }) });
        person.draw();
        person.press("space space space u down right enter");
        assert_eq!(person.model.context(), Context::Bulk, "{}", person.screen());
        let rows = inside(&person);
        let boxes = rows.iter().filter(|row| row.trim_start_matches([' ', '▸']).starts_with('[')).count();
        assert_eq!(boxes, 3, "{}", person.screen());
    }
}

#[test]
fn one_card_takes_a_hundred_tickets_and_no_more() {
    let mut person = Person::muted(80, 24, |effect| matches!(effect, Effect::LoadQueue { .. }));
    let request = request_of(&person, |effect| match effect {
        Effect::LoadQueue { request, .. } => Some(*request),
        _ => None,
    });
    let row = |n: u32| TicketRow { id: format!("T-{n}").parse().unwrap(), ..desk::rows().remove(0) };
    let tickets: Vec<_> = (0..10_000).map(row).collect();
    person.msg(Msg::Answered { request, answer: Answer::Queue(TicketPage { total: 10_000, tickets }) });
    person.draw();
    person.press("* u");
    assert_eq!(person.model.context(), Context::Queue, "{}", person.screen());
    assert!(person.sees("one card takes 100"), "{}", person.screen());
    let asks = |effect: &Effect| matches!(effect, Effect::Propose { .. } | Effect::Approve { .. });
    assert!(!person.asked.iter().any(asks));
}

#[test]
fn a_bulk_signs_what_was_on_screen_and_leaves_out_what_was_taken_out() {
    let mut person = Person::at(80, 15);
    person.press("space space space space space u down right enter");
    person.wait(500);
    person.press("A");
    assert_eq!(person.approvals(), 0, "five tickets do not fit into this window");
    // The last one was never seen; the first is taken out.
    person.press("space");
    person.wait(500);
    person.press("G");
    person.wait(500);
    person.draw();
    let seen_all = person.sees("all shown");
    person.press("A");
    assert_eq!(person.approvals() > 0, seen_all, "{}", person.screen());
    if !seen_all {
        for _ in 0..5 {
            person.press("k");
        }
        person.wait(500);
        person.press("A");
    }
    let approved: Vec<_> = person
        .asked
        .iter()
        .filter_map(|effect| match effect {
            Effect::Approve { card, .. } => Some(card.proposal().call().ticket_id().to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(approved.len(), 4, "{approved:?}");
    assert!(!approved.contains(&"T-1007".to_owned()), "{approved:?}");
}
