//! A line in log-odds, fitted by Newton's method under a prior that it never leaves without reason.

/// Newton's steps at most; five or six are usual.
const MOST_STEPS: usize = 50;
/// Halvings of one step at most, when a whole step goes too far.
const MOST_HALVINGS: usize = 30;
/// A step this short changes no figure that anybody reads.
const SHORT: f64 = 1e-9;

/// One decision as the fit sees it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Point {
    /// Log-odds of the score, from the centre of all scores.
    pub(super) x: f64,
    /// Whether a person approved it as it was.
    pub(super) approved: bool,
}

/// Log-odds of an approval as a line over the log-odds of the score.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Line {
    /// Log-odds at the centre of the scores.
    pub(super) level: f64,
    /// Log-odds a unit of log-odds of the score; never negative once fitted.
    pub(super) slope: f64,
}

/// What is believed of a line before its points are seen: two independent normal distributions.
#[derive(Clone, Copy, Debug)]
pub(super) struct Prior {
    /// The line that no point has moved.
    pub(super) mean: Line,
    /// Standard deviation of the level, in log-odds.
    pub(super) level_sd: f64,
    /// Standard deviation of the slope.
    pub(super) slope_sd: f64,
}

/// The most probable line, and how well the prior foresaw its points.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fit {
    pub(super) line: Line,
    /// Log marginal likelihood, by Laplace's approximation.
    pub(super) evidence: f64,
}

/// The loss, its gradient and its curvature at one line.
struct Slopes {
    loss: f64,
    gradient: [f64; 2],
    /// Level by level, level by slope, slope by slope.
    curve: [f64; 3],
}

impl Line {
    /// The probability at `x`, 0 to 1.
    pub(super) fn at(self, x: f64) -> f64 {
        logistic(self.level + self.slope * x)
    }

    fn moved(self, by: [f64; 2], share: f64) -> Self {
        Self { level: self.level + share * by[0], slope: self.slope + share * by[1] }
    }
}

impl Prior {
    fn weights(&self) -> [f64; 2] {
        [self.level_sd.powi(-2), self.slope_sd.powi(-2)]
    }

    /// Fits: a higher score never means a lower probability.
    pub(super) fn fit(&self, points: &[Point]) -> Fit {
        let free = self.descend(points, self.mean, true);
        // The loss is convex, so that a slope below nought means that the best allowed one is nought.
        let line = if free.slope < 0.0 { self.descend(points, Line { slope: 0.0, ..free }, false) } else { free };
        Fit { line, evidence: self.evidence(points, line) }
    }

    fn descend(&self, points: &[Point], mut line: Line, tilt: bool) -> Line {
        let mut here = self.slopes(points, line);
        for _ in 0..MOST_STEPS {
            let step = here.step(tilt);
            let Some((next, there)) = self.lower(points, line, &here, step) else { break };
            (line, here) = (next, there);
            if step[0].abs().max(step[1].abs()) < SHORT {
                break;
            }
        }
        line
    }

    /// The first of the step, its half, its quarter and so on that lowers the loss.
    fn lower(&self, points: &[Point], from: Line, here: &Slopes, step: [f64; 2]) -> Option<(Line, Slopes)> {
        let mut share = 1.0;
        for _ in 0..MOST_HALVINGS {
            let next = from.moved(step, share);
            let there = self.slopes(points, next);
            if there.loss < here.loss {
                return Some((next, there));
            }
            share /= 2.0;
        }
        None
    }

    fn slopes(&self, points: &[Point], line: Line) -> Slopes {
        let [level, slope] = self.weights();
        let away = [line.level - self.mean.level, line.slope - self.mean.slope];
        let mut sum = Slopes {
            loss: 0.5 * (level * away[0].powi(2) + slope * away[1].powi(2)),
            gradient: [level * away[0], slope * away[1]],
            curve: [level, 0.0, slope],
        };
        for point in points {
            sum.add(*point, line);
        }
        sum
    }

    fn evidence(&self, points: &[Point], line: Line) -> f64 {
        let at = self.slopes(points, line);
        let [level, slope] = self.weights();
        0.5 * (level * slope).ln() - at.loss - 0.5 * at.determinant().ln()
    }
}

impl Slopes {
    fn add(&mut self, point: Point, line: Line) {
        let z = line.level + line.slope * point.x;
        let p = logistic(z);
        let (miss, weight) = (p - f64::from(u8::from(point.approved)), p * (1.0 - p));
        self.loss += softplus(if point.approved { -z } else { z });
        self.gradient[0] += miss;
        self.gradient[1] += miss * point.x;
        self.curve[0] += weight;
        self.curve[1] += weight * point.x;
        self.curve[2] += weight * point.x * point.x;
    }

    fn determinant(&self) -> f64 {
        self.curve[0] * self.curve[2] - self.curve[1].powi(2)
    }

    /// Newton's step; without `tilt` the slope stays.
    fn step(&self, tilt: bool) -> [f64; 2] {
        let ([level, slope], [a, b, c]) = (self.gradient, self.curve);
        if !tilt {
            return [-level / a, 0.0];
        }
        let determinant = self.determinant();
        [(b * slope - c * level) / determinant, (b * level - a * slope) / determinant]
    }
}

/// The inverse of log-odds.
pub(super) fn logistic(z: f64) -> f64 {
    1.0 / (1.0 + (-z).exp())
}

/// `ln(1 + e^z)`, without overflow.
fn softplus(z: f64) -> f64 {
    z.max(0.0) + (-z.abs()).exp().ln_1p()
}

#[cfg(test)]
mod tests {
    use super::*;

    const WIDE: Prior = Prior { mean: Line { level: 0.0, slope: 1.0 }, level_sd: 10.0, slope_sd: 10.0 };

    /// For each `x`, of 1000 points as many approvals as the line says.
    fn points(line: Line, xs: &[f64]) -> Vec<Point> {
        let at = |x: f64| (0..1000).map(move |n| Point { x, approved: f64::from(n) < 1000.0 * line.at(x) });
        xs.iter().flat_map(|x| at(*x)).collect()
    }

    #[test]
    fn a_line_is_found_again() {
        for (level, slope) in [(0.0, 1.0), (-1.0, 0.3), (2.0, 2.5), (0.5, 0.0)] {
            let fitted = WIDE.fit(&points(Line { level, slope }, &[-2.0, -0.5, 0.0, 1.0])).line;
            assert!((fitted.level - level).abs() < 0.02 && (fitted.slope - slope).abs() < 0.02, "{fitted:?}");
        }
    }

    #[test]
    fn a_slope_is_never_negative() {
        let fitted = WIDE.fit(&points(Line { level: 0.3, slope: -1.0 }, &[-1.0, 0.0, 1.0])).line;
        assert!(fitted.slope.abs() < 1e-12, "{fitted:?}");
        assert!((fitted.at(0.0) - 0.56).abs() < 0.02, "the share of all: {fitted:?}");
    }

    #[test]
    fn without_points_a_line_is_its_prior() {
        assert_eq!(WIDE.fit(&[]).line, WIDE.mean);
        assert!(WIDE.fit(&[]).evidence.abs() < 1e-12);
    }

    #[test]
    fn points_of_one_kind_and_far_scores_give_numbers() {
        for approved in [true, false] {
            for x in [-60.0, 0.0, 60.0] {
                let fit = WIDE.fit(&vec![Point { x, approved }; 500]);
                assert!(fit.line.level.is_finite() && fit.line.slope >= 0.0 && fit.evidence.is_finite(), "{fit:?}");
            }
        }
    }
}
