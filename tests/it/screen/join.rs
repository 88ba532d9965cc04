//! Merging and splitting at the screen: the other ticket is chosen, the message is pointed at, and a card follows.

use countersign::domain::call::{MergeTickets, SplitMessage, WriteCall};
use countersign::tui::events::{Answer, Effect, Msg, Outcome};
use countersign::tui::keymap::Context;

use crate::screen::approval::{approved, request_of};
use crate::screen::desk::{Person, others};

fn merges(person: &Person) -> Vec<MergeTickets> {
    let call = |effect: &Effect| match effect {
        Effect::Propose { call: WriteCall::MergeTickets(call), .. } => Some(call.clone()),
        _ => None,
    };
    person.asked.iter().filter_map(call).collect()
}

fn splits(person: &Person) -> Vec<SplitMessage> {
    let call = |effect: &Effect| match effect {
        Effect::Propose { call: WriteCall::SplitMessage(call), .. }
        | Effect::EditProposal { call: WriteCall::SplitMessage(call), .. } => Some(call.clone()),
        _ => None,
    };
    person.asked.iter().filter_map(call).collect()
}

fn snapshots(name: &str, keys: &str) {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut person = Person::at(width, height);
        // A card rests before keys count.
        for keys in keys.split(" .. ") {
            person.press(keys);
            person.wait(400);
        }
        person.draw();
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), person.screen());
    }
}

#[test]
fn the_list_of_tickets_to_merge_with() {
    snapshots("merge_list", "enter J down");
}

#[test]
fn the_card_of_a_merge() {
    snapshots("card_merge", "enter J enter");
}

#[test]
fn the_rest_of_the_card_of_a_merge() {
    snapshots("card_merge_end", "enter J enter .. G");
}

#[test]
fn the_question_for_a_subject() {
    snapshots("split_subject", "enter ] ] X");
}

#[test]
fn the_card_of_a_split() {
    snapshots("card_split", "enter ] ] X enter");
}

#[test]
fn the_customer_s_other_tickets_come_first_and_enter_opens_the_card_at_both_versions() {
    let mut person = Person::at(120, 40);
    person.press("enter J");
    assert_eq!(person.model.context(), Context::List);
    assert!(person.sees("same customer") && person.sees("of A. Ito"), "{}", person.screen());
    person.press("down enter");
    let [call] = &merges(&person)[..] else { panic!("{:?}", merges(&person)) };
    assert_eq!((call.ticket_id.as_str(), call.from.as_str()), ("T-1042", "T-0998"));
    assert_eq!((call.expected_version, call.from_version), (Some(7), Some(7)));
    assert_eq!(person.model.context(), Context::Card);
    assert!(person.sees("Approve merge_tickets on T-1042"));
}

#[test]
fn tab_turns_the_merge_round() {
    let mut person = Person::at(120, 40);
    person.press("enter J");
    assert!(person.sees("stays      T-1042") && person.sees("is closed  T-1051"));
    person.press("tab");
    assert!(person.sees("stays      T-1051") && person.sees("is closed  T-1042"));
    person.press("enter");
    let [call] = &merges(&person)[..] else { panic!() };
    assert_eq!((call.ticket_id.as_str(), call.from.as_str()), ("T-1051", "T-1042"));
}

#[test]
fn a_number_or_words_find_any_ticket_and_an_answer_to_old_words_is_not_shown() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::LoadOthers { .. }));
    person.press("enter J");
    let first = request_of(&person, |e| if let Effect::LoadOthers { request, .. } = e { Some(*request) } else { None });
    person.press("/");
    person.write("1038");
    let (last, words) = person
        .asked
        .iter()
        .rev()
        .find_map(|e| {
            if let Effect::LoadOthers { request, words, .. } = e { Some((*request, words.clone())) } else { None }
        })
        .unwrap();
    assert_eq!(words, "1038");
    person.msg(Msg::Answered { request: last, answer: Answer::Others(others("1038")) });
    person.msg(Msg::Answered { request: first, answer: Answer::Others(others("")) });
    assert!(person.sees("is closed  T-1038 Cannot sign in after reset"), "{}", person.screen());
    person.press("enter enter");
    assert_eq!(merges(&person)[0].from.as_str(), "T-1038");
}

#[test]
fn nothing_found_is_said_and_enter_proposes_nothing() {
    let mut person = Person::at(120, 40);
    person.press("enter J /");
    person.write("zzz");
    assert!(person.sees("no ticket has these words"));
    person.press("enter enter");
    assert_eq!(person.model.context(), Context::List);
    person.press("/ esc");
    assert!(person.sees("same customer"), "what was typed is forgotten, and all are back");
    person.press("esc");
    assert_eq!(person.model.context(), Context::Ticket);
    assert!(merges(&person).is_empty());
}

#[test]
fn one_marked_ticket_goes_into_the_open_one_and_several_are_refused_in_words() {
    let mut person = Person::at(120, 40);
    person.press("enter esc j space J");
    let [call] = &merges(&person)[..] else { panic!("{}", person.screen()) };
    assert_eq!((call.ticket_id.as_str(), call.from.as_str(), call.from_version), ("T-1042", "T-1017", Some(7)));
    let mut person = Person::at(120, 40);
    person.press("enter esc j space space J");
    assert!(person.sees("2 are marked, and a merge is of two: mark one, or none"), "{}", person.screen());
    assert!(merges(&person).is_empty());
}

