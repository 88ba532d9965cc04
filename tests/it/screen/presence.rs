//! Who else has a ticket open: in words at its head, a mark in its row; and what this screen says of itself.

use countersign::domain::presence::{Doing, Presence};
use countersign::tui::events::{Effect, Msg};

use crate::screen::desk::Person;

fn at(ticket: &str, person: &str, doing: Doing) -> Presence {
    Presence { ticket: ticket.parse().unwrap(), person: person.parse().unwrap(), doing }
}

/// Where this screen said that the person is, first to last.
fn said(person: &Person) -> Vec<Option<(String, Doing)>> {
    let places = person.asked.iter().filter_map(|effect| match effect {
        Effect::Attend(place) => Some(place.as_ref().map(|(ticket, doing)| (ticket.to_string(), *doing))),
        _ => None,
    });
    places.collect()
}

#[test]
fn others_at_the_ticket_and_in_the_queue() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut person = Person::at(width, height);
        person.msg(Msg::Presence(vec![
            at("T-1042", "tom", Doing::Writing),
            at("T-1042", "lena", Doing::Reading),
            at("T-1038", "lena", Doing::Reading),
            at("T-1051", "tom", Doing::Writing),
        ]));
        insta::assert_snapshot!(format!("presence_queue_{width}x{height}"), person.screen());
        person.press("enter");
        insta::assert_snapshot!(format!("presence_ticket_{width}x{height}"), person.screen());
    }
}

#[test]
fn the_screen_says_where_the_person_is_and_only_when_that_changes() {
    let place = |doing| Some(("T-1042".to_owned(), doing));
    let mut person = Person::at(120, 40);
    person.press("j k j k");
    assert_eq!(said(&person), [], "whoever looks at the queue is at no ticket");
    person.press("enter j k tab tab");
    assert_eq!(said(&person), [place(Doing::Reading)]);
    person.press("e x y ctrl-s");
    assert_eq!(said(&person)[1..], [place(Doing::Writing), place(Doing::Reading)]);
    person.press("n esc");
    assert_eq!(said(&person)[3..], [place(Doing::Writing), place(Doing::Reading)], "a note is writing too");
    person.press("esc");
    assert_eq!(said(&person)[5..], [None]);
}

#[test]
fn what_is_known_already_draws_nothing() {
    let mut person = Person::at(120, 40);
    let others = vec![at("T-1042", "tom", Doing::Reading)];
    person.model.take_changed();
    person.msg(Msg::Presence(others.clone()));
    assert!(person.model.take_changed());
    person.msg(Msg::Presence(others));
    assert!(!person.model.take_changed());
    person.msg(Msg::Presence(vec![]));
    assert!(person.model.take_changed());
}

#[test]
fn whoever_begins_to_write_hears_that_somebody_else_does() {
    let mut person = Person::at(80, 24);
    person.msg(Msg::Presence(vec![at("T-1042", "tom", Doing::Writing), at("T-1038", "lena", Doing::Writing)]));
    person.press("enter e");
    assert!(person.sees("tom is writing on this ticket too") && !person.sees("lena"), "{}", person.screen());
}

#[test]
fn the_same_person_at_another_screen_is_told_apart() {
    let mut person = Person::at(120, 40);
    person.msg(Msg::Presence(vec![at("T-1042", "maya", Doing::Reading)]));
    person.press("enter");
    assert!(person.sees("you have it open on another screen"), "{}", person.screen());
}
