//! Every string of the shared data comes back as it was, and little of it is taken for something it is not.

use std::path::Path;

use serde_json::Value;

use crate::domain::redact::{Kind, Veil};
use crate::shared::shared;

/// Every string of a JSON file or of JSON lines.
fn strings(path: &Path) -> Vec<String> {
    let text = std::fs::read_to_string(path).unwrap();
    let whole: Vec<Value> = serde_json::from_str(&text).map_or_else(
        |_| text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect(),
        |value| vec![value],
    );
    let mut all = Vec::new();
    for value in &whole {
        gather(value, &mut all);
    }
    all
}

fn gather(value: &Value, all: &mut Vec<String>) {
    match value {
        Value::String(text) => all.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| gather(item, all)),
        Value::Object(fields) => fields.values().for_each(|field| gather(field, all)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn corpora() -> Vec<String> {
    let files = [
        "data/blns/blns.json",
        "data/star/star_support_single.jsonl",
        "data/tau2-banking-kb/documents.jsonl",
        "data/hostile/hostile_llm_outputs_dev.jsonl",
        "data/hostile/support_injections_dev.jsonl",
        "data/hostile/terminal_hostile_dev.jsonl",
        "data/hostile/hostile_mcp_servers_dev.jsonl",
    ];
    files.iter().filter_map(|file| shared(file)).flat_map(|path| strings(&path)).collect()
}

#[test]
fn every_shared_string_comes_back() {
    let mut veil = Veil::default();
    for name in ["Alexis Morgan", "Katarina Miller", "Will May", "大塚 健二", "null", "Ω"] {
        veil.know(Kind::Name, name);
    }
    for text in corpora() {
        let hidden = veil.hide(&text);
        assert_eq!(veil.show(&hidden), text);
    }
}

/// What is hidden in the sample desk, e-mail addresses left out.
fn hidden_in_sample() -> Vec<String> {
    let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/sample");
    let mut hidden = Vec::new();
    for file in ["tickets_a", "tickets_b", "tickets_c", "articles", "canned", "customers"] {
        for text in strings(&sample.join(file).with_extension("jsonl")) {
            let spans = Veil::default().find(&text).into_spans();
            let other = spans.filter(|span| span.kind != Kind::Email);
            hidden.extend(other.map(|span| format!("{} {}", span.kind, &text[span.start..span.end])));
        }
    }
    hidden
}

#[test]
fn nothing_but_personal_data_is_hidden_in_the_sample() {
    let seen = ["ADDRESS Dorpsstraat 77, 3701 AB Zeist", "ADDRESS 14 Calder Row"];
    assert_eq!(hidden_in_sample(), [seen[0], seen[1], "ADDRESS 48 Alder St Apt 3, Portland OR 97205"]);
}
