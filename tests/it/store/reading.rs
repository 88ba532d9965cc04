//! Tickets, customers and articles: brought in once, found by what people filter on, a page at a time.

use countersign::domain::article::{Article, CannedReply};
use countersign::domain::customer::Customer;
use countersign::domain::intake::{Intake, NewCustomer, NewTicket};
use countersign::domain::ticket::{Attachment, Priority, Sort, Status, TicketQuery};
use countersign::store::{Imported, Origin};

use crate::house::{event, ticket, update};
use crate::store::{Desk, id, later, on_both};
use serde_json::json;

on_both! {
    a_ticket_comes_back_as_it_came_in,
    what_is_there_already_is_not_brought_in_again,
    a_ticket_whose_number_is_taken_gets_the_next_one,
    a_customer_is_found_by_address_then_by_name,
    an_unknown_assignee_becomes_somebody_who_may_only_look,
    a_query_names_what_it_wants,
    pages_follow_each_other_in_the_order_asked_for,
    what_is_owed_soon_comes_first_and_is_counted,
    counts_follow_every_change,
    articles_and_canned_replies_come_by_id,
    a_thousand_tickets_come_in_together,
}

async fn ids(desk: &Desk, query: TicketQuery) -> Vec<String> {
    let page = desk.store.tickets(&query).await.unwrap();
    assert_eq!(page.total, page.tickets.len() as u64, "{query:?}");
    page.tickets.into_iter().map(|row| row.id.to_string()).collect()
}

async fn bring(desk: &Desk, rows: Vec<Intake>) -> Imported {
    desk.store.import(rows, Origin::File, event()).await.unwrap()
}

fn intake(ticket: NewTicket) -> Intake {
    Intake::Ticket(Box::new(ticket))
}

async fn a_ticket_comes_back_as_it_came_in(desk: Desk) {
    let mut new = ticket(40);
    new.subject = "Ünïcode 退款 'quote' \\ back".into();
    new.priority = Priority::Urgent;
    new.tags = vec!["a".to_owned(), "b \"c\"".to_owned()];
    new.messages[0].attachments =
        vec![Attachment { name: "x.pdf".to_owned(), mime: "application/pdf".to_owned(), size: 7 }];
    bring(&desk, vec![intake(new.clone())]).await;
    let found = desk.ticket("T-40").await;
    assert_eq!((&found.row.subject, found.row.priority, &found.row.tags), (&new.subject, new.priority, &new.tags));
    assert_eq!((found.row.version, found.row.messages, found.row.sample), (1, 1, false));
    assert_eq!(found.thread, new.messages);
    assert!(found.row.due_at.is_some(), "the desk's own rule says when an answer is owed");
    let customer = desk.store.customer(&found.row.customer_id).await.unwrap().unwrap();
    assert_eq!((customer.name.as_str(), customer.email.as_str()), ("Customer 40", "c40@mailbox.example"));
    assert_eq!(desk.store.ticket(&id("T-404")).await.unwrap(), None);
    assert_eq!(desk.store.customer(&"C-404".parse().unwrap()).await.unwrap(), None);
}

async fn what_is_there_already_is_not_brought_in_again(desk: Desk) {
    let done = bring(&desk, vec![intake(ticket(1)), intake(ticket(4)), intake(ticket(4))]).await;
    assert_eq!(done, Imported { added: 1, present: 2 });
    // A sample ticket never stands in the way of a person's own.
    let done = desk.store.import(vec![intake(ticket(1))], Origin::Sample, event()).await.unwrap();
    assert_eq!(done.added, 1);
    assert!(desk.ticket("T-5").await.row.sample);
}

async fn a_ticket_whose_number_is_taken_gets_the_next_one(desk: Desk) {
    let mut other = ticket(9);
    other.external_id = "mail-77".into();
    let mut high = ticket(50);
    high.external_id = "T-50".into();
    bring(&desk, vec![intake(other.clone()), intake(high)]).await;
    other.external_id = "mail-78".into();
    bring(&desk, vec![intake(other)]).await;
    for name in ["T-4", "T-50", "T-51"] {
        desk.ticket(name).await;
    }
}

