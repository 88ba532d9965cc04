//! Which canned replies come next, learnt from what this desk answered before.

use std::sync::{Arc, Mutex, PoisonError};

use crate::assist::canned_rank::thread::said;
use crate::assist::canned_rank::{Ranked, Ranker};
use crate::assist::reply;
use crate::desk::{Caller, Desk, DeskError};
use crate::domain::answer::{CannedText, CannedTexts};
use crate::domain::article::CannedReply;
use crate::domain::call::CannedQuery;
use crate::domain::draft::Offer;
use crate::domain::ticket::{Sort, Status, Ticket, TicketQuery};
use crate::store::Store;

/// Threads that are learned from, the newest.
const MOST_THREADS: u32 = 2_000;
/// Offered beside a draft.
const MOST_OFFERED: usize = 3;
/// What was learned is good until the desk has done this part more: a twentieth.
const GROWTH: u64 = 20;

/// What was learned, from how many done tickets, about which replies.
struct Learned {
    done: u64,
    canned: Vec<CannedReply>,
    ranker: Arc<Ranker>,
}

/// The desk's habits, learned anew when it has grown or its canned replies have changed.
#[derive(Default)]
pub(crate) struct Habits(Mutex<Option<Learned>>);

impl Habits {
    /// What was learned goes: it is learned anew from what is there now.
    pub(crate) fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    async fn ranker(&self, store: &dyn Store, canned: &[CannedReply]) -> Result<Arc<Ranker>, DeskError> {
        let counts = store.counts().await?;
        let done = counts.all - counts.active;
        if let Some(known) = &*self.0.lock().unwrap_or_else(PoisonError::into_inner)
            && known.canned == canned
            && done.abs_diff(known.done) <= known.done / GROWTH
        {
            return Ok(Arc::clone(&known.ranker));
        }
        let (tickets, own) = (answered(store).await?, canned.to_vec());
        let learn = move || {
            let threads: Vec<_> = tickets.iter().map(|ticket| said(&ticket.thread, &own)).collect();
            Ranker::learn(&own, &threads)
        };
        // It takes a moment on a large desk, and other calls do not wait for it.
        let ranker = tokio::task::spawn_blocking(learn).await.unwrap_or_else(|_| Ranker::learn(canned, &[]));
        let (ranker, canned) = (Arc::new(ranker), canned.to_vec());
        let learned = Learned { done, canned, ranker: Arc::clone(&ranker) };
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(learned);
        Ok(ranker)
    }
}

/// The tickets done last, oldest first.
async fn answered(store: &dyn Store) -> Result<Vec<Ticket>, DeskError> {
    let mut query = TicketQuery {
        status: vec![Status::Resolved, Status::Closed],
        sort: Sort::Updated,
        limit: 500,
        ..TicketQuery::default()
    };
    let mut tickets = Vec::new();
    while query.offset < MOST_THREADS {
        let page = store.tickets(&query).await?;
        for row in &page.tickets {
            tickets.extend(store.ticket(&row.id).await?);
            // There are many, and others have their turn in between.
            tokio::task::yield_now().await;
        }
        query.offset += query.limit;
        if u64::from(query.offset) >= page.total {
            break;
        }
    }
    tickets.reverse();
    Ok(tickets)
}

impl Desk {
    /// The desk's canned replies, the likeliest next one in this thread first, each with its score, 0 to 1.
    pub(crate) async fn canned_for(&self, ticket: &Ticket) -> Result<Vec<(CannedReply, f64)>, DeskError> {
        let canned = self.store.canned().await?;
        if canned.is_empty() {
            return Ok(Vec::new());
        }
        let ranker = self.habits.ranker(self.store.as_ref(), &canned).await?;
        let ranked = ranker.rank(&said(&ticket.thread, &canned));
        let found = |Ranked { id, score }: Ranked| Some((canned.iter().find(|reply| reply.id == id)?.clone(), score));
        Ok(ranked.into_iter().filter_map(found).collect())
    }

    /// Every canned reply: for a ticket the offered ones first and worded for it, the others by title.
    pub(crate) async fn canned_texts(&self, caller: &Caller, query: &CannedQuery) -> Result<CannedTexts, DeskError> {
        let Some(id) = &query.ticket_id else {
            let canned = self.store.canned().await?.into_iter();
            let kept =
                canned.map(|reply| text_of(&reply, (reply.body.clone(), reply::canned_fields(&reply.body)), None));
            return Ok(CannedTexts { canned: by_title(kept.collect()) });
        };
        let ticket = self.ticket(caller, id).await?;
        let customer =
            self.store.customer(&ticket.row.customer_id).await?.map(|found| self.tellable(caller).customer(found));
        let ranked = self.canned_for(&ticket).await?;
        let offered = offers(&ranked).len();
        let worded = |at: usize, (reply, score): &(CannedReply, f64)| {
            let filled = reply::canned_text(&reply.body, &ticket, customer.as_ref(), &caller.name);
            text_of(reply, filled, (at < offered).then_some(*score))
        };
        let mut canned: Vec<_> = ranked.iter().enumerate().map(|(at, ranked)| worded(at, ranked)).collect();
        let others = canned.split_off(offered);
        canned.extend(by_title(others));
        Ok(CannedTexts { canned })
    }
}

fn text_of(reply: &CannedReply, (text, open): (String, Vec<String>), score: Option<f64>) -> CannedText {
    let CannedReply { id, title, tags, .. } = reply.clone();
    CannedText { id, title, text, tags, open, score }
}

fn by_title(mut canned: Vec<CannedText>) -> Vec<CannedText> {
    canned.sort_by_cached_key(|reply| (reply.title.to_lowercase(), reply.id.to_string()));
    canned
}

/// The few that are offered: those more likely than by chance.
pub(crate) fn offers(ranked: &[(CannedReply, f64)]) -> Vec<Offer> {
    let chance = 1.0 / f64::from(u32::try_from(ranked.len()).unwrap_or(u32::MAX).max(1));
    let likely = ranked.iter().take(MOST_OFFERED).filter(|(_, score)| *score > chance);
    likely.map(|(reply, score)| Offer { id: reply.id.to_string(), title: reply.title.clone(), score: *score }).collect()
}
