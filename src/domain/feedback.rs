//! What a person thought of a text of the assistant: a thumb, perhaps a few words, with what was read and what was shown.
//!
//! It changes no ticket and is sent nowhere. The log holds it, one record for each time that a thumb was given or
//! changed; what was read, shown and said lies in the record's body, and goes when that is erased.

use jiff::Timestamp;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Value, json};

use crate::domain::audit::{Action, Body, Event};
use crate::domain::canonical::Digest;
use crate::domain::draft::{Maker, Suggestion, Summary};
use crate::domain::ids::{PrincipalId, RunId};
use crate::domain::ticket::{Ticket, Tone};

/// The longest comment, in characters.
const MOST_WORDS: usize = 500;

/// The tools whose texts are given thumbs.
const WRITERS: [&str; 2] = ["summarize_ticket", "suggest_response"];

words! {
    /// What a person thought of a text.
    Thumb {
        /// Up.
        Good = "good",
        /// Down.
        Bad = "bad",
    }
}

/// A thumb for a text, about to be kept.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Feedback {
    /// Up or down.
    pub thumb: Thumb,
    /// In the person's words, where there are any.
    pub comment: Option<String>,
    /// The tool that answered with it.
    pub tool: &'static str,
    /// Its tone, of a draft.
    pub tone: Option<Tone>,
    /// What it is about: the ticket as it was on the screen.
    pub ticket: Ticket,
    /// The tool's whole answer.
    pub output: Value,
    /// Which text was shown.
    pub shown: Digest,
    /// Who wrote it.
    pub maker: Maker,
}

/// A thumb as it comes over a wire.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sent {
    thumb: Thumb,
    comment: Option<String>,
    tool: String,
    tone: Option<Tone>,
    ticket: Ticket,
    output: Value,
    shown: Digest,
    maker: Maker,
}

impl<'de> Deserialize<'de> for Feedback {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Sent { thumb, comment, tool, tone, ticket, output, shown, maker } = Sent::deserialize(from)?;
        let tool = WRITERS.into_iter().find(|name| *name == tool);
        let tool = tool.ok_or_else(|| D::Error::custom("no tool of that name writes texts"))?;
        let words = comment.unwrap_or_default();
        Ok(Self { thumb, comment: None, tool, tone, ticket, output, shown, maker }.saying(&words))
    }
}

/// A thumb as it stands, for the screen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Given {
    /// Up or down.
    pub thumb: Thumb,
    /// In words, unless they were erased.
    pub comment: Option<String>,
    /// The tool.
    pub tool: String,
    /// Which text.
    pub shown: Digest,
}

/// A thumb as it stands, with everything that was kept of it.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Kept {
    /// The record in the log.
    pub seq: u64,
    /// When.
    pub at: Timestamp,
    /// Whose.
    pub by: String,
    /// Up or down.
    pub thumb: Thumb,
    /// In words.
    pub comment: Option<String>,
    /// The ticket.
    pub ticket_id: String,
    /// Its version then.
    pub version: u64,
    /// The tool.
    pub tool: String,
    /// The tone, of a draft.
    pub tone: Option<String>,
    /// Who wrote the text.
    pub made_by: String,
    /// What the writer was told, as `NAME@HASH`.
    pub prompt: String,
    /// The ticket as it was; nothing when it was erased.
    pub input: Value,
    /// The tool's answer; nothing when it was erased.
    pub output: Value,
}

/// What the figures need of a thumb.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Noted {
    /// Up or down.
    pub thumb: Thumb,
    /// The tone, of a draft; else empty.
    pub tone: String,
    /// Who wrote the text.
    pub made_by: String,
}

/// Which text this is.
#[must_use]
pub fn digest_of(text: &str) -> Digest {
    Digest::of(&[text.as_bytes()])
}

impl Feedback {
    /// About a summary.
    #[must_use]
    pub fn of_summary(thumb: Thumb, ticket: &Ticket, summary: &Summary) -> Self {
        Self {
            thumb,
            comment: None,
            tool: WRITERS[0],
            tone: None,
            ticket: ticket.clone(),
            output: json!(summary),
            shown: digest_of(&summary.summary),
            maker: summary.maker.clone(),
        }
    }

    /// About a draft, as the assistant wrote it.
    #[must_use]
    pub fn of_draft(thumb: Thumb, ticket: &Ticket, tone: Tone, suggestion: &Suggestion) -> Self {
        Self {
            thumb,
            comment: None,
            tool: WRITERS[1],
            tone: Some(tone),
            ticket: ticket.clone(),
            output: json!(suggestion),
            shown: digest_of(&suggestion.response_text),
            maker: suggestion.maker.clone(),
        }
    }

    /// The same in the person's words; blank ones are none.
    #[must_use]
    pub fn saying(self, words: &str) -> Self {
        let words: String = words.trim().chars().take(MOST_WORDS).collect();
        Self { comment: Some(words).filter(|words| !words.is_empty()), ..self }
    }

    /// Its record.
    #[must_use]
    pub fn event(&self, at: Timestamp, by: PrincipalId, run: RunId) -> Event {
        let maker = &self.maker;
        let made_by = if maker.is_model() { format!("{} · {}", maker.by, maker.prompt) } else { maker.by.clone() };
        Event {
            ticket: Some(self.ticket.row.id.clone()),
            outcome: self.thumb.to_string(),
            version_before: Some(self.ticket.row.version),
            body: Body {
                arguments: json!({"tone": self.tone, "ticket": self.ticket}),
                result: self.output.clone().into(),
                card: None,
                words: self.comment.clone(),
                by: Some(made_by),
            },
            ..Event::new(at, by, run, Action::Rated, self.tool)
        }
    }
}
