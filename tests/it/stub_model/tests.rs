//! The stub itself, read by a client that knows TCP and little else.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::{Answer, Behave, StubModel, Turn, Wire};

/// Longer than any answer that ends takes.
const PATIENCE: Duration = Duration::from_secs(20);
/// What a client gives to an answer that does not end.
const IMPATIENCE: Duration = Duration::from_millis(300);

/// How the reading of a response came to its end.
#[derive(Debug, PartialEq, Eq)]
enum End {
    /// The stub closed.
    Closed,
    /// The stub reset the connection.
    Reset,
    /// Nothing came any more, or too much.
    GaveUp,
}

/// A response, as far as it came.
struct Got {
    raw: Vec<u8>,
    end: End,
}

impl Got {
    /// All of it as text.
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.raw).into_owned()
    }

    /// Status line and headers.
    fn head(&self) -> String {
        self.text().split_once("\r\n\r\n").unwrap().0.into()
    }

    /// The body; of a chunked one, the chunks put together, and whether the last one came.
    fn body(&self) -> (String, bool) {
        let at = self.raw.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        let mut rest = &self.raw[at..];
        if !self.head().contains("transfer-encoding: chunked") {
            return (String::from_utf8_lossy(rest).into_owned(), true);
        }
        let mut whole = Vec::new();
        while let Some(line) = rest.windows(2).position(|two| two == b"\r\n") {
            let size = usize::from_str_radix(std::str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
            if size == 0 {
                return (String::from_utf8(whole).unwrap(), true);
            }
            whole.extend_from_slice(&rest[line + 2..line + 2 + size]);
            rest = &rest[line + 2 + size + 2..];
        }
        (String::from_utf8(whole).unwrap(), false)
    }

    /// The body of an answer in one piece.
    fn json(&self) -> Value {
        serde_json::from_str(&self.body().0).unwrap()
    }

    /// The events of a stream: name, if it has one, and data.
    fn events(&self) -> Vec<(String, Value)> {
        let (body, whole) = self.body();
        assert!(whole, "the last chunk is missing");
        if self.head().contains("ndjson") {
            return body.lines().map(|line| (String::new(), serde_json::from_str(line).unwrap())).collect();
        }
        let event = |event: &str| {
            let field = |name: &str| event.lines().find_map(|line| line.strip_prefix(name));
            let data = field("data: ").unwrap();
            (field("event: ").unwrap_or("").to_owned(), serde_json::from_str(data).unwrap_or_else(|_| data.into()))
        };
        body.split_terminator("\n\n").map(event).collect()
    }
}

/// One request on a connection of its own, and what comes back until it ends or patience does.
async fn ask_for(stub: &StubModel, method: &str, path: &str, body: &str, patience: Duration) -> Got {
    let base = stub.base();
    let address = base.strip_prefix("http://").unwrap().trim_end_matches('/');
    let mut stream = TcpStream::connect(address).await.unwrap();
    let length = body.len();
    let head =
        format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nX-Case: Kept\r\nContent-Length: {length}\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    stream.write_all(body.as_bytes()).await.unwrap();
    let (mut raw, until) = (Vec::new(), Instant::now() + patience);
    let end = loop {
        let left = until.saturating_duration_since(Instant::now());
        match timeout(left, stream.read_buf(&mut raw)).await {
            Ok(Ok(0)) => break End::Closed,
            Ok(Ok(_)) if raw.len() < 1 << 22 => {}
            Ok(Ok(_)) | Err(_) => break End::GaveUp,
            Ok(Err(_)) => break End::Reset,
        }
    };
    Got { raw, end }
}

/// A request to the wire's endpoint.
async fn ask(stub: &StubModel, wire: Wire, stream: bool) -> Got {
    let body = json!({"model": "m", "stream": stream, "stream_options": {"include_usage": true}});
    ask_for(stub, "POST", &format!("/some/v1{}?a=b", wire.endpoint()), &body.to_string(), PATIENCE).await
}

