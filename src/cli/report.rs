//! `countersign report`: how the assistant does, by what people decided and what models took.

use std::collections::BTreeMap;
use std::fmt;
use std::process::ExitCode;

use serde::Serialize;

use crate::app::Fill;
use crate::assist::calibration::{Decision, FEWEST, Reliability, Verdict, prequential, reliability};
use crate::cli::Setting;
use crate::domain::audit::Action;
use crate::domain::audit::query::LogQuery;
use crate::domain::audit::thumbs::{self, Thumbs};
use crate::domain::text;
use crate::domain::usage::Usage;

/// Decisions that are looked back on.
const MOST: u32 = 5_000;

/// How the assistant does.
#[derive(Debug, Serialize)]
struct Report {
    /// By tool.
    tools: BTreeMap<String, Verdicts>,
    /// What its confidence was worth, each decision foreseen from the earlier ones alone.
    reliability: Option<Reliability>,
    /// Decisions foreseen.
    foreseen: usize,
    /// By model, with the number of answers.
    models: Vec<(String, u64, Usage)>,
    /// Thumbs by tool, by tone, by writer.
    thumbs: Vec<Thumbs>,
}

/// What people decided about one tool's proposals.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct Verdicts {
    approved: usize,
    edited: usize,
    denied: usize,
}

pub(crate) async fn run(setting: &Setting, json: bool) -> color_eyre::Result<ExitCode> {
    let store = setting.open(Fill::Sample).await?;
    let decisions: Vec<Decision> = store.decisions(MOST).await?.into_iter().map(|r| r.decision).collect();
    let rated = LogQuery { what: Some(Action::Rated.to_string()), ..LogQuery::default() };
    let pairs = prequential(&decisions);
    let report = Report {
        tools: by_tool(&decisions),
        foreseen: pairs.len(),
        reliability: (!pairs.is_empty()).then(|| reliability(&pairs)),
        models: store.spending().await?,
        thumbs: thumbs::of(&store.log_marks(&rated).await?),
    };
    if json {
        println!("{}", serde_json::to_string_pretty(&report)?);
    } else {
        print!("{report}");
    }
    Ok(ExitCode::SUCCESS)
}

fn by_tool(decisions: &[Decision]) -> BTreeMap<String, Verdicts> {
    let mut tools: BTreeMap<String, Verdicts> = BTreeMap::new();
    for decision in decisions {
        let of = tools.entry(decision.tool.clone()).or_default();
        match decision.verdict {
            Verdict::Approved => of.approved += 1,
            Verdict::Edited => of.edited += 1,
            Verdict::Denied => of.denied += 1,
        }
    }
    tools
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "What people decided about what the assistant had proposed\n")?;
        writeln!(f, "{:<16} {:>9} {:>9} {:>9} {:>12}", "", "approved", "edited", "denied", "as it was")?;
        for (tool, of) in &self.tools {
            let Verdicts { approved, edited, denied } = *of;
            let share = 100 * approved / (approved + edited + denied).max(1);
            writeln!(f, "{:<16} {approved:>9} {edited:>9} {denied:>9} {share:>10} %", text::line(tool))?;
        }
        if self.tools.is_empty() {
            writeln!(f, "nothing yet")?;
        }
        writeln!(f, "\nWhat its confidence was worth (each decision foreseen from the earlier ones alone)\n")?;
        if let Some(reliability) = &self.reliability {
            writeln!(f, "{reliability}")?;
        } else {
            let n = self.tools.values().map(|v| v.approved + v.edited + v.denied).max().unwrap_or(0);
            writeln!(f, "not enough data (n={n}): {FEWEST} decisions about one tool are needed")?;
        }
        writeln!(f, "\nWhat people thought of its texts (countersign feedback lists them)\n")?;
        for Thumbs { of, name, good, bad } in &self.thumbs {
            writeln!(f, "{of:<5} {:<32} {good:>6} good  {bad:>6} bad", text::short(name, 32))?;
        }
        if self.thumbs.is_empty() {
            writeln!(f, "nothing yet: + and - give a draft or a summary a thumb")?;
        }
        writeln!(f, "\nWhat models took\n")?;
        for (model, calls, usage) in &self.models {
            writeln!(f, "{:<32} {calls:>6} calls  {usage}", text::short(model, 32))?;
        }
        if self.models.is_empty() { writeln!(f, "nothing: the offline assistant did it all") } else { Ok(()) }
    }
}
