//! The assistant over a view of the queue, continuously: summaries, drafts and proposals are there before a person opens
//! the ticket. It is a bot: it reads and proposes.
//!
//! Several workers share one desk. A ticket is held by a lease in the store, renewed while it is worked on; whoever is
//! killed leaves a lease that runs out, and another worker takes the ticket up.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::Instrument as _;

use crate::agent::driver::{Afterwards, Driver, Notice};
use crate::agent::step::Ending;
use crate::clock;
use crate::domain::actor::Role;
use crate::domain::answer::Answer;
use crate::domain::call::{ProposalQuery, ReadCall, Suggest, Summarize};
use crate::domain::draft::{Maker, Suggestion};
use crate::domain::ids::TicketId;
use crate::domain::ticket::{Ticket, TicketQuery, Tone};
use crate::domain::usage::Usage;
use crate::llm::Task;
use crate::random;
use crate::store::{Lease, Store, StoreError};
use crate::telemetry::{metrics, traces};
use crate::tools::{BackendError, Run, ToolBackend};

/// How long a worker leaves a ticket alone that failed, or that no model answered for: so long at first, five times as
/// long each time, and never longer than `LONGEST_PAUSE`.
const PAUSE: Duration = Duration::from_mins(1);
const LONGEST_PAUSE: Duration = Duration::from_hours(2);
/// How long an idle worker waits when nothing changes: leases of others run out without a word.
const REST: Duration = Duration::from_secs(15);

/// A version that no ticket reaches: a lease is renewed whatever was done before.
const WHATEVER: u64 = 1 << 62;

/// What a worker works on and with.
pub struct Worker {
    /// The desk's memory: leases, and what is done.
    pub store: Arc<dyn Store>,
    /// The tools, as a bot.
    pub backend: Arc<dyn ToolBackend>,
    /// The agent loop.
    pub driver: Driver,
    /// Which tickets, in which order.
    pub view: TicketQuery,
    /// How replies sound.
    pub tone: Tone,
    /// Confidence from which `resolved` may be proposed.
    pub resolve_confidence: f64,
    /// Whether proposals are filed too, or only summaries and drafts are prepared.
    pub proposes: bool,
    /// Whether a model is configured: what the offline assistant wrote in its place is not the end of it.
    pub has_model: bool,
    /// Whether it ends when there is nothing left to do.
    pub once: bool,
    /// How long a ticket is held without a sign of life.
    pub lease: Duration,
    /// What this worker is called among the others.
    pub holder: String,
}

/// What a worker has done so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Tally {
    /// Tickets done.
    pub tickets: u64,
    /// Summaries and drafts that a model wrote.
    pub prepared: u64,
    /// Proposals filed.
    pub proposals: u64,
    /// Tickets that failed.
    pub failures: u64,
    /// What models took.
    pub usage: Usage,
}

/// What a worker tells.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Done {
    /// The ticket.
    pub ticket: TicketId,
    /// How it ended, in one word.
    pub outcome: String,
    /// Who wrote the draft.
    pub by: String,
    /// The draft's confidence, or its score.
    pub confidence: f64,
    /// Proposals filed.
    pub proposals: u64,
    /// How long it took, in milliseconds.
    pub millis: u64,
    /// Everything so far.
    pub tally: Tally,
}

/// Why a worker stops by itself.
#[derive(Debug, thiserror::Error)]
pub enum WorkerError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What came of one ticket.
struct Outcome {
    word: String,
    /// Whether a model that is configured wrote nothing.
    without_model: bool,
    maker: Maker,
    confidence: f64,
    proposals: u64,
    prepared: u64,
    usage: Usage,
}

/// How holding a ticket came out.
enum Held {
    /// The work is done, or failed.
    Worked(Result<Outcome, BackendError>),
    /// The worker was told to stop.
    Stopped,
    /// Another worker has taken the ticket over.
    Lost,
}

/// Tickets to be left alone for a while.
#[derive(Default)]
struct Later(HashMap<TicketId, (u32, Instant)>);

