//! A person's work in a real pseudo-terminal: what they see, what they press, what comes of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use countersign::agent::driver::{Afterwards, Notice};
use countersign::domain::actor::Role;
use countersign::domain::audit::Action;
use countersign::domain::proposal::ProposalState;
use countersign::domain::ticket::{Status, Tone};
use countersign::llm::scripted::Scripted;
use countersign::llm::{Reply, Task, ToolUse};
use countersign::mcp::client::Era;
use countersign::store::Store;
use serde_json::json;
use tokio::sync::mpsc;

use crate::house::{House, bot, driver, reply, update};
use crate::process::program;
use crate::terminal::Terminal;

const CTRL_S: &str = "\u{13}";
const ESC: &str = "\u{1b}";
const ENTER: &str = "\r";

/// A desk of three tickets, and the program on it.
async fn at_work(width: u16, height: u16) -> (House, PathBuf, Terminal) {
    let house = House::new().await;
    let home = house.dir.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let terminal = holding(&home, &house, (width, height), "1");
    terminal.wait("T-3");
    (house, home, terminal)
}

/// The program, with so many seconds to take a reply back.
fn holding(home: &Path, house: &House, (width, height): (u16, u16), seconds: &str) -> Terminal {
    let desk = house.path();
    let env = [("COUNTERSIGN_SEND_UNDO_SECONDS", seconds)];
    Terminal::with(home, width, height, &["--desk", desk.to_str().unwrap()], &env)
}

/// Presses both keys on the card of a reply.
fn sign(terminal: &mut Terminal) {
    press_when_armed(terminal, "A");
    // The second key counts from 300 ms after the first; one that comes too soon takes the first back.
    terminal.settle(Duration::from_millis(600));
    terminal.keys("R");
}

/// Presses a key on a card whose keys are armed.
fn press_when_armed(terminal: &mut Terminal, key: &str) {
    terminal.wait("A approve  ");
    terminal.keys(key);
}

/// What is saved of what was written, file by file.
fn drafts(home: &Path) -> Vec<String> {
    let inside = |dir: PathBuf| std::fs::read_dir(dir).into_iter().flatten().map(|entry| entry.unwrap().path());
    let desks = inside(home.join(".local/state/countersign/drafts"));
    // One that is just being written has another name until it is whole.
    let whole = desks.flat_map(inside).filter(|file| file.extension().is_some_and(|end| end == "json"));
    whole.filter_map(|file| std::fs::read_to_string(file).ok()).collect()
}

fn open_first(terminal: &mut Terminal) {
    terminal.keys(ENTER);
    terminal.wait("two charges of 49.00");
    terminal.wait("score");
}

#[tokio::test]
async fn from_the_queue_to_a_countersigned_reply_and_a_log_that_verifies() {
    let (house, home, mut terminal) = at_work(140, 42).await;
    open_first(&mut terminal);
    terminal.wait("Wants");
    terminal.keys("e");
    terminal.wait("done");
    terminal.keys("Both charges were looked at, Ines. ");
    terminal.wait("Both charges were looked at");
    terminal.keys(CTRL_S);
    terminal.wait_gone("^s done");
    terminal.keys("s");
    terminal.wait("PUBLIC message: the customer will read this");
    terminal.wait("Both charges were looked at, Ines.");
    sign(&mut terminal);
    terminal.wait("In the outbox.");
    terminal.wait("v1 → v2");
    terminal.keys("L");
    terminal.wait("executed");
    terminal.wait("approved");
    terminal.keys("q");
    assert!(terminal.ended());
    assert!(!terminal.alternate_screen(), "the terminal is given back");

    let ticket = house.ticket("T-1").await;
    assert!(ticket.thread.last().unwrap().body.contains("Both charges were looked at, Ines."));
    let figures =
        program(&home).arg("--desk").arg(house.path()).args(["audit", "figures", "--json"]).output().unwrap().stdout;
    let figures: serde_json::Value = serde_json::from_slice(&figures).unwrap();
    let tone = &figures["tones"][0];
    assert_eq!((tone["name"].as_str(), tone["edited"].as_u64()), (Some("polite"), Some(1)), "{tone}");
    // Only the last word is another one: what was typed is joined to it.
    assert!((90..100).contains(&tone["kept"].as_u64().unwrap()), "{tone}");
    let verify = program(&home).args(["--desk", house.path().to_str().unwrap(), "audit", "verify"]).output().unwrap();
    assert!(verify.status.success() && String::from_utf8_lossy(&verify.stdout).contains("verified"));
}

