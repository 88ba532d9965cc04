//! What holds for a desk, whatever keeps it: every test here runs on SQLite and on PostgreSQL.

mod answers;
mod aside;
mod clocks;
mod commands;
mod copying;
mod credentials;
mod decisions;
mod encrypted;
mod failing;
mod frozen;
mod full;
mod keeping;
mod log;
mod naming;
mod one_process;
mod reading;
mod searching;
mod several;
mod writing;

use std::path::PathBuf;
use std::sync::Arc;

use countersign::domain::actor::{Principal, Role};
use countersign::domain::audit::{Action, Event};
use countersign::domain::call::WriteCall;
use countersign::domain::ids::{ProposalId, TicketId};
use countersign::domain::intake::Intake;
use countersign::domain::proposal::{Filing, Proposal, Why};
use countersign::domain::receipt::{Receipt, Refusal};
use countersign::domain::ticket::Ticket;
use countersign::store::postgres::{Options, Postgres};
use countersign::store::sqlite::Sqlite;
use countersign::store::{Decided, Decision, Executed, Execution, Origin, Store, StoreError};
use jiff::{SignedDuration, Timestamp};

use crate::house::{event, principal, ticket};
use crate::postgres;

/// Runs these tests on both.
macro_rules! on_both {
    ($($name:ident),+ $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() { super::$name(crate::store::Desk::sqlite().await).await })+
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                if let Some(desk) = crate::store::Desk::postgres().await { super::$name(desk).await }
            })+
        }
    };
}
pub(crate) use on_both;

/// A desk, and the way to it for a second program.
pub(crate) struct Desk {
    pub(crate) store: Arc<dyn Store>,
    pub(crate) way: Way,
    pub(crate) dir: tempfile::TempDir,
}

/// Where a desk is.
#[derive(Clone, Debug)]
pub(crate) enum Way {
    File(PathBuf),
    Url(String, Options),
}

impl Way {
    pub(crate) async fn open(&self) -> Arc<dyn Store> {
        match self {
            Self::File(path) => Arc::new(Sqlite::open(path).unwrap().store),
            Self::Url(url, options) => Arc::new(Postgres::open(url, options).await.unwrap().store),
        }
    }

    /// Runs SQL behind the desk's back.
    pub(crate) async fn tamper(&self, sql: &str) {
        match self {
            Self::File(path) => {
                let raw = rusqlite::Connection::open(path).unwrap();
                let open = "PRAGMA foreign_keys = OFF; DROP TRIGGER IF EXISTS audit_is_never_changed; \
                            DROP TRIGGER IF EXISTS audit_is_never_shortened;";
                raw.execute_batch(open).unwrap();
                raw.execute_batch(sql).unwrap();
            }
            Self::Url(url, _) => {
                let open =
                    "SET session_replication_role = replica; DROP TRIGGER IF EXISTS audit_is_never_changed ON audit;";
                postgres::run(url, &format!("{open} {sql}")).await;
            }
        }
    }
}

impl Desk {
    pub(crate) async fn sqlite() -> Self {
        let dir = tempfile::tempdir().unwrap();
        Self::of(Way::File(dir.path().join("desk.db")), dir).await
    }

    pub(crate) async fn postgres() -> Option<Self> {
        let dir = tempfile::tempdir().unwrap();
        let options = Options { place: dir.path().join("postgres"), connections: 4 };
        Some(Self::of(Way::Url(postgres::database().await?, options), dir).await)
    }

    /// Four people and three tickets.
    pub(crate) async fn of(way: Way, dir: tempfile::TempDir) -> Self {
        let store = way.open().await;
        for (id, role) in
            [("maya", Role::Agent), ("tom", Role::Agent), ("lena", Role::Supervisor), ("vera", Role::Viewer)]
        {
            store.save_person(&principal(id, role), id).await.unwrap();
        }
        let rows = (1..=3).map(|n| Intake::Ticket(Box::new(ticket(n)))).collect();
        store.import(rows, Origin::File, event()).await.unwrap();
        Self { store, way, dir }
    }

    /// The same desk, opened by a second program.
    pub(crate) async fn again(&self) -> Arc<dyn Store> {
        self.way.open().await
    }

