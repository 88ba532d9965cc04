//! Calls of tools that need nothing of the protocol but their answer, answered where they arrive.
//!
//! Most calls are one request and one answer. The full server makes a service, a transport, channels and three tasks for
//! each of them, or sends it through those of its session, and takes the answer apart twice; that is two thirds of such a
//! call's time. Here a call is taken that is to the letter what such a call must be. Everything else goes on to the full
//! server as it came: what is wrong is refused there and nowhere else, and so is whoever wants to hear of progress, or
//! can be asked. In a session only reads are taken that take no time: there is nothing to stop, or to come back for.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use rmcp::model::{CallToolResult, JsonObject, ProtocolVersion, RequestMetaObject};
use rmcp::transport::streamable_http_server::session::local::LocalSessionManager;
use rmcp::transport::streamable_http_server::session::{SessionId, SessionManager as _};
use serde_json::Value;
use tracing::Instrument as _;

use crate::access::Identity;
use crate::desk::{Caller, Desk};
use crate::domain::call::ReadCall;
use crate::domain::canonical::{self, Sound};
use crate::llm::NOBODY;
use crate::mcp::server::calls::{self, failed, written};
use crate::mcp::{meta, server, traced};
use crate::random;
use crate::tools::catalog::{self, Access, BadCall, Call};

/// The method of a tool's call, in the body and in a header.
const CALL: &str = "tools/call";
/// Headers of plain calls, beside what says that they are JSON.
const VERSION: &str = "mcp-protocol-version";
const METHOD: &str = "mcp-method";
const NAME: &str = "mcp-name";
const SESSION: &str = "mcp-session-id";
/// Headers that no plain call has: of streams, of pages.
const NOT_PLAIN: [&str; 2] = ["last-event-id", "origin"];
/// Metadata of the protocol's own: in a session nobody needs any.
const OF_PROTOCOL: &str = "io.modelcontextprotocol/";
/// A call in a session goes on to the full server when none has for so long: a session that the full server has not
/// heard of for hours is over.
const HEARD_OF: Duration = Duration::from_mins(10);
/// Sessions that are kept in mind.
const MOST_HEARD: usize = 4_096;

/// What the newer era wants to hear of a whole answer.
const COMPLETE: &str = r#""resultType":"complete","#;

/// The sessions of the full server.
pub type LocalSessions = Arc<LocalSessionManager>;

/// The desk, for calls that are answered at once.
pub struct AtOnce {
    desk: Arc<Desk>,
    sessions: LocalSessions,
    /// Whether people are asked through their clients about what they want to write.
    asks: bool,
    /// When the full server last heard of a session.
    heard: Mutex<HashMap<SessionId, Instant>>,
}

/// How a plain call comes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Way {
    /// By itself, as in 2026-07-28; its header names the tool.
    Alone(String),
    /// In a session, as in 2025-11-25.
    In(SessionId),
}

/// A plain call.
struct Plain {
    id: Value,
    tool: &'static catalog::Tool,
    call: Result<Call, BadCall>,
    reason: Option<String>,
    meta: RequestMetaObject,
    way: Way,
}

impl AtOnce {
    /// Over a desk, beside the full server with these sessions.
    #[must_use]
    pub fn new(desk: Arc<Desk>, sessions: LocalSessions, asks: bool) -> Arc<Self> {
        Arc::new(Self { desk, sessions, asks, heard: Mutex::default() })
    }

    /// The call, if it is plain to the letter and somebody is signed in.
    async fn take(&self, request: &mut Request) -> Option<(Plain, Caller)> {
        let Sound(message) = request.extensions_mut().remove::<Sound>()?;
        let way = (*request.method() == Method::POST).then(|| way(request.headers())).flatten()?;
        let plain = Plain::read(message, way)?;
        let run = match &plain.way {
            Way::Alone(_) if self.asks && plain.tool.access == Access::Write => return None,
            Way::Alone(_) => random::run_id(),
            Way::In(session) => {
                let lives = self.sessions.has_session(session).await.unwrap_or(false);
                if !lives || !self.was_heard_of(session) {
                    return None;
                }
                server::run_of(session)
            }
        };
        let caller = server::signed(request.extensions().get::<Identity>()?, run);
        let caller = server::told(caller, &plain.meta);
        Some((plain, caller))
    }

