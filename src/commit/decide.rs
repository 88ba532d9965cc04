//! A decision is recorded, and counted when it stands.

use std::time::Duration;

use jiff::Timestamp;
use tracing::Instrument as _;

use crate::commit::Commit;
use crate::domain::audit::{Action, Event};
use crate::domain::proposal::Proposal;
use crate::store::{Decided, Decision, StoreError};
use crate::telemetry::{metrics, traces};

impl Commit {
    /// Records a decision; the last event says what it is.
    pub(in crate::commit) async fn decide(
        &self,
        decision: Decision,
        about: &Proposal,
        now: Timestamp,
        events: Vec<Event>,
    ) -> Result<Decided, StoreError> {
        let action = events.last().map(|event| event.action);
        let decided = self.store.decide(decision, now, events).instrument(traces::store("decide")).await?;
        count(&decided, action, about, now);
        Ok(decided)
    }

    /// Files `new` in the place of `about`, which ends so, where that has not been decided on.
    pub(in crate::commit) async fn succeed(
        &self,
        new: &Proposal,
        end: Decision,
        about: &Proposal,
        events: Vec<Event>,
    ) -> Result<Decided, StoreError> {
        let action = events.last().map(|event| event.action);
        let now = new.filed_at();
        let decided = self.store.succeed(new, end, now, events).instrument(traces::store("succeed")).await?;
        count(&decided, action, about, now);
        Ok(decided)
    }
}

fn count(decided: &Decided, action: Option<Action>, about: &Proposal, now: Timestamp) {
    if let (Decided::Recorded, Some(action)) = (decided, action) {
        let after = Duration::try_from(now.duration_since(about.filed_at())).unwrap_or(Duration::ZERO);
        metrics::decided(about.call().tool(), action, after);
    }
}
