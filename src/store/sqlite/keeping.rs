//! Customers and articles, listed and changed.

use async_trait::async_trait;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use crate::domain::article::Article;
use crate::domain::audit::Event;
use crate::domain::customer::Customer;
use crate::domain::ids::{ArticleId, BadId, CustomerId, TicketId};
use crate::domain::keeping::{Change, CustomerQuery, new_address};
use crate::store::keeping::Keeping;
use crate::store::search::upkeep;
use crate::store::sqlite::group::Turn;
use crate::store::sqlite::{Sqlite, articles, log, tickets};
use crate::store::{StoreError, Touches, rows};

#[async_trait]
impl Keeping for Sqlite {
    async fn customers(&self, query: &CustomerQuery) -> Result<Vec<Customer>, StoreError> {
        self.read(|db| customers(db, query))
    }

    async fn articles_behind(&self, behind: Option<&ArticleId>, limit: u32) -> Result<Vec<Article>, StoreError> {
        self.read(|db| {
            let sql = format!("SELECT {} FROM articles WHERE id > ?1 ORDER BY id LIMIT ?2", rows::ARTICLE);
            let mut query = db.prepare_cached(&sql)?;
            let behind = behind.map_or("", ArticleId::as_str);
            Ok(query.query_map(params![behind, limit], |row| rows::article(row))?.collect::<Result<_, _>>()?)
        })
    }

    async fn ticket_known_as(&self, external_id: &str) -> Result<Option<TicketId>, StoreError> {
        let sql = "SELECT id FROM tickets WHERE external_id = ?1";
        let found = self.read(|db| {
            Ok(db.prepare_cached(sql)?.query_row([external_id], |row| row.get::<_, String>(0)).optional()?)
        })?;
        found.map(|id| id.parse().map_err(|wrong: BadId| StoreError::Damaged(wrong.to_string()))).transpose()
    }

    async fn keep(&self, change: Change, event: Event) -> Result<bool, StoreError> {
        let is_article = matches!(change, Change::Article { .. });
        let work = move |tx: &mut Turn<'_>| {
            let kept = keep(tx, &change)?;
            if kept {
                log::append(tx, &[event])?;
            }
            Ok(kept)
        };
        let kept = self.writer.transact(Touches::Desk, work).await?;
        if kept && is_article {
            self.meaning.wake();
        }
        Ok(kept)
    }
}

fn customers(db: &Connection, query: &CustomerQuery) -> Result<Vec<Customer>, StoreError> {
    let sql = format!(
        "SELECT {} FROM customers WHERE n > coalesce((SELECT n FROM customers WHERE id = ?1), 0) \
         AND (?2 IS NULL OR lowered(email) = lowered(?2)) \
         AND (?3 IS NULL OR instr(lowered(name), lowered(?3)) > 0) ORDER BY n LIMIT ?4",
        rows::CUSTOMER
    );
    let mut statement = db.prepare_cached(&sql)?;
    let behind = query.behind.as_ref().map(CustomerId::as_str);
    let values = params![behind, query.email, query.name, query.limit];
    Ok(statement.query_map(values, |row| rows::customer(row))?.collect::<Result<_, _>>()?)
}

/// Makes a change; false where the desk has something else than it says.
fn keep(tx: &Transaction<'_>, change: &Change) -> Result<bool, StoreError> {
    match change {
        Change::Customer { was, is } => {
            if tickets::customer(tx, &is.id)? != *was || is_erased(tx, &is.id)? || is_taken(tx, was.as_ref(), is)? {
                return Ok(false);
            }
            put_customer(tx, is)?;
            Ok(true)
        }
        Change::Article { was, is } => {
            let Some(id) = is.as_ref().or(was.as_ref()).map(|article| &article.id) else { return Ok(false) };
            if articles::article(tx, id)? != *was {
                return Ok(false);
            }
            match is {
                Some(article) => put_article(tx, article)?,
                None => {
                    tx.prepare_cached("DELETE FROM articles WHERE id = ?1")?.execute([id.as_str()])?;
                }
            }
            upkeep::tidy_articles(tx)?;
            Ok(true)
        }
    }
}

/// Whoever was erased is not written down again under the same id.
fn is_erased(tx: &Transaction<'_>, id: &CustomerId) -> Result<bool, StoreError> {
    let sql = "SELECT EXISTS (SELECT 1 FROM customers WHERE id = ?1 AND erased_at IS NOT NULL)";
    Ok(tx.prepare_cached(sql)?.query_row([id.as_str()], |row| row.get(0))?)
}

/// Whether another customer has the address that is new to this one.
fn is_taken(tx: &Transaction<'_>, was: Option<&Customer>, is: &Customer) -> Result<bool, StoreError> {
    let Some(email) = new_address(was, is) else { return Ok(false) };
    let sql = "SELECT EXISTS (SELECT 1 FROM customers WHERE lowered(email) = lowered(?1) AND id <> ?2)";
    Ok(tx.prepare_cached(sql)?.query_row([email, is.id.as_str()], |row| row.get(0))?)
}

fn put_customer(tx: &Transaction<'_>, customer: &Customer) -> Result<(), StoreError> {
    let Customer { id, name, email, plan, locale, since, notes } = customer;
    let sql = "INSERT INTO customers (id, name, email, plan, locale, since, notes) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7) \
               ON CONFLICT (id) DO UPDATE SET name = ?2, email = ?3, plan = ?4, locale = ?5, since = ?6, notes = ?7";
    let since = since.map(|date| date.to_string());
    tx.prepare_cached(sql)?.execute(params![id.as_str(), name, email, plan, locale, since, notes])?;
    Ok(())
}

fn put_article(tx: &Transaction<'_>, article: &Article) -> Result<(), StoreError> {
    let Article { id, title, body, tags, updated_at } = article;
    let sql = "INSERT INTO articles (id, title, body, tags, updated_at) VALUES (?1, ?2, ?3, ?4, ?5) \
               ON CONFLICT (id) DO UPDATE SET title = ?2, body = ?3, tags = ?4, updated_at = ?5";
    let tags = serde_json::to_string(tags).map_err(|e| StoreError::Failed(e.to_string()))?;
    let at = updated_at.map(|at| at.to_string());
    tx.prepare_cached(sql)?.execute(params![id.as_str(), title, body, tags, at])?;
    Ok(())
}
