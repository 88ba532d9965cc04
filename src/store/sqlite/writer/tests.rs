//! Writes that wait for each other: told after the commit, apart when one fails, together when the disk does.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use futures::future::join_all;
use jiff::{SignedDuration, Timestamp};
use serde_json::json;
use tokio::sync::oneshot;

use super::*;
use crate::domain::actor::{Principal, Role};
use crate::domain::call::WriteCall;
use crate::domain::ids::TicketId;
use crate::domain::proposal::{Filing, Proposal, Why};
use crate::domain::receipt::Receipt;
use crate::import::generate;
use crate::store::sqlite::{Sqlite, log, open};
use crate::store::{Decided, Decision, Execution, Store as _};

const PATIENCE: Duration = Duration::from_secs(30);

fn desk(dir: &Path) -> Arc<Sqlite> {
    Arc::new(Sqlite::open(&dir.join("desk.db")).unwrap().store)
}

fn event(tool: &str) -> Event {
    generate::event(tool, Timestamp::UNIX_EPOCH)
}

fn note(turn: &mut Turn<'_>, n: usize) -> Result<usize, StoreError> {
    turn.execute("INSERT INTO meta VALUES (?1, '')", [format!("note {n}")])?;
    log::append(turn, &[event(&format!("note {n}"))])?;
    Ok(n)
}

fn notes(db: &Connection) -> u64 {
    db.query_row("SELECT count(*) FROM meta WHERE key LIKE 'note %'", [], |row| row.get(0)).unwrap()
}

async fn tools(store: &Sqlite) -> Vec<String> {
    let mut tools: Vec<_> = store.log(None, 1000).await.unwrap().into_iter().map(|record| record.tool).collect();
    tools.reverse();
    tools
}

/// Takes the connection until what comes back is dropped.
fn take(store: &Arc<Sqlite>) -> mpsc::Sender<()> {
    let (held, taken) = mpsc::channel();
    let (gate, opened) = mpsc::channel::<()>();
    let store = Arc::clone(store);
    std::thread::spawn(move || {
        let wait = move |_: &mut Turn<'_>| {
            held.send(()).unwrap();
            Ok(opened.recv_timeout(PATIENCE).is_err())
        };
        // What it comes to with the others of its group is for them to say.
        drop(store.writer.transact_here(Touches::Nothing, wait));
    });
    taken.recv_timeout(PATIENCE).unwrap();
    gate
}

/// What a job that is asked for while the connection is taken comes to.
fn asked<T: Send + 'static>(
    store: &Sqlite,
    work: impl FnOnce(&mut Turn<'_>) -> Result<T, StoreError> + Send + 'static,
) -> oneshot::Receiver<Outcome<T>> {
    store.writer.ask(Touches::Desk, work)
}

#[tokio::test]
async fn nobody_is_told_before_the_commit() {
    let dir = tempfile::tempdir().unwrap();
    let store = desk(dir.path());
    let gate = take(&store);
    let mut first = asked(&store, |turn| note(turn, 1));
    let (path, seen) = (dir.path().join("desk.db"), Arc::new(AtomicUsize::new(0)));
    let inside = Arc::clone(&seen);
    let second = asked(&store, move |_| {
        let told = first.try_recv();
        assert!(told.is_err() || notes(&open::connect(&path)?) == 1, "told before the commit");
        inside.fetch_add(1, Ordering::Relaxed);
        Ok((told, first))
    });
    drop(gate);
    let first = match told(second.await).unwrap() {
        (Ok(outcome), _) => Ok(outcome),
        (Err(_), first) => first.await,
    };
    assert_eq!(told(first).unwrap(), 1);
    assert_eq!((seen.load(Ordering::Relaxed), notes(&open::connect(&dir.path().join("desk.db")).unwrap())), (1, 1));
}

#[tokio::test]
async fn one_that_fails_and_one_that_panics_leave_nothing_and_harm_nobody() {
    let dir = tempfile::tempdir().unwrap();
    let store = desk(dir.path());
    let gate = take(&store);
    let answers: Vec<_> = (0..20)
        .map(|n| {
            asked(&store, move |turn| match (note(turn, n)?, n) {
                (_, 7) => Err(StoreError::Failed("seven".to_owned())),
                (_, 11) => panic!("eleven"),
                (n, _) => Ok(n),
            })
        })
        .collect();
    drop(gate);
    for (n, outcome) in join_all(answers).await.into_iter().enumerate() {
        match outcome.unwrap() {
            Ok(Ok(done)) => assert!(done == n && n != 7 && n != 11),
            Ok(Err(error)) => assert!(n == 7 && error.to_string().contains("seven"), "{error}"),
            Err(panic) => assert!(n == 11 && panic.downcast_ref() == Some(&"eleven")),
        }
    }
    assert_eq!(store.writer.transact(Touches::Nothing, |turn| Ok(notes(turn))).await.unwrap(), 18);
    let wanted: Vec<_> = (0..20).filter(|n| ![7, 11].contains(n)).map(|n| format!("note {n}")).collect();
    assert_eq!(tools(&store).await, wanted, "in the order in which they were asked for");
    assert_eq!(store.verify(None).await.unwrap().unwrap().size, 18);
}

