//! Keys that were not pressed for the card that is there: held down, typed before it, pasted, on another picture.

use std::time::Duration;

use countersign::domain::link::Link;
use countersign::tui::events::{Answer, Msg, Outcome};
use countersign::tui::keymap::{Change, Context, Keymap};
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use serde_json::json;

use crate::screen::approval::{approved, before_a_ready_card, before_a_ready_reply, opened, request_of};
use crate::screen::desk::{Person, card, update_call};

/// A key, and the frame after it.
fn key(person: &mut Person, c: char, kind: KeyEventKind) {
    let key = KeyEvent::new_with_kind(KeyCode::Char(c), KeyModifiers::NONE, kind);
    person.msg(Msg::Key { key, at: person.at });
    person.draw();
}

/// Holds keys down for so long, as a terminal sends it that knows of no repeating: one press after the other.
fn hold(person: &mut Person, keys: &str, millis: u64) {
    for (c, _) in keys.chars().cycle().zip(0..millis / 30) {
        person.wait(30);
        key(person, c, KeyEventKind::Press);
    }
}

/// The second proposal of the tray, which takes one key; the card has just been drawn.
fn before_a_card() -> Person {
    let mut person = Person::at(120, 40);
    person.press("P j enter");
    person
}

#[test]
fn a_key_held_down_over_a_card_never_approves_it_however_long() {
    for keys in ["A", "Ax", "xA", "AR", "jAk"] {
        let mut person = before_a_card();
        hold(&mut person, keys, 6000);
        assert_eq!(person.approvals(), 0, "{keys}");
        person.wait(400);
        person.press("A");
        assert_eq!(person.approvals(), 1, "{keys}: let go and pressed again it counts");
    }
}

#[test]
fn the_key_that_signed_one_card_and_is_still_held_signs_no_other() {
    let mut person = before_a_ready_card();
    person.press("A");
    assert_eq!(person.approvals(), 1);
    hold(&mut person, "A", 600);
    let request = request_of(&person, approved);
    let fresh = Some(card("P-11", update_call(&json!({"assignee": "maya"}))));
    person.msg(Msg::Answered { request, answer: Answer::Decided(Outcome::Superseded { fresh }) });
    person.draw();
    hold(&mut person, "A", 5000);
    assert_eq!(person.approvals(), 1, "the same proposal on the ticket as it is now came under the key");
}

#[test]
fn a_key_that_opens_the_next_card_and_signs_it_signs_nothing_while_it_is_held() {
    let same = |context: &str, command: &str| Change {
        context: context.into(),
        command: command.into(),
        keys: vec!["A".into()],
        origin: "line 1".into(),
    };
    let keys = Keymap::with(&[same("outcome", "next-pending"), same("pending", "open")]).unwrap();
    let mut person = Person::at(120, 40);
    person.model.set_keys(keys);
    person.press("P j");
    hold(&mut person, "A", 6000);
    assert_eq!(person.model.context(), Context::Card);
    assert_eq!(person.approvals(), 0);
}

#[test]
fn a_key_that_repeats_is_neither_the_first_nor_the_second_signature() {
    let mut person = before_a_ready_card();
    key(&mut person, 'A', KeyEventKind::Repeat);
    assert_eq!(person.approvals(), 0);
    let mut person = before_a_ready_reply();
    person.press("A");
    person.wait(400);
    key(&mut person, 'R', KeyEventKind::Repeat);
    person.wait(400);
    person.press("R");
    assert_eq!(person.approvals(), 0, "and it takes the first one back");
}

#[test]
fn what_was_typed_while_the_program_stood_still_approves_nothing() {
    // The keys are read before the alarm, or after it, or the alarm comes too late: whichever, nobody has looked.
    let mut person = before_a_card();
    person.at += Duration::from_secs(3);
    key(&mut person, 'A', KeyEventKind::Press);
    assert_eq!(person.approvals(), 0, "no time was there to count");
    for late in [101, 700, 3000, 3_600_000] {
        let mut person = before_a_card();
        person.at += Duration::from_millis(400 + late);
        person.msg(Msg::Woke { at: person.at });
        key(&mut person, 'A', KeyEventKind::Press);
        assert_eq!(person.approvals(), 0, "{late} ms late");
        person.wait(400);
        key(&mut person, 'A', KeyEventKind::Press);
        assert_eq!(person.approvals(), 1, "{late} ms late");
    }
}

#[test]
fn what_comes_with_a_paste_and_is_not_marked_as_pasted_approves_nothing() {
    let mut person = before_a_ready_card();
    person.msg(Msg::Paste { text: "the end of the paste is in it".into(), at: person.at });
    key(&mut person, 'A', KeyEventKind::Press);
    assert_eq!(person.approvals(), 0);
    person.wait(400);
    person.press("A");
    assert_eq!(person.approvals(), 1);
}

#[test]
fn a_card_that_was_hidden_by_a_small_window_rests_like_a_new_one() {
    for size in [(20, 5), (39, 40), (90, 30), (120, 41)] {
        let mut person = before_a_ready_card();
        person.resize(size.0, size.1);
        person.press("A R A");
        person.resize(120, 40);
        person.press("A");
        assert_eq!(person.approvals(), 0, "{size:?}");
        person.wait(400);
        person.press("A");
        assert_eq!(person.approvals(), 1, "{size:?}");
    }
    let mut person = before_a_ready_reply();
    person.press("A");
    person.resize(100, 30);
    person.resize(120, 40);
    person.wait(400);
    person.press("R");
    assert_eq!(person.approvals(), 0, "the first key was pressed on another picture");
}

#[test]
fn a_trouble_between_the_two_keys_stops_the_second() {
    let mut person = before_a_ready_reply();
    person.press("A");
    person.msg(Msg::Connection(Link::Away { why: "refused".to_owned() }));
    person.wait(400);
    person.press("R");
    assert_eq!(person.approvals(), 0);
    assert!(person.sees("the desk cannot be reached"), "{}", person.screen());
    person.msg(Msg::Connection(Link::Up));
    person.press("R");
    assert_eq!(person.approvals(), 0, "both keys are needed again");
}

#[test]
fn rows_that_flew_past_in_one_frame_were_not_read() {
    let mut person = Person::muted(80, 24, |effect| opened(effect).is_some());
    person.press("P j enter");
    let request = request_of(&person, opened);
    let tags: Vec<String> = (0..60).map(|n| format!("tag-{n:02}-{}", "x".repeat(33))).collect();
    let why = update_call(&json!({"tags": tags, "status": "pending", "priority": "low", "assignee": "tom"}));
    person.msg(Msg::Answered { request, answer: Answer::Card(card("P-2", why)) });
    person.draw();
    person.wait(400);
    // A burst of keys costs one frame: only what stood in it was on screen.
    for _ in 0..400 {
        person.msg(Msg::Key { key: KeyEvent::new(KeyCode::Down, KeyModifiers::NONE), at: person.at });
    }
    person.draw();
    person.press("A");
    assert!(person.approvals() == 0 && person.sees("read on to approve"), "{}", person.screen());
    person.press("g");
    for _ in 0..60 {
        person.press("down");
    }
    person.press("A");
    assert_eq!(person.approvals(), 1, "{}", person.screen());
}
