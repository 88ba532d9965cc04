//! A session of an older MCP client belongs to whoever began it.
//!
//! What a person is asked in a session is answered in a request of its own. So that nobody else can give that answer,
//! the name of a session is sealed outside with who has it; to anybody else there is no such session.

use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use crate::access::Identity;
use crate::domain::actor::Principal;
use crate::domain::canonical::Digest;
use crate::http::problem::Problem;
use crate::http::sessions::Sessions;
use crate::random;

/// Names a session, in requests and in the answer to the first one.
pub(in crate::http) const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
/// Characters of a seal.
const SEAL: usize = 32;

/// What seals the names of sessions, as long as this process lives: a session does not live longer.
#[derive(Clone)]
pub struct Seal(Arc<[u8; 32]>);

impl Seal {
    /// A new one.
    #[must_use]
    pub fn new() -> Self {
        Self(Arc::new(random::bytes()))
    }

    fn of(&self, name: &str, who: &Principal) -> String {
        let (id, role) = (who.id.as_str(), who.role.as_str());
        let digest = Digest::of(&[self.0.as_slice(), id.as_bytes(), role.as_bytes(), name.as_bytes()]);
        digest.as_str().chars().take(SEAL).collect()
    }

    /// A session's name for `who` alone.
    fn close(&self, name: &str, who: &Principal) -> String {
        format!("{name}.{}", self.of(name, who))
    }

    /// The session's own name, where it is theirs.
    fn open<'a>(&self, sealed: &'a str, who: &Principal) -> Option<&'a str> {
        let (name, seal) = sealed.rsplit_once('.')?;
        let good = self.of(name, who);
        // It takes as long whatever is wrong.
        let differs = seal.bytes().zip(good.bytes()).fold(0, |differs, (a, b)| differs | (a ^ b));
        (seal.len() == SEAL && differs == 0).then_some(name)
    }
}

impl Default for Seal {
    fn default() -> Self {
        Self::new()
    }
}

/// Lets a request into a session of its own caller only, and a new session in where there is room for it.
///
/// # Errors
/// When nobody is signed in, the session is somebody else's, or there are too many.
pub async fn own(
    State((seal, sessions)): State<(Seal, Arc<Sessions>)>,
    mut request: Request,
    next: Next,
) -> Result<Response, Problem> {
    let who = request.extensions().get::<Identity>().ok_or_else(Problem::unauthenticated)?.principal.clone();
    let given = request.headers().get(&SESSION);
    let begins = given.is_none();
    if let Some(given) = given {
        let name = given.to_str().ok().and_then(|given| seal.open(given, &who)).and_then(|name| name.parse().ok());
        let name: HeaderValue = name.ok_or_else(|| Problem::not_found("there is no such session; begin a new one"))?;
        name.to_str().into_iter().for_each(|name| sessions.heard(name));
        request.headers_mut().insert(SESSION, name);
    }
    let mut response = next.run(request).await;
    let name = response.headers().get(&SESSION).and_then(|name| name.to_str().ok()).map(str::to_owned);
    if let Some(name) = name.as_deref().filter(|_| begins) {
        sessions.take_in(name, &who.id).await?;
    }
    if let Some(sealed) = name.and_then(|name| seal.close(&name, &who).parse().ok()) {
        response.headers_mut().insert(SESSION, sealed);
    }
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::actor::Role;

    #[test]
    fn a_session_is_there_for_whoever_began_it_and_nobody_else() {
        let seal = Seal::new();
        let who = |id: &str, role| Principal { id: id.parse().unwrap(), role };
        let (maya, tom) = (who("maya", Role::Agent), who("tom", Role::Agent));
        let sealed = seal.close("s-1", &maya);
        assert_eq!(seal.open(&sealed, &maya), Some("s-1"));
        assert_eq!(seal.open(&sealed, &tom), None);
        assert_eq!(seal.open(&sealed, &who("maya", Role::Bot)), None);
        assert_eq!(seal.open("s-1", &maya), None);
        assert_eq!(seal.open("s-1.", &maya), None);
        assert_eq!(seal.open(&format!("s-2.{}", seal.of("s-1", &maya)), &maya), None);
        assert_eq!(Seal::new().open(&sealed, &maya), None);
    }
}