#[tokio::test]
async fn a_read_is_recorded_before_the_write_that_followed_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = desk(dir.path());
    let gate = take(&store);
    let mut answers = Vec::new();
    for n in 0..3 {
        store.record(event(&format!("read {n}"))).unwrap();
        answers.push(asked(&store, move |turn| note(turn, n)));
    }
    store.record(event("read 3")).unwrap();
    drop(gate);
    join_all(answers).await;
    store.flush().await.unwrap();
    assert_eq!(tools(&store).await, ["read 0", "note 0", "read 1", "note 1", "read 2", "note 2", "read 3"]);
}

#[tokio::test]
async fn a_full_disk_reaches_everybody_and_nothing_is_lost_that_was_promised() {
    let dir = tempfile::tempdir().unwrap();
    let store = desk(dir.path());
    let most = |pages: u32| move |turn: &mut Turn<'_>| Ok(turn.pragma_update(None, "max_page_count", pages)?);
    store.writer.transact(Touches::Nothing, most(1)).await.unwrap();
    let gate = take(&store);
    store.record(event("read")).unwrap();
    let large = "x".repeat(100_000);
    let answers: Vec<_> = (0..10)
        .map(|n| {
            let large = large.clone();
            asked(&store, move |turn| {
                turn.execute("INSERT INTO meta VALUES (?1, ?2)", (format!("note {n}"), &large))?;
                Ok(())
            })
        })
        .collect();
    drop(gate);
    for outcome in join_all(answers).await {
        assert!(matches!(told(outcome), Err(StoreError::Full)));
    }
    store.writer.transact(Touches::Nothing, most(1_000_000)).await.unwrap();
    assert_eq!(store.writer.transact(Touches::Nothing, |turn| note(turn, 1)).await.unwrap(), 1);
    assert_eq!(tools(&store).await, ["read", "note 1"]);
}

