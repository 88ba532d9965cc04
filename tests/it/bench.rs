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

#[test]
fn the_service_is_measured_on_a_small_desk_and_nobody_is_answered_wrongly() {
    let dir = tempfile::tempdir().unwrap();
    let place = dir.path().join("place");
    std::fs::create_dir(&place).unwrap();
    let mut command = program(dir.path());
    command.args(["bench", "serve", "--quick", "--tickets", "300", "--json", "--dir"]).arg(&place);
    let output = command.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rows = report["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 14, "seven kinds of calls by one caller and by twenty: {report}");
    for row in rows {
        assert_eq!(row["errors"], 0, "{row}");
        // A question is embedded first, which takes a build without optimisation longer than the row lasts.
        let asks = row["what"].as_str().unwrap().contains("get_faq");
        assert!(asks || row["answers"].as_u64().unwrap() > 0 && row["p50"].as_f64().unwrap() > 0.0, "{row}");
        assert!(row["resident"].as_f64().unwrap() > 1.0, "{row}");
    }
    let figures = report["figures"].as_array().unwrap();
    for what in [
        "start to the first answered request",
        "2026-07-28 / plain, 20 callers: CPU",
        "20 callers: p99",
        "resident memory with 20 callers",
        "while another program holds the database: errors",
        "the write that waited",
        "a model that is silent: errors",
        "a session that was abandoned",
    ] {
        let found = figures.iter().find(|figure| figure["what"].as_str().unwrap().contains(what));
        let figure = found.unwrap_or_else(|| panic!("no figure of `{what}` in {report}"));
        assert!(!what.ends_with("errors") || figure["median"] == 0.0, "{figure}");
    }
    assert_eq!(std::fs::read_dir(&place).unwrap().count(), 0, "the desk is removed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_service_is_measured_over_a_database_that_was_empty_and_over_no_other() {
    let Some(url) = crate::postgres::database().await else { return };
    let dir = tempfile::tempdir().unwrap();
    let measure = || {
        let mut command = program(dir.path());
        command.args(["bench", "serve", "--quick", "--tickets", "300", "--json", "--database", &url, "--dir"]);
        tokio::task::block_in_place(|| command.arg(dir.path()).output().unwrap())
    };
    let refused = |output: std::process::Output| {
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && said.contains("is not empty"), "{said}");
    };
    // Nobody's desk, but somebody's table.
    crate::postgres::run(&url, "CREATE TABLE precious (id INT)").await;
    refused(measure());
    crate::postgres::run(&url, "INSERT INTO precious VALUES (1); DROP TABLE precious").await;

    let output = measure();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(report["build"].as_str().unwrap().ends_with("over a database"), "{report}");
    let rows = report["rows"].as_array().unwrap();
    assert_eq!(rows.len(), 14, "{report}");
    for row in rows {
        assert_eq!(row["errors"], 0, "{row}");
        let asks = row["what"].as_str().unwrap().contains("get_faq");
        assert!(asks || row["answers"].as_u64().unwrap() > 0, "{row}");
    }
    // What was written by callers is there.
    crate::postgres::run(&url, "DO $$ BEGIN ASSERT (SELECT count(*) > 50 FROM audit); END $$").await;
    let before = "DO $$ BEGIN ASSERT (SELECT count(*) = 300 FROM tickets); END $$";
    crate::postgres::run(&url, before).await;
    refused(measure());
    crate::postgres::run(&url, before).await;
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
