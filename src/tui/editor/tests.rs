//! What people count on in an editor, key by key.

use super::*;
use crate::domain::call::MOST_BODY;

mod moving;

const CLUSTERS: [&str; 9] =
    ["漢", "👨\u{200d}👩\u{200d}👧", "e\u{301}", "🇵🇹", "👍🏽", "❤\u{fe0f}", "한", "क्षि", "1\u{fe0f}\u{20e3}"];

fn press(editor: &mut Editor, code: KeyCode) {
    editor.key(&KeyEvent::new(code, KeyModifiers::NONE)).unwrap();
}

fn shift(editor: &mut Editor, code: KeyCode) {
    editor.key(&KeyEvent::new(code, KeyModifiers::SHIFT)).unwrap();
}

fn write(editor: &mut Editor, text: &str) {
    text.chars().for_each(|c| press(editor, if c == '\n' { KeyCode::Enter } else { KeyCode::Char(c) }));
}

fn cursor(editor: &Editor) -> (usize, usize) {
    let (row, column) = editor.cursor_in_sight();
    (row + editor.top, column)
}

fn seen(editor: &Editor) -> String {
    let row = |row: Vec<(Mark, String)>| row.into_iter().map(|(_, text)| text).collect::<String>();
    editor.shown().map(row).collect::<Vec<_>>().join("\n")
}

/// What is in sight, with brackets around what is marked.
fn marked(editor: &Editor) -> String {
    marked_doubting(editor, &[])
}

fn marked_doubting(editor: &Editor, phrases: &[String]) -> String {
    let part = |(mark, text): (Mark, String)| match mark {
        Mark::Plain => text,
        Mark::Selected => format!("[{text}]"),
        Mark::Found => format!("<{text}>"),
        Mark::Here => format!("<<{text}>>"),
        Mark::Doubted => format!("~{text}~"),
    };
    editor
        .shown_doubting(phrases)
        .map(|row| row.into_iter().map(part).collect::<String>())
        .collect::<Vec<_>>()
        .join("\n")
}

/// An editor of 20 columns and 6 rows with the cursor at the beginning.
fn at_top(text: &str) -> Editor {
    let mut editor = Editor::text_of(text);
    editor.arrange(21, 6, true);
    editor.go(Go::Top, false);
    editor
}

#[test]
fn one_key_moves_over_selects_or_deletes_one_grapheme() {
    for cluster in CLUSTERS {
        let mut editor = Editor::text_of(&format!("a{cluster}b"));
        press(&mut editor, KeyCode::Left);
        press(&mut editor, KeyCode::Left);
        assert_eq!(editor.area.cursor().1, 1, "{cluster}");
        shift(&mut editor, KeyCode::Right);
        assert_eq!(editor.selection().as_deref(), Some(cluster));
        editor.unselect();
        press(&mut editor, KeyCode::Left);
        press(&mut editor, KeyCode::Delete);
        assert_eq!(editor.text(), "ab", "{cluster}");
        assert!(editor.undo());
        assert_eq!(editor.text(), format!("a{cluster}b"));
        press(&mut editor, KeyCode::End);
        press(&mut editor, KeyCode::Backspace);
        press(&mut editor, KeyCode::Backspace);
        assert_eq!(editor.text(), "a", "{cluster}");
    }
}

#[test]
fn the_cursor_stands_where_wide_and_combined_characters_end() {
    for (text, column) in [("漢字", 4), ("e\u{301}e\u{301}", 2), ("a\u{301}漢b", 4), ("\t", 4), ("👍🏽x", 3)] {
        let editor = Editor::text_of(text);
        assert_eq!(cursor(&editor), (0, column), "{text}");
    }
}

#[test]
fn undo_takes_back_a_word_and_redo_brings_it_again() {
    let mut editor = Editor::text_of("");
    write(&mut editor, "one, two  three\nfour");
    let steps = ["one, two  three\n", "one, two  ", "one, ", ""];
    for step in steps {
        assert!(editor.undo());
        assert_eq!(editor.text(), step);
    }
    assert!(!editor.undo());
    for step in ["one, ", "one, two  ", "one, two  three\n", "one, two  three\nfour"] {
        assert!(editor.redo());
        assert_eq!(editor.text(), step);
    }
    assert!(!editor.redo());
}

#[test]
fn a_motion_between_two_keys_makes_two_steps() {
    let mut editor = Editor::text_of("");
    write(&mut editor, "ab");
    press(&mut editor, KeyCode::Left);
    press(&mut editor, KeyCode::Right);
    write(&mut editor, "cd");
    editor.undo();
    assert_eq!(editor.text(), "ab");
}

#[test]
fn backspaces_are_taken_back_by_words_too() {
    let mut editor = Editor::text_of("one two");
    (0..5).for_each(|_| press(&mut editor, KeyCode::Backspace));
    assert_eq!(editor.text(), "on");
    editor.undo();
    assert_eq!(editor.text(), "one");
    editor.undo();
    assert_eq!(editor.text(), "one two");
}

