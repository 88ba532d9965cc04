//! What the process itself takes, read from `/proc/self` when somebody asks; where there is none, nothing is said.

use std::fmt;
use std::fs;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric as _};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;
use rustix::time::{ClockId, clock_gettime};

/// The names, as every exporter of Prometheus has them.
pub(crate) const NAMES: [&str; 4] =
    ["process_cpu_seconds_total", "process_resident_memory_bytes", "process_open_fds", "process_max_fds"];

/// The process's own figures.
#[derive(Debug)]
pub(crate) struct Process;

impl Collector for Process {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        let help = "Processor time of the process, user and system.";
        let into = encoder.encode_descriptor("process_cpu_seconds", help, None, MetricType::Counter)?;
        ConstCounter::new(cpu_seconds()).encode(into)?;
        let gauges = [
            (NAMES[1], "Memory of the process that is resident.", resident_bytes()),
            (NAMES[2], "Files and sockets that are open.", open_files()),
            (NAMES[3], "Files and sockets that may be open.", most_files()),
        ];
        for (name, help, value) in gauges {
            let Some(value) = value else { continue };
            let into = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            ConstGauge::new(value).encode(into)?;
        }
        Ok(())
    }
}

#[expect(clippy::cast_precision_loss, reason = "seconds and nanoseconds of a process")]
fn cpu_seconds() -> f64 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 / 1e9
}

fn resident_bytes() -> Option<i64> {
    Some(field("/proc/self/status", "VmRSS:")? * 1024)
}

fn open_files() -> Option<i64> {
    // One of them is the folder being read.
    i64::try_from(fs::read_dir("/proc/self/fd").ok()?.count()).ok().map(|open| open - 1)
}

fn most_files() -> Option<i64> {
    field("/proc/self/limits", "Max open files")
}

/// The first number of the line that begins so.
fn field(file: &str, begins: &str) -> Option<i64> {
    let text = fs::read_to_string(file).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix(begins))?;
    line.split_whitespace().next()?.parse().ok()
}
