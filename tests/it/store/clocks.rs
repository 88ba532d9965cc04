//! Two servers whose clocks differ by an hour: a receipt is good once, and no longer than any of them says.

use countersign::domain::audit::Action;
use countersign::domain::receipt::{Receipt, Refusal};
use countersign::store::{Decided, Decision, Execution};
use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::house::update;
use crate::store::{Desk, acted, execute, execution, later, on_both, receipt, state};

on_both! {
    a_receipt_of_a_server_ahead_is_spent_once_at_one_behind,
    a_receipt_of_a_server_behind_is_over_at_one_ahead_and_the_next_approval_works,
}

const HOUR: i64 = 3_600;

/// Approved at a server whose clock shows `now`; good for a minute there.
async fn approved(desk: &Desk, proposal: &countersign::domain::proposal::Proposal, now: Timestamp) -> Receipt {
    let expires_at = now.checked_add(SignedDuration::from_secs(60)).unwrap();
    let receipt = Receipt { expires_at, ..receipt(proposal, "maya") };
    let decision = Decision::Approve(receipt.clone());
    let decided = desk.store.decide(decision, now, vec![acted(Action::Approved, proposal)]).await.unwrap();
    assert_eq!(decided, Decided::Recorded);
    receipt
}

async fn a_receipt_of_a_server_ahead_is_spent_once_at_one_behind(desk: Desk) {
    let other = desk.again().await;
    let proposal = desk.propose(update("T-1", json!({"tags": ["clocks"]}))).await;
    let receipt = approved(&desk, &proposal, later(HOUR)).await;
    let here = Execution { now: later(HOUR), ..execution(&proposal, &receipt) };
    let there = Execution { now: later(0), ..here.clone() };
    execute(other.as_ref(), there.clone()).await.unwrap();
    for (store, again) in [(&desk.store, here), (&other, there)] {
        assert_eq!(execute(store.as_ref(), again).await, Err(Refusal::Spent));
    }
    assert_eq!(desk.ticket("T-1").await.row.version, 2);
}

async fn a_receipt_of_a_server_behind_is_over_at_one_ahead_and_the_next_approval_works(desk: Desk) {
    let other = desk.again().await;
    let proposal = desk.propose(update("T-1", json!({"tags": ["clocks"]}))).await;
    let receipt = approved(&desk, &proposal, later(0)).await;
    let late = Execution { now: later(HOUR), ..execution(&proposal, &receipt) };
    assert_eq!(execute(other.as_ref(), late).await, Err(Refusal::ReceiptExpired));
    assert_eq!(desk.ticket("T-1").await.row.version, 1, "nothing changed");
    assert_eq!(state(other.as_ref(), proposal.id()).await, "approved");
    // It is approved again where the clock is ahead, and the first receipt is void everywhere, in time or not.
    let second = approved(&desk, &proposal, later(HOUR)).await;
    let first = Execution { now: later(0), ..execution(&proposal, &receipt) };
    assert_eq!(execute(desk.store.as_ref(), first).await, Err(Refusal::Spent));
    let now = Execution { now: later(HOUR), ..execution(&proposal, &second) };
    execute(desk.store.as_ref(), now).await.unwrap();
    assert_eq!(desk.ticket("T-1").await.row.version, 2);
}
