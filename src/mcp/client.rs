//! Any MCP server as a backend: calls with timeouts and cancellation, both protocol eras, changes as they happen.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use rmcp::ClientHandler;
use rmcp::model::{
    CallToolRequest, CallToolRequestParams, CallToolResult, CancelledNotificationParam, ClientCapabilities,
    ClientConfig, ClientRequest, Implementation, JsonObject, MetaObject, ProgressNotificationParam, ProgressToken,
    ProtocolVersion, RequestMetaObject, ResourceUpdatedNotificationParam, ServerResult,
};
use rmcp::service::{
    ClientLifecycleMode, ClientServiceExt as _, NotificationContext, PeerRequestOptions, RoleClient, RunningService,
    ServiceError,
};
use rmcp::transport::streamable_http_client::{StreamableHttpClientTransportConfig, StreamableHttpError};
use rmcp::transport::{IntoTransport, StreamableHttpClientTransport};
use serde_json::{Value, json};
use tokio::sync::{Notify, broadcast, watch};
use tracing::Instrument as _;

use crate::domain::answer::{Answer, WriteAnswer};
use crate::domain::call::{ReadCall, WriteCall};
use crate::domain::ids::ProposalId;
use crate::domain::proposal::{Approved, Why};
use crate::domain::text;
use crate::mcp::follow::follow;
use crate::mcp::{ANEW, QUEUE_URI, WRITING, meta};
use crate::telemetry::traces;
use crate::tools::{BackendError, Run, ToolBackend};

/// Which lifecycle to speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Era {
    /// The newest that the server knows.
    Auto,
    /// Stateless, 2026-07-28.
    Modern,
    /// With a handshake, 2025-11-25.
    Legacy,
}

/// How far a call has come, as the server tells it.
#[derive(Clone, Debug, PartialEq)]
pub struct Progress {
    /// Which call.
    token: ProgressToken,
    /// A number that grows from note to note.
    pub done: f64,
    /// In the server's words, which are not escaped.
    pub words: String,
}

/// The longest note of a server that is listened to, in characters.
const MOST_WORDS: usize = 10_000;

/// What is told of a text in the making.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Draft {
    /// All there is so far.
    Text(String),
    /// It begins anew, for this reason.
    Anew(String),
}

/// A connection to a backend.
pub struct McpBackend {
    service: Arc<RunningService<RoleClient, Listener>>,
    patience: Duration,
    progress: broadcast::Sender<Progress>,
    changes: watch::Receiver<u64>,
    again: Arc<Notify>,
}

/// A connection that could not be made.
#[derive(Debug, thiserror::Error)]
#[error("cannot connect to the MCP server: {0}")]
pub struct NotConnected(String);

impl McpBackend {
    /// Connects over `transport`; a call waits `patience` for its answer.
    ///
    /// # Errors
    /// When the server does not answer as an MCP server does.
    pub async fn connect<T, E, A>(transport: T, era: Era, patience: Duration) -> Result<Self, NotConnected>
    where
        T: IntoTransport<RoleClient, E, A>,
        E: std::error::Error + Send + Sync + 'static,
    {
        let (progress, _) = broadcast::channel(64);
        let (changed, changes) = watch::channel(0);
        let listener = Listener { progress: progress.clone(), changed: changed.clone() };
        let connecting = listener.serve_with_lifecycle(transport, lifecycle(era));
        let service = tokio::time::timeout(patience, connecting)
            .await
            .map_err(|late| NotConnected(format!("no answer within {} s: {late}", patience.as_secs())))?
            .map_err(|e| NotConnected(text::short(&e.to_string(), 300)))?;
        let service = Arc::new(service);
        let again = Arc::new(Notify::new());
        tokio::spawn(follow(Arc::clone(&service), changed, Arc::clone(&again)));
        Ok(Self { service, patience, progress, changes, again })
    }

    /// Connects to a server over streamable HTTP; `client` carries what opens it.
    ///
    /// # Errors
    /// When the server does not answer as an MCP server does.
    pub async fn over_http(client: reqwest::Client, address: String, patience: Duration) -> Result<Self, NotConnected> {
        let config = StreamableHttpClientTransportConfig::with_uri(address);
        Self::connect(StreamableHttpClientTransport::with_client(client, config), Era::Auto, patience).await
    }

    /// Listens for changes at once, where the server had broken off.
    pub fn listen_again(&self) {
        self.again.notify_one();
    }

    /// Goes up whenever the server says that the queue changed.
    #[must_use]
    pub fn changes(&self) -> watch::Receiver<u64> {
        self.changes.clone()
    }

    /// What servers tell about calls under way.
    #[must_use]
    pub fn progress(&self) -> broadcast::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// The protocol version agreed on, as text.
    #[must_use]
    pub fn protocol(&self) -> String {
        self.service.peer_info().map_or_else(String::new, |info| info.protocol_version.to_string())
    }

