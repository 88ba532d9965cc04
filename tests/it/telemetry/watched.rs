//! A service whose log and traces are kept.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::process::program;

/// How long anything may take here; machines are shared.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// The running service.
pub(crate) struct Watched {
    child: Child,
    pub(crate) at: SocketAddr,
    home: PathBuf,
    log: PathBuf,
}

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Watched {
    /// Serves the desk of `home` with this configuration.
    pub(crate) fn start(home: &Path, config: &str) -> Self {
        let (file, log) = (home.join("config.toml"), home.join("serve.log"));
        std::fs::write(&file, config).unwrap();
        let mut command = program(home);
        command.arg("--config").arg(&file).args(["serve", "--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(File::create(&log).unwrap()).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let at = said.find_map(|line| address(&line.unwrap())).expect("the service says where it is");
        // What else it says must find a reader.
        std::thread::spawn(move || said.for_each(drop));
        Self { child, at, home: home.to_owned(), log }
    }

    /// A new token of a person or a program.
    pub(crate) fn token(&self, role: &str, name: &str) -> String {
        let file = self.home.join(format!("{name}.token"));
        let mut command = program(&self.home);
        command.args(["token", "create", "--role", role, "--name", name, "--file"]).arg(&file);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::read_to_string(file).unwrap().trim().to_owned()
    }

    /// One request with headers of its own.
    pub(crate) fn ask(&self, what: &str, headers: &[(&str, &str)], body: Option<&Value>) -> Reply {
        let mut stream = TcpStream::connect(self.at).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let headers: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let headers = headers.concat();
        let body = body.map(ToString::to_string).unwrap_or_default();
        let ours = format!("Host: localhost\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
        write!(stream, "{what} HTTP/1.1\r\n{ours}{headers}\r\n{body}").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Reply { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    /// One request of somebody with a token.
    pub(crate) fn ask_as(&self, token: &str, what: &str, body: Option<&Value>) -> Reply {
        let bearer = format!("Bearer {token}");
        let accepts = "application/json, text/event-stream";
        let headers = [("Authorization", bearer.as_str()), ("Content-Type", "application/json"), ("Accept", accepts)];
        self.ask(what, &headers, body)
    }

    /// A line of its log, each of which is JSON, once there is one like that.
    pub(crate) fn logged(&self, is_it: impl Fn(&Value) -> bool) -> Value {
        let since = Instant::now();
        loop {
            let text = self.log();
            // The last line may be half written.
            let whole = text.rfind('\n').map_or("", |end| &text[..end]);
            let mut rows = whole.lines().map(|line| serde_json::from_str::<Value>(line).expect(line));
            if let Some(row) = rows.find(&is_it) {
                return row;
            }
            assert!(since.elapsed() < PATIENCE, "never logged: {text}");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap()
    }

    /// The metrics, once they say this.
    pub(crate) fn metrics(&self, token: &str, says: &str) -> String {
        let since = Instant::now();
        loop {
            let reply = self.ask_as(token, "GET /metrics", None);
            assert_eq!(reply.status, 200, "{reply:?}");
            if reply.body.contains(says) {
                return reply.body;
            }
            assert!(since.elapsed() < PATIENCE, "never {says}: {}", reply.body);
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

impl Drop for Watched {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The address in a line like `... on http://127.0.0.1:8425 ...`.
fn address(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://")?;
    rest.split([' ', '/']).next()?.parse().ok()
}
