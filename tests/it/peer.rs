//! A client of another maker: everything that MCP has, and a person behind it who may be asked.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use countersign::mcp::server::DeskServer;
use rmcp::ClientHandler;
use rmcp::model::{
    ClientCapabilities, ClientConfig, ElicitRequestParams, ElicitResult, ElicitationAction, ErrorData, Implementation,
    ProtocolVersion, ResourceUpdatedNotificationParam,
};
use rmcp::service::{
    ClientLifecycleMode, ClientServiceExt as _, NotificationContext, RequestContext, RoleClient, RunningService,
    ServiceError,
};
use rmcp::{ServiceExt as _, transport::IntoTransport};
use serde_json::Value;
use tokio::sync::mpsc;

pub(crate) const ERAS: [ProtocolVersion; 2] = [ProtocolVersion::V_2026_07_28, ProtocolVersion::V_2025_11_25];

/// What the person behind the client does with a question.
pub(crate) type Answering = Box<dyn FnMut(&str, &Value) -> ElicitResult + Send>;

/// Somebody else's client.
#[derive(Clone)]
pub(crate) struct Peer {
    era: ProtocolVersion,
    answering: Option<Arc<Mutex<Answering>>>,
    told: mpsc::UnboundedSender<String>,
}

/// It, connected, and what it was told unasked.
pub(crate) struct Connected {
    pub(crate) service: RunningService<RoleClient, Peer>,
    pub(crate) told: mpsc::UnboundedReceiver<String>,
}

impl Peer {
    pub(crate) async fn connect<T, E, A>(transport: T, era: &ProtocolVersion, answering: Option<Answering>) -> Connected
    where
        T: IntoTransport<RoleClient, E, A>,
        E: std::error::Error + Send + Sync + 'static,
    {
        let (told, hears) = mpsc::unbounded_channel();
        let answering = answering.map(|person| Arc::new(Mutex::new(person)));
        let peer = Self { era: era.clone(), answering, told };
        let mode = if *era >= ProtocolVersion::V_2026_07_28 {
            ClientLifecycleMode::Discover { preferred_versions: vec![era.clone()] }
        } else {
            ClientLifecycleMode::Initialize
        };
        let service = tokio::time::timeout(Duration::from_secs(20), peer.serve_with_lifecycle(transport, mode));
        Connected { service: service.await.unwrap().unwrap(), told: hears }
    }

    /// Over a pipe.
    pub(crate) async fn at(server: DeskServer, era: &ProtocolVersion) -> Connected {
        Self::asked(server, era, None).await
    }

    /// Over a pipe, with a person.
    pub(crate) async fn asked(server: DeskServer, era: &ProtocolVersion, person: Option<Answering>) -> Connected {
        let (ours, theirs) = tokio::io::duplex(64 * 1024);
        tokio::spawn(async move {
            if let Ok(service) = Box::pin(server.serve(theirs)).await {
                let _ = service.waiting().await;
            }
        });
        Self::connect(ours, era, person).await
    }
}

impl Connected {
    /// The next note that is this one.
    pub(crate) async fn hears(&mut self, note: &str) {
        let next = async {
            while let Some(told) = self.told.recv().await {
                if told == note {
                    return;
                }
            }
            panic!("the connection is gone");
        };
        tokio::time::timeout(Duration::from_secs(20), next).await.unwrap_or_else(|_| panic!("{note} was not told"));
    }
}

/// The code of the protocol's own error.
pub(crate) fn code<T: std::fmt::Debug>(answer: Result<T, ServiceError>) -> i32 {
    match answer {
        Err(ServiceError::McpError(ErrorData { code, .. })) => code.0,
        other => panic!("{other:?}"),
    }
}

impl ClientHandler for Peer {
    fn get_info(&self) -> ClientConfig {
        let mut capabilities = ClientCapabilities::default();
        if self.answering.is_some() {
            capabilities = ClientCapabilities::builder().enable_elicitation().build();
        }
        ClientConfig::new(capabilities, Implementation::new("other-client", "1"))
            .with_protocol_version(self.era.clone())
    }

    async fn create_elicitation(
        &self,
        request: ElicitRequestParams,
        _context: RequestContext<RoleClient>,
    ) -> Result<ElicitResult, ErrorData> {
        let (Some(person), ElicitRequestParams::FormElicitationParams { message, requested_schema, .. }) =
            (&self.answering, &request)
        else {
            return Ok(ElicitResult::new(ElicitationAction::Decline));
        };
        let schema = serde_json::to_value(requested_schema).unwrap();
        Ok(person.lock().unwrap()(message, &schema))
    }

    async fn on_resource_updated(&self, note: ResourceUpdatedNotificationParam, _: NotificationContext<RoleClient>) {
        let _ = self.told.send(note.uri);
    }

    async fn on_resource_list_changed(&self, _: NotificationContext<RoleClient>) {
        let _ = self.told.send("list".to_owned());
    }
}
