//! `OpenAI` Chat Completions, the format that most servers speak.

use reqwest::header::{AUTHORIZATION, HeaderMap, HeaderValue};
use serde_json::{Value, json};

use crate::domain::usage::Usage;
use crate::llm::remote::Wire;
use crate::llm::remote::endpoint::Endpoint;
use crate::llm::remote::fault::inside;
use crate::llm::remote::gather::{Gathered, Stop};
use crate::llm::remote::secret::Secret;
use crate::llm::{Conversation, Entry, Form, LlmError, ToolSpec, ToolUse};

pub(crate) struct Chat;

impl Wire for Chat {
    fn path(&self) -> &'static str {
        "/chat/completions"
    }

    fn headers(&self, key: Option<&Secret>) -> Result<HeaderMap, LlmError> {
        bearer(key)
    }

    fn body(&self, talk: &Conversation, endpoint: &Endpoint) -> Value {
        let mut messages = vec![json!({"role": "system", "content": talk.prompt.text()})];
        messages.extend(talk.entries.iter().map(message));
        let mut body = json!({
            "model": endpoint.model, "messages": messages, "stream": true, "stream_options": {"include_usage": true},
        });
        // OpenAI's own models refuse the old name; other servers do not all know the new one.
        let most = if endpoint.base.contains("api.openai.com") { "max_completion_tokens" } else { "max_tokens" };
        body[most] = json!(endpoint.most_tokens);
        endpoint.say_temperature(&mut body);
        match &talk.form {
            Form::Tools(tools) => body["tools"] = tools.iter().map(tool).collect(),
            Form::Text => {}
            Form::Json(schema) => {
                let schema = json!({"name": "answer", "schema": schema, "strict": true});
                body["response_format"] = json!({"type": "json_schema", "json_schema": schema});
            }
        }
        body
    }

    fn take(&self, event: &Value, into: &mut Gathered) -> Result<(), LlmError> {
        if event.is_null() {
            into.end();
            return Ok(());
        }
        if let Some(error) = event.get("error").filter(|e| !e.is_null()) {
            return Err(inside(&into.name, error));
        }
        let choice = &event["choices"][0];
        said(&choice["delta"], into)?;
        finished(choice, into);
        used(&event["usage"], into);
        Ok(())
    }

    fn whole(&self, answer: &Value, into: &mut Gathered) -> Result<(), LlmError> {
        if let Some(error) = answer.get("error").filter(|e| !e.is_null()) {
            return Err(inside(&into.name, error));
        }
        let choice = &answer["choices"][0];
        if !choice["message"].is_object() {
            return Err(LlmError::Garbage("it has no message".to_owned()));
        }
        said(&choice["message"], into)?;
        finished(choice, into);
        used(&answer["usage"], into);
        Ok(())
    }
}

pub(crate) fn bearer(key: Option<&Secret>) -> Result<HeaderMap, LlmError> {
    let mut headers = HeaderMap::new();
    if let Some(key) = key {
        headers.insert(AUTHORIZATION, header(&format!("Bearer {}", key.reveal()))?);
    }
    Ok(headers)
}

/// A header's value that no log shows.
pub(crate) fn header(text: &str) -> Result<HeaderValue, LlmError> {
    let mut value = HeaderValue::from_str(text).map_err(|_bad| LlmError::Setup {
        what: "the key has characters that no key has".to_owned(),
        way_out: "copy it again, or run `countersign setup`",
    })?;
    value.set_sensitive(true);
    Ok(value)
}

fn message(entry: &Entry) -> Value {
    match entry {
        Entry::Brief(text) => json!({"role": "user", "content": text}),
        Entry::Person(words) => json!({"role": "user", "content": words}),
        Entry::Tool { id, content, .. } => json!({"role": "tool", "tool_call_id": id, "content": content}),
        Entry::Model(reply) if reply.calls.is_empty() => json!({"role": "assistant", "content": reply.text}),
        Entry::Model(reply) => {
            let calls: Value = reply.calls.iter().map(call).collect();
            json!({"role": "assistant", "content": reply.text, "tool_calls": calls})
        }
    }
}

fn call(call: &ToolUse) -> Value {
    json!({"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}})
}

fn tool(tool: &ToolSpec) -> Value {
    let function = json!({"name": tool.name, "description": tool.description, "parameters": tool.input});
    json!({"type": "function", "function": function})
}

/// A message, or a piece of one.
fn said(message: &Value, into: &mut Gathered) -> Result<(), LlmError> {
    into.text(message["content"].as_str().unwrap_or_default())?;
    if message["refusal"].as_str().is_some_and(|words| !words.is_empty()) {
        into.stop(Stop::Declined);
    }
    for (nth, call) in message["tool_calls"].as_array().into_iter().flatten().enumerate() {
        let index = call["index"].as_u64().unwrap_or(nth as u64);
        let function = &call["function"];
        into.call(index, call["id"].as_str().unwrap_or_default(), function["name"].as_str().unwrap_or_default())?;
        // Some servers send an object in place of its text.
        match &function["arguments"] {
            Value::String(text) => into.arguments(index, text)?,
            Value::Null => {}
            other @ (Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_)) => {
                into.arguments(index, &other.to_string())?;
            }
        }
    }
    Ok(())
}

fn finished(choice: &Value, into: &mut Gathered) {
    match choice["finish_reason"].as_str() {
        None => {}
        Some("length") => into.stop(Stop::Length),
        Some("content_filter") => into.stop(Stop::Declined),
        Some(_) if into.is_declined() => {}
        Some(_) => into.stop(Stop::Done),
    }
}

fn used(usage: &Value, into: &mut Gathered) {
    if let (Some(input), Some(output)) = (usage["prompt_tokens"].as_u64(), usage["completion_tokens"].as_u64()) {
        into.usage = Usage { input_tokens: input, output_tokens: output, micro_usd: 0 };
    }
}
