//! Workers over one desk: no ticket twice, a kill in the middle, a model that hangs, a stop.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use countersign::domain::actor::Role;
use countersign::domain::call::ProposalQuery;
use countersign::domain::intake::Intake;
use countersign::store::{Origin, Store};
use serde_json::Value;

use crate::house::{House, event, ticket};
use crate::process::program;
use crate::stub_model::{Answer, Behave, StubModel, Turn, Wire};

const TICKETS: u32 = 24;

/// A desk with many tickets, and a configuration that may name a model.
async fn desk(model: Option<&str>) -> House {
    let house = House::new().await;
    let rows = (4..=TICKETS).map(|n| Intake::Ticket(Box::new(ticket(n)))).collect();
    house.store.import(rows, Origin::File, event()).await.unwrap();
    let provider = model.map_or_else(String::new, |base| {
        format!("[[llm.provider]]\nkind = \"openai\"\nmodel = \"stub\"\naddress = \"{base}v1\"\n")
    });
    let config = format!("[llm]\ndeadline_seconds = 20\nretries = 0\n{provider}");
    std::fs::write(house.dir.path().join("config.toml"), config).unwrap();
    house
}

fn worker(house: &House, home: &Path, more: &[&str]) -> Command {
    let mut command = program(home);
    command.arg("--desk").arg(house.path()).arg("--config").arg(house.dir.path().join("config.toml"));
    command.args(["worker", "--json", "--lease-seconds", "3"]).args(more);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    command
}

/// Which tickets a worker that has ended says it did.
fn finished(child: Child) -> Vec<String> {
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{said} {}", String::from_utf8_lossy(&output.stderr));
    let rows = said.lines().map(|line| serde_json::from_str::<Value>(line).unwrap());
    rows.map(|row| row["ticket"].as_str().unwrap().to_owned()).collect()
}

