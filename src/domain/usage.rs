//! What models take.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Tokens and money.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Usage {
    /// Tokens read.
    #[schemars(with = "i64")]
    pub input_tokens: u64,
    /// Tokens written.
    #[schemars(with = "i64")]
    pub output_tokens: u64,
    /// Cost in millionths of a US dollar, by the configured prices; 0 where there are none.
    #[schemars(with = "i64")]
    pub micro_usd: u64,
}

impl Usage {
    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            input_tokens: self.input_tokens.saturating_add(other.input_tokens),
            output_tokens: self.output_tokens.saturating_add(other.output_tokens),
            micro_usd: self.micro_usd.saturating_add(other.micro_usd),
        }
    }

    /// What it comes to: money where there is a price, else tokens.
    #[must_use]
    pub fn price(self) -> String {
        if self.micro_usd > 0 { dollars(self.micro_usd) } else { format!("{} tokens", self.tokens()) }
    }

    /// Tokens of both kinds.
    #[must_use]
    pub const fn tokens(self) -> u64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }
}

/// Tokens, and money where there is a price: `812 tokens in, 90 out, $0.0012`.
impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} tokens in, {} out", self.input_tokens, self.output_tokens)?;
        if self.micro_usd > 0 { write!(f, ", {}", dollars(self.micro_usd)) } else { Ok(()) }
    }
}

/// Millionths of a US dollar as people write them: `$0.0012`.
#[must_use]
pub fn dollars(micro_usd: u64) -> String {
    format!("${}.{:04}", micro_usd / 1_000_000, micro_usd % 1_000_000 / 100)
}

/// What a model took for one answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spending {
    /// For which ticket.
    pub ticket: crate::domain::ids::TicketId,
    /// Who spoke.
    pub by: String,
    /// What it was told, as `NAME@HASH`.
    pub prompt: String,
    /// How much.
    pub usage: Usage,
}

/// What was taken so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Spent {
    /// By the whole desk since the day began.
    pub day: Usage,
    /// By one ticket, ever.
    pub ticket: Usage,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_shown_where_there_is_a_price() {
        let usage = Usage { input_tokens: 812, output_tokens: 90, micro_usd: 0 };
        assert_eq!(usage.to_string(), "812 tokens in, 90 out");
        assert_eq!(Usage { micro_usd: 1_001_234, ..usage }.to_string(), "812 tokens in, 90 out, $1.0012");
    }
}
