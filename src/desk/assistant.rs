//! Summaries and replies by a model, where the desk has one; by the offline assistant where it has none or it fails.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::json;

use crate::assist::model::{brief, draft, summary};
use crate::assist::reply::{self, ReplyInput};
use crate::desk::DeskError;
use crate::desk::aside::aside;
use crate::domain::canonical::Digest;
use crate::domain::draft::{Maker, Suggestion, Summary};
use crate::domain::prepared::{Occasion, Prepared};
use crate::domain::ticket::{Ticket, Tone};
use crate::llm::prompt::{Prompt, Prompts};
use crate::llm::{Conversation, Entry, Form, Listener, Live, LlmError, LlmProvider, Reply, Task};
use crate::store::Store;

/// A draft that broke off is kept from this many characters on.
const WORTH_KEEPING: usize = 80;

/// What writes summaries and replies: a model, or nobody but the offline assistant.
#[derive(Clone, Default)]
pub struct Assistant {
    /// The model.
    pub provider: Option<Arc<dyn LlmProvider>>,
    /// What it is told.
    pub prompts: Prompts,
}

/// A question to the model about a ticket.
pub(crate) struct Ask<'a> {
    pub(crate) ticket: &'a Ticket,
    pub(crate) tool: &'static str,
    pub(crate) tone: Option<Tone>,
    pub(crate) prompt: &'a Prompt,
    /// The desk's notes on style.
    pub(crate) style: &'a [String],
    /// Answers in other tickets that it may read: not everybody may read the same.
    pub(crate) precedents: &'a [String],
}

impl Ask<'_> {
    fn occasion(&self) -> Occasion {
        Occasion {
            ticket: self.ticket.row.id.clone(),
            version: self.ticket.row.version,
            tool: self.tool,
            tone: self.tone,
            prompt: self.version(),
        }
    }

    /// What was written before a note was signed is not what would be written now.
    fn version(&self) -> String {
        let mut version = self.prompt.version();
        for (name, texts) in [("style", self.style), ("after", self.precedents)] {
            if !texts.is_empty() {
                let texts: Vec<&[u8]> = texts.iter().map(String::as_bytes).collect();
                version = format!("{version}, {name} {}", Digest::of(&texts).short());
            }
        }
        version
    }

    pub(crate) fn conversation(&self, form: Form, text: String) -> Conversation {
        let tone = self.tone.unwrap_or(Tone::Polite);
        let people = self.ticket.people();
        let task = Task { ticket: self.ticket.row.id.clone(), tone, resolve_confidence: 1.0, people };
        let mut talk = Conversation::new(task, self.prompt.clone(), form);
        talk.entries.push(Entry::Brief(text));
        talk
    }
}

impl Assistant {
    /// A summary; with `quick` only what is there already.
    pub(crate) async fn summarize(
        &self,
        store: &dyn Store,
        ticket: &Ticket,
        quick: bool,
        live: Listener<'_>,
    ) -> Result<Summary, DeskError> {
        let offline = aside(|| crate::assist::summary::summarize(&ticket.thread)).await;
        let Some(provider) = &self.provider else { return Ok(offline) };
        let ask = Ask {
            ticket,
            tool: "summarize_ticket",
            tone: None,
            prompt: &self.prompts.summarize_ticket,
            style: &[],
            precedents: &[],
        };
        if let Some(prepared) = found(store, &ask).await? {
            return Ok(prepared);
        }
        if quick {
            return Ok(offline);
        }
        let talk = ask.conversation(Form::Json(summary::schema()), brief::of_summary(ticket).text);
        let written = match provider.reply(&talk, live).await {
            Ok(reply) => summary::read(ticket, &reply.text, maker(&reply, ask.prompt)),
            Err(error) => Err(error.to_string()),
        };
        match written {
            Ok(summary) => {
                keep(store, &ask, json!(summary)).await?;
                Ok(summary)
            }
            Err(why) => Ok(Summary { maker: with_note(offline.maker, why), ..offline }),
        }
    }

