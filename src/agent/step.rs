//! The loop as a pure function: state and event in, effects out.

use std::collections::HashMap;

use crate::domain::call::{ReadCall, WriteCall};
use crate::domain::canonical;
use crate::domain::ids::ProposalId;
use crate::domain::proposal::Why;
use crate::domain::usage::Usage;
use crate::llm::{Conversation, Entry, Reply, ToolUse};
use crate::tools::catalog::{self, Call};

/// How often one and the same call may be asked for.
pub const MOST_REPEATS: usize = 2;

/// Characters of a model's words that a person is shown as its reason.
const MOST_WHY: usize = 2000;

/// What a model is told that has called nothing.
const NUDGE: &str = "Nothing was called: that was only text. Call `summarize_ticket` as a tool, or say why you cannot.";

words! {
    /// What a run can run out of.
    Limit {
        /// Turns of the model.
        Steps = "step_limit",
        /// Tokens, in and out.
        Tokens = "token_limit",
        /// Money.
        Cost = "cost_limit",
        /// Time spent working; waiting for a person does not count.
        Time = "time_limit",
    }
}

/// How much a run may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Turns of the model.
    pub steps: usize,
    /// Tokens, in and out; 0 for as many as there are.
    pub tokens: u64,
    /// Millionths of a US dollar; 0 for as many as there are.
    pub micro_usd: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { steps: 12, tokens: 0, micro_usd: 0 }
    }
}

/// What happened.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    /// The model spoke.
    Said(Reply),
    /// The model failed.
    ModelFailed(String),
    /// A tool answered, or its error in words.
    Answered {
        /// Which call.
        id: String,
        /// Content, or words.
        result: Result<String, String>,
    },
    /// A proposal was filed.
    Filed {
        /// Which call.
        id: String,
        /// The answer as the model sees it.
        content: String,
        /// The proposal, when it waits for a person.
        proposal: Option<ProposalId>,
    },
    /// A person decided; these are their words.
    Decided {
        /// On what.
        proposal: ProposalId,
        /// How, in words for the model.
        words: String,
    },
    /// Nobody waits for decisions any more.
    Detached,
    /// The time for working is up.
    OutOfTime,
    /// The person stopped it.
    Cancelled,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    /// Ask the model for its next turn.
    Ask,
    /// Call a tool that changes nothing.
    Read {
        /// Which call.
        id: String,
        /// The call.
        call: ReadCall,
    },
    /// File a proposal.
    Propose {
        /// Which call.
        id: String,
        /// The call.
        call: WriteCall,
        /// Why.
        why: Why,
    },
    /// Wait for a person's decisions.
    Wait(Vec<ProposalId>),
    /// The run is over.
    Finish(Ending),
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// The model had nothing more to do; its last words.
    Done(String),
    /// Something ran out.
    Limit(Limit),
    /// The same call again and again.
    Repeats(String),
    /// The person stopped it.
    Cancelled,
    /// The model failed.
    Failed(String),
}

/// A run.
#[derive(Clone, Debug)]
pub struct State {
    /// What was said.
    pub talk: Conversation,
    /// What its model has taken so far.
    pub usage: Usage,
    limits: Limits,
    steps: usize,
    open_calls: usize,
    seen: HashMap<String, usize>,
    waiting: Vec<ProposalId>,
    confidence: Option<Confidence>,
    over: bool,
}

impl State {
    /// Begins a run in a conversation.
    #[must_use]
    pub fn begin(mut talk: Conversation, limits: Limits) -> (Self, Vec<Effect>) {
        let task = &talk.task;
        let (ticket, tone, limit) = (&task.ticket, task.tone, task.resolve_confidence);
        let brief = format!("Ticket: {ticket}. Tone: {tone}. The limit for the confidence is {limit:.2}.");
        talk.entries.push(Entry::Brief(brief));
        let state = Self {
            talk,
            usage: Usage::default(),
            limits,
            steps: 1,
            open_calls: 0,
            seen: HashMap::new(),
            waiting: Vec::new(),
            confidence: None,
            over: false,
        };
        (state, vec![Effect::Ask])
    }

