//! Performs what the screen asks for: the one place under `tui` that touches the seat, the tools and the agent.

mod agent;
mod ahead;
mod beside;
mod decide;
mod drafts;
mod kept;
mod log;
mod playback;
mod power;
mod presence;
mod reads;
mod sieve;

use std::collections::HashMap;
use std::error::Error;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError, mpsc as queue};
use std::time::Instant;

use tokio::sync::{mpsc, watch};
use tokio_util::sync::CancellationToken;

use crate::app::Sitting;
use crate::config::Config;
use crate::domain::answer::Answer as Told;
use crate::domain::call::{CannedQuery, ReadCall, Suggest, Summarize};
use crate::domain::ids::TicketId;
use crate::domain::link::Link;
use crate::domain::presence::Doing;
use crate::domain::text;
use crate::mcp::client::{Draft, McpBackend};
use crate::seat::SeatError;
use crate::tools::{BackendError, Run, ToolBackend as _};
use crate::tui::answered::answered_later;
use crate::tui::events::{Answer, Effect, Failure, Msg, Named, RequestId, naming};
use crate::tui::fault;
use crate::tui::runtime::sieve::Sieve;

use drafts::Job;
pub(crate) use drafts::{Drafts, forget_all};
pub(crate) use kept::Keeper;
pub(crate) use playback::Playback;

/// What the screen is wired to.
#[derive(Clone)]
pub(crate) struct Runtime {
    inner: Arc<Inner>,
}

struct Inner {
    sitting: Sitting,
    config: Config,
    /// The user's directory for what a program leaves behind.
    state: PathBuf,
    keeper: Keeper,
    inbox: mpsc::Sender<Msg>,
    runs: Mutex<HashMap<RequestId, CancellationToken>>,
    sieve: Sieve,
    /// The ticket that the person has open, and what they do with it.
    here: watch::Sender<Option<(TicketId, Doing)>>,
    drafts: queue::Sender<(RequestId, Job)>,
}

/// Why there is no answer: words, and a way out.
struct Trouble {
    message: String,
    way_out: &'static str,
}

