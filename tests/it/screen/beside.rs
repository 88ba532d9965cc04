//! What stands beside a ticket: its customer's history and tickets like it, each a list over the page with a way back.

use countersign::tui::events::{Answer, Effect, Failure, Msg};
use countersign::tui::keymap::Context;

use crate::screen::desk::Person;

/// The ticket that was loaded last.
fn loaded(person: &Person) -> &str {
    let last = person.asked.iter().rev().find_map(|effect| match effect {
        Effect::LoadTicket { ticket, .. } => Some(ticket.as_str()),
        _ => None,
    });
    last.expect("a ticket is loaded")
}

#[test]
fn the_customer_and_their_other_tickets() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut person = Person::at(width, height);
        person.press("enter C");
        assert_eq!(person.model.context(), Context::List);
        insta::assert_snapshot!(format!("customer_{width}x{height}"), person.screen());
    }
}

#[test]
fn tickets_like_this_one_and_how_they_ended() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut person = Person::at(width, height);
        person.press("enter =");
        insta::assert_snapshot!(format!("similar_{width}x{height}"), person.screen());
    }
}

#[test]
fn the_most_alike_are_named_below_the_summary_where_there_is_room_and_asked_for_once_a_ticket() {
    let mut person = Person::at(120, 40);
    person.press("j k j");
    let asked = |person: &Person| person.asked.iter().filter(|e| matches!(e, Effect::FindSimilar { .. })).count();
    assert_eq!(asked(&person), 0, "moving about asks for nothing");
    person.press("k enter");
    assert!(person.sees("Similar T-0871 resolved · T-0690 resolved"), "{}", person.screen());
    person.press("r = esc r");
    assert_eq!(asked(&person), 1);
    person.resize(120, 30);
    assert!(!person.sees("Similar T-0871"), "{}", person.screen());
}

#[test]
fn the_ticket_at_hand_is_no_other_ticket() {
    let mut person = Person::at(120, 40);
    person.press("enter C");
    assert!(person.sees("3 other tickets"), "{}", person.screen());
    person.press("j j j enter");
    assert_eq!(loaded(&person), "T-0512", "{}", person.screen());
}

#[test]
fn enter_opens_and_escape_leads_back_to_where_the_person_was() {
    let mut person = Person::at(80, 24);
    person.press("enter tab = j");
    assert_eq!(person.model.context(), Context::List);
    person.press("enter");
    assert_eq!((person.model.context(), loaded(&person)), (Context::Ticket, "T-0690"));
    assert!(person.sees("Esc back to T-1042"), "{}", person.screen());
    // And on from there.
    person.press("C enter");
    assert_eq!(loaded(&person), "T-1042");
    assert!(person.sees("Esc back to T-0690"), "{}", person.screen());
    person.press("esc");
    assert_eq!((person.model.context(), loaded(&person)), (Context::Ticket, "T-0690"));
    person.press("esc");
    assert_eq!((person.model.context(), loaded(&person)), (Context::Summary, "T-1042"));
    person.press("esc");
    assert_eq!(person.model.context(), Context::Queue);
}

#[test]
fn escape_leads_back_to_the_line_that_was_read() {
    let mut person = Person::at(60, 15);
    person.press("enter j j j");
    let before = person.screen();
    person.press("= enter esc");
    assert_eq!(person.screen(), before);
}

#[test]
fn from_the_queue_the_list_is_of_the_selected_ticket_and_the_queue_is_where_escape_leads() {
    let mut person = Person::at(120, 40);
    person.press("j C");
    let whose =
        person.asked.iter().any(|e| matches!(e, Effect::LoadHistory { customer, .. } if customer.as_str() == "C-1"));
    assert!(whose && person.sees("P. Nwosu"), "{}", person.screen());
    person.press("j enter");
    assert_eq!(person.model.context(), Context::Ticket);
    person.press("esc");
    assert_eq!(person.model.context(), Context::Queue);
}

#[test]
fn a_ticket_opened_from_the_queue_leads_back_to_the_queue() {
    let mut person = Person::at(120, 40);
    person.press("enter = enter backspace");
    person.press("tab tab tab tab j enter");
    assert!(!person.sees("Esc back to"), "{}", person.screen());
    person.press("esc");
    assert_eq!(person.model.context(), Context::Queue);
}

