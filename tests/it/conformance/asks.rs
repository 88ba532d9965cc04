//! Tools that ask the client something, in the way of either era.

use rmcp::ErrorData;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, ElicitRequestParams, GetPromptResponse, InputRequiredResult,
    InputResponses, RequestStateCodec,
};
use serde_json::{Value, json};

use crate::conformance::{Context, model, text, whole};

fn failed(error: impl std::fmt::Display) -> CallToolResponse {
    let content = json!([{"type": "text", "text": error.to_string()}]);
    CallToolResponse::Complete(whole(json!({"isError": true, "content": content})))
}

pub(crate) async fn sampling(context: &Context, prompt: &str) -> Result<CallToolResponse, ErrorData> {
    let message = json!({"role": "user", "content": {"type": "text", "text": prompt}});
    let asked = model(json!({"messages": [message], "maxTokens": 100}));
    Ok(match context.peer.create_message(asked).await {
        Ok(answer) => text(&format!("LLM response: {}", json!(answer)["content"]["text"].as_str().unwrap_or(""))),
        Err(error) => failed(error),
    })
}

pub(crate) async fn elicitation(context: &Context, form: ElicitRequestParams) -> Result<CallToolResponse, ErrorData> {
    Ok(match context.peer.create_elicitation(form).await {
        Ok(answer) => {
            let answer = json!(answer);
            let (action, content) = (answer["action"].as_str().unwrap_or(""), &answer["content"]);
            text(&format!("Elicitation completed: action={action}, content={content}"))
        }
        Err(error) => failed(error),
    })
}

fn form(message: &str, properties: &Value, required: &[&str]) -> ElicitRequestParams {
    let schema = json!({"type": "object", "properties": properties, "required": required});
    model(json!({"mode": "form", "message": message, "requestedSchema": schema}))
}

pub(crate) fn user(message: &str) -> ElicitRequestParams {
    let properties = json!({
        "username": {"type": "string", "description": "User's response"},
        "email": {"type": "string", "description": "User's email address"},
    });
    form(message, &properties, &["username", "email"])
}

pub(crate) fn defaults() -> ElicitRequestParams {
    let properties = json!({
        "name": {"type": "string", "default": "John Doe"},
        "age": {"type": "integer", "default": 30},
        "score": {"type": "number", "default": 95.5},
        "status": {"type": "string", "enum": ["active", "inactive", "pending"], "default": "active"},
        "verified": {"type": "boolean", "default": true},
    });
    form("Please fill in the form", &properties, &[])
}

pub(crate) fn enums() -> ElicitRequestParams {
    let titled = |names: [&str; 3]| -> Value {
        let values = (1..).zip(names).map(|(n, title)| json!({"const": format!("value{n}"), "title": title}));
        values.collect()
    };
    let plain = json!(["option1", "option2", "option3"]);
    let legacy = ["Option One", "Option Two", "Option Three"];
    let properties = json!({
        "untitledSingle": {"type": "string", "enum": plain},
        "titledSingle": {"type": "string", "oneOf": titled(["First Option", "Second Option", "Third Option"])},
        "legacyEnum": {"type": "string", "enum": ["opt1", "opt2", "opt3"], "enumNames": legacy},
        "untitledMulti": {"type": "array", "items": {"type": "string", "enum": plain}},
        "titledMulti": {"type": "array", "items": {"anyOf": titled(["First Choice", "Second Choice", "Third Choice"])}},
    });
    form("Please choose", &properties, &[])
}

fn question(message: &str, field: &str, kind: &str) -> Value {
    let schema = json!({"type": "object", "properties": {field: {"type": kind}}, "required": [field]});
    json!({"method": "elicitation/create", "params": {"mode": "form", "message": message, "requestedSchema": schema}})
}

fn sample(words: &str, tokens: u32) -> Value {
    let message = json!({"role": "user", "content": {"type": "text", "text": words}});
    json!({"method": "sampling/createMessage", "params": {"messages": [message], "maxTokens": tokens}})
}

fn roots() -> Value {
    json!({"method": "roots/list", "params": {}})
}

