//! Everything that goes wrong on the way: tried again where that helps, given up in time, and said in words with a way out.

use std::time::{Duration, Instant};

use countersign::desk::{Assistant, Caller};
use countersign::domain::actor::Role;
use countersign::domain::answer::Answer as Told;
use countersign::domain::call::ReadCall;
use countersign::llm::LlmError;
use countersign::llm::prompt::Prompts;
use serde_json::{Value, json};

use crate::house::{House, principal};
use crate::models::{KEY, ask, provider};
use crate::stub_model::{Answer, Behave, StubModel, Turn, Wire};

const CANARY: &str = "sk-test-CANARY-SECRET";

fn refusal(status: u16, more: &str) -> Answer {
    Answer::json(status, &format!("{{\"error\":{{\"message\":\"key {CANARY} rejected {more}\",\"type\":\"x\"}}}}"))
}

fn broken(behave: Behave) -> Answer {
    Answer::Broken(Turn::says("A whole sentence in several pieces, long enough to be cut."), behave)
}

async fn fails(wire: Wire, answer: Answer) -> (LlmError, usize, Duration) {
    let stub = StubModel::start(wire, vec![answer]).await;
    let since = Instant::now();
    let error = ask(provider(&stub, wire).as_ref()).await.unwrap_err();
    let words = format!("{error} {error:?}");
    assert!(!words.contains(CANARY) && !words.contains(KEY), "{words}");
    (error, stub.requests().len(), since.elapsed())
}

#[tokio::test]
async fn what_does_not_pass_is_asked_once_and_each_has_its_way_out() {
    for wire in Wire::all() {
        for (status, more, expect) in [
            (401, "", "refused the key (401)"),
            (403, "", "refused the key (403)"),
            (404, "", "no such model"),
            (402, "", "no credit left"),
            (400, "maximum context length is 8192 tokens", "cannot read that much"),
            (413, "", "cannot read that much"),
            (400, "", "refused the request (400"),
            (429, "insufficient_quota", "no credit left"),
            (301, "", "sends us elsewhere"),
            (307, "", "sends us elsewhere"),
        ] {
            let (error, asked, _) = fails(wire, refusal(status, more)).await;
            assert!(error.to_string().contains(expect), "{wire:?} {status}: {error}");
            assert_eq!(asked, 1, "{wire:?} {status}");
        }
    }
}

#[tokio::test]
async fn what_may_pass_is_tried_again_and_given_up_after_the_retries() {
    for wire in Wire::all() {
        for status in [408, 429, 500, 502, 503, 529] {
            let (error, asked, _) = fails(wire, refusal(status, "")).await;
            assert!(matches!(error, LlmError::Unavailable { .. }), "{wire:?} {status}: {error}");
            assert_eq!(asked, 3, "{wire:?} {status}");
        }
        let stub = StubModel::start(wire, vec![refusal(503, ""), Answer::Turn(Turn::says("There."))]).await;
        assert_eq!(ask(provider(&stub, wire).as_ref()).await.unwrap().text, "There.", "{wire:?}");
    }
}

/// The same error as an answer of its own, and inside one that began well.
fn both(wire: Wire, status: u16, code: &str, message: &str) -> (Answer, Vec<Answer>) {
    let error = json!({"type": code, "code": code, "message": message});
    let stream = |content_type: &str, body: String| Answer::Raw {
        status: 200,
        content_type: content_type.into(),
        headers: Vec::new(),
        body: body.into_bytes(),
        behave: Behave::default(),
    };
    let event = |event: Value| stream("text/event-stream", format!("data: {event}\n\n"));
    let (alone, inside) = match wire {
        Wire::OpenAi => (json!({"error": error}), vec![event(json!({"error": error}))]),
        Wire::OpenAiResponses => {
            let failed = json!({"type": "response.failed", "response": {"status": "failed", "error": error}});
            let plain = json!({"type": "error", "code": code, "message": message, "param": null});
            (json!({"error": error}), vec![event(failed), event(plain)])
        }
        Wire::Anthropic => {
            let error = json!({"type": "error", "error": {"type": code, "message": message}});
            (error.clone(), vec![event(error)])
        }
        Wire::Ollama => {
            let error = json!({"error": message});
            (error.clone(), vec![stream("application/x-ndjson", format!("{error}\n"))])
        }
    };
    (Answer::json(status, &alone.to_string()), inside)
}

