//! The Model Context Protocol, both ways: the desk as a server, any backend as a client.
//!
//! The app talks to its own desk through an in-process duplex exactly as it would to a server elsewhere.

pub mod at_once;
pub mod client;
mod follow;
pub mod server;
mod traced;

/// Metadata keys of ours, beside the protocol's own.
pub(crate) mod meta {
    /// The run or sitting that a call belongs to.
    pub(crate) const RUN: &str = "countersign/run";
    /// Why a write is asked for: words, confidence.
    pub(crate) const WHY: &str = "countersign/why";
    /// The model that asks, and its prompt's version.
    pub(crate) const BY: &str = "countersign/by";
    /// Whether the client wants to hear a text while it is being written.
    pub(crate) const LIVE: &str = "countersign/live";
    /// Whether nobody waits for the text that is asked for.
    pub(crate) const AHEAD: &str = "countersign/ahead";
    /// The proposal that a person has edited into this one.
    pub(crate) const IN_PLACE_OF: &str = "countersign/in_place_of";
    /// The receipt that a write is paid with.
    pub(crate) const RECEIPT: &str = "countersign/receipt";
}

/// Before a text that is being written, all there is so far, in a progress note.
pub(crate) const WRITING: &str = "writing: ";
/// Before the reason why a text begins anew, in a progress note.
pub(crate) const ANEW: &str = "begins anew: ";

/// The resource that changes whenever the queue or a proposal does.
pub const QUEUE_URI: &str = "desk://queue";
