//! Simulated desks: decisions whose true probabilities are known, because they were drawn from them.

use crate::assist::calibration::{Decision, Verdict};

/// Queues, with their share of the work.
const QUEUES: [(&str, f64); 4] = [("mail", 0.45), ("shop", 0.3), ("billing", 0.15), ("abuse", 0.1)];
/// Tools, with their share of the work and how their scores mislead.
const TOOLS: [(&str, f64, Shape); 4] = [
    ("reply_to_ticket", 0.4, Shape::Line { slope: 0.45, level: -0.5 }),
    ("update_ticket", 0.3, Shape::Line { slope: 1.9, level: 0.6 }),
    ("add_note", 0.18, Shape::Line { slope: 1.0, level: -1.5 }),
    ("escalate", 0.12, Shape::Power { exponent: 2.5, most: 0.85 }),
];
/// Standard deviations of a desk's own levels, in log-odds, and of the logs of its slopes: by tool, then by queue.
const TOOL_SPREAD: f64 = 0.4;
const QUEUE_SPREAD: f64 = 0.5;
/// Of decisions that are no approval, the share that is an edit.
const EDITS: f64 = 0.6;

/// How the true probability depends on the score.
#[derive(Clone, Copy, Debug)]
enum Shape {
    /// A line in log-odds: over-confident below slope 1, under-confident above, shifted by the level.
    Line { slope: f64, level: f64 },
    /// No line in log-odds, so that the method is not measured on its own assumption alone.
    Power { exponent: f64, most: f64 },
}

/// One queue and tool of a desk.
#[derive(Clone, Debug)]
struct Cell {
    queue: &'static str,
    tool: &'static str,
    /// Share of all decisions up to the end of this cell, 0 to 1.
    until: f64,
    shape: Shape,
    /// The queue's own way, in log-odds.
    tilt: f64,
    shift: f64,
    /// Mean log-odds of its scores.
    usual: f64,
}

/// A desk that never was: what its assistant claims, and what its people approve.
#[derive(Clone, Debug)]
pub struct SimulatedDesk {
    cells: Vec<Cell>,
    dice: Dice,
}

impl SimulatedDesk {
    /// The names of the tools, the busiest first.
    #[must_use]
    pub fn tools() -> [&'static str; 4] {
        TOOLS.map(|(tool, ..)| tool)
    }

    /// A desk of four queues and four tools; each seed gives another one, and always the same one.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        let mut dice = Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ 0x5bd1_e995);
        let mut cells = Vec::new();
        let mut until = 0.0;
        for (tool, of_tool, shape) in TOOLS {
            let (tilt, shift) = (TOOL_SPREAD * dice.normal() / 2.0, TOOL_SPREAD * dice.normal());
            for (queue, of_queue) in QUEUES {
                until += of_tool * of_queue;
                let tilt = tilt + QUEUE_SPREAD * dice.normal() / 2.0;
                let shift = shift + QUEUE_SPREAD * dice.normal();
                let usual = 0.7 + 0.5 * dice.normal();
                cells.push(Cell { queue, tool, until, shape, tilt: tilt.exp(), shift, usual });
            }
        }
        Self { cells, dice }
    }

    /// The same desk with one of its tools, and nothing to borrow from.
    #[must_use]
    pub fn only(mut self, tool: &str) -> Self {
        self.cells.retain(|cell| cell.tool == tool);
        let mut until = 0.0;
        for (cell, (_, of_queue)) in self.cells.iter_mut().zip(QUEUES) {
            until += of_queue;
            cell.until = until;
        }
        self
    }

    /// The next decision and the true probability that it was an approval.
    pub fn decide(&mut self) -> (Decision, f64) {
        let at = self.dice.share();
        let cell = &self.cells[self.cells.iter().position(|cell| at < cell.until).unwrap_or(0)];
        let score = logistic(cell.usual + 1.2 * self.dice.normal());
        let truth = cell.truth(score);
        let verdict = if self.dice.share() < truth {
            Verdict::Approved
        } else if self.dice.share() < EDITS {
            Verdict::Edited
        } else {
            Verdict::Denied
        };
        (Decision { queue: cell.queue.to_owned(), tool: cell.tool.to_owned(), score, verdict }, truth)
    }

    /// The next `n` decisions, oldest first.
    pub fn decisions(&mut self, n: usize) -> Vec<Decision> {
        (0..n).map(|_| self.decide().0).collect()
    }
}

impl Cell {
    fn truth(&self, score: f64) -> f64 {
        let z = log_odds(score);
        match self.shape {
            Shape::Line { slope, level } => logistic(slope * self.tilt * z + level + self.shift),
            Shape::Power { exponent, most } => most * logistic(z + self.shift).powf(exponent * self.tilt),
        }
    }
}

fn logistic(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

fn log_odds(p: f64) -> f64 {
    (p / (1.0 - p)).ln()
}

/// Splitmix64 (Steele, Lea and Flood 2014): the same numbers on every machine.
#[derive(Clone, Debug)]
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 to below 1, evenly.
    fn share(&mut self) -> f64 {
        f64::from(u32::try_from(self.next() >> 32).unwrap_or(0)) / (f64::from(u32::MAX) + 1.0)
    }

    /// Normal with deviation 1, nearly: twelve even shares (Irwin and Hall), which needs no tables and no edges.
    fn normal(&mut self) -> f64 {
        (0..12).map(|_| self.share()).sum::<f64>() - 6.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_one_desk_and_another_seed_another() {
        let of = |seed| SimulatedDesk::new(seed).decisions(50);
        assert_eq!(of(1), of(1));
        assert_ne!(of(1), of(2));
    }

    #[test]
    fn a_desk_of_one_tool_has_all_queues() {
        let decisions = SimulatedDesk::new(1).only("escalate").decisions(500);
        assert!(decisions.iter().all(|d| d.tool == "escalate"));
        assert!(QUEUES.iter().all(|(queue, _)| decisions.iter().any(|d| d.queue == *queue)));
    }

    #[test]
    fn people_approve_as_often_as_the_truth_says() {
        let mut desk = SimulatedDesk::new(7);
        let drawn: Vec<_> = (0..20_000).map(|_| desk.decide()).collect();
        let truth = drawn.iter().map(|(_, truth)| truth).sum::<f64>() / 20_000.0;
        let seen = drawn.iter().map(|(d, _)| f64::from(u8::from(d.as_it_was()))).sum::<f64>() / 20_000.0;
        assert!((truth - seen).abs() < 0.015, "{truth} {seen}");
        assert!(drawn.iter().all(|(d, truth)| d.score > 0.0 && d.score < 1.0 && *truth > 0.0 && *truth < 1.0));
        for (queue, tool) in QUEUES.iter().flat_map(|(q, _)| TOOLS.iter().map(move |(t, ..)| (q, t))) {
            assert!(drawn.iter().any(|(d, _)| d.queue == *queue && d.tool == *tool), "{queue} {tool}");
        }
    }
}