#[tokio::test]
async fn an_error_inside_a_stream_is_what_it_would_be_as_a_status() {
    for wire in Wire::all() {
        for (status, code, message, times) in [
            (401, "authentication_error", "unauthorized", 1),
            (403, "permission_error", "forbidden", 1),
            (404, "not_found_error", "model 'stub' not found", 1),
            (400, "context_length_exceeded", "the prompt is too long", 1),
            (400, "invalid_request_error", "bad request", 1),
            (402, "billing_error", "your credit balance is too low", 1),
            (429, "rate_limit_error", "rate limit reached", 3),
            (500, "api_error", "internal server error", 3),
            (529, "overloaded_error", "overloaded", 3),
        ] {
            let (alone, inside) = both(wire, status, code, &format!("{message} ({CANARY})"));
            let (expect, ..) = fails(wire, alone).await;
            for answer in inside {
                let (error, asked, _) = fails(wire, answer).await;
                assert_eq!((error, asked), (expect.clone(), times), "{wire:?} {status} {code}");
            }
        }
    }
}

#[tokio::test]
async fn the_pause_that_a_provider_asks_for_is_kept_unless_it_is_longer_than_the_deadline() {
    let after = |seconds: &str| Answer::Raw {
        status: 429,
        content_type: "application/json".into(),
        headers: vec![("retry-after".into(), seconds.into())],
        body: b"{}".to_vec(),
        behave: Behave::default(),
    };
    let stub = StubModel::start(Wire::OpenAi, vec![after("1"), Answer::Turn(Turn::says("There."))]).await;
    assert!(ask(provider(&stub, Wire::OpenAi).as_ref()).await.is_ok());
    let requests = stub.requests();
    assert!(requests[1].at - requests[0].at >= Duration::from_secs(1));
    let (_, asked, took) = fails(Wire::OpenAi, after("99999999")).await;
    assert!(asked == 1 && took < Duration::from_secs(2), "{asked} {took:?}");
    let (_, asked, took) = fails(Wire::OpenAi, after("Fri, 01 Jan 9999 00:00:00 GMT")).await;
    assert!(asked == 1 && took < Duration::from_secs(2), "{asked} {took:?}");
    let (_, asked, _) = fails(Wire::OpenAi, after("Sun, 06 Nov 1994 08:49:37 GMT")).await;
    assert_eq!(asked, 3, "a date in the past is no wait");
    let (_, asked, _) = fails(Wire::OpenAi, after("-1")).await;
    assert_eq!(asked, 3, "nonsense is no wish");
}

#[tokio::test]
async fn a_stream_that_ends_before_its_end_is_a_failure_wherever_it_is_cut() {
    // The events that the stub's answer has in each format; the last of them is its end.
    for (wire, all) in [(Wire::OpenAi, 7), (Wire::OpenAiResponses, 11), (Wire::Anthropic, 9), (Wire::Ollama, 4)] {
        let whole = broken(Behave { truncate_after_events: Some(all), ..Behave::default() });
        let stub = StubModel::start(wire, vec![whole]).await;
        assert!(ask(provider(&stub, wire).as_ref()).await.is_ok(), "{wire:?}");
        for events in 0..all {
            let (error, asked, _) =
                fails(wire, broken(Behave { truncate_after_events: Some(events), ..Behave::default() })).await;
            assert!(matches!(error, LlmError::Unavailable { .. }), "{wire:?} {events}: {error}");
            assert_eq!(asked, 3, "{wire:?} {events}");
        }
        let (error, ..) = fails(wire, broken(Behave { reset_after_bytes: Some(300), ..Behave::default() })).await;
        assert!(matches!(error, LlmError::Unavailable { .. }), "{wire:?}: {error}");
    }
}

#[tokio::test]
async fn a_model_that_hangs_or_drips_is_given_up_at_the_deadline() {
    for behave in [
        Behave { hang_before_headers: true, ..Behave::default() },
        Behave { drip_bytes_per_s: Some(2), ..Behave::default() },
        Behave { stall_after_events: Some(2), ..Behave::default() },
    ] {
        let (error, _, took) = fails(Wire::OpenAi, broken(behave.clone())).await;
        assert!(matches!(error, LlmError::Unavailable { .. }), "{behave:?}: {error}");
        assert!(took < Duration::from_secs(8), "{behave:?}: {took:?}");
    }
}

