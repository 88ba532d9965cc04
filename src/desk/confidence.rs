//! A score becomes a probability once enough people have decided, and not before.

use std::sync::{Arc, Mutex, PoisonError};

use serde::Deserialize;

use crate::assist::calibration::{Calibrated, Calibration, Decision};
use crate::desk::{Caller, Desk, DeskError};
use crate::domain::actor::Role;
use crate::domain::audit::Record;
use crate::domain::audit::query::LogQuery;
use crate::domain::call::WriteCall;
use crate::domain::decision::queue_of;
use crate::domain::draft::Suggestion;
use crate::domain::proposal::Why;
use crate::domain::ticket::Ticket;
use crate::store::Store;

/// Decisions that are looked back on.
const MOST: u32 = 5_000;
/// The tool whose answers say how sure the desk is.
const SUGGEST: &str = "suggest_response";
/// Of a run, suggestions for one ticket that are looked through.
const MOST_ASKED: u32 = 20;

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

    /// How sure a program is counts as far as the desk has told it so: by its last suggestion to it in this run, for this
    /// ticket and, where there is a reply, for this very text. What it says of itself loosens no rule.
    pub(crate) async fn told(&self, caller: &Caller, call: &WriteCall, why: Why) -> Result<Why, DeskError> {
        let why = Why { first_on: None, ..why };
        if caller.principal.role != Role::Bot {
            return Ok(why);
        }
        let told = match why.confidence {
            Some(_) => self.last_told(caller, call).await?,
            None => None,
        };
        let (confidence, calibrated) = told.map_or((None, false), |told| (Some(told.confidence), told.calibrated));
        Ok(Why { confidence, calibrated, begun: None, ..why })
    }

    async fn last_told(&self, caller: &Caller, call: &WriteCall) -> Result<Option<Told>, DeskError> {
        let query = LogQuery {
            ticket: Some(call.ticket_id().to_string()),
            tool: Some(SUGGEST.to_owned()),
            who: Some(caller.principal.id.to_string()),
            run: Some(caller.run.to_string()),
            ..LogQuery::default()
        };
        self.store.flush().await?;
        // The filter takes names by their beginning.
        let found = self.store.find_log(&query, None, MOST_ASKED).await?;
        let own = |record: &&Record| {
            let who = (record.actor.as_str(), record.run.as_str(), record.tool.as_str());
            who == (caller.principal.id.as_str(), caller.run.as_str(), SUGGEST)
        };
        let Some(record) = found.iter().filter(own).find(|record| record.outcome == "ok") else { return Ok(None) };
        let Some(body) = self.store.log_body(record.seq).await? else { return Ok(None) };
        let told: Option<Told> = serde_json::from_value(body.result.value().into_owned()).ok();
        let is_about = |told: &Told| match call {
            WriteCall::SendReply(reply) => reply.body.trim() == told.response_text.trim(),
            WriteCall::UpdateTicket(_) | WriteCall::MergeTickets(_) | WriteCall::SplitMessage(_) => true,
        };
        Ok(told.filter(is_about))
    }
}

/// What a suggestion in the log says of itself.
#[derive(Deserialize)]
struct Told {
    response_text: String,
    confidence: f64,
    #[serde(default)]
    calibrated: bool,
}
