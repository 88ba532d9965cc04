//! What the desk keeps beside its tickets: customers and articles, listed, changed by who knows what stands there, gone.

use std::sync::Arc;

use countersign::domain::article::Article;
use countersign::domain::audit::query::LogQuery;
use countersign::domain::audit::{Action, Event};
use countersign::domain::customer::Customer;
use countersign::domain::ids::ArticleId;
use countersign::domain::intake::Intake;
use countersign::domain::keeping::{Change, CustomerQuery};
use countersign::domain::proposal::ProposalState;
use countersign::domain::ticket::TicketQuery;
use countersign::store::{Decided, Decision, Origin, Store};
use serde_json::json;

use crate::house::{event, reply, ticket, update};
use crate::store::{Desk, acted, now, on_both};

on_both! {
    customers_are_listed_in_the_order_in_which_they_came,
    a_customer_is_found_by_address_however_it_is_written,
    a_customer_is_found_by_a_part_of_the_name,
    a_customer_is_changed_by_who_knows_what_stands_there,
    articles_are_listed_by_id_a_page_at_a_time,
    an_article_is_written_changed_and_taken_away,
    an_article_is_changed_by_who_knows_what_stands_there,
    of_two_who_change_the_same_at_once_one_does,
    no_two_customers_get_one_address,
    a_ticket_is_known_by_its_name_elsewhere,
    no_text_is_an_error,
    no_character_breaks_what_is_asked_afterwards,
    what_waits_to_be_written_is_counted,
}

fn customer(n: u32, name: &str, email: &str) -> Customer {
    Customer {
        id: format!("C-9{n}").parse().unwrap(),
        name: name.to_owned(),
        email: email.to_owned(),
        plan: "pro".to_owned(),
        locale: "pt-PT".to_owned(),
        since: Some("2024-02-29".parse().unwrap()),
        notes: "patient, 'quoted' \\ 退款".to_owned(),
    }
}

fn article(id: &str, body: &str) -> Article {
    Article {
        id: id.parse().unwrap(),
        title: format!("Title {id}"),
        body: body.to_owned(),
        tags: vec!["a".to_owned(), "b \"c\"".to_owned()],
        updated_at: Some("2026-01-02T03:04:05.123Z".parse().unwrap()),
    }
}

fn query() -> CustomerQuery {
    CustomerQuery { email: None, name: None, limit: 50, behind: None }
}

fn kept() -> Event {
    Event::new(now(), "lena".parse().unwrap(), "r-test".parse().unwrap(), Action::Kept, "keep")
}

fn person(was: Option<&Customer>, is: &Customer) -> Change {
    Change::Customer { was: was.cloned(), is: is.clone() }
}

fn text(was: Option<&Article>, is: Option<&Article>) -> Change {
    Change::Article { was: was.cloned(), is: is.cloned() }
}

impl Desk {
    async fn keep(&self, change: Change) -> bool {
        self.store.keep(change, kept()).await.unwrap()
    }

    async fn names(&self, query: CustomerQuery) -> Vec<String> {
        self.store.customers(&query).await.unwrap().into_iter().map(|customer| customer.name).collect()
    }

    async fn records(&self) -> usize {
        self.actions().await.iter().filter(|action| *action == Action::Kept.as_str()).count()
    }
}

async fn customers_are_listed_in_the_order_in_which_they_came(desk: Desk) {
    let (zoe, ana) = (customer(1, "Zoe", "z@x.example"), customer(0, "Ana", "a@x.example"));
    assert!(desk.keep(person(None, &zoe)).await && desk.keep(person(None, &ana)).await);
    let came = ["Customer 1", "Customer 2", "Customer 3", "Zoe", "Ana"];
    assert_eq!(desk.names(query()).await, came);
    // A change is no arrival.
    let ann = Customer { name: "Ann".to_owned(), ..zoe.clone() };
    assert!(desk.keep(person(Some(&zoe), &ann)).await);
    assert_eq!(desk.names(query()).await[3], "Ann");
    let mut pages = Vec::new();
    let mut behind = None;
    loop {
        let page = CustomerQuery { limit: 2, behind: behind.clone(), ..query() };
        let page = desk.store.customers(&page).await.unwrap();
        let Some(last) = page.last() else { break };
        behind = Some(last.id.clone());
        pages.push(page.len());
    }
    assert_eq!(pages, [2, 2, 1]);
    let unknown = CustomerQuery { behind: Some("C-404".parse().unwrap()), limit: 1, ..query() };
    assert_eq!(desk.names(unknown).await, ["Customer 1"], "behind nobody is everybody");
}

