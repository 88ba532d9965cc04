//! What an assistant says about a ticket: a summary, a draft, and how sure it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::usage::Usage;

words! {
    /// What a line of a summary is about.
    Section {
        /// What the customer wants.
        Wants = "wants",
        /// What was done.
        Done = "done",
        /// What is open.
        Open = "open",
        /// How the customer sounds.
        Tone = "tone",
    }
}

/// A line of a summary and the message that it stands in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Highlight {
    /// What it is about.
    pub section: Section,
    /// The words, taken from the thread.
    pub text: String,
    /// Which message of the thread, from 0.
    #[schemars(with = "i64")]
    pub message: usize,
}

/// A ticket in a few lines.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Summary {
    /// One or two sentences.
    pub summary: String,
    /// The lines behind it.
    pub highlights: Vec<Highlight>,
    /// Who wrote it.
    #[serde(default)]
    pub maker: Maker,
}

/// Who wrote a summary or a draft, and what that took.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Maker {
    /// The model, or the offline assistant.
    pub by: String,
    /// What it was told, as `NAME@HASH`; empty for the offline assistant.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub prompt: String,
    /// What it took.
    #[serde(default)]
    pub usage: Usage,
    /// Whether it was there already: nothing was spent on it this time.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub kept: bool,
    /// What else there is to say: who could not answer, what was cut.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub notes: Vec<String>,
}

impl Maker {
    /// The assistant that needs no model.
    #[must_use]
    pub fn offline() -> Self {
        Self { by: OFFLINE.to_owned(), ..Self::default() }
    }

    /// Whether a model wrote it.
    #[must_use]
    pub fn is_model(&self) -> bool {
        !self.prompt.is_empty()
    }
}

/// What the assistant that needs no model is called.
pub const OFFLINE: &str = "offline assistant";

/// Where a part of a draft comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Citation {
    /// The mark in the draft, from 1.
    #[schemars(with = "i64")]
    pub index: usize,
    /// Article or canned reply.
    pub source_id: String,
    /// Its title.
    pub title: String,
    /// The passage used.
    pub snippet: String,
}

/// A statement in a draft that nothing supports.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Unsupported {
    /// The words.
    pub text: String,
    /// What they are: `number`, `date`, `url`, `promise` or `statement`.
    pub kind: String,
    /// Where they start in the draft, in bytes.
    #[schemars(with = "i64")]
    pub start: usize,
    /// Where they end, in bytes.
    #[schemars(with = "i64")]
    pub end: usize,
}

/// A sentence of a draft and what it rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Ground {
    /// Where it starts, in bytes.
    #[schemars(with = "i64")]
    pub start: usize,
    /// Where it ends, in bytes.
    #[schemars(with = "i64")]
    pub end: usize,
    /// `source 1` (a citation), `message 2` (of the thread, from 1), `wording` (it states nothing), or nothing at all.
    pub by: String,
}

/// A canned reply that may come next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Offer {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// 0 to 1: its share among all canned replies of the desk.
    pub score: f64,
}

/// One reason behind a confidence.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Evidence {
    /// What was looked at.
    pub what: String,
    /// How much it moved the confidence, in points of probability.
    pub weight: f64,
}

/// A reply without its citation marks, as a customer reads it: ` [1]` up to ` [citations]`, nothing else.
#[must_use]
pub fn without_marks(text: &str, citations: usize) -> String {
    (1..=citations).fold(text.to_owned(), |text, n| text.replace(&format!(" [{n}]"), "").replace(&format!("[{n}]"), ""))
}

/// A reply that a person may edit, and the grounds for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Suggestion {
    /// The reply.
    pub response_text: String,
    /// 0 to 1: how likely a person approves it as it is, once enough of them have decided; until then the score.
    pub confidence: f64,
    /// Whether the confidence rests on what people at this desk have decided.
    #[serde(default)]
    pub calibrated: bool,
    /// How many decisions of people about replies there were.
    #[serde(default)]
    #[schemars(with = "i64")]
    pub decisions: usize,
    /// 0 to 1, computed from `evidence`.
    #[serde(default)]
    pub score: f64,
    /// What the reply rests on.
    pub citations: Vec<Citation>,
    /// What nothing supports.
    pub unsupported: Vec<Unsupported>,
    /// What each sentence rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub grounds: Vec<Ground>,
    /// The canned replies that the desk most often gave in such a place, the likeliest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub canned: Vec<Offer>,
    /// Why the score is what it is.
    pub evidence: Vec<Evidence>,
    /// Who wrote it.
    #[serde(default)]
    pub maker: Maker,
}
