//! How far to trust a suggestion: a logistic sum whose every term is shown.

use crate::domain::draft::Evidence;

/// What was looked at.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "independent observations, not a state")]
pub struct Signals {
    /// Whether anything was found to answer with.
    pub fits: bool,
    /// Retrieval score of the best source, 0 to 1.
    pub best: f64,
    /// Retrieval score of the next one.
    pub next: f64,
    /// Share of the customer's telling words that the quoted passages have.
    pub coverage: f64,
    /// How many different telling words the customer used.
    pub words: usize,
    /// How many things the customer asks for, at least one.
    pub requests: usize,
    /// Whether the customer sounds angry.
    pub angry: bool,
    /// Whether it may be about somebody's safety.
    pub danger: bool,
    /// The language of the message when it is known and not English.
    pub foreign: Option<String>,
    /// Claims of the draft that no source supports.
    pub unsupported: usize,
    /// Whether somebody of the desk has answered before.
    pub answered: bool,
    /// Whether a message reads like an instruction to an assistant.
    pub suspicious: bool,
    /// Files that somebody should look at.
    pub attachments: usize,
}

/// The most that is believed when the answer is not one clear source to one clear request.
const UNCLEAR: f64 = 0.84;
/// The most that is believed when nothing fits.
const UNFOUNDED: f64 = 0.4;
/// A score and a coverage from which a source answers clearly.
const CLEAR_SCORE: f64 = 0.45;
const CLEAR_COVERAGE: f64 = 0.3;
const CLEAR_MARGIN: f64 = 0.08;
/// Fewer telling words can mean anything.
const FEWEST_WORDS: usize = 3;

/// The confidence, 0 to 1, and what moved it: it is 0.5 plus all the weights.
#[must_use]
pub fn weigh(signals: &Signals) -> (f64, Vec<Evidence>) {
    let mut sum = 0.0;
    let mut before = logistic(sum);
    let mut evidence = Vec::new();
    for (what, points) in terms(signals) {
        sum += points;
        note(&mut evidence, &mut before, what, logistic(sum));
    }
    let (most, why) = ceiling(signals);
    if before > most {
        // Pressed below the ceiling, not cut at it, so that two unclear answers still differ.
        let pressed = most * (0.9 + 0.1 * before);
        note(&mut evidence, &mut before, why.to_owned(), pressed);
    }
    (before, evidence)
}

fn note(evidence: &mut Vec<Evidence>, before: &mut f64, what: String, now: f64) {
    evidence.push(Evidence { what, weight: now - *before });
    *before = now;
}

fn logistic(sum: f64) -> f64 {
    1.0 / (1.0 + (-sum).exp())
}

fn ceiling(signals: &Signals) -> (f64, &'static str) {
    if signals.is_clear() {
        (1.0, "one source clearly answers one request")
    } else if signals.fits {
        (UNCLEAR, "not one clear source for one clear request")
    } else {
        (UNFOUNDED, "without a source no more is believed")
    }
}

impl Signals {
    fn is_clear(&self) -> bool {
        self.fits
            && self.requests == 1
            && self.best >= CLEAR_SCORE
            && self.best - self.next >= CLEAR_MARGIN
            && self.coverage >= CLEAR_COVERAGE
            && self.words >= FEWEST_WORDS
            && !self.suspicious
            && !self.danger
            && self.unsupported == 0
    }
}

/// Each term of the sum, in log-odds; terms that do not apply are left out.
fn terms(signals: &Signals) -> Vec<(String, f64)> {
    let mut terms = found(signals);
    let requests = signals.requests.max(1);
    terms.push(match requests {
        1 => ("one request".to_owned(), 0.3),
        2 => ("two requests".to_owned(), -0.4),
        _ => (format!("{requests} requests"), -1.0),
    });
    terms.extend(doubts(signals));
    terms
}

