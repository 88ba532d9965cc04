//! Identifiers: short ASCII names that can be shown, logged and typed without surprises.

use serde::{Deserialize, Serialize};

/// A text that is not an identifier: empty, too long, or with characters outside `A-Z a-z 0-9 . _ -`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{}` is not a valid {kind}: 1 to 64 of A-Z a-z 0-9 . _ -, starting with a letter or digit",
    crate::domain::text::line(text)
)]
pub struct BadId {
    kind: &'static str,
    text: String,
}

/// A word outside a closed vocabulary.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{}` is not a {kind}; known: {known}", crate::domain::text::line(word))]
pub struct BadWord {
    /// The vocabulary.
    pub kind: &'static str,
    /// What was written.
    pub word: String,
    /// The words that exist.
    pub known: String,
}

fn is_id(text: &str) -> bool {
    let bytes = text.as_bytes();
    (1..=64).contains(&bytes.len())
        && bytes[0].is_ascii_alphanumeric()
        && bytes.iter().all(|b| b.is_ascii_alphanumeric() || b"._-".contains(b))
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(try_from = "String", into = "String")]
        #[schemars(with = "String")]
        pub struct $name(String);

        impl $name {
            /// The identifier as text.
            #[must_use]
            pub fn as_str(&self) -> &str { &self.0 }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                if is_id(&text) { Ok(Self(text)) } else { Err(BadId { kind: stringify!($name), text }) }
            }
        }

        impl std::str::FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> { Self::try_from(text.to_owned()) }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String { id.0 }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.pad(&self.0) }
        }
    )+};
}

ids! {
    /// A ticket, like `T-1042`.
    TicketId,
    /// A customer, like `C-7`.
    CustomerId,
    /// A knowledge-base article, like `KB-31`.
    ArticleId,
    /// A canned reply, like `M-4`.
    CannedId,
    /// A proposal waiting for, or past, a decision.
    ProposalId,
    /// A receipt: one approval, good for one write.
    ReceiptId,
    /// A lesson, like `L-3f0a9c12be77`.
    LessonId,
    /// A credential, like `k-3f0a9c12`: its name, not what it is shown by.
    CredentialId,
    /// One run of the agent, or one sitting of a person.
    RunId,
    /// A principal's name: a person, or a bot.
    PrincipalId,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_identifier_is_plain_ascii() {
        for good in ["T-1", "STAR-17", "a", "doc_1.2"] {
            assert!(good.parse::<TicketId>().is_ok(), "{good}");
        }
        for bad in ["", "-T", "T 1", "T-1\u{202e}", "Т-1", "a/b", &"x".repeat(65)] {
            assert!(bad.parse::<TicketId>().is_err(), "{bad:?}");
        }
    }
}
