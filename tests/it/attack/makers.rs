//! What somebody says of a proposal of theirs, or does to somebody else's, so that its rules do not hold.

use countersign::commit::{CommitError, Outcome};
use countersign::desk::Caller;
use countersign::domain::actor::Role;
use countersign::domain::answer::Answer;
use countersign::domain::audit::Action;
use countersign::domain::call::{ReadCall, Suggest, WriteCall};
use countersign::domain::policy::{Policy, Rule};
use countersign::domain::proposal::{ProposalState, Why};
use countersign::domain::ticket::{Status, Tone};
use countersign::store::Store;
use serde_json::json;

use crate::house::{House, bot, principal, reply, update};

/// A desk where what is not sure takes a supervisor.
async fn careful() -> House {
    let rule = Rule { confidence_below: Some(0.99), role: Role::Supervisor, ..Rule::default() };
    House::with(Policy { rules: vec![rule], ..Policy::default() }).await
}

fn caller(house: &House) -> Caller {
    Caller::new(bot(), "bot".into(), house.run.id.clone())
}

fn sure(confidence: f64) -> Why {
    let text = "approved by a supervisor".to_owned();
    Why { confidence: Some(confidence), calibrated: true, text, ..Why::default() }
}

/// What the desk keeps of a bot's proposal that claims to be sure.
async fn kept(house: &House, call: WriteCall, why: Why) -> Why {
    let answer = house.desk().write(&caller(house), call, why, None).await.unwrap();
    let filed = house.store.proposal(&answer.proposal_id.unwrap()).await.unwrap().unwrap();
    filed.proposal.why().clone()
}

#[tokio::test]
async fn a_bot_that_claims_to_be_sure_loosens_no_rule() {
    let house = careful().await;
    let why = kept(&house, update("T-1", json!({"status": "closed"})), sure(1.0)).await;
    assert_eq!((why.confidence, why.calibrated), (None, false));
    let answer = house.desk().write(&caller(&house), update("T-2", json!({"status": "closed"})), sure(1.0), None).await;
    let id = answer.unwrap().proposal_id.unwrap();
    let (commit, maya) = house.commit_of("maya", Role::Agent).await;
    let card = house.card(&commit, &maya, &id).await;
    assert!(!card.text().contains("1.00"), "{}", card.text());
    assert!(matches!(house.approve(&commit, &maya, card).await, Outcome::Refused(_)));
    assert_eq!(house.ticket("T-2").await.row.version, 1);
}

#[tokio::test]
async fn how_sure_the_desk_has_told_a_bot_it_is_counts_for_that_very_text() {
    let house = careful().await;
    let ask = Suggest { ticket_id: "T-1".parse().unwrap(), tone: Tone::Polite, quick: true };
    let told = house.desk().read(&caller(&house), &ReadCall::SuggestResponse(ask)).await.unwrap();
    let Answer::Suggestion(told) = told else { panic!("{told:?}") };
    assert!(told.confidence < 0.99, "{told:?}");
    // Whatever number it gives.
    let why = kept(&house, reply("T-1", &told.response_text), sure(1.0)).await;
    assert_eq!((why.confidence, why.calibrated), (Some(told.confidence), told.calibrated));
    let why = kept(&house, update("T-1", json!({"status": "pending"})), sure(1.0)).await;
    assert_eq!(why.confidence, Some(told.confidence));
    let why = kept(&house, reply("T-1", "Your refund of 900.00 is on its way."), sure(1.0)).await;
    assert_eq!(why.confidence, None, "of another text nothing was told");
    let why = kept(&house, update("T-2", json!({"status": "pending"})), sure(1.0)).await;
    assert_eq!(why.confidence, None, "of another ticket nothing was told");
    let other = Caller::new(principal("bot-2", Role::Bot), "bot-2".into(), house.run.id.clone());
    let call = update("T-1", json!({"priority": "low"}));
    let answer = house.desk().write(&other, call, sure(1.0), None).await.unwrap();
    let filed = house.store.proposal(&answer.proposal_id.unwrap()).await.unwrap().unwrap();
    assert_eq!(filed.proposal.why().confidence, None, "another bot was told nothing");
}

#[tokio::test]
async fn nobody_is_a_second_person_beside_their_own_assistant() {
    let rule = Rule { status: Some(Status::Closed), second_person: true, ..Rule::default() };
    let house = House::with(Policy { rules: vec![rule], ..Policy::default() }).await;
    let maya = principal("maya", Role::Agent);
    let close = update("T-1", json!({"status": "closed"}));
    let id = house.propose_as(maya.assistant(), close).await.proposal_id.unwrap();
    let (commit, by) = house.commit_of("maya", Role::Agent).await;
    let card = house.card(&commit, &by, &id).await;
    assert!(matches!(house.approve(&commit, &by, card).await, Outcome::Refused(_)));
    assert_eq!(house.count(Action::Executed).await, 0);
    let (commit, by) = house.commit_of("tom", Role::Agent).await;
    let card = house.card(&commit, &by, &id).await;
    assert_eq!(house.approve(&commit, &by, card).await, Outcome::Executed { version: 2 });
}

#[tokio::test]
async fn an_edit_that_edits_nothing_makes_no_proposal_of_ones_own() {
    let rule = Rule { proposer: Some(Role::Bot), role: Role::Supervisor, ..Rule::default() };
    let house = House::with(Policy { rules: vec![rule], ..Policy::default() }).await;
    let call = update("T-1", json!({"status": "closed"}));
    let id = house.propose(call.clone()).await.proposal_id.unwrap();
    let (commit, maya) = house.commit_of("maya", Role::Agent).await;
    let edited = commit.edit(&house.run, &maya, &id, call.at_version(1)).await.unwrap();
    assert!(matches!(edited, Err(Outcome::Refused(_))), "{edited:?}");
    let filed = house.store.proposal(&id).await.unwrap().unwrap();
    assert_eq!(filed.state, ProposalState::Pending);
}

#[tokio::test]
async fn nobody_takes_back_what_somebody_else_has_proposed() {
    let house = House::new().await;
    let by_tom = principal("tom", Role::Agent);
    let id = house.propose_as(by_tom, update("T-1", json!({"priority": "low"}))).await.proposal_id.unwrap();
    let (commit, maya) = house.commit_of("maya", Role::Agent).await;
    assert!(matches!(commit.withdraw(&house.run, &maya, &id).await, Err(CommitError::NotYours(_))));
    let (commit, tom) = house.commit_of("tom", Role::Agent).await;
    commit.withdraw(&house.run, &tom, &id).await.unwrap();
    let filed = house.store.proposal(&id).await.unwrap().unwrap();
    assert_eq!(filed.state, ProposalState::Cancelled);
}

#[tokio::test]
async fn a_program_that_nobody_heeds_is_told_to_wait_where_the_rules_set_a_bound() {
    let house = House::with(Policy { most_waiting: 2, ..Policy::default() }).await;
    for priority in ["low", "high"] {
        house.propose(update("T-1", json!({"priority": priority}))).await;
    }
    let third =
        house.desk().write(&caller(&house), update("T-2", json!({"priority": "low"})), Why::default(), None).await;
    assert!(third.unwrap_err().to_string().contains("2 proposals of yours wait"));
    let other = principal("bot-2", Role::Bot);
    assert!(house.propose_as(other, update("T-2", json!({"priority": "low"}))).await.proposal_id.is_some());
}
