//! Articles and canned replies.

use rusqlite::{Connection, OptionalExtension as _, Row};

use crate::domain::article::{Article, CannedReply};
use crate::domain::ids::ArticleId;
use crate::store::StoreError;
use crate::store::sqlite::tickets;

const ARTICLES: &str = "SELECT id, title, body, tags, updated_at FROM articles";

pub(crate) fn article(db: &Connection, id: &ArticleId) -> Result<Option<Article>, StoreError> {
    let sql = format!("{ARTICLES} WHERE id = ?1");
    Ok(db.prepare_cached(&sql)?.query_row([id.as_str()], as_article).optional()?)
}

pub(crate) fn every_article(db: &Connection) -> Result<Vec<Article>, StoreError> {
    let mut query = db.prepare_cached(&format!("{ARTICLES} ORDER BY id"))?;
    let rows = query.query_map([], as_article)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

fn as_article(row: &Row<'_>) -> rusqlite::Result<Article> {
    Ok(Article {
        id: tickets::parsed(row, 0)?,
        title: row.get(1)?,
        body: row.get(2)?,
        tags: tickets::json(row, 3)?,
        updated_at: row.get::<_, Option<String>>(4)?.and_then(|at| at.parse().ok()),
    })
}

pub(crate) fn canned(db: &Connection) -> Result<Vec<CannedReply>, StoreError> {
    let mut query = db.prepare_cached("SELECT id, title, body, tags FROM canned ORDER BY id")?;
    let rows = query.query_map([], |row| {
        Ok(CannedReply {
            id: tickets::parsed(row, 0)?,
            title: row.get(1)?,
            body: row.get(2)?,
            tags: tickets::json(row, 3)?,
        })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}