async fn a_customer_is_found_by_address_however_it_is_written(desk: Desk) {
    desk.keep(person(None, &customer(1, "Ana", "Ana.Lima+x@Mailbox.example"))).await;
    let with = |email: &str| CustomerQuery { email: Some(email.to_owned()), ..query() };
    for email in ["ana.lima+x@mailbox.example", "ANA.LIMA+X@MAILBOX.EXAMPLE", "Ana.Lima+x@Mailbox.example"] {
        assert_eq!(desk.names(with(email)).await, ["Ana"], "{email}");
    }
    for email in ["ana.lima+x@mailbox.exampl", "%", "ana_lima+x@mailbox.example", "", " ", "'"] {
        assert!(desk.names(with(email)).await.is_empty(), "{email}");
    }
    let both = CustomerQuery { name: Some("customer".to_owned()), ..with("c2@MAILBOX.example") };
    assert_eq!(desk.names(both).await, ["Customer 2"]);
    let neither = CustomerQuery { name: Some("Ana".to_owned()), ..with("c2@mailbox.example") };
    assert!(desk.names(neither).await.is_empty());
}

async fn a_customer_is_found_by_a_part_of_the_name(desk: Desk) {
    desk.keep(person(None, &customer(1, "Ana % Lima", ""))).await;
    desk.keep(person(None, &customer(2, "Émile Ångström", ""))).await;
    let with = |name: &str| CustomerQuery { name: Some(name.to_owned()), ..query() };
    for name in ["ana", "LIMA", "a % l", "%"] {
        assert_eq!(desk.names(with(name)).await, ["Ana % Lima"], "{name}");
    }
    for name in ["Émile", "émile", "ÉMILE ån", "STRÖM"] {
        assert_eq!(desk.names(with(name)).await, ["Émile Ångström"], "{name}");
    }
    for name in ["A_a", "Lima Ana", "\\", "'"] {
        assert!(desk.names(with(name)).await.is_empty(), "{name}");
    }
    assert_eq!(desk.names(with("")).await.len(), 5);
    assert_eq!(desk.names(CustomerQuery { limit: 1, ..with("er 2") }).await, ["Customer 2"]);
}

async fn a_customer_is_changed_by_who_knows_what_stands_there(desk: Desk) {
    let new = customer(1, "Ana", "a@x.example");
    let bare = Customer { since: None, notes: String::new(), plan: String::new(), ..new.clone() };
    assert!(!desk.keep(person(Some(&new), &new)).await, "there is none");
    assert!(desk.keep(person(None, &new)).await);
    assert!(!desk.keep(person(None, &bare)).await, "there is one");
    assert!(!desk.keep(person(Some(&bare), &new)).await, "there is another");
    assert_eq!(desk.store.customer(&new.id).await.unwrap().as_ref(), Some(&new));
    assert!(desk.keep(person(Some(&new), &bare)).await);
    assert_eq!(desk.again().await.customer(&new.id).await.unwrap().as_ref(), Some(&bare));
    assert_eq!(desk.records().await, 2, "what was refused is in no log");
    desk.store.verify(None).await.unwrap().unwrap();
}

async fn articles_are_listed_by_id_a_page_at_a_time(desk: Desk) {
    let page = async |behind: Option<&str>, limit| -> Vec<String> {
        let behind: Option<ArticleId> = behind.map(|id| id.parse().unwrap());
        let page = desk.store.articles_behind(behind.as_ref(), limit).await.unwrap();
        page.into_iter().map(|article| article.id.to_string()).collect()
    };
    assert!(page(None, 10).await.is_empty());
    for id in ["kb-1", "KB-2", "KB-10"] {
        assert!(desk.keep(text(None, Some(&article(id, "Text")))).await);
    }
    assert_eq!(page(None, 10).await, ["KB-10", "KB-2", "kb-1"], "in the order of bytes");
    assert_eq!(page(None, 2).await, ["KB-10", "KB-2"]);
    assert_eq!(page(Some("KB-2"), 2).await, ["kb-1"]);
    assert_eq!(page(Some("KB-15"), 2).await, ["KB-2", "kb-1"], "one that is gone has its place still");
    assert!(page(Some("kb-1"), 2).await.is_empty());
    assert!(page(None, 0).await.is_empty());
}

