//! A tool's call as a span of the trace that it belongs to.

use axum::http::request::Parts;
use rmcp::model::CallToolResult;
use rmcp::service::{RequestContext, RoleServer};
use serde_json::Value;
use tracing::Instrument as _;

use crate::telemetry::traces::{self, ToolCall, Within};

/// Answers a call within its span.
pub(crate) async fn call(
    tool: &str,
    context: &RequestContext<RoleServer>,
    answer: impl Future<Output = CallToolResult>,
) -> CallToolResult {
    let parts = context.extensions.get::<Parts>();
    let header = |name| parts.and_then(|parts| parts.headers.get(name)?.to_str().ok());
    let span = traces::tool(&ToolCall {
        tool,
        transport: if parts.is_some() { "tcp" } else { "pipe" },
        session: header("mcp-session-id"),
        protocol: header("mcp-protocol-version"),
        within: parts.and_then(|parts| parts.extensions.get::<Within>()).map(|Within(span)| span),
        traceparent: context.meta.0.get(traces::TRACEPARENT).and_then(Value::as_str),
    });
    let answer = answer.instrument(span.clone()).await;
    if answer.is_error == Some(true) {
        traces::fail(&span, "tool_error");
    }
    answer
}