    /// [`ToolBackend::read`], telling what the server writes meanwhile.
    ///
    /// # Errors
    /// As [`ToolBackend::read`].
    pub async fn read_live(
        &self,
        run: &Run,
        call: &ReadCall,
        tell: &(dyn Fn(Draft) + Send + Sync),
    ) -> Result<Answer, BackendError> {
        let tool = call.tool();
        let value = self.ask(run, tool, call.arguments(), &[(meta::LIVE, json!(true))], tell).await?;
        Answer::from_value(call, value).map_err(|e| garbage(tool, &e))
    }

    async fn call(
        &self,
        run: &Run,
        tool: &'static str,
        arguments: Value,
        extra: &[(&str, Value)],
    ) -> Result<Value, BackendError> {
        self.ask(run, tool, arguments, extra, &|_| {}).await
    }

    async fn ask(
        &self,
        run: &Run,
        tool: &'static str,
        arguments: Value,
        extra: &[(&str, Value)],
        tell: &(dyn Fn(Draft) + Send + Sync),
    ) -> Result<Value, BackendError> {
        let span = traces::tool_asked(tool);
        let answer = self.answered(run, tool, arguments, extra, tell).instrument(span.clone()).await;
        if let Err(error) = &answer {
            traces::fail(&span, error.word());
        }
        answer
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "of the protocol's many answers one is ours")]
    async fn answered(
        &self,
        run: &Run,
        tool: &'static str,
        arguments: Value,
        extra: &[(&str, Value)],
        tell: &(dyn Fn(Draft) + Send + Sync),
    ) -> Result<Value, BackendError> {
        let mut progress = self.progress.subscribe();
        let params = CallToolRequestParams::new(tool).with_arguments(object(arguments));
        let request = ClientRequest::CallToolRequest(CallToolRequest::new(params));
        let options = PeerRequestOptions::with_timeout(self.patience)
            .reset_timeout_on_progress()
            .with_max_total_timeout(self.patience * 40)
            .with_meta(metadata(run, extra));
        let handle = self.service.send_cancellable_request(request, options).await.map_err(|e| self.lost(&e))?;
        let (id, token) = (handle.id.clone(), handle.progress_token.clone());
        tokio::select! {
            biased;
            () = follow_draft(&mut progress, &token, tell) => Err(BackendError::Lost("the connection".to_owned())),
            () = run.cancel.cancelled() => {
                let note = CancelledNotificationParam::new(Some(id), Some("stopped by the person".to_owned()));
                if let Err(error) = self.service.notify_cancelled(note).await {
                    tracing::debug!(%error, "the server was not told of a cancellation");
                }
                Err(BackendError::Cancelled)
            }
            answer = handle.await_response() => match answer.map_err(|e| self.lost(&e))? {
                ServerResult::CallToolResult(result) => content(tool, result),
                _ => Err(BackendError::Garbage { tool, reason: "not a tool's answer".to_owned() }),
            },
        }
    }

    #[allow(clippy::wildcard_enum_match_arm, reason = "what is not named leaves the connection in doubt")]
    fn lost(&self, error: &ServiceError) -> BackendError {
        match error {
            ServiceError::McpError(error) => BackendError::Refused(text::short(&error.message, 500)),
            ServiceError::Timeout { .. } => BackendError::Timeout(self.patience.as_secs()),
            ServiceError::Cancelled { .. } => BackendError::Cancelled,
            other => BackendError::Lost(reason(other)),
        }
    }
}

#[async_trait]
impl ToolBackend for McpBackend {
    async fn read(&self, run: &Run, call: &ReadCall) -> Result<Answer, BackendError> {
        let tool = call.tool();
        let value = self.call(run, tool, call.arguments(), &[]).await?;
        Answer::from_value(call, value).map_err(|e| garbage(tool, &e))
    }

    async fn propose(&self, run: &Run, call: &WriteCall, why: &Why) -> Result<WriteAnswer, BackendError> {
        let value = self.call(run, call.tool(), call.arguments(), &[(meta::WHY, json!(why))]).await?;
        serde_json::from_value(value).map_err(|e| garbage(call.tool(), &e))
    }

    async fn succeed(
        &self,
        run: &Run,
        call: &WriteCall,
        why: &Why,
        old: &ProposalId,
    ) -> Result<WriteAnswer, BackendError> {
        let extra = [(meta::WHY, json!(why)), (meta::IN_PLACE_OF, json!(old))];
        let value = self.call(run, call.tool(), call.arguments(), &extra).await?;
        serde_json::from_value(value).map_err(|e| garbage(call.tool(), &e))
    }

