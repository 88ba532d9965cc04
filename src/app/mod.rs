//! The composition root: the only place that names concrete types together.

mod connect;
pub mod copying;
pub mod issuer;
mod mcp;
pub mod models;
pub mod serve;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use color_eyre::eyre::{Context as _, eyre};
use directories::ProjectDirs;
use rmcp::ServiceExt as _;

pub use connect::{address, sit_down_elsewhere};

use crate::agent::driver::Driver;
use crate::agent::step::Limits;
use crate::app::models::{Models, micro};
use crate::commit::Commit;
use crate::config::Config;
use crate::desk::Desk;
use crate::domain::actor::{Principal, Reviewer, Role};
use crate::domain::database::DatabaseUrl;
use crate::domain::ids::{PrincipalId, TicketId};
use crate::domain::ticket::{Ticket, Tone};
use crate::llm::Task;
use crate::mcp::client::{Era, McpBackend};
use crate::mcp::server::DeskServer;
use crate::seat::{Local, Seat};
use crate::store::Store;
use crate::store::postgres::{Opened, Options, Postgres};
use crate::store::sqlite::Sqlite;
use crate::tools::{Run, ToolBackend};
use crate::{clock, random};

/// Bytes in flight between the app and its own desk.
const PIPE: usize = 64 * 1024;

/// What a desk of this machine's own is called.
const EMBEDDED: &str = "Embedded desk";

/// What a new desk is filled with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fill {
    /// The sample desk.
    Sample,
    /// Nothing.
    Nothing,
}

/// Where things are kept.
#[derive(Clone, Debug)]
pub struct Places {
    /// The desk file; of a desk in a database what people call it, without a password.
    pub desk: PathBuf,
    /// The database in its place.
    pub database: Option<DatabaseUrl>,
    /// How the database is opened.
    pub options: Options,
    /// The usual configuration file.
    pub config: Option<PathBuf>,
    /// Logs.
    pub state: PathBuf,
    /// The desk file that is opened when none is named.
    usual_desk: PathBuf,
}

impl Places {
    /// The user's directories.
    ///
    /// # Errors
    /// When there is no home directory.
    pub fn find() -> color_eyre::Result<Self> {
        let dirs = ProjectDirs::from("", "", "countersign")
            .ok_or_else(|| eyre!("there is no home directory: set HOME, or give --desk and XDG_STATE_HOME"))?;
        let state = dirs.state_dir().unwrap_or_else(|| dirs.data_local_dir()).to_owned();
        let desk = dirs.data_dir().join("desk.db");
        let options = Options { place: state.join("postgres"), connections: 1 };
        let config = Some(dirs.config_dir().join("config.toml"));
        Ok(Self { usual_desk: desk.clone(), desk, database: None, options, config, state })
    }

    /// The same with the desk in a database; its password may stand in the environment.
    #[must_use]
    pub fn in_database(self, url: &DatabaseUrl, connections: usize) -> Self {
        let url = std::env::var("PGPASSWORD").map_or_else(|_| url.clone(), |password| url.with_password(&password));
        let options = Options { connections, ..self.options };
        Self { desk: PathBuf::from(url.to_string()), database: Some(url), options, ..self }
    }

    /// Whether the desk is the one that is opened when none is named.
    #[must_use]
    pub fn is_usual(&self) -> bool {
        self.desk == self.usual_desk
    }
}

/// Opens the desk of these places, filling it when it is new.
///
/// # Errors
/// When it cannot be opened, made or filled.
pub async fn open_store(places: &Places, fill: Fill) -> color_eyre::Result<Arc<dyn Store>> {
    let Some(database) = &places.database else { return Ok(open_desk(&places.desk, fill).await?) };
    let Opened { store, is_new } = Postgres::open(database.secret(), &places.options).await?;
    let store: Arc<dyn Store> = Arc::new(store);
    begin(store.as_ref(), is_new, fill).await?;
    Ok(store)
}

/// The clock begins where the log ends; a new desk is filled.
async fn begin(store: &dyn Store, is_new: bool, fill: Fill) -> color_eyre::Result<()> {
    clock::start(store.log(None, 1).await?.first().map(|record| record.at));
    if is_new && fill == Fill::Sample {
        crate::import::sample::fill(store).await?;
    }
    Ok(())
}

/// Opens the desk at `path`, filling it when it is new.
///
/// # Errors
/// When it cannot be opened, made or filled.
pub async fn open_desk(path: &Path, fill: Fill) -> color_eyre::Result<Arc<Sqlite>> {
    if let Some(dir) = path.parent().filter(|dir| !dir.as_os_str().is_empty()) {
        std::fs::create_dir_all(dir).wrap_err_with(|| format!("cannot make {}", dir.display()))?;
    }
    let path = path.to_owned();
    let opened = tokio::task::spawn_blocking(move || Sqlite::open(&path)).await??;
    let store = Arc::new(opened.store);
    begin(store.as_ref(), opened.is_new, fill).await?;
    Ok(store)
}

