//! Two tickets become one, a message gets a ticket of its own: through the gate like every write, and nothing is lost.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use countersign::commit::{Look, Outcome};
use countersign::desk::Caller;
use countersign::domain::actor::{Principal, Role};
use countersign::domain::answer::{Answer, WriteAnswer, WriteOutcome};
use countersign::domain::audit::Action;
use countersign::domain::audit::query::LogQuery;
use countersign::domain::call::{ProposalQuery, ReadCall, WriteCall};
use countersign::domain::ids::{ProposalId, ReceiptId};
use countersign::domain::intake::{Intake, NewCustomer, NewTicket};
use countersign::domain::policy::{Keys, Policy, Risk, Rule};
use countersign::domain::proposal::{Approved, ProposalState, Why};
use countersign::domain::receipt::Receipt;
use countersign::domain::ticket::{Attachment, Author, Message, Priority, Status, Visibility};
use countersign::mcp::client::{Era, McpBackend};
use countersign::store::{Decision, Origin, Store};
use countersign::tools::{BackendError, Run, ToolBackend};
use serde_json::{Value, json};

use crate::house::{House, bot, event, principal, ticket, update};
use crate::process::program;
use crate::terminal::Terminal;

/// A desk at which Ines has two tickets about one thing, T-11 and T-12; the others are other people's.
pub(crate) async fn two_of_ines() -> House {
    let house = House::new().await;
    let rows = vec![first_of_ines(), second_of_ines()];
    let rows = rows.into_iter().map(|ticket| Intake::Ticket(Box::new(ticket))).collect();
    house.store.import(rows, Origin::File, event()).await.unwrap();
    house
}

fn message(time: &str, author: Author, name: &str, visibility: Visibility, body: &str) -> Message {
    let at = format!("2026-11-23T{time}:00Z").parse().unwrap();
    Message { at, author, name: name.to_owned(), visibility, body: body.to_owned(), attachments: Vec::new() }
}

fn first_of_ines() -> NewTicket {
    NewTicket {
        subject: "Charged twice".to_owned(),
        tags: vec!["billing".to_owned(), "urgent-customer".to_owned()],
        customer: NewCustomer::Contact { name: "Ines Duarte".to_owned(), email: "ines@mailbox.example".to_owned() },
        due_at: Some("2026-11-24T12:00:00Z".parse().unwrap()),
        messages: vec![
            message("08:00", Author::Customer, "Ines Duarte", Visibility::Public, "My card shows two charges."),
            message("09:30", Author::Agent, "Tom", Visibility::Internal, "Looks like a hold."),
            message("11:00", Author::Customer, "Ines Duarte", Visibility::Public, "Any news?"),
        ],
        ..ticket(11)
    }
}

fn second_of_ines() -> NewTicket {
    let mut photo =
        message("09:00", Author::Customer, "Ines Duarte", Visibility::Public, "Here is the statement.\nBye");
    photo.attachments =
        vec![Attachment { name: "statement.pdf".to_owned(), mime: "application/pdf".to_owned(), size: 9000 }];
    NewTicket {
        subject: "Statement attached".to_owned(),
        priority: Priority::High,
        tags: vec!["billing".to_owned(), "statement".to_owned()],
        assignee: Some("tom".to_owned()),
        customer: NewCustomer::Contact { name: "Ines Duarte".to_owned(), email: "ines@mailbox.example".to_owned() },
        due_at: Some("2026-11-23T17:00:00Z".parse().unwrap()),
        messages: vec![
            photo,
            message("12:00", Author::Customer, "Ines Duarte", Visibility::Public, "Zirkonium is the word to find."),
        ],
        ..ticket(12)
    }
}

fn merge(stays: &str, from: &str) -> WriteCall {
    WriteCall::read("merge_tickets", json!({"ticket_id": stays, "from": from})).unwrap()
}

fn split(ticket: &str, message: u64, subject: &str) -> WriteCall {
    WriteCall::read("split_message", json!({"ticket_id": ticket, "message": message, "subject": subject})).unwrap()
}

fn maya() -> Principal {
    principal("maya", Role::Agent)
}

