//! A database that goes away and comes back; a process that is killed in the middle of a write.

use std::collections::HashMap;
use std::io::{BufRead as _, BufReader};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use countersign::domain::audit::Event;
use countersign::store::postgres::{Options, Postgres};
use countersign::store::{Store, StoreError};
use serde_json::json;

use crate::house::{event, update};
use crate::postgres::Cluster;
use crate::store::{Desk, Way, id, on_both};

fn numbered(n: u64) -> Event {
    Event { micros: n, ..event() }
}

/// Writes one record, and waits until it is durable.
async fn write(store: &dyn Store, n: u64) -> Result<(), StoreError> {
    store.record(numbered(n))?;
    store.flush().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_that_is_stopped_under_load_is_said_to_be_away_and_comes_back_by_itself() {
    let Some(cluster) = tokio::task::spawn_blocking(|| Cluster::start(true)).await.unwrap() else { return };
    let cluster = Arc::new(cluster);
    let url = cluster.database().await;
    let dir = tempfile::tempdir().unwrap();
    let options = Options { place: dir.path().to_owned(), connections: 4 };
    let store = Arc::new(Postgres::open(&url, &options).await.unwrap().store);
    let mut changes = store.changes();

    let stop = tokio_util::sync::CancellationToken::new();
    let mut load = tokio::task::JoinSet::new();
    let told = Arc::new(AtomicUsize::new(0));
    for worker in 0..4_u64 {
        let (store, stop, told) = (Arc::clone(&store), stop.clone(), Arc::clone(&told));
        load.spawn(async move {
            let (mut acknowledged, mut slowest, mut failed) = (Vec::new(), Duration::ZERO, 0);
            let mut n = worker * 1_000_000;
            while !stop.is_cancelled() {
                n += 1;
                let since = Instant::now();
                match write(store.as_ref(), n).await {
                    Ok(()) => {
                        acknowledged.push(n);
                        told.fetch_add(1, Ordering::Relaxed);
                    }
                    Err(StoreError::Away | StoreError::Busy) => {
                        slowest = slowest.max(since.elapsed());
                        failed += 1;
                    }
                    Err(other) => panic!("{other}"),
                }
            }
            (acknowledged, slowest, failed)
        });
    }
    let wait_for = async |away: bool| {
        let since = Instant::now();
        while matches!(store.ticket(&id("T-1")).await, Err(StoreError::Away)) != away {
            assert!(since.elapsed() < Duration::from_secs(20));
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        since.elapsed()
    };
    let written = async |more: usize| {
        let since = Instant::now();
        let enough = told.load(Ordering::Relaxed) + more;
        while told.load(Ordering::Relaxed) < enough {
            assert!(since.elapsed() < Duration::from_secs(30), "nothing is written");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    written(10).await;
    for _ in 0..2 {
        let stopping = Arc::clone(&cluster);
        tokio::task::spawn_blocking(move || stopping.stop()).await.unwrap();
        wait_for(true).await;
        let starting = Arc::clone(&cluster);
        tokio::task::spawn_blocking(move || starting.go_on()).await.unwrap();
        let back = wait_for(false).await;
        assert!(back < Duration::from_secs(5), "it took {back:?} to come back");
        written(10).await;
    }
    stop.cancel();
    let (mut acknowledged, mut failures) = (Vec::new(), 0);
    while let Some(done) = load.join_next().await {
        let (told, slowest, failed) = done.unwrap();
        assert!(slowest < Duration::from_millis(2_500), "an answer took {slowest:?}");
        acknowledged.extend(told);
        failures += failed;
    }
    assert!(failures > 0 && acknowledged.len() > 20, "{failures} failures, {} writes", acknowledged.len());
    store.flush().await.unwrap();
    let kept: std::collections::HashSet<u64> =
        store.log(None, 1_000_000).await.unwrap().into_iter().map(|record| record.micros).collect();
    let lost: Vec<_> = acknowledged.iter().filter(|n| !kept.contains(n)).collect();
    assert!(lost.is_empty(), "acknowledged and lost: {lost:?}");
    store.verify(None).await.unwrap().unwrap();

    // Changes by others are heard of again, too.
    let other = Postgres::open(&url, &options).await.unwrap().store;
    changes.mark_unchanged();
    let maya = crate::store::maya();
    let since = Instant::now();
    while !changes.has_changed().unwrap() {
        assert!(since.elapsed() < Duration::from_secs(5), "others are not heard of");
        other.save_person(&maya, "Maya").await.unwrap();
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}

/// Not a test of its own: the process that the next test kills.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn child_that_writes() {
    let Ok(way) = std::env::var(CHILD) else { return };
    let way = match way.split_once('|') {
        None => Way::File(way.into()),
        Some((url, place)) => Way::Url(url.to_owned(), Options { place: place.into(), connections: 4 }),
    };
    let desk = Desk { store: way.open().await, way, dir: tempfile::tempdir().unwrap() };
    for n in 0_usize.. {
        let ticket = format!("T-{}", n % 3 + 1);
        let proposal = desk.propose(update(&ticket, json!({"priority": (["low", "high"][n % 2])}))).await;
        let receipt = desk.approve(&proposal).await;
        println!("\nreceipt {} {}", proposal.id(), receipt.id);
        if let Ok(done) = desk.execute(&proposal, &receipt).await {
            println!("\ndone {ticket} {}", done.after);
        }
    }
}

const CHILD: &str = "COUNTERSIGN_TEST_STORE_CHILD";

/// What a process says until it is killed, somewhere inside a write.
fn killed(desk: &Desk, round: u64) -> Vec<String> {
    let way = match &desk.way {
        Way::File(path) => path.display().to_string(),
        Way::Url(url, options) => format!("{url}|{}", options.place.display()),
    };
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "store::failing::child_that_writes", "--nocapture"])
        .env(CHILD, way)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut said: Vec<String> = lines.by_ref().filter(|line| line.starts_with("done")).take(3).collect();
    std::thread::sleep(Duration::from_micros(round * 900));
    child.kill().unwrap();
    child.wait().unwrap();
    said.extend(lines);
    said
}

on_both! { a_process_that_is_killed_loses_nothing_and_repeats_nothing }

async fn a_process_that_is_killed_loses_nothing_and_repeats_nothing(desk: Desk) {
    let mut acknowledged = HashMap::new();
    for round in 0..8 {
        let said = tokio::task::block_in_place(|| killed(&desk, round));
        for line in &said {
            if let Some((ticket, version)) = line.strip_prefix("done ").and_then(|done| done.split_once(' ')) {
                acknowledged.insert(ticket.to_owned(), version.parse::<u64>().unwrap());
            }
        }
        desk.store.verify(None).await.unwrap().expect("the log verifies");
    }
    let log = desk.store.log(None, 1_000_000).await.unwrap();
    assert!(!acknowledged.is_empty());
    for (ticket, version) in acknowledged {
        let there = desk.ticket(&ticket).await.row.version;
        assert!(there >= version, "{ticket}: {version} was acknowledged, {there} is there");
        let made = log.iter().filter(|r| r.action == "executed" && r.ticket.as_deref() == Some(&ticket));
        let mut made: Vec<_> = made.filter_map(|r| r.version_after).collect();
        made.sort_unstable();
        assert_eq!(made, (2..=there).collect::<Vec<_>>(), "{ticket}: each version once");
    }
    // Work goes on.
    desk.through(update("T-1", json!({"tags": ["after"]}))).await.unwrap();
}

#[tokio::test]
async fn a_database_that_is_not_there_is_said_so_at_once_and_without_its_password() {
    let dir = tempfile::tempdir().unwrap();
    let options = Options { place: dir.path().to_owned(), connections: 2 };
    let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let since = Instant::now();
    let url = format!("postgres://maya:s3cret@127.0.0.1:{port}/desk");
    let error = Postgres::open(&url, &options).await.err().unwrap();
    assert!(matches!(error, StoreError::Away), "{error:?}");
    // One that takes the connection and says nothing.
    let silent = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("postgres://maya:s3cret@{}/desk", silent.local_addr().unwrap());
    let error = Postgres::open(&url, &options).await.err().unwrap();
    assert!(matches!(error, StoreError::Away), "{error:?}");
    assert!(since.elapsed() < Duration::from_secs(4));
    assert!(!format!("{error:?} {error}").contains("s3cret"));
}
