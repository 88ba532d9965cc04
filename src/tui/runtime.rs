//! Performs what the screen asks for: the one file under `tui` that touches store, agent and commit.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::agent::driver::Afterwards;
use crate::app::{self, Sitting};
use crate::commit::{self, Look};
use crate::config::Config;
use crate::domain::actor::Reviewer;
use crate::domain::answer::{Answer as Told, WriteOutcome};
use crate::domain::approval::Card;
use crate::domain::call::{CannedQuery, OfCustomer, OfTicket, ProposalQuery, ReadCall, Suggest, Summarize, WriteCall};
use crate::domain::canonical::Digest;
use crate::domain::ids::{ProposalId, TicketId};
use crate::domain::proposal::Why;
use crate::domain::text;
use crate::domain::ticket::TicketQuery;
use crate::mcp::client::Draft;
use crate::tools::{BackendError, Run, ToolBackend};
use crate::tui::events::{Answer, Effect, Failure, LogDetail, Msg, Outcome, RequestId, Waiting};

/// What the screen is wired to.
#[derive(Clone)]
pub(crate) struct Runtime {
    inner: Arc<Inner>,
}

struct Inner {
    sitting: Sitting,
    config: Config,
    inbox: mpsc::Sender<Msg>,
    runs: Mutex<HashMap<RequestId, CancellationToken>>,
}

/// Why there is no answer: words, and a way out.
struct Trouble {
    message: String,
    way_out: &'static str,
}

impl<E: std::error::Error> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self { message: text::block(&error.to_string()).into_owned(), way_out: "press r to try again" }
    }
}

type Answered = Result<Answer, Trouble>;

impl Runtime {
    pub(crate) fn new(sitting: Sitting, config: Config, inbox: mpsc::Sender<Msg>) -> Self {
        let runs = Mutex::new(HashMap::new());
        Self { inner: Arc::new(Inner { sitting, config, inbox, runs }) }
    }

    /// Starts what an effect asks for; its answer arrives as a message.
    #[allow(clippy::wildcard_enum_match_arm, reason = "the few that are no questions are named")]
    pub(crate) fn perform(&self, effect: Effect) {
        let it = Arc::clone(&self.inner);
        match effect {
            Effect::CancelRun { run } => it.cancel(run),
            Effect::Handle { request, ticket } => drop(tokio::spawn(async move { it.handle(request, ticket).await })),
            // The loop itself does these: they are about the terminal.
            Effect::Wake(_) | Effect::Copy(_) | Effect::Suspend | Effect::Redraw | Effect::Quit => {}
            other => drop(tokio::spawn(async move { it.answer(other).await })),
        }
    }

    /// Tells the screen of changes at the desk, until one of them is gone.
    pub(crate) async fn follow(self) {
        let mut changes = self.inner.sitting.backend.changes();
        while changes.changed().await.is_ok() {
            if self.inner.inbox.send(Msg::QueueChanged).await.is_err() {
                return;
            }
        }
        self.inner.send(Msg::Connection { up: false }).await;
    }
}

impl Inner {
    async fn send(&self, msg: Msg) {
        // The screen may be closing.
        let _ = self.inbox.send(msg).await;
    }

    fn cancel(&self, run: RequestId) {
        let runs = self.runs.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(token) = runs.get(&run) {
            token.cancel();
        }
    }

    async fn answer(&self, effect: Effect) {
        let (request, what) = naming(&effect);
        let msg = match self.ask(effect).await {
            Ok(answer) => Msg::Answered { request, answer },
            Err(trouble) => Msg::Failed(Failure {
                request: Some(request),
                what: what.to_owned(),
                message: trouble.message,
                way_out: trouble.way_out.to_owned(),
            }),
        };
        self.send(msg).await;
    }

