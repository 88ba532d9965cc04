//! `countersign bench desk`: the embedded desk, through MCP, with its log.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use color_eyre::eyre::{ensure, eyre};
use jiff::SignedDuration;
use rusqlite::Connection;
use serde_json::json;

use crate::app::{self, Fill};
use crate::bench::{Figure, Report, Times, build};
use crate::desk::{Caller, Desk};
use crate::domain::actor::{Principal, Role};
use crate::domain::call::{FaqQuery, OfTicket, ReadCall, WriteCall};
use crate::domain::policy::Policy;
use crate::domain::proposal::Why;
use crate::domain::receipt::Receipt;
use crate::domain::ticket::TicketQuery;
use crate::mcp::client::{Era, McpBackend};
use crate::mcp::server::DeskServer;
use crate::store::sqlite::Sqlite;
use crate::store::{Decided, Decision, Store};
use crate::tools::{Run, ToolBackend};

const READS: usize = 3_000;
const SEARCHES: usize = 500;
const PAGES: usize = 300;
const WRITES: usize = 300;
const ARTICLES: u32 = 1_000;
const QUESTIONS: [&str; 5] = [
    "my invoice was charged twice",
    "the parcel is missing, what now?",
    "password does not open",
    "grinder shows an error after the update",
    "refund for a damaged machine in Lyon",
];

