//! The program as a process: other MCP clients, bad circumstances, a kill at any moment.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Output, Stdio};
use std::time::Duration;

use countersign::commit::Outcome;
use countersign::domain::actor::Role;
use countersign::domain::audit::Action;
use countersign::domain::call::ProposalQuery;
use countersign::store::Store;
use countersign::store::sqlite::Sqlite;
use serde_json::{Value, json};

use crate::house::{House, principal, update};

pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_countersign");

/// The program with an empty home in `dir`.
pub(crate) fn program(dir: &Path) -> Command {
    let mut command = Command::new(PROGRAM);
    command.env_clear().env("HOME", dir).env("USER", "maya").env("PATH", std::env::var_os("PATH").unwrap());
    command.stdin(Stdio::null());
    command
}

fn run(dir: &Path, args: &[&str]) -> (Output, String) {
    let output = program(dir).args(args).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output, said)
}

fn desk_of(dir: &Path) -> PathBuf {
    dir.join(".local/share/countersign/desk.db")
}

/// Any MCP client over standard input and output: lines of JSON, nothing else.
pub(crate) struct Stdio2 {
    child: Child,
    input: ChildStdin,
    output: std::io::Lines<BufReader<std::process::ChildStdout>>,
    next: u64,
}

impl Stdio2 {
    fn start(dir: &Path) -> Self {
        Self::with(dir, &["mcp"])
    }

    pub(crate) fn with(dir: &Path, args: &[&str]) -> Self {
        let mut command = program(dir);
        let mut child = command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        let input = child.stdin.take().unwrap();
        let mut client = Self { child, input, output, next: 0 };
        let hello =
            json!({"protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"}});
        client.ask("initialize", &hello);
        client.tell(&json!({"jsonrpc": "2.0", "method": "notifications/initialized"}));
        client
    }

    fn tell(&mut self, message: &Value) {
        writeln!(self.input, "{message}").unwrap();
    }

    pub(crate) fn ask(&mut self, method: &str, params: &Value) -> Value {
        self.next += 1;
        let id = self.next;
        self.tell(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        loop {
            let line = self.output.next().expect("an answer").unwrap();
            let message: Value = serde_json::from_str(&line).expect("nothing but JSON on standard output");
            if message["id"] == json!(id) {
                return message;
            }
        }
    }

    pub(crate) fn call(&mut self, tool: &str, arguments: &Value) -> Value {
        self.ask("tools/call", &json!({"name": tool, "arguments": arguments}))["result"].clone()
    }
}

impl Drop for Stdio2 {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test]
async fn another_program_reads_over_stdio_and_its_write_waits_for_a_person() {
    let dir = tempfile::tempdir().unwrap();
    let mut client = Stdio2::start(dir.path());
    let tools = client.ask("tools/list", &json!({}))["result"]["tools"].clone();
    assert!(tools.as_array().unwrap().iter().any(|tool| tool["name"] == "suggest_response"));
    let ticket = client.call("get_ticket", &json!({"ticket_id": "T-1001"}))["structuredContent"].clone();
    for field in ["id", "subject", "body", "status", "priority", "customer_id"] {
        assert!(ticket.get(field).is_some(), "{field} is missing in {ticket}");
    }
    let arguments = json!({"ticket_id": "T-1001", "update": {"status": "resolved"}, "reason": "it is answered"});
    let answer = client.call("update_ticket", &arguments);
    assert_eq!(answer["structuredContent"]["outcome"], "pending_approval", "{answer}");
    assert_eq!(answer["structuredContent"]["success"], false);
    let bad = client.call("update_ticket", &json!({"ticket_id": "T-1001", "update": {}, "approved": true}));
    assert_eq!(bad["isError"], true);

    let store = Sqlite::open(&desk_of(dir.path())).unwrap().store;
    let waiting = store.proposals(&ProposalQuery::default()).await.unwrap();
    assert_eq!(waiting.len(), 1);
    assert_eq!(waiting[0].proposal.proposer().role, Role::Bot);
    assert_eq!(waiting[0].proposal.why().text, "it is answered");
    assert_eq!(store.ticket(&"T-1001".parse().unwrap()).await.unwrap().unwrap().row.version, 1);
}

#[tokio::test]
async fn handling_a_ticket_without_a_screen_tells_each_step_and_writes_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let (output, said) = run(dir.path(), &["handle", "T-1001", "--json"]);
    assert!(output.status.success(), "{said}");
    let steps: Vec<Value> = said.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let tools: Vec<_> = steps.iter().filter_map(|step| step["tool"].as_str()).collect();
    assert_eq!(tools[..3], ["summarize_ticket", "get_faq", "suggest_response"], "{said}");
    let store = Sqlite::open(&desk_of(dir.path())).unwrap().store;
    let logged: Vec<_> = store.log(None, 100).await.unwrap().into_iter().map(|r| r.tool).collect();
    assert!(logged.iter().any(|tool| tool == "suggest_response"));
    assert!(store.log(None, 100).await.unwrap().iter().all(|r| r.action != Action::Executed.as_str()));
    assert!(store.verify(None).await.unwrap().is_ok());
}

