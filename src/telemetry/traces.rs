//! Traces over OTLP: spans named by the semantic conventions for HTTP, MCP, models and databases.
//!
//! Off unless there is a collector, and then free: a span that nobody listens to is not made. What spans say is written
//! here and nowhere else: templates, names of tools and models, counts. No arguments, no texts, no names of people.

use std::env;
use std::sync::Arc;
use std::time::Duration;

use opentelemetry::propagation::{Extractor, TextMapPropagator as _};
use opentelemetry::trace::{SpanContext, TraceContextExt as _, TracerProvider as _};
use opentelemetry::{Context, KeyValue};
use opentelemetry_otlp::{SpanExporter as Otlp, WithExportConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::error::{OTelSdkError, OTelSdkResult};
use opentelemetry_sdk::propagation::TraceContextPropagator;
use opentelemetry_sdk::trace::{Sampler, SdkTracer, SdkTracerProvider, SpanData, SpanExporter};
use serde::Deserialize;
use tokio::runtime::Handle;
use tracing::Span;
use tracing::field::Empty;
use tracing_opentelemetry::OpenTelemetrySpanExt as _;

use crate::domain::usage::Usage;

/// What our spans are filed under, so that a filter tells them from everything else.
pub(crate) const TARGET: &str = "countersign_spans";
/// The W3C's name for where a trace stands, in headers and in `_meta`.
pub const TRACEPARENT: &str = "traceparent";
/// How long the last spans may take to be delivered when the program ends.
const LAST_SPANS: Duration = Duration::from_secs(1);

/// Where traces go.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Traces {
    /// A collector's address, without a path; empty for the one in `OTEL_EXPORTER_OTLP_ENDPOINT`, or none.
    pub otlp_endpoint: String,
    /// What the service is called there.
    pub service_name: String,
    /// Which part of the traces that begin here is kept, from 0 to 1.
    pub sample_ratio: f64,
    /// Minutes between two walks along the audit chain.
    pub verify_minutes: u64,
}

/// The way to the collector; [`Exporting::finish`] delivers what is left.
#[derive(Debug)]
pub struct Exporting(SdkTracerProvider);

impl Exporting {
    /// Starts it, where there is a collector.
    ///
    /// # Errors
    /// When the address is none, in words.
    pub(crate) fn start(traces: &Traces, runtime: &Handle) -> Result<Option<(Self, SdkTracer)>, String> {
        let set = |name| env::var(name).is_ok_and(|value: String| !value.is_empty());
        let mut exporter = Otlp::builder().with_http();
        if !traces.otlp_endpoint.is_empty() {
            exporter = exporter.with_endpoint(format!("{}/v1/traces", traces.otlp_endpoint.trim_end_matches('/')));
        } else if !set("OTEL_EXPORTER_OTLP_ENDPOINT") && !set("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT") {
            return Ok(None);
        }
        let exporter = exporter.build().map_err(|e| format!("no traces are sent: {e}"))?;
        let resource = Resource::builder()
            .with_service_name(traces.service_name.clone())
            .with_attribute(KeyValue::new("service.version", env!("CARGO_PKG_VERSION")))
            .build();
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(OnRuntime { exporter: Arc::new(exporter), runtime: runtime.clone() })
            .with_sampler(Sampler::ParentBased(Box::new(Sampler::TraceIdRatioBased(traces.sample_ratio))))
            .with_resource(resource)
            .build();
        let tracer = provider.tracer("countersign");
        Ok(Some((Self(provider), tracer)))
    }

    /// Delivers what is left.
    pub fn finish(self) {
        if let Err(error) = self.0.shutdown_with_timeout(LAST_SPANS) {
            tracing::warn!(%error, "the last spans were not delivered");
        }
    }
}

/// Spans are gathered by a thread of the library's; they are sent where there is a runtime.
#[derive(Debug)]
struct OnRuntime {
    exporter: Arc<Otlp>,
    runtime: Handle,
}

impl SpanExporter for OnRuntime {
    async fn export(&self, batch: Vec<SpanData>) -> OTelSdkResult {
        let exporter = Arc::clone(&self.exporter);
        let sent = self.runtime.spawn(async move { exporter.export(batch).await }).await;
        sent.map_err(|stopped| OTelSdkError::InternalFailure(stopped.to_string()))?
    }

    fn set_resource(&mut self, resource: &Resource) {
        // Nobody else has it yet.
        if let Some(exporter) = Arc::get_mut(&mut self.exporter) {
            exporter.set_resource(resource);
        }
    }
}

/// The span of the HTTP request that a message came in; the door puts it among the request's extensions.
#[derive(Clone, Debug)]
pub struct Within(pub Span);

/// A request at the HTTP door, by its route's template.
#[must_use]
pub fn http(method: &str, route: &str, traceparent: Option<&str>) -> Span {
    let span = tracing::info_span!(
        target: TARGET,
        "http",
        otel.name = %format_args!("{method} {route}"),
        otel.kind = "server",
        otel.status_code = Empty,
        http.request.method = method,
        http.route = route,
        http.response.status_code = Empty,
        "error.type" = Empty,
    );
    continued(span, traceparent)
}

/// That request's answer.
pub fn answered(span: &Span, status: u16) {
    span.record("http.response.status_code", status);
    if status >= 500 {
        fail(span, "5xx");
    }
}

