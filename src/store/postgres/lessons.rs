//! What the desk was taught: lessons that were signed or dismissed, and what signing them changed.

use jiff::Timestamp;

use crate::domain::ids::PrincipalId;
use crate::domain::lesson::{Change, Lesson, LessonState, Settled, Settlement};
use crate::store::StoreError;
use crate::store::postgres::ask::{self, Db};
use crate::store::rows::{self, LESSON};

/// Every lesson that was settled, oldest first.
pub(crate) async fn settled(db: &Db) -> Result<Vec<Settled>, StoreError> {
    let sql = format!("SELECT {LESSON} FROM lessons ORDER BY settled_at, id");
    ask::list(db, &sql, &[], rows::settled).await
}

/// Applies or dismisses; false where the desk is not any more as the lesson found it: what was changed must be undone.
pub(crate) async fn settle(
    tx: &Db,
    settlement: &Settlement,
    by: &PrincipalId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    match settlement {
        Settlement::Sign(signed) => {
            let noted = note(tx, signed.lesson(), LessonState::Signed, by, now).await?;
            Ok(noted && apply(tx, signed.lesson(), now).await?)
        }
        Settlement::Dismiss(lesson) => note(tx, lesson, LessonState::Dismissed, by, now).await,
        Settlement::TakeBack(id) => {
            let sql = "UPDATE lessons SET state = 'dismissed', settled_by = $2, settled_at = $3 \
                       WHERE id = $1 AND kind = 'style_note' AND state = 'signed'";
            Ok(ask::change(tx, sql, &[&id.as_str(), &by.as_str(), &now.as_millisecond()]).await? == 1)
        }
    }
}

/// Remembers how it ended; false where it had ended before.
async fn note(
    tx: &Db,
    lesson: &Lesson,
    state: LessonState,
    by: &PrincipalId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO lessons (id, kind, state, title, old, new, settled_by, settled_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING";
    let (kind, state, at) = (lesson.kind().as_str(), state.as_str(), now.as_millisecond());
    let (id, old, new, by) = (lesson.id().as_str(), lesson.old(), lesson.new_text(), by.as_str());
    Ok(ask::change(tx, sql, &[&id, &kind, &state, &lesson.title, &old, &new, &by, &at]).await? == 1)
}

async fn apply(tx: &Db, lesson: &Lesson, now: Timestamp) -> Result<bool, StoreError> {
    match lesson.change() {
        // It is in force by being noted.
        Change::Style { .. } => Ok(true),
        Change::Canned { body } => {
            let sql = "INSERT INTO canned (id, title, body, tags) VALUES ($1, $2, $3, '[]') ON CONFLICT DO NOTHING";
            Ok(ask::change(tx, sql, &[&lesson.id().as_str(), &lesson.title, body]).await? == 1)
        }
        Change::Article { id, body: (old, new), .. } => {
            let sql = "UPDATE articles SET body = $3, updated_at = $4 WHERE id = $1 AND body = $2";
            Ok(ask::change(tx, sql, &[&id.as_str(), old, new, &now.to_string()]).await? == 1)
        }
    }
}