    async fn ask(&self, effect: Effect) -> Answered {
        match effect {
            Effect::LoadQueue { query, .. } => self.read(ReadCall::ListTickets(query)).await,
            Effect::CountViews { queries, .. } => self.counts(queries).await,
            Effect::LoadTicket { ticket, .. } => self.ticket(ticket).await,
            Effect::Summarize { ticket, request, quick } => {
                self.written(request, ReadCall::SummarizeTicket(Summarize { ticket_id: ticket, quick })).await
            }
            Effect::Suggest { ticket, request, tone, quick } => {
                self.written(request, ReadCall::SuggestResponse(Suggest { ticket_id: ticket, tone, quick })).await
            }
            Effect::LoadCanned { ticket, .. } => {
                self.read(ReadCall::ListCanned(CannedQuery { ticket_id: Some(ticket) })).await
            }
            Effect::LoadDraft { ticket, .. } => Ok(Answer::Draft(self.sitting.store.draft(&ticket).await?)),
            Effect::SaveDraft { ticket, text, .. } => self.save(&ticket, text).await,
            Effect::Propose { call, why, .. } => self.propose(&call, &why).await,
            Effect::LoadPending { .. } => self.pending().await,
            Effect::OpenCard { proposal, .. } => self.open(&proposal).await,
            Effect::Approve { card, shown, .. } => self.approve(*card, &shown).await,
            Effect::Deny { proposal, reason, .. } => self.deny(&proposal, &reason).await,
            Effect::EditProposal { proposal, call, .. } => self.edit(&proposal, call).await,
            Effect::LoadLog { before, limit, .. } => self.log(before, limit).await,
            Effect::LoadLogDetail { seq, .. } => self.log_detail(seq).await,
            Effect::Handle { .. }
            | Effect::CancelRun { .. }
            | Effect::Copy(_)
            | Effect::Wake(_)
            | Effect::Suspend
            | Effect::Redraw
            | Effect::Quit => Err(trouble("this is not a question", "report it")),
        }
    }