async fn an_article_is_written_changed_and_taken_away(desk: Desk) {
    let other = desk.again().await;
    let (new, changed) = (article("KB-1", "How to descale a zeppelin."), article("KB-1", "How to moor a walrus."));
    let found = async |store: &Arc<dyn Store>, words: &str| store.find_articles(words, 5).await.unwrap().len();
    assert!(desk.keep(text(None, Some(&new))).await);
    assert_eq!(desk.store.articles(std::slice::from_ref(&new.id)).await.unwrap(), std::slice::from_ref(&new));
    for store in [&desk.store, &other] {
        assert_eq!(found(store, "descale zeppelin").await, 1);
    }
    assert!(desk.keep(text(Some(&new), Some(&changed))).await);
    for store in [&desk.store, &other] {
        assert_eq!(store.find_articles("moor walrus", 5).await.unwrap()[0].snippet, changed.body);
        assert_eq!(store.every_article().await.unwrap(), std::slice::from_ref(&changed));
    }
    assert!(desk.keep(text(Some(&changed), None)).await);
    for store in [&desk.store, &other] {
        assert_eq!(found(store, "moor walrus").await, 0);
        assert!(store.every_article().await.unwrap().is_empty());
    }
    // The id is free again.
    assert!(desk.keep(text(None, Some(&new))).await);
    assert_eq!(found(&other, "descale zeppelin").await, 1);
    assert_eq!(desk.records().await, 4);
}

async fn an_article_is_changed_by_who_knows_what_stands_there(desk: Desk) {
    let (new, other) = (article("KB-1", "One"), article("KB-1", "Two"));
    assert!(!desk.keep(text(None, None)).await, "that is no change");
    assert!(!desk.keep(text(Some(&new), None)).await, "there is none");
    assert!(!desk.keep(text(Some(&new), Some(&other))).await);
    assert!(desk.keep(text(None, Some(&new))).await);
    assert!(!desk.keep(text(None, Some(&other))).await, "there is one");
    assert!(!desk.keep(text(Some(&other), None)).await, "there is another");
    let retagged = Article { tags: Vec::new(), updated_at: None, ..new.clone() };
    assert!(!desk.keep(text(Some(&retagged), Some(&other))).await, "every field counts");
    assert_eq!(desk.store.every_article().await.unwrap(), std::slice::from_ref(&new));
    assert!(desk.keep(text(Some(&new), Some(&retagged))).await);
    assert_eq!(desk.store.every_article().await.unwrap(), [retagged]);
    assert_eq!(desk.records().await, 2);
}

async fn of_two_who_change_the_same_at_once_one_does(desk: Desk) {
    let other = desk.again().await;
    let mut was = customer(1, "Ana", "a@x.example");
    assert!(desk.keep(person(None, &was)).await);
    for n in 0..5 {
        let keep = |store: &Arc<dyn Store>, name: String| {
            let (store, is) = (Arc::clone(store), Customer { name, ..was.clone() });
            let change = person(Some(&was), &is);
            tokio::spawn(async move { (store.keep(change, kept()).await.unwrap(), is) })
        };
        let (here, there) = (keep(&desk.store, format!("a{n}")), keep(&other, format!("b{n}")));
        let (here, there) = (here.await.unwrap(), there.await.unwrap());
        assert!(here.0 ^ there.0);
        was = if here.0 { here.1 } else { there.1 };
        assert_eq!(desk.store.customer(&was.id).await.unwrap().as_ref(), Some(&was));
    }
    assert_eq!(desk.records().await, 6);
}

async fn a_ticket_is_known_by_its_name_elsewhere(desk: Desk) {
    let mut mail = ticket(7);
    "<Msg-7@mail.example>".clone_into(&mut mail.external_id);
    desk.store.import(vec![Intake::Ticket(Box::new(mail))], Origin::File, event()).await.unwrap();
    let known = async |name: &str| desk.store.ticket_known_as(name).await.unwrap().map(|id| id.to_string());
    assert_eq!(known("<Msg-7@mail.example>").await.as_deref(), Some("T-4"));
    assert_eq!(known("T-2").await.as_deref(), Some("T-2"));
    for name in ["<msg-7@mail.example>", "T-4", "T-404", "", "%"] {
        assert_eq!(known(name).await, None, "{name}");
    }
}

async fn no_text_is_an_error(desk: Desk) {
    for words in ["\u{0}", "a\u{0}b", "", " ", "'", "\\", "%", "\u{fffd}", "👍"] {
        let with = CustomerQuery { name: Some(words.to_owned()), email: Some(words.to_owned()), ..query() };
        assert!(desk.store.customers(&with).await.unwrap().is_empty(), "{words:?}");
        assert_eq!(desk.store.ticket_known_as(words).await.unwrap(), None, "{words:?}");
        desk.store.customers_called(words).await.unwrap();
        let worded = TicketQuery { text: Some(words.to_owned()), ..TicketQuery::default() };
        desk.store.tickets(&worded).await.unwrap();
        desk.store.haystack(&worded).await.unwrap();
        desk.store.tickets(&TicketQuery { tag: Some(words.to_owned()), ..TicketQuery::default() }).await.unwrap();
    }
}

