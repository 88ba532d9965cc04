//! The clipboard: OSC 52 first, which reaches the person's own machine over SSH; at the machine itself its program too.

use std::io::Write as _;
use std::process::{Command, Stdio};

use crossterm::Command as _;
use crossterm::clipboard::CopyToClipboard;

use crate::tui::terminal::aside::{Through, wrapped};

/// Programs that put what they read on a clipboard, each with the variable without which it cannot.
const PROGRAMS: [(&str, &str, &[&str]); 3] = [
    ("WAYLAND_DISPLAY", "wl-copy", &[]),
    ("DISPLAY", "xclip", &["-selection", "clipboard"]),
    ("DISPLAY", "xsel", &["--clipboard", "--input"]),
];

/// What a terminal must be sent for a text to be on its clipboard: behind tmux both to tmux and to what is behind it.
pub(crate) fn sequence(text: &str, through: Through) -> String {
    let mut plain = String::new();
    // Writing into a string does not fail.
    let _ = CopyToClipboard::to_clipboard_from(text).write_ansi(&mut plain);
    match through {
        Through::Nothing => plain,
        Through::Tmux => format!("{plain}{}", wrapped(&plain, through)),
        Through::Screen => wrapped(&plain, through),
    }
}

/// Hands a text to the clipboard program of this machine, if the person sits at it; nobody waits for it.
pub(crate) fn hand_over(text: &str, variable: impl Fn(&str) -> Option<String>) {
    let set = |name: &str| variable(name).is_some_and(|value| !value.is_empty());
    if set("SSH_TTY") || set("SSH_CONNECTION") {
        return;
    }
    let programs: Vec<_> = PROGRAMS.into_iter().filter(|(needs, ..)| set(needs)).collect();
    let text = text.to_owned();
    if !programs.is_empty() {
        std::thread::spawn(move || programs.into_iter().any(|(_, program, args)| feed(program, args, &text)));
    }
}

/// Whether the program was there and took it all.
fn feed(program: &str, args: &[&str], text: &str) -> bool {
    let started =
        Command::new(program).args(args).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
    let Ok(mut child) = started else { return false };
    let taken = child.stdin.take().is_some_and(|mut input| input.write_all(text.as_bytes()).is_ok());
    taken && child.wait().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_sent_as_base64_and_behind_tmux_twice() {
        let plain = sequence("Ōtsuka\u{1b}", Through::Nothing);
        assert_eq!(plain, "\u{1b}]52;c;xYx0c3VrYRs=\u{1b}\\");
        let tmux = sequence("x", Through::Tmux);
        assert_eq!(tmux, "\u{1b}]52;c;eA==\u{1b}\\\u{1b}Ptmux;\u{1b}\u{1b}]52;c;eA==\u{1b}\u{1b}\\\u{1b}\\");
    }
}
