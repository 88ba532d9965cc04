//! The draft in other words: the ways there are, and the text that was sent until its answer comes.

use crate::domain::draft::Suggestion;
use crate::domain::ids::TicketId;
use crate::domain::rewrite::{Rewrite, Way};
use crate::tui::editor::{Editor, Place};
use crate::tui::events::RequestId;
use crate::tui::keymap::Motion;
use crate::tui::model::draft::Draft;
use crate::tui::model::moved;
use crate::tui::model::picker::OpenedIn;

/// The menu of ways, over the draft.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ways {
    pub(crate) opened_in: OpenedIn,
    pub(crate) selected: usize,
}

impl Ways {
    pub(crate) fn go(&mut self, motion: Motion) {
        self.selected = moved(self.selected, motion, Way::ALL.len(), Way::ALL.len());
    }

    /// The way that is selected.
    pub(crate) fn way(self) -> Option<Way> {
        Way::ALL.get(self.selected).copied()
    }
}

/// A text that is being put into other words.
#[derive(Clone, Debug)]
pub(crate) struct Rewriting {
    pub(crate) request: RequestId,
    pub(crate) way: Way,
    /// The whole draft as it was.
    before: String,
    /// The part of it that was selected; nothing for the whole.
    part: Option<(Place, Place)>,
    /// White space around what was sent.
    around: (String, String),
}

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Applied {
    /// It stands in the draft.
    Done,
    /// It says what stood there.
    Same,
    /// The draft is another text by now.
    Moved,
    /// There is no room for it.
    Full,
}

impl Rewriting {
    /// What to ask for, and what to remember; nothing where there is nothing to rewrite.
    pub(crate) fn of(draft: &Draft, ticket: &TicketId, way: Way, request: RequestId) -> Option<(Self, Rewrite)> {
        let before = draft.editor.text();
        let part = draft.editor.selected();
        let text = draft.editor.selection().unwrap_or_else(|| before.clone());
        let core = text.trim();
        let at = text.len() - text.trim_start().len();
        let around = (text[..at].to_owned(), text[at + core.len()..].to_owned());
        let asked = Rewrite {
            ticket_id: ticket.clone(),
            text: core.to_owned(),
            way,
            language: None,
            sources: draft.suggestion.value.as_ref().map_or_else(Vec::new, sources),
        };
        (!core.is_empty()).then_some((Self { request, way, before, part, around }, asked))
    }

    /// Whether it is about a part of the draft only.
    pub(crate) fn is_part(&self) -> bool {
        self.part.is_some()
    }

    /// Puts the answer where what was sent stood, as one step of the history, if that still stands there.
    pub(crate) fn apply(&self, editor: &mut Editor, written: &str) -> Applied {
        if editor.text() != self.before {
            return Applied::Moved;
        }
        let (lead, tail) = &self.around;
        let text = format!("{lead}{}{tail}", written.trim());
        if let Some(part) = self.part {
            if editor.replace_between(part, &text).is_err() {
                return Applied::Full;
            }
        } else {
            editor.replace_all(&text);
        }
        if editor.text() == self.before { Applied::Same } else { Applied::Done }
    }
}

/// What stands behind the marks `[1]`, `[2]`, … of a draft, in this order.
fn sources(suggestion: &Suggestion) -> Vec<String> {
    suggestion.citations.iter().map(|citation| citation.source_id.clone()).collect()
}

/// A way as the menu names it.
pub(crate) fn label(way: Way) -> &'static str {
    match way {
        Way::Spelling => "correct",
        Way::Shorter | Way::Longer | Way::Friendlier | Way::Plainer | Way::Translate => way.as_str(),
    }
}

/// What a way does here; or why it cannot be gone.
pub(crate) fn offer(way: Way, with_model: bool, cites: bool) -> Result<&'static str, &'static str> {
    match (way, with_model) {
        (Way::Shorter, true) => Ok("about two thirds as long"),
        (Way::Shorter, false) => Ok("leaves out the sentences that matter least"),
        (Way::Longer, _) if !cites => Err("the draft cites nothing that it could take more from"),
        (Way::Longer, true) => Ok("with what its sources say besides"),
        (Way::Longer, false) => Ok("adds what its sources say besides, word for word"),
        (Way::Friendlier, true) => Ok("warmer, without more promises"),
        (Way::Plainer, true) => Ok("plain words, short sentences"),
        (Way::Spelling, true) => Ok("spelling, grammar, punctuation and nothing else"),
        (Way::Translate, true) => Ok("into the customer's language"),
        (Way::Friendlier | Way::Plainer | Way::Spelling | Way::Translate, false) => {
            Err("needs a model: countersign setup")
        }
    }
}
