//! A service that is killed after a person has decided and before the write: what stands is told, and done once.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Signal;
use serde_json::{Value, json};

use crate::postgres;
use crate::served::{PATIENCE, Reply, Served, request};

/// A change that waits for somebody.
struct Waiting {
    id: String,
    ticket: String,
    version: u64,
    tag: String,
}

impl Waiting {
    /// A program asks for it.
    fn file(served: &Served, bot: &str, round: usize) -> Self {
        let page = served.ask("GET", "/tickets?limit=1", bot, None).json();
        let ticket = page["tickets"][0]["id"].as_str().unwrap().to_owned();
        let version = page["tickets"][0]["version"].as_u64().unwrap();
        let tag = format!("killed-{round}");
        let change = json!({"update": {"tags": [tag]}});
        let filed = served.ask("POST", &format!("/tickets/{ticket}/actions/update"), bot, Some(&change)).json();
        Self { id: filed["proposal_id"].as_str().unwrap().to_owned(), ticket, version, tag }
    }

    /// What a person sends who approves the card as it is now.
    fn approval(&self, served: &Served, nora: &str) -> String {
        let card = served.ask("GET", &format!("/proposals/{}/card", self.id), nora, None).json();
        let read = json!({"digest": card["digest"], "made_at": card["made_at"]});
        request("POST", &format!("/proposals/{}/approve", self.id), nora, &read.to_string())
    }

    /// How often the log says that it was done.
    fn done(&self, served: &Served, nora: &str) -> usize {
        let log = served.ask("GET", &format!("/audit?what=executed&ticket={}", self.ticket), nora, None).json();
        let after = |record: &&Value| record["version_before"].as_u64() == Some(self.version);
        log["records"].as_array().unwrap().iter().filter(after).count()
    }

    /// Whether the ticket has it; then its version went up by one, and else not at all.
    fn is_done(&self, served: &Served, nora: &str) -> bool {
        let ticket = served.ask("GET", &format!("/tickets/{}", self.ticket), nora, None).json();
        let has = ticket["tags"] == json!([self.tag]);
        assert_eq!(ticket["version"].as_u64(), Some(self.version + u64::from(has)), "{ticket}");
        has
    }

    /// After a restart: what is told is what stands, and approving it (again) does it once, and never twice.
    fn is_told_truly(&self, served: &Served, nora: &str, was_answered: bool) {
        let is_done = self.is_done(served, nora);
        assert!(is_done || !was_answered, "an approval was answered, and is not there");
        assert_eq!(self.done(served, nora), usize::from(is_done));
        let listed = served.ask("GET", "/proposals", nora, None).json().to_string();
        assert_eq!(listed.contains(&self.id), !is_done, "it waits as long as it is not done: {listed}");
        let mut again = served.connect();
        std::io::Write::write_all(&mut again, self.approval(served, nora).as_bytes()).unwrap();
        let told = Reply::read(&mut again).status;
        assert_eq!(told == 200, !is_done, "{told}");
        assert!(self.is_done(served, nora));
        assert_eq!(self.done(served, nora), 1);
    }
}

/// Sends an approval and waits for its answer, while `strike` kills the service; whether it was answered.
fn approve_and(served: &Served, approval: &str, strike: impl FnOnce(&Served)) -> bool {
    let mut stream = served.connect();
    std::thread::scope(|scope| {
        let asked = scope.spawn(move || {
            let mut said = Vec::new();
            // A dead line is no answer, whenever it died.
            let _ = std::io::Write::write_all(&mut stream, approval.as_bytes());
            let _ = std::io::Read::read_to_end(&mut stream, &mut said);
            said.starts_with(b"HTTP/1.1 200")
        });
        strike(served);
        asked.join().unwrap()
    })
}

#[test]
fn a_service_on_a_file_that_is_killed_around_a_decision_tells_what_stands_and_does_it_once() {
    let home = tempfile::tempdir().unwrap();
    let mut undone = 0;
    for round in 0..6 {
        let mut served = Served::start(home.path(), &[]);
        let (bot, nora) =
            (served.token("bot", &format!("triage-{round}")), served.token("agent", &format!("nora-{round}")));
        let waiting = Waiting::file(&served, &bot, round);
        let approval = waiting.approval(&served, &nora);
        let was_answered = approve_and(&served, &approval, |served| {
            // From before it arrives to after it is done.
            let since = Instant::now();
            while since.elapsed() < Duration::from_micros(700) * u32::try_from(round).unwrap() {
                std::hint::spin_loop();
            }
            served.signal(Signal::KILL);
        });
        served.ended();
        let served = Served::start(home.path(), &[]);
        undone += usize::from(!waiting.is_done(&served, &nora));
        waiting.is_told_truly(&served, &nora, was_answered);
    }
    assert!(undone > 0, "it was never killed before the write");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_service_on_postgres_that_is_killed_between_decision_and_write_tells_what_stands_and_does_it_once() {
    let Some(url) = postgres::database().await else { return };
    let home = tempfile::tempdir().unwrap();
    let path = home.path().to_owned();
    let at = url.clone();
    let (mut served, waiting, nora) = tokio::task::spawn_blocking(move || {
        let desk = ["--database", at.as_str()];
        let served = Served::start(&path, &desk);
        let (bot, nora) = (served.token_at(&desk, "bot", "triage"), served.token_at(&desk, "agent", "nora"));
        let waiting = Waiting::file(&served, &bot, 0);
        (served, waiting, nora)
    })
    .await
    .unwrap();
    // From here on whoever changes a ticket waits for a lock that is held here.
    let (holder, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let hold = "SELECT pg_advisory_lock(7); \
                CREATE FUNCTION held() RETURNS trigger LANGUAGE plpgsql AS \
                $$ BEGIN PERFORM pg_advisory_xact_lock(7); RETURN new; END $$; \
                CREATE TRIGGER held BEFORE UPDATE ON tickets FOR EACH ROW EXECUTE FUNCTION held()";
    holder.batch_execute(hold).await.unwrap();
    let approval = tokio::task::block_in_place(|| waiting.approval(&served, &nora));
    let handle = tokio::runtime::Handle::current();
    let was_answered = tokio::task::block_in_place(|| {
        approve_and(&served, &approval, |served| {
            handle.block_on(until_at_the_door(&holder));
            served.signal(Signal::KILL);
        })
    });
    assert!(!was_answered);
    tokio::task::block_in_place(|| served.ended());
    holder.batch_execute("DROP TRIGGER held ON tickets; SELECT pg_advisory_unlock(7)").await.ok();
    tokio::task::spawn_blocking(move || restarted(home.path(), &url, &waiting, &nora)).await.unwrap();
}

/// Waits until a write waits for the lock: it was decided on, and is not done.
async fn until_at_the_door(holder: &tokio_postgres::Client) {
    let sql = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND objid = 7 AND NOT granted";
    let since = Instant::now();
    while holder.query_one(sql, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        assert!(since.elapsed() < PATIENCE, "nobody writes");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let decided = "SELECT count(*) FROM proposals WHERE state = 'approved'";
    assert_eq!(holder.query_one(decided, &[]).await.unwrap().get::<_, i64>(0), 1);
}

fn restarted(home: &Path, url: &str, waiting: &Waiting, nora: &str) {
    let served = Served::start(home, &["--database", url]);
    assert!(!waiting.is_done(&served, nora));
    waiting.is_told_truly(&served, nora, false);
}
