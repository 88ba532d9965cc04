//! Several servers on one database: one desk.

use std::path::Path;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::postgres;
use crate::served::{PATIENCE, Served};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_servers_on_one_database_are_one_desk() {
    let Some(url) = postgres::database().await else { return };
    let home = tempfile::tempdir().unwrap();
    tokio::task::spawn_blocking(move || one_desk(home.path(), &url)).await.unwrap();
}

fn one_desk(home: &Path, url: &str) {
    let desk = ["--database", url];
    let (here, there) = (Served::start(home, &desk), Served::start(home, &desk));
    let (bot, nora) = (here.token_at(&desk, "bot", "triage"), here.token_at(&desk, "agent", "nora"));
    let tickets = there.ask("GET", "/tickets?limit=1", &nora, None).json();
    let ticket = tickets["tickets"][0]["id"].as_str().unwrap().to_owned();
    let version = tickets["tickets"][0]["version"].as_u64().unwrap();
    let change = json!({"update": {"tags": ["together"]}});
    let filed = here.ask("POST", &format!("/tickets/{ticket}/actions/update"), &bot, Some(&change)).json();
    let id = filed["proposal_id"].as_str().unwrap().to_owned();

    // Read at one, approved at both at once: carried out at one of them.
    let card = there.ask("GET", &format!("/proposals/{id}/card"), &nora, None).json();
    let read = json!({"digest": card["digest"], "made_at": card["made_at"]});
    let approve = |at: &Served| at.ask("POST", &format!("/proposals/{id}/approve"), &nora, Some(&read)).status;
    let mut told = std::thread::scope(|scope| {
        [&here, &there].map(|at| scope.spawn(move || approve(at))).map(|asked| asked.join().unwrap())
    });
    told.sort_unstable();
    assert_eq!(told[0], 200, "{told:?}");
    assert!(told[1] >= 400, "{told:?}");
    for at in [&here, &there] {
        let now = at.ask("GET", &format!("/tickets/{ticket}"), &nora, None).json();
        assert_eq!((&now["tags"], now["version"].as_u64()), (&json!(["together"]), Some(version + 1)));
    }
    let log = there.ask("GET", "/audit?what=executed", &nora, None).json();
    assert_eq!(log["records"].as_array().map(Vec::len), Some(1), "{log}");

    // What is taken back at one opens nothing at the other soon.
    here.take_back(&desk, "triage");
    let since = Instant::now();
    while there.ask("GET", "/tickets?limit=1", &bot, None).status != 401 {
        assert!(since.elapsed() < PATIENCE, "a token that was taken back still opens the other server");
        std::thread::sleep(Duration::from_millis(20));
    }
}
