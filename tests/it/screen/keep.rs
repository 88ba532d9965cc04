//! What was written is never lost: saved after every pause, kept in memory until then, back when the ticket is.

use countersign::domain::actor::{Principal, Role};
use countersign::domain::call::WriteCall;
use countersign::domain::ticket::Visibility;
use countersign::tui::events::{Answer, Effect, Failure, Msg, Outcome, RequestId, Written};
use countersign::tui::keymap::Context;
use countersign::tui::update;

use crate::screen::desk::{Person, REPLY, card_by, reply_call};

fn saves(person: &Person) -> Vec<(RequestId, Written)> {
    let saves = person.asked.iter().filter_map(|effect| match effect {
        Effect::SaveDraft { request, written, .. } => Some((*request, written.clone())),
        _ => None,
    });
    saves.collect()
}

fn last_save(person: &Person) -> (RequestId, Written) {
    saves(person).pop().expect("something was saved")
}

/// A desk that answers no save by itself.
fn unsaving() -> Person {
    Person::muted(120, 40, |effect| matches!(effect, Effect::SaveDraft { .. }))
}

fn refuse(person: &mut Person, request: RequestId) {
    person.msg(Msg::Failed(Failure {
        request: Some(request),
        what: "save the draft".into(),
        message: "/state/drafts: Read-only file system".into(),
        way_out: "it is kept while this program runs".into(),
    }));
}

#[test]
fn a_note_is_saved_after_a_pause_as_a_reply_is() {
    let mut person = Person::at(120, 40);
    person.press("enter n");
    person.write("half a note");
    assert!(saves(&person).is_empty() && person.sees("not saved yet"), "{}", person.screen());
    person.wait(1000);
    assert_eq!(last_save(&person).1, Written { note: "half a note".into(), ..Written::default() });
    assert!(person.sees("saved"), "{}", person.screen());
}

#[test]
fn whoever_writes_on_and_on_is_saved_every_few_seconds() {
    let mut person = Person::at(120, 40);
    person.press("enter e");
    for _ in 0..12 {
        person.write("x");
        person.wait(500);
    }
    assert_eq!(saves(&person).len(), 1, "there was no pause, and yet");
}

#[test]
fn reply_and_note_come_back_with_their_ticket_in_the_next_sitting() {
    let mut person = Person::at(120, 40);
    person.press("enter e");
    person.write("MINE");
    person.press("esc n");
    person.write("half a note");
    person.press("esc");
    let mut again = Person::at(120, 40);
    again.saved = person.saved;
    again.press("enter");
    assert!(again.sees("MINE") && again.sees("edited"), "{}", again.screen());
    again.press("n");
    assert!(again.sees("half a note"), "{}", again.screen());
    assert!(saves(&again).is_empty(), "what was only read is not written");
}

#[test]
fn what_was_typed_before_the_saved_text_came_stands_above_it() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::LoadDraft { .. }));
    person.press("enter e ctrl-home");
    person.write("NEW ");
    person.wait(2000);
    assert!(saves(&person).is_empty(), "nothing is saved over what was not read");
    let load = person.asked.iter().find_map(|effect| match effect {
        Effect::LoadDraft { request, .. } => Some(*request),
        _ => None,
    });
    let written = Written { reply: "OLD".into(), note: "old note".into(), made_for: None };
    person.msg(Msg::Answered { request: load.unwrap(), answer: Answer::Draft(written) });
    assert!(person.sees("what you had written before stands below"), "{}", person.screen());
    person.wait(2000);
    let (_, saved) = last_save(&person);
    assert_eq!(saved, Written { reply: format!("NEW {REPLY}\n\nOLD"), note: "old note".into(), made_for: Some(7) });
    person.press("ctrl-u");
    assert!(!person.sees("OLD") && person.sees("NEW"), "{}", person.screen());
}

#[test]
fn a_save_that_fails_is_told_once_seen_all_the_time_and_tried_again() {
    let mut person = unsaving();
    person.press("enter e");
    for round in 0..3 {
        person.write("x");
        person.wait(1000);
        let request = last_save(&person).0;
        refuse(&mut person, request);
        assert!(person.sees("NOT SAVED"), "{}", person.screen());
        assert_eq!(person.sees("Read-only file system"), round == 0, "{}", person.screen());
    }
    assert_eq!(saves(&person).len(), 3);
    insta::assert_snapshot!("not_saved_120x40", person.screen());
    person.write("x");
    person.wait(1000);
    let request = last_save(&person).0;
    person.msg(Msg::Answered { request, answer: Answer::Saved { aside: None } });
    assert!(!person.sees("NOT SAVED") && person.sees("saved"), "{}", person.screen());
}

