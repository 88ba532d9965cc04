//! How hard a store has to work just now, for whoever watches the service.

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
pub trait Loaded {
    /// At this moment; it costs next to nothing.
    fn load(&self) -> Load;
}
