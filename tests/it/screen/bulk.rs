//! One card for many tickets: every row seen, every row with a box, one approval and one result each.

use countersign::domain::call::WriteCall;
use countersign::tui::events::{Answer, Effect, Failure, Msg, Outcome, RequestId};
use countersign::tui::keymap::Context;

use crate::screen::desk::{Person, card_of};

/// Marks `tickets` rows and proposes another priority for them: nothing that takes two keys.
fn proposed(width: u16, height: u16, tickets: usize) -> Person {
    let mut person = Person::at(width, height);
    for _ in 0..tickets {
        person.press("space");
    }
    person.press("u down right enter");
    assert_eq!(person.model.context(), Context::Bulk, "{}", person.screen());
    person
}

fn approved(person: &Person) -> Vec<(RequestId, String)> {
    let of = |effect: &Effect| match effect {
        Effect::Approve { request, card, .. } => Some((*request, card.proposal().call().ticket_id().to_string())),
        _ => None,
    };
    person.asked.iter().filter_map(of).collect()
}

fn rest(person: &mut Person) {
    person.draw();
    person.wait(500);
}

#[test]
fn the_card_of_many() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut person = proposed(width, height, 3);
        rest(&mut person);
        insta::assert_snapshot!(format!("bulk_{width}x{height}"), person.screen());
        person.press("A");
        let done = approved(&person);
        person.msg(Msg::Answered {
            request: done[0].0,
            answer: Answer::Decided(Outcome::Executed { before: 7, after: 8 }),
        });
        person.msg(Msg::Answered {
            request: done[1].0,
            answer: Answer::Decided(Outcome::Refused { why: "the receipt is for another ticket".into() }),
        });
        insta::assert_snapshot!(format!("bulk_results_{width}x{height}"), person.screen());
    }
}

#[test]
fn one_key_approves_each_chosen_ticket_once_and_no_other() {
    let mut person = proposed(120, 40, 3);
    let proposals: Vec<_> = person
        .asked
        .iter()
        .filter_map(|effect| match effect {
            Effect::Propose { call: WriteCall::UpdateTicket(call), .. } => Some(call.ticket_id.to_string()),
            _ => None,
        })
        .collect();
    assert_eq!(proposals, ["T-1017", "T-1038", "T-1042"]);
    rest(&mut person);
    person.press("j space");
    rest(&mut person);
    person.press("A");
    assert!(person.sees("1 left in the tray"), "{}", person.screen());
    person.press("A A");
    let done: Vec<_> = approved(&person).into_iter().map(|(_, ticket)| ticket).collect();
    assert_eq!(done, ["T-1017", "T-1042"]);
}

#[test]
fn a_key_that_comes_before_the_rest_or_before_all_was_seen_approves_nothing() {
    let mut person = proposed(120, 40, 3);
    person.press("A");
    assert!(approved(&person).is_empty());
    // Eight tickets do not fit on a small screen.
    let mut person = Person::at(80, 15);
    person.press("* u down right enter");
    rest(&mut person);
    person.press("A");
    assert!(approved(&person).is_empty());
    assert!(person.sees("read on to approve"), "{}", person.screen());
    for _ in 0..8 {
        person.press("j");
    }
    rest(&mut person);
    person.press("A");
    assert_eq!(approved(&person).len(), 8, "{}", person.screen());
}

#[test]
fn what_ends_a_ticket_takes_two_keys_for_all_of_them() {
    let mut person = Person::at(120, 40);
    person.press("space space u");
    // new, open, pending, on hold, resolved
    person.press("right right right right right enter");
    rest(&mut person);
    assert!(person.sees("A, then R"), "{}", person.screen());
    person.press("A");
    assert!(approved(&person).is_empty());
    person.press("j");
    person.press("R");
    assert!(approved(&person).is_empty(), "another key takes A back");
    person.press("A");
    person.at += std::time::Duration::from_millis(400);
    person.press("R");
    assert_eq!(approved(&person).len(), 2);
}

#[test]
fn a_ticket_that_cannot_be_proposed_for_says_why_and_the_others_go_on() {
    let mut person = Person::muted(
        120,
        40,
        |effect| matches!(effect, Effect::Propose { call, .. } if call.ticket_id().as_str() == "T-1038"),
    );
    person.press("space space space u down right enter");
    rest(&mut person);
    person.press("A");
    assert!(approved(&person).is_empty() && person.sees("still being read"), "{}", person.screen());
    let request = person.asked.iter().find_map(|effect| match effect {
        Effect::Propose { request, call, .. } if call.ticket_id().as_str() == "T-1038" => Some(*request),
        _ => None,
    });
    person.msg(Msg::Failed(Failure {
        request,
        what: "file the proposal".into(),
        message: "the ticket is gone".into(),
        way_out: String::new(),
    }));
    assert!(person.sees("the ticket is gone. Nothing was proposed."), "{}", person.screen());
    rest(&mut person);
    person.press("A");
    assert_eq!(approved(&person).len(), 2);
}

#[test]
fn escape_decides_nothing_and_late_results_are_told_all_the_same() {
    let mut person = proposed(120, 40, 2);
    rest(&mut person);
    person.press("esc");
    assert_eq!(person.model.context(), Context::Queue);
    assert!(approved(&person).is_empty() && person.sees("2 left in the tray"), "{}", person.screen());
    let mut person = proposed(120, 40, 2);
    rest(&mut person);
    person.press("A esc");
    let request = approved(&person)[0].0;
    person.msg(Msg::Answered { request, answer: Answer::Decided(Outcome::Expired) });
    assert!(person.sees("Expired."), "{}", person.screen());
}

#[test]
fn taking_one_ticket_out_needs_no_second_reading_of_the_others() {
    let mut person = Person::at(80, 15);
    person.press("* u down right enter");
    rest(&mut person);
    for _ in 0..8 {
        person.press("j");
    }
    rest(&mut person);
    assert!(person.sees("all shown"), "{}", person.screen());
    person.press("space");
    rest(&mut person);
    assert!(person.sees("all shown"), "{}", person.screen());
    person.press("A");
    assert_eq!(approved(&person).len(), 7);
}

#[test]
fn pages_reach_every_row_too() {
    let mut person = Person::at(80, 15);
    person.press("* u down right enter");
    rest(&mut person);
    for _ in 0..4 {
        person.press("ctrl-d");
    }
    rest(&mut person);
    assert!(person.sees("all shown"), "{}", person.screen());
}

#[test]
fn help_over_the_card_loses_no_answer_and_keys_rest_when_it_is_back() {
    let mut person = Person::muted(
        120,
        40,
        |effect| matches!(effect, Effect::Propose { call, .. } if call.ticket_id().as_str() == "T-1038"),
    );
    person.press("space space space u down right enter");
    rest(&mut person);
    person.press("?");
    assert_eq!(person.model.context(), Context::Help);
    let (request, call) = person
        .asked
        .iter()
        .find_map(|effect| match effect {
            Effect::Propose { request, call, .. } if call.ticket_id().as_str() == "T-1038" => {
                Some((*request, call.clone()))
            }
            _ => None,
        })
        .unwrap();
    person.msg(Msg::Answered { request, answer: Answer::Card(card_of("P-8", call)) });
    person.press("esc");
    assert!(!person.sees("reading the ticket"), "{}", person.screen());
    person.press("A");
    assert!(approved(&person).is_empty(), "the card is back on screen for a moment only");
    rest(&mut person);
    person.press("A");
    assert_eq!(approved(&person).len(), 3);
}
