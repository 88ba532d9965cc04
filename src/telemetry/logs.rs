//! Structured logs: one line of JSON an event, into a rolling file in the state directory, or for a service on standard
//! error. No message bodies, no secrets, never to the screen.

use std::borrow::Cow;
use std::fmt;
use std::fmt::Write as _;
use std::path::Path;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
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
    // What rmcp calls an error is often an ordinary cancellation, and where it sends answers a client that has gone; its
    // warnings stay out below `debug`. Other crates' own chatter would bring message bodies into the log.
    let others = if ["debug", "trace"].contains(&level) { "warn" } else { level };
    let ours = format!("{}=off,countersign={level}", traces::TARGET);
    EnvFilter::new(format!("{others},rmcp=error,rmcp::service=off,opentelemetry=warn,{ours}"))
}

/// How an event is written: its fields beside each other, and the trace that it belongs to.
pub(crate) struct Line;

impl<S, N> FormatEvent<S, N> for Line
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(&self, _: &FmtContext<'_, S, N>, mut writer: Writer<'_>, event: &Event<'_>) -> fmt::Result {
        let mut line = Fields(String::with_capacity(320));
        line.say("at", &Timestamp::now().to_string());
        line.say("level", event.metadata().level().as_str());
        line.say("target", event.metadata().target());
        if let Some((trace, span)) = traces::ids() {
            line.say("trace_id", &trace);
            line.say("span_id", &span);
        }
        event.record(&mut line);
        writeln!(writer, "{{{}}}", line.0)
    }
}

/// The fields of a line, each `"name":value`. What would look like a line break or move a cursor is escaped, whoever
/// reads the value later: a value cannot forge a line.
struct Fields(String);

impl Fields {
    fn say(&mut self, name: &str, value: &str) {
        let plain = value.len() <= MOST_VALUE && value.bytes().all(|byte| (b' '..0x7f).contains(&byte));
        let shown = if plain { Cow::Borrowed(value) } else { Cow::Owned(text::short(value, MOST_VALUE)) };
        self.put(name, &Value::from(shown));
    }

    fn put(&mut self, name: &str, value: &Value) {
        let comma = if self.0.is_empty() { "" } else { "," };
        // A string takes whatever is written to it.
        let _ = write!(self.0, "{comma}\"{name}\":{value}");
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
        self.put(field.name(), &value.into());
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field.name(), &value.into());
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field.name(), &value.into());
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field.name(), &value.into());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tracing_subscriber::fmt;

    use super::*;

    #[derive(Clone, Default)]
    struct Written(Arc<Mutex<Vec<u8>>>);

    impl std::io::Write for Written {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.lock().unwrap().write(bytes)
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn logged(tell: impl FnOnce()) -> String {
        let written = Written::default();
        let into = written.clone();
        let subscriber = fmt().event_format(Line).with_writer(move || into.clone()).finish();
        tracing::subscriber::with_default(subscriber, tell);
        let bytes = written.0.lock().unwrap().clone();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_value_cannot_forge_a_line_or_move_a_cursor() {
        let forged = "fine\r\n{\"level\":\"ERROR\"}\u{2028}\u{85}\u{1b}[2J\u{202e}\0\u{7f}\\u000a";
        let said = logged(|| {
            tracing::info!(reason = forged, error = %forged, debug = ?forged, ms = 1.5, status = 200_u16, "{forged}");
        });
        assert_eq!(said.matches('\n').count(), 1, "{said}");
        let row: Value = serde_json::from_str(&said).unwrap();
        for field in ["reason", "error", "debug", "message"] {
            let value = row[field].as_str().unwrap();
            assert!(text::is_plain(value) && !value.contains('\n'), "{field}: {value:?}");
        }
        assert_eq!((row["ms"].as_f64(), row["status"].as_u64()), (Some(1.5), Some(200)));
        assert_eq!(row["level"], "INFO");
    }

    #[test]
    fn a_value_that_is_long_is_cut() {
        let said = logged(|| tracing::warn!(words = "x".repeat(100_000), "much"));
        assert!(said.len() < 2 * MOST_VALUE, "{}", said.len());
    }
}
