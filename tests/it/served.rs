//! The desk as a service: the real program on a port of its own, and bare requests to it.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;

use crate::process::program;

/// How long anything may take here; machines are shared.
pub(crate) const PATIENCE: Duration = Duration::from_mins(1);

/// A running service.
pub(crate) struct Served {
    child: Child,
    pub(crate) at: SocketAddr,
    home: PathBuf,
}

impl Served {
    /// Starts the service on a free port, at the desk of `home`.
    pub(crate) fn start(home: &Path, args: &[&str]) -> Self {
        Self::listening(home, "127.0.0.1:0", args, Stdio::null())
    }

    /// The same at this address; what it logs goes there.
    pub(crate) fn listening(home: &Path, listen: &str, args: &[&str], log: Stdio) -> Self {
        let mut command = operator(home);
        command.args(["serve", "--listen", listen]).args(args);
        let mut child = command.stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
        let at = said.find_map(|line| address(&line.unwrap())).expect("the service says where it is");
        // What else it says must find a reader.
        std::thread::spawn(move || said.for_each(drop));
        Self { child, at, home: home.to_owned() }
    }

    /// A new token of a person or a program.
    pub(crate) fn token(&self, role: &str, name: &str) -> String {
        self.token_at(&[], role, name)
    }

    /// The same at the desk that these flags name.
    pub(crate) fn token_at(&self, desk: &[&str], role: &str, name: &str) -> String {
        std::fs::read_to_string(self.token_file(desk, role, name)).unwrap().trim().to_owned()
    }

    /// The file with it.
    pub(crate) fn token_file(&self, desk: &[&str], role: &str, name: &str) -> PathBuf {
        let file = self.home.join(format!("{name}.token"));
        let create = ["token", "create", "--role", role, "--name", name, "--file", file.to_str().unwrap()];
        self.operate(&[desk, &create].concat());
        file
    }

    /// Takes back the credential of somebody who has one.
    pub(crate) fn take_back(&self, desk: &[&str], name: &str) {
        let list = self.operate(&[desk, &["token", "list"]].concat());
        let id = list.lines().find(|line| line.contains(name)).unwrap().split(' ').next().unwrap();
        self.operate(&[desk, &["token", "revoke", id]].concat());
    }

    /// What whoever keeps the desk does beside the service; what it said.
    pub(crate) fn operate(&self, args: &[&str]) -> String {
        let output = operator(&self.home).args(args).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8(output.stdout).unwrap()
    }

    /// A bare connection.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.at).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// One request on a connection of its own.
    pub(crate) fn ask(&self, method: &str, path: &str, token: &str, body: Option<&Value>) -> Reply {
        let body = body.map(ToString::to_string).unwrap_or_default();
        self.send(&request(method, path, token, &body))
    }

    /// The same, as it goes over the wire.
    pub(crate) fn send(&self, request: &str) -> Reply {
        let mut stream = self.connect();
        stream.write_all(request.as_bytes()).unwrap();
        Reply::read(&mut stream)
    }

    pub(crate) fn signal(&self, signal: Signal) {
        kill_process(Pid::from_child(&self.child), signal).unwrap();
    }

    /// Waits until the process has ended; its exit code.
    pub(crate) fn ended(&mut self) -> Option<i32> {
        let since = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.code();
            }
            assert!(since.elapsed() < PATIENCE, "the service goes on");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The program, run by whoever keeps the desk.
fn operator(home: &Path) -> Command {
    let mut command = program(home);
    command.env("USER", "olga");
    command
}

/// The address in a line like `... on http://127.0.0.1:8425 ...`.
fn address(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://").or_else(|| line.split_once("https://"))?;
    rest.split([' ', '/']).next()?.parse().ok()
}

/// A request of somebody with a token as it goes over the wire, the connection closed after it.
pub(crate) fn request(method: &str, path: &str, token: &str, body: &str) -> String {
    let bearer = format!("Bearer {token}");
    let accepts = "application/json, text/event-stream";
    let headers = [("Authorization", bearer.as_str()), ("Accept", accepts), ("Content-Type", "application/json")];
    written(method, path, &headers, body)
}

/// The same with these headers.
pub(crate) fn written(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> String {
    let headers: Vec<_> = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let (headers, length) = (headers.concat(), body.len());
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n\
         {headers}\r\n{body}"
    )
}

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// In small letters.
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Reply {
    /// Reads until the other side closes.
    pub(crate) fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        stream.read_to_end(&mut bytes).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let (head, body) = text.split_once("\r\n\r\n").unwrap_or((&text, ""));
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0);
        Self { status, head: head.to_lowercase(), body: body.to_owned() }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }
}
