//! One run at a fresh copy of a desk, with one person deciding.

use std::collections::BTreeMap;
use std::sync::Arc;

use color_eyre::eyre::{ensure, eyre};
use serde::Serialize;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::agent::driver::{Afterwards, Driver, Notice};
use crate::app::models::Models;
use crate::app::{self, Fill, Sitting};
use crate::config::Config;
use crate::domain::actor::Operation;
use crate::domain::draft::OFFLINE;
use crate::domain::ids::TicketId;
use crate::domain::ticket::TicketQuery;
use crate::domain::usage::Usage;
use crate::eval::agent::Contender;
use crate::eval::agent::check::{Past, Seen};
use crate::eval::agent::desks::Desks;
use crate::eval::agent::person::{self, Decisions};
use crate::eval::agent::probe::{Asked, Probe};
use crate::eval::agent::scenario::{Named, Person};
use crate::llm::LlmProvider;
use crate::llm::offline::OfflinePlanner;
use crate::llm::scripted::Scripted;
use crate::random;
use crate::store::Store;
use crate::tools::Run;

/// How one run went.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trial {
    /// The scenario.
    pub scenario: String,
    /// What drove it.
    pub contender: String,
    /// Who decided.
    pub person: Person,
    /// How it ended, in one word.
    pub ending: String,
    /// What happened, in order, without times and names made up for this run.
    pub steps: Vec<String>,
    /// Tool calls that reached the desk.
    pub calls: usize,
    /// Proposals filed.
    pub proposals: usize,
    /// Writes carried out.
    pub writes: usize,
    /// Writes that nobody had approved.
    pub unapproved: usize,
    /// Drafts by a model, and how many of them had no mark of the grounding check.
    pub drafts: [usize; 2],
    /// What is not as it should be; empty when all is well.
    pub wrong: Vec<String>,
    /// What models took.
    pub usage: Usage,
    /// Milliseconds from the start to the end.
    pub millis: u64,
    /// What the models were asked.
    #[serde(skip)]
    pub asked: Vec<Asked>,
}

/// What a trial needs beside its scenario.
pub(crate) struct Bench<'a> {
    pub(crate) config: &'a Config,
    pub(crate) desk_name: &'a str,
    pub(crate) desks: &'a Desks,
}

/// Tries one scenario with one person.
pub(crate) async fn run(
    bench: &Bench<'_>,
    contender: &Contender,
    named: &Named,
    person: Person,
) -> color_eyre::Result<Trial> {
    let config = contender.config(bench.config);
    let copy = bench.desks.copy(named.scenario.desk.as_deref()).await?;
    let store: Arc<dyn Store> = app::open_desk(copy.path(), Fill::Nothing).await?;
    let probe = Probe::default();
    let models = models(&config, bench.desk_name, contender, &store)?.watched(&probe);
    let sitting = app::sit_down(Arc::clone(&store), &config, models).await?;
    let store = store.as_ref();
    let before = seen(store, &named.ticket).await?;
    let since = std::time::Instant::now();
    let (run, notices, decisions) = handle((&sitting, store), &config, contender, named, person).await?;
    let millis = u64::try_from(since.elapsed().as_millis()).unwrap_or(u64::MAX);
    let after = seen(store, &named.ticket).await?;
    let mut trial = told(named, contender, person, &notices);
    (trial.millis, trial.asked) = (millis, probe.take());
    let past = Past { run: run.id, records: store.log(None, u32::MAX).await?, notices, decisions, before, after };
    past.check(&mut trial);
    if let Err(broken) = store.verify(None).await? {
        trial.wrong.push(format!("the log's chain: {broken}"));
    }
    if let Some(expected) = named.scenario.expected(person) {
        past.compare(expected, &mut trial);
    }
    Ok(trial)
}

fn models(
    config: &Config,
    desk_name: &str,
    contender: &Contender,
    store: &Arc<dyn Store>,
) -> color_eyre::Result<Models> {
    match contender {
        Contender::Script | Contender::Offline => Ok(Models::none()),
        Contender::Model { name, .. } => Models::of(config, desk_name, store)?
            .only(name)
            .ok_or_else(|| eyre!("there is no model {name:?} for this desk; `countersign config` lists them")),
    }
}

