//! Does what [`step`](crate::agent::step) asks for: calls the model and the tools, tells what happens.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;
use serde_json::{Value, json};
use tokio::sync::{mpsc, watch};

use crate::agent::step::{Effect, Ending, Event, Limit, Limits, State};
use crate::domain::answer::{Answer, ProposalRow, WriteOutcome};
use crate::domain::call::{ProposalQuery, ReadCall, WriteCall};
use crate::domain::ids::ProposalId;
use crate::domain::proposal::{ProposalState, Why};
use crate::domain::text;
use crate::domain::usage::Usage;
use crate::llm::prompt::Prompt;
use crate::llm::{Conversation, Form, Live, LlmProvider, Task, ToolSpec};
use crate::tools::{BackendError, Run, ToolBackend, catalog};

/// What a run tells while it goes on. Texts are as they came: escape them before showing.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum Notice {
    /// More of what the model is writing.
    Writing {
        /// The words that are new.
        text: String,
    },
    /// What the model was writing does not count: it begins anew, or another one takes over.
    Anew {
        /// Why.
        why: String,
    },
    /// The model said something.
    Said {
        /// Its words.
        text: String,
        /// Who spoke.
        by: String,
        /// What it took.
        usage: Usage,
        /// Who could not answer before, and why.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        passed: Vec<String>,
    },
    /// A tool answered.
    Called {
        /// The tool.
        tool: String,
        /// What it was asked.
        arguments: Value,
        /// What it answered, or its error in words.
        result: Value,
        /// Whether it is an error.
        is_error: bool,
        /// How long it took, in microseconds.
        micros: u64,
    },
    /// A proposal was filed.
    Proposed {
        /// The tool.
        tool: String,
        /// What is asked for.
        arguments: Value,
        /// What became of it.
        outcome: WriteOutcome,
        /// The proposal.
        proposal_id: Option<ProposalId>,
        /// In words.
        message: String,
    },
    /// A person decided.
    Decided {
        /// On what.
        proposal_id: ProposalId,
        /// How, as the model is told.
        words: String,
    },
    /// The run is over.
    Ended {
        /// How, in one word.
        ending: &'static str,
        /// In words.
        words: String,
        /// What the models took.
        usage: Usage,
    },
}

impl Notice {
    /// A notice on one line; nothing for silence.
    #[must_use]
    pub fn in_words(&self) -> Option<String> {
        Some(match self {
            Self::Writing { .. } => return None,
            Self::Anew { why } => format!("model      {}", text::short(why, 400)),
            Self::Said { text, .. } if text.is_empty() => return None,
            Self::Said { text, .. } => format!("assistant  {}", text::short(text, 400)),
            Self::Called { tool, result, is_error, micros, .. } => {
                let word = if *is_error { "error" } else { "ok" };
                let millis = micros / 1000;
                format!("{tool:<18} {word:<6} {millis:>4} ms  {}", text::short(&result.to_string(), 160))
            }
            Self::Proposed { tool, arguments, message, .. } => {
                format!("{tool:<18} {}  {}", text::line(message), text::short(&arguments.to_string(), 160))
            }
            Self::Decided { proposal_id, words } => format!("decided    {proposal_id}: {}", text::short(words, 400)),
            Self::Ended { ending, words, usage } if usage.tokens() > 0 => {
                format!("{ending:<10} {} · {}", text::short(words, 400), usage)
            }
            Self::Ended { ending, words, .. } => format!("{ending:<10} {}", text::short(words, 400)),
        })
    }
}

/// What a run does about its proposals when the model has nothing more to ask for.
pub enum Afterwards {
    /// Ends; a person decides whenever they do.
    Leave,
    /// Waits for the decisions and tells them to the model; woken when the desk changes.
    Wait(watch::Receiver<u64>),
}

/// What a run is driven with.
pub struct Driver {
    /// Where the tools are.
    pub backend: Arc<dyn ToolBackend>,
    /// What asks for them.
    pub provider: Arc<dyn LlmProvider>,
    /// What it is told to do.
    pub prompt: Prompt,
    /// How much a run may take.
    pub limits: Limits,
    /// How long a run may work; waiting for a person does not count.
    pub time: Duration,
}

/// The tools that a run is offered: those about one ticket.
fn offered() -> Vec<ToolSpec> {
    const OFFERED: [&str; 7] = [
        "get_ticket",
        "get_customer",
        "summarize_ticket",
        "get_faq",
        "suggest_response",
        "update_ticket",
        "send_reply",
    ];
    let tools = catalog::all().iter().filter(|tool| OFFERED.contains(&tool.name));
    let spec = |tool: &catalog::Tool| {
        let mut input = tool.input.clone();
        if let Some(properties) = input.get_mut("properties").and_then(Value::as_object_mut) {
            // What a program may want and a model need not know.
            properties.retain(|name, _| name != "quick" && name != "expected_version");
        }
        ToolSpec { name: tool.name.to_owned(), description: tool.description.to_owned(), input }
    };
    tools.map(spec).collect()
}

