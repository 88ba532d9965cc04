//! The queue as its user asks for it: filtered, sorted, paged, counted.

use countersign::domain::ids::TicketId;
use countersign::domain::ticket::{Priority, Sort, Status, TicketQuery};
use countersign::store::Store;
use serde_json::json;

use crate::house::{House, update};

async fn found(house: &House, query: TicketQuery) -> (Vec<String>, u64) {
    let page = house.store.tickets(&query).await.unwrap();
    (page.tickets.into_iter().map(|row| TicketId::to_string(&row.id)).collect(), page.total)
}

fn text(words: &str) -> TicketQuery {
    TicketQuery { text: Some(words.to_owned()), ..TicketQuery::default() }
}

#[tokio::test]
async fn a_filter_finds_the_ticket_that_is_meant_and_no_other() {
    let house = House::new().await;
    assert_eq!(found(&house, text("FH-100002")).await, (vec!["T-2".to_owned()], 1));
    assert_eq!(found(&house, text("t-3")).await, (vec!["T-3".to_owned()], 1));
    assert_eq!(found(&house, text("charged twice")).await.1, 3);
    assert_eq!(found(&house, text("zebra")).await, (vec![], 0));
}

#[tokio::test]
async fn pages_and_totals_agree_with_every_filter() {
    let house = House::new().await;
    house.through(update("T-2", json!({"status": "pending", "priority": "urgent", "tags": ["vip"]}))).await;
    house.through(update("T-3", json!({"assignee": "tom"}))).await;
    let by = |query: TicketQuery| found(&house, query);
    let pending = TicketQuery { status: vec![Status::Pending], ..TicketQuery::default() };
    assert_eq!(by(pending).await, (vec!["T-2".to_owned()], 1));
    let urgent = TicketQuery { priority: vec![Priority::Urgent], ..TicketQuery::default() };
    assert_eq!(by(urgent).await, (vec!["T-2".to_owned()], 1));
    let toms = TicketQuery { assignee: Some("tom".parse().unwrap()), ..TicketQuery::default() };
    assert_eq!(by(toms).await, (vec!["T-3".to_owned()], 1));
    let nobodys = TicketQuery { assignee: Some("nobody".parse().unwrap()), ..TicketQuery::default() };
    assert_eq!(by(nobodys).await.1, 2);
    let vip = TicketQuery { tag: Some("vip".to_owned()), ..TicketQuery::default() };
    assert_eq!(by(vip).await, (vec!["T-2".to_owned()], 1));
    let second = TicketQuery { limit: 1, offset: 1, sort: Sort::Created, ..TicketQuery::default() };
    assert_eq!(by(second).await, (vec!["T-2".to_owned()], 3));
}
