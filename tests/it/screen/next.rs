//! The next proposal that waits, on one key from wherever a person is.

use countersign::tui::events::{Answer, Effect, Msg, Outcome};
use countersign::tui::keymap::Context;

use crate::screen::approval::{approved, request_of};
use crate::screen::desk::Person;

/// The proposals whose cards were asked for, in order.
fn opened(person: &Person) -> Vec<&str> {
    let mut opened = Vec::new();
    for effect in &person.asked {
        if let Effect::OpenCard { proposal, .. } = effect {
            opened.push(proposal.as_str());
        }
    }
    opened
}

#[test]
fn one_key_opens_the_oldest_from_every_page() {
    for page in ["j", "enter", "enter tab", "enter d", "enter tab tab tab", "P j", "O", "L", "L enter", "L f"] {
        for (width, height) in [(80, 24), (120, 40)] {
            let mut person = Person::at(width, height);
            person.press(page);
            person.press("N");
            assert_eq!(person.model.context(), Context::Card, "{page}");
            assert_eq!(opened(&person), ["P-1"], "{page}");
        }
    }
}

#[test]
fn on_a_card_it_goes_on_to_the_next_and_from_the_last_to_the_first() {
    let mut person = Person::at(120, 40);
    person.press("N");
    for expect in ["P-2", "P-3", "P-1"] {
        person.wait(500);
        person.press("N");
        assert_eq!(opened(&person).last(), Some(&expect));
    }
    assert_eq!(person.approvals(), 0);
    person.wait(500);
    person.press("esc");
    assert_eq!(person.model.context(), Context::Queue, "Esc leads back to where the first was opened");
}

#[test]
fn keys_that_follow_it_at_once_approve_nothing() {
    let mut person = Person::at(120, 40);
    person.press("N A R A A R N A R");
    assert_eq!((person.approvals(), opened(&person)), (0, vec!["P-1"]));
    // Nor do they where a decision has just ended.
    person.wait(2_000);
    person.press("N");
    person.wait(500);
    person.press("A");
    assert_eq!(person.approvals(), 1);
    let request = request_of(&person, approved);
    person.msg(Msg::Answered { request, answer: Answer::Decided(Outcome::Executed { before: 7, after: 8 }) });
    assert_eq!(person.model.context(), Context::Outcome);
    person.press("N A A R A R");
    assert_eq!(person.approvals(), 1);
    assert_eq!(person.model.context(), Context::Card);
}

#[test]
fn while_a_decision_runs_the_next_one_is_another() {
    let mut person = Person::at(120, 40);
    person.press("P j enter");
    person.wait(500);
    person.press("A");
    assert_eq!(person.model.context(), Context::Deciding);
    person.press("N");
    assert_eq!(opened(&person), ["P-2", "P-1"]);
}

#[test]
fn where_nothing_waits_the_person_stays_where_they_are() {
    let mut person = Person::muted(80, 24, |effect| matches!(effect, Effect::LoadPending { .. }));
    for (keys, context) in [("enter", Context::Ticket), ("L", Context::Log)] {
        person.press(keys);
        person.press("N");
        assert_eq!(person.model.context(), context);
        assert!(person.sees("nothing waits for you"), "{}", person.screen());
    }
}