    /// What an assistant writes; the person may stop it, and a reply is shown while it is being written.
    async fn written(&self, request: RequestId, call: ReadCall) -> Answered {
        let run = Run::new(self.sitting.run.id.clone());
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).insert(request, run.cancel.clone());
        let is_reply = matches!(call, ReadCall::SuggestResponse(_));
        let tell = |draft: Draft| {
            let text = match draft {
                Draft::Text(text) => text,
                Draft::Anew(_) => String::new(),
            };
            if is_reply {
                // The next note says all of it again.
                let _ = self.inbox.try_send(Msg::Writing { request, text });
            }
        };
        let since = Instant::now();
        let answer = self.sitting.backend.read_live(&run, &call, &tell).await;
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).remove(&request);
        let outcome = if answer.is_ok() { "ok" } else { "error" };
        self.called(call.tool(), call.ticket_id(), outcome, since).await;
        shown(answer?)
    }

    /// Reads over MCP, as any other client would.
    async fn call(&self, call: &ReadCall) -> Result<Told, BackendError> {
        let since = Instant::now();
        let answer = self.sitting.backend.read(&self.sitting.run, call).await;
        // The queue is read again with every change: that would push everything else off the strip.
        if !matches!(call, ReadCall::ListTickets(_)) {
            let outcome = if answer.is_ok() { "ok" } else { "error" };
            self.called(call.tool(), call.ticket_id(), outcome, since).await;
        }
        answer
    }

    /// Tells the strip of a call; the whole record is in the log.
    async fn called(&self, tool: &str, ticket: Option<&TicketId>, outcome: &str, since: Instant) {
        let ticket = ticket.map_or("–", TicketId::as_str);
        let millis = since.elapsed().as_secs_f64() * 1000.0;
        let who = &self.sitting.principal.id;
        let text = format!("{tool:<17} {ticket:<8} {outcome:<17} {millis:>7.1} ms  {who}");
        self.send(Msg::Called { text }).await;
    }

    async fn read(&self, call: ReadCall) -> Answered {
        shown(self.call(&call).await?)
    }

    async fn counts(&self, queries: Vec<TicketQuery>) -> Answered {
        let mut counts = Vec::with_capacity(queries.len());
        for query in queries {
            let query = TicketQuery { limit: 1, ..query };
            // Counting is no tool call: it looks at the desk's own memory.
            counts.push(self.sitting.store.tickets(&query).await?.total);
        }
        Ok(Answer::Counts(counts))
    }

    async fn ticket(&self, ticket_id: TicketId) -> Answered {
        let Told::Ticket(answer) = self.call(&ReadCall::GetTicket(OfTicket { ticket_id })).await? else {
            return Err(trouble("the desk answered something else", "press r to try again"));
        };
        let customer_id = answer.ticket.row.customer_id.clone();
        let customer = match self.call(&ReadCall::GetCustomer(OfCustomer { customer_id })).await {
            Ok(Told::Customer(customer)) => Some(Box::new(customer)),
            _ => None,
        };
        Ok(Answer::Ticket { ticket: Box::new(answer.ticket), customer })
    }

    async fn save(&self, ticket: &TicketId, text: Option<String>) -> Answered {
        let text = text.unwrap_or_default();
        self.sitting.store.save_draft(ticket, &text, crate::clock::now()).await?;
        Ok(Answer::Saved)
    }

    async fn propose(&self, call: &WriteCall, why: &Why) -> Answered {
        let since = Instant::now();
        let answer = self.sitting.backend.propose(&self.sitting.run, call, why).await?;
        self.called(call.tool(), Some(call.ticket_id()), answer.outcome.as_str(), since).await;
        match answer.proposal_id {
            Some(id) if answer.outcome == WriteOutcome::PendingApproval => self.open(&id).await,
            _ => Err(trouble(&answer.message, "press r to read the ticket again")),
        }
    }

    async fn pending(&self) -> Answered {
        let filed = self.sitting.store.proposals(&ProposalQuery::default()).await?;
        let mut waiting = Vec::with_capacity(filed.len());
        for filed in filed {
            let ticket = self.sitting.store.ticket(filed.proposal.call().ticket_id()).await?;
            let requirement = filed.proposal.requirement(&self.config.policy);
            let subject = ticket.map_or_else(String::new, |ticket| ticket.row.subject);
            waiting.push(Waiting { proposal: filed.proposal, requirement, subject });
        }
        Ok(Answer::Pending(waiting))
    }

    fn reviewer(&self) -> Result<&Reviewer, Trouble> {
        let none = || trouble("you are signed in to look, not to decide", "ask an agent or a supervisor");
        self.sitting.reviewer.as_ref().ok_or_else(none)
    }

    async fn open(&self, id: &ProposalId) -> Answered {
        Ok(match self.sitting.commit.open(&self.sitting.run, self.reviewer()?, id).await? {
            Look::Waiting(card) => Answer::Card(card),
            Look::Over(state) => Answer::CardGone(format!("this proposal is over: {state}")),
        })
    }

    async fn approve(&self, card: Card, shown: &Digest) -> Answered {
        let id = card.proposal().id().clone();
        let before = card.proposal().base_version();
        let (since, call) = (Instant::now(), card.proposal().call().clone());
        let done = self.sitting.commit.approve(&self.sitting.run, self.reviewer()?, card, shown).await?;
        let word = if matches!(done, commit::Outcome::Executed { .. }) { "executed" } else { "not executed" };
        self.called(call.tool(), Some(call.ticket_id()), word, since).await;
        Ok(Answer::Decided(self.outcome(done, before, &id).await))
    }

    async fn outcome(&self, done: commit::Outcome, before: u64, id: &ProposalId) -> Outcome {
        match done {
            commit::Outcome::Executed { version } => Outcome::Executed { before, after: version },
            commit::Outcome::Denied => Outcome::Denied,
            commit::Outcome::Superseded => Outcome::Superseded { fresh: self.again(id).await },
            commit::Outcome::Expired => Outcome::Expired,
            commit::Outcome::Refused(why) => Outcome::Refused { why },
            commit::Outcome::Already(state) => Outcome::Refused { why: format!("it was decided before: {state}") },
            commit::Outcome::Unknown { seen: None } => {
                Outcome::Unknown { read_back: "the ticket cannot be read; look again before you repeat it".to_owned() }
            }
            commit::Outcome::Unknown { seen: Some(version) } => {
                Outcome::Unknown { read_back: format!("the ticket is at version {version} (it was {before})") }
            }
        }
    }

    /// The same call on the ticket as it is now, for a person to decide on anew.
    async fn again(&self, id: &ProposalId) -> Option<Box<Card>> {
        let filed = self.sitting.store.proposal(id).await.ok()??;
        let call = filed.proposal.call().clone().without_version();
        let Answer::Card(card) = self.propose(&call, filed.proposal.why()).await.ok()? else { return None };
        Some(card)
    }

    async fn deny(&self, id: &ProposalId, reason: &str) -> Answered {
        let done = self.sitting.commit.deny(&self.sitting.run, self.reviewer()?, id, reason).await?;
        Ok(Answer::Decided(self.outcome(done, 0, id).await))
    }

    async fn edit(&self, id: &ProposalId, call: WriteCall) -> Answered {
        match self.sitting.commit.edit(&self.sitting.run, self.reviewer()?, id, call).await? {
            Ok(new) => self.open(&new).await,
            Err(done) => Ok(Answer::Decided(self.outcome(done, 0, id).await)),
        }
    }

    async fn log(&self, before: Option<u64>, limit: u32) -> Answered {
        // What was done a moment ago is to be seen.
        self.sitting.store.flush().await?;
        Ok(Answer::Log(self.sitting.store.log(before, limit).await?))
    }

    async fn log_detail(&self, seq: u64) -> Answered {
        let record = self.sitting.store.log(Some(seq + 1), 1).await?.into_iter().next();
        let record = record.ok_or_else(|| trouble("there is no such record", "press r to load the log again"))?;
        let body = self.sitting.store.log_body(seq).await?;
        Ok(Answer::LogDetail(Box::new(LogDetail { record, body })))
    }

    async fn handle(self: Arc<Self>, request: RequestId, ticket: TicketId) {
        let run = Run::new(crate::random::run_id());
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).insert(request, run.cancel.clone());
        let (notices, mut told) = mpsc::unbounded_channel();
        let driver = app::driver(&self.config, &self.sitting.models, Arc::clone(&self.sitting.assistant) as _);
        let (config, store) = (&self.config, self.sitting.store.as_ref());
        let task = match app::task(config, store, ticket, config.assistant.tone).await {
            Ok(task) => task,
            Err(error) => {
                let words = text::line(&error.to_string()).into_owned();
                return self.send(Msg::Answered { request, answer: Answer::Handled(words) }).await;
            }
        };
        let afterwards = Afterwards::Wait(self.sitting.store.changes());
        let work = tokio::spawn(async move { driver.handle(&run, task, afterwards, &notices).await });
        let mut last = String::new();
        while let Some(notice) = told.recv().await {
            if let Some(text) = notice.in_words() {
                last.clone_from(&text);
                self.send(Msg::AgentStep { run: request, text }).await;
            }
        }
        if let Err(error) = work.await {
            last = format!("the run broke off: {error}");
        }
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).remove(&request);
        self.send(Msg::Answered { request, answer: Answer::Handled(last) }).await;
    }
}

