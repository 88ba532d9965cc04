//! The editor of the draft on the screen: what is selected, cut, looked for; what a full text says.

use countersign::tui::events::Effect;
use countersign::tui::keymap::Context;

use crate::screen::desk::{Person, REPLY};

/// The text that would be saved, after a pause.
fn saved(person: &mut Person) -> String {
    person.wait(1100);
    let last = person.asked.iter().rev().find_map(|effect| match effect {
        Effect::SaveDraft { written, .. } => Some(written.reply.clone()),
        _ => None,
    });
    last.expect("a draft is saved")
}

fn copied(person: &Person) -> Vec<&str> {
    let copies = person.asked.iter().filter_map(|effect| match effect {
        Effect::Copy(text) => Some(text.as_str()),
        _ => None,
    });
    copies.collect()
}

#[test]
fn a_selection_and_what_is_looked_for_are_seen() {
    for (width, height) in [(80, 24), (120, 40)] {
        let mut person = Person::at(width, height);
        person.press("enter e ctrl-home down down ctrl-space alt-f alt-f alt-f");
        assert_eq!(person.model.context(), Context::Editing);
        insta::assert_snapshot!(format!("selecting_{width}x{height}"), painted(&person));
        person.press("esc ctrl-f");
        person.write("you");
        assert_eq!(person.model.context(), Context::Finding);
        insta::assert_snapshot!(format!("finding_{width}x{height}"), painted(&person));
    }
}

/// The screen with brackets around what has another ground than its row.
fn painted(person: &Person) -> String {
    let buffer = person.buffer();
    let width = usize::from(buffer.area.width);
    let mut text = String::new();
    for cells in buffer.content.chunks(width) {
        let (mut row, mut marked) = (String::new(), false);
        for cell in cells {
            let is = cell.bg != ratatui::style::Color::Reset;
            row.push_str(match (marked, is) {
                (false, true) => "[",
                (true, false) => "]",
                (true, true) | (false, false) => "",
            });
            marked = is;
            row.push_str(cell.symbol());
        }
        text.push_str(row.trim_end());
        text.push_str(if marked { "]\n" } else { "\n" });
    }
    text
}

#[test]
fn what_is_cut_goes_to_the_clipboard_and_can_be_put_in_elsewhere() {
    let mut person = Person::at(120, 40);
    person.press("enter e ctrl-home shift-end ctrl-x");
    assert_eq!(copied(&person), ["Dear Ines,"]);
    assert!(person.sees("cut 10 characters · ^v puts them in"), "{}", person.screen());
    assert_eq!(saved(&mut person), REPLY.trim_start_matches("Dear Ines,"));
    person.press("ctrl-end ctrl-v");
    assert!(saved(&mut person).ends_with("MayaDear Ines,"));
    person.press("ctrl-u ctrl-u");
    assert!(person.sees("Dear Ines,"), "{}", person.screen());
}

#[test]
fn a_copy_leaves_the_text_and_nothing_selected_is_nothing_copied() {
    let mut person = Person::at(120, 40);
    person.press("enter e alt-c");
    assert!(copied(&person).is_empty() && person.sees("nothing is selected"), "{}", person.screen());
    person.press("alt-a alt-c");
    assert_eq!(copied(&person), [REPLY]);
    person.wait(1100);
    assert!(!person.asked.iter().any(|effect| matches!(effect, Effect::SaveDraft { .. })), "the text is as it was");
}

#[test]
fn escape_ends_the_search_then_the_selection_and_then_leaves() {
    let mut person = Person::at(120, 40);
    person.press("enter e ctrl-space left ctrl-f");
    assert_eq!(person.model.context(), Context::Finding);
    person.press("esc");
    assert_eq!(person.model.context(), Context::Editing);
    person.press("shift-left esc");
    assert_eq!(person.model.context(), Context::Editing, "the selection went");
    person.press("esc");
    assert_eq!(person.model.context(), Context::Draft);
}

#[test]
fn words_that_are_looked_for_never_become_part_of_the_draft() {
    let mut person = Person::at(120, 40);
    person.press("enter e ctrl-f");
    person.write("hold");
    person.press("enter ctrl-n ctrl-p up ctrl-w");
    person.write("you");
    person.press("esc");
    person.wait(1100);
    assert!(!person.asked.iter().any(|effect| matches!(effect, Effect::SaveDraft { .. })));
}

#[test]
fn a_paste_that_is_too_long_is_refused_in_words_and_the_draft_stays() {
    let mut person = Person::at(120, 40);
    person.press("enter e");
    person.write("mine");
    let at = person.at;
    let text = "x".repeat(10 * 1024 * 1024);
    person.msg(countersign::tui::events::Msg::Paste { text, at });
    assert!(person.sees("this text holds 64 KiB, nothing of the 10.0 MiB was put in"), "{}", person.screen());
    assert_eq!(saved(&mut person), format!("{REPLY}mine"));
}

#[test]
fn another_tone_can_be_taken_back_to_the_text_that_it_replaced() {
    let mut person = Person::at(120, 40);
    person.press("enter e");
    person.write("MINE");
    person.press("esc t y");
    assert!(!person.sees("MINE"));
    person.press("e ctrl-u");
    assert!(person.sees("MINE"), "{}", person.screen());
}

#[test]
fn lines_know_the_keys_of_words_too() {
    let mut person = Person::at(120, 40);
    person.press("/");
    person.write("card charge");
    person.press("ctrl-w alt-b");
    person.write("new ");
    assert!(person.sees("/ new card "), "{}", person.screen());
}

#[test]
fn what_nothing_supports_is_underlined_while_one_writes_too() {
    let mut person = Person::at(80, 24);
    person.press("enter e");
    let underlined = |person: &Person| -> String {
        let cells = person.buffer().content;
        let marked = cells.iter().filter(|cell| cell.modifier.contains(ratatui::style::Modifier::UNDERLINED));
        marked.map(ratatui::buffer::Cell::symbol).collect()
    };
    assert_eq!(underlined(&person), "You will see it on Friday.");
    person.press("ctrl-home alt-f");
    assert_eq!(underlined(&person), "You will see it on Friday.", "moving changes nothing");
    person.press("ctrl-f");
    person.write("on Friday");
    person.press("esc delete");
    assert_eq!(underlined(&person), "", "it is another sentence now");
}
