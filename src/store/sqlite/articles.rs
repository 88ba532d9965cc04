//! Articles and canned replies.

use rusqlite::{Connection, OptionalExtension as _};

use crate::domain::article::{Article, CannedReply};
use crate::domain::ids::ArticleId;
use crate::store::{StoreError, rows};

pub(crate) fn article(db: &Connection, id: &ArticleId) -> Result<Option<Article>, StoreError> {
    let sql = format!("SELECT {} FROM articles WHERE id = ?1", rows::ARTICLE);
    Ok(db.prepare_cached(&sql)?.query_row([id.as_str()], |row| rows::article(row)).optional()?)
}

pub(crate) fn every_article(db: &Connection) -> Result<Vec<Article>, StoreError> {
    let mut query = db.prepare_cached(&format!("SELECT {} FROM articles ORDER BY id", rows::ARTICLE))?;
    Ok(query.query_map([], |row| rows::article(row))?.collect::<Result<_, _>>()?)
}

pub(crate) fn canned(db: &Connection) -> Result<Vec<CannedReply>, StoreError> {
    let mut query = db.prepare_cached(&format!("SELECT {} FROM canned ORDER BY id", rows::CANNED))?;
    Ok(query.query_map([], |row| rows::canned(row))?.collect::<Result<_, _>>()?)
}