async fn present(house: &House, call: WriteCall, receipt: &ReceiptId) -> WriteAnswer {
    let caller = Caller::new(maya(), "Maya".to_owned(), house.run.id.clone());
    house.desk().write(&caller, call, Why::default(), Some(receipt.clone())).await.unwrap()
}

/// A receipt of maya's for `call`, exactly as it stands.
async fn receipt_for(house: &House, call: &WriteCall) -> ReceiptId {
    let id = house.propose(call.clone()).await.proposal_id.unwrap();
    let now = countersign::clock::now();
    let receipt = Receipt {
        id: countersign::random::receipt_id(),
        proposal: id,
        approver: "maya".parse().unwrap(),
        digest: call.digest(),
        expires_at: now.checked_add(jiff::SignedDuration::from_secs(60)).unwrap(),
    };
    let name = receipt.id.clone();
    house.store.decide(Decision::Approve(receipt), now, vec![]).await.unwrap();
    name
}

async fn refused(house: &House, call: WriteCall) -> String {
    let caller = Caller::new(bot(), "bot".into(), house.run.id.clone());
    house.desk().write(&caller, call, Why::default(), None).await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_merge_puts_every_message_in_its_place_and_closes_the_other_ticket() {
    let house = two_of_ines().await;
    let (first, second) = (house.ticket("T-11").await, house.ticket("T-12").await);
    assert_eq!(house.through(merge("T-11", "T-12")).await, Outcome::Executed { version: 2 });

    let (stays, from) = (house.ticket("T-11").await, house.ticket("T-12").await);
    let told: Vec<_> = stays.thread.iter().map(|message| message.body.as_str()).collect();
    assert_eq!(
        told,
        [
            "My card shows two charges.",
            "Here is the statement.\nBye",
            "Looks like a hold.",
            "Any news?",
            "Zirkonium is the word to find.",
            "T-12 was merged into this ticket by maya: 2 messages in the order of time. T-12 is closed.",
        ]
    );
    assert!(first.thread.iter().chain(&second.thread).all(|message| stays.thread.contains(message)), "word for word");
    assert_eq!(stays.thread[5].visibility, Visibility::Internal, "the customer is told nothing");
    assert_eq!((stays.row.status, stays.row.priority, stays.row.version), (Status::Open, Priority::High, 2));
    assert_eq!(stays.row.tags, ["billing", "statement", "urgent-customer"]);
    assert_eq!(stays.row.assignee.as_ref().unwrap().as_str(), "tom");
    assert_eq!(stays.row.due_at, second.row.due_at, "the earlier of the two");
    assert_eq!(stays.row.messages, 6);

    assert_eq!((from.row.status, from.row.version, from.row.due_at), (Status::Closed, 2, None));
    assert_eq!(from.row.merged_into.as_ref().unwrap().as_str(), "T-11");
    assert_eq!(from.thread[..2], second.thread[..], "what was written there stays there");
    assert_eq!(from.thread[2].body, "Merged into T-11 by maya, and closed. The conversation goes on there.");
    assert_eq!(from.row.messages, 3);
}

#[tokio::test]
async fn a_merge_stands_in_the_log_under_both_tickets_and_the_log_verifies() {
    let house = two_of_ines().await;
    house.through(merge("T-11", "T-12")).await;
    house.store.flush().await.unwrap();
    for (ticket, action) in [("T-11", Action::Executed), ("T-12", Action::Followed)] {
        let query =
            LogQuery { ticket: Some(ticket.to_owned()), tool: Some("merge_tickets".into()), ..LogQuery::default() };
        let found = house.store.find_log(&query, None, 50).await.unwrap();
        let written = found.iter().find(|record| record.action == action.as_str()).unwrap();
        assert_eq!((written.version_before, written.version_after), (Some(1), Some(2)), "{ticket}");
        assert!(found.iter().any(|record| record.action == Action::ReadBack.as_str()), "{ticket} was read back");
    }
    assert_eq!(house.count(Action::Executed).await, 1, "one write");
    house.store.verify(None).await.unwrap().expect("the log verifies");
}

#[tokio::test]
async fn what_was_merged_is_found_once_and_where_it_is_now() {
    let house = two_of_ines().await;
    house.through(merge("T-11", "T-12")).await;
    let found: Vec<_> = house.store.find_tickets("zirkonium", 10).await.unwrap();
    assert!(found.iter().any(|row| row.id.as_str() == "T-11"), "the index follows the thread");
    let similar = house.store.similar_tickets(&"T-1".parse().unwrap(), 50).await.unwrap();
    let ids: Vec<_> = similar.iter().map(|row| row.id.as_str()).collect();
    assert!(ids.contains(&"T-11") && !ids.contains(&"T-12"), "{ids:?}");
    // The index still fits after the next change of both threads.
    house.through(update("T-12", json!({"status": "open"}))).await;
    assert_eq!(house.through(merge("T-12", "T-11")).await, Outcome::Executed { version: 4 });
    let found = house.store.find_tickets("zirkonium", 10).await.unwrap();
    assert_eq!(found.iter().filter(|row| ["T-11", "T-12"].contains(&row.id.as_str())).count(), 2);
}

#[tokio::test]
async fn the_card_of_a_merge_names_both_tickets_every_field_and_every_message() {
    let house = two_of_ines().await;
    let (commit, maya) = house.commit_of("maya", Role::Agent).await;
    let id = house.propose(merge("T-11", "T-12")).await.proposal_id.unwrap();
    let card = house.card(&commit, &maya, &id).await;
    let text = card.text();
    for expect in [
        "stays         T-11  Charged twice",
        "is merged in  T-12  Statement attached",
        "status    open (stays)",
        "priority  normal  →  high",
        "assignee  (nobody)  →  tom",
        "tags      +statement",
        "due       2026-11-24 12:00 UTC  →  2026-11-23 17:00 UTC",
        "messages  3  →  6",
        "status    open  →  closed  (ends the work on the ticket)",
        "[1] Ines Duarte (customer), 2026-11-23 09:00 UTC, PUBLIC",
        "Here is the statement. … (+1 line)",
        "file: statement.pdf (application/pdf, 9000 bytes)",
        "[2] Ines Duarte (customer), 2026-11-23 12:00 UTC, PUBLIC",
        "cannot be undone by a key",
    ] {
        assert!(text.contains(expect), "{expect} is not in:\n{text}");
    }
    assert!(!text.contains("DIFFERENT CUSTOMERS"));
    assert_eq!(card.requirement().keys, Keys::Two(Risk::EndsTicket));
}

#[tokio::test]
async fn the_card_says_loudly_that_two_customers_would_share_a_ticket() {
    let house = two_of_ines().await;
    let (commit, maya) = house.commit_of("maya", Role::Agent).await;
    let id = house.propose(merge("T-11", "T-2")).await.proposal_id.unwrap();
    let text = house.card(&commit, &maya, &id).await.text();
    let loud = "DIFFERENT CUSTOMERS: what Customer 2 (C-2) wrote will stand in the ticket of Ines Duarte (C-4)";
    assert!(text.contains(loud), "{text}");
}

#[tokio::test]
async fn a_merge_is_void_when_either_ticket_has_moved_since_the_card() {
    for moves in ["T-11", "T-12"] {
        let house = two_of_ines().await;
        let (commit, maya) = house.commit_of("maya", Role::Agent).await;
        let id = house.propose(merge("T-11", "T-12")).await.proposal_id.unwrap();
        let card = house.card(&commit, &maya, &id).await;
        house.through(update(moves, json!({"priority": "urgent"}))).await;
        assert_eq!(house.approve(&commit, &maya, card).await, Outcome::Superseded, "{moves}");
        assert_eq!(house.ticket("T-11").await.thread.len(), 3);
        assert_eq!(house.ticket("T-12").await.row.status, Status::Open);
        assert_eq!(house.store.proposal(&id).await.unwrap().unwrap().state, ProposalState::Superseded);
    }
}

#[tokio::test]
async fn a_merge_that_either_ticket_has_left_behind_is_shown_anew_at_both_versions() {
    for moves in ["T-11", "T-12"] {
        let house = two_of_ines().await;
        let (commit, maya) = house.commit_of("maya", Role::Agent).await;
        let stale = house.propose(merge("T-11", "T-12")).await.proposal_id.unwrap();
        house.through(update(moves, json!({"priority": "urgent"}))).await;
        let card = house.card(&commit, &maya, &stale).await;
        assert_ne!(card.proposal().id(), &stale, "filed anew");
        let call = card.proposal().call();
        let expect = if moves == "T-11" { (Some(2), Some(1)) } else { (Some(1), Some(2)) };
        assert_eq!((call.expected_version(), call.other_version()), expect);
        assert!(!card.text().contains("moved"), "{}", card.text());
        assert!(matches!(house.approve(&commit, &maya, card).await, Outcome::Executed { .. }));
    }
}

#[tokio::test]
async fn a_version_that_is_named_must_be_the_one_there_is() {
    let house = two_of_ines().await;
    for call in [merge("T-11", "T-12").at_version(7), merge("T-11", "T-12").at_other_version(Some(7))] {
        let answer = house.propose(call).await;
        assert_eq!(answer.refusal.as_deref(), Some("superseded"));
    }
    // A receipt for a merge that leaves the second version out is good for nothing.
    let call = merge("T-11", "T-12").at_version(1);
    let receipt = receipt_for(&house, &call).await;
    assert_eq!(present(&house, call, &receipt).await.refusal.as_deref(), Some("superseded"));
    assert_eq!(house.ticket("T-11").await.row.version, 1);
}

#[tokio::test]
async fn a_thousand_replays_merge_and_split_once() {
    let house = two_of_ines().await;
    for call in [merge("T-11", "T-12").at_version(1).at_other_version(Some(1)), split("T-11", 0, "Again").at_version(2)]
    {
        let receipt = receipt_for(&house, &call).await;
        let attempts = (0..1000).map(|_| present(&house, call.clone(), &receipt));
        let answers = futures::future::join_all(attempts).await;
        assert_eq!(answers.iter().filter(|answer| answer.success).count(), 1, "{}", call.tool());
        assert!(answers.iter().filter(|a| !a.success).all(|a| a.refusal.as_deref() == Some("receipt_spent")));
    }
    assert_eq!(house.ticket("T-11").await.row.version, 3);
    assert_eq!(house.store.counts().await.unwrap().all, 6, "one new ticket");
}

#[tokio::test]
async fn an_approval_for_one_merge_is_no_good_for_another() {
    let house = two_of_ines().await;
    let approved = merge("T-11", "T-12").at_version(1).at_other_version(Some(1));
    let receipt = receipt_for(&house, &approved).await;
    for other in [
        merge("T-12", "T-11").at_version(1).at_other_version(Some(1)),
        merge("T-11", "T-3").at_version(1).at_other_version(Some(1)),
        merge("T-11", "T-12").at_version(1).at_other_version(Some(2)),
        merge("T-11", "T-12").at_version(1),
        split("T-11", 0, "x").at_version(1),
    ] {
        let answer = present(&house, other.clone(), &receipt).await;
        assert_eq!(answer.refusal.as_deref(), Some("digest_differs"), "{other:?}");
    }
    assert!(present(&house, approved, &receipt).await.success);
}

#[tokio::test]
async fn what_cannot_be_merged_or_split_never_becomes_a_proposal() {
    let house = two_of_ines().await;
    assert!(refused(&house, merge("T-11", "T-11")).await.contains("itself"));
    assert!(refused(&house, merge("T-11", "T-999")).await.contains("no ticket T-999"));
    assert!(refused(&house, split("T-11", 3, "x")).await.contains("there is no message 3"));
    assert!(refused(&house, split("T-1", 0, "x")).await.contains("only message"));
    for subject in ["", "  ", "two\nlines", "right\u{202e}left", "bell\u{7}", &"x".repeat(201)] {
        assert!(refused(&house, split("T-11", 0, subject)).await.contains("subject"), "{subject:?}");
    }
    house.through(merge("T-11", "T-12")).await;
    for call in [merge("T-11", "T-12"), merge("T-12", "T-1"), merge("T-1", "T-12")] {
        assert!(refused(&house, call).await.contains("T-12 was merged into T-11"));
    }
    assert!(refused(&house, split("T-11", 5, "x")).await.contains("note of the desk itself"));
    assert!(house.store.proposals(&ProposalQuery::default()).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_was_merged_while_a_second_merge_waited_cannot_be_approved_any_more() {
    let house = two_of_ines().await;
    let (commit, maya) = house.commit_of("maya", Role::Agent).await;
    let waits = house.propose(merge("T-1", "T-12")).await.proposal_id.unwrap();
    house.through(merge("T-11", "T-12")).await;
    let card = house.card(&commit, &maya, &waits).await;
    assert_eq!(
        card.obstacle(),
        Some("cannot be carried out: T-12 was merged into T-11 and is closed: work goes on there")
    );
    assert!(card.text().contains("cannot be carried out"));
    assert!(matches!(house.approve(&commit, &maya, card).await, Outcome::Refused(_)));
    assert_eq!(house.ticket("T-1").await.row.version, 1);
}

#[tokio::test]
async fn a_reply_to_a_ticket_that_lives_on_elsewhere_is_pointed_out() {
    let house = two_of_ines().await;
    let (commit, maya) = house.commit_of("maya", Role::Agent).await;
    house.through(merge("T-11", "T-12")).await;
    let id = house.propose(crate::house::reply("T-12", "Hello")).await.proposal_id.unwrap();
    let text = house.card(&commit, &maya, &id).await.text();
    assert!(text.contains("T-12 was merged into T-11: the conversation goes on there"), "{text}");
}

#[tokio::test]
async fn a_rule_about_closing_holds_for_a_merge() {
    let closing = Rule { status: Some(Status::Closed), role: Role::Supervisor, second_person: true, ..Rule::default() };
    let house = House::with(Policy { rules: vec![closing], ..Policy::default() }).await;
    let outcome = house.through(merge("T-1", "T-2")).await;
    assert_eq!(outcome, Outcome::Refused("this needs the approval of a supervisor".to_owned()));
    // The desk asks the same of a receipt that came by another way.
    let call = merge("T-1", "T-2").at_version(1).at_other_version(Some(1));
    let receipt = receipt_for(&house, &call).await;
    assert_eq!(present(&house, call, &receipt).await.refusal.as_deref(), Some("not_allowed"));
    assert_eq!(house.ticket("T-2").await.row.version, 1);
}

#[tokio::test]
async fn a_split_leaves_the_message_where_it_was_and_links_both_ways() {
    let house = two_of_ines().await;
    let before = house.ticket("T-11").await;
    assert_eq!(house.through(split("T-11", 2, "When does the hold end?")).await, Outcome::Executed { version: 2 });
    let (old, new) = (house.ticket("T-11").await, house.ticket("T-13").await);
    assert_eq!(old.thread[..3], before.thread[..]);
    assert_eq!(old.thread[3].body, "Message [3] goes on as a ticket of its own, T-13, split off by maya.");
    assert_eq!((old.row.version, old.row.messages), (2, 4));
    assert_eq!(new.thread[0], before.thread[2], "author, time and visibility are kept");
    assert_eq!(new.thread[1].body, "Split off from T-11 by maya: message [3] of it, as it is.");
    assert_eq!((new.row.status, new.row.priority, new.row.assignee), (Status::Open, Priority::Normal, None));
    assert_eq!(new.row.customer_id, old.row.customer_id);
    assert_eq!((new.row.subject.as_str(), new.row.version, new.row.messages), ("When does the hold end?", 1, 2));
    assert_eq!(new.row.due_at, Some("2026-11-24T11:00:00Z".parse().unwrap()), "a day after it was written");
    let query = LogQuery { ticket: Some("T-13".to_owned()), ..LogQuery::default() };
    let found = house.store.find_log(&query, None, 50).await.unwrap();
    assert!(found.iter().any(|record| record.action == Action::Followed.as_str() && record.version_after == Some(1)));
    house.store.verify(None).await.unwrap().expect("the log verifies");
}

#[tokio::test]
async fn the_card_of_a_split_shows_the_whole_message_and_takes_one_key() {
    let house = two_of_ines().await;
    let (commit, maya) = house.commit_of("maya", Role::Agent).await;
    let id = house.propose(split("T-12", 0, "Statement")).await.proposal_id.unwrap();
    let card = house.card(&commit, &maya, &id).await;
    let text = card.text();
    for expect in [
        "subject   Statement",
        "customer  Ines Duarte (C-4)",
        "priority  high (that of T-12)",
        "due       2026-11-23 17:00 UTC",
        "Ines Duarte (customer), 2026-11-23 09:00 UTC, PUBLIC",
        "Here is the statement.\nBye\n",
        "file: statement.pdf",
        "message [1] stays in it",
        "cannot be undone by a key",
    ] {
        assert!(text.contains(expect), "{expect} is not in:\n{text}");
    }
    assert_eq!(card.requirement().keys, Keys::One);
}

#[tokio::test]
async fn a_split_is_void_when_the_ticket_has_moved() {
    let house = two_of_ines().await;
    let (commit, maya) = house.commit_of("maya", Role::Agent).await;
    let id = house.propose(split("T-11", 2, "x")).await.proposal_id.unwrap();
    let card = house.card(&commit, &maya, &id).await;
    house.through(update("T-11", json!({"priority": "low"}))).await;
    assert_eq!(house.approve(&commit, &maya, card).await, Outcome::Superseded);
    assert_eq!(house.store.counts().await.unwrap().all, 5, "no new ticket");
}

#[tokio::test]
async fn a_split_takes_a_number_that_an_import_leaves_free_and_leaves_it_free_for_imports() {
    let house = two_of_ines().await;
    house.through(split("T-11", 2, "x")).await;
    let named_so = Intake::Ticket(Box::new(NewTicket { subject: "Imported later".to_owned(), ..ticket(13) }));
    let done = house.store.import(vec![named_so], Origin::File, event()).await.unwrap();
    assert_eq!(done.added, 1, "a ticket of that name in a file is another one");
    assert_eq!(house.ticket("T-13").await.row.subject, "x");
    assert_eq!(house.ticket("T-14").await.row.subject, "Imported later");
}

#[tokio::test]
async fn an_edit_changes_the_subject_and_never_the_tickets() {
    let house = two_of_ines().await;
    let (commit, maya) = house.commit_of("maya", Role::Agent).await;
    let id = house.propose(merge("T-11", "T-12")).await.proposal_id.unwrap();
    let other = commit.edit(&house.run, &maya, &id, merge("T-11", "T-1")).await.unwrap();
    assert_eq!(other, Err(Outcome::Refused("an edit keeps the tool and the ticket".to_owned())));
    let id = house.propose(split("T-11", 2, "x")).await.proposal_id.unwrap();
    let bad = commit.edit(&house.run, &maya, &id, split("T-11", 2, "a\nb")).await;
    assert!(bad.is_err(), "an edit is validated as a proposal is");
    let new = commit.edit(&house.run, &maya, &id, split("T-11", 2, "Hold ends when?")).await.unwrap().unwrap();
    let card = house.card(&commit, &maya, &new).await;
    assert!(card.text().contains("subject   Hold ends when?"));
    assert_eq!(house.approve(&commit, &maya, card).await, Outcome::Executed { version: 2 });
    assert_eq!(house.ticket("T-13").await.row.subject, "Hold ends when?");
}

/// A backend whose answers to writes are lost, before or after they reach the desk.
struct Loses {
    inner: McpBackend,
    delivers: bool,
    writes: AtomicUsize,
}

#[async_trait]
impl ToolBackend for Loses {
    async fn read(&self, run: &Run, call: &ReadCall) -> Result<Answer, BackendError> {
        self.inner.read(run, call).await
    }

    async fn propose(&self, run: &Run, call: &WriteCall, why: &Why) -> Result<WriteAnswer, BackendError> {
        self.inner.propose(run, call, why).await
    }

    async fn succeed(
        &self,
        run: &Run,
        call: &WriteCall,
        why: &Why,
        old: &ProposalId,
    ) -> Result<WriteAnswer, BackendError> {
        self.inner.succeed(run, call, why, old).await
    }

    async fn write(&self, approved: Approved) -> Result<WriteAnswer, BackendError> {
        self.writes.fetch_add(1, Ordering::SeqCst);
        if self.delivers {
            self.inner.write(approved).await?;
        }
        Err(BackendError::Lost("the server was killed".to_owned()))
    }
}

#[tokio::test]
async fn a_merge_or_split_whose_answer_is_lost_is_read_back_and_never_sent_again() {
    for (call, delivers) in [
        (merge("T-11", "T-12"), false),
        (merge("T-11", "T-12"), true),
        (split("T-11", 2, "x"), false),
        (split("T-11", 2, "x"), true),
    ] {
        let house = two_of_ines().await;
        let inner = house.backend(maya(), Era::Auto).await;
        let loses = Arc::new(Loses { inner, delivers, writes: AtomicUsize::new(0) });
        let (commit, maya) = house.commit_over(loses.clone(), maya());
        let id = house.propose(call.clone()).await.proposal_id.unwrap();
        let card = house.card(&commit, &maya, &id).await;
        let outcome = house.approve(&commit, &maya, card).await;
        let expect = if delivers { Outcome::Executed { version: 2 } } else { Outcome::Unknown { seen: Some(1) } };
        assert_eq!(outcome, expect, "{call:?}");
        assert_eq!(loses.writes.load(Ordering::SeqCst), 1);
        let state = house.store.proposal(&id).await.unwrap().unwrap().state;
        assert_eq!(state, if delivers { ProposalState::Executed } else { ProposalState::Unknown });
        let look = commit.open(&house.run, &maya, &id).await.unwrap();
        assert!(matches!(look, Look::Over(_)), "it cannot be approved again");
    }
}

/// A backend that carries a merge out by halves: the other ticket is closed, the messages never come over.
struct Halves(McpBackend);

#[async_trait]
impl ToolBackend for Halves {
    async fn read(&self, run: &Run, call: &ReadCall) -> Result<Answer, BackendError> {
        let answer = self.0.read(run, call).await?;
        let Answer::Ticket(mut answer) = answer else { return Ok(answer) };
        if answer.ticket.row.id.as_str() == "T-11" && answer.ticket.row.version > 1 {
            answer.ticket.thread.retain(|message| !message.body.contains("Zirkonium"));
        }
        Ok(Answer::Ticket(answer))
    }

    async fn propose(&self, run: &Run, call: &WriteCall, why: &Why) -> Result<WriteAnswer, BackendError> {
        self.0.propose(run, call, why).await
    }

    async fn succeed(
        &self,
        run: &Run,
        call: &WriteCall,
        why: &Why,
        old: &ProposalId,
    ) -> Result<WriteAnswer, BackendError> {
        self.0.succeed(run, call, why, old).await
    }

    async fn write(&self, approved: Approved) -> Result<WriteAnswer, BackendError> {
        self.0.write(approved).await
    }
}

#[tokio::test]
async fn a_merge_that_was_carried_out_by_halves_is_said_to_be_so() {
    let house = two_of_ines().await;
    let inner = house.backend(maya(), Era::Auto).await;
    let (commit, maya) = house.commit_over(Arc::new(Halves(inner)), maya());
    let id = house.propose(merge("T-11", "T-12")).await.proposal_id.unwrap();
    let card = house.card(&commit, &maya, &id).await;
    let outcome = house.approve(&commit, &maya, card).await;
    assert_eq!(outcome, Outcome::Partly("T-12 is closed, and its messages do not stand in T-11".to_owned()));
}

#[tokio::test]
async fn any_mcp_client_may_propose_and_none_writes() {
    let house = two_of_ines().await;
    for era in [Era::Modern, Era::Legacy] {
        let backend = house.backend(bot(), era).await;
        for call in [merge("T-11", "T-12"), split("T-11", 2, "Another thing")] {
            let answer = backend.propose(&house.run, &call, &Why::default()).await.unwrap();
            assert_eq!((answer.outcome, answer.success), (WriteOutcome::PendingApproval, false));
            assert_eq!(answer.other_id.as_ref(), call.other_id());
        }
    }
    let waiting = house.store.proposals(&ProposalQuery::default()).await.unwrap();
    assert_eq!(waiting.len(), 2, "a program that asks twice asks a person once");
    let of_the_second = ProposalQuery { ticket_id: Some("T-12".parse().unwrap()), decided: false };
    assert_eq!(house.store.proposals(&of_the_second).await.unwrap().len(), 1, "a merge concerns both tickets");
    for id in ["T-11", "T-12"] {
        assert_eq!(house.ticket(id).await.row.version, 1);
    }
}

#[tokio::test]
async fn arguments_are_read_strictly() {
    use countersign::tools::catalog::parse;
    let good = json!({"ticket_id": "T-1", "from": "T-2", "expected_version": 1, "from_version": 1});
    assert!(parse("merge_tickets", good.clone()).is_ok());
    let with = |key: &str, value: Value| {
        let mut bad = good.clone();
        bad[key] = value;
        bad
    };
    for bad in [
        with("approved", json!(true)),
        with("from", json!("T-2\u{202e}")),
        with("from", Value::Null),
        with("from_version", json!("1")),
        with("from_version", json!(1.0)),
        json!({"ticket_id": "T-1"}),
    ] {
        assert!(parse("merge_tickets", bad.clone()).is_err(), "{bad}");
    }
    for bad in [json!(-1), json!("0"), json!(0.0), Value::Null] {
        let split = json!({"ticket_id": "T-1", "message": bad, "subject": "x"});
        assert!(parse("split_message", split.clone()).is_err(), "{split}");
    }
}

#[tokio::test]
async fn two_tickets_are_merged_and_a_message_split_off_at_a_real_terminal_and_the_log_has_both() {
    let house = two_of_ines().await;
    let (home, desk) = (house.dir.path().join("home"), house.path());
    std::fs::create_dir(&home).unwrap();
    let mut terminal = Terminal::start(&home, 140, 45, &["--desk", desk.to_str().unwrap()]);
    terminal.wait("T-12 ");
    terminal.keys("\r");
    terminal.wait("Zirkonium is the word to find.");
    terminal.keys("J");
    terminal.wait("same customer");
    terminal.wait("is closed  T-11");
    terminal.keys("\t");
    terminal.wait("is closed  T-12");
    terminal.keys("\r");
    terminal.wait("Approve merge_tickets on T-11?");
    terminal.wait("all shown");
    terminal.wait("R confirm");
    terminal.keys("A");
    // The second key counts from 300 ms after the first; one that comes too soon takes the first back.
    terminal.settle(Duration::from_millis(600));
    terminal.keys("R");
    terminal.wait("v1 → v2; T-12 is closed");
    terminal.keys("\u{1b}");
    terminal.wait("closed · high · v2 merged into T-11");
    terminal.wait("Merged into T-11 by maya, and closed.");

    terminal.keys("\u{1b}");
    terminal.wait("▸ Queue");
    terminal.keys("/");
    terminal.wait("⏎ keep");
    terminal.keys("T-11");
    terminal.wait("1–1 of 1");
    terminal.keys("\r");
    terminal.wait_gone("⏎ keep");
    terminal.keys("\r");
    terminal.wait("My card shows two charges.");
    terminal.keys("g]]X");
    terminal.wait("message [2] of T-11");
    terminal.wait("Subject: Here is the statement.");
    terminal.keys("\r");
    terminal.wait("Approve split_message on T-11?");
    terminal.wait("all shown");
    terminal.wait("E edit");
    terminal.keys("A");
    terminal.wait("T-13 is the new ticket");
    terminal.keys("L");
    terminal.wait("followed");
    terminal.keys("q");
    assert!(terminal.ended());

    assert_eq!(house.ticket("T-11").await.thread.len(), 7);
    assert_eq!(house.ticket("T-13").await.row.subject, "Here is the statement.");
    for (ticket, what) in [("T-11", "executed"), ("T-12", "followed"), ("T-13", "followed")] {
        let filter = [format!("ticket:{ticket}"), format!("what:{what}")];
        let shown =
            program(&home).arg("--desk").arg(&desk).args(["audit", "show"]).args(filter).output().unwrap().stdout;
        let shown = String::from_utf8_lossy(&shown);
        let tool = if ticket == "T-13" { "split_message" } else { "merge_tickets" };
        assert!(shown.contains(tool) && shown.contains(what), "{ticket}: {shown}");
    }
    let verify = program(&home).arg("--desk").arg(&desk).args(["audit", "verify"]).output().unwrap();
    assert!(verify.status.success() && String::from_utf8_lossy(&verify.stdout).contains("verified"));
}
