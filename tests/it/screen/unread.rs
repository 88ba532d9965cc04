//! Unread tickets, and a queue that changes while somebody reads it.

use countersign::domain::ids::TicketId;
use countersign::domain::ticket::{TicketPage, TicketRow};
use countersign::tui::events::{Answer, Effect, Msg};

use crate::screen::desk::{Person, rows};

/// Answers the last question of its kind.
fn tell(person: &mut Person, is_it: fn(&Effect) -> bool, answer: Answer) {
    let effect = person.asked.iter().rfind(|effect| is_it(effect)).expect("it was asked for").clone();
    let (Effect::LoadQueue { request, .. } | Effect::LoadSeen { request, .. }) = effect else { panic!("{effect:?}") };
    person.msg(Msg::Answered { request, answer });
    person.draw();
}

fn never_seen(person: &mut Person) {
    let versions = rows().into_iter().map(|row| (row.id, if row.subject.starts_with("Parcel") { 7 } else { 0 }));
    tell(person, |effect| matches!(effect, Effect::LoadSeen { .. }), Answer::Seen(versions.collect()));
}

/// What the screen has noted as seen.
fn noted(person: &Person) -> Vec<(TicketId, u64)> {
    let notes = person.asked.iter().filter_map(|effect| match effect {
        Effect::See { tickets, .. } => Some(tickets.clone()),
        _ => None,
    });
    notes.flatten().collect()
}

fn line(person: &Person, words: &str) -> String {
    let screen = person.screen();
    screen.lines().find(|line| line.contains(words)).unwrap_or_else(|| panic!("{words} in {screen}")).to_owned()
}

#[test]
fn a_ticket_is_unread_until_it_is_opened_and_one_that_is_done_never_is() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::LoadSeen { .. }));
    assert!(!person.sees("•"), "nothing is said before it is known: {}", person.screen());
    never_seen(&mut person);
    insta::assert_snapshot!("unread_120x40", person.screen());
    assert!(line(&person, "T-1042  ").starts_with('•') && line(&person, "T-1038  ").starts_with('•'));
    assert!(!line(&person, "T-1017  ").contains('•'), "seen at this version");
    assert!(!line(&person, "T-0871  ").contains('•'), "resolved");
    person.press("enter");
    assert_eq!(noted(&person), [("T-1042".parse().unwrap(), 7)]);
    assert!(!line(&person, "T-1042  ").contains('•'));
}

#[test]
fn u_marks_unread_and_read_again_the_marked_ones_together() {
    let mut person = Person::at(80, 24);
    assert!(!person.sees("•"));
    person.press("U");
    assert!(person.sees("the ticket is marked unread") && line(&person, "T-1042  ").starts_with('•'));
    person.press("U");
    assert!(person.sees("the ticket is marked read") && !person.sees("•"), "{}", person.screen());
    person.press("space space U");
    assert!(person.sees("2 tickets are marked unread"), "{}", person.screen());
    let ids = |at: usize| noted(&person)[at].clone();
    assert_eq!([ids(0).1, ids(1).1, ids(2).1, ids(3).1], [0, 7, 0, 0]);
    person.press("esc G U");
    assert!(person.sees("never unread"), "{}", person.screen());
}

fn more(n: usize, from: usize) -> Vec<TicketRow> {
    let row = |n: usize| TicketRow { id: format!("T-{n}").parse().unwrap(), ..rows()[0].clone() };
    (from..from + n).map(row).collect()
}

#[test]
fn what_comes_in_above_moves_nothing_that_is_read_and_is_counted_until_it_is_in_sight() {
    let is_load = |effect: &Effect| matches!(effect, Effect::LoadQueue { .. });
    let mut person = Person::muted(80, 24, |effect| matches!(effect, Effect::LoadQueue { .. }));
    let page = |rows: Vec<TicketRow>| Answer::Queue(TicketPage { total: rows.len() as u64, tickets: rows });
    let with_news = |n: usize| page([more(n, 2000), rows(), more(40, 3000)].concat());
    tell(&mut person, is_load, with_news(0));
    person.press("j j");
    let before = person.screen();
    person.msg(Msg::QueueChanged);
    tell(&mut person, is_load, with_news(3));
    assert!(person.sees("↑ 3 new above"), "{}", person.screen());
    let place = |screen: &str| screen.lines().position(|line| line.contains("Cannot sign in"));
    assert_eq!(place(&before), place(&person.screen()), "{}", person.screen());
    // One of them moves on; the others are told of once.
    person.msg(Msg::QueueChanged);
    tell(&mut person, is_load, with_news(4));
    assert!(person.sees("↑ 4 new above"), "{}", person.screen());
    person.press("g");
    assert!(person.sees("T-2000") && !person.sees("new above"), "{}", person.screen());
}

#[test]
fn tickets_of_the_sample_say_so_only_where_others_stand_beside_them() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::LoadQueue { .. }));
    let is_load = |effect: &Effect| matches!(effect, Effect::LoadQueue { .. });
    let own = TicketRow { sample: false, id: "T-1".parse().unwrap(), ..rows()[0].clone() };
    let mixed = TicketPage { total: 2, tickets: vec![own, rows()[1].clone()] };
    tell(&mut person, is_load, Answer::Queue(mixed));
    assert!(line(&person, "T-1017  ").contains("(sample) Parcel") && !line(&person, "T-1  ").contains("(sample)"));
    assert!(!Person::at(120, 40).sees("(sample)"));
}
