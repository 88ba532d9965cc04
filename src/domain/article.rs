//! What the desk knows: articles and canned replies.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::ids::{ArticleId, CannedId};

/// A knowledge-base article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Article {
    /// Identifier.
    pub id: ArticleId,
    /// Title.
    pub title: String,
    /// Markdown.
    pub body: String,
    /// Labels.
    #[serde(default)]
    pub tags: Vec<String>,
    /// Last changed.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub updated_at: Option<Timestamp>,
}

/// An article found for a query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ArticleHit {
    /// Identifier.
    pub id: ArticleId,
    /// Title.
    pub title: String,
    /// The passage that answers best, at most 300 characters.
    pub snippet: String,
    /// How well it fits, 0 to 1: the share of the query's weight that the article covers.
    pub score: f64,
}

/// A reply that is written once and used often.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CannedReply {
    /// Identifier.
    pub id: CannedId,
    /// Title.
    pub title: String,
    /// Text with `{{customer.first_name}}`-style fields.
    pub body: String,
    /// Labels.
    #[serde(default)]
    pub tags: Vec<String>,
}
