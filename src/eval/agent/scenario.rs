//! What is tried: a ticket, what a model says to it, and how the desk looks after a person has decided.

use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::ids::{PrincipalId, TicketId};
use crate::domain::ticket::{Priority, Status, Tone};
use crate::llm::Reply;

words! {
    /// What the person does with what is proposed.
    Person {
        /// Approves each proposal.
        Approve = "approve-all",
        /// Denies each proposal.
        Deny = "deny-all",
        /// Changes the first proposal, and approves all.
        Edit = "edit-one",
        /// Is away: proposals wait.
        Away = "away",
    }
}

/// One ticket to be handled. In a file it is TOML; every table but `turns` may be left out.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scenario {
    /// What it shows, on one line.
    pub about: String,
    /// The ticket, by its number at the desk.
    pub ticket: Option<TicketId>,
    /// How the reply is to sound.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tone: Option<Tone>,
    /// A file or folder to import as the desk, beside this file; the sample desk when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desk: Option<PathBuf>,
    /// After a person approved everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approve: Option<Expected>,
    /// After a person denied everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deny: Option<Expected>,
    /// After a person edited the first proposal and approved all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edit: Option<Expected>,
    /// What the model says, turn by turn; left out where only a real model is tried.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub turns: Vec<Reply>,
}

/// The end of a run; what is left out is not looked at. What holds for every run is always looked at: see
/// [`trial`](crate::eval::agent::trial).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// How the run ended: `done`, `step_limit`, `repeats`, ….
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ending: Option<String>,
    /// How many proposals were filed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposals: Option<usize>,
    /// How many writes were carried out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub writes: Option<usize>,
    /// How many public replies the thread has gained.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replies: Option<usize>,
    /// Words of the last public reply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub says: Vec<String>,
    /// Words that no public reply of the run has.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub never_says: Vec<String>,
    /// The ticket's status.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Its priority.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    /// Who works on it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assignee: Option<PrincipalId>,
    /// Its labels, all of them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
}

/// A scenario with the name of its file.
#[derive(Clone, Debug, PartialEq)]
pub struct Named {
    /// The file's name without its ending, or the ticket.
    pub name: String,
    /// The scenario.
    pub scenario: Scenario,
    /// The ticket.
    pub ticket: TicketId,
    /// What the people do with it.
    pub people: Vec<Person>,
}

impl Scenario {
    /// What is expected when this person decides.
    #[must_use]
    pub fn expected(&self, person: Person) -> Option<&Expected> {
        match person {
            Person::Approve => self.approve.as_ref(),
            Person::Deny => self.deny.as_ref(),
            Person::Edit => self.edit.as_ref(),
            Person::Away => None,
        }
    }
}

/// A file that is no scenario.
#[derive(Debug, thiserror::Error)]
#[error("{}: {reason}", crate::domain::text::line(&path.to_string_lossy()))]
pub struct NoScenario {
    path: PathBuf,
    reason: String,
}

/// The scenarios of a folder: its `.toml` files, in the order of their names.
///
/// # Errors
/// When the folder cannot be read, has none, or one of them makes no sense.
pub fn in_folder(dir: &Path) -> Result<Vec<Named>, NoScenario> {
    let bad = |path: &Path, reason: String| NoScenario { path: path.to_owned(), reason };
    let listed = std::fs::read_dir(dir).and_then(|all| all.map(|e| e.map(|e| e.path())).collect::<Result<Vec<_>, _>>());
    let mut files = listed.map_err(|error| bad(dir, error.to_string()))?;
    files.retain(|path| path.extension().is_some_and(|ending| ending == "toml"));
    files.sort();
    if files.is_empty() {
        return Err(bad(dir, "there is no scenario (.toml) in it".to_owned()));
    }
    let one = |path: &PathBuf| {
        let text = std::fs::read_to_string(path).map_err(|error| bad(path, error.to_string()))?;
        let mut scenario: Scenario = toml::from_str(&text).map_err(|error| bad(path, error.to_string()))?;
        scenario.desk = scenario.desk.map(|desk| dir.join(desk));
        let ticket = scenario.ticket.clone().ok_or_else(|| bad(path, "it names no ticket".to_owned()))?;
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        Ok(Named { name, scenario, ticket, people: vec![Person::Approve, Person::Deny, Person::Edit] })
    };
    files.iter().map(one).collect()
}
