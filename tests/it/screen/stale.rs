//! A draft and a ticket that moves under it: the word for it names the key that redoes it, and one undo brings back
//! what a person wrote.

use countersign::domain::draft::{Maker, Suggestion};
use countersign::domain::ticket::TicketPage;
use countersign::tui::events::{Answer, Effect, Failure, Msg, RequestId, Written};
use countersign::tui::keymap::Context;

use crate::screen::desk::{Person, REPLY, rows, suggestion, ticket};

const NEW: &str = "Dear Ines,\n\nthe hold has ended by now.\n\nMaya";

/// Left to the test: what the queue has, and what is read and written once the ticket has moved.
fn is_ours(effect: &Effect) -> bool {
    matches!(effect, Effect::LoadQueue { .. } | Effect::LoadTicket { .. } | Effect::Suggest { .. })
}

/// A person with T-1042 open at version 7, its draft written.
fn at(width: u16, height: u16) -> Person {
    opened(Person::muted(width, height, is_ours))
}

fn opened(mut person: Person) -> Person {
    queue(&mut person, 7);
    person.press("enter");
    read(&mut person, 7);
    written(&mut person, REPLY);
    person
}

fn last(person: &Person, wanted: fn(&Effect) -> Option<RequestId>) -> RequestId {
    person.asked.iter().rev().find_map(wanted).expect("it is asked for")
}

fn suggests(person: &Person) -> usize {
    person.asked.iter().filter(|effect| matches!(effect, Effect::Suggest { .. })).count()
}

/// The queue has the ticket at this version.
fn queue(person: &mut Person, version: u64) {
    let request =
        last(person, |effect| if let Effect::LoadQueue { request, .. } = effect { Some(*request) } else { None });
    let mut tickets = rows();
    tickets[0].version = version;
    person.msg(Msg::Answered { request, answer: Answer::Queue(TicketPage { total: 8, tickets }) });
    person.draw();
}

/// Something happens at the desk: the ticket is at this version now.
fn moves_to(person: &mut Person, version: u64) {
    person.msg(Msg::QueueChanged);
    queue(person, version);
}

/// The ticket that was asked for comes at this version.
fn read(person: &mut Person, version: u64) {
    let request =
        last(person, |effect| if let Effect::LoadTicket { request, .. } = effect { Some(*request) } else { None });
    let mut ticket = ticket();
    ticket.row.version = version;
    person.msg(Msg::Answered { request, answer: Answer::Ticket { ticket: Box::new(ticket), customer: None } });
    person.draw();
}

/// The draft that was asked for comes.
fn written(person: &mut Person, text: &str) {
    written_by(person, text, Maker::offline());
}

fn written_by(person: &mut Person, text: &str, maker: Maker) {
    let request =
        last(person, |effect| if let Effect::Suggest { request, .. } = effect { Some(*request) } else { None });
    let suggestion = Suggestion { response_text: text.into(), unsupported: vec![], maker, ..suggestion() };
    person.msg(Msg::Answered { request, answer: Answer::Suggestion(Box::new(suggestion)) });
    person.draw();
}

fn by_model() -> Maker {
    Maker { by: "openai stub".into(), prompt: "suggest_response@0".into(), ..Maker::default() }
}

#[test]
fn a_stale_draft_names_the_key_that_redoes_it() {
    for (width, height) in [(80, 24), (160, 45)] {
        let mut person = at(width, height);
        person.press("d");
        moves_to(&mut person, 8);
        insta::assert_snapshot!(format!("stale_{width}x{height}"), person.screen());
    }
    let mut person = at(80, 24);
    person.press("e");
    moves_to(&mut person, 8);
    assert!(person.sees("stale: the ticket moved · alt-r redoes it"), "{}", person.screen());
}

#[test]
fn the_assistants_own_text_is_redone_at_once_with_the_ticket() {
    let mut person = at(120, 40);
    moves_to(&mut person, 8);
    person.press("D");
    assert_ne!(person.model.context(), Context::Confirm, "nothing is asked");
    read(&mut person, 8);
    written(&mut person, NEW);
    assert!(person.sees("the hold has ended") && person.sees("v8") && !person.sees("stale"), "{}", person.screen());
    assert!(!person.sees("edited"), "{}", person.screen());
}

#[test]
fn what_a_person_wrote_is_replaced_and_one_undo_brings_it_back() {
    for keys in ["esc D", "alt-r"] {
        let mut person = at(120, 40);
        person.press("e");
        person.write(" MINE");
        moves_to(&mut person, 8);
        person.press(keys);
        assert_ne!(person.model.context(), Context::Confirm, "nothing is asked");
        assert!(person.sees("MINE") && person.sees("brings yours back"), "{keys}: {}", person.screen());
        read(&mut person, 8);
        written(&mut person, NEW);
        assert!(
            person.sees("the hold has ended") && !person.sees("MINE") && !person.sees("stale"),
            "{}",
            person.screen()
        );
        let kept = |person: &Person| person.saved.values().next().map(|written| written.reply.clone());
        assert_eq!(kept(&person).as_deref(), Some(""), "the draft of the assistant is kept nowhere");
        person.press(if keys == "alt-r" { "ctrl-u" } else { "e ctrl-u" });
        assert!(person.sees("MINE") && !person.sees("the hold has ended"), "{}", person.screen());
        person.wait(1100);
        assert_eq!(kept(&person), Some(format!("{REPLY} MINE")));
    }
}

