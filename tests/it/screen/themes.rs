//! Themes: another ink, the same words; switched while one works, and each page readable without any colour.

use countersign::tui::theme::{OwnColors, Theme};
use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};
use ratatui::text::Span;

use crate::process::program;
use crate::screen::desk::{Person, text_of};

/// Every page, and the keys that lead there.
const PAGES: [&str; 17] = [
    "esc",
    "enter",
    "enter tab",
    "enter d",
    "enter d c",
    "enter e",
    "enter m",
    "enter u",
    "Z",
    "/",
    ":",
    "P",
    "P enter",
    "P enter D",
    "* u right enter",
    "L",
    "L f",
];

#[test]
fn every_page_says_the_same_in_every_theme_and_without_colour() {
    for keys in PAGES {
        for (width, height) in [(80, 24), (120, 40)] {
            let mut person = Person::at(width, height);
            person.press(keys);
            person.wait(400);
            let words = person.screen();
            for theme in Theme::ALL {
                person.model.set_theme(theme);
                assert_eq!(person.screen(), words, "{keys} in {theme:?}");
            }
            let coloured = person.buffer().content.iter().any(|c| c.fg != Color::Reset || c.bg != Color::Reset);
            assert!(!coloured, "{keys}: the last theme has no colour");
        }
    }
}

#[test]
fn t_shows_the_next_theme_at_once_and_says_which() {
    let mut person = Person::at(80, 24);
    for name in ["light", "contrast", "terminal", "none", "dark", "light"] {
        person.press("T");
        assert!(person.sees(&format!("theme: {name} · T for the next one")), "{}", person.screen());
    }
    person.press("P T");
    assert!(person.sees("theme: contrast"), "in the tray too");
    person.press("esc :");
    person.write("theme-term");
    person.press("enter");
    assert!(person.sees("theme: terminal"), "{}", person.screen());
}

#[test]
fn a_card_and_a_text_keep_their_t() {
    let mut person = Person::at(120, 40);
    person.press("enter e T T T esc");
    assert!(person.sees("TTT") && !person.sees("theme:"), "{}", person.screen());
    person.press("P enter");
    person.wait(400);
    person.press("T");
    assert!(!person.sees("theme:"));
}

#[test]
fn high_contrast_leaves_no_cell_on_another_ground() {
    for keys in PAGES {
        let mut person = Person::at(120, 40);
        person.model.set_theme(Theme::Contrast);
        person.press(keys);
        let buffer = person.buffer();
        // The second half of a wide character is no cell of its own.
        let wide = |at: usize| at > 0 && Span::raw(buffer.content[at - 1].symbol()).width() > 1;
        let bare = |cell: &Cell| cell.bg == Color::Reset || cell.fg == Color::Reset;
        let found = (0..buffer.content.len()).find(|at| bare(&buffer.content[*at]) && !wide(*at));
        assert_eq!(found, None, "{keys}:\n{}", text_of(&buffer));
    }
}

#[test]
fn where_the_keyboard_is_shows_without_colour_too() {
    let mut person = Person::at(120, 40);
    for theme in Theme::ALL {
        person.model.set_theme(theme);
        let buffer = person.buffer();
        let row = &buffer.content[3 * 120..4 * 120];
        let marked = row.iter().filter(|cell| !(cell.modifier & (Modifier::REVERSED | Modifier::BOLD)).is_empty());
        assert!(marked.count() > 40, "{theme:?}: {row:?}");
    }
}

/// What stands on the row of the real cursor, from the cursor on.
fn under_cursor(person: &Person) -> String {
    let (x, y) = person.cursor();
    let buffer = person.buffer();
    let from = usize::from(y) * usize::from(buffer.area.width) + usize::from(x);
    let to = (usize::from(y) + 1) * usize::from(buffer.area.width);
    buffer.content[from..to].iter().map(ratatui::buffer::Cell::symbol).collect()
}

#[test]
fn the_real_cursor_stands_where_the_keyboard_is() {
    for (keys, expect) in [
        ("j", "!! T-1017"),
        ("enter", "▸ Ticket"),
        ("enter d", "▸ Draft"),
        ("P j", "update_ticket"),
        ("L", "update_ticket"),
        ("L p n", "get_faq"),
    ] {
        for (width, height) in [(80, 24), (120, 40)] {
            let mut person = Person::at(width, height);
            person.press(keys);
            // On a narrow screen the tab of the pane bears its name.
            let narrow = expect.starts_with('▸') && width < 100;
            assert!(under_cursor(&person).contains(expect) || narrow, "{keys}: {:?}", under_cursor(&person));
        }
    }
    for keys in PAGES {
        let mut person = Person::at(80, 24);
        person.press(keys);
        assert_ne!(person.cursor(), (0, 0), "{keys}");
    }
    let mut person = Person::at(80, 24);
    person.press(":");
    person.write("pen");
    let before = person.cursor();
    person.write("d");
    assert_eq!(person.cursor(), (before.0 + 1, before.1), "where text is typed it is in the text");
}

#[test]
fn own_colours_are_drawn_with() {
    let mut person = Person::at(80, 24);
    let mut own = OwnColors::default();
    own.set("accent", "#ff8800").unwrap();
    person.model.set_colors(own);
    assert!(person.buffer().content.iter().any(|cell| cell.fg == Color::Rgb(255, 136, 0)));
}

#[test]
fn a_colour_or_ink_that_there_is_not_is_refused_with_its_line() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("mine.toml");
    for (text, expect) in [
        ("[screen.colors]\naccnt = \"red\"\n", "line 2: there is no `accnt` to colour"),
        ("[screen]\ntheme = \"dark\"\n[screen.colors]\naccent = \"reddish\"\n", "line 4: `reddish` is no colour"),
        ("[screen]\ncolors = \"red\"\n", "line 2: `screen.colors` is a table: [screen.colors]"),
        ("[screen]\ntheme = \"pink\"\n", "unknown variant `pink`"),
    ] {
        std::fs::write(&file, text).unwrap();
        let output = program(home.path()).args(["--config", file.to_str().unwrap(), "config"]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(expect), "{said}");
    }
}
