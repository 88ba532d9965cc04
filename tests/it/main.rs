//! The program as a whole: the gate, the log, MCP in both eras, the layers, journeys in a real terminal.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::wildcard_enum_match_arm)]

mod ahead;
mod attack;
mod audit;
mod bench;
mod canned;
mod conduct;
mod drafting;
mod failures;
mod feedback;
mod figures;
mod finding;
mod gate;
mod hostile;
mod house;
mod injection;
mod journeys;
mod layers;
mod learn;
mod mcp;
mod mcp_server;
mod merge;
mod models;
mod peer;
mod presence;
mod process;
mod queue;
mod scenarios;
mod screen;
mod seat;
mod setup;
mod stub_model;
mod telemetry;
mod terminal;
mod worker;
