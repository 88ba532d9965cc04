//! Calls of tools that need nothing of the protocol but their answer, answered where they arrive.
//!
//! In the era without sessions most calls are one request and one answer. The full server makes a service, a transport,
//! channels and three tasks for each of them, and takes the answer apart twice; that is two thirds of such a call's time.
//! Here a call is taken that is to the letter what such a call must be. Everything else goes on to the full server as it
//! came: what is wrong is refused there and nowhere else, and so is whoever wants to hear of progress, or can be asked.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE, ORIGIN};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use rmcp::model::{CallToolResult, JsonObject, ProtocolVersion, RequestMetaObject};
use serde_json::Value;
use tracing::Instrument as _;

use crate::access::Identity;
use crate::desk::{Caller, Desk};
use crate::domain::canonical::{self, Sound};
use crate::llm::NOBODY;
use crate::mcp::server::calls::{self, failed, written};
use crate::mcp::{server, traced};
use crate::random;
use crate::tools::catalog::{self, Call};

/// The method of a tool's call, in the body and in a header.
const CALL: &str = "tools/call";
/// Headers that a plain call has once each, beside what says that it is JSON.
const VERSION: &str = "mcp-protocol-version";
const METHOD: &str = "mcp-method";
const NAME: &str = "mcp-name";
/// Headers that no plain call has: of sessions, of streams, of pages.
const NOT_PLAIN: [&str; 2] = ["mcp-session-id", "last-event-id"];

/// The desk, for calls that are answered at once.
pub struct AtOnce {
    desk: Arc<Desk>,
    /// Whether people are asked through their clients about what they want to write.
    asks: bool,
}

/// A plain call.
struct Plain {
    id: Value,
    tool: &'static catalog::Tool,
    arguments: Value,
    meta: RequestMetaObject,
}

impl AtOnce {
    /// Over a desk.
    #[must_use]
    pub fn new(desk: Arc<Desk>, asks: bool) -> Arc<Self> {
        Arc::new(Self { desk, asks })
    }

    /// The call, if it is plain to the letter and somebody is signed in.
    fn take(&self, request: &mut Request) -> Option<(Plain, Caller)> {
        let Sound(message) = request.extensions_mut().remove::<Sound>()?;
        let name = (*request.method() == Method::POST).then(|| named(request.headers())).flatten()?;
        let plain = Plain::read(message, name)?;
        if self.asks && plain.tool.access == catalog::Access::Write {
            return None;
        }
        let caller = server::signed(request.extensions().get::<Identity>()?, random::run_id());
        let caller = server::told(caller, &plain.meta);
        Some((plain, caller))
    }

    /// What a call is answered with, as the protocol's result.
    async fn result(self: Arc<Self>, caller: Caller, plain: Plain) -> Result<String, CallToolResult> {
        let Plain { tool, mut arguments, meta, .. } = plain;
        let reason = catalog::take_reason(tool.name, &mut arguments);
        match catalog::parse(tool.name, arguments).map_err(|bad| failed(&bad.to_string()))? {
            Call::Read(call) => {
                let read = self.desk.read_written(&caller, &call, NOBODY).await;
                read.map(|(_, text)| whole(&text)).map_err(|error| failed(&error.told()))
            }
            Call::Write(call) => {
                let receipt = calls::receipt(&meta)?;
                let why = calls::why(reason, &meta);
                // A caller who hangs up does not leave a write half done.
                let work = async move { self.desk.write(&caller, call, why, receipt).await };
                match tokio::spawn(work.in_current_span()).await {
                    Ok(answer) => Err(written(answer.map_err(|error| error.told()))),
                    Err(died) => std::panic::resume_unwind(died.into_panic()),
                }
            }
        }
    }
}

impl Plain {
    /// Takes a message apart that has what a plain call has and nothing else; `name` is that of its header.
    fn read(message: Value, name: &str) -> Option<Self> {
        let Value::Object(mut message) = message else { return None };
        let (id, params) = (message.remove("id")?, message.remove("params")?);
        let is_call = message.remove("jsonrpc")? == "2.0" && message.remove("method")? == CALL && message.is_empty();
        if !is_call || !(id.is_string() || id.is_i64()) {
            return None;
        }
        let Value::Object(mut params) = params else { return None };
        let tool = catalog::all().iter().find(|tool| tool.name == name)?;
        let arguments = params.remove("arguments").unwrap_or_else(|| JsonObject::new().into());
        let Value::Object(meta) = params.remove("_meta")? else { return None };
        if params.remove("name")? != name || !params.is_empty() || !arguments.is_object() {
            return None;
        }
        let meta = RequestMetaObject(meta.into());
        let waits =
            meta.get_progress_token().is_some() || meta.contains_key("progressToken") || meta.log_level().is_some();
        let is_whole =
            meta.protocol_version()? == ProtocolVersion::V_2026_07_28 && meta.client_capabilities().is_some();
        (is_whole && !waits).then_some(Self { id, tool, arguments, meta })
    }
}

