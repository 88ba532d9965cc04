//! A text in other words: what is asked for, and what comes of it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::draft::{Maker, Unsupported};
use crate::domain::ids::TicketId;

words! {
    /// How a text is put into other words.
    Way {
        /// What matters least is left out.
        Shorter = "shorter",
        /// What the cited sources say besides is added.
        Longer = "longer",
        /// Warmer.
        Friendlier = "friendlier",
        /// In short words and sentences.
        Plainer = "plainer",
        /// Only what is misspelt changes.
        Spelling = "spelling",
        /// In another language.
        Translate = "translate",
    }
}

impl Way {
    /// Whether only a model can do it: leaving out and quoting need none.
    #[must_use]
    pub const fn needs_model(self) -> bool {
        match self {
            Self::Shorter | Self::Longer => false,
            Self::Friendlier | Self::Plainer | Self::Spelling | Self::Translate => true,
        }
    }
}

/// Asks for a text in other words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rewrite {
    /// The ticket that the text is for.
    pub ticket_id: TicketId,
    /// The text: a draft, or a part of one.
    pub text: String,
    /// How.
    pub way: Way,
    /// Into which language `translate` goes; leave out for the customer's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub language: Option<String>,
    /// The articles and canned replies behind the marks `[1]`, `[2]`, … of the text, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sources: Vec<String>,
}

/// A text in other words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rewritten {
    /// The text.
    pub text: String,
    /// What nothing supports in it: neither the thread nor a cited source.
    pub unsupported: Vec<Unsupported>,
    /// Who wrote it.
    #[serde(default)]
    pub maker: Maker,
}
