//! Names in the order of their ids, for lists that are walked through and for ids that are being typed.

use async_trait::async_trait;

use crate::domain::naming::{Name, NamePage, Named};
use crate::store::StoreError;

/// What names there are.
#[async_trait]
pub trait Naming {
    /// A page of names, by id.
    async fn names(&self, of: Named, page: &NamePage) -> Result<Vec<Name>, StoreError>;
    /// How many tickets and articles there are together.
    async fn how_many(&self) -> Result<u64, StoreError>;
}
