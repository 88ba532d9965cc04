//! Who else has a ticket open: said while it is open, looked for every few seconds. It is in no log and changes no ticket.

use std::time::{Duration, Instant};

use crate::domain::ids::TicketId;
use crate::domain::presence::{Doing, Presence};
use crate::store::{Attendance, StoreError};
use crate::tui::events::Msg;
use crate::tui::runtime::{Inner, Runtime};

/// How long others believe it without hearing it again.
const HOLDS: Duration = Duration::from_secs(45);
/// How often it is said again.
const AGAIN: Duration = Duration::from_secs(15);
/// How often others are looked for.
const LOOK: Duration = Duration::from_secs(2);
/// Somebody who goes from ticket to ticket is only where they stay.
const STAY: Duration = Duration::from_millis(300);

impl Runtime {
    /// Says where the person is and tells the screen where others are, for as long as it runs.
    pub(crate) async fn attend(self) {
        let mut here = self.inner.here.subscribe();
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut said: Option<Instant> = None;
        let mut seen = Vec::new();
        loop {
            let moved = tokio::select! {
                changed = here.changed() => changed.is_ok(),
                _ = look.tick() => false,
            };
            if moved {
                tokio::time::sleep(STAY).await;
            }
            let at = here.borrow_and_update().clone();
            let due = at.is_some() && said.is_none_or(|said| said.elapsed() >= AGAIN);
            if moved || due {
                said = at.is_some().then(Instant::now);
                if let Err(error) = self.inner.say_where(at).await {
                    tracing::debug!(%error, "who has a ticket open could not be said");
                    said = None;
                }
            }
            self.inner.look_for_others(&mut seen).await;
        }
    }

    /// Says that the person has nothing open any more.
    pub(crate) async fn leave(&self) -> Result<(), StoreError> {
        self.inner.say_where(None).await
    }
}

impl Inner {
    async fn say_where(&self, at: Option<(TicketId, Doing)>) -> Result<(), StoreError> {
        let person = self.sitting.principal.id.clone();
        let at = at.map(|(ticket, doing)| Presence { ticket, person, doing });
        let sitting = &self.sitting.run.id;
        self.sitting.store.attend(Attendance { sitting, at: at.as_ref(), holds: HOLDS }).await
    }

    /// Tells the screen when it is not as it was.
    async fn look_for_others(&self, seen: &mut Vec<Presence>) {
        // Nobody misses it when the desk cannot be read: whatever needs the desk says so.
        let Ok(others) = self.sitting.store.present(&self.sitting.run.id).await else { return };
        if others != *seen {
            seen.clone_from(&others);
            self.send(Msg::Presence(others)).await;
        }
    }
}
