//! A service tells how it is: by its metrics, in its log, as a part of its callers' traces.

use std::path::PathBuf;

use countersign::domain::call::{OfTicket, ReadCall};
use countersign::mcp::client::McpBackend;
use countersign::tools::{Run, ToolBackend as _};
use rusqlite::Connection;
use serde_json::json;

use crate::served::{PATIENCE, written};
use crate::telemetry::otlp::Collector;
use crate::telemetry::watched::Watched;

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

fn desk(home: &tempfile::TempDir) -> PathBuf {
    home.path().join(".local/share/countersign/desk.db")
}

#[test]
fn metrics_count_calls_by_route_tool_and_role_and_know_the_queue() {
    let home = tempfile::tempdir().unwrap();
    let service = Watched::start(home.path(), "");
    let token = service.token("agent", "tom");
    assert_eq!(service.ask("GET", "/tickets/T-1001", &token, None).status, 200);
    assert_eq!(service.ask("GET", "/tickets/T-0", &token, None).status, 404);
    let wish = json!({"update": {"priority": "urgent"}, "reason": "it burns"});
    let asked = service.ask("POST", "/tickets/T-1001/actions/update", &token, Some(&wish));
    assert_eq!(asked.status, 202, "{asked:?}");
    let text = service.metrics(&token, "countersign_proposals_pending 1\n");
    for line in [
        r#"countersign_requests_total{door="http",method="GET",route="/tickets/{id}",status="2xx"} 1"#,
        r#"countersign_requests_total{door="http",method="GET",route="/tickets/{id}",status="4xx"} 1"#,
        r#"countersign_tool_calls_total{tool="get_ticket",role="agent",outcome="ok"} 1"#,
        r#"countersign_tool_calls_total{tool="get_ticket",role="agent",outcome="not_found"} 1"#,
        r#"countersign_tool_calls_total{tool="update_ticket",role="agent",outcome="pending_approval"} 1"#,
        r#"countersign_proposals_filed_total{tool="update_ticket",role="agent"} 1"#,
        "countersign_audit_chain_intact 1",
        "countersign_database_up 1",
        r#"countersign_requests_in_flight{door="http"} 1"#,
    ] {
        assert!(text.lines().any(|l| l == line), "{line} is not in\n{text}");
    }
}

#[test]
fn metrics_are_for_those_who_may_read_the_whole_desk() {
    let home = tempfile::tempdir().unwrap();
    let service = Watched::start(home.path(), "");
    let (viewer, bot) = (service.token("viewer", "prometheus"), service.token("bot", "robo"));
    assert_eq!(service.send(&written("GET", "/metrics", &[], "")).status, 401);
    assert_eq!(service.ask("GET", "/metrics", &bot, None).status, 403);
    let text = service.metrics(&viewer, "process_resident_memory_bytes");
    assert!(text.contains(r#"countersign_authentications_refused_total{reason="none"} 1"#), "{text}");
}

#[test]
fn a_broken_audit_chain_and_a_database_that_fails_are_told() {
    let home = tempfile::tempdir().unwrap();
    let first = Watched::start(home.path(), "");
    let token = first.token("viewer", "vera");
    first.metrics(&token, "countersign_audit_chain_intact 1\n");
    drop(first);
    let raw = Connection::open(desk(&home)).unwrap();
    raw.execute_batch("DROP TRIGGER audit_is_never_changed").unwrap();
    assert_eq!(raw.execute("UPDATE audit SET actor = 'tom' WHERE seq = 1", []).unwrap(), 1);
    let service = Watched::start(home.path(), "");
    service.metrics(&token, "countersign_audit_chain_intact 0\n");
    service.logged(|row| row["message"] == "the audit chain is broken" && row["level"] == "ERROR");
    raw.execute("ALTER TABLE proposals RENAME TO elsewhere", []).unwrap();
    let text = service.metrics(&token, "countersign_database_up 0\n");
    assert!(text.contains(r#"countersign_store_errors_total{reason="failed"}"#), "{text}");
    raw.execute("ALTER TABLE elsewhere RENAME TO proposals", []).unwrap();
    service.metrics(&token, "countersign_database_up 1\n");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_request_is_a_span_and_a_line_of_one_trace() {
    let (collector, endpoint) = Collector::start().await;
    let home = tempfile::tempdir().unwrap();
    let service = Watched::start(home.path(), &format!("[telemetry]\notlp_endpoint = \"{endpoint}\"\n"));
    let token = service.token("agent", "tom");
    let parent = format!("00-{TRACE}-00f067aa0ba902b7-01");
    let bearer = format!("Bearer {token}");
    let headers = [("Authorization", bearer.as_str()), ("traceparent", &parent), ("x-request-id", "q-mine")];
    let reply = service.send(&written("GET", "/tickets/T-1001", &headers, ""));
    assert!(reply.status == 200 && reply.head.contains("x-request-id: q-mine"), "{reply:?}");
    let row = service.logged(|row| row["request_id"] == "q-mine");
    let (route, by) = (row["route"].as_str(), row["principal"].as_str());
    assert_eq!((route, by, row["status"].as_u64()), (Some("/tickets/{id}"), Some("tom"), Some(200)), "{row}");
    let spans = collector.spans(&["GET /tickets/{id}"]).await;
    let span = spans.iter().find(|span| span.name == "GET /tickets/{id}").unwrap();
    assert_eq!((span.trace.as_str(), span.parent.as_str(), span.kind), (TRACE, "00f067aa0ba902b7", 2));
    assert_eq!((row["trace_id"].as_str(), row["span_id"].as_str()), (Some(TRACE), Some(span.id.as_str())));
    assert_eq!(span.attributes["http.response.status_code"], "200");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_call_over_mcp_lies_within_the_request_that_it_came_in() {
    let (collector, endpoint) = Collector::start().await;
    let home = tempfile::tempdir().unwrap();
    let service = Watched::start(home.path(), &format!("[telemetry]\notlp_endpoint = \"{endpoint}\"\n"));
    let token = service.token("bot", "robo");
    let bearer = format!("Bearer {token}").parse().unwrap();
    let headers = [(reqwest::header::AUTHORIZATION, bearer)].into_iter().collect();
    let client = reqwest::Client::builder().default_headers(headers).build().unwrap();
    let address = format!("http://{}/mcp", service.at);
    let backend = McpBackend::over_http(client, address, PATIENCE).await.unwrap();
    let call = ReadCall::GetTicket(OfTicket { ticket_id: "T-1001".parse().unwrap() });
    backend.read(&Run::new("r-1".parse().unwrap()), &call).await.unwrap();
    let spans = collector.spans(&["tools/call get_ticket", "POST /mcp"]).await;
    let tool = spans.iter().find(|span| span.name == "tools/call get_ticket").unwrap();
    let request = spans.iter().find(|span| span.id == tool.parent).unwrap_or_else(|| panic!("{spans:#?}"));
    assert_eq!((request.name.as_str(), &request.trace), ("POST /mcp", &tool.trace));
    assert_eq!(tool.attributes["network.transport"], "tcp");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_done_without_a_collector_is_the_same_when_it_is_away() {
    let home = tempfile::tempdir().unwrap();
    let service = Watched::start(home.path(), "[telemetry]\notlp_endpoint = \"http://127.0.0.1:9\"\n");
    let token = service.token("agent", "tom");
    for _ in 0..20 {
        assert_eq!(service.ask("GET", "/tickets/T-1001", &token, None).status, 200);
    }
}
