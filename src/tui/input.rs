//! What comes from the terminal, as messages. A key that signs is handed over only when it came alone: what comes
//! together was pasted by a terminal that does not mark it, or was typed before anybody saw the card.

use crossterm::event::{Event, KeyEvent, KeyEventKind, MouseButton, MouseEvent, MouseEventKind};

use crate::tui::events::{Moment, Msg, Pointing};
use crate::tui::terminal::Late;

/// So long before and after it nothing else may come. A person's keys are further apart, a paste's are not.
const ALONE: Moment = Moment::from_millis(25);

/// The way from the terminal.
#[derive(Debug, Default)]
pub(crate) struct Input {
    last: Option<Moment>,
    /// A key that signs, and when it came.
    held: Option<(KeyEvent, Moment)>,
    late: Late,
}

impl Input {
    /// What an event says; `signs` says whether it is a key that signs where it was pressed.
    pub(crate) fn take(&mut self, event: Event, at: Moment, signs: bool) -> Vec<Msg> {
        if let Event::Key(KeyEvent { kind: KeyEventKind::Release, .. }) = event {
            return vec![];
        }
        let in_a_burst = self.last.replace(at).is_some_and(|last| at < last + ALONE);
        let mut messages: Vec<Msg> = self.held.take().map(|(key, _)| pasted(&key, at)).into_iter().collect();
        match event {
            Event::Key(key) if self.late.is_part(&key, at) => {}
            Event::Key(key) if signs && (in_a_burst || !messages.is_empty()) => messages.push(pasted(&key, at)),
            Event::Key(key) if signs => self.held = Some((key, at)),
            Event::Key(key) => messages.push(Msg::Key { key, at }),
            Event::Paste(text) => messages.push(Msg::Paste { text, at }),
            Event::Mouse(event) => messages.push(Msg::Mouse { did: pointing(event), at }),
            Event::FocusGained => messages.push(Msg::Focus { gained: true, at }),
            Event::FocusLost => messages.push(Msg::Focus { gained: false, at }),
            Event::Resize(width, height) => messages.push(Msg::Resized { width, height }),
        }
        messages
    }

    /// When the key that is held has been alone for long enough.
    pub(crate) fn due(&self) -> Option<Moment> {
        self.held.as_ref().map(|(_, at)| *at + ALONE)
    }

    /// The key that is held, once its time has come.
    pub(crate) fn alone(&mut self, at: Moment) -> Option<Msg> {
        let due = self.due()?;
        let (key, pressed) = self.held.take_if(|_| at >= due)?;
        Some(Msg::Key { key, at: pressed })
    }
}

fn pasted(key: &KeyEvent, at: Moment) -> Msg {
    let text = key.code.as_char().map(String::from).unwrap_or_default();
    Msg::Paste { text, at }
}

#[allow(clippy::wildcard_enum_match_arm, reason = "crossterm's enum: what else a mouse does means nothing here")]
fn pointing(event: MouseEvent) -> Pointing {
    let MouseEvent { kind, column, row, .. } = event;
    match kind {
        MouseEventKind::ScrollDown => Pointing::Wheel { down: true, column, row },
        MouseEventKind::ScrollUp => Pointing::Wheel { down: false, column, row },
        MouseEventKind::Down(MouseButton::Left) => Pointing::Press { column, row },
        _ => Pointing::Other,
    }
}

#[cfg(test)]
mod tests {
    use crossterm::event::{KeyCode, KeyModifiers};

    use super::*;

    fn key(c: char) -> Event {
        Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE))
    }

    fn at(millis: u64) -> Moment {
        Moment::from_millis(millis)
    }

    /// What is handed over of capital letters that sign and small ones that do not, each with the time it is read.
    #[track_caller]
    fn check(typed: &[(char, u64)], expect: &str) {
        let mut input = Input::default();
        let mut told = String::new();
        let mut tell = |msg: Msg| {
            if let Msg::Key { key, .. } = &msg {
                told.push(key.code.as_char().unwrap());
            } else if let Msg::Paste { text, .. } = &msg {
                told.extend(["<", text, ">"]);
            }
        };
        for (c, millis) in typed {
            input.alone(at(*millis)).into_iter().for_each(&mut tell);
            input.take(key(*c), at(*millis), c.is_uppercase()).into_iter().for_each(&mut tell);
        }
        input.alone(at(1_000_000)).into_iter().for_each(&mut tell);
        assert_eq!(told, expect, "{typed:?}");
    }

    #[test]
    fn a_key_that_signs_is_handed_over_when_nothing_else_came_just_before_or_after_it() {
        check(&[('A', 100)], "A");
        check(&[('A', 100), ('R', 500)], "AR");
        check(&[('j', 100), ('A', 125), ('R', 150)], "jAR");
        check(&[('A', 100), ('n', 101), ('y', 102)], "<A>ny");
        check(&[('j', 100), ('A', 110), ('R', 500)], "j<A>R");
        check(&[('A', 100), ('R', 100), ('A', 100)], "<A><R><A>");
        check(&[('A', 100), ('R', 124)], "<A><R>");
        check(&[('j', 100), ('j', 101), ('k', 102)], "jjk");
    }

    #[test]
    fn a_key_let_go_is_nothing_that_came() {
        let mut input = Input::default();
        assert!(input.take(key('A'), at(100), true).is_empty());
        let released = KeyEvent::new_with_kind(KeyCode::Char('A'), KeyModifiers::NONE, KeyEventKind::Release);
        assert!(input.take(Event::Key(released), at(105), true).is_empty());
        assert!(matches!(input.alone(at(125)), Some(Msg::Key { .. })));
    }

    #[test]
    fn what_ends_a_paste_too_early_signs_nothing() {
        let mut input = Input::default();
        assert_eq!(input.take(Event::Paste("x".into()), at(100), false).len(), 1);
        let told = input.take(key('A'), at(101), true);
        assert!(matches!(&told[..], [Msg::Paste { .. }]), "{told:?}");
        assert_eq!(input.due(), None);
    }

    #[test]
    fn an_answer_of_the_terminal_is_no_key_and_a_key_beside_it_signs_nothing() {
        let mut input = Input::default();
        assert!(input.take(key('A'), at(100), true).is_empty());
        let opens = Event::Key(KeyEvent::new(KeyCode::Char(']'), KeyModifiers::ALT));
        let told = input.take(opens, at(101), false);
        assert!(matches!(&told[..], [Msg::Paste { .. }]), "{told:?}");
        for c in "11;rgb:AAAA".chars() {
            assert!(input.take(key(c), at(102), c == 'A').is_empty());
        }
        let told = input.take(Event::Key(KeyEvent::new(KeyCode::Char('\\'), KeyModifiers::ALT)), at(103), false);
        assert!(told.is_empty() && input.due().is_none(), "{told:?}");
        assert!(matches!(&input.take(key('j'), at(104), false)[..], [Msg::Key { .. }]));
    }
}
