//! Answers that are given again.

use async_trait::async_trait;
use tokio_postgres::Row;

use crate::domain::request::{Claim, Claimed, GivenAnswer};
use crate::store::answers::{self, Answers};
use crate::store::columns::Columns as _;
use crate::store::postgres::{Postgres, ask};
use crate::store::{StoreError, Touches};

#[async_trait]
impl Answers for Postgres {
    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        let Claim { by, route, key, asked, at } = claim;
        let tx = self.begin().await?;
        let old = "DELETE FROM answers WHERE claimed_at < $1 OR (status IS NULL AND claimed_at < $2)";
        ask::change(&tx, old, &[&answers::forgotten(*at), &answers::abandoned(*at)]).await?;
        let sql = "SELECT asked, status, headers, body FROM answers WHERE person = $1 AND route = $2 AND key = $3";
        let read = |row: &Row| {
            answers::known(row.text(0)? == asked.as_str(), row.int_if(1)?, row.text_if(2)?.as_deref(), row.text_if(3)?)
        };
        let claimed = if let Some(known) = ask::first(&tx, sql, &[&by.as_str(), route, key], read).await? {
            known
        } else {
            let sql = "INSERT INTO answers (person, route, key, asked, claimed_at) VALUES ($1, $2, $3, $4, $5)";
            let row: ask::Values<'_> = &[&by.as_str(), route, key, &asked.as_str(), &at.as_millisecond()];
            ask::change(&tx, sql, row).await?;
            Claimed::First
        };
        tx.commit(Touches::Nothing).await?;
        Ok(claimed)
    }

    async fn settle_claim(&self, claim: &Claim, answer: Option<&GivenAnswer>) -> Result<(), StoreError> {
        let Claim { by, route, key, at, .. } = claim;
        // What was claimed anew meanwhile is somebody else's.
        let mine = "person = $1 AND route = $2 AND key = $3 AND claimed_at = $4 AND status IS NULL";
        let tx = self.begin().await?;
        let at = at.as_millisecond();
        match answer {
            None => {
                let sql = format!("DELETE FROM answers WHERE {mine}");
                ask::change(&tx, &sql, &[&by.as_str(), route, key, &at]).await?;
            }
            Some(GivenAnswer { status, headers, body }) => {
                let headers = serde_json::to_string(headers).map_err(|e| StoreError::Failed(e.to_string()))?;
                let sql = format!("UPDATE answers SET status = $5, headers = $6, body = $7 WHERE {mine}");
                ask::change(&tx, &sql, &[&by.as_str(), route, key, &at, &i64::from(*status), &headers, body]).await?;
            }
        }
        tx.commit(Touches::Nothing).await
    }
}
