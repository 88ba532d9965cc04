//! `OpenAI` Responses. Nothing is kept at the provider (`store` is off): the whole conversation is sent each time.

use reqwest::header::HeaderMap;
use serde_json::{Value, json};

use crate::domain::usage::Usage;
use crate::llm::remote::Wire;
use crate::llm::remote::endpoint::Endpoint;
use crate::llm::remote::fault::inside;
use crate::llm::remote::gather::{Gathered, Stop};
use crate::llm::remote::openai::bearer;
use crate::llm::remote::secret::Secret;
use crate::llm::{Conversation, Entry, Form, LlmError};

pub(crate) struct Responses;

impl Wire for Responses {
    fn path(&self) -> &'static str {
        "/responses"
    }

    fn headers(&self, key: Option<&Secret>) -> Result<HeaderMap, LlmError> {
        bearer(key)
    }

    fn body(&self, talk: &Conversation, endpoint: &Endpoint) -> Value {
        let input: Vec<Value> = talk.entries.iter().flat_map(items).collect();
        let mut body = json!({
            "model": endpoint.model, "instructions": talk.prompt.text(), "input": input, "stream": true,
            "store": false, "max_output_tokens": endpoint.most_tokens,
        });
        endpoint.say_temperature(&mut body);
        match &talk.form {
            Form::Tools(tools) => {
                let tool = |t: &crate::llm::ToolSpec| {
                    json!({"type": "function", "name": t.name, "description": t.description, "parameters": t.input,
                           "strict": false})
                };
                body["tools"] = tools.iter().map(tool).collect();
            }
            Form::Text => {}
            Form::Json(schema) => {
                let format = json!({"type": "json_schema", "name": "answer", "schema": schema, "strict": true});
                body["text"] = json!({"format": format});
            }
        }
        body
    }

    fn take(&self, event: &Value, into: &mut Gathered) -> Result<(), LlmError> {
        let index = event["output_index"].as_u64().unwrap_or(0);
        match event["type"].as_str().unwrap_or_default() {
            "response.output_text.delta" => into.text(event["delta"].as_str().unwrap_or_default())?,
            "response.refusal.delta" => into.stop(Stop::Declined),
            "response.output_item.added" if event["item"]["type"] == "function_call" => {
                begun(index, &event["item"], into)?;
            }
            "response.function_call_arguments.delta" => {
                into.arguments(index, event["delta"].as_str().unwrap_or_default())?;
            }
            "response.completed" | "response.incomplete" => {
                ended(&event["response"], into);
                into.end();
            }
            "response.failed" => return Err(inside(&into.name, &event["response"]["error"])),
            "error" => return Err(inside(&into.name, event.get("error").unwrap_or(event))),
            _ => {}
        }
        Ok(())
    }

    fn whole(&self, answer: &Value, into: &mut Gathered) -> Result<(), LlmError> {
        if let Some(error) = answer.get("error").filter(|e| !e.is_null()) {
            return Err(inside(&into.name, error));
        }
        for (index, item) in (0..).zip(answer["output"].as_array().into_iter().flatten()) {
            for part in item["content"].as_array().into_iter().flatten() {
                into.text(part["text"].as_str().unwrap_or_default())?;
                if part["type"] == "refusal" {
                    into.stop(Stop::Declined);
                }
            }
            if item["type"] == "function_call" {
                begun(index, item, into)?;
                into.arguments(index, item["arguments"].as_str().unwrap_or_default())?;
            }
        }
        ended(answer, into);
        Ok(())
    }
}

/// A reply with calls is several items: its text, then each call.
fn items(entry: &Entry) -> Vec<Value> {
    match entry {
        Entry::Brief(text) => vec![json!({"role": "user", "content": text})],
        Entry::Person(words) => vec![json!({"role": "user", "content": words})],
        Entry::Tool { id, content, .. } => {
            vec![json!({"type": "function_call_output", "call_id": id, "output": content})]
        }
        Entry::Model(reply) => {
            let text = (!reply.text.is_empty()).then(|| json!({"role": "assistant", "content": reply.text}));
            let call = |call: &crate::llm::ToolUse| json!({"type": "function_call", "call_id": call.id, "name": call.name, "arguments": call.arguments});
            text.into_iter().chain(reply.calls.iter().map(call)).collect()
        }
    }
}

fn begun(index: u64, item: &Value, into: &mut Gathered) -> Result<(), LlmError> {
    into.call(index, item["call_id"].as_str().unwrap_or_default(), item["name"].as_str().unwrap_or_default())
}

fn ended(response: &Value, into: &mut Gathered) {
    let usage = &response["usage"];
    if let (Some(input), Some(output)) = (usage["input_tokens"].as_u64(), usage["output_tokens"].as_u64()) {
        into.usage = Usage { input_tokens: input, output_tokens: output, micro_usd: 0 };
    }
    match (response["status"].as_str(), response["incomplete_details"]["reason"].as_str()) {
        _ if into.is_declined() => {}
        (_, Some("content_filter")) => into.stop(Stop::Declined),
        (Some("incomplete"), _) => into.stop(Stop::Length),
        (Some("completed"), _) => into.stop(Stop::Done),
        _ => {}
    }
}
