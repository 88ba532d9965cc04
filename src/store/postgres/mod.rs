//! A desk in a PostgreSQL database, which several servers may share: none of them knows anything that another needs.

mod address;
mod answers;
mod articles;
mod aside;
mod ask;
mod backlog;
pub mod copying;
mod credentials;
mod erasing;
mod execute;
mod finding;
mod intake;
mod keeping;
mod lessons;
mod link;
mod load;
mod log;
mod merge;
mod naming;
mod open;
mod proposals;
mod pulse;
mod search;
mod tend;
mod threads;
mod tickets;
mod work;
mod writing;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use jiff::Timestamp;
use serde_json::Value;
use tokio::sync::watch;

use crate::domain::actor::Principal;
use crate::domain::article::{Article, ArticleHit, CannedReply};
use crate::domain::audit::chain::{Broken, Head};
use crate::domain::audit::figures::Mark;
use crate::domain::audit::query::LogQuery;
use crate::domain::audit::{self, Body, Event, Record};
use crate::domain::call::{ProposalQuery, WriteCall};
use crate::domain::customer::Customer;
use crate::domain::decision::Reviewed;
use crate::domain::feedback::{Feedback, Given, Kept};
use crate::domain::ids::{ArticleId, CustomerId, PrincipalId, ProposalId, RunId, TicketId};
use crate::domain::intake::Intake;
use crate::domain::lesson::{Settled, Settlement};
use crate::domain::prepared::{Occasion, Prepared};
use crate::domain::presence::Presence;
use crate::domain::proposal::Proposal;
use crate::domain::receipt::Refusal;
use crate::domain::ticket::{Ticket, TicketPage, TicketQuery, TicketRow};
use crate::domain::usage::{Spending, Spent, Usage};
use crate::store::columns::Columns as _;
use crate::store::postgres::articles::Shelf;
use crate::store::postgres::ask::Db;
use crate::store::postgres::link::Link;
use crate::store::postgres::tend::Tending;
use crate::store::postgres::writing::Writing;
use crate::store::{
    Attendance, Counts, Decided, Decision, Executed, Execution, Filed, Imported, Lease, Origin, Store, StoreError,
    Touches,
};

pub use open::{Opened, Options};

/// A desk in a PostgreSQL database.
pub struct Postgres {
    link: Link,
    /// Where the key and the checkpoints are: the beginning of their names.
    place: PathBuf,
    shelf: Arc<Shelf>,
    revision: watch::Receiver<u64>,
    _tending: Tending,
}

impl Postgres {
    async fn db(&self) -> Result<Db, StoreError> {
        self.link.client().await
    }

    async fn begin(&self) -> Result<Writing, StoreError> {
        Writing::begin(&self.link).await
    }

    /// Whether the background thread still has articles to read for what they mean.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn has_unread_articles(&self) -> Result<bool, StoreError> {
        self.shelf.refresh(&self.db().await?).await?;
        Ok(!self.shelf.unread(1)?.is_empty())
    }
}

#[async_trait]
impl Store for Postgres {
    async fn ticket(&self, id: &TicketId) -> Result<Option<Ticket>, StoreError> {
        tickets::ticket(&self.db().await?, id).await
    }

    async fn tickets(&self, query: &TicketQuery) -> Result<TicketPage, StoreError> {
        tickets::page(&self.db().await?, query).await
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        tickets::counts(&self.db().await?).await
    }

    async fn customer(&self, id: &CustomerId) -> Result<Option<Customer>, StoreError> {
        tickets::customer(&self.db().await?, id).await
    }

    async fn find_articles(&self, query: &str, limit: u32) -> Result<Vec<ArticleHit>, StoreError> {
        self.shelf.refresh(&self.db().await?).await?;
        let near = crate::store::search::vectors::nearness(self.shelf.vectors()?, query).await;
        self.shelf.find(query, &near, limit as usize)
    }

    async fn articles(&self, ids: &[ArticleId]) -> Result<Vec<Article>, StoreError> {
        articles::articles(&self.db().await?, ids).await
    }

    async fn every_article(&self) -> Result<Vec<Article>, StoreError> {
        articles::every_article(&self.db().await?).await
    }

    async fn canned(&self) -> Result<Vec<CannedReply>, StoreError> {
        articles::canned(&self.db().await?).await
    }

