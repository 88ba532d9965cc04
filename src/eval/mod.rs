//! Measuring the desk against data with known answers.

pub mod agent;
pub mod calibration;
pub mod grounding;
pub mod history;
pub mod reply;
pub mod rouge;
pub mod search;
pub mod summary;
