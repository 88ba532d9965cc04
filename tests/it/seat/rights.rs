use countersign::domain::actor::{Reviewer, Role};
use countersign::domain::feedback::{Feedback, Thumb};
use countersign::domain::ticket::Tone;
use countersign::seat::{Local, Question, SeatError, answered};
use countersign::tools::Run;
use serde_json::{Value, json};

use crate::house::{House, principal};

/// Somebody of this role at a seat of the house.
async fn seat(house: &House, role: Role) -> Local {
    let (commit, _) = house.commit_of("maya", Role::Agent).await;
    let person = principal("somebody", role);
    Local::new(commit, person.clone(), Reviewer::sign_in(person).ok(), Run::new("r-seat".parse().unwrap()))
}

/// Arguments that a question takes.
pub(crate) async fn arguments(house: &House, question: Question) -> Value {
    match question {
        Question::About | Question::Pending | Question::Present => json!({}),
        Question::Counts => json!({"queries": [{}]}),
        Question::Haystack | Question::Figures => json!({"query": {}}),
        Question::Rows | Question::Tickets | Question::Seen => json!({"tickets": ["T-1"]}),
        Question::FindSaid => json!({"words": "refund", "limit": 5}),
        Question::Article => json!({"article": "A-1"}),
        Question::Proposal | Question::Open | Question::Withdraw => json!({"proposal": "p-none"}),
        Question::Countersign => {
            let signature = json!({"shown": "", "read": {"secs": 1, "nanos": 0}, "held": {"secs": 0, "nanos": 0}});
            let made_at = "2026-01-01T00:00:00Z";
            json!({"shown": {"proposal": "p-none", "digest": "", "made_at": made_at, "text": "", "signature": signature}})
        }
        Question::Deny => json!({"proposal": "p-none", "reason": "no", "read": {"secs": 1, "nanos": 0}}),
        Question::Edit => {
            let call =
                json!({"tool": "update_ticket", "arguments": {"ticket_id": "T-1", "update": {"status": "open"}}});
            json!({"proposal": "p-none", "call": call})
        }
        Question::Snooze => json!({"tickets": ["T-1"], "until": null}),
        Question::See => json!({"tickets": [["T-1", 1]]}),
        Question::Attend => json!({"at": ["T-1", "reading"]}),
        Question::Thumbs => json!({"ticket": "T-1"}),
        Question::Rate => {
            let suggestion = json!({
                "response_text": "Hello.", "confidence": 0.5, "citations": [], "unsupported": [], "evidence": [],
            });
            let suggestion = serde_json::from_value(suggestion).unwrap();
            let feedback = Feedback::of_draft(Thumb::Good, &house.ticket("T-1").await, Tone::Polite, &suggestion);
            json!({"feedback": feedback})
        }
        Question::Log => json!({"query": {}, "before": null, "limit": 5}),
        Question::Said => json!({"records": [1]}),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_role_has_its_stated_answer_to_every_question_at_a_seat() {
    let house = House::new().await;
    for role in Role::ALL {
        let seat = seat(&house, *role).await;
        for question in Question::ALL {
            let answer = answered(&seat, *question, arguments(&house, *question).await).await;
            let refused = matches!(answer, Err(SeatError::NotAllowed(_)));
            let may = role.may(question.needs());
            assert_eq!(refused, !may, "{role} asks {}: {answer:?}", question.as_str());
            // What is not there is said so, and nothing else goes wrong.
            assert!(!may || matches!(answer, Ok(_) | Err(SeatError::Gone(_))), "{role}, {question:?}: {answer:?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_that_asks_for_too_much_is_refused_before_anything_is_looked_up() {
    let house = House::new().await;
    let seat = seat(&house, Role::Admin).await;
    let ids = |n: usize| (1..=n).map(|n| format!("T-{n}")).collect::<Vec<_>>();
    let noted = |n: usize| ids(n).into_iter().map(|id| json!([id, 1])).collect::<Vec<_>>();
    let long = "a".repeat(1_001);
    for (question, fits, asked) in [
        (Question::Counts, json!({"queries": vec![json!({}); 64]}), json!({"queries": vec![json!({}); 65]})),
        (Question::Counts, json!({"queries": [{"text": "a"}]}), json!({"queries": [{"text": long}]})),
        (Question::Haystack, json!({"query": {}}), json!({"query": {"text": long}})),
        (Question::Rows, json!({"tickets": ids(500)}), json!({"tickets": ids(501)})),
        (Question::Seen, json!({"tickets": ids(500)}), json!({"tickets": ids(501)})),
        (Question::Snooze, json!({"tickets": ["T-1"], "until": null}), json!({"tickets": ids(501), "until": null})),
        (Question::See, json!({"tickets": noted(3)}), json!({"tickets": noted(501)})),
        (Question::Tickets, json!({"tickets": ids(100)}), json!({"tickets": ids(101)})),
        (Question::FindSaid, json!({"words": "a", "limit": 500}), json!({"words": "a", "limit": 501})),
        (Question::FindSaid, json!({"words": "a", "limit": 1}), json!({"words": long, "limit": 1})),
        (
            Question::Log,
            json!({"query": {}, "before": null, "limit": 500}),
            json!({"query": {}, "before": null, "limit": u32::MAX}),
        ),
        (Question::Figures, json!({"query": {}}), json!({"query": {"words": vec!["a"; 65]}})),
        (Question::Said, json!({"records": vec![1; 100]}), json!({"records": vec![1; 101]})),
    ] {
        let answer = answered(&seat, question, fits).await;
        assert!(answer.is_ok(), "{question:?}: {answer:?}");
        let answer = answered(&seat, question, asked).await;
        assert!(matches!(answer, Err(SeatError::TooMuch(_))), "{question:?}: {answer:?}");
    }
    let twice = answered(&seat, Question::Tickets, json!({"tickets": vec!["T-1"; 100]})).await.unwrap();
    assert_eq!(twice.as_array().unwrap().len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_question_takes_its_arguments_and_nothing_else() {
    let house = House::new().await;
    let seat = seat(&house, Role::Admin).await;
    for question in Question::ALL {
        let mut asked = arguments(&house, *question).await;
        asked["approved"] = json!(true);
        let answer = answered(&seat, *question, asked).await;
        assert!(matches!(answer, Err(SeatError::Gone(_))), "{question:?}: {answer:?}");
        assert_eq!(Question::named(question.as_str()), Some(*question));
    }
    assert_eq!(Question::named("execute"), None);
}
