//! The end of the service: asked for, or not.

use std::io::{Read as _, Write as _};
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::json;

use crate::process::program;
use crate::served::{PATIENCE, Reply, Served, request};

#[test]
fn a_request_under_way_is_answered_although_the_service_was_asked_to_stop() {
    let home = tempfile::tempdir().unwrap();
    let mut served = Served::start(home.path(), &[]);
    let token = served.token("bot", "triage");
    let ticket = served.ask("GET", "/tickets?limit=1", &token, None).json()["tickets"][0]["id"].clone();
    let path = format!("/tickets/{}/actions/update", ticket.as_str().unwrap());
    let whole = request("POST", &path, &token, &json!({"update": {"priority": "urgent"}}).to_string());
    let (head, body) = whole.split_once("\r\n\r\n").unwrap();
    let mut stream = served.connect();
    stream.write_all(format!("{head}\r\nExpect: 100-continue\r\n\r\n").as_bytes()).unwrap();
    // It says so when the head is read and the body is waited for.
    let mut told = [0; 25];
    stream.read_exact(&mut told).unwrap();
    assert!(told.starts_with(b"HTTP/1.1 100 Continue"));
    served.signal(Signal::TERM);
    refused(&served);
    stream.write_all(body.as_bytes()).unwrap();
    let reply = Reply::read(&mut stream);
    assert_eq!(reply.status, 202, "{reply:?}");
    assert_eq!(served.ended(), Some(0));
}

#[test]
fn a_client_that_keeps_its_connection_does_not_keep_the_service() {
    let home = tempfile::tempdir().unwrap();
    let mut served = Served::start(home.path(), &[]);
    let idle = served.connect();
    let since = Instant::now();
    served.signal(Signal::TERM);
    assert_eq!(served.ended(), Some(0));
    assert!(since.elapsed() < Duration::from_secs(20), "{:?}", since.elapsed());
    drop(idle);
}

#[test]
fn what_was_acknowledged_outlives_a_kill() {
    let home = tempfile::tempdir().unwrap();
    let mut acknowledged = Vec::new();
    for round in 0..3 {
        let mut served = Served::start(home.path(), &[]);
        let token = served.token("bot", &format!("triage-{round}"));
        let page = served.ask("GET", "/tickets?limit=30", &token, None).json();
        let ids: Vec<_> = page["tickets"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
        let killer = std::thread::scope(|scope| {
            let asking: Vec<_> = ids
                .chunks(10)
                .map(|ids| {
                    let (served, token) = (&served, &token);
                    scope.spawn(move || propose(served, token, ids))
                })
                .collect();
            let wait = Instant::now();
            while wait.elapsed() < Duration::from_millis(15 * (round + 1)) {
                std::thread::yield_now();
            }
            served.signal(Signal::KILL);
            asking.into_iter().flat_map(|thread| thread.join().unwrap()).collect::<Vec<_>>()
        });
        acknowledged.extend(killer);
        served.ended();
    }
    let served = Served::start(home.path(), &[]);
    let token = served.token("agent", "nora");
    let waiting = served.ask("GET", "/proposals", &token, None).json().to_string();
    for id in &acknowledged {
        assert!(waiting.contains(id.as_str()), "{id} was acknowledged and is gone");
    }
    let verified = program(home.path()).args(["audit", "verify"]).output().unwrap();
    assert!(verified.status.success(), "{}", String::from_utf8_lossy(&verified.stderr));
}

/// Asks for changes until the line goes dead; the proposals that were acknowledged.
fn propose(served: &Served, token: &str, ids: &[serde_json::Value]) -> Vec<String> {
    let mut acknowledged = Vec::new();
    for id in ids {
        let body = json!({"update": {"tags": ["killed"]}}).to_string();
        let path = format!("/tickets/{}/actions/update", id.as_str().unwrap());
        let Ok(mut stream) = std::net::TcpStream::connect(served.at) else { break };
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        if stream.write_all(request("POST", &path, token, &body).as_bytes()).is_err() {
            break;
        }
        let mut said = String::new();
        if stream.read_to_string(&mut said).is_err() {
            break;
        }
        let Some((_, body)) = said.split_once("\r\n\r\n") else { break };
        let Ok(answer) = serde_json::from_str::<serde_json::Value>(body) else { break };
        acknowledged.extend(answer["proposal_id"].as_str().map(str::to_owned));
    }
    acknowledged
}

/// Waits until nobody is let in any more.
fn refused(served: &Served) {
    let since = Instant::now();
    while std::net::TcpStream::connect(served.at).is_ok() {
        assert!(since.elapsed() < PATIENCE, "the service lets people in although it was asked to stop");
        std::thread::sleep(Duration::from_millis(5));
    }
}
