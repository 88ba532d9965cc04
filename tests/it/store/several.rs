//! Several programs at one desk behave as one.

use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign::domain::proposal::ProposalState;
use countersign::store::postgres::{Options, Postgres};
use countersign::store::{Decided, Decision, Store, StoreError};
use serde_json::json;

use crate::house::update;
use crate::postgres;
use crate::store::{Desk, now, on_both, receipt, state};

on_both! {
    of_two_approvers_exactly_one_wins,
    a_change_is_heard_of_by_everybody,
    two_who_write_at_once_both_write,
    a_desk_is_opened_by_several_at_once,
    what_only_the_log_knows_is_no_change,
    all_share_one_secret_and_no_other_desk_has_it,
}

async fn of_two_approvers_exactly_one_wins(desk: Desk) {
    let other = desk.again().await;
    for n in 0..20 {
        let proposal = desk.propose(update("T-1", json!({"tags": [format!("t{n}")]}))).await;
        let approve = |store: &Arc<dyn Store>, who: &str| {
            let (store, receipt) = (Arc::clone(store), receipt(&proposal, who));
            tokio::spawn(async move { store.decide(Decision::Approve(receipt), now(), vec![]).await.unwrap() })
        };
        let (maya, tom) = (approve(&desk.store, "maya"), approve(&other, "tom"));
        let mut came = [maya.await.unwrap(), tom.await.unwrap()];
        came.sort_by_key(|decided| *decided != Decided::Recorded);
        assert_eq!(came, [Decided::Recorded, Decided::Already(ProposalState::Approved)]);
        assert_eq!(state(other.as_ref(), proposal.id()).await, "approved");
    }
}

async fn a_change_is_heard_of_by_everybody(desk: Desk) {
    let other = desk.again().await;
    let (mut here, mut there) = (desk.store.changes(), other.changes());
    for n in 0..3 {
        here.mark_unchanged();
        there.mark_unchanged();
        desk.propose(update("T-1", json!({"tags": [format!("t{n}")]}))).await;
        assert!(here.has_changed().unwrap(), "one's own change is known at once");
        tokio::time::timeout(Duration::from_secs(10), there.changed()).await.expect("others hear of it").unwrap();
        assert_eq!(*here.borrow(), *there.borrow());
    }
}

async fn two_who_write_at_once_both_write(desk: Desk) {
    let other = desk.again().await;
    let before = desk.store.verify(None).await.unwrap().unwrap().size;
    let mut writes = tokio::task::JoinSet::new();
    for n in 0..40_u64 {
        let store = Arc::clone(if n % 2 == 0 { &desk.store } else { &other });
        writes.spawn(async move {
            let mut event = crate::house::event();
            event.micros = n;
            store.record(event).unwrap();
            store.flush().await.unwrap();
        });
    }
    while let Some(done) = writes.join_next().await {
        done.unwrap();
    }
    assert_eq!(other.verify(None).await.unwrap().unwrap().size, before + 40);
}

async fn a_desk_is_opened_by_several_at_once(desk: Desk) {
    let mut opened = tokio::task::JoinSet::new();
    for _ in 0..6 {
        let way = desk.way.clone();
        opened.spawn(async move { way.open().await.desk_id().await.unwrap() });
    }
    let name = desk.store.desk_id().await.unwrap();
    while let Some(other) = opened.join_next().await {
        assert_eq!(other.unwrap(), name);
    }
}

async fn what_only_the_log_knows_is_no_change(desk: Desk) {
    let other = desk.again().await;
    let before = (*desk.store.changes().borrow(), other.log(None, 1).await.unwrap()[0].seq);
    desk.store.record(crate::house::event()).unwrap();
    desk.store.flush().await.unwrap();
    let since = Instant::now();
    while other.log(None, 1).await.unwrap()[0].seq == before.1 {
        assert!(since.elapsed() < Duration::from_secs(10));
    }
    assert_eq!((*desk.store.changes().borrow(), *other.changes().borrow()), (before.0, before.0));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_new_database_is_migrated_by_several_at_once() {
    let Some(url) = postgres::database().await else { return };
    let dir = tempfile::tempdir().unwrap();
    let options = Options { place: dir.path().to_owned(), connections: 2 };
    let mut opened = tokio::task::JoinSet::new();
    for _ in 0..8 {
        let (url, options) = (url.clone(), options.clone());
        opened.spawn(async move {
            let opened = Postgres::open(&url, &options).await.unwrap();
            (opened.is_new, opened.store.desk_id().await.unwrap())
        });
    }
    let mut names = Vec::new();
    let mut new = 0;
    while let Some(done) = opened.join_next().await {
        let (is_new, name) = done.unwrap();
        new += usize::from(is_new);
        names.push(name);
    }
    names.dedup();
    assert_eq!((new, names.len()), (1, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_format_and_another_program_s_tables_are_refused() {
    let Some(url) = postgres::database().await else { return };
    let dir = tempfile::tempdir().unwrap();
    let options = Options { place: dir.path().to_owned(), connections: 2 };
    drop(Postgres::open(&url, &options).await.unwrap());
    postgres::run(&url, "UPDATE countersign_format SET version = 1000").await;
    let refused = Postgres::open(&url, &options).await.err().unwrap();
    assert!(matches!(refused, StoreError::Newer { found: 1000, .. }), "{refused}");

    let Some(url) = postgres::database().await else { return };
    postgres::run(&url, "CREATE TABLE tickets (id INT)").await;
    let refused = Postgres::open(&url, &options).await.err().unwrap();
    assert!(matches!(refused, StoreError::Damaged(_)), "{refused}");
}

async fn all_share_one_secret_and_no_other_desk_has_it(desk: Desk) {
    let other = desk.again().await;
    let (here, there) = tokio::join!(desk.store.secret(), other.secret());
    let secret = here.unwrap();
    assert_eq!(secret.len(), 64);
    assert_eq!(there.unwrap(), secret);
    assert_eq!(desk.again().await.secret().await.unwrap(), secret);
    let elsewhere = Desk::sqlite().await;
    assert_ne!(elsewhere.store.secret().await.unwrap(), secret);
}