#[test]
fn without_a_terminal_it_says_so_and_ends_with_2() {
    let dir = tempfile::tempdir().unwrap();
    let (output, said) = run(dir.path(), &[]);
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("terminal"), "{said}");
}

#[test]
fn a_desk_of_a_newer_program_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    run(dir.path(), &["audit", "verify"]);
    let raw = rusqlite::Connection::open(desk_of(dir.path())).unwrap();
    raw.pragma_update(None, "user_version", 99).unwrap();
    drop(raw);
    let (output, said) = run(dir.path(), &["audit", "verify"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(said.contains("newer") && said.contains("update countersign"), "{said}");
}

#[test]
fn a_file_that_is_no_desk_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("notes.txt");
    std::fs::write(&file, "just notes\n".repeat(500)).unwrap();
    let (output, said) = run(dir.path(), &["--desk", file.to_str().unwrap(), "audit", "verify"]);
    assert_eq!(output.status.code(), Some(1), "{said}");
    assert_eq!(std::fs::read_to_string(&file).unwrap().len(), 5500);
    let other = dir.path().join("other.db");
    rusqlite::Connection::open(&other).unwrap().execute_batch("CREATE TABLE mine (x)").unwrap();
    let (output, said) = run(dir.path(), &["--desk", other.to_str().unwrap(), "audit", "verify"]);
    assert!(!output.status.success() && said.contains("not a countersign desk"), "{said}");
}

#[test]
fn a_locked_desk_says_who_to_wait_for() {
    let dir = tempfile::tempdir().unwrap();
    run(dir.path(), &["audit", "verify"]);
    let raw = rusqlite::Connection::open(desk_of(dir.path())).unwrap();
    raw.execute_batch("BEGIN EXCLUSIVE").unwrap();
    let (output, said) = run(dir.path(), &["handle", "T-1001"]);
    assert!(!output.status.success());
    assert!(said.contains("locked by another program"), "{said}");
}

#[test]
fn a_log_directory_that_cannot_be_written_is_said_and_the_work_goes_on() {
    let dir = tempfile::tempdir().unwrap();
    let output = program(dir.path()).env("XDG_STATE_HOME", "/proc/nowhere").args(["audit", "verify"]).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("no log is written") && said.contains("XDG_STATE_HOME"), "{said}");
}

#[test]
fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let dir = tempfile::tempdir().unwrap();
    let small = dir.path().join("small");
    std::fs::create_dir(&small).unwrap();
    let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=3m", "tmpfs"]).arg(&small).status();
    if !mounted.is_ok_and(|status| status.success()) {
        eprintln!("SKIPPED: a full disk: cannot mount a small file system here");
        return;
    }
    let _unmount = Unmount(small.clone());
    let desk = small.join("desk.db");
    let desk = desk.to_str().unwrap();
    let big = dir.path().join("big.jsonl");
    let row = |n: u32| {
        json!({"id": format!("X-{n}"), "subject": "full", "customer": {"name": "A", "email": "a@b.example"},
        "created_at": "2026-01-01T00:00:00Z", "messages": [{"at": "2026-01-01T00:00:00Z", "author": "customer",
        "name": "A", "visibility": "public", "body": "words ".repeat(2000)}]})
        .to_string()
    };
    std::fs::write(&big, (0..1000).map(row).collect::<Vec<_>>().join("\n")).unwrap();
    let (first, said) = run(dir.path(), &["--desk", desk, "audit", "verify"]);
    assert!(first.status.success() || said.contains("disk is full"), "{said}");
    let (output, said) = run(dir.path(), &["--desk", desk, "import", big.to_str().unwrap()]);
    assert!(!output.status.success());
    assert!(said.contains("disk is full") && said.contains("Free some space"), "{said}");
}

struct Unmount(PathBuf);

