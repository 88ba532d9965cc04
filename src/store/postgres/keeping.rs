//! Customers and articles, listed and changed.

use async_trait::async_trait;

use crate::domain::article::Article;
use crate::domain::audit::Event;
use crate::domain::customer::Customer;
use crate::domain::ids::{ArticleId, CustomerId, TicketId};
use crate::domain::keeping::{Change, CustomerQuery, new_address};
use crate::store::columns::{Columns as _, json};
use crate::store::keeping::Keeping;
use crate::store::postgres::ask::{self, Db};
use crate::store::postgres::threads::keepable;
use crate::store::postgres::{Postgres, articles, tickets};
use crate::store::rows::{self, ARTICLE, CUSTOMER};
use crate::store::{StoreError, Touches};

#[async_trait]
impl Keeping for Postgres {
    async fn customers(&self, query: &CustomerQuery) -> Result<Vec<Customer>, StoreError> {
        let sql = format!(
            "SELECT {CUSTOMER} FROM customers WHERE n > coalesce((SELECT n FROM customers WHERE id = $1), 0) \
             AND ($2::text IS NULL OR lowered(email) = lowered($2)) \
             AND ($3::text IS NULL OR strpos(lowered(name), lowered($3)) > 0) ORDER BY n LIMIT $4"
        );
        let behind = query.behind.as_ref().map(CustomerId::as_str);
        let [email, name] = [&query.email, &query.name].map(|text| text.as_deref().map(keepable));
        let values: ask::Values<'_> = &[&behind, &email, &name, &i64::from(query.limit)];
        ask::list(&self.db().await?, &sql, values, rows::customer).await
    }

    async fn articles_behind(&self, behind: Option<&ArticleId>, limit: u32) -> Result<Vec<Article>, StoreError> {
        let sql = format!("SELECT {ARTICLE} FROM articles WHERE id > $1 ORDER BY id LIMIT $2");
        let behind = behind.map_or("", ArticleId::as_str);
        ask::list(&self.db().await?, &sql, &[&behind, &i64::from(limit)], rows::article).await
    }

    async fn ticket_known_as(&self, external_id: &str) -> Result<Option<TicketId>, StoreError> {
        let sql = "SELECT id FROM tickets WHERE external_id = $1";
        ask::first(&self.db().await?, sql, &[&keepable(external_id)], |row| row.parsed(0)).await
    }

    async fn keep(&self, change: Change, event: Event) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let kept = keep(&tx, &change).await?;
        if kept {
            tx.append(&[event]).await?;
        }
        tx.commit(Touches::Desk).await?;
        Ok(kept)
    }
}

/// Makes a change; false where the desk has something else than it says.
async fn keep(tx: &Db, change: &Change) -> Result<bool, StoreError> {
    match change {
        Change::Customer { was, is } => {
            let stands = tickets::customer(tx, &is.id).await? == *was;
            if !stands || is_erased(tx, &is.id).await? || is_taken(tx, was.as_ref(), is).await? {
                return Ok(false);
            }
            put_customer(tx, is).await?;
        }
        Change::Article { was, is } => {
            let Some(id) = is.as_ref().or(was.as_ref()).map(|article| &article.id) else { return Ok(false) };
            if articles::articles(tx, std::slice::from_ref(id)).await?.pop() != *was {
                return Ok(false);
            }
            match is {
                Some(article) => put_article(tx, article).await?,
                None => ask::change(tx, "DELETE FROM articles WHERE id = $1", &[&id.as_str()]).await.map(|_| ())?,
            }
        }
    }
    Ok(true)
}

/// Whoever was erased is not written down again under the same id.
async fn is_erased(tx: &Db, id: &CustomerId) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) FROM customers WHERE id = $1 AND erased_at IS NOT NULL";
    Ok(ask::number(tx, sql, &[&id.as_str()]).await? > 0)
}

/// Whether another customer has the address that is new to this one.
async fn is_taken(tx: &Db, was: Option<&Customer>, is: &Customer) -> Result<bool, StoreError> {
    let Some(email) = new_address(was, is) else { return Ok(false) };
    let sql = "SELECT count(*) FROM customers WHERE lowered(email) = lowered($1) AND id <> $2";
    Ok(ask::number(tx, sql, &[&keepable(email), &is.id.as_str()]).await? > 0)
}

async fn put_customer(tx: &Db, customer: &Customer) -> Result<(), StoreError> {
    let Customer { id, name, email, plan, locale, since, notes } = customer;
    let sql = "INSERT INTO customers (n, id, name, email, plan, locale, since, notes, sample) \
               SELECT coalesce(max(n), 0) + 1, $1::text, $2::text, $3::text, $4::text, $5::text, $6::text, $7::text, 0 \
               FROM customers ON CONFLICT (id) DO UPDATE SET name = excluded.name, email = excluded.email, \
               plan = excluded.plan, locale = excluded.locale, since = excluded.since, notes = excluded.notes";
    let since = since.map(|date| date.to_string());
    let [name, email, plan, locale, notes] = [name, email, plan, locale, notes].map(|text| keepable(text));
    ask::change(tx, sql, &[&id.as_str(), &name, &email, &plan, &locale, &since, &notes]).await.map(|_| ())
}

async fn put_article(tx: &Db, article: &Article) -> Result<(), StoreError> {
    let Article { id, title, body, tags, updated_at } = article;
    let sql = "INSERT INTO articles (n, id, title, body, tags, updated_at, sample) \
               SELECT coalesce(max(n), 0) + 1, $1::text, $2::text, $3::text, $4::text, $5::text, 0 FROM articles \
               ON CONFLICT (id) DO UPDATE SET title = excluded.title, body = excluded.body, tags = excluded.tags, \
               updated_at = excluded.updated_at";
    let at = updated_at.map(|at| at.to_string());
    let (title, body) = (keepable(title), keepable(body));
    ask::change(tx, sql, &[&id.as_str(), &title, &body, &json(tags)?, &at]).await.map(|_| ())
}
