//! What an agent trips over in a morning: losing the place, keys that say nothing, words that mislead.

use countersign::domain::call::WriteCall;
use countersign::domain::ticket::{TicketPage, TicketRow};
use countersign::tui::events::{Answer, Effect, Msg, Outcome};
use countersign::tui::keymap::Context;

use crate::screen::approval::{approved, request_of};
use crate::screen::desk::{Person, rows};

fn is_load(effect: &Effect) -> bool {
    matches!(effect, Effect::LoadQueue { .. })
}

/// Answers the load that was asked for last with these rows.
fn load(person: &mut Person, tickets: Vec<TicketRow>) {
    let last = person.asked.iter().rev().find_map(|effect| match effect {
        Effect::LoadQueue { request, .. } => Some(*request),
        _ => None,
    });
    let answer = Answer::Queue(TicketPage { total: tickets.len() as u64, tickets });
    person.msg(Msg::Answered { request: last.unwrap(), answer });
}

/// The rows after this ticket went to the end, as one does that is resolved.
fn with_last(id: &str) -> Vec<TicketRow> {
    let (moved, mut others): (Vec<_>, Vec<_>) = rows().into_iter().partition(|row| row.id.as_str() == id);
    others.extend(moved);
    others
}

/// What `y` copies in the queue: the id of the selected ticket.
fn selected(person: &mut Person) -> String {
    while person.model.context() != Context::Queue {
        person.press("esc");
    }
    person.press("y");
    match person.asked.last() {
        Some(Effect::Copy(id)) => id.clone(),
        other => panic!("{other:?}\n{}", person.screen()),
    }
}

#[test]
fn who_decides_on_the_selected_ticket_keeps_the_place_and_has_the_next_one_selected() {
    let mut person = Person::muted(120, 40, is_load);
    load(&mut person, rows());
    person.press("P j enter");
    person.wait(400);
    person.press("A");
    let request = request_of(&person, approved);
    person.msg(Msg::Answered { request, answer: Answer::Decided(Outcome::Executed { before: 7, after: 8 }) });
    load(&mut person, with_last("T-1042"));
    assert_eq!(selected(&mut person), "T-1017", "{}", person.screen());
}

#[test]
fn a_ticket_that_others_move_stays_selected_wherever_it_goes() {
    let mut person = Person::muted(120, 40, is_load);
    load(&mut person, rows());
    person.msg(Msg::QueueChanged);
    load(&mut person, with_last("T-1042"));
    assert_eq!(selected(&mut person), "T-1042", "{}", person.screen());
}

#[test]
fn a_key_that_means_nothing_here_says_so_and_where_the_keys_stand() {
    let mut person = Person::at(80, 24);
    person.press("K");
    assert!(person.sees("K means nothing here · ? lists the keys"), "{}", person.screen());
    person.press("j");
    assert!(!person.sees("means nothing here"));
    person.press("P D");
    assert!(person.sees("D means nothing here · ? lists the keys"), "{}", person.screen());
}

#[test]
fn escape_closes_what_explains_the_confidence_before_it_leads_back() {
    let mut person = Person::at(160, 45);
    person.press("enter c");
    assert!(person.sees("c closes this"), "{}", person.screen());
    person.press("esc");
    assert!(!person.sees("c closes this") && person.model.context() == Context::Draft);
    person.press("esc");
    assert_eq!(person.model.context(), Context::Queue);
}

#[test]
fn the_fields_of_the_selected_ticket_change_unopened_at_the_version_that_its_row_has() {
    let mut person = Person::at(80, 24);
    person.press("enter esc j u");
    assert!(person.sees("Update T-1017") && person.sees("pending"), "{}", person.screen());
    person.press("down right enter");
    let proposed = person.asked.iter().rev().find_map(|effect| match effect {
        Effect::Propose { call: WriteCall::UpdateTicket(call), .. } => Some(call),
        _ => None,
    });
    let call = proposed.unwrap();
    assert_eq!((call.ticket_id.as_str(), call.expected_version), ("T-1017", Some(7)));
}

