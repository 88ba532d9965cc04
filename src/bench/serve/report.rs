//! What was measured, as a table.

use std::fmt;

use serde::Serialize;

use crate::bench::Figure;
use crate::bench::serve::load::Row;

/// Rows by what was asked and by how many, and figures beside their goals.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// Where it was measured: program version and build.
    pub build: String,
    /// What was asked.
    pub rows: Vec<Row>,
    /// What must hold.
    pub figures: Vec<Figure>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.build)?;
        writeln!(
            f,
            "{:<36} {:>7} {:>9} {:>8} {:>8} {:>8} {:>6} {:>9} {:>9} {:>6}",
            "ms; CPU in s a 1,000 answers", "callers", "per s", "p50", "p95", "p99", "errors", "CPU", "load CPU", "MB"
        )?;
        for row in &self.rows {
            writeln!(
                f,
                "{:<36} {:>7} {:>9.0} {:>8.2} {:>8.2} {:>8.2} {:>6} {:>9.3} {:>9.3} {:>6.0}",
                row.what,
                row.callers,
                row.per_second,
                row.p50,
                row.p95,
                row.p99,
                row.errors,
                row.cpu,
                row.load_cpu,
                row.resident
            )?;
            if let Some(error) = &row.first_error {
                writeln!(f, "  first error: {}", crate::domain::text::line(error))?;
            }
        }
        writeln!(f)?;
        for figure in &self.figures {
            let has_goal = figure.goal > 0.0 || figure.unit.is_empty();
            let goal = if has_goal { format!("at most {}", figure.goal) } else { String::new() };
            let verdict = match (has_goal, figure.met) {
                (false, _) => "",
                (true, true) => "met",
                (true, false) => "NOT met",
            };
            writeln!(f, "{:<72} {:>9.2} {:<6} {goal:>12} {verdict}", figure.what, figure.median, figure.unit)?;
        }
        Ok(())
    }
}
