//! Finding tickets for a person who types.

use async_trait::async_trait;

use crate::domain::finding::{Haystack, Hit};
use crate::domain::ids::TicketId;
use crate::domain::ticket::{TicketQuery, TicketRow};
use crate::store::StoreError;
use crate::store::finding::Finding;
use crate::store::postgres::{Postgres, search, tickets};

#[async_trait]
impl Finding for Postgres {
    async fn haystack(&self, query: &TicketQuery) -> Result<Haystack, StoreError> {
        tickets::haystack(&self.db().await?, query).await
    }

    async fn ticket_rows(&self, ids: &[TicketId]) -> Result<Vec<TicketRow>, StoreError> {
        let ids: Vec<String> = ids.iter().map(ToString::to_string).collect();
        tickets::rows(&self.db().await?, &ids).await
    }

    async fn find_said(&self, words: &str, limit: u32) -> Result<Vec<Hit>, StoreError> {
        search::said(&self.db().await?, words, limit as usize).await
    }
}
