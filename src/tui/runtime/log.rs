//! The log, and what was said in it.

use crate::tui::events::{Answer, LogDetail};
use crate::tui::runtime::{Answered, Inner, trouble};

impl Inner {
    pub(super) async fn log(&self, before: Option<u64>, limit: u32) -> Answered {
        // What was done a moment ago is to be seen.
        self.sitting.store.flush().await?;
        Ok(Answer::Log(self.sitting.store.log(before, limit).await?))
    }

    pub(super) async fn log_detail(&self, seq: u64) -> Answered {
        let record = self.sitting.store.log(Some(seq + 1), 1).await?.into_iter().next();
        let record = record.ok_or_else(|| trouble("there is no such record", "press r to load the log again"))?;
        let body = self.sitting.store.log_body(seq).await?;
        Ok(Answer::LogDetail(Box::new(LogDetail { record, body })))
    }
}
