//! What a person has said to a question, and what the client is told of how it ended.

use rmcp::model::{ElicitResult, ElicitationAction};
use serde_json::Value;

use crate::commit::Outcome;
use crate::domain::answer::{WriteAnswer, WriteOutcome};
use crate::domain::ids::{ProposalId, TicketId};
use crate::domain::proposal::ProposalState;

/// A decision, or none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Said {
    /// Yes, to this card.
    Approve,
    /// No, for this reason.
    Deny(String),
    /// Neither, and why that is.
    Later(&'static str),
}

/// Reads an answer. What approves is the card's code, and for what takes two keys the ticket's id too.
pub(crate) fn said(answer: &ElicitResult, code: &str, ticket: Option<&TicketId>) -> Said {
    if answer.action == ElicitationAction::Decline {
        return Said::Deny("declined, without a word".to_owned());
    }
    if answer.action != ElicitationAction::Accept {
        return Said::Later("it was put off");
    }
    let field = |name: &str| {
        let text = answer.content.as_ref().and_then(|content| content.get(name)).and_then(Value::as_str);
        text.map_or("", str::trim)
    };
    match field("decision") {
        "approve" if field("code") != code => Said::Later("what was typed is not the code of the card"),
        "approve" if ticket.is_some_and(|id| field("ticket") != id.as_str()) => {
            Said::Later("what was typed is not the ticket's id")
        }
        "approve" => Said::Approve,
        "deny" => Said::Deny(
            Some(field("reason")).filter(|why| !why.is_empty()).unwrap_or("denied, without a word").to_owned(),
        ),
        _ => Said::Later("nothing was decided"),
    }
}

/// It waits on, and why.
pub(crate) fn waits(id: &ProposalId, why: &str) -> WriteAnswer {
    let message = format!("pending_approval: {why}. {id} waits for a person; nothing has changed yet");
    answer(id, WriteOutcome::PendingApproval, None, message)
}

/// How a decision ended.
pub(crate) fn told(id: &ProposalId, outcome: Outcome, reason: &str) -> WriteAnswer {
    let refused = |refusal: &str, message: String| answer(id, WriteOutcome::Refused, Some(refusal), message);
    match outcome {
        Outcome::Executed { version } => {
            let message = format!("done: a person approved {id}; the ticket is at version {version} now");
            WriteAnswer { version: Some(version), ..answer(id, WriteOutcome::Applied, None, message) }
        }
        Outcome::Already(ProposalState::Executed) => {
            answer(id, WriteOutcome::Applied, None, format!("done: {id} was approved and carried out before"))
        }
        Outcome::Already(state) => refused(state.as_str(), format!("nothing has changed now: {id} is {state}")),
        Outcome::Denied => refused("denied", format!("a person denied {id}: {reason}. Do not repeat the call")),
        Outcome::Superseded => {
            refused("superseded", format!("the ticket moved while {id} was read; nothing has changed"))
        }
        Outcome::NotAsShown => refused("superseded", format!("{id} is not what was shown; nothing has changed")),
        Outcome::Expired => refused("expired", format!("{id} has expired; nothing has changed")),
        Outcome::Refused(why) => refused("not_approved", format!("{why}; nothing has changed")),
        Outcome::Partly(words) => refused("partly", words),
        Outcome::Unknown { .. } => refused(
            "unknown",
            format!("whether {id} was carried out is not known: read the ticket, do not repeat the call"),
        ),
    }
}

fn answer(id: &ProposalId, outcome: WriteOutcome, refusal: Option<&str>, message: String) -> WriteAnswer {
    WriteAnswer {
        success: outcome == WriteOutcome::Applied,
        message,
        outcome,
        refusal: refusal.map(str::to_owned),
        version: None,
        proposal_id: Some(id.clone()),
        other_id: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn said_of(action: ElicitationAction, content: Option<Value>, two_keys: bool) -> Said {
        let ticket = "T-1".parse().unwrap();
        let mut answer = ElicitResult::new(action);
        answer.content = content;
        said(&answer, "3f9a1c", two_keys.then_some(&ticket))
    }

    #[test]
    fn only_the_code_on_the_card_approves() {
        let accept = |content: Value| said_of(ElicitationAction::Accept, Some(content), false);
        assert_eq!(accept(json!({"decision": "approve", "code": " 3f9a1c "})), Said::Approve);
        for blind in [
            json!({}),
            json!(null),
            json!({"approve": true}),
            json!({"decision": true, "code": "3f9a1c"}),
            json!({"code": "3f9a1c"}),
            json!({"decision": "approve"}),
            json!({"decision": "approve", "code": ""}),
            json!({"decision": "approve", "code": "3F9A1C"}),
            json!({"decision": "approve", "code": 3}),
            json!({"decision": "later", "code": "3f9a1c"}),
            json!({"decision": "APPROVE", "code": "3f9a1c"}),
        ] {
            assert!(matches!(accept(blind.clone()), Said::Later(_)), "{blind}");
        }
        assert!(matches!(said_of(ElicitationAction::Accept, None, false), Said::Later(_)));
    }

    #[test]
    fn what_takes_two_keys_takes_the_ticket_s_id_too() {
        let accept = |content: Value| said_of(ElicitationAction::Accept, Some(content), true);
        assert_eq!(accept(json!({"decision": "approve", "code": "3f9a1c", "ticket": "T-1"})), Said::Approve);
        for half in [json!({"decision": "approve", "code": "3f9a1c"}), json!({"decision": "approve", "ticket": "T-1"})]
        {
            assert!(matches!(accept(half.clone()), Said::Later(_)), "{half}");
        }
    }

    #[test]
    fn a_no_is_a_no_and_a_way_out_leaves_it_waiting() {
        let deny = json!({"decision": "deny", "reason": "not yet"});
        assert_eq!(said_of(ElicitationAction::Accept, Some(deny), false), Said::Deny("not yet".to_owned()));
        assert!(matches!(said_of(ElicitationAction::Decline, None, false), Said::Deny(_)));
        assert!(matches!(said_of(ElicitationAction::Cancel, None, false), Said::Later(_)));
    }
}
