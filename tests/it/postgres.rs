//! PostgreSQL for tests: a cluster of our own from the installed binaries, one for all tests, a database for each.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::os::unix::fs::{PermissionsExt as _, chown};
use std::os::unix::process::CommandExt as _;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio_postgres::NoTls;

const PATIENCE: Duration = Duration::from_mins(1);

/// Ends with whoever holds its standard input, however they end.
const UNTIL_LEFT: &str = r#""$@" & server=$!; cat > /dev/null; kill -QUIT $server; wait $server 2> /dev/null; \
    if [ -n "$GONE" ]; then rm -rf "$GONE"; fi"#;

/// A cluster that runs, or is stopped for a while.
pub(crate) struct Cluster {
    bin: PathBuf,
    place: PathBuf,
    port: u16,
    /// Whether a crash of the machine may lose nothing.
    is_durable: bool,
    running: Mutex<Option<Child>>,
}

/// The cluster that all tests share; nothing, and loudly, where PostgreSQL is not installed.
pub(crate) fn shared() -> Option<&'static Cluster> {
    static SHARED: OnceLock<Option<Cluster>> = OnceLock::new();
    SHARED.get_or_init(|| Cluster::start(false)).as_ref()
}

/// A new database of the shared cluster.
pub(crate) async fn database() -> Option<String> {
    Some(shared()?.database().await)
}

fn bin() -> Option<PathBuf> {
    let debian = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let mut debian: Vec<PathBuf> = debian.map(|version| version.path().join("bin")).collect();
    debian.sort();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).chain(debian.into_iter().rev()).find(|dir| {
        let real = |name| std::fs::canonicalize(dir.join(name)).is_ok_and(|path| path.is_file());
        real("initdb") && real("postgres")
    });
    if found.is_none() {
        eprintln!("SKIPPED: PostgreSQL is not installed: neither on the PATH nor in /usr/lib/postgresql");
    }
    found
}

/// Whom PostgreSQL runs as: it refuses to be root.
fn servant() -> Option<(u32, u32)> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let people = std::fs::read_to_string("/etc/passwd").unwrap();
    let ids = |name: &str| {
        let line = people.lines().find(|line| line.starts_with(&format!("{name}:")))?;
        let mut fields = line.split(':').skip(2);
        Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
    };
    Some(ids("postgres").or_else(|| ids("nobody")).expect("somebody who is not root"))
}

fn command(program: impl AsRef<std::ffi::OsStr>) -> Command {
    let mut command = Command::new(program);
    if let Some((user, group)) = servant() {
        command.uid(user).gid(group);
    }
    command.current_dir("/").env("LC_ALL", "C").stdout(Stdio::null());
    command
}

impl Cluster {
    /// Makes a cluster and starts it.
    pub(crate) fn start(is_durable: bool) -> Option<Self> {
        bin()?;
        let place = tempfile::Builder::new().prefix("countersign-pg-").tempdir().unwrap().keep();
        Self::start_in(place, is_durable)
    }

    /// The same in this folder.
    pub(crate) fn start_in(place: PathBuf, is_durable: bool) -> Option<Self> {
        let bin = bin()?;
        std::fs::create_dir_all(&place).unwrap();
        std::fs::set_permissions(&place, std::fs::Permissions::from_mode(0o700)).unwrap();
        if let Some((user, group)) = servant() {
            chown(&place, Some(user), Some(group)).unwrap();
        }
        let made = command(bin.join("initdb"))
            .args(["--auth=trust", "--username=countersign", "--encoding=UTF8", "--locale=C", "--no-sync", "-D"])
            .arg(place.join("data"))
            .stderr(Stdio::piped())
            .output()
            .unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let cluster = Self { bin, place, port, is_durable, running: Mutex::new(None) };
        cluster.go_on();
        Some(cluster)
    }

