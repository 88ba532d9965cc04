//! A desk in one SQLite file: one writing thread, a few readers, changes by other programs noticed.

mod answers;
mod articles;
mod backlog;
pub mod copying;
mod credentials;
mod drafts;
mod erasing;
mod execute;
mod feedback;
mod finding;
mod group;
mod intake;
mod keeping;
mod lessons;
mod load;
mod log;
mod meaning;
mod merge;
mod naming;
pub(crate) mod open;
mod presence;
mod proposals;
mod readers;
mod seen;
mod threads;
mod tickets;
mod watch;
mod work;
mod writer;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::Value;

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
use crate::store::checkpoints::Checkpoints;
use crate::store::columns::Columns as _;
use crate::store::search;
use crate::store::search::upkeep::{self, Deferred};
use crate::store::sqlite::group::Turn;
use crate::store::sqlite::meaning::Meaning;
use crate::store::sqlite::readers::Readers;
use crate::store::sqlite::watch::Watcher;
use crate::store::sqlite::writer::Writer;
use crate::store::{
    Attendance, Counts, Decided, Decision, Executed, Execution, Filed, Imported, Lease, Origin, Store, StoreError,
    Touches,
};

/// From this many rows on, an import is indexed at its end.
const MANY: usize = 100;

/// A desk in a SQLite file.
pub struct Sqlite {
    path: PathBuf,
    readers: Readers,
    meaning: Meaning,
    writer: Arc<Writer>,
    revision: tokio::sync::watch::Receiver<u64>,
    _watcher: Watcher,
}

/// A desk just opened.
pub struct Opened {
    /// The desk.
    pub store: Sqlite,
    /// Whether the file was made now.
    pub is_new: bool,
}

impl Sqlite {
    /// Opens the desk at `path`, making it or bringing it to the newest format where needed.
    ///
    /// # Errors
    /// When the file cannot be opened, is no desk, or is of a newer program.
    pub fn open(path: &Path) -> Result<Opened, StoreError> {
        let mut db = open::connect(path)?;
        let is_new = open::migrate(&mut db)?;
        let checkpoints = Checkpoints::open(path, &log::log_id(&db)?)?;
        let (sender, revision) = tokio::sync::watch::channel(watch::revision(&db)?);
        let readers = Readers::open(path)?;
        let watcher = Watcher::start(path, sender.clone())?;
        let writer = Arc::new(Writer::start(db, sender, checkpoints)?);
        let meaning = Meaning::start(path, Arc::clone(&writer))?;
        let path = path.to_owned();
        Ok(Opened { store: Self { path, readers, meaning, writer, revision, _watcher: watcher }, is_new })
    }

    fn read<T>(&self, work: impl FnOnce(&Connection) -> Result<T, StoreError>) -> Result<T, StoreError> {
        self.readers.read(work)
    }
}

#[async_trait]
impl Store for Sqlite {
    async fn ticket(&self, id: &TicketId) -> Result<Option<Ticket>, StoreError> {
        self.read(|db| tickets::ticket(db, id))
    }

    async fn tickets(&self, query: &TicketQuery) -> Result<TicketPage, StoreError> {
        self.read(|db| tickets::page(db, query))
    }

    async fn counts(&self) -> Result<Counts, StoreError> {
        self.read(tickets::counts)
    }

    async fn customer(&self, id: &CustomerId) -> Result<Option<Customer>, StoreError> {
        self.read(|db| tickets::customer(db, id))
    }

    async fn find_articles(&self, query: &str, limit: u32) -> Result<Vec<ArticleHit>, StoreError> {
        self.meaning.articles(&self.readers, query, limit as usize).await
    }

    async fn articles(&self, ids: &[ArticleId]) -> Result<Vec<Article>, StoreError> {
        self.read(|db| ids.iter().filter_map(|id| articles::article(db, id).transpose()).collect())
    }

    async fn every_article(&self) -> Result<Vec<Article>, StoreError> {
        self.read(articles::every_article)
    }

    async fn canned(&self) -> Result<Vec<CannedReply>, StoreError> {
        self.read(articles::canned)
    }

    async fn find_tickets(&self, query: &str, limit: u32) -> Result<Vec<TicketRow>, StoreError> {
        self.read(|db| tickets::rows(db, search::tickets(db, query, limit as usize)?.into_iter().map(|(id, _)| id)))
    }

    async fn similar_tickets(&self, to: &TicketId, limit: u32) -> Result<Vec<TicketRow>, StoreError> {
        self.read(|db| {
            let Some(ticket) = tickets::ticket(db, to)? else { return Ok(Vec::new()) };
            let text = format!("{}\n{}", ticket.row.subject, ticket.body());
            let (limit, found) = (limit as usize, search::similar(db, to.as_str(), &text, limit as usize * 2)?);
            let mut rows = tickets::rows(db, found.into_iter().map(|(id, _)| id))?;
            // What was merged stands in another ticket too, which is found by itself.
            rows.retain(|row| row.lives_on_in().is_none());
            rows.truncate(limit);
            Ok(rows)
        })
    }

