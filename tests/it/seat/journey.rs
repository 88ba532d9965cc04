//! A shared desk: a program proposes, people at terminals elsewhere decide, and lines and servers fail meanwhile.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use countersign::domain::proposal::ProposalState;
use countersign::store::Store as _;
use serde_json::json;

use crate::seat::line::{Fault, Line};
use crate::seat::team::{Team, terminal_at};
use crate::terminal::Terminal;

const ENTER: &str = "\r";

/// A desk, a program's token and a person's.
fn desk() -> (Team, PathBuf, PathBuf) {
    let team = Team::start();
    let (bot, maya) = (team.token("bot", "triage"), team.token("agent", "maya"));
    (team, bot, maya)
}

async fn propose(team: &Team, bot: &Path) -> String {
    let arguments = json!({"ticket_id": "T-1001", "update": {"priority": "low"}, "reason": "It can wait."});
    team.propose(bot, "update_ticket", &arguments).await
}

/// Opens the only card that waits, until its keys count.
fn open_card(terminal: &mut Terminal) {
    terminal.wait("1 waits for you");
    terminal.keys("P");
    terminal.wait("update_ticket");
    terminal.keys(ENTER);
    terminal.wait("A approve  ");
}

async fn executed(team: &Team) -> usize {
    team.log().await.iter().filter(|record| record.action == "executed").count()
}

async fn state(team: &Team, id: &str) -> ProposalState {
    team.store().proposal(&id.parse().unwrap()).await.unwrap().unwrap().state
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_program_asks_for_over_http_is_approved_in_a_terminal_elsewhere_and_done_once_in_both_names() {
    let (team, bot, maya) = desk();
    let mut terminal = terminal_at(&maya, &team.at, (120, 40));
    terminal.wait("● connected  maya · agent");
    terminal.wait(&team.at);
    terminal.wait("T-1");
    let id = propose(&team, &bot).await;
    open_card(&mut terminal);
    terminal.wait("proposed by triage (bot)");
    terminal.wait("It can wait.");
    terminal.keys("A");
    terminal.wait("Done.");
    terminal.keys("L");
    terminal.wait("executed");
    terminal.keys("q");
    assert!(terminal.ended());
    assert!(!terminal.alternate_screen(), "the terminal is given back");

    assert_eq!(state(&team, &id).await, ProposalState::Executed);
    // What was done names what was approved by its digest.
    let digest = team.store().proposal(&id.parse().unwrap()).await.unwrap().unwrap().proposal.digest().to_string();
    let of_it = team.log().await.into_iter().filter(|record| record.digest.as_deref() == Some(digest.as_str()));
    let told: Vec<_> = of_it.map(|record| (record.action, record.actor)).collect();
    let told: Vec<_> = told.iter().map(|(action, actor)| (action.as_str(), actor.as_str())).collect();
    let expect =
        [("proposed", "triage"), ("shown", "maya"), ("approved", "maya"), ("executed", "maya"), ("read_back", "maya")];
    assert_eq!(told, expect);
    team.store().verify(None).await.unwrap().expect("the log verifies");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_people_who_sign_the_same_card_one_is_done_and_the_other_is_told() {
    let (team, bot, maya) = desk();
    let lena = team.token("supervisor", "lena");
    let mut both = [&maya, &lena].map(|token| terminal_at(token, &team.at, (120, 40)));
    propose(&team, &bot).await;
    both.iter_mut().for_each(open_card);
    for terminal in &mut both {
        terminal.keys("A");
    }
    let told = both.each_ref().map(|terminal| {
        let told = |screen: &str| screen.contains("Done.") || screen.contains("Decided already");
        terminal.wait_until("how it ended", told).contains("Done.")
    });
    assert_eq!(told.iter().filter(|done| **done).count(), 1, "{told:?}");
    assert_eq!(executed(&team).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_desk_that_goes_away_and_comes_back_is_worked_at_again_without_a_new_start() {
    let (mut team, bot, maya) = desk();
    let mut terminal = terminal_at(&maya, &team.at, (120, 40));
    terminal.wait("T-1");
    team.kill();
    terminal.wait("○ offline");
    terminal.wait("the desk cannot be reached");
    // The screen goes on; what cannot be read is said in few words, and read when the desk is back.
    terminal.keys("?");
    terminal.wait("[Help]");
    terminal.keys("\u{1b}");
    terminal.wait("[Work]");
    terminal.keys(ENTER);
    // In the pane of the ticket, or in the notice where no other is newer.
    terminal.wait("the connection to the desk is gone: Connection refused");
    assert!(!terminal.screen().contains("rmcp"), "{}", terminal.screen());
    team.again();
    terminal.wait("● connected");
    terminal.wait("(customer)");
    propose(&team, &bot).await;
    open_card(&mut terminal);
    terminal.keys("A");
    terminal.wait("Done.");
    assert_eq!(executed(&team).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_approval_whose_answer_is_lost_is_read_back_and_not_sent_again() {
    let (team, bot, maya) = desk();
    let line = Line::to(&team.at, Duration::ZERO, Fault::LosesTheAnswer).await;
    let mut terminal = terminal_at(&maya, &line.at, (120, 40));
    propose(&team, &bot).await;
    open_card(&mut terminal);
    line.turn_bad();
    terminal.keys("A");
    terminal.wait("was carried out and read back, v1 → v2");
    assert_eq!((executed(&team).await, line.approvals.load(Ordering::SeqCst)), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_between_the_key_and_the_answer_leaves_it_unknown_until_it_is_read_again() {
    let (mut team, bot, maya) = desk();
    let line = Line::to(&team.at, Duration::ZERO, Fault::LosesTheQuestion).await;
    let mut terminal = terminal_at(&maya, &line.at, (120, 40));
    let id = propose(&team, &bot).await;
    open_card(&mut terminal);
    line.turn_bad();
    team.kill();
    terminal.keys("A");
    terminal.wait("Unknown.");
    team.again();
    terminal.wait("● connected");
    assert_eq!((executed(&team).await, line.approvals.load(Ordering::SeqCst)), (0, 1));
    assert_eq!(state(&team, &id).await, ProposalState::Pending);
    // Whoever reads it again decides again.
    terminal.keys("\u{1b}");
    terminal.wait("1 waits for you");
}