#[test]
fn a_model_is_asked_once_so_that_one_undo_is_enough() {
    let mut person = opened(Person::beside("openai stub", (120, 40), is_ours));
    written_by(&mut person, REPLY, by_model());
    person.press("e");
    person.write(" MINE");
    person.press("esc");
    moves_to(&mut person, 8);
    let before = suggests(&person);
    person.press("D");
    read(&mut person, 8);
    let request =
        last(&person, |effect| if let Effect::Suggest { request, .. } = effect { Some(*request) } else { None });
    person.msg(Msg::Writing { request, text: "Dear Ines, the hold".into() });
    assert!(person.sees("Dear Ines, the hold") && !person.sees("MINE"), "{}", person.screen());
    written_by(&mut person, NEW, by_model());
    assert_eq!(suggests(&person), before + 1);
    person.press("e ctrl-u");
    assert!(person.sees("MINE"), "{}", person.screen());
}

#[test]
fn escape_and_a_failure_leave_what_a_person_wrote_and_nothing_replaces_it_later() {
    for fails in [false, true] {
        let mut person = opened(Person::beside("openai stub", (120, 40), is_ours));
        written_by(&mut person, REPLY, by_model());
        person.press("e");
        person.write(" MINE");
        person.press("esc");
        moves_to(&mut person, 8);
        person.press("D");
        read(&mut person, 8);
        let request =
            last(&person, |effect| if let Effect::Suggest { request, .. } = effect { Some(*request) } else { None });
        if fails {
            let (what, message, way_out) =
                ("suggest a reply".into(), "no answer".into(), "{reload} tries again".into());
            person.msg(Msg::Failed(Failure { request: Some(request), what, message, way_out }));
        } else {
            person.press("esc");
            assert!(person.asked.contains(&Effect::CancelRun { run: request }));
        }
        assert!(person.sees("MINE") && person.sees("stale"), "{}", person.screen());
        person.press("r");
        read(&mut person, 8);
        written_by(&mut person, NEW, by_model());
        assert!(person.sees("MINE") && !person.sees("the hold has ended"), "{}", person.screen());
    }
}

#[test]
fn whoever_writes_on_after_the_redo_was_asked_for_keeps_what_they_write() {
    let mut person = at(120, 40);
    person.press("e");
    person.write(" MINE");
    moves_to(&mut person, 8);
    person.press("alt-r");
    person.write(" TOO");
    read(&mut person, 8);
    written(&mut person, NEW);
    assert!(person.sees("MINE TOO") && !person.sees("the hold has ended"), "{}", person.screen());
}

#[test]
fn a_draft_for_the_ticket_as_it_is_is_left_alone() {
    let mut person = at(120, 40);
    let before = suggests(&person);
    person.press("D");
    assert!(person.sees("the draft is for the ticket as it is · t asks for another tone"), "{}", person.screen());
    assert_eq!(suggests(&person), before);
}

#[test]
fn a_persons_text_stays_stale_until_they_write_on_with_the_new_ticket_before_them() {
    let mut person = at(120, 40);
    person.press("e");
    person.write(" MINE");
    person.press("esc");
    moves_to(&mut person, 8);
    person.press("r");
    read(&mut person, 8);
    written(&mut person, NEW);
    assert!(person.sees("MINE") && person.sees("stale: the ticket moved · D redoes it"), "{}", person.screen());
    person.press("e");
    person.write("!");
    assert!(person.sees("MINE!") && !person.sees("stale"), "{}", person.screen());
}

#[test]
fn a_draft_that_was_asked_for_before_the_ticket_moved_is_stale_when_it_comes() {
    let mut person = Person::muted(120, 40, is_ours);
    queue(&mut person, 7);
    person.press("enter");
    read(&mut person, 7);
    person.press("t");
    moves_to(&mut person, 8);
    written(&mut person, REPLY);
    assert!(person.sees("stale"), "{}", person.screen());
}

#[test]
fn a_saved_draft_comes_back_stale_where_the_ticket_has_moved_since() {
    let mut person = at(120, 40);
    person.press("e");
    person.write(" MINE");
    person.press("esc");
    let saved = person.saved.clone();
    assert_eq!(saved.values().next().map(|written| written.made_for), Some(Some(7)));
    for (version, is_stale) in [(7, false), (8, true)] {
        let mut again = Person::muted(120, 40, is_ours);
        again.saved = saved.clone();
        queue(&mut again, version);
        again.press("enter");
        read(&mut again, version);
        written(&mut again, NEW);
        assert!(again.sees("MINE"), "{}", again.screen());
        assert_eq!(again.sees("stale"), is_stale, "{}", again.screen());
    }
    let old: Written = serde_json::from_value(serde_json::json!({"reply": "mine", "note": ""})).unwrap();
    assert_eq!(old.made_for, None, "a file of an older version says nothing of it");
}
