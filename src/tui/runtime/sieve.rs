//! The filter at work, aside from the screen: the haystack of one view, read when a filter is first typed and put away
//! when there is none. One search runs at a time, and ends as soon as a newer one is asked for.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;

use crate::domain::finding::Haystack;
use crate::domain::ids::TicketId;
use crate::domain::ticket::{TicketPage, TicketQuery};
use crate::tui::events::{Answer, RequestId};
use crate::tui::model::sift::Needle;
use crate::tui::runtime::{Answered, Inner};

/// What is looked through, and for whom.
#[derive(Default)]
pub(super) struct Sieve {
    newest: Arc<AtomicU64>,
    held: Mutex<Option<Held>>,
}

struct Held {
    view: TicketQuery,
    /// Of the desk, when it was read.
    revision: u64,
    hay: Arc<Haystack>,
    /// The words of the last search, and what they mean by the place in the haystack.
    last: Option<(String, Vec<u32>)>,
}

impl Held {
    /// The tickets of a page of the last search, and how many there are in all.
    fn page(&self, query: &TicketQuery) -> Option<(Vec<TicketId>, u64)> {
        let (_, found) = self.last.as_ref()?;
        let places = found.iter().skip(query.offset as usize).take(query.limit as usize);
        Some((places.filter_map(|at| self.hay.id(*at as usize)).collect(), found.len() as u64))
    }
}

impl Sieve {
    /// From now on nobody waits for a request before this one.
    fn renew(&self, request: RequestId) {
        self.newest.fetch_max(request.0, Ordering::Relaxed);
    }

    fn is_stale(newest: &AtomicU64, request: RequestId) -> bool {
        newest.load(Ordering::Relaxed) > request.0
    }

    /// There is no filter any more: gives the memory back. A search that runs just now ends, and leaves its haystack to
    /// the next call.
    pub(super) fn put_away(&self, request: RequestId) {
        self.renew(request);
        if let Ok(mut held) = self.held.try_lock() {
            *held = None;
        }
    }
}

/// The answer that nobody waits for.
fn nobody() -> Answer {
    Answer::Queue(TicketPage { tickets: Vec::new(), total: 0 })
}

impl Inner {
    /// A page of what the words leave of a view. It is no tool call: it looks at the desk's own memory.
    pub(super) async fn sift(&self, request: RequestId, query: TicketQuery, words: String) -> Answered {
        self.sieve.renew(request);
        let mut held = self.sieve.held.lock().await;
        let newest = Arc::clone(&self.sieve.newest);
        if Sieve::is_stale(&newest, request) {
            return Ok(nobody());
        }
        let view = TicketQuery { offset: 0, ..query.clone() };
        let revision = *self.sitting.seat.changes().borrow();
        let mut known = match held.take().filter(|known| known.view == view && known.revision == revision) {
            Some(known) => known,
            None => Held { hay: Arc::new(self.sitting.seat.haystack(view.clone()).await?), view, revision, last: None },
        };
        if known.last.as_ref().is_none_or(|(last, _)| *last != words) {
            let found = sifted(&known.hay, &words, newest, request).await?;
            known.last = found.map(|found| (words, found));
        }
        let page = known.page(&query);
        *held = Some(known);
        let Some((ids, total)) = page else { return Ok(nobody()) };
        Ok(Answer::Queue(TicketPage { tickets: self.sitting.seat.rows(ids).await?, total }))
    }

    /// Where words were said, in any ticket.
    pub(super) async fn find_said(&self, request: RequestId, words: String, limit: u32) -> Answered {
        self.sieve.put_away(request);
        // Whoever types on makes this search one that nobody waits for: it waits its turn, and ends before it begins.
        let _turn = self.sieve.held.lock().await;
        if Sieve::is_stale(&self.sieve.newest, request) {
            return Ok(nobody());
        }
        Ok(Answer::Said(self.sitting.seat.find_said(words, limit).await?))
    }
}

/// What the words mean; nothing when nobody wants to know any more.
async fn sifted(
    hay: &Arc<Haystack>,
    words: &str,
    newest: Arc<AtomicU64>,
    request: RequestId,
) -> Result<Option<Vec<u32>>, tokio::task::JoinError> {
    let (hay, needle) = (Arc::clone(hay), Needle::of(words));
    tokio::task::spawn_blocking(move || needle.sift(&hay, || Sieve::is_stale(&newest, request))).await
}
