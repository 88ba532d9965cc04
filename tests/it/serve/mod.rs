//! The desk as a service: the real program on a port of its own, and whoever comes to its doors.

mod connections;
mod killed;
mod stopping;
mod together;

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
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
        let mut command = program(home);
        command.args(["serve", "--listen", "127.0.0.1:0"]).args(args);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
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
        let file = self.home.join(format!("{name}.token"));
        let mut command = program(&self.home);
        command.args(desk);
        command.args(["token", "create", "--role", role, "--name", name, "--file", file.to_str().unwrap()]);
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        std::fs::read_to_string(file).unwrap().trim().to_owned()
    }

    /// A bare connection.
    pub(crate) fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(self.at).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        stream
    }

    /// One request on a connection of its own.
    pub(crate) fn ask(&self, method: &str, path: &str, token: &str, body: Option<&Value>) -> Reply {
        let mut stream = self.connect();
        let body = body.map(ToString::to_string).unwrap_or_default();
        stream.write_all(request(method, path, token, &body).as_bytes()).unwrap();
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

/// The address in a line like `... on http://127.0.0.1:8425 ...`.
fn address(line: &str) -> Option<SocketAddr> {
    let (_, rest) = line.split_once("http://").or_else(|| line.split_once("https://"))?;
    rest.split([' ', '/']).next()?.parse().ok()
}

/// A request as it goes over the wire, the connection closed after it.
pub(crate) fn request(method: &str, path: &str, token: &str, body: &str) -> String {
    let length = body.len();
    format!(
        "{method} {path} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {token}\r\nConnection: close\r\n\
         Accept: application/json, text/event-stream\r\nContent-Type: application/json\r\n\
         Content-Length: {length}\r\n\r\n{body}"
    )
}

/// An answer as it came.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
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
        Self { status, body: body.to_owned() }
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }
}
