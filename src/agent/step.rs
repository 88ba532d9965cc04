//! The loop as a pure function: state and event in, effects out.

use std::collections::HashMap;

use crate::domain::call::{ReadCall, WriteCall};
use crate::domain::canonical;
use crate::domain::ids::ProposalId;
use crate::domain::proposal::Why;
use crate::llm::{Conversation, Entry, Reply, Task, ToolUse};
use crate::tools::catalog::{self, Call};

/// Turns of the model at most.
pub const MOST_STEPS: usize = 12;
/// How often one and the same call may be asked for.
pub const MOST_REPEATS: usize = 2;

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
    /// Too many turns.
    StepLimit,
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
    steps: usize,
    open_calls: usize,
    seen: HashMap<String, usize>,
    waiting: Vec<ProposalId>,
    confidence: Option<f64>,
    over: bool,
}

impl State {
    /// Begins a run.
    #[must_use]
    pub fn begin(task: Task) -> (Self, Vec<Effect>) {
        let talk = Conversation { task, entries: Vec::new() };
        let state = Self {
            talk,
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
            Event::Cancelled => self.finish(Ending::Cancelled),
        }
    }

    fn said(&mut self, reply: Reply) -> Vec<Effect> {
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

    /// With nothing more to ask for, the run waits for decisions on what it proposed, if there are any.
    fn nothing_to_do(&mut self) -> Vec<Effect> {
        if self.waiting.is_empty() {
            return self.finish(Ending::Done(self.last_words()));
        }
        vec![Effect::Wait(self.waiting.clone())]
    }

    /// What a call may do: nothing is repaired, nothing unknown runs, nothing but this run's ticket is touched.
    fn admit(&self, call: &ToolUse, words: &str) -> Result<Effect, String> {
        let arguments = canonical::parse(&call.arguments).map_err(|e| format!("the arguments are not JSON: {e}"))?;
        let id = call.id.clone();
        match catalog::parse(&call.name, arguments).map_err(|e| e.to_string())? {
            Call::Read(read) => self.in_scope(&read).map(|()| Effect::Read { id, call: read }),
            Call::Write(write) if write.ticket_id() != &self.talk.task.ticket => Err(self.out_of_scope()),
            Call::Write(write) => Ok(Effect::Propose { id, call: write, why: self.why(words) }),
        }
    }

    fn in_scope(&self, call: &ReadCall) -> Result<(), String> {
        let own = match call {
            ReadCall::GetTicket(_) | ReadCall::SummarizeTicket(_) | ReadCall::SuggestResponse(_) => {
                call.ticket_id() == Some(&self.talk.task.ticket)
            }
            ReadCall::GetFaq(_) => true,
            ReadCall::GetCustomer(of) => self.has_seen(&format!("\"customer_id\":\"{}\"", of.customer_id)),
            ReadCall::ListProposals(query) => query.ticket_id.as_ref() == Some(&self.talk.task.ticket),
            ReadCall::ListTickets(_) | ReadCall::SearchTickets(_) => false,
        };
        if own { Ok(()) } else { Err(self.out_of_scope()) }
    }

    /// Only `get_ticket` of the own ticket names a customer in this form: JSON in ticket text has escaped quotes.
    fn has_seen(&self, words: &str) -> bool {
        self.talk.entries.iter().any(|entry| match entry {
            Entry::Tool { content, is_error: false, .. } => content.contains(words),
            Entry::Tool { .. } | Entry::Model(_) | Entry::Person(_) => false,
        })
    }

    fn out_of_scope(&self) -> String {
        format!("this run is about {} only: its ticket, its customer and the articles", self.talk.task.ticket)
    }

    fn why(&self, words: &str) -> Why {
        Why { text: words.to_owned(), confidence: self.confidence, unsupported: Vec::new() }
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
        if self.steps > MOST_STEPS { self.finish(Ending::StepLimit) } else { vec![Effect::Ask] }
    }

    fn finish(&mut self, ending: Ending) -> Vec<Effect> {
        self.over = true;
        vec![Effect::Finish(ending)]
    }

    fn last_words(&self) -> String {
        let spoken = self.talk.entries.iter().rev().find_map(|entry| match entry {
            Entry::Model(reply) => Some(reply.text.clone()),
            Entry::Tool { .. } | Entry::Person(_) => None,
        });
        spoken.unwrap_or_default()
    }
}

/// The confidence that a suggestion came with; a model's own words never set it.
fn confidence_in(content: &str) -> Option<f64> {
    let value: serde_json::Value = serde_json::from_str(content).ok()?;
    value.get("response_text")?;
    value.get("confidence")?.as_f64()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ticket::Tone;

    fn begin() -> State {
        let task = Task { ticket: "T-1".parse().unwrap(), tone: Tone::Polite, resolve_confidence: 0.85 };
        State::begin(task).0
    }

    fn calls(calls: &[(&str, &str)]) -> Event {
        let calls = calls.iter().enumerate().map(|(n, (name, arguments))| ToolUse {
            id: format!("c{n}"),
            name: (*name).to_owned(),
            arguments: (*arguments).to_owned(),
        });
        Event::Said(Reply { text: "because".into(), calls: calls.collect() })
    }

    fn refused(state: &State) -> bool {
        matches!(state.talk.entries.last(), Some(Entry::Tool { is_error: true, .. }))
    }

    #[test]
    fn a_read_runs_and_a_write_becomes_a_proposal() {
        let effects = begin().step(calls(&[
            ("get_ticket", r#"{"ticket_id":"T-1"}"#),
            ("update_ticket", r#"{"ticket_id":"T-1","update":{"status":"resolved"}}"#),
        ]));
        assert!(matches!(effects[..], [Effect::Read { .. }, Effect::Propose { .. }]), "{effects:?}");
    }

    #[test]
    fn unknown_tools_and_bad_arguments_are_answered_as_errors_and_never_repaired() {
        for (tool, arguments) in [
            ("delete_ticket", "{}"),
            ("update-ticket", r#"{"ticket_id":"T-1","update":{"status":"open"}}"#),
            ("update_ticket", r#"{"ticket_id":"T-1","update":{"status":"solved"}}"#),
            ("update_ticket", r#"{"ticket_id":"T-1","ticket_id":"T-2","update":{"status":"open"}}"#),
            ("update_ticket", r"{'ticket_id':'T-1'}"),
            ("get_ticket", r#"{"ticket_id":"T-1""#),
        ] {
            let mut state = begin();
            assert_eq!(state.step(calls(&[(tool, arguments)])), vec![Effect::Ask], "{tool} {arguments}");
            assert!(refused(&state));
        }
    }

    #[test]
    fn a_run_reads_and_proposes_about_its_own_ticket_only() {
        for (tool, arguments) in [
            ("get_ticket", r#"{"ticket_id":"T-2"}"#),
            ("list_tickets", "{}"),
            ("search_tickets", r#"{"query":"address"}"#),
            ("get_customer", r#"{"customer_id":"C-2"}"#),
            ("update_ticket", r#"{"ticket_id":"T-2","update":{"status":"open"}}"#),
        ] {
            let mut state = begin();
            state.step(calls(&[(tool, arguments)]));
            assert!(refused(&state), "{tool}");
        }
    }

    #[test]
    fn the_same_call_again_and_again_ends_the_run() {
        let mut state = begin();
        let again = || calls(&[("get_faq", r#"{"query":"x"}"#)]);
        for _ in 0..MOST_REPEATS {
            assert!(matches!(state.step(again())[..], [Effect::Read { .. }]));
            state.step(Event::Answered { id: "c0".into(), result: Ok("{}".into()) });
        }
        assert_eq!(state.step(again()), vec![Effect::Finish(Ending::Repeats("get_faq".into()))]);
    }

    #[test]
    fn a_run_ends_at_the_step_limit() {
        let mut state = begin();
        let mut last = Vec::new();
        for n in 0..MOST_STEPS {
            state.step(calls(&[("get_faq", &format!(r#"{{"query":"{n}"}}"#))]));
            last = state.step(Event::Answered { id: "c0".into(), result: Ok("{}".into()) });
        }
        assert_eq!(last, vec![Effect::Finish(Ending::StepLimit)]);
        assert!(state.step(Event::Cancelled).is_empty(), "nothing follows the end");
    }

    #[test]
    fn a_denial_reaches_the_model_in_the_person_s_words() {
        let mut state = begin();
        state.step(calls(&[("update_ticket", r#"{"ticket_id":"T-1","update":{"status":"resolved"}}"#)]));
        let id: ProposalId = "p-1".parse().unwrap();
        let filed = Event::Filed { id: "c0".into(), content: "{}".into(), proposal: Some(id.clone()) };
        assert_eq!(state.step(filed), vec![Effect::Ask]);
        let waiting = state.step(Event::Said(Reply { text: "proposed".into(), calls: vec![] }));
        assert_eq!(waiting, vec![Effect::Wait(vec![id.clone()])]);
        let decided = Event::Decided { proposal: id, words: "denied. Reason: ask first".into() };
        assert_eq!(state.step(decided), vec![Effect::Ask]);
        assert_eq!(state.talk.entries.last(), Some(&Entry::Person("denied. Reason: ask first".into())));
    }
}
