//! What a desk can be taught by its own replies: a canned reply, a note on style, or a corrected article.
//!
//! A [`Lesson`] is a proposal. Only a [`Countersigned`] one can be applied, and only typing the end of its id makes one.

use serde::Serialize;

use crate::domain::article::CannedReply;
use crate::domain::canonical::Digest;
use crate::domain::ids::{ArticleId, LessonId, TicketId};

/// Characters of the id that somebody types to countersign.
const TYPED: usize = 4;

words! {
    /// What a lesson changes.
    LessonKind {
        /// A canned reply is added.
        CannedReply = "canned_reply",
        /// A note on style is added.
        StyleNote = "style_note",
        /// A sentence of an article is replaced.
        ArticlePatch = "article_patch",
    }
}

words! {
    /// What became of a lesson.
    LessonState {
        /// A supervisor has signed it, and it was applied.
        Signed = "signed",
        /// It is not to be proposed again; a style note is taken back.
        Dismissed = "dismissed",
    }
}

/// What a lesson would change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Adds a canned reply with this text.
    Canned {
        /// Text with `{{customer.first_name}}`-style fields.
        body: String,
    },
    /// Adds a note that models are told.
    Style {
        /// What it is about, the same however it is worded: two notes about the same are one lesson.
        about: String,
        /// The note.
        note: String,
    },
    /// Replaces one sentence of an article.
    Article {
        /// Which article.
        id: ArticleId,
        /// The sentence as it stands, and as people write it.
        sentence: (String, String),
        /// The whole text before and after.
        body: (String, String),
    },
}

/// What a lesson rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Support {
    /// The tickets, oldest decision first, each once.
    pub tickets: Vec<TicketId>,
    /// Replies in which it was seen.
    pub seen: usize,
    /// Replies in which it could have been seen.
    pub of: usize,
}

/// Something that the desk's replies teach, for a supervisor to sign or dismiss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    id: LessonId,
    change: Change,
    /// One line for people.
    pub title: String,
    /// What it rests on.
    pub support: Support,
}

impl Lesson {
    /// A lesson under the name that its content has: the same change is the same lesson, however often it is seen.
    ///
    /// Nothing where no name can be made, which does not happen.
    #[must_use]
    pub fn new(change: Change, title: String, support: Support) -> Option<Self> {
        let digest = match &change {
            Change::Canned { body } => Digest::of(&[b"canned", body.as_bytes()]),
            Change::Style { about, .. } => Digest::of(&[b"style", about.as_bytes()]),
            Change::Article { id, sentence: (old, new), .. } => {
                Digest::of(&[b"article", id.as_str().as_bytes(), old.as_bytes(), new.as_bytes()])
            }
        };
        let id = format!("L-{}", digest.as_str().get(..12)?).parse().ok()?;
        Some(Self { id, change, title, support })
    }

    /// Its name: a hash of its content.
    #[must_use]
    pub fn id(&self) -> &LessonId {
        &self.id
    }

    /// What it changes.
    #[must_use]
    pub fn change(&self) -> &Change {
        &self.change
    }

    /// What kind of thing it changes.
    #[must_use]
    pub fn kind(&self) -> LessonKind {
        match &self.change {
            Change::Canned { .. } => LessonKind::CannedReply,
            Change::Style { .. } => LessonKind::StyleNote,
            Change::Article { .. } => LessonKind::ArticlePatch,
        }
    }

    /// The whole text before; empty where there is none.
    #[must_use]
    pub fn old(&self) -> &str {
        match &self.change {
            Change::Canned { .. } | Change::Style { .. } => "",
            Change::Article { body, .. } => &body.0,
        }
    }

    /// The whole text after.
    #[must_use]
    pub fn new_text(&self) -> &str {
        match &self.change {
            Change::Canned { body } => body,
            Change::Style { note, .. } => note,
            Change::Article { body, .. } => &body.1,
        }
    }

    /// The article that it changes, or the canned reply that it adds; nothing for a note.
    #[must_use]
    pub fn target(&self) -> Option<&str> {
        match &self.change {
            Change::Canned { .. } => Some(self.id.as_str()),
            Change::Article { id, .. } => Some(id.as_str()),
            Change::Style { .. } => None,
        }
    }

    /// The canned reply that it adds, where it adds one.
    #[must_use]
    pub fn canned(&self) -> Option<CannedReply> {
        let Change::Canned { body } = &self.change else { return None };
        let id = self.id.as_str().parse().ok()?;
        Some(CannedReply { id, title: self.title.clone(), body: body.clone(), tags: Vec::new() })
    }

    /// Digests of the text before and after, for the log.
    #[must_use]
    pub fn digests(&self) -> (Digest, Digest) {
        (Digest::of(&[self.old().as_bytes()]), Digest::of(&[self.new_text().as_bytes()]))
    }

    /// What somebody types to countersign: the last characters of the id.
    #[must_use]
    pub fn ending(&self) -> &str {
        let id = self.id.as_str();
        id.get(id.len().saturating_sub(TYPED)..).unwrap_or(id)
    }

    /// Signs the lesson as it was shown, when what was typed is the end of its id.
    ///
    /// # Errors
    /// When something else was typed.
    pub fn countersign(self, typed: &str) -> Result<Countersigned, NotCountersigned> {
        if typed.trim() == self.ending() { Ok(Countersigned(self)) } else { Err(NotCountersigned(self.id)) }
    }
}

/// A lesson that somebody has countersigned, exactly as they saw it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Countersigned(Lesson);

impl Countersigned {
    /// The lesson.
    #[must_use]
    pub fn lesson(&self) -> &Lesson {
        &self.0
    }
}

/// Something else was typed than the end of the id.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not signed: what was typed is not the end of {0}. Nothing has changed")]
pub struct NotCountersigned(LessonId);

/// How a lesson is settled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// Applied.
    Sign(Countersigned),
    /// Never proposed again.
    Dismiss(Lesson),
    /// A note in force is taken back.
    TakeBack(LessonId),
}

impl Settled {
    /// The notes on style in force, of all that was settled, in its order.
    #[must_use]
    pub fn style_notes(settled: Vec<Self>) -> Vec<String> {
        let of = |lesson: &Self| lesson.kind == LessonKind::StyleNote && lesson.state == LessonState::Signed;
        settled.into_iter().filter(of).map(|lesson| lesson.new).collect()
    }
}

/// A lesson that was settled.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Settled {
    /// Which.
    pub id: LessonId,
    /// What it changed, or would have.
    pub kind: LessonKind,
    /// How.
    pub state: LessonState,
    /// One line for people.
    pub title: String,
    /// The text after.
    pub new: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn note(note: &str) -> Lesson {
        let support = Support { tickets: Vec::new(), seen: 5, of: 5 };
        let change = Change::Style { about: "length".into(), note: note.into() };
        Lesson::new(change, "Shorter".into(), support).unwrap()
    }

    #[test]
    fn only_the_end_of_the_id_countersigns() {
        let lesson = note("Write shorter.");
        let right = lesson.ending().to_owned();
        assert_eq!(right.len(), 4);
        assert!(lesson.clone().countersign(&format!(" {right}\n")).is_ok());
        for wrong in ["", "y", "yes", lesson.id().as_str(), &right[1..]] {
            assert!(lesson.clone().countersign(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn two_wordings_about_the_same_are_one_lesson() {
        assert_eq!(note("About half.").id(), note("About a third.").id());
    }
}
