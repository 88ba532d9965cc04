//! What models may take: looked up before each answer, noted after it, for all programs that share the desk. Tries that
//! came to nothing count too.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use tracing::Instrument as _;

use crate::domain::usage::{Spending, Spent, Usage, dollars};
use crate::llm::{Conversation, Listener, Live, LlmError, LlmProvider, Reply};
use crate::store::{Store, StoreError};
use crate::telemetry::{metrics, traces};

/// Caps; 0 for none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Caps {
    /// Millionths of a US dollar a day.
    pub day_micro_usd: u64,
    /// Millionths of a US dollar a ticket.
    pub ticket_micro_usd: u64,
    /// Tokens a day.
    pub day_tokens: u64,
    /// Tokens a ticket.
    pub ticket_tokens: u64,
}

/// A provider whose answers are counted.
pub struct Metered<P> {
    provider: P,
    store: Arc<dyn Store>,
    caps: Caps,
}

impl<P: LlmProvider> Metered<P> {
    /// Counts what `provider` takes, and stops at the caps.
    pub fn new(provider: P, store: Arc<dyn Store>, caps: Caps) -> Self {
        Self { provider, store, caps }
    }
}

#[async_trait]
impl<P: LlmProvider> LlmProvider for Metered<P> {
    fn name(&self) -> &str {
        self.provider.name()
    }

    async fn reply(&self, talk: &Conversation, live: Listener<'_>) -> Result<Reply, LlmError> {
        let (now, ticket) = (crate::clock::now(), &talk.task.ticket);
        let spent = self.store.spent(day_of(now), ticket).await.map_err(|e| unknown(&e))?;
        if let Some(cap) = reached(&self.caps, &spent) {
            let spent = LlmError::Spent(cap);
            metrics::model_spared(self.name(), spent.word());
            return Err(spent);
        }
        let (since, wasted) = (Instant::now(), Mutex::new(Usage::default()));
        let listen = |told: Live<'_>| match told {
            Live::Wasted(usage) => {
                let mut sum = wasted.lock().unwrap_or_else(PoisonError::into_inner);
                *sum = sum.and(usage);
            }
            Live::Text(_) | Live::Anew(_) => live(told),
        };
        let span = traces::model(self.name());
        let reply = self.provider.reply(talk, &listen).instrument(span.clone()).await;
        log(talk, self.name(), since, &reply);
        let wasted = wasted.into_inner().unwrap_or_else(PoisonError::into_inner);
        let (outcome, answered) =
            reply.as_ref().map_or_else(|e| (e.word(), Usage::default()), |reply| ("ok", reply.usage));
        metrics::model_called(self.name(), outcome, since.elapsed(), wasted.and(answered));
        traces::took(&span, wasted.and(answered));
        if reply.is_err() {
            traces::fail(&span, outcome);
        }
        let (by, usage) = match &reply {
            Ok(reply) => (reply.by.clone(), wasted.and(reply.usage)),
            Err(_) if wasted == Usage::default() => return reply,
            Err(_) => (self.name().to_owned(), wasted),
        };
        let spending = Spending { ticket: ticket.clone(), by, prompt: talk.prompt.version(), usage };
        self.store.spend(&spending, now).await.map_err(|e| unknown(&e))?;
        reply
    }
}

/// Who was asked for what, how long it took and what it took: no text of anybody.
fn log(talk: &Conversation, name: &str, since: Instant, reply: &Result<Reply, LlmError>) {
    let (ticket, prompt, ms) = (talk.task.ticket.as_str(), talk.prompt.version(), since.elapsed().as_millis());
    match reply {
        Ok(reply) => {
            let usage = reply.usage;
            tracing::info!(ticket, model = name, prompt, ms, %usage, calls = reply.calls.len(), "a model answered");
        }
        Err(error) => tracing::warn!(ticket, model = name, prompt, ms, %error, "a model did not answer"),
    }
}

/// A desk that cannot count lets nobody spend.
fn unknown(error: &StoreError) -> LlmError {
    LlmError::passing(format!("what was spent is not known: {error}"))
}

fn day_of(now: Timestamp) -> Timestamp {
    now.to_zoned(TimeZone::UTC).start_of_day().map_or(now, |day| day.timestamp())
}

fn reached(caps: &Caps, spent: &Spent) -> Option<String> {
    let over = |cap: u64, used: u64| cap > 0 && used >= cap;
    if over(caps.day_micro_usd, spent.day.micro_usd) {
        Some(format!("the cap of a day is reached ({}; `budget.day_usd`)", dollars(spent.day.micro_usd)))
    } else if over(caps.ticket_micro_usd, spent.ticket.micro_usd) {
        Some(format!("the cap of a ticket is reached ({}; `budget.ticket_usd`)", dollars(spent.ticket.micro_usd)))
    } else if over(caps.day_tokens, spent.day.tokens()) {
        Some(format!("the cap of a day is reached ({}; `budget.day_tokens`)", spent.day))
    } else if over(caps.ticket_tokens, spent.ticket.tokens()) {
        Some(format!("the cap of a ticket is reached ({}; `budget.ticket_tokens`)", spent.ticket))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cap_is_reached_when_it_is_used_up_and_none_never_is() {
        let used = Usage { input_tokens: 90, output_tokens: 10, micro_usd: 5_000 };
        let spent = Spent { day: used, ticket: used };
        assert_eq!(reached(&Caps::default(), &spent), None);
        let day = Caps { day_tokens: 100, ..Caps::default() };
        assert!(reached(&day, &spent).unwrap().contains("budget.day_tokens"));
        let ticket = Caps { ticket_micro_usd: 5_001, ticket_tokens: 101, ..Caps::default() };
        assert_eq!(reached(&ticket, &spent), None);
        assert!(reached(&Caps { ticket_micro_usd: 5_000, ..ticket }, &spent).unwrap().contains("ticket_usd"));
    }

    #[test]
    fn a_day_begins_at_midnight_utc() {
        let at: Timestamp = "2026-11-23T14:31:10Z".parse().unwrap();
        assert_eq!(day_of(at).to_string(), "2026-11-23T00:00:00Z");
    }
}
