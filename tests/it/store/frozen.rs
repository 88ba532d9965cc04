//! A database that stands still: it keeps every connection open, and answers nothing.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign::domain::audit::Event;
use countersign::store::postgres::{Options, Postgres};
use countersign::store::{Store, StoreError};
use rustix::process::Signal;
use serde_json::json;

use crate::house::{event, update};
use crate::postgres::Cluster;
use crate::store::{Desk, Way, id};

/// How soon it must be said that the database does not answer: two seconds, and what a busy machine takes.
const SAID_WITHIN: Duration = Duration::from_millis(2_500);

/// A desk in a cluster of its own.
async fn desk() -> Option<(Arc<Cluster>, Desk)> {
    let cluster = tokio::task::spawn_blocking(|| Cluster::start(true)).await.unwrap()?;
    let dir = tempfile::tempdir().unwrap();
    let options = Options { place: dir.path().to_owned(), connections: 4 };
    let url = cluster.database().await;
    Some((Arc::new(cluster), Desk::of(Way::Url(url, options), dir).await))
}

/// Asks until the database answers again.
async fn back(store: &dyn Store) -> Duration {
    let since = Instant::now();
    while store.ticket(&id("T-1")).await.is_err() {
        assert!(since.elapsed() < Duration::from_secs(20), "it does not come back");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    since.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_stands_still_is_said_to_be_away_soon_and_is_back_soon() {
    let Some((cluster, desk)) = desk().await else { return };
    for _ in 0..2 {
        cluster.freeze(Signal::STOP);
        // More than there are connections, of every kind: whoever waits for a connection is told as soon.
        let mut asked = tokio::task::JoinSet::new();
        for n in 0..24 {
            let store = Arc::clone(&desk.store);
            asked.spawn(async move {
                let since = Instant::now();
                let said = match n % 3 {
                    0 => store.ticket(&id("T-1")).await.map(drop),
                    1 => store.flush().await,
                    _ => store.find_tickets("invoice", 5).await.map(drop),
                };
                (said, since.elapsed())
            });
        }
        while let Some(said) = asked.join_next().await {
            let (said, took) = said.unwrap();
            assert!(matches!(said, Err(StoreError::Away)), "{said:?}");
            assert!(took < SAID_WITHIN, "{took:?}");
        }
        // From here on nobody waits at all.
        let since = Instant::now();
        assert!(matches!(desk.store.counts().await, Err(StoreError::Away)));
        assert!(since.elapsed() < Duration::from_millis(500), "{:?}", since.elapsed());
        // A second program is told in time, too.
        let Way::Url(url, options) = &desk.way else { unreachable!() };
        let since = Instant::now();
        assert!(Postgres::open(url, options).await.is_err());
        assert!(since.elapsed() < SAID_WITHIN, "{:?}", since.elapsed());
        cluster.freeze(Signal::CONT);
        let back = back(desk.store.as_ref()).await;
        assert!(back < Duration::from_secs(5), "{back:?}");
    }
    desk.through(update("T-1", json!({"tags": ["after"]}))).await.unwrap();
    desk.store.verify(None).await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_written_while_the_database_stood_still_is_there_once_or_was_told_as_unknown() {
    let Some((cluster, desk)) = desk().await else { return };
    let stop = tokio_util::sync::CancellationToken::new();
    let mut load = tokio::task::JoinSet::new();
    for worker in 0..4_u64 {
        let (store, stop) = (Arc::clone(&desk.store), stop.clone());
        load.spawn(async move {
            let (mut told, mut queued, mut unknown) = (Vec::new(), Vec::new(), 0);
            for n in worker * 1_000_000 + 1.. {
                if stop.is_cancelled() {
                    break;
                }
                // While nothing is written, no more than so many may wait.
                if store.record(Event { micros: n, ..event() }).is_ok() {
                    queued.push(n);
                }
                match store.flush().await {
                    Ok(()) => told.push(n),
                    Err(StoreError::Away) => {
                        unknown += 1;
                        tokio::time::sleep(Duration::from_millis(1)).await;
                    }
                    Err(other) => panic!("{other}"),
                }
            }
            (told, queued, unknown)
        });
    }
    for _ in 0..3 {
        desk.through(update("T-2", json!({"tags": ["before"]}))).await.ok();
        cluster.freeze(Signal::STOP);
        while !matches!(desk.store.counts().await, Err(StoreError::Away)) {}
        cluster.freeze(Signal::CONT);
        back(desk.store.as_ref()).await;
    }
    stop.cancel();
    let (mut told, mut queued, mut unknown) = (0, HashSet::new(), 0);
    while let Some(done) = load.join_next().await {
        let (said, all, failed) = done.unwrap();
        told += said.len();
        queued.extend(all);
        unknown += failed;
    }
    desk.store.flush().await.unwrap();
    let log = desk.store.log(None, 1_000_000).await.unwrap();
    let mut kept: Vec<u64> = log.iter().filter(|r| r.micros > 0 && r.actor == "test").map(|r| r.micros).collect();
    kept.sort_unstable();
    let mut expected: Vec<u64> = queued.into_iter().collect();
    expected.sort_unstable();
    assert!(told > 0 && unknown > 0, "{told} told, {unknown} unknown");
    // A record is never lost, and never there twice, whichever of its commits had no answer.
    assert!(kept == expected, "{} records were queued, {} are there", expected.len(), kept.len());
    desk.store.verify(None).await.unwrap().unwrap();
}