#[tokio::test]
async fn a_desk_that_is_locked_refuses_everybody_who_waits_at_once() {
    let dir = tempfile::tempdir().unwrap();
    let store = desk(dir.path());
    let quick = |turn: &mut Turn<'_>| Ok(turn.busy_timeout(Duration::from_millis(1))?);
    store.writer.transact(Touches::Nothing, quick).await.unwrap();
    let other = open::connect(&dir.path().join("desk.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let answers = join_all((0..10).map(|n| store.writer.transact(Touches::Desk, move |turn| note(turn, n)))).await;
    assert!(answers.iter().all(|answer| matches!(answer, Err(StoreError::Busy))));
    other.execute_batch("ROLLBACK").unwrap();
    assert_eq!(store.writer.transact(Touches::Desk, |turn| note(turn, 1)).await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 1)]
async fn a_slow_disk_holds_up_no_other_task() {
    let dir = tempfile::tempdir().unwrap();
    let store = desk(dir.path());
    let (gate, opened) = mpsc::channel::<()>();
    let slow = tokio::spawn(async move {
        tokio::spawn(async move { gate.send(()).unwrap() });
        let wait = move |_: &mut Turn<'_>| Ok(opened.recv_timeout(PATIENCE).is_ok());
        store.writer.transact(Touches::Nothing, wait).await
    });
    assert!(slow.await.unwrap().unwrap(), "the other task had no thread to run on");
}

fn principal() -> Principal {
    Principal { id: "maya".parse().unwrap(), role: Role::Agent }
}

/// An update of a ticket that was approved: only the write is left to do.
async fn approved(store: &Sqlite, n: usize) -> Execution {
    let (now, by) = (Timestamp::UNIX_EPOCH, principal());
    let ticket: TicketId = format!("T-{}", n + 1).parse().unwrap();
    let base_version = store.ticket(&ticket).await.unwrap().unwrap().row.version;
    let arguments = json!({"ticket_id": ticket, "expected_version": base_version, "update": {"tags": ["seen"]}});
    let call = WriteCall::UpdateTicket(serde_json::from_value(arguments).unwrap());
    let filing = Filing {
        id: crate::random::proposal_id(),
        call: call.clone(),
        base_version,
        proposer: by.clone(),
        run: "r1".parse().unwrap(),
        why: Why::default(),
        filed_at: now,
        expires_at: None,
        edited_by: None,
    };
    let proposal = Proposal::file(filing);
    store.file(&proposal, event("filed")).await.unwrap();
    let (digest, expires_at) = (proposal.digest(), now.checked_add(SignedDuration::from_hours(1)).unwrap());
    let (id, approver) = (crate::random::receipt_id(), by.id.clone());
    let receipt =
        Receipt { id: id.clone(), proposal: proposal.id().clone(), approver, digest: digest.clone(), expires_at };
    let decided = store.decide(Decision::Approve(receipt), now, vec![event("decided")]).await.unwrap();
    assert_eq!(decided, Decided::Recorded);
    Execution { call, digest, receipt: id, by, needs: Role::Agent, now, author_name: "Maya".to_owned() }
}

#[tokio::test]
async fn five_hundred_updates_at_once_take_few_commits_and_the_chain_verifies() {
    const MANY: usize = 500;
    let dir = tempfile::tempdir().unwrap();
    let store = desk(dir.path());
    generate::fill(store.as_ref(), u32::try_from(MANY).unwrap()).await.unwrap();
    store.save_person(&principal(), "Maya").await.unwrap();
    let executions = join_all((0..MANY).map(|n| approved(&store, n))).await;
    let (commits, before) = (*store.changes().borrow(), store.verify(None).await.unwrap().unwrap().size);
    let gate = take(&store);
    let updates = executions.into_iter().map(|execution| store.execute(execution, event("update")));
    let open = async {
        while held(&store.writer.shared.queue).jobs < MANY {
            tokio::task::yield_now().await;
        }
        drop(gate);
    };
    let (done, ()) = tokio::join!(join_all(updates), open);
    assert!(done.into_iter().all(|done| done.unwrap().is_ok_and(|done| done.after == done.before + 1)));
    let took = *store.changes().borrow() - commits;
    assert!(took > 0 && took <= MANY as u64 / 2, "{took} commits for {MANY} updates");
    let head = store.verify(None).await.unwrap().unwrap();
    assert_eq!(head.size, before + MANY as u64);
    let newest = store.log(None, 1).await.unwrap().remove(0);
    assert_eq!((newest.hash, newest.tool.as_str()), (head.hash, "update"));
}

/// Fills the queue until reads have to wait, while another program holds the database.
async fn overfilled(store: &Sqlite) -> usize {
    let mut records = 0;
    while records < MOST_QUEUED - MOST_UNDER_WAY {
        store.writer.room().await.unwrap();
        store.record(event("read")).unwrap();
        records += 1;
    }
    records
}

#[tokio::test]
async fn a_stall_makes_reads_wait_and_loses_no_record() {
    let dir = tempfile::tempdir().unwrap();
    let store = desk(dir.path());
    let other = open::connect(&dir.path().join("desk.db")).unwrap();
    other.execute_batch("BEGIN IMMEDIATE").unwrap();
    let records = overfilled(&store).await;
    let waiting = store.writer.room();
    tokio::pin!(waiting);
    assert!(futures::poll!(&mut waiting).is_pending(), "nothing can be written yet");
    other.execute_batch("ROLLBACK").unwrap();
    waiting.await.unwrap();
    store.record(event("read")).unwrap();
    store.flush().await.unwrap();
    assert_eq!(store.verify(None).await.unwrap().unwrap().size, records as u64 + 1);
}

#[tokio::test(start_paused = true)]
async fn a_stall_that_does_not_end_is_told_as_a_busy_desk() {
    let dir = tempfile::tempdir().unwrap();
    let store = desk(dir.path());
    let gate = take(&store);
    overfilled(&store).await;
    // Who was let through before is still taken.
    for _ in 0..MOST_UNDER_WAY {
        store.record(event("read")).unwrap();
    }
    let since = tokio::time::Instant::now();
    assert!(matches!(store.writer.room().await, Err(StoreError::Busy)));
    assert!(since.elapsed() >= ROOM_WITHIN && since.elapsed() < ROOM_WITHIN * 2);
    assert!(matches!(store.record(event("read")), Err(StoreError::Busy)));
    drop(gate);
}
