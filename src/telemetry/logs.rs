//! Structured logs: one line of JSON an event, into a rolling file in the state directory, or for a service on standard
//! error. No message bodies, no secrets, never to the screen.

use std::fmt;
use std::path::Path;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Subscriber};
use tracing_appender::non_blocking::{NonBlocking, NonBlockingBuilder, WorkerGuard};
use tracing_appender::rolling::{Builder, Rotation};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::domain::text;
use crate::telemetry::traces;

/// Lines that may wait for the disk; more are dropped. There is room for all of them from the start, 32 bytes each.
const MOST_WAITING: usize = 4_096;
/// The longest value of a field, in characters.
const MOST_VALUE: usize = 1_000;

/// The log.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Log {
    /// Least level.
    pub level: String,
    /// Files kept.
    pub keep_days: usize,
}

/// Opens the log file of today in `dir`.
///
/// # Errors
/// When the directory cannot be written; the program goes on without a log then, and says so.
pub(crate) fn to_file(dir: &Path, log: &Log) -> Result<(NonBlocking, WorkerGuard), String> {
    let cannot = |reason: String| {
        let dir = text::line(&dir.to_string_lossy()).into_owned();
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
    Ok(NonBlockingBuilder::default().buffered_lines_limit(MOST_WAITING).finish(appender))
}

/// The log on standard error.
pub(crate) fn to_stderr() -> (NonBlocking, WorkerGuard) {
    NonBlockingBuilder::default().buffered_lines_limit(MOST_WAITING).finish(std::io::stderr())
}

/// What is logged at a level.
pub(crate) fn filter(level: &str) -> EnvFilter {
    // What rmcp calls an error is often an ordinary cancellation; its warnings stay out below `debug`. Other crates' own
    // chatter would bring message bodies into the log.
    let others = if ["debug", "trace"].contains(&level) { "warn" } else { level };
    EnvFilter::new(format!("{others},rmcp=error,opentelemetry=warn,{}=off,countersign={level}", traces::TARGET))
}

/// How an event is written: its fields beside each other, and the trace that it belongs to.
pub(crate) struct Line;

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut line = Fields(Map::new());
        line.say("at", &Timestamp::now().to_string());
        line.say("level", event.metadata().level().as_str());
        line.say("target", event.metadata().target());
        if let Some((trace, span)) = traces::ids() {
            line.say("trace_id", &trace);
            line.say("span_id", &span);
        }
        event.record(&mut line);
        writeln!(writer, "{}", Value::Object(line.0))
    }
}

/// The fields of a line. JSON has no raw line break; what else would look like one, or move a cursor, is escaped too.
struct Fields(Map<String, Value>);

impl Fields {
    fn say(&mut self, name: &str, value: &str) {
        self.0.insert(name.to_owned(), Value::from(text::short(value, MOST_VALUE)));
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        self.say(field.name(), &format!("{value:?}"));
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.say(field.name(), value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.0.insert(field.name().to_owned(), value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.0.insert(field.name().to_owned(), value.into());
    }
}