    async fn find_tickets(&self, query: &str, limit: u32) -> Result<Vec<TicketRow>, StoreError> {
        let db = self.db().await?;
        let found = search::tickets(&db, query, limit as usize).await?;
        tickets::rows(&db, &found.into_iter().map(|(id, _)| id).collect::<Vec<_>>()).await
    }

    async fn similar_tickets(&self, to: &TicketId, limit: u32) -> Result<Vec<TicketRow>, StoreError> {
        let db = self.db().await?;
        let Some(ticket) = tickets::ticket(&db, to).await? else { return Ok(Vec::new()) };
        let text = format!("{}\n{}", ticket.row.subject, ticket.body());
        let limit = limit as usize;
        let found = search::similar(&db, to.as_str(), &text, limit * 2).await?;
        let mut rows = tickets::rows(&db, &found.into_iter().map(|(id, _)| id).collect::<Vec<_>>()).await?;
        // What was merged stands in another ticket too, which is found by itself.
        rows.retain(|row| row.lives_on_in().is_none());
        rows.truncate(limit);
        Ok(rows)
    }

    async fn person(&self, id: &PrincipalId) -> Result<Option<Principal>, StoreError> {
        let sql = "SELECT role FROM people WHERE id = $1";
        let role = ask::first(&self.db().await?, sql, &[&id.as_str()], |row| row.parsed(0)).await?;
        Ok(role.map(|role| Principal { id: id.clone(), role }))
    }

