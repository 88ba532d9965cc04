//! How long somebody may stay who was let in: what is told over a connection that stays open ends with their right to it.

use std::sync::Arc;
use std::time::Duration;

use crate::access::{Access, Identity, Shown, Unauthenticated};

/// How often what was shown is looked at again though nothing has changed: its time may be over.
const LOOK: Duration = Duration::from_secs(5);
/// The shortest time from one look to the next: a busy desk is not looked at with every change.
const PACE: Duration = Duration::from_millis(100);

/// Somebody who was let in, by what they have shown.
#[derive(Clone)]
pub struct Stay {
    access: Arc<Access>,
    shown: Shown,
    identity: Identity,
}

impl Stay {
    /// Whoever this is, was let in by what was shown.
    #[must_use]
    pub const fn new(access: Arc<Access>, shown: Shown, identity: Identity) -> Self {
        Self { access, shown, identity }
    }

    /// Waits until what was shown lets nobody in any more, or as somebody else than then.
    pub async fn over(&self) {
        let mut changes = self.access.changes.clone();
        while self.holds().await {
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { return },
                () = tokio::time::sleep(LOOK) => {}
            }
            tokio::time::sleep(PACE).await;
        }
    }

    async fn holds(&self) -> bool {
        match self.access.identify(&self.shown).await {
            Ok(Identity { principal, scope, .. }) => {
                principal == self.identity.principal && scope == self.identity.scope
            }
            // It is looked at again soon.
            Err(Unauthenticated::Unavailable(_) | Unauthenticated::NoKeys(_)) => true,
            Err(
                Unauthenticated::Malformed
                | Unauthenticated::Unknown
                | Unauthenticated::Expired
                | Unauthenticated::Revoked
                | Unauthenticated::Elsewhere,
            ) => false,
        }
    }
}
