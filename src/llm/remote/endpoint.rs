//! Where a model is, how it is spoken to, and what it costs.

use std::time::Duration;

use serde_json::{Value, json};

use crate::domain::usage::Usage;
use crate::llm::remote::secret::Key;

/// What is meant where nothing is said.
impl Default for Kind {
    fn default() -> Self {
        Self::OpenAi
    }
}

words! {
    /// A wire format.
    Kind {
        /// `OpenAI` Chat Completions, and everything compatible with it: llama.cpp, vLLM, LM Studio, gateways.
        OpenAi = "openai",
        /// `OpenAI` Responses.
        OpenAiResponses = "openai-responses",
        /// Anthropic Messages.
        Anthropic = "anthropic",
        /// Ollama's own.
        Ollama = "ollama",
    }
}

impl Kind {
    /// Where it is spoken when no address is given.
    #[must_use]
    pub const fn usual_address(self) -> &'static str {
        match self {
            Self::OpenAi | Self::OpenAiResponses => "https://api.openai.com/v1",
            Self::Anthropic => "https://api.anthropic.com/v1",
            Self::Ollama => "http://127.0.0.1:11434",
        }
    }
}

/// US dollars for a million tokens, by the reader's own price list.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Price {
    /// Read.
    pub input: f64,
    /// Written.
    pub output: f64,
}

impl Price {
    /// The usage with its cost; a dollar for a million tokens is a millionth of a dollar for one.
    #[must_use]
    #[expect(clippy::cast_precision_loss, reason = "no run has 2^52 tokens")]
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rounded, and clamped from below")]
    pub fn of(self, usage: Usage) -> Usage {
        let cost = self.input * usage.input_tokens as f64 + self.output * usage.output_tokens as f64;
        Usage { micro_usd: cost.max(0.0).ceil() as u64, ..usage }
    }
}

/// A model at an address.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// What people call it: kind and model.
    pub name: String,
    /// The wire format.
    pub kind: Kind,
    /// The address that the paths are appended to.
    pub base: String,
    /// The model's name there.
    pub model: String,
    /// Where the key comes from.
    pub key: Key,
    /// Most tokens of an answer.
    pub most_tokens: u32,
    /// How freely it writes, where it is to be said.
    pub temperature: Option<f64>,
    /// What it costs.
    pub price: Price,
    /// How long nothing may arrive.
    pub idle: Duration,
}

impl Endpoint {
    /// Says in a request's options how freely to write, where it is to be said.
    pub(crate) fn say_temperature(&self, options: &mut Value) {
        if let Some(temperature) = self.temperature {
            options["temperature"] = json!(temperature);
        }
    }
}

/// Whether an address is somebody else's machine: neither this one nor one of a private network.
#[must_use]
pub fn is_hosted(address: &str) -> bool {
    let Ok(url) = reqwest::Url::parse(address) else { return true };
    let Some(host) = url.host_str() else { return true };
    let host = host.trim_start_matches('[').trim_end_matches(']');
    match host.parse::<std::net::IpAddr>() {
        Ok(std::net::IpAddr::V4(ip)) => !(ip.is_loopback() || ip.is_private() || ip.is_link_local()),
        Ok(std::net::IpAddr::V6(ip)) => !(ip.is_loopback() || ip.is_unique_local()),
        Err(_) => host != "localhost",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_this_machine_and_private_networks_are_not_hosted() {
        for (address, hosted) in [
            ("http://127.0.0.1:11434", false),
            ("http://localhost:8080/v1", false),
            ("http://[::1]:8080", false),
            ("http://10.1.2.3:8000/v1", false),
            ("https://api.openai.com/v1", true),
            ("https://localhost.example.com/v1", true),
            ("http://93.184.216.34", true),
            ("nonsense", true),
        ] {
            assert_eq!(is_hosted(address), hosted, "{address}");
        }
    }

    #[test]
    fn a_price_is_for_a_million_tokens() {
        let usage = Usage { input_tokens: 1000, output_tokens: 100, micro_usd: 0 };
        assert_eq!(Price { input: 2.5, output: 10.0 }.of(usage).micro_usd, 3500);
        assert_eq!(Price::default().of(usage).micro_usd, 0);
    }
}
