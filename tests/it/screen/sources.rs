//! What a draft cites, beside it: the right one first, scrolled to what was taken from it.

use countersign::domain::draft::{Citation, Suggestion};
use countersign::tui::events::{Answer, Effect, Failure, Msg, Source};
use countersign::tui::keymap::Context;

use crate::screen::desk::{Person, REPLY, suggestion};

const HOLDS: &str = "# Authorisation holds\n\nWhen a payment is interrupted, a bank may show the amount twice. The second \
    line is a hold: money that is set aside and not taken.\n\n## What the customer sees\n\nTwo lines with the same amount \
    and the same day. One of them is marked as pending by most banks. Some banks show it a day later.\n\n## How it ends\n\n\
    A hold ends by itself within 5 working days. Nobody has to ask for it.\n\n## When it stays\n\nA hold that is still \
    there after 7 days is released by the bank on request. Give the customer the number of the authorisation; it stands \
    in the payment's record. Do not refund a hold: nothing was taken, and a refund would be a gift.\n\n## See also\n\n\
    Refunds, Payment methods.";

/// What the desk has under a name.
pub(crate) fn source(name: &str) -> Option<Source> {
    match name {
        "KB-31" => Some(Source { text: HOLDS.to_owned() }),
        "M-6" => Some(Source { text: "Hello Ines,\n\nthe second line is a hold.".to_owned() }),
        _ => None,
    }
}

fn loads(person: &Person) -> Vec<&str> {
    let loads = person.asked.iter().filter_map(|effect| match effect {
        Effect::LoadSource { source, .. } => Some(source.as_str()),
        _ => None,
    });
    loads.collect()
}

/// A person whose draft cites three sources; the desk has the first two.
fn with_three(width: u16, height: u16) -> Person {
    let mut person = Person::muted(width, height, |effect| matches!(effect, Effect::Suggest { .. }));
    person.press("enter d");
    let citation = |index, id: &str, title: &str| Citation {
        index,
        source_id: id.into(),
        title: title.into(),
        snippet: "A hold ends by itself within 5 working days.".into(),
    };
    let text = "Dear Ines,\n\nit ends by itself [1]. It is a hold [2].\n\nAsk your bank. [3]\n\nMaya";
    let citations =
        vec![citation(1, "KB-31", "Authorisation holds"), citation(2, "M-6", "A hold"), citation(3, "KB-9", "Banks")];
    let suggestion = Suggestion { response_text: text.into(), citations, unsupported: vec![], ..suggestion() };
    let request = person.asked.iter().find_map(|effect| match effect {
        Effect::Suggest { request, .. } => Some(*request),
        _ => None,
    });
    let answer = Answer::Suggestion(Box::new(suggestion));
    person.msg(Msg::Answered { request: request.unwrap(), answer });
    person.draw();
    person
}

#[test]
fn an_article_beside_the_draft() {
    for (width, height) in [(80, 24), (160, 45)] {
        let mut person = Person::at(width, height);
        person.press("enter d K");
        assert_eq!(person.model.context(), Context::Sources);
        insta::assert_snapshot!(format!("source_{width}x{height}"), person.screen());
    }
    let mut person = Person::at(80, 24);
    person.press("enter e ctrl-home alt-k");
    insta::assert_snapshot!("source_editing_80x24", person.screen());
}

#[test]
fn it_begins_where_the_draft_took_something_and_scrolls() {
    let mut person = Person::at(80, 24);
    person.press("enter d K");
    assert!(person.sees("▌A hold ends by itself within 5 working days."), "{}", person.screen());
    assert!(!person.sees("When a payment is interrupted"), "{}", person.screen());
    person.press("g");
    assert!(person.sees("When a payment is interrupted"), "{}", person.screen());
    person.press("G");
    assert!(person.sees("Refunds, Payment methods.") && person.sees("Dear Ines"), "{}", person.screen());
}

#[test]
fn the_next_citation_is_a_key_away_and_escape_leads_back() {
    for (width, height) in [(80, 24), (160, 45)] {
        let mut person = with_three(width, height);
        person.press("K");
        assert!(person.sees("[1] KB-31 Authorisation holds · 1 of 3"), "{}", person.screen());
        person.press("tab");
        assert!(
            person.sees("[2] M-6 A hold · 2 of 3") && person.sees("the second line is a hold."),
            "{}",
            person.screen()
        );
        person.press("K");
        assert!(person.sees("[3] KB-9 Banks · 3 of 3"), "{}", person.screen());
        assert!(
            person.sees("does not have it any more") && person.sees("A hold ends by itself"),
            "{}",
            person.screen()
        );
        person.press("tab backtab");
        assert!(person.sees("3 of 3"), "round and round: {}", person.screen());
        person.press("esc");
        assert_eq!((person.model.context(), person.sees("of 3")), (Context::Draft, false));
        assert_eq!(loads(&person), ["KB-31", "M-6", "KB-9", "KB-31", "KB-9"]);
    }
}

