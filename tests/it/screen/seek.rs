//! Looking for tickets: the filter over a view, and what was said in any message.

use countersign::domain::ticket::TicketPage;
use countersign::tui::events::{Answer, Effect, Failure, Msg, RequestId};
use countersign::tui::keymap::Context;
use ratatui::style::Modifier;

use crate::screen::desk::{Person, hits, rows};

fn filters(person: &Person) -> Vec<(RequestId, String)> {
    let sift = |effect: &Effect| match effect {
        Effect::Sift { request, words, .. } => Some((*request, words.clone())),
        _ => None,
    };
    person.asked.iter().filter_map(sift).collect()
}

/// The underlined text of a row of the screen, as `[found]`.
fn underlined(person: &Person, words: &str) -> String {
    let buffer = person.buffer();
    let is_found = |cell: &ratatui::buffer::Cell| cell.style().add_modifier.contains(Modifier::UNDERLINED);
    let lines = buffer.content.chunks(usize::from(buffer.area.width)).map(|line| {
        let text: String = line.iter().map(ratatui::buffer::Cell::symbol).collect();
        (text, line.iter().filter(|cell| is_found(cell)).map(ratatui::buffer::Cell::symbol).collect::<String>())
    });
    let mut found = lines.filter(|(text, _)| text.contains(words)).map(|(_, found)| found);
    found.next().unwrap_or_else(|| panic!("no {words} in\n{}", person.screen()))
}

#[test]
fn the_filter_narrows_as_it_is_typed_and_marks_why() {
    let mut person = Person::at(80, 24);
    person.press("/");
    person.write("charge");
    assert_eq!(person.model.context(), Context::Filter);
    let words: Vec<_> = filters(&person).into_iter().map(|(_, words)| words).collect();
    assert_eq!(words, ["c", "ch", "cha", "char", "charg", "charge"]);
    assert!(person.sees("1–2 of 2") && !person.sees("T-1017"), "{}", person.screen());
    assert_eq!(underlined(&person, "Two charges"), "charge");
    insta::assert_snapshot!("filter_80x24", person.screen());
    person.press("enter");
    assert_eq!(person.model.context(), Context::Queue);
    assert!(person.sees("/ charge"), "{}", person.screen());
}

#[test]
fn a_ticket_that_is_found_by_what_its_row_does_not_show_says_by_what() {
    let mut person = Person::at(70, 24);
    person.press("/");
    person.write("weiss");
    assert!(person.sees("M. Weiss Wrong VAT"), "{}", person.screen());
    assert_eq!(underlined(&person, "Wrong VAT"), "Weiss");
    person.press("esc /");
    person.write("billing");
    assert!(person.sees("#billing Charged twice"), "{}", person.screen());
    assert_eq!(underlined(&person, "Charged twice"), "billing");
    let mut wide = Person::at(200, 50);
    wide.press("/");
    wide.write("weiss");
    assert!(!wide.sees("M. Weiss Wrong VAT"), "{}", wide.screen());
    assert_eq!(underlined(&wide, "Wrong VAT"), "Weiss");
}

#[test]
fn the_filter_is_kept_on_refresh_and_in_another_view_and_escape_leads_back_to_where_one_was() {
    let mut person = Person::at(80, 24);
    person.press("j j j /");
    person.write("charge");
    person.press("enter");
    let before = filters(&person).len();
    person.msg(Msg::QueueChanged);
    person.press("2");
    let after = filters(&person);
    assert_eq!(after.len(), before + 2);
    assert!(after.iter().skip(before).all(|(_, words)| words == "charge"));
    let mut person = Person::at(80, 24);
    person.press("j j j /");
    person.write("charge");
    person.press("enter space esc");
    assert!(person.sees("/ charge") && !person.sees("marked"), "the first one takes the marks away");
    person.press("esc");
    assert!(!person.sees("/ charge"), "{}", person.screen());
    person.press("enter");
    assert!(matches!(person.asked.iter().rev().find(|e| matches!(e, Effect::LoadTicket { .. })),
        Some(Effect::LoadTicket { ticket, .. }) if ticket.as_str() == "T-1051"));
}

