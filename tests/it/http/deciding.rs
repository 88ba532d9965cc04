//! Decisions: one wins, once, on what was read.

use countersign::domain::actor::Role;
use countersign::domain::audit::Action;
use serde_json::json;

use crate::http::{Served, is_problem};

#[tokio::test]
async fn a_proposal_is_approved_by_who_has_read_its_card() {
    let served = Served::new().await;
    let (id, read) = served.waiting("pending").await;
    let path = format!("/proposals/{id}/approve");
    let with = |field: &str, value: serde_json::Value| {
        let mut other = read.clone();
        other[field] = value;
        other
    };
    let another = with("digest", json!("0".repeat(64)));
    is_problem(&served.post(Role::Agent, &path, &another).await, 412);
    let of_another_time = with("made_at", json!("2099-01-01T00:00:00Z"));
    is_problem(&served.post(Role::Agent, &path, &of_another_time).await, 412);
    is_problem(&served.post(Role::Agent, &path, &with("approved", json!(true))).await, 422);
    for role in [Role::Bot, Role::Viewer] {
        is_problem(&served.post(role, &path, &read).await, 403);
    }
    assert_eq!(served.house.ticket("T-1").await.row.version, 1);
    let done = served.post(Role::Agent, &path, &read).await;
    assert_eq!((done.status.as_u16(), done.json()), (200, json!({"outcome": "executed", "version": 2})));
    is_problem(&served.post(Role::Agent, &path, &read).await, 409);
}

#[tokio::test]
async fn a_thousand_replays_of_an_approval_are_one_write() {
    let served = Served::new().await;
    let (id, body) = served.waiting("pending").await;
    let path = format!("/proposals/{id}/approve");
    let all = futures::future::join_all((0..1_000).map(|_| served.post(Role::Agent, &path, &body))).await;
    let went_well = all.iter().filter(|came| came.status == 200).count();
    assert_eq!(went_well, 1, "{:?}", all.iter().map(|came| came.status.as_u16()).collect::<Vec<_>>());
    all.iter().filter(|came| came.status != 200).for_each(|came| is_problem(came, 409));
    assert_eq!(served.house.ticket("T-1").await.row.version, 2);
    assert_eq!(served.house.count(Action::Executed).await, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_who_approve_at_once_one_wins_and_the_other_is_told() {
    let served = Served::new().await;
    for round in 0..10_u32 {
        let status = if round % 2 == 0 { "pending" } else { "open" };
        let (id, body) = served.waiting(status).await;
        let path = format!("/proposals/{id}/approve");
        let (one, other) =
            tokio::join!(served.post(Role::Agent, &path, &body), served.post(Role::Supervisor, &path, &body));
        let (won, lost) = if one.status == 200 { (one, other) } else { (other, one) };
        assert_eq!(won.status, 200, "{won:?}");
        is_problem(&lost, 409);
        assert_eq!(served.house.ticket("T-1").await.row.version, u64::from(round) + 2);
    }
}

#[tokio::test]
async fn a_denial_reaches_who_asked_with_its_reason() {
    let served = Served::new().await;
    let (id, _) = served.waiting("closed").await;
    let denied = served.post(Role::Agent, &format!("/proposals/{id}/deny"), &json!({"reason": "not yet"})).await;
    assert_eq!(denied.json(), json!({"outcome": "denied"}));
    let seen = served.get(Role::Bot, "/proposals?decided=true").await.json();
    assert_eq!(
        (&seen["proposals"][0]["state"], &seen["proposals"][0]["reason"]),
        (&json!("denied"), &json!("not yet"))
    );
    is_problem(&served.post(Role::Agent, "/proposals/p-404/deny", &json!({"reason": "x"})).await, 404);
}

#[tokio::test]
async fn a_card_about_a_ticket_that_is_gone_is_not_found() {
    let served = Served::new().await;
    let (id, read) = served.waiting("pending").await;
    let desk = rusqlite::Connection::open(served.house.path()).unwrap();
    desk.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
    assert_eq!(desk.execute("DELETE FROM tickets WHERE id = 'T-1'", []).unwrap(), 1);
    is_problem(&served.get(Role::Agent, &format!("/proposals/{id}/card")).await, 404);
    is_problem(&served.post(Role::Agent, &format!("/proposals/{id}/approve"), &read).await, 404);
    is_problem(&served.get(Role::Agent, "/tickets/T-1").await, 404);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn who_approves_twice_at_once_is_told_once_that_it_is_done() {
    let served = Served::new().await;
    for round in 0..10_u32 {
        let status = if round % 2 == 0 { "pending" } else { "open" };
        let (id, body) = served.waiting(status).await;
        let path = format!("/proposals/{id}/approve");
        let (one, other) = tokio::join!(served.post(Role::Agent, &path, &body), served.post(Role::Agent, &path, &body));
        let (won, lost) = if one.status == 200 { (one, other) } else { (other, one) };
        assert_eq!(won.status, 200, "{won:?}");
        is_problem(&lost, 409);
        assert_eq!(served.house.ticket("T-1").await.row.version, u64::from(round) + 2);
    }
}

#[tokio::test]
async fn a_card_of_a_ticket_that_moved_says_so_and_is_as_old_as_what_was_asked_for() {
    let served = Served::new().await;
    let (id, _) = served.waiting("pending").await;
    let before = served.get(Role::Agent, &format!("/proposals/{id}")).await.json();
    served.house.through(crate::house::update("T-1", json!({"priority": "low"}))).await;
    let card = served.get(Role::Agent, &format!("/proposals/{id}/card")).await.json();
    let text = card["text"].as_str().unwrap();
    assert!(text.contains("THE TICKET HAS MOVED since this was proposed: at version 1, and it is 2"), "{text}");
    let anew = served.get(Role::Agent, &format!("/proposals/{}", card["id"].as_str().unwrap())).await.json();
    assert_ne!(anew["id"], before["id"]);
    assert_eq!(anew["filed_at"], before["filed_at"]);
    let again = served.get(Role::Agent, &format!("/proposals/{}/card", anew["id"].as_str().unwrap())).await.json();
    assert!(again["text"].as_str().unwrap().contains("at version 1, and it is 2"), "whoever opens it is told");
}
