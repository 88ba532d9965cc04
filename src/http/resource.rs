//! Where a client gets a token for this desk: the metadata of RFC 9728, and the challenge that leads to it.

use std::fmt::Write as _;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use schemars::JsonSchema;
use serde::Serialize;

use crate::access::Access;
use crate::http::Door;
use crate::http::problem::Problem;

/// Where the metadata is, of the desk and of its door for MCP.
pub(crate) const METADATA: &str = "/.well-known/oauth-protected-resource";
/// The door for MCP.
const MCP: &str = "/mcp";

/// What a client must know to ask for a token, by RFC 9728.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct Metadata {
    /// What a token is asked for, and what it names as its audience then.
    resource: String,
    /// Who gives them.
    authorization_servers: Vec<String>,
    /// How they are sent.
    bearer_methods_supported: [&'static str; 1],
    /// What may be asked for with them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    scopes_supported: Vec<String>,
    /// What people call it.
    resource_name: &'static str,
    /// Where it is described.
    resource_documentation: String,
}

/// The desk.
pub(crate) async fn desk(State(door): State<Arc<Door>>) -> Result<Json<Metadata>, Problem> {
    metadata(&door.access, "")
}

/// Its door for MCP.
pub(crate) async fn mcp(State(door): State<Arc<Door>>) -> Result<Json<Metadata>, Problem> {
    metadata(&door.access, MCP)
}

fn metadata(access: &Access, part: &str) -> Result<Json<Metadata>, Problem> {
    let issuer = access.issuer();
    let issuer = issuer.ok_or_else(|| Problem::not_found("this desk takes no tokens but its own; ask its admin"))?;
    let trust = issuer.trust();
    Ok(Json(Metadata {
        resource: format!("{}{part}", trust.resource),
        authorization_servers: vec![trust.issuer.clone()],
        bearer_methods_supported: ["header"],
        scopes_supported: trust.scopes.clone(),
        resource_name: "countersign",
        resource_documentation: format!("{}/docs", trust.resource),
    }))
}

/// What somebody who is not let in may do about it: a `Bearer` challenge that leads to the metadata where there is some.
/// Who showed something is told that it is not taken, and not why.
pub(crate) fn challenge(access: &Access, path: &str, has_shown: bool) -> Option<String> {
    let trust = access.issuer()?.trust();
    let part = if path == MCP || path.starts_with("/mcp/") { MCP } else { "" };
    let mut text = format!("Bearer resource_metadata=\"{}{METADATA}{part}\"", trust.resource);
    // Nothing can be wrong with writing to a string.
    if !trust.scopes.is_empty() {
        let _ = write!(text, ", scope=\"{}\"", trust.scopes.join(" "));
    }
    if has_shown {
        text.push_str(", error=\"invalid_token\", error_description=\"it is not taken: get a new one\"");
    }
    Some(text)
}
