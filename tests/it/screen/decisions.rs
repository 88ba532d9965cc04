//! Decisions: what leaves the card, what comes back, and what is kept on the way.

use countersign::domain::call::WriteCall;
use countersign::domain::canonical::Digest;
use countersign::domain::ticket::Visibility;
use countersign::tui::events::{Answer, Effect, Failure, Msg, Outcome};
use countersign::tui::keymap::Context;
use serde_json::json;

use crate::screen::approval::{approved, before_a_ready_card, before_a_ready_reply, opened, request_of};
use crate::screen::desk::{Person, card, update_call};

#[test]
fn an_approval_leaves_once_with_the_digest_of_what_was_shown() {
    let mut person = before_a_ready_card();
    person.press("A A A R enter");
    assert_eq!(person.approvals(), 1);
    let Some(Effect::Approve { card, signature, .. }) =
        person.asked.iter().find(|e| matches!(e, Effect::Approve { .. }))
    else {
        panic!()
    };
    assert_eq!(signature.shown, Digest::of(&[card.text().as_bytes()]));
    assert_eq!(card.proposal().id().as_str(), "P-2");
}

#[test]
fn while_a_decision_runs_esc_looks_elsewhere_and_the_outcome_still_comes() {
    let mut person = before_a_ready_card();
    person.press("A A j v");
    assert_eq!(person.model.context(), Context::Deciding);
    person.press("esc");
    assert_eq!(person.model.context(), Context::Pending);
    let request = request_of(&person, approved);
    person.msg(Msg::Answered { request, answer: Answer::Decided(Outcome::Executed { before: 7, after: 8 }) });
    assert!(person.sees("v7 → v8"), "{}", person.screen());
    assert_eq!(person.approvals(), 1);
}

#[test]
fn each_outcome_reads_differently_and_has_a_way_out() {
    for (outcome, words) in [
        (Outcome::Executed { before: 7, after: 8 }, "Done."),
        (Outcome::Superseded { fresh: None }, "Superseded."),
        (Outcome::Expired, "Expired."),
        (Outcome::Refused { why: "only a supervisor may".into() }, "Refused."),
        (Outcome::Failed { message: "disk full".into() }, "Failed."),
        (Outcome::Unknown { read_back: "still at v7".into() }, "Unknown."),
    ] {
        let mut person = before_a_ready_card();
        person.press("A");
        let request = request_of(&person, approved);
        person.msg(Msg::Answered { request, answer: Answer::Decided(outcome) });
        assert_eq!(person.model.context(), Context::Outcome);
        assert!(person.sees(words), "{}", person.screen());
        person.press("enter");
        assert_eq!(person.model.context(), Context::Card, "the next one that waits");
    }
}

#[test]
fn a_superseded_proposal_is_shown_again_and_rests_again() {
    let mut person = before_a_ready_card();
    person.press("A");
    let request = request_of(&person, approved);
    let fresh = Some(card("P-11", update_call(&json!({"assignee": "maya"}))));
    person.msg(Msg::Answered { request, answer: Answer::Decided(Outcome::Superseded { fresh }) });
    person.draw();
    assert!(person.sees("The ticket moved"), "{}", person.screen());
    person.press("A");
    assert_eq!(person.approvals(), 1, "the key was for the old card");
    person.wait(400);
    person.press("A");
    assert_eq!(person.approvals(), 2);
}

#[test]
fn a_lost_answer_to_an_approval_is_unknown_not_failed() {
    let mut person = before_a_ready_card();
    person.press("A");
    let request = Some(request_of(&person, approved));
    let failure = Failure { request, what: "write".into(), message: "the line broke".into(), way_out: String::new() };
    person.msg(Msg::Failed(failure));
    assert!(person.sees("Unknown.") && person.sees("not sent again"), "{}", person.screen());
}

#[test]
fn an_edit_keeps_the_tool_and_is_shown_again() {
    let mut person = before_a_ready_reply();
    person.press("E");
    assert_eq!(person.model.context(), Context::Editing);
    person.write(" PS");
    person.press("ctrl-s");
    let edited = person.asked.iter().find_map(|effect| match effect {
        Effect::EditProposal { call: WriteCall::SendReply(reply), .. } => Some(reply.clone()),
        _ => None,
    });
    let edited = edited.unwrap();
    assert!(edited.body.ends_with(" PS") && edited.visibility == Visibility::Public);
    assert_eq!(person.model.context(), Context::Card);
    person.press("A");
    assert_eq!(person.approvals(), 0, "a new card rests like every other");
}

#[test]
fn an_edit_that_fails_is_not_lost() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::EditProposal { .. }));
    person.press("P enter");
    person.wait(400);
    person.press("E");
    person.write(" KEEP");
    person.press("ctrl-s");
    let request =
        request_of(&person, |e| if let Effect::EditProposal { request, .. } = e { Some(*request) } else { None });
    person.msg(Msg::Failed(Failure {
        request: Some(request),
        what: "file the edit".into(),
        message: "busy".into(),
        way_out: "try again".into(),
    }));
    assert_eq!(person.model.context(), Context::Editing);
    assert!(person.sees("KEEP"));
}

#[test]
fn a_numbered_reason_denies_in_words() {
    let mut person = before_a_ready_card();
    person.press("D 2");
    assert!(person.asked.iter().any(|e| matches!(e, Effect::Deny { reason, .. } if reason == "Not our policy")));
}

#[test]
fn a_proposal_of_somebody_else_lights_the_status_bar_and_opens_nothing() {
    let mut person = Person::at(120, 40);
    person.press("enter e");
    person.write("x");
    person.msg(Msg::QueueChanged);
    assert_eq!(person.model.context(), Context::Editing);
    assert!(person.sees("3 wait for you"));
}

#[test]
fn the_exact_arguments_can_be_read_and_the_card_rests_after_them() {
    let mut person = before_a_ready_card();
    person.press("v");
    assert!(person.sees("\"expected_version\": 7"), "{}", person.screen());
    person.press("A esc A");
    assert_eq!(person.approvals(), 0);
}

#[test]
fn a_card_that_does_not_wait_any_more_says_so() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::OpenCard { .. }));
    person.press("P enter");
    let request = request_of(&person, opened);
    person.msg(Msg::Answered { request, answer: Answer::CardGone("tom approved it".into()) });
    assert_eq!(person.model.context(), Context::Pending);
    assert!(person.sees("tom approved it"));
}
