//! What a try took that came to nothing is billed, unless nobody can have worked on it.

use std::sync::Arc;

use countersign::desk::{Caps, Metered};
use countersign::domain::usage::Usage;
use countersign::llm::chain::Chain;
use countersign::llm::{LlmError, Reply};
use countersign::store::Store;

use crate::house::House;
use crate::models::{ask, provider, task};
use crate::stub_model::{Answer, Behave, Recorded, StubModel, Turn, Wire};

/// What is noted for the ticket, the answer and the requests, when the stub answers like this.
async fn billed(wire: Wire, answers: Vec<Answer>, caps: Caps) -> (Usage, Result<Reply, LlmError>, Vec<Recorded>) {
    let (house, stub) = (House::new().await, StubModel::start(wire, answers).await);
    let metered = Metered::new(Chain::new(vec![provider(&stub, wire)]), house.store.clone() as Arc<dyn Store>, caps);
    let reply = ask(&metered).await;
    let spent = house.store.spent("2000-01-01T00:00:00Z".parse().unwrap(), &task().ticket).await.unwrap();
    assert_eq!(spent.day, spent.ticket);
    if caps != Caps::default() {
        assert!(matches!(ask(&metered).await, Err(LlmError::Spent(_))));
    }
    (spent.ticket, reply, stub.requests())
}

fn broken(behave: Behave) -> Answer {
    Answer::Broken(Turn::says("A whole sentence in several pieces, long enough to be cut."), behave)
}

fn cut(events: usize) -> Answer {
    broken(Behave { truncate_after_events: Some(events), ..Behave::default() })
}

/// A token for four characters, at a millionth of a dollar.
fn estimate(tries: u64, requests: &[Recorded]) -> Usage {
    let chars = requests[0].raw.split_once("\r\n\r\n").unwrap().1.chars().count() as u64;
    let tokens = tries * chars.div_ceil(4);
    Usage { input_tokens: tokens, output_tokens: 0, micro_usd: tokens }
}

#[tokio::test]
async fn a_try_on_which_somebody_may_have_worked_is_billed_by_what_was_sent() {
    for (name, answer, tries) in [
        ("cut", cut(2), 3),
        ("cut before its usage", cut(5), 3),
        ("stalled", broken(Behave { stall_after_events: Some(1), ..Behave::default() }), 2),
        ("silent", broken(Behave { hang_before_headers: true, ..Behave::default() }), 2),
        ("no JSON", Answer::json(200, "{\"choices"), 3),
        ("no answer", Answer::json(200, "{}"), 1),
        ("a gateway", Answer::json(502, "{}"), 3),
    ] {
        let (spent, reply, requests) = billed(Wire::OpenAi, vec![answer], Caps::default()).await;
        assert!(reply.is_err(), "{name}");
        assert_eq!(spent, estimate(tries, &requests), "{name}");
    }
}

#[tokio::test]
async fn what_a_provider_said_of_its_usage_goes_before_the_estimate() {
    let (spent, reply, _) = billed(Wire::Anthropic, vec![cut(4)], Caps::default()).await;
    assert!(reply.is_err());
    assert_eq!(spent, Usage { input_tokens: 33, output_tokens: 3, micro_usd: 39 }, "three tries");
    let (spent, reply, _) = billed(Wire::OpenAi, vec![cut(6)], Caps::default()).await;
    assert!(reply.is_err());
    assert_eq!(spent, Usage { input_tokens: 33, output_tokens: 21, micro_usd: 75 }, "all but the end");
    let blank = Answer::Turn(Turn::says(" "));
    let (spent, reply, _) = billed(Wire::OpenAi, vec![blank], Caps::default()).await;
    assert!(reply.unwrap_err().to_string().contains("it is empty"));
    assert_eq!(spent, Usage { input_tokens: 11, output_tokens: 7, micro_usd: 25 });
}

#[tokio::test]
async fn a_failed_try_is_added_to_the_answer_that_follows_and_counts_against_the_cap() {
    let caps = Caps { ticket_tokens: 30, ..Caps::default() };
    let (spent, reply, requests) = billed(Wire::OpenAi, vec![cut(2), Answer::Turn(Turn::says("There."))], caps).await;
    let answered = Usage { input_tokens: 11, output_tokens: 7, micro_usd: 25 };
    assert_eq!(reply.unwrap().usage, answered);
    assert_eq!(spent, answered.and(estimate(1, &requests)));
    assert_eq!(requests.len(), 2, "the cap is reached");
}

#[tokio::test]
async fn what_nobody_worked_on_is_not_billed() {
    for wire in Wire::all() {
        for status in [301, 400, 401, 403, 404, 413, 429, 503, 529] {
            let (spent, reply, _) = billed(wire, vec![Answer::json(status, "{}")], Caps::default()).await;
            assert!(reply.is_err());
            assert_eq!(spent, Usage::default(), "{wire:?} {status}");
        }
        let wrong = r#"{"type":"error","error":{"type":"authentication_error","message":"unauthorized"}}"#;
        let (spent, reply, _) = billed(wire, vec![Answer::json(200, wrong)], Caps::default()).await;
        assert!(matches!(reply, Err(LlmError::Setup { .. })), "{wire:?}: {reply:?}");
        assert_eq!(spent, Usage::default(), "{wire:?}");
    }
    let house = House::new().await;
    let gone = provider(&StubModel::start(Wire::OpenAi, vec![cut(0)]).await, Wire::OpenAi);
    tokio::task::yield_now().await;
    let metered = Metered::new(Chain::new(vec![gone]), house.store.clone() as Arc<dyn Store>, Caps::default());
    assert!(ask(&metered).await.unwrap_err().to_string().contains("cannot be reached"));
    assert!(house.store.spending().await.unwrap().is_empty());
}