#[test]
fn nothing_is_merged_while_another_ticket_is_selected_or_none_is_open() {
    let mut person = Person::at(120, 40);
    person.press("J");
    assert!(person.sees("no ticket is open"));
    person.press("enter esc j J");
    assert!(person.sees("another one is selected") && person.model.context() == Context::Queue);
}

#[test]
fn a_merge_takes_two_keys_once_all_of_it_was_on_screen() {
    let mut person = Person::at(80, 24);
    person.press("enter J enter");
    person.wait(400);
    person.press("A");
    person.wait(400);
    person.press("R");
    assert_eq!(person.approvals(), 0, "not all was read");
    for _ in 0..12 {
        person.press("ctrl-d");
    }
    assert!(person.sees("all shown"), "{}", person.screen());
    person.press("A");
    assert_eq!(person.approvals(), 0);
    person.wait(400);
    person.press("R");
    assert_eq!(person.approvals(), 1);
    let request = request_of(&person, approved);
    person.msg(Msg::Answered { request, answer: Answer::Decided(Outcome::Executed { before: 7, after: 8 }) });
    assert!(person.sees("v7 → v8; T-1051 is closed"), "{}", person.screen());
}

#[test]
fn there_is_nothing_to_edit_in_a_merge() {
    let mut person = Person::at(120, 40);
    person.press("enter J enter");
    person.wait(400);
    person.press("E");
    assert_eq!(person.model.context(), Context::Card);
    assert!(person.sees("nothing to word otherwise") && !person.sees("E edit"));
    person.press("A");
    person.wait(400);
    assert_eq!(person.approvals(), 0, "the first key of two");
}

#[test]
fn a_message_is_pointed_at_and_gets_a_ticket_of_its_own() {
    let mut person = Person::at(120, 40);
    person.press("enter ]");
    assert!(person.sees("▸ [1]"), "{}", person.screen());
    person.press("] ] ]");
    assert!(person.sees("▸ [3]") && !person.sees("▸ [1]"));
    person.press("[ [ X");
    assert_eq!(person.model.context(), Context::Splitting);
    assert!(person.sees("message [1] of T-1042") && person.sees("My card shows two charges"));
    person.press("down down");
    assert!(person.sees("message [3] of T-1042") && person.sees("Subject: Any news?"), "{}", person.screen());
    person.press("enter");
    let [call] = &splits(&person)[..] else { panic!() };
    assert_eq!((call.message, call.expected_version), (2, Some(7)));
    assert_eq!(call.subject, "Any news? When does it end?");
    person.wait(400);
    assert!(person.sees("all shown"), "{}", person.screen());
    person.press("A");
    assert_eq!(person.approvals(), 1, "one key: no customer reads it and nothing ends");
    let request = request_of(&person, approved);
    let new = "T-1052".parse().unwrap();
    person.msg(Msg::Answered { request, answer: Answer::Decided(Outcome::Split { before: 7, after: 8, new }) });
    assert!(person.sees("T-1052 is the new ticket"));
}

#[test]
fn a_subject_that_was_written_stays_when_another_message_is_taken_and_an_empty_one_is_not_taken() {
    let mut person = Person::at(120, 40);
    person.press("enter X");
    person.write(" (2)");
    person.press("down");
    assert!(person.sees("message [2] of T-1042") && person.sees("… (2)"), "{}", person.screen());
    for _ in 0..100 {
        person.press("backspace");
    }
    person.press("enter");
    assert!(person.sees("a subject is needed"), "{}", person.screen());
    person.msg(Msg::Paste { text: "Pasted\nin two lines".into(), at: person.at });
    person.press("enter");
    assert_eq!(splits(&person)[0].subject, "Pasted in two lines");
}

#[test]
fn the_subject_is_edited_on_the_card_and_shown_again() {
    let mut person = Person::at(120, 40);
    person.press("enter ] ] ] X enter");
    person.wait(400);
    person.press("E");
    assert_eq!(person.model.context(), Context::Editing);
    person.write(" Please");
    person.press("ctrl-s");
    assert_eq!(splits(&person).last().unwrap().subject, "Any news? When does it end? Please");
    assert!(person.sees("subject   Any news? When does it end? Please"), "{}", person.screen());
    person.press("A");
    assert_eq!(person.approvals(), 0, "the edited card rests first");
}

#[test]
fn a_write_that_was_done_by_halves_says_so() {
    let mut person = Person::at(120, 40);
    person.press("enter J enter");
    person.wait(400);
    person.press("A");
    person.wait(400);
    person.press("R");
    let request = request_of(&person, approved);
    let read_back = "T-1051 is closed, and its messages do not stand in T-1042".to_owned();
    person.msg(Msg::Answered { request, answer: Answer::Decided(Outcome::Partly { read_back }) });
    assert!(person.sees("Partly.") && person.sees("is not sent again") && person.sees("Look at both tickets"));
}