    pub(crate) async fn ticket(&self, name: &str) -> Ticket {
        self.store.ticket(&id(name)).await.unwrap().unwrap()
    }

    /// Files a proposal of the bot at the version that the ticket has.
    pub(crate) async fn propose(&self, call: WriteCall) -> Proposal {
        self.try_propose(call).await.unwrap()
    }

    /// The same, where it may fail.
    pub(crate) async fn try_propose(&self, call: WriteCall) -> Result<Proposal, StoreError> {
        let proposal = self.frozen(call).await;
        self.store.file(&proposal, acted(Action::Proposed, &proposal)).await?;
        Ok(proposal)
    }

    /// The same, not filed.
    pub(crate) async fn frozen(&self, call: WriteCall) -> Proposal {
        let version = self.ticket(call.ticket_id().as_str()).await.row.version;
        Proposal::file(Filing {
            id: countersign::random::proposal_id(),
            call,
            base_version: version,
            proposer: crate::house::bot(),
            run: "r-test".parse().unwrap(),
            why: Why { text: "because".to_owned(), confidence: Some(0.7), ..Why::default() },
            filed_at: now(),
            expires_at: None,
            edited_by: None,
        })
    }

    /// Approves as maya, and does not send.
    pub(crate) async fn approve(&self, proposal: &Proposal) -> Receipt {
        let receipt = receipt(proposal, "maya");
        let events = vec![acted(Action::Approved, proposal)];
        let decided = self.store.decide(Decision::Approve(receipt.clone()), now(), events).await.unwrap();
        assert_eq!(decided, Decided::Recorded);
        receipt
    }

    pub(crate) async fn execute(&self, proposal: &Proposal, receipt: &Receipt) -> Result<Executed, Refusal> {
        execute(self.store.as_ref(), execution(proposal, receipt)).await
    }

    /// Files, approves and carries out.
    pub(crate) async fn through(&self, call: WriteCall) -> Result<Executed, Refusal> {
        let proposal = self.propose(call).await;
        let receipt = self.approve(&proposal).await;
        self.execute(&proposal, &receipt).await
    }

    /// What the log says was done, oldest first.
    pub(crate) async fn actions(&self) -> Vec<String> {
        self.store.flush().await.unwrap();
        let mut records = self.store.log(None, 10_000).await.unwrap();
        records.reverse();
        records.into_iter().map(|record| record.action).collect()
    }
}

pub(crate) fn now() -> Timestamp {
    countersign::clock::now()
}

pub(crate) fn later(seconds: i64) -> Timestamp {
    now().checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

pub(crate) fn id(ticket: &str) -> TicketId {
    ticket.parse().unwrap()
}

pub(crate) fn maya() -> Principal {
    principal("maya", Role::Agent)
}

pub(crate) fn acted(action: Action, proposal: &Proposal) -> Event {
    Event::about(now(), "maya".parse().unwrap(), "r-test".parse().unwrap(), action, proposal)
}

pub(crate) fn receipt(proposal: &Proposal, approver: &str) -> Receipt {
    Receipt {
        id: countersign::random::receipt_id(),
        proposal: proposal.id().clone(),
        approver: approver.parse().unwrap(),
        digest: proposal.digest(),
        expires_at: later(60),
    }
}

pub(crate) fn execution(proposal: &Proposal, receipt: &Receipt) -> Execution {
    Execution {
        call: proposal.call().clone(),
        digest: proposal.digest(),
        receipt: receipt.id.clone(),
        by: principal(receipt.approver.as_str(), Role::Agent),
        needs: Role::Agent,
        now: now(),
        author_name: "Maya".to_owned(),
    }
}

pub(crate) async fn execute(store: &dyn Store, execution: Execution) -> Result<Executed, Refusal> {
    let run = "r-test".parse().unwrap();
    let mut event = Event::new(now(), execution.by.id.clone(), run, Action::Executed, execution.call.tool());
    event.ticket = Some(execution.call.ticket_id().clone());
    store.execute(execution, event).await.unwrap()
}

pub(crate) async fn state(store: &dyn Store, id: &ProposalId) -> String {
    store.proposal(id).await.unwrap().unwrap().state.to_string()
}
