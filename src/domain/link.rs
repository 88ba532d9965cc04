//! Whether the desk can be reached from where somebody sits.

/// What somebody can do whom the desk does not know any more.
pub const NEW_TOKEN: &str = "put a new token into its file and start again";

/// The connection to a desk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Link {
    /// It answers.
    Up,
    /// It does not; it is tried again without being asked to.
    Away {
        /// Why, in words.
        why: String,
    },
    /// It answers, and does not know the person any more.
    SignedOut {
        /// Why, in words.
        why: String,
    },
}

impl Link {
    /// Whether anything can be done at the desk.
    #[must_use]
    pub const fn is_up(&self) -> bool {
        match self {
            Self::Up => true,
            Self::Away { .. } | Self::SignedOut { .. } => false,
        }
    }
}