#[tokio::test]
async fn an_answer_without_end_is_cut_at_four_mebibytes() {
    let raw = |content_type: &str, body: Vec<u8>, endless_body: bool| Answer::Raw {
        status: 200,
        content_type: content_type.into(),
        headers: Vec::new(),
        body,
        behave: Behave { endless_body, ..Behave::default() },
    };
    for answer in [
        raw("text/event-stream", b": ping\n\n".to_vec(), true),
        raw("application/json", b"{\"a\":\"".to_vec(), true),
        raw("application/json", vec![b' '; 10 * 1024 * 1024], false),
        raw("text/event-stream", [b"data: \"".to_vec(), vec![b'x'; 2 * 1024 * 1024]].concat(), false),
    ] {
        let (error, asked, took) = fails(Wire::OpenAi, answer).await;
        let is_cut = matches!(error, LlmError::Garbage(_)) && asked == 1;
        let is_late = matches!(error, LlmError::Unavailable { .. }) && took < Duration::from_secs(8);
        assert!(is_cut || is_late, "{error} {asked} {took:?}");
    }
}

#[tokio::test]
async fn an_empty_answer_a_refusal_and_a_cut_one_are_told_apart() {
    let stream = |delta: &str, finish: &str| {
        Answer::Raw {
        status: 200,
        content_type: "text/event-stream".into(),
        headers: Vec::new(),
        body: format!(
            "data: {{\"choices\":[{{\"index\":0,\"delta\":{delta},\"finish_reason\":\"{finish}\"}}]}}\n\ndata: [DONE]\n\n"
        )
        .into_bytes(),
        behave: Behave::default(),
    }
    };
    for (answer, expect) in [
        (stream("{}", "stop"), "it is empty"),
        (stream(r#"{"refusal":"I will not"}"#, "stop"), "declined"),
        (stream(r#"{"content":"half"}"#, "length"), "cut off at 500 tokens"),
        (stream(r#"{"content":"no"}"#, "content_filter"), "declined"),
    ] {
        let (error, asked, _) = fails(Wire::OpenAi, answer).await;
        assert!(error.to_string().contains(expect), "{expect}: {error}");
        assert_eq!(asked, 1);
    }
}

#[tokio::test]
async fn a_key_that_is_revoked_while_running_is_said_and_not_sent_on_and_on() {
    let stub = StubModel::start(Wire::Anthropic, vec![Answer::Turn(Turn::says("Fine.")), refusal(401, "")]).await;
    let provider = provider(&stub, Wire::Anthropic);
    assert!(ask(provider.as_ref()).await.is_ok());
    assert!(ask(provider.as_ref()).await.unwrap_err().to_string().contains("refused the key"));
    for _ in 0..3 {
        assert!(ask(provider.as_ref()).await.is_err());
    }
    assert_eq!(stub.requests().len(), 2, "the door stays shut for a while");
}

/// Through the desk, as the screen sees it: what had arrived is kept, marked, and trusted with nothing.
#[tokio::test]
async fn a_provider_that_goes_in_mid_draft_leaves_what_had_arrived_marked() {
    let words = "Hello,\n\nwe have looked at both charges of your card and see that one of them is a hold. ".repeat(3);
    // All but the end and what comes before it; see above for how many events there are.
    for (wire, events) in [(Wire::OpenAi, 5), (Wire::OpenAiResponses, 7), (Wire::Anthropic, 6), (Wire::Ollama, 3)] {
        let cut = Behave { truncate_after_events: Some(events), ..Behave::default() };
        let stub = StubModel::start(wire, vec![Answer::Broken(Turn::says(&words), cut)]).await;
        let house = House::new().await;
        let assistant = Assistant { provider: Some(provider(&stub, wire)), prompts: Prompts::default() };
        let desk = house.desk().with_assistant(assistant);
        let who = principal("maya", Role::Agent);
        let caller = Caller::new(who, "Maya".into(), house.run.id.clone());
        let call = ReadCall::SuggestResponse(serde_json::from_value(json!({"ticket_id": "T-1"})).unwrap());
        let Told::Suggestion(draft) = desk.read(&caller, &call).await.unwrap() else { panic!("a suggestion") };
        let arrived = draft.response_text.trim_end_matches(" …");
        assert!(arrived.starts_with("Hello,") && words.starts_with(arrived), "{wire:?}: {arrived}");
        assert_eq!(draft.unsupported.last().map(|mark| mark.kind.as_str()), Some("broken off"), "{wire:?}");
        assert!(draft.score.abs() < 1e-9, "{wire:?}: {}", draft.score);
        assert!(draft.maker.notes.iter().any(|note| note.contains("broke off")), "{:?}", draft.maker);
    }
}
