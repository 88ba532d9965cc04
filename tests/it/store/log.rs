//! The log: one chain, whoever writes; no change of it goes unnoticed.

use std::time::{Duration, Instant};

use countersign::domain::audit::chain::Broken;
use countersign::domain::audit::query::LogQuery;
use countersign::domain::audit::{Action, Body, Event};
use serde_json::json;

use crate::house::{event, reply, update};
use crate::store::{Desk, later, now, on_both};

on_both! {
    a_chain_verifies_and_names_its_head,
    a_change_of_the_log_names_its_record,
    a_cut_tail_is_seen,
    a_body_that_is_gone_without_an_order_is_named,
    nobody_changes_the_log_by_accident,
    records_are_found_by_what_a_person_asks_for,
    figures_have_what_they_need,
    the_record_of_a_read_is_durable_soon_and_before_a_later_write,
    two_programs_make_one_chain,
    decisions_teach_what_confidence_is_worth,
}

fn read(n: usize) -> Event {
    let body = Body { arguments: json!({"n": n}), words: Some("nul \u{0} and 退".to_owned()), ..Body::default() };
    let at = now();
    let (actor, run) = ("bot".parse().unwrap(), "r-read".parse().unwrap());
    Event {
        body,
        ticket: Some("T-1".parse().unwrap()),
        micros: 7,
        ..Event::new(at, actor, run, Action::Read, "get_ticket")
    }
}

/// A log of some hundred records, with checkpoints.
async fn long(desk: &Desk) {
    for n in 0..220 {
        desk.store.record(read(n)).unwrap();
        if n % 40 == 0 {
            desk.through(update("T-1", json!({"priority": (["low", "high"][n / 40 % 2])}))).await.unwrap();
        }
    }
    desk.store.flush().await.unwrap();
}

async fn a_chain_verifies_and_names_its_head(desk: Desk) {
    long(&desk).await;
    let head = desk.store.verify(None).await.unwrap().unwrap();
    assert!(head.size > 220);
    assert_eq!(desk.store.verify(Some(head.clone())).await.unwrap(), Ok(head.clone()));
    let records = desk.store.log(None, 10_000).await.unwrap();
    assert_eq!(records.len() as u64, head.size);
    assert_eq!((records[0].seq, &records[0].hash), (head.size, &head.hash));
    let page = desk.store.log(Some(100), 10).await.unwrap();
    assert_eq!(page.iter().map(|r| r.seq).collect::<Vec<_>>(), (90..100).rev().collect::<Vec<_>>());
    let seq = records.iter().find(|r| r.action == "read").unwrap().seq;
    let body = desk.store.log_body(seq).await.unwrap().unwrap();
    assert_eq!(body.words.as_deref(), Some("nul \u{0} and 退"));
}

async fn a_change_of_the_log_names_its_record(desk: Desk) {
    long(&desk).await;
    desk.way.tamper("UPDATE audit_bodies SET body = '{}' WHERE seq = 44").await;
    assert_eq!(desk.store.verify(None).await.unwrap(), Err(Broken::Body { seq: 44 }));
    desk.way.tamper("UPDATE audit SET actor = 'tom' WHERE seq = 17").await;
    assert_eq!(desk.store.verify(None).await.unwrap(), Err(Broken::Fields { seq: 17 }));
    desk.way.tamper("DELETE FROM audit WHERE seq = 9").await;
    assert_eq!(desk.store.verify(None).await.unwrap(), Err(Broken::Gap { expected: 9, found: 10 }));
}

async fn a_cut_tail_is_seen(desk: Desk) {
    long(&desk).await;
    desk.way.tamper("DELETE FROM audit_bodies WHERE seq > 150; DELETE FROM audit WHERE seq > 150").await;
    let cut = desk.store.verify(None).await.unwrap();
    assert!(matches!(&cut, Err(Broken::Head(_))), "{cut:?}");
}

async fn a_body_that_is_gone_without_an_order_is_named(desk: Desk) {
    long(&desk).await;
    desk.way.tamper("DELETE FROM audit_bodies WHERE seq BETWEEN 10 AND 60").await;
    assert_eq!(desk.store.verify(None).await.unwrap(), Err(Broken::Missing { seq: 10 }));
    assert_eq!(desk.store.log_body(20).await.unwrap(), None);
}

async fn nobody_changes_the_log_by_accident(desk: Desk) {
    for sql in ["UPDATE audit SET outcome = 'x' WHERE seq = 1", "DELETE FROM audit WHERE seq = 1"] {
        let refused = match &desk.way {
            crate::store::Way::File(path) => {
                rusqlite::Connection::open(path).unwrap().execute_batch(sql).unwrap_err().to_string()
            }
            crate::store::Way::Url(url, _) => {
                let error = crate::postgres::try_run(url, sql).await.unwrap_err();
                error.as_db_error().unwrap().message().to_owned()
            }
        };
        assert!(refused.contains("append-only"), "{refused}");
    }
}

