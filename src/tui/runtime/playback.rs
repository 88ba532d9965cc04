//! A run out of the log and nothing else: no desk, no tools, no way to write.

use tokio::sync::mpsc;

use crate::tui::events::{Answer, Effect, LogDetail, Msg};

/// The steps of a run, read beforehand.
pub(crate) struct Playback {
    steps: Vec<LogDetail>,
    inbox: mpsc::Sender<Msg>,
}

impl Playback {
    pub(crate) fn new(steps: Vec<LogDetail>, inbox: mpsc::Sender<Msg>) -> Self {
        Self { steps, inbox }
    }

    /// Answers what a replay may ask for; whatever else there is has nobody to do it.
    #[allow(clippy::wildcard_enum_match_arm, reason = "everything but the two reads goes nowhere")]
    pub(crate) fn perform(&self, effect: &Effect) {
        let (request, answer) = match effect {
            Effect::LoadRun { request, .. } => {
                (*request, Some(Answer::Run(self.steps.iter().map(|step| step.record.clone()).collect())))
            }
            Effect::LoadLogDetail { request, seq } => {
                let step = self.steps.iter().find(|step| step.record.seq == *seq);
                (*request, step.map(|step| Answer::LogDetail(Box::new(step.clone()))))
            }
            _ => return,
        };
        if let Some(answer) = answer {
            // A full inbox means that the screen is busy with the answers before this one.
            let _ = self.inbox.try_send(Msg::Answered { request, answer });
        }
    }
}
