//! A paste that no text holds.

use std::time::Instant;

use crate::failures::{PATIENCE, Work, wait_for, write};
use crate::terminal::Terminal;

const MEBIBYTE: usize = 1024 * 1024;

/// What a program has taken of the machine's memory at most, in kibibytes.
fn most_memory(terminal: &Terminal) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", terminal.pid())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[tokio::test]
async fn ten_megabytes_that_are_pasted_are_refused_in_words_and_the_draft_stays() {
    let work = Work::new().await;
    let mut terminal = work.sit(&[]);
    // Where nothing is written a paste does nothing, whatever is in it.
    terminal.paste(&"qA".repeat(5 * MEBIBYTE));
    write(&mut terminal, "was here before ");
    wait_for("it is saved", || work.is_kept("was here before "));

    let before = most_memory(&terminal);
    let since = Instant::now();
    terminal.paste(&"All of it. \n".repeat(875_000));
    let told = terminal.wait("nothing of the 10.0 MiB was put in");
    assert!(told.contains("this text holds 64 KiB") && told.contains("was here before"), "{told}");
    terminal.keys("and after");
    terminal.wait("was here before and after");
    assert!(since.elapsed() < PATIENCE, "it took {:?}", since.elapsed());
    let grown = (most_memory(&terminal) - before) / 1024;
    eprintln!("10 MiB pasted and a key shown in {:?}, {grown} MiB more memory at most", since.elapsed());
    assert!(grown < 64, "{grown} MiB more");
    wait_for("it is saved", || work.is_kept("was here before and after"));
    assert!(!work.is_kept("All of it."));
    terminal.keys("\u{3}");
    assert!(terminal.ended());
}
