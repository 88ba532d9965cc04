//! Canned replies over the draft: found by typing, read before they are taken, inserted as one step.

use countersign::tui::events::{Answer, Effect, Failure, Msg};
use countersign::tui::keymap::Context;

use crate::screen::desk::{Person, REPLY, suggestion};

/// The text that would be saved, after a pause.
fn saved(person: &mut Person) -> String {
    person.wait(1100);
    let last = person.asked.iter().rev().find_map(|effect| match effect {
        Effect::SaveDraft { written, .. } => Some(written.reply.clone()),
        _ => None,
    });
    last.expect("a draft is saved")
}

const HOLD: &str = "The second line is an authorisation hold";

#[test]
fn the_picker() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut person = Person::at(width, height);
        person.press("enter d m");
        insta::assert_snapshot!(format!("picker_{width}x{height}"), person.screen());
        person.write("refnud");
        insta::assert_snapshot!(format!("picker_typed_{width}x{height}"), person.screen());
    }
}

#[test]
fn from_the_pane_it_is_added_below_what_somebody_wrote_and_the_editor_opens() {
    let mut person = Person::at(120, 40);
    person.press("enter e");
    person.write("!");
    person.press("esc m");
    assert_eq!(person.model.context(), Context::Picking);
    assert!(person.asked.iter().any(|e| matches!(e, Effect::LoadCanned { ticket, .. } if ticket.as_str() == "T-1042")));
    person.press("enter");
    assert_eq!(person.model.context(), Context::Editing);
    let text = saved(&mut person);
    assert!(text.starts_with(&format!("{REPLY}!\n\nHello Ines,")) && text.ends_with("Best wishes,\nMaya"), "{text}");
    assert!(text.contains(HOLD));
}

#[test]
fn from_the_pane_it_takes_the_place_of_a_suggestion_that_nobody_touched_and_one_undo_brings_that_back() {
    let mut person = Person::at(120, 40);
    person.press("enter d m enter");
    assert!(person.sees("in place of the suggestion · ^u brings that back"), "{}", person.screen());
    let text = saved(&mut person);
    assert!(text.starts_with("Hello Ines,") && text.contains(HOLD) && !text.contains(REPLY), "{text}");
    person.press("ctrl-u");
    assert!(!person.sees(HOLD) && person.sees("Dear Ines"), "{}", person.screen());
}

#[test]
fn an_empty_draft_becomes_the_canned_reply() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::Suggest { .. }));
    person.press("enter d m enter");
    let text = saved(&mut person);
    assert!(text.starts_with("Hello Ines,") && text.contains(HOLD), "{text}");
}

#[test]
fn in_the_editor_it_stands_at_the_cursor_and_one_undo_takes_it_back() {
    let mut person = Person::at(120, 40);
    person.press("enter e");
    person.write(" PS: ");
    person.press("ctrl-t down enter");
    assert_eq!(person.model.context(), Context::Editing);
    let asked = "Hello Ines,\n\ncould you send me the number of the order?\n\nBest wishes,\nMaya";
    assert_eq!(saved(&mut person), format!("{REPLY} PS: {asked}"));
    person.press("ctrl-u");
    assert_eq!(saved(&mut person), format!("{REPLY} PS: "));
    person.press("ctrl-r");
    person.write("!");
    assert_eq!(saved(&mut person), format!("{REPLY} PS: {asked}!"));
}

#[test]
fn escape_inserts_nothing_and_leads_back_to_where_one_was() {
    for (keys, back_in) in [("enter d m", Context::Draft), ("enter e ctrl-t", Context::Editing)] {
        let mut person = Person::at(120, 40);
        person.press(keys);
        person.write("hold");
        person.press("esc");
        assert_eq!(person.model.context(), back_in, "{keys}");
        assert!(person.sees("Dear Ines") && !person.sees(HOLD), "{}", person.screen());
        person.wait(2000);
        assert!(!person.asked.iter().any(|e| matches!(e, Effect::SaveDraft { .. })), "nothing was typed");
    }
}

#[test]
fn typing_finds_by_title_tag_text_and_with_a_slip() {
    for (typed, first) in [("idea", "▸ Thanks for a"), ("number", "▸ Ask for the"), ("refnud", "▸ Refund conf")] {
        let mut person = Person::at(120, 40);
        person.press("enter d m");
        person.write(typed);
        assert!(person.sees(first), "{typed}\n{}", person.screen());
    }
    let mut person = Person::at(120, 40);
    person.press("enter d m");
    person.write("xylophone");
    assert!(person.sees("none has these words"), "{}", person.screen());
    person.press("enter");
    assert_eq!(person.model.context(), Context::Picking, "nothing is selected, nothing is inserted");
}

#[test]
fn a_field_without_a_value_is_pointed_out_and_stays_as_it_is() {
    let mut person = Person::at(120, 40);
    person.press("enter d m");
    assert!(!person.sees("no value for"), "{}", person.screen());
    person.write("refund");
    assert!(person.sees("! no value for {{refund.amount}}: it stays as it is"), "{}", person.screen());
    person.press("enter");
    assert!(person.sees("no value for {{refund.amount}}: write it yourself"), "{}", person.screen());
    assert!(saved(&mut person).contains("your refund of {{refund.amount}} has left"));
}

#[test]
fn a_suggestion_that_comes_under_the_picker_changes_no_text_that_is_being_edited() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::Suggest { .. }));
    person.press("enter e");
    person.write("MINE ");
    person.press("ctrl-t");
    let request = person.asked.iter().find_map(|effect| match effect {
        Effect::Suggest { request, .. } => Some(*request),
        _ => None,
    });
    let answer = Answer::Suggestion(Box::new(suggestion()));
    person.msg(Msg::Answered { request: request.unwrap(), answer });
    person.press("enter");
    let text = saved(&mut person);
    assert!(text.starts_with("MINE Hello Ines,"), "{text}");
}

#[test]
fn a_list_that_cannot_be_read_says_why_and_escape_leads_out() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::LoadCanned { .. }));
    person.press("enter d m");
    assert!(person.sees("reading the canned replies"), "{}", person.screen());
    person.press("enter");
    let Some(Effect::LoadCanned { request, .. }) =
        person.asked.iter().find(|e| matches!(e, Effect::LoadCanned { .. })).cloned()
    else {
        panic!()
    };
    person.msg(Msg::Failed(Failure {
        request: Some(request),
        what: "load the canned replies".into(),
        message: "no answer within 30 s".into(),
        way_out: "press r to try again".into(),
    }));
    assert!(person.sees("no answer within 30 s · Esc closes"), "{}", person.screen());
    person.press("esc");
    assert_eq!(person.model.context(), Context::Draft);
}

#[test]
fn a_note_takes_no_canned_reply() {
    let mut person = Person::at(120, 40);
    person.press("enter n ctrl-t");
    assert!(person.sees("canned replies go into a draft"), "{}", person.screen());
    assert!(!person.asked.iter().any(|e| matches!(e, Effect::LoadCanned { .. })));
}

#[test]
fn the_picker_keeps_its_words_in_a_window_of_any_size() {
    let mut person = Person::at(120, 40);
    person.press("enter d m");
    person.write("hold");
    for (width, height) in [(60, 15), (10, 3), (200, 50), (80, 24)] {
        person.resize(width, height);
    }
    assert!(person.sees("Find: hold") && person.sees("▸ Second charge"), "{}", person.screen());
}
