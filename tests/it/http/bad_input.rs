//! Requests that nobody should send: refused as they should be, and nothing happens.

use std::time::Duration;

use axum::body::{Body, Bytes};
use countersign::domain::actor::Role;
use countersign::http::sent::MOST_BYTES;
use serde_json::json;

use crate::http::{Came, Served, asking, is_problem};

const UPDATE: &str = "POST /tickets/T-1/actions/update";

async fn update(served: &Served, body: &str) -> Came {
    served.ask_with(Role::Agent, UPDATE, &[], Some(body)).await
}

async fn nothing_waits(served: &Served) {
    let waiting = served.get(Role::Agent, "/proposals?decided=true").await.json();
    assert_eq!(waiting["proposals"], json!([]));
}

#[tokio::test]
async fn a_body_that_is_no_json_of_ours_is_unreadable() {
    let served = Served::new().await;
    let deep = format!("{}{}", "[".repeat(5_000), "]".repeat(5_000));
    for body in [
        r#"{"update":{"status":"open"},"update":{"status":"closed"}}"#,
        r#"{"update":{"status":"open","status":"closed"}}"#,
        r#"{"update":{"status":"open","st\u0061tus":"closed"}}"#,
        &format!(r#"{{"update":{{"tags":{deep}}}}}"#),
        &deep,
        "",
        "{",
        "{} {}",
        "update=open",
    ] {
        is_problem(&update(&served, body).await, 400);
    }
    let latin = asking(UPDATE)
        .header("authorization", format!("Bearer {}", served.token(Role::Agent)))
        .header("content-type", "application/json");
    let latin = latin.body(Body::from(b"{\"reason\":\"caf\xe9\"}".to_vec())).unwrap();
    is_problem(&served.send(latin).await, 400);
    nothing_waits(&served).await;
}

#[tokio::test]
async fn a_field_that_is_not_known_is_refused_above_all_approved() {
    let served = Served::new().await;
    for body in [
        json!({"update": {"status": "open"}, "approved": true}),
        json!({"update": {"status": "open", "approved": true}}),
        json!({"update": {"status": "open"}, "receipt": "rc-1"}),
        json!({"update": {"status": "open"}, "reson": "x"}),
        json!({"update": {"status": "lost"}}),
        json!({"update": {}}),
        json!({"update": null}),
        json!([]),
        json!([{"status": "open"}, "why"]),
        json!({"update": {"status": "open"}, "reason": "x".repeat(10_000)}),
    ] {
        is_problem(&update(&served, &body.to_string()).await, 422);
    }
    for path in ["/tickets?stauts=open", "/tickets?limit=0", "/tickets?limit=501", "/tickets?cursor=x", "/faq/search"] {
        is_problem(&served.get(Role::Agent, path).await, 422);
    }
    nothing_waits(&served).await;
}

#[tokio::test]
async fn a_body_of_another_kind_or_size_is_refused() {
    let served = Served::new().await;
    for media in ["text/plain", "application/x-www-form-urlencoded", "application/jsonp", "multipart/form-data", ""] {
        let came = served.ask_with(Role::Agent, UPDATE, &[("content-type", media)], Some("{}")).await;
        is_problem(&came, 415);
    }
    let charset = [("content-type", "application/json; charset=utf-8")];
    let fine = served.ask_with(Role::Agent, UPDATE, &charset, Some(r#"{"update":{"status":"open"}}"#)).await;
    assert_eq!(fine.status, 202, "{fine:?}");
    let large = format!(r#"{{"update":{{}},"reason":"{}"}}"#, "x".repeat(MOST_BYTES));
    is_problem(&update(&served, &large).await, 413);
    // A body whose length nobody has said is counted as it comes.
    let pieces = futures::stream::repeat_with(|| Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 65_536])));
    let endless = asking(UPDATE)
        .header("authorization", format!("Bearer {}", served.token(Role::Agent)))
        .header("content-type", "application/json");
    is_problem(&served.send(endless.body(Body::from_stream(pieces)).unwrap()).await, 413);
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_waited_for_ten_seconds() {
    let served = Served::new().await;
    let never = Body::from_stream(futures::stream::pending::<Result<Bytes, std::io::Error>>());
    let slow = asking(UPDATE)
        .header("authorization", format!("Bearer {}", served.token(Role::Agent)))
        .header("content-type", "application/json");
    let since = tokio::time::Instant::now();
    is_problem(&served.send(slow.body(never).unwrap()).await, 408);
    assert!((10..11).contains(&since.elapsed().as_secs()), "{:?}", since.elapsed());
    assert!(since.elapsed() < Duration::from_secs(11));
}
