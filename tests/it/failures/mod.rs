//! What goes wrong around a person who works: the terminal is given back, what they wrote is kept, they are told what to
//! do. Each in a real pseudo-terminal.

mod between;
mod clock;
mod ended;
mod given_back;
mod mistakes;
mod outside;
mod paste;
mod state;
mod terminals;

use std::path::PathBuf;
use std::time::{Duration, Instant};

use crate::house::House;
use crate::terminal::Terminal;

const ENTER: &str = "\r";
const ESC: &str = "\u{1b}";
const CTRL_G: &str = "\u{7}";
/// How long anything may take; machines are shared.
const PATIENCE: Duration = Duration::from_secs(30);

/// A person, their home and their desk; what they leave behind is there when they sit down again.
struct Work {
    house: House,
    home: PathBuf,
}

impl Work {
    async fn new() -> Self {
        let house = House::new().await;
        let home = house.dir.path().join("home");
        // Somebody who has sat here before: no tour.
        std::fs::create_dir_all(home.join(".local/state/countersign/screens")).unwrap();
        Self { house, home }
    }

    /// The program with a queue on its screen.
    fn sit(&self, env: &[(&str, &str)]) -> Terminal {
        self.sit_at((120, 40), env)
    }

    fn sit_at(&self, (width, height): (u16, u16), env: &[(&str, &str)]) -> Terminal {
        let desk = self.house.path();
        let terminal = Terminal::with(&self.home, width, height, &["--desk", desk.to_str().unwrap()], env);
        terminal.wait("T-3");
        terminal
    }

    /// The program with no theme asked for, so that it finds out itself what terminal this is.
    fn unasked(&self, env: &[(&str, &str)]) -> Terminal {
        let desk = self.house.path();
        Terminal::of(crate::process::PROGRAM, &self.home, (120, 40), &["--desk", desk.to_str().unwrap()], env)
    }

    /// What is saved of what was written, file by file.
    fn drafts(&self) -> Vec<String> {
        let inside = |dir: PathBuf| std::fs::read_dir(dir).into_iter().flatten().map(|entry| entry.unwrap().path());
        let desks = inside(self.home.join(".local/state/countersign/drafts"));
        // One that is just being written has another name until it is whole.
        let whole = desks.flat_map(inside).filter(|file| file.extension().is_some_and(|end| end == "json"));
        whole.filter_map(|file| std::fs::read_to_string(file).ok()).collect()
    }

    fn is_kept(&self, words: &str) -> bool {
        self.drafts().iter().any(|draft| draft.contains(words))
    }

    /// Everything that was logged.
    fn log(&self) -> String {
        let files = std::fs::read_dir(self.home.join(".local/state/countersign/logs")).into_iter().flatten();
        files.filter_map(|file| std::fs::read_to_string(file.unwrap().path()).ok()).collect()
    }

    /// Sits down again: the draft is there.
    fn comes_back(&self, words: &str) {
        let mut again = self.sit(&[]);
        again.keys(ENTER);
        again.wait(words);
        again.keys("\u{3}");
        assert!(again.ended());
    }
}

/// Opens the first ticket and writes into its draft.
fn write(terminal: &mut Terminal, words: &str) {
    terminal.keys(ENTER);
    terminal.wait("score");
    terminal.keys("e");
    terminal.wait("done");
    terminal.keys(words);
    terminal.wait(words.trim());
}

/// Waits until something holds outside the terminal.
fn wait_for(what: &str, holds: impl Fn() -> bool) {
    let end = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < end, "never: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// The screen as one run of words, so that it does not matter where a line breaks.
fn words(screen: &str) -> String {
    screen.split_whitespace().collect::<Vec<_>>().join(" ")
}
