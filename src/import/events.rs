//! Lists of events as threads: who said what, and what tools did as internal notes.

use jiff::Timestamp;
use serde_json::Value;

use crate::domain::text;
use crate::domain::ticket::Message;
use crate::import::limits::{self, Reason};
use crate::import::map::{Event, Thread};
use crate::import::record::plain;

/// The thread that a map finds in a row, oldest message first.
pub(super) fn messages(row: &Value, thread: &Thread, customer: &str, start: Timestamp) -> Result<Vec<Message>, Reason> {
    let list = row.pointer(&thread.list).and_then(Value::as_array);
    let list = list.ok_or_else(|| format!("there is no list at `{}`", thread.list))?;
    let mut messages: Vec<Message> = Vec::with_capacity(list.len());
    for (n, event) in list.iter().enumerate() {
        let before = messages.last().map_or(start, |message| message.at);
        let located = |reason: Reason| format!("event {}: {reason}", n + 1);
        messages.push(message(event, thread, customer, before).map_err(located)?);
    }
    messages.sort_by_key(|message| message.at);
    Ok(messages)
}

fn message(event: &Value, thread: &Thread, customer: &str, before: Timestamp) -> Result<Message, Reason> {
    let said = event.pointer(&thread.role).and_then(Value::as_str).unwrap_or_default();
    let rule = thread.roles.get(said).ok_or_else(|| format!("role `{}` is not in the map", text::short(said, 40)))?;
    let at = thread.at.as_ref().and_then(|at| event.pointer(at));
    let at = at.map(plain).transpose().map_err(|what| format!("the time is {what}"))?.flatten();
    Ok(Message {
        at: at.map(|text| limits::loose_time("time", &text)).transpose()?.unwrap_or(before),
        author: rule.author,
        name: rule.name.clone().unwrap_or_else(|| customer.to_owned()),
        visibility: rule.visibility,
        body: limits::body(&spoken(event, rule))?,
        attachments: Vec::new(),
    })
}

fn spoken(event: &Value, rule: &Event) -> String {
    let parts = rule.text.iter().map(|at| event.pointer(at).map_or_else(|| "none".to_owned(), readable));
    parts.filter(|part| !part.is_empty()).collect::<Vec<_>>().join("\n")
}

/// JSON as a person would note it down: one `key: value` a line, inner values on one line.
fn readable(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => "none".into(),
        Value::Array(list) => list.iter().map(readable).collect::<Vec<_>>().join("\n"),
        Value::Object(fields) => {
            fields.iter().map(|(key, value)| format!("{key}: {}", inline(value))).collect::<Vec<_>>().join("\n")
        }
        Value::Bool(_) | Value::Number(_) => value.to_string(),
    }
}

fn inline(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