#[test]
fn a_script_without_blanks_is_taken_back_in_parts() {
    let mut editor = Editor::text_of("");
    write(&mut editor, &"漢".repeat(40));
    editor.undo();
    assert_eq!(editor.text().chars().count(), 32);
}

#[test]
fn typing_after_an_undo_forgets_what_was_undone() {
    let mut editor = Editor::text_of("");
    write(&mut editor, "one two");
    editor.undo();
    write(&mut editor, "2");
    assert!(!editor.redo());
    assert_eq!(editor.text(), "one 2");
    editor.undo();
    assert_eq!(editor.text(), "one ");
}

#[test]
fn a_paste_is_one_step_back() {
    let mut editor = Editor::text_of("x");
    editor.paste("one\r\ntwo\nthree\rfour").unwrap();
    assert_eq!(editor.text(), "xone\ntwo\nthree\nfour");
    editor.undo();
    assert_eq!(editor.text(), "x");
    editor.redo();
    assert_eq!(editor.text(), "xone\ntwo\nthree\nfour");
}

#[test]
fn what_is_added_stands_below_and_is_one_step_back() {
    for (before, after) in [("", "new"), ("  ", "  new"), ("old", "old\n\nnew"), ("old\n\n", "old\n\nnew")] {
        let mut editor = Editor::text_of(before);
        press(&mut editor, KeyCode::Home);
        editor.append("new").unwrap();
        assert_eq!(editor.text(), after);
        editor.undo();
        assert_eq!(editor.text(), before);
    }
}

#[test]
fn a_selection_is_replaced_by_what_is_typed_pasted_or_put_in_its_place_as_one_step() {
    let begin = || {
        let mut editor = Editor::text_of("one two\nthree");
        (0..8).for_each(|_| shift(&mut editor, KeyCode::Left));
        assert_eq!(editor.selection().as_deref(), Some("wo\nthree"));
        editor
    };
    for (put, after) in [("", "one t"), ("x", "one tx"), ("a\nb\nc", "one ta\nb\nc")] {
        let mut editor = begin();
        assert_eq!(editor.replace_selection(put), Ok(true));
        assert_eq!((editor.text().as_str(), editor.selection()), (after, None));
        assert!(editor.undo());
        assert_eq!(editor.text(), "one two\nthree");
        assert!(editor.redo());
        assert_eq!(editor.text(), after);
    }
    let mut editor = begin();
    press(&mut editor, KeyCode::Char('!'));
    assert_eq!(editor.text(), "one t!");
    let mut editor = begin();
    press(&mut editor, KeyCode::Backspace);
    assert_eq!(editor.text(), "one t");
}

#[test]
fn without_a_selection_a_text_goes_in_at_the_cursor() {
    let mut editor = at_top("world");
    assert_eq!(editor.replace_selection("hello "), Ok(true));
    assert_eq!(editor.replace_selection(""), Ok(false));
    assert_eq!(editor.text(), "hello world");
}

#[test]
fn a_selection_that_was_begun_with_a_key_follows_every_motion_until_it_is_ended() {
    let mut editor = at_top("one two three");
    editor.start_selecting();
    editor.go(Go::WordNext, false);
    editor.go(Go::WordNext, false);
    assert_eq!(editor.selection().as_deref(), Some("one two"));
    assert_eq!(marked(&editor), "[one two] three");
    editor.start_selecting();
    assert_eq!(editor.selection(), None);
    editor.go(Go::WordNext, false);
    assert_eq!(editor.selection(), None);
}

#[test]
fn a_selection_over_lines_and_rows_is_seen_as_it_is() {
    let mut editor = at_top("one two three four five\n\nsix");
    (0..3).for_each(|_| shift(&mut editor, KeyCode::Right));
    (0..3).for_each(|_| shift(&mut editor, KeyCode::Down));
    assert_eq!(editor.selection().as_deref(), Some("one two three four five\n\nsix"));
    assert_eq!(marked(&editor), "[one two three four ]\n[five][ ]\n[ ]\n[six]");
    press(&mut editor, KeyCode::Left);
    assert_eq!(editor.area.cursor(), (0, 0), "out of a selection one steps to its edge");
}

#[test]
fn select_all_and_one_key_replaces_everything_and_one_undo_brings_it_back() {
    let mut editor = at_top("one\ntwo");
    editor.select_all();
    press(&mut editor, KeyCode::Char('x'));
    assert_eq!(editor.text(), "x");
    editor.undo();
    assert_eq!(editor.text(), "one\ntwo");
}

#[test]
fn hostile_text_is_shown_as_marks_and_kept_as_bytes() {
    let mut editor = Editor::text_of("al\u{202e}ice");
    editor.arrange(72, 3, true);
    assert_eq!(seen(&editor), "al<U+202E>ice");
    assert_eq!(cursor(&editor).1, "al<U+202E>ice".len());
    press(&mut editor, KeyCode::Home);
    assert_eq!(editor.text(), "al\u{202e}ice");
}

