//! Terminals that can less than others: none at all, no screen, no answers, late answers, sixteen colours.

use countersign::domain::proposal::ProposalState;
use countersign::store::Store as _;
use serde_json::json;

use crate::failures::given_back::is_given_back;
use crate::failures::{Work, words, write};
use crate::house::update;
use crate::process::{PROGRAM, program};
use crate::terminal::Terminal;

#[tokio::test]
async fn a_terminal_without_a_screen_is_refused_in_words_and_the_other_commands_work_there() {
    let work = Work::new().await;
    for (term, said) in [("dumb", "TERM is dumb"), ("", "TERM is not set"), ("unknown", "TERM is unknown")] {
        let mut terminal = Terminal::of(PROGRAM, &work.home, (100, 30), &[], &[("TERM", term)]);
        assert_eq!(terminal.exit_code(), 2);
        let left = words(&terminal.screen());
        assert!(left.contains("this terminal cannot show a screen") && left.contains(said), "{left}");
        assert!(left.contains("TERM=xterm-256color countersign") && left.contains("countersign --help"), "{left}");
        assert!(!terminal.bytes().contains(&0x1b), "nothing but text was sent");
        is_given_back(&terminal);
    }
    let mut terminal = Terminal::of(PROGRAM, &work.home, (100, 30), &["keys"], &[("TERM", "dumb")]);
    assert!(terminal.ended() && terminal.screen().contains("ctrl-z"));
}

#[tokio::test]
async fn input_that_is_no_terminal_is_refused_in_words() {
    let work = Work::new().await;
    let line = format!("{PROGRAM} < /dev/null; echo \"code $?\"");
    let mut terminal = Terminal::of("/bin/sh", &work.home, (100, 30), &["-c", &line], &[]);
    terminal.ended();
    let left = words(&terminal.screen());
    assert!(left.contains("there is no terminal here. Run it in one, or use a command: countersign --help"), "{left}");
    assert!(left.contains("code 2") && !terminal.bytes().contains(&0x1b), "{left}");

    let output = program(&work.home).env("TERM", "xterm").output().unwrap();
    assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
    assert!(String::from_utf8_lossy(&output.stderr).contains("there is no terminal here"));
}

#[tokio::test]
async fn a_terminal_that_answers_nothing_is_worked_at_as_any_other() {
    let work = Work::new().await;
    let mut terminal = work.unasked(&[]);
    terminal.wait_sent("\u{1b}]11;?");
    terminal.wait("T-3");
    write(&mut terminal, "in silence ");
    terminal.keys("\u{3}");
    assert!(terminal.ended());
    is_given_back(&terminal);
    assert!(work.is_kept("in silence "));
}

/// Both answers about colours, with capital letters and either end, and what the terminal is.
const LATE: &str = "\u{1b}]10;rgb:AAAA/AAAA/AAAA\u{7}\u{1b}]11;rgb:eeee/dddd/aaaa\u{1b}\\\u{1b}[?62;22c";

#[tokio::test]
async fn an_answer_that_comes_too_late_presses_no_key() {
    let work = Work::new().await;
    let id = work.house.propose(update("T-1", json!({"priority": "high"}))).await.proposal_id.unwrap();
    let mut terminal = work.unasked(&[("EDITOR", "/bin/false")]);
    terminal.wait_sent("\u{1b}]11;?");
    terminal.wait("1 waits for you");
    terminal.keys("P\r");
    terminal.wait("A approve  ");
    terminal.keys(LATE);
    // What comes after it is a key, so it was read by then.
    terminal.keys("v");
    terminal.wait("\"priority\": \"high\"");
    terminal.keys("v");
    terminal.wait("A approve  ");
    assert_eq!(work.house.store.proposal(&id).await.unwrap().unwrap().state, ProposalState::Pending);
    terminal.keys("S\u{1b}");
    terminal.wait("▸ Queue");

    write(&mut terminal, "before and ");
    terminal.keys(&format!("{LATE}after"));
    let screen = terminal.wait("before and after");
    assert!(!screen.contains("rgb:") && !screen.contains("could not edit"), "{screen}");
    assert_eq!(work.house.ticket("T-1").await.row.version, 1);
}

/// The colours in what was sent, parameter by parameter.
fn colours(bytes: &[u8]) -> Vec<String> {
    let sent = String::from_utf8_lossy(bytes).into_owned();
    let of_sgr = |sequence: &str| {
        let end = sequence.find(|c: char| !c.is_ascii_digit() && c != ';')?;
        sequence[end..].starts_with('m').then(|| sequence[..end].to_owned())
    };
    sent.split("\u{1b}[")
        .filter_map(of_sgr)
        .flat_map(|codes| codes.split(';').map(str::to_owned).collect::<Vec<_>>())
        .collect()
}

#[tokio::test]
async fn a_terminal_of_sixteen_colours_gets_no_other_whatever_theme_is_asked_for() {
    let work = Work::new().await;
    work.house.propose(update("T-1", json!({"priority": "high"}))).await;
    for (term, theme) in [("xterm", "auto"), ("linux", "auto"), ("xterm", "dark"), ("linux", "contrast")] {
        let desk = work.house.path();
        let args = ["--desk", desk.to_str().unwrap(), "--theme", theme];
        let mut terminal = Terminal::of(PROGRAM, &work.home, (120, 40), &args, &[("TERM", term)]);
        terminal.wait("1 waits for you");
        terminal.wait("T-3");
        terminal.keys("\r");
        terminal.wait("score");
        terminal.keys("P\r");
        terminal.wait("A approve  ");
        terminal.keys("\u{3}");
        assert!(terminal.ended());
        is_given_back(&terminal);
        let colours = colours(&terminal.bytes());
        let is_one = |code: &str| match code.parse::<u16>() {
            Ok(code) => matches!(code, 30..=37 | 39..=47 | 49 | 90..=97 | 100..=107),
            Err(_) => false,
        };
        let others: Vec<_> =
            colours.iter().filter(|code| !is_one(code) && code.parse::<u16>().is_ok_and(|n| n > 29)).collect();
        assert!(others.is_empty(), "{term}, {theme}: {others:?}");
        assert!(colours.iter().any(|code| is_one(code)), "{term}, {theme}: no colour at all");
    }
}

#[tokio::test]
async fn keys_that_are_pressed_while_the_window_changes_are_not_left_lying() {
    let work = Work::new().await;
    let mut terminal = work.sit(&[]);
    write(&mut terminal, "keys: ");
    for round in 'A'..='J' {
        let mut line = format!("\r{round}");
        terminal.keys(&line);
        for (n, key) in ('a'..='z').enumerate() {
            terminal.resize(if n % 2 == 0 { 121 } else { 120 }, 40);
            terminal.keys(&key.to_string());
            line.push(key);
            terminal.wait(line.trim());
        }
    }
}