#[test]
fn typing_finds_a_row_by_id_subject_state_or_answer() {
    for (typed, first) in
        [("0690", "▸ 2 T-0690"), ("parcel", "▸ 2 T-0690"), ("new", "▸ 3 T-1051"), ("authoris", "▸ 1 T-0871")]
    {
        let mut person = Person::at(120, 40);
        person.press("enter = /");
        person.write(typed);
        assert!(person.sees(first) && person.sees("1 of 3"), "{typed}\n{}", person.screen());
        person.press("enter");
        assert_eq!(person.model.context(), Context::List, "the words are kept, the keys are the list's again");
        person.press("enter");
        assert_eq!(person.model.context(), Context::Ticket);
    }
    let mut person = Person::at(120, 40);
    person.press("enter = /");
    person.write("xylophone");
    assert!(person.sees("none has these words"), "{}", person.screen());
    person.press("esc");
    assert!(person.sees("T-0871   Two charges"), "the first Esc takes the words back\n{}", person.screen());
    person.press("esc");
    assert_eq!(person.model.context(), Context::Ticket);
}

#[test]
fn a_list_that_cannot_be_read_says_why() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::LoadHistory { .. }));
    person.press("enter C");
    assert!(person.sees("reading …"), "{}", person.screen());
    person.press("enter");
    assert_eq!(person.model.context(), Context::List, "there is nothing to open yet");
    let Some(Effect::LoadHistory { request, .. }) = person.asked.last().cloned() else { panic!() };
    person.msg(Msg::Failed(Failure {
        request: Some(request),
        what: "load the customer".into(),
        message: "no answer within 30 s".into(),
        way_out: "press r to try again".into(),
    }));
    assert!(person.sees("no answer within 30 s · Esc, then the key again"), "{}", person.screen());
}

#[test]
fn an_answer_for_a_list_that_was_left_goes_nowhere() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::FindSimilar { .. }));
    person.press("enter =");
    let Some(Effect::FindSimilar { request, .. }) = person.asked.last().cloned() else { panic!() };
    person.press("esc C");
    person.msg(Msg::Answered { request, answer: Answer::Similar(crate::screen::desk::similar()) });
    assert!(person.sees("T-1002") && !person.sees("T-0871"), "{}", person.screen());
}

#[test]
fn a_list_keeps_its_place_in_a_window_of_any_size() {
    let mut person = Person::at(120, 40);
    person.press("enter C j");
    for (width, height) in [(60, 15), (10, 3), (200, 50), (61, 16), (80, 24)] {
        person.resize(width, height);
    }
    assert!(person.sees("▸ 2 T-0733"), "{}", person.screen());
    person.resize(60, 15);
    assert!(person.sees("▸ 2 T-0733"), "{}", person.screen());
}

#[test]
fn from_inside_a_ticket_one_goes_on_to_the_next_of_the_queue_and_back() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut person = Person::at(width, height);
        person.press("enter");
        let first = loaded(&person).to_owned();
        person.press("}");
        assert_eq!((person.model.context(), loaded(&person)), (Context::Ticket, "T-1017"));
        // From any pane of it, and from a ticket that was only visited the place in the queue is what counts.
        person.press("tab }");
        assert_eq!((person.model.context(), loaded(&person)), (Context::Ticket, "T-1038"));
        person.press("= enter {");
        assert_eq!((person.model.context(), loaded(&person)), (Context::Ticket, "T-1017"));
        person.press("{");
        assert_eq!(loaded(&person), first);
        let asked = person.asked.len();
        person.press("{");
        assert_eq!((loaded(&person), person.asked.len()), (first.as_str(), asked));
        assert!(person.sees("this is the first ticket of all"), "{}", person.screen());
        person.press("esc");
        assert_eq!(person.model.context(), Context::Queue);
    }
}

#[test]
fn a_long_thread_opens_at_its_newest_message_and_a_short_one_whole() {
    let mut person = Person::at(60, 15);
    person.press("enter");
    assert!(person.sees("When does it end?") && !person.sees("My card shows two charges"), "{}", person.screen());
    person.press("g");
    assert!(person.sees("My card shows two charges"), "{}", person.screen());
    // What comes in moves nothing that is read.
    person.press("r");
    assert!(person.sees("My card shows two charges"), "{}", person.screen());
    let mut person = Person::at(120, 40);
    person.press("enter");
    assert!(person.sees("When does it end?") && person.sees("My card shows two charges"), "{}", person.screen());
}