    /// Starts it again where it was stopped.
    pub(crate) fn go_on(&self) {
        let fsync = if self.is_durable { "fsync=on" } else { "fsync=off" };
        let mut server = command("sh");
        server.args(["-c", UNTIL_LEFT, "sh"]).arg(self.bin.join("postgres")).arg("-D").arg(self.place.join("data"));
        server.args(["-h", "127.0.0.1", "-p", &self.port.to_string(), "-k"]).arg(&self.place);
        for setting in [fsync, "full_page_writes=off", "max_connections=300", "shared_buffers=32MB", "jit=off"] {
            server.args(["-c", setting]);
        }
        // Nobody drops the shared one: it goes with the tests' process.
        server.env("GONE", if self.is_durable { PathBuf::new() } else { self.place.clone() });
        let log = std::fs::File::options().create(true).append(true).open(self.place.join("log")).unwrap();
        let child = server.stdin(Stdio::piped()).stderr(log).spawn().unwrap();
        *self.running.lock().unwrap() = Some(child);
        let since = Instant::now();
        while !self.answers() {
            assert!(since.elapsed() < PATIENCE, "PostgreSQL did not start: {}", self.log());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Takes no connections from here on, but to the database `postgres`, that are not encrypted under this certificate.
    pub(crate) fn encrypt(&self, certificate: &str, key: &str) {
        let data = self.place.join("data");
        for (name, text) in [
            ("server.crt", certificate),
            ("server.key", key),
            ("pg_hba.conf", "host postgres all all trust\nhostssl all all all trust\n"),
        ] {
            let path = data.join(name);
            std::fs::write(&path, text).unwrap();
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
            if let Some((user, group)) = servant() {
                chown(&path, Some(user), Some(group)).unwrap();
            }
        }
        let conf = std::fs::File::options().append(true).open(data.join("postgresql.conf"));
        writeln!(conf.unwrap(), "ssl = on").unwrap();
        self.stop();
        self.go_on();
    }

    /// Every process of it stands still, or goes on: nothing is closed, nothing answers.
    pub(crate) fn freeze(&self, signal: Signal) {
        let pids = std::fs::read_to_string(self.place.join("data/postmaster.pid")).unwrap();
        let postmaster: i32 = pids.lines().next().unwrap().parse().unwrap();
        let is_child = |pid: &i32| {
            let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).unwrap_or_default();
            let parent = stat.rsplit_once(')').and_then(|(_, rest)| rest.split_whitespace().nth(1)?.parse().ok());
            parent == Some(postmaster)
        };
        let all = || std::fs::read_dir("/proc").unwrap().flatten().filter_map(|e| e.file_name().to_str()?.parse().ok());
        // The one that makes others first, so that there are no new ones.
        for pid in std::iter::once(postmaster).chain(all().filter(is_child)) {
            // One that has just ended needs no signal.
            let _ = kill_process(Pid::from_raw(pid).unwrap(), signal);
        }
    }

    /// The processes that serve connections, by what those who made them call themselves.
    pub(crate) async fn serving(&self, name: &str) -> Vec<Pid> {
        let sql = format!("SELECT pid FROM pg_stat_activity WHERE application_name = '{name}' ORDER BY backend_start");
        let (client, connection) = tokio_postgres::connect(&self.url("postgres"), NoTls).await.unwrap();
        let served = tokio::spawn(connection);
        let rows = client.query(&sql, &[]).await.unwrap();
        drop(client);
        served.await.unwrap().unwrap();
        rows.iter().map(|row| Pid::from_raw(row.get(0)).unwrap()).collect()
    }

    /// Whether it says anything but that it is starting.
    fn answers(&self) -> bool {
        let url = self.url("postgres");
        let ask = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            runtime.block_on(async move { tokio_postgres::connect(&url, NoTls).await.is_ok() })
        });
        ask.join().unwrap()
    }

    fn log(&self) -> String {
        let mut text = String::new();
        std::fs::File::open(self.place.join("log")).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    /// Ends every connection and the server at once, as a crash does.
    pub(crate) fn stop(&self) {
        if let Some(mut child) = self.running.lock().unwrap().take() {
            drop(child.stdin.take());
            child.wait().unwrap();
        }
    }

    /// Where a database is.
    pub(crate) fn url(&self, database: &str) -> String {
        format!("postgres://countersign@127.0.0.1:{}/{database}", self.port)
    }

    /// A new database.
    pub(crate) async fn database(&self) -> String {
        static MADE: AtomicUsize = AtomicUsize::new(0);
        let name = format!("desk{}", MADE.fetch_add(1, Ordering::Relaxed));
        run(&self.url("postgres"), &format!("CREATE DATABASE {name}")).await;
        self.url(&name)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        self.stop();
        // The shared one is never dropped, and takes its folder along.
        let _ = std::fs::remove_dir_all(&self.place);
    }
}

/// Runs statements as somebody would who has the database's password.
pub(crate) async fn run(url: &str, sql: &str) {
    try_run(url, sql).await.unwrap();
}

/// The same, where it may be refused.
pub(crate) async fn try_run(url: &str, sql: &str) -> Result<(), tokio_postgres::Error> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let served = tokio::spawn(connection);
    let done = client.batch_execute(sql).await;
    drop(client);
    served.await.unwrap()?;
    done
}
