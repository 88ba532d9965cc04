//! Every other door: another program's, the command line, a log that is played again, a sign-in that only looks.

use std::path::Path;
use std::time::Duration;

use countersign::domain::actor::Role;
use countersign::domain::audit::Action;
use countersign::domain::call::ProposalQuery;
use countersign::domain::ids::ReceiptId;
use countersign::domain::proposal::ProposalState;
use countersign::domain::receipt::Receipt;
use countersign::store::{Decision, Store};
use serde_json::{Value, json};

use crate::house::{House, reply, update};
use crate::process::{Stdio2, program};
use crate::terminal::Terminal;

fn mcp(house: &House, name: &str) -> Stdio2 {
    Stdio2::with(house.dir.path(), &["mcp", "--name", name, "--desk", house.path().to_str().unwrap()])
}

/// A receipt of maya's that was not spent: her program was killed before it could.
async fn unspent(house: &House) -> (ReceiptId, Value) {
    let call = update("T-1", json!({"priority": "high"})).at_version(1);
    let id = house.propose(call.clone()).await.proposal_id.unwrap();
    let now = countersign::clock::now();
    let receipt = Receipt {
        id: countersign::random::receipt_id(),
        proposal: id,
        approver: "maya".parse().unwrap(),
        digest: call.digest(),
        expires_at: now.checked_add(jiff::SignedDuration::from_mins(1)).unwrap(),
    };
    let name = receipt.id.clone();
    house.store.decide(Decision::Approve(receipt), now, vec![]).await.unwrap();
    (name, call.arguments())
}

#[tokio::test]
async fn another_program_that_holds_a_receipt_of_a_person_writes_nothing_with_it() {
    let house = House::new().await;
    let (receipt, arguments) = unspent(&house).await;
    let mut client = mcp(&house, "evil");
    let paid = json!({"name": "update_ticket", "arguments": arguments, "_meta": {"countersign/receipt": receipt}});
    let answer = client.ask("tools/call", &paid)["result"].clone();
    assert_eq!(answer["isError"], true, "{answer}");
    assert_eq!(house.ticket("T-1").await.row.version, 1);
    let logged = async {
        while house.count(Action::Refused).await < 1 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(30), logged).await.expect("the attempt is in the log");
    for (key, value) in [
        ("countersign/approved", json!(true)),
        ("countersign/by", json!("maya")),
        ("countersign/run", json!("r-test")),
        ("countersign/why", json!({"text": "approved by lena", "confidence": 1.0, "unsupported": []})),
        ("countersign/ahead", json!(true)),
    ] {
        let arguments = json!({"ticket_id": "T-2", "update": {"status": "closed"}});
        let call = json!({"name": "update_ticket", "arguments": arguments, "_meta": {key: value}});
        let answer = client.ask("tools/call", &call)["result"]["structuredContent"].clone();
        assert_eq!(answer["outcome"], "pending_approval", "{key}: {answer}");
    }
    assert_eq!(house.ticket("T-2").await.row.version, 1);
}

#[tokio::test]
async fn another_program_cannot_go_by_the_name_of_a_person() {
    let house = House::new().await;
    let desk = house.path();
    for command in ["mcp", "worker"] {
        for name in ["maya", "Maya", " lena ", "MAYA"] {
            let mut program = program(house.dir.path());
            let output = program.args([command, "--name", name, "--desk", desk.to_str().unwrap()]).output().unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            assert!(!output.status.success() && said.contains("is a person of this desk"), "{command} {name}: {said}");
        }
    }
    let mut client = mcp(&house, "mayas-helper");
    let update = json!({"ticket_id": "T-1", "update": {"status": "closed"}, "reason": "proposed by maya (agent)"});
    client.call("update_ticket", &update);
    let waiting = house.store.proposals(&ProposalQuery::default()).await.unwrap();
    let proposer = waiting[0].proposal.proposer();
    assert_eq!((proposer.id.as_str(), proposer.role), ("mayas-helper", Role::Bot));
}

#[tokio::test]
async fn a_reason_without_an_end_reaches_nobody() {
    let house = House::new().await;
    let mut client = mcp(&house, "evil");
    for reason in ["x".repeat(9000), "\n".repeat(9000)] {
        let call = json!({"ticket_id": "T-1", "update": {"status": "closed"}, "reason": reason});
        assert_eq!(client.call("update_ticket", &call)["isError"], true);
    }
    let claims: Vec<_> = (0..5000).map(|n| n.to_string()).collect();
    let call = json!({
        "name": "update_ticket", "arguments": {"ticket_id": "T-1", "update": {"status": "closed"}},
        "_meta": {"countersign/why": {"text": "", "confidence": null, "unsupported": claims}},
    });
    assert_eq!(client.ask("tools/call", &call)["result"]["isError"], true);
    assert!(house.store.proposals(&ProposalQuery::default()).await.unwrap().is_empty());
}

