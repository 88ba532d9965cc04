//! A run of the agent, step by step on the screen.

use std::sync::{Arc, PoisonError};

use tokio::sync::mpsc;

use crate::agent::driver::{Afterwards, Notice};
use crate::app;
use crate::domain::ids::TicketId;
use crate::domain::text;
use crate::tools::Run;
use crate::tui::events::{Answer, Msg, RequestId};
use crate::tui::runtime::Inner;

impl Inner {
    pub(super) async fn handle(self: Arc<Self>, request: RequestId, ticket: TicketId) {
        let run = Run::new(crate::random::run_id());
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).insert(request, run.cancel.clone());
        let (notices, mut told) = mpsc::unbounded_channel();
        let driver = app::driver(&self.config, &self.sitting.models, Arc::clone(&self.sitting.assistant) as _);
        let found = match self.sitting.seat.tickets(vec![ticket.clone()]).await {
            Ok(found) => found,
            Err(error) => {
                let words = text::line(&error.to_string()).into_owned();
                return self.send(Msg::Answered { request, answer: Answer::Handled(words) }).await;
            }
        };
        let task = app::task(&self.config, ticket, found.first(), self.config.assistant.tone);
        let afterwards = Afterwards::Wait(self.sitting.seat.changes());
        let work = tokio::spawn(async move { driver.handle(&run, task, afterwards, &notices).await });
        let mut last = String::new();
        while let Some(notice) = told.recv().await {
            // The end of a run is told once, by its answer.
            if let Notice::Ended { words, usage, .. } = &notice
                && usage.tokens() == 0
            {
                last = text::short(words, 400);
            } else if let Some(text) = notice.in_words() {
                last.clone_from(&text);
                self.send(Msg::AgentStep { run: request, text }).await;
            }
        }
        if let Err(error) = work.await {
            last = format!("the run broke off: {error}");
        }
        self.runs.lock().unwrap_or_else(PoisonError::into_inner).remove(&request);
        self.send(Msg::Answered { request, answer: Answer::Handled(last) }).await;
    }
}
