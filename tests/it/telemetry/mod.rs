//! What an operator sees: metrics, traces, logs, and what must be in none of them.

mod deploy;
mod otlp;
mod traces;
