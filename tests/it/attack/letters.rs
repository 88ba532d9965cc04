//! Signed and not away: whatever happens in the seconds between, a reply goes out at most once, or was taken back.

use std::time::Duration;

use countersign::commit::{Commit, Outcome};
use countersign::domain::actor::{Reviewer, Role};
use countersign::domain::approval::Card;
use countersign::domain::audit::Action;
use countersign::domain::call::WriteCall;
use countersign::domain::ids::ProposalId;
use countersign::domain::policy::Policy;
use countersign::domain::proposal::ProposalState;
use countersign::store::Store;
use countersign::tui::events::{Effect, Moment, Msg};
use countersign::tui::keymap::Context;
use serde_json::json;

use crate::house::{House, principal, reply, update};
use crate::screen::desk::Person;
use crate::terminal::Terminal;

const WAIT: Moment = Duration::from_secs(10);

/// A person whose reply waits for ten seconds; it was signed at the moment that is given.
fn signed(wait: Moment) -> (Person, Moment) {
    let mut person = Person::at(120, 40);
    person.model = person.model.holding_replies(wait);
    person.press("enter s");
    person.wait(400);
    for _ in 0..20 {
        person.press("ctrl-d");
    }
    person.press("A");
    person.at += Duration::from_millis(400);
    person.press("R");
    let at = person.at;
    (person, at)
}

fn woke(person: &mut Person, at: Moment) {
    person.at = at;
    person.msg(Msg::Woke { at });
}

#[test]
fn taken_back_at_the_last_moment_is_taken_back_or_sent_and_never_both() {
    for after_due in [false, true] {
        for millis in 0..=60 {
            let (mut person, at) = signed(WAIT);
            person.press("O");
            let moment = at + WAIT.saturating_sub(Duration::from_millis(30)) + Duration::from_millis(millis);
            // Both at one moment: now the alarm is read first, now the key.
            if after_due {
                woke(&mut person, moment);
                person.press("O");
            } else {
                person.at = moment;
                person.press("O");
                let now = person.at;
                woke(&mut person, now);
            }
            let taken = person.model.context() == Context::Editing;
            for second in 1..40 {
                woke(&mut person, moment + Duration::from_secs(second));
            }
            assert_eq!(usize::from(taken) + person.approvals(), 1, "{after_due} {millis}: {}", person.screen());
        }
    }
}

#[test]
fn sent_now_and_sent_by_its_time_at_one_moment_is_sent_once() {
    let (mut person, at) = signed(WAIT);
    person.press("O");
    person.at = at + WAIT;
    person.press("s s");
    woke(&mut person, at + WAIT + Duration::from_millis(20));
    person.press("s O s");
    for second in 1..40 {
        woke(&mut person, at + WAIT + Duration::from_secs(second));
    }
    assert_eq!(person.approvals(), 1);
    // Quitting at that moment sends it no second time either.
    let (mut person, at) = signed(WAIT);
    person.press("esc q");
    person.at = at + WAIT;
    woke(&mut person, at + WAIT);
    person.press("s");
    person.press("s k");
    assert_eq!(person.approvals(), 1);
}

#[test]
fn where_no_time_is_given_it_goes_at_once_and_once() {
    let (mut person, at) = signed(Duration::ZERO);
    assert_eq!(person.approvals(), 1);
    person.press("R A R O O s");
    for second in 1..40 {
        woke(&mut person, at + Duration::from_secs(second));
    }
    assert_eq!(person.approvals(), 1);
    assert!(!person.asked.iter().any(|effect| matches!(effect, Effect::Deny { .. })));
}

#[test]
fn a_wait_that_ended_while_the_program_stood_still_begins_anew() {
    for late in [1100, 2500, 60_000] {
        let (mut person, at) = signed(WAIT);
        let moment = at + WAIT + Duration::from_millis(late);
        woke(&mut person, moment);
        assert_eq!(person.approvals(), 0, "{late} ms late: nobody could take it back");
        woke(&mut person, moment + WAIT + Duration::from_millis(20));
        assert_eq!(person.approvals(), 1, "{late} ms late");
    }
}

/// A reply to T-1 that was read and signed; it has not gone out.
async fn held(house: &House) -> (Commit, Reviewer, Card, ProposalId) {
    let (commit, maya) = house.commit_of("maya", Role::Agent).await;
    let id = house.propose(reply("T-1", "We refund 49.00.")).await.proposal_id.unwrap();
    let card = house.card(&commit, &maya, &id).await;
    (commit, maya, card, id)
}

async fn sent(house: &House) -> usize {
    house.ticket("T-1").await.thread.iter().filter(|message| message.body == "We refund 49.00.").count()
}

/// What else happens at the desk while it waits: a change, a reply of another agent, the ticket merged away.
fn meanwhile() -> Vec<WriteCall> {
    let merge = json!({"ticket_id": "T-2", "from": "T-1"});
    vec![
        update("T-1", json!({"status": "resolved"})),
        reply("T-1", "Somebody else was faster."),
        WriteCall::read("merge_tickets", merge).unwrap(),
    ]
}

