//! Reads: tags, pages, names of requests, packed answers.

use axum::body::Body;
use countersign::domain::actor::Role;
use countersign::domain::intake::Intake;
use countersign::store::{Origin, Store as _};
use serde_json::Value;

use crate::house::{event, ticket};
use crate::http::{Served, asking, is_problem};

#[tokio::test]
async fn a_ticket_is_sent_once_to_who_knows_its_version() {
    let served = Served::new().await;
    let first = served.get(Role::Bot, "/tickets/T-1").await;
    assert_eq!((first.status.as_u16(), first.header("etag")), (200, "\"1\""));
    assert_eq!(first.header("cache-control"), "no-store");
    assert_eq!(first.header("x-content-type-options"), "nosniff");
    for (known, expect) in [("\"1\"", 304), ("W/\"1\"", 304), ("\"0\", \"1\"", 304), ("\"2\"", 200)] {
        let again = served.ask_with(Role::Bot, "GET /tickets/T-1", &[("if-none-match", known)], None).await;
        assert_eq!((again.status.as_u16(), again.header("etag")), (expect, "\"1\""), "{known}");
        assert_eq!(again.text.is_empty(), expect == 304);
    }
    let head = served.ask_with(Role::Bot, "HEAD /tickets/T-1", &[], None).await;
    assert_eq!((head.status.as_u16(), head.header("etag"), head.text.as_str()), (200, "\"1\"", ""));
}

#[tokio::test]
async fn a_name_of_a_request_is_kept_where_it_is_sane_and_made_where_it_is_not() {
    let served = Served::new().await;
    let named = async |name: &str| {
        let came = served.ask_with(Role::Bot, "GET /tickets/T-404", &[("x-request-id", name)], None).await;
        is_problem(&came, 404);
        came.header("x-request-id").to_owned()
    };
    assert_eq!(named("abc-1.2_3").await, "abc-1.2_3");
    for odd in ["", "a b", "\"><script>", "é", &"x".repeat(65)] {
        let made = named(odd).await;
        assert!(made != odd && made.starts_with("q-"), "{odd}: {made}");
    }
    assert_ne!(named("").await, named("").await);
}

/// Every id of a list, page by page, with `meanwhile` done after the first page.
async fn walk(served: &Served, path: &str, key: &str, meanwhile: impl AsyncFnOnce()) -> Vec<String> {
    let mut came = served.get(Role::Agent, path).await;
    let (mut found, mut meanwhile, mut pages) = (Vec::new(), Some(meanwhile), 0);
    loop {
        assert_eq!(came.status, 200, "{came:?}");
        let page = came.json();
        found.extend(page[key].as_array().unwrap().iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        if let Some(meanwhile) = meanwhile.take() {
            meanwhile().await;
        }
        let Some(next) = page["next"].as_str() else { return found };
        let link = came.header("link");
        assert!(link.contains(next) && link.ends_with("; rel=\"next\""), "{link}");
        let target = link.trim_start_matches('<').split('>').next().unwrap().to_owned();
        came = served.get(Role::Agent, &target).await;
        pages += 1;
        assert!(pages < 100, "the pages have no end");
    }
}

#[tokio::test]
async fn rows_that_come_in_meanwhile_move_no_other_from_page_to_page() {
    for sort in ["priority", "due", "created", "updated"] {
        let served = Served::new().await;
        let rows = |from: u32, to: u32| (from..=to).map(|n| Intake::Ticket(Box::new(ticket(n)))).collect::<Vec<_>>();
        served.house.store.import(rows(4, 23), Origin::File, event()).await.unwrap();
        let before = served.get(Role::Agent, &format!("/tickets?sort={sort}&limit=500")).await.json();
        let before: Vec<Value> = before["tickets"].as_array().unwrap().iter().map(|row| row["id"].clone()).collect();
        assert_eq!(before.len(), 23);
        let store = served.house.store.clone();
        let come_in = async || {
            store.import(rows(24, 30), Origin::File, event()).await.unwrap();
        };
        let mut walked = walk(&served, &format!("/tickets?sort={sort}&limit=4"), "tickets", come_in).await;
        walked.retain(|id| before.iter().any(|known| known == id));
        assert_eq!(walked.iter().map(|id| Value::from(id.as_str())).collect::<Vec<_>>(), before, "{sort}");
    }
}

#[tokio::test]
async fn a_thread_comes_in_pages_and_a_cursor_serves_its_own_list_alone() {
    let served = Served::new().await;
    let whole = served.get(Role::Agent, "/tickets/T-1/messages").await.json();
    let total = whole["total"].as_u64().unwrap();
    assert_eq!(whole["messages"].as_array().unwrap().len() as u64, total);
    assert!(whole["next"].is_null());
    let list = served.get(Role::Agent, "/tickets?limit=1").await.json();
    let next = list["next"].as_str().unwrap();
    assert_eq!(served.get(Role::Agent, &format!("/tickets?limit=2&cursor={next}")).await.status, 200);
    for other in ["/tickets?sort=due&", "/tickets?status=open&", "/tickets?offset=1&", "/tickets/T-1/messages?"] {
        is_problem(&served.get(Role::Agent, &format!("{other}cursor={next}")).await, 422);
    }
}

#[tokio::test]
async fn long_answers_are_packed_for_who_takes_that() {
    let served = Served::new().await;
    let packed = [("accept-encoding", "gzip")];
    let long = served.ask_with(Role::Agent, "GET /openapi.json", &packed, None).await;
    assert_eq!(long.header("content-encoding"), "gzip");
    assert_eq!(served.get(Role::Agent, "/openapi.json").await.header("content-encoding"), "");
    let short = served.ask_with(Role::Agent, "GET /tickets/T-404", &packed, None).await;
    assert_eq!(short.header("content-encoding"), "");
}

#[tokio::test]
async fn the_routes_can_be_read_by_everybody_without_anything_from_elsewhere() {
    let served = Served::new().await;
    for path in ["/openapi.json", "/docs", "/docs/page.js", "/docs/page.css"] {
        let came = served.send(asking(&format!("GET {path}")).body(Body::empty()).unwrap()).await;
        assert_eq!(came.status, 200, "{path}");
        assert!(!came.text.contains("https://cdn") && !came.text.contains("//unpkg"), "{path}");
    }
    let page = served.send(asking("GET /docs").body(Body::empty()).unwrap()).await;
    let policy = page.header("content-security-policy");
    assert!(policy.contains("default-src 'none'") && !policy.contains("unsafe"), "{policy}");
    assert!(!page.text.contains("<script>") && !page.text.contains("style=\""), "nothing is inline");
    let document = served.send(asking("GET /openapi.json").body(Body::empty()).unwrap()).await.json();
    assert_eq!(document["openapi"], "3.1.0");
}
