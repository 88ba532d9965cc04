//! What an assistant says about a ticket: a summary, a draft, and how sure it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

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
}

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
    /// What they are: `number`, `date`, `url` or `promise`.
    pub kind: String,
    /// Where they start in the draft, in bytes.
    #[schemars(with = "i64")]
    pub start: usize,
    /// Where they end, in bytes.
    #[schemars(with = "i64")]
    pub end: usize,
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
    /// 0 to 1, computed from `evidence`.
    pub confidence: f64,
    /// What the reply rests on.
    pub citations: Vec<Citation>,
    /// What nothing supports.
    pub unsupported: Vec<Unsupported>,
    /// Why the confidence is what it is.
    pub evidence: Vec<Evidence>,
}