    /// A reply; with `quick` only what is there already or the offline assistant writes.
    pub(crate) async fn suggest(
        &self,
        store: &dyn Store,
        input: &ReplyInput<'_>,
        quick: bool,
        live: Listener<'_>,
    ) -> Result<Suggestion, DeskError> {
        let Some(provider) = &self.provider else { return Ok(aside(|| reply::suggest(input)).await) };
        let prompt = &self.prompts.suggest_response;
        let style = store.style_notes().await?;
        let ask = Ask {
            ticket: input.ticket,
            tool: "suggest_response",
            tone: Some(input.tone),
            prompt,
            style: &style,
            precedents: input.precedents,
        };
        if let Some(prepared) = found(store, &ask).await? {
            return Ok(prepared);
        }
        if quick {
            return Ok(aside(|| reply::suggest(input)).await);
        }
        let brief = aside(|| brief::of_reply(input, &style)).await;
        let talk = ask.conversation(Form::Text, brief.text);
        let heard = Heard::default();
        let listen = |told: Live<'_>| {
            heard.hear(told);
            live(told);
        };
        match provider.reply(&talk, &listen).await {
            Ok(reply) => {
                let read = || draft::read(input, &brief.sources, &reply.text, maker(&reply, prompt));
                let suggestion = aside(read).await;
                keep(store, &ask, json!(suggestion)).await?;
                Ok(suggestion)
            }
            Err(error) => Ok(instead(input, heard, provider.name(), prompt, &error).await),
        }
    }
}

/// What takes the place of a draft that did not come: what had arrived of it, or the offline assistant's.
async fn instead(input: &ReplyInput<'_>, heard: Heard, name: &str, prompt: &Prompt, error: &LlmError) -> Suggestion {
    let arrived = heard.longest();
    if arrived.trim().chars().count() >= WORTH_KEEPING {
        let maker = Maker { by: name.to_owned(), prompt: prompt.version(), ..Maker::default() };
        return draft::broken(&arrived, with_note(maker, error.to_string()));
    }
    let offline = aside(|| reply::suggest(input)).await;
    Suggestion { maker: with_note(offline.maker, error.to_string()), ..offline }
}

/// What was heard of a draft, over all attempts.
#[derive(Default)]
struct Heard(Mutex<(String, String)>);

impl Heard {
    fn hear(&self, told: Live<'_>) {
        let (now, longest) = &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        match told {
            Live::Text(text) => now.push_str(text),
            Live::Wasted(_) => {}
            Live::Anew(_) => {
                let before = std::mem::take(now);
                if before.len() > longest.len() {
                    *longest = before;
                }
            }
        }
    }

    fn longest(self) -> String {
        let (now, longest) = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        if now.len() > longest.len() { now } else { longest }
    }
}

pub(crate) fn maker(reply: &Reply, prompt: &Prompt) -> Maker {
    let (by, notes) = (reply.by.clone(), reply.passed.clone());
    Maker { by, prompt: prompt.version(), usage: reply.usage, kept: false, notes }
}

fn with_note(maker: Maker, note: String) -> Maker {
    Maker { notes: vec![note], ..maker }
}

async fn found<T: serde::de::DeserializeOwned>(store: &dyn Store, ask: &Ask<'_>) -> Result<Option<T>, DeskError> {
    let Some(mut content) = store.prepared(&ask.occasion()).await? else { return Ok(None) };
    content["maker"]["kept"] = json!(true);
    Ok(serde_json::from_value(content).ok())
}

async fn keep(store: &dyn Store, ask: &Ask<'_>, content: serde_json::Value) -> Result<(), DeskError> {
    let prepared = Prepared { occasion: ask.occasion(), content, at: crate::clock::now() };
    Ok(store.prepare(prepared).await?)
}
