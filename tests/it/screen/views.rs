//! The queue in parts: saved views, marks, tickets put off.

use countersign::domain::ticket::{Sort, TicketQuery};
use countersign::tui::events::{Effect, Failure, Msg};
use countersign::tui::keymap::Context;

use crate::screen::desk::{Person, now};

fn asked(person: &Person) -> TicketQuery {
    let last = person.asked.iter().rev().find_map(|effect| match effect {
        Effect::LoadQueue { query, .. } => Some(query.clone()),
        _ => None,
    });
    last.expect("the queue is asked for")
}

#[test]
fn every_number_key_shows_its_view_and_one_without_says_so() {
    let mut person = Person::at(200, 50);
    assert!(person.sees("due soon 4  snoozed 2"), "{}", person.screen());
    person.press("2");
    assert_eq!(asked(&person).assignee, Some("maya".parse().unwrap()));
    person.press("6");
    assert_eq!(asked(&person).due_before, Some(now() + jiff::SignedDuration::from_mins(60)));
    assert_eq!(asked(&person).awake_for, Some("maya".parse().unwrap()));
    person.press("7");
    assert_eq!((asked(&person).awake_for, asked(&person).snoozed_by), (None, Some("maya".parse().unwrap())));
    person.press("9");
    assert!(person.sees("there are 7 views"), "{}", person.screen());
}

#[test]
fn a_ticket_is_put_off_by_a_number_or_a_time() {
    for (typed, until) in
        [("1", "2026-03-02T10:41:30Z"), ("tomorrow", "2026-03-03T09:00:00Z"), ("4", "2026-03-09T09:00:00Z")]
    {
        let mut person = Person::at(80, 24);
        person.press("Z");
        assert_eq!(person.model.context(), Context::Snooze);
        person.write(typed);
        if typed == "1" {
            insta::assert_snapshot!("snooze_80x24", person.screen());
        }
        person.press("enter");
        let put_off = person.asked.iter().find_map(|effect| match effect {
            Effect::Snooze { tickets, until, .. } => Some((tickets.clone(), *until)),
            _ => None,
        });
        assert_eq!(put_off, Some((vec!["T-1042".parse().unwrap()], Some(until.parse().unwrap()))), "{typed}");
        assert!(person.sees("put off until"), "{}", person.screen());
    }
}

#[test]
fn what_is_no_time_stays_to_be_mended_and_escape_puts_nothing_off() {
    let mut person = Person::at(80, 24);
    person.press("Z");
    person.write("soon");
    person.press("enter");
    assert!(person.sees("write 1h, 3d"), "{}", person.screen());
    person.press("esc");
    assert_eq!(person.model.context(), Context::Queue);
    assert!(!person.asked.iter().any(|effect| matches!(effect, Effect::Snooze { .. })));
}

#[test]
fn marked_tickets_are_put_off_together_and_escape_unmarks() {
    let mut person = Person::at(120, 40);
    person.press("space space");
    assert!(person.sees("2 marked"), "{}", person.screen());
    person.press("esc");
    assert!(!person.sees("marked"), "{}", person.screen());
    person.press("g space j space Z");
    person.write("now");
    person.press("enter");
    let put_off = person.asked.iter().find_map(|effect| match effect {
        Effect::Snooze { tickets, until: None, .. } => Some(tickets.len()),
        _ => None,
    });
    assert_eq!(put_off, Some(2));
    assert!(!person.sees("marked") && person.sees("2 tickets are back in the queue"), "{}", person.screen());
    person.press("*");
    assert!(person.sees("8 marked"), "{}", person.screen());
    person.press("*");
    assert!(!person.sees("marked"), "{}", person.screen());
}

#[test]
fn a_ticket_that_could_not_be_put_off_is_not_said_to_be() {
    let mut person = Person::muted(80, 24, |effect| matches!(effect, Effect::Snooze { .. }));
    person.press("Z 1 enter");
    assert!(!person.sees("put off until"), "{}", person.screen());
    let request = person.asked.iter().find_map(|effect| match effect {
        Effect::Snooze { request, .. } => Some(*request),
        _ => None,
    });
    let failure = Failure {
        request,
        what: "put the ticket off".into(),
        message: "the disk is full".into(),
        way_out: "{reload} tries again".into(),
    };
    person.msg(Msg::Failed(failure));
    assert!(person.sees("could not put the ticket off: the disk is full · r tries again"), "{}", person.screen());
}

#[test]
fn where_the_views_do_not_fit_each_one_shown_has_its_count_and_the_one_at_hand_is_shown() {
    for (width, height) in [(60, 15), (80, 24), (100, 30), (160, 45)] {
        let mut person = Person::at(width, height);
        for (key, name) in [("1", "urgent 7"), ("5", "all 312"), ("7", "snoozed 2")] {
            person.press(key);
            assert!(person.sees(name), "{key} at {width}: {}", person.screen());
        }
        person.press("1");
        assert!(person.sees("urgent 7  mine 12  unassigned 31"), "{width}: {}", person.screen());
    }
    let mut person = Person::at(100, 30);
    person.press("7");
    assert!(person.sees("snoozed 2  +"), "{}", person.screen());
}

#[test]
fn a_view_is_put_into_another_order_from_its_top_and_says_which() {
    let mut person = Person::at(120, 40);
    person.press("j j");
    for (sort, words) in [
        (Sort::Priority, "all · most urgent first"),
        (Sort::Updated, "all · last changed first"),
        (Sort::Created, "all · newest first"),
        (Sort::Due, "all ───"),
    ] {
        person.press(">");
        assert_eq!((asked(&person).sort, asked(&person).offset), (sort, 0));
        assert!(person.sees(words), "{}", person.screen());
    }
    person.press("/ o r d e r enter >");
    assert!(person.sees("nearest first"), "{}", person.screen());
    assert_eq!(asked(&person).sort, Sort::Due);
}
