//! Who is at the door: a credential becomes an identity, or nothing.

use std::sync::Arc;

use crate::domain::actor::Principal;
use crate::store::Store;

/// Somebody who has shown a good credential.
#[derive(Clone, Debug)]
pub struct Identity {
    /// Who.
    pub principal: Principal,
    /// The name that replies are signed with.
    pub name: String,
}

/// Why somebody is not let in; the outside is told no more than that.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Unauthenticated {
    /// No credential of that kind is known.
    #[error("unknown credential")]
    Unknown,
}

/// The credentials that open this desk.
pub struct Access {
    store: Arc<dyn Store>,
}

impl Access {
    /// Those that the desk knows.
    #[must_use]
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self { store }
    }

    /// Whose bearer token this is.
    ///
    /// # Errors
    /// When it is nobody's.
    #[allow(clippy::unused_async, reason = "credentials are looked up in the store")]
    pub async fn authenticate(&self, _bearer: &str) -> Result<Identity, Unauthenticated> {
        let _ = &self.store;
        Err(Unauthenticated::Unknown)
    }
}
