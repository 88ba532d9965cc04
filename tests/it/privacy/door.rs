//! The same over HTTP, and not over MCP.

use countersign::domain::actor::Role;
use countersign::domain::audit::Action;
use countersign::store::Store as _;
use countersign::tools::catalog;
use serde_json::json;

use crate::http::{Served, is_problem};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn only_an_admin_hands_out_and_erases_and_only_by_naming_the_customer() {
    let served = Served::new().await;
    let customer = served.get(Role::Agent, "/tickets/T-1").await.json()["customer_id"].as_str().unwrap().to_owned();
    let (export, erase) = (format!("/customers/{customer}/export"), format!("/customers/{customer}/erase"));
    let named = json!({"confirm": "Customer 1"});
    for role in [Role::Bot, Role::Viewer, Role::Agent, Role::Supervisor] {
        is_problem(&served.get(role, &export).await, 403);
        is_problem(&served.post(role, &erase, &named).await, 403);
    }
    let document = served.get(Role::Admin, &export).await;
    assert_eq!(document.status, 200, "{document:?}");
    assert_eq!(document.json()["customer"]["email"], "c1@mailbox.example");
    for wrong in [
        json!({}),
        json!({"confirm": "yes"}),
        json!({"confirm": ""}),
        json!({"confirm": "Customer 2"}),
        json!({"confirm": true}),
        json!({"confirm": "Customer 1", "force": true}),
    ] {
        is_problem(&served.post(Role::Admin, &erase, &wrong).await, 422);
    }
    assert_eq!(served.get(Role::Admin, &export).await.status, 200, "nothing was erased yet");
    let done = served.post(Role::Admin, &erase, &named).await;
    assert_eq!(done.status, 200, "{done:?}");
    assert_eq!((&done.json()["tickets"], &done.json()["customer_id"]), (&json!(1), &json!(customer)));
    is_problem(&served.get(Role::Admin, &export).await, 404);
    is_problem(&served.post(Role::Admin, "/customers/C-404/erase", &named).await, 404);
    is_problem(&served.get(Role::Admin, "/customers/C-404/export").await, 404);
    let again = served.post(Role::Admin, &erase, &json!({"confirm": customer})).await;
    assert_eq!((again.status.as_u16(), &again.json()["tickets"]), (200, &json!(0)), "{again:?}");
    let husk = served.get(Role::Agent, "/tickets/T-1").await.json();
    assert_eq!(
        (&husk["subject"], &husk["customer_name"], &husk["status"]),
        (&json!("(erased)"), &json!("(erased)"), &json!("closed"))
    );
    let ask = json!({"body": "Hello?", "visibility": "public"});
    is_problem(&served.post(Role::Agent, "/tickets/T-1/actions/reply", &ask).await, 422);
    assert!(served.house.count(Action::Erased).await >= 1);
    served.house.store.verify(None).await.unwrap().unwrap();
    let log = served.house.store.log(None, 200).await.unwrap();
    let refused = log.iter().filter(|record| record.tool == "erase_customer" && record.outcome == "forbidden");
    assert_eq!(refused.count(), 4, "each refusal is in the log");
}

#[test]
fn no_tool_hands_out_or_erases() {
    for tool in catalog::all() {
        let text = format!("{} {}", tool.name, tool.title).to_lowercase();
        assert!(!text.contains("eras") && !text.contains("export"), "{text}");
    }
}