impl<E: Error + 'static> From<E> for Trouble {
    fn from(error: E) -> Self {
        let known = (&error as &(dyn Error + 'static)).downcast_ref::<SeatError>();
        let way_out = known.map_or("{reload} tries again", SeatError::way_out);
        Self { message: text::block(&error.to_string()).into_owned(), way_out }
    }
}

type Answered = Result<Answer, Trouble>;

impl Runtime {
    pub(crate) fn new(
        sitting: Sitting,
        drafts: Drafts,
        config: Config,
        state: PathBuf,
        keeper: Keeper,
        inbox: mpsc::Sender<Msg>,
    ) -> Self {
        let runs = Mutex::new(HashMap::new());
        let drafts = drafts.serve(inbox.clone());
        let (sieve, here) = (Sieve::default(), watch::Sender::new(None));
        Self { inner: Arc::new(Inner { sitting, config, state, keeper, inbox, runs, sieve, here, drafts }) }
    }

    /// Starts what an effect asks for; its answer arrives as a message.
    #[allow(clippy::wildcard_enum_match_arm, reason = "the few that are no questions are named")]
    pub(crate) fn perform(&self, effect: Effect) {
        let it = Arc::clone(&self.inner);
        match effect {
            Effect::CancelRun { run } => it.cancel(run),
            Effect::Attend(here) => drop(it.here.send_replace(here)),
            Effect::Keep(kept) => it.keeper.save(*kept),
            Effect::LoadDraft { request, ticket } => it.ask_drafts(request, Job::Load(ticket)),
            Effect::SaveDraft { request, ticket, written } => it.ask_drafts(request, Job::Save(ticket, written)),
            Effect::ForgetDraft { request, ticket, of, sent } => {
                it.ask_drafts(request, Job::Forget(ticket, of, sent));
            }
            // The loop itself does these: they are about the terminal.
            Effect::Wake(_)
            | Effect::Copy(_)
            | Effect::Call(..)
            | Effect::Mouse(_)
            | Effect::EditOutside { .. }
            | Effect::Suspend
            | Effect::Redraw
            | Effect::Quit => {}
            other => drop(tokio::spawn(async move { it.survive(other).await })),
        }
    }

    /// Tells the screen of changes at the desk, until one of them is gone.
    pub(crate) async fn follow(self) {
        fault::here("follow the desk");
        let mut changes = self.inner.sitting.backend.changes();
        while changes.changed().await.is_ok() {
            if self.inner.inbox.send(Msg::QueueChanged).await.is_err() {
                return;
            }
        }
        let why = "it tells of changes no longer".to_owned();
        self.inner.send(Msg::Connection(Link::Away { why })).await;
    }

    /// Tells the screen when the desk is out of reach, and when it is back.
    pub(crate) async fn stay_in_touch(self) {
        let mut link = self.inner.sitting.seat.link();
        while link.changed().await.is_ok() {
            let now = link.borrow_and_update().clone();
            if now.is_up() {
                self.inner.sitting.backend.listen_again();
                self.inner.sitting.assistant.listen_again();
            }
            self.inner.send(Msg::Connection(now)).await;
        }
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

    fn ask_drafts(&self, request: RequestId, job: Job) {
        // It ends with the program.
        let _ = self.drafts.send((request, job));
    }

    /// Whoever waits for an answer hears it even when the program has a mistake on the way there.
    async fn survive(self: Arc<Self>, effect: Effect) {
        let Named { request, what, is_read, .. } = naming(&effect);
        let work = Arc::clone(&self);
        let done = async move {
            fault::here(what);
            if let Effect::Handle { request, ticket } = effect {
                work.handle(request, ticket).await;
                return;
            }
            let answering = Box::pin(work.answer(effect));
            if is_read {
                work.unless_stopped(request, answering).await;
            } else {
                answering.await;
            }
        };
        if answered_later(done).await.is_err() {
            self.send(Msg::Failed(mistaken(request, what))).await;
        }
    }

    /// Goes on with a read until it is done, or until the person does not wait for it any more.
    async fn unless_stopped(&self, request: RequestId, reading: impl Future<Output = ()>) {
        let token = CancellationToken::new();
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).insert(request, token.clone());
        token.run_until_cancelled(reading).await;
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).remove(&request);
    }

    async fn answer(&self, effect: Effect) {
        let Named { request, what, .. } = naming(&effect);
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
            Effect::LoadQueue { request, query } => {
                self.sieve.put_away(request);
                self.read(ReadCall::ListTickets(query)).await
            }
            Effect::Sift { request, query, words } => self.sift(request, query, words).await,
            Effect::FindSaid { request, words, limit } => self.find_said(request, words, limit).await,
            Effect::CountViews { queries, .. } => self.counts(queries).await,
            Effect::LoadTicket { ticket, .. } => self.ticket(ticket).await,
            Effect::Summarize { ticket, request, quick } => {
                self.write_for_me(request, ReadCall::SummarizeTicket(Summarize { ticket_id: ticket, quick })).await
            }
            Effect::Suggest { ticket, request, tone, quick } => {
                self.write_for_me(request, ReadCall::SuggestResponse(Suggest { ticket_id: ticket, tone, quick })).await
            }
            Effect::Rewrite { request, asked } => self.write_for_me(request, ReadCall::RewriteText(*asked)).await,
            Effect::Prepare { ticket, request, part } => self.prepare(request, ticket, part).await,
            Effect::LoadCanned { ticket, .. } => {
                self.read(ReadCall::ListCanned(CannedQuery { ticket_id: Some(ticket) })).await
            }
            Effect::LoadSource { ticket, source, .. } => self.source(ticket, &source).await,
            Effect::LoadHistory { customer, .. } => self.history(customer).await,
            Effect::FindSimilar { ticket, .. } => self.similar(ticket).await,
            Effect::LoadSeen { tickets, .. } => self.seen(tickets).await,
            Effect::See { tickets, .. } => self.see(tickets).await,
            Effect::LoadThumbs { ticket, .. } => self.thumbs(ticket).await,
            Effect::Rate { feedback, .. } => self.rate(*feedback).await,
            Effect::LoadOthers { ticket, customer, words, .. } => self.others(ticket, customer, words).await,
            Effect::Snooze { tickets, until, .. } => self.snooze(tickets, until).await,
            Effect::Propose { call, why, instead_of, .. } => {
                self.propose_instead(&call, &why, instead_of.as_ref()).await
            }
            Effect::LoadPending { .. } => self.pending().await,
            Effect::OpenCard { proposal, .. } => self.open(&proposal).await,
            Effect::Approve { card, signature, .. } => self.approve(*card, signature).await,
            Effect::Deny { proposal, reason, read, .. } => self.deny(&proposal, reason, read).await,
            Effect::EditProposal { proposal, call, .. } => self.edit(&proposal, call).await,
            Effect::LoadLog { query, before, limit, .. } => self.log(*query, before, limit).await,
            Effect::LoadFigures { query, .. } => self.figures(*query).await,
            Effect::ExportLog { query, what, format, .. } => self.export(*query, what, format).await,
            Effect::LoadRun { run, .. } => self.run_again(run).await,
            Effect::LoadLogDetail { seq, .. } => self.log_detail(seq).await,
            Effect::Handle { .. }
            | Effect::CancelRun { .. }
            | Effect::Attend(_)
            | Effect::LoadDraft { .. }
            | Effect::SaveDraft { .. }
            | Effect::ForgetDraft { .. }
            | Effect::EditOutside { .. }
            | Effect::Copy(_)
            | Effect::Call(..)
            | Effect::Keep(_)
            | Effect::Mouse(_)
            | Effect::Wake(_)
            | Effect::Suspend
            | Effect::Redraw
            | Effect::Quit => Err(trouble("this is not a question", "report it")),
        }
    }

    /// What an assistant writes for the person.
    async fn write_for_me(&self, request: RequestId, call: ReadCall) -> Answered {
        let run = Run::new(self.sitting.run.id.clone());
        self.written(request, call, &self.sitting.backend, &run).await
    }

    /// What an assistant writes; it may be stopped, and a reply is shown while it is being written.
    async fn written(&self, request: RequestId, call: ReadCall, tools: &McpBackend, run: &Run) -> Answered {
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
        let answer = tools.read_live(run, &call, &tell).await;
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).remove(&request);
        let outcome = match &answer {
            Ok(_) if run.ahead => "prepared",
            Ok(_) => "ok",
            Err(_) => "error",
        };
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
        let who = &self.sitting.seat.person().id;
        let text = format!("{tool:<17} {ticket:<8} {outcome:<17} {millis:>7.1} ms  {who}");
        self.send(Msg::Called { text }).await;
    }

    async fn read(&self, call: ReadCall) -> Answered {
        shown(self.call(&call).await?)
    }
}

/// Part of the program has panicked on the way to an answer.
fn mistaken(request: RequestId, what: &str) -> Failure {
    let message = "the program made a mistake there; the rest of it runs on".to_owned();
    let way_out = "try again; the log file says more".to_owned();
    Failure { request: Some(request), what: what.to_owned(), message, way_out }
}

/// An answer as the screen takes it.
fn shown(told: Told) -> Answered {
    Ok(match told {
        Told::Page(page) => Answer::Queue(page),
        Told::Summary(summary) => Answer::Summary(Box::new(summary)),
        Told::Suggestion(suggestion) => Answer::Suggestion(suggestion),
        Told::Canned(texts) => Answer::Canned(texts.canned),
        Told::Rewritten(rewritten) => Answer::Rewritten(Box::new(rewritten)),
        Told::Ticket(_)
        | Told::Faq(_)
        | Told::Article(_)
        | Told::Customer(_)
        | Told::Found(_)
        | Told::Proposals(_)
        | Told::Proposal(_) => {
            return Err(trouble("the desk answered something else", "{reload} tries again"));
        }
    })
}

fn trouble(message: &str, way_out: &'static str) -> Trouble {
    Trouble { message: text::block(message).into_owned(), way_out }
}
