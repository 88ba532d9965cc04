//! Proposals, decisions and receipts: each ends once, and says how.

use countersign::desk::{Caller, DeskError};
use countersign::domain::actor::Role;
use countersign::domain::answer::WriteAnswer;
use countersign::domain::call::{ProposalQuery, WriteCall};
use countersign::domain::ids::ProposalId;
use countersign::domain::policy::Policy;
use countersign::domain::proposal::{Filing, Proposal, ProposalState, Why};
use countersign::domain::receipt::Receipt;
use countersign::store::{Decided, Decision};
use futures::StreamExt as _;
use jiff::Timestamp;
use serde_json::json;

use crate::house::{bot, event, principal, reply, update};
use crate::store::{Desk, Way, id, later, now, on_both, receipt, state};

on_both! {
    a_proposal_comes_back_as_it_was_filed,
    what_waits_is_told_from_what_was_decided,
    a_decision_stands_once,
    an_approval_that_was_never_sent_can_be_given_again,
    an_edited_proposal_names_its_successor,
    proposals_are_listed_a_page_at_a_time,
    what_was_carried_out_or_refused_names_its_proposal_in_the_log,
    the_same_wish_is_counted_however_often_it_was_denied,
    a_decision_about_nothing_is_no_decision,
    one_takes_the_place_of_another_at_once_or_not_at_all,
    an_edit_that_breaks_off_in_the_middle_leaves_all_as_it_was,
    an_edit_while_two_approve_leaves_one_that_waits_and_no_receipt_that_is_good,
    what_waits_is_counted_and_nobodys_is_out_of_sight,
}

