//! The assistant's pane in the real program: other words, what a draft cites, and a ticket that moves under it.

use std::time::{Duration, Instant};

use countersign::domain::intake::Intake;
use countersign::store::{Origin, Store};
use serde_json::{Value, json};

use crate::house::{House, event, update};
use crate::stub_model::{Answer, Behave, StubModel, Turn, Wire};
use crate::terminal::Terminal;

const ENTER: &str = "\r";
const ESC: &str = "\u{1b}";
const CTRL_S: &str = "\u{13}";
const CTRL_U: &str = "\u{15}";
const CTRL_HOME: &str = "\u{1b}[1;5H";
const SHIFT_END: &str = "\u{1b}[1;2F";
const ALT_W: &str = "\u{1b}w";

const DRAFT: &str = "Hello,\n\nthe model has read all of it.\n\nMaya";
const SUMMARY: &str = r#"{"summary": "The model says it in one line.", "highlights": []}"#;

/// A model that writes a summary and a draft, and puts texts into other words as it is told to.
async fn writer(rewrite: impl Fn() -> Answer + Send + Sync + 'static) -> StubModel {
    let answer = move |body: &Value, _nth: usize| {
        if body.to_string().contains("What to do: ") {
            return rewrite();
        }
        let wants_json = body.get("response_format").is_some();
        Answer::Turn(Turn::says(if wants_json { SUMMARY } else { DRAFT }))
    };
    StubModel::start_with(Wire::OpenAi, answer).await
}

/// The program at a desk of three tickets, beside this model or none.
fn at_work(house: &House, model: Option<&StubModel>, (width, height): (u16, u16)) -> Terminal {
    let home = house.dir.path().join("home");
    std::fs::create_dir_all(&home).unwrap();
    let config = home.join("config.toml");
    let provider = model.map(|model| {
        let base = model.base();
        format!("[llm]\nretries = 0\n[[llm.provider]]\nkind = \"openai\"\nmodel = \"stub\"\naddress = \"{base}v1\"\n")
    });
    std::fs::write(&config, format!("[assistant]\nprepare = 0\n{}", provider.unwrap_or_default())).unwrap();
    let desk = house.path();
    let args = ["--desk", desk.to_str().unwrap(), "--config", config.to_str().unwrap()];
    let terminal = Terminal::start(&home, width, height, &args);
    terminal.wait("T-3");
    terminal
}

