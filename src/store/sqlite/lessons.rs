//! What the desk was taught: lessons that were signed or dismissed, and what signing them changed.

use jiff::Timestamp;
use rusqlite::{Connection, params};

use crate::domain::ids::PrincipalId;
use crate::domain::lesson::{Change, Lesson, LessonState, Settled, Settlement};
use crate::store::search::upkeep;
use crate::store::{StoreError, rows};

/// Every lesson that was settled, oldest first.
pub(crate) fn settled(db: &Connection) -> Result<Vec<Settled>, StoreError> {
    let mut query = db.prepare_cached(&format!("SELECT {} FROM lessons ORDER BY settled_at, id", rows::LESSON))?;
    Ok(query.query_map([], |row| rows::settled(row))?.collect::<Result<_, _>>()?)
}

/// Applies or dismisses; false where the desk is not any more as the lesson found it, and nothing was changed.
pub(crate) fn settle(
    tx: &Connection,
    settlement: &Settlement,
    by: &PrincipalId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    match settlement {
        Settlement::Sign(signed) => {
            Ok(note(tx, signed.lesson(), LessonState::Signed, by, now)? && apply(tx, signed.lesson(), now)?)
        }
        Settlement::Dismiss(lesson) => note(tx, lesson, LessonState::Dismissed, by, now),
        Settlement::TakeBack(id) => {
            let sql = "UPDATE lessons SET state = 'dismissed', settled_by = ?2, settled_at = ?3 \
                       WHERE id = ?1 AND kind = 'style_note' AND state = 'signed'";
            Ok(tx.execute(sql, params![id.as_str(), by.as_str(), now.as_millisecond()])? == 1)
        }
    }
}

/// Remembers how it ended; false where it had ended before.
fn note(
    tx: &Connection,
    lesson: &Lesson,
    state: LessonState,
    by: &PrincipalId,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO lessons (id, kind, state, title, old, new, settled_by, settled_at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING";
    let (kind, old, new) = (lesson.kind().as_str(), lesson.old(), lesson.new_text());
    let row =
        params![lesson.id().as_str(), kind, state.as_str(), lesson.title, old, new, by.as_str(), now.as_millisecond()];
    Ok(tx.execute(sql, row)? == 1)
}

fn apply(tx: &Connection, lesson: &Lesson, now: Timestamp) -> Result<bool, StoreError> {
    match lesson.change() {
        // It is in force by being noted.
        Change::Style { .. } => Ok(true),
        Change::Canned { body } => {
            let sql = "INSERT INTO canned (id, title, body, tags) VALUES (?1, ?2, ?3, '[]') ON CONFLICT DO NOTHING";
            Ok(tx.execute(sql, params![lesson.id().as_str(), lesson.title, body])? == 1)
        }
        Change::Article { id, body: (old, new), .. } => {
            let sql = "UPDATE articles SET body = ?3, updated_at = ?4 WHERE id = ?1 AND body = ?2";
            let changed = tx.execute(sql, params![id.as_str(), old, new, now.to_string()])? == 1;
            upkeep::tidy_articles(tx)?;
            Ok(changed)
        }
    }
}
