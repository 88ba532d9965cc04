//! What takes its time says so, says how it is ended, and is gone when it is over.

use countersign::tui::events::{Answer, Effect, Msg, RequestId};
use countersign::tui::keymap::Context;
use countersign::tui::manner::{Manner, Movement};

use crate::screen::desk::{Person, ticket};

/// A person at a desk that has begun to answer nothing.
fn at_slow_desk(width: u16, height: u16) -> Person {
    let mut person = Person::at(width, height);
    person.mute = |_| true;
    person
}

fn press(person: &mut Person, keys: &str) {
    for key in keys.split(' ') {
        // On a card keys rest first.
        if ["A", "R"].contains(&key) {
            person.wait(500);
        }
        person.press(key);
    }
}

#[test]
fn whatever_takes_longer_than_a_moment_says_what_it_is() {
    for (before, slow, words) in [
        ("j", "2", "loading the queue …"),
        ("j", "/ v", "filtering the queue …"),
        ("j", "f v", "looking through all messages …"),
        ("j", "enter", "opening the ticket …"),
        ("j", "=", "looking for similar tickets …"),
        ("j", "C", "loading the customer …"),
        ("enter", "m", "loading the canned replies …"),
        ("enter", "s", "filing the proposal …"),
        ("P", "enter", "opening the card …"),
        ("P", "r", "loading what waits …"),
        ("P j enter", "A", "carrying the approval out …"),
        ("P j enter", "D 1", "recording the denial …"),
        ("j", "L", "loading the log …"),
        ("L", "f", "adding the log up …"),
        ("L", "j", "loading the record …"),
        ("L", "w", "exporting the log …"),
        ("L", "p", "loading the run …"),
        ("j", "Z 1 enter", "putting the ticket off …"),
    ] {
        let mut person = Person::at(80, 24);
        press(&mut person, before);
        person.wait(500);
        person.mute = |_| true;
        press(&mut person, slow);
        assert!(!person.sees(words), "{words}: at once: {}", person.screen());
        person.wait(200);
        assert!(!person.sees(words), "{words}: too soon: {}", person.screen());
        person.wait(150);
        assert!(person.sees(words), "{words}: {}", person.screen());
    }
}

#[test]
fn it_stands_beside_whatever_else_is_said() {
    for (width, height) in [(80, 24), (160, 45)] {
        let mut person = at_slow_desk(width, height);
        person.press("2");
        person.wait(3_400);
        insta::assert_snapshot!(format!("underway_{width}x{height}"), person.screen());
        person.press("y");
        insta::assert_snapshot!(format!("underway_beside_a_notice_{width}x{height}"), person.screen());
    }
}

#[test]
fn seconds_are_counted_from_two_on_and_with_reduced_motion_never() {
    for (movement, expect) in [
        (
            Movement::Full,
            ["loading the queue … · Esc", "loading the queue … 2 s · Esc", "loading the queue … 9 s · Esc"],
        ),
        (Movement::Reduced, ["loading the queue … · Esc"; 3]),
    ] {
        let mut person = at_slow_desk(80, 24);
        person.model.set_manner(Manner { movement, ..Manner::default() });
        person.press("2");
        let mut at = 0;
        for (millis, expect) in [1_900, 2_100, 9_500].into_iter().zip(expect) {
            person.wait(millis - at);
            at = millis;
            assert!(person.sees(expect), "{movement:?} {millis}: {}", person.screen());
        }
        person.model.take_changed();
        person.wait(1_000);
        assert_eq!(person.model.take_changed(), movement == Movement::Full, "a frame a second, or none");
    }
}

#[test]
fn each_alarm_that_is_set_is_one_that_something_changes_at() {
    let mut person = at_slow_desk(80, 24);
    person.press("2");
    let begun = person.at;
    person.draw();
    for _ in 0..50 {
        person.wait(100);
        person.draw();
    }
    let alarms: Vec<_> = person.alarms.iter().filter_map(|at| Some(at.checked_sub(begun)?.as_millis())).collect();
    assert_eq!(alarms, [300, 2_000, 3_000, 4_000, 5_000, 6_000]);
}

#[test]
fn the_answer_ends_it() {
    let mut person = at_slow_desk(80, 24);
    person.press("enter");
    person.wait(400);
    assert!(person.sees("opening the ticket …"));
    let request = last_load(&person);
    person.msg(answer(request));
    assert!(!person.sees("opening the ticket …"), "{}", person.screen());
}

#[test]
fn esc_ends_a_read_and_what_was_there_stays() {
    let mut person = at_slow_desk(120, 40);
    person.press("2");
    person.wait(400);
    assert!(person.sees("loading the queue … · Esc stops it"), "{}", person.screen());
    let asked = person.asked.iter().rev().find_map(|effect| match effect {
        Effect::LoadQueue { request, .. } => Some(*request),
        _ => None,
    });
    person.press("esc");
    assert!(person.sees("stopped loading the queue · r tries again"), "{}", person.screen());
    assert!(!person.sees("loading the queue …"));
    assert_eq!(person.asked.last(), Some(&Effect::CancelRun { run: asked.unwrap() }));
    person.press("r");
    assert!(person.asked.iter().rev().take(4).any(is_load), "{:?}", person.asked.last());
}

fn is_load(effect: &Effect) -> bool {
    matches!(effect, Effect::LoadQueue { .. })
}

#[test]
fn a_ticket_that_was_stopped_comes_no_more_and_the_next_esc_leads_back() {
    let mut person = at_slow_desk(80, 24);
    person.press("enter");
    person.wait(400);
    let request = last_load(&person);
    person.press("esc");
    assert_eq!(person.model.context(), Context::Ticket, "the first Esc only ends the wait");
    person.msg(answer(request));
    assert!(!person.sees("two charges of 49.00"), "{}", person.screen());
    assert!(person.sees("you stopped it · r tries again"), "{}", person.screen());
    person.press("esc");
    assert_eq!(person.model.context(), Context::Queue);
    person.press("esc");
    assert_eq!(person.model.context(), Context::Queue);
}

#[test]
fn no_key_ends_a_decision_halfway() {
    let mut person = Person::at(80, 24);
    person.press("P j enter");
    person.mute = |_| true;
    press(&mut person, "A");
    person.wait(400);
    assert!(person.sees("carrying the approval out …") && !person.sees("stops it"), "{}", person.screen());
    person.press("esc esc");
    assert!(!person.asked.iter().any(|effect| matches!(effect, Effect::CancelRun { .. })));
    person.wait(10);
    assert!(person.sees("carrying the approval out …"), "wherever they are: {}", person.screen());
}

#[test]
fn what_is_left_is_not_waited_for_any_more() {
    let mut person = at_slow_desk(80, 24);
    person.press("L");
    person.wait(400);
    assert!(person.sees("loading the log …"));
    person.press("esc esc");
    assert_eq!(person.model.context(), Context::Queue);
    assert!(!person.sees("loading the log …"), "{}", person.screen());
}

fn last_load(person: &Person) -> RequestId {
    let found = person.asked.iter().rev().find_map(|effect| match effect {
        Effect::LoadTicket { request, .. } => Some(*request),
        _ => None,
    });
    found.unwrap()
}

fn answer(request: RequestId) -> Msg {
    let ticket = Box::new(ticket());
    Msg::Answered { request, answer: Answer::Ticket { ticket, customer: None } }
}