async fn a_customer_is_found_by_address_then_by_name(desk: Desk) {
    let of = |n: u32, name: &str, email: &str| {
        let customer = NewCustomer::Contact { name: name.to_owned(), email: email.to_owned() };
        intake(NewTicket { customer, ..ticket(n) })
    };
    let known = Customer {
        id: "C-9".parse().unwrap(),
        name: "Ines".to_owned(),
        email: "ines@mailbox.example".to_owned(),
        plan: "pro".to_owned(),
        locale: "pt-PT".to_owned(),
        since: Some("2024-05-06".parse().unwrap()),
        notes: "patient".to_owned(),
    };
    let rows = vec![
        Intake::Customer(known.clone()),
        of(10, "Somebody", "ines@mailbox.example"),
        of(11, "Walk-in", ""),
        of(12, "Walk-in", ""),
        intake(NewTicket { customer: NewCustomer::Known("C-9".to_owned()), ..ticket(13) }),
        intake(NewTicket { customer: NewCustomer::Known("stranger".to_owned()), ..ticket(14) }),
    ];
    bring(&desk, rows).await;
    assert_eq!(desk.store.customer(&known.id).await.unwrap(), Some(known.clone()));
    assert_eq!(desk.ticket("T-10").await.row.customer_id, known.id);
    assert_eq!(desk.ticket("T-10").await.row.customer_name, "Ines");
    assert_eq!(desk.ticket("T-11").await.row.customer_id, desk.ticket("T-12").await.row.customer_id);
    assert_eq!(desk.ticket("T-13").await.row.customer_id, known.id);
    assert_eq!(desk.ticket("T-14").await.row.customer_name, "stranger");
}

async fn an_unknown_assignee_becomes_somebody_who_may_only_look(desk: Desk) {
    bring(&desk, vec![intake(NewTicket { assignee: Some("zoe".to_owned()), ..ticket(20) })]).await;
    let zoe = desk.store.person(&"zoe".parse().unwrap()).await.unwrap().unwrap();
    assert_eq!(zoe.role.as_str(), "viewer");
    assert_eq!(desk.ticket("T-20").await.row.assignee.unwrap().as_str(), "zoe");
    // Whoever is known stays what they are.
    bring(&desk, vec![intake(NewTicket { assignee: Some("lena".to_owned()), ..ticket(21) })]).await;
    assert_eq!(desk.store.person(&"lena".parse().unwrap()).await.unwrap().unwrap().role.as_str(), "supervisor");
}

async fn a_query_names_what_it_wants(desk: Desk) {
    let rows = vec![
        intake(NewTicket { status: Status::New, priority: Priority::Urgent, ..ticket(4) }),
        intake(NewTicket { assignee: Some("tom".to_owned()), tags: vec!["a?b".to_owned()], ..ticket(5) }),
        intake(NewTicket { status: Status::Closed, ..ticket(6) }),
    ];
    bring(&desk, rows).await;
    let query = TicketQuery::default;
    assert_eq!(ids(&desk, TicketQuery { status: vec![Status::New, Status::Closed], ..query() }).await, ["T-4", "T-6"]);
    assert_eq!(ids(&desk, TicketQuery { priority: vec![Priority::Urgent], ..query() }).await, ["T-4"]);
    assert_eq!(ids(&desk, TicketQuery { assignee: Some("tom".parse().unwrap()), ..query() }).await, ["T-5"]);
    let nobody = TicketQuery { assignee: Some("nobody".parse().unwrap()), status: vec![Status::Open], ..query() };
    assert_eq!(ids(&desk, nobody).await, ["T-1", "T-2", "T-3"]);
    assert_eq!(ids(&desk, TicketQuery { tag: Some("a?b".to_owned()), ..query() }).await, ["T-5"]);
    assert!(ids(&desk, TicketQuery { tag: Some("a".to_owned()), ..query() }).await.is_empty());
    let customer = desk.ticket("T-2").await.row.customer_id;
    assert_eq!(ids(&desk, TicketQuery { customer_id: Some(customer), ..query() }).await, ["T-2"]);
    let named = TicketQuery { text: Some("t-3".to_owned()), ..query() };
    assert_eq!(ids(&desk, named).await, ["T-3"]);
    assert!(ids(&desk, TicketQuery { text: Some("xyzzy".to_owned()), ..query() }).await.is_empty());
}

