//! What is shipped for an operator's Prometheus and Grafana speaks of metrics that there are.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use countersign::domain::actor::Role;
use countersign::domain::audit::Action;
use countersign::domain::usage::Usage;
use countersign::telemetry::metrics::{self, Door};
use serde_json::Value;

fn deploy(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/deploy").join(file)
}

fn read(file: &str) -> String {
    std::fs::read_to_string(deploy(file)).unwrap()
}

/// The metrics that a text of queries names.
fn named(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_');
    let ours = |word: &&str| word.starts_with("countersign_") || word.starts_with("process_");
    words.filter(ours).map(str::to_owned).collect()
}

fn queries(dashboard: &Value) -> Vec<(String, String)> {
    let panels = dashboard["panels"].as_array().unwrap().iter();
    panels
        .flat_map(|panel| {
            let targets = panel["targets"].as_array().into_iter().flatten();
            targets.map(|target| (panel["title"].to_string(), target["expr"].as_str().unwrap().to_owned()))
        })
        .collect()
}

#[test]
fn every_panel_and_every_alert_asks_for_metrics_that_there_are() {
    let there: BTreeSet<_> = metrics::names().iter().cloned().collect();
    let dashboard: Value = serde_json::from_str(&read("grafana-dashboard.json")).unwrap();
    let panels = queries(&dashboard);
    assert!(panels.len() > 30, "{}", panels.len());
    for (panel, query) in &panels {
        let asked = named(query);
        assert!(!asked.is_empty() && asked.is_subset(&there), "{panel} asks for {:?}", asked.difference(&there));
    }
    let rules: String = read("countersign.rules.yml").lines().filter(|line| !line.contains("job_name")).collect();
    let asked = named(&rules);
    assert!(asked.len() > 8 && asked.is_subset(&there), "{:?}", asked.difference(&there));
    let shown: BTreeSet<_> = panels.iter().flat_map(|(_, query)| named(query)).collect();
    let part = |name: &&String| ["_bucket", "_sum", "_count"].iter().any(|end| name.ends_with(end));
    let unseen: Vec<_> = there.difference(&shown).filter(|name| !part(name)).collect();
    assert!(unseen.is_empty(), "no panel shows {unseen:?}");
}

#[test]
fn every_alert_says_what_it_means_and_what_to_look_at_first() {
    let rules = read("countersign.rules.yml");
    for rule in rules.split("- alert: ").skip(1) {
        let name = rule.lines().next().unwrap();
        for part in ["expr:", "severity:", "summary:", "description:"] {
            assert!(rule.contains(part), "{name} has no {part}");
        }
    }
    assert_eq!(rules.matches("- alert: ").count(), rules.matches("description: >-").count());
}

/// `promtool`'s words, when it is there and finds something.
fn promtool(args: &[&str], input: &str) -> Option<String> {
    let mut tool = Command::new("promtool");
    tool.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let Ok(mut tool) = tool.spawn() else {
        eprintln!("SKIPPED: promtool is not installed (Debian's package prometheus): {args:?} was not checked");
        return None;
    };
    tool.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    let output = tool.wait_with_output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (!output.status.success() || args[1] == "metrics" && !said.is_empty()).then_some(said)
}

#[test]
fn promtool_finds_nothing_wrong_with_rules_and_scrapes() {
    let (rules, scrapes) = (deploy("countersign.rules.yml"), deploy("prometheus.yml"));
    assert_eq!(promtool(&["check", "rules", rules.to_str().unwrap()], ""), None);
    assert_eq!(promtool(&["check", "config", "--syntax-only", scrapes.to_str().unwrap()], ""), None);
}

#[test]
fn promtool_finds_nothing_wrong_with_what_is_exposed() {
    metrics::request(Door::Http, "GET", "/tickets/{id}").answered(200);
    metrics::called("get_ticket", Role::Agent, "ok", std::time::Duration::from_millis(2));
    metrics::filed("update_ticket", Role::Bot);
    metrics::decided("update_ticket", Action::Approved, std::time::Duration::from_secs(20));
    metrics::model_called("a \"model\"\nof\\ours", "ok", std::time::Duration::from_secs(2), Usage::default());
    metrics::store_failed("busy");
    metrics::not_let_in("unknown");
    metrics::look(&metrics::Vitals::default());
    let text = metrics::render();
    assert_eq!(promtool(&["check", "metrics"], &text), None, "{text}");
    let samples: BTreeSet<_> = text.lines().filter(|line| !line.starts_with('#')).flat_map(named).collect();
    let there: BTreeSet<_> = metrics::names().iter().cloned().collect();
    let missing: Vec<_> = there.difference(&samples).collect();
    assert!(missing.is_empty(), "names without a sample: {missing:?}");
}
