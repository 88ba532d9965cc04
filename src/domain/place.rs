//! What has an address at the desk: `desk://queue`, `desk://ticket/T-1` and their like.

use std::fmt;

use crate::domain::ids::{ArticleId, PrincipalId, ProposalId, TicketId};
use crate::domain::ticket::Status;

/// Before every address.
const SCHEME: &str = "desk://";

/// Something with an address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The first page of the queue.
    Queue {
        /// Only tickets in this state.
        status: Option<Status>,
        /// Only this person's tickets; `nobody` for unassigned ones.
        assignee: Option<PrincipalId>,
    },
    /// A ticket with its thread.
    Ticket(TicketId),
    /// An article.
    Article(ArticleId),
    /// A proposal.
    Proposal(ProposalId),
}

impl Place {
    /// The whole queue.
    pub const QUEUE: Self = Self::Queue { status: None, assignee: None };

    /// What stands at an address, if it is one of ours.
    #[must_use]
    pub fn parse(address: &str) -> Option<Self> {
        let rest = address.strip_prefix(SCHEME)?;
        match rest.split_once('/') {
            Some(("ticket", id)) => id.parse().ok().map(Self::Ticket),
            Some(("article", id)) => id.parse().ok().map(Self::Article),
            Some(("proposal", id)) => id.parse().ok().map(Self::Proposal),
            Some(_) => None,
            None => queue(rest),
        }
    }
}

/// `queue`, or `queue?status=open&assignee=maya`: each at most once, nothing else.
fn queue(rest: &str) -> Option<Place> {
    let (mut status, mut assignee) = (None, None);
    let Some((name, asked)) = rest.split_once('?') else { return (rest == "queue").then_some(Place::QUEUE) };
    for pair in asked.split('&') {
        match pair.split_once('=')? {
            ("status", word) if status.is_none() => status = Some(word.parse().ok()?),
            ("assignee", id) if assignee.is_none() => assignee = Some(id.parse().ok()?),
            _ => return None,
        }
    }
    (name == "queue").then_some(Place::Queue { status, assignee })
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(SCHEME)?;
        match self {
            Self::Queue { status, assignee } => {
                let status = status.map(|status| format!("status={status}"));
                let assignee = assignee.as_ref().map(|id| format!("assignee={id}"));
                let asked = status.into_iter().chain(assignee).collect::<Vec<_>>().join("&");
                f.write_str(if asked.is_empty() { "queue" } else { "queue?" })?;
                f.write_str(&asked)
            }
            Self::Ticket(id) => write!(f, "ticket/{id}"),
            Self::Article(id) => write!(f, "article/{id}"),
            Self::Proposal(id) => write!(f, "proposal/{id}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_leads_where_it_came_from() {
        for address in [
            "desk://queue",
            "desk://queue?status=on_hold",
            "desk://queue?assignee=nobody",
            "desk://queue?status=open&assignee=maya",
            "desk://ticket/T-1042",
            "desk://article/KB-31",
            "desk://proposal/p-4f1c9a2e",
        ] {
            let place = Place::parse(address).unwrap_or_else(|| panic!("{address}"));
            assert_eq!(place.to_string(), address);
        }
    }

    #[test]
    fn what_is_no_address_of_ours_leads_nowhere() {
        for other in [
            "",
            "queue",
            "desk://",
            "desk://queue/",
            "desk://queue?",
            "desk://queue?status=lost",
            "desk://queue?status=open&status=new",
            "desk://queue?sort=due",
            "desk://ticket/",
            "desk://ticket/T-1/thread",
            "desk://ticket/../queue",
            "desk://ticket/T%2D1",
            "desk://customer/C-1",
            "file:///etc/passwd",
            "DESK://queue",
        ] {
            assert_eq!(Place::parse(other), None, "{other}");
        }
    }
}
