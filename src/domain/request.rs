//! A request that is done once, however often it comes.

use jiff::Timestamp;

use crate::domain::canonical::Digest;
use crate::domain::ids::PrincipalId;

/// A request that goes by a name of its caller's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Who asks.
    pub by: PrincipalId,
    /// At which route, its ids filled in.
    pub route: String,
    /// The name.
    pub key: String,
    /// The digest of everything that is asked for.
    pub asked: Digest,
    /// When.
    pub at: Timestamp,
}

/// An answer that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GivenAnswer {
    /// Its status.
    pub status: u16,
    /// Its headers that matter.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: String,
}

/// What is known of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claimed {
    /// It is new: it is this caller's to do.
    First,
    /// It is being done.
    UnderWay,
    /// By that name something else was asked for.
    Other,
    /// It was done, and answered so.
    Done(GivenAnswer),
}
