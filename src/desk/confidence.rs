//! A score becomes a probability once enough people have decided, and not before.

use std::sync::{Arc, Mutex, PoisonError};

use crate::assist::calibration::{Calibrated, Calibration, Decision};
use crate::desk::{Desk, DeskError};
use crate::domain::decision::queue_of;
use crate::domain::draft::Suggestion;
use crate::domain::ticket::Ticket;
use crate::store::Store;

/// Decisions that are looked back on.
const MOST: u32 = 5_000;

/// What the desk's decisions say, fitted anew when the desk has changed.
#[derive(Default)]
pub(crate) struct Track(Mutex<Option<(u64, Arc<Calibration>)>>);

impl Track {
    async fn calibration(&self, store: &dyn Store) -> Result<Arc<Calibration>, DeskError> {
        let revision = *store.changes().borrow();
        if let Some((of, known)) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner)
            && *of == revision
        {
            return Ok(Arc::clone(known));
        }
        let decisions: Vec<Decision> = store.decisions(MOST).await?.into_iter().map(|r| r.decision).collect();
        let fitted = Arc::new(Calibration::fit(&decisions));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((revision, Arc::clone(&fitted)));
        Ok(fitted)
    }
}

impl Desk {
    /// The suggestion with the probability that a person sends it as it is, where that is known.
    pub(crate) async fn calibrated(
        &self,
        ticket: &Ticket,
        mut suggestion: Suggestion,
    ) -> Result<Suggestion, DeskError> {
        let calibration = self.track.calibration(self.store.as_ref()).await?;
        let queue = queue_of(&ticket.row.tags);
        suggestion.decisions = calibration.decisions("send_reply");
        match calibration.probability(queue, "send_reply", suggestion.score) {
            Calibrated::Probability(probability) => {
                suggestion.confidence = probability;
                suggestion.calibrated = true;
            }
            Calibrated::NotEnough(_) => {
                suggestion.confidence = suggestion.score;
                suggestion.calibrated = false;
            }
        }
        Ok(suggestion)
    }
}
