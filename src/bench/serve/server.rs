//! The real server, started as a person would start it, over a desk made for it.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use color_eyre::eyre::{Context as _, ensure, eyre};
use rustix::process::{Pid, Signal, kill_process};
use tokio::io::{AsyncBufReadExt as _, BufReader, Lines};
use tokio::process::{Child, ChildStdout, Command};
use tokio::time::timeout;

use crate::domain::database::DatabaseUrl;

/// A server that does not start or stop in this time never does.
const PATIENCE: Duration = Duration::from_mins(1);

/// A desk, a home, and the program.
pub(super) struct Ground {
    pub(super) program: PathBuf,
    pub(super) dir: PathBuf,
    pub(super) desk: Desk,
}

/// Where the desk is.
pub(super) enum Desk {
    /// In a file.
    File(PathBuf),
    /// In a database.
    Database(DatabaseUrl),
}

/// A server that runs.
pub(super) struct Server {
    child: Child,
    _says: Lines<BufReader<ChildStdout>>,
    /// Address and port.
    pub(super) address: String,
    /// Its process.
    pub(super) pid: u32,
    /// When it was started.
    pub(super) since: Instant,
}

impl Ground {
    fn command(&self, config: Option<&Path>) -> Command {
        let home = self.dir.join("home");
        let mut command = Command::new(&self.program);
        command.env("HOME", &home).env("USER", "bench");
        match &self.desk {
            Desk::File(path) => command.arg("--desk").arg(path),
            Desk::Database(url) => command.args(["--database", url.secret()]),
        };
        for (name, place) in [("CONFIG", "config"), ("DATA", "data"), ("STATE", "state")] {
            command.env(format!("XDG_{name}_HOME"), home.join(place));
        }
        if let Some(config) = config {
            command.arg("--config").arg(config);
        }
        command.stdin(Stdio::null()).kill_on_drop(true);
        command
    }

    /// A token for somebody in this role.
    pub(super) async fn token(&self, role: &str, name: &str) -> color_eyre::Result<String> {
        let made = self.command(None).args(["token", "create", "--role", role, "--name", name]).output().await?;
        ensure!(made.status.success(), "no token: {}", String::from_utf8_lossy(&made.stderr));
        Ok(String::from_utf8(made.stdout)?.trim().to_owned())
    }

    /// Starts the server on a port that is free. Its callers here are one and the same, and may have all the sessions
    /// that many would have.
    pub(super) async fn serve(&self, config: &str) -> color_eyre::Result<Server> {
        let settings = self.dir.join("serve.toml");
        std::fs::write(&settings, format!("[serve]\nsessions_per_caller = 2000\n{config}"))?;
        let since = Instant::now();
        let mut command = self.command(Some(&settings));
        let log = std::fs::File::create(self.dir.join("server.log"))?;
        command.args(["serve", "--listen", "127.0.0.1:0", "--empty"]).stdout(Stdio::piped()).stderr(log);
        let mut child = command.spawn().wrap_err("cannot start the server")?;
        let (pid, out) = (child.id(), child.stdout.take());
        let mut says = BufReader::new(out.ok_or_else(|| eyre!("the server has no output"))?).lines();
        let address = timeout(PATIENCE, address(&mut says)).await.wrap_err("the server does not start")??;
        let pid = pid.ok_or_else(|| eyre!("the server has ended"))?;
        Ok(Server { child, _says: says, address, pid, since })
    }
}

/// Where the server says that it is.
async fn address(says: &mut Lines<BufReader<ChildStdout>>) -> color_eyre::Result<String> {
    while let Some(line) = says.next_line().await? {
        if let Some((_, rest)) = line.split_once("http://") {
            let end = rest.find(|c: char| c == '/' || c.is_whitespace()).unwrap_or(rest.len());
            return Ok(rest[..end].to_owned());
        }
    }
    Err(eyre!("the server ended before it said where it is"))
}

impl Server {
    /// Stops it as an operator would.
    pub(super) async fn stop(mut self) -> color_eyre::Result<()> {
        if let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) {
            kill_process(pid, Signal::TERM)?;
        }
        timeout(PATIENCE, self.child.wait()).await.wrap_err("the server does not stop")??;
        Ok(())
    }
}
