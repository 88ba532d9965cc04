//! Whether a terminal is as it was: every mode that was set is reset, the line echoes again.

use std::collections::BTreeMap;

use crate::terminal::Terminal;

/// What the terminal was told of itself, up to the last byte.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Modes {
    /// Private modes that differ from how a terminal starts: alternate screen, paste, focus, mouse, cursor and others.
    set: BTreeMap<u16, bool>,
    /// Titles that were put aside and not brought back.
    titles: i32,
}

/// Modes in which a terminal starts.
const FROM_THE_START: [u16; 1] = [25];

impl Modes {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let sent = String::from_utf8_lossy(bytes);
        let mut modes = Self::default();
        for sequence in sent.split("\u{1b}[").skip(1) {
            if sequence.starts_with("22;0t") {
                modes.titles += 1;
            } else if sequence.starts_with("23;0t") {
                modes.titles -= 1;
            } else if let Some(private) = sequence.strip_prefix('?') {
                modes.take(private);
            }
        }
        modes
    }

    fn take(&mut self, private: &str) {
        let end = private.find(|c: char| !c.is_ascii_digit() && c != ';').unwrap_or(private.len());
        let set = match private[end..].chars().next() {
            Some('h') => true,
            Some('l') => false,
            _ => return,
        };
        for mode in private[..end].split(';').filter_map(|mode| mode.parse().ok()) {
            if FROM_THE_START.contains(&mode) == set {
                self.set.remove(&mode);
            } else {
                self.set.insert(mode, set);
            }
        }
    }

    pub(super) fn is_set(&self, mode: u16) -> bool {
        self.set.get(&mode).copied().unwrap_or(FROM_THE_START.contains(&mode))
    }
}

/// Fails unless the terminal is as it was.
pub(super) fn is_given_back(terminal: &Terminal) {
    let bytes = terminal.bytes();
    assert_eq!(Modes::of(&bytes), Modes::default(), "modes are left");
    assert!(terminal.is_line_as_before(), "the line is left raw");
    assert!(!terminal.alternate_screen(), "the alternate screen is left on");
}

/// Fails unless the terminal is the program's: so that what is given back was taken.
pub(super) fn is_taken(terminal: &Terminal) {
    let modes = Modes::of(&terminal.bytes());
    for mode in [1049, 2004, 1004, 1000, 1006] {
        assert!(modes.is_set(mode), "{mode} was never set: {modes:?}");
    }
    assert_eq!(modes.titles, 1, "no title was put aside");
    assert!(!terminal.is_line_as_before(), "the line is not raw");
}

#[test]
fn what_was_set_and_reset_is_as_it_was() {
    let left = |bytes: &str| Modes::of(bytes.as_bytes());
    assert_eq!(
        left("\u{1b}[?1049h\u{1b}[?25l\u{1b}[22;0t"),
        Modes { set: [(25, false), (1049, true)].into(), titles: 1 }
    );
    assert_eq!(left("\u{1b}[?1049;2004hx\u{1b}[?25l\u{1b}[?25h\u{1b}[?2004l\u{1b}[?1049l"), Modes::default());
    assert!(left("").is_set(25) && !left("\u{1b}[?25l").is_set(25));
}