async fn no_character_breaks_what_is_asked_afterwards(desk: Desk) {
    let odd = "a\u{0}b \u{1} \u{7f} \u{202e} \u{fffe} \\ \"";
    let named = Customer { name: odd.to_owned(), notes: odd.to_owned(), ..customer(1, "", "odd@x.example") };
    assert!(desk.keep(person(None, &named)).await);
    let told = Article { title: odd.to_owned(), tags: vec![odd.to_owned()], ..article("KB-1", odd) };
    assert!(desk.keep(text(None, Some(&told))).await);
    desk.through(reply("T-1", odd)).await.unwrap();
    desk.through(update("T-1", json!({"tags": [odd, "plain"]}))).await.unwrap();
    let denied = desk.propose(reply("T-1", odd)).await;
    let end = Decision::End {
        proposal: denied.id().clone(),
        state: ProposalState::Denied,
        by: Some("maya".parse().unwrap()),
        reason: Some(odd.to_owned()),
        successor: None,
    };
    let events = vec![acted(Action::Denied, &denied)];
    assert_eq!(desk.store.decide(end, now(), events).await.unwrap(), Decided::Recorded);

    desk.store.record(Event { outcome: odd.to_owned(), tool: odd.to_owned(), ..event() }).unwrap();
    desk.store.flush().await.unwrap();
    assert!(desk.store.log(None, 1).await.unwrap()[0].outcome.starts_with('a'));

    let tagged = |tag: &str| TicketQuery { tag: Some(tag.to_owned()), ..TicketQuery::default() };
    for tag in ["plain", odd] {
        let found = desk.store.tickets(&tagged(tag)).await.unwrap().tickets;
        assert_eq!(found.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["T-1"], "{tag:?}");
    }
    assert!(desk.store.tickets(&tagged("other")).await.unwrap().tickets.is_empty());
    assert_eq!(desk.names(CustomerQuery { email: Some("odd@x.example".to_owned()), ..query() }).await.len(), 1);
    assert_eq!(desk.names(CustomerQuery { name: Some(odd.to_owned()), ..query() }).await.len(), 1);
    assert_eq!(desk.ticket("T-1").await.thread.len(), 2);
    assert_eq!(desk.store.every_article().await.unwrap().len(), 1);
    assert!(!desk.store.log_marks(&LogQuery::default()).await.unwrap().is_empty());
    assert_eq!(desk.store.decisions(10).await.unwrap().len(), 3);
    assert!(desk.store.proposal(denied.id()).await.unwrap().unwrap().reason.unwrap().starts_with('a'));
    desk.store.find_articles(odd, 5).await.unwrap();
    desk.store.dossier(&named.id, now()).await.unwrap().unwrap();
    desk.store.verify(None).await.unwrap().unwrap();
}

async fn what_waits_to_be_written_is_counted(desk: Desk) {
    desk.store.flush().await.unwrap();
    assert_eq!(desk.store.load().records, 0);
    desk.store.room().await.unwrap();
    for _ in 0..3 {
        desk.store.record(event()).unwrap();
    }
    assert!(desk.store.load().records <= 3);
    desk.store.flush().await.unwrap();
    let load = desk.store.load();
    assert_eq!((load.records, load.waiting), (0, 0));
    assert!(load.in_use <= load.connections, "{load:?}");
}

async fn no_two_customers_get_one_address(desk: Desk) {
    let again = desk.again().await;
    let (ana, bob) = (customer(1, "Ana", "post@mail.example"), customer(2, "Bob", "POST@mail.example"));
    let (one, two) = tokio::join!(desk.keep(person(None, &ana)), again.keep(person(None, &bob), kept()));
    assert_ne!(one, two.unwrap());
    let with = CustomerQuery { email: Some("post@mail.example".to_owned()), ..query() };
    let [was] = &desk.store.customers(&with).await.unwrap()[..] else { panic!("not one of them") };
    // One's own address in other letters is one's own; that of another is not to be had.
    let mine = Customer { email: "Post@Mail.example".to_owned(), ..was.clone() };
    assert!(desk.keep(person(Some(was), &mine)).await);
    let imported = Customer { email: "c1@mailbox.example".to_owned(), ..mine.clone() };
    assert!(!desk.keep(person(Some(&mine), &imported)).await);
    assert!(!desk.keep(person(None, &customer(3, "Eve", "C1@mailbox.example"))).await);
    // Who has no address shares nothing.
    for n in [4, 5] {
        assert!(desk.keep(person(None, &customer(n, "Nobody", ""))).await);
    }
}
