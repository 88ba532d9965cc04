//! Patience with a provider, and its end: retries that back off, one deadline over all of them, and a breaker.

use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use tokio::time::Instant;

use crate::llm::{Conversation, Listener, Live, LlmError, LlmProvider, Reply};
use crate::random;

/// How much is put up with.
#[derive(Clone, Copy, Debug)]
pub struct Patience {
    /// For one answer, retries and pauses included.
    pub deadline: Duration,
    /// How often a failure that may pass is tried again.
    pub retries: u32,
    /// The first pause; each further one is twice as long. A provider's own wish comes first.
    pub pause: Duration,
}

/// Failures in a row after which a provider is left alone.
const MOST_FAILURES: u32 = 5;
/// How long it is left alone.
const REST: Duration = Duration::from_secs(30);

/// A provider that is asked with patience.
pub struct Patient<P> {
    provider: P,
    patience: Patience,
    breaker: Mutex<Breaker>,
}

#[derive(Default)]
struct Breaker {
    failures: u32,
    open_until: Option<Instant>,
}

impl<P: LlmProvider> Patient<P> {
    /// Asks `provider` with `patience`.
    pub fn new(provider: P, patience: Patience) -> Self {
        Self { provider, patience, breaker: Mutex::default() }
    }

    fn breaker(&self) -> MutexGuard<'_, Breaker> {
        self.breaker.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether the provider is to be left alone for now.
    fn resting(&self, now: Instant) -> Option<LlmError> {
        let left = self.breaker().open_until?.checked_duration_since(now)?;
        let what = format!("{} failed again and again; asked again in {} s", self.name(), left.as_secs() + 1);
        Some(LlmError::Unavailable { what, after: Some(left) })
    }

    /// A wrong key rests at once: asking again would not change it, until somebody does.
    fn learn(&self, result: Result<&Reply, &LlmError>, now: Instant) {
        let mut breaker = self.breaker();
        match result {
            Ok(_) | Err(LlmError::TooLong(_) | LlmError::Declined(_) | LlmError::Garbage(_) | LlmError::Spent(_)) => {
                *breaker = Breaker::default();
            }
            Err(LlmError::Setup { .. }) => breaker.open_until = Some(now + REST),
            Err(LlmError::Unavailable { after, .. }) => {
                breaker.failures += 1;
                if breaker.failures >= MOST_FAILURES || after.is_some_and(|after| after > REST) {
                    // After the rest one call is let through; its failure closes the door again.
                    breaker.failures = MOST_FAILURES - 1;
                    breaker.open_until = Some(now + after.unwrap_or(REST).clamp(REST, REST * 20));
                }
            }
        }
    }

    async fn ask(&self, talk: &Conversation, live: Listener<'_>, until: Instant) -> Result<Reply, LlmError> {
        let mut pause = self.patience.pause;
        let mut retries = self.patience.retries;
        loop {
            let error = match tokio::time::timeout_at(until, self.provider.reply(talk, live)).await {
                Ok(Ok(reply)) => return Ok(reply),
                Ok(Err(error)) => error,
                Err(_elapsed) => return Err(self.late()),
            };
            let LlmError::Unavailable { after, what } = &error else { return Err(error) };
            let wait = after.unwrap_or(pause.mul_f64(0.5 + random::fraction()));
            if retries == 0 || Instant::now() + wait >= until {
                return Err(error);
            }
            live(Live::Anew(what));
            tokio::time::sleep(wait).await;
            (retries, pause) = (retries - 1, pause * 2);
        }
    }

    fn late(&self) -> LlmError {
        LlmError::passing(format!("{} took longer than {} s", self.name(), self.patience.deadline.as_secs()))
    }
}

#[async_trait]
impl<P: LlmProvider> LlmProvider for Patient<P> {
    fn name(&self) -> &str {
        self.provider.name()
    }

