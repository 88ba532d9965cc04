//! Words, rows and lines: where a key leads.

use super::*;

#[test]
fn words_are_those_of_unicode() {
    for (text, ends) in [
        ("don't stop, now", &[5, 10, 15][..]),
        ("größer über", &[6, 11]),
        ("e\u{301}te\u{301} fini", &[5, 10]),
        ("  (x)  ", &[4, 7]),
        ("3.14 и 漢字", &[4, 6, 8, 9]),
    ] {
        let mut editor = at_top(text);
        for end in ends {
            editor.go(Go::WordNext, false);
            assert_eq!(editor.area.cursor(), (0, *end), "{text}");
        }
    }
    let mut editor = Editor::text_of("one two\n  three");
    for place in [(1, 2), (1, 0), (0, 7), (0, 4), (0, 0), (0, 0)] {
        editor.go(Go::WordBack, false);
        assert_eq!(editor.area.cursor(), place);
    }
}

#[test]
fn a_word_is_deleted_in_either_direction_as_one_step() {
    let mut editor = Editor::text_of("one two-three");
    assert!(editor.erase(Go::WordBack));
    assert_eq!(editor.text(), "one two-");
    assert!(editor.erase(Go::WordBack));
    assert_eq!(editor.text(), "one ");
    editor.undo();
    editor.undo();
    assert_eq!(editor.text(), "one two-three");
    editor.go(Go::Top, false);
    assert!(editor.erase(Go::WordNext));
    assert_eq!(editor.text(), " two-three");
    assert!(!editor.erase(Go::WordBack));
}

#[test]
fn home_and_end_are_of_the_row_and_then_of_the_line() {
    let mut editor = at_top("one two three four five");
    for (code, at) in
        [(KeyCode::End, (0, 18)), (KeyCode::End, (1, 4)), (KeyCode::Home, (1, 0)), (KeyCode::Home, (0, 0))]
    {
        press(&mut editor, code);
        assert_eq!(cursor(&editor), at, "{code:?}");
    }
}

#[test]
fn up_and_down_keep_the_column_they_began_in_and_lead_to_the_ends() {
    let mut editor = at_top("a long row\nx\nanother long row");
    (0..6).for_each(|_| press(&mut editor, KeyCode::Right));
    for (code, at) in [
        (KeyCode::Down, (1, 1)),
        (KeyCode::Down, (2, 6)),
        (KeyCode::Down, (2, 16)),
        (KeyCode::Up, (1, 1)),
        (KeyCode::PageUp, (0, 6)),
        (KeyCode::Up, (0, 0)),
    ] {
        press(&mut editor, code);
        assert_eq!(cursor(&editor), at, "{code:?}");
    }
}

#[test]
fn down_and_up_follow_the_rows_that_are_seen() {
    let mut editor = Editor::text_of("one two three four");
    editor.arrange(9, 5, true);
    press(&mut editor, KeyCode::Home);
    press(&mut editor, KeyCode::Home);
    press(&mut editor, KeyCode::Right);
    assert_eq!(cursor(&editor), (0, 1));
    press(&mut editor, KeyCode::Down);
    assert_eq!(cursor(&editor), (1, 1));
    press(&mut editor, KeyCode::Up);
    assert_eq!(cursor(&editor), (0, 1));
}

#[test]
fn the_cursor_behind_a_full_row_has_a_cell() {
    let mut editor = Editor::text_of("abcdefghi");
    editor.arrange(10, 3, true);
    assert_eq!(cursor(&editor), (0, 9));
    press(&mut editor, KeyCode::Char('j'));
    assert_eq!(cursor(&editor), (1, 1));
}
