//! Following the queue of a server: by `listen` where it has that, by `subscribe` where it is older.

use std::sync::Arc;
use std::time::Duration;

use rmcp::model::{ProtocolVersion, SubscribeRequestParams, SubscriptionFilter};
use rmcp::service::{RoleClient, RunningService, ServiceError};
use tokio::sync::{Notify, watch};

use crate::mcp::QUEUE_URI;
use crate::mcp::client::Listener;

/// The first pause before a server that broke off is listened to again; each is twice as long as the one before.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(30);

/// How listening ended.
enum End {
    /// The server does not tell, or is gone for good.
    Over,
    /// It broke off; it had been heard, or not.
    Broken { heard: bool },
}

/// Counts up with every change that the server tells of. One that breaks off is listened to again, after a pause or as
/// soon as `again` is notified.
pub(super) async fn follow(
    service: Arc<RunningService<RoleClient, Listener>>,
    changed: watch::Sender<u64>,
    again: Arc<Notify>,
) {
    let modern = service.peer_info().is_some_and(|info| info.protocol_version >= ProtocolVersion::V_2026_07_28);
    if !modern {
        return subscribe(&service, &changed).await;
    }
    let mut pause = PAUSE;
    while let End::Broken { heard } = listen(&service, &changed).await {
        pause = if heard { PAUSE } else { (pause * 2).min(LONGEST) };
        tokio::select! {
            () = tokio::time::sleep(pause) => {}
            () = again.notified() => {}
        }
    }
}

async fn listen(service: &RunningService<RoleClient, Listener>, changed: &watch::Sender<u64>) -> End {
    let filter = SubscriptionFilter::builder().resource_subscription(QUEUE_URI).build();
    match service.listen(filter).await {
        Ok(mut notes) => {
            // What changed before the subscription stood is told by nobody else.
            changed.send_modify(|n| *n += 1);
            while let Ok(Some(_)) = notes.next().await {
                changed.send_modify(|n| *n += 1);
            }
            if service.is_transport_closed() { End::Over } else { End::Broken { heard: true } }
        }
        Err(ServiceError::McpError(error)) => {
            tracing::info!(%error, "the server does not tell of changes");
            End::Over
        }
        Err(_) if service.is_transport_closed() => End::Over,
        Err(error) => {
            tracing::debug!(%error, "the server cannot be listened to");
            End::Broken { heard: false }
        }
    }
}

async fn subscribe(service: &RunningService<RoleClient, Listener>, changed: &watch::Sender<u64>) {
    #[allow(deprecated)] // the way of 2025-11-25; `Listener` hears the notes
    let subscribed = service.subscribe(SubscribeRequestParams::new(QUEUE_URI)).await;
    match subscribed {
        Ok(()) => changed.send_modify(|n| *n += 1),
        Err(error) => tracing::info!(%error, "the server does not tell of changes"),
    }
}
