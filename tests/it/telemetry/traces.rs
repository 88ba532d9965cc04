//! A call is one trace, from the caller's span to the model's.

use serde_json::json;

use crate::process::{Stdio2, program};
use crate::stub_model::{Answer, StubModel, Turn, Wire};
use crate::telemetry::otlp::{Collector, Span};

const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";
const CALLER: &str = "00f067aa0ba902b7";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_tool_call_and_the_model_it_asks_belong_to_the_caller_s_trace() {
    let (collector, endpoint) = Collector::start().await;
    let summary = r#"{"summary": "The customer was charged twice.", "highlights": []}"#;
    let model = StubModel::start(Wire::OpenAi, vec![Answer::Turn(Turn::says(summary))]).await;
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    let provider = format!("[[llm.provider]]\nkind = \"openai\"\nmodel = \"stub\"\naddress = \"{}v1\"\n", model.base());
    std::fs::write(&config, format!("[telemetry]\notlp_endpoint = \"{endpoint}\"\n[llm]\nretries = 0\n{provider}"))
        .unwrap();
    let mut client = Stdio2::with(home.path(), &["--config", config.to_str().unwrap(), "mcp"]);
    let asked = json!({
        "name": "summarize_ticket",
        "arguments": {"ticket_id": "T-1001"},
        "_meta": {"traceparent": format!("00-{TRACE}-{CALLER}-01")},
    });
    client.ask("tools/call", &asked);
    let spans = collector.spans(&["tools/call summarize_ticket", "chat stub"]).await;
    let of = |name: &str| spans.iter().find(|span| span.name == name).unwrap();
    let (tool, chat) = (of("tools/call summarize_ticket"), of("chat stub"));
    assert_eq!((tool.trace.as_str(), tool.parent.as_str(), tool.kind), (TRACE, CALLER, 2), "{tool:?}");
    assert_eq!((chat.trace.as_str(), chat.parent.as_str(), chat.kind), (TRACE, tool.id.as_str(), 3), "{chat:?}");
    let has = |span: &Span, key: &str, value: &str| {
        assert_eq!(span.attributes.get(key).map(String::as_str), Some(value), "{key} of {span:?}");
    };
    has(tool, "mcp.method.name", "tools/call");
    has(tool, "gen_ai.tool.name", "summarize_ticket");
    has(tool, "network.transport", "pipe");
    has(chat, "gen_ai.request.model", "stub");
    has(chat, "gen_ai.provider.name", "openai");
    has(chat, "gen_ai.usage.input_tokens", "11");
    let sent = model.requests();
    assert_eq!(sent[0].header("traceparent"), Some(format!("00-{TRACE}-{}-01", chat.id).as_str()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_worker_does_for_a_ticket_is_one_trace() {
    let (collector, endpoint) = Collector::start().await;
    let model = StubModel::start(Wire::OpenAi, vec![Answer::Turn(Turn::says("Hello"))]).await;
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    let provider = format!("[[llm.provider]]\nkind = \"openai\"\nmodel = \"stub\"\naddress = \"{}v1\"\n", model.base());
    std::fs::write(&config, format!("[telemetry]\notlp_endpoint = \"{endpoint}\"\n[llm]\nretries = 0\n{provider}"))
        .unwrap();
    let mut worker = program(home.path());
    worker.arg("--config").arg(&config).args([
        "worker",
        "--once",
        "--no-proposals",
        "--status",
        "open",
        "--priority",
        "urgent",
    ]);
    let output = worker.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    let spans = collector.spans(&["invoke_agent worker", "tools/call suggest_response", "chat stub"]).await;
    for root in spans.iter().filter(|span| span.name == "invoke_agent worker") {
        assert!(root.parent.is_empty());
        let of_trace: Vec<_> = spans.iter().filter(|span| span.trace == root.trace).collect();
        let asked = of_trace.iter().find(|span| span.name == "tools/call suggest_response" && span.kind == 3).unwrap();
        let done = of_trace.iter().find(|span| span.name == "tools/call suggest_response" && span.kind == 2).unwrap();
        assert_eq!((&asked.parent, &done.parent), (&root.id, &asked.id));
        assert!(of_trace.iter().any(|span| span.name == "chat stub" && span.parent == done.id), "{of_trace:#?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_trace_parent_that_is_none_begins_a_trace_of_its_own() {
    let (collector, endpoint) = Collector::start().await;
    let home = tempfile::tempdir().unwrap();
    let config = home.path().join("config.toml");
    std::fs::write(&config, format!("[telemetry]\notlp_endpoint = \"{endpoint}/\"\n")).unwrap();
    let mut client = Stdio2::with(home.path(), &["--config", config.to_str().unwrap(), "mcp"]);
    for bad in ["", "00-0-0-01", "00-00000000000000000000000000000000-00f067aa0ba902b7-01", "\u{202e}\n\"", TRACE] {
        let asked = json!({"name": "list_tickets", "arguments": {}, "_meta": {"traceparent": bad}});
        client.ask("tools/call", &asked);
    }
    let spans = collector.spans(&["tools/call list_tickets"]).await;
    let of_call: Vec<_> = spans.iter().filter(|span| span.name == "tools/call list_tickets").collect();
    assert!(of_call.iter().all(|span| span.trace != TRACE && span.parent.is_empty()), "{of_call:?}");
}
