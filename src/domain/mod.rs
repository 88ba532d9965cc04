//! What the desk talks about: tickets, calls, proposals, approvals, audit records. No I/O, no clock.

#[macro_use]
mod words;

pub mod actor;
pub mod answer;
pub mod approval;
pub mod article;
pub mod audit;
pub mod call;
pub mod canonical;
pub mod credential;
pub mod customer;
pub mod database;
pub mod decision;
pub mod dossier;
pub mod draft;
pub mod erasure;
pub mod feedback;
pub mod finding;
pub mod ids;
pub mod intake;
pub mod keeping;
pub mod lesson;
pub mod link;
pub mod links;
pub mod mail;
pub mod merge;
pub mod naming;
pub mod place;
pub mod policy;
pub mod prepared;
pub mod presence;
pub mod proposal;
pub mod provenance;
pub mod realm;
pub mod receipt;
pub mod redact;
pub mod request;
pub mod rewrite;
pub mod scope;
pub mod snooze;
pub mod split;
pub mod text;
pub mod ticket;
pub mod usage;
pub mod view;
pub mod wording;
