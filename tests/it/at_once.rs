//! Calls that are answered at once, beside the full server over the same desk: nobody can tell which one has answered.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;

use countersign::app::models::{DEFAULT_DESK, Models};
use countersign::app::serve::Service;
use countersign::domain::actor::Role;
use countersign::mcp::server::DeskServer;
use countersign::store::Store;
use serde_json::{Value, json};
use tokio_util::sync::DropGuard;

use crate::doorstep::{Doorstep, configured};

/// The full server alone, at the desk of `door`.
async fn full(door: &Doorstep) -> (SocketAddr, DropGuard) {
    let config = configured(|_| {});
    let store: Arc<dyn Store> = door.house.store.clone();
    let models = Models::of(&config, DEFAULT_DESK, &store).unwrap();
    let run = door.house.run.id.clone();
    let server = move |desk| DeskServer::for_requests(desk, run.clone());
    let service = Service::around(server, store, &config, &models).await.unwrap();
    let (address, stop) = (service.address().unwrap(), service.stop());
    tokio::spawn(service.run());
    (address, stop.drop_guard())
}

fn call(name: &str, arguments: &Value) -> Value {
    json!({"jsonrpc": "2.0", "id": "c-1", "method": "tools/call", "params": {
        "name": name, "arguments": arguments,
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
            "countersign/run": "r-same",
        },
    }})
}

