//! The log: durable, in order, and no change goes unnoticed.

use std::time::Duration;

use countersign::domain::audit::Action;
use countersign::domain::audit::chain::{Broken, Head};
use countersign::domain::call::{OfTicket, ReadCall};
use countersign::mcp::client::Era;
use countersign::store::Store;
use countersign::store::sqlite::Sqlite;
use countersign::tools::ToolBackend;
use rusqlite::Connection;
use serde_json::json;

use crate::house::{House, bot, update};

/// A house whose log has a few hundred records and checkpoints, closed.
async fn closed() -> (House, Head) {
    let house = House::new().await;
    let backend = house.backend(bot(), Era::Auto).await;
    for n in 0..250 {
        let ticket_id = format!("T-{}", n % 3 + 1).parse().unwrap();
        backend.read(&house.run, &ReadCall::GetTicket(OfTicket { ticket_id })).await.unwrap();
        if n % 50 == 0 {
            house.through(update("T-1", json!({"priority": (["low", "high"][n / 50 % 2])}))).await;
        }
    }
    house.store.flush().await.unwrap();
    let head = house.store.verify(None).await.unwrap().unwrap();
    (house, head)
}

async fn tampered(house: &House, sql: &str) -> Result<Head, Broken> {
    let raw = Connection::open(house.path()).unwrap();
    raw.execute_batch(
        "DROP TRIGGER IF EXISTS audit_is_never_changed; DROP TRIGGER IF EXISTS audit_is_never_shortened;",
    )
    .unwrap();
    raw.execute_batch("PRAGMA foreign_keys = OFF;").unwrap();
    raw.execute_batch(sql).unwrap();
    house.store.verify(None).await.unwrap()
}

#[tokio::test]
async fn a_clean_log_verifies_and_names_its_head() {
    let (house, head) = closed().await;
    assert!(head.size > 250);
    assert_eq!(house.store.verify(Some(head.clone())).await.unwrap(), Ok(head));
}

#[tokio::test]
async fn a32_a_changed_record_is_named() {
    for (sql, seq) in [
        ("UPDATE audit SET outcome = 'fine' WHERE seq = 17", 17),
        ("UPDATE audit SET actor = 'tom' WHERE seq = 120", 120),
        ("UPDATE audit SET at = '2020-01-01T00:00:00Z' WHERE seq = 3", 3),
        ("UPDATE audit SET version_after = 9 WHERE seq = 5", 5),
        ("UPDATE audit SET ticket = NULL WHERE seq = 9", 9),
    ] {
        let (house, _) = closed().await;
        assert_eq!(tampered(&house, sql).await, Err(Broken::Fields { seq }), "{sql}");
    }
    let (house, _) = closed().await;
    let body = tampered(&house, "UPDATE audit_bodies SET body = '{}' WHERE seq = 44").await;
    assert_eq!(body, Err(Broken::Body { seq: 44 }));
}

#[tokio::test]
async fn a33_a_log_made_anew_is_not_the_one_that_was_signed() {
    let (house, _) = closed().await;
    let sql = "DELETE FROM audit_bodies; DELETE FROM audit; UPDATE meta SET value = 'log-new' WHERE key = 'log_id';";
    assert!(matches!(tampered(&house, sql).await, Err(Broken::Head(_))));
    let (house, _) = closed().await;
    assert!(matches!(tampered(&house, "DELETE FROM audit_bodies; DELETE FROM audit;").await, Err(Broken::Head(_))));
}

#[tokio::test]
async fn a34_a_cut_tail_is_seen() {
    let (house, head) = closed().await;
    let cut = tampered(&house, "DELETE FROM audit_bodies WHERE seq > 150; DELETE FROM audit WHERE seq > 150;").await;
    assert!(matches!(&cut, Err(Broken::Head(words)) if words.contains("cut")), "{cut:?}");
    // Where no checkpoint reaches, a head that somebody noted does.
    let (house, noted) = closed().await;
    let sql = format!("DELETE FROM audit_bodies WHERE seq = {0}; DELETE FROM audit WHERE seq = {0};", noted.size);
    tampered(&house, &sql).await.unwrap();
    assert!(house.store.verify(Some(noted)).await.unwrap().is_err());
    drop(head);
}

#[tokio::test]
async fn a35_two_records_that_changed_places_are_seen() {
    let (house, _) = closed().await;
    let sql = "UPDATE audit SET seq = 100000 WHERE seq = 20; UPDATE audit SET seq = 20 WHERE seq = 21; \
               UPDATE audit SET seq = 21 WHERE seq = 100000;";
    assert_eq!(tampered(&house, sql).await, Err(Broken::Link { seq: 20 }));
}

