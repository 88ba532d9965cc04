//! What goes over the line: bytes of a frame, and none where nothing changed.

use std::io::{self, Write};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use countersign::tui::events::Msg;
use countersign::tui::model::Model;
use countersign::tui::sheet::Sheet;

use crate::screen::desk::{Person, now};

const SIZE: (u16, u16) = (200, 50);

/// What a terminal was sent.
#[derive(Clone, Default)]
struct Line(Arc<Mutex<Vec<u8>>>);

impl Line {
    fn take(&self) -> String {
        String::from_utf8(std::mem::take(&mut *self.0.lock().unwrap())).unwrap()
    }
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// A sheet that shows what the model says now.
fn shown(model: &Model) -> (Sheet<Line>, Line) {
    let line = Line::default();
    let mut sheet = Sheet::new(line.clone(), SIZE).unwrap();
    sheet.draw(model).unwrap();
    line.take();
    (sheet, line)
}

#[test]
fn a_cursor_move_in_the_queue_writes_at_most_300_bytes() {
    let mut person = Person::at(SIZE.0, SIZE.1);
    person.press("j");
    let (mut sheet, line) = shown(&person.model);
    for key in ["j", "k", "j", "j", "k"] {
        person.press(key);
        sheet.draw(&person.model).unwrap();
        let sent = line.take();
        assert!((1..=300).contains(&sent.len()), "{} bytes for {key}: {sent:?}", sent.len());
    }
}

#[test]
fn a_keystroke_at_the_end_of_a_line_of_the_draft_writes_at_most_100_bytes() {
    let mut person = Person::at(SIZE.0, SIZE.1);
    person.press("enter e");
    person.msg(Msg::Paste { text: "One line of many.\n".repeat(60), at: person.at });
    person.write("The first letters say that nothing is saved yet");
    let (mut sheet, line) = shown(&person.model);
    for key in ["w", "e", "space", "h", "o", "p", "e"] {
        person.press(key);
        sheet.draw(&person.model).unwrap();
        let sent = line.take();
        assert!((1..=100).contains(&sent.len()), "{} bytes for {key}: {sent:?}", sent.len());
    }
}

#[test]
fn while_nothing_happens_nothing_is_due_and_what_did_not_change_is_not_sent() {
    let mut person = Person::at(SIZE.0, SIZE.1);
    let (mut sheet, line) = shown(&person.model);
    person.model.take_changed();
    // From half past the minute to its end.
    for second in 0..30 {
        person.msg(Msg::Clock { now: now() + Duration::from_secs(second) - Duration::from_secs(30) });
        person.msg(Msg::Woke { at: person.at + Duration::from_secs(second) });
        assert!(!person.model.take_changed(), "after {second} s");
    }
    for _ in 0..3 {
        sheet.draw(&person.model).unwrap();
        assert_eq!(line.take(), "");
    }
}

#[test]
fn a_minute_sends_the_words_that_it_changes_and_no_more() {
    let mut person = Person::at(SIZE.0, SIZE.1);
    let (mut sheet, line) = shown(&person.model);
    person.msg(Msg::Clock { now: now() + Duration::from_mins(1) });
    sheet.draw(&person.model).unwrap();
    let sent = line.take();
    assert!((1..=300).contains(&sent.len()), "42m is 41m now: {sent:?}");
    person.press("?");
    sheet.draw(&person.model).unwrap();
    line.take();
    for minute in 2..60 {
        person.msg(Msg::Clock { now: now() + Duration::from_mins(minute) });
        sheet.draw(&person.model).unwrap();
        assert_eq!(line.take(), "", "nothing here says how late it is");
    }
}

#[test]
fn a_frame_is_whole_between_its_marks() {
    let mut person = Person::at(SIZE.0, SIZE.1);
    let (mut sheet, line) = shown(&person.model);
    person.press("enter");
    sheet.draw(&person.model).unwrap();
    let sent = line.take();
    assert!(sent.starts_with("\u{1b}[?2026h") && sent.ends_with("\u{1b}[?2026l"), "{sent:?}");
    assert_eq!(sent.matches("\u{1b}[?2026").count(), 2);
    sheet.redraw(SIZE).unwrap();
    sheet.draw(&person.model).unwrap();
    let again = line.take();
    let mut terminal = vt100::Parser::new(SIZE.1.try_into().unwrap(), SIZE.0.try_into().unwrap(), 0);
    terminal.process(again.as_bytes());
    let seen: Vec<_> = terminal.screen().rows(0, SIZE.0).map(|row| row.trim_end().to_owned()).collect();
    let drawn: Vec<_> = person.screen().lines().map(str::to_owned).collect();
    assert_eq!(seen, drawn, "a redraw shows everything");
}
