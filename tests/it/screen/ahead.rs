//! What is written ahead: for the tickets that come next, and never in the way of the one at hand.

use countersign::domain::ticket::Tone;
use countersign::tui::events::{Answer, Effect, Failure, Msg, RequestId};
use countersign::tui::model::Part;

use crate::screen::desk::{Person, suggestion, summary};

/// Everything that a model writes; the desk leaves it to the test.
fn is_slow(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Prepare { .. } | Effect::Suggest { quick: false, .. } | Effect::Summarize { quick: false, .. }
    )
}

/// A person before a queue, beside a model that prepares so many tickets.
fn beside_model(most: usize) -> Person {
    let mut person = Person::beside("openai stub", (120, 40), is_slow);
    person.model = person.model.clone().assisted(Tone::Concise, most);
    person.press("G g");
    person
}

/// What was asked ahead, as ticket and part, with the last request.
fn prepared(person: &Person) -> (Vec<(String, Part)>, Option<RequestId>) {
    let asked = person.asked.iter().filter_map(|effect| match effect {
        Effect::Prepare { request, ticket, part } => Some(((ticket.to_string(), *part), *request)),
        _ => None,
    });
    let (texts, requests): (Vec<_>, Vec<_>) = asked.unzip();
    (texts, requests.last().copied())
}

fn last(person: &Person) -> RequestId {
    prepared(person).1.expect("something was asked ahead")
}

fn cancelled(person: &Person, run: RequestId) -> bool {
    person.asked.contains(&Effect::CancelRun { run })
}

/// An answer as a model gives it.
fn answer(part: Part) -> Answer {
    let maker = serde_json::json!({"by": "openai stub", "prompt": "p@0"});
    match part {
        Part::Summary => {
            let mut summary = summary();
            summary.maker = serde_json::from_value(maker).unwrap();
            Answer::Summary(Box::new(summary))
        }
        Part::Draft(_) => {
            let mut suggestion = suggestion();
            suggestion.maker = serde_json::from_value(maker).unwrap();
            Answer::Suggestion(Box::new(suggestion))
        }
    }
}

/// The model answers the last thing that was asked ahead.
fn answers(person: &mut Person) {
    let (texts, request) = prepared(person);
    let (part, request) = (texts.last().unwrap().1, request.unwrap());
    person.msg(Msg::Answered { request, answer: answer(part) });
}

#[test]
fn once_the_queue_rests_the_next_tickets_are_written_for_one_text_after_another() {
    let mut person = beside_model(2);
    person.wait(300);
    assert_eq!(prepared(&person).0, [], "a key was pressed a moment ago");
    person.wait(700);
    assert!(person.sees("preparing T-1042 …"), "{}", person.screen());
    for _ in 0..6 {
        answers(&mut person);
    }
    let tone = Part::Draft(Tone::Concise);
    let expect = [("T-1042", Part::Summary), ("T-1042", tone), ("T-1017", Part::Summary), ("T-1017", tone)];
    assert_eq!(prepared(&person).0, expect.map(|(ticket, part)| (ticket.to_owned(), part)));
    assert!(!person.sees("preparing"), "{}", person.screen());
}

#[test]
fn nothing_is_prepared_where_nothing_is_to_be_and_nobody_waits() {
    let mut person = beside_model(0);
    person.wait(10_000);
    assert_eq!(prepared(&person).0, []);
    let mut offline = Person::at(120, 40);
    offline.model = offline.model.clone().assisted(Tone::Polite, 3);
    offline.press("j");
    offline.wait(10_000);
    assert_eq!(prepared(&offline).0, [], "there is no model");
    let mut gone = beside_model(3);
    gone.at += std::time::Duration::from_mins(20);
    gone.wait(1_000);
    assert_eq!(prepared(&gone).0, [], "nobody has pressed a key for long");
}

#[test]
fn moving_on_aims_anew_and_stops_what_is_not_wanted_any_more() {
    let mut person = beside_model(2);
    person.wait(1_000);
    let first = last(&person);
    person.press("j j j");
    assert!(cancelled(&person, first));
    person.wait(300);
    assert_eq!(prepared(&person).0.len(), 1, "it waits until the hand rests");
    person.wait(700);
    assert_eq!(prepared(&person).0[1].0, "T-1051");
    // Back again: what was given up is asked for anew.
    person.press("k k k");
    person.wait(1_000);
    assert_eq!(prepared(&person).0[2], ("T-1042".to_owned(), Part::Summary));
}

#[test]
fn a_filter_that_shows_other_tickets_stops_it() {
    let mut person = beside_model(1);
    person.wait(1_000);
    let first = last(&person);
    person.mute = |effect| is_slow(effect) || matches!(effect, Effect::LoadQueue { .. });
    person.press("/ x");
    assert!(cancelled(&person, first), "the list is not there yet: nothing is aimed at");
}

#[test]
fn the_ticket_at_hand_goes_first() {
    let mut person = beside_model(2);
    person.wait(1_000);
    let first = last(&person);
    person.press("j enter");
    assert!(cancelled(&person, first), "the model is needed for T-1017");
    person.wait(5_000);
    assert_eq!(prepared(&person).0.len(), 1, "and until it has answered there nothing else is asked");
    let waits: Vec<_> = person
        .asked
        .iter()
        .filter_map(|effect| match effect {
            Effect::Summarize { request, quick: false, .. } => Some((*request, Part::Summary)),
            Effect::Suggest { request, quick: false, tone, .. } => Some((*request, Part::Draft(*tone))),
            _ => None,
        })
        .collect();
    assert_eq!(waits.len(), 2);
    for (request, part) in waits {
        person.msg(Msg::Answered { request, answer: answer(part) });
    }
    person.wait(1_000);
    assert_eq!(prepared(&person).0[1].0, "T-1038", "the ticket that comes after it");
}

#[test]
fn a_draft_in_the_making_is_taken_over_by_whoever_opens_its_ticket() {
    let mut person = beside_model(1);
    person.wait(1_000);
    answers(&mut person);
    let draft = last(&person);
    assert_eq!(prepared(&person).0[1].1, Part::Draft(Tone::Concise));
    person.press("enter");
    assert!(!cancelled(&person, draft));
    let asks =
        |person: &Person| person.asked.iter().filter(|e| matches!(e, Effect::Suggest { quick: false, .. })).count();
    assert_eq!(asks(&person), 0, "the model is at it");
    person.msg(Msg::Writing { request: draft, text: "Dear Ines, so far".into() });
    assert!(person.sees("Dear Ines, so far") && person.sees("openai stub is writing"), "{}", person.screen());
    let quick =
        |person: &Person| person.asked.iter().filter(|e| matches!(e, Effect::Suggest { quick: true, .. })).count();
    let before = quick(&person);
    answers(&mut person);
    assert_eq!(quick(&person), before + 1, "it is there now: asked for as by anybody, without a wait");
}

#[test]
fn a_model_that_does_not_answer_is_left_alone_for_a_while_and_nobody_is_told() {
    let mut person = beside_model(3);
    person.wait(1_000);
    let request = Some(last(&person));
    let (what, message, way_out) = ("prepare".into(), "no answer".into(), String::new());
    person.msg(Msg::Failed(Failure { request, what, message, way_out }));
    assert!(!person.sees("no answer"), "{}", person.screen());
    person.wait(60_000);
    assert_eq!(prepared(&person).0.len(), 1);
    person.wait(5 * 60_000);
    assert_eq!(prepared(&person).0.len(), 2);
}
