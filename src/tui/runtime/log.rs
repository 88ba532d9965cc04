//! The log: its records, what was said in them, what they come to, and files of them.

use std::io::Write as _;
use std::path::Path;

use crate::domain::audit::query::LogQuery;
use crate::domain::audit::{Record, table};
use crate::seat::bounds::{MOST_ROWS, MOST_WHOLE};
use crate::tui::events::{Answer, ExportFormat, Exported, LogDetail};
use crate::tui::private;
use crate::tui::runtime::{Answered, Inner, Trouble, trouble};

/// Steps of a run that are played.
const MOST_STEPS: usize = 10_000;

impl Inner {
    pub(super) async fn log(&self, query: LogQuery, before: Option<u64>, limit: u32) -> Answered {
        Ok(Answer::Log(self.sitting.seat.log(query, before, limit).await?))
    }

    pub(super) async fn log_detail(&self, seq: u64) -> Answered {
        let record = self.sitting.seat.log(LogQuery::default(), Some(seq + 1), 1).await?.into_iter().next();
        let record = record.ok_or_else(|| trouble("there is no such record", "{reload} loads the log again"))?;
        let body = self.sitting.seat.said(vec![seq]).await?.pop().flatten();
        Ok(Answer::LogDetail(Box::new(LogDetail { record, body })))
    }

    pub(super) async fn figures(&self, query: LogQuery) -> Answered {
        Ok(Answer::Figures(Box::new(self.sitting.seat.figures(query).await?)))
    }

    pub(super) async fn run_again(&self, run: String) -> Answered {
        let query = LogQuery { run: Some(run), ..LogQuery::default() };
        let mut records = self.records(&query, MOST_STEPS).await?;
        records.reverse();
        Ok(Answer::Run(records))
    }

    /// Up to `most` records, newest first, as many at a time as a seat answers.
    async fn records(&self, query: &LogQuery, most: usize) -> Result<Vec<Record>, Trouble> {
        let mut all: Vec<Record> = Vec::new();
        loop {
            let wanted = most.saturating_sub(all.len()).min(MOST_ROWS);
            let before = all.last().map(|record| record.seq);
            let some = self.sitting.seat.log(query.clone(), before, u32::try_from(wanted)?).await?;
            let is_last = some.len() < wanted || wanted == 0;
            all.extend(some);
            if is_last {
                return Ok(all);
            }
        }
    }

    /// Writes a file that only the user can read, into the state directory.
    pub(super) async fn export(&self, query: LogQuery, what: Exported, format: ExportFormat) -> Answered {
        let (name, text) = match what {
            Exported::Figures => {
                let figures = self.sitting.seat.figures(query).await?;
                let text = match format {
                    ExportFormat::Csv => table::figures_csv(&figures)?,
                    ExportFormat::Json => serde_json::to_string_pretty(&figures)?,
                };
                ("figures", text)
            }
            Exported::Records => {
                let mut records = self.records(&query, usize::MAX).await?;
                records.reverse();
                let text = match format {
                    ExportFormat::Csv => table::csv(&records)?,
                    ExportFormat::Json => self.with_bodies(&records).await?,
                };
                ("log", text)
            }
        };
        let ending = match format {
            ExportFormat::Csv => "csv",
            ExportFormat::Json => "json",
        };
        let time = crate::clock::now().strftime("%Y%m%d-%H%M%S").to_string();
        let (path, mut file) = private::create_new(&self.state.join("exports"), &format!("{name}-{time}"), ending)?;
        file.write_all(text.as_bytes())?;
        Ok(Answer::Exported(short(&path)))
    }

    async fn with_bodies(&self, records: &[Record]) -> Result<String, Trouble> {
        let mut lines = String::new();
        for some in records.chunks(MOST_WHOLE) {
            let bodies = self.sitting.seat.said(some.iter().map(|record| record.seq).collect()).await?;
            for (record, body) in some.iter().zip(bodies) {
                lines.push_str(&serde_json::json!({"record": record, "body": body}).to_string());
                lines.push('\n');
            }
        }
        Ok(lines)
    }
}

/// A path as a shell takes it, short enough for one line.
fn short(path: &Path) -> String {
    let home = directories::BaseDirs::new().map(|dirs| dirs.home_dir().to_owned());
    let below = home.as_deref().and_then(|home| path.strip_prefix(home).ok());
    below.map_or_else(|| path.display().to_string(), |below| format!("~/{}", below.display()))
}
