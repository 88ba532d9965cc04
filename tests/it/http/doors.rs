//! Who may ask for what: every route, every role, every state of a token.

use axum::body::Body;
use countersign::access;
use countersign::domain::actor::Role;
use countersign::domain::audit::Action;
use countersign::domain::ids::CredentialId;
use countersign::http::limits::Bounds;
use countersign::http::table::{ROUTES, Route, Sends};
use countersign::store::Store as _;

use crate::house::principal;
use crate::http::{Served, WIDE, asking, is_problem, token};

/// A request of a route that is well formed and about nothing that is there.
pub(crate) fn line(route: &Route) -> (String, Option<&'static str>) {
    let path = route.path.replace("{id}", "X-404");
    let query = if route.path == "/faq/search" { "?q=refund" } else { "" };
    let body = (!matches!(route.sends, Sends::Nothing)).then_some("{}");
    (format!("{} {path}{query}", route.method), body)
}

#[tokio::test]
async fn every_route_lets_in_whom_the_table_of_rights_names_and_nobody_else() {
    let served = Served::new().await;
    for route in ROUTES {
        let (line, body) = line(route);
        for role in Role::ALL {
            let came = served.ask_with(*role, &line, &[], body).await;
            let may = route.needs.is_none_or(|needs| role.may(needs));
            if may {
                assert!(![401, 403, 405, 500].contains(&came.status.as_u16()), "{role}: {line}: {came:?}");
                let there = if route.sometimes { 404 } else { 200 };
                assert!(route.needs.is_some() || came.status == there, "{line}: {came:?}");
            } else {
                is_problem(&came, 403);
            }
        }
    }
}

#[tokio::test]
async fn who_may_not_read_an_answer_may_not_have_its_head() {
    let served = Served::new().await;
    for (role, status) in [(Role::Bot, 403), (Role::Supervisor, 200)] {
        assert_eq!(served.ask_with(role, "HEAD /audit", &[], None).await.status, status, "{role}");
    }
}

#[tokio::test]
async fn every_token_that_is_not_good_gets_the_same_answer_on_every_route() {
    let served = Served::new().await;
    let long_ago = "2020-01-01T00:00:00Z".parse().unwrap();
    let (_, expired) = token(&served.house, "late", Role::Admin, Some(long_ago)).await;
    let (id, revoked) = token(&served.house, "gone", Role::Admin, None).await;
    let (id, admin) = (id.parse::<CredentialId>().unwrap(), principal("root", Role::Admin));
    access::take_back(served.house.store.as_ref(), &admin, &served.house.run.id, &id).await.unwrap();
    let good = served.token(Role::Admin);
    let none = [
        String::new(),
        "Bearer ".to_owned(),
        format!("Bearer cs_{}", "0".repeat(64)),
        format!("Bearer {good}x"),
        format!("Bearer {expired}"),
        format!("Bearer {revoked}"),
        format!("Basic {good}"),
        good.to_owned(),
    ];
    let mut said = Vec::new();
    for route in ROUTES.iter().filter(|route| route.needs.is_some()) {
        let (line, body) = line(route);
        for shown in &none {
            let mut request = asking(&line).header("content-type", "application/json").header("x-request-id", "same");
            if !shown.is_empty() {
                request = request.header("authorization", shown);
            }
            let came = served.send(request.body(body.map_or_else(Body::empty, Body::from)).unwrap()).await;
            is_problem(&came, 401);
            assert!(came.header("www-authenticate").starts_with("Bearer"), "{came:?}");
            said.push(came.text);
        }
    }
    said.dedup();
    assert_eq!(said.len(), 1, "nobody learns what is wrong with a token: {said:?}");
}

#[tokio::test]
async fn who_may_not_is_in_the_log_with_what_they_asked_for() {
    let served = Served::new().await;
    let no = served.ask_with(Role::Bot, "POST /proposals/p-1/approve", &[], Some("{}")).await;
    is_problem(&no, 403);
    served.house.store.flush().await.unwrap();
    let log = served.house.store.log(None, 100).await.unwrap();
    let record = log.iter().find(|record| record.tool == "approve_proposal").expect("it is recorded");
    assert_eq!((record.actor.as_str(), record.outcome.as_str()), ("http-bot", "forbidden"));
    assert_eq!(record.action, Action::Refused.as_str());
}

