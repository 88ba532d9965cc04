//! What is prepared before a ticket is opened: in the real program, beside a model that answers by a script.

use std::time::{Duration, Instant};

use countersign::store::Store;
use serde_json::Value;

use crate::house::House;
use crate::stub_model::{Answer, Behave, StubModel, Turn, Wire};
use crate::terminal::Terminal;

const ENTER: &str = "\r";
const DRAFT: &str = "Hello, the model has read all of it.";
const SUMMARY: &str = r#"{"summary": "The model says it in one line.", "highlights": []}"#;

/// A model that writes both texts.
async fn writer() -> StubModel {
    let answer = |body: &Value, _nth: usize| {
        let wants_json = body.get("response_format").is_some();
        Answer::Turn(Turn::says(if wants_json { SUMMARY } else { DRAFT }))
    };
    StubModel::start_with(Wire::OpenAi, answer).await
}

/// A model that begins every answer and ends none.
async fn staller() -> StubModel {
    let stall = |_: &Value, _nth: usize| {
        Answer::Broken(Turn::says(DRAFT), Behave { stall_after_events: Some(2), ..Behave::default() })
    };
    StubModel::start_with(Wire::OpenAi, stall).await
}

/// The program at a desk of three tickets, beside this model.
async fn at_work(model: &StubModel, assistant: &str, provider: &str) -> (House, Terminal) {
    let house = House::new().await;
    let home = house.dir.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let config = home.join("config.toml");
    let base = model.base();
    let text = format!(
        "[assistant]\n{assistant}\n[llm]\nretries = 0\n[[llm.provider]]\nkind = \"openai\"\nmodel = \"stub\"\naddress = \"{base}v1\"\n{provider}"
    );
    std::fs::write(&config, text).unwrap();
    let desk = house.path();
    let args = ["--desk", desk.to_str().unwrap(), "--config", config.to_str().unwrap()];
    let terminal = Terminal::start(&home, 140, 42, &args);
    terminal.wait("T-3");
    (house, terminal)
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let since = Instant::now();
    while !holds().await {
        assert!(since.elapsed() < Duration::from_mins(1), "never: {what}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

async fn logged(house: &House, action: &str) -> Vec<(String, String, String)> {
    house.store.flush().await.unwrap();
    let all = house.store.log(None, 1000).await.unwrap().into_iter().filter(|record| record.action == action);
    all.map(|record| (record.actor, record.tool, record.ticket.unwrap_or_default())).collect()
}

/// How many texts of how many tickets are prepared: one that was begun twice is one.
async fn texts(house: &House) -> usize {
    let all: std::collections::BTreeSet<_> = logged(house, "prepared").await.into_iter().collect();
    all.len()
}

/// How often the model was asked about a ticket.
fn asked_about(model: &StubModel, ticket: u32) -> usize {
    model.requests().iter().filter(|request| request.raw.contains(&format!("FH-10000{ticket}"))).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_next_ticket_opens_with_the_model_s_draft_and_without_a_call() {
    let model = writer().await;
    let (house, mut terminal) = at_work(&model, "prepare = 2", "").await;
    until("summary and draft of two tickets are prepared", async || texts(&house).await == 4).await;
    let before = asked_about(&model, 1);
    assert!(before >= 2 && asked_about(&model, 2) >= 2, "{before}");
    assert_eq!(asked_about(&model, 3), 0, "the third is not one of the next two");
    terminal.keys(ENTER);
    terminal.wait(DRAFT);
    terminal.wait("The model says it in one line.");
    until("the one that comes into reach then", async || texts(&house).await == 6).await;
    assert_eq!(asked_about(&model, 1), before, "opening has asked nothing");
    let prepared = logged(&house, "prepared").await;
    assert!(prepared.iter().all(|(actor, ..)| actor == "assistant-maya"), "{prepared:?}");
    let opened = logged(&house, "read").await;
    assert!(opened.iter().any(|(actor, tool, _)| actor == "maya" && tool == "suggest_response"), "{opened:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_opens_another_ticket_gets_the_model_and_what_was_written_ahead_ends() {
    let model = staller().await;
    let (house, mut terminal) = at_work(&model, "prepare = 1", "").await;
    terminal.wait("preparing T-");
    until("the model is asked", async || model.requests().len() == 1).await;
    terminal.keys("j");
    terminal.keys(ENTER);
    terminal.wait("openai stub is writing");
    until("summary and draft of the ticket at hand", async || model.requests().len() == 3).await;
    terminal.wait_gone("preparing");
    assert_eq!(logged(&house, "prepared").await, [], "it was told to stop before it had ended");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_prepared_with_0_nor_by_a_model_that_costs_something_unless_asked_for() {
    for (assistant, provider, expect) in
        [("prepare = 0", "", 0), ("prepare = 3", "price_in = 1.0\n", 0), ("prepare_metered = 1", "price_in = 1.0\n", 2)]
    {
        let model = writer().await;
        let (house, mut terminal) = at_work(&model, assistant, provider).await;
        // A ticket that is opened has two answers; what was to be prepared is prepared before and after it.
        until(assistant, async || texts(&house).await == expect).await;
        terminal.keys(ENTER);
        terminal.wait(DRAFT);
        until(assistant, async || texts(&house).await == 2 * expect).await;
        terminal.settle(Duration::from_millis(1500));
        assert_eq!(texts(&house).await, 2 * expect, "{assistant} {provider}");
        if expect == 0 {
            assert_eq!(model.requests().len(), 2, "{assistant} {provider}: only for the ticket that was opened");
        }
    }
}
