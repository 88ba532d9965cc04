//! Structured logs into a rolling file in the state directory: no message bodies, no secrets, never to the screen.

use std::path::Path;

use serde::Deserialize;
use tracing_appender::non_blocking::{NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling::{Builder, Rotation};
use tracing_subscriber::EnvFilter;

/// Lines that may wait for the disk; more are dropped. There is room for all of them from the start, 32 bytes each.
const MOST_WAITING: usize = 4_096;

/// The log file.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Least level.
    pub level: String,
    /// Files kept.
    pub keep_days: usize,
}

/// Starts logging into `dir`. Keep the guard: dropping it writes what is left.
///
/// # Errors
/// When the directory cannot be written; the program goes on without a log then, and says so.
pub fn start(dir: &Path, log: &Log) -> Result<WorkerGuard, String> {
    let cannot = |reason: String| {
        let dir = crate::domain::text::line(&dir.to_string_lossy()).into_owned();
        format!("no log is written: {dir}: {reason}. Make the directory writable, or set XDG_STATE_HOME")
    };
    std::fs::create_dir_all(dir).map_err(|e| cannot(e.to_string()))?;
    let appender = Builder::new()
        .rotation(Rotation::DAILY)
        .filename_prefix("countersign")
        .filename_suffix("log")
        .max_log_files(log.keep_days.max(1))
        .build(dir)
        .map_err(|e| cannot(e.to_string()))?;
    let (writer, guard) = NonBlockingBuilder::default().buffered_lines_limit(MOST_WAITING).finish(appender);
    // What rmcp calls an error is often an ordinary cancellation; its warnings stay out below `debug`.
    let filter = match log.level.as_str() {
        // Other crates' own chatter would bring message bodies into the log.
        level @ ("debug" | "trace") => EnvFilter::new(format!("warn,rmcp=error,countersign={level}")),
        level => EnvFilter::new(format!("{level},rmcp=error")),
    };
    let subscriber =
        tracing_subscriber::fmt().json().with_env_filter(filter).with_writer(writer).with_ansi(false).finish();
    // A second start in one process, as tests do, keeps the first.
    let _ = tracing::subscriber::set_global_default(subscriber);
    Ok(guard)
}
