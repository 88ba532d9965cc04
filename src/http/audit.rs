//! The log of every call, for people who may read it.

use std::sync::Arc;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::audit::Record;
use crate::domain::audit::query::LogQuery;
use crate::http::Door;
use crate::http::asked::Paged;
use crate::http::page;
use crate::http::problem::Problem;
use crate::http::sign_in::Signed;

/// Which records.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct AuditQuery {
    /// Of this ticket.
    #[serde(default)]
    ticket: Option<String>,
    /// Of tools whose name begins so.
    #[serde(default)]
    tool: Option<String>,
    /// By somebody whose name begins so.
    #[serde(default)]
    who: Option<String>,
    /// What was done: `read`, `proposed`, `approved`, `denied`, `executed` and so on.
    #[serde(default)]
    what: Option<String>,
    /// In this run or sitting.
    #[serde(default)]
    run: Option<String>,
    /// From this time on.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    since: Option<Timestamp>,
    /// Before this time.
    #[serde(default)]
    #[schemars(with = "Option<String>", extend("format" = "date-time"))]
    until: Option<Timestamp>,
    /// Each of these words stands in one of the columns.
    #[serde(default)]
    words: Vec<String>,
    /// How many, 1 to 500.
    #[serde(default = "a_hundred")]
    #[schemars(with = "i64", range(min = 1, max = 500))]
    limit: u32,
}

const fn a_hundred() -> u32 {
    100
}

impl From<AuditQuery> for LogQuery {
    fn from(asked: AuditQuery) -> Self {
        let AuditQuery { ticket, tool, who, what, run, since, until, words, .. } = asked;
        let words = words.into_iter().map(|word| word.to_lowercase()).collect();
        Self { ticket, tool, who, what, run, since, until, words }
    }
}

/// A page of the log.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct RecordList {
    /// The records, newest first. What was said is not among them: each holds a commitment to it.
    records: Vec<Record>,
    /// Where the next page begins; nothing where this is the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A page of the log.
pub(crate) async fn list(
    State(door): State<Arc<Door>>,
    signed: Signed,
    uri: Uri,
    Paged { query, cursor }: Paged<AuditQuery>,
) -> Result<Response, Problem> {
    if !(1..=500).contains(&query.limit) {
        return Err(Problem::invalid("`limit` must be 1 to 500"));
    }
    let limit = query.limit;
    let question = AuditQuery { limit: 0, ..query.clone() };
    let before: Option<u64> = cursor.map(|cursor| page::place(&cursor, &question)).transpose()?;
    let records = door.desk.log(&signed.caller, &query.into(), before, limit).await?;
    let more = records.last().is_some_and(|last| last.seq > 1);
    let next = page::next(&records, limit, &question, |last| last.seq).filter(|_| more);
    Ok(page::answer(&uri, next.clone().as_deref(), &RecordList { records, next }))
}
