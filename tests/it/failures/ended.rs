//! The program is ended from outside: by a signal, with its terminal, outright.

use countersign::store::Store as _;

use crate::failures::given_back::{is_given_back, is_taken};
use crate::failures::{ENTER, Work, wait_for, write};

#[tokio::test]
async fn a_signal_gives_the_terminal_back_and_what_was_typed_a_moment_ago_is_kept() {
    for name in ["TERM", "HUP", "INT"] {
        let work = Work::new().await;
        let mut terminal = work.sit(&[]);
        write(&mut terminal, "typed just before ");
        is_taken(&terminal);
        terminal.signal(name);
        assert!(terminal.ended(), "{name} is no failure");
        is_given_back(&terminal);
        assert!(work.is_kept("typed just before "), "{name}: {:?}", work.drafts());
        work.comes_back("typed just before");
    }
}

#[tokio::test]
async fn a_terminal_that_is_closed_ends_the_program_and_the_draft_is_kept() {
    let work = Work::new().await;
    let mut terminal = work.sit(&[]);
    write(&mut terminal, "the window goes ");
    terminal.hang_up();
    terminal.ended();
    assert!(work.is_kept("the window goes "), "{:?}", work.drafts());
    assert!(!work.log().contains("panicked"), "{}", work.log());
    work.comes_back("the window goes");
}

#[tokio::test]
async fn a_signal_while_the_terminal_is_asked_for_its_colours_gives_it_back() {
    let work = Work::new().await;
    let mut terminal = work.unasked(&[]);
    terminal.wait_sent("\u{1b}]11;?");
    assert!(!terminal.is_line_as_before(), "the line is raw meanwhile");
    terminal.signal("TERM");
    assert!(terminal.ended());
    is_given_back(&terminal);
}

#[tokio::test]
async fn whoever_is_killed_outright_finds_the_draft_again_and_nothing_in_the_way() {
    let work = Work::new().await;
    let mut terminal = work.sit(&[]);
    write(&mut terminal, "saved by the pause ");
    wait_for("the pause saves it", || work.is_kept("saved by the pause "));
    terminal.kill();

    let mut again = work.sit(&[]);
    again.keys(ENTER);
    again.wait("saved by the pause");
    again.keys("e");
    again.wait("done");
    again.keys("and went on ");
    wait_for("it is saved again", || work.is_kept("and went on "));
    again.keys("\u{13}s");
    again.wait("PUBLIC message: the customer will read this");
    again.keys("\u{3}");
    assert!(again.ended());
    is_given_back(&again);
    work.house.store.verify(None).await.unwrap().expect("the log verifies");
}
