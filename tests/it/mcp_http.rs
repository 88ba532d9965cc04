//! MCP over HTTP with our own client, in both eras, and what a request is refused for before anybody reads it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};
use std::time::Duration;

use countersign::config::Provider;
use countersign::domain::actor::Role;
use countersign::domain::answer::{Answer, WriteOutcome};
use countersign::domain::audit::Action;
use countersign::domain::call::{OfArticle, OfTicket, ReadCall, Suggest};
use countersign::domain::proposal::Why;
use countersign::domain::ticket::Tone;
use countersign::mcp::client::{Draft, Era, McpBackend};
use countersign::store::Store;
use countersign::tools::{BackendError, Run, ToolBackend};
use rmcp::model::{CallToolRequestParams, ElicitResult, ElicitationAction};
use serde_json::{Value, json};

use crate::doorstep::{self, Doorstep};
use crate::house::{House, update};
use crate::peer::Peer;
use crate::stub_model::{Answer as Says, Behave, StubModel, Turn, Wire};

const ERAS: [Era; 3] = [Era::Auto, Era::Modern, Era::Legacy];

async fn backend(door: &Doorstep, token: &str, era: Era) -> McpBackend {
    McpBackend::connect(door.transport(token, None), era, Duration::from_secs(20)).await.unwrap()
}

fn ticket(id: &str) -> ReadCall {
    ReadCall::GetTicket(OfTicket { ticket_id: id.parse().unwrap() })
}