impl Driver {
    /// Handles one ticket to the end.
    pub async fn handle(
        &self,
        run: &Run,
        task: Task,
        mut afterwards: Afterwards,
        notices: &mpsc::UnboundedSender<Notice>,
    ) -> Ending {
        let talk = Conversation::new(task, self.prompt.clone(), Form::Tools(offered()));
        let (mut state, effects) = State::begin(talk, self.limits);
        let mut todo: VecDeque<Effect> = effects.into();
        let mut run = run.clone();
        let mut worked = Duration::ZERO;
        while let Some(effect) = todo.pop_front() {
            if let Effect::Finish(ending) = effect {
                tell(notices, ended(&ending, state.usage));
                return ending;
            }
            let since = Instant::now();
            let waits = matches!(effect, Effect::Wait(_));
            let left = if waits { Duration::MAX } else { self.time.saturating_sub(worked) };
            let event = tokio::select! {
                biased;
                () = run.cancel.cancelled() => Event::Cancelled,
                () = tokio::time::sleep(left) => Event::OutOfTime,
                event = self.perform(&run, &state.talk, effect, &mut afterwards, notices) => event,
            };
            if !waits {
                worked += since.elapsed();
            }
            if let Event::Said(reply) = &event {
                run.by = Some(format!("{} · {}", reply.by, self.prompt.version()));
            }
            todo.extend(state.step(event));
        }
        Ending::Cancelled
    }

    async fn perform(
        &self,
        run: &Run,
        talk: &Conversation,
        effect: Effect,
        afterwards: &mut Afterwards,
        notices: &mpsc::UnboundedSender<Notice>,
    ) -> Event {
        match effect {
            Effect::Ask => self.ask(talk, notices).await,
            Effect::Read { id, call } => self.read(run, id, &call, notices).await,
            Effect::Propose { id, call, why } => self.propose(run, id, &call, &why, notices).await,
            Effect::Wait(proposals) => self.wait(run, talk, &proposals, afterwards, notices).await,
            Effect::Finish(_) => Event::Detached,
        }
    }

    async fn ask(&self, talk: &Conversation, notices: &mpsc::UnboundedSender<Notice>) -> Event {
        let live = |live: Live<'_>| match live {
            Live::Text(text) => tell(notices, Notice::Writing { text: text.to_owned() }),
            Live::Anew(why) => tell(notices, Notice::Anew { why: why.to_owned() }),
            Live::Wasted(_) => {}
        };
        match self.provider.reply(talk, &live).await {
            Ok(reply) => {
                let (text, by, passed) = (reply.text.clone(), reply.by.clone(), reply.passed.clone());
                tell(notices, Notice::Said { text, by, usage: reply.usage, passed });
                Event::Said(reply)
            }
            Err(error) => Event::ModelFailed(error.to_string()),
        }
    }

    async fn read(&self, run: &Run, id: String, call: &ReadCall, notices: &mpsc::UnboundedSender<Notice>) -> Event {
        let since = Instant::now();
        let result = self.backend.read(run, call).await.map(|answer| answer.to_value()).map_err(|e| e.to_string());
        let micros = u64::try_from(since.elapsed().as_micros()).unwrap_or(u64::MAX);
        tell(
            notices,
            Notice::Called {
                tool: call.tool().to_owned(),
                arguments: call.arguments(),
                result: result.clone().unwrap_or_else(Value::String),
                is_error: result.is_err(),
                micros,
            },
        );
        Event::Answered { id, result: result.map(|value| value.to_string()) }
    }

    async fn propose(
        &self,
        run: &Run,
        id: String,
        call: &WriteCall,
        why: &Why,
        notices: &mpsc::UnboundedSender<Notice>,
    ) -> Event {
        let answer = match self.backend.propose(run, call, why).await {
            Ok(answer) => answer,
            Err(error) => return Event::Answered { id, result: Err(error.to_string()) },
        };
        let waits = answer.outcome == WriteOutcome::PendingApproval;
        tell(
            notices,
            Notice::Proposed {
                tool: call.tool().to_owned(),
                arguments: call.arguments(),
                outcome: answer.outcome,
                proposal_id: answer.proposal_id.clone(),
                message: answer.message.clone(),
            },
        );
        let proposal = answer.proposal_id.clone().filter(|_| waits);
        Event::Filed { id, content: json!(answer).to_string(), proposal }
    }

    async fn wait(
        &self,
        run: &Run,
        talk: &Conversation,
        proposals: &[ProposalId],
        afterwards: &mut Afterwards,
        notices: &mpsc::UnboundedSender<Notice>,
    ) -> Event {
        let Afterwards::Wait(changes) = afterwards else { return Event::Detached };
        loop {
            changes.mark_unchanged();
            match self.decided(run, talk, proposals).await {
                Ok(Some((row, changed))) => {
                    let words = in_words(&row, changed);
                    tell(notices, Notice::Decided { proposal_id: row.id.clone(), words: words.clone() });
                    return Event::Decided { proposal: row.id, words };
                }
                Ok(None) => {}
                Err(error) => return Event::ModelFailed(error.to_string()),
            }
            if changes.changed().await.is_err() {
                return Event::Detached;
            }
        }
    }

    async fn decided(
        &self,
        run: &Run,
        talk: &Conversation,
        proposals: &[ProposalId],
    ) -> Result<Option<(ProposalRow, bool)>, BackendError> {
        let query = ProposalQuery { ticket_id: Some(talk.task.ticket.clone()), decided: true };
        let Answer::Proposals(found) = self.backend.read(run, &ReadCall::ListProposals(query)).await? else {
            return Ok(None);
        };
        Ok(proposals.iter().find_map(|id| outcome(&found.proposals, id)))
    }
}

