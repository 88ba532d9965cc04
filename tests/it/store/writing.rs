//! The door: a write is carried out once, on the version that was approved, or refused and nothing has changed.

use countersign::domain::actor::Role;
use countersign::domain::call::WriteCall;
use countersign::domain::receipt::{Receipt, Refusal};
use countersign::domain::ticket::{Author, Status, Visibility};
use countersign::store::Decision;
use serde_json::json;

use crate::house::{principal, reply, update};
use crate::store::{Desk, execute, execution, id, later, now, on_both, receipt, state};

on_both! {
    fields_are_changed_and_the_version_goes_up,
    a_reply_stands_in_the_thread_and_is_found,
    a_receipt_is_good_for_one_write,
    a_thousand_replays_of_one_receipt_are_one_write,
    each_refusal_is_told_and_changes_nothing,
    a_ticket_that_moved_is_superseded_and_its_receipt_void,
    who_may_no_longer_approve_is_refused,
    a_value_that_does_not_fit_the_desk_is_invalid,
    two_tickets_become_one_and_both_say_so,
    a_message_becomes_a_ticket_of_its_own,
}

async fn fields_are_changed_and_the_version_goes_up(desk: Desk) {
    let call = update("T-1", json!({"status": "pending", "priority": "high", "assignee": "tom", "tags": ["x", "y"]}));
    let done = desk.through(call).await.unwrap();
    assert_eq!((done.before, done.after, done.second), (1, 2, None));
    let row = desk.ticket("T-1").await.row;
    assert_eq!((row.status, row.priority.as_str(), row.version), (Status::Pending, "high", 2));
    assert_eq!((row.assignee.unwrap().as_str(), row.tags), ("tom", vec!["x".to_owned(), "y".to_owned()]));
    desk.through(update("T-1", json!({"assignee": null}))).await.unwrap();
    let row = desk.ticket("T-1").await.row;
    assert_eq!((row.assignee, row.status, row.version), (None, Status::Pending, 3));
    assert!(row.due_at.is_some());
    desk.through(update("T-1", json!({"status": "resolved"}))).await.unwrap();
    assert_eq!(desk.ticket("T-1").await.row.due_at, None);
}

async fn a_reply_stands_in_the_thread_and_is_found(desk: Desk) {
    desk.through(reply("T-1", "The surplus charge goes back tomorrow.")).await.unwrap();
    let ticket = desk.ticket("T-1").await;
    assert_eq!((ticket.row.messages, ticket.thread.len(), ticket.row.due_at), (2, 2, None));
    let last = &ticket.thread[1];
    assert_eq!((last.author, last.visibility, last.name.as_str()), (Author::Agent, Visibility::Public, "Maya"));
    assert_eq!(last.body, "The surplus charge goes back tomorrow.");
    assert_eq!(desk.store.find_tickets("surplus", 5).await.unwrap()[0].id, id("T-1"));
}

async fn a_receipt_is_good_for_one_write(desk: Desk) {
    let proposal = desk.propose(update("T-1", json!({"priority": "low"}))).await;
    let receipt = desk.approve(&proposal).await;
    desk.execute(&proposal, &receipt).await.unwrap();
    assert_eq!(desk.execute(&proposal, &receipt).await, Err(Refusal::Spent));
    assert_eq!(desk.ticket("T-1").await.row.version, 2);
    assert_eq!(state(desk.store.as_ref(), proposal.id()).await, "executed");
    let actions = desk.actions().await;
    assert_eq!(actions[actions.len() - 4..], ["proposed", "approved", "executed", "refused"]);
}

async fn a_thousand_replays_of_one_receipt_are_one_write(desk: Desk) {
    let other = desk.again().await;
    let proposal = desk.propose(reply("T-1", "Once.")).await;
    let receipt = desk.approve(&proposal).await;
    let mut tries = tokio::task::JoinSet::new();
    for n in 0..1000 {
        let store = if n % 2 == 0 { std::sync::Arc::clone(&desk.store) } else { std::sync::Arc::clone(&other) };
        let execution = execution(&proposal, &receipt);
        // All at once would only measure who waits for a connection; eight at a time race all the same.
        if tries.len() == 8 {
            assert!(matches!(tries.join_next().await.unwrap().unwrap(), Ok(_) | Err(Refusal::Spent)));
        }
        tries.spawn(async move { execute(store.as_ref(), execution).await });
    }
    while let Some(done) = tries.join_next().await {
        assert!(matches!(done.unwrap(), Ok(_) | Err(Refusal::Spent)));
    }
    let ticket = desk.ticket("T-1").await;
    assert_eq!((ticket.row.version, ticket.thread.len()), (2, 2));
    let actions = desk.actions().await;
    assert_eq!(actions.iter().filter(|action| *action == "executed").count(), 1);
    assert_eq!(actions.iter().filter(|action| *action == "refused").count(), 999);
    desk.store.verify(None).await.unwrap().unwrap();
}

