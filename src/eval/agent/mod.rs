//! The agent loop over a folder of scenarios: what a script, the offline assistant or a real model comes to, with a
//! person who approves all, denies all, or edits one; checked at the desk itself.

mod check;
mod desks;
mod person;
pub mod probe;
mod report;
pub mod scenario;
pub mod trial;

use std::fmt;
use std::path::PathBuf;

pub use crate::eval::agent::report::{AgentReport, Row};

use crate::config::Config;
use crate::domain::actor::Role;
use crate::domain::ticket::{Status, TicketQuery, TicketRow};
use crate::eval::agent::desks::Desks;
use crate::eval::agent::scenario::{Named, Person, Scenario};
use crate::eval::agent::trial::{Bench, Trial};
use crate::store::Store;

/// What drives the runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Contender {
    /// The scenario's own turns; the offline assistant where it has none.
    Script,
    /// The offline assistant.
    Offline,
    /// A configured model.
    Model {
        /// Its name, as `KIND MODEL`.
        name: String,
        /// A folder of prompts in place of the configured ones.
        prompts: Option<PathBuf>,
    },
}

impl fmt::Display for Contender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Script => f.write_str("script"),
            Self::Offline => f.write_str("offline"),
            Self::Model { name, prompts: None } => f.write_str(name),
            Self::Model { name, prompts: Some(dir) } => write!(f, "{name}, {}", dir.display()),
        }
    }
}

impl Contender {
    /// The configuration under which it runs: a supervisor decides, so that every card can be approved.
    fn config(&self, base: &Config) -> Config {
        let mut config = base.clone();
        "eval".clone_into(&mut config.person.name);
        config.person.role = Role::Supervisor;
        if let Self::Model { prompts: Some(dir), .. } = self {
            config.assistant.prompts.clone_from(dir);
        }
        config
    }
}

/// What is tried, at which desk, by whom.
pub struct Trials {
    /// The scenarios.
    pub scenarios: Vec<Named>,
    /// Who handles them.
    pub contenders: Vec<Contender>,
    /// A desk in place of the sample; it is copied, never changed.
    pub desk: Option<PathBuf>,
    /// The desk's name in `privacy.hosted_for`.
    pub desk_name: String,
}

/// Runs everything, one after the other, and tells each result.
///
/// # Errors
/// When a desk cannot be made, a model is not there, or a store fails.
pub async fn run(trials: &Trials, config: &Config, tell: impl Fn(&Trial)) -> color_eyre::Result<AgentReport> {
    let desks = Desks::new(trials.desk.clone())?;
    let bench = Bench { config, desk_name: &trials.desk_name, desks: &desks };
    let mut all = Vec::new();
    for contender in &trials.contenders {
        for named in &trials.scenarios {
            for person in &named.people {
                let trial = trial::run(&bench, contender, named, *person).await?;
                tell(&trial);
                all.push(trial);
            }
        }
    }
    Ok(AgentReport::of(&trials.contenders, all))
}

/// The first `count` tickets of a desk's queue, those that are done last, each to be handled while nobody decides.
///
/// # Errors
/// When the store fails.
pub async fn from_queue(store: &dyn Store, count: u32) -> color_eyre::Result<Vec<Named>> {
    let (done, active): (Vec<Status>, Vec<Status>) = Status::ALL.iter().partition(|status| status.is_done());
    let mut rows = Vec::new();
    for status in [active, done] {
        let query = TicketQuery { limit: count.clamp(1, 500), status, ..TicketQuery::default() };
        rows.extend(store.tickets(&query).await?.tickets);
    }
    let named = |row: TicketRow| Named {
        name: row.id.to_string(),
        scenario: Scenario { about: row.subject, ..Scenario::default() },
        ticket: row.id,
        people: vec![Person::Away],
    };
    Ok(rows.into_iter().take(count as usize).map(named).collect())
}
