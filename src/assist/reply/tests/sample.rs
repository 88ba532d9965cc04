//! Every ticket of the sample desk, with a small stand-in for the search.

use std::collections::BTreeMap;

use serde_json::Value;

use super::*;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/sample");

fn rows(name: &str) -> Option<Vec<Value>> {
    let path = format!("{}/{name}", std::env::var("COUNTERSIGN_SAMPLE").unwrap_or_else(|_| FOLDER.to_owned()));
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: no sample file {path}");
        return None;
    };
    Some(text.lines().map(|l| serde_json::from_str(l).unwrap()).collect())
}

fn sample_ticket(row: &Value, names: &BTreeMap<String, String>) -> Ticket {
    let mut row = row.clone();
    let customer = row["customer"].as_str().unwrap().to_owned();
    row["customer_name"] = names[&customer].clone().into();
    row["customer_id"] = customer.into();
    row["updated_at"] = row["created_at"].clone();
    row["thread"] = row["messages"].take();
    for message in row["thread"].as_array_mut().unwrap() {
        if message.get("body").is_none() {
            message["body"] = message["html"].as_str().unwrap().replace('<', "\n<").into();
        }
    }
    row["messages"] = 1.into();
    row["version"] = 1.into();
    row["sample"] = true.into();
    serde_json::from_value(row).unwrap()
}

/// The share of the query's weight that each article covers, body words counting less than title words.
fn search(articles: &[Article], query: &str) -> Vec<(Article, f64)> {
    let count = |n: usize| f64::from(u32::try_from(n).unwrap());
    let asked = terms(query);
    let bodies: Vec<_> = articles.iter().map(|a| (terms(&a.title), terms(&a.body))).collect();
    let weight = |t: &String| {
        let seen = bodies.iter().filter(|(title, body)| title.contains(t) || body.contains(t)).count();
        if seen == 0 { 1.0 } else { (1.0 + count(bodies.len()) / count(seen)).ln() }
    };
    let all: f64 = asked.iter().map(weight).sum();
    let score = |(title, body): &(_, _)| {
        let part =
            |t: &String, title: &std::collections::BTreeSet<String>, body: &std::collections::BTreeSet<String>| {
                if title.contains(t) {
                    1.0
                } else if body.contains(t) {
                    0.7
                } else {
                    0.0
                }
            };
        asked.iter().map(|t| weight(t) * part(t, title, body)).sum::<f64>() / all.max(1.0)
    };
    let mut hits: Vec<_> = articles.iter().zip(&bodies).map(|(a, words)| (a.clone(), score(words))).collect();
    hits.sort_by(|a, b| b.1.total_cmp(&a.1));
    hits.truncate(5);
    hits
}

#[test]
fn no_reply_to_a_sample_ticket_states_what_no_source_says() {
    let files = (rows("articles.jsonl"), rows("canned.jsonl"), rows("customers.jsonl"), rows("tickets_b.jsonl"));
    let (Some(articles), Some(canned), Some(customers), Some(tickets)) = files else { return };
    let articles: Vec<Article> = articles.into_iter().map(|a| serde_json::from_value(a).unwrap()).collect();
    let canned: Vec<CannedReply> = canned.into_iter().map(|c| serde_json::from_value(c).unwrap()).collect();
    let names: BTreeMap<String, String> = customers
        .iter()
        .map(|c| (c["id"].as_str().unwrap().to_owned(), c["name"].as_str().unwrap().to_owned()))
        .collect();
    let mut values = Vec::new();
    for row in &tickets {
        let ticket = sample_ticket(row, &names);
        let hits = search(&articles, &format!("{} {}", ticket.row.subject, ticket.body()));
        for tone in Tone::ALL {
            let reply = reply_to(&ticket, *tone, &hits, &canned);
            let shown = std::env::var("COUNTERSIGN_SHOW").is_ok_and(|s| s == "all" || s == ticket.row.id.as_str());
            if shown && *tone == Tone::Polite {
                let why: Vec<_> = reply.evidence.iter().map(|e| format!("{} {:+.2}", e.what, e.weight)).collect();
                eprintln!(
                    "=== {} {} | {:.2} | {}\n{}\n",
                    ticket.row.id,
                    ticket.row.subject,
                    reply.confidence,
                    why.join("; "),
                    reply.response_text
                );
            }
            assert_eq!(reply.unsupported, [], "{} in tone {tone}:\n{}", ticket.row.id, reply.response_text);
            assert!(!is_suspicious(&reply.response_text), "{}", ticket.row.id);
            values.push(reply.confidence);
        }
    }
    values.sort_by(f64::total_cmp);
    values.dedup();
    assert!(values.len() > 40, "a confidence that hardly moves says nothing: {values:?}");
}
