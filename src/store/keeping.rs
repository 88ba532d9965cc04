//! The desk's own records: customers and articles, listed, changed, taken away.

use async_trait::async_trait;

use crate::domain::article::Article;
use crate::domain::audit::Event;
use crate::domain::customer::Customer;
use crate::domain::ids::{ArticleId, TicketId};
use crate::domain::keeping::{Change, CustomerQuery};
use crate::store::StoreError;

/// What the desk keeps beside its tickets.
#[async_trait]
pub trait Keeping {
    /// Customers in the order in which they came.
    async fn customers(&self, query: &CustomerQuery) -> Result<Vec<Customer>, StoreError>;
    /// Articles by id, behind one of them.
    async fn articles_behind(&self, behind: Option<&ArticleId>, limit: u32) -> Result<Vec<Article>, StoreError>;
    /// The ticket that goes by this name where it came from.
    async fn ticket_known_as(&self, external_id: &str) -> Result<Option<TicketId>, StoreError>;
    /// Changes a record, with its record in the log in the same transaction; false, and nothing changed, where the desk
    /// has something else than the change says, or another customer has the address that is new.
    async fn keep(&self, change: Change, event: Event) -> Result<bool, StoreError>;
}
