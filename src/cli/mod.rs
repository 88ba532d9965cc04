//! Commands: parsed into plain data, then done by one function each.

mod audit;
mod customer;
mod desk;
mod feedback;
mod handle;
mod import;
mod learn;
mod manner;
mod measure;
mod report;
mod serve;
mod setup;
mod token;
mod worker;

use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use clap::{Args, Parser, Subcommand};
use color_eyre::eyre::eyre;
use tokio::runtime::Handle;

use crate::app::models::{DEFAULT_DESK, Models};
use crate::app::{self, Fill, Places, Sitting};
use crate::config::{self, Effective};
use crate::domain::database::DatabaseUrl;
use crate::domain::text;
use crate::seat::Address;
use crate::store::Store;
use crate::telemetry::{Destination, Telemetry};
use crate::tui::manner::Manner;

/// A ticket queue, an assistant, and nothing sent until a person has read it and pressed the key.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(flatten)]
    elsewhere: Elsewhere,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Args)]
struct Global {
    /// Opens this desk file instead of the one in your data directory.
    #[arg(long, global = true, value_name = "FILE")]
    desk: Option<PathBuf>,
    /// Opens the desk in this PostgreSQL database: `postgres://user@host/desk`; a password belongs into PGPASSWORD.
    #[arg(long, global = true, value_name = "URL", conflicts_with = "desk")]
    database: Option<String>,
    /// Reads this configuration instead of the one in your configuration directory.
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
    /// auto, dark, light, contrast, terminal or none.
    #[arg(long, global = true, value_name = "THEME")]
    theme: Option<String>,
}

/// A desk that somebody serves.
#[derive(Args)]
struct Elsewhere {
    /// Works at a desk that somebody serves: `https://desk.example.com`.
    #[arg(long, value_name = "URL", conflicts_with = "desk")]
    connect: Option<String>,
    /// The file that holds your token for it.
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Trusts the authorities in this file, too.
    #[arg(long, value_name = "FILE")]
    ca_file: Option<PathBuf>,
    /// Shows this certificate (with its key) where the desk asks for one.
    #[arg(long, value_name = "FILE")]
    certificate_file: Option<PathBuf>,
    /// Sends the token in clear to an http:// address that is not this machine.
    #[arg(long)]
    insecure_http: bool,
}

impl Elsewhere {
    /// As settings.
    fn flags(&self) -> Vec<(&'static str, String)> {
        let file = |path: &Option<PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
        let given = [
            ("desk.connect", self.connect.clone()),
            ("desk.token_file", file(&self.token_file)),
            ("desk.ca_file", file(&self.ca_file)),
            ("desk.certificate_file", file(&self.certificate_file)),
            ("desk.insecure_http", self.insecure_http.then(|| "true".to_owned())),
        ];
        given.into_iter().filter_map(|(key, value)| Some((key, value?))).collect()
    }
}

