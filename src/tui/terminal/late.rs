//! What a terminal answers too late. Whoever asked for its colours waits no longer, and its answer arrives among the
//! keys: `ESC ] 11;rgb:1e1e/1e1e/1e1e BEL` would be keys, and one of them opens an editor. None of it is a key.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::tui::events::Moment;

/// The key that a terminal's answers begin with; nothing else may be on it.
pub(crate) const OPENS: &str = "alt-]";
/// A terminal says its answer in one breath. Whoever presses [`OPENS`] by hand has lost no more than this.
const BREATH: Moment = Moment::from_secs(1);
/// No answer about a colour is longer.
const LONGEST: usize = 64;

/// Takes answers out from among the keys.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Late {
    /// When the last part came, and how many there were.
    part: Option<(Moment, usize)>,
}

impl Late {
    /// Whether this is no key but part of an answer.
    pub(crate) fn is_part(&mut self, key: &KeyEvent, at: Moment) -> bool {
        let inside = self.part.take().filter(|(last, parts)| at < *last + BREATH && *parts < LONGEST);
        match inside {
            _ if is_alt(key, ']') => self.part = Some((at, 1)),
            Some((_, parts)) if is_inside(key, parts) => self.part = Some((at, parts + 1)),
            Some(_) => return is_end(key),
            None => return false,
        }
        true
    }
}

/// Whether this may stand after so many parts: a number first, then what colours are written with.
fn is_inside(key: &KeyEvent, parts: usize) -> bool {
    let KeyCode::Char(c) = key.code else { return false };
    let plain = !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT);
    plain && if parts == 1 { c.is_ascii_digit() } else { c.is_ascii_hexdigit() || ";:/rg".contains(c) }
}

/// BEL, or `ESC \`.
fn is_end(key: &KeyEvent) -> bool {
    is_alt(key, '\\') || (key.code == KeyCode::Char('g') && key.modifiers == KeyModifiers::CONTROL)
}

fn is_alt(key: &KeyEvent, c: char) -> bool {
    key.code == KeyCode::Char(c) && key.modifiers == KeyModifiers::ALT
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(c: char, modifiers: KeyModifiers) -> KeyEvent {
        KeyEvent::new(KeyCode::Char(c), modifiers)
    }

    /// As crossterm reads these bytes.
    fn keys(bytes: &str) -> Vec<KeyEvent> {
        let (mut keys, mut alt) = (Vec::new(), KeyModifiers::NONE);
        for c in bytes.chars() {
            match c {
                '\u{1b}' => alt = KeyModifiers::ALT,
                '\u{7}' => keys.push(key('g', KeyModifiers::CONTROL)),
                _ => keys.push(key(c, std::mem::replace(&mut alt, KeyModifiers::NONE))),
            }
        }
        keys
    }

    /// The keys that are left, pressed with so much time between them.
    fn left(bytes: &str, apart: Moment) -> String {
        let (mut late, mut at, mut left) = (Late::default(), Moment::ZERO, String::new());
        for key in keys(bytes) {
            at += apart;
            if !late.is_part(&key, at) {
                left.extend(key.code.as_char());
            }
        }
        left
    }

    #[test]
    fn an_answer_is_no_key_and_what_comes_after_it_is() {
        for answer in [
            "\u{1b}]11;rgb:1e1e/1e1e/AAAA\u{7}",
            "\u{1b}]11;rgb:1e1e/1e1e/1e1e\u{1b}\\",
            "\u{1b}]10;rgba:ffff/ffff/ffff/ffff\u{1b}\\\u{1b}]11;rgb:00/00/00\u{7}",
        ] {
            assert_eq!(left(&format!("j{answer}Ak"), Moment::from_millis(1)), "jAk", "{answer:?}");
        }
    }

    #[test]
    fn keys_that_only_begin_like_one_are_keys_again_soon() {
        let soon = Moment::from_millis(100);
        assert_eq!(left("\u{1b}]jA", soon), "jA", "a number comes first");
        assert_eq!(left("\u{1b}]1k", soon), "k", "no colour is written so");
        assert_eq!(left("\u{1b}]1A", Moment::from_secs(2)), "1A", "nobody answers so slowly");
        assert_eq!(left(&format!("\u{1b}]{}A", "1".repeat(200)), soon).len(), 201 - LONGEST + 1);
        assert_eq!(left("]11;rgb:1e", soon), "]11;rgb:1e");
    }
}