    /// Takes an event.
    pub fn step(&mut self, event: Event) -> Vec<Effect> {
        if self.over {
            return Vec::new();
        }
        match event {
            Event::Said(reply) => self.said(reply),
            Event::ModelFailed(words) => self.finish(Ending::Failed(words)),
            Event::Answered { id, result } => self.answered(id, result),
            Event::Filed { id, content, proposal } => {
                self.waiting.extend(proposal);
                self.answered(id, Ok(content))
            }
            Event::Decided { proposal, words } => self.decided(&proposal, words),
            Event::Detached => self.finish(Ending::Done(self.last_words())),
            Event::OutOfTime => self.finish(Ending::Limit(Limit::Time)),
            Event::Cancelled => self.finish(Ending::Cancelled),
        }
    }

    fn said(&mut self, reply: Reply) -> Vec<Effect> {
        self.usage = self.usage.and(reply.usage);
        let calls = reply.calls.clone();
        let words = reply.text.clone();
        self.talk.entries.push(Entry::Model(reply));
        if calls.is_empty() {
            return self.nothing_to_do();
        }
        self.open_calls = calls.len();
        let mut effects = Vec::new();
        for call in calls {
            if let Some(repeated) = self.repeated(&call) {
                return self.finish(repeated);
            }
            match self.admit(&call, &words) {
                Ok(effect) => effects.push(effect),
                Err(refusal) => effects.extend(self.answered(call.id, Err(refusal))),
            }
        }
        effects
    }

    /// With nothing more to ask for, the run waits for decisions on what it proposed, if there are any. A model that
    /// only talks at first is told once how to go on.
    fn nothing_to_do(&mut self) -> Vec<Effect> {
        if self.seen.is_empty() && self.steps == 1 {
            self.talk.entries.push(Entry::Brief(NUDGE.to_owned()));
            return self.ask();
        }
        if self.waiting.is_empty() {
            return self.finish(Ending::Done(self.last_words()));
        }
        vec![Effect::Wait(self.waiting.clone())]
    }

    /// What a call may do: nothing is repaired, nothing unknown runs, nothing but this run's ticket is touched.
    fn admit(&self, call: &ToolUse, words: &str) -> Result<Effect, String> {
        let mut arguments =
            canonical::parse(&call.arguments).map_err(|e| format!("the arguments are not JSON: {e}"))?;
        let id = call.id.clone();
        let reason = catalog::take_reason(&call.name, &mut arguments);
        match catalog::parse(&call.name, arguments).map_err(|e| e.to_string())? {
            Call::Read(read) => self.in_scope(&read).map(|()| Effect::Read { id, call: read }),
            Call::Write(write) if !self.is_own(&write) => Err(self.out_of_scope()),
            Call::Write(write) => {
                let why = self.why(reason.as_deref().unwrap_or(words));
                Ok(Effect::Propose { id, call: write, why })
            }
        }
    }

    /// Whether a write is about this run's ticket and no other.
    fn is_own(&self, call: &WriteCall) -> bool {
        call.ticket_id() == &self.talk.task.ticket && call.other_id().is_none()
    }

    fn in_scope(&self, call: &ReadCall) -> Result<(), String> {
        let own = match call {
            ReadCall::GetTicket(_)
            | ReadCall::SummarizeTicket(_)
            | ReadCall::SuggestResponse(_)
            | ReadCall::RewriteText(_) => call.ticket_id() == Some(&self.talk.task.ticket),
            ReadCall::GetFaq(_) | ReadCall::GetArticle(_) => true,
            ReadCall::GetCustomer(of) => self.has_seen(&format!("\"customer_id\":\"{}\"", of.customer_id)),
            ReadCall::ListProposals(query) => query.ticket_id.as_ref() == Some(&self.talk.task.ticket),
            ReadCall::ListTickets(_)
            | ReadCall::SearchTickets(_)
            | ReadCall::ListCanned(_)
            | ReadCall::GetProposal(_) => false,
        };
        if own { Ok(()) } else { Err(self.out_of_scope()) }
    }