#[tokio::test]
async fn a36_a_deleted_record_is_seen() {
    let (house, _) = closed().await;
    let sql = "DELETE FROM audit_bodies WHERE seq = 30; DELETE FROM audit WHERE seq = 30;";
    assert_eq!(tampered(&house, sql).await, Err(Broken::Gap { expected: 30, found: 31 }));
}

#[tokio::test]
async fn a37_a_chain_written_anew_with_good_hashes_fails_at_a_checkpoint() {
    let (house, _) = closed().await;
    let mut records = house.store.log(None, 10_000).await.unwrap();
    records.reverse();
    records[10].outcome = "fine".to_owned();
    let raw = Connection::open(house.path()).unwrap();
    raw.execute_batch("DROP TRIGGER audit_is_never_changed;").unwrap();
    for at in 10..records.len() {
        records[at].prev = records[at - 1].hash.clone();
        records[at].hash = records[at].computed_hash();
        let r = &records[at];
        raw.execute(
            "UPDATE audit SET outcome = ?2, prev = ?3, hash = ?4 WHERE seq = ?1",
            rusqlite::params![r.seq, r.outcome, r.prev, r.hash],
        )
        .unwrap();
    }
    let broken = house.store.verify(None).await.unwrap();
    assert!(matches!(&broken, Err(Broken::Head(words)) if words.contains("rewritten")), "{broken:?}");
}

#[tokio::test]
async fn a_body_that_nobody_ordered_to_be_erased_is_missed() {
    let (house, _) = closed().await;
    let gone = tampered(&house, "DELETE FROM audit_bodies WHERE seq BETWEEN 10 AND 60").await;
    assert_eq!(gone, Err(Broken::Missing { seq: 10 }));
    assert_eq!(house.store.log_body(20).await.unwrap(), None);
}

#[tokio::test]
async fn the_log_cannot_be_changed_through_sql_either() {
    let (house, _) = closed().await;
    let raw = Connection::open(house.path()).unwrap();
    for sql in ["UPDATE audit SET outcome = 'x' WHERE seq = 1", "DELETE FROM audit WHERE seq = 1"] {
        assert!(raw.execute_batch(sql).unwrap_err().to_string().contains("append-only"), "{sql}");
    }
}

#[tokio::test]
async fn a39_two_programs_on_one_desk_make_one_chain() {
    let house = House::new().await;
    let other = Sqlite::open(&house.path()).unwrap().store;
    for _ in 0..30 {
        house.store.record(crate::house::event()).unwrap();
        other.record(crate::house::event()).unwrap();
        let (a, b) = tokio::join!(house.store.flush(), other.flush());
        a.unwrap();
        b.unwrap();
    }
    assert_eq!(house.store.verify(None).await.unwrap().unwrap().size, 61);
}

#[tokio::test]
async fn the_record_of_a_read_is_durable_soon_and_before_a_later_write() {
    let house = House::new().await;
    let other = Sqlite::open(&house.path()).unwrap().store;
    let backend = house.backend(bot(), Era::Auto).await;
    let ticket_id = "T-1".parse().unwrap();
    backend.read(&house.run, &ReadCall::GetTicket(OfTicket { ticket_id })).await.unwrap();
    let soon = tokio::time::Instant::now() + Duration::from_secs(10);
    while other.log(None, 1).await.unwrap().first().is_none_or(|r| r.action != Action::Read.as_str()) {
        assert!(tokio::time::Instant::now() < soon, "a read's record never came");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for n in 0..20 {
        let ticket_id = "T-2".parse().unwrap();
        backend.read(&house.run, &ReadCall::GetTicket(OfTicket { ticket_id })).await.unwrap();
        house.propose(update("T-1", json!({"priority": (["low", "high"][n % 2])}))).await;
        let newest = other.log(None, 2).await.unwrap();
        assert_eq!([newest[0].action.as_str(), newest[1].action.as_str()], ["proposed", "read"]);
    }
}

#[tokio::test]
async fn a_second_program_hears_of_changes_within_two_seconds() {
    let house = House::new().await;
    let other = Sqlite::open(&house.path()).unwrap().store;
    let mut changes = other.changes();
    changes.mark_unchanged();
    house.propose(update("T-1", json!({"priority": "low"}))).await;
    tokio::time::timeout(Duration::from_secs(2), changes.changed()).await.expect("within two seconds").unwrap();
    // What only the log knows is no change: two programs would wake each other for ever.
    tokio::time::timeout(Duration::from_secs(5), async {
        house.store.record(crate::house::event()).unwrap();
        house.store.flush().await.unwrap();
    })
    .await
    .unwrap();
    assert!(tokio::time::timeout(Duration::from_millis(1200), changes.changed()).await.is_err());
}
