//! One process of the database fails, and the others do not: a connection is ended, or keeps silent for ever.

use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign::store::postgres::Options;
use countersign::store::{Store, StoreError};
use rustix::process::{Pid, Signal, kill_process};
use tokio::time::timeout;
use tokio_postgres::NoTls;

use crate::house::principal;
use crate::postgres::{Cluster, run};
use crate::store::{Desk, Way, id, maya};

/// As long as anybody waits for an answer of one connection, and what a busy machine takes.
const AT_LONGEST: Duration = Duration::from_secs(12);
/// As long as it takes until others' changes are on screen, whatever becomes of who should tell of them.
const ON_SCREEN: Duration = Duration::from_secs(8);
/// The names under which connections are made.
const CALLS: &str = "countersign";
const LISTENS: &str = "countersign listen";
const FEELS: &str = "countersign pulse";

/// A desk in a cluster of its own.
async fn desk() -> Option<(Cluster, Desk)> {
    let cluster = tokio::task::spawn_blocking(|| Cluster::start(false)).await.unwrap()?;
    let dir = tempfile::tempdir().unwrap();
    let options = Options { place: dir.path().to_owned(), connections: 4 };
    let url = cluster.database().await;
    Some((cluster, Desk::of(Way::Url(url, options), dir).await))
}

fn signal(pids: &[Pid], signal: Signal) {
    for pid in pids {
        // One that has ended meanwhile needs none.
        let _ = kill_process(*pid, signal);
    }
}