async fn until(what: &str, mut holds: impl AsyncFnMut() -> bool) {
    let since = Instant::now();
    while !holds().await {
        assert!(since.elapsed() < Duration::from_mins(1), "never: {what}");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_puts_the_selected_part_into_other_words_and_one_undo_takes_them_back() {
    let model = writer(|| Answer::Turn(Turn::says("Good day to you,"))).await;
    let house = House::new().await;
    let mut terminal = at_work(&house, Some(&model), (80, 24));
    terminal.keys(ENTER);
    terminal.wait("two charges of 49.00");
    terminal.keys("d");
    terminal.wait("the model has read all of it.");
    terminal.keys("e");
    terminal.wait("^s done");
    terminal.keys(&format!("{CTRL_HOME}{SHIFT_END}"));
    terminal.keys(ALT_W);
    terminal.wait("The selected part in other words");
    terminal.keys("3");
    terminal.wait("Good day to you,");
    let screen = terminal.wait("the selected part: friendlier · ^u takes it back");
    assert!(screen.contains("the model has read all of it.") && !screen.contains("Hello,"), "{screen}");
    terminal.keys(CTRL_U);
    terminal.wait("Hello,");
    let sent = model.requests().last().unwrap().body.to_string();
    assert!(sent.contains("make it friendlier") && sent.contains("| Hello,") && !sent.contains("read all"), "{sent}");
    until("the call is in the log", async || {
        house.store.flush().await.unwrap();
        let log = house.store.log(None, 100).await.unwrap();
        log.iter().any(|record| record.tool == "rewrite_text" && record.actor == "maya" && record.outcome == "ok")
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_that_does_not_come_to_an_end_is_stopped_and_the_draft_stays() {
    let stall = || Answer::Broken(Turn::says("Never"), Behave { stall_after_events: Some(1), ..Behave::default() });
    let model = writer(stall).await;
    let house = House::new().await;
    let mut terminal = at_work(&house, Some(&model), (140, 42));
    terminal.keys(ENTER);
    terminal.wait("the model has read all of it.");
    terminal.keys("w");
    terminal.wait("The draft in other words");
    terminal.keys("1");
    terminal.wait("shorter … Esc stops it");
    until("the model is asked", async || model.requests().len() == 3).await;
    terminal.keys(ESC);
    let screen = terminal.wait_gone("Esc stops it");
    assert!(screen.contains("the model has read all of it.") && !screen.contains("edited"), "{screen}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn without_a_model_it_is_made_shorter_and_says_what_needs_one() {
    let house = House::new().await;
    let mut terminal = at_work(&house, None, (80, 24));
    terminal.keys(ENTER);
    terminal.wait("two charges of 49.00");
    terminal.keys("d");
    terminal.wait("score");
    terminal.keys("e");
    terminal.wait("^s done");
    // Everything that stands there goes.
    terminal.keys("\u{1b}a");
    terminal.keys("The second of your charges is a hold. We are proud of our new shop in Lisbon.");
    terminal.wait("new shop in Lisbon");
    terminal.keys(CTRL_S);
    terminal.wait_gone("^s done");
    terminal.keys("w");
    terminal.wait("needs a model: countersign setup");
    terminal.keys("6");
    terminal.wait("translate: needs a model: countersign setup");
    terminal.keys("1");
    terminal.wait("the draft: shorter");
    terminal.wait_gone("new shop in Lisbon");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_draft_cites_is_opened_beside_it() {
    let house = House::new().await;
    let article = json!({
        "id": "KB-31", "title": "Two charges on a card", "tags": ["billing"], "updated_at": "2026-01-01T00:00:00Z",
        "body": "When a card shows two charges, one of them is a hold. A hold ends by itself within 7 working days.\n\n\
            ## For the till\n\nThe terminals in Lisbon print a second slip.",
    });
    house
        .store
        .import(vec![Intake::Article(serde_json::from_value(article).unwrap())], Origin::File, event())
        .await
        .unwrap();
    let mut terminal = at_work(&house, None, (80, 24));
    terminal.keys(ENTER);
    terminal.wait("two charges of 49.00");
    terminal.keys("d");
    terminal.wait("[1] KB-31");
    terminal.keys("K");
    let screen = terminal.wait("The terminals in Lisbon print a second slip.");
    assert!(screen.contains("[1] KB-31 Two charges on a card · 1 of 1"), "{screen}");
    assert!(screen.contains("▌When a card shows two charges"), "{screen}");
    terminal.keys(ESC);
    terminal.wait_gone("print a second slip");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ticket_that_moves_under_a_draft_is_redone_on_one_key_and_undo_brings_back_what_was_written() {
    let house = House::new().await;
    let mut terminal = at_work(&house, None, (80, 24));
    terminal.keys(ENTER);
    terminal.wait("two charges of 49.00");
    terminal.keys("d");
    terminal.wait("score");
    terminal.keys("e");
    terminal.wait("^s done");
    terminal.keys("Mine alone.");
    terminal.wait("Mine alone.");
    terminal.keys(CTRL_S);
    terminal.wait_gone("^s done");
    house.through(update("T-1", json!({"priority": "high"}))).await;
    terminal.wait("stale: the ticket moved · D redoes it");
    terminal.keys("D");
    terminal.wait_gone("Mine alone.");
    let screen = terminal.wait("high · v2");
    assert!(!screen.contains("stale"), "{screen}");
    terminal.keys("e");
    terminal.wait("^s done");
    terminal.keys(CTRL_U);
    terminal.wait("Mine alone.");
}
