//! What a terminal is told beside the frame: its title, a call for attention. Nothing hostile passes.

use crate::domain::text;
use crate::tui::manner::Notify;

/// What stands between the program and the terminal, and what that understands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wiring {
    /// What sequences for the terminal itself must be wrapped for.
    pub(crate) through: Through,
    /// Whether it has a title that can be set and put back.
    pub(crate) titles: bool,
}

/// A program that sits between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Through {
    #[default]
    Nothing,
    Tmux,
    Screen,
}

/// Terminals that would print a title instead of wearing it.
const UNTITLED: [&str; 7] = ["", "dumb", "linux", "vt100", "vt102", "vt220", "vt320"];

impl Wiring {
    /// As the environment says.
    pub(crate) fn of(variable: impl Fn(&str) -> Option<String>) -> Self {
        let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
        let through = match (set("TMUX"), set("STY")) {
            (true, _) => Through::Tmux,
            (false, true) => Through::Screen,
            (false, false) => Through::Nothing,
        };
        let term = variable("TERM").unwrap_or_default();
        Self { through, titles: !UNTITLED.contains(&term.as_str()) }
    }
}

/// Puts the title that is there aside.
pub(crate) const PUSH_TITLE: &str = "\u{1b}[22;0t";
/// Takes ours away and brings back what was put aside; where nothing was, the title is empty.
pub(crate) const POP_TITLE: &str = "\u{1b}]2;\u{7}\u{1b}[23;0t";

/// Sets the title.
pub(crate) fn title(words: &str) -> String {
    format!("\u{1b}]2;{}\u{7}", harmless(words))
}

/// Calls for attention; nothing where the person wants none.
pub(crate) fn call(how: Notify, words: &str, through: Through) -> String {
    match how {
        Notify::Off => String::new(),
        Notify::Bell => "\u{7}".to_owned(),
        Notify::Message => wrapped(&format!("\u{1b}]9;{}\u{7}", harmless(words)), through),
    }
}

/// A sequence for the terminal behind whatever sits between.
pub(crate) fn wrapped(sequence: &str, through: Through) -> String {
    match through {
        Through::Nothing => sequence.to_owned(),
        Through::Tmux => format!("\u{1b}Ptmux;{}\u{1b}\\", sequence.replace('\u{1b}', "\u{1b}\u{1b}")),
        Through::Screen => format!("\u{1b}P{sequence}\u{1b}\\"),
    }
}

fn harmless(words: &str) -> String {
    text::short(words, 120).chars().filter(|c| !text::is_hostile(*c)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_title_and_no_message_ends_before_its_time() {
        let evil = "2 wait\u{7}\u{1b}]52;c;eA==\u{7}\u{9b}2J\u{202e}\n\u{1b}\\";
        for sequence in [title(evil), call(Notify::Message, evil, Through::Nothing)] {
            let inside = &sequence[4..sequence.len() - 1];
            assert!(!inside.chars().any(text::is_hostile), "{sequence:?}");
            assert!(sequence.starts_with("\u{1b}]") && sequence.ends_with('\u{7}'));
        }
    }

    #[test]
    fn a_message_reaches_the_terminal_behind_tmux_and_screen() {
        assert_eq!(call(Notify::Message, "hi", Through::Nothing), "\u{1b}]9;hi\u{7}");
        assert_eq!(call(Notify::Message, "hi", Through::Tmux), "\u{1b}Ptmux;\u{1b}\u{1b}]9;hi\u{7}\u{1b}\\");
        assert_eq!(call(Notify::Message, "hi", Through::Screen), "\u{1b}P\u{1b}]9;hi\u{7}\u{1b}\\");
        assert_eq!(call(Notify::Bell, "hi", Through::Tmux), "\u{7}", "tmux hands a bell on by itself");
        assert_eq!(call(Notify::Off, "hi", Through::Nothing), "");
    }

    #[test]
    fn the_environment_says_what_sits_between() {
        let check = |set: &[(&str, &str)], through: Through, titles: bool| {
            let variable = |name: &str| set.iter().find(|(its, _)| *its == name).map(|(_, value)| (*value).to_owned());
            assert_eq!(Wiring::of(variable), Wiring { through, titles }, "{set:?}");
        };
        check(&[("TERM", "xterm-256color")], Through::Nothing, true);
        check(&[("TERM", "tmux-256color"), ("TMUX", "/tmp/tmux-0/default,1,0")], Through::Tmux, true);
        check(&[("TERM", "screen"), ("STY", "1.pts-0")], Through::Screen, true);
        check(&[("TERM", "linux")], Through::Nothing, false);
        check(&[], Through::Nothing, false);
    }
}
