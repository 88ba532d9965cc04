//! The queue as its user asks for it: filtered, sorted, paged, counted.

use countersign::domain::ids::{PrincipalId, TicketId};
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

#[tokio::test]
async fn a_ticket_put_off_is_out_of_that_person_s_queue_until_the_time_or_until_something_happens() {
    let house = House::new().await;
    let (maya, tom) = ("maya".parse().unwrap(), "tom".parse().unwrap());
    let awake = |who: &PrincipalId| TicketQuery { awake_for: Some(who.clone()), ..TicketQuery::default() };
    let asleep = |who: &PrincipalId| TicketQuery { snoozed_by: Some(who.clone()), ..TicketQuery::default() };
    let (now, t2) = (jiff::Timestamp::now(), "T-2".parse().unwrap());
    let later = now + jiff::SignedDuration::from_hours(1);
    house.store.snooze(&maya, &t2, Some(later)).await.unwrap();
    assert_eq!(found(&house, awake(&maya)).await.1, 2);
    assert_eq!(found(&house, asleep(&maya)).await, (vec!["T-2".to_owned()], 1));
    assert_eq!(found(&house, awake(&tom)).await.1, 3, "it is nobody else's");
    let open = TicketQuery { status: vec![Status::Open, Status::New], text: Some("charged".into()), ..awake(&maya) };
    assert_eq!(found(&house, open).await.1, 2);
    // Something happens.
    house.through(update("T-2", json!({"priority": "urgent"}))).await;
    assert_eq!((found(&house, awake(&maya)).await.1, found(&house, asleep(&maya)).await.1), (3, 0));
    // The time is over, or the person thinks better of it.
    house.store.snooze(&maya, &t2, Some(now)).await.unwrap();
    assert_eq!(found(&house, awake(&maya)).await.1, 3);
    house.store.snooze(&maya, &t2, Some(later)).await.unwrap();
    house.store.snooze(&maya, &t2, None).await.unwrap();
    assert_eq!(found(&house, awake(&maya)).await.1, 3);
}

#[tokio::test]
async fn what_somebody_has_seen_is_theirs_alone_and_ends_with_the_next_version() {
    let house = House::new().await;
    let (maya, tom): (PrincipalId, PrincipalId) = ("maya".parse().unwrap(), "tom".parse().unwrap());
    let ids: Vec<TicketId> = ["T-1", "T-2"].map(|id| id.parse().unwrap()).into();
    assert_eq!(house.store.seen(&maya, &ids).await.unwrap(), []);
    house.store.see(&maya, &ids[1], 1).await.unwrap();
    assert_eq!(house.store.seen(&maya, &ids).await.unwrap(), [(ids[1].clone(), 1)]);
    assert_eq!(house.store.seen(&tom, &ids).await.unwrap(), [], "it is nobody else's");
    house.through(update("T-2", json!({"priority": "urgent"}))).await;
    let now = house.ticket("T-2").await.row.version;
    assert!(house.store.seen(&maya, &ids).await.unwrap()[0].1 < now);
    house.store.see(&maya, &ids[1], now).await.unwrap();
    house.store.see(&maya, &"T-99".parse().unwrap(), 3).await.unwrap();
    assert_eq!(house.store.seen(&maya, &ids).await.unwrap(), [(ids[1].clone(), now)]);
    assert_eq!(house.ticket("T-2").await.row.version, now, "the ticket does not change by it");
}

#[tokio::test]
async fn due_soon_is_what_is_owed_before_a_time() {
    let house = House::new().await;
    let all = found(&house, TicketQuery { sort: Sort::Due, ..TicketQuery::default() }).await;
    let long_ago = TicketQuery { due_before: Some("2001-01-01T00:00:00Z".parse().unwrap()), ..TicketQuery::default() };
    let some_day = TicketQuery { due_before: Some("2200-01-01T00:00:00Z".parse().unwrap()), ..TicketQuery::default() };
    assert_eq!(found(&house, long_ago).await.1, 0);
    let due = found(&house, some_day).await.1;
    let owed = futures::future::join_all(all.0.iter().map(|id| house.ticket(id))).await;
    assert_eq!(due, owed.iter().filter(|ticket| ticket.row.due_at.is_some()).count() as u64);
}
