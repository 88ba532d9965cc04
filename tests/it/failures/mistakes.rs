//! The program itself has a mistake: in the background, on the way to an answer, in the screen.

use crate::failures::given_back::{is_given_back, is_taken};
use crate::failures::{Work, wait_for, words, write};

/// What a panic that is printed looks like.
const PRINTED: &str = "panicked at";

#[tokio::test]
async fn a_mistake_in_the_background_is_told_on_the_screen_and_logged_and_the_work_goes_on() {
    let work = Work::new().await;
    let mut terminal = work.sit(&[("CTSN_FAULT", "follow the desk")]);
    let told = terminal.wait("a mistake on purpose: follow the desk");
    assert!(words(&told).contains("what you wrote is safe; the log file says more"), "{told}");
    write(&mut terminal, "goes on ");
    wait_for("it is saved", || work.is_kept("goes on "));
    is_taken(&terminal);
    let sent = String::from_utf8_lossy(&terminal.bytes()).into_owned();
    assert!(!sent.contains(PRINTED) && !sent.contains("\u{1b}[?1049l"), "it was printed over the screen");
    wait_for("it is logged", || work.log().contains("a mistake on purpose: follow the desk"));
    terminal.keys("\u{3}");
    assert!(terminal.ended());
    is_given_back(&terminal);
    assert!(!String::from_utf8_lossy(&terminal.bytes()).contains(PRINTED));
}

#[tokio::test]
async fn a_mistake_on_the_way_to_an_answer_is_told_to_who_waits_for_it() {
    let work = Work::new().await;
    let mut terminal = work.sit(&[("CTSN_FAULT", "suggest a reply")]);
    terminal.keys("\r");
    let told = terminal.wait("could not suggest a reply: the program made a mistake there");
    assert!(words(&told).contains("try again; the log file says more"), "{told}");
    assert!(terminal.alternate_screen() && !String::from_utf8_lossy(&terminal.bytes()).contains(PRINTED));
}

#[tokio::test]
async fn a_mistake_while_a_draft_is_saved_is_told_and_nothing_is_lost_on_the_screen() {
    let work = Work::new().await;
    let mut terminal = work.sit(&[("CTSN_FAULT", "save the draft")]);
    write(&mut terminal, "cannot be saved ");
    let told = terminal.wait("could not save the draft: the program made a mistake there");
    assert!(told.contains("NOT SAVED"), "{told}");
    terminal.keys("and goes on");
    let still = terminal.wait("cannot be saved and goes on");
    assert!(still.contains("NOT SAVED"), "{still}");
    terminal.keys("\u{3}");
    terminal.wait("y quits and loses it");
    terminal.keys("y");
    assert!(terminal.ended());
    is_given_back(&terminal);
}

#[tokio::test]
async fn a_mistake_of_the_screen_gives_the_terminal_back_keeps_the_draft_and_says_where_the_report_is() {
    let work = Work::new().await;
    let mut terminal = work.sit(&[("CTSN_FAULT", "take a new size")]);
    write(&mut terminal, "typed just before ");
    is_taken(&terminal);
    terminal.resize(110, 38);
    assert_eq!(terminal.exit_code(), 1);
    is_given_back(&terminal);
    let left = words(&terminal.screen());
    for said in [
        "countersign: the program made a mistake and had to end: a mistake on purpose: take a new size (src/tui/",
        "What you wrote is saved. The report is in ",
        ".local/state/countersign/logs",
    ] {
        assert!(left.contains(said), "{said}: {left}");
    }
    assert_eq!(left.matches("mistake on purpose").count(), 1, "it is said once: {left}");
    let log = work.log();
    assert!(log.contains("a mistake on purpose: take a new size") && log.contains("backtrace"), "{log}");
    work.comes_back("typed just before");
}
