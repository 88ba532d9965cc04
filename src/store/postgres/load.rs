//! How hard the connections to the database have to work.

use async_trait::async_trait;

use crate::store::load::{Load, Loaded};
use crate::store::postgres::Postgres;

#[async_trait]
impl Loaded for Postgres {
    fn load(&self) -> Load {
        let (connections, free, waiting) = self.link.in_numbers();
        Load {
            connections: connections as u64,
            in_use: connections.saturating_sub(free) as u64,
            waiting: waiting as u64,
            records: self.link.shared.waiting() as u64,
        }
    }
}
