//! Proposals, decisions and receipts: each ends once, and says how.

use countersign::domain::call::ProposalQuery;
use countersign::domain::proposal::ProposalState;
use countersign::domain::receipt::Receipt;
use countersign::store::{Decided, Decision};
use serde_json::json;

use crate::house::{bot, reply, update};
use crate::store::{Desk, id, later, now, on_both, receipt, state};

on_both! {
    a_proposal_comes_back_as_it_was_filed,
    what_waits_is_told_from_what_was_decided,
    a_decision_stands_once,
    an_approval_that_was_never_sent_can_be_given_again,
    an_edited_proposal_names_its_successor,
    the_same_wish_is_counted_however_often_it_was_denied,
    a_decision_about_nothing_is_no_decision,
}

fn deny(proposal: &countersign::domain::proposal::Proposal) -> Decision {
    Decision::End {
        proposal: proposal.id().clone(),
        state: ProposalState::Denied,
        by: Some("tom".parse().unwrap()),
        reason: Some("not now".to_owned()),
        successor: None,
    }
}

async fn a_proposal_comes_back_as_it_was_filed(desk: Desk) {
    let proposal = desk.propose(reply("T-1", "Grüße 退款 ☂ \u{0}end")).await;
    let filed = desk.store.proposal(proposal.id()).await.unwrap().unwrap();
    assert_eq!(filed.proposal.call(), proposal.call());
    assert_eq!(filed.proposal.digest(), proposal.digest());
    assert_eq!((filed.proposal.why(), filed.proposal.proposer()), (proposal.why(), &bot()));
    assert_eq!(filed.proposal.filed_at().as_millisecond(), proposal.filed_at().as_millisecond());
    assert_eq!((filed.state, filed.decided_by, filed.reason), (ProposalState::Pending, None, None));
    assert_eq!(desk.store.proposal(&"p-0".parse().unwrap()).await.unwrap(), None);
}

async fn what_waits_is_told_from_what_was_decided(desk: Desk) {
    let first = desk.propose(update("T-1", json!({"priority": "low"}))).await;
    let second = desk.propose(update("T-2", json!({"priority": "low"}))).await;
    desk.store.decide(deny(&first), now(), vec![]).await.unwrap();
    let names = async |query: ProposalQuery| -> Vec<String> {
        let found = desk.store.proposals(&query).await.unwrap();
        found.into_iter().map(|filed| filed.proposal.id().to_string()).collect()
    };
    assert_eq!(names(ProposalQuery::default()).await, [second.id().as_str()]);
    let mut both = [first.id().to_string(), second.id().to_string()];
    both.sort();
    let mut all = names(ProposalQuery { decided: true, ticket_id: None }).await;
    all.sort();
    assert_eq!(all, both);
    let of_one = ProposalQuery { decided: true, ticket_id: Some(id("T-1")) };
    assert_eq!(names(of_one).await, [first.id().as_str()]);
}

async fn a_decision_stands_once(desk: Desk) {
    let proposal = desk.propose(update("T-1", json!({"priority": "low"}))).await;
    assert_eq!(desk.store.decide(deny(&proposal), now(), vec![]).await.unwrap(), Decided::Recorded);
    let again = desk.store.decide(deny(&proposal), now(), vec![]).await.unwrap();
    assert_eq!(again, Decided::Already(ProposalState::Denied));
    let late = desk.store.decide(Decision::Approve(receipt(&proposal, "maya")), now(), vec![]).await.unwrap();
    assert_eq!(late, Decided::Already(ProposalState::Denied));
    let filed = desk.store.proposal(proposal.id()).await.unwrap().unwrap();
    assert_eq!((filed.decided_by.unwrap().as_str(), filed.reason.as_deref()), ("tom", Some("not now")));
}

async fn an_approval_that_was_never_sent_can_be_given_again(desk: Desk) {
    let proposal = desk.propose(update("T-1", json!({"priority": "low"}))).await;
    let first = desk.approve(&proposal).await;
    let by_other = desk.store.decide(Decision::Approve(receipt(&proposal, "tom")), now(), vec![]).await.unwrap();
    assert_eq!(by_other, Decided::Already(ProposalState::Approved), "maya's approval is still good");
    let second = desk.approve(&proposal).await;
    assert!(desk.execute(&proposal, &first).await.is_err(), "the first receipt is void");
    desk.execute(&proposal, &second).await.unwrap();

    let proposal = desk.propose(update("T-2", json!({"priority": "low"}))).await;
    let old = Receipt { expires_at: later(-1), ..receipt(&proposal, "maya") };
    desk.store.decide(Decision::Approve(old), now(), vec![]).await.unwrap();
    let by_other = desk.store.decide(Decision::Approve(receipt(&proposal, "tom")), now(), vec![]).await.unwrap();
    assert_eq!(by_other, Decided::Recorded, "maya's receipt has expired");
}

async fn an_edited_proposal_names_its_successor(desk: Desk) {
    let old = desk.propose(update("T-1", json!({"priority": "low"}))).await;
    let same = desk.propose(update("T-1", json!({"priority": "low"}))).await;
    let other = desk.propose(update("T-1", json!({"priority": "high"}))).await;
    let end =
        |from: &countersign::domain::proposal::Proposal, to: &countersign::domain::proposal::Proposal| Decision::End {
            proposal: from.id().clone(),
            state: ProposalState::Superseded,
            by: Some("tom".parse().unwrap()),
            reason: None,
            successor: Some(to.id().clone()),
        };
    desk.store.decide(end(&old, &same), now(), vec![]).await.unwrap();
    desk.store.decide(end(&same, &other), now(), vec![]).await.unwrap();
    let filed = async |p: &countersign::domain::proposal::Proposal| desk.store.proposal(p.id()).await.unwrap().unwrap();
    assert_eq!(filed(&old).await.replaced_by.as_ref(), Some(same.id()));
    assert_eq!(filed(&same).await.proposal.edited_by(), None, "it asks for the same");
    assert_eq!(filed(&other).await.proposal.edited_by().unwrap().as_str(), "tom");
}

async fn the_same_wish_is_counted_however_often_it_was_denied(desk: Desk) {
    let wish = || update("T-1", json!({"priority": "low"}));
    for n in 0..3 {
        assert_eq!(desk.store.denials(&wish()).await.unwrap(), n);
        let proposal = desk.propose(wish()).await;
        desk.store.decide(deny(&proposal), now(), vec![]).await.unwrap();
        // At another version it is the same wish.
        desk.through(update("T-1", json!({"tags": [format!("t{n}")]}))).await.unwrap();
    }
    assert_eq!(desk.store.denials(&wish()).await.unwrap(), 3);
    assert_eq!(desk.store.denials(&update("T-1", json!({"priority": "high"}))).await.unwrap(), 0);
}

async fn a_decision_about_nothing_is_no_decision(desk: Desk) {
    let nothing = Decision::End {
        proposal: "p-none".parse().unwrap(),
        state: ProposalState::Denied,
        by: None,
        reason: None,
        successor: None,
    };
    assert!(desk.store.decide(nothing, now(), vec![]).await.unwrap_err().to_string().contains("p-none"));
    // What failed leaves nothing behind: the desk goes on.
    let proposal = desk.propose(update("T-1", json!({"priority": "low"}))).await;
    assert_eq!(state(desk.store.as_ref(), proposal.id()).await, "pending");
}