#[test]
fn a_form_for_many_says_of_every_field_that_it_stays_as_it_is() {
    let mut person = Person::at(80, 24);
    person.press("space space u");
    assert_eq!(person.screen().matches("(as it is)").count(), 4, "{}", person.screen());
    person.press("down down");
    person.write("x");
    person.key(crossterm::event::KeyCode::Backspace, crossterm::event::KeyModifiers::NONE);
    assert!(person.sees("(nobody)") && person.screen().matches("(as it is)").count() == 3, "{}", person.screen());
}

#[test]
fn a_note_is_called_a_note_on_its_card_and_when_it_is_done() {
    let mut person = Person::at(80, 24);
    person.press("enter n");
    person.write("Called her.");
    person.press("ctrl-s");
    assert!(person.sees("Approve send_reply (internal note) on T-1042?"), "{}", person.screen());
    person.wait(400);
    person.press("A");
    let request = request_of(&person, approved);
    person.msg(Msg::Answered { request, answer: Answer::Decided(Outcome::Executed { before: 7, after: 8 }) });
    assert!(person.sees("send_reply (internal note) was carried out"), "{}", person.screen());
}

#[test]
fn what_the_assistant_came_to_is_said_where_its_steps_are_not_in_sight() {
    let mut person = Person::at(80, 24);
    person.press("enter a");
    assert!(person.sees("the assistant reads T-1042"), "{}", person.screen());
    let run = person.asked.iter().rev().find_map(|effect| match effect {
        Effect::Handle { request, .. } => Some(*request),
        _ => None,
    });
    let words = "nothing is proposed, a person should look".to_owned();
    person.msg(Msg::AgentStep { run: run.unwrap(), text: format!("assistant  {words}") });
    person.msg(Msg::Answered { request: run.unwrap(), answer: Answer::Handled(words.clone()) });
    assert!(person.sees("T-1042, the assistant: nothing is proposed"), "{}", person.screen());
    person.resize(160, 45);
    person.press("j");
    assert_eq!(person.screen().matches(&words).count(), 1, "{}", person.screen());
}

#[test]
fn a_draft_for_a_ticket_with_our_word_last_says_so() {
    let mut person = Person::at(120, 40);
    person.press("enter");
    assert!(!person.sees("answered already"), "{}", person.screen());
    let mut answered = crate::screen::desk::ticket();
    let mut reply = answered.thread[0].clone();
    reply.author = countersign::domain::ticket::Author::Agent;
    answered.thread.push(reply);
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::LoadTicket { .. }));
    person.press("enter");
    let request = person.asked.iter().rev().find_map(|effect| match effect {
        Effect::LoadTicket { request, .. } => Some(*request),
        _ => None,
    });
    let answer = Answer::Ticket { ticket: Box::new(answered), customer: None };
    person.msg(Msg::Answered { request: request.unwrap(), answer });
    assert!(person.sees("· answered already"), "{}", person.screen());
}

#[test]
fn escape_from_a_card_says_that_the_proposal_waits_and_where() {
    let mut person = Person::at(80, 24);
    person.press("enter s");
    assert_eq!(person.model.context(), Context::Card);
    person.wait(400);
    person.press("esc");
    assert!(person.sees("left for later · P shows what waits"), "{}", person.screen());
}

#[test]
fn until_when_a_ticket_is_put_off_is_said_in_full_at_80_columns() {
    let mut person = Person::at(80, 24);
    person.press("Z");
    person.write("mon");
    person.press("enter");
    assert!(person.sees("put off until Mon 09 Mar 09:00, or until something happens"), "{}", person.screen());
}

#[test]
fn a_list_that_was_out_of_sight_stands_where_it_stood() {
    let mut person = Person::muted(80, 24, is_load);
    let many = (0..60).flat_map(|_| rows()).zip(1..=60);
    load(&mut person, many.map(|(row, n)| TicketRow { id: format!("T-{n}").parse().unwrap(), ..row }).collect());
    person.press("j j j");
    assert!(person.sees("1–17 of 60"), "{}", person.screen());
    person.press("enter");
    assert!(!person.sees("of 60"), "{}", person.screen());
    person.press("esc");
    assert!(person.sees("1–17 of 60"), "{}", person.screen());
}