async fn each_refusal_is_told_and_changes_nothing(desk: Desk) {
    let proposal = desk.propose(update("T-1", json!({"priority": "low"}))).await;
    let good = desk.approve(&proposal).await;
    let unknown = Receipt { id: "rc-none".parse().unwrap(), ..good.clone() };
    assert_eq!(desk.execute(&proposal, &unknown).await, Err(Refusal::UnknownReceipt));
    let another = Receipt { approver: "tom".parse().unwrap(), ..good.clone() };
    assert_eq!(desk.execute(&proposal, &another).await, Err(Refusal::OtherApprover));
    let other = desk.propose(update("T-1", json!({"priority": "urgent"}))).await;
    assert_eq!(desk.execute(&other, &good).await, Err(Refusal::OtherCall));
    let mut late = execution(&proposal, &good);
    late.now = later(61);
    assert_eq!(execute(desk.store.as_ref(), late).await, Err(Refusal::ReceiptExpired));
    assert_eq!(desk.ticket("T-1").await.row.version, 1);
    // None of them has cost the person the approval.
    desk.execute(&proposal, &good).await.unwrap();
}

async fn a_ticket_that_moved_is_superseded_and_its_receipt_void(desk: Desk) {
    let proposal = desk.propose(update("T-1", json!({"priority": "low"}))).await;
    let receipt = desk.approve(&proposal).await;
    desk.through(update("T-1", json!({"tags": ["moved"]}))).await.unwrap();
    assert_eq!(desk.execute(&proposal, &receipt).await, Err(Refusal::Superseded));
    assert_eq!(desk.execute(&proposal, &receipt).await, Err(Refusal::Spent));
    assert_eq!(state(desk.store.as_ref(), proposal.id()).await, "superseded");
    let row = desk.ticket("T-1").await.row;
    assert_eq!((row.version, row.priority.as_str()), (2, "normal"));
}

async fn who_may_no_longer_approve_is_refused(desk: Desk) {
    let proposal = desk.propose(update("T-1", json!({"priority": "low"}))).await;
    let given = desk.approve(&proposal).await;
    desk.store.save_person(&principal("maya", Role::Viewer), "maya").await.unwrap();
    assert_eq!(desk.execute(&proposal, &given).await, Err(Refusal::NotAllowed));
    assert_eq!(state(desk.store.as_ref(), proposal.id()).await, "failed");
    // A role that is too low for this write, and somebody whom the desk does not know.
    let proposal = desk.propose(update("T-2", json!({"priority": "low"}))).await;
    for (who, needs) in [("tom", Role::Supervisor), ("stranger", Role::Agent)] {
        let receipt = receipt(&proposal, who);
        desk.store.decide(Decision::Approve(receipt.clone()), now(), vec![]).await.unwrap();
        let mut execution = execution(&proposal, &receipt);
        execution.needs = needs;
        let refused = execute(desk.store.as_ref(), execution).await;
        assert!(matches!(refused, Err(Refusal::NotAllowed | Refusal::UnknownReceipt)), "{who}: {refused:?}");
    }
    assert_eq!(desk.ticket("T-2").await.row.version, 1);
}

async fn a_value_that_does_not_fit_the_desk_is_invalid(desk: Desk) {
    assert_eq!(desk.through(update("T-1", json!({"assignee": "ghost"}))).await, Err(Refusal::Invalid));
    assert_eq!(desk.ticket("T-1").await.row.version, 1);
    assert_eq!(desk.actions().await.last().unwrap(), "refused");
}

async fn two_tickets_become_one_and_both_say_so(desk: Desk) {
    desk.through(reply("T-2", "Which quagmire is it?")).await.unwrap();
    let call = json!({"ticket_id": "T-1", "from": "T-2", "from_version": 2});
    let done = desk.through(WriteCall::MergeTickets(serde_json::from_value(call).unwrap())).await.unwrap();
    let second = done.second.unwrap();
    assert_eq!((second.ticket, second.before, second.after), (id("T-2"), Some(2), 3));
    let (stays, gone) = (desk.ticket("T-1").await, desk.ticket("T-2").await);
    assert_eq!((stays.thread.len(), stays.row.messages, stays.row.version), (4, 4, 2));
    assert_eq!((gone.row.status, gone.row.merged_into.as_ref()), (Status::Closed, Some(&id("T-1"))));
    assert_eq!(desk.ticket("T-2").await.thread.len(), 3);
    let hit = &desk.store.find_said("quagmire", 5).await.unwrap()[0];
    let said = &desk.ticket(hit.row.id.as_str()).await.thread[hit.message.unwrap()];
    assert_eq!(said.body, "Which quagmire is it?", "a message is found where it stands now");
    let actions = desk.actions().await;
    assert_eq!(actions[actions.len() - 2..], ["executed", "followed"]);
}

async fn a_message_becomes_a_ticket_of_its_own(desk: Desk) {
    desk.through(reply("T-1", "Which of the two?")).await.unwrap();
    let call = json!({"ticket_id": "T-1", "message": 0, "subject": "The second charge"});
    let done = desk.through(WriteCall::SplitMessage(serde_json::from_value(call).unwrap())).await.unwrap();
    let new = done.second.unwrap();
    assert_eq!((new.ticket.as_str(), new.before, new.after), ("T-4", None, 1));
    let ticket = desk.ticket("T-4").await;
    assert_eq!((ticket.row.subject.as_str(), ticket.thread.len(), ticket.row.messages), ("The second charge", 2, 2));
    assert_eq!(desk.ticket("T-1").await.row.version, 3);
    assert_eq!(desk.store.find_tickets("second charge", 1).await.unwrap()[0].id, id("T-4"));
    assert_eq!(desk.store.counts().await.unwrap().all, 4);
}