#[derive(Subcommand)]
enum Command {
    /// Serves the desk to terminals, programs and other agents: HTTP API and MCP, with tokens.
    Serve(serve::ServeArgs),
    /// Serves the desk over MCP on standard input and output; writes become proposals.
    Mcp(McpArgs),
    /// Runs the assistant on one ticket without a screen; files proposals, never writes.
    Handle(handle::HandleArgs),
    /// Prepares summaries, drafts and proposals for a view of the queue, continuously; several share one desk.
    Worker(worker::WorkerArgs),
    /// Asks five questions and writes a configuration with a model that works.
    Setup,
    /// Shows how the assistant does: decisions, what its confidence was worth, what models took.
    Report {
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Lists the thumbs that people gave summaries and drafts; with --json also what was read and what was shown.
    Feedback(feedback::FeedbackArgs),
    /// Brings in tickets, customers and articles from JSONL, CSV, mail and Markdown.
    Import(import::ImportArgs),
    /// Shows what people's edits teach, as diffs that a supervisor countersigns; nothing leaves this machine.
    Learn(learn::LearnArgs),
    /// Hands out, and erases, all that the desk knows of one customer.
    #[command(subcommand)]
    Customer(customer::CustomerCommand),
    /// Copies and backs up desks, and makes them for measuring.
    #[command(subcommand)]
    Desk(desk::DeskCommand),
    /// Makes, lists and takes back what opens the desk to others.
    #[command(subcommand)]
    Token(token::TokenCommand),
    /// Prints what each role may do; lists people, and changes their roles.
    Roles {
        #[command(subcommand)]
        command: Option<token::RolesCommand>,
    },
    /// Reads and verifies the tool-call log.
    #[command(subcommand)]
    Audit(audit::AuditCommand),
    /// Measures the assistant on a file.
    #[command(subcommand)]
    Eval(measure::EvalCommand),
    /// Measures the program on this machine.
    #[command(subcommand)]
    Bench(measure::BenchCommand),
    /// Prints the configuration in force and where each value comes from.
    Config,
    /// Prints the live key table.
    Keys,
}

#[derive(Args)]
struct McpArgs {
    /// The name that stands in the log for the program on the other side.
    #[arg(long, default_value = "mcp-client")]
    name: String,
}

/// Where a command works.
pub(crate) struct Setting {
    pub(crate) effective: Effective,
    pub(crate) places: Places,
    /// How the screen behaves.
    pub(crate) manner: Manner,
    /// The configuration file that was named.
    config: Option<PathBuf>,
    /// The database that was named, as it was.
    pub(crate) database: Option<DatabaseUrl>,
}

impl Setting {
    fn of(global: &Global, elsewhere: &Elsewhere) -> color_eyre::Result<Self> {
        let mut places = Places::find()?;
        let mut flags: Vec<_> = global.theme.iter().map(|theme| ("screen.theme", theme.clone())).collect();
        flags.extend(elsewhere.flags());
        // A desk file that is named on the spot is meant.
        flags.extend(global.desk.iter().map(|_| ("desk.connect", String::new())));
        let effective = config::load(global.config.as_deref(), places.config.as_deref(), std::env::vars(), &flags)?;
        let configured = Some(effective.config.desk.path.clone()).filter(|path| !path.as_os_str().is_empty());
        let desk = &effective.config.desk;
        let database = global.database.clone().map(DatabaseUrl::from);
        let database = database.or_else(|| Some(desk.database.clone()).filter(|_| global.desk.is_none()));
        if let Some(database) = database.filter(|database| !database.is_empty()) {
            places = places.in_database(&database, desk.connections);
        } else if let Some(desk) = global.desk.clone().or(configured) {
            places.desk = desk;
        }
        let manner = manner::read(&effective)?;
        let named = global.database.clone().map(DatabaseUrl::from);
        Ok(Self { effective, places, manner, config: global.config.clone(), database: named })
    }

    pub(crate) async fn open(&self, fill: Fill) -> color_eyre::Result<Arc<dyn Store>> {
        app::open_store(&self.places, fill).await
    }

    /// The models that this desk may use.
    pub(crate) fn models(&self, store: &Arc<dyn Store>) -> color_eyre::Result<Models> {
        Models::of(&self.effective.config, &self.desk_name(), store)
    }

    /// The desk's name in `privacy.hosted_for`.
    pub(crate) fn desk_name(&self) -> String {
        if self.places.is_usual() { DEFAULT_DESK.to_owned() } else { self.places.desk.display().to_string() }
    }

