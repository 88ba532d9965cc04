//! The pages as pictures of text at three sizes, and what the themes change.

use countersign::domain::actor::{Principal, Role};
use countersign::tui::keymap::{Command, Context};
use countersign::tui::theme::Theme;
use ratatui::style::{Color, Modifier};

use crate::screen::desk::{Person, maya};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 50)];

fn snapshots(name: &str, keys: &str) {
    for (width, height) in SIZES {
        let mut person = Person::at(width, height);
        if !keys.is_empty() {
            person.press(keys);
        }
        person.wait(400);
        person.draw();
        insta::assert_snapshot!(format!("{name}_{width}x{height}"), person.screen());
    }
}

#[test]
fn the_work_page() {
    snapshots("work", "enter");
}

#[test]
fn the_queue() {
    snapshots("queue", "");
}

#[test]
fn the_draft() {
    snapshots("draft", "enter d");
}

#[test]
fn the_card_of_a_reply() {
    snapshots("card_reply", "P enter");
}

#[test]
fn the_card_of_an_update() {
    snapshots("card_update", "P j enter");
}

#[test]
fn the_pending_tray() {
    snapshots("pending", "P");
}

#[test]
fn the_log() {
    snapshots("log", "L");
}

#[test]
fn the_help_page() {
    snapshots("help", "?");
}

#[test]
fn the_update_form() {
    snapshots("form", "enter u right");
}

/// The style of the first cell that starts these words.
fn style_of(person: &Person, words: &str) -> ratatui::style::Style {
    let buffer = person.buffer();
    let width = usize::from(buffer.area.width);
    for line in buffer.content.chunks(width) {
        let text: String = line.iter().map(|cell| cell.symbol().chars().next().unwrap_or(' ')).collect();
        if let Some(at) = text.find(words) {
            return line[text[..at].chars().count()].style();
        }
    }
    panic!("no {words} in\n{}", person.screen());
}

#[test]
fn a_statement_without_a_source_is_marked_underlined_and_named_in_every_theme() {
    for theme in Theme::ALL {
        let mut person = Person::at(120, 40);
        person.model.set_theme(theme);
        person.press("enter");
        assert!(style_of(&person, "~You will see").add_modifier.contains(Modifier::UNDERLINED), "{theme:?}");
        assert!(person.sees("no source:"));
    }
}

#[test]
fn without_colour_the_selection_is_reversed_and_no_cell_has_a_colour() {
    let mut person = Person::at(120, 40);
    person.model.set_theme(Theme::NoColor);
    assert!(style_of(&person, "Charged twice").add_modifier.contains(Modifier::REVERSED));
    for keys in ["enter", "P", "enter", "esc", "L", "?"] {
        person.press(keys);
        let coloured = person.buffer().content.iter().any(|c| c.fg != Color::Reset || c.bg != Color::Reset);
        assert!(!coloured, "{keys}");
    }
}

#[test]
fn dark_and_light_differ_in_ink_and_not_in_words() {
    let mut person = Person::at(120, 40);
    person.press("enter");
    let (dark, words) = (style_of(&person, "countersign"), person.screen());
    person.model.set_theme(Theme::Light);
    assert_ne!(dark.fg, style_of(&person, "countersign").fg);
    assert_eq!(words, person.screen());
}

#[test]
fn the_key_line_fits_80_columns_and_always_shows_the_way_to_help() {
    for keys in [
        "",
        "enter",
        "enter tab",
        "enter d",
        "P",
        "P enter",
        "L",
        "L enter",
        "enter u",
        "enter e",
        "/",
        "enter J",
        "enter X",
    ] {
        let mut person = Person::at(80, 24);
        if !keys.is_empty() {
            person.press(keys);
        }
        person.wait(400);
        let screen = person.screen();
        let line = screen.lines().nth(22).unwrap();
        assert!(!line.contains('…') && !line.trim().is_empty(), "{keys}: {line}");
        let has_help = person.model.keys().of(person.model.context()).any(|b| b.command == Command::Help);
        assert!(!has_help || line.contains("? help"), "{keys}: {line}");
    }
}

#[test]
fn a_card_that_this_person_may_not_approve_says_why() {
    let mut person = Person::at(120, 40);
    person.press("P enter");
    person.wait(400);
    person.draw();
    assert!(person.sees("A approve"), "{}", person.screen());
    assert_eq!(person.model.context(), Context::Card);
    assert!(!Role::Viewer.covers(Role::Agent));
    let _: Principal = maya();
}