/// Text of more than one byte to a character, and two calls; the arguments keep a key that is there twice.
fn turn() -> Turn {
    Turn::says("Grüße, ik kijk even ✓")
        .and_calls("get_ticket", r#"{"id": "T-1", "id": "T-2"}"#)
        .and_calls("search", r#"{"query":"Zahlung"}"#)
}

/// A plain body that goes wrong.
fn raw(body: &str, behave: Behave) -> Answer {
    let (content_type, body) = ("application/json".into(), body.as_bytes().to_vec());
    Answer::Raw { status: 200, content_type, headers: Vec::new(), body, behave }
}

/// Strings at this pointer of every event, put together.
fn joined<'a>(events: impl IntoIterator<Item = &'a (String, Value)>, pointer: &str) -> String {
    events.into_iter().filter_map(|(_, data)| data.pointer(pointer)?.as_str()).collect()
}

/// The order of event names, each run of one name once.
fn order(events: &[(String, Value)]) -> Vec<&str> {
    let mut names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
    names.dedup();
    names
}

#[tokio::test]
async fn openai_in_one_piece_and_as_a_stream() {
    let stub = StubModel::start(Wire::OpenAi, vec![Answer::Turn(turn())]).await;
    let whole = ask(&stub, Wire::OpenAi, false).await.json();
    let message = &whole["choices"][0]["message"];
    assert_eq!(message["content"], turn().text);
    assert_eq!(message["tool_calls"][0]["function"]["arguments"], turn().calls[0].1);
    assert_eq!(whole["choices"][0]["finish_reason"], "tool_calls");
    assert_eq!(whole["usage"]["total_tokens"], 18);

    let events = ask(&stub, Wire::OpenAi, true).await.events();
    assert_eq!(events[0].1["choices"][0]["delta"]["role"], "assistant");
    assert_eq!(joined(&events, "/choices/0/delta/content"), turn().text);
    let calls = |n| events.iter().filter(move |(_, data)| data["choices"][0]["delta"]["tool_calls"][0]["index"] == n);
    for (n, (name, arguments)) in turn().calls.iter().enumerate() {
        assert_eq!(joined(calls(n), "/choices/0/delta/tool_calls/0/function/name"), *name);
        assert_eq!(joined(calls(n), "/choices/0/delta/tool_calls/0/function/arguments"), *arguments);
        assert!(calls(n).count() > 2, "arguments come in pieces");
    }
    assert_eq!(joined(&events, "/choices/0/finish_reason"), "tool_calls");
    let usage = &events[events.len() - 2].1;
    assert_eq!((&usage["choices"], &usage["usage"]["prompt_tokens"]), (&json!([]), &json!(11)));
    assert_eq!(events.last().unwrap().1, "[DONE]");

    let body = r#"{"stream":true}"#;
    let plain = ask_for(&stub, "POST", Wire::OpenAi.endpoint(), body, PATIENCE).await;
    assert!(plain.events().iter().all(|(_, data)| data.get("usage").is_none()), "usage was not asked for");
}

#[tokio::test]
async fn responses_in_one_piece_and_as_a_stream() {
    let stub = StubModel::start(Wire::OpenAiResponses, vec![Answer::Turn(turn())]).await;
    let whole = ask(&stub, Wire::OpenAiResponses, false).await.json();
    assert_eq!(whole["output"][0]["content"][0]["text"], turn().text);
    assert_eq!(whole["output"][1]["arguments"], turn().calls[0].1);
    assert_eq!(whole["usage"]["input_tokens"], 11);

    let events = ask(&stub, Wire::OpenAiResponses, true).await.events();
    assert!(events.iter().enumerate().all(|(n, (name, data))| data["type"] == **name && data["sequence_number"] == n));
    let call = [
        "response.output_item.added",
        "response.function_call_arguments.delta",
        "response.function_call_arguments.done",
        "response.output_item.done",
    ];
    let head =
        ["response.created", "response.in_progress", "response.output_item.added", "response.content_part.added"];
    let text = [
        "response.output_text.delta",
        "response.output_text.done",
        "response.content_part.done",
        "response.output_item.done",
    ];
    assert_eq!(order(&events), [&head[..], &text, &call, &call, &["response.completed"]].concat());
    let text: Vec<_> = events.iter().filter(|(name, _)| name == "response.output_text.delta").cloned().collect();
    assert_eq!(joined(&text, "/delta"), turn().text);
    for (n, (_, arguments)) in turn().calls.iter().enumerate() {
        let deltas =
            events.iter().filter(|(name, data)| name.ends_with("arguments.delta") && data["output_index"] == n + 1);
        assert_eq!(joined(deltas, "/delta"), *arguments);
    }
    let (_, last) = events.last().unwrap();
    assert_eq!(last["response"]["usage"]["output_tokens"], 7);
    assert_eq!(last["response"]["output"].as_array().unwrap().len(), 3);
}

#[tokio::test]
async fn anthropic_in_one_piece_and_as_a_stream() {
    let stub = StubModel::start(Wire::Anthropic, vec![Answer::Turn(turn())]).await;
    let whole = ask(&stub, Wire::Anthropic, false).await;
    assert!(whole.text().contains(&format!(r#""input":{}"#, turn().calls[0].1)), "arguments go out as written");
    let whole = whole.json();
    assert_eq!(whole["content"][0]["text"], turn().text);
    assert_eq!(whole["content"][2]["input"], json!({"query": "Zahlung"}));
    assert_eq!(whole["stop_reason"], "tool_use");

    let events = ask(&stub, Wire::Anthropic, true).await.events();
    assert!(events.iter().all(|(name, data)| data["type"] == **name));
    let block = ["content_block_start", "content_block_delta", "content_block_stop"];
    let text = ["content_block_start", "ping", "content_block_delta", "content_block_stop"];
    let whole = [&["message_start"], &text[..], &block, &block, &["message_delta", "message_stop"]].concat();
    assert_eq!(order(&events), whole);
    assert_eq!(joined(&events, "/delta/text"), turn().text);
    for (n, (_, arguments)) in turn().calls.iter().enumerate() {
        assert_eq!(joined(events.iter().filter(|(_, data)| data["index"] == n + 1), "/delta/partial_json"), *arguments);
    }
    assert_eq!(events[0].1["message"]["usage"]["input_tokens"], 11);
    assert_eq!(events[events.len() - 2].1["usage"]["output_tokens"], 7);
    assert_eq!(joined(&events, "/delta/stop_reason"), "tool_use");
}

#[tokio::test]
async fn ollama_in_one_piece_and_as_lines() {
    let broken = turn().and_calls("broken", "{'id':");
    let stub = StubModel::start(Wire::Ollama, vec![Answer::Turn(broken)]).await;
    let whole = ask(&stub, Wire::Ollama, false).await;
    assert!(whole.text().contains(&format!(r#""arguments":{}"#, turn().calls[0].1)), "arguments go out as written");
    let whole = whole.json();
    assert_eq!(whole["message"]["content"], turn().text);
    assert_eq!(whole["message"]["tool_calls"][1]["function"]["arguments"], json!({"query": "Zahlung"}));
    assert_eq!(whole["message"]["tool_calls"][2]["function"]["arguments"], "{'id':");
    assert_eq!(whole["eval_count"], 7);

    // It streams unless it is told not to.
    let events = ask_for(&stub, "POST", "/api/chat", "{}", PATIENCE).await.events();
    assert_eq!(joined(&events, "/message/content"), turn().text);
    assert_eq!(joined(&events, "/message/tool_calls/0/function/name"), "get_ticketsearchbroken");
    let (last, before) = events.split_last().unwrap();
    assert!(before.iter().all(|(_, line)| line["done"] == false));
    assert_eq!((&last.1["done"], &last.1["prompt_eval_count"]), (&json!(true), &json!(11)));
}

#[tokio::test]
async fn requests_are_recorded_and_the_last_answer_is_repeated() {
    for wire in Wire::all() {
        let answers = vec![Answer::Turn(Turn::says("first")), Answer::Turn(turn())];
        let stub = StubModel::start(wire, answers).await;
        let missed = ask_for(&stub, "GET", "/v1/models", "", PATIENCE).await;
        assert!(missed.head().starts_with("HTTP/1.1 404 "));
        let mut answers = Vec::new();
        for stream in [false, false, false, true] {
            let got = ask(&stub, wire, stream).await;
            assert_eq!(got.end, End::Closed);
            answers.push(got.body().0);
        }
        assert!(answers[0].contains("first") && !answers[0].contains("Grüße"), "{wire:?}");
        assert!(answers[1].contains("Grüße") && answers[2].contains("Grüße"), "{wire:?}");
        assert_ne!(answers[1], answers[2], "{wire:?}: a call has an id of its own");

        let requests = stub.requests();
        assert_eq!(requests.len(), 5);
        assert_eq!((requests[0].method.as_str(), requests[0].path.as_str()), ("GET", "/v1/models"));
        assert_eq!((&requests[0].body, requests[0].header("x-case")), (&Value::Null, Some("Kept")));
        assert_eq!(requests[1].path, format!("/some/v1{}?a=b", wire.endpoint()));
        assert_eq!(requests[4].body["stream"], true);
        assert!(requests[4].raw.starts_with("POST /some/v1/") && requests[4].raw.ends_with('}'));
        assert!(requests.is_sorted_by_key(|request| request.at));
    }
}

#[tokio::test]
async fn a_script_sees_the_request() {
    let stub = StubModel::start_with(Wire::OpenAi, |body, nth| {
        Answer::Turn(Turn::says(&format!("{} {nth}", body["model"].as_str().unwrap())))
    })
    .await;
    ask(&stub, Wire::OpenAi, false).await;
    let second = ask(&stub, Wire::OpenAi, false).await.json();
    assert_eq!(second["choices"][0]["message"]["content"], "m 1");
    let base = stub.base();
    drop(stub);
    let gone = async {
        while TcpStream::connect(base.trim_start_matches("http://").trim_end_matches('/')).await.is_ok() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), gone).await.expect("a stub that is dropped refuses connections");
}

#[tokio::test]
async fn a_stream_ends_early_stops_or_is_reset() {
    for wire in Wire::all() {
        let cut = Behave { truncate_after_events: Some(2), ..Behave::default() };
        let reset = Behave { reset_after_bytes: Some(250), ..Behave::default() };
        let stall = Behave { stall_after_events: Some(2), ..Behave::default() };
        let answers = [cut, reset, stall].map(|behave| Answer::Broken(turn(), behave)).to_vec();
        let stub = StubModel::start(wire, answers).await;

        let got = ask(&stub, wire, true).await;
        assert_eq!((got.events().len(), &got.end), (2, &End::Closed), "{wire:?}");
        let got = ask(&stub, wire, true).await;
        assert_eq!((got.raw.len(), &got.end), (250, &End::Reset), "{wire:?}");
        let got = ask_for(&stub, "POST", wire.endpoint(), r#"{"stream":true}"#, IMPATIENCE).await;
        let (body, whole) = got.body();
        assert_eq!((whole, &got.end), (false, &End::GaveUp), "{wire:?}");
        let end = if wire == Wire::Ollama { "\n" } else { "\n\n" };
        assert_eq!(body.matches(end).count(), 2, "{wire:?}");
    }
}

#[tokio::test]
async fn transport_faults() {
    let row = |behave: Value| raw("0123456789", Behave::of(&behave));
    let path = Wire::OpenAi.endpoint();
    let one = async |behave: Value, patience| {
        let stub = StubModel::start(Wire::OpenAi, vec![row(behave)]).await;
        ask_for(&stub, "POST", path, "{}", patience).await
    };
    let got = one(json!({"hang_before_headers_s": 3600}), IMPATIENCE).await;
    assert_eq!((got.raw.len(), got.end), (0, End::GaveUp));
    let got = one(json!({"drip_bytes_per_s": 40}), Duration::from_secs(1)).await;
    assert!((10..=41).contains(&got.raw.len()), "{} bytes in a second", got.raw.len());
    assert_eq!(got.end, End::GaveUp);
    let got = one(json!({"drip_bytes_per_s": 100_000}), PATIENCE).await;
    assert_eq!((got.body().0.as_str(), got.end), ("0123456789", End::Closed));
    let got = one(json!({"reset_after_bytes": 20}), PATIENCE).await;
    assert_eq!((got.raw.len(), got.end), (20, End::Reset));
    for (lie, said) in [("-4", "content-length: 6"), ("5", "content-length: 15")] {
        let got = one(json!({"content_length_lies": lie}), PATIENCE).await;
        assert!(got.head().contains(said));
        assert_eq!((got.body().0.as_str(), got.end), ("0123456789", End::Closed));
    }
    let got = one(json!({"endless_body": true}), PATIENCE).await;
    assert_eq!(got.end, End::GaveUp);
    assert!(got.raw.len() >= 1 << 22 && got.text().contains("transfer-encoding: chunked"));
    let got = one(json!({"chunked_bad": true}), PATIENCE).await;
    assert!(got.text().ends_with("\r\n\r\nzz-1\r\n0123456789\r\n"));
    let got = one(json!({"http09": true}), PATIENCE).await;
    assert_eq!((got.text().as_str(), got.end), ("0123456789", End::Closed));
}

/// The rows that say no more than a status and a body come through as they are.
#[tokio::test]
async fn hostile_rows() {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/hostile/hostile_llm_outputs_dev.jsonl");
    let Ok(rows) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: {} is not there", path.display());
        return;
    };
    let rows: Vec<Value> = rows.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    let answers: Vec<_> = rows.iter().map(Answer::of_row).collect();
    let tame = Behave::default();
    let tame: Vec<usize> =
        (0..rows.len()).filter(|n| matches!(&answers[*n], Answer::Raw { behave, .. } if *behave == tame)).collect();
    assert!(tame.len() > 50 && rows.len() - tame.len() >= 8);
    let played: Vec<_> = tame.iter().map(|n| answers[*n].clone()).collect();
    let stub = StubModel::start(Wire::Anthropic, played).await;
    for n in tame {
        let got = ask(&stub, Wire::Anthropic, true).await;
        assert!(got.head().starts_with(&format!("HTTP/1.1 {} ", rows[n]["status"])), "{}", rows[n]["id"]);
        for (name, value) in rows[n]["headers"].as_object().unwrap() {
            assert!(got.head().contains(&format!("\r\n{name}: {}", value.as_str().unwrap())), "{}", rows[n]["id"]);
        }
        assert_eq!(got.body().0, rows[n]["body"].as_str().unwrap(), "{}", rows[n]["id"]);
    }
    let events = Answer::Raw {
        status: 200,
        content_type: "text/event-stream; charset=utf-8".into(),
        headers: Vec::new(),
        body: b"data: 1\n\ndata: 2\n\ndata: 3".to_vec(),
        behave: Behave { truncate_after_events: Some(2), ..Behave::default() },
    };
    let stub = StubModel::start(Wire::OpenAi, vec![events, Answer::json(503, "{}")]).await;
    assert_eq!(ask(&stub, Wire::OpenAi, true).await.body().0, "data: 1\n\ndata: 2\n\n");
    assert!(ask(&stub, Wire::OpenAi, true).await.head().starts_with("HTTP/1.1 503 Error"));
}
