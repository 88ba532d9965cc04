//! Predictions beside what happened: the reliability diagram and two figures for it.

use std::f64::consts::PI;
use std::fmt;

use serde::Serialize;

use crate::assist::calibration::count;

/// Bins of equal width.
const BINS: usize = 10;
/// Columns of a bar.
const WIDTH: usize = 40;

/// The predictions of one tenth of the scale.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Bin {
    /// The lowest prediction that belongs to it, 0 to 1.
    pub from: f64,
    /// Where the next bin starts; the last one holds 1 as well.
    pub to: f64,
    /// How many predictions it has.
    pub n: usize,
    /// Mean prediction, 0 to 1; 0 if there is none.
    pub predicted: f64,
    /// Share that was approved unedited, 0 to 1; 0 if there is none.
    pub observed: f64,
}

/// How far predictions can be taken at their word.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Reliability {
    /// Ten bins of equal width, from 0 to 1.
    pub bins: Vec<Bin>,
    /// Expected calibration error: the mean distance between predicted and observed, over bins, weighted by count.
    pub ece: f64,
    /// The expected calibration error that exactly right predictions would show on so few decisions, by chance alone.
    pub chance: f64,
    /// Brier score: mean squared distance between prediction and outcome; less is better, 0.25 is a coin's.
    pub brier: f64,
    /// How many predictions there are.
    pub n: usize,
}

/// Sums over the predictions of one bin.
#[derive(Clone, Copy, Default)]
struct Sums {
    n: usize,
    predicted: f64,
    approved: usize,
    variance: f64,
}

/// Compares predicted probabilities, 0 to 1, with whether the suggestion was approved unedited.
///
/// A prediction outside 0 to 1 counts in the nearest bin.
#[must_use]
pub fn reliability(pairs: &[(f64, bool)]) -> Reliability {
    let mut sums = [Sums::default(); BINS];
    for (predicted, approved) in pairs {
        sums[bin_of(*predicted)].add(*predicted, *approved);
    }
    let n = pairs.len();
    let bins: Vec<Bin> = sums.iter().enumerate().map(|(at, sums)| sums.bin(at)).collect();
    let ece = bins.iter().map(|bin| share(bin.n, n) * (bin.predicted - bin.observed).abs()).sum();
    // The mean distance of a normal value from its mean is its deviation times the root of 2/pi.
    let chance = sums.iter().map(|sums| (2.0 / PI * sums.variance).sqrt()).sum::<f64>() / count(n.max(1));
    let brier = pairs.iter().map(|(p, yes)| (p - f64::from(u8::from(*yes))).powi(2)).sum::<f64>() / count(n.max(1));
    Reliability { bins, ece, chance, brier, n }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // from 0 to 10
fn bin_of(predicted: f64) -> usize {
    ((predicted.clamp(0.0, 1.0) * count(BINS)) as usize).min(BINS - 1)
}

fn share(part: usize, of: usize) -> f64 {
    count(part) / count(of.max(1))
}

impl Sums {
    fn add(&mut self, predicted: f64, approved: bool) {
        self.n += 1;
        self.predicted += predicted;
        self.approved += usize::from(approved);
        self.variance += predicted * (1.0 - predicted);
    }

    fn bin(&self, at: usize) -> Bin {
        Bin {
            from: share(at, BINS),
            to: share(at + 1, BINS),
            n: self.n,
            predicted: self.predicted / count(self.n.max(1)),
            observed: share(self.approved, self.n),
        }
    }
}

impl fmt::Display for Reliability {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>9} {:>9} {:>8} {:>7}  # observed, | predicted", "bin %", "predicted", "observed", "n")?;
        self.bins.iter().rev().try_for_each(|bin| writeln!(f, "{bin}"))?;
        writeln!(
            f,
            "calibration error {:.3} ({:.3} by chance alone), Brier score {:.3}, n {}",
            self.ece, self.chance, self.brier, self.n
        )
    }
}

impl fmt::Display for Bin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:>3.0} to {:>3.0}", 100.0 * self.from, 100.0 * self.to)?;
        if self.n == 0 {
            return write!(f, " {:>8} {:>8} {:>7}", "-", "-", 0);
        }
        write!(f, " {:>7.1}% {:>7.1}% {:>7}  {}", 100.0 * self.predicted, 100.0 * self.observed, self.n, self.bar())
    }
}

impl Bin {
    /// A bar as long as what was observed, with a mark where the prediction was.
    fn bar(&self) -> String {
        let (end, mark) = (column(self.observed), column(self.predicted).min(WIDTH - 1));
        let cell = |at| {
            if at == mark {
                '|'
            } else if at < end {
                '#'
            } else {
                ' '
            }
        };
        (0..end.max(mark + 1)).map(cell).collect()
    }
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // from 0 to 40
fn column(share: f64) -> usize {
    (share.clamp(0.0, 1.0) * count(WIDTH)).round() as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    fn close(a: f64, b: f64) -> bool {
        (a - b).abs() < 1e-9
    }

    #[test]
    fn the_figures_are_those_of_a_table_worked_by_hand() {
        // 0.8 four times, half of them approved; 0.1 once, denied.
        let found = reliability(&[(0.8, true), (0.8, true), (0.8, false), (0.8, false), (0.1, false)]);
        assert_eq!((found.n, found.bins[8].n, found.bins[1].n), (5, 4, 1));
        assert!(close(found.bins[8].predicted, 0.8) && close(found.bins[8].observed, 0.5));
        assert!(close(found.ece, (4.0 * 0.3 + 0.1) / 5.0), "{found:?}");
        assert!(close(found.brier, (2.0 * 0.04 + 2.0 * 0.64 + 0.01) / 5.0), "{found:?}");
    }

    #[test]
    fn the_ends_of_the_scale_have_a_bin() {
        let found = reliability(&[(0.0, false), (1.0, true), (1.5, true), (-0.5, false)]);
        assert_eq!((found.bins[0].n, found.bins[9].n), (2, 2));
    }

    #[test]
    fn chance_shrinks_with_the_count_and_nothing_is_nought() {
        let chance = |n| reliability(&vec![(0.5, true); n]).chance;
        assert!(close(chance(400), chance(100) / 2.0));
        let none = reliability(&[]);
        assert!(close(none.ece + none.chance + none.brier, 0.0) && none.bins.len() == 10);
    }

    #[test]
    fn the_diagram_reads_in_eighty_columns() {
        let pairs: Vec<(f64, bool)> = (0..1000).map(|n| (f64::from(n) / 999.0, n % 4 != 0)).collect();
        let text = reliability(&pairs).to_string();
        assert!(text.lines().all(|line| line.chars().count() <= 80), "{text}");
        assert_eq!(text.lines().count(), 12, "{text}");
    }

    #[test]
    fn a_row_shows_the_share_and_marks_the_prediction() {
        let bin = Bin { from: 0.2, to: 0.3, n: 7, predicted: 0.25, observed: 0.5 };
        assert_eq!(bin.to_string(), " 20 to  30    25.0%    50.0%       7  ##########|#########");
        assert_eq!(Bin { from: 0.9, to: 1.0, ..Bin::default() }.to_string(), " 90 to 100        -        -       0");
    }
}
