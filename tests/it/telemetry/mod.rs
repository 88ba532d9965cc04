//! What an operator sees: metrics, traces, logs, and what must be in none of them.

mod canary;
mod deploy;
mod otlp;
mod service;
mod traces;
mod watched;