/// Measures in `dir`, over a desk of `tickets` tickets made there.
///
/// # Errors
/// When the desk cannot be made, or an operation fails.
pub async fn run(dir: &Path, tickets: u32) -> color_eyre::Result<Report> {
    let path = dir.join("bench.db");
    let store = app::open_desk(&path, Fill::Nothing).await?;
    crate::import::generate::fill(store.as_ref(), tickets).await?;
    crate::import::generate::articles(store.as_ref(), ARTICLES).await?;
    while store.has_unread_articles()? {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let person = Principal { id: "bench".parse()?, role: Role::Agent };
    store.save_person(&person, "bench").await?;
    let desk = Arc::new(Desk::new(store.clone(), Policy::default()));
    let run = Run::new(crate::random::run_id());
    let server = DeskServer::new(Arc::clone(&desk), person.clone(), "bench".to_owned(), run.id.clone());
    let backend = app::connect(server, Era::Auto, Duration::from_secs(30)).await?;

    let bench = Bench { store, desk, backend, run, person };
    let mut figures = vec![bench.get_ticket(tickets).await?, bench.get_faq().await?, bench.list_tickets().await?];
    figures.extend(bench.update_ticket(&dir.join("floor.db")).await?);
    figures.push(bench.verify().await?);
    Ok(Report { build: build(), figures })
}

struct Bench {
    store: Arc<Sqlite>,
    desk: Arc<Desk>,
    backend: McpBackend,
    run: Run,
    person: Principal,
}

impl Bench {
    fn caller(&self) -> Caller {
        Caller::new(self.person.clone(), "bench".to_owned(), self.run.id.clone())
    }

    async fn get_ticket(&self, tickets: u32) -> color_eyre::Result<Figure> {
        let mut times = Times::default();
        for n in 0..READS {
            let ticket_id = format!("T-{}", (n * 7919) % tickets as usize + 1).parse()?;
            let since = Instant::now();
            self.backend.read(&self.run, &ReadCall::GetTicket(OfTicket { ticket_id })).await?;
            times.took(since);
        }
        Ok(times.figure("get_ticket through MCP, its record queued", 150.0))
    }

    async fn get_faq(&self) -> color_eyre::Result<Figure> {
        let mut times = Times::default();
        for n in 0..SEARCHES {
            let query = QUESTIONS[n % QUESTIONS.len()].to_owned();
            let since = Instant::now();
            self.backend.read(&self.run, &ReadCall::GetFaq(FaqQuery { query, limit: 5 })).await?;
            times.took(since);
        }
        Ok(times.figure("get_faq over 1,000 embedded articles through MCP", 20_000.0))
    }

    async fn list_tickets(&self) -> color_eyre::Result<Figure> {
        let mut times = Times::default();
        for n in 0..PAGES {
            let query = TicketQuery { offset: u32::try_from(n % 10)? * 100, ..TicketQuery::default() };
            let since = Instant::now();
            self.backend.read(&self.run, &ReadCall::ListTickets(query)).await?;
            times.took(since);
        }
        Ok(times.figure("list_tickets, a page of 100, through MCP", 2_000.0))
    }

    /// A durable update with its receipt and record, beside one bare durable commit, turn by turn.
    async fn update_ticket(&self, floor: &Path) -> color_eyre::Result<Vec<Figure>> {
        let bare = bare(floor)?;
        let (mut ours, mut theirs) = (Times::default(), Times::default());
        for n in 0..WRITES {
            let since = Instant::now();
            bare.execute("UPDATE floor SET value = ?1 WHERE n = ?2", [n, n % 100])?;
            theirs.took(since);
            let (call, receipt) = self.approved(n).await?;
            let since = Instant::now();
            let answer = self.desk.write(&self.caller(), call, Why::default(), Some(receipt.id)).await?;
            ours.took(since);
            ensure!(answer.success, "an approved update was refused: {}", answer.message);
        }
        let ratio = ours.quantile(0.5) / theirs.quantile(0.5);
        let p95 = ours.quantile(0.95) / theirs.quantile(0.95);
        Ok(vec![
            Figure { met: true, goal: 0.0, ..theirs.figure("one bare SQLite commit, same pragmas", 0.0) },
            Figure { met: true, goal: 0.0, ..ours.figure("update_ticket with receipt and record, durable", 0.0) },
            Figure {
                what: "update_ticket / bare commit".to_owned(),
                median: ratio,
                p95,
                unit: "times",
                goal: 1.5,
                met: ratio <= 1.5,
            },
        ])
    }

    /// A call whose approval is recorded: only the write is left to do.
    async fn approved(&self, n: usize) -> color_eyre::Result<(WriteCall, Receipt)> {
        let priority = ["low", "high"][n % 2];
        let arguments = json!({"ticket_id": format!("T-{}", n + 1), "update": {"priority": priority}});
        let call = WriteCall::UpdateTicket(serde_json::from_value(arguments)?);
        let answer = self.backend.propose(&self.run, &call, &Why::default()).await?;
        let proposal = answer.proposal_id.ok_or_else(|| eyre!("not filed: {}", answer.message))?;
        let filed = self.store.proposal(&proposal).await?.ok_or_else(|| eyre!("the proposal is gone"))?;
        let now = crate::clock::now();
        let call = filed.proposal.call().clone();
        let expires_at = now.checked_add(SignedDuration::from_secs(60))?;
        let (id, approver) = (crate::random::receipt_id(), self.person.id.clone());
        let receipt = Receipt { id, proposal, approver, digest: call.digest(), expires_at };
        let decided = self.store.decide(Decision::Approve(receipt.clone()), now, Vec::new()).await?;
        ensure!(decided == Decided::Recorded, "not recorded: {decided:?}");
        Ok((call, receipt))
    }

    async fn verify(&self) -> color_eyre::Result<Figure> {
        // Enough records that starting up does not count.
        while self.store.log(None, 1).await?.first().map_or(0, |record| record.seq) < 50_000 {
            for _ in 0..5_000 {
                self.store.record(crate::import::generate::event("bench", crate::clock::now()))?;
            }
            self.store.flush().await?;
        }
        let mut rates = Vec::new();
        for _ in 0..5 {
            let since = Instant::now();
            let head = self.store.verify(None).await?.map_err(|broken| eyre!("the log is broken: {broken}"))?;
            #[allow(clippy::cast_precision_loss)] // a rate needs no more
            rates.push(head.size as f64 / since.elapsed().as_secs_f64());
        }
        rates.sort_by(f64::total_cmp);
        let (median, p95) = (rates[2], rates[0]);
        let what = "records verified in a second".to_owned();
        Ok(Figure { what, median, p95, unit: "1/s", goal: 100_000.0, met: median >= 100_000.0 })
    }
}

/// The floor: one table, the desk's own pragmas, one row changed in a commit.
fn bare(path: &Path) -> color_eyre::Result<Connection> {
    let db = Connection::open(path)?;
    db.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE floor (n INTEGER PRIMARY KEY, value INTEGER NOT NULL);
         WITH RECURSIVE up(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM up WHERE n < 99)
         INSERT INTO floor SELECT n, 0 FROM up;",
    )?;
    Ok(db)
}
