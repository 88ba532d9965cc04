//! What is asked of the server: the bytes of each request, and whether what comes back answers it.

use std::fmt::Write as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use color_eyre::eyre::{bail, eyre};
use serde_json::{Value, json};

use crate::bench::serve::wire::Wire;

const QUESTIONS: [&str; 8] = [
    "my invoice was charged twice",
    "the parcel is missing, what now?",
    "password does not open",
    "grinder shows an error after the update",
    "refund for a damaged machine in Lyon",
    "how many working days until it is delivered",
    "where do I find the number of my order",
    "the machine leaks water",
];
const STATELESS: &str = "2026-07-28";
const SESSIONS: &str = "2025-11-25";

/// What a caller does, over and over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// `GET /tickets/{id}`.
    Plain,
    /// `get_ticket` over MCP without a session.
    Stateless,
    /// `get_ticket` over MCP in a session.
    Session,
    /// `get_faq` with a question that was asked before.
    AskedBefore,
    /// `get_faq` with a question that nobody has asked.
    NewQuestion,
    /// `update_ticket` by a bot: a proposal is on disk before the answer.
    Propose,
    /// A person's change from end to end: asked for, its card read, approved, carried out.
    Change,
}

impl Kind {
    /// In words.
    pub(super) const fn title(self) -> &'static str {
        match self {
            Self::Plain => "GET /tickets/{id}",
            Self::Stateless => "MCP get_ticket, 2026-07-28",
            Self::Session => "MCP get_ticket, 2025-11-25",
            Self::AskedBefore => "MCP get_faq, asked before",
            Self::NewQuestion => "MCP get_faq, new question",
            Self::Propose => "MCP update_ticket, filed durably",
            Self::Change => "change: asked, read, approved, done",
        }
    }

    /// Whether it only reads what is there.
    pub(super) const fn is_plain_read(self) -> bool {
        match self {
            Self::Plain | Self::Stateless | Self::Session | Self::AskedBefore => true,
            Self::NewQuestion | Self::Propose | Self::Change => false,
        }
    }
}

/// What all callers know.
#[derive(Clone)]
pub(super) struct Target {
    pub(super) address: String,
    /// A person's token, and a bot's.
    pub(super) person: String,
    pub(super) bot: String,
    /// How many tickets there are.
    pub(super) tickets: u64,
    /// Counts everything that is asked, so that no two ask the same.
    pub(super) asked: Arc<AtomicU64>,
}

/// One caller: a connection, and a session where it needs one.
pub(super) struct Caller {
    target: Target,
    kind: Kind,
    wire: Wire,
    session: Option<String>,
}

impl Caller {
    /// Connects, and opens a session where that is the way.
    pub(super) async fn arrive(target: &Target, kind: Kind) -> color_eyre::Result<Self> {
        let wire = Wire::open(&target.address).await?;
        let mut caller = Self { target: target.clone(), kind, wire, session: None };
        if kind == Kind::Session {
            caller.open_session().await?;
        }
        Ok(caller)
    }