impl Later {
    fn put_off(&mut self, ticket: TicketId) {
        let (times, until) = self.0.entry(ticket).or_insert((0, Instant::now()));
        *until = Instant::now() + PAUSE.saturating_mul(5_u32.saturating_pow(*times)).min(LONGEST_PAUSE);
        *times += 1;
    }

    fn has(&self, ticket: &TicketId) -> bool {
        self.0.get(ticket).is_some_and(|(_, until)| *until > Instant::now())
    }
}

impl Worker {
    /// Works until `stop`, or with `once` until nothing is left. What it has in hand then is given back.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn run(&self, stop: &CancellationToken, tell: &mpsc::Sender<Done>) -> Result<Tally, WorkerError> {
        let mut tally = Tally::default();
        let mut later = Later::default();
        let mut changes = self.store.changes();
        while !stop.is_cancelled() {
            changes.mark_unchanged();
            let Some(ticket) = self.take(&later).await? else {
                if self.once {
                    break;
                }
                tokio::select! {
                    () = stop.cancelled() => {}
                    _ = tokio::time::timeout(REST, changes.changed()) => {}
                }
                continue;
            };
            let since = Instant::now();
            match self.hold(&ticket, stop).await {
                Held::Stopped => self.store.release(&ticket, &self.holder, None).await?,
                Held::Lost => tracing::warn!(%ticket, "another worker has taken the ticket over"),
                Held::Worked(Ok(outcome)) => {
                    let version = self.store.ticket(&ticket).await?.map_or(0, |found| found.row.version);
                    let done = Some((version, outcome.word.as_str())).filter(|_| !outcome.without_model);
                    self.store.release(&ticket, &self.holder, done).await?;
                    if done.is_none() {
                        later.put_off(ticket.clone());
                    }
                    count(&mut tally, &outcome);
                    let done = self::done(ticket, outcome, since, tally);
                    // Nobody may be listening any more.
                    let _ = tell.send(done).await;
                }
                Held::Worked(Err(error)) => {
                    tracing::warn!(%ticket, %error, "a ticket could not be prepared");
                    self.store.release(&ticket, &self.holder, None).await?;
                    later.put_off(ticket);
                    tally.failures += 1;
                    metrics::worker_failed();
                }
            }
        }
        Ok(tally)
    }

    /// The next ticket of the view that is free.
    async fn take(&self, later: &Later) -> Result<Option<TicketId>, StoreError> {
        let mut query = self.view.clone();
        loop {
            let page = self.store.tickets(&query).await?;
            let rows = page.tickets.iter().filter(|row| !row.status.is_done() && !later.has(&row.id));
            let tickets: Vec<_> = rows.map(|row| (row.id.clone(), row.version)).collect();
            if let Some(ticket) = self.lease(&tickets).await? {
                return Ok(Some(ticket));
            }
            query.offset += query.limit;
            if u64::from(query.offset) >= page.total {
                return Ok(None);
            }
        }
    }

    async fn lease(&self, tickets: &[(TicketId, u64)]) -> Result<Option<TicketId>, StoreError> {
        let now = clock::now();
        let until = later(now, self.lease);
        self.store.lease(Lease { tickets, holder: &self.holder, now, until }).await
    }

    /// Works on a ticket and renews its lease meanwhile.
    async fn hold(&self, ticket: &TicketId, stop: &CancellationToken) -> Held {
        let run = Run::new(random::run_id());
        let work = self.work(&run, ticket).instrument(traces::agent("worker"));
        tokio::pin!(work);
        loop {
            tokio::select! {
                biased;
                () = stop.cancelled() => {
                    run.cancel.cancel();
                    return Held::Stopped;
                }
                outcome = &mut work => return Held::Worked(outcome),
                () = tokio::time::sleep(self.lease / 3) => match self.lease(&[(ticket.clone(), WHATEVER)]).await {
                    Ok(Some(_)) => {}
                    Ok(None) => {
                        run.cancel.cancel();
                        return Held::Lost;
                    }
                    Err(error) => tracing::warn!(%error, "a lease could not be renewed"),
                },
            }
        }
    }

    async fn work(&self, run: &Run, ticket: &TicketId) -> Result<Outcome, BackendError> {
        let summarize = Summarize { ticket_id: ticket.clone(), quick: false };
        let suggest = Suggest { ticket_id: ticket.clone(), tone: self.tone, quick: false };
        let mut outcome = Outcome {
            word: "prepared".to_owned(),
            without_model: false,
            maker: Maker::default(),
            confidence: 0.0,
            proposals: 0,
            prepared: 0,
            usage: Usage::default(),
        };
        let ahead = run.ahead();
        if let Answer::Summary(summary) = self.backend.read(&ahead, &ReadCall::SummarizeTicket(summarize)).await? {
            outcome.wrote(&summary.maker, self.has_model);
        }
        if let Answer::Suggestion(suggestion) = self.backend.read(&ahead, &ReadCall::SuggestResponse(suggest)).await? {
            let Suggestion { confidence, maker, .. } = *suggestion;
            outcome.wrote(&maker, self.has_model);
            (outcome.maker, outcome.confidence) = (maker, confidence);
        }
        if self.proposes && !self.has_proposal(run, ticket).await? {
            self.propose(run, ticket, &mut outcome).await?;
        }
        if outcome.without_model {
            "no_model".clone_into(&mut outcome.word);
        }
        Ok(outcome)
    }

    /// Whether a bot's proposal waits already: a worker that was killed may have filed it.
    async fn has_proposal(&self, run: &Run, ticket: &TicketId) -> Result<bool, BackendError> {
        let query = ProposalQuery { ticket_id: Some(ticket.clone()), decided: false };
        let found = self.backend.read(run, &ReadCall::ListProposals(query)).await?;
        Ok(matches!(found, Answer::Proposals(all) if all.proposals.iter().any(|row| row.proposer_role == Role::Bot)))
    }

    async fn propose(&self, run: &Run, ticket: &TicketId, outcome: &mut Outcome) -> Result<(), BackendError> {
        let found = self.store.ticket(ticket).await.map_err(|e| BackendError::Lost(e.to_string()))?;
        let task = Task {
            ticket: ticket.clone(),
            tone: self.tone,
            resolve_confidence: self.resolve_confidence,
            people: found.as_ref().map(Ticket::people).unwrap_or_default(),
        };
        let (notices, mut told) = mpsc::unbounded_channel();
        let ending = self.driver.handle(run, task, Afterwards::Leave, &notices).await;
        drop(notices);
        while let Some(notice) = told.recv().await {
            match notice {
                Notice::Proposed { proposal_id: Some(_), .. } => outcome.proposals += 1,
                Notice::Ended { ending, usage, .. } => {
                    ending.clone_into(&mut outcome.word);
                    outcome.usage = outcome.usage.and(usage);
                }
                Notice::Proposed { .. }
                | Notice::Writing { .. }
                | Notice::Anew { .. }
                | Notice::Said { .. }
                | Notice::Called { .. }
                | Notice::Decided { .. } => {}
            }
        }
        match ending {
            Ending::Failed(words) => Err(BackendError::Lost(words)),
            Ending::Done(_) | Ending::Limit(_) | Ending::Repeats(_) | Ending::Cancelled => Ok(()),
        }
    }
}

impl Outcome {
    fn wrote(&mut self, maker: &Maker, has_model: bool) {
        self.without_model |= has_model && !maker.is_model();
        if !maker.kept {
            self.prepared += u64::from(maker.is_model());
            self.usage = self.usage.and(maker.usage);
        }
    }
}

fn later(now: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::ZERO);
    now.checked_add(by).unwrap_or(Timestamp::MAX)
}

fn count(tally: &mut Tally, outcome: &Outcome) {
    metrics::worked(outcome.prepared, outcome.proposals);
    tally.tickets += 1;
    tally.prepared += outcome.prepared;
    tally.proposals += outcome.proposals;
    tally.usage = tally.usage.and(outcome.usage);
}

fn done(ticket: TicketId, outcome: Outcome, since: Instant, tally: Tally) -> Done {
    Done {
        ticket,
        outcome: outcome.word,
        by: outcome.maker.by,
        confidence: outcome.confidence,
        proposals: outcome.proposals,
        millis: u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX),
        tally,
    }
}
