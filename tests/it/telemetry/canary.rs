//! Secrets and texts of people are in no log, no metric and no span, however they came in.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use countersign::domain::intake::{Intake, NewCustomer};
use countersign::store::sqlite::Sqlite;
use countersign::store::{Origin, Store as _};
use serde_json::json;

use crate::house::{event, ticket};
use crate::process::{Stdio2, program};
use crate::served::written;
use crate::stub_model::{Answer, StubModel, Turn, Wire};
use crate::telemetry::otlp::Collector;
use crate::telemetry::watched::Watched;

/// Part of every text that must not be seen again.
const CANARY: &str = "canary";

/// A desk whose ticket has the canary wherever a person writes.
async fn desk(home: &Path) {
    let path = home.join(".local/share/countersign/desk.db");
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    let store = Sqlite::open(&path).unwrap().store;
    let mut row = ticket(1);
    "Subject canary".clone_into(&mut row.subject);
    "Body canary, two charges of 49.00.".clone_into(&mut row.messages[0].body);
    "Canary Smith".clone_into(&mut row.messages[0].name);
    row.customer = NewCustomer::Contact { name: "Canary Smith".into(), email: "canary@mailbox.example".into() };
    row.tags = vec!["canary-tag".to_owned()];
    store.import(vec![Intake::Ticket(Box::new(row))], Origin::File, event()).await.unwrap();
    store.flush().await.unwrap();
}

/// The whole of what a folder's files say.
fn contents(dir: &Path) -> Vec<(String, String)> {
    let files = std::fs::read_dir(dir).unwrap().map(|file| file.unwrap().path());
    files.map(|path| (path.display().to_string(), std::fs::read_to_string(&path).unwrap())).collect()
}

fn over_http(service: &Watched, token: &str) {
    let bearer = format!("Bearer {token}");
    for (what, headers) in [
        ("GET /tickets/T-1?secret=canary", vec![("Authorization", bearer.as_str())]),
        ("GET /tickets?text=canary&assignee=canary", vec![("Authorization", bearer.as_str())]),
        ("GET /tickets/canary", vec![("Authorization", bearer.as_str()), ("x-canary", "canary")]),
        ("GET /canary/canary", vec![("Authorization", "Bearer canary-token"), ("cookie", "canary=canary")]),
        ("CANARY /tickets", vec![("tracestate", "canary=canary"), ("traceparent", "00-canary")]),
        ("GET /proposals", vec![("Authorization", "Basic canary"), ("x-request-id", "canary canary")]),
        ("GET /proposals/canary", vec![("Authorization", bearer.as_str()), ("user-agent", "canary")]),
    ] {
        let (method, path) = what.split_once(' ').unwrap();
        service.send(&written(method, path, &headers, ""));
    }
    let reply = json!({"body": "Hello canary", "visibility": "public", "reason": "canary"});
    service.ask("POST", "/tickets/T-1/actions/reply", token, Some(&reply));
    service.ask("POST", "/tickets/T-1/actions/reply", token, Some(&json!({"canary": "canary"})));
    service.ask("POST", "/mcp", token, Some(&json!({"jsonrpc": "2.0", "id": "canary", "method": "canary"})));
}

fn over_stdio(home: &Path, config: &Path) {
    let mut client = Stdio2::with(home, &["--config", config.to_str().unwrap(), "mcp", "--name", "robo"]);
    for (tool, arguments) in [
        ("get_ticket", json!({"ticket_id": "T-1"})),
        ("get_ticket", json!({"ticket_id": "canary"})),
        ("get_ticket", json!({"ticket_id": 5, "canary": "canary"})),
        ("get_faq", json!({"query": "canary"})),
        ("search_tickets", json!({"query": "canary"})),
        ("summarize_ticket", json!({"ticket_id": "T-1"})),
        ("suggest_response", json!({"ticket_id": "T-1", "tone": "polite"})),
        ("send_reply", json!({"ticket_id": "T-1", "body": "canary", "visibility": "public", "reason": "canary"})),
        ("update_ticket", json!({"ticket_id": "T-1", "update": {"assignee": "canary"}})),
        ("canary", json!({"canary": "canary"})),
    ] {
        client.ask("tools/call", &json!({"name": tool, "arguments": arguments, "_meta": {"traceparent": "canary"}}));
    }
    client.ask("canary/canary", &json!({}));
    client.ask("resources/read", &json!({"uri": "canary://canary"}));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_secret_and_no_text_of_anybody_is_in_logs_metrics_or_spans() {
    let (collector, endpoint) = Collector::start().await;
    let answers = vec![
        Answer::Turn(Turn::says(r#"{"summary": "A canary was charged twice.", "highlights": []}"#)),
        Answer::json(401, r#"{"error": {"message": "key canary-key is wrong", "code": "canary", "type": "canary"}}"#),
        Answer::json(500, r#"{"error": {"message": "canary", "code": "canary"}}"#),
        Answer::Turn(Turn::says("Hello canary").and_calls("canary", r#"{"canary": "canary"}"#)),
    ];
    let model = StubModel::start(Wire::OpenAi, answers).await;
    let home = tempfile::tempdir().unwrap();
    desk(home.path()).await;
    let key = home.path().join("key");
    std::fs::write(&key, "canary-key").unwrap();
    std::fs::set_permissions(&key, std::fs::Permissions::from_mode(0o600)).unwrap();
    let config = format!(
        "[log]\nlevel = \"debug\"\n[telemetry]\notlp_endpoint = \"{endpoint}\"\n[llm]\nretries = 0\n[[llm.provider]]\n\
         kind = \"openai\"\nmodel = \"stub\"\naddress = \"{}v1\"\nkey_file = \"{}\"\n",
        model.base(),
        key.display(),
    );
    let service = Watched::start(home.path(), &config);
    let token = service.token("agent", "tom");
    over_http(&service, &token);
    over_stdio(home.path(), &home.path().join("config.toml"));
    let figures = home.path().join("worker.prom");
    let mut worker = program(home.path());
    worker.arg("--config").arg(home.path().join("config.toml")).args(["worker", "--once", "--metrics"]).arg(&figures);
    worker.output().unwrap();
    // Everything is there to be looked at.
    collector.spans(&["GET /tickets/{id}", "tools/call suggest_response", "chat stub"]).await;
    service.logged(|row| row["route"] == "/tickets/{id}/actions/reply" && row["status"] == 202);
    assert!(model.requests()[0].header("authorization").unwrap().contains("canary-key"));

    let mut seen = contents(&home.path().join(".local/state/countersign/logs"));
    assert!(seen.iter().any(|(_, log)| log.contains("a model")), "{seen:?}");
    seen.push(("the service's log".to_owned(), service.log()));
    seen.push(("metrics".to_owned(), service.metrics(&token, "countersign_tool_calls_total")));
    seen.push(("the worker's metrics".to_owned(), std::fs::read_to_string(figures).unwrap()));
    seen.push(("spans".to_owned(), String::from_utf8_lossy(&collector.raw()).into_owned()));
    for (place, text) in seen {
        for secret in [CANARY, token.as_str()] {
            let found = text.lines().find(|line| line.to_lowercase().contains(&secret.to_lowercase()));
            assert_eq!(found, None, "{place}");
        }
    }
}
