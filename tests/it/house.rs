//! A desk in a temporary folder, with people, a few tickets and a way to sit down at it.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use countersign::agent::driver::Driver;
use countersign::agent::step::Limits;
use countersign::app;
use countersign::commit::{Commit, Look, Outcome};
use countersign::desk::{Caller, Desk};
use countersign::domain::actor::{Principal, Reviewer, Role};
use countersign::domain::answer::WriteAnswer;
use countersign::domain::approval::{Card, Signature};
use countersign::domain::audit::{Action, Event};
use countersign::domain::call::WriteCall;
use countersign::domain::ids::{ProposalId, TicketId};
use countersign::domain::intake::{Intake, NewCustomer, NewTicket};
use countersign::domain::policy::Policy;
use countersign::domain::proposal::Why;
use countersign::domain::ticket::{Author, Message, Priority, Status, Ticket, Visibility};
use countersign::llm::LlmProvider;
use countersign::llm::prompt::Prompts;
use countersign::mcp::client::{Era, McpBackend};
use countersign::mcp::server::DeskServer;
use countersign::store::sqlite::Sqlite;
use countersign::store::{Origin, Store};
use countersign::tools::{Run, ToolBackend};
use serde_json::{Value, json};

pub(crate) struct House {
    pub(crate) dir: tempfile::TempDir,
    pub(crate) store: Arc<Sqlite>,
    pub(crate) policy: Policy,
    pub(crate) run: Run,
}

impl House {
    pub(crate) async fn new() -> Self {
        Self::with(Policy::default()).await
    }

    pub(crate) async fn with(policy: Policy) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Arc::new(Sqlite::open(&dir.path().join("desk.db")).unwrap().store);
        for (id, role) in
            [("maya", Role::Agent), ("tom", Role::Agent), ("lena", Role::Supervisor), ("vera", Role::Viewer)]
        {
            store.save_person(&principal(id, role), id).await.unwrap();
        }
        let rows = (1..=3).map(|n| Intake::Ticket(Box::new(ticket(n)))).collect();
        store.import(rows, Origin::File, event()).await.unwrap();
        Self { dir, store, policy, run: Run::new("r-test".parse().unwrap()) }
    }

    /// Sits down at a desk that is there already.
    pub(crate) fn at(path: &std::path::Path) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let store = Arc::new(Sqlite::open(path).unwrap().store);
        Self { dir, store, policy: Policy::default(), run: Run::new("r-child".parse().unwrap()) }
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.dir.path().join("desk.db")
    }

    pub(crate) fn desk(&self) -> Desk {
        Desk::new(self.store.clone(), self.policy.clone())
    }

    pub(crate) async fn backend(&self, who: Principal, era: Era) -> McpBackend {
        let name = who.id.to_string();
        let server = DeskServer::new(Arc::new(self.desk()), who, name, self.run.id.clone());
        app::connect(server, era, Duration::from_secs(20)).await.unwrap()
    }

    pub(crate) async fn commit_of(&self, id: &str, role: Role) -> (Commit, Reviewer) {
        let who = principal(id, role);
        let backend = Arc::new(self.backend(who.clone(), Era::Auto).await);
        self.commit_over(backend, who)
    }

    pub(crate) fn commit_over(&self, backend: Arc<dyn ToolBackend>, who: Principal) -> (Commit, Reviewer) {
        let commit = Commit { store: self.store.clone(), backend, policy: self.policy.clone() };
        (commit, Reviewer::sign_in(who).unwrap())
    }

    pub(crate) async fn propose(&self, call: WriteCall) -> WriteAnswer {
        self.propose_as(bot(), call).await
    }

    pub(crate) async fn propose_as(&self, who: Principal, call: WriteCall) -> WriteAnswer {
        let caller = Caller::new(who.clone(), who.id.to_string(), self.run.id.clone());
        self.desk().write(&caller, call, Why::default(), None).await.unwrap()
    }

    pub(crate) async fn card(&self, commit: &Commit, by: &Reviewer, id: &ProposalId) -> Card {
        match commit.open(&self.run, by, id).await.unwrap() {
            Look::Waiting(card) => *card,
            Look::Over(state) => panic!("the proposal is over: {state}"),
        }
    }

    pub(crate) async fn approve(&self, commit: &Commit, by: &Reviewer, card: Card) -> Outcome {
        let signature = Signature::under(&card.text());
        commit.approve(&self.run, by, card, &signature).await.unwrap()
    }

    /// Files, opens and approves as maya.
    pub(crate) async fn through(&self, call: WriteCall) -> Outcome {
        let (commit, maya) = self.commit_of("maya", Role::Agent).await;
        let id = self.propose(call).await.proposal_id.unwrap();
        let card = self.card(&commit, &maya, &id).await;
        self.approve(&commit, &maya, card).await
    }

    pub(crate) async fn ticket(&self, id: &str) -> Ticket {
        self.store.ticket(&id.parse::<TicketId>().unwrap()).await.unwrap().unwrap()
    }

    pub(crate) async fn actions(&self) -> Vec<String> {
        self.store.flush().await.unwrap();
        let mut records = self.store.log(None, 1000).await.unwrap();
        records.reverse();
        records.into_iter().map(|record| record.action).collect()
    }

    pub(crate) async fn count(&self, action: Action) -> usize {
        self.actions().await.iter().filter(|a| *a == action.as_str()).count()
    }
}

/// A driver with a provider, as tests want it.
pub(crate) fn driver(backend: Arc<dyn ToolBackend>, provider: Arc<dyn LlmProvider>) -> Driver {
    let prompt = Prompts::default().handle_ticket;
    Driver { backend, provider, prompt, limits: Limits::default(), time: Duration::from_mins(10) }
}

pub(crate) fn principal(id: &str, role: Role) -> Principal {
    Principal { id: id.parse().unwrap(), role }
}

pub(crate) fn bot() -> Principal {
    principal("bot", Role::Bot)
}

#[allow(clippy::needless_pass_by_value, reason = "reads best with json! in place")]
pub(crate) fn update(ticket: &str, fields: Value) -> WriteCall {
    WriteCall::UpdateTicket(serde_json::from_value(json!({"ticket_id": ticket, "update": fields})).unwrap())
}

pub(crate) fn reply(ticket: &str, body: &str) -> WriteCall {
    let arguments = json!({"ticket_id": ticket, "body": body, "visibility": "public"});
    WriteCall::SendReply(serde_json::from_value(arguments).unwrap())
}

pub(crate) fn event() -> Event {
    let (actor, run) = ("test".parse().unwrap(), "r-test".parse().unwrap());
    Event::new(countersign::clock::now(), actor, run, Action::Imported, "import")
}

pub(crate) fn ticket(n: u32) -> NewTicket {
    let at = "2026-11-23T08:00:00Z".parse().unwrap();
    NewTicket {
        external_id: format!("T-{n}"),
        subject: format!("Charged twice for order FH-10000{n}"),
        status: Status::Open,
        priority: Priority::Normal,
        tags: vec!["billing".to_owned()],
        assignee: None,
        customer: NewCustomer::Contact { name: format!("Customer {n}"), email: format!("c{n}@mailbox.example") },
        created_at: at,
        due_at: None,
        messages: vec![Message {
            at,
            author: Author::Customer,
            name: format!("Customer {n}"),
            visibility: Visibility::Public,
            body: "My card shows two charges of 49.00. Please refund one.".to_owned(),
            attachments: Vec::new(),
        }],
    }
}
