//! Names by id.

use async_trait::async_trait;
use rusqlite::{Connection, params};

use crate::domain::naming::{Name, NamePage, Named};
use crate::store::StoreError;
use crate::store::naming::Naming;
use crate::store::sqlite::Sqlite;

#[async_trait]
impl Naming for Sqlite {
    async fn names(&self, of: Named, page: &NamePage) -> Result<Vec<Name>, StoreError> {
        self.read(|db| names(db, of, page))
    }

    async fn how_many(&self) -> Result<u64, StoreError> {
        let sql = "SELECT (SELECT count(*) FROM tickets) + (SELECT count(*) FROM articles)";
        self.read(|db| Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0))?))
    }
}

fn names(db: &Connection, of: Named, page: &NamePage) -> Result<Vec<Name>, StoreError> {
    // An id is ASCII: none that begins so lies behind the prefix and the last of ASCII.
    let sql = match of {
        Named::Ticket => {
            "SELECT id, subject FROM tickets WHERE id >= ?1 AND id < ?1 || char(127) AND id > ?2 ORDER BY id LIMIT ?3"
        }
        Named::Article => {
            "SELECT id, title FROM articles WHERE id >= ?1 AND id < ?1 || char(127) AND id > ?2 ORDER BY id LIMIT ?3"
        }
        Named::Person => {
            "SELECT id, name FROM people WHERE id >= ?1 AND id < ?1 || char(127) AND id > ?2 ORDER BY id LIMIT ?3"
        }
    };
    let mut query = db.prepare_cached(sql)?;
    let after = page.after.as_deref().unwrap_or_default();
    let rows = query
        .query_map(params![page.prefix, after, page.limit], |row| Ok(Name { id: row.get(0)?, title: row.get(1)? }))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
