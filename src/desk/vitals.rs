//! How the service is, looked at now and then while it runs, beside the calls: queue, proposals, database, audit chain.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;

use crate::store::{Store, StoreError};
use crate::telemetry::metrics;

/// How often the queue and the database are looked at.
const LOOK: Duration = Duration::from_secs(10);

/// What is looked at.
pub struct Vitals {
    /// The desk's memory.
    pub store: Arc<dyn Store>,
    /// How often its audit chain is walked, beside once at the start.
    pub walk: Duration,
}

impl Vitals {
    /// Watches until it is told to stop.
    pub async fn watch(self, stop: CancellationToken) {
        let mut looks = interval(LOOK);
        looks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut next_walk = Instant::now();
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                _ = looks.tick() => look(self.store.as_ref()).await,
            }
            if next_walk <= Instant::now() {
                verify(self.store.as_ref()).await;
                next_walk = Instant::now() + self.walk;
            }
        }
    }
}

/// Looks once.
pub async fn look(store: &dyn Store) {
    match vitals(store).await {
        Ok(vitals) => metrics::look(&vitals),
        Err(error) => {
            tracing::error!(%error, "the database does not answer");
            metrics::store_failed(error.word());
            metrics::unreachable();
        }
    }
}

/// Walks the audit chain once.
pub async fn verify(store: &dyn Store) {
    match store.verify(None).await {
        Ok(Ok(head)) => metrics::walked(Some(head.size)),
        Ok(Err(broken)) => {
            tracing::error!(%broken, "the audit chain is broken");
            metrics::walked(None);
        }
        // Whether it is intact is not known: what was known stands.
        Err(error) => tracing::error!(%error, "the audit chain could not be walked"),
    }
}

async fn vitals(store: &dyn Store) -> Result<metrics::Vitals, StoreError> {
    let (counts, load) = (store.counts().await?, store.load());
    let waiting = store.waiting(None, crate::clock::now()).await?;
    Ok(metrics::Vitals {
        active: counts.active,
        urgent: counts.urgent,
        unassigned: counts.unassigned,
        proposals: waiting.proposals,
        oldest: waiting.oldest,
        records: load.records,
        connections: load.connections,
        in_use: load.in_use,
        waiting: load.waiting,
    })
}
