//! How much a text holds, and the words for when it is full.

use crate::domain::call::MOST_BODY;
use crate::tui::editor::Shape;

/// Longest line that is typed, in bytes: a search or a reason.
const MOST_LINE: usize = 4 * 1024;

/// What was to be put in is more than the text holds; nothing of it was put in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Full {
    pub(crate) offered: usize,
    pub(crate) most: usize,
}

impl std::fmt::Display for Full {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let most = size(self.most);
        match self.offered {
            // A key.
            ..=4 => write!(f, "this text holds {most}, it is full"),
            offered => write!(f, "this text holds {most}, nothing of the {} was put in", size(offered)),
        }
    }
}

impl Shape {
    /// Bytes that a text of this shape holds.
    pub(crate) fn most(self) -> usize {
        match self {
            Self::Text => MOST_BODY,
            Self::OneLine => MOST_LINE,
        }
    }
}

/// A size for people: whole kibibytes, or mebibytes with a decimal.
fn size(bytes: usize) -> String {
    match bytes {
        0..1024 => format!("{bytes} bytes"),
        1024..1_048_576 => format!("{} KiB", bytes / 1024),
        _ => format!("{}.{} MiB", bytes / 1_048_576, bytes % 1_048_576 * 10 / 1_048_576),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_text_says_what_it_holds_and_what_was_left_out() {
        let words = |offered| Full { offered, most: MOST_BODY }.to_string();
        assert_eq!(words(10 * 1024 * 1024), "this text holds 64 KiB, nothing of the 10.0 MiB was put in");
        assert_eq!(words(1), "this text holds 64 KiB, it is full");
    }
}
