//! `countersign bench screen`: that it measures what it says. What it takes is not tested: machines differ.

use std::time::Duration;

use serde_json::Value;

use crate::house::House;
use crate::process::program;
use crate::terminal::Terminal;

const FRAME_ENDS: &[u8] = b"\x1b[?2026l";

#[test]
fn the_screen_is_measured_on_a_small_desk_and_every_figure_is_there() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("place");
    std::fs::create_dir(&place).unwrap();
    let mut command = program(dir.path());
    command.args(["bench", "screen", "--quick", "--tickets", "500", "--idle", "1", "--json", "--dir"]).arg(&place);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let figures = report["figures"].as_array().unwrap();
    let of = |what: &str| {
        let found: Vec<_> = figures.iter().filter(|figure| figure["what"].as_str().unwrap().contains(what)).collect();
        assert!(!found.is_empty(), "no figure of `{what}` in {report}");
        found.iter().map(|figure| figure["median"].as_f64().unwrap()).fold(f64::MAX, f64::min)
    };
    for what in [
        "a cursor move: update, draw, diff",
        "written for a cursor move",
        "a page: update, draw, diff",
        "a keystroke in a 60-line draft",
        "written for a keystroke",
        "scrolling a thread of 1 MB",
        "start to the first painted queue, 100 tickets",
        "start to the first painted queue, 500 tickets",
        "the very first start",
        "resident memory, 500 tickets",
        "a thread of 1 MB on the screen",
        "frames for 500 keys at once",
        "a ticket open with summary and suggestion",
    ] {
        assert!(of(what) > 0.0, "{what} is nothing: {report}");
    }
    // These are no matter of speed.
    assert!(of("written for a cursor move") <= 300.0 && of("written for a keystroke") <= 100.0, "{report}");
    assert!(of("frames for 500 keys") <= 50.0, "each key had its frame: {report}");
    let is_there = std::path::Path::new("/usr/bin/neomutt").exists();
    assert_eq!(report["left_out"].is_null(), is_there, "{report}");
    assert_eq!(report["beside"].as_array().unwrap().len(), if is_there { 8 } else { 0 });
    assert_eq!(std::fs::read_dir(&place).unwrap().count(), 0, "the desks are removed");
}

#[tokio::test]
async fn five_hundred_keys_at_once_are_a_few_frames() {
    let house = House::new().await;
    let home = house.dir.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let mut terminal = Terminal::start(&home, 200, 50, &["--desk", house.path().to_str().unwrap()]);
    terminal.wait("T-3");
    terminal.settle(Duration::from_secs(1));
    let before = terminal.bytes().len();
    terminal.keys(&"jk".repeat(250));
    terminal.keys("?");
    terminal.wait("Esc");
    terminal.settle(Duration::from_secs(1));
    let bytes = terminal.bytes();
    let frames = bytes[before..].windows(FRAME_ENDS.len()).filter(|end| *end == FRAME_ENDS).count();
    assert!((1..=5).contains(&frames), "{frames} frames");
}