    async fn person(&self, id: &PrincipalId) -> Result<Option<Principal>, StoreError> {
        self.read(|db| person(db, id))
    }

    async fn save_person(&self, person: &Principal, name: &str) -> Result<(), StoreError> {
        let (person, name) = (person.clone(), name.to_owned());
        let sql = "INSERT INTO people VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET name = ?2, role = ?3";
        let save = move |tx: &mut Turn<'_>| {
            tx.execute(sql, params![person.id.as_str(), name, person.role.as_str()])?;
            Ok(())
        };
        self.writer.transact(Touches::Desk, save).await
    }

    async fn proposals(&self, query: &ProposalQuery) -> Result<Vec<Filed>, StoreError> {
        self.read(|db| proposals::list(db, query))
    }

    async fn proposal(&self, id: &ProposalId) -> Result<Option<Filed>, StoreError> {
        self.read(|db| proposals::one(db, id))
    }

    async fn denials(&self, call: &WriteCall) -> Result<u32, StoreError> {
        self.read(|db| proposals::denials(db, call))
    }

    async fn desk_id(&self) -> Result<String, StoreError> {
        self.read(log::log_id)
    }

    async fn drafts(&self) -> Result<Vec<(TicketId, String)>, StoreError> {
        self.read(drafts::all)
    }

    async fn snooze(&self, by: &PrincipalId, ticket: &TicketId, until: Option<Timestamp>) -> Result<(), StoreError> {
        let (by, ticket) = (by.clone(), ticket.clone());
        self.writer.transact(Touches::Desk, move |tx| tickets::snooze(tx, &by, &ticket, until)).await
    }

    async fn seen(&self, by: &PrincipalId, tickets: &[TicketId]) -> Result<Vec<(TicketId, u64)>, StoreError> {
        self.read(|db| seen::seen(db, by, tickets))
    }

    async fn see(&self, by: &PrincipalId, ticket: &TicketId, version: u64) -> Result<(), StoreError> {
        let (by, ticket) = (by.clone(), ticket.clone());
        self.writer.transact(Touches::Nothing, move |tx| seen::see(tx, &by, &ticket, version)).await
    }

    async fn attend(&self, attendance: Attendance<'_>) -> Result<(), StoreError> {
        let Attendance { sitting, at, holds } = attendance;
        let (sitting, at) = (sitting.clone(), at.cloned());
        let attend =
            move |tx: &mut Turn<'_>| presence::attend(tx, &Attendance { sitting: &sitting, at: at.as_ref(), holds });
        self.writer.transact(Touches::Nothing, attend).await
    }

    async fn present(&self, but: &RunId) -> Result<Vec<Presence>, StoreError> {
        self.read(|db| presence::present(db, but))
    }

    async fn forget_draft(&self, ticket: &TicketId) -> Result<(), StoreError> {
        let ticket = ticket.clone();
        self.writer.transact(Touches::Nothing, move |tx| drafts::forget(tx, &ticket)).await
    }

    fn record(&self, event: Event) -> Result<(), StoreError> {
        self.writer.record(event)
    }

    async fn flush(&self) -> Result<(), StoreError> {
        self.writer.transact(Touches::Nothing, |_| Ok(())).await
    }

    async fn file(&self, proposal: &Proposal, event: Event) -> Result<(), StoreError> {
        let proposal = proposal.clone();
        let work = move |tx: &mut Turn<'_>| {
            proposals::file(tx, &proposal)?;
            log::append(tx, &[event])
        };
        self.writer.transact(Touches::Desk, work).await
    }

    async fn decide(&self, decision: Decision, now: Timestamp, events: Vec<Event>) -> Result<Decided, StoreError> {
        let work = move |tx: &mut Turn<'_>| {
            let decided = proposals::decide(tx, &decision, now)?;
            if decided == Decided::Recorded {
                log::append(tx, &events)?;
            }
            Ok(decided)
        };
        self.writer.transact(Touches::Desk, work).await
    }

    async fn execute(&self, execution: Execution, mut event: Event) -> Result<Result<Executed, Refusal>, StoreError> {
        let work = move |tx: &mut Turn<'_>| {
            let since = Instant::now();
            let tried = execute::execute(tx, &execution)?;
            event.micros = audit::micros(since.elapsed());
            log::append(tx, &tried.records(event))?;
            Ok(tried.done)
        };
        self.writer.transact(Touches::Desk, work).await
    }

    async fn import(&self, rows: Vec<Intake>, origin: Origin, mut event: Event) -> Result<Imported, StoreError> {
        let has_articles = rows.iter().any(|row| matches!(row, Intake::Article(_)));
        let work = move |tx: &mut Turn<'_>| {
            // Many rows are indexed together at the end: row by row costs more than the rows.
            let deferred = (rows.len() >= MANY).then(|| Deferred::begin(tx)).transpose()?;
            let done = intake::import(tx, &rows, origin)?;
            deferred.map(|deferred| deferred.settle(tx)).transpose()?;
            if has_articles {
                upkeep::tidy_articles(tx)?;
            }
            event.body.result = serde_json::json!(done).into();
            log::append(tx, &[event])?;
            Ok(done)
        };
        let done = self.writer.transact(Touches::Desk, work).await?;
        if has_articles {
            self.meaning.wake();
        }
        Ok(done)
    }

    async fn spent(&self, since: Timestamp, ticket: &TicketId) -> Result<Spent, StoreError> {
        self.read(|db| work::spent(db, since, ticket))
    }

    async fn spend(&self, spending: &Spending, now: Timestamp) -> Result<(), StoreError> {
        let spending = spending.clone();
        self.writer.transact(Touches::Nothing, move |tx| work::spend(tx, &spending, now)).await
    }

    async fn spending(&self) -> Result<Vec<(String, u64, Usage)>, StoreError> {
        self.read(work::spending)
    }

    async fn prepared(&self, occasion: &Occasion) -> Result<Option<Value>, StoreError> {
        self.read(|db| work::prepared(db, occasion))
    }

    async fn prepare(&self, prepared: Prepared) -> Result<(), StoreError> {
        self.writer.transact(Touches::Nothing, move |tx| work::prepare(tx, &prepared)).await
    }

    async fn lease(&self, lease: Lease<'_>) -> Result<Option<TicketId>, StoreError> {
        let Lease { tickets, holder, now, until } = lease;
        let (tickets, holder) = (tickets.to_vec(), holder.to_owned());
        let lease = move |tx: &mut Turn<'_>| work::lease(tx, &Lease { tickets: &tickets, holder: &holder, now, until });
        self.writer.transact(Touches::Nothing, lease).await
    }

    async fn release(&self, ticket: &TicketId, holder: &str, done: Option<(u64, &str)>) -> Result<(), StoreError> {
        let (ticket, holder) = (ticket.clone(), holder.to_owned());
        let done = done.map(|(version, state)| (version, state.to_owned()));
        let release = move |tx: &mut Turn<'_>| {
            let done = done.as_ref().map(|(version, state)| (*version, state.as_str()));
            work::release(tx, &ticket, &holder, done)
        };
        self.writer.transact(Touches::Nothing, release).await
    }

    async fn decisions(&self, limit: u32) -> Result<Vec<Reviewed>, StoreError> {
        self.read(|db| work::decisions(db, limit))
    }

    async fn settled(&self) -> Result<Vec<Settled>, StoreError> {
        self.read(lessons::settled)
    }

    async fn style_notes(&self) -> Result<Vec<String>, StoreError> {
        Ok(Settled::style_notes(self.read(lessons::settled)?))
    }

    async fn settle(&self, settlement: Settlement, event: Event) -> Result<bool, StoreError> {
        let work = move |tx: &mut Turn<'_>| {
            // What was noted before it turned out that it cannot be applied must go, and the log must not.
            let attempt = tx.savepoint()?;
            let applied = lessons::settle(&attempt, &settlement, &event.actor, event.at)?;
            if applied {
                attempt.commit()?;
                log::append(tx, &[event])?;
            }
            Ok(applied)
        };
        self.writer.transact(Touches::Desk, work).await
    }

    async fn rate(&self, rated: Feedback, event: Event) -> Result<(), StoreError> {
        self.writer.transact(Touches::Nothing, move |tx| feedback::rate(tx, &rated, &event)).await
    }

    async fn given(&self, by: &PrincipalId, ticket: &TicketId) -> Result<Vec<Given>, StoreError> {
        self.read(|db| feedback::given(db, by, ticket))
    }

    async fn feedback(&self) -> Result<Vec<Kept>, StoreError> {
        self.read(feedback::all)
    }

    async fn find_log(&self, query: &LogQuery, before: Option<u64>, limit: u32) -> Result<Vec<Record>, StoreError> {
        self.read(|db| log::find(db, query, before, limit))
    }

    async fn log_marks(&self, query: &LogQuery) -> Result<Vec<Mark>, StoreError> {
        self.read(|db| log::marks(db, query))
    }

    async fn log_body(&self, seq: u64) -> Result<Option<Body>, StoreError> {
        self.read(|db| log::body(db, seq))
    }

    async fn verify(&self, expect: Option<Head>) -> Result<Result<Head, Broken>, StoreError> {
        let path = self.path.clone();
        let walk = move || log::verify(&open::connect(&path)?, &path, expect.as_ref());
        tokio::task::spawn_blocking(walk).await.map_err(|e| StoreError::Failed(e.to_string()))?
    }

    fn changes(&self) -> tokio::sync::watch::Receiver<u64> {
        self.revision.clone()
    }
}

fn person(db: &Connection, id: &PrincipalId) -> Result<Option<Principal>, StoreError> {
    let sql = "SELECT role FROM people WHERE id = ?1";
    let role = db.prepare_cached(sql)?.query_row([id.as_str()], |row| row.parsed(0)).optional()?;
    Ok(role.map(|role| Principal { id: id.clone(), role }))
}
