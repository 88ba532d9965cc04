//! How hard a store has to work just now, for whoever watches the service.

use async_trait::async_trait;

use crate::store::StoreError;

/// What is under way and what waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Load {
    /// Connections to the database that are open.
    pub connections: u64,
    /// Of these, those in use.
    pub in_use: u64,
    /// Calls that wait for a connection.
    pub waiting: u64,
    /// Audit records that are not yet on the disk.
    pub records: u64,
}

/// Tells how hard it has to work.
#[async_trait]
pub trait Loaded {
    /// At this moment; it costs next to nothing.
    fn load(&self) -> Load;

    /// Waits until the record of another read can be taken: the disk may fall behind for a moment, and then reads wait
    /// for it in place of being refused.
    ///
    /// # Errors
    /// [`StoreError::Busy`] when that takes too long.
    async fn room(&self) -> Result<(), StoreError> {
        Ok(())
    }
}
