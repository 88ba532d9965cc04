//! The log, filtered and summed up, on the command line.

use std::path::Path;
use std::process::Output;
use std::time::Duration;

use countersign::clock;
use countersign::domain::actor::Role;
use countersign::domain::answer::Answer;
use countersign::domain::audit::{Action, Event};
use countersign::domain::call::{OfTicket, ReadCall};
use countersign::mcp::client::Era;
use countersign::store::Store;
use countersign::tools::ToolBackend;
use serde_json::{Value, json};

use crate::house::{House, principal, reply, update};
use crate::process::program;
use crate::terminal::Terminal;

fn audit(home: &Path, house: &House, arguments: &[&str]) -> Output {
    program(home).arg("--desk").arg(house.path()).arg("audit").args(arguments).output().unwrap()
}

fn said(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A morning: reads, one approval, one denial, one edit.
async fn morning() -> House {
    let house = House::new().await;
    let backend = house.backend(principal("tom", Role::Agent), Era::Auto).await;
    for n in [1, 2, 3, 1] {
        let call = ReadCall::GetTicket(OfTicket { ticket_id: format!("T-{n}").parse().unwrap() });
        backend.read(&house.run, &call).await.unwrap();
    }
    house.through(update("T-1", json!({"priority": "high"}))).await;
    let (commit, maya) = house.commit_of("maya", Role::Agent).await;
    let denied = house.propose(update("T-2", json!({"status": "closed"}))).await.proposal_id.unwrap();
    commit.deny(&house.run, &maya, &denied, "no", Duration::ZERO).await.unwrap();
    let edited = house.propose(reply("T-3", "Hello.")).await.proposal_id.unwrap();
    let new = commit.edit(&house.run, &maya, &edited, reply("T-3", "Hello, Ines.")).await.unwrap().unwrap();
    let card = house.card(&commit, &maya, &new).await;
    house.approve(&commit, &maya, card).await;
    house.store.flush().await.unwrap();
    house
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_log_is_filtered_by_column_and_by_word() {
    let (house, home) = (morning().await, tempfile::tempdir().unwrap());
    let rows = |filter: &[&str]| {
        let arguments = [&["export", "--csv"], filter].concat();
        said(&audit(home.path(), &house, &arguments)).lines().count() - 1
    };
    assert_eq!(rows(&["who:tom"]), 4);
    assert_eq!(rows(&["who:tom", "ticket:t-1"]), 2);
    assert_eq!(rows(&["what:denied"]), 1);
    assert_eq!(rows(&["tool:send_reply", "what:edited"]), 1);
    assert_eq!(rows(&["T-2", "CLOSED-IS-IN-NO-COLUMN"]), 0);
    assert_eq!(rows(&["denied"]), 1);
    assert_eq!((rows(&["since:1h"]), rows(&["until:2020-01-01"])), (rows(&[]), 0));
    let wrong = audit(home.path(), &house, &["show", "tol:x"]);
    assert!(!wrong.status.success() && String::from_utf8_lossy(&wrong.stderr).contains("ticket, tool, who"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn figures_count_each_decision_once() {
    let (house, home) = (morning().await, tempfile::tempdir().unwrap());
    let figures: Value = serde_json::from_str(&said(&audit(home.path(), &house, &["figures", "--json"]))).unwrap();
    let maya = &figures["people"][0];
    assert_eq!(
        (&maya["name"], &maya["approved"], &maya["edited"], &maya["denied"]),
        (&json!("maya"), &json!(1), &json!(1), &json!(1))
    );
    let reads = figures["tools"].as_array().unwrap().iter().find(|tool| tool["tool"] == "get_ticket").unwrap();
    assert!(reads["calls"].as_u64().unwrap() >= 4 && reads["errors"] == 0, "{reads}");
    assert!(reads["p50"].as_u64().unwrap() > 0 && reads["p50"].as_u64() <= reads["p99"].as_u64(), "{reads}");
    assert_eq!(figures["days"][0][2], 3);
    let table = said(&audit(home.path(), &house, &["figures", "ticket:T-2"]));
    assert!(table.contains("maya") && table.contains("update_ticket") && !table.contains("send_reply"), "{table}");
}

#[tokio::test]
async fn a_supervisor_filters_adds_up_exports_and_plays_a_run_again() {
    let house = House::new().await;
    house.through(update("T-2", json!({"priority": "urgent"}))).await;
    let home = house.dir.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let desk = house.path().to_str().unwrap().to_owned();
    let mut terminal = Terminal::start(&home, 120, 40, &["--desk", &desk]);
    terminal.wait("T-3");
    terminal.keys("L");
    terminal.wait("executed");
    terminal.keys("/what:executed\r");
    terminal.wait_gone("approved");
    terminal.keys("w");
    let screen = terminal.wait("exports/log-");
    terminal.keys("f");
    terminal.wait(" 1 record");
    terminal.keys("W");
    terminal.wait("figures-");
    terminal.keys("fp");
    terminal.wait("played from the log");
    terminal.keys("gnnn");
    terminal.wait("The card as it was shown");
    terminal.keys("q");
    assert!(terminal.ended(), "{screen}");

    let mut files: Vec<_> =
        std::fs::read_dir(home.join(".local/state/countersign/exports")).unwrap().flatten().collect();
    files.sort_by_key(std::fs::DirEntry::file_name);
    let [figures, log] = &files[..] else { panic!("{files:?}") };
    let csv = std::fs::read_to_string(log.path()).unwrap();
    assert!(csv.lines().count() == 2 && csv.contains(",executed,update_ticket,T-2,"), "{csv}");
    let figures: serde_json::Value = serde_json::from_slice(&std::fs::read(figures.path()).unwrap()).unwrap();
    assert_eq!(figures["records"], 1);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        assert_eq!(log.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    }

    let run = csv.lines().nth(1).unwrap().split(',').nth(3).unwrap().to_owned();
    let mut terminal = Terminal::start(&home, 80, 24, &["--desk", &desk, "audit", "replay", &run]);
    terminal.wait("step 1 of");
    terminal.keys("asSuAR");
    terminal.keys("G");
    terminal.wait("read_back");
    terminal.keys("q");
    assert!(terminal.ended());
    let unknown = program(&home).args(["--desk", &desk, "audit", "replay", "r-nobody"]).output().unwrap();
    assert_eq!(unknown.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("the log has no run"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_of_the_log_has_every_record_however_many_answers_that_takes() {
    let house = House::new().await;
    for n in 1..=1_100 {
        let event =
            Event::new(clock::now(), "tom".parse().unwrap(), house.run.id.clone(), Action::Read, &format!("tool_{n}"));
        house.store.record(event).unwrap();
    }
    house.store.flush().await.unwrap();
    let home = house.dir.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let desk = house.path().to_str().unwrap().to_owned();
    let mut terminal = Terminal::start(&home, 120, 40, &["--desk", &desk]);
    terminal.wait("T-3");
    terminal.keys("L");
    terminal.wait("tool_1100");
    terminal.keys("/who:tom\r");
    terminal.wait("who:tom");
    terminal.keys("w");
    terminal.wait("exports/log-");
    terminal.keys("q");
    assert!(terminal.ended());
    let mut files = std::fs::read_dir(home.join(".local/state/countersign/exports")).unwrap().flatten();
    let csv = std::fs::read_to_string(files.next().unwrap().path()).unwrap();
    let tools: Vec<_> = csv.lines().filter_map(|line| line.split(',').find(|cell| cell.starts_with("tool_"))).collect();
    let expect: Vec<_> = (1..=1_100).map(|n| format!("tool_{n}")).collect();
    assert_eq!(tools, expect);
}

#[tokio::test]
async fn a_person_s_own_reply_is_no_decision_about_the_assistant_and_the_next_draft_comes_all_the_same() {
    let house = House::new().await;
    let (commit, maya) = house.commit_of("maya", Role::Agent).await;
    let own = house.propose_as(principal("maya", Role::Agent), reply("T-1", "Hello.")).await.proposal_id.unwrap();
    let card = house.card(&commit, &maya, &own).await;
    house.approve(&commit, &maya, card).await;
    assert!(house.store.decisions(10).await.unwrap().is_empty());
    let backend = house.backend(principal("maya", Role::Agent), Era::Auto).await;
    let ask = ReadCall::SuggestResponse(serde_json::from_value(json!({"ticket_id": "T-2"})).unwrap());
    assert!(matches!(backend.read(&house.run, &ask).await.unwrap(), Answer::Suggestion(_)));
}
