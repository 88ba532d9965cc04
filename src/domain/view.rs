//! Saved views: named parts of the queue, as a person writes them down.

use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;

use crate::domain::ids::PrincipalId;
use crate::domain::ticket::{Priority, Sort, Status, TicketQuery};

/// Who a view calls `me`.
const ME: &str = "me";

/// A named part of the queue.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct View {
    /// Its name.
    pub name: String,
    /// Only these states; empty for every state.
    #[serde(default)]
    pub status: Vec<Status>,
    /// Only these priorities; empty for all.
    #[serde(default)]
    pub priority: Vec<Priority>,
    /// `me`, `nobody` or somebody; nothing for everybody's.
    #[serde(default)]
    pub assignee: Option<PrincipalId>,
    /// Only with this tag.
    #[serde(default)]
    pub tag: Option<String>,
    /// Only tickets whose answer is owed within so many minutes, or was.
    #[serde(default)]
    pub due_within_minutes: Option<u32>,
    /// The tickets that were put off, in place of those that were not.
    #[serde(default)]
    pub snoozed: bool,
    /// The order.
    #[serde(default = "by_due")]
    pub sort: Sort,
}

const fn by_due() -> Sort {
    Sort::Due
}

impl View {
    /// The query behind it, for a person at a time.
    #[must_use]
    pub fn query(&self, me: &PrincipalId, now: Timestamp) -> TicketQuery {
        let due = |minutes: u32| now.checked_add(SignedDuration::from_mins(i64::from(minutes))).ok();
        let assignee = self.assignee.clone().map(|who| if who.as_str() == ME { me.clone() } else { who });
        let (awake_for, snoozed_by) = if self.snoozed { (None, Some(me.clone())) } else { (Some(me.clone()), None) };
        TicketQuery {
            status: self.status.clone(),
            priority: self.priority.clone(),
            assignee,
            tag: self.tag.clone(),
            due_before: self.due_within_minutes.and_then(due),
            awake_for,
            snoozed_by,
            sort: self.sort,
            ..TicketQuery::default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn me_is_who_looks_and_soon_is_from_now() {
        let view: View = toml::from_str("name = 'mine, soon'\nassignee = 'me'\ndue_within_minutes = 30").unwrap();
        let now: Timestamp = "2026-11-23T12:00:00Z".parse().unwrap();
        let maya: PrincipalId = "maya".parse().unwrap();
        let query = view.query(&maya, now);
        assert_eq!(query.assignee, Some(maya.clone()));
        assert_eq!(query.due_before, Some("2026-11-23T12:30:00Z".parse().unwrap()));
        assert_eq!((query.awake_for, query.snoozed_by), (Some(maya), None));
        assert!(toml::from_str::<View>("name = 'x'\nstate = 'open'").is_err());
    }
}
