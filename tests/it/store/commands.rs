//! Every command works on a desk in a database as on one in a file.

use std::path::Path;
use std::process::Output;

use serde_json::json;

use crate::postgres;
use crate::process::{Stdio2, program};

/// The program on a database, whose URL has a password that nobody must see.
fn on(url: &str, dir: &Path, args: &[&str]) -> (Output, String) {
    let output = program(dir).env("COUNTERSIGN_DESK_DATABASE", url).args(args).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(!said.contains("s3cret"), "{said}");
    (output, said)
}

fn with_password(url: &str) -> String {
    url.replace("countersign@", "countersign:s3cret@")
}

#[tokio::test]
async fn a_desk_in_a_database_is_worked_with_as_one_in_a_file() {
    let Some(url) = postgres::database().await else { return };
    let (url, dir) = (with_password(&url), tempfile::tempdir().unwrap());
    let works = |args: &[&str]| {
        let (output, said) = on(&url, dir.path(), args);
        assert!(output.status.success(), "{args:?}: {said}");
        said
    };
    assert!(works(&["audit", "verify"]).contains("verified: 1 records"), "a new desk has the sample tickets");
    let row = json!({"id": "X-1", "subject": "Broken lamp", "customer": {"name": "A", "email": "a@b.example"},
        "created_at": "2026-01-01T00:00:00Z", "messages": [{"at": "2026-01-01T00:00:00Z", "author": "customer",
        "name": "A", "visibility": "public", "body": "It is dark."}]});
    std::fs::write(dir.path().join("a.jsonl"), row.to_string()).unwrap();
    let said = works(&["import", dir.path().join("a.jsonl").to_str().unwrap()]);
    assert!(said.contains("1 imported"), "{said}");
    works(&["handle", "T-1001"]);
    assert!(works(&["audit", "show"]).contains("imported"));
    assert!(works(&["config"]).contains("postgres://countersign@127.0.0.1"));
    let backup = dir.path().join("backup.db");
    works(&["desk", "backup", backup.to_str().unwrap()]);
    let (output, said) = on("", dir.path(), &["--desk", backup.to_str().unwrap(), "audit", "verify"]);
    assert!(output.status.success(), "{said}");
    let (output, said) = on(&url, dir.path(), &["desk", "copy", backup.to_str().unwrap(), &url]);
    assert!(!output.status.success() && said.contains("there is a desk already"), "{said}");
    let other = with_password(&postgres::database().await.unwrap());
    works(&["desk", "copy", backup.to_str().unwrap(), &other]);
    assert!(on(&other, dir.path(), &["audit", "verify"]).0.status.success());
    // What the logs keep has no password either.
    let logs = std::fs::read_dir(dir.path().join(".local/state/countersign/logs")).unwrap();
    for log in logs {
        assert!(!std::fs::read_to_string(log.unwrap().path()).unwrap().contains("s3cret"));
    }
}

#[tokio::test]
async fn what_one_process_proposes_waits_in_another() {
    let Some(url) = postgres::database().await else { return };
    let dir = tempfile::tempdir().unwrap();
    let mut one = Stdio2::with(dir.path(), &["--database", &url, "mcp", "--name", "one"]);
    let mut other = Stdio2::with(dir.path(), &["--database", &url, "mcp", "--name", "other"]);
    let answer = one.call("update_ticket", &json!({"ticket_id": "T-1001", "update": {"priority": "low"}}));
    assert!(answer.to_string().contains("pending_approval"), "{answer}");
    let waiting = other.call("list_proposals", &json!({"ticket_id": "T-1001"}));
    assert!(waiting.to_string().contains("\"one\""), "{waiting}");
    drop((one, other));
    let (output, said) = on(&url, dir.path(), &["audit", "verify"]);
    assert!(output.status.success(), "{said}");
}

#[test]
fn a_database_that_is_not_there_is_said_in_words() {
    let dir = tempfile::tempdir().unwrap();
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let (output, said) = on(&format!("postgres://maya:s3cret@127.0.0.1:{port}/desk"), dir.path(), &["audit", "verify"]);
    assert!(!output.status.success() && said.contains("does not answer"), "{said}");
    let (output, said) = on("postgres://maya:s3cret@db:x/desk", dir.path(), &["audit", "verify"]);
    assert!(!output.status.success() && said.contains("cannot open the desk"), "{said}");
    let (output, _) = on("", dir.path(), &["--database", "postgres://db/desk", "--desk", "x.db", "audit", "verify"]);
    assert_eq!(output.status.code(), Some(2), "one of the two");
}

#[test]
fn a_desk_and_its_copies_are_their_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().unwrap();
    let (copy, run) = (dir.path().join("copy.db"), |args: &[&str]| program(dir.path()).args(args).output().unwrap());
    assert!(run(&["audit", "verify"]).status.success());
    assert!(run(&["desk", "backup", copy.to_str().unwrap()]).status.success());
    let desk = dir.path().join(".local/share/countersign");
    let files = std::fs::read_dir(desk).unwrap().map(|file| file.unwrap().path()).chain([copy.clone()]);
    for file in files.filter(|file| file.is_file()) {
        let mode = std::fs::metadata(&file).unwrap().permissions().mode();
        assert_eq!(mode & 0o077, 0, "{} {mode:o}", file.display());
    }
    assert!(!run(&["desk", "backup", copy.to_str().unwrap()]).status.success(), "nothing is written over");
}
