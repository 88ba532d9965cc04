//! Many callers at once: each asks, waits for the answer, and asks again.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};

use serde::Serialize;
use tokio::task::JoinSet;

use crate::bench::process::{cpu, memory};
use crate::bench::serve::Effort;
use crate::bench::serve::calls::{Caller, Kind, Target};

/// A caller that fails so often in a row gives up.
const GIVES_UP: u32 = 5;

const WARMING: u8 = 0;
const MEASURING: u8 = 1;
const OVER: u8 = 2;

/// What came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// What was asked.
    pub what: &'static str,
    /// How many asked at a time.
    pub callers: u32,
    /// How many answers there were.
    pub answers: usize,
    /// How many were wrong, or did not come.
    pub errors: usize,
    /// The first of these, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_error: Option<String>,
    /// Answers in a second.
    pub per_second: f64,
    /// Half of all answers took no longer, in milliseconds.
    pub p50: f64,
    /// 95 of 100.
    pub p95: f64,
    /// 99 of 100.
    pub p99: f64,
    /// The longest, in milliseconds.
    pub longest: f64,
    /// The server's time on a processor for a thousand answers, in seconds.
    pub cpu: f64,
    /// The same of whoever asked.
    pub load_cpu: f64,
    /// What of the server is in memory afterwards, while all callers are still there, in megabytes.
    pub resident: f64,
}

/// What one caller saw.
#[derive(Default)]
struct Seen {
    times: Vec<Duration>,
    errors: Vec<String>,
}

/// Lets `callers` ask for a while.
pub(super) async fn load(
    target: &Target,
    pid: u32,
    kind: Kind,
    callers: u32,
    effort: &Effort,
) -> color_eyre::Result<Row> {
    let phase = Arc::new(AtomicU8::new(WARMING));
    let mut at_work = JoinSet::new();
    for _ in 0..callers {
        let caller = Caller::arrive(target, kind).await?;
        at_work.spawn(work(caller, target.clone(), kind, Arc::clone(&phase)));
    }
    tokio::time::sleep(effort.warm).await;
    let (own, before, since) = (std::process::id(), cpu(pid)?, Instant::now());
    let own_before = cpu(own)?;
    phase.store(MEASURING, Ordering::Relaxed);
    tokio::time::sleep(effort.run).await;
    phase.store(OVER, Ordering::Relaxed);
    let (mut seen, mut there) = (Seen::default(), Vec::new());
    while let Some(done) = at_work.join_next().await {
        let (caller, done) = done?;
        there.push(caller);
        seen.times.extend(done.times);
        seen.errors.extend(done.errors);
    }
    let (took, spent, own_spent) =
        (since.elapsed(), cpu(pid)?.saturating_sub(before), cpu(own)?.saturating_sub(own_before));
    let resident = memory(pid)?.resident;
    for caller in there {
        // Who cannot say goodbye has failed before, and that was counted.
        let _ = caller.leave().await;
    }
    seen.times.sort_unstable();
    let answers = seen.times.len();
    let thousands = f64::from(u32::try_from(answers)?.max(1)) / 1000.0;
    let quantile = |share: f64| {
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let at = (answers.saturating_sub(1) as f64 * share).round() as usize;
        seen.times.get(at).map_or(0.0, |time| time.as_secs_f64() * 1e3)
    };
    Ok(Row {
        what: kind.title(),
        callers,
        answers,
        errors: seen.errors.len(),
        first_error: seen.errors.first().cloned(),
        per_second: thousands * 1000.0 / took.as_secs_f64(),
        p50: quantile(0.5),
        p95: quantile(0.95),
        p99: quantile(0.99),
        longest: quantile(1.0),
        cpu: spent.as_secs_f64() / thousands,
        load_cpu: own_spent.as_secs_f64() / thousands,
        resident,
    })
}

async fn work(mut caller: Caller, target: Target, kind: Kind, phase: Arc<AtomicU8>) -> (Caller, Seen) {
    let mut seen = Seen::default();
    let mut in_a_row = 0;
    while phase.load(Ordering::Relaxed) != OVER && in_a_row < GIVES_UP {
        let (counts, since) = (phase.load(Ordering::Relaxed) == MEASURING, Instant::now());
        match caller.once().await {
            Ok(()) => {
                in_a_row = 0;
                if counts {
                    seen.times.push(since.elapsed());
                }
            }
            Err(error) => {
                in_a_row += 1;
                seen.errors.push(error.to_string());
                if let Ok(again) = Caller::arrive(&target, kind).await {
                    caller = again;
                }
            }
        }
    }
    (caller, seen)
}