/// Who works here, from the configuration or the login name, made known to the desk.
///
/// Their own desk takes their word for what they are. A desk that others come in to does not: what it knows of people
/// counts there, and whoever it does not know looks on.
///
/// # Errors
/// When a bot goes by that name, or the store fails.
pub async fn sign_on(store: &dyn Store, config: &Config) -> color_eyre::Result<(Principal, String)> {
    let login = std::env::var("USER").or_else(|_| std::env::var("LOGNAME")).unwrap_or_default();
    let name =
        [config.person.name.trim(), login.trim(), "agent"].into_iter().find(|n| !n.is_empty()).unwrap_or("agent");
    let id = id_of(name);
    let known = store.person(&id).await?;
    if known.as_ref().is_some_and(|known| known.role == Role::Bot) {
        return Err(eyre!("{id} is a bot of this desk: set another name in [person]"));
    }
    let principal = match &known {
        _ if !store.is_shared().await? => Principal { id, role: config.person.role },
        Some(known) => known.clone(),
        None => Principal { id, role: Role::Viewer },
    };
    if known.as_ref() != Some(&principal) {
        store.save_person(&principal, name).await?;
    }
    Ok((principal, name.to_owned()))
}

/// A name as an id: lower case, with `-` for what an id cannot hold.
pub(crate) fn id_of(name: &str) -> PrincipalId {
    let plain = name.to_lowercase().replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let plain: String = plain.trim_matches('-').chars().take(64).collect();
    // A name without a single letter that an id can hold.
    #[allow(clippy::expect_used)]
    plain.parse().unwrap_or_else(|_| "agent".parse().expect("a word is an id"))
}

/// A place at a desk, and its tools: everything that a sitting needs.
pub struct Sitting {
    /// The person's place.
    pub seat: Arc<dyn Seat>,
    /// The tools, over MCP.
    pub backend: Arc<McpBackend>,
    /// The same tools for the assistant, as a bot: it reads and proposes, whatever the person may.
    pub assistant: Arc<McpBackend>,
    /// The sitting's own run.
    pub run: Run,
    /// What writes for the person.
    pub models: Models,
    /// What the desk is called.
    pub desk: String,
    /// What the person should know and could put right.
    pub remarks: Vec<String>,
}

/// Opens the embedded desk for a person: server and client in one process, joined by a pipe.
///
/// # Errors
/// When the desk or the connection fails.
pub async fn sit_down(store: Arc<dyn Store>, config: &Config, models: Models) -> color_eyre::Result<Sitting> {
    let (principal, name) = sign_on(store.as_ref(), config).await?;
    let run = Run::new(random::run_id());
    let desk = Desk::new(Arc::clone(&store), config.policy.clone()).with_assistant(models.assistant());
    let desk = Arc::new(desk);
    let patience = Duration::from_secs(config.mcp.timeout_seconds);
    let server = DeskServer::new(Arc::clone(&desk), principal.clone(), name.clone(), run.id.clone());
    let backend = Arc::new(connect(server, Era::Auto, patience).await?);
    let server = DeskServer::new(desk, assistant_of(&principal), name, run.id.clone());
    let assistant = Arc::new(connect(server, Era::Auto, patience).await?);
    let tools: Arc<dyn ToolBackend> = Arc::clone(&backend) as _;
    let commit = Commit { store, backend: tools, policy: config.policy.clone() };
    // A viewer looks on without deciding.
    let reviewer = Reviewer::sign_in(principal.clone()).ok();
    let seat = Arc::new(Local::new(commit, principal, reviewer, run.clone()));
    Ok(Sitting { seat, backend, assistant, run, models, desk: EMBEDDED.to_owned(), remarks: Vec::new() })
}

/// Joins a client to `server` by a pipe in this process.
///
/// # Errors
/// When they do not come to terms.
pub async fn connect(server: DeskServer, era: Era, patience: Duration) -> color_eyre::Result<McpBackend> {
    let (ours, theirs) = tokio::io::duplex(PIPE);
    tokio::spawn(async move {
        match Box::pin(server.serve(theirs)).await {
            // It ends when the client hangs up.
            Ok(service) => drop(service.waiting().await),
            Err(error) => tracing::error!(%error, "the embedded server did not start"),
        }
    });
    Ok(McpBackend::connect(ours, era, patience).await?)
}

/// The embedded desk for a bot: reads, and proposes.
#[must_use]
pub fn bot(name: &str) -> Principal {
    Principal { id: id_of(name), role: Role::Bot }
}

/// The bot that another program acts as.
///
/// # Errors
/// When a person of the desk goes by that name: the log would tell the two by nothing.
pub async fn program(store: &dyn Store, name: &str) -> color_eyre::Result<Principal> {
    let bot = bot(name);
    if store.person(&bot.id).await?.is_some_and(|known| known.role != Role::Bot) {
        return Err(eyre!("{} is a person of this desk: choose another --name", bot.id));
    }
    Ok(bot)
}

/// The bot that a person's assistant acts as.
#[must_use]
pub fn assistant_of(person: &Principal) -> Principal {
    person.assistant()
}

/// What handles tickets here: the configured models, and the offline assistant behind them, over the given tools.
#[must_use]
pub fn driver(config: &Config, models: &Models, backend: Arc<dyn ToolBackend>) -> Driver {
    Driver {
        backend,
        provider: models.for_runs(),
        prompt: models.prompts.handle_ticket.clone(),
        limits: Limits {
            steps: config.assistant.steps,
            tokens: config.budget.ticket_tokens,
            micro_usd: micro(config.budget.ticket_usd),
        },
        time: Duration::from_secs(config.assistant.minutes * 60),
    }
}

/// A task for the agent loop under this configuration; `found` is the ticket, where there is one.
#[must_use]
pub fn task(config: &Config, ticket: TicketId, found: Option<&Ticket>, tone: Tone) -> Task {
    let people = found.map(Ticket::people).unwrap_or_default();
    Task { ticket, tone, resolve_confidence: config.policy.resolve_confidence, people }
}