fn asks(requests: Value, state: Option<String>) -> CallToolResponse {
    CallToolResponse::InputRequired(InputRequiredResult::new(Some(model(requests)), state))
}

/// What was filled in, where the form was accepted and has the field.
fn filled<'a>(answers: Option<&'a InputResponses>, key: &str, field: &str) -> Option<&'a Value> {
    let answer = answers?.get(key)?;
    let field = answer.get("content")?.get(field)?;
    (answer.get("action")? == "accept" && (field.is_string() || field.is_boolean())).then_some(field)
}

/// The tools of 2026-07-28: an answer that asks, and the call again with what was said.
pub(crate) fn input(
    request: &CallToolRequestParams,
    context: &Context,
    codec: &RequestStateCodec,
) -> Result<CallToolResponse, ErrorData> {
    let answers = request.input_responses.as_ref();
    let given = |key: &str| answers.and_then(|all| all.get(key));
    let state = request.request_state.as_ref().map(|state| codec.open(state)).transpose();
    let state = state.map_err(|error| ErrorData::invalid_params(error.to_string(), None))?;
    let seal = |step: &str| Some(codec.seal(step.as_bytes()));
    let name = || json!({"user_name": question("What is your name?", "name", "string")});
    Ok(match &*request.name {
        "test_streaming_elicitation" | "test_input_required_result_elicitation" => {
            match filled(answers, "user_name", "name").and_then(Value::as_str) {
                Some(name) => text(&format!("Hello, {name}!")),
                None => asks(name(), None),
            }
        }
        "test_input_required_result_sampling" => match given("capital_question") {
            Some(answer) => text(answer["content"]["text"].as_str().unwrap_or("")),
            None => asks(json!({"capital_question": sample("What is the capital of France?", 100)}), None),
        },
        "test_input_required_result_list_roots" => match given("client_roots") {
            Some(answer) => text(&answer["roots"].to_string()),
            None => asks(json!({"client_roots": roots()}), None),
        },
        "test_input_required_result_request_state" | "test_input_required_result_tampered_state" => {
            match (filled(answers, "confirm", "ok"), state.as_deref()) {
                (Some(_), Some(b"confirm")) => text("state-ok"),
                _ => asks(json!({"confirm": question("Please confirm", "ok", "boolean")}), seal("confirm")),
            }
        }
        "test_input_required_result_multiple_inputs" => {
            if ["user_name", "greeting", "client_roots"].iter().all(|key| given(key).is_some()) && state.is_some() {
                text("all three were answered")
            } else {
                let greeting = sample("Generate a greeting", 50);
                let mut requests = name();
                requests["greeting"] = greeting;
                requests["client_roots"] = roots();
                asks(requests, seal("all"))
            }
        }
        "test_input_required_result_multi_round" => match state.as_deref() {
            Some(b"one") if filled(answers, "step1", "name").is_some() => {
                asks(json!({"step2": question("Step 2: What is your favorite color?", "color", "string")}), seal("two"))
            }
            Some(b"two") if filled(answers, "step2", "color").is_some() => text("both steps were answered"),
            _ => asks(json!({"step1": question("Step 1: What is your name?", "name", "string")}), seal("one")),
        },
        _ => {
            let declared = context.client_capabilities().unwrap_or_default();
            let mut requests = json!({});
            if declared.elicitation.is_some() {
                requests = name();
            }
            if declared.sampling.is_some() {
                requests["capital_question"] = sample("What is the capital of France?", 100);
            }
            asks(requests, None)
        }
    })
}

/// A prompt that asks before it is there.
pub(crate) fn prompt(answers: Option<&InputResponses>) -> GetPromptResponse {
    if let Some(context) = filled(answers, "user_context", "context") {
        let message = json!({"role": "user", "content": {"type": "text", "text": format!("Context: {context}")}});
        return GetPromptResponse::Complete(whole(json!({"messages": [message]})));
    }
    let asked = json!({"user_context": question("What context should the prompt use?", "context", "string")});
    GetPromptResponse::InputRequired(InputRequiredResult::new(Some(model(asked)), None))
}
