//! A desk goes from one place to another with everything in it.

use std::path::Path;
use std::sync::Arc;

use countersign::app::Places;
use countersign::app::copying::{Place, backup, copy};
use countersign::domain::article::Article;
use countersign::domain::audit::query::LogQuery;
use countersign::domain::call::{ProposalQuery, WriteCall};
use countersign::domain::database::DatabaseUrl;
use countersign::domain::intake::Intake;
use countersign::domain::ticket::TicketQuery;
use countersign::store::{Origin, Store};
use serde_json::json;

use crate::house::{event, reply, ticket, update};
use crate::postgres;
use crate::store::{Desk, Way, id, later};

/// Both places of a machine, by a folder.
fn places(dir: &Path, url: &str) -> Places {
    let mut places = Places::find().unwrap().in_database(&DatabaseUrl::from(url.to_owned()), 4);
    places.options.place = dir.join("postgres");
    places
}

fn place(way: &Way, dir: &Path) -> Place {
    match way {
        Way::File(path) => Place::File(path.clone()),
        Way::Url(url, _) => Place::Database(places(dir, url)),
    }
}

/// A desk on which something of everything has happened.
async fn lived_in(desk: &Desk) {
    let mut rows: Vec<Intake> = (10..700).map(|n| Intake::Ticket(Box::new(ticket(n)))).collect();
    rows.push(Intake::Article(Article {
        id: "KB-1".parse().unwrap(),
        title: "Refunds".to_owned(),
        body: "We pay the money back within five days.".to_owned(),
        tags: vec!["money".to_owned()],
        updated_at: None,
    }));
    desk.store.import(rows, Origin::File, event()).await.unwrap();
    desk.through(update("T-1", json!({"priority": "urgent", "assignee": "tom"}))).await.unwrap();
    desk.through(reply("T-2", "Grüße, 返金 is on its way.")).await.unwrap();
    let merge = json!({"ticket_id": "T-2", "from": "T-3", "from_version": 1});
    desk.through(WriteCall::MergeTickets(serde_json::from_value(merge).unwrap())).await.unwrap();
    desk.propose(update("T-10", json!({"status": "resolved"}))).await;
    desk.store.snooze(&"maya".parse().unwrap(), &id("T-11"), Some(later(3600))).await.unwrap();
    desk.store.see(&"maya".parse().unwrap(), &id("T-2"), 2).await.unwrap();
    desk.store.flush().await.unwrap();
}

/// Everything that a desk says of itself.
async fn told(store: &dyn Store) -> Vec<String> {
    let (mut all, mut offset) = (Vec::new(), 0);
    loop {
        let page = store.tickets(&TicketQuery { limit: 500, offset, ..TicketQuery::default() }).await.unwrap();
        if page.tickets.is_empty() {
            break;
        }
        offset += 500;
        all.push(format!("{page:?}"));
    }
    for ticket in ["T-1", "T-2", "T-3", "T-10"] {
        all.push(format!("{:?}", store.ticket(&id(ticket)).await.unwrap()));
    }
    all.push(format!("{:?}", store.counts().await.unwrap()));
    all.push(format!("{:?}", store.proposals(&ProposalQuery { decided: true, ticket_id: None }).await.unwrap()));
    all.push(format!("{:?}", store.every_article().await.unwrap()));
    all.push(format!("{:?}", store.find_log(&LogQuery::default(), None, 10_000).await.unwrap()));
    all.push(format!("{:?}", store.log_body(5).await.unwrap()));
    all.push(format!("{:?}", store.seen(&"maya".parse().unwrap(), &[id("T-2")]).await.unwrap()));
    let asleep = TicketQuery { snoozed_by: Some("maya".parse().unwrap()), ..TicketQuery::default() };
    all.push(format!("{:?}", store.tickets(&asleep).await.unwrap()));
    all.push(format!("{:?}", store.find_said("返金", 5).await.unwrap()));
    all.push(format!("{:?}", store.find_tickets("FH-100000699", 1).await.unwrap()));
    all.push(format!("{:?}", store.find_articles("refund", 1).await.unwrap()));
    all.push(store.desk_id().await.unwrap());
    all
}

