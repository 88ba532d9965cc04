//! The configuration: the shipped example is the defaults, overlaid by the user's file, the environment, the flags.

mod access;
mod layers;
mod own;
mod serve;

use std::path::PathBuf;

use serde::Deserialize;

pub use access::{Access, Issuer};
pub use layers::{ConfigError, Effective, load};
pub use own::Own;
pub use serve::{Serve, Tls};

use crate::domain::actor::Role;
use crate::domain::database::DatabaseUrl;
use crate::domain::policy::Policy;
use crate::domain::ticket::{Status, Tone};
use crate::domain::view::View;
use crate::llm::remote::Kind;
use crate::telemetry::{Log, Traces};

/// The defaults, as shipped.
pub const EXAMPLE: &str = include_str!("../../config.example.toml");

/// The most tickets that are prepared ahead.
const MOST_PREPARED: usize = 20;
/// The longest that a reply may wait to be sent, in seconds.
const MOST_UNDO: u64 = 600;

/// What is in force.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// Who works here.
    pub person: Person,
    /// Which desk.
    pub desk: DeskFile,
    /// How the assistant sounds.
    pub assistant: Assistant,
    /// Models.
    pub llm: Llm,
    /// What may leave.
    pub privacy: Privacy,
    /// What models may take.
    pub budget: Budget,
    /// The rules.
    pub policy: Policy,
    /// Tool calls.
    pub mcp: Mcp,
    /// The desk as a service.
    pub serve: Serve,
    /// Who else comes in, and who sees what.
    pub access: Access,
    /// Sending.
    pub send: Sending,
    /// The queue.
    pub queue: Queue,
    /// The screen.
    pub screen: Screen,
    /// The log.
    pub log: Log,
    /// Traces, and what a service looks at by itself.
    pub telemetry: Traces,
}

/// Who works here.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// Name; empty for the login name.
    pub name: String,
    /// Role at the embedded desk.
    pub role: Role,
}

/// Which desk.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeskFile {
    /// Path; empty for the data directory.
    pub path: PathBuf,
    /// Address of a desk that is served elsewhere; empty for a desk of this machine's own.
    pub connect: String,
    /// The file that holds the token for it.
    pub token_file: PathBuf,
    /// A file with authorities to trust for it, beside the system's; empty for none.
    pub ca_file: PathBuf,
    /// A file with a certificate of the person's own and its key; empty for none.
    pub certificate_file: PathBuf,
    /// Whether the token may be sent in clear.
    pub insecure_http: bool,
    /// A PostgreSQL database in its place; empty for the file.
    pub database: DatabaseUrl,
    /// Connections to it at most.
    pub connections: usize,
}

/// How the assistant sounds.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assistant {
    /// Tone of a first suggestion.
    pub tone: Tone,
    /// Tickets that are prepared by a model that costs nothing.
    pub prepare: usize,
    /// Tickets that are prepared where a model costs something.
    pub prepare_metered: usize,
    /// A folder with prompts; empty for the shipped ones.
    pub prompts: PathBuf,
    /// Turns of the model in a run.
    pub steps: usize,
    /// Minutes of work in a run.
    pub minutes: u64,
}

/// Models.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Llm {
    /// In order of preference.
    pub provider: Vec<Provider>,
    /// Seconds for one answer in all.
    pub deadline_seconds: u64,
    /// Seconds in which nothing may arrive.
    pub idle_seconds: u64,
    /// How often a failure that may pass is tried again.
    pub retries: u32,
}

/// A model and where it is.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Provider {
    /// How it is spoken to.
    pub kind: Kind,
    /// Its name there.
    pub model: String,
    /// Where; empty for the usual place.
    #[serde(default)]
    pub address: String,
    /// The environment variable that holds the key.
    #[serde(default)]
    pub key_env: String,
    /// The file that holds the key.
    #[serde(default)]
    pub key_file: PathBuf,
    /// The command that prints the key.
    #[serde(default)]
    pub key_command: Vec<String>,
    /// Most tokens of an answer.
    #[serde(default = "two_thousand")]
    pub most_tokens: u32,
    /// How freely it writes; its own default where nothing is given.
    #[serde(default)]
    pub temperature: Option<f64>,
    /// US dollars for a million tokens read.
    #[serde(default)]
    pub price_in: f64,
    /// US dollars for a million tokens written.
    #[serde(default)]
    pub price_out: f64,
}

const fn two_thousand() -> u32 {
    2000
}

/// What may leave.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Privacy {
    /// Desk files whose tickets a hosted model may be sent.
    pub hosted_for: Vec<String>,
}

/// What models may take; 0 for as much as there is.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Budget {
    /// US dollars a day.
    pub day_usd: f64,
    /// US dollars a ticket.
    pub ticket_usd: f64,
    /// Tokens a day.
    pub day_tokens: u64,
    /// Tokens a ticket.
    pub ticket_tokens: u64,
}