/// Handles the ticket while the person decides.
async fn handle(
    (sitting, store): (&Sitting, &dyn Store),
    config: &Config,
    contender: &Contender,
    named: &Named,
    person: Person,
) -> color_eyre::Result<(Run, Vec<Notice>, Decisions)> {
    let run = Run::new(random::run_id());
    let tone = named.scenario.tone.unwrap_or(config.assistant.tone);
    let found = store.ticket(&named.ticket).await?;
    let task = app::task(config, named.ticket.clone(), found.as_ref(), tone);
    let planner = || Arc::new(OfflinePlanner) as Arc<dyn LlmProvider>;
    let provider = match contender {
        Contender::Script if !named.scenario.turns.is_empty() => Arc::new(Scripted::new(named.scenario.turns.clone())),
        Contender::Script | Contender::Offline => planner(),
        // Nobody stands behind it: what it cannot answer is its failure.
        Contender::Model { .. } => sitting.models.assistant().provider.unwrap_or_else(planner),
    };
    let tools = Arc::clone(&sitting.assistant) as _;
    let driver = Driver { provider, ..app::driver(config, &sitting.models, tools) };
    let seat = sitting.seat.as_ref();
    ensure!(seat.person().role.may(Operation::Decide), "nobody may decide here");
    let afterwards = match person {
        Person::Away => Afterwards::Leave,
        Person::Approve | Person::Deny | Person::Edit => Afterwards::Wait(store.changes()),
    };
    let (notices, mut told) = mpsc::unbounded_channel();
    let over = CancellationToken::new();
    let work = async {
        driver.handle(&run, task, afterwards, &notices).await;
        over.cancel();
    };
    let (decisions, ()) = tokio::join!(person::decide(seat, &named.ticket, person, &over), work);
    drop(notices);
    let mut all = Vec::new();
    while let Some(notice) = told.recv().await {
        all.push(notice);
    }
    store.flush().await?;
    Ok((run, all, decisions?))
}

async fn seen(store: &dyn Store, ticket: &TicketId) -> color_eyre::Result<Seen> {
    let mut versions = BTreeMap::new();
    let mut query = TicketQuery { limit: 500, ..TicketQuery::default() };
    loop {
        let page = store.tickets(&query).await?;
        versions.extend(page.tickets.into_iter().map(|row| (row.id, row.version)));
        query.offset += query.limit;
        if u64::from(query.offset) >= page.total {
            break;
        }
    }
    let found = store.ticket(ticket).await?;
    Ok(Seen { versions, ticket: found.ok_or_else(|| eyre!("this desk has no ticket {ticket}"))? })
}

/// What the notices of a run say.
fn told(named: &Named, contender: &Contender, person: Person, notices: &[Notice]) -> Trial {
    let mut trial = Trial {
        scenario: named.name.clone(),
        contender: contender.to_string(),
        person,
        ending: String::new(),
        steps: notices.iter().filter_map(step).collect(),
        calls: 0,
        proposals: 0,
        writes: 0,
        unapproved: 0,
        drafts: [0, 0],
        wrong: Vec::new(),
        usage: Usage::default(),
        millis: 0,
        asked: Vec::new(),
    };
    for notice in notices {
        match notice {
            Notice::Called { tool, result, is_error, .. } => {
                trial.calls += 1;
                if tool == "suggest_response" && !is_error && result["maker"]["by"] != OFFLINE {
                    let clean = result["unsupported"].as_array().is_none_or(Vec::is_empty);
                    trial.drafts = [trial.drafts[0] + 1, trial.drafts[1] + usize::from(clean)];
                }
                if let Ok(usage) = serde_json::from_value(result["maker"]["usage"].clone()) {
                    trial.usage = trial.usage.and(usage);
                }
            }
            Notice::Proposed { proposal_id, .. } => {
                trial.calls += 1;
                trial.proposals += usize::from(proposal_id.is_some());
            }
            Notice::Ended { ending, usage, .. } => {
                (*ending).clone_into(&mut trial.ending);
                trial.usage = trial.usage.and(*usage);
            }
            Notice::Writing { .. } | Notice::Anew { .. } | Notice::Said { .. } | Notice::Decided { .. } => {}
        }
    }
    trial
}

/// A notice in words that are the same each time.
fn step(notice: &Notice) -> Option<String> {
    Some(match notice {
        Notice::Said { text, .. } if !text.is_empty() => format!("says: {text}"),
        Notice::Said { .. } | Notice::Writing { .. } | Notice::Anew { .. } => return None,
        Notice::Called { tool, arguments, is_error: false, .. } => format!("{tool} {arguments}: answered"),
        Notice::Called { tool, arguments, result, .. } => format!("{tool} {arguments}: {result}"),
        Notice::Proposed { tool, arguments, outcome, .. } => format!("{tool} {arguments}: {outcome}"),
        Notice::Decided { words, .. } => format!("is told: {words}"),
        Notice::Ended { ending, words, .. } => format!("{ending}: {words}"),
    })
}
