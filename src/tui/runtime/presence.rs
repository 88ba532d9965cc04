//! Who else has a ticket open: said while it is open, looked for every few seconds. It is in no log and changes no ticket.

use std::time::{Duration, Instant};

use crate::domain::presence::Presence;
use crate::seat::SeatError;
use crate::tui::events::Msg;
use crate::tui::runtime::{Inner, Runtime};

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
                if let Err(error) = self.inner.sitting.seat.attend(at).await {
                    tracing::debug!(%error, "who has a ticket open could not be said");
                    said = None;
                }
            }
            self.inner.look_for_others(&mut seen).await;
        }
    }

    /// Gets up from the desk.
    pub(crate) async fn leave(&self) -> Result<(), SeatError> {
        self.inner.sitting.seat.leave().await
    }
}

impl Inner {
    /// Tells the screen when it is not as it was.
    async fn look_for_others(&self, seen: &mut Vec<Presence>) {
        // Nobody misses it when the desk cannot be read: whatever needs the desk says so.
        let Ok(others) = self.sitting.seat.present().await else { return };
        if others != *seen {
            seen.clone_from(&others);
            self.send(Msg::Presence(others)).await;
        }
    }
}