#[test]
fn in_the_editor_the_sentence_at_the_cursor_comes_first() {
    for (keys, first) in [
        ("e ctrl-end up up alt-k", "[3] KB-9"),
        ("e ctrl-home down down end alt-k", "[2] M-6"),
        ("e ctrl-home down down alt-k", "[1] KB-31"),
        ("e ctrl-home down down down down shift-end alt-k", "[3] KB-9"),
    ] {
        let mut person = with_three(120, 40);
        person.press(keys);
        assert!(person.sees(first) && !person.sees("cites nothing"), "{keys}: {}", person.screen());
        person.press("esc");
        assert_eq!(person.model.context(), Context::Editing);
    }
    let mut person = with_three(120, 40);
    person.press("e ctrl-home alt-k");
    assert!(person.sees("[1] KB-31") && person.sees("this sentence cites nothing"), "{}", person.screen());
}

#[test]
fn a_mark_that_was_deleted_is_no_citation_any_more() {
    let mut person = Person::at(120, 40);
    person.press("enter e ctrl-f");
    person.write("[1]");
    person.press("esc delete delete delete alt-k");
    assert!(person.sees("this draft cites no article") && loads(&person).is_empty(), "{}", person.screen());
    assert_eq!(person.model.context(), Context::Editing);
}

#[test]
fn what_is_written_stays_while_one_reads() {
    let mut person = Person::at(80, 24);
    person.press("enter e");
    person.write("PS");
    person.press("alt-k");
    person.write("xyz");
    person.msg(Msg::Paste { text: "pasted".into(), at: person.at });
    person.press("esc esc");
    let kept = person.saved.values().next().map(|written| written.reply.clone());
    assert_eq!(kept, Some(format!("{REPLY}PS")));
}

#[test]
fn one_can_write_on_beside_it_and_escape_closes_it_before_the_editor() {
    for (width, height) in [(80, 24), (160, 45)] {
        let mut person = Person::at(width, height);
        person.press("enter d K e");
        assert_eq!(person.model.context(), Context::Editing);
        person.write("PS");
        assert!(person.sees("MayaPS") && person.sees("▌A hold ends by itself"), "{}", person.screen());
        insta::assert_snapshot!(format!("source_beside_{width}x{height}"), person.screen());
        person.press("alt-k");
        assert_eq!(person.model.context(), Context::Sources, "it can be scrolled again");
        person.press("g enter esc");
        assert_eq!((person.model.context(), person.sees("KB-31 Auth")), (Context::Editing, false));
        person.press("alt-k e alt-k esc");
        assert_eq!((person.model.context(), person.sees("KB-31 Auth")), (Context::Editing, false), "one is enough");
        person.press("alt-k e ctrl-s");
        assert_eq!(person.model.context(), Context::Draft);
        assert!(!person.sees("· 1 of 1"), "whoever is done needs it no more: {}", person.screen());
    }
}

#[test]
fn a_source_that_comes_while_one_writes_on_is_shown() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::LoadSource { .. }));
    person.press("enter d K e");
    let request = person.asked.iter().find_map(|effect| match effect {
        Effect::LoadSource { request, .. } => Some(*request),
        _ => None,
    });
    person.msg(Msg::Answered { request: request.unwrap(), answer: Answer::Source(source("KB-31")) });
    assert!(person.sees("▌A hold ends by itself"), "{}", person.screen());
}

#[test]
fn a_source_that_cannot_be_read_says_why_and_a_late_one_goes_nowhere() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::LoadSource { .. }));
    person.press("enter d K");
    assert!(person.sees("reading …"), "{}", person.screen());
    let Some(Effect::LoadSource { request, .. }) = person.asked.last().cloned() else { panic!() };
    person.msg(Msg::Failed(Failure {
        request: Some(request),
        what: "open what is cited".into(),
        message: "no answer within 30 s".into(),
        way_out: "{reload} tries again".into(),
    }));
    assert!(person.sees("no answer within 30 s · Esc closes"), "{}", person.screen());
    person.press("esc K");
    person.msg(Msg::Answered { request, answer: Answer::Source(source("M-6")) });
    assert!(person.sees("reading …") && !person.sees("the second line is a hold."), "{}", person.screen());
}

#[test]
fn hostile_text_in_a_source_is_shown_as_marks() {
    let mut person = Person::muted(80, 24, |effect| matches!(effect, Effect::LoadSource { .. }));
    person.press("enter d K");
    let Some(Effect::LoadSource { request, .. }) = person.asked.last().cloned() else { panic!() };
    let text = "\u{1b}[31mred \u{202e}txet \u{200b}A hold ends by itself within 5 working days.".to_owned();
    person.msg(Msg::Answered { request, answer: Answer::Source(Some(Source { text })) });
    let screen = person.screen();
    assert!(!screen.contains(['\u{1b}', '\u{202e}', '\u{200b}']) && screen.contains("ends by itself"), "{screen}");
}

#[test]
fn an_article_stays_in_its_place_in_a_window_of_any_size() {
    let mut person = Person::at(160, 45);
    person.press("enter d K");
    for (width, height) in [(60, 15), (10, 3), (100, 30), (80, 24)] {
        person.resize(width, height);
    }
    assert!(person.sees("[1] KB-31") && person.sees("▌A hold ends by itself"), "{}", person.screen());
}