// The agent works on while the person's terminal is looked at.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_denial_with_a_reason_reaches_the_agent_in_the_person_s_words() {
    let (house, _home, mut terminal) = at_work(120, 40).await;
    let call = ToolUse {
        id: "c1".into(),
        name: "update_ticket".into(),
        arguments: json!({"ticket_id": "T-2", "update": {"status": "resolved"}}).to_string(),
    };
    let turns = vec![
        Reply { text: "I propose to resolve it.".into(), calls: vec![call], ..Reply::default() },
        Reply { text: "I wait.".into(), calls: vec![], ..Reply::default() },
        Reply { text: "Understood.".into(), calls: vec![], ..Reply::default() },
    ];
    let backend = Arc::new(house.backend(bot(), Era::Auto).await);
    let driver = driver(backend, Arc::new(Scripted::new(turns)));
    let task = Task { ticket: "T-2".parse().unwrap(), tone: Tone::Polite, resolve_confidence: 0.85, people: vec![] };
    let (notices, mut told) = mpsc::unbounded_channel();
    let (run, changes) = (house.run.clone(), house.store.changes());
    tokio::spawn(async move { driver.handle(&run, task, Afterwards::Wait(changes), &notices).await });

    terminal.wait("1 waits for you");
    terminal.keys("P");
    terminal.wait("T-2");
    terminal.keys(ENTER);
    press_when_armed(&mut terminal, "D");
    terminal.wait("reason");
    terminal.keys("c");
    terminal.settle(Duration::from_millis(200));
    terminal.keys("ask the customer for the invoice first");
    terminal.wait("invoice first");
    terminal.keys(ENTER);
    terminal.wait("Denied");

    let words = tokio::time::timeout(Duration::from_mins(1), async {
        while let Some(notice) = told.recv().await {
            if let Notice::Decided { words, .. } = notice {
                return words;
            }
        }
        String::new()
    });
    let words = words.await.unwrap();
    assert!(words.contains("denied update_ticket. Reason: ask the customer for the invoice first"), "{words}");
    assert_eq!(house.ticket("T-2").await.row.status, Status::Open);
}

#[tokio::test]
async fn typed_ahead_keys_paste_enter_space_and_y_approve_nothing() {
    let (house, _home, mut terminal) = at_work(120, 40).await;
    let id = house.propose(update("T-1", json!({"priority": "high"}))).await.proposal_id.unwrap();
    terminal.wait("1 waits for you");
    // Everything at once, before the card can have been seen.
    terminal.keys("P\rAARAAR");
    terminal.wait("priority");
    terminal.wait("normal  →  high");
    terminal.settle(Duration::from_millis(300));
    terminal.paste("AAAARRRR yyyy");
    terminal.wait("A approve  ");
    for keys in ["\r", " ", "y", "Y", "\t", "a", "r", "R", "\u{1b}[M !!"] {
        terminal.keys(keys);
        terminal.settle(Duration::from_millis(150));
    }
    terminal.paste("A");
    terminal.settle(Duration::from_millis(300));
    assert_eq!(house.store.proposal(&id).await.unwrap().unwrap().state, ProposalState::Pending);
    assert_eq!(house.ticket("T-1").await.row.version, 1);
}

#[tokio::test]
async fn a_kill_in_the_middle_of_the_work_loses_neither_draft_nor_proposal() {
    let (house, home, mut terminal) = at_work(140, 42).await;
    open_first(&mut terminal);
    terminal.keys("e");
    terminal.wait("done");
    terminal.keys("Half a sentence that must not be lost ");
    terminal.keys(CTRL_S);
    terminal.wait_gone("^s done");
    let saved = async {
        while !drafts(&home).iter().any(|draft| draft.contains("must not be lost")) {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), saved).await.expect("the draft is saved");
    house.propose(reply("T-2", "We look into it.")).await;
    terminal.wait("1 waits for you");
    terminal.kill();

    let desk = house.path();
    let mut again = Terminal::start(&home, 140, 42, &["--desk", desk.to_str().unwrap()]);
    again.wait("1 waits for you");
    again.wait("T-3");
    again.keys(ENTER);
    again.wait("Half a sentence that must not be lost");
    again.keys("P");
    again.wait("send_reply");
    house.store.verify(None).await.unwrap().expect("the log verifies");
}

#[tokio::test]
async fn a_signed_reply_is_taken_back_or_waits_for_the_next_sitting_when_the_program_is_killed() {
    let house = House::new().await;
    let home = house.dir.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let mut terminal = holding(&home, &house, (120, 40), "300");
    terminal.wait("T-3");
    open_first(&mut terminal);
    terminal.keys("s");
    sign(&mut terminal);
    terminal.wait("sends T-1 in 29");
    terminal.keys("O");
    terminal.wait("take back");
    terminal.keys("O");
    terminal.wait("taken back: nothing was sent");
    terminal.wait("^s done");
    terminal.keys(ESC);
    terminal.wait_gone("^s done");

    // The same reply again is the same proposal again.
    terminal.keys("s");
    sign(&mut terminal);
    terminal.wait("sends T-1 in 29");
    terminal.kill();
    assert_eq!(house.ticket("T-1").await.row.version, 1);
    assert_eq!(house.count(Action::Proposed).await, 1);
    assert_eq!((house.count(Action::Shown).await, house.count(Action::Approved).await), (0, 0));
    let again = holding(&home, &house, (120, 40), "300");
    again.wait("1 waits for you");
}