#[tokio::test]
async fn what_is_no_route_of_ours_is_said_as_a_problem_too() {
    let served = Served::new().await;
    is_problem(&served.get(Role::Admin, "/nothing").await, 404);
    is_problem(&served.get(Role::Admin, "/tickets/").await, 404);
    is_problem(&served.get(Role::Admin, "/tickets/%ff").await, 404);
    is_problem(&served.get(Role::Admin, "/tickets/T%201").await, 404);
    let wrong = served.ask_with(Role::Admin, "DELETE /tickets", &[], None).await;
    is_problem(&wrong, 405);
    assert!(wrong.header("allow").contains("GET"), "{wrong:?}");
    let asked = served.ask_with(Role::Admin, "OPTIONS /tickets/T-1", &[], None).await;
    assert_eq!(asked.status, 204);
    assert!(["GET", "PATCH", "DELETE"].iter().all(|method| asked.header("allow").contains(method)), "{asked:?}");
    assert_eq!(asked.header("access-control-allow-origin"), "");
}

#[tokio::test]
async fn a_request_to_another_name_or_from_another_page_is_refused() {
    let pages = Bounds { hosts: vec!["desk.example".into()], origins: vec!["https://tools.example".into()], ..WIDE };
    let served = Served::within(pages).await;
    let bearer = format!("Bearer {}", served.token(Role::Viewer));
    let send = async |host: &str, origin: &str| {
        let request = axum::http::Request::get("/tickets").header("host", host).header("authorization", &bearer);
        let request = if origin.is_empty() { request } else { request.header("origin", origin) };
        served.send(request.body(Body::empty()).unwrap()).await
    };
    is_problem(&send("evil.example", "").await, 403);
    is_problem(&send("localhost", "https://evil.example").await, 403);
    assert_eq!(send("desk.example:443", "").await.status, 200);
    let allowed = send("localhost", "https://tools.example").await;
    assert_eq!(allowed.status, 200);
    assert_eq!(allowed.header("access-control-allow-origin"), "https://tools.example");
    let before = asking("OPTIONS /tickets")
        .header("origin", "https://tools.example")
        .header("access-control-request-method", "POST");
    let before = served.send(before.body(Body::empty()).unwrap()).await;
    assert_eq!(before.status, 204);
    assert!(before.header("access-control-allow-headers").contains("idempotency-key"));
    let probe = axum::http::Request::get("/healthz").header("host", "10.1.2.3:8425").body(Body::empty()).unwrap();
    assert_eq!(served.send(probe).await.status, 200);
}

#[tokio::test]
async fn who_asks_too_often_is_told_when_to_come_again() {
    let served = Served::within(Bounds { requests_per_minute: 3, ..WIDE }).await;
    for _ in 0..3 {
        assert_eq!(served.get(Role::Viewer, "/tickets/T-1").await.status, 200);
    }
    let no = served.get(Role::Viewer, "/tickets/T-1").await;
    is_problem(&no, 429);
    assert!((1..=21).contains(&no.header("retry-after").parse::<u32>().unwrap()));
    assert_eq!(served.get(Role::Agent, "/tickets/T-1").await.status, 200);
}

