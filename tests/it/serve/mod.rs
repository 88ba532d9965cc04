//! The desk as a service: whoever comes to its doors, and how it goes.

mod connections;
mod killed;
mod stopping;
mod together;
