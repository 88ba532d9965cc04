//! What the desk can be taught by its replies: proposed to those who may read the log, settled by a supervisor.

use std::collections::BTreeMap;

use serde_json::json;

use crate::assist::learn::{Past, propose};
use crate::desk::{Caller, Desk, DeskError, authorise, event};
use crate::domain::actor::{Operation, Role};
use crate::domain::audit::{Action, Event};
use crate::domain::canonical::Digest;
use crate::domain::ids::LessonId;
use crate::domain::lesson::{Countersigned, Lesson, LessonState, Settled, Settlement};

/// Decisions that are looked back on.
const MOST: u32 = 5_000;
/// The name of it all in the log.
const TOOL: &str = "learn";

/// Why a lesson was not settled.
#[derive(Debug, thiserror::Error)]
pub enum NotLearned {
    /// Only some roles may.
    #[error("{who} may not sign or dismiss lessons: ask {}", .may.join(" or "))]
    NotYours {
        /// Who asked.
        who: String,
        /// The roles that may.
        may: Vec<String>,
    },
    /// There is none of this name, or not any more.
    #[error("there is no lesson {0} to settle; `countersign learn` lists those there are")]
    Unknown(LessonId),
    /// The article or the canned replies are not what they were when the lesson was shown.
    #[error("{0} was not signed: the desk has changed since it was shown. Nothing has changed; look at it again")]
    Moved(LessonId),
    /// The desk failed.
    #[error(transparent)]
    Desk(#[from] DeskError),
}

/// Lessons, and what became of those before.
#[derive(Debug)]
pub struct Known {
    /// Proposed now.
    pub lessons: Vec<Lesson>,
    /// Signed or dismissed before, oldest first.
    pub settled: Vec<Settled>,
}

impl Desk {
    /// What the newest decisions teach.
    ///
    /// # Errors
    /// When the caller may not read the log, where the words come from, or the store fails.
    pub async fn lessons(&self, caller: &Caller) -> Result<Known, DeskError> {
        authorise(caller, Operation::ReadAudit)?;
        let store = &self.store;
        let reviewed = store.decisions(MOST).await?;
        let mut people = BTreeMap::new();
        for ticket in reviewed.iter().filter(|r| r.texts.is_some()).map(|r| &r.ticket) {
            if !people.contains_key(ticket)
                && let Some(found) = store.ticket(ticket).await?
            {
                people.insert(ticket.clone(), found.people());
            }
        }
        let (canned, articles, settled) = (store.canned().await?, store.every_article().await?, store.settled().await?);
        let past =
            Past { reviewed: &reviewed, people: &people, canned: &canned, articles: &articles, settled: &settled };
        let lessons = propose(&past);
        Ok(Known { lessons, settled })
    }

    /// One lesson that is proposed now, for somebody who may settle it.
    ///
    /// # Errors
    /// When the caller may not, there is no such lesson, or the store fails.
    pub async fn lesson(&self, caller: &Caller, id: &LessonId) -> Result<Lesson, NotLearned> {
        self.may_teach(caller, id)?;
        let found = self.lessons(caller).await?.lessons.into_iter().find(|lesson| lesson.id() == id);
        found.ok_or_else(|| NotLearned::Unknown(id.clone()))
    }

    /// Applies a lesson exactly as it was shown, and records who signed it.
    ///
    /// # Errors
    /// When the caller may not, the desk has changed since, or the store fails.
    pub async fn teach(&self, caller: &Caller, signed: Countersigned) -> Result<(), NotLearned> {
        let id = signed.lesson().id().clone();
        self.may_teach(caller, &id)?;
        let event = of_lesson(caller, signed.lesson(), LessonState::Signed);
        self.settle(Settlement::Sign(signed), event).await?.then_some(()).ok_or(NotLearned::Moved(id))
    }

    /// Sees to it that a lesson is not proposed again; a note on style that is in force is taken back.
    ///
    /// # Errors
    /// When the caller may not, there is no such lesson, or the store fails.
    pub async fn dismiss(&self, caller: &Caller, id: &LessonId) -> Result<(), NotLearned> {
        self.may_teach(caller, id)?;
        let found = self.lessons(caller).await?.lessons.into_iter().find(|lesson| lesson.id() == id);
        let (settlement, event) = if let Some(lesson) = found {
            let event = of_lesson(caller, &lesson, LessonState::Dismissed);
            (Settlement::Dismiss(lesson), event)
        } else {
            let arguments = json!({"lesson": id, "state": "taken back"});
            (Settlement::TakeBack(id.clone()), event(caller, Action::Learned, TOOL, None, arguments))
        };
        self.settle(settlement, event).await?.then_some(()).ok_or_else(|| NotLearned::Unknown(id.clone()))
    }

    async fn settle(&self, settlement: Settlement, event: Event) -> Result<bool, DeskError> {
        Ok(self.store.settle(settlement, event).await?)
    }

    /// An attempt by somebody who may not stays in the log.
    fn may_teach(&self, caller: &Caller, id: &LessonId) -> Result<(), NotLearned> {
        let Err(error) = authorise(caller, Operation::Teach) else { return Ok(()) };
        let mut refused = event(caller, Action::Refused, TOOL, None, json!({"lesson": id}));
        error.word().clone_into(&mut refused.outcome);
        self.store.record(refused).map_err(DeskError::from)?;
        let may = Role::ALL.iter().filter(|role| role.may(Operation::Teach)).map(|role| format!("{role}")).collect();
        let who = format!("{} ({})", caller.principal.id, caller.principal.role);
        Err(NotLearned::NotYours { who, may })
    }
}

/// The record: which lesson, what it rests on, both texts and their digests.
fn of_lesson(caller: &Caller, lesson: &Lesson, state: LessonState) -> Event {
    let (old, new) = lesson.digests();
    let digest = Digest::of(&[lesson.id().as_str().as_bytes(), old.as_str().as_bytes(), new.as_str().as_bytes()]);
    let arguments = json!({
        "lesson": lesson.id(), "kind": lesson.kind(), "state": state, "title": lesson.title,
        "target": lesson.target(), "support": lesson.support,
        "old": lesson.old(), "new": lesson.new_text(), "old_digest": old, "new_digest": new,
    });
    Event { digest: Some(digest), ..event(caller, Action::Learned, TOOL, None, arguments) }
}
