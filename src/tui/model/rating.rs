//! A thumb that is being given: which text it is for, and the few words about it.

use crate::domain::feedback::Feedback;
use crate::tui::editor::Editor;

/// A thumb before it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Rating {
    /// Without the words that are typed just now.
    pub(crate) feedback: Feedback,
    /// The words that it has already.
    pub(crate) before: String,
    pub(crate) words: Editor,
}