    async fn write(&self, approved: Approved) -> Result<WriteAnswer, BackendError> {
        let proposal = approved.proposal();
        let (run, call) = (Run::new(proposal.run().clone()), proposal.call());
        let receipt = approved.receipt().map(|id| (meta::RECEIPT, json!(id)));
        let value = self.call(&run, call.tool(), call.arguments(), receipt.as_slice()).await?;
        serde_json::from_value(value).map_err(|e| garbage(call.tool(), &e))
    }
}

/// Why there is no connection, in the words of whoever could not make it.
fn reason(error: &ServiceError) -> String {
    let ServiceError::TransportSend(sent) = error else { return text::bottom(error) };
    match sent.error.downcast_ref() {
        // It does not name what is below it.
        Some(StreamableHttpError::<reqwest::Error>::Client(error)) => text::bottom(error),
        Some(StreamableHttpError::AuthRequired(_)) => "it does not take this token any more".to_owned(),
        Some(_) | None => text::bottom(error),
    }
}

/// Tells what the notes about one call say of a text in the making, for as long as there are any.
async fn follow_draft(
    notes: &mut broadcast::Receiver<Progress>,
    token: &ProgressToken,
    tell: &(dyn Fn(Draft) + Send + Sync),
) {
    let mut last = 0.0;
    loop {
        match notes.recv().await {
            Ok(note) if note.token == *token && note.done > last => {
                last = note.done;
                if let Some(text) = note.words.strip_prefix(WRITING) {
                    tell(Draft::Text(text.to_owned()));
                } else if let Some(why) = note.words.strip_prefix(ANEW) {
                    tell(Draft::Anew(why.to_owned()));
                }
            }
            // Each note says all there is: a missed one is made up for by the next.
            Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => {}
            Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
        }
    }
}

fn garbage(tool: &'static str, error: &serde_json::Error) -> BackendError {
    BackendError::Garbage { tool, reason: text::short(&error.to_string(), 300) }
}

/// The structured content of an answer; an error without one is a refusal in the server's words.
fn content(tool: &'static str, result: CallToolResult) -> Result<Value, BackendError> {
    match (result.structured_content, result.is_error) {
        (Some(value), _) => Ok(value),
        (None, Some(true)) => {
            let words = result.content.iter().filter_map(|block| block.as_text()).map(|t| t.text.as_str());
            Err(BackendError::Refused(text::short(&words.collect::<Vec<_>>().join(" "), 500)))
        }
        (None, _) => Err(BackendError::Garbage { tool, reason: "there is no structured content".to_owned() }),
    }
}

fn object(value: Value) -> JsonObject {
    match value {
        Value::Object(map) => map,
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => JsonObject::new(),
    }
}

fn metadata(run: &Run, extra: &[(&str, Value)]) -> RequestMetaObject {
    let mut map = MetaObject::new();
    map.insert(meta::RUN.to_owned(), json!(run.id));
    if let Some(by) = &run.by {
        map.insert(meta::BY.to_owned(), json!(by));
    }
    if run.ahead {
        map.insert(meta::AHEAD.to_owned(), json!(true));
    }
    if let Some(trace) = traces::traceparent() {
        map.insert(traces::TRACEPARENT.to_owned(), json!(trace));
    }
    for (key, value) in extra {
        map.insert((*key).to_owned(), value.clone());
    }
    RequestMetaObject(map)
}

fn lifecycle(era: Era) -> ClientLifecycleMode {
    let preferred_versions = vec![ProtocolVersion::V_2026_07_28];
    match era {
        Era::Auto => ClientLifecycleMode::Auto {
            preferred_versions,
            legacy_version: Some(ProtocolVersion::LATEST_WITH_INITIALIZE),
        },
        Era::Modern => ClientLifecycleMode::Discover { preferred_versions },
        Era::Legacy => ClientLifecycleMode::Initialize,
    }
}

/// Hears what the server says unasked. It declares no sampling, no roots, no elicitation: a server may ask nothing.
#[derive(Clone)]
pub(super) struct Listener {
    progress: broadcast::Sender<Progress>,
    changed: watch::Sender<u64>,
}

impl ClientHandler for Listener {
    fn get_info(&self) -> ClientConfig {
        ClientConfig::new(ClientCapabilities::default(), Implementation::new("countersign", env!("CARGO_PKG_VERSION")))
            .with_protocol_version(ProtocolVersion::LATEST_WITH_INITIALIZE)
    }

    async fn on_progress(&self, note: ProgressNotificationParam, _context: NotificationContext<RoleClient>) {
        let words = note.message.unwrap_or_default().chars().take(MOST_WORDS).collect();
        // Nobody may be watching.
        let _ = self.progress.send(Progress { token: note.progress_token, done: note.progress, words });
    }

    async fn on_resource_updated(
        &self,
        note: ResourceUpdatedNotificationParam,
        _context: NotificationContext<RoleClient>,
    ) {
        if note.uri == QUEUE_URI {
            self.changed.send_modify(|n| *n += 1);
        }
    }
}
