//! tmux and screen between the program and the terminal: drawn, resized, left and found again, stopped and woken.

use std::path::Path;
use std::process::Command;

use crate::failures::Work;
use crate::failures::given_back::{Modes, is_given_back};
use crate::process::PROGRAM;
use crate::terminal::Terminal;

/// A program that sits between.
struct Between {
    name: &'static str,
    new: &'static [&'static str],
    again: &'static [&'static str],
    /// The keys that leave it running.
    detach: &'static str,
    end: &'static [&'static str],
}

const TMUX: Between = Between {
    name: "tmux",
    new: &["-L", "fails", "-f", "/dev/null", "new-session", "sh"],
    again: &["-L", "fails", "attach"],
    detach: "\u{2}d",
    end: &["-L", "fails", "kill-server"],
};

const SCREEN: Between = Between {
    name: "screen",
    new: &["-c", "/dev/null", "-S", "fails", "sh"],
    again: &["-r", "fails"],
    detach: "\u{1}d",
    end: &["-S", "fails", "-X", "quit"],
};

/// Ends what would go on without a terminal.
struct End<'a>(&'a Between, &'a Path);

impl Between {
    fn env(home: &Path) -> [(&'static str, String); 6] {
        let home = home.display();
        [
            ("PATH", "/usr/bin:/bin".to_owned()),
            ("SHELL", "/bin/sh".to_owned()),
            ("LANG", "C.UTF-8".to_owned()),
            ("TMUX_TMPDIR", home.to_string()),
            ("SCREENDIR", format!("{home}/screens")),
            ("PS1", "ready> ".to_owned()),
        ]
    }

    fn at(&self, home: &Path, size: (u16, u16), args: &[&str]) -> Terminal {
        let env = Self::env(home);
        let env: Vec<(&str, &str)> = env.iter().map(|(name, value)| (*name, value.as_str())).collect();
        Terminal::of(self.name, home, size, args, &env)
    }

    fn is_there(&self) -> bool {
        let there =
            Command::new(self.name).arg("-V").output().is_ok() || Command::new(self.name).arg("-v").output().is_ok();
        if !there {
            eprintln!("SKIPPED: {}: it is not installed here", self.name);
        }
        there
    }
}

impl Drop for End<'_> {
    fn drop(&mut self) {
        let ended = Command::new(self.0.name).args(self.0.end).env_clear().envs(Between::env(self.1)).output();
        drop(ended);
    }
}

async fn holds_behind(between: &Between) {
    if !between.is_there() {
        return;
    }
    let work = Work::new().await;
    let screens = work.home.join("screens");
    std::fs::create_dir(&screens).unwrap();
    std::fs::set_permissions(&screens, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let mut terminal = between.at(&work.home, (120, 40), between.new);
    let _end = End(between, &work.home);
    terminal.wait("ready>");
    terminal.keys(&format!("{PROGRAM} --desk {}\r", work.house.path().display()));
    terminal.wait("▸ Queue");
    terminal.wait("T-3");
    terminal.keys("\re");
    terminal.wait("^s done");
    terminal.keys("behind it ");
    terminal.wait("behind it");

    // Left running, and found again from a smaller terminal.
    terminal.keys(between.detach);
    terminal.exit_code();
    is_given_back(&terminal);
    let mut terminal = between.at(&work.home, (90, 28), between.again);
    terminal.wait("behind it");
    terminal.keys("and back ");
    terminal.wait("behind it and back");
    terminal.resize(130, 42);
    terminal.wait("─ Queue");
    terminal.wait("behind it and back");

    // Stopped, and woken.
    terminal.keys("\u{1a}");
    at_the_shell(&terminal);
    terminal.keys("echo a shell $((40 + 2))\r");
    terminal.wait("a shell 42");
    terminal.keys("fg\r");
    terminal.wait("behind it and back");
    terminal.keys("again ");
    terminal.wait("behind it and back again");

    terminal.keys("\u{3}");
    at_the_shell(&terminal);
    terminal.keys("echo still $((40 + 3)); stty -a\r");
    terminal.wait("still 43");
    terminal.wait(" echo ");
    terminal.wait(" icanon");
    assert!(work.is_kept("behind it and back again"), "{:?}", work.drafts());
    terminal.keys("exit\r");
    terminal.exit_code();
    is_given_back(&terminal);
    assert!(!Modes::of(&terminal.bytes()).is_set(1000));
}

/// Waits for a shell that waits, with nothing of the program left above it.
fn at_the_shell(terminal: &Terminal) {
    let lines = |screen: &str| screen.lines().map(|line| line.trim().to_owned()).collect::<Vec<_>>();
    // tmux has a line of its own below.
    let is_last = |lines: &[String]| {
        lines.iter().rfind(|line| !line.is_empty() && !line.starts_with("[0] ")).is_some_and(|line| line == "ready>")
    };
    terminal.wait_until("a shell", |screen| !screen.contains("Queue") && is_last(&lines(screen)));
}

#[tokio::test]
async fn behind_tmux_it_is_drawn_resized_left_and_found_again_stopped_and_woken() {
    holds_behind(&TMUX).await;
}

#[tokio::test]
async fn behind_screen_it_is_drawn_resized_left_and_found_again_stopped_and_woken() {
    holds_behind(&SCREEN).await;
}