fn deny(proposal: &Proposal) -> Decision {
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

async fn one_takes_the_place_of_another_at_once_or_not_at_all(desk: Desk) {
    let call = || update("T-1", json!({"priority": "low"}));
    let old = desk.propose(call()).await;
    let succeed = async |old: &Proposal| {
        let new = desk.frozen(call()).await;
        let end = Decision::End {
            proposal: old.id().clone(),
            state: ProposalState::Superseded,
            by: Some("maya".parse().unwrap()),
            reason: Some("the ticket moved".to_owned()),
            successor: Some(new.id().clone()),
        };
        let decided = desk.store.succeed(&new, end, now(), vec![event()]).await.unwrap();
        (new, decided)
    };
    let (new, decided) = succeed(&old).await;
    assert_eq!(decided, Decided::Recorded);
    assert_eq!(state(desk.store.as_ref(), old.id()).await, "superseded");
    assert_eq!(state(desk.store.as_ref(), new.id()).await, "pending");
    let ended = desk.store.proposal(old.id()).await.unwrap().unwrap();
    assert_eq!(ended.replaced_by.as_ref(), Some(new.id()));
    let records = desk.store.log(None, 1_000).await.unwrap().len();
    let (late, decided) = succeed(&old).await;
    assert_eq!(decided, Decided::Already(ProposalState::Superseded));
    assert_eq!(desk.store.proposal(late.id()).await.unwrap(), None);
    assert_eq!(desk.store.log(None, 1_000).await.unwrap().len(), records);
    assert!(desk.store.verify(None).await.unwrap().is_ok());
}

/// Maya edits a proposal at the desk's own door.
async fn edit(desk: &Desk, old: &Proposal, call: WriteCall) -> Result<WriteAnswer, DeskError> {
    let maya = Caller::new(principal("maya", Role::Agent), "Maya".to_owned(), event().run);
    let door = countersign::desk::Desk::new(desk.store.clone(), Policy::default());
    door.edit(&maya, old.id(), call, Why::default()).await
}

async fn waiting(desk: &Desk) -> Vec<ProposalId> {
    let waiting = desk.store.proposals(&ProposalQuery::default()).await.unwrap();
    waiting.into_iter().map(|filed| filed.proposal.id().clone()).collect()
}

async fn an_edit_that_breaks_off_in_the_middle_leaves_all_as_it_was(desk: Desk) {
    let old = desk.propose(update("T-1", json!({"priority": "low"}))).await;
    let sql = match &desk.way {
        Way::File(_) => {
            "CREATE TRIGGER breaks BEFORE UPDATE OF replaced_by ON proposals \
             BEGIN SELECT RAISE(ABORT, 'broken off'); END;"
        }
        Way::Url(..) => {
            "CREATE FUNCTION breaks() RETURNS trigger LANGUAGE plpgsql AS \
             $$ BEGIN RAISE EXCEPTION 'broken off'; END $$; \
             CREATE TRIGGER breaks BEFORE UPDATE OF replaced_by ON proposals EXECUTE FUNCTION breaks();"
        }
    };
    desk.way.tamper(sql).await;
    let edited = edit(&desk, &old, update("T-1", json!({"priority": "high"}))).await;
    assert!(matches!(edited, Err(DeskError::Store(_))), "{edited:?}");
    assert_eq!(waiting(&desk).await, [old.id().clone()]);
    let actions = desk.actions().await;
    assert_eq!(actions.iter().filter(|action| *action == "proposed").count(), 1, "{actions:?}");
    assert!(!actions.contains(&"edited".to_owned()), "{actions:?}");
    assert!(desk.store.verify(None).await.unwrap().is_ok());
}

async fn an_edit_while_two_approve_leaves_one_that_waits_and_no_receipt_that_is_good(desk: Desk) {
    for n in 0..8 {
        let old = desk.propose(update("T-1", json!({"tags": [format!("a{n}")]}))).await;
        let receipts = [receipt(&old, "maya"), receipt(&old, "tom")];
        let approve = |receipt: &Receipt| desk.store.decide(Decision::Approve(receipt.clone()), now(), vec![event()]);
        let new = update("T-1", json!({"tags": [format!("b{n}")]}));
        let (edited, one, two) = tokio::join!(edit(&desk, &old, new), approve(&receipts[0]), approve(&receipts[1]));
        let new = edited.unwrap().proposal_id.unwrap();
        assert!((one.unwrap(), two.unwrap()) != (Decided::Recorded, Decided::Recorded), "one of two approves, or none");
        assert_eq!(waiting(&desk).await.last(), Some(&new));
        assert_eq!(waiting(&desk).await.len(), n + 1);
        for receipt in &receipts {
            assert!(desk.execute(&old, receipt).await.is_err(), "what was edited cannot be carried out any more");
        }
        let twice = edit(&desk, &old, update("T-1", json!({"tags": ["c"]}))).await.unwrap();
        assert_eq!((twice.refusal.as_deref(), twice.proposal_id), (Some("decided"), None));
    }
    assert_eq!(desk.ticket("T-1").await.row.version, 1);
}

async fn what_waits_is_counted_and_nobodys_is_out_of_sight(desk: Desk) {
    let (maya, crowd) = ("maya".parse().unwrap(), bot().id);
    let first = desk.propose(update("T-1", json!({"tags": ["first"]}))).await;
    let many = (0..1_010).map(|n| desk.propose(update("T-1", json!({"tags": [format!("t{n}")]}))));
    futures::stream::iter(many).buffer_unordered(8).collect::<Vec<_>>().await;
    let own = Filing::from(desk.frozen(update("T-2", json!({"priority": "low"}))).await);
    let own = Proposal::file(Filing { proposer: principal("maya", Role::Agent), expires_at: Some(later(60)), ..own });
    desk.store.file(&own, event()).await.unwrap();
    let waiting = async |of| desk.store.waiting(of, now()).await.unwrap();
    assert_eq!((waiting(None).await.proposals, waiting(Some(&crowd)).await.proposals), (1_012, 1_011));
    assert_eq!(waiting(Some(&maya)).await.oldest.map(Timestamp::as_millisecond), Some(own.filed_at().as_millisecond()));
    assert_eq!(desk.store.waiting(Some(&maya), later(120)).await.unwrap().proposals, 0);
    let listed = desk.store.proposals(&ProposalQuery::default()).await.unwrap();
    let has = |id| listed.iter().any(|filed| filed.proposal.id() == id);
    assert!(listed.len() == 1_000 && has(own.id()) && has(first.id()));
    assert!(listed.is_sorted_by_key(|filed| filed.proposal.filed_at()));
    // Looked back on, it is the newest that are told.
    let listed = desk.store.proposals(&ProposalQuery { decided: true, ticket_id: None }).await.unwrap();
    let has = |id| listed.iter().any(|filed| filed.proposal.id() == id);
    assert!(listed.len() == 1_000 && has(own.id()) && !has(first.id()));
    let same = desk.store.waiting_for(first.call()).await.unwrap();
    assert_eq!(same.iter().map(|filed| filed.proposal.id()).collect::<Vec<_>>(), [first.id()]);
}

async fn what_was_carried_out_or_refused_names_its_proposal_in_the_log(desk: Desk) {
    let first = desk.propose(update("T-1", json!({"priority": "low"}))).await;
    let late = desk.propose(update("T-1", json!({"tags": ["late"]}))).await;
    let (receipt, of_late) = (desk.approve(&first).await, desk.approve(&late).await);
    desk.execute(&first, &receipt).await.unwrap();
    assert!(desk.execute(&first, &receipt).await.is_err(), "it is spent");
    assert!(desk.execute(&late, &of_late).await.is_err(), "the ticket has moved");
    let unknown = Receipt { id: countersign::random::receipt_id(), ..of_late };
    assert!(desk.execute(&late, &unknown).await.is_err());
    let mut log = desk.store.log(None, 4).await.unwrap();
    log.reverse();
    let told: Vec<_> = log.iter().map(|record| (record.action.as_str(), record.proposal.as_deref())).collect();
    let (first, late) = (Some(first.id().as_str()), Some(late.id().as_str()));
    assert_eq!(told, [("executed", first), ("refused", first), ("superseded", late), ("refused", None)]);
    desk.store.verify(None).await.unwrap().unwrap();
}

async fn proposals_are_listed_a_page_at_a_time(desk: Desk) {
    let mut filed = Vec::new();
    for n in 0..7 {
        let ticket = if n % 3 == 0 { "T-1" } else { "T-2" };
        filed.push(desk.propose(update(ticket, json!({"tags": [format!("n-{n}")]}))).await);
    }
    // Several of one moment go by their names.
    filed.sort_by_key(|proposal| (proposal.filed_at().as_millisecond(), proposal.id().to_string()));
    desk.store.decide(deny(&filed[2]), now(), vec![]).await.unwrap();
    desk.approve(&filed[4]).await;
    let store = desk.again().await;
    let listed = async |query: &ProposalQuery, limit: u32| -> Vec<String> {
        let (mut all, mut behind) = (Vec::new(), None);
        loop {
            let page = store.proposals_behind(query, behind.as_ref(), limit).await.unwrap();
            assert!(page.len() <= limit as usize);
            let Some(last) = page.last() else { return all };
            behind = Some(last.proposal.id().clone());
            all.extend(page.iter().map(|filed| filed.proposal.id().to_string()));
        }
    };
    let names = |of: &dyn Fn(&Proposal) -> bool| -> Vec<String> {
        filed.iter().filter(|proposal| of(proposal)).map(|proposal| proposal.id().to_string()).collect()
    };
    let denied = filed[2].id();
    let of_one = ProposalQuery { decided: true, ticket_id: Some(id("T-1")) };
    for limit in [1, 2, 3, 7, 200] {
        assert_eq!(listed(&ProposalQuery { decided: true, ticket_id: None }, limit).await, names(&|_| true));
        assert_eq!(listed(&ProposalQuery::default(), limit).await, names(&|proposal| proposal.id() != denied));
        assert_eq!(listed(&of_one, limit).await, names(&|proposal| *proposal.call().ticket_id() == id("T-1")));
    }
    // Behind one that is decided is where it was.
    let behind = store.proposals_behind(&ProposalQuery::default(), Some(denied), 1).await.unwrap();
    assert_eq!(behind[0].proposal.id(), filed[3].id());
}
