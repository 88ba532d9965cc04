//! Erasing while a proposal is being approved and carried out: one of them is first, and nothing is half done.

use std::sync::Arc;

use countersign::desk::Desk as Service;
use countersign::domain::erasure::Meant;
use countersign::domain::policy::Policy;

use crate::house::reply;
use crate::privacy::{admin, desk, heard, with_ana};
use crate::store::{Desk, execute, execution, on_both, receipt, state};

on_both! {
    a_reply_is_sent_before_it_is_erased_or_never,
}

async fn a_reply_is_sent_before_it_is_erased_or_never(lived: Desk) {
    with_ana(&lived).await;
    let mut proposals = Vec::new();
    for n in 0..4 {
        proposals.push(lived.propose(reply("T-70", &format!("A waitingotter, number {n}"))).await);
    }
    let customer = desk(&lived).erasable(&admin(), &"C-70".parse().unwrap()).await.unwrap().0;
    let other = lived.again().await;
    let service = Arc::new(Service::new(other, Policy::default()));
    let erased = tokio::spawn(async move {
        let meant = Meant::by(&customer, "Ana Quillfeather").unwrap();
        service.erase(&admin(), &meant).await.unwrap()
    });
    let mut sent = 0;
    for proposal in &proposals {
        let receipt = receipt(proposal, "maya");
        let decision = countersign::store::Decision::Approve(receipt.clone());
        lived.store.decide(decision, crate::store::now(), Vec::new()).await.unwrap();
        let done = execute(lived.store.as_ref(), execution(proposal, &receipt)).await;
        sent += usize::from(done.is_ok());
    }
    let done = erased.await.unwrap();
    let thread = lived.ticket("T-70").await.thread;
    assert_eq!(thread.len(), 3 + sent, "{done:?}");
    for proposal in &proposals {
        let state = state(lived.store.as_ref(), proposal.id()).await;
        assert!(["executed", "cancelled", "superseded"].contains(&state.as_str()), "{state}");
    }
    assert_eq!(heard(&lived.way).await, Vec::<String>::new());
    lived.store.verify(None).await.unwrap().unwrap();
}
