//! The configured models, put together: wire format, patience, placeholders, caps, in order of preference.

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use color_eyre::eyre::WrapErr as _;

use crate::config::{Config, Provider};
use crate::desk::{Assistant, Caps, Metered};
use crate::domain::draft::OFFLINE;
use crate::eval::agent::probe::Probe;
use crate::llm::LlmProvider;
use crate::llm::chain::Chain;
use crate::llm::offline::OfflinePlanner;
use crate::llm::patience::{Patience, Patient};
use crate::llm::prompt::Prompts;
use crate::llm::remote::{Endpoint, Key, Price, Remote, is_hosted};
use crate::llm::veil::Veiled;
use crate::store::Store;

/// The first pause between two tries.
const PAUSE: Duration = Duration::from_millis(500);
/// The desk in the data directory, as the configuration names it.
pub const DEFAULT_DESK: &str = "default";

/// The models of a desk, and what they are told.
#[derive(Clone)]
pub struct Models {
    /// In order of preference.
    providers: Vec<Arc<dyn LlmProvider>>,
    /// What they are told.
    pub prompts: Prompts,
    /// Whether one of them is hosted or has a price.
    pub metered: bool,
    /// Models that are configured and not used, and why.
    pub left_out: Vec<String>,
    /// What the assistant is called where no model is.
    fallback: &'static str,
}

impl Models {
    /// The models that this desk may use. `desk` is its name in `privacy.hosted_for`.
    ///
    /// # Errors
    /// When a prompt cannot be read, or no HTTP client can be made.
    pub fn of(config: &Config, desk: &str, store: &Arc<dyn Store>) -> color_eyre::Result<Self> {
        let mut models = Self { prompts: prompts(&config.assistant.prompts)?, ..Self::none() };
        for provider in &config.llm.provider {
            let endpoint = endpoint(config, provider);
            if is_hosted(&endpoint.base) && !config.privacy.hosted_for.iter().any(|allowed| allowed == desk) {
                let why = "a hosted model may not see this desk (`privacy.hosted_for`)";
                models.left_out.push(format!("{} is not used: {why}", endpoint.name));
                continue;
            }
            models.metered |= is_hosted(&endpoint.base) || provider.price_in > 0.0 || provider.price_out > 0.0;
            let patient = Patient::new(Remote::new(endpoint)?, patience(config));
            models.providers.push(Arc::new(Metered::new(Veiled::new(patient), Arc::clone(store), caps(config))));
        }
        Ok(models)
    }

    /// No models: the offline assistant does it all.
    #[must_use]
    pub fn none() -> Self {
        Self {
            providers: Vec::new(),
            prompts: Prompts::default(),
            metered: false,
            left_out: Vec::new(),
            fallback: OFFLINE,
        }
    }

    /// Models of a desk elsewhere: it has them, and what they take is taken there.
    #[must_use]
    pub fn elsewhere() -> Self {
        Self { metered: true, fallback: "the desk's assistant", ..Self::none() }
    }

    /// The model of this name alone, if it is among them.
    #[must_use]
    pub fn only(mut self, name: &str) -> Option<Self> {
        self.providers.retain(|provider| provider.name() == name);
        self.any().then_some(self)
    }

    /// The same models, with somebody looking on.
    #[must_use]
    pub fn watched(mut self, probe: &Probe) -> Self {
        self.providers = self.providers.into_iter().map(|provider| probe.at(provider)).collect();
        self
    }

    /// What the first of them is called, or the offline assistant.
    #[must_use]
    pub fn name(&self) -> &str {
        self.providers.first().map_or(self.fallback, |first| first.name())
    }

    /// Whether there is a model at all.
    #[must_use]
    pub fn any(&self) -> bool {
        !self.providers.is_empty()
    }

    /// What writes summaries and replies at a desk.
    #[must_use]
    pub fn assistant(&self) -> Assistant {
        let chain = || Arc::new(Chain::new(self.providers.clone())) as Arc<dyn LlmProvider>;
        Assistant { provider: self.any().then(chain), prompts: self.prompts.clone() }
    }

    /// What drives the agent loop: the models, and behind them the offline planner.
    #[must_use]
    pub fn for_runs(&self) -> Arc<dyn LlmProvider> {
        let mut all = self.providers.clone();
        all.push(Arc::new(OfflinePlanner));
        Arc::new(Chain::new(all))
    }
}

/// Where a configured model is and how it is spoken to.
#[must_use]
pub fn endpoint(config: &Config, provider: &Provider) -> Endpoint {
    let Provider { kind, model, address, key_env, key_file, key_command, .. } = provider;
    let base = if address.is_empty() { kind.usual_address().to_owned() } else { address.clone() };
    let key = if !key_env.is_empty() {
        Key::Environment(key_env.clone())
    } else if !key_file.as_os_str().is_empty() {
        Key::File(key_file.clone())
    } else if !key_command.is_empty() {
        Key::Keyring(key_command.clone())
    } else {
        Key::None
    };
    Endpoint {
        name: format!("{kind} {model}"),
        kind: *kind,
        base,
        model: model.clone(),
        key,
        most_tokens: provider.most_tokens,
        temperature: provider.temperature,
        price: Price { input: provider.price_in, output: provider.price_out },
        idle: Duration::from_secs(config.llm.idle_seconds),
    }
}

fn patience(config: &Config) -> Patience {
    Patience { deadline: Duration::from_secs(config.llm.deadline_seconds), retries: config.llm.retries, pause: PAUSE }
}

fn caps(config: &Config) -> Caps {
    let budget = config.budget;
    Caps {
        day_micro_usd: micro(budget.day_usd),
        ticket_micro_usd: micro(budget.ticket_usd),
        day_tokens: budget.day_tokens,
        ticket_tokens: budget.ticket_tokens,
    }
}

/// Dollars as millionths of one.
#[must_use]
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped from below, rounded")]
pub fn micro(dollars: f64) -> u64 {
    (dollars.max(0.0) * 1e6).round() as u64
}

fn prompts(dir: &Path) -> color_eyre::Result<Prompts> {
    if dir.as_os_str().is_empty() {
        return Ok(Prompts::default());
    }
    // A folder that is not there was meant to be.
    std::fs::read_dir(dir).wrap_err_with(|| format!("cannot read the prompts in {}", dir.display()))?;
    Ok(Prompts::or(|name| std::fs::read_to_string(dir.join(format!("{name}.md"))).ok()))
}