/// Copies a desk over and compares.
async fn over(from: Desk, to: Way) {
    lived_in(&from).await;
    let before = told(from.store.as_ref()).await;
    let head = copy(&place(&from.way, from.dir.path()), &place(&to, from.dir.path())).await.unwrap();
    assert_eq!(from.store.verify(None).await.unwrap(), Ok(head.clone()));
    let copied: Arc<dyn Store> = to.open().await;
    let after = told(copied.as_ref()).await;
    for (before, after) in before.iter().zip(&after) {
        assert_eq!(before, after);
    }
    // Work goes on there: the log, the numbers and the search go on where they were.
    let to = Desk { store: copied, way: to, dir: tempfile::tempdir().unwrap() };
    to.store.import(vec![Intake::Ticket(Box::new(ticket(900)))], Origin::File, event()).await.unwrap();
    to.through(update("T-900", json!({"priority": "low"}))).await.unwrap();
    assert_eq!(to.store.find_tickets("FH-100000900", 1).await.unwrap()[0].id, id("T-900"));
    assert!(to.store.verify(Some(head)).await.unwrap().unwrap().size > 0);
    let again = copy(&place(&to.way, to.dir.path()), &place(&to.way, to.dir.path())).await;
    assert!(again.is_err(), "there is a desk already");
}

async fn empty_database(dir: &Path) -> Option<Way> {
    Some(match place(&Way::Url(postgres::database().await?, options(dir)), dir) {
        Place::Database(places) => {
            Way::Url(places.database.as_ref().unwrap().secret().to_owned(), places.options.clone())
        }
        Place::File(path) => Way::File(path),
    })
}

fn options(dir: &Path) -> countersign::store::postgres::Options {
    countersign::store::postgres::Options { place: dir.join("postgres"), connections: 4 }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_copied_to_a_database() {
    let from = Desk::sqlite().await;
    let Some(to) = empty_database(from.dir.path()).await else { return };
    over(from, to).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_is_copied_to_a_file() {
    let Some(from) = Desk::postgres().await else { return };
    let to = Way::File(from.dir.path().join("copy.db"));
    over(from, to).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_is_copied_to_a_file() {
    let from = Desk::sqlite().await;
    let to = Way::File(from.dir.path().join("copy.db"));
    over(from, to).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_database_is_copied_to_a_database() {
    let Some(from) = Desk::postgres().await else { return };
    let to = empty_database(from.dir.path()).await.unwrap();
    over(from, to).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_backup_is_whole_while_work_goes_on() {
    for desk in [Some(Desk::sqlite().await), Desk::postgres().await].into_iter().flatten() {
        lived_in(&desk).await;
        let mut here = places(desk.dir.path(), "postgres://unused/unused");
        match &desk.way {
            Way::File(path) => (here.desk, here.database) = (path.clone(), None),
            Way::Url(url, _) => here = places(desk.dir.path(), url),
        }
        let (store, stop) = (Arc::clone(&desk.store), tokio_util::sync::CancellationToken::new());
        let stopped = stop.clone();
        let work = tokio::spawn(async move {
            let mut n = 0;
            while !stopped.is_cancelled() {
                store.record(event()).unwrap();
                store.flush().await.unwrap();
                n += 1;
            }
            n
        });
        let file = desk.dir.path().join("backup.db");
        let head = backup(&here, &file).await.unwrap();
        stop.cancel();
        assert!(work.await.unwrap() > 0);
        let copied = Way::File(file).open().await;
        assert_eq!(copied.verify(Some(head.clone())).await.unwrap().unwrap(), head);
        assert_eq!(desk.store.verify(Some(head)).await.unwrap().err(), None);
        assert_eq!(copied.counts().await.unwrap(), desk.store.counts().await.unwrap());
    }
}
