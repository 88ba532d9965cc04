//! `countersign eval` and `countersign bench`: figures, measured here and now.

use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

use clap::{Args, Subcommand};
use color_eyre::eyre::{WrapErr as _, ensure};
use serde::Serialize;

use crate::app::Fill;
use crate::bench::screen::{Effort, Options};
use crate::cli::Setting;
use crate::domain::text;
use crate::eval::agent::trial::Trial;
use crate::eval::agent::{Contender, Trials};
use crate::{bench, eval};

#[derive(Subcommand)]
pub(crate) enum EvalCommand {
    /// ROUGE of the summaries beside two baselines, on dialogues with human summaries (the shape of `TweetSumm`).
    Summary {
        /// JSON Lines: turns [{speaker, text}], abstractive [[sentence]].
        file: PathBuf,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// How often the canned reply that a person picked is ranked first, or among the first three (the STAR dialogues).
    Reply {
        /// Folder with JSON Lines: tasks, events [{role, text, label, options}].
        dir: PathBuf,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Recall and MRR of the article search beside plain FTS5, on questions with one right article.
    Search {
        /// JSON Lines: id, question or title, answers or content. With --tasks: the articles.
        #[arg(long)]
        faq: PathBuf,
        /// JSON Lines: query, relevant [id].
        #[arg(long, required_unless_present = "tasks")]
        queries: Option<PathBuf>,
        /// JSON: scenarios with the articles that they need (tau2's shape), in place of queries.
        #[arg(long, conflicts_with = "queries")]
        tasks: Option<PathBuf>,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// The agent loop over a folder of scenarios, or over a queue: what it ends in when a person approves all, denies all
    /// or edits one, checked at a copy of the desk. Compares models and prompts.
    Agent(AgentArgs),
    /// Whether the check of drafts finds what no source says, on drafts made from the sample's articles or on a file.
    Grounding {
        /// JSON Lines: draft, sources [{title, text}], thread [what the customer wrote], wrong [words of the draft that
        /// nothing supports; none where the draft is clean].
        file: Option<PathBuf>,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// Calibration error of the fitted confidence beside the raw score and the base rate, on decisions not fitted on.
    Calibration {
        /// How many decisions of each simulated desk are fitted on.
        #[arg(long, default_value_t = 500, value_name = "N")]
        decisions: usize,
        /// JSON Lines, a desk's own decisions, oldest first: queue, tool, score, verdict (approved, edited, denied).
        #[arg(long, conflicts_with = "decisions")]
        file: Option<PathBuf>,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
}

#[derive(Args)]
pub(crate) struct AgentArgs {
    /// Folder with scenarios (.toml); the sample desk is what they start from.
    #[arg(required_unless_present = "tickets")]
    dir: Option<PathBuf>,
    /// In place of a folder: so many tickets from the top of this desk's queue, while nobody decides.
    #[arg(long, value_name = "N", conflicts_with = "dir")]
    tickets: Option<u32>,
    /// A configured model as `KIND MODEL`, or `offline`; may be given several times. Without it the scenarios' own turns
    /// are replayed.
    #[arg(long, value_name = "NAME")]
    model: Vec<String>,
    /// A folder of prompts to be tried beside the configured ones; may be given several times.
    #[arg(long, value_name = "DIR", requires = "model")]
    prompts: Vec<PathBuf>,
    /// Prints JSON, with every step of every run.
    #[arg(long)]
    json: bool,
}

#[derive(Subcommand)]
pub(crate) enum BenchCommand {
    /// The embedded desk through MCP: reads, search, pages, a durable update, the log.
    Desk {
        /// How many tickets the desk has.
        #[arg(long, default_value_t = 100_000)]
        tickets: u32,
        /// Where the desk is made; a temporary folder is made in it and removed.
        #[arg(long, default_value = ".", value_name = "DIR")]
        dir: PathBuf,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// The desk as a service, by 1 to 500 callers on this machine: reads, search, proposals, approvals, trouble. Takes
    /// some minutes.
    Serve {
        /// How many tickets the desk has.
        #[arg(long, default_value_t = 10_000)]
        tickets: u32,
        /// Does everything with few callers and for a moment: whether it works, not what it takes.
        #[arg(long)]
        quick: bool,
        /// Where the desk is made; a temporary folder is made in it and removed. With `--database URL` the desk is made
        /// in that database, which must be empty, and stays there.
        #[arg(long, default_value = ".", value_name = "DIR")]
        dir: PathBuf,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
    /// The screen: frames, bytes, start, memory, beside neomutt on the same messages. Takes some minutes.
    Screen {
        /// How many tickets the large desk has; the small one has a tenth.
        #[arg(long, default_value_t = 100_000)]
        tickets: u32,
        /// How long the idle program is watched, in seconds.
        #[arg(long, default_value_t = 60, value_name = "SECONDS")]
        idle: u64,
        /// Does everything once or a few times: whether it works, not what it takes.
        #[arg(long)]
        quick: bool,
        /// Where the desks are made; a temporary folder is made in it and removed.
        #[arg(long, default_value = ".", value_name = "DIR")]
        dir: PathBuf,
        /// Prints JSON.
        #[arg(long)]
        json: bool,
    },
}

pub(crate) async fn eval(setting: &Setting, command: EvalCommand) -> color_eyre::Result<ExitCode> {
    match command {
        EvalCommand::Agent(args) => agent(setting, args).await,
        EvalCommand::Summary { file, json } => {
            let report = eval::summary::run(&text_of(&file)?);
            print(&report, json)
        }
        EvalCommand::Reply { dir, json } => print(&eval::reply::run(&lines_in(&dir)?), json),
        EvalCommand::Grounding { file: None, json } => {
            print(&eval::grounding::run(&crate::import::sample::articles())?, json)
        }
        EvalCommand::Grounding { file: Some(file), json } => print(&eval::grounding::of_file(&text_of(&file)?)?, json),
        EvalCommand::Search { faq, queries: _, tasks: Some(tasks), json } => {
            print(&eval::search::scenarios(&text_of(&faq)?, &text_of(&tasks)?)?, json)
        }
        EvalCommand::Search { faq, queries, tasks: None, json } => {
            let queries = queries.as_deref().map(text_of).transpose()?.unwrap_or_default();
            print(&eval::search::faq(&text_of(&faq)?, &queries)?, json)
        }
        EvalCommand::Calibration { decisions: _, file: Some(file), json } => {
            print(&eval::calibration::of_file(&text_of(&file)?), json)
        }
        EvalCommand::Calibration { decisions, file: None, json } => {
            print(&eval::calibration::simulated(decisions), json)
        }
    }
}

async fn agent(setting: &Setting, args: AgentArgs) -> color_eyre::Result<ExitCode> {
    let scenarios = match (&args.dir, args.tickets) {
        (Some(dir), _) => eval::agent::scenario::in_folder(dir)?,
        (None, count) => {
            let store = setting.open(Fill::Sample).await?;
            eval::agent::from_queue(store.as_ref(), count.unwrap_or(1)).await?
        }
    };
    let desk = args.tickets.is_some().then(|| setting.places.desk.clone());
    let trials = Trials { scenarios, contenders: contenders(&args), desk, desk_name: setting.desk_name() };
    let tell = |trial: &Trial| {
        if !args.json {
            println!("{}", text::block(&trial.to_string()));
        }
    };
    let report = eval::agent::run(&trials, &setting.effective.config, tell).await?;
    print(&report, args.json)?;
    Ok(if report.is_right() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Each model under each set of prompts.
fn contenders(args: &AgentArgs) -> Vec<Contender> {
    if args.model.is_empty() {
        return vec![Contender::Script];
    }
    let under = |name: &String| -> Vec<Contender> {
        if name == "offline" {
            return vec![Contender::Offline];
        }
        let all = std::iter::once(None).chain(args.prompts.iter().cloned().map(Some));
        all.map(|prompts| Contender::Model { name: name.clone(), prompts }).collect()
    };
    args.model.iter().flat_map(under).collect()
}

pub(crate) async fn bench(setting: &Setting, command: BenchCommand) -> color_eyre::Result<ExitCode> {
    let is_served = matches!(command, BenchCommand::Serve { .. });
    ensure!(is_served || setting.database.is_none(), "only `bench serve` measures on a database");
    match command {
        BenchCommand::Desk { tickets, dir, json } => {
            let place = Place::make(&dir)?;
            // On a worker, as the screen's own calls are: the main thread would be woken for every answer.
            let path = place.0.clone();
            let report = tokio::spawn(async move { bench::desk::run(&path, tickets).await }).await?;
            print(&report?, json)
        }
        BenchCommand::Serve { tickets, quick, dir, json } => {
            let place = Place::make(&dir)?;
            let options = bench::serve::Options {
                tickets,
                effort: if quick { bench::serve::Effort::QUICK } else { bench::serve::Effort::FULL },
                program: std::env::current_exe().wrap_err("cannot find this program")?,
                database: setting.database.clone(),
            };
            print(&bench::serve::run(&place.0, &options).await?, json)
        }
        BenchCommand::Screen { tickets, idle, quick, dir, json } => {
            let place = Place::make(&dir)?;
            let options = Options {
                tickets,
                idle: Duration::from_secs(idle),
                effort: if quick { Effort::QUICK } else { Effort::FULL },
                program: std::env::current_exe().wrap_err("cannot find this program")?,
            };
            print(&bench::screen::run(&place.0, &options).await?, json)
        }
    }
}

/// A folder for measuring in, gone when it is done.
struct Place(PathBuf);

impl Place {
    fn make(within: &Path) -> color_eyre::Result<Self> {
        let within = within.canonicalize().wrap_err_with(|| format!("cannot find {}", within.display()))?;
        let dir = within.join(crate::random::name::<4>(".countersign-bench"));
        std::fs::create_dir_all(&dir).wrap_err_with(|| format!("cannot make {}", dir.display()))?;
        Ok(Self(dir))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.0) {
            eprintln!("countersign: cannot remove {}: {error}", self.0.display());
        }
    }
}

fn text_of(path: &Path) -> color_eyre::Result<String> {
    std::fs::read_to_string(path).wrap_err_with(|| format!("cannot read {}", path.display()))
}

/// The text of every `.jsonl` file of a folder, in the order of their names.
fn lines_in(dir: &Path) -> color_eyre::Result<String> {
    let listed = std::fs::read_dir(dir).wrap_err_with(|| format!("cannot list {}", dir.display()))?;
    let mut files = listed.map(|entry| entry.map(|e| e.path())).collect::<Result<Vec<_>, _>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "jsonl"));
    files.sort();
    ensure!(!files.is_empty(), "{} has no .jsonl file", dir.display());
    Ok(files.iter().map(|file| text_of(file)).collect::<Result<Vec<_>, _>>()?.join("\n"))
}

fn print<R: Serialize + std::fmt::Display>(report: &R, json: bool) -> color_eyre::Result<ExitCode> {
    if json {
        println!("{}", serde_json::to_string_pretty(report)?);
    } else {
        print!("{report}");
    }
    Ok(ExitCode::SUCCESS)
}
