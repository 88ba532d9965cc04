//! What an operator sees of the program: metrics and logs. No secret and no text of anybody is in any of them, and no
//! metric has a name of a ticket, a person or a customer.

pub mod logs;
pub mod metrics;

pub use logs::{Log, start};
