//! A log-linear model: each signal speaks for or against each reply, with weights learned from what was given.
//!
//! Fitted by `AdaGrad` on the cross-entropy (Duchi, Hazan and Singer, JMLR 12, 2011), in a fixed order.

use std::collections::BTreeMap;

use crate::assist::canned_rank::signals::Named;

/// How often the history is gone through, oldest first.
const PASSES: usize = 4;
/// The first step.
const STEP: f64 = 0.1;
/// How hard weights are pulled to nought.
const PULL: f64 = 1e-3;
/// Keeps the first steps finite.
const START_SQUARE: f64 = 1e-2;
/// A signal seen less often is chance.
const LEAST_SEEN: usize = 2;

/// A reply that was given, with the signals of the thread before it.
#[derive(Clone, Debug)]
pub(crate) struct Example {
    pub(crate) signals: Vec<Named>,
    /// Its place among the replies.
    pub(crate) reply: usize,
}

/// The weights: one row a signal, one column a reply.
#[derive(Clone, Debug, Default)]
pub(crate) struct Model {
    rows: BTreeMap<String, usize>,
    weights: Vec<f64>,
    replies: usize,
}

/// A signal's row and strength.
type Active = (usize, f64);

impl Model {
    /// Learns from examples, oldest first.
    pub(crate) fn fit(examples: &[Example], replies: usize) -> Self {
        let rows = rows(examples);
        let size = rows.len() * replies;
        let mut model = Self { rows, weights: vec![0.0; size], replies };
        let read: Vec<(Vec<Active>, usize)> = examples.iter().map(|e| (model.active(&e.signals), e.reply)).collect();
        let mut squares = vec![START_SQUARE; size];
        for _ in 0..PASSES {
            for (active, reply) in &read {
                model.step(active, *reply, &mut squares);
            }
        }
        model
    }

    /// How likely each reply is, 0 to 1, in their order; nothing without replies.
    pub(crate) fn chances(&self, signals: &[Named]) -> Vec<f64> {
        self.likely(&self.active(signals))
    }

    fn active(&self, signals: &[Named]) -> Vec<Active> {
        signals.iter().filter_map(|(name, strength)| Some((*self.rows.get(name)?, *strength))).collect()
    }

    fn likely(&self, active: &[Active]) -> Vec<f64> {
        let mut sums = vec![0.0; self.replies];
        for (row, strength) in active {
            let weights = &self.weights[row * self.replies..][..self.replies];
            for (sum, weight) in sums.iter_mut().zip(weights) {
                *sum += strength * weight;
            }
        }
        let most = sums.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let odds: Vec<f64> = sums.iter().map(|sum| (sum - most).exp()).collect();
        let all: f64 = odds.iter().sum();
        odds.iter().map(|odds| odds / all).collect()
    }

    /// Moves the weights a little towards the reply that was given.
    fn step(&mut self, active: &[Active], reply: usize, squares: &mut [f64]) {
        let mut wrong = self.likely(active);
        wrong[reply] -= 1.0;
        for (row, strength) in active {
            let start = row * self.replies;
            let weights = &mut self.weights[start..][..self.replies];
            let squares = &mut squares[start..][..self.replies];
            for ((weight, square), wrong) in weights.iter_mut().zip(squares).zip(&wrong) {
                let slope = strength * wrong + PULL * *weight;
                *square += slope * slope;
                *weight -= STEP * slope / square.sqrt();
            }
        }
    }
}

/// A row for every signal that is seen often enough.
fn rows(examples: &[Example]) -> BTreeMap<String, usize> {
    let mut seen: BTreeMap<&String, usize> = BTreeMap::new();
    for (name, _) in examples.iter().flat_map(|example| &example.signals) {
        *seen.entry(name).or_default() += 1;
    }
    let often = seen.into_iter().filter(|(_, times)| *times >= LEAST_SEEN);
    often.enumerate().map(|(row, (name, _))| (name.clone(), row)).collect()
}