impl Drop for Unmount {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

const CHILD: &str = "COUNTERSIGN_TEST_CHILD";

/// Not a test of its own: the process that the next test kills. It writes as fast as it can and says what is done.
#[tokio::test]
async fn child_that_writes() {
    let Some(path) = std::env::var_os(CHILD) else { return };
    let house = House::at(Path::new(&path));
    for n in 0.. {
        let ticket = format!("T-{}", n % 3 + 1);
        let priority = ["low", "high"][n % 2];
        if let Outcome::Executed { version } = house.through(update(&ticket, json!({"priority": priority}))).await {
            println!("\ndone {ticket} {version}");
        }
    }
}

#[tokio::test]
async fn a_kill_at_any_moment_loses_nothing_and_repeats_nothing() {
    let house = House::new().await;
    let mut acknowledged = std::collections::HashMap::new();
    for round in 0..12_u64 {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "process::child_that_writes", "--nocapture"])
            .env(CHILD, house.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        // Killed after a few writes: somewhere inside the next one.
        let mut left = 3 + round % 4;
        while let Some(Ok(line)) = lines.next() {
            if let Some(done) = line.strip_prefix("done ") {
                let (ticket, version) = done.split_once(' ').unwrap();
                acknowledged.insert(ticket.to_owned(), version.parse::<u64>().unwrap());
                left -= 1;
            }
            if left == 0 {
                std::thread::sleep(Duration::from_micros(round * 700));
                child.kill().unwrap();
                break;
            }
        }
        child.wait().unwrap();
        for line in lines.map_while(Result::ok) {
            if let Some((ticket, version)) = line.strip_prefix("done ").and_then(|done| done.split_once(' ')) {
                acknowledged.insert(ticket.to_owned(), version.parse().unwrap_or(0));
            }
        }
        check(&house, &acknowledged).await;
    }
}

/// Every acknowledged version is there, each version was made by one executed record, and the chain holds.
async fn check(house: &House, acknowledged: &std::collections::HashMap<String, u64>) {
    let store = Sqlite::open(&house.path()).unwrap().store;
    store.verify(None).await.unwrap().expect("the log verifies");
    let log = store.log(None, 1_000_000).await.unwrap();
    for (ticket, version) in acknowledged {
        let row = store.ticket(&ticket.parse().unwrap()).await.unwrap().unwrap().row;
        assert!(row.version >= *version, "{ticket}: {version} was acknowledged, {} is there", row.version);
        let mut made: Vec<_> = log
            .iter()
            .filter(|r| r.action == Action::Executed.as_str() && r.ticket.as_deref() == Some(ticket))
            .filter_map(|r| r.version_after)
            .collect();
        made.sort_unstable();
        assert_eq!(made, (2..=row.version).collect::<Vec<_>>(), "{ticket}: each version once");
    }
}

#[test]
fn the_configuration_in_force_is_printed_with_its_origins() {
    let dir = tempfile::tempdir().unwrap();
    let output = program(dir.path()).env("COUNTERSIGN_LOG_LEVEL", "warn").arg("config").output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.lines().any(|l| l.starts_with("log.level = \"warn\"") && l.contains("COUNTERSIGN_LOG_LEVEL")),
        "{said}"
    );
    assert!(said.lines().any(|l| l.starts_with("policy.resolve_confidence = 0.85") && l.contains("default")), "{said}");
}

#[tokio::test]
async fn a_person_of_the_desk_is_who_the_login_says() {
    let dir = tempfile::tempdir().unwrap();
    run(dir.path(), &["handle", "T-1001"]);
    let store = Sqlite::open(&desk_of(dir.path())).unwrap().store;
    let maya = principal("maya", Role::Agent);
    assert_eq!(store.person(&maya.id).await.unwrap(), Some(maya));
}

#[test]
fn a_desk_measures_how_far_its_own_decisions_bear_out_the_confidence() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("decisions.jsonl");
    // The assistant always claims 90 %, people approve every second suggestion.
    let line = |n: u32| {
        let verdict = if n.is_multiple_of(2) { "approved" } else { "edited" };
        json!({"queue": "mail", "tool": "update_ticket", "score": 0.9, "verdict": verdict}).to_string()
    };
    let lines: Vec<String> = (0..300).map(line).chain(["no decision".to_owned()]).collect();
    std::fs::write(&file, lines.join("\n")).unwrap();
    let path = file.to_str().unwrap();

    let (output, said) = run(dir.path(), &["eval", "calibration", "--file", path]);
    assert!(output.status.success() && said.contains("300 decisions, 200 foreseen"), "{said}");
    assert!(said.contains("not read: line 301: "), "{said}");
    let (output, said) = run(dir.path(), &["eval", "calibration", "--file", path, "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let ece = |of: &str| report[of]["ece"].as_f64().unwrap();
    assert!(ece("calibrated") < 0.05 && (ece("raw") - 0.4).abs() < 1e-9, "{said}");
    let (output, said) = run(dir.path(), &["eval", "calibration", "--file", path, "--decisions", "5"]);
    assert!(!output.status.success() && said.contains("cannot be used with"), "{said}");
}
