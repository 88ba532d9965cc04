//! The draft in other words: asked for over the draft, taken only where it still fits, taken back in one step.

use countersign::domain::draft::{Maker, Unsupported};
use countersign::domain::rewrite::{Rewrite, Rewritten, Way};
use countersign::tui::events::{Answer, Effect, Failure, Msg, RequestId};
use countersign::tui::keymap::Context;

use crate::screen::desk::{Person, REPLY};

const SHORT: &str = "Dear Ines,\n\nthe second 49.00 is a hold [1]. You get it on Monday.\n\nMaya";

/// A person at a desk with a model that takes its time to put a draft into other words.
fn with_model() -> Person {
    Person::beside("openai stub", (120, 40), |effect| matches!(effect, Effect::Rewrite { .. }))
}

/// A person at a desk without one.
fn alone(width: u16, height: u16) -> Person {
    Person::muted(width, height, |effect| matches!(effect, Effect::Rewrite { .. }))
}

fn asked(person: &Person) -> Vec<(RequestId, Rewrite)> {
    let asked = person.asked.iter().filter_map(|effect| match effect {
        Effect::Rewrite { request, asked } => Some((*request, Rewrite::clone(asked))),
        _ => None,
    });
    asked.collect()
}

fn last(person: &Person) -> (RequestId, Rewrite) {
    asked(person).pop().expect("other words are asked for")
}

/// The assistant answers what was asked for last.
fn says(person: &mut Person, text: &str, doubts: &[&str]) {
    let mark = |words: &&str| {
        let start = text.find(words).unwrap();
        Unsupported { text: (*words).to_owned(), kind: "date".into(), start, end: start + words.len() }
    };
    let unsupported = doubts.iter().map(mark).collect();
    let maker = Maker { by: "openai stub".into(), prompt: "rewrite_text@0".into(), ..Maker::default() };
    let answer = Answer::Rewritten(Box::new(Rewritten { text: text.into(), unsupported, maker }));
    person.msg(Msg::Answered { request: last(person).0, answer });
    person.draw();
}

fn fails(person: &mut Person, message: &str) {
    person.msg(Msg::Failed(Failure {
        request: Some(last(person).0),
        what: "put it into other words".into(),
        message: message.into(),
        way_out: "{reload} tries again".into(),
    }));
}

/// The text that would be saved, after a pause.
fn saved(person: &mut Person) -> String {
    person.wait(1100);
    let last = person.asked.iter().rev().find_map(|effect| match effect {
        Effect::SaveDraft { written, .. } => Some(written.reply.clone()),
        _ => None,
    });
    last.expect("a draft is saved")
}

#[test]
fn the_menu_with_a_model_and_without_one() {
    for (width, height) in [(80, 24), (160, 45)] {
        let mut person = alone(width, height);
        person.press("enter d w j");
        insta::assert_snapshot!(format!("ways_offline_{width}x{height}"), person.screen());
        let mut person =
            Person::beside("openai stub", (width, height), |effect| matches!(effect, Effect::Rewrite { .. }));
        person.press("enter e ctrl-home down down shift-end alt-w");
        assert_eq!(person.model.context(), Context::Rewriting);
        insta::assert_snapshot!(format!("ways_model_{width}x{height}"), person.screen());
    }
}

#[test]
fn the_whole_draft_is_sent_with_its_sources_and_the_answer_takes_its_place_in_one_step() {
    for keys in ["enter d w enter", "enter w 1"] {
        let mut person = with_model();
        person.press(keys);
        let (_, asked) = last(&person);
        assert_eq!((asked.text.as_str(), asked.way, asked.ticket_id.as_str()), (REPLY, Way::Shorter, "T-1042"));
        assert_eq!((asked.sources, asked.language), (vec!["KB-31".to_owned()], None));
        assert_eq!(person.model.context(), Context::Draft);
        assert!(person.sees("shorter … Esc stops it") && person.sees("authorisation hold; it"), "{}", person.screen());
        says(&mut person, SHORT, &["You get it on Monday."]);
        assert!(person.sees("the draft: shorter · e ^u takes it back"), "{}", person.screen());
        assert_eq!(saved(&mut person), SHORT);
        person.press("e ctrl-u esc");
        assert!(person.sees("thank you for writing to us") && !person.sees("Monday"), "{}", person.screen());
    }
}

