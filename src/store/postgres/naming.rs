//! Names by id.

use async_trait::async_trait;

use crate::domain::naming::{Name, NamePage, Named};
use crate::store::StoreError;
use crate::store::columns::Columns as _;
use crate::store::naming::Naming;
use crate::store::postgres::{Postgres, ask};

#[async_trait]
impl Naming for Postgres {
    async fn names(&self, of: Named, page: &NamePage) -> Result<Vec<Name>, StoreError> {
        let (table, title) = match of {
            Named::Ticket => ("tickets", "subject"),
            Named::Article => ("articles", "title"),
            Named::Person => ("people", "name"),
        };
        // An id is ASCII, sorted as such: none that begins so lies behind the prefix and the last of ASCII.
        let sql = format!(
            "SELECT id, {title} FROM {table} WHERE id >= $1 AND id < $1 || chr(127) AND id > $2 ORDER BY id LIMIT $3"
        );
        let after = page.after.as_deref().unwrap_or_default();
        let name = |row: &tokio_postgres::Row| Ok(Name { id: row.text(0)?, title: row.text(1)? });
        ask::list(&self.db().await?, &sql, &[&page.prefix, &after, &i64::from(page.limit)], name).await
    }

    async fn how_many(&self) -> Result<u64, StoreError> {
        let sql = "SELECT (SELECT count(*) FROM tickets) + (SELECT count(*) FROM articles)";
        ask::number(&self.db().await?, sql, &[]).await
    }
}
