//! What an operator sees of the program: metrics, traces and logs. No secret and no text of anybody is in any of them,
//! and no metric has a name of a ticket, a person or a customer.

pub mod logs;
pub mod metrics;
pub mod traces;

use std::path::Path;

use tokio::runtime::Handle;
use tracing_appender::non_blocking::WorkerGuard;
use tracing_subscriber::filter::Targets;
use tracing_subscriber::layer::SubscriberExt as _;
use tracing_subscriber::{Layer as _, Registry, fmt};

pub use logs::Log;
pub use traces::Traces;

use crate::telemetry::traces::Exporting;

/// Where the log goes.
#[derive(Clone, Copy, Debug)]
pub enum Destination<'a> {
    /// Into files in this directory.
    Directory(&'a Path),
    /// To standard error: a service's log is gathered by whoever runs it.
    StandardError,
}

/// Logs and traces, on their way for as long as this is kept.
#[derive(Debug, Default)]
pub struct Telemetry {
    _log: Option<WorkerGuard>,
    traces: Option<Exporting>,
}

impl Telemetry {
    /// Starts both. What cannot be started is left out, and why is said in words.
    #[must_use]
    pub fn start(to: Destination<'_>, log: &Log, traces: &Traces, runtime: &Handle) -> (Self, Vec<String>) {
        let writer = match to {
            Destination::Directory(dir) => logs::to_file(dir, log),
            Destination::StandardError => Ok(logs::to_stderr()),
        };
        let exporting = Exporting::start(traces, runtime);
        let warnings = [writer.as_ref().err(), exporting.as_ref().err()].into_iter().flatten().cloned().collect();
        let (writer, guard) = writer.ok().unzip();
        let (exporting, tracer) = exporting.ok().flatten().unzip();
        let lines = writer.map(|writer| {
            let lines = fmt::layer().event_format(logs::Line).with_ansi(false).with_writer(writer);
            lines.with_filter(logs::filter(&log.level))
        });
        let spans = tracer.map(|tracer| {
            let spans = tracing_opentelemetry::layer().with_tracer(tracer);
            let spans = spans.with_location(false).with_threads(false).with_target(false).with_level(false);
            spans
                .with_tracked_inactivity(false)
                .with_filter(Targets::new().with_target(traces::TARGET, tracing::Level::INFO))
        });
        // A second start in one process, as tests do, keeps the first.
        let _ = tracing::subscriber::set_global_default(Registry::default().with(lines).with(spans));
        (Self { _log: guard, traces: exporting }, warnings)
    }

    /// Delivers what is left of the traces; before the runtime ends.
    pub fn finish(&mut self) {
        if let Some(traces) = self.traces.take() {
            traces.finish();
        }
    }
}
