//! Two processes at one desk: whoever is faster decides, the other one hears of it, and one write happens.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use countersign::commit::{Commit, Look, Outcome};
use countersign::domain::actor::{Reviewer, Role};
use countersign::domain::answer::{Answer, WriteAnswer};
use countersign::domain::approval::{Card, Signature};
use countersign::domain::audit::Action;
use countersign::domain::call::{ProposalQuery, ReadCall, WriteCall};
use countersign::domain::ids::ProposalId;
use countersign::domain::proposal::{Approved, ProposalState, Why};
use countersign::mcp::client::{Era, McpBackend};
use countersign::store::Store;
use countersign::tools::{BackendError, Run, ToolBackend};
use serde_json::json;
use tokio::sync::Mutex;

use crate::house::{House, principal, reply, update};

/// What somebody at another process does at the worst moment: between two steps of ours.
struct Meanwhile {
    inner: McpBackend,
    run: Run,
    /// Before our next read or proposal, once.
    other: Mutex<Option<(Commit, Reviewer, Card)>>,
}

impl Meanwhile {
    async fn strike(&self) {
        if let Some((commit, by, card)) = self.other.lock().await.take() {
            let signature = Signature::under(&card.text());
            let done = commit.approve(&self.run, &by, card, &signature).await.unwrap();
            assert!(matches!(done, Outcome::Executed { .. }), "{done:?}");
        }
    }
}

#[async_trait]
impl ToolBackend for Meanwhile {
    async fn read(&self, run: &Run, call: &ReadCall) -> Result<Answer, BackendError> {
        self.strike().await;
        self.inner.read(run, call).await
    }

    async fn propose(&self, run: &Run, call: &WriteCall, why: &Why) -> Result<WriteAnswer, BackendError> {
        self.strike().await;
        self.inner.propose(run, call, why).await
    }

    async fn succeed(
        &self,
        run: &Run,
        call: &WriteCall,
        why: &Why,
        old: &ProposalId,
    ) -> Result<WriteAnswer, BackendError> {
        self.strike().await;
        self.inner.succeed(run, call, why, old).await
    }

    async fn write(&self, approved: Approved) -> Result<WriteAnswer, BackendError> {
        self.inner.write(approved).await
    }
}

/// Tom, whose next step comes after maya has approved `id` in another process.
async fn tom_after_maya(house: &House, id: &ProposalId) -> (Commit, Reviewer) {
    let (commit, maya) = house.commit_of("maya", Role::Agent).await;
    let card = house.card(&commit, &maya, id).await;
    let inner = house.backend(principal("tom", Role::Agent), Era::Auto).await;
    let other = Mutex::new(Some((commit, maya, card)));
    let backend = Arc::new(Meanwhile { inner, run: house.run.clone(), other });
    house.commit_over(backend, principal("tom", Role::Agent))
}

async fn waiting(house: &House) -> usize {
    house.store.proposals(&ProposalQuery::default()).await.unwrap().len()
}

async fn replies(house: &House) -> usize {
    house.ticket("T-1").await.thread.iter().filter(|message| message.body.contains("We refund")).count()
}

#[tokio::test]
async fn who_opens_a_card_while_it_is_carried_out_elsewhere_gets_no_second_one_of_the_same() {
    let house = House::new().await;
    let id = house.propose(reply("T-1", "We refund 49.00.")).await.proposal_id.unwrap();
    let (commit, tom) = tom_after_maya(&house, &id).await;
    let look = commit.open(&house.run, &tom, &id).await.unwrap();
    assert!(matches!(look, Look::Over(ProposalState::Executed)), "{look:?}");
    assert_eq!((waiting(&house).await, replies(&house).await), (0, 1));
    assert!(house.store.verify(None).await.unwrap().is_ok());
}

#[tokio::test]
async fn who_edits_a_proposal_while_it_is_carried_out_elsewhere_gets_no_second_one_to_send() {
    let house = House::new().await;
    let id = house.propose(reply("T-1", "We refund 49.00.")).await.proposal_id.unwrap();
    let (commit, tom) = tom_after_maya(&house, &id).await;
    let edited = commit.edit(&house.run, &tom, &id, reply("T-1", "We refund 94.00.")).await.unwrap();
    assert_eq!(edited, Err(Outcome::Already(ProposalState::Executed)));
    assert_eq!((waiting(&house).await, replies(&house).await), (0, 1));
    assert_eq!(house.count(Action::Proposed).await, 1, "and nothing was filed for the edit");
}

#[tokio::test]
async fn two_who_edit_the_same_proposal_make_one_successor() {
    let house = House::new().await;
    let (one, maya) = house.commit_of("maya", Role::Agent).await;
    let (two, tom) = house.commit_of("tom", Role::Agent).await;
    for n in 0..10 {
        let id = house.propose(update("T-1", json!({"tags": [format!("t{n}")]}))).await.proposal_id.unwrap();
        let (run, a, b) = (&house.run, json!({"tags": [format!("a{n}")]}), json!({"tags": [format!("b{n}")]}));
        let edits = (one.edit(run, &maya, &id, update("T-1", a)), two.edit(run, &tom, &id, update("T-1", b)));
        let (a, b) = tokio::join!(edits.0, edits.1);
        let (a, b) = (a.unwrap(), b.unwrap());
        assert_eq!(usize::from(a.is_ok()) + usize::from(b.is_ok()), 1, "{a:?} {b:?}");
        assert_eq!(waiting(&house).await, n + 1);
    }
}