#[test]
fn what_is_looked_for_is_found_while_it_is_typed_and_round_and_round() {
    let mut editor = at_top("Hold on.\nA hold (hold) ends.\nEnd");
    editor.start_finding();
    write(&mut editor, "hold");
    assert_eq!(editor.text(), "Hold on.\nA hold (hold) ends.\nEnd", "what is typed goes into the words");
    assert_eq!(marked(&editor), "<<Hold>> on.\nA <hold> (<hold>) ends.\nEnd");
    for (back, count, at) in
        [(false, "2 of 3", (1, 2)), (false, "3 of 3", (1, 8)), (false, "1 of 3", (0, 0)), (true, "3 of 3", (1, 8))]
    {
        editor.find_next(back);
        assert_eq!((editor.finding().unwrap().count().as_str(), editor.area.cursor()), (count, at));
    }
    write(&mut editor, ")");
    assert_eq!(editor.finding().unwrap().count(), "1 of 1");
    write(&mut editor, "nowhere");
    assert_eq!(editor.finding().unwrap().count(), "not in this text");
    editor.find_next(false);
    assert!(editor.stop_finding());
    assert_eq!(marked(&editor), "Hold on.\nA hold (hold) ends.\nEnd");
    assert_eq!(editor.context(), Context::Editing);
}

#[test]
fn words_are_looked_for_as_they_stand_and_in_any_case() {
    for (text, words, count) in [
        ("a.b axb", "a.b", "1 of 1"),
        ("(x] \\d $1", "\\d $", "1 of 1"),
        ("ÜBER über", "über", "1 of 2"),
        ("漢字 x 漢字", "字", "1 of 2"),
        ("a\\<b", "\\<", "1 of 1"),
    ] {
        let mut editor = at_top(text);
        editor.start_finding();
        write(&mut editor, words);
        assert_eq!(editor.finding().unwrap().count(), count, "{words} in {text}");
    }
}

#[test]
fn a_full_text_takes_nothing_more_says_so_and_can_be_made_shorter() {
    let mut editor = Editor::text_of("kept");
    let refused = editor.paste(&"x".repeat(10 * 1024 * 1024)).unwrap_err();
    assert_eq!(refused.to_string(), "this text holds 64 KiB, nothing of the 10.0 MiB was put in");
    assert_eq!(editor.text(), "kept");
    editor.paste(&"x".repeat(MOST_BODY - 4)).unwrap();
    let full = editor.key(&KeyEvent::new(KeyCode::Char('y'), KeyModifiers::NONE)).unwrap_err();
    assert_eq!(full.to_string(), "this text holds 64 KiB, it is full");
    press(&mut editor, KeyCode::Backspace);
    press(&mut editor, KeyCode::Char('y'));
    editor.select_all();
    assert_eq!(editor.replace_selection("short"), Ok(true), "what is replaced makes room");
}

#[test]
fn a_text_that_came_too_long_can_be_made_shorter_step_by_step() {
    let mut editor = Editor::text_of(&"word ".repeat(20_000));
    assert!(editor.erase(Go::WordBack));
    (0..3).for_each(|_| shift(&mut editor, KeyCode::Left));
    assert_eq!(editor.replace_selection("ab"), Ok(true));
    assert!(editor.replace_selection("c").is_err());
}

#[test]
fn places_beyond_65535_are_reached() {
    let mut editor = Editor::text_of(&"\n".repeat(70_000));
    assert_eq!(editor.area.cursor(), (70_000, 0));
    editor.go(Go::Top, false);
    editor.go(Go::Bottom, false);
    assert_eq!(editor.area.cursor(), (70_000, 0));
    let mut line = Editor::text_of(&"x".repeat(90_000));
    press(&mut line, KeyCode::Left);
    assert_eq!(line.area.cursor(), (0, 89_999));
    press(&mut line, KeyCode::Backspace);
    assert_eq!(line.text().len(), 89_999);
}

#[test]
fn a_line_takes_no_line_feed_and_selects_nothing_unseen() {
    let mut line = Editor::line_of("a");
    line.paste("b\nc").unwrap();
    press(&mut line, KeyCode::Enter);
    shift(&mut line, KeyCode::Left);
    assert_eq!((line.text().as_str(), line.selection()), ("ab c", None));
}

#[test]
fn another_text_in_place_of_all_is_one_step_back() {
    let mut editor = at_top("mine\nalone");
    editor.replace_all("theirs");
    editor.replace_all("theirs");
    assert_eq!(editor.text(), "theirs");
    editor.undo();
    assert_eq!(editor.text(), "mine\nalone");
}

#[test]
fn doubted_phrases_are_told_apart_over_rows_and_a_selection_counts_first() {
    let mut editor = at_top("Ünsure: it costs 59.00 and comes on Friday.\nBye 59.00");
    let phrases = ["59.00".to_owned(), "comes on Friday.".to_owned(), "not here".to_owned()];
    let plain = marked(&editor);
    assert_eq!(marked_doubting(&editor, &[]), plain);
    let shown = marked_doubting(&editor, &phrases);
    assert_eq!(shown, "Ünsure: it costs \n~59.00~ and ~comes on ~\n~Friday.~\nBye ~59.00~");
    editor.select_all();
    assert!(!marked_doubting(&editor, &phrases).contains('~'));
}