#[tokio::test]
async fn a_ticket_that_moved_while_the_reply_waited_keeps_it_from_going_out() {
    for other in meanwhile() {
        let house = House::new().await;
        let (commit, maya, card, id) = held(&house).await;
        assert!(matches!(house.through(other.clone()).await, Outcome::Executed { .. }), "{other:?}");
        assert_eq!(house.approve(&commit, &maya, card).await, Outcome::Superseded, "{other:?}");
        assert_eq!(sent(&house).await, 0, "{other:?}");
        let state = house.store.proposal(&id).await.unwrap().unwrap().state;
        assert_eq!(state, ProposalState::Superseded);
        assert!(house.store.verify(None).await.unwrap().is_ok());
    }
}

#[tokio::test]
async fn what_was_decided_elsewhere_while_the_reply_waited_stands() {
    let house = House::new().await;
    let (commit, maya, card, id) = held(&house).await;
    let (other, tom) = house.commit_of("tom", Role::Agent).await;
    other.deny(&house.run, &tom, &id, "not ours to pay", Duration::ZERO).await.unwrap();
    assert_eq!(house.approve(&commit, &maya, card).await, Outcome::Already(ProposalState::Denied));
    assert_eq!((sent(&house).await, house.count(Action::Approved).await), (0, 0));

    let house = House::new().await;
    let (commit, maya, card, id) = held(&house).await;
    let (other, tom) = house.commit_of("tom", Role::Agent).await;
    let own = house.card(&other, &tom, &id).await;
    assert_eq!(house.approve(&other, &tom, own).await, Outcome::Executed { version: 2 });
    assert_eq!(house.approve(&commit, &maya, card).await, Outcome::Already(ProposalState::Executed));
    assert_eq!((sent(&house).await, house.count(Action::Executed).await), (1, 1));

    let house = House::new().await;
    let (commit, maya, card, id) = held(&house).await;
    let (other, tom) = house.commit_of("tom", Role::Agent).await;
    other.edit(&house.run, &tom, &id, reply("T-1", "We refund 94.00.")).await.unwrap().unwrap();
    assert_eq!(house.approve(&commit, &maya, card).await, Outcome::Already(ProposalState::Superseded));
    assert_eq!(sent(&house).await, 0);
}

#[tokio::test]
async fn a_proposal_that_ended_by_time_or_a_person_who_was_signed_out_while_it_waited_sends_nothing() {
    let house = House::with(Policy { proposal_minutes: 1, ..Policy::default() }).await;
    let (commit, maya, _, id) = held(&house).await;
    let raw = rusqlite::Connection::open(house.path()).unwrap();
    let soon = countersign::clock::now().as_millisecond() + 2000;
    raw.execute("UPDATE proposals SET expires_at = ?2 WHERE id = ?1", rusqlite::params![id.as_str(), soon]).unwrap();
    let card = house.card(&commit, &maya, &id).await;
    while countersign::clock::now().as_millisecond() < soon {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(house.approve(&commit, &maya, card).await, Outcome::Expired);
    assert_eq!((sent(&house).await, house.count(Action::Approved).await), (0, 0));

    let house = House::new().await;
    let (commit, maya, card, id) = held(&house).await;
    house.store.save_person(&principal("maya", Role::Viewer), "maya").await.unwrap();
    assert!(matches!(house.approve(&commit, &maya, card).await, Outcome::Refused(_)));
    assert_eq!(sent(&house).await, 0);
    assert_eq!(house.store.proposal(&id).await.unwrap().unwrap().state, ProposalState::Failed);
}

#[tokio::test]
async fn two_programs_that_hold_the_same_signed_reply_send_it_once() {
    let house = House::new().await;
    house.propose(reply("T-1", "We refund 49.00.")).await;
    let programs = ["one", "two"].map(|name| {
        let home = house.dir.path().join(name);
        std::fs::create_dir(&home).unwrap();
        let env = [("COUNTERSIGN_SEND_UNDO_SECONDS", "5")];
        Terminal::with(&home, 140, 42, &["--desk", house.path().to_str().unwrap()], &env)
    });
    let mut each = programs;
    for (before, keys) in [("1 waits for you", "P"), ("send_reply", "\r"), ("A approve", "A"), ("out now", "R")] {
        for terminal in &mut each {
            terminal.wait(before);
            terminal.settle(Duration::from_millis(350));
            terminal.keys(keys);
        }
    }
    for terminal in &each {
        terminal.wait("In the outbox.");
    }
    let ended = |screen: &str| screen.contains("v1 → v2") || screen.contains("Decided already.");
    let screens = each.map(|terminal| terminal.wait_until("an end", ended));
    let done = screens.iter().filter(|screen| screen.contains("v1 → v2")).count();
    assert_eq!(done, 1, "{}\n{}", screens[0], screens[1]);
    assert_eq!((sent(&house).await, house.count(Action::Executed).await), (1, 1));
    assert_eq!(house.ticket("T-1").await.row.version, 2);
    assert!(house.store.verify(None).await.unwrap().is_ok());
}