#[test]
fn what_nothing_supports_in_it_is_marked_again_and_goes_with_the_proposal() {
    let mut person = with_model();
    person.press("enter d w 3");
    says(&mut person, SHORT, &["You get it on Monday."]);
    assert!(
        person.sees("~You get it on Monday.~") && person.sees("no source: ~You get it on Monday.~"),
        "{}",
        person.screen()
    );
    assert!(!person.sees("You will see it on Friday"), "{}", person.screen());
    person.press("s");
    let why = person.asked.iter().find_map(|effect| match effect {
        Effect::Propose { why, .. } => Some(why.clone()),
        _ => None,
    });
    assert_eq!(why.unwrap().unsupported, ["You get it on Monday."]);
}

#[test]
fn of_a_selection_only_that_part_is_sent_and_replaced() {
    let mut person = with_model();
    person.press("enter e ctrl-home shift-end alt-w 6");
    let (_, asked) = last(&person);
    assert_eq!((asked.text.as_str(), asked.way), ("Dear Ines,", Way::Translate));
    assert_eq!(person.model.context(), Context::Editing, "the person may go on");
    says(&mut person, "Querida Ines,", &[]);
    assert!(person.sees("the selected part: translate · ^u takes it back"), "{}", person.screen());
    assert_eq!(saved(&mut person), REPLY.replace("Dear Ines,", "Querida Ines,"));
    person.press("ctrl-u");
    assert!(person.sees("Dear Ines,"), "{}", person.screen());
    person.press("ctrl-r");
    assert!(person.sees("Querida Ines,"), "{}", person.screen());
}

#[test]
fn white_space_around_a_selection_stays_and_a_blank_one_is_nothing() {
    let mut person = with_model();
    person.press("enter e ctrl-home shift-down shift-down alt-w 5");
    assert_eq!(last(&person).1.text, "Dear Ines,");
    says(&mut person, "Dear Ines:\n", &[]);
    assert_eq!(saved(&mut person), REPLY.replace("Dear Ines,", "Dear Ines:"));
    person.press("ctrl-home down shift-down alt-w 5");
    assert!(person.sees("nothing to put into other words") && asked(&person).len() == 1, "{}", person.screen());
}

#[test]
fn an_answer_to_another_text_replaces_nothing() {
    let mut person = with_model();
    person.press("enter e alt-w 1");
    person.write(" mine");
    says(&mut person, SHORT, &["Monday"]);
    assert!(person.sees("the draft is another text by now, so nothing was replaced"), "{}", person.screen());
    assert_eq!(saved(&mut person), format!("{REPLY} mine"));
    person.press("esc");
    assert!(!person.sees("~Monday~"), "{}", person.screen());
}

#[test]
fn a_suggestion_that_comes_meanwhile_is_another_text_too() {
    let mut person = with_model();
    person.press("enter d w 1");
    let (request, _) = last(&person);
    person.press("t");
    assert!(person.sees("(concise) Dear Ines"), "{}", person.screen());
    let rewritten = Rewritten { text: SHORT.into(), unsupported: vec![], maker: Maker::default() };
    person.msg(Msg::Answered { request, answer: Answer::Rewritten(Box::new(rewritten)) });
    assert!(person.sees("another text by now") && person.sees("(concise) Dear Ines"), "{}", person.screen());
}

#[test]
fn an_answer_that_does_not_fit_replaces_nothing() {
    let mut person = with_model();
    person.press("enter e ctrl-home shift-end alt-w 3");
    says(&mut person, &"so many words ".repeat(5_000), &[]);
    assert!(person.sees("no room for so much") && person.sees("Dear Ines,"), "{}", person.screen());
    assert!(!person.sees("edited"), "{}", person.screen());
}