/// Waits until as many as this listen, none of them one of these.
async fn listen_again(cluster: &Cluster, but: &[Pid], many: usize) -> Vec<Pid> {
    let since = Instant::now();
    loop {
        let mut there = cluster.serving(LISTENS).await;
        there.retain(|pid| !but.contains(pid));
        if there.len() == many {
            return there;
        }
        assert!(since.elapsed() < ON_SCREEN, "{} of {many} listen", there.len());
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

/// Another program changes the desk, and this one hears of it.
async fn hears_of(desk: &Desk, other: &dyn Store) -> Duration {
    let mut changes = desk.store.changes();
    changes.mark_unchanged();
    let since = Instant::now();
    other.save_person(&maya(), "Maya").await.unwrap();
    timeout(ON_SCREEN, changes.changed()).await.expect("others' changes are not heard of").unwrap();
    since.elapsed()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_only_the_connection_that_listens_is_ended_changes_by_others_are_on_screen_soon() {
    let Some((cluster, desk)) = desk().await else { return };
    let other = desk.again().await;
    for _ in 0..3 {
        let listening = listen_again(&cluster, &[], 2).await;
        let Way::Url(url, _) = &desk.way else { unreachable!() };
        for pid in &listening {
            run(url, &format!("SELECT pg_terminate_backend({})", pid.as_raw_nonzero())).await;
        }
        // Written while nobody listens, or just before.
        hears_of(&desk, other.as_ref()).await;
        desk.store.ticket(&id("T-1")).await.unwrap().unwrap();
        listen_again(&cluster, &listening, 2).await;
        hears_of(&desk, other.as_ref()).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn when_the_connection_that_listens_keeps_silent_changes_by_others_are_on_screen_soon() {
    let Some((cluster, desk)) = desk().await else { return };
    let other = desk.again().await;
    let listening = listen_again(&cluster, &[], 2).await;
    signal(&listening, Signal::STOP);
    hears_of(&desk, other.as_ref()).await;
    listen_again(&cluster, &listening, 2).await;
    hears_of(&desk, other.as_ref()).await;
    signal(&listening, Signal::CONT);
    // Those that nobody wants any more go.
    let since = Instant::now();
    while cluster.serving(LISTENS).await.len() > 2 {
        assert!(since.elapsed() < ON_SCREEN);
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_process_that_stands_still_costs_one_caller_a_bounded_time_and_nobody_after_them() {
    let Some((cluster, desk)) = desk().await else { return };
    let read_by_many = async || {
        let mut asked = tokio::task::JoinSet::new();
        for _ in 0..24 {
            let store = Arc::clone(&desk.store);
            asked.spawn(async move {
                let since = Instant::now();
                (store.ticket(&id("T-1")).await, since.elapsed())
            });
        }
        asked.join_all().await
    };
    // As many connections as there may be.
    for said in read_by_many().await {
        said.0.unwrap();
    }
    let stopped = cluster.serving(CALLS).await.into_iter().next_back().unwrap();
    signal(&[stopped], Signal::STOP);
    let mut failed = 0;
    for (said, took) in read_by_many().await {
        assert!(took < AT_LONGEST, "{took:?}");
        match said {
            Ok(ticket) => drop(ticket.unwrap()),
            Err(StoreError::Away) => failed += 1,
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(failed, 1, "who had that connection is told so, and nobody else");
    for (said, took) in read_by_many().await {
        said.unwrap().unwrap();
        assert!(took < Duration::from_secs(3), "{took:?}");
    }
    signal(&[stopped], Signal::CONT);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_holds_the_end_of_the_log_and_stands_still_keeps_others_waiting_for_a_bounded_time() {
    let Some((_cluster, desk)) = desk().await else { return };
    let Way::Url(url, _) = &desk.way else { unreachable!() };
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let served = tokio::spawn(connection);
    client.batch_execute("BEGIN; LOCK TABLE people").await.unwrap();
    // It has the end of the log, and waits for the table.
    let store = Arc::clone(&desk.store);
    let write = tokio::spawn(async move {
        let since = Instant::now();
        (store.save_person(&maya(), "Maya").await, since.elapsed())
    });
    let waiting =
        "SELECT pid FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND application_name = 'countersign'";
    let since = Instant::now();
    let stopped = loop {
        if let Some(row) = client.query_opt(waiting, &[]).await.unwrap() {
            break Pid::from_raw(row.get(0)).unwrap();
        }
        assert!(since.elapsed() < ON_SCREEN, "it does not wait");
    };
    signal(&[stopped], Signal::STOP);
    client.batch_execute("ROLLBACK").await.unwrap();
    let since = Instant::now();
    assert!(matches!(desk.store.flush().await, Err(StoreError::Busy | StoreError::Away)));
    assert!(since.elapsed() < AT_LONGEST, "{:?}", since.elapsed());
    let since = Instant::now();
    desk.store.ticket(&id("T-1")).await.unwrap().unwrap();
    assert!(since.elapsed() < Duration::from_secs(3), "who only reads does not notice");
    let (said, took) = write.await.unwrap();
    assert!(matches!(said, Err(StoreError::Away)), "{said:?}");
    assert!(took < AT_LONGEST, "{took:?}");
    signal(&[stopped], Signal::CONT);
    // What it had begun is undone, and whoever writes next does.
    let since = Instant::now();
    while let Err(error) = desk.store.save_person(&principal("zoe", maya().role), "Zoe").await {
        assert!(since.elapsed() < AT_LONGEST, "{error}");
    }
    let maya = desk.store.person_named(&"maya".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(maya.name, "maya", "what was told as away was never done");
    desk.store.verify(None).await.unwrap().unwrap();
    drop(client);
    served.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_who_wait_to_write_leave_connections_to_those_who_read() {
    let Some(desk) = Desk::postgres().await else { return };
    let Way::Url(url, _) = &desk.way else { unreachable!() };
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    let served = tokio::spawn(connection);
    client.batch_execute("BEGIN; SELECT 1 FROM head FOR UPDATE").await.unwrap();
    let mut writes = tokio::task::JoinSet::new();
    for _ in 0..30 {
        let store = Arc::clone(&desk.store);
        writes.spawn(async move { store.flush().await });
    }
    let waiting = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database() \
                   AND application_name = 'countersign'";
    let since = Instant::now();
    while client.query(waiting, &[]).await.unwrap().is_empty() {
        assert!(since.elapsed() < ON_SCREEN, "nobody waits");
    }
    let mut reads = tokio::task::JoinSet::new();
    for _ in 0..30 {
        let store = Arc::clone(&desk.store);
        reads.spawn(async move { store.ticket(&id("T-1")).await });
    }
    while let Some(read) = reads.join_next().await {
        read.unwrap().unwrap().unwrap();
    }
    client.batch_execute("ROLLBACK").await.unwrap();
    while let Some(written) = writes.join_next().await {
        written.unwrap().unwrap();
    }
    drop(client);
    served.await.unwrap().unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_pulse_that_is_not_felt_on_one_connection_is_felt_on_another() {
    let Some((cluster, desk)) = desk().await else { return };
    let since = Instant::now();
    let feeling = loop {
        let feeling = cluster.serving(FEELS).await;
        if !feeling.is_empty() {
            break feeling;
        }
        assert!(since.elapsed() < ON_SCREEN, "nobody feels the pulse");
        tokio::time::sleep(Duration::from_millis(20)).await;
    };
    signal(&feeling, Signal::STOP);
    let since = Instant::now();
    loop {
        desk.store.ticket(&id("T-1")).await.unwrap().unwrap();
        let now = cluster.serving(FEELS).await;
        if now.iter().any(|pid| !feeling.contains(pid)) {
            break;
        }
        assert!(since.elapsed() < ON_SCREEN, "nobody feels the pulse any more");
    }
    signal(&feeling, Signal::CONT);
}
