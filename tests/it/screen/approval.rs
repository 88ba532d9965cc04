//! The approval moment: what must never approve, and what does. Each of the first eight is a bug that shipped elsewhere.

use countersign::tui::events::{Answer, Effect, Msg, Outcome, Pointing, RequestId};
use countersign::tui::keymap::Context;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde_json::json;

use crate::screen::desk::{Person, card, reply_call, update_call};

/// A person who has just opened the second proposal of the tray, which takes one key; the card was drawn once.
fn before_a_card() -> Person {
    let mut person = Person::at(120, 40);
    person.press("P j enter");
    assert_eq!(person.model.context(), Context::Card);
    person
}

/// The same, rested: keys count.
pub(crate) fn before_a_ready_card() -> Person {
    let mut person = before_a_card();
    person.wait(400);
    person
}

/// A rested card of a public reply: two keys.
pub(crate) fn before_a_ready_reply() -> Person {
    let mut person = Person::at(120, 40);
    person.press("P enter");
    person.wait(400);
    person
}

fn raw(person: &mut Person, c: char) {
    person.msg(Msg::Key { key: KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE), at: person.at });
}

pub(crate) fn request_of(person: &Person, wanted: fn(&Effect) -> Option<RequestId>) -> RequestId {
    person.asked.iter().rev().find_map(wanted).unwrap()
}

pub(crate) fn opened(effect: &Effect) -> Option<RequestId> {
    match effect {
        Effect::OpenCard { request, .. } | Effect::Propose { request, .. } => Some(*request),
        _ => None,
    }
}

pub(crate) fn approved(effect: &Effect) -> Option<RequestId> {
    if let Effect::Approve { request, .. } = effect { Some(*request) } else { None }
}

#[test]
fn typed_ahead_approves_nothing() {
    let mut person = before_a_card();
    for _ in 0..3 {
        person.press("A");
    }
    assert_eq!(person.approvals(), 0);
}

#[test]
fn no_key_is_captured_before_the_card_was_drawn() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::OpenCard { .. }));
    person.press("P j enter");
    let request = request_of(&person, opened);
    let answer = Answer::Card(card("P-2", update_call(&json!({"assignee": "maya"}))));
    person.msg(Msg::Answered { request, answer });
    // An hour passes, but no frame went out.
    person.at += std::time::Duration::from_hours(1);
    raw(&mut person, 'A');
    assert_eq!(person.approvals(), 0);
    person.draw();
    raw(&mut person, 'A');
    assert_eq!(person.approvals(), 0, "the first frame only starts the rest");
    person.wait(400);
    raw(&mut person, 'A');
    assert_eq!(person.approvals(), 1);
}

#[test]
fn click_to_focus_answers_no_prompt() {
    let mut person = before_a_ready_card();
    person.msg(Msg::Focus { gained: false, at: person.at });
    person.draw();
    person.msg(Msg::Focus { gained: true, at: person.at });
    person.msg(Msg::Mouse { did: Pointing::Press { column: 5, row: 5 }, at: person.at });
    person.press("A");
    assert_eq!(person.approvals(), 0, "a key typed into the window that just came to the front does not count");
    person.wait(400);
    person.press("A");
    assert_eq!(person.approvals(), 1);
}

#[test]
fn a17_a_paste_never_approves() {
    let mut person = before_a_ready_reply();
    person.msg(Msg::Paste { text: "AR".into(), at: person.at });
    person.press("A");
    person.msg(Msg::Paste { text: "R".into(), at: person.at });
    person.wait(400);
    person.press("R");
    assert_eq!(person.approvals(), 0, "the paste took the A back");
}

#[test]
fn a_key_in_the_comment_field_approves_nothing() {
    let mut person = before_a_ready_card();
    person.press("D c");
    assert_eq!(person.model.context(), Context::Comment);
    person.write("ARA not like this ");
    person.wait(2000);
    person.write("A");
    person.press("esc");
    person.press("A");
    assert_eq!(person.approvals(), 0, "the card that comes back rests first");
    person.wait(400);
    person.press("D c");
    person.write("not A");
    person.press("enter");
    let denied = person.asked.iter().any(|e| matches!(e, Effect::Deny { reason, .. } if reason == "not A"));
    assert!(denied && person.approvals() == 0);
}

#[test]
fn an_old_answer_never_lands_on_a_new_prompt() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::OpenCard { .. }));
    person.press("P enter");
    let old = request_of(&person, opened);
    person.press("esc j enter");
    let new = request_of(&person, opened);
    assert_ne!(old, new);
    person.msg(Msg::Answered { request: old, answer: Answer::Card(card("P-1", reply_call("old text", "public"))) });
    assert_eq!(person.model.context(), Context::Deciding, "still waiting for the new card");
    let answer = Answer::Card(card("P-2", update_call(&json!({"assignee": "maya"}))));
    person.msg(Msg::Answered { request: new, answer });
    person.draw();
    person.msg(Msg::Answered { request: old, answer: Answer::Card(card("P-1", reply_call("old text", "public"))) });
    assert!(person.sees("Approve update_ticket") && !person.sees("old text"));
    person.msg(Msg::Answered { request: old, answer: Answer::Decided(Outcome::Executed { before: 7, after: 8 }) });
    assert_eq!(person.model.context(), Context::Card, "an outcome of nothing decides nothing");
}