#[test]
fn moving_about_meanwhile_does_not_lose_the_answer() {
    let mut person = with_model();
    person.press("enter e ctrl-home shift-end alt-w 3 ctrl-end up");
    says(&mut person, "Hello dear Ines,", &[]);
    assert_eq!(saved(&mut person), REPLY.replace("Dear Ines,", "Hello dear Ines,"));
}

#[test]
fn escape_stops_it_first_and_a_late_answer_goes_nowhere() {
    for (keys, back_in) in [("enter d w 1", Context::Draft), ("enter e alt-w 1", Context::Editing)] {
        let mut person = with_model();
        person.press(keys);
        let (request, _) = last(&person);
        person.press("esc");
        assert!(person.asked.contains(&Effect::CancelRun { run: request }), "{keys}");
        assert_eq!(person.model.context(), back_in, "{keys}");
        says(&mut person, SHORT, &[]);
        assert!(person.sees("thank you for writing") && !person.sees("Monday"), "{}", person.screen());
    }
}

#[test]
fn leaving_the_ticket_stops_it() {
    let mut person = with_model();
    person.press("enter d w 1");
    let (request, _) = last(&person);
    person.press("tab tab j enter");
    assert!(person.asked.contains(&Effect::CancelRun { run: request }), "{:?}", person.asked);
    says(&mut person, SHORT, &[]);
    assert!(!person.sees("Monday"), "{}", person.screen());
}

#[test]
fn a_second_way_takes_the_place_of_the_first() {
    let mut person = with_model();
    person.press("enter d w 1");
    let (first, _) = last(&person);
    person.press("w 4");
    assert!(person.asked.contains(&Effect::CancelRun { run: first }));
    assert_eq!(last(&person).1.way, Way::Plainer);
}

#[test]
fn without_a_model_only_what_can_be_done_is_asked_for() {
    let mut person = alone(120, 40);
    person.press("enter d w");
    assert!(person.sees("needs a model: countersign setup"), "{}", person.screen());
    for key in ["3", "4", "5", "6"] {
        person.press(key);
        assert_eq!(person.model.context(), Context::Rewriting);
        assert!(asked(&person).is_empty() && person.sees(": needs a model: countersign setup"), "{}", person.screen());
    }
    person.press("2");
    assert_eq!(last(&person).1.way, Way::Longer);
}

#[test]
fn what_cites_nothing_has_nothing_to_take_more_from() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::Suggest { .. } | Effect::Rewrite { .. }));
    person.press("enter e");
    person.write("My own words");
    person.press("alt-w 2");
    assert!(
        asked(&person).is_empty() && person.sees("cites nothing that it could take more from"),
        "{}",
        person.screen()
    );
    person.press("1");
    let (_, asked) = last(&person);
    assert_eq!((asked.text.as_str(), asked.sources), ("My own words", vec![]));
}

#[test]
fn a_failure_says_why_and_leaves_the_draft() {
    let mut person = with_model();
    person.press("enter d w 5");
    fails(&mut person, "no answer within 60 s");
    assert!(
        person.sees("correct: no answer within 60 s · the draft is as it was, w asks again"),
        "{}",
        person.screen()
    );
    assert!(person.sees("Dear Ines") && !person.sees("Esc stops it"), "{}", person.screen());
}

#[test]
fn an_answer_that_changes_nothing_says_so_and_makes_no_edit() {
    let mut person = with_model();
    person.press("enter d w 5");
    says(&mut person, REPLY, &[]);
    assert!(person.sees("correct: it stays as it was") && !person.sees("edited"), "{}", person.screen());
}

#[test]
fn a_note_and_a_card_have_no_menu() {
    for keys in ["enter n alt-w", "enter s"] {
        let mut person = with_model();
        person.press(keys);
        if keys.ends_with('s') {
            person.wait(1600);
            person.press("E alt-w");
        }
        assert!(person.sees("only a draft is put into other words"), "{keys}: {}", person.screen());
        assert!(asked(&person).is_empty());
    }
}