    async fn reply(&self, talk: &Conversation, live: Listener<'_>) -> Result<Reply, LlmError> {
        let now = Instant::now();
        if let Some(error) = self.resting(now) {
            return Err(error);
        }
        let result = self.ask(talk, live, now + self.patience.deadline).await;
        self.learn(result.as_ref(), Instant::now());
        result
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;
    use crate::llm::NOBODY;
    use crate::llm::shared_tests::talk;

    /// Fails so often, then answers.
    struct Failing {
        error: LlmError,
        times: u32,
        asked: AtomicU32,
    }

    #[async_trait]
    impl LlmProvider for Failing {
        fn name(&self) -> &'static str {
            "stub"
        }

        async fn reply(&self, _talk: &Conversation, _live: Listener<'_>) -> Result<Reply, LlmError> {
            let before = self.asked.fetch_add(1, Ordering::SeqCst);
            if before < self.times { Err(self.error.clone()) } else { Ok(Reply::default()) }
        }
    }

    fn patient(error: LlmError, times: u32) -> Patient<Failing> {
        let patience = Patience { deadline: Duration::from_mins(1), retries: 2, pause: Duration::from_millis(1) };
        Patient::new(Failing { error, times, asked: AtomicU32::new(0) }, patience)
    }

    fn asked(patient: &Patient<Failing>) -> u32 {
        patient.provider.asked.load(Ordering::SeqCst)
    }

    #[tokio::test]
    async fn what_passes_is_tried_again_and_what_does_not_is_not() {
        let passing = patient(LlmError::passing("503"), 2);
        assert!(passing.reply(&talk(), NOBODY).await.is_ok());
        assert_eq!(asked(&passing), 3);
        let setup = LlmError::Setup { what: "401".into(), way_out: "" };
        for error in [setup, LlmError::Declined("x".into()), LlmError::TooLong("x".into())] {
            let lasting = patient(error.clone(), 9);
            assert_eq!(lasting.reply(&talk(), NOBODY).await, Err(error));
            assert_eq!(asked(&lasting), 1);
        }
    }

    #[tokio::test(start_paused = true)]
    async fn the_provider_s_own_pause_is_kept_and_one_beyond_the_deadline_ends_it() {
        let after = |s| LlmError::Unavailable { what: "429".into(), after: Some(Duration::from_secs(s)) };
        let short = patient(after(7), 1);
        let since = Instant::now();
        assert!(short.reply(&talk(), NOBODY).await.is_ok());
        assert!(since.elapsed() >= Duration::from_secs(7), "{:?}", since.elapsed());
        let long = patient(after(99_999_999), 1);
        assert!(long.reply(&talk(), NOBODY).await.is_err());
        assert_eq!(asked(&long), 1);
    }

    #[tokio::test]
    async fn a_provider_that_keeps_failing_is_left_alone() {
        let down = patient(LlmError::passing("503"), u32::MAX);
        for _ in 0..MOST_FAILURES {
            assert!(down.reply(&talk(), NOBODY).await.is_err());
        }
        let before = asked(&down);
        let error = down.reply(&talk(), NOBODY).await.unwrap_err().to_string();
        assert!(error.contains("again and again"), "{error}");
        assert_eq!(asked(&down), before, "it was not asked");
    }

    #[tokio::test(start_paused = true)]
    async fn offline_for_an_hour_and_back_it_is_asked_now_and_then_and_then_again() {
        // Three failures close the door; from then on each knock is one try and its retries.
        let down = patient(LlmError::passing("no route to host"), 100_000);
        let since = Instant::now();
        let mut refused = 0;
        while since.elapsed() < Duration::from_hours(1) {
            refused += u32::from(down.reply(&talk(), NOBODY).await.is_err());
            tokio::time::sleep(Duration::from_secs(5)).await;
        }
        assert!(refused > 600 && asked(&down) <= 400, "{refused} asked for, {} sent", asked(&down));
        down.provider.asked.store(100_000, Ordering::SeqCst);
        tokio::time::sleep(REST).await;
        assert!(down.reply(&talk(), NOBODY).await.is_ok(), "back again");
        assert!(down.reply(&talk(), NOBODY).await.is_ok());
    }

    #[tokio::test]
    async fn a_wrong_key_is_not_sent_again_and_again() {
        let wrong = patient(LlmError::Setup { what: "401".into(), way_out: "" }, u32::MAX);
        assert!(wrong.reply(&talk(), NOBODY).await.is_err());
        assert!(matches!(wrong.reply(&talk(), NOBODY).await, Err(LlmError::Unavailable { .. })));
        assert_eq!(asked(&wrong), 1);
    }
}