/// The status, the headers that matter, and the body in its one written form.
async fn answer(at: SocketAddr, token: &str, change: &[(&str, &str)], body: &str) -> (u16, Vec<String>, String) {
    let name =
        serde_json::from_str::<Value>(body).ok().and_then(|body| Some(body["params"]["name"].as_str()?.to_owned()));
    let mut headers = vec![
        ("accept", "application/json, text/event-stream".to_owned()),
        ("content-type", "application/json".to_owned()),
        ("mcp-protocol-version", "2026-07-28".to_owned()),
        ("mcp-method", "tools/call".to_owned()),
        ("mcp-name", name.unwrap_or_default()),
    ];
    for (name, value) in change {
        headers.retain(|(known, _)| known != name);
        headers.push((name, (*value).to_owned()));
    }
    let mut request = reqwest::Client::new().post(format!("http://{at}/mcp")).bearer_auth(token);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let answer = request.body(body.to_owned()).send().await.unwrap();
    let mut named: Vec<_> = answer.headers().iter().map(|(name, value)| format!("{name}: {value:?}")).collect();
    named.retain(|line| !["x-request-id", "date"].iter().any(|own| line.starts_with(own)));
    named.sort();
    let (status, text) = (answer.status().as_u16(), answer.text().await.unwrap());
    let told = serde_json::from_str::<Value>(&text).map(|mut told| {
        // Each request has a name of its own.
        told.as_object_mut().map(|problem| problem.remove("request_id"));
        told.to_string()
    });
    let text = told.unwrap_or(text);
    (status, named, text)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_at_once_is_the_full_server_s_answer() {
    let door = Doorstep::open(|_| {}).await;
    let (full, _stop) = full(&door).await;
    let bot = door.token("robot", Role::Bot).await;
    let calls = [
        call("get_ticket", &json!({"ticket_id": "T-1"})),
        call("get_ticket", &json!({"ticket_id": "T-99999"})),
        call("get_ticket", &json!({"ticket_id": 7})),
        call("get_ticket", &json!({})),
        call("get_ticket", &json!({"ticket_id": "T-1", "more": 1})),
        call("get_nothing", &json!({})),
        call("list_tickets", &json!({"limit": 5})),
        call("list_tickets", &json!({"limit": 100_000})),
        call("get_faq", &json!({"query": "refund é \"quoted\" \n"})),
        call("get_article", &json!({"article_id": "KB-9999"})),
        call("search_tickets", &json!({"query": "refund"})),
        call("summarize_ticket", &json!({"ticket_id": "T-1"})),
        // What waits already is answered with the name of the same proposal.
        call("update_ticket", &json!({"ticket_id": "T-1", "update": {"tags": ["a"]}, "reason": "b"})),
        call("update_ticket", &json!({"ticket_id": "T-1", "update": {"status": "lost"}})),
        call("update_ticket", &json!({"ticket_id": "T-99999", "update": {"tags": ["a"]}})),
        call("update_ticket", &json!({"ticket_id": "T-1", "expected_version": 99, "update": {"tags": ["a"]}})),
    ];
    for call in &calls {
        let body = call.to_string();
        let (here, there) = (answer(door.address, &bot, &[], &body).await, answer(full, &bot, &[], &body).await);
        assert_eq!(here, there, "{call}");
    }
    let plain = &calls[0];
    for (at, to) in [
        ("/id", json!(null)),
        ("/id", json!(1.5)),
        ("/method", json!("tools/list")),
        ("/jsonrpc", json!("1.0")),
        ("/params/arguments", json!([])),
        ("/params/_meta", json!({})),
        ("/params/_meta/io.modelcontextprotocol~1protocolVersion", json!("2025-11-25")),
        ("/params/_meta/io.modelcontextprotocol~1clientCapabilities", json!([])),
        ("/params/_meta/countersign~1run", json!("no run at all")),
    ] {
        let mut body = plain.clone();
        *body.pointer_mut(at).unwrap() = to;
        let body = body.to_string();
        let (here, there) = (answer(door.address, &bot, &[], &body).await, answer(full, &bot, &[], &body).await);
        assert_eq!(here, there, "{body}");
    }
    for change in [
        ("mcp-name", "update_ticket"),
        ("mcp-method", "tools/list"),
        ("mcp-protocol-version", "2025-11-25"),
        ("mcp-protocol-version", "1999-01-01"),
        ("accept", "application/json"),
        ("content-type", "text/plain"),
        ("origin", "http://evil.example"),
        ("host", "evil.example"),
        ("mcp-session-id", "x"),
    ] {
        let body = plain.to_string();
        let (here, there) =
            (answer(door.address, &bot, &[change], &body).await, answer(full, &bot, &[change], &body).await);
        assert_eq!((here.0, &here.2), (there.0, &there.2), "{change:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn calls_at_once_are_recorded_and_counted_as_all_others() {
    let door = Doorstep::open(|_| {}).await;
    let (bot, vera) = (door.token("robot", Role::Bot).await, door.token("vera", Role::Viewer).await);
    let read = call("get_ticket", &json!({"ticket_id": "T-1"})).to_string();
    let write = call("update_ticket", &json!({"ticket_id": "T-1", "update": {"tags": ["a"]}})).to_string();
    for (token, body) in [(&bot, &read), (&vera, &read), (&bot, &write), (&vera, &write)] {
        assert_eq!(answer(door.address, token, &[], body).await.0, 200);
    }
    assert_eq!(answer(door.address, "cs_nobody", &[], &read).await.0, 401);
    door.house.store.flush().await.unwrap();
    let log = door.house.store.log(None, 10).await.unwrap();
    let mut log: Vec<_> =
        log.iter().map(|r| (r.actor.as_str(), r.action.as_str(), r.outcome.as_str(), r.run.as_str())).collect();
    log.retain(|(actor, ..)| ["robot", "vera"].contains(actor));
    log.reverse();
    assert_eq!(
        log,
        [
            ("robot", "read", "ok", "r-same"),
            ("vera", "read", "ok", "r-same"),
            ("robot", "proposed", "ok", "r-same"),
            ("vera", "refused", "forbidden", "r-same"),
        ]
    );
}

/// The message of an answer, whether it came alone or in a stream.
async fn in_session(
    at: SocketAddr,
    token: &str,
    session: Option<&str>,
    body: &Value,
) -> (Option<String>, String, Value) {
    let mut request = reqwest::Client::new()
        .post(format!("http://{at}/mcp"))
        .bearer_auth(token)
        .header("accept", "application/json, text/event-stream")
        .header("content-type", "application/json");
    if let Some(session) = session {
        request = request.header("mcp-session-id", session).header("mcp-protocol-version", "2025-11-25");
    }
    let answer = request.body(body.to_string()).send().await.unwrap();
    let header = |name: &str| Some(answer.headers().get(name)?.to_str().unwrap().to_owned());
    let (named, media) = (header("mcp-session-id"), header("content-type").unwrap_or_default());
    let text = answer.text().await.unwrap();
    let data = text.lines().filter_map(|line| line.strip_prefix("data:")).map(str::trim).rfind(|data| !data.is_empty());
    (named, media, serde_json::from_str(data.unwrap_or(&text)).unwrap_or(Value::Null))
}

async fn session(at: SocketAddr, token: &str) -> String {
    let hello = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "t", "version": "1"},
    }});
    let session = in_session(at, token, None, &hello).await.0.unwrap();
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    in_session(at, token, Some(&session), &ready).await;
    session
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_session_a_read_is_answered_at_once_with_the_same_words_in_the_session_s_run() {
    let door = Doorstep::open(|_| {}).await;
    let (full, _stop) = full(&door).await;
    let (robot, other) = (door.token("robot", Role::Bot).await, door.token("other", Role::Bot).await);
    let (here, there) = (session(door.address, &robot).await, session(full, &robot).await);
    let read = |id: &str| {
        json!({"jsonrpc": "2.0", "id": 3, "method": "tools/call",
               "params": {"name": "get_ticket", "arguments": {"ticket_id": id}}})
    };
    // The full server has heard of the session by the first call.
    let (_, media, _) = in_session(door.address, &robot, Some(&here), &read("T-1")).await;
    assert_eq!(media, "text/event-stream");
    for id in ["T-1", "T-99999"] {
        let (_, media, at_once) = in_session(door.address, &robot, Some(&here), &read(id)).await;
        assert_eq!(media, "application/json");
        assert_eq!(at_once, in_session(full, &robot, Some(&there), &read(id)).await.2, "{id}");
        assert_eq!(at_once["result"].get("resultType"), None);
    }
    let stranger = in_session(door.address, &other, Some(&here), &read("T-1")).await.2;
    assert_eq!(stranger["status"], 404, "{stranger}");
    let end = reqwest::Client::new().delete(door.mcp()).bearer_auth(&robot).header("mcp-session-id", &here);
    end.send().await.unwrap();
    assert_eq!(in_session(door.address, &robot, Some(&here), &read("T-1")).await.2["result"], Value::Null);
    door.house.store.flush().await.unwrap();
    let log = door.house.store.log(None, 20).await.unwrap();
    let runs: HashSet<_> = log.iter().filter(|r| r.actor == "robot" && r.action == "read").map(|r| &r.run).collect();
    assert_eq!(runs.len(), 2, "one of each session: {runs:?}");
}