    async fn open_session(&mut self) -> color_eyre::Result<()> {
        let hello = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": {
            "protocolVersion": SESSIONS, "capabilities": {}, "clientInfo": {"name": "bench", "version": "1"},
        }});
        self.wire.ask(&self.mcp(&self.target.person, &[], &hello)).await?;
        self.session = Some(self.wire.session.take().ok_or_else(|| eyre!("no session: {}", self.wire.status))?);
        let ready = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
        self.wire.ask(&self.mcp(&self.target.person, &self.in_session(), &ready)).await?;
        Ok(())
    }

    /// Goes, and says so where it has a session.
    pub(super) async fn leave(mut self) -> color_eyre::Result<()> {
        let Some(session) = self.session.take() else { return Ok(()) };
        let Target { address, person, .. } = &self.target;
        let request = format!(
            "DELETE /mcp HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {person}\r\n\
             Mcp-Session-Id: {session}\r\nMCP-Protocol-Version: {SESSIONS}\r\n\r\n"
        );
        self.asked(&request, "").await
    }

    /// Does it once.
    pub(super) async fn once(&mut self) -> color_eyre::Result<()> {
        let n = self.target.asked.fetch_add(1, Ordering::Relaxed);
        let ticket = format!("T-{}", n * 7919 % self.target.tickets + 1);
        match self.kind {
            Kind::Plain => {
                let request = self.http("GET", &format!("/tickets/{ticket}"), None);
                self.asked(&request, &format!("\"{ticket}\"")).await
            }
            Kind::Stateless | Kind::Session => {
                let request = self.tool("get_ticket", &json!({"ticket_id": ticket}));
                self.asked(&request, &ticket).await
            }
            Kind::AskedBefore | Kind::NewQuestion => {
                let question = QUESTIONS[usize::try_from(n)? % QUESTIONS.len()];
                let new = if self.kind == Kind::NewQuestion { format!(" {n}") } else { String::new() };
                let request = self.tool("get_faq", &json!({"query": format!("{question}{new}")}));
                self.asked(&request, "articles").await
            }
            Kind::Propose => {
                let request = self.tool("update_ticket", &change(&ticket, n));
                self.asked(&request, "pending_approval").await
            }
            Kind::Change => self.change(&ticket, n).await,
        }
    }

    /// Asks for something that a model writes.
    pub(super) async fn summarize(&mut self) -> color_eyre::Result<()> {
        let request = self.tool("summarize_ticket", &json!({"ticket_id": "T-1"}));
        self.asked(&request, "structuredContent").await
    }

    async fn change(&mut self, ticket: &str, n: u64) -> color_eyre::Result<()> {
        let mut asked = change(ticket, n);
        asked.as_object_mut().map(|fields| fields.remove("ticket_id"));
        let request = self.http("POST", &format!("/tickets/{ticket}/actions/update"), Some(&asked));
        self.asked(&request, "pending_approval").await?;
        let id = self.field("proposal_id")?;
        self.asked(&self.http("GET", &format!("/proposals/{id}/card"), None), "digest").await?;
        let read = json!({"digest": self.field("digest")?, "made_at": self.field("made_at")?});
        let request = self.http("POST", &format!("/proposals/{id}/approve"), Some(&read));
        self.asked(&request, "executed").await
    }

    async fn asked(&mut self, request: &str, expect: &str) -> color_eyre::Result<()> {
        self.wire.ask(request).await?;
        if self.wire.status >= 300 || !self.wire.says(expect) {
            let body = String::from_utf8_lossy(&self.wire.body);
            bail!("{}: {}", self.wire.status, crate::domain::text::short(&body, 200));
        }
        Ok(())
    }

    fn field(&self, name: &str) -> color_eyre::Result<String> {
        let body: Value = serde_json::from_slice(&self.wire.body)?;
        body[name].as_str().map(str::to_owned).ok_or_else(|| eyre!("no {name} in {body}"))
    }

    fn http(&self, method: &str, path: &str, body: Option<&Value>) -> String {
        let Target { address, person, .. } = &self.target;
        let head = format!("{method} {path} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {person}\r\n");
        with_body(head, body)
    }

    fn tool(&self, name: &str, arguments: &Value) -> String {
        let mut params = json!({"name": name, "arguments": arguments});
        let token = if self.kind == Kind::Propose { &self.target.bot } else { &self.target.person };
        let headers = if self.session.is_some() {
            self.in_session()
        } else {
            params["_meta"] = json!({
                "io.modelcontextprotocol/protocolVersion": STATELESS,
                "io.modelcontextprotocol/clientCapabilities": {},
                "io.modelcontextprotocol/clientInfo": {"name": "bench", "version": "1"},
            });
            vec![("MCP-Protocol-Version", STATELESS), ("Mcp-Method", "tools/call"), ("Mcp-Name", name)]
        };
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        self.mcp(token, &headers, &body)
    }

    fn in_session(&self) -> Vec<(&str, &str)> {
        let session = self.session.as_deref().map(|session| ("Mcp-Session-Id", session));
        session.into_iter().chain([("MCP-Protocol-Version", SESSIONS)]).collect()
    }

    fn mcp(&self, token: &str, headers: &[(&str, &str)], body: &Value) -> String {
        let mut head = format!(
            "POST /mcp HTTP/1.1\r\nHost: {}\r\nAuthorization: Bearer {token}\r\n\
             Accept: application/json, text/event-stream\r\n",
            self.target.address
        );
        for (name, value) in headers {
            // Writing to a string does not fail.
            let _ = write!(head, "{name}: {value}\r\n");
        }
        with_body(head, Some(body))
    }
}

/// A change that nobody has asked for yet.
fn change(ticket: &str, n: u64) -> Value {
    json!({"ticket_id": ticket, "update": {"tags": [format!("bench-{n}")]}, "reason": "to be measured"})
}

fn with_body(head: String, body: Option<&Value>) -> String {
    let Some(body) = body else { return head + "\r\n" };
    let body = body.to_string();
    format!("{head}Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}
