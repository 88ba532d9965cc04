//! Finding tickets as a person at a screen does: while typing, in a whole view, and in every message.

use async_trait::async_trait;

use crate::domain::finding::{Haystack, Hit};
use crate::domain::ids::TicketId;
use crate::domain::ticket::{TicketQuery, TicketRow};
use crate::store::StoreError;

/// What a screen looks tickets up by.
#[async_trait]
pub trait Finding {
    /// Every ticket of a query, in its order, as a filter looks at them; `limit` and `offset` do not count.
    async fn haystack(&self, query: &TicketQuery) -> Result<Haystack, StoreError>;
    /// Rows by id, in the order asked for; unknown ones are left out.
    async fn ticket_rows(&self, ids: &[TicketId]) -> Result<Vec<TicketRow>, StoreError>;
    /// The tickets in which these words were said, best first, each with the place that has the most of them. The
    /// last word may be only the beginning of one: it is still being typed.
    async fn find_said(&self, words: &str, limit: u32) -> Result<Vec<Hit>, StoreError>;
}
