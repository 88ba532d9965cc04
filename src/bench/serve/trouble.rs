//! What callers notice of trouble that is not theirs: a model that never answers, a database that is locked, clients
//! that went without a word.

use std::path::Path;
use std::time::{Duration, Instant};

use color_eyre::eyre::ensure;
use rusqlite::Connection;
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::bench::Figure;
use crate::bench::process::memory;
use crate::bench::serve::calls::{Caller, Kind, Target};
use crate::bench::serve::load::load;
use crate::bench::serve::server::{Desk, Ground, Server};
use crate::bench::serve::{Effort, at_most};

/// Callers who read meanwhile.
const READERS: u32 = 50;
/// How long another program holds the database, at most.
const HELD: Duration = Duration::from_secs(1);
/// Callers who wait for the model.
const WAITING: usize = 8;

/// Reads while others wait for a model that takes the question and says nothing.
pub(super) async fn silent_model(ground: &Ground, target: &Target, effort: &Effort) -> color_eyre::Result<Vec<Figure>> {
    let model = TcpListener::bind("127.0.0.1:0").await?;
    let provider = format!(
        "[[llm.provider]]\nkind = \"ollama\"\nmodel = \"silent\"\naddress = \"http://{}\"\n",
        model.local_addr()?
    );
    let mut held = Vec::new();
    let silence = tokio::spawn(async move {
        while let Ok((stream, _)) = model.accept().await {
            held.push(stream);
        }
    });
    let server = ground.serve(&provider).await?;
    let target = Target { address: server.address.clone(), ..target.clone() };
    let mut waiting = JoinSet::new();
    for _ in 0..WAITING {
        let mut caller = Caller::arrive(&target, Kind::Stateless).await?;
        waiting.spawn(async move { caller.summarize().await });
    }
    let row = load(&target, server.pid, Kind::Plain, READERS, effort).await?;
    ensure!(waiting.try_join_next().is_none(), "nobody waited for the model: it was not asked");
    drop(waiting);
    silence.abort();
    drop(server);
    let what = format!("{READERS} read while {WAITING} wait for a model that is silent");
    Ok(vec![
        at_most(format!("{what}: p99"), row.p99, "ms", 150.0),
        at_most(format!("{what}: errors"), count(row.errors), "", 0.0),
    ])
}

/// Reads all the time, a part of which another program holds the database, and one write meanwhile.
pub(super) async fn locked(
    ground: &Ground,
    server: &Server,
    target: &Target,
    effort: &Effort,
) -> color_eyre::Result<Vec<Figure>> {
    // Who holds a database's desk holds the end of its log, and no reader looks at that.
    let Desk::File(path) = &ground.desk else { return Ok(Vec::new()) };
    let held = effort.run.min(HELD);
    // It is held in the middle third.
    let effort = Effort { run: held * 3, ..effort.clone() };
    let reads = load(target, server.pid, Kind::Plain, READERS, &effort);
    let (row, waited) = tokio::join!(reads, hold(path, target, effort.warm + held, held));
    let (row, waited) = (row?, waited?);
    let what = format!("{READERS} read, {} ms of it while another program holds the database", held.as_millis());
    Ok(vec![
        at_most(format!("{what}: p99"), row.p99, "ms", 150.0),
        at_most(format!("{what}: the longest wait"), row.longest, "ms", 2000.0),
        at_most(format!("{what}: errors"), count(row.errors), "", 0.0),
        at_most("the write that waited, after the database was free", millis(waited), "ms", 2000.0),
    ])
}

/// Holds the database for so long, after so long; says how long a write that came meanwhile took once it was free.
async fn hold(path: &Path, target: &Target, after: Duration, held: Duration) -> color_eyre::Result<Duration> {
    let other = Connection::open(path)?;
    other.busy_timeout(Duration::from_secs(10))?;
    let mut writer = Caller::arrive(target, Kind::Propose).await?;
    tokio::time::sleep(after).await;
    other.execute_batch("BEGIN IMMEDIATE")?;
    let since = Instant::now();
    let write = tokio::spawn(async move { writer.once().await.map(|()| since.elapsed()) });
    tokio::time::sleep(held).await;
    let released = since.elapsed();
    other.execute_batch("ROLLBACK")?;
    let written = write.await??;
    ensure!(written >= released, "the write was answered before it could be durable");
    Ok(written.saturating_sub(released))
}

/// What a session costs whose client went without a word.
pub(super) async fn abandoned(ground: &Ground, target: &Target, effort: &Effort) -> color_eyre::Result<Figure> {
    let server = ground.serve("").await?;
    let target = Target { address: server.address.clone(), ..target.clone() };
    // What the server makes once, for the first of them, is not theirs.
    for _ in 0..effort.sessions / 10 {
        Caller::arrive(&target, Kind::Session).await?.once().await?;
    }
    let before = memory(server.pid)?.own;
    for _ in 0..effort.sessions {
        Caller::arrive(&target, Kind::Session).await?.once().await?;
    }
    let each = (memory(server.pid)?.own - before).max(0.0) * 1024.0 / f64::from(effort.sessions);
    server.stop().await?;
    Ok(at_most(format!("a session that was abandoned, of {}", effort.sessions), each, "kB", 60.0))
}

/// From the start of the program to the first answer that somebody gets.
pub(super) async fn start(ground: &Ground, target: &Target, effort: &Effort) -> color_eyre::Result<Figure> {
    let mut times = Vec::new();
    for _ in 0..effort.starts {
        let server = ground.serve("").await?;
        let target = Target { address: server.address.clone(), ..target.clone() };
        Caller::arrive(&target, Kind::Plain).await?.once().await?;
        times.push(millis(server.since.elapsed()));
        server.stop().await?;
    }
    times.sort_by(f64::total_cmp);
    let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
    Ok(Figure { p95: worst, ..at_most("start to the first answered request", median, "ms", 100.0) })
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn count(n: usize) -> f64 {
    u32::try_from(n).map_or(f64::MAX, f64::from)
}
