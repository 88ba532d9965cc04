//! What whoever asks from outside hears of a failure: what they can do, and nothing of how the desk is built.

use crate::desk::DeskError;
use crate::store::StoreError;

/// A failure of the store in words for outside. Paths, addresses and a database's own words go to the operator's log.
#[must_use]
pub fn outside(error: &StoreError) -> &'static str {
    match error {
        StoreError::Busy => "the desk is busy; try again in a moment",
        StoreError::Away => "the desk's database does not answer; try again in a moment",
        StoreError::Full => "the desk has no room left: nothing was saved",
        StoreError::Newer { .. } | StoreError::Unopenable { .. } | StoreError::Damaged(_) | StoreError::Failed(_) => {
            tracing::error!(%error, "the store failed");
            "the desk cannot be reached"
        }
    }
}

impl DeskError {
    /// Why there is no answer, in words for outside.
    #[must_use]
    pub fn told(&self) -> String {
        match self {
            Self::Store(error) => outside(error).to_owned(),
            Self::Forbidden { .. } | Self::NotFound { .. } | Self::Invalid(_) | Self::Unable(_) => self.to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_outside_hears_a_database_s_own_words() {
        let secret = || "relation \"tickets\" at 10.0.0.7:5432 /srv/desk.db".to_owned();
        for error in [
            StoreError::Busy,
            StoreError::Away,
            StoreError::Full,
            StoreError::Newer { found: 99, known: 7 },
            StoreError::Unopenable { path: secret(), reason: secret() },
            StoreError::Damaged(secret()),
            StoreError::Failed(secret()),
        ] {
            let told = DeskError::from(error).told();
            assert!(told.starts_with("the desk"), "{told}");
            assert!(["tickets", "10.0", "/srv", "99"].iter().all(|part| !told.contains(part)), "{told}");
        }
        let no = DeskError::NotFound { kind: "ticket", id: "T-9".to_owned() };
        assert_eq!(no.told(), "there is no ticket T-9");
    }
}