fn count(tickets: impl IntoIterator<Item = String>) -> BTreeMap<String, usize> {
    tickets.into_iter().fold(BTreeMap::new(), |mut counts, ticket| {
        *counts.entry(ticket).or_default() += 1;
        counts
    })
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let since = Instant::now();
    while !holds().await {
        assert!(since.elapsed() < Duration::from_mins(1), "never: {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_workers_do_each_ticket_once_and_none_writes() {
    let house = desk(None).await;
    let home = tempfile::tempdir().unwrap();
    let start = || worker(&house, home.path(), &["--once"]).spawn().unwrap();
    let workers = [start(), start(), start()];
    let counts = count(workers.into_iter().flat_map(finished));
    assert_eq!(counts.len(), TICKETS as usize, "{counts:?}");
    assert!(counts.values().all(|n| *n == 1), "{counts:?}");
    let again = finished(worker(&house, home.path(), &["--once"]).spawn().unwrap());
    assert!(again.is_empty(), "what is done is not done again: {again:?}");
    let proposals = house.store.proposals(&ProposalQuery::default()).await.unwrap();
    assert!(proposals.iter().all(|filed| filed.proposal.proposer().role == Role::Bot));
    assert_eq!(house.ticket("T-1").await.row.version, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_whose_worker_was_killed_is_taken_up_by_another() {
    let hanging = Answer::Raw {
        status: 200,
        content_type: String::new(),
        headers: Vec::new(),
        body: Vec::new(),
        behave: Behave { hang_before_headers: true, ..Behave::default() },
    };
    let model = StubModel::start(Wire::OpenAi, vec![hanging]).await;
    let house = desk(Some(&model.base())).await;
    let home = tempfile::tempdir().unwrap();
    let mut killed = worker(&house, home.path(), &["--once"]).spawn().unwrap();
    until("the model is asked", async || !model.requests().is_empty()).await;
    killed.kill().unwrap();
    killed.wait().unwrap();
    std::fs::write(house.dir.path().join("config.toml"), "").unwrap();
    // Whoever comes next waits for the lease to run out: not with --once.
    let mut next = worker(&house, home.path(), &[]).spawn().unwrap();
    let desk = house.path();
    let done = || {
        let db = rusqlite::Connection::open(&desk).unwrap();
        db.query_row("SELECT count(*) FROM worked", [], |row| row.get::<_, u32>(0)).unwrap()
    };
    until("every ticket is done", async || done() == TICKETS).await;
    next.kill().unwrap();
    next.wait().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_that_is_stopped_gives_back_what_it_has_in_hand() {
    let slow = Answer::Broken(Turn::says("Hello"), Behave { stall_after_events: Some(1), ..Behave::default() });
    let model = StubModel::start(Wire::OpenAi, vec![slow]).await;
    let house = desk(Some(&model.base())).await;
    let home = tempfile::tempdir().unwrap();
    let child = worker(&house, home.path(), &[]).spawn().unwrap();
    until("the model is asked", async || !model.requests().is_empty()).await;
    let since = Instant::now();
    Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    let done = finished(child);
    assert!(done.is_empty(), "{done:?}");
    assert!(since.elapsed() < Duration::from_mins(1), "{:?}", since.elapsed());
    let db = rusqlite::Connection::open(house.path()).unwrap();
    let held: u32 = db.query_row("SELECT count(*) FROM leases", [], |row| row.get(0)).unwrap();
    assert_eq!(held, 0);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_worker_prepared_is_there_at_once_and_its_cost_is_counted() {
    let draft = "Hello,\n\nwe are looking into both charges and will write again.\n\nMaya";
    let answer = move |body: &Value, _nth: usize| {
        let wants_json = body.get("response_format").is_some();
        let has_tools = body.get("tools").is_some();
        Answer::Turn(match (wants_json, has_tools) {
            (true, _) => Turn::says(r#"{"summary": "The customer was charged twice.", "highlights": []}"#),
            (false, true) => Turn::says("Nothing to propose."),
            (false, false) => Turn::says(draft),
        })
    };
    let model = StubModel::start_with(Wire::OpenAi, answer).await;
    let house = desk(Some(&model.base())).await;
    let home = tempfile::tempdir().unwrap();
    let metrics = home.path().join("worker.prom");
    let child = worker(&house, home.path(), &["--once", "--metrics", metrics.to_str().unwrap()]).spawn().unwrap();
    assert_eq!(finished(child).len(), TICKETS as usize);
    let asked = model.requests().len();
    let mut handle = program(home.path());
    handle.arg("--desk").arg(house.path()).arg("--config").arg(house.dir.path().join("config.toml"));
    let output = handle.args(["worker", "--once", "--json"]).output().unwrap();
    assert!(output.status.success());
    assert_eq!(model.requests().len(), asked, "nothing is asked twice");
    let db = rusqlite::Connection::open(house.path()).unwrap();
    let prepared: u32 = db.query_row("SELECT count(*) FROM prepared", [], |row| row.get(0)).unwrap();
    assert_eq!(prepared, 2 * TICKETS);
    let tokens: u64 = db.query_row("SELECT sum(input_tokens) FROM spending", [], |row| row.get(0)).unwrap();
    assert_eq!(tokens, 11 * asked as u64);
    let text = std::fs::read_to_string(metrics).unwrap();
    assert!(text.contains(&format!("countersign_worker_tickets_total {TICKETS}\n")), "{text}");
}

/// The model's connection is refused at first and answers later; a worker that ended in between left nothing done.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_no_model_answered_for_is_prepared_when_the_model_is_back() {
    let house = desk(Some("http://127.0.0.1:9/")).await;
    let home = tempfile::tempdir().unwrap();
    let first = worker(&house, home.path(), &["--once", "--no-proposals"]).spawn().unwrap();
    let output = first.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.lines().count(), TICKETS as usize, "{said}");
    assert!(said.lines().all(|line| line.contains(r#""outcome":"no_model""#)), "{said}");
    let done = || {
        let db = rusqlite::Connection::open(house.path()).unwrap();
        db.query_row("SELECT count(*) FROM worked", [], |row| row.get::<_, u32>(0)).unwrap()
    };
    assert_eq!(done(), 0);
    let answer = |body: &Value, _nth: usize| {
        let wants_json = body.get("response_format").is_some();
        let summary = r#"{"summary": "The customer was charged twice.", "highlights": []}"#;
        Answer::Turn(Turn::says(if wants_json { summary } else { "Hello,\n\nwe are looking into it.\n\nMaya" }))
    };
    let model = StubModel::start_with(Wire::OpenAi, answer).await;
    let config = house.dir.path().join("config.toml");
    let text = std::fs::read_to_string(&config).unwrap().replace("http://127.0.0.1:9/", &model.base());
    std::fs::write(&config, text).unwrap();
    finished(worker(&house, home.path(), &["--once", "--no-proposals"]).spawn().unwrap());
    assert_eq!(done(), TICKETS);
    // Everything is there: a further worker, told to begin anew, spends nothing.
    rusqlite::Connection::open(house.path()).unwrap().execute("DELETE FROM worked", []).unwrap();
    let third = worker(&house, home.path(), &["--once", "--no-proposals"]).spawn().unwrap().wait_with_output().unwrap();
    let last: Value = serde_json::from_str(String::from_utf8_lossy(&third.stdout).lines().last().unwrap()).unwrap();
    assert_eq!(last["tally"]["usage"]["input_tokens"], 0, "{last}");
    assert_eq!(last["tally"]["tickets"], TICKETS);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_worker_whose_ticket_was_taken_over_lets_go_of_it() {
    let slow = Answer::Broken(Turn::says("Hello"), Behave { stall_after_events: Some(1), ..Behave::default() });
    let model = StubModel::start(Wire::OpenAi, vec![slow.clone(), slow]).await;
    let house = desk(Some(&model.base())).await;
    let home = tempfile::tempdir().unwrap();
    let child = worker(&house, home.path(), &[]).spawn().unwrap();
    until("the model is asked", async || !model.requests().is_empty()).await;
    let taken = {
        let db = rusqlite::Connection::open(house.path()).unwrap();
        let far = "UPDATE leases SET holder = 'another', until = until + 3600000 RETURNING ticket_id";
        db.query_row(far, [], |row| row.get::<_, String>(0)).unwrap()
    };
    until("it has gone on to another ticket", async || model.requests().len() > 1).await;
    let db = rusqlite::Connection::open(house.path()).unwrap();
    let holder: String =
        db.query_row("SELECT holder FROM leases WHERE ticket_id = ?1", [&taken], |row| row.get(0)).unwrap();
    assert_eq!(holder, "another");
    let mut child = child;
    child.kill().unwrap();
    child.wait().unwrap();
}
