//! A tool's call as a span of the trace that it belongs to.

use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap};
use rmcp::model::{CallToolResult, JsonObject};
use rmcp::service::{RequestContext, RoleServer};
use serde_json::Value;
use tracing::Span;

use crate::telemetry::traces::{self, ToolCall, Within};

/// The span of a call.
pub(crate) fn span(tool: &str, context: &RequestContext<RoleServer>) -> Span {
    let parts = context.extensions.get::<Parts>();
    within(tool, parts.map(|parts| (&parts.headers, &parts.extensions)), &context.meta)
}

/// The span of a call, in a request if it came in one.
pub(crate) fn within(tool: &str, request: Option<(&HeaderMap, &Extensions)>, meta: &JsonObject) -> Span {
    let header = |name| request.and_then(|(headers, _)| headers.get(name)?.to_str().ok());
    traces::tool(&ToolCall {
        tool,
        transport: if request.is_some() { "tcp" } else { "pipe" },
        session: header("mcp-session-id"),
        protocol: header("mcp-protocol-version"),
        within: request.and_then(|(_, extensions)| extensions.get::<Within>()).map(|Within(span)| span),
        traceparent: meta.get(traces::TRACEPARENT).and_then(Value::as_str),
    })
}

/// What came of it: an error of the tool's is a result of the protocol's.
pub(crate) fn ended(span: &Span, result: &CallToolResult) {
    if result.is_error == Some(true) {
        traces::fail(span, "tool_error");
    }
}