async fn records_are_found_by_what_a_person_asks_for(desk: Desk) {
    desk.through(update("T-1", json!({"priority": "low"}))).await.unwrap();
    desk.through(reply("T-2", "Hello")).await.unwrap();
    desk.store.record(read(1)).unwrap();
    desk.store.flush().await.unwrap();
    let found = async |query: LogQuery| desk.store.find_log(&query, None, 100).await.unwrap().len();
    let query = LogQuery::default;
    let text = |text: &str| Some(text.to_owned());
    assert_eq!(found(LogQuery { ticket: text("T-2"), ..query() }).await, 3);
    assert_eq!(found(LogQuery { tool: text("update"), ..query() }).await, 3);
    assert_eq!(found(LogQuery { tool: text("ticket"), ..query() }).await, 0, "it is how the name begins");
    assert_eq!(found(LogQuery { who: text("bo"), ..query() }).await, 1);
    assert_eq!(found(LogQuery { what: text("executed"), ..query() }).await, 2);
    assert_eq!(found(LogQuery { run: text("r-read"), ..query() }).await, 1);
    assert_eq!(found(LogQuery { words: vec!["send_reply".to_owned(), "t-2".to_owned()], ..query() }).await, 3);
    assert_eq!(found(LogQuery { words: vec!["%".to_owned()], ..query() }).await, 0);
    assert_eq!(found(LogQuery { since: Some(later(60)), ..query() }).await, 0);
    assert_eq!(found(LogQuery { until: Some(later(60)), since: Some(later(-60)), ..query() }).await, 8);
}

async fn figures_have_what_they_need(desk: Desk) {
    desk.through(reply("T-2", "Hello")).await.unwrap();
    desk.store.record(read(1)).unwrap();
    desk.store.flush().await.unwrap();
    let marks = desk.store.log_marks(&LogQuery::default()).await.unwrap();
    let told: Vec<_> = marks.iter().map(|m| (m.action.as_str(), m.tool.as_str(), m.ticket.as_deref())).collect();
    assert_eq!(
        told[1..],
        [
            ("proposed", "send_reply", Some("T-2")),
            ("approved", "send_reply", Some("T-2")),
            ("executed", "send_reply", Some("T-2")),
            ("read", "get_ticket", Some("T-1")),
        ]
    );
    assert_eq!(marks.last().unwrap().micros, 7);
}

async fn the_record_of_a_read_is_durable_soon_and_before_a_later_write(desk: Desk) {
    let other = desk.again().await;
    desk.store.record(read(1)).unwrap();
    let since = Instant::now();
    while other.log(None, 1).await.unwrap().first().is_none_or(|r| r.action != "read") {
        assert!(since.elapsed() < Duration::from_secs(10), "a read's record never came");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    for n in 0..10 {
        desk.store.record(read(n)).unwrap();
        desk.propose(update("T-1", json!({"priority": (["low", "high"][n % 2])}))).await;
        let newest = other.log(None, 2).await.unwrap();
        assert_eq!([newest[0].action.as_str(), newest[1].action.as_str()], ["proposed", "read"]);
    }
}

async fn two_programs_make_one_chain(desk: Desk) {
    let other = desk.again().await;
    let before = desk.store.verify(None).await.unwrap().unwrap().size;
    for _ in 0..25 {
        desk.store.record(event()).unwrap();
        other.record(event()).unwrap();
        let (a, b) = tokio::join!(desk.store.flush(), other.flush());
        a.unwrap();
        b.unwrap();
    }
    assert_eq!(desk.store.verify(None).await.unwrap().unwrap().size, before + 50);
    drop(desk.store);
    assert_eq!(other.verify(None).await.unwrap().unwrap().size, before + 50);
}

async fn decisions_teach_what_confidence_is_worth(desk: Desk) {
    let suggestion = json!({"response_text": "It goes back today.", "tone": "polite", "citations": [],
        "unsupported": [], "evidence": [], "confidence": 0.8, "score": 0.6});
    let mut suggested = read(0);
    suggested.tool = "suggest_response".into();
    suggested.body = Body { result: suggestion.into(), ..Body::default() };
    desk.store.record(suggested).unwrap();
    desk.store.flush().await.unwrap();
    desk.through(reply("T-1", "It goes back tomorrow.")).await.unwrap();
    desk.through(update("T-2", json!({"priority": "low"}))).await.unwrap();
    let decisions = desk.store.decisions(10).await.unwrap();
    let told: Vec<_> = decisions.iter().map(|d| (d.ticket.as_str(), d.decision.tool.as_str())).collect();
    assert_eq!(told, [("T-1", "send_reply"), ("T-2", "update_ticket")]);
    assert!((decisions[1].decision.score - 0.7).abs() < 1e-9, "the bot's own confidence");
    assert_eq!(decisions[0].decision.queue, "billing");
}