    /// Whether the full server has heard of a session lately; if not, it hears of it now.
    fn was_heard_of(&self, session: &SessionId) -> bool {
        let mut heard = self.heard.lock().unwrap_or_else(PoisonError::into_inner);
        if heard.get(session).is_some_and(|at| at.elapsed() < HEARD_OF) {
            return true;
        }
        if heard.len() >= MOST_HEARD {
            heard.clear();
        }
        heard.insert(Arc::clone(session), Instant::now());
        false
    }

    /// What a call is answered with, as the protocol's result.
    async fn result(self: Arc<Self>, caller: Caller, plain: Plain) -> Result<String, CallToolResult> {
        let Plain { call, reason, meta, .. } = plain;
        match call.map_err(|bad| failed(&bad.to_string()))? {
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
    /// Takes a message apart that has what a plain call has and nothing else.
    fn read(message: Value, way: Way) -> Option<Self> {
        let Value::Object(mut message) = message else { return None };
        let (id, params) = (message.remove("id")?, message.remove("params")?);
        let is_call = message.remove("jsonrpc")? == "2.0" && message.remove("method")? == CALL && message.is_empty();
        if !is_call || !(id.is_string() || id.is_i64()) {
            return None;
        }
        let Value::Object(mut params) = params else { return None };
        let Value::String(name) = params.remove("name")? else { return None };
        let tool = catalog::all().iter().find(|tool| tool.name == name)?;
        let mut arguments = params.remove("arguments").unwrap_or_else(|| JsonObject::new().into());
        let Value::Object(meta) = params.remove("_meta").unwrap_or_else(|| JsonObject::new().into()) else {
            return None;
        };
        if !params.is_empty() || !arguments.is_object() {
            return None;
        }
        let reason = catalog::take_reason(tool.name, &mut arguments);
        let call = catalog::parse(tool.name, arguments);
        let plain = Self { id, tool, call, reason, meta: RequestMetaObject(meta.into()), way };
        plain.is_plain().then_some(plain)
    }

    /// Whether nobody waits for more than the answer, and all is said that must be.
    fn is_plain(&self) -> bool {
        if self.meta.contains_key("progressToken")
            || self.meta.contains_key(meta::IN_PLACE_OF)
            || self.meta.log_level().is_some()
        {
            return false;
        }
        match &self.way {
            Way::Alone(name) => {
                let speaks = self.meta.protocol_version() == Some(ProtocolVersion::V_2026_07_28);
                name == self.tool.name && speaks && self.meta.client_capabilities().is_some()
            }
            Way::In(_) => {
                let is_quick = |call: &ReadCall| !call.is_written() && !matches!(call, ReadCall::RewriteText(_));
                let says_less = !self.meta.keys().any(|key| key.starts_with(OF_PROTOCOL));
                says_less && matches!(&self.call, Ok(Call::Read(call)) if is_quick(call))
            }
        }
    }
}

/// Answers a call at once, or lets it go on.
pub async fn answer(State(at_once): State<Arc<AtOnce>>, mut request: Request, next: Next) -> Response {
    let Some((plain, caller)) = at_once.take(&mut request).await else { return next.run(request).await };
    let span = traced::within(plain.tool.name, Some((request.headers(), request.extensions())), &plain.meta);
    let (id, is_older) = (plain.id.to_string(), matches!(plain.way, Way::In(_)));
    let result = at_once.result(caller, plain).instrument(span.clone()).await.unwrap_or_else(|mut result| {
        traced::ended(&span, &result);
        result.result_type = result.result_type.filter(|_| !is_older);
        canonical::written(&result)
    });
    // Clients of the older era know of no other kind of result.
    let result = if is_older { result.replacen(COMPLETE, "", 1) } else { result };
    let mut response = Response::new(Body::from(format!(r#"{{"jsonrpc":"2.0","id":{id},"result":{result}}}"#)));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    response
}

/// How a call comes that has the headers of a plain one.
fn way(headers: &HeaderMap) -> Option<Way> {
    let only = |name: &str| {
        let mut given = headers.get_all(name).iter();
        let (first, None) = (given.next()?, given.next()) else { return None };
        first.to_str().ok()
    };
    let accepted = only(ACCEPT.as_str())?;
    let accepts = |media: &str| accepted.split(',').any(|given| given.trim() == media);
    let is_json = only(CONTENT_TYPE.as_str())? == "application/json";
    let is_more = NOT_PLAIN.iter().any(|name| headers.contains_key(*name));
    if !is_json || is_more || !accepts("application/json") || !accepts("text/event-stream") {
        return None;
    }
    let (version, has) = (only(VERSION)?, |name| headers.contains_key(name));
    if version == ProtocolVersion::V_2026_07_28.as_str() {
        let is_call = only(METHOD)? == CALL && !has(SESSION);
        return is_call.then(|| only(NAME).map(|name| Way::Alone(name.to_owned()))).flatten();
    }
    let is_older = version == ProtocolVersion::V_2025_11_25.as_str() && !has(METHOD) && !has(NAME);
    is_older.then(|| only(SESSION).map(|session| Way::In(session.into()))).flatten()
}

/// The result of a read: the answer in a text, and as it is.
fn whole(answer: &str) -> String {
    let text = canonical::written(&answer);
    format!(r#"{{{COMPLETE}"content":[{{"type":"text","text":{text}}}],"structuredContent":{answer},"isError":false}}"#)
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
        let alone = |name: &str| Way::Alone(name.to_owned());
        let taken = |message: Value| Plain::read(message, alone("get_ticket")).is_some();
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
            ("/params/_meta", meta::IN_PLACE_OF),
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
        assert!(Plain::read(message(), alone("update_ticket")).is_none());
    }

    #[test]
    fn in_a_session_only_reads_are_taken_that_take_no_time() {
        let taken = |name: &str, arguments: Value, meta: Value| {
            let params = json!({"name": name, "arguments": arguments, "_meta": meta});
            let message = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
            Plain::read(message, Way::In("s".into())).is_some()
        };
        let ticket = || json!({"ticket_id": "T-1"});
        assert!(taken("get_ticket", ticket(), json!({})));
        assert!(taken("get_faq", json!({"query": "refund"}), json!({"countersign/run": "r-1"})));
        for (name, arguments) in [
            ("summarize_ticket", ticket()),
            ("suggest_response", ticket()),
            ("update_ticket", json!({"ticket_id": "T-1", "update": {"tags": []}})),
            ("get_ticket", json!({})),
            ("get_nothing", json!({})),
        ] {
            assert!(!taken(name, arguments, json!({})), "{name}");
        }
        assert!(!taken("get_ticket", ticket(), json!({"progressToken": 1})));
        assert!(!taken("get_ticket", ticket(), json!({"io.modelcontextprotocol/protocolVersion": "2025-11-25"})));
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
        assert_eq!(way(&headers(&plain)), Some(Way::Alone("get_ticket".to_owned())));
        for (n, (name, _)) in plain.iter().enumerate() {
            let without: Vec<_> = plain.iter().copied().filter(|(other, _)| other != name).collect();
            assert_eq!(way(&headers(&without)), None, "without {name}");
            let twice = [&plain[..], &plain[n..=n]].concat();
            assert_eq!(way(&headers(&twice)), None, "{name} twice");
        }
        for more in
            [("mcp-session-id", "x"), ("last-event-id", "1"), ("origin", "http://localhost"), ("accept", "text/html")]
        {
            assert_eq!(way(&headers(&[&plain[..], &[more]].concat())), None, "{more:?}");
        }
        for (name, value) in [
            ("accept", "application/json"),
            ("accept", "application/json;q=0, text/event-stream"),
            ("content-type", "text/plain"),
            ("mcp-method", "tools/list"),
            ("mcp-protocol-version", "2025-11-25"),
            ("mcp-protocol-version", "2025-06-18"),
        ] {
            let other: Vec<_> = plain.iter().map(|(n, v)| (*n, if *n == name { value } else { *v })).collect();
            assert_eq!(way(&headers(&other)), None, "{name}: {value}");
        }
        let session = [("mcp-protocol-version", "2025-11-25"), ("mcp-session-id", "s"), plain[3], plain[4]];
        assert_eq!(way(&headers(&session)), Some(Way::In("s".into())));
        for more in [("mcp-session-id", "t"), ("mcp-method", "tools/call"), ("mcp-name", "x"), ("last-event-id", "1")] {
            assert_eq!(way(&headers(&[&session[..], &[more]].concat())), None, "{more:?}");
        }
    }
}
