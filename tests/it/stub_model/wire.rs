//! A turn in the words of each provider, in one piece or as a stream.

use serde_json::{Value, json};

use super::http::Response;
use super::{Behave, Turn, Wire};

/// When every answer was made.
const CREATED: u64 = 1_767_225_600;

/// The turn as an answer to this request, the n-th of the stub.
pub(super) fn response(wire: Wire, request: &Value, nth: usize, turn: &Turn, behave: Behave) -> Response {
    // Ollama streams unless it is told not to; the others the other way round.
    let streamed = request["stream"].as_bool().unwrap_or(wire == Wire::Ollama);
    let said = Said { turn, nth, model: request["model"].as_str().unwrap_or("stub") };
    let events = match (wire, streamed) {
        (Wire::OpenAi, false) => vec![said.openai()],
        (Wire::OpenAi, true) => said.openai_stream(request["stream_options"]["include_usage"] == true),
        (Wire::OpenAiResponses, false) => vec![said.responses("completed", &said.items()).to_string()],
        (Wire::OpenAiResponses, true) => said.responses_stream(),
        (Wire::Anthropic, false) => vec![said.anthropic()],
        (Wire::Anthropic, true) => said.anthropic_stream(),
        (Wire::Ollama, false) => vec![said.ollama()],
        (Wire::Ollama, true) => said.ollama_stream(),
    };
    let content_type = match (wire, streamed) {
        (_, false) => "application/json",
        (Wire::Ollama, true) => "application/x-ndjson",
        (_, true) => "text/event-stream",
    };
    let events = events.into_iter().map(String::into_bytes).collect();
    Response { status: 200, content_type: content_type.into(), headers: Vec::new(), events, streamed, behave }
}

/// A turn that is being told.
struct Said<'a> {
    turn: &'a Turn,
    nth: usize,
    model: &'a str,
}

