//! Reads a model's summary: its lines must stand in the thread word for word, and its figures too.

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::assist::claims::unsupported;
use crate::assist::reply;
use crate::domain::draft::{Highlight, Maker, Section, Summary};
use crate::domain::ticket::Ticket;

/// The longest summary that is kept, in characters.
const MOST: usize = 800;
/// Highlights that are kept.
const MOST_HIGHLIGHTS: usize = 8;

#[derive(Deserialize)]
struct Written {
    summary: String,
    #[serde(default)]
    highlights: Vec<Line>,
}

#[derive(Deserialize)]
struct Line {
    section: String,
    text: String,
    message: usize,
}

/// The JSON schema that a summary is asked for in.
#[must_use]
pub fn schema() -> Map<String, Value> {
    let sections: Vec<&str> = Section::ALL.iter().map(|section| section.as_str()).collect();
    let line = json!({
        "type": "object", "additionalProperties": false, "required": ["section", "text", "message"],
        "properties": {"section": {"type": "string", "enum": sections}, "text": {"type": "string"},
                       "message": {"type": "integer"}},
    });
    let schema = json!({
        "type": "object", "additionalProperties": false, "required": ["summary", "highlights"],
        "properties": {"summary": {"type": "string"}, "highlights": {"type": "array", "items": line}},
    });
    schema.as_object().cloned().unwrap_or_default()
}

/// A summary out of what a model wrote; an error in words when it is none.
///
/// # Errors
/// When it is not JSON of the schema, or says nothing.
pub fn read(ticket: &Ticket, written: &str, mut maker: Maker) -> Result<Summary, String> {
    let text = written.trim().trim_start_matches("```json").trim_start_matches("```").trim_end_matches("```");
    let found: Written =
        serde_json::from_str(text.trim()).map_err(|e| format!("the summary is not as asked for: {e}"))?;
    let summary: String = found.summary.trim().chars().take(MOST).collect();
    if summary.is_empty() {
        return Err("the summary is empty".to_owned());
    }
    let asked = found.highlights.len();
    let lines = found.highlights.into_iter().filter_map(|line| standing(ticket, &line));
    let highlights: Vec<Highlight> = lines.take(MOST_HIGHLIGHTS).collect();
    if highlights.len() < asked {
        maker.notes.push(format!("{} lines that stand nowhere in the thread were left out", asked - highlights.len()));
    }
    let mut told = reply::thread_sources(ticket);
    told.extend(ticket.thread.iter().map(|message| message.body.clone()));
    for claim in unsupported(&summary, &told.iter().map(String::as_str).collect::<Vec<_>>()) {
        maker.notes.push(format!("the thread does not say: {}", claim.text));
    }
    Ok(Summary { summary, highlights, maker })
}

/// A line as the thread has it, when it has it.
fn standing(ticket: &Ticket, line: &Line) -> Option<Highlight> {
    let section = line.section.parse().ok()?;
    let wanted = folded(&line.text);
    let has = |n: usize| ticket.thread.get(n).is_some_and(|m| !wanted.is_empty() && folded(&m.body).contains(&wanted));
    // Models miscount: the words decide which message it is.
    let message = Some(line.message).filter(|n| has(*n)).or_else(|| (0..ticket.thread.len()).find(|n| has(*n)))?;
    Some(Highlight { section, text: line.text.trim().to_owned(), message })
}

fn folded(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