    async fn sit_down(&self, elsewhere: Option<Address>) -> color_eyre::Result<Sitting> {
        if let Some(address) = elsewhere {
            return app::sit_down_elsewhere(address, &self.effective.config).await;
        }
        let store = self.open(Fill::Sample).await?;
        let models = self.models(&store)?;
        app::sit_down(store, &self.effective.config, models).await
    }
}

/// Runs the program; 0 when it went well, 1 when it did not, 2 when the call or the terminal is wrong.
#[must_use]
pub fn main() -> ExitCode {
    let cli = Cli::parse();
    match run(cli) {
        Ok(code) => code,
        Err(error) => {
            let words: Vec<_> = error.chain().map(ToString::to_string).collect();
            eprintln!("countersign: {}", text::block(&words.join(": ")));
            ExitCode::FAILURE
        }
    }
}

fn run(cli: Cli) -> color_eyre::Result<ExitCode> {
    let setting = Setting::of(&cli.global, &cli.elsewhere)?;
    if cli.command.is_some() && cli.elsewhere.connect.is_some() {
        return Err(eyre!("--connect is for the screen; commands work at a desk of this machine: leave it out"));
    }
    // The screen has the main thread, the desk one worker: a call through MCP passes several tasks, and waking another
    // core for each would cost more than the call. A service has them all.
    let mut runtime = tokio::runtime::Builder::new_multi_thread();
    if !matches!(cli.command, Some(Command::Serve(_))) {
        runtime.worker_threads(1);
    }
    let runtime = runtime.enable_all().build()?;
    let (mut telemetry, warnings) = watch(&cli, &setting, runtime.handle());
    let code = runtime.block_on(dispatch(cli.command, &setting, warnings.into_iter().next()));
    telemetry.finish();
    // A blocked read of standard input must not keep the program.
    runtime.shutdown_timeout(std::time::Duration::from_secs(2));
    code
}

/// Starts logs and traces; what cannot be started is said and left out.
fn watch(cli: &Cli, setting: &Setting, runtime: &Handle) -> (Telemetry, Vec<String>) {
    let (config, dir) = (&setting.effective.config, setting.places.state.join("logs"));
    let serves = matches!(cli.command, Some(Command::Serve(_)));
    let to = if serves { Destination::StandardError } else { Destination::Directory(&dir) };
    let (telemetry, warnings) = Telemetry::start(to, &config.log, &config.telemetry, runtime);
    for warning in &warnings {
        eprintln!("countersign: {warning}");
    }
    (telemetry, warnings)
}

async fn dispatch(
    command: Option<Command>,
    setting: &Setting,
    warning: Option<String>,
) -> color_eyre::Result<ExitCode> {
    match command {
        None => {
            let (config, places) = (&setting.effective.config, &setting.places);
            let elsewhere = app::address(&config.desk)?;
            // What the screen remembers, it remembers for each desk.
            let desk = elsewhere.as_ref().map_or_else(|| places.desk.clone(), |at| PathBuf::from(at.url.as_str()));
            let places = (places.state.as_path(), desk.as_path());
            Box::pin(crate::tui::start::start(
                setting.sit_down(elsewhere),
                config,
                setting.manner.clone(),
                places,
                warning,
            ))
            .await
        }
        Some(Command::Serve(args)) => serve::run(setting, args).await,
        Some(Command::Mcp(args)) => Box::pin(mcp(setting, &args.name)).await,
        Some(Command::Handle(args)) => handle::run(setting, args).await,
        Some(Command::Worker(args)) => worker::run(setting, args).await,
        Some(Command::Setup) => setup::run(setting, setting.config.as_deref()).await,
        Some(Command::Report { json }) => report::run(setting, json).await,
        Some(Command::Feedback(args)) => feedback::run(setting, args).await,
        Some(Command::Import(args)) => import::run(setting, args).await,
        Some(Command::Learn(args)) => learn::run(setting, args).await,
        Some(Command::Customer(command)) => customer::run(setting, command).await,
        Some(Command::Desk(command)) => desk::run(setting, command).await,
        Some(Command::Token(command)) => token::token(setting, command).await,
        Some(Command::Roles { command }) => token::roles(setting, command).await,
        Some(Command::Audit(command)) => audit::run(setting, command).await,
        Some(Command::Eval(command)) => measure::eval(setting, command).await,
        Some(Command::Bench(command)) => measure::bench(setting, command).await,
        Some(Command::Config) => {
            print!("{}", setting.effective);
            Ok(ExitCode::SUCCESS)
        }
        Some(Command::Keys) => {
            print!("{}", setting.manner.keys.markdown());
            Ok(ExitCode::SUCCESS)
        }
    }
}

async fn mcp(setting: &Setting, name: &str) -> color_eyre::Result<ExitCode> {
    use rmcp::ServiceExt as _;
    let store = setting.open(Fill::Sample).await?;
    let policy = setting.effective.config.policy.clone();
    let models = setting.models(&store)?;
    let bot = app::program(store.as_ref(), name).await?;
    let desk = Arc::new(crate::desk::Desk::new(store, policy).with_assistant(models.assistant()));
    let name = bot.id.to_string();
    let server = crate::mcp::server::DeskServer::new(desk, bot, name, crate::random::run_id())
        .with_prompts(Arc::new(models.prompts.clone()));
    match Box::pin(server.serve(rmcp::transport::io::stdio_pipes())).await {
        Ok(service) => drop(service.waiting().await?),
        // A client that hangs up before it says anything is a normal end.
        Err(error) => tracing::info!(%error, "no client came"),
    }
    Ok(ExitCode::SUCCESS)
}
