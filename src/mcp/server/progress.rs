//! How far a call has come, told to a client that asked for it.

use std::time::{Duration, Instant};

use rmcp::model::ProgressNotificationParam;
use rmcp::service::{RequestContext, RoleServer};
use serde_json::Value;

use crate::mcp::{ANEW, WRITING, meta};

/// How often a call under way says so.
pub(crate) const HEARTBEAT: Duration = Duration::from_secs(5);
/// How often a text in the making is told.
const TELLING: Duration = Duration::from_millis(80);

/// The notes about one call. Each counts one more than the last.
pub(crate) struct Progress<'a> {
    context: &'a RequestContext<RoleServer>,
    notes: f64,
    live: bool,
    written: String,
    told: Instant,
}

impl<'a> Progress<'a> {
    pub(crate) fn of(context: &'a RequestContext<RoleServer>) -> Self {
        let live = context.meta.0.get(meta::LIVE).and_then(Value::as_bool).unwrap_or(false);
        Self { context, notes: 0.0, live, written: String::new(), told: Instant::now() }
    }

    /// More of a text in the making, or why it begins anew. Clients that want it get all there is so far, now and then:
    /// then no note is missed if one is lost or overtaken.
    pub(crate) async fn tell(&mut self, news: Result<String, String>) {
        match news {
            Ok(more) => self.written.push_str(&more),
            Err(why) => {
                self.written.clear();
                return self.say(&format!("{ANEW}{why}")).await;
            }
        }
        let words = if self.live { format!("{WRITING}{}", self.written) } else { "working".to_owned() };
        if self.told.elapsed() >= if self.live { TELLING } else { HEARTBEAT } {
            self.told = Instant::now();
            self.say(&words).await;
        }
    }

    pub(crate) async fn say(&mut self, words: &str) {
        let Some(token) = self.context.meta.get_progress_token() else { return };
        self.notes += 1.0;
        let note = ProgressNotificationParam::new(token, self.notes).with_message(words);
        if let Err(error) = self.context.peer.notify_progress(note).await {
            tracing::debug!(%error, "progress was not delivered");
        }
    }
}
