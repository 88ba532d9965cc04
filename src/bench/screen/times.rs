//! Many measurements of one thing.

use std::time::Duration;

/// Values in the order they came, in one unit.
#[derive(Debug, Default)]
pub(super) struct Values(Vec<f64>);

impl Values {
    pub(super) fn add(&mut self, value: f64) {
        self.0.push(value);
    }

    pub(super) fn add_millis(&mut self, time: Duration) {
        self.add(time.as_secs_f64() * 1000.0);
    }

    pub(super) fn median(&self) -> f64 {
        self.quantile(0.5)
    }

    /// What 99 of 100 do not exceed; of fewer, the largest.
    pub(super) fn p99(&self) -> f64 {
        self.quantile(0.99)
    }

    fn quantile(&self, part: f64) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)]
        let at = (sorted.len() as f64 * part).ceil() as usize;
        sorted.get(at.saturating_sub(1)).copied().unwrap_or(0.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_hundred_the_ninety_ninth_is_p99_and_of_few_the_largest() {
        let values = |n: u32| Values((1..=n).rev().map(f64::from).collect());
        let whole = |values: &Values| format!("{} {}", values.median(), values.p99());
        assert_eq!(whole(&values(100)), "50 99");
        assert_eq!(whole(&values(3)), "2 3");
        assert_eq!(whole(&Values::default()), "0 0");
    }
}
