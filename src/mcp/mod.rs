//! The Model Context Protocol, both ways: the desk as a server, any backend as a client.
//!
//! The app talks to its own desk through an in-process duplex exactly as it would to a server elsewhere.

pub mod client;
pub mod server;

/// Metadata keys of ours, beside the protocol's own.
pub(crate) mod meta {
    /// The run or sitting that a call belongs to.
    pub(crate) const RUN: &str = "countersign/run";
    /// Why a write is asked for: words, confidence.
    pub(crate) const WHY: &str = "countersign/why";
    /// The receipt that a write is paid with.
    pub(crate) const RECEIPT: &str = "countersign/receipt";
}

/// The resource that changes whenever the queue or a proposal does.
pub const QUEUE_URI: &str = "desk://queue";