/// A call of a tool, by a server of ours: within the span of its request, or of the caller's trace where `_meta` names one.
#[must_use]
pub fn tool(call: &ToolCall<'_>) -> Span {
    let within = call.within.cloned().unwrap_or_else(Span::current);
    let span = tracing::info_span!(
        target: TARGET,
        parent: &within,
        "mcp",
        otel.name = %format_args!("tools/call {}", call.tool),
        otel.kind = "server",
        otel.status_code = Empty,
        mcp.method.name = "tools/call",
        mcp.session.id = call.session,
        mcp.protocol.version = call.protocol,
        gen_ai.operation.name = "execute_tool",
        gen_ai.tool.name = call.tool,
        network.transport = call.transport,
        "error.type" = Empty,
    );
    match (call.traceparent, call.within) {
        (None, _) => span,
        (Some(_), None) => continued(span, call.traceparent),
        (Some(_), Some(within)) => {
            if !span.is_disabled() {
                span.add_link(within.context().span().span_context().clone());
            }
            continued(span, call.traceparent)
        }
    }
}

/// What is known of a tool's call before it is carried out.
#[derive(Clone, Copy, Debug)]
pub struct ToolCall<'a> {
    /// A tool of the catalog.
    pub tool: &'a str,
    /// `tcp` or `pipe`.
    pub transport: &'static str,
    /// The session, where there is one.
    pub session: Option<&'a str>,
    /// The protocol's version, where it is known.
    pub protocol: Option<&'a str>,
    /// The request that it came in.
    pub within: Option<&'a Span>,
    /// Where the caller's trace stands.
    pub traceparent: Option<&'a str>,
}

/// A call of a tool at a server elsewhere, by our client.
#[must_use]
pub fn tool_asked(tool: &str) -> Span {
    tracing::info_span!(
        target: TARGET,
        "mcp",
        otel.name = %format_args!("tools/call {tool}"),
        otel.kind = "client",
        otel.status_code = Empty,
        mcp.method.name = "tools/call",
        gen_ai.operation.name = "execute_tool",
        gen_ai.tool.name = tool,
        "error.type" = Empty,
    )
}

/// A call of a model, named as `PROVIDER MODEL` in the configuration.
#[must_use]
pub fn model(named: &str) -> Span {
    let (provider, model) = named.split_once(' ').unwrap_or(("", named));
    tracing::info_span!(
        target: TARGET,
        "gen_ai",
        otel.name = %format_args!("chat {model}"),
        otel.kind = "client",
        otel.status_code = Empty,
        gen_ai.operation.name = "chat",
        gen_ai.provider.name = provider,
        gen_ai.request.model = model,
        gen_ai.usage.input_tokens = Empty,
        gen_ai.usage.output_tokens = Empty,
        "error.type" = Empty,
    )
}

/// An agent of this name at work on one ticket.
#[must_use]
pub fn agent(name: &'static str) -> Span {
    tracing::info_span!(
        target: TARGET,
        "agent",
        otel.name = %format_args!("invoke_agent {name}"),
        otel.kind = "internal",
        otel.status_code = Empty,
        gen_ai.operation.name = "invoke_agent",
        gen_ai.agent.name = name,
        "error.type" = Empty,
    )
}

/// What that model took.
pub fn took(span: &Span, usage: Usage) {
    span.record("gen_ai.usage.input_tokens", usage.input_tokens);
    span.record("gen_ai.usage.output_tokens", usage.output_tokens);
}

/// A write of the desk's memory: `execute`, `decide`, `file`.
#[must_use]
pub fn store(operation: &'static str) -> Span {
    tracing::info_span!(
        target: TARGET,
        "store",
        otel.name = operation,
        otel.kind = "client",
        otel.status_code = Empty,
        db.operation.name = operation,
        "error.type" = Empty,
    )
}

/// What a span is about went wrong; `word` is a word of the program.
pub fn fail(span: &Span, word: &str) {
    span.record("error.type", word);
    span.record("otel.status_code", "ERROR");
}

/// Where the trace stands just now, for whoever is called next; nothing where none is kept.
#[must_use]
pub fn traceparent() -> Option<String> {
    let here = here()?;
    let flags = here.trace_flags().to_u8();
    Some(format!("00-{}-{}-{flags:02x}", here.trace_id(), here.span_id()))
}

/// The trace and the span of just now, as logs write them.
pub(crate) fn ids() -> Option<(String, String)> {
    here().map(|here| (here.trace_id().to_string(), here.span_id().to_string()))
}

fn here() -> Option<SpanContext> {
    let here = Context::map_current(|context| context.span().span_context().clone());
    here.is_valid().then_some(here)
}

/// The span as part of a trace that somebody else began.
fn continued(span: Span, traceparent: Option<&str>) -> Span {
    if let Some(text) = traceparent.filter(|_| !span.is_disabled()) {
        let theirs = TraceContextPropagator::new().extract_with_context(&Context::new(), &Carrier(text));
        if theirs.span().span_context().is_valid() {
            // It has not been started: nobody has seen it yet.
            let _ = span.set_parent(theirs);
        }
    }
    span
}

struct Carrier<'a>(&'a str);

impl Extractor for Carrier<'_> {
    fn get(&self, key: &str) -> Option<&str> {
        (key == TRACEPARENT).then_some(self.0)
    }

    fn keys(&self) -> Vec<&str> {
        vec![TRACEPARENT]
    }
}
