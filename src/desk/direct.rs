//! The desk as a backend without a wire: what is decided at the desk's own doors is carried out here.

use std::sync::Arc;

use async_trait::async_trait;

use crate::desk::told::outside;
use crate::desk::{Caller, Desk, DeskError};
use crate::domain::answer::{Answer, WriteAnswer};
use crate::domain::call::{ReadCall, WriteCall};
use crate::domain::ids::ProposalId;
use crate::domain::proposal::{Approved, Why};
use crate::tools::{BackendError, Run, ToolBackend};

/// The desk's tools for one caller.
pub struct Direct {
    desk: Arc<Desk>,
    caller: Caller,
}

impl Direct {
    /// The tools of `desk` as `caller` may use them.
    #[must_use]
    pub fn new(desk: Arc<Desk>, caller: Caller) -> Self {
        Self { desk, caller }
    }

    fn within(&self, run: &Run) -> Caller {
        Caller { run: run.id.clone(), by: run.by.clone(), ahead: run.ahead, ..self.caller.clone() }
    }
}

#[async_trait]
impl ToolBackend for Direct {
    fn desk(&self) -> &'static str {
        "the shared desk"
    }

    async fn read(&self, run: &Run, call: &ReadCall) -> Result<Answer, BackendError> {
        let caller = self.within(run);
        tokio::select! {
            biased;
            () = run.cancel.cancelled() => Err(BackendError::Cancelled),
            answer = self.desk.read(&caller, call) => answer.map_err(|error| said(&error)),
        }
    }

    async fn propose(&self, run: &Run, call: &WriteCall, why: &Why) -> Result<WriteAnswer, BackendError> {
        self.desk.write(&self.within(run), call.clone(), why.clone(), None).await.map_err(|error| said(&error))
    }

    async fn succeed(
        &self,
        run: &Run,
        call: &WriteCall,
        why: &Why,
        old: &ProposalId,
    ) -> Result<WriteAnswer, BackendError> {
        let answer = self.desk.edit(&self.within(run), old, call.clone(), why.clone()).await;
        answer.map_err(|error| said(&error))
    }

    async fn write(&self, approved: Approved) -> Result<WriteAnswer, BackendError> {
        let (proposal, receipt) = (approved.proposal(), approved.receipt().cloned());
        let caller = Caller { run: proposal.run().clone(), ..self.caller.clone() };
        self.desk.write(&caller, proposal.call().clone(), Why::default(), receipt).await.map_err(written)
    }
}

fn said(error: &DeskError) -> BackendError {
    BackendError::Refused(error.told())
}

/// A store that failed in the middle of a write may have done it all the same.
fn written(error: DeskError) -> BackendError {
    match error {
        DeskError::Store(store) => BackendError::Lost(outside(&store).to_owned()),
        no @ (DeskError::Forbidden { .. }
        | DeskError::NotFound { .. }
        | DeskError::Invalid(_)
        | DeskError::Unable(_)) => said(&no),
    }
}