/// As the program says it where the folder cannot be written.
fn refuse_at_length(person: &mut Person, request: RequestId) {
    person.msg(Msg::Failed(Failure {
        request: Some(request),
        what: "save the draft".into(),
        message: "Read-only file system, it is kept until you quit".into(),
        way_out: "~/.local/state/countersign/drafts: make it writable or set XDG_STATE_HOME".into(),
    }));
}

#[test]
fn a_failure_that_does_not_fit_has_the_line_of_keys_too_until_the_next_key() {
    let mut person = Person::muted(80, 24, |effect| matches!(effect, Effect::SaveDraft { .. }));
    person.press("enter d e");
    person.write("x");
    person.wait(1000);
    let request = last_save(&person).0;
    refuse_at_length(&mut person, request);
    assert!(person.sees("set XDG_STATE_HOME") && !person.sees("^s done"), "{}", person.screen());
    insta::assert_snapshot!("failure_in_two_rows_80x24", person.screen());
    person.write("y");
    assert!(!person.sees("XDG_STATE_HOME") && person.sees("^s done"), "{}", person.screen());
}

#[test]
fn a_card_keeps_its_line_of_keys_whatever_fails() {
    let mut person = Person::at(80, 24);
    person.press("P enter");
    person.wait(2000);
    let keys = person.screen().lines().rev().nth(1).unwrap().to_owned();
    let what = "go on in the background".to_owned();
    let (message, way_out) = ("a mistake ".repeat(20), "the log file says more".to_owned());
    person.msg(Msg::Failed(Failure { request: None, what, message, way_out }));
    assert!(person.sees("could not go on"), "{}", person.screen());
    assert_eq!(person.screen().lines().rev().nth(1).unwrap(), keys);
}

#[test]
fn what_cannot_be_saved_stays_in_memory_when_another_ticket_is_opened() {
    let mut person = unsaving();
    person.press("enter e");
    person.write("MINE");
    person.press("esc");
    let request = last_save(&person).0;
    refuse(&mut person, request);
    person.press("esc j enter");
    assert!(!person.sees("MINE"));
    person.press("esc k enter");
    assert!(person.sees("MINE") && person.sees("NOT SAVED"), "{}", person.screen());
    person.press("q");
    assert_eq!(person.model.context(), Context::Confirm, "leaving would lose it");
}

#[test]
fn a_save_that_is_on_its_way_when_the_ticket_is_left_is_waited_for() {
    let mut person = unsaving();
    person.press("enter e");
    person.write("MINE");
    person.press("esc esc j enter q");
    assert_eq!(person.model.context(), Context::Confirm);
    let request = last_save(&person).0;
    person.msg(Msg::Answered { request, answer: Answer::Saved { aside: None } });
    assert!(person.asked.contains(&Effect::Quit), "the question was only about this text");
}

#[test]
fn whoever_ends_the_program_what_was_typed_a_moment_ago_is_saved() {
    for keys in ["enter e", "enter n"] {
        let mut person = Person::at(120, 40);
        person.press(keys);
        person.write("typed ");
        let effects = update::leave(&mut person.model);
        let saved = effects.iter().any(|effect| match effect {
            Effect::SaveDraft { written, .. } => written.reply.ends_with("typed ") || written.note == "typed",
            _ => false,
        });
        assert!(saved, "{keys}: {effects:?}");
        assert!(person.model.is_saving());
    }
}

/// Edits the draft of the first ticket and approves that reply, or another one that Tom proposed; the approval's request.
fn approved(other: Option<WriteCall>) -> (Person, RequestId) {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::Propose { .. }));
    person.press("enter e");
    person.write("MINE");
    person.press("esc s");
    let proposed = person.asked.iter().find_map(|effect| match effect {
        Effect::Propose { request, call, .. } => Some((*request, call.clone())),
        _ => None,
    });
    let (request, call) = proposed.unwrap();
    let proposer = if other.is_some() { "tom" } else { "maya" };
    let who = Principal { id: proposer.parse().unwrap(), role: Role::Agent };
    person.msg(Msg::Answered { request, answer: Answer::Card(card_by(who, "P-9", other.unwrap_or(call))) });
    person.draw();
    person.wait(2000);
    person.press("A");
    person.wait(1000);
    person.press("R");
    let approval = person.asked.iter().find_map(|effect| match effect {
        Effect::Approve { request, .. } => Some(*request),
        _ => None,
    });
    let approval = approval.unwrap_or_else(|| panic!("{}", person.screen()));
    (person, approval)
}

const EXECUTED: Outcome = Outcome::Executed { before: 7, after: 8 };