#[test]
fn what_is_listed_stays_until_the_answer_is_there_and_only_the_last_one_counts() {
    let mut person = Person::muted(80, 24, |effect| matches!(effect, Effect::Sift { .. }));
    person.press("j /");
    person.write("vat");
    assert!(person.sees("T-1042") && person.sees("T-1017"), "nothing flickers:\n{}", person.screen());
    let answer = |person: &mut Person, nth: usize, row: usize| {
        let (request, _) = filters(person)[nth].clone();
        let page = TicketPage { tickets: vec![rows()[row].clone()], total: 1 };
        person.msg(Msg::Answered { request, answer: Answer::Queue(page) });
    };
    answer(&mut person, 0, 0);
    assert!(person.sees("T-1017"), "{}", person.screen());
    answer(&mut person, 2, 3);
    assert!(person.sees("T-1051") && !person.sees("T-1017"), "{}", person.screen());
}

#[test]
fn a_filter_that_fails_shows_why_and_nothing_that_it_did_not_find() {
    let mut person = Person::muted(80, 24, |effect| matches!(effect, Effect::Sift { .. }));
    person.press("/");
    person.write("v");
    let request = Some(filters(&person)[0].0);
    person.msg(Msg::Failed(Failure {
        request,
        what: "filter the queue".into(),
        message: "the desk is damaged".into(),
        way_out: "press r to try again".into(),
    }));
    assert!(person.sees("the desk is damaged") && !person.sees("T-1042"), "{}", person.screen());
}

#[test]
fn nothing_found_says_the_way_back() {
    let mut person = Person::at(80, 24);
    person.press("/");
    person.write("zebra");
    assert!(person.sees("Esc shows the whole view"), "{}", person.screen());
}

#[test]
fn what_was_said_is_found_in_all_messages_and_opens_at_the_place() {
    for (width, height) in [(80, 24), (160, 45)] {
        let mut person = Person::at(width, height);
        person.press("j j f");
        assert!(person.sees("find in all messages:"), "{}", person.screen());
        person.write("authorisation hold");
        assert_eq!(underlined(&person, "[2] Second charge"), "authorisationhold");
        assert!(person.sees("<U+202E>hold"), "{}", person.screen());
        person.press("enter");
        insta::assert_snapshot!(format!("said_{width}x{height}"), person.screen());
        person.press("enter");
        assert!(person.sees("▸ [2] Tom"), "{}", person.screen());
        person.press("esc");
        assert!(person.sees("in all messages: authorisation hold") && person.sees("T-0871"), "{}", person.screen());
        person.press("esc");
        assert!(!person.sees("in all messages") && person.sees("T-1017"), "{}", person.screen());
        person.press("enter");
        assert!(
            person
                .asked
                .iter()
                .any(|effect| matches!(effect, Effect::LoadTicket { ticket, .. } if ticket.as_str() == "T-1038"))
        );
    }
}

#[test]
fn a_search_scrolls_by_hits_and_its_tickets_can_be_marked() {
    let mut person = Person::muted(80, 24, |effect| matches!(effect, Effect::FindSaid { .. }));
    person.press("f");
    person.write("x");
    let request = person.asked.iter().find_map(|effect| match effect {
        Effect::FindSaid { request, words, limit: 100 } if words == "x" => Some(*request),
        _ => None,
    });
    let many = (0..40).map(|n| {
        let mut hit = hits()[0].clone();
        hit.row.id = format!("T-{n}").parse().unwrap();
        hit
    });
    person.msg(Msg::Answered { request: request.unwrap(), answer: Answer::Said(many.collect()) });
    person.press("enter");
    assert!(person.sees("1–8 of 40"), "{}", person.screen());
    person.press("G");
    assert!(person.sees("33–40 of 40") && person.sees("T-39"), "{}", person.screen());
    person.press("space");
    assert!(person.sees("1 marked"), "{}", person.screen());
}