fn run(id: &str) -> Run {
    Run::new(id.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn our_client_reads_proposes_and_is_told_over_http_in_both_eras() {
    let door = Doorstep::open(|_| {}).await;
    let bot = door.token("robot", Role::Bot).await;
    for (era, speaks) in ERAS.into_iter().zip(["2026-07-28", "2026-07-28", "2025-11-25"]) {
        let backend = backend(&door, &bot, era).await;
        assert_eq!(backend.protocol(), speaks);
        let mut changes = backend.changes();
        let read = backend.read(&run("r-http"), &ticket("T-1")).await.unwrap();
        assert!(matches!(read, Answer::Ticket(found) if found.ticket.row.id.as_str() == "T-1"));
        let missing = ReadCall::GetArticle(OfArticle { article_id: "KB-9".parse().unwrap() });
        let missing = backend.read(&run("r-http"), &missing).await;
        assert_eq!(missing, Err(BackendError::Refused("there is no article KB-9".into())));
        let told = tokio::time::timeout(Duration::from_secs(20), async {
            for round in 0.. {
                let priority = if round % 2 == 0 { "low" } else { "high" };
                let call = update("T-1", json!({"priority": priority}));
                let filed = backend.propose(&run("r-http"), &call, &Why::default()).await.unwrap();
                assert_eq!(filed.outcome, WriteOutcome::PendingApproval);
                if tokio::time::timeout(Duration::from_millis(500), changes.changed()).await.is_ok() {
                    return;
                }
            }
        });
        told.await.unwrap_or_else(|_| panic!("{era:?} was told nothing"));
    }
    door.house.store.flush().await.unwrap();
    let log = door.house.store.log(None, 200).await.unwrap();
    let reads = log.iter().filter(|record| record.tool == "get_ticket" && record.actor.as_str() == "robot");
    assert_eq!(reads.map(|record| record.run.as_str()).collect::<Vec<_>>(), ["r-http"; 3]);
    assert_eq!(door.house.count(Action::Executed).await, 0);
}

/// A desk whose model writes slowly.
async fn with_slow_model() -> (Doorstep, StubModel) {
    let words = "Hello. The second charge of 49.00 is a hold. It goes away by itself in a few days. Maya. ".repeat(12);
    let slow = Behave { drip_bytes_per_s: Some(12_000), ..Behave::default() };
    let model = StubModel::start_with(Wire::OpenAi, move |_, _| Says::Broken(Turn::says(&words), slow.clone())).await;
    let address = format!("{}v1", model.base());
    let provider = Provider { model: "stub".to_owned(), address, most_tokens: 2000, ..Provider::default() };
    (Doorstep::open(|config| config.llm.provider = vec![provider]).await, model)
}

fn suggest() -> ReadCall {
    ReadCall::SuggestResponse(Suggest { ticket_id: "T-1".parse().unwrap(), tone: Tone::Polite, quick: false })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_draft_is_told_while_it_is_written_and_can_be_stopped() {
    let (door, _model) = with_slow_model().await;
    let bot = door.token("robot", Role::Bot).await;
    for era in [Era::Modern, Era::Legacy] {
        let backend = backend(&door, &bot, era).await;
        let (told, mut hears) = tokio::sync::mpsc::unbounded_channel();
        let tell = move |draft: Draft| drop(told.send(draft));
        let run = run("r-stop");
        let call = suggest();
        let writing = backend.read_live(&run, &call, &tell);
        let stop = async {
            let first = hears.recv().await.unwrap();
            assert!(matches!(&first, Draft::Text(text) if text.starts_with("Hello")), "{first:?}");
            run.cancel.cancel();
        };
        let both = async { tokio::join!(writing, stop).0 };
        let ended = tokio::time::timeout(Duration::from_secs(30), both).await.expect("it was not stopped");
        assert_eq!(ended, Err(BackendError::Cancelled), "{era:?}");
        // The connection lives on.
        assert!(backend.read(&crate::mcp_http::run("r-on"), &ticket("T-2")).await.is_ok());
    }
}

/// A request of 2026-07-28 as it goes over the wire.
async fn post(door: &Doorstep, token: &str, headers: &[(&str, &str)], body: String) -> (u16, Value) {
    let mut request = reqwest::Client::new()
        .post(door.mcp())
        .header("authorization", format!("Bearer {token}"))
        .header("accept", "application/json, text/event-stream")
        .header("content-type", "application/json");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.body(body).send().await.unwrap();
    let status = answer.status().as_u16();
    (status, serde_json::from_str(&answer.text().await.unwrap()).unwrap_or(Value::Null))
}

fn read_ticket() -> Value {
    json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {
        "name": "get_ticket", "arguments": {"ticket_id": "T-1"},
        "_meta": {
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": {"name": "x", "version": "1"},
        },
    }})
}

const VERSION: (&str, &str) = ("mcp-protocol-version", "2026-07-28");
const METHOD: (&str, &str) = ("mcp-method", "tools/call");

#[tokio::test(flavor = "multi_thread")]
async fn a_header_that_contradicts_the_body_is_refused() {
    let door = Doorstep::open(|_| {}).await;
    let bot = door.token("robot", Role::Bot).await;
    let body = || read_ticket().to_string();
    let (status, answer) = post(&door, &bot, &[VERSION, METHOD, ("mcp-name", "get_ticket")], body()).await;
    assert_eq!((status, &answer["result"]["structuredContent"]["id"]), (200, &json!("T-1")), "{answer}");
    for headers in [
        [VERSION, METHOD, ("mcp-name", "update_ticket")],
        [VERSION, ("mcp-method", "tools/list"), ("mcp-name", "get_ticket")],
        [("mcp-protocol-version", "2025-11-25"), METHOD, ("mcp-name", "get_ticket")],
    ] {
        let (status, answer) = post(&door, &bot, &headers, body()).await;
        assert_eq!((status, &answer["error"]["code"]), (400, &json!(-32020)), "{headers:?} {answer}");
    }
    assert_eq!(door.house.count(Action::Read).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_that_says_a_thing_twice_or_too_deep_is_read_by_nobody() {
    let door = Doorstep::open(|_| {}).await;
    let bot = door.token("robot", Role::Bot).await;
    let headers = [VERSION, METHOD, ("mcp-name", "get_ticket")];
    let body = read_ticket().to_string();
    let twice = body.replacen("\"ticket_id\":\"T-1\"", "\"ticket_id\":\"T-2\",\"ticket_id\":\"T-1\"", 1);
    let name_twice = body.replacen("\"name\":\"get_ticket\"", "\"name\":\"get_ticket\",\"name\":\"update_ticket\"", 1);
    let deep = body.replacen("\"T-1\"", &format!("{}{}", "[".repeat(5_000), "]".repeat(5_000)), 1);
    for bad in [twice, name_twice, deep, "{".to_owned()] {
        assert_ne!(bad, body);
        let (status, answer) = post(&door, &bot, &headers, bad).await;
        assert_eq!(status, 400, "{answer}");
    }
    assert_eq!(post(&door, &bot, &headers, " ".repeat(1024 * 1024) + &body).await.0, 413);
    assert_eq!(door.house.count(Action::Read).await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_a_person_who_may_decide_has_an_assistant_and_it_has_only_a_bot_s_rights() {
    let door = Doorstep::open(|_| {}).await;
    let whoami = async |token: &str, headers: &[(&str, &str)]| {
        let mut all = vec![VERSION, METHOD, ("mcp-name", "get_ticket")];
        all.extend(headers);
        post(&door, token, &all, read_ticket().to_string()).await.0
    };
    let (maya, vera) = (door.token("maya", Role::Agent).await, door.token("vera", Role::Viewer).await);
    let bot = door.token("robot", Role::Bot).await;
    let assistant = ("countersign-as", "assistant");
    assert_eq!(whoami(&maya, &[assistant]).await, 200);
    assert_eq!(whoami(&maya, &[("countersign-as", "admin")]).await, 400);
    assert_eq!(whoami(&maya, &[assistant, assistant]).await, 400);
    assert_eq!(whoami(&vera, &[assistant]).await, 403);
    assert_eq!(whoami(&bot, &[assistant]).await, 403);
    assert_eq!(whoami("cs_nobody", &[]).await, 401);
    door.house.store.flush().await.unwrap();
    let log = door.house.store.log(None, 10).await.unwrap();
    assert_eq!(log[0].actor.as_str(), "assistant-maya");
}

/// Somebody who reads a card and types its code.
fn approves(message: &str, _form: &Value) -> ElicitResult {
    let code: String = message.split("type the code ").nth(1).unwrap().chars().take(6).collect();
    ElicitResult::new(ElicitationAction::Accept).with_content(json!({"decision": "approve", "code": code}))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_asked_over_http_in_both_eras_and_their_assistant_never() {
    let door = Doorstep::open(|config| config.mcp.elicit = true).await;
    let maya = door.token("maya", Role::Agent).await;
    for (era, priority) in crate::peer::ERAS.into_iter().zip(["low", "high"]) {
        let call = || {
            let Value::Object(arguments) = json!({"ticket_id": "T-1", "update": {"priority": priority}}) else {
                panic!()
            };
            CallToolRequestParams::new("update_ticket").with_arguments(arguments)
        };
        let assistant = door.transport(&maya, Some(("countersign-as", "assistant")));
        let assistant = Peer::connect(assistant, &era, Some(Box::new(approves))).await;
        let waits = assistant.service.call_tool(call()).await.unwrap().structured_content.unwrap();
        assert_eq!(waits["outcome"], "pending_approval", "{era}");
        let person = door.peer(&maya, &era, Some(Box::new(approves))).await;
        let done = person.service.call_tool(call()).await.unwrap().structured_content.unwrap();
        assert_eq!(done["outcome"], "applied", "{era}: {done}");
        assert_eq!(door.house.ticket("T-1").await.row.priority.as_str(), priority);
    }
    assert_eq!(door.house.count(Action::Executed).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_is_nobody_s_but_its_own() {
    let door = Doorstep::open(|_| {}).await;
    let maya = door.token("maya", Role::Agent).await;
    let bot = door.token("robot", Role::Bot).await;
    let http = reqwest::Client::new();
    let post = |token: &str, session: Option<&str>, body: Value| {
        let mut request = http
            .post(door.mcp())
            .header("authorization", format!("Bearer {token}"))
            .header("accept", "application/json, text/event-stream")
            .header("content-type", "application/json");
        if let Some(session) = session {
            request = request.header("mcp-session-id", session);
        }
        request.body(body.to_string()).send()
    };
    let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
        "protocolVersion": "2025-11-25", "capabilities": {"elicitation": {}},
        "clientInfo": {"name": "x", "version": "1"},
    }});
    let begun = post(&maya, None, hello).await.unwrap();
    let session = begun.headers()["mcp-session-id"].to_str().unwrap().to_owned();
    let ping = || json!({"jsonrpc": "2.0", "id": 2, "method": "ping"});
    let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    assert_eq!(post(&maya, Some(&session), ready).await.unwrap().status(), 202);
    assert_eq!(post(&maya, Some(&session), ping()).await.unwrap().status(), 200);
    let inner = session.rsplit_once('.').unwrap().0;
    for (token, session) in [(&bot, session.as_str()), (&maya, inner), (&bot, inner), (&maya, "x.y")] {
        assert_eq!(post(token, Some(session), ping()).await.unwrap().status(), 404, "{session}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_has_so_many_sessions_and_one_that_is_ended_makes_room() {
    let door = Doorstep::open(|config| config.serve.sessions_per_caller = 2).await;
    let (maya, bot) = (door.token("maya", Role::Agent).await, door.token("robot", Role::Bot).await);
    let http = reqwest::Client::new();
    let begin = async |token: &str| {
        let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"},
        }});
        let request = http.post(door.mcp()).header("authorization", format!("Bearer {token}"));
        let request = request.header("accept", "application/json, text/event-stream");
        let came = request.header("content-type", "application/json").body(hello.to_string()).send().await.unwrap();
        let session = came.headers().get("mcp-session-id").map(|id| id.to_str().unwrap().to_owned());
        (came.status().as_u16(), session)
    };
    let (_, first) = begin(&bot).await;
    assert_eq!(begin(&bot).await.0, 200);
    assert_eq!(begin(&bot).await, (429, None));
    assert_eq!(begin(&maya).await.0, 200);
    let end = http.delete(door.mcp()).header("authorization", format!("Bearer {bot}"));
    let ended = end.header("mcp-session-id", first.unwrap()).send().await.unwrap();
    assert!(ended.status().is_success(), "{ended:?}");
    assert_eq!(begin(&bot).await.0, 200);
    assert_eq!(begin(&bot).await.0, 429);
}

/// The program as a service of its own, and its address.
struct Program(Child, String);

impl Program {
    fn serve(house: &House) -> Self {
        let desk = house.path();
        let config = house.dir.path().join("serve.toml");
        std::fs::write(&config, "[serve]\nsessions_per_caller = 1000\n").unwrap();
        let config = config.to_str().unwrap();
        let args = ["--desk", desk.to_str().unwrap(), "--config", config, "serve", "--listen", "127.0.0.1:0"];
        let mut command = crate::process::program(house.dir.path());
        let mut child = command.args(args).stdout(Stdio::piped()).spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap()).lines();
        let url = output.map_while(Result::ok).find_map(|line| {
            let (_, rest) = line.split_once("http://")?;
            Some(format!("http://{}", rest.split(|c: char| c.is_whitespace() || c == '/').next()?))
        });
        Self(child, url.expect("it says where it serves"))
    }

    /// Resident memory, in kB.
    fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.0.id())).unwrap();
        let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap();
        line.split_whitespace().nth(1).unwrap().parse().unwrap()
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_was_left_behind_costs_little() {
    const SESSIONS: u64 = 400;
    // As shipped it is less: unoptimised code keeps larger tasks.
    const MOST: u64 = if cfg!(debug_assertions) { 90 } else { 60 };
    let house = House::new().await;
    let bot = doorstep::token(&house, "robot", Role::Bot).await;
    let program = Program::serve(&house);
    let http = reqwest::Client::new();
    let post = async |session: Option<&str>, body: Value| {
        let mut request = http
            .post(format!("{}/mcp", program.1))
            .header("authorization", format!("Bearer {bot}"))
            .header("accept", "application/json, text/event-stream")
            .header("content-type", "application/json")
            .body(body.to_string());
        if let Some(session) = session {
            request = request.header("mcp-session-id", session);
        }
        let answer = request.send().await.unwrap();
        assert!(answer.status().is_success(), "{}", answer.status());
        let session = answer.headers().get("mcp-session-id").map(|id| id.to_str().unwrap().to_owned());
        let _ = answer.bytes().await;
        session
    };
    let begin = async || {
        let hello = json!({"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {
            "protocolVersion": "2025-11-25", "capabilities": {}, "clientInfo": {"name": "x", "version": "1"},
        }});
        let session = post(None, hello).await.unwrap();
        post(Some(&session), json!({"jsonrpc": "2.0", "method": "notifications/initialized"})).await;
        post(Some(&session), json!({"jsonrpc": "2.0", "id": 2, "method": "resources/list"})).await;
    };
    for _ in 0..20 {
        begin().await;
    }
    let before = program.memory();
    for _ in 0..SESSIONS {
        begin().await;
    }
    let each = program.memory().saturating_sub(before) / SESSIONS;
    println!("a session left behind costs {each} kB");
    assert!(each <= MOST, "{each} kB");
}