/// Tool calls.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Mcp {
    /// Seconds that a call may take.
    pub timeout_seconds: u64,
    /// Whether people are asked through their clients.
    pub elicit: bool,
}

/// Sending.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sending {
    /// Seconds in which a signed reply can be taken back.
    pub undo_seconds: u64,
    /// What becomes of a new or open ticket with a reply.
    pub answered: AnsweredChoice,
}

words! {
    /// The status of a ticket that was answered.
    AnsweredChoice {
        /// It waits for the customer.
        Pending = "pending",
        /// Work goes on.
        Open = "open",
        /// It stays as it is.
        Keep = "keep",
    }
}

impl AnsweredChoice {
    /// The status that a reply proposes; none where the ticket keeps its own.
    #[must_use]
    pub const fn status(self) -> Option<Status> {
        match self {
            Self::Pending => Some(Status::Pending),
            Self::Open => Some(Status::Open),
            Self::Keep => None,
        }
    }
}

/// The queue.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Queue {
    /// Saved views, in the order of their number keys.
    pub view: Vec<View>,
}

/// The screen.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Screen {
    /// Colours.
    pub theme: ThemeChoice,
    /// What calls who looks elsewhere.
    pub notify: NotifyChoice,
    /// Whether the mouse is listened to.
    pub mouse: MouseChoice,
    /// What may move by itself.
    pub motion: MotionChoice,
}

words! {
    /// What calls who looks elsewhere.
    NotifyChoice {
        /// Nothing.
        Off = "off",
        /// The bell.
        Bell = "bell",
        /// A notification by OSC 9.
        Osc9 = "osc9",
    }
}

words! {
    /// What may move by itself.
    MotionChoice {
        /// Seconds that are counted.
        Full = "full",
        /// Nothing.
        Reduced = "reduced",
    }
}

words! {
    /// Whether the mouse is listened to.
    MouseChoice {
        /// At the machine itself.
        Auto = "auto",
        /// It is.
        On = "on",
        /// It is not.
        Off = "off",
    }
}

words! {
    /// Which colours.
    ThemeChoice {
        /// What the terminal says.
        Auto = "auto",
        /// On dark.
        Dark = "dark",
        /// On light.
        Light = "light",
        /// Strong colours on black.
        Contrast = "contrast",
        /// The terminal's own sixteen.
        Terminal = "terminal",
        /// None.
        None = "none",
    }
}

fn check(config: &Config) -> Result<(), ConfigError> {
    let within = (0.0..=1.0).contains(&config.policy.resolve_confidence);
    let levels = ["error", "warn", "info", "debug", "trace"];
    let wrong = |key: &str, reason: &str| ConfigError::Value { origin: key.to_owned(), reason: reason.to_owned() };
    if !within {
        return Err(wrong("policy.resolve_confidence", "must be from 0 to 1"));
    }
    if let Some((reader, field)) = config.access.fields.impossible() {
        let reason = format!("{field} cannot be withheld from {reader}: who approves reads what a card rests on");
        return Err(wrong("access.fields", &reason));
    }
    if !levels.contains(&config.log.level.as_str()) {
        return Err(wrong("log.level", "must be error, warn, info, debug or trace"));
    }
    let least_one = [
        ("mcp.timeout_seconds", config.mcp.timeout_seconds),
        ("llm.deadline_seconds", config.llm.deadline_seconds),
        ("llm.idle_seconds", config.llm.idle_seconds),
        ("assistant.minutes", config.assistant.minutes),
    ];
    if let Some((key, _)) = least_one.into_iter().find(|(_, value)| *value == 0) {
        return Err(wrong(key, "must be at least 1"));
    }
    if config.assistant.prepare.max(config.assistant.prepare_metered) > MOST_PREPARED {
        return Err(wrong("assistant.prepare", "at most 20 tickets are prepared"));
    }
    if config.send.undo_seconds > MOST_UNDO {
        return Err(wrong("send.undo_seconds", "must be at most 600"));
    }
    let views = &config.queue.view;
    if views.is_empty() || views.len() > 9 || views.iter().any(|view| view.name.trim().is_empty()) {
        return Err(wrong("queue.view", "there are one to nine views, each with a name"));
    }
    let keys = |p: &Provider| [!p.key_env.is_empty(), !p.key_file.as_os_str().is_empty(), !p.key_command.is_empty()];
    if config.llm.provider.iter().any(|p| keys(p).into_iter().filter(|given| *given).count() > 1) {
        return Err(wrong("llm.provider", "one of key_env, key_file and key_command is enough"));
    }
    Ok(())
}

impl Assistant {
    /// How many of the next tickets are prepared by such a model.
    #[must_use]
    pub const fn ahead(&self, is_metered: bool) -> usize {
        if is_metered { self.prepare_metered } else { self.prepare }
    }
}