#[tokio::test]
async fn another_program_s_proposal_lights_the_status_bar_and_steals_no_key() {
    let (house, _home, mut terminal) = at_work(120, 40).await;
    open_first(&mut terminal);
    terminal.keys("e");
    terminal.wait("done");
    terminal.keys("Typing while ");
    house.propose(update("T-3", json!({"status": "closed"}))).await;
    terminal.keys("something is proposed. AR");
    terminal.wait("1 waits for you");
    terminal.wait("Typing while something is proposed. AR");
    assert_eq!(house.ticket("T-3").await.row.status, Status::Open);
}

#[tokio::test]
async fn at_80x24_everything_is_there_as_tabs() {
    let (_house, _home, mut terminal) = at_work(80, 24).await;
    terminal.keys(ENTER);
    terminal.wait("two charges of 49.00");
    terminal.keys("\t");
    terminal.wait("Wants");
    terminal.keys("\t");
    terminal.wait("score");
    terminal.keys("?");
    terminal.wait("Propose to send the draft to the customer");
}

#[tokio::test]
async fn a_terminal_that_is_too_small_says_so_and_keeps_what_was_typed() {
    let (_house, _home, mut terminal) = at_work(120, 40).await;
    open_first(&mut terminal);
    terminal.keys("e");
    terminal.wait("done");
    terminal.keys("Kept across a resize ");
    terminal.wait("Kept across a resize");
    terminal.resize(30, 8);
    terminal.wait("small");
    terminal.resize(120, 40);
    terminal.wait("Kept across a resize");
}

#[tokio::test]
async fn a19_a_small_terminal_refuses_to_approve() {
    let (house, _home, mut terminal) = at_work(120, 40).await;
    let id = house.propose(update("T-1", json!({"priority": "high"}))).await.proposal_id.unwrap();
    terminal.wait("1 waits for you");
    terminal.keys("P");
    terminal.wait("update_ticket");
    terminal.keys(ENTER);
    terminal.wait("A approve  ");
    terminal.resize(20, 5);
    terminal.wait("small");
    for _ in 0..5 {
        terminal.keys("A");
        terminal.settle(Duration::from_millis(200));
    }
    assert_eq!(house.store.proposal(&id).await.unwrap().unwrap().state, ProposalState::Pending);
}

#[tokio::test]
async fn a_signal_gives_the_terminal_back() {
    for name in ["TERM", "HUP"] {
        let (_house, _home, mut terminal) = at_work(100, 30).await;
        assert!(terminal.alternate_screen());
        terminal.signal(name);
        terminal.ended();
        terminal.settle(Duration::from_millis(200));
        assert!(!terminal.alternate_screen(), "{name}");
    }
}

#[tokio::test]
async fn an_idle_screen_writes_nothing() {
    let (_house, _home, terminal) = at_work(120, 40).await;
    terminal.settle(Duration::from_millis(500));
    let before = terminal.bytes().len();
    terminal.settle(Duration::from_secs(3));
    assert_eq!(terminal.bytes().len(), before);
}

#[tokio::test]
async fn no_color_means_no_colour() {
    let house = House::new().await;
    let home = house.dir.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let desk = house.path();
    let terminal = Terminal::with(&home, 120, 40, &["--desk", desk.to_str().unwrap()], &[("NO_COLOR", "1")]);
    terminal.wait("T-3");
    let sent = String::from_utf8_lossy(&terminal.bytes()).into_owned();
    for sequence in sent.split("\u{1b}[").skip(1) {
        let Some((codes, _)) =
            sequence.split_once('m').filter(|(c, _)| c.bytes().all(|b| b.is_ascii_digit() || b == b';'))
        else {
            continue;
        };
        let coloured =
            codes.split(';').any(|code| matches!(code.parse::<u8>(), Ok(30..=37 | 38 | 40..=47 | 48 | 90..=107)));
        assert!(!coloured, "a colour was sent: {codes}");
    }
    assert_eq!(house.store.person(&"maya".parse().unwrap()).await.unwrap().unwrap().role, Role::Agent);
    assert!(!sent.contains(ESC) || sent.contains("\u{1b}[?1049h"));
}

#[tokio::test]
async fn marked_tickets_are_changed_with_one_card_and_each_has_its_own_receipt() {
    let (house, home, mut terminal) = at_work(120, 40).await;
    terminal.keys("*");
    terminal.wait("3 marked");
    terminal.keys("u");
    terminal.wait("Update 3 tickets");
    terminal.keys("\u{1b}[C");
    terminal.wait("changes");
    terminal.keys(ENTER);
    terminal.wait("all shown");
    terminal.wait("in or out");
    terminal.keys("A");
    terminal.wait("one result each");
    terminal.wait_until("three results", |screen| screen.matches("[✓]").count() == 3);
    terminal.keys(ESC);
    terminal.wait("▸ Queue");
    for id in ["T-1", "T-2", "T-3"] {
        assert_eq!(house.ticket(id).await.row.version, 2, "{id}");
    }
    terminal.keys("q");
    assert!(terminal.ended());
    let shown = program(&home)
        .args(["--desk", house.path().to_str().unwrap(), "audit", "show", "tool:update_ticket", "what:executed"])
        .output()
        .unwrap();
    assert_eq!(String::from_utf8_lossy(&shown.stdout).matches("executed").count(), 3);
}