#[tokio::test]
async fn two_who_open_a_proposal_that_its_ticket_has_left_behind_find_one_in_its_place() {
    let house = House::new().await;
    let (one, maya) = house.commit_of("maya", Role::Agent).await;
    let (two, tom) = house.commit_of("tom", Role::Agent).await;
    for n in 0..10 {
        let id = house.propose(reply("T-1", &format!("We refund {n}."))).await.proposal_id.unwrap();
        let priority = ["low", "high"][n % 2];
        house.through(update("T-1", json!({"priority": priority}))).await;
        let (a, b) = tokio::join!(one.open(&house.run, &maya, &id), two.open(&house.run, &tom, &id));
        let cards = [a.unwrap(), b.unwrap()].into_iter().filter(|look| matches!(look, Look::Waiting(_))).count();
        assert!(cards <= 1, "two cards of one reply");
        assert_eq!(waiting(&house).await, n + 1, "and one of it waits");
    }
}

#[tokio::test]
async fn approved_and_denied_at_once_is_one_of_the_two() {
    let house = House::new().await;
    let (one, maya) = house.commit_of("maya", Role::Agent).await;
    let (two, tom) = house.commit_of("tom", Role::Agent).await;
    for n in 0..20 {
        let id = house.propose(update("T-1", json!({"tags": [format!("t{n}")]}))).await.proposal_id.unwrap();
        let card = house.card(&one, &maya, &id).await;
        let before = house.ticket("T-1").await.row.version;
        let no = async {
            // Now sooner, now later.
            tokio::time::sleep(Duration::from_micros(n * 150)).await;
            two.deny(&house.run, &tom, &id, "no", Duration::ZERO).await.unwrap()
        };
        let (yes, no) = tokio::join!(house.approve(&one, &maya, card), no);
        let written = matches!(yes, Outcome::Executed { .. });
        assert!(written != (no == Outcome::Denied), "{yes:?} {no:?}");
        assert_eq!(house.ticket("T-1").await.row.version, before + u64::from(written), "{yes:?} {no:?}");
        let state = house.store.proposal(&id).await.unwrap().unwrap().state;
        assert_eq!(state, if written { ProposalState::Executed } else { ProposalState::Denied });
    }
    let (executed, denied) = (house.count(Action::Executed).await, house.count(Action::Denied).await);
    assert_eq!(executed + denied, 20, "one end each in the log");
    assert!(house.store.verify(None).await.unwrap().is_ok());
}

#[tokio::test]
async fn what_was_shown_is_written_whatever_stands_in_the_file_by_then() {
    let house = House::new().await;
    let (commit, maya) = house.commit_of("maya", Role::Agent).await;
    let id = house.propose(reply("T-1", "We refund 49.00.")).await.proposal_id.unwrap();
    let card = house.card(&commit, &maya, &id).await;
    let raw = rusqlite::Connection::open(house.path()).unwrap();
    let other = reply("T-1", "We refund 4900.00.").at_version(1).arguments().to_string();
    raw.execute("UPDATE proposals SET arguments = ?2 WHERE id = ?1", [id.as_str(), &other]).unwrap();
    assert_eq!(house.approve(&commit, &maya, card).await, Outcome::Executed { version: 2 });
    assert_eq!(house.ticket("T-1").await.thread.last().unwrap().body, "We refund 49.00.");
    // What was changed before the card was opened is on the card.
    let id = house.propose(reply("T-1", "We refund 7.00.")).await.proposal_id.unwrap();
    let other = reply("T-1", "We refund 700.00.").at_version(2).arguments().to_string();
    raw.execute("UPDATE proposals SET arguments = ?2 WHERE id = ?1", [id.as_str(), &other]).unwrap();
    assert!(house.card(&commit, &maya, &id).await.text().contains("We refund 700.00."));
}

/// Every write in the log has one approval before it, of the same call by the same person, and no approval two writes.
async fn each_write_was_approved(house: &House) {
    house.store.flush().await.unwrap();
    let mut log = house.store.log(None, 1000).await.unwrap();
    log.reverse();
    let of = |action: Action| log.iter().filter(move |record| record.action == action.as_str());
    let key = |record: &countersign::domain::audit::Record| (record.digest.clone(), record.actor.clone());
    for write in of(Action::Executed) {
        let approvals =
            of(Action::Approved).filter(|record| record.seq < write.seq && key(record) == key(write)).count();
        let writes = of(Action::Executed).filter(|record| record.digest == write.digest).count();
        assert!(approvals >= 1 && writes == 1, "{approvals} {writes} {write:?}");
        assert!(write.digest.is_some());
    }
}

#[tokio::test]
async fn the_same_person_at_two_screens_approves_once() {
    let house = House::new().await;
    let (one, maya) = house.commit_of("maya", Role::Agent).await;
    let (two, maya_too) = house.commit_of("maya", Role::Agent).await;
    for n in 0..20 {
        let id = house.propose(reply("T-1", &format!("We refund {n}."))).await.proposal_id.unwrap();
        let (a, b) = (house.card(&one, &maya, &id).await, house.card(&two, &maya_too, &id).await);
        let (x, y) = tokio::join!(house.approve(&one, &maya, a), house.approve(&two, &maya_too, b));
        let done = [&x, &y].iter().filter(|outcome| matches!(outcome, Outcome::Executed { .. })).count();
        assert!(done == 1 && replies(&house).await == n + 1, "{x:?} {y:?}");
    }
    assert_eq!(house.count(Action::Executed).await, 20);
    each_write_was_approved(&house).await;
}