/// An answer as the screen takes it.
fn shown(told: Told) -> Answered {
    Ok(match told {
        Told::Page(page) => Answer::Queue(page),
        Told::Summary(summary) => Answer::Summary(Box::new(summary)),
        Told::Suggestion(suggestion) => Answer::Suggestion(suggestion),
        Told::Canned(texts) => Answer::Canned(texts.canned),
        Told::Ticket(_) | Told::Faq(_) | Told::Customer(_) | Told::Found(_) | Told::Proposals(_) => {
            return Err(trouble("the desk answered something else", "press r to try again"));
        }
    })
}

fn trouble(message: &str, way_out: &'static str) -> Trouble {
    Trouble { message: text::block(message).into_owned(), way_out }
}

/// The request of an effect, and what it is about in words.
fn naming(effect: &Effect) -> (RequestId, &'static str) {
    match effect {
        Effect::LoadQueue { request, .. } => (*request, "load the queue"),
        Effect::CountViews { request, .. } => (*request, "count the views"),
        Effect::LoadTicket { request, .. } => (*request, "open the ticket"),
        Effect::Summarize { request, .. } => (*request, "summarise the ticket"),
        Effect::Suggest { request, .. } => (*request, "suggest a reply"),
        Effect::LoadCanned { request, .. } => (*request, "load the canned replies"),
        Effect::LoadDraft { request, .. } => (*request, "load the draft"),
        Effect::SaveDraft { request, .. } => (*request, "save the draft"),
        Effect::Propose { request, .. } => (*request, "file the proposal"),
        Effect::LoadPending { request } => (*request, "load what waits"),
        Effect::OpenCard { request, .. } => (*request, "open the card"),
        Effect::Approve { request, .. } => (*request, "carry the approval out"),
        Effect::Deny { request, .. } => (*request, "record the denial"),
        Effect::EditProposal { request, .. } => (*request, "file the edited proposal"),
        Effect::Handle { request, .. } => (*request, "handle the ticket"),
        Effect::LoadLog { request, .. } => (*request, "load the log"),
        Effect::LoadLogDetail { request, .. } => (*request, "load the record"),
        Effect::CancelRun { run } => (*run, "stop the run"),
        Effect::Copy(_) | Effect::Wake(_) | Effect::Suspend | Effect::Redraw | Effect::Quit => (RequestId(0), ""),
    }
}
