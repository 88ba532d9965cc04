//! A tool's call as a span of the trace that it belongs to.

use axum::http::request::Parts;
use rmcp::model::CallToolResult;
use rmcp::service::{RequestContext, RoleServer};
use serde_json::Value;
use tracing::Span;

use crate::telemetry::traces::{self, ToolCall, Within};

/// The span of a call.
pub(crate) fn span(tool: &str, context: &RequestContext<RoleServer>) -> Span {
    let parts = context.extensions.get::<Parts>();
    let header = |name| parts.and_then(|parts| parts.headers.get(name)?.to_str().ok());
    traces::tool(&ToolCall {
        tool,
        transport: if parts.is_some() { "tcp" } else { "pipe" },
        session: header("mcp-session-id"),
        protocol: header("mcp-protocol-version"),
        within: parts.and_then(|parts| parts.extensions.get::<Within>()).map(|Within(span)| span),
        traceparent: context.meta.0.get(traces::TRACEPARENT).and_then(Value::as_str),
    })
}

/// What came of it: an error of the tool's is a result of the protocol's.
pub(crate) fn ended(span: &Span, result: &CallToolResult) {
    if result.is_error == Some(true) {
        traces::fail(span, "tool_error");
    }
}
