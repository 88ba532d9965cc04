//! Which tickets a bot may see: a filter that belongs to its credential, not to what it asks for.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::domain::ids::PrincipalId;
use crate::domain::ticket::{Status, TicketRow};

/// The name that stands for tickets without an assignee.
pub const NOBODY: &str = "nobody";

/// Tickets that have something of every list here; an empty list asks for nothing, so three of them are all tickets.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scope {
    /// One of these labels.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    /// One of these assignees; `nobody` for tickets without one.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub assignees: Vec<PrincipalId>,
    /// One of these states.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub statuses: Vec<Status>,
}

/// A part of a scope that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no scope: write tag:NAME, assignee:NAME, assignee:nobody or status:NAME, with commas between them")]
pub struct BadScope(String);

impl Scope {
    /// Whether every ticket is in it.
    #[must_use]
    pub fn is_all(&self) -> bool {
        let Self { tags, assignees, statuses } = self;
        tags.is_empty() && assignees.is_empty() && statuses.is_empty()
    }

    /// Whether this ticket is in it, as it stands now.
    #[must_use]
    pub fn covers(&self, row: &TicketRow) -> bool {
        let assignee = row.assignee.as_ref().map_or(NOBODY, PrincipalId::as_str);
        (self.tags.is_empty() || self.tags.iter().any(|tag| row.tags.contains(tag)))
            && (self.assignees.is_empty() || self.assignees.iter().any(|id| id.as_str() == assignee))
            && (self.statuses.is_empty() || self.statuses.contains(&row.status))
    }

    fn add(&mut self, part: &str) -> Result<(), BadScope> {
        let bad = || BadScope(crate::domain::text::short(part, 80));
        match part.split_once(':').map(|(kind, value)| (kind, value.trim())) {
            Some(("tag", tag)) if !tag.is_empty() => self.tags.push(tag.to_owned()),
            Some(("assignee", id)) => self.assignees.push(id.parse().map_err(|_no_id| bad())?),
            Some(("status", word)) => self.statuses.push(word.parse().map_err(|_no_status| bad())?),
            _ => return Err(bad()),
        }
        Ok(())
    }
}

impl FromStr for Scope {
    type Err = BadScope;

    fn from_str(text: &str) -> Result<Self, BadScope> {
        let mut scope = Self::default();
        if text.trim() == "all" {
            return Ok(scope);
        }
        text.split(',').try_for_each(|part| scope.add(part.trim()))?;
        Ok(scope)
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tags = self.tags.iter().map(|tag| format!("tag:{tag}"));
        let assignees = self.assignees.iter().map(|id| format!("assignee:{id}"));
        let statuses = self.statuses.iter().map(|status| format!("status:{status}"));
        let parts: Vec<_> = tags.chain(assignees).chain(statuses).collect();
        f.pad(&if parts.is_empty() { "all".to_owned() } else { parts.join(",") })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_is_written_as_it_is_read() {
        for text in ["all", "tag:billing", "tag:billing,tag:refund,assignee:nobody,status:new,status:open"] {
            assert_eq!(text.parse::<Scope>().unwrap().to_string(), text);
        }
        for bad in ["", "billing", "tag:", "status:gone", "tag:a,,", "assignee:a b", "customer:C-1"] {
            assert!(bad.parse::<Scope>().is_err(), "{bad:?}");
        }
    }
}