impl Said<'_> {
    /// An id no other call or item of this stub has.
    fn id(&self, prefix: &str, call: usize) -> String {
        format!("{prefix}_{:04}{call:04}", self.nth)
    }

    /// Name, arguments and number of each call.
    fn calls(&self) -> impl Iterator<Item = (usize, &str, &str)> {
        self.turn.calls.iter().enumerate().map(|(n, (name, arguments))| (n, name.as_str(), arguments.as_str()))
    }

    /// One of two words: with calls, or without.
    fn ends<'w>(&self, with_calls: &'w str, without: &'w str) -> &'w str {
        if self.turn.calls.is_empty() { without } else { with_calls }
    }

    /// Both kinds of tokens together.
    fn total(&self) -> u64 {
        u64::from(self.turn.input_tokens) + u64::from(self.turn.output_tokens)
    }

    // OpenAI, chat completions.

    /// A `chat.completion`.
    fn openai(&self) -> String {
        let call = |(n, name, arguments)| json!({"id": self.id("call", n), "type": "function", "function": {"name": name, "arguments": arguments}});
        let calls: Vec<_> = self.calls().map(call).collect();
        let mut message = json!({"role": "assistant", "content": self.turn.text, "refusal": null, "annotations": []});
        if !calls.is_empty() {
            message["tool_calls"] = calls.into();
            if self.turn.text.is_empty() {
                message["content"] = Value::Null;
            }
        }
        let reason = self.ends("tool_calls", "stop");
        json!({
            "id": self.id("chatcmpl", 0), "object": "chat.completion", "created": CREATED, "model": self.model,
            "choices": [{"index": 0, "message": message, "logprobs": null, "finish_reason": reason}],
            "usage": self.openai_usage(), "service_tier": "default", "system_fingerprint": "fp_stub",
        })
        .to_string()
    }

    /// Tokens, as chat completions count them.
    fn openai_usage(&self) -> Value {
        json!({
            "prompt_tokens": self.turn.input_tokens, "completion_tokens": self.turn.output_tokens,
            "total_tokens": self.total(), "prompt_tokens_details": {"cached_tokens": 0, "audio_tokens": 0},
            "completion_tokens_details": {"reasoning_tokens": 0, "audio_tokens": 0},
        })
    }

    /// Usage comes only where the request asks for it, as with the real one.
    fn openai_stream(&self, with_usage: bool) -> Vec<String> {
        let chunk = |choices: Value, usage: Value| {
            let mut chunk = json!({
                "id": self.id("chatcmpl", 0), "object": "chat.completion.chunk", "created": CREATED,
                "model": self.model, "service_tier": "default", "system_fingerprint": "fp_stub", "choices": choices,
            });
            if with_usage {
                chunk["usage"] = usage;
            }
            format!("data: {chunk}\n\n")
        };
        let delta = |delta: Value, reason: Value| {
            chunk(json!([{"index": 0, "delta": delta, "logprobs": null, "finish_reason": reason}]), Value::Null)
        };
        let mut events = Vec::new();
        let silent = self.turn.text.is_empty() && !self.turn.calls.is_empty();
        let content = if silent { Value::Null } else { "".into() };
        events.push(delta(json!({"role": "assistant", "content": content, "refusal": null}), Value::Null));
        for piece in pieces(&self.turn.text) {
            events.push(delta(json!({"content": piece}), Value::Null));
        }
        for (n, name, arguments) in self.calls() {
            let function = json!({"name": name, "arguments": ""});
            let opening = json!({"index": n, "id": self.id("call", n), "type": "function", "function": function});
            events.push(delta(json!({"tool_calls": [opening]}), Value::Null));
            for piece in pieces(arguments) {
                let more = json!({"index": n, "function": {"arguments": piece}});
                events.push(delta(json!({"tool_calls": [more]}), Value::Null));
            }
        }
        events.push(delta(json!({}), self.ends("tool_calls", "stop").into()));
        if with_usage {
            events.push(chunk(json!([]), self.openai_usage()));
        }
        events.push("data: [DONE]\n\n".into());
        events
    }

    // OpenAI, responses.

    /// The message if there is text, and the calls.
    fn items(&self) -> Vec<Value> {
        let message = (!self.turn.text.is_empty() || self.turn.calls.is_empty())
            .then(|| self.message_item("completed", &[text_part(&self.turn.text)]));
        let call = |(n, name, arguments)| self.call_item(n, name, arguments, "completed");
        message.into_iter().chain(self.calls().map(call)).collect()
    }

    /// The item with the text.
    fn message_item(&self, status: &str, content: &[Value]) -> Value {
        json!({"id": self.id("msg", 0), "type": "message", "status": status, "role": "assistant", "content": content})
    }

    /// The item of one call.
    fn call_item(&self, n: usize, name: &str, arguments: &str, status: &str) -> Value {
        json!({
            "id": self.id("fc", n), "type": "function_call", "status": status, "call_id": self.id("call", n),
            "name": name, "arguments": arguments,
        })
    }

    /// The response object; usage is there once it is complete.
    fn responses(&self, status: &str, output: &[Value]) -> Value {
        let usage = json!({
            "input_tokens": self.turn.input_tokens, "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": self.turn.output_tokens, "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": self.total(),
        });
        json!({
            "id": self.id("resp", 0), "object": "response", "created_at": CREATED, "status": status, "error": null,
            "incomplete_details": null, "instructions": null, "model": self.model, "output": output,
            "parallel_tool_calls": true, "tool_choice": "auto", "tools": [], "store": false,
            "usage": if status == "completed" { usage } else { Value::Null },
        })
    }

    /// From `response.created` to `response.completed`.
    fn responses_stream(&self) -> Vec<String> {
        let mut events = Numbered::default();
        for kind in ["response.created", "response.in_progress"] {
            events.push(kind, json!({"response": self.responses("in_progress", &[])}));
        }
        for (index, item) in self.items().iter().enumerate() {
            if item["type"] == "message" {
                self.responses_message(&mut events, index);
            } else {
                Self::responses_call(&mut events, index, item);
            }
            events.push("response.output_item.done", json!({"output_index": index, "item": item}));
        }
        events.push("response.completed", json!({"response": self.responses("completed", &self.items())}));
        events.lines
    }

    /// The message from its opening to its last part; the item that is done comes after.
    fn responses_message(&self, events: &mut Numbered, index: usize) {
        let item = self.message_item("in_progress", &[]);
        events.push("response.output_item.added", json!({"output_index": index, "item": item}));
        let at = |more: Value| {
            let mut at = json!({"item_id": self.id("msg", 0), "output_index": index, "content_index": 0});
            at.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            at
        };
        events.push("response.content_part.added", at(json!({"part": text_part("")})));
        for piece in pieces(&self.turn.text) {
            events.push("response.output_text.delta", at(json!({"delta": piece, "logprobs": []})));
        }
        events.push("response.output_text.done", at(json!({"text": self.turn.text, "logprobs": []})));
        events.push("response.content_part.done", at(json!({"part": text_part(&self.turn.text)})));
    }

    /// The same for a call.
    fn responses_call(events: &mut Numbered, index: usize, item: &Value) {
        let mut opening = item.clone();
        (opening["status"], opening["arguments"]) = ("in_progress".into(), "".into());
        events.push("response.output_item.added", json!({"output_index": index, "item": opening}));
        for piece in pieces(item["arguments"].as_str().unwrap()) {
            let delta = json!({"item_id": item["id"], "output_index": index, "delta": piece});
            events.push("response.function_call_arguments.delta", delta);
        }
        let done = json!({"item_id": item["id"], "output_index": index, "arguments": item["arguments"]});
        events.push("response.function_call_arguments.done", done);
    }

    // Anthropic, messages.

    /// The message object, whole or as it opens a stream.
    fn anthropic_message(&self, content: &[Value], reason: Option<&str>, output_tokens: u32) -> Value {
        json!({
            "id": self.id("msg", 0), "type": "message", "role": "assistant", "model": self.model, "content": content,
            "stop_reason": reason, "stop_sequence": null,
            "usage": {
                "input_tokens": self.turn.input_tokens, "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0, "output_tokens": output_tokens, "service_tier": "standard",
            },
        })
    }

    /// A `message`.
    fn anthropic(&self) -> String {
        let text = (!self.turn.text.is_empty()).then(|| json!({"type": "text", "text": self.turn.text}));
        let call =
            |(n, name, _)| json!({"type": "tool_use", "id": self.id("toolu", n), "name": name, "input": hole(n)});
        let content: Vec<_> = text.into_iter().chain(self.calls().map(call)).collect();
        let reason = Some(self.ends("tool_use", "end_turn"));
        self.fill(&self.anthropic_message(&content, reason, self.turn.output_tokens))
    }

    /// From `message_start` to `message_stop`, a block for the text and one for each call.
    fn anthropic_stream(&self) -> Vec<String> {
        let event = |data: Value| format!("event: {}\ndata: {data}\n\n", data["type"].as_str().unwrap());
        let open = |index: usize, block: Value| {
            event(json!({"type": "content_block_start", "index": index, "content_block": block}))
        };
        let delta =
            |index: usize, delta: Value| event(json!({"type": "content_block_delta", "index": index, "delta": delta}));
        let stop = |index: usize| event(json!({"type": "content_block_stop", "index": index}));

        let start = self.anthropic_message(&[], None, 1);
        let mut events = vec![event(json!({"type": "message_start", "message": start}))];
        let mut index = 0;
        if !self.turn.text.is_empty() {
            events.push(open(index, json!({"type": "text", "text": ""})));
            events.push(event(json!({"type": "ping"})));
            events.extend(
                pieces(&self.turn.text).map(|piece| delta(index, json!({"type": "text_delta", "text": piece}))),
            );
            events.push(stop(index));
            index += 1;
        }
        for (n, name, arguments) in self.calls() {
            events.push(open(index, json!({"type": "tool_use", "id": self.id("toolu", n), "name": name, "input": {}})));
            let json_delta = |piece: String| delta(index, json!({"type": "input_json_delta", "partial_json": piece}));
            events.extend(std::iter::once(String::new()).chain(pieces(arguments)).map(json_delta));
            events.push(stop(index));
            index += 1;
        }
        let reason = json!({"stop_reason": self.ends("tool_use", "end_turn"), "stop_sequence": null});
        let usage = json!({"output_tokens": self.turn.output_tokens});
        events.push(event(json!({"type": "message_delta", "delta": reason, "usage": usage})));
        events.push(event(json!({"type": "message_stop"})));
        events
    }

    // Ollama, chat.

    /// One object; the last one has the counts.
    fn ollama_line(&self, message: &Value, last: bool) -> String {
        let mut line = json!({
            "model": self.model, "created_at": "2026-01-01T00:00:00.000000Z", "message": message, "done": last,
        });
        if last {
            let end = json!({
                "done_reason": "stop", "total_duration": 5_000_000, "load_duration": 1_000_000,
                "prompt_eval_count": self.turn.input_tokens, "prompt_eval_duration": 2_000_000,
                "eval_count": self.turn.output_tokens, "eval_duration": 2_000_000,
            });
            line.as_object_mut().unwrap().extend(end.as_object().unwrap().clone());
        }
        self.fill(&line)
    }

    /// Arguments are an object here, not a string.
    fn ollama_call(&self, n: usize, name: &str) -> Value {
        json!({"id": self.id("call", n), "function": {"index": n, "name": name, "arguments": hole(n)}})
    }

    /// All of it in one object.
    fn ollama(&self) -> String {
        let mut message = json!({"role": "assistant", "content": self.turn.text});
        if !self.turn.calls.is_empty() {
            message["tool_calls"] = self.calls().map(|(n, name, _)| self.ollama_call(n, name)).collect();
        }
        self.ollama_line(&message, true)
    }

    /// Each call comes whole, in a line of its own.
    fn ollama_stream(&self) -> Vec<String> {
        let text = pieces(&self.turn.text).map(|piece| json!({"role": "assistant", "content": piece}));
        let call = |(n, name, _)| {
            let calls = [self.ollama_call(n, name)];
            json!({"role": "assistant", "content": "", "tool_calls": calls})
        };
        let mut lines: Vec<_> = text.chain(self.calls().map(call)).map(|m| self.ollama_line(&m, false)).collect();
        lines.push(self.ollama_line(&json!({"role": "assistant", "content": ""}), true));
        lines.into_iter().map(|line| line + "\n").collect()
    }

    /// Puts the arguments where their places are held, byte for byte if they are JSON, else as a string.
    fn fill(&self, around: &Value) -> String {
        self.calls().fold(around.to_string(), |text, (n, _, arguments)| {
            let whole = serde_json::from_str::<serde::de::IgnoredAny>(arguments).is_ok();
            let inside = if whole { arguments.replace(['\n', '\r'], " ") } else { Value::from(arguments).to_string() };
            text.replacen(&Value::from(hole(n)).to_string(), &inside, 1)
        })
    }
}

/// Events of a stream that counts them.
#[derive(Default)]
struct Numbered {
    lines: Vec<String>,
}

impl Numbered {
    /// Adds an event of this type.
    fn push(&mut self, kind: &str, mut data: Value) {
        (data["type"], data["sequence_number"]) = (kind.into(), self.lines.len().into());
        self.lines.push(format!("event: {kind}\ndata: {data}\n\n"));
    }
}

/// Text inside a message item.
fn text_part(text: &str) -> Value {
    json!({"type": "output_text", "text": text, "annotations": [], "logprobs": []})
}

/// Holds the place of the n-th call's arguments.
fn hole(n: usize) -> String {
    format!("\u{1}arguments {n}\u{1}")
}

/// The text in three parts or fewer, none of them empty.
fn pieces(text: &str) -> impl Iterator<Item = String> {
    let chars: Vec<char> = text.chars().collect();
    let size = chars.len().div_ceil(3).max(1);
    chars.chunks(size).map(|few| few.iter().collect()).collect::<Vec<String>>().into_iter()
}
