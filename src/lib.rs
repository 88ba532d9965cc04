//! **countersign**: a ticket queue, an assistant, and nothing sent until a person has read it and pressed the key.
//!
//! # The map
//!
//! | module | what it is | may use |
//! | --- | --- | --- |
//! | [`domain`] | what the desk talks about; no I/O, no clock | nothing of ours |
//! | [`llm`] | models behind one trait: HTTP providers, the offline planner, a recorded run | domain |
//! | [`embed`] | sentence embeddings, by a model that is part of the program | nothing of ours |
//! | [`store`] | the desk's memory behind one trait; SQLite | domain, embed |
//! | [`tools`] | the catalog of tools and the trait of a backend | domain |
//! | [`assist`] | summary, reply and confidence: what a model reads and writes, and what is said without one | domain |
//! | [`desk`] | the operations: authorise, validate, do, record | domain, store, assist, llm, tools |
//! | [`access`] | who is at the door: tokens, issuers, certificates | domain, store |
//! | [`mcp`] | the desk as a server, any server as a backend | domain, access, tools, desk, commit |
//! | [`http`] | the desk as a service: routes, who is at the door, connections | domain, access, desk, commit, seat, tools |
//! | [`agent`] | the loop: a pure step, a driver that does it | domain, llm, tools |
//! | [`commit`] | the one way out: decision, write, read-back, record | domain, store, tools |
//! | [`seat`] | a person's place at a desk: what a screen needs beside the tools | domain, store, commit, tools |
//! | [`worker`] | the assistant over a view of the queue, continuously | domain, store, tools, agent, llm |
//! | [`import`] | tickets and articles from files and mail | domain |
//! | [`eval`], [`bench`] | what is measured, on any reader's machine | |
//! | [`telemetry`] | metrics, traces, logs; everybody may use it but the domain and what is pure | domain |
//! | [`tui`] | the screen; only its runtime touches anything but the domain | domain |
//! | [`app`], [`cli`] | where it is put together | everything |
//!
//! What is absent on purpose: nothing under `domain`, `agent::step`, `tui::update` and `tui::view` reads a clock, a
//! file or the environment; only [`commit`] calls [`tools::ToolBackend::write`]; only the front doors sign a
//! [`domain::actor::Reviewer`] in. `tests/it/layers.rs` fails when one of these stops being true.

// The vocabularies' macro comes first.
#[macro_use]
pub mod domain;

pub mod access;
pub mod agent;
pub mod app;
pub mod assist;
pub mod bench;
pub mod cli;
pub mod clock;
pub mod commit;
pub mod config;
pub mod desk;
pub mod embed;
pub mod eval;
pub mod http;
pub mod import;
pub mod llm;
pub mod mcp;
pub mod random;
pub mod seat;
pub mod store;
pub mod telemetry;
pub mod tools;
pub mod tui;
pub mod worker;

#[cfg(test)]
mod shared;
