//! What the suite wants to see, by the names that it asks for.

use rmcp::model::JsonObject;
use serde_json::{Value, json};

pub(crate) const WATCHED: &str = "test://watched-resource";

const PNG: &str = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg==";
const WAV: &str = "UklGRiQAAABXQVZFZm10IBAAAAABAAEAQB8AAEAfAAABAAgAZGF0YQAAAAA=";

pub(crate) const TOOLS: &[&str] = &[
    "test_simple_text",
    "test_image_content",
    "test_audio_content",
    "test_embedded_resource",
    "test_multiple_content_types",
    "test_error_handling",
    "test_tool_with_logging",
    "test_tool_with_progress",
    "test_sampling",
    "test_elicitation",
    "test_elicitation_sep1034_defaults",
    "test_elicitation_sep1330_enums",
    "test_logging_tool",
    "test_missing_capability",
    "test_streaming_elicitation",
    "test_input_required_result_elicitation",
    "test_input_required_result_sampling",
    "test_input_required_result_list_roots",
    "test_input_required_result_request_state",
    "test_input_required_result_multiple_inputs",
    "test_input_required_result_multi_round",
    "test_input_required_result_tampered_state",
    "test_input_required_result_capabilities",
];

pub(crate) fn described(name: &str) -> Value {
    let arguments = match name {
        "test_sampling" => json!({"prompt": {"type": "string"}}),
        "test_elicitation" => json!({"message": {"type": "string"}}),
        _ => json!({}),
    };
    let schema = json!({"type": "object", "properties": arguments});
    json!({"name": name, "description": format!("{name}, for the conformance suite"), "inputSchema": schema})
}

/// The tools that answer the same always.
pub(crate) fn tool(name: &str) -> Option<Value> {
    let image = json!({"type": "image", "data": PNG, "mimeType": "image/png"});
    let text = |words: &str| json!({"type": "text", "text": words});
    let resource = |uri: &str, mime: &str, words: &str| json!({"type": "resource", "resource": {"uri": uri, "mimeType": mime, "text": words}});
    let content = match name {
        "test_simple_text" => json!([text("This is a simple text response for testing.")]),
        "test_image_content" => json!([image]),
        "test_audio_content" => json!([{"type": "audio", "data": WAV, "mimeType": "audio/wav"}]),
        "test_embedded_resource" => {
            json!([resource("test://embedded-resource", "text/plain", "This is an embedded resource content.")])
        }
        "test_multiple_content_types" => {
            let mixed = r#"{"test":"data","value":123}"#;
            let mixed = resource("test://mixed-content-resource", "application/json", mixed);
            json!([text("Multiple content types test:"), image, mixed])
        }
        "test_error_handling" => {
            let words = "This tool intentionally returns an error for testing";
            return Some(json!({"isError": true, "content": [text(words)]}));
        }
        _ => return None,
    };
    Some(json!({"content": content}))
}

pub(crate) fn resources() -> Vec<Value> {
    let resource = |uri: &str, mime: &str| {
        let name = uri.trim_start_matches("test://");
        json!({"uri": uri, "name": name, "description": "for the conformance suite", "mimeType": mime})
    };
    let all = [("test://static-text", "text/plain"), ("test://static-binary", "image/png"), (WATCHED, "text/plain")];
    all.into_iter().map(|(uri, mime)| resource(uri, mime)).collect()
}

pub(crate) fn template() -> Value {
    let address = "test://template/{id}/data";
    json!({"uriTemplate": address, "name": "template", "description": "for the suite", "mimeType": "application/json"})
}

pub(crate) fn resource(uri: &str) -> Option<Value> {
    Some(match uri {
        "test://static-text" => {
            json!({"uri": uri, "mimeType": "text/plain", "text": "This is the content of the static text resource."})
        }
        "test://static-binary" => json!({"uri": uri, "mimeType": "image/png", "blob": PNG}),
        WATCHED => json!({"uri": uri, "mimeType": "text/plain", "text": "watched"}),
        other => {
            let id = other.strip_prefix("test://template/")?.strip_suffix("/data")?;
            let data = json!({"id": id, "templateTest": true, "data": format!("Data for ID: {id}")});
            json!({"uri": uri, "mimeType": "application/json", "text": data.to_string()})
        }
    })
}

pub(crate) fn prompts() -> Vec<Value> {
    let prompt = |name: &str, arguments: &[&str]| {
        let arguments: Vec<_> = arguments
            .iter()
            .map(|name| json!({"name": name, "description": "for the suite", "required": true}))
            .collect();
        json!({"name": name, "description": "for the conformance suite", "arguments": arguments})
    };
    vec![
        prompt("test_simple_prompt", &[]),
        prompt("test_prompt_with_arguments", &["arg1", "arg2"]),
        prompt("test_prompt_with_embedded_resource", &["resourceUri"]),
        prompt("test_prompt_with_image", &[]),
        prompt("test_input_required_result_prompt", &[]),
    ]
}

pub(crate) fn prompt(name: &str, arguments: Option<&JsonObject>) -> Option<Value> {
    let said = |content: Value| json!({"role": "user", "content": content});
    let text = |words: &str| said(json!({"type": "text", "text": words}));
    let argument = |name: &str| arguments.and_then(|all| all.get(name)?.as_str()).unwrap_or("");
    Some(match name {
        "test_simple_prompt" => json!([text("This is a simple prompt for testing.")]),
        "test_prompt_with_arguments" => {
            let (one, two) = (argument("arg1"), argument("arg2"));
            json!([text(&format!("Prompt with arguments: arg1='{one}', arg2='{two}'"))])
        }
        "test_prompt_with_embedded_resource" => {
            let words = "Embedded resource content for testing.";
            let resource = json!({"uri": argument("resourceUri"), "mimeType": "text/plain", "text": words});
            let embedded = said(json!({"type": "resource", "resource": resource}));
            json!([embedded, text("Please process the embedded resource above.")])
        }
        "test_prompt_with_image" => {
            let image = said(json!({"type": "image", "data": PNG, "mimeType": "image/png"}));
            json!([image, text("Please analyze the image above.")])
        }
        _ => return None,
    })
}