/// How a proposal ended, if it has, and whether a person had changed it first. One that was filed anew because the
/// ticket moved or a person edited it ended as its successor did.
fn outcome(rows: &[ProposalRow], id: &ProposalId) -> Option<(ProposalRow, bool)> {
    let first = rows.iter().find(|row| row.id == *id)?;
    let mut row = first;
    while let Some(next) = rows.iter().find(|it| Some(&it.id) == row.replaced_by.as_ref()) {
        row = next;
    }
    let over = !matches!(row.state, ProposalState::Pending | ProposalState::Approved);
    over.then(|| (ProposalRow { id: id.clone(), ..row.clone() }, asked(row) != asked(first)))
}

/// What is asked for, whatever the version.
fn asked(row: &ProposalRow) -> Value {
    let mut arguments = row.arguments.clone();
    if let Some(fields) = arguments.as_object_mut() {
        fields.remove("expected_version");
    }
    arguments
}

/// A decision as the model is told: attributed to the person, each end a different one.
fn in_words(row: &ProposalRow, changed: bool) -> String {
    let tool = &row.tool;
    match row.state {
        ProposalState::Pending | ProposalState::Approved => format!("{tool} still waits."),
        ProposalState::Executed if changed => {
            format!("The support agent changed {tool} and approved it. What ran: {}", asked(row))
        }
        ProposalState::Executed => format!("The support agent approved {tool}; it is done."),
        ProposalState::Denied => {
            let reason = row.reason.as_deref().unwrap_or("none given").trim_end_matches('.');
            format!("The support agent denied {tool}. Reason: {reason}. Do not repeat it with the same arguments.")
        }
        ProposalState::Superseded => {
            let reason = row.reason.as_deref().unwrap_or("the ticket has moved since");
            format!("{tool} was superseded: {reason}.")
        }
        ProposalState::Expired => format!("{tool} expired before anybody decided. That is no denial."),
        ProposalState::Cancelled => format!("{tool} was taken back."),
        ProposalState::Failed => format!("{tool} was approved but could not be carried out; nothing changed."),
        ProposalState::Unknown => format!("{tool} was approved; whether it was carried out is not known."),
    }
}

fn ended(ending: &Ending, usage: Usage) -> Notice {
    let (ending, words) = match ending {
        Ending::Done(words) => ("done", words.clone()),
        Ending::Limit(limit) => (limit.as_str(), limit_in_words(*limit).to_owned()),
        Ending::Repeats(tool) => ("repeats", format!("stopped: {tool} was asked for again and again")),
        Ending::Cancelled => ("cancelled", "stopped by the person".to_owned()),
        Ending::Failed(words) => ("failed", words.clone()),
    };
    Notice::Ended { ending, words, usage }
}

const fn limit_in_words(limit: Limit) -> &'static str {
    match limit {
        Limit::Steps => "stopped: too many steps",
        Limit::Tokens => "stopped: the tokens for one ticket are spent",
        Limit::Cost => "stopped: the money for one ticket is spent",
        Limit::Time => "stopped: it took too long",
    }
}

fn tell(notices: &mpsc::UnboundedSender<Notice>, notice: Notice) {
    // Nobody may be listening any more.
    let _ = notices.send(notice);
}