#[test]
fn a_mode_switch_while_a_check_is_pending_opens_nothing_over_what_is_typed() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::Propose { .. }));
    person.press("enter s");
    assert_eq!(person.model.context(), Context::Deciding);
    let request = request_of(&person, opened);
    person.press("esc e");
    person.write("x");
    assert_eq!(person.model.context(), Context::Editing);
    person.msg(Msg::Answered { request, answer: Answer::Card(card("P-9", reply_call("Dear", "public"))) });
    assert_eq!(person.model.context(), Context::Editing);
    person.write("A");
    assert_eq!(person.approvals(), 0);
}

#[test]
fn two_keys_one_millisecond_apart_send_nothing() {
    let mut person = before_a_ready_reply();
    person.press("A");
    person.at += std::time::Duration::from_millis(1);
    raw(&mut person, 'R');
    assert_eq!(person.approvals(), 0);
    person.wait(500);
    person.press("R");
    assert_eq!(person.approvals(), 0, "the quick R took the A back");
    person.press("A");
    person.wait(300);
    person.press("R");
    assert_eq!(person.approvals(), 1);
}

#[test]
fn the_first_of_two_keys_is_taken_back_after_a_minute() {
    let mut person = before_a_ready_reply();
    person.press("A");
    person.wait(59_900);
    assert!(person.sees("R carries it out"), "{}", person.screen());
    person.wait(200);
    assert!(person.sees("A was taken back after 60 s"), "{}", person.screen());
    person.press("R");
    assert_eq!(person.approvals(), 0);
    // Nor does it count where the program was asleep and has not said so yet.
    person.press("A");
    person.at += std::time::Duration::from_hours(1);
    raw(&mut person, 'R');
    assert_eq!(person.approvals(), 0);
    person.press("A");
    person.wait(59_000);
    person.press("R");
    assert_eq!(person.approvals(), 1);
}

#[test]
fn a_terminal_of_20_by_5_refuses_and_keeps_the_card() {
    let mut person = before_a_ready_card();
    person.resize(20, 5);
    assert_eq!(person.model.context(), Context::TooSmall);
    assert!(person.sees("too small"));
    person.wait(2000);
    person.press("A R A");
    assert_eq!(person.approvals(), 0);
    person.resize(120, 40);
    person.wait(400);
    person.press("A");
    assert_eq!(person.approvals(), 1);
}

#[test]
fn enter_space_y_and_unknown_keys_never_approve() {
    for keys in ["enter", "space", "y", "a", "r", "Y", "ctrl-a", "tab", "x", "1"] {
        let mut person = before_a_ready_card();
        person.press(keys);
        person.wait(400);
        person.press(keys);
        assert_eq!(person.approvals(), 0, "{keys}");
    }
}

#[test]
fn keys_count_after_quiet_and_at_the_latest_after_the_cap() {
    let mut person = before_a_card();
    person.wait(399);
    raw(&mut person, 'A');
    assert_eq!(person.approvals(), 0, "that key restarts the quiet");
    for _ in 0..4 {
        person.wait(275);
        raw(&mut person, 'x');
    }
    person.wait(10);
    raw(&mut person, 'A');
    assert_eq!(person.approvals(), 1, "1500 ms after opening keys count");
}

#[test]
fn any_other_key_takes_the_first_of_two_back() {
    for other in ["x", "j", "A", "enter", "space", "D"] {
        let mut person = before_a_ready_reply();
        person.press("A");
        assert!(person.sees("R carries it out"), "{}", person.screen());
        person.press(other);
        person.wait(400);
        person.press("R");
        assert_eq!(person.approvals(), 0, "{other}");
        assert_eq!(person.model.context(), Context::Card, "{other} did nothing else");
    }
}

#[test]
fn nothing_is_approved_before_every_row_was_on_screen() {
    let mut person = Person::muted(80, 24, |effect| matches!(effect, Effect::OpenCard { .. }));
    person.press("P enter");
    let request = request_of(&person, opened);
    let long = (1..=60).map(|n| format!("line {n} of the reply")).collect::<Vec<_>>().join("\n");
    person.msg(Msg::Answered { request, answer: Answer::Card(card("P-1", reply_call(&long, "internal"))) });
    person.draw();
    person.wait(400);
    person.draw();
    assert!(person.sees("read on to approve"), "{}", person.screen());
    person.press("A");
    person.press("G");
    person.press("A");
    assert_eq!(person.approvals(), 0, "jumping to the end is not reading");
    for _ in 0..12 {
        person.press("ctrl-u");
    }
    for _ in 0..12 {
        person.press("ctrl-d");
    }
    assert!(person.sees("all shown"), "{}", person.screen());
    person.press("A");
    assert_eq!(person.approvals(), 1);
}

#[test]
fn a_resize_forgets_what_was_half_read_and_keeps_what_was_read() {
    let mut person = before_a_ready_card();
    person.resize(60, 15);
    person.wait(400);
    person.draw();
    person.press("A");
    assert_eq!(person.approvals(), 1, "all of it had been on screen");
    let mut person = Person::at(60, 15);
    person.press("P enter");
    person.wait(400);
    person.press("ctrl-d");
    person.resize(72, 15);
    person.wait(400);
    person.draw();
    assert!(person.sees("read on"), "{}", person.screen());
}
