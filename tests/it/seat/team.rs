//! A team's desk, served by a program of its own, and whoever works at it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use countersign::domain::audit::Record;
use countersign::store::Store as _;
use countersign::store::sqlite::Sqlite;
use rustix::process::Signal;
use serde_json::{Value, json};

use crate::served::Served;
use crate::terminal::Terminal;

pub(crate) struct Team {
    dir: tempfile::TempDir,
    served: Served,
    /// Host and port.
    pub(crate) at: String,
}

impl Team {
    /// A fresh desk with the sample tickets.
    pub(crate) fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let served = Served::start(dir.path(), &[]);
        let at = served.at.to_string();
        Self { dir, served, at }
    }

    /// Ends it as a power cut does.
    pub(crate) fn kill(&mut self) {
        self.served.signal(Signal::KILL);
        self.served.ended();
    }

    /// Starts it again where it was.
    pub(crate) fn again(&mut self) {
        self.served = Served::listening(self.dir.path(), &self.at, &[], Stdio::null());
    }

    /// The file with a new token.
    pub(crate) fn token(&self, role: &str, name: &str) -> PathBuf {
        self.served.token_file(&[], role, name)
    }

    /// Takes back the credential of somebody who has one.
    pub(crate) fn take_back(&self, name: &str) {
        self.served.take_back(&[], name);
    }

    /// Asks at the desk's door; the status and what it says.
    pub(crate) async fn post(
        &self,
        path: &str,
        token: Option<&Path>,
        body: &Value,
        headers: &[(&str, &str)],
    ) -> (u16, Value) {
        let request = reqwest::Client::new().post(format!("http://{}{path}", self.at)).body(body.to_string());
        let mut request = request.header("content-type", "application/json");
        if let Some(token) = token {
            let token = std::fs::read_to_string(token).unwrap();
            request = request.header("authorization", format!("Bearer {}", token.trim()));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let response = request.timeout(Duration::from_mins(1)).send().await.unwrap();
        let status = response.status().as_u16();
        let said = response.text().await.unwrap();
        // An answer in a stream has it after `data:`.
        let said = said
            .lines()
            .find_map(|line| line.strip_prefix("data: ").filter(|data| data.starts_with('{')))
            .unwrap_or(&said);
        (status, serde_json::from_str(said).unwrap_or(Value::Null))
    }

    /// Calls a tool over MCP as any program does: JSON-RPC, nothing of ours.
    pub(crate) async fn call(&self, token: &Path, tool: &str, arguments: &Value) -> Value {
        let meta = json!({
            "io.modelcontextprotocol/protocolVersion": "2026-07-28",
            "io.modelcontextprotocol/clientCapabilities": {},
            "io.modelcontextprotocol/clientInfo": {"name": "t", "version": "1"},
        });
        let params = json!({"name": tool, "arguments": arguments, "_meta": meta});
        let body = json!({"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": params});
        let headers = [
            ("accept", "application/json, text/event-stream"),
            ("mcp-protocol-version", "2026-07-28"),
            ("mcp-method", "tools/call"),
            ("mcp-name", tool),
        ];
        let (status, said) = self.post("/mcp", Some(token), &body, &headers).await;
        assert_eq!(status, 200, "{said}");
        said["result"].clone()
    }

    /// Has a program propose something; the proposal's name.
    pub(crate) async fn propose(&self, token: &Path, tool: &str, arguments: &Value) -> String {
        let said = self.call(token, tool, arguments).await["structuredContent"].clone();
        assert_eq!(said["outcome"], "pending_approval", "{said}");
        said["proposal_id"].as_str().unwrap().to_owned()
    }

    /// The desk's log, oldest first.
    pub(crate) async fn log(&self) -> Vec<Record> {
        let mut log = self.store().log(None, 10_000).await.unwrap();
        log.reverse();
        log
    }

    pub(crate) fn store(&self) -> Sqlite {
        Sqlite::open(&self.dir.path().join(".local/share/countersign/desk.db")).unwrap().store
    }
}

/// Somebody's terminal, at this address of the desk.
pub(crate) fn terminal_at(token: &Path, at: &str, (width, height): (u16, u16)) -> Terminal {
    let home = token.with_extension("home");
    std::fs::create_dir_all(&home).unwrap();
    let url = format!("http://{at}");
    let args = ["--connect", &url, "--token-file", token.to_str().unwrap()];
    Terminal::with(&home, width, height, &args, &[("COUNTERSIGN_SEND_UNDO_SECONDS", "0")])
}