fn found(signals: &Signals) -> Vec<(String, f64)> {
    if !signals.fits {
        return vec![("nothing found that fits".to_owned(), -1.2)];
    }
    let margin = (signals.best - signals.next).clamp(0.0, 1.0);
    vec![
        (format!("best source fits {}", percent(signals.best)), 5.0 * (signals.best - 0.3)),
        (format!("margin to the next source {}", percent(margin)), 4.0 * (margin.min(0.3) - 0.05)),
        (
            format!("quoted passages have {} of the customer's words", percent(signals.coverage)),
            4.0 * (signals.coverage.min(0.8) - 0.2),
        ),
    ]
}

fn doubts(signals: &Signals) -> Vec<(String, f64)> {
    let mut terms = Vec::new();
    if signals.words < FEWEST_WORDS {
        terms.push(("the message says very little".to_owned(), -1.5));
    }
    if signals.angry {
        terms.push(("the customer sounds angry".to_owned(), -0.6));
    }
    if signals.danger {
        terms.push(("may be about somebody's safety".to_owned(), -1.0));
    }
    if let Some(language) = &signals.foreign {
        terms.push((format!("written in {language}, answered in English"), -1.0));
    }
    if signals.unsupported > 0 {
        terms.push((format!("claims without a source: {}", signals.unsupported), -1.5));
    }
    if signals.answered {
        terms.push(("somebody has answered before".to_owned(), -0.5));
    }
    if signals.suspicious {
        terms.push(("text that reads like an instruction to an assistant".to_owned(), -2.0));
    }
    if signals.attachments > 0 {
        terms.push((format!("files that only a person can look at: {}", signals.attachments), -0.5));
    }
    terms
}

fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clear() -> Signals {
        Signals {
            fits: true,
            best: 0.8,
            next: 0.4,
            coverage: 0.7,
            words: 6,
            requests: 1,
            angry: false,
            danger: false,
            foreign: None,
            unsupported: 0,
            answered: false,
            suspicious: false,
            attachments: 0,
        }
    }

    fn value(signals: &Signals) -> f64 {
        weigh(signals).0
    }

    #[test]
    fn one_clear_answer_to_one_clear_request_is_trusted() {
        assert!(value(&clear()) >= 0.85, "{:?}", weigh(&clear()));
    }

    #[test]
    fn the_weights_add_up_to_the_confidence() {
        for signals in [clear(), Signals { requests: 3, ..clear() }, Signals { fits: false, ..clear() }] {
            let (value, evidence) = weigh(&signals);
            let sum: f64 = evidence.iter().map(|e| e.weight).sum();
            assert!((0.5 + sum - value).abs() < 1e-9);
        }
    }

    #[test]
    fn every_doubt_lowers_the_confidence() {
        let calm = value(&clear());
        for doubt in [
            Signals { best: 0.6, ..clear() },
            Signals { next: 0.79, ..clear() },
            Signals { coverage: 0.2, ..clear() },
            Signals { words: 1, ..clear() },
            Signals { requests: 2, ..clear() },
            Signals { angry: true, ..clear() },
            Signals { danger: true, ..clear() },
            Signals { foreign: Some("German".to_owned()), ..clear() },
            Signals { unsupported: 1, ..clear() },
            Signals { answered: true, ..clear() },
            Signals { suspicious: true, ..clear() },
            Signals { attachments: 1, ..clear() },
        ] {
            assert!(value(&doubt) < calm, "{doubt:?}");
        }
    }

    #[test]
    fn several_requests_or_two_equal_sources_are_never_trusted_much() {
        let perfect = Signals { best: 1.0, next: 0.0, coverage: 1.0, ..clear() };
        for signals in [Signals { requests: 2, ..perfect.clone() }, Signals { next: 0.97, ..perfect.clone() }] {
            assert!(value(&signals) < 0.85, "{signals:?}");
        }
    }

    #[test]
    fn nothing_found_is_low_whatever_else_is_good() {
        assert!(value(&Signals { fits: false, best: 1.0, next: 0.0, coverage: 1.0, ..clear() }) < 0.5);
    }
}
