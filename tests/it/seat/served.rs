//! The desk as a service, a program of its own; whoever comes to it; and a line between them that can be bad.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use countersign::domain::audit::Record;
use countersign::store::Store as _;
use countersign::store::sqlite::Sqlite;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

use crate::process::program;
use crate::terminal::Terminal;

pub(crate) struct Served {
    dir: tempfile::TempDir,
    child: Child,
    /// Host and port.
    pub(crate) at: String,
}

impl Served {
    /// A fresh desk with the sample tickets.
    pub(crate) fn start() -> Self {
        let dir = tempfile::tempdir().unwrap();
        let (child, at) = serve(dir.path(), "127.0.0.1:0");
        Self { dir, child, at }
    }

    /// Ends it as a power cut does.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts it again where it was.
    pub(crate) fn again(&mut self) {
        self.child = serve(self.dir.path(), &self.at).0;
    }

    /// The file with a new token.
    pub(crate) fn token(&self, role: &str, name: &str) -> PathBuf {
        let file = self.dir.path().join(format!("{name}.token"));
        let mut command = operator(self.dir.path());
        command.args(["token", "create", "--role", role, "--name", name, "--file"]).arg(&file);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        file
    }

    /// Takes back the credential of somebody who has one.
    pub(crate) fn take_back(&self, name: &str) {
        let said = |args: &[&str]| {
            let output = operator(self.dir.path()).args(["token"]).args(args).output().unwrap();
            assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
            String::from_utf8(output.stdout).unwrap()
        };
        let list = said(&["list"]);
        let id = list.lines().find(|line| line.contains(name)).unwrap().split(' ').next().unwrap();
        said(&["revoke", id]);
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

impl Drop for Served {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
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

/// The program, run by whoever keeps the desk.
fn operator(home: &Path) -> Command {
    let mut command = program(home);
    command.env("USER", "olga");
    command
}

/// Serves the desk of this home; where.
fn serve(home: &Path, listen: &str) -> (Child, String) {
    let mut command = operator(home);
    command.args(["serve", "--listen", listen]).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let at = lines.find_map(|line| {
        let line = line.unwrap();
        let (_, at) = line.split_once("http://")?;
        Some(at.split(|c: char| c.is_whitespace() || c == '/').next().unwrap_or(at).to_owned())
    });
    // Whatever it says later is read, so that it never waits for a reader.
    std::thread::spawn(move || lines.for_each(drop));
    (child, at.expect("it says where it listens"))
}

/// What a bad line does to an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It arrives, and the answer does not.
    LosesTheAnswer,
    /// It does not arrive.
    LosesTheQuestion,
}

/// A line to the desk: every byte later by so much, and with a fault once it is told to have one.
pub(crate) struct Line {
    /// Host and port at this end.
    pub(crate) at: String,
    is_bad: Arc<AtomicBool>,
    /// How often an approval was sent over it.
    pub(crate) approvals: Arc<std::sync::atomic::AtomicUsize>,
}

impl Line {
    pub(crate) async fn to(desk: &str, delay: Duration, fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap().to_string();
        let (is_bad, approvals) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let (desk, bad, sent) = (desk.to_owned(), Arc::clone(&is_bad), Arc::clone(&approvals));
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (desk, bad, sent) = (desk.clone(), Arc::clone(&bad), Arc::clone(&sent));
                tokio::spawn(async move { Box::pin(carry(near, &desk, delay, fault, &bad, &sent)).await });
            }
        });
        Self { at, is_bad, approvals }
    }

    pub(crate) fn turn_bad(&self) {
        self.is_bad.store(true, Ordering::SeqCst);
    }
}

fn approves(bytes: &[u8]) -> bool {
    let path = b"/seat/countersign";
    bytes.windows(path.len()).any(|some| some == path)
}

async fn carry(
    mut near: TcpStream,
    desk: &str,
    delay: Duration,
    fault: Fault,
    is_bad: &AtomicBool,
    sent: &std::sync::atomic::AtomicUsize,
) {
    let (mut up, mut down) = ([0; 16 * 1024], [0; 16 * 1024]);
    let Ok(mut far) = TcpStream::connect(desk).await else {
        let read = near.read(&mut up).await.unwrap_or(0);
        sent.fetch_add(usize::from(approves(&up[..read])), Ordering::SeqCst);
        return;
    };
    let mut swallows = false;
    loop {
        tokio::select! {
            read = near.read(&mut up) => {
                let Ok(read @ 1..) = read else { return };
                if approves(&up[..read]) {
                    sent.fetch_add(1, Ordering::SeqCst);
                    swallows = is_bad.load(Ordering::SeqCst);
                    if swallows && fault == Fault::LosesTheQuestion {
                        return;
                    }
                }
                tokio::time::sleep(delay).await;
                if far.write_all(&up[..read]).await.is_err() {
                    return;
                }
            }
            read = far.read(&mut down) => {
                let Ok(read @ 1..) = read else { return };
                tokio::time::sleep(delay).await;
                if swallows || near.write_all(&down[..read]).await.is_err() {
                    return;
                }
            }
        }
    }
}