    /// Only `get_ticket` of the own ticket names a customer in this form: JSON in ticket text has escaped quotes.
    fn has_seen(&self, words: &str) -> bool {
        self.talk.entries.iter().any(|entry| match entry {
            Entry::Tool { content, is_error: false, .. } => content.contains(words),
            Entry::Tool { .. } | Entry::Brief(_) | Entry::Model(_) | Entry::Person(_) => false,
        })
    }

    fn out_of_scope(&self) -> String {
        format!("this run is about {} only: its ticket, its customer and the articles", self.talk.task.ticket)
    }

    fn why(&self, words: &str) -> Why {
        // A person reads all of it before they decide.
        let mut text: String = words.chars().take(MOST_WHY).collect();
        if text.len() < words.len() {
            text.push('…');
        }
        let sure = self.confidence;
        let calibrated = sure.is_some_and(|sure| sure.calibrated);
        Why { text, confidence: sure.map(|sure| sure.value), calibrated, ..Why::default() }
    }

    fn repeated(&mut self, call: &ToolUse) -> Option<Ending> {
        let key = format!("{} {}", call.name, call.arguments);
        let times = self.seen.entry(key).or_default();
        *times += 1;
        (*times > MOST_REPEATS).then(|| Ending::Repeats(call.name.clone()))
    }

    fn answered(&mut self, id: String, result: Result<String, String>) -> Vec<Effect> {
        let is_error = result.is_err();
        let content = result.unwrap_or_else(|words| words);
        self.confidence = confidence_in(&content).or(self.confidence);
        self.talk.entries.push(Entry::Tool { id, content, is_error });
        self.open_calls = self.open_calls.saturating_sub(1);
        if self.open_calls == 0 { self.ask() } else { Vec::new() }
    }

    fn decided(&mut self, proposal: &ProposalId, words: String) -> Vec<Effect> {
        self.waiting.retain(|waiting| waiting != proposal);
        self.talk.entries.push(Entry::Person(words));
        self.ask()
    }

    fn ask(&mut self) -> Vec<Effect> {
        self.steps += 1;
        match self.ran_out() {
            Some(limit) => self.finish(Ending::Limit(limit)),
            None => vec![Effect::Ask],
        }
    }

    fn ran_out(&self) -> Option<Limit> {
        let Limits { steps, tokens, micro_usd } = self.limits;
        let spent = |most: u64, used: u64| most > 0 && used >= most;
        if self.steps > steps {
            Some(Limit::Steps)
        } else if spent(tokens, self.usage.tokens()) {
            Some(Limit::Tokens)
        } else if spent(micro_usd, self.usage.micro_usd) {
            Some(Limit::Cost)
        } else {
            None
        }
    }

    fn finish(&mut self, ending: Ending) -> Vec<Effect> {
        self.over = true;
        vec![Effect::Finish(ending)]
    }

    fn last_words(&self) -> String {
        let spoken = self.talk.entries.iter().rev().find_map(|entry| match entry {
            Entry::Model(reply) => Some(reply.text.clone()),
            Entry::Brief(_) | Entry::Tool { .. } | Entry::Person(_) => None,
        });
        spoken.unwrap_or_default()
    }
}

/// The confidence that a suggestion came with; a model's own words never set it.
fn confidence_in(content: &str) -> Option<Confidence> {
    let answer: serde_json::Value = serde_json::from_str(content).ok()?;
    answer.get("response_text")?;
    let calibrated = answer.get("calibrated").and_then(serde_json::Value::as_bool).unwrap_or(false);
    Some(Confidence { value: answer.get("confidence")?.as_f64()?, calibrated })
}

/// How sure a suggestion is, and whether enough people have decided for that to be a probability.
#[derive(Clone, Copy, Debug)]
struct Confidence {
    value: f64,
    calibrated: bool,
}

#[cfg(test)]
mod tests;
