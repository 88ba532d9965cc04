//! Answers that are given again.

use async_trait::async_trait;
use rusqlite::{OptionalExtension as _, Transaction, params};

use crate::domain::request::{Claim, Claimed, GivenAnswer};
use crate::store::answers::{self, Answers};
use crate::store::sqlite::Sqlite;
use crate::store::{StoreError, Touches};

#[async_trait]
impl Answers for Sqlite {
    async fn claim(&self, claim: &Claim) -> Result<Claimed, StoreError> {
        let asked = claim.clone();
        self.writer.transact(Touches::Nothing, move |tx| self::claim(tx, &asked)).await
    }

    async fn settle_claim(&self, claim: &Claim, answer: Option<&GivenAnswer>) -> Result<(), StoreError> {
        let (claim, answer) = (claim.clone(), answer.cloned());
        self.writer.transact(Touches::Nothing, move |tx| settle(tx, &claim, answer.as_ref())).await
    }
}

fn claim(tx: &Transaction<'_>, claim: &Claim) -> Result<Claimed, StoreError> {
    let Claim { by, route, key, asked, at } = claim;
    tx.prepare_cached("DELETE FROM answers WHERE claimed_at < ?1 OR (status IS NULL AND claimed_at < ?2)")?
        .execute(params![answers::forgotten(*at), answers::abandoned(*at)])?;
    let sql = "SELECT asked, status, headers, body FROM answers WHERE person = ?1 AND route = ?2 AND key = ?3";
    let known = tx.prepare_cached(sql)?.query_row(params![by.as_str(), route, key], |row| {
        Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, Option<String>>(2)?, row.get(3)?))
    });
    if let Some((known, status, headers, body)) = known.optional()? {
        return answers::known(known == asked.as_str(), status, headers.as_deref(), body);
    }
    let sql = "INSERT INTO answers (person, route, key, asked, claimed_at) VALUES (?1, ?2, ?3, ?4, ?5)";
    let row = params![by.as_str(), route, key, asked.as_str(), at.as_millisecond()];
    tx.prepare_cached(sql)?.execute(row)?;
    Ok(Claimed::First)
}

fn settle(tx: &Transaction<'_>, claim: &Claim, answer: Option<&GivenAnswer>) -> Result<(), StoreError> {
    let Claim { by, route, key, at, .. } = claim;
    // What was claimed anew meanwhile is somebody else's.
    let mine = "person = ?1 AND route = ?2 AND key = ?3 AND claimed_at = ?4 AND status IS NULL";
    let at = at.as_millisecond();
    match answer {
        None => {
            let sql = format!("DELETE FROM answers WHERE {mine}");
            tx.prepare_cached(&sql)?.execute(params![by.as_str(), route, key, at])?;
        }
        Some(GivenAnswer { status, headers, body }) => {
            let headers = serde_json::to_string(headers).map_err(|e| StoreError::Failed(e.to_string()))?;
            let sql = format!("UPDATE answers SET status = ?5, headers = ?6, body = ?7 WHERE {mine}");
            tx.prepare_cached(&sql)?.execute(params![by.as_str(), route, key, at, status, headers, body])?;
        }
    }
    Ok(())
}
