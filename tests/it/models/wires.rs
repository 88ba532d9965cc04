//! One conversation in four wire formats.

use std::sync::Mutex;

use countersign::domain::usage::Usage;
use countersign::llm::remote::{Endpoint, Remote};
use countersign::llm::{Entry, Form, Live, LlmProvider as _, NOBODY, ToolSpec};
use serde_json::{Value, json};

use crate::models::{KEY, endpoint, provider, talk};
use crate::stub_model::{Answer, StubModel, Turn, Wire};

fn tools() -> Form {
    let input = json!({"type": "object", "properties": {"ticket_id": {"type": "string"}}, "required": ["ticket_id"]});
    let spec = |name: &str| ToolSpec {
        name: name.to_owned(),
        description: format!("It does {name}."),
        input: input.as_object().unwrap().clone(),
    };
    Form::Tools(vec![spec("get_ticket"), spec("summarize_ticket")])
}

#[tokio::test]
async fn text_parallel_calls_and_usage_come_back_the_same_from_every_wire() {
    for wire in Wire::all() {
        let first = Turn::says("Let me look, 漢字😀.")
            .and_calls("get_ticket", r#"{"ticket_id":"T-1"}"#)
            .and_calls("summarize_ticket", r#"{"ticket_id":"T-1"}"#);
        let stub = StubModel::start(wire, vec![Answer::Turn(first), Answer::Turn(Turn::says("Done."))]).await;
        let provider = provider(&stub, wire);
        let heard = Mutex::new(Vec::new());
        let listen = |live: Live<'_>| {
            if let Live::Text(text) = live {
                heard.lock().unwrap().push(text.to_owned());
            }
        };
        let mut talk = talk(tools());
        let reply = provider.reply(&talk, &listen).await.unwrap();
        assert_eq!(reply.text, "Let me look, 漢字😀.", "{wire:?}");
        assert_eq!(heard.lock().unwrap().concat(), reply.text, "{wire:?}");
        assert!(heard.lock().unwrap().len() > 1, "{wire:?}: in pieces");
        let names: Vec<_> = reply.calls.iter().map(|call| call.name.as_str()).collect();
        assert_eq!(names, ["get_ticket", "summarize_ticket"], "{wire:?}");
        assert!(reply.calls.iter().all(|call| call.arguments == r#"{"ticket_id":"T-1"}"#), "{wire:?}: {reply:?}");
        assert_ne!(reply.calls[0].id, reply.calls[1].id, "{wire:?}");
        assert_eq!(reply.usage, Usage { input_tokens: 11, output_tokens: 7, micro_usd: 25 }, "{wire:?}");
        let answers = reply.calls.iter().map(|call| Entry::Tool {
            id: call.id.clone(),
            content: r#"{"answer":42}"#.to_owned(),
            is_error: false,
        });
        let answers: Vec<_> = answers.collect();
        talk.entries.push(Entry::Model(reply));
        talk.entries.extend(answers);
        assert_eq!(provider.reply(&talk, NOBODY).await.unwrap().text, "Done.", "{wire:?}");
        let requests = stub.requests();
        for request in &requests {
            assert!(request.path.ends_with(wire.endpoint()), "{wire:?}: {}", request.path);
            assert!(!request.raw.split("\r\n\r\n").nth(1).unwrap_or(&request.raw).contains(KEY), "{wire:?}");
        }
        let second = requests[1].body.to_string();
        for words in ["Ticket: T-1.", "summarize_ticket", "Let me look", r#"{\"answer\":42}"#, "by calling tools"] {
            assert!(second.contains(words), "{wire:?} has no {words}: {second}");
        }
    }
}

#[tokio::test]
async fn json_is_asked_for_by_its_schema_and_comes_back_as_text() {
    let schema = json!({"type": "object", "properties": {"summary": {"type": "string"}}});
    let schema = schema.as_object().unwrap().clone();
    for wire in Wire::all() {
        let answer = r#"{"summary":"all is well"}"#;
        let turn = if wire == Wire::Anthropic {
            Turn { input_tokens: 1, output_tokens: 1, ..Turn::default() }.and_calls("answer", answer)
        } else {
            Turn::says(answer)
        };
        let stub = StubModel::start(wire, vec![Answer::Turn(turn)]).await;
        let reply = provider(&stub, wire).reply(&talk(Form::Json(schema.clone())), NOBODY).await.unwrap();
        assert_eq!(serde_json::from_str::<Value>(&reply.text).unwrap()["summary"], "all is well", "{wire:?}");
        assert!(reply.calls.is_empty(), "{wire:?}");
        assert!(stub.requests()[0].body.to_string().contains("summary"), "{wire:?}");
    }
}

#[tokio::test]
async fn arguments_are_passed_on_letter_by_letter() {
    let twice = r#"{"ticket_id":"T-1","ticket_id":"T-2"}"#;
    for wire in [Wire::OpenAi, Wire::OpenAiResponses, Wire::Anthropic] {
        let turn = Turn::says("x").and_calls("get_ticket", twice);
        let stub = StubModel::start(wire, vec![Answer::Turn(turn)]).await;
        let reply = provider(&stub, wire).reply(&talk(tools()), NOBODY).await.unwrap();
        assert_eq!(reply.calls[0].arguments, twice, "{wire:?}");
    }
}

#[tokio::test]
async fn how_freely_it_writes_is_said_where_it_is_set() {
    for wire in Wire::all() {
        for temperature in [None, Some(0.5)] {
            let stub = StubModel::start(wire, vec![Answer::Turn(Turn::says("Done."))]).await;
            let remote = Remote::new(Endpoint { temperature, ..endpoint(&stub, wire) }).unwrap();
            remote.reply(&talk(Form::Text), NOBODY).await.unwrap();
            let body = &stub.requests()[0].body;
            let options = if wire == Wire::Ollama { &body["options"] } else { body };
            assert_eq!(options.get("temperature").and_then(Value::as_f64), temperature, "{wire:?}");
        }
    }
}