    async fn save_person(&self, person: &Principal, name: &str) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let sql = "INSERT INTO people VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET name = $2, role = $3";
        ask::change(&tx, sql, &[&person.id.as_str(), &name, &person.role.as_str()]).await?;
        tx.commit(Touches::Desk).await
    }

    async fn proposals(&self, query: &ProposalQuery) -> Result<Vec<Filed>, StoreError> {
        proposals::list(&self.db().await?, query).await
    }

    async fn proposal(&self, id: &ProposalId) -> Result<Option<Filed>, StoreError> {
        proposals::one(&self.db().await?, id).await
    }

    async fn denials(&self, call: &WriteCall) -> Result<u32, StoreError> {
        proposals::denials(&self.db().await?, call).await
    }

    async fn desk_id(&self) -> Result<String, StoreError> {
        log::log_id(&self.db().await?).await
    }

    async fn drafts(&self) -> Result<Vec<(TicketId, String)>, StoreError> {
        aside::drafts(&self.db().await?).await
    }

    async fn forget_draft(&self, ticket: &TicketId) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        aside::forget(&tx, ticket).await?;
        tx.commit(Touches::Nothing).await
    }

    async fn snooze(&self, by: &PrincipalId, ticket: &TicketId, until: Option<Timestamp>) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        tickets::snooze(&tx, by, ticket, until).await?;
        tx.commit(Touches::Desk).await
    }

    async fn seen(&self, by: &PrincipalId, tickets: &[TicketId]) -> Result<Vec<(TicketId, u64)>, StoreError> {
        aside::seen(&self.db().await?, by, tickets).await
    }

    async fn see(&self, by: &PrincipalId, ticket: &TicketId, version: u64) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        aside::see(&tx, by, ticket, version).await?;
        tx.commit(Touches::Nothing).await
    }

    async fn attend(&self, attendance: Attendance<'_>) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        aside::attend(&tx, &attendance).await?;
        tx.commit(Touches::Nothing).await
    }

    async fn present(&self, but: &RunId) -> Result<Vec<Presence>, StoreError> {
        aside::present(&self.db().await?, but).await
    }

    fn record(&self, event: Event) -> Result<(), StoreError> {
        self.link.shared.record(event)
    }

    async fn flush(&self) -> Result<(), StoreError> {
        self.begin().await?.commit(Touches::Nothing).await
    }

    async fn file(&self, proposal: &Proposal, event: Event) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        proposals::file(&tx, proposal).await?;
        tx.append(&[event]).await?;
        tx.commit(Touches::Desk).await
    }

    async fn decide(&self, decision: Decision, now: Timestamp, events: Vec<Event>) -> Result<Decided, StoreError> {
        let mut tx = self.begin().await?;
        let decided = proposals::decide(&tx, &decision, now).await?;
        if decided == Decided::Recorded {
            tx.append(&events).await?;
        }
        tx.commit(Touches::Desk).await?;
        Ok(decided)
    }

    async fn execute(&self, execution: Execution, mut event: Event) -> Result<Result<Executed, Refusal>, StoreError> {
        let mut tx = self.begin().await?;
        let since = Instant::now();
        let tried = execute::execute(&tx, &execution).await?;
        event.micros = audit::micros(since.elapsed());
        tx.append(&tried.records(event)).await?;
        tx.commit(Touches::Desk).await?;
        Ok(tried.done)
    }

    async fn import(&self, rows: Vec<Intake>, origin: Origin, mut event: Event) -> Result<Imported, StoreError> {
        let mut tx = self.begin().await?.patient().await?;
        let done = intake::import(&tx, &rows, origin).await?;
        event.body.result = serde_json::json!(done).into();
        tx.append(&[event]).await?;
        tx.commit(Touches::Desk).await?;
        Ok(done)
    }

    async fn spent(&self, since: Timestamp, ticket: &TicketId) -> Result<Spent, StoreError> {
        work::spent(&self.db().await?, since, ticket).await
    }

    async fn spend(&self, spending: &Spending, now: Timestamp) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        work::spend(&tx, spending, now).await?;
        tx.commit(Touches::Nothing).await
    }

    async fn spending(&self) -> Result<Vec<(String, u64, Usage)>, StoreError> {
        work::spending(&self.db().await?).await
    }

    async fn prepared(&self, occasion: &Occasion) -> Result<Option<Value>, StoreError> {
        work::prepared(&self.db().await?, occasion).await
    }

    async fn prepare(&self, prepared: Prepared) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        work::prepare(&tx, &prepared).await?;
        tx.commit(Touches::Nothing).await
    }

    async fn lease(&self, lease: Lease<'_>) -> Result<Option<TicketId>, StoreError> {
        let tx = self.begin().await?;
        let leased = work::lease(&tx, &lease).await?;
        tx.commit(Touches::Nothing).await?;
        Ok(leased)
    }

    async fn release(&self, ticket: &TicketId, holder: &str, done: Option<(u64, &str)>) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        work::release(&tx, ticket, holder, done).await?;
        tx.commit(Touches::Nothing).await
    }

    async fn decisions(&self, limit: u32) -> Result<Vec<Reviewed>, StoreError> {
        work::decisions(&self.db().await?, limit).await
    }

    async fn settled(&self) -> Result<Vec<Settled>, StoreError> {
        lessons::settled(&self.db().await?).await
    }

    async fn style_notes(&self) -> Result<Vec<String>, StoreError> {
        Ok(Settled::style_notes(self.settled().await?))
    }

    async fn settle(&self, settlement: Settlement, event: Event) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let applied = lessons::settle(&tx, &settlement, &event.actor, event.at).await?;
        // What was noted before it turned out that it cannot be applied goes with the transaction.
        if applied {
            tx.append(&[event]).await?;
            tx.commit(Touches::Desk).await?;
        }
        Ok(applied)
    }

    async fn rate(&self, rated: Feedback, event: Event) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        aside::rate(&mut tx, &rated, &event).await?;
        tx.commit(Touches::Nothing).await
    }

    async fn given(&self, by: &PrincipalId, ticket: &TicketId) -> Result<Vec<Given>, StoreError> {
        aside::given(&self.db().await?, by, ticket).await
    }

    async fn feedback(&self) -> Result<Vec<Kept>, StoreError> {
        aside::feedback(&self.db().await?).await
    }

    async fn find_log(&self, query: &LogQuery, before: Option<u64>, limit: u32) -> Result<Vec<Record>, StoreError> {
        log::find(&self.db().await?, query, before, limit).await
    }

    async fn log_marks(&self, query: &LogQuery) -> Result<Vec<Mark>, StoreError> {
        log::marks(self.db().await?, query).await
    }

    async fn log_body(&self, seq: u64) -> Result<Option<Body>, StoreError> {
        log::body(&self.db().await?, seq).await
    }

    async fn verify(&self, expect: Option<Head>) -> Result<Result<Head, Broken>, StoreError> {
        log::verify(self.db().await?, &self.place, expect.as_ref()).await
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.revision.clone()
    }
}
