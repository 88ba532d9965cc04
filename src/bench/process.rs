//! What the kernel knows about a process.

use std::time::Duration;

use color_eyre::eyre::eyre;

/// What `/proc/PID/stat` counts in: 100 a second on every Linux, whatever the kernel's own clock.
const TICK: Duration = Duration::from_millis(10);

/// Memory of a process in megabytes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Memory {
    /// Everything resident, with the pages of files that others have in memory too.
    pub(crate) resident: f64,
    /// What is its own alone.
    pub(crate) own: f64,
    /// The most that was ever resident.
    pub(crate) most: f64,
}

/// The memory of a process now.
pub(crate) fn memory(pid: u32) -> color_eyre::Result<Memory> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let megabytes = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let kilobytes = line.and_then(|rest| rest.trim().strip_suffix("kB")?.trim().parse::<u32>().ok());
        kilobytes.map(|kb| f64::from(kb) / 1024.0).ok_or_else(|| eyre!("/proc/{pid}/status has no {name}"))
    };
    Ok(Memory { resident: megabytes("VmRSS")?, own: megabytes("RssAnon")?, most: megabytes("VmHWM")? })
}

/// The time on a processor that a process has had, all its threads together.
pub(crate) fn cpu(pid: u32) -> color_eyre::Result<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    // The name in brackets may hold anything; user and system time are the 12th and 13th field after it.
    let fields = stat.rsplit_once(')').map(|(_, rest)| rest.split_whitespace().skip(11).take(2));
    let ticks = fields.and_then(|fields| fields.map(|field| field.parse::<u32>().ok()).sum::<Option<u32>>());
    ticks.map(|ticks| TICK * ticks).ok_or_else(|| eyre!("/proc/{pid}/stat is not understood"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn this_process_has_memory_and_has_worked() {
        let pid = std::process::id();
        let Memory { resident, own, most } = memory(pid).unwrap();
        assert!(own > 0.0 && resident > own && most >= resident * 0.5, "{resident} {own} {most}");
        let before = cpu(pid).unwrap();
        let mut n = 0_u64;
        while cpu(pid).unwrap() < before + TICK {
            n = std::hint::black_box(n + 1);
        }
    }
}