async fn pages_follow_each_other_in_the_order_asked_for(desk: Desk) {
    let rows = (10..30).map(|n| intake(NewTicket { created_at: later(-i64::from(n) * 60), ..ticket(n) })).collect();
    bring(&desk, rows).await;
    for sort in Sort::ALL {
        let query = TicketQuery { sort: *sort, ..TicketQuery::default() };
        let whole = ids(&desk, query.clone()).await;
        let mut pieces = Vec::new();
        for page in 0..5 {
            let page = TicketQuery { limit: 5, offset: page * 5, ..query.clone() };
            let page = desk.store.tickets(&page).await.unwrap();
            assert_eq!(page.total, 23);
            pieces.extend(page.tickets.into_iter().map(|row| row.id.to_string()));
        }
        assert_eq!(pieces, whole, "{sort}");
        let hay = desk.store.haystack(&query).await.unwrap();
        assert_eq!(hay.len(), 23);
    }
    let newest = TicketQuery { sort: Sort::Created, limit: 1, ..TicketQuery::default() };
    assert_eq!(desk.store.tickets(&newest).await.unwrap().tickets[0].id.as_str(), "T-10");
    let wanted = ["T-12", "T-404", "T-1"].map(id);
    let rows = desk.store.ticket_rows(&wanted).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["T-12", "T-1"]);
}

async fn what_is_owed_soon_comes_first_and_is_counted(desk: Desk) {
    let rows = vec![
        intake(NewTicket { due_at: Some(later(3600)), ..ticket(5) }),
        intake(NewTicket { due_at: Some(later(60)), ..ticket(6) }),
        intake(NewTicket { due_at: Some(later(60)), status: Status::Resolved, ..ticket(7) }),
    ];
    bring(&desk, rows).await;
    let soon = TicketQuery { due_before: Some(later(7200)), sort: Sort::Due, ..TicketQuery::default() };
    let found = ids(&desk, soon).await;
    assert_eq!(&found[found.len() - 2..], ["T-6", "T-5"]);
    assert!(!found.contains(&"T-7".to_owned()), "whoever has an answer is owed none");
}

async fn counts_follow_every_change(desk: Desk) {
    let before = desk.store.counts().await.unwrap();
    assert_eq!((before.active, before.unassigned, before.urgent, before.all), (3, 3, 0, 3));
    desk.through(update("T-1", json!({"priority": "urgent", "assignee": "maya"}))).await.unwrap();
    desk.through(update("T-2", json!({"status": "pending"}))).await.unwrap();
    desk.through(update("T-3", json!({"status": "resolved"}))).await.unwrap();
    let after = desk.store.counts().await.unwrap();
    assert_eq!((after.active, after.unassigned, after.urgent, after.pending, after.all), (2, 1, 1, 1, 3));
}

async fn articles_and_canned_replies_come_by_id(desk: Desk) {
    let article = |id: &str| Article {
        id: id.parse().unwrap(),
        title: format!("Title {id}"),
        body: "Text".to_owned(),
        tags: vec!["x".to_owned()],
        updated_at: Some("2026-01-02T03:04:05Z".parse().unwrap()),
    };
    let canned = |id: &str| CannedReply {
        id: id.parse().unwrap(),
        title: "Thanks".to_owned(),
        body: "Thank you, {{customer.first_name}}".to_owned(),
        tags: Vec::new(),
    };
    let rows = ["KB-2", "kb-1", "KB-10"].map(article).map(Intake::Article).into_iter();
    let rows = rows.chain(["M-2", "M-1"].map(canned).map(Intake::Canned)).collect();
    assert_eq!(bring(&desk, rows).await.added, 5);
    let every: Vec<_> = desk.store.every_article().await.unwrap().into_iter().map(|a| a.id.to_string()).collect();
    assert_eq!(every, ["KB-10", "KB-2", "kb-1"], "in the order of bytes, whatever the database's language");
    let wanted = ["kb-1", "KB-404", "KB-2"].map(|id| id.parse().unwrap());
    assert_eq!(desk.store.articles(&wanted).await.unwrap(), [article("kb-1"), article("KB-2")]);
    assert_eq!(desk.store.canned().await.unwrap(), [canned("M-1"), canned("M-2")]);
}

async fn a_thousand_tickets_come_in_together(desk: Desk) {
    let done = bring(&desk, (100..1100).map(|n| intake(ticket(n))).collect()).await;
    assert_eq!(done, Imported { added: 1000, present: 0 });
    let page = desk.store.tickets(&TicketQuery { limit: 1, ..TicketQuery::default() }).await.unwrap();
    assert_eq!(page.total, 1003);
    assert_eq!(desk.store.counts().await.unwrap().all, 1003);
    assert_eq!(desk.store.how_many().await.unwrap(), 1003);
    let found = desk.store.find_tickets("FH-10000777", 5).await.unwrap();
    assert_eq!(found[0].id.as_str(), "T-777");
}
