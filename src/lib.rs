//! countersign
pub mod agent;
pub mod assist;
pub mod clock;
pub mod commit;
pub mod desk;
pub mod domain;
pub mod llm;
pub mod mcp;
pub mod random;
pub mod store;
pub mod tools;
