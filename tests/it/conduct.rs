//! How the program behaves towards a person, in a real pseudo-terminal.

use std::path::PathBuf;
use std::time::Duration;

use countersign::domain::proposal::ProposalState;
use countersign::store::Store as _;
use serde_json::json;

use crate::house::{House, update};
use crate::terminal::Terminal;

const ESC: &str = "\u{1b}";

async fn house_and_home() -> (House, PathBuf) {
    let house = House::new().await;
    let home = house.dir.path().join("home");
    std::fs::create_dir(&home).unwrap();
    (house, home)
}

#[tokio::test]
async fn the_first_start_shows_the_tour_and_no_later_one_does() {
    let (house, home) = house_and_home().await;
    let desk = house.path();
    let args = ["--desk", desk.to_str().unwrap()];
    let mut first = Terminal::first(&home, 80, 24, &args, &[]);
    first.wait("The queue · 1 of 5");
    first.keys("\r");
    first.wait("The ticket · 2 of 5");
    // It is enough to have seen it: a program that is killed shows it no more.
    first.kill();
    let mut again = Terminal::first(&home, 80, 24, &args, &[]);
    again.wait("T-3");
    again.wait("1–3 of 3");
    assert!(!again.screen().contains("of 5"), "{}", again.screen());
    again.keys(":tour\r");
    again.wait("The queue · 1 of 5");
    again.keys(ESC);
    again.wait_gone("1 of 5");
    again.keys("q");
    assert!(again.ended());
}

#[tokio::test]
async fn keys_of_somebody_who_did_not_wait_for_the_tour_do_what_they_always_do() {
    let (house, home) = house_and_home().await;
    let desk = house.path();
    let mut terminal = Terminal::first(&home, 120, 40, &["--desk", desk.to_str().unwrap()], &[]);
    terminal.wait("The queue · 1 of 5");
    terminal.wait("1–3 of 3");
    terminal.keys("jj\r");
    terminal.wait("▸ Ticket  T-3");
    terminal.wait_gone("of 5");
}

#[tokio::test]
async fn where_nothing_can_be_remembered_there_is_no_tour() {
    let (house, home) = house_and_home().await;
    let desk = house.path();
    // A file stands where the folder should be made: nobody can, not even root.
    std::fs::create_dir_all(home.join(".local/state/countersign")).unwrap();
    std::fs::write(home.join(".local/state/countersign/screens"), "").unwrap();
    let terminal = Terminal::first(&home, 80, 24, &["--desk", desk.to_str().unwrap()], &[]);
    terminal.wait("1–3 of 3");
    assert!(!terminal.screen().contains("of 5"), "{}", terminal.screen());
}

#[tokio::test]
async fn with_reduced_motion_nothing_moves_while_a_reply_waits_to_be_sent() {
    let (house, home) = house_and_home().await;
    let desk = house.path();
    let env = [("COUNTERSIGN_SCREEN_MOTION", "reduced"), ("COUNTERSIGN_SEND_UNDO_SECONDS", "300")];
    let mut terminal = Terminal::with(&home, 120, 40, &["--desk", desk.to_str().unwrap()], &env);
    terminal.wait("1–3 of 3");
    terminal.keys("\r");
    terminal.wait("two charges of 49.00");
    terminal.wait("score");
    terminal.keys("s");
    terminal.wait("A approve  ");
    terminal.keys("A");
    // The second key counts from 300 ms after the first.
    terminal.settle(Duration::from_millis(600));
    terminal.keys("R");
    terminal.wait("sends T-1 soon");
    terminal.settle(Duration::from_millis(500));
    let before = terminal.bytes().len();
    terminal.settle(Duration::from_millis(2_500));
    assert_eq!(terminal.bytes().len(), before);
    assert!(terminal.screen().contains("sends T-1 soon"), "{}", terminal.screen());
}

#[tokio::test]
async fn one_key_goes_from_the_ticket_to_what_waits_and_on_and_signs_nothing_by_itself() {
    let (house, home) = house_and_home().await;
    let desk = house.path();
    let mut terminal = Terminal::with(&home, 120, 40, &["--desk", desk.to_str().unwrap()], &[]);
    terminal.wait("1–3 of 3");
    terminal.keys("\r");
    terminal.wait("two charges of 49.00");
    let first = house.propose(update("T-2", json!({"priority": "high"}))).await.proposal_id.unwrap();
    let second = house.propose(update("T-3", json!({"priority": "low"}))).await.proposal_id.unwrap();
    terminal.wait("2 wait for you");
    terminal.keys("NARARA");
    terminal.wait("Approve update_ticket on T-2?");
    terminal.wait("A approve  ");
    for id in [&first, &second] {
        assert_eq!(house.store.proposal(id).await.unwrap().unwrap().state, ProposalState::Pending);
    }
    terminal.keys("A");
    terminal.wait("v1 → v2");
    terminal.keys("NA");
    terminal.wait("Approve update_ticket on T-3?");
    terminal.wait("A approve  ");
    assert_eq!(house.store.proposal(&second).await.unwrap().unwrap().state, ProposalState::Pending);
    terminal.keys(ESC);
    terminal.wait("▸ Ticket  T-1");
}