/// Answers a call at once, or lets it go on.
pub async fn answer(State(at_once): State<Arc<AtOnce>>, mut request: Request, next: Next) -> Response {
    let Some((plain, caller)) = at_once.take(&mut request) else { return next.run(request).await };
    let span = traced::within(plain.tool.name, Some((request.headers(), request.extensions())), &plain.meta);
    let id = plain.id.to_string();
    let result = at_once.result(caller, plain).instrument(span.clone()).await.unwrap_or_else(|result| {
        traced::ended(&span, &result);
        canonical::written(&result)
    });
    let mut response = Response::new(Body::from(format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// The tool that the headers name, if they are those of a plain call.
fn named(headers: &HeaderMap) -> Option<&str> {
    let only = |name: &str| {
        let mut given = headers.get_all(name).iter();
        let (first, None) = (given.next()?, given.next()) else { return None };
        first.to_str().ok()
    };
    let accepted = only(ACCEPT.as_str())?;
    let accepts = |media: &str| accepted.split(',').any(|given| given.trim() == media);
    let is_plain = only(VERSION)? == ProtocolVersion::V_2026_07_28.as_str()
        && only(METHOD)? == CALL
        && only(CONTENT_TYPE.as_str())? == "application/json"
        && accepts("application/json")
        && accepts("text/event-stream");
    let is_more = headers.contains_key(ORIGIN) || NOT_PLAIN.iter().any(|name| headers.contains_key(*name));
    if is_plain && !is_more { only(NAME) } else { None }
}

/// The result of a read: the answer in a text, and as it is.
fn whole(answer: &str) -> String {
    let text = canonical::written(&answer);
    format!(
        r#"{{"resultType":"complete","content":[{{"type":"text","text":{text}}}],"structuredContent":{answer},"isError":false}}"#
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn message() -> Value {
        json!({"jsonrpc": "2.0", "id": 7, "method": "tools/call", "params": {
            "name": "get_ticket", "arguments": {"ticket_id": "T-1"},
            "_meta": {
                "io.modelcontextprotocol/protocolVersion": "2026-07-28",
                "io.modelcontextprotocol/clientCapabilities": {"elicitation": {}},
                "countersign/run": "r-1",
            },
        }})
    }

    #[test]
    fn only_what_is_a_plain_call_to_the_letter_is_taken() {
        let taken = |message: Value| Plain::read(message, "get_ticket").is_some();
        assert!(taken(message()));
        let changed = |at: &str, to: Value| {
            let mut message = message();
            *message.pointer_mut(at).unwrap() = to;
            message
        };
        assert!(taken(changed("/id", json!("a"))));
        let meta = "/params/_meta/io.modelcontextprotocol~1";
        for (at, to) in [
            ("/jsonrpc", json!("1.0")),
            ("/id", json!(1.0)),
            ("/id", json!(null)),
            ("/id", json!(u64::MAX)),
            ("/method", json!("tools/list")),
            ("/params", json!([])),
            ("/params/name", json!("get_article")),
            ("/params/name", json!(["get_ticket"])),
            ("/params/arguments", json!(null)),
            ("/params/arguments", json!(["T-1"])),
            ("/params/_meta", json!(null)),
            (&format!("{meta}protocolVersion"), json!("2025-11-25")),
            (&format!("{meta}clientCapabilities"), json!({"elicitation": 7})),
            (&format!("{meta}clientCapabilities"), json!(null)),
        ] {
            assert!(!taken(changed(at, to.clone())), "{at} {to}");
        }
        for (at, name) in [
            ("", "result"),
            ("/params", "requestState"),
            ("/params", "inputResponses"),
            ("/params", "task"),
            ("/params/_meta", "progressToken"),
        ] {
            let mut message = message();
            message.pointer_mut(at).unwrap()[name] = json!("x");
            assert!(!taken(message), "{at} {name}");
        }
        for name in ["jsonrpc", "id", "method", "params"] {
            let mut message = message();
            message.as_object_mut().unwrap().remove(name);
            assert!(!taken(message), "{name}");
        }
        assert!(!taken(json!([message()])));
        assert!(Plain::read(message(), "update_ticket").is_none());
    }

    #[test]
    fn headers_of_anything_else_are_left_to_the_full_server() {
        let plain = [
            ("mcp-protocol-version", "2026-07-28"),
            ("mcp-method", "tools/call"),
            ("mcp-name", "get_ticket"),
            ("content-type", "application/json"),
            ("accept", "application/json, text/event-stream"),
        ];
        let headers = |all: &[(&'static str, &str)]| {
            let mut headers = HeaderMap::new();
            for (name, value) in all {
                headers.append(*name, HeaderValue::from_str(value).unwrap());
            }
            headers
        };
        assert_eq!(named(&headers(&plain)), Some("get_ticket"));
        for (n, (name, _)) in plain.iter().enumerate() {
            let without: Vec<_> = plain.iter().copied().filter(|(other, _)| other != name).collect();
            assert_eq!(named(&headers(&without)), None, "without {name}");
            let twice = [&plain[..], &plain[n..=n]].concat();
            assert_eq!(named(&headers(&twice)), None, "{name} twice");
        }
        for more in
            [("mcp-session-id", "x"), ("last-event-id", "1"), ("origin", "http://localhost"), ("accept", "text/html")]
        {
            assert_eq!(named(&headers(&[&plain[..], &[more]].concat())), None, "{more:?}");
        }
        for (name, value) in [
            ("accept", "application/json"),
            ("accept", "application/json;q=0, text/event-stream"),
            ("content-type", "text/plain"),
            ("mcp-method", "tools/list"),
            ("mcp-protocol-version", "2025-11-25"),
        ] {
            let other: Vec<_> = plain.iter().map(|(n, v)| (*n, if *n == name { value } else { *v })).collect();
            assert_eq!(named(&headers(&other)), None, "{name}: {value}");
        }
    }
}
