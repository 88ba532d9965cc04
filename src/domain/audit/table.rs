//! Records as comma-separated values, for a spreadsheet.

use crate::domain::audit::Record;
use crate::domain::audit::figures::Figures;
use crate::domain::audit::thumbs::Thumbs;

/// The columns, in order.
const COLUMNS: [&str; 12] = [
    "seq",
    "at",
    "actor",
    "run",
    "action",
    "tool",
    "ticket",
    "proposal",
    "outcome",
    "version_before",
    "version_after",
    "micros",
];

/// The columns of figures.
const FIGURES: [&str; 14] = [
    "of",
    "name",
    "calls",
    "errors",
    "p50_micros",
    "p95_micros",
    "p99_micros",
    "approved",
    "edited",
    "denied",
    "seconds_to_decide",
    "percent_kept",
    "thumbs_good",
    "thumbs_bad",
];

/// The records under their column names, without what was said. A cell that a spreadsheet would take for a formula
/// begins with an apostrophe.
///
/// # Errors
/// Never for records: writing to memory does not fail.
pub fn csv(records: &[Record]) -> Result<String, csv::Error> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(COLUMNS)?;
    let number = |n: Option<u64>| n.map_or_else(String::new, |n| n.to_string());
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    for record in records {
        let cells = [
            record.seq.to_string(),
            record.at.to_string(),
            record.actor.clone(),
            record.run.clone(),
            record.action.clone(),
            record.tool.clone(),
            text(&record.ticket),
            text(&record.proposal),
            record.outcome.clone(),
            number(record.version_before),
            number(record.version_after),
            record.micros.to_string(),
        ];
        out.write_record(cells.map(plain))?;
    }
    let bytes = out.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// The figures, one row for each tool, person, kind of proposal and tone, and for each that was given thumbs.
///
/// # Errors
/// Never for figures: writing to memory does not fail.
pub fn figures_csv(figures: &Figures) -> Result<String, csv::Error> {
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record(FIGURES)?;
    for tool in &figures.tools {
        let numbers = [tool.calls as u64, tool.errors as u64, tool.p50, tool.p95, tool.p99].map(|n| n.to_string());
        let cells = ["tool".to_owned(), plain(tool.tool.clone())].into_iter().chain(numbers);
        out.write_record(cells.chain(std::iter::repeat_n(String::new(), 7)))?;
    }
    let number = |n: Option<u64>| n.map_or_else(String::new, |n| n.to_string());
    for (of, all) in [("person", &figures.people), ("about", &figures.proposals), ("tone", &figures.tones)] {
        for one in all {
            let decided = [one.approved, one.edited, one.denied].map(|n| n.to_string());
            let cells = [of.to_owned(), plain(one.name.clone())].into_iter();
            let cells = cells.chain(std::iter::repeat_n(String::new(), 5)).chain(decided);
            let rest = [number(one.seconds), number(one.kept), String::new(), String::new()];
            out.write_record(cells.chain(rest))?;
        }
    }
    for Thumbs { of, name, good, bad } in &figures.thumbs {
        let cells = [format!("thumbs for {of}"), plain(name.clone())].into_iter();
        let cells = cells.chain(std::iter::repeat_n(String::new(), 10));
        out.write_record(cells.chain([good.to_string(), bad.to_string()]))?;
    }
    let bytes = out.into_inner().map_err(csv::IntoInnerError::into_error)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

fn plain(cell: String) -> String {
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::audit::{Action, Event};

    #[test]
    fn what_a_spreadsheet_would_run_is_text() {
        let at = "2026-11-23T09:00:00Z".parse().unwrap();
        let (actor, run) = ("maya".parse().unwrap(), "r-1".parse().unwrap());
        let event = Event::new(at, actor, run, Action::Refused, "=HYPERLINK(\"x\")");
        let record = Record::chain(&event, 1, String::new(), String::new());
        let text = csv(&[record]).unwrap();
        let rows: Vec<&str> = text.lines().collect();
        assert_eq!(rows[0], COLUMNS.join(","));
        assert!(rows[1].contains(r#","'=HYPERLINK(""x"")","#), "{}", rows[1]);
    }
}