#[test]
fn a_reply_that_was_sent_is_no_draft_any_more_be_its_ticket_open_or_not() {
    for elsewhere in [false, true] {
        let (mut person, request) = approved(None);
        if elsewhere {
            person.press("esc esc esc j enter");
        }
        person.msg(Msg::Answered { request, answer: Answer::Decided(EXECUTED) });
        let kept = person.saved.get(&"T-1042".parse().unwrap()).cloned().unwrap_or_default();
        assert!(kept.is_empty(), "elsewhere {elsewhere}: {kept:?}");
        let forgot = person.asked.iter().any(|effect| {
            matches!(effect, Effect::ForgetDraft { ticket, of: Visibility::Public, .. } if ticket.as_str() == "T-1042")
        });
        assert_eq!(forgot, elsewhere);
    }
}

#[test]
fn a_reply_that_another_one_proposed_takes_no_draft_away() {
    let (mut person, request) = approved(Some(reply_call("Something else.", "public")));
    person.msg(Msg::Answered { request, answer: Answer::Decided(EXECUTED) });
    let kept = &person.saved[&"T-1042".parse().unwrap()];
    assert!(kept.reply.ends_with("MINE"), "{kept:?}");
}

fn sent_outside(person: &Person) -> (RequestId, String, String) {
    let sent = person.asked.iter().rev().find_map(|effect| match effect {
        Effect::EditOutside { request, name, text } => Some((*request, name.clone(), text.clone())),
        _ => None,
    });
    sent.expect("a text was sent out")
}

#[test]
fn what_the_person_s_own_editor_left_is_one_step_back_and_saved() {
    for (keys, context) in [("enter e ctrl-g", Context::Editing), ("enter d ctrl-g", Context::Draft)] {
        let mut person = Person::at(120, 40);
        person.press(keys);
        let (request, name, text) = sent_outside(&person);
        assert_eq!((name.as_str(), text.as_str()), ("reply-T-1042", REPLY));
        let answer = Answer::Edited(Some("Written\nelsewhere.".into()));
        person.msg(Msg::Answered { request, answer });
        assert_eq!(person.model.context(), context);
        assert!(person.sees("elsewhere.") && person.sees("from your editor"), "{}", person.screen());
        person.wait(1000);
        assert_eq!(last_save(&person).1.reply, "Written\nelsewhere.");
        person.press(if context == Context::Draft { "e ctrl-u" } else { "ctrl-u" });
        assert!(person.sees("Dear Ines"), "{}", person.screen());
    }
}

#[test]
fn an_editor_that_fails_or_changes_nothing_leaves_the_text_and_says_so() {
    let mut person = Person::at(120, 40);
    person.press("enter e ctrl-g");
    let (request, ..) = sent_outside(&person);
    person.msg(Msg::Failed(Failure {
        request: Some(request),
        what: "edit the text".into(),
        message: "`ed` ended with code 1".into(),
        way_out: "your text is as it was".into(),
    }));
    assert!(person.sees("ended with code 1 · your text is as it was"), "{}", person.screen());
    person.msg(Msg::Answered { request, answer: Answer::Edited(Some("too late".into())) });
    assert!(!person.sees("too late"));
    person.press("ctrl-g");
    let (request, ..) = sent_outside(&person);
    person.msg(Msg::Answered { request, answer: Answer::Edited(None) });
    assert!(person.sees("your editor changed nothing") && person.sees("Dear Ines"), "{}", person.screen());
    assert!(saves(&person).is_empty());
}

#[test]
fn a_note_and_the_text_on_a_card_go_to_the_editor_too() {
    let mut person = Person::at(120, 40);
    person.press("enter n");
    person.write("a note");
    person.press("ctrl-g");
    let (request, name, text) = sent_outside(&person);
    assert_eq!((name.as_str(), text.as_str()), ("note-T-1042", "a note"));
    person.msg(Msg::Answered { request, answer: Answer::Edited(Some("another note".into())) });
    person.wait(1000);
    assert_eq!(last_save(&person).1.note, "another note");

    let mut person = Person::at(120, 40);
    person.press("P enter");
    person.wait(2000);
    person.press("E ctrl-g");
    let (request, name, text) = sent_outside(&person);
    assert_eq!((name.as_str(), text.as_str()), ("reply-T-1042", REPLY));
    person.msg(Msg::Answered { request, answer: Answer::Edited(Some("Edited on the card.".into())) });
    assert!(person.sees("Edited on the card."), "{}", person.screen());
    person.press("ctrl-s");
    let edited = person.asked.iter().find_map(|effect| match effect {
        Effect::EditProposal { call, .. } => Some(call.clone().without_version()),
        _ => None,
    });
    assert_eq!(edited, Some(reply_call("Edited on the card.", "public")), "{}", person.screen());
    assert_eq!(person.approvals(), 0);
}
