//! tmp
use serde::Serialize;
#[derive(Serialize)]
pub struct SummaryReport;
impl std::fmt::Display for SummaryReport {
    fn fmt(&self, _: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        Ok(())
    }
}
pub fn run(_: &str) -> SummaryReport {
    SummaryReport
}