#[tokio::test]
async fn a_change_whose_caller_has_gone_has_its_place_until_it_is_done() {
    let served = std::sync::Arc::new(Served::within(Bounds { most_at_once: 1, ..WIDE }).await);
    let (hold, held) = tokio::sync::mpsc::channel::<Result<&'static str, std::io::Error>>(1);
    let slow = asking("POST /tickets/T-1/actions/update")
        .header("authorization", format!("Bearer {}", served.token(Role::Agent)))
        .header("content-type", "application/json");
    let body = Body::from_stream(futures::stream::unfold(held, async |mut held| Some((held.recv().await?, held))));
    let (slow, asked) = (slow.body(body).unwrap(), std::sync::Arc::clone(&served));
    let caller = tokio::spawn(async move { asked.send(slow).await });
    // It is under way once its body is being read.
    hold.send(Ok("{")).await.unwrap();
    let more = hold.reserve().await.unwrap();
    caller.abort();
    assert!(caller.await.unwrap_err().is_cancelled());
    is_problem(&served.get(Role::Agent, "/tickets/T-1").await, 503);
    more.send(Ok("}"));
    drop(hold);
    let free = async {
        while served.get(Role::Agent, "/tickets/T-1").await.status != 200 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(std::time::Duration::from_secs(20), free).await.expect("its place is free again");
}

#[tokio::test]
async fn a_door_that_is_full_says_so_and_still_tells_that_it_lives() {
    let served = Served::within(Bounds { most_at_once: 1, ..WIDE }).await;
    let (hold, held) = tokio::sync::mpsc::channel::<Result<&'static str, std::io::Error>>(1);
    let slow = asking("POST /tickets/T-1/actions/update")
        .header("authorization", format!("Bearer {}", served.token(Role::Agent)))
        .header("content-type", "application/json");
    let body = Body::from_stream(futures::stream::unfold(held, async |mut held| Some((held.recv().await?, held))));
    let slow = served.send(slow.body(body).unwrap());
    let meanwhile = async {
        // It is under way once its body is being read.
        hold.send(Ok("{")).await.unwrap();
        hold.reserve().await.unwrap().send(Ok("}"));
        let full = served.get(Role::Agent, "/tickets/T-1").await;
        is_problem(&full, 503);
        assert_eq!(full.header("retry-after"), "1");
        assert_eq!(served.get(Role::Agent, "/healthz").await.status, 200);
        drop(hold);
    };
    let (came, ()) = tokio::join!(slow, meanwhile);
    is_problem(&came, 422);
    assert_eq!(served.get(Role::Agent, "/tickets/T-1").await.status, 200);
}

#[tokio::test]
async fn whoever_looks_at_the_metrics_is_let_in_while_the_database_is_gone() {
    let served = Served::new().await;
    assert_eq!(served.get(Role::Viewer, "/metrics").await.status, 200);
    let desk = rusqlite::Connection::open(served.house.path()).unwrap();
    desk.execute_batch("ALTER TABLE meta RENAME TO away").unwrap();
    let since = std::time::Instant::now();
    // What is known of credentials is believed for a second.
    while served.get(Role::Viewer, "/customers?limit=1").await.status == 200 {
        assert!(since.elapsed() < std::time::Duration::from_secs(30), "it is not asked whether a credential is good");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    assert_eq!(served.get(Role::Viewer, "/metrics").await.status, 200);
    let unknown = served.get(Role::Supervisor, "/metrics").await.status;
    assert!(unknown.is_server_error(), "who was never seen is not let in: {unknown}");
}

#[tokio::test]
async fn a_change_of_a_ticket_that_goes_by_a_name_is_asked_for_once() {
    let served = Served::new().await;
    let patch = async |key: &str, body: &str| {
        served.ask_with(Role::Agent, "PATCH /tickets/T-1", &[("idempotency-key", key)], Some(body)).await
    };
    let first = patch("\"8e03978e-40d5-43dd-bc93-6894a57f9324\"", r#"{"priority":"low"}"#).await;
    assert_eq!(first.status, 202, "{first:?}");
    // The same name without its quotes is the same name.
    let again = patch("8e03978e-40d5-43dd-bc93-6894a57f9324", r#"{"priority":"low"}"#).await;
    assert_eq!((again.status.as_u16(), again.json()), (202, first.json()));
    is_problem(&patch("8e03978e-40d5-43dd-bc93-6894a57f9324", r#"{"priority":"high"}"#).await, 422);
    is_problem(&patch("\"half", r#"{"priority":"low"}"#).await, 400);
}