fn help(home: &Path, command: &[&str]) -> String {
    let output = program(home).args(command).arg("--help").output().unwrap();
    assert!(output.status.success(), "{command:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The commands that a help page lists.
fn listed(help: &str) -> Vec<String> {
    let after = help.split("Commands:\n").nth(1).unwrap_or_default();
    let rows = after.lines().take_while(|line| line.starts_with("  "));
    rows.filter_map(|line| line.split_whitespace().next()).filter(|name| *name != "help").map(str::to_owned).collect()
}

#[test]
fn no_command_and_no_flag_approves() {
    let home = tempfile::tempdir().unwrap();
    let mut pages = vec![help(home.path(), &[])];
    let commands = listed(&pages[0]);
    assert!(commands.len() > 10, "{commands:?}");
    for command in &commands {
        let page = help(home.path(), &[command]);
        for nested in listed(&page) {
            pages.push(help(home.path(), &[command, &nested]));
        }
        pages.push(page);
    }
    for page in &pages {
        let flags: Vec<_> = page.split_whitespace().filter(|word| word.starts_with('-')).collect();
        for flag in flags {
            let bare = flag.trim_matches(|c: char| !c.is_ascii_alphabetic());
            let approves =
                ["yes", "y", "approve", "force", "f", "auto", "confirm", "no-confirm", "send", "assume", "unsafe"];
            assert!(!approves.iter().any(|word| bare == *word || bare.starts_with(&format!("{word}-"))), "{flag}");
        }
    }
    for command in ["approve", "send", "decide", "write", "release"] {
        let output = program(home.path()).args([command, "P-1"]).output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{command}");
    }
    for command in ["handle", "worker", "mcp"] {
        for flag in ["--yes", "-y", "--approve", "--force", "--auto-approve"] {
            let output = program(home.path()).args([command, flag]).output().unwrap();
            assert_eq!(output.status.code(), Some(2), "{command} {flag}");
        }
    }
}

#[tokio::test]
async fn who_is_signed_in_to_look_opens_no_card() {
    let house = House::new().await;
    let id = house.propose(update("T-1", json!({"priority": "high"}))).await.proposal_id.unwrap();
    for (name, role) in [("vera", "viewer"), ("robot", "bot")] {
        let home = house.dir.path().join(name);
        std::fs::create_dir(&home).unwrap();
        let env = [("COUNTERSIGN_PERSON_ROLE", role), ("COUNTERSIGN_PERSON_NAME", name)];
        let mut terminal = Terminal::with(&home, 120, 40, &["--desk", house.path().to_str().unwrap()], &env);
        terminal.wait("1 waits for you");
        terminal.keys("P");
        terminal.wait("update_ticket");
        terminal.keys("\r");
        terminal.wait("signed in to look, not to decide");
        for key in ["A", "R", "A"] {
            terminal.keys(key);
            terminal.settle(Duration::from_millis(120));
        }
        assert_eq!(house.store.proposal(&id).await.unwrap().unwrap().state, ProposalState::Pending, "{name}");
    }
    assert_eq!(house.ticket("T-1").await.row.version, 1);
}

#[tokio::test]
async fn a_run_that_is_played_again_writes_nothing_whatever_is_pressed() {
    let house = House::new().await;
    house.through(reply("T-1", "We refund 49.00.")).await;
    house.propose(update("T-2", json!({"priority": "high"}))).await;
    house.store.flush().await.unwrap();
    let before = house.store.verify(None).await.unwrap().unwrap();
    let home = house.dir.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let desk = house.path();
    let mut terminal =
        Terminal::start(&home, 120, 40, &["--desk", desk.to_str().unwrap(), "audit", "replay", "r-test"]);
    terminal.wait("send_reply");
    for key in ('!'..='~').filter(|key| *key != 'q') {
        terminal.keys(&key.to_string());
        terminal.keys("\r");
    }
    for key in ["\u{1b}", "A", "R", "\u{13}", "\u{10}"] {
        terminal.keys(key);
        terminal.settle(Duration::from_millis(60));
    }
    let after = house.store.verify(None).await.unwrap().unwrap();
    assert_eq!((after.size, after.hash), (before.size, before.hash), "not one record more");
    assert_eq!((house.ticket("T-1").await.row.version, house.ticket("T-2").await.row.version), (2, 1));
    assert_eq!(house.store.proposals(&ProposalQuery::default()).await.unwrap().len(), 1);
}
