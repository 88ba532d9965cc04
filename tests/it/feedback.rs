//! Thumbs in the desk: kept with what was read and shown, changed, erased, counted, exported; the ticket stays as it was.

use countersign::desk::Caller;
use countersign::domain::actor::Role;
use countersign::domain::audit::Action;
use countersign::domain::audit::figures::Figures;
use countersign::domain::audit::query::LogQuery;
use countersign::domain::draft::{Maker, Suggestion};
use countersign::domain::erasure::Meant;
use countersign::domain::feedback::{Feedback, Kept, Thumb};
use countersign::domain::ticket::Tone;
use countersign::store::Store;
use serde_json::{Value, json};

use crate::house::{House, principal};
use crate::process::program;
use crate::terminal::Terminal;

fn suggestion(text: &str) -> Suggestion {
    let maker = Maker { by: "openai stub".into(), prompt: "suggest_response@1".into(), ..Maker::default() };
    serde_json::from_value(json!({
        "response_text": text, "confidence": 0.5, "citations": [], "unsupported": [], "evidence": [], "maker": maker,
    }))
    .unwrap()
}

async fn rate(house: &House, who: &str, thumb: Thumb, text: &str, words: &str) {
    let ticket = house.ticket("T-1").await;
    let feedback = Feedback::of_draft(thumb, &ticket, Tone::Polite, &suggestion(text)).saying(words);
    let event = feedback.event(jiff::Timestamp::now(), who.parse().unwrap(), house.run.id.clone());
    house.store.rate(feedback, event).await.unwrap();
}

async fn all(house: &House) -> Vec<Kept> {
    house.store.feedback().await.unwrap()
}

#[tokio::test]
async fn a_thumb_is_kept_with_what_was_read_and_shown_and_a_second_takes_its_place() {
    let house = House::new().await;
    let before = house.ticket("T-1").await;
    rate(&house, "maya", Thumb::Good, "Hello.", "").await;
    rate(&house, "maya", Thumb::Bad, "Hello.", "  too short ").await;
    rate(&house, "tom", Thumb::Good, "Hello.", "").await;
    let kept = all(&house).await;
    let told: Vec<_> = kept.iter().map(|k| (k.by.as_str(), k.thumb, k.comment.as_deref())).collect();
    assert_eq!(told, [("maya", Thumb::Bad, Some("too short")), ("tom", Thumb::Good, None)]);
    assert_eq!(kept[0].output["response_text"], "Hello.");
    assert_eq!(kept[0].input["thread"][0]["body"], json!(before.thread[0].body));
    assert_eq!((kept[0].version, kept[0].tone.as_deref()), (before.row.version, Some("polite")));
    assert_eq!((kept[0].made_by.as_str(), kept[0].prompt.as_str()), ("openai stub", "suggest_response@1"));
    assert_eq!(house.ticket("T-1").await, before, "the ticket is as it was");
    assert!(house.store.verify(None).await.unwrap().is_ok());
    let given = house.store.given(&"maya".parse().unwrap(), &"T-1".parse().unwrap()).await.unwrap();
    assert_eq!(given.len(), 1);
    assert_eq!(given[0].comment.as_deref(), Some("too short"));
}

#[tokio::test]
async fn only_thumbs_that_still_stand_are_counted() {
    let house = House::new().await;
    rate(&house, "maya", Thumb::Good, "Hello.", "").await;
    rate(&house, "maya", Thumb::Bad, "Hello.", "").await;
    rate(&house, "maya", Thumb::Good, "Hello again.", "").await;
    let query = LogQuery { who: Some("maya".into()), ..LogQuery::default() };
    let figures = Figures::of(&house.store.log_marks(&query).await.unwrap());
    let told: Vec<_> = figures.thumbs.iter().map(|t| (t.name.as_str(), t.good, t.bad)).collect();
    assert_eq!(told, [("suggest_response", 1, 1), ("polite", 1, 1), ("openai stub", 1, 1)]);
    let tools: Vec<_> = figures.tools.iter().map(|tool| tool.tool.as_str()).collect();
    assert!(!tools.contains(&"suggest_response"), "a thumb is no call: {tools:?}");
}

#[tokio::test]
async fn what_was_read_shown_and_said_is_erased_with_the_bodies_and_the_thumb_stays() {
    let house = House::new().await;
    rate(&house, "maya", Thumb::Bad, "Hello.", "too short").await;
    let customer = house.ticket("T-1").await.row.customer_id;
    let admin = Caller::new(principal("ada", Role::Admin), "Ada".to_owned(), house.run.id.clone());
    let desk = house.desk();
    let (customer, _) = desk.erasable(&admin, &customer).await.unwrap();
    desk.erase(&admin, &Meant::by(&customer, "Customer 1").unwrap()).await.unwrap();
    let kept = all(&house).await;
    assert_eq!((kept[0].thumb, &kept[0].comment, &kept[0].input), (Thumb::Bad, &None, &Value::Null));
    assert_eq!(kept[0].output, Value::Null);
    assert!(house.store.verify(None).await.unwrap().is_ok(), "the chain still holds");
    let given = house.store.given(&"maya".parse().unwrap(), &"T-1".parse().unwrap()).await.unwrap();
    assert!(given[0].shown.as_str().starts_with("erased-"), "{given:?}");
}

#[tokio::test]
async fn a_thumb_given_on_the_screen_is_there_again_later_and_in_every_report() {
    let house = House::new().await;
    let home = house.dir.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let desk = house.path();
    let args = ["--desk", desk.to_str().unwrap()];
    let mut terminal = Terminal::start(&home, 140, 42, &args);
    terminal.wait("T-3");
    terminal.keys("\r");
    terminal.wait("score");
    terminal.keys("-");
    terminal.wait("What is wrong with it?");
    terminal.keys("no answer in it\r");
    terminal.wait("· - bad: no answer in it");
    terminal.keys("q");
    assert!(terminal.ended());
    let mut again = Terminal::start(&home, 140, 42, &args);
    again.wait("T-3");
    again.keys("\r");
    again.wait("· - bad: no answer in it");
    again.keys("q");
    assert!(again.ended());

    let say = |more: &[&str]| {
        let output = program(&home).args(args).args(more).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    };
    let kept: Value = serde_json::from_str(say(&["feedback", "--json"]).trim()).unwrap();
    assert_eq!((&kept["thumb"], &kept["comment"]), (&json!("bad"), &json!("no answer in it")));
    assert_eq!(kept["made_by"], "offline assistant");
    assert!(kept["input"]["thread"][0]["body"].as_str().unwrap().contains("49.00"), "{kept}");
    assert!(!kept["output"]["response_text"].as_str().unwrap().is_empty());
    assert!(say(&["feedback"]).contains("no answer in it"));
    assert!(say(&["feedback", "--thumb", "good"]).contains("no thumb was given"));
    let report: Value = serde_json::from_str(&say(&["report", "--json"])).unwrap();
    assert_eq!(report["thumbs"][0], json!({"of": "tool", "name": "suggest_response", "good": 0, "bad": 1}));
    assert!(say(&["report"]).contains("by    offline assistant"));
    let log = house.store.log(None, 100).await.unwrap();
    assert!(log.iter().any(|record| record.action == Action::Rated.as_str() && record.outcome == "bad"));
}
