//! Writes: what changes a ticket waits for a person.

use countersign::domain::actor::Role;
use serde_json::json;

use crate::http::{Served, is_problem};

#[tokio::test]
async fn every_change_of_a_ticket_is_accepted_as_a_proposal_and_changes_nothing() {
    let served = Served::new().await;
    let before = served.house.ticket("T-1").await;
    let asked = [
        ("PATCH /tickets/T-1", Some(json!({"status": "pending"}))),
        ("DELETE /tickets/T-1", None),
        ("POST /tickets/T-1/actions/update", Some(json!({"update": {"priority": "low"}, "reason": "asked"}))),
        ("POST /tickets/T-1/actions/reply", Some(json!({"body": "Hello.", "visibility": "public"}))),
        ("POST /tickets/T-1/actions/merge", Some(json!({"from": "T-2"}))),
    ];
    for role in [Role::Bot, Role::Agent, Role::Supervisor, Role::Admin] {
        for (line, body) in &asked {
            let body = body.as_ref().map(ToString::to_string);
            let came = served.ask_with(role, line, &[], body.as_deref()).await;
            assert_eq!(came.status, 202, "{role} {line}: {came:?}");
            let answer = came.json();
            assert_eq!(answer["outcome"], "pending_approval");
            let at = came.header("location");
            assert_eq!(at, format!("/proposals/{}", answer["proposal_id"].as_str().unwrap()));
        }
    }
    assert_eq!(served.house.ticket("T-1").await, before);
}

#[tokio::test]
async fn a_change_that_was_decided_on_another_version_is_not_filed() {
    let served = Served::new().await;
    let body = r#"{"status":"pending"}"#;
    let patch =
        async |tag: &str| served.ask_with(Role::Agent, "PATCH /tickets/T-1", &[("if-match", tag)], Some(body)).await;
    for stale in ["\"7\"", "W/\"1\"", "\"abc\""] {
        is_problem(&patch(stale).await, 412);
    }
    for unreadable in ["\"1\", \"2\"", "7", "{}"] {
        is_problem(&patch(unreadable).await, 400);
    }
    assert_eq!(served.get(Role::Agent, "/proposals").await.json()["proposals"], json!([]));
    assert_eq!(patch("\"1\"").await.status, 202);
    assert_eq!(patch("*").await.status, 202);
}

#[tokio::test]
async fn a_summary_and_a_suggestion_need_no_body_and_change_nothing() {
    let served = Served::new().await;
    let before = served.house.ticket("T-1").await;
    for role in [Role::Viewer, Role::Bot] {
        let summary = served.ask_with(role, "POST /tickets/T-1/actions/summarize", &[], None).await;
        assert_eq!(summary.status, 200, "{summary:?}");
        assert!(summary.json()["summary"].is_string());
        let body = json!({"tone": "concise"});
        let reply = served.post(role, "/tickets/T-1/actions/suggest_response", &body).await;
        assert!(reply.json()["response_text"].is_string(), "{reply:?}");
    }
    is_problem(&served.post(Role::Bot, "/tickets/T-1/actions/summarize", &json!({"slow": true})).await, 422);
    assert_eq!(served.house.ticket("T-1").await, before);
}
