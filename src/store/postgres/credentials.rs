//! Credentials and the people they belong to, in PostgreSQL.

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::actor::Principal;
use crate::domain::audit::Event;
use crate::domain::canonical::hex;
use crate::domain::credential::{Credential, Fingerprint, Person};
use crate::domain::ids::{CredentialId, PrincipalId};
use crate::random;
use crate::store::columns::{Columns as _, json};
use crate::store::credentials::{Credentials, NewCredential};
use crate::store::postgres::Postgres;
use crate::store::postgres::ask::{self, Db, n_of};
use crate::store::rows::{self, CREDENTIAL, PERSON};
use crate::store::{StoreError, Touches};

/// Where credentials are found with their principals.
const TABLES: &str = "credentials c JOIN people p ON p.id = c.principal";

#[async_trait]
impl Credentials for Postgres {
    async fn give(&self, new: NewCredential, event: Event) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let given = give(&tx, &new).await?;
        if given {
            tx.append(&[event]).await?;
            tx.commit(Touches::Desk).await?;
        }
        Ok(given)
    }

    async fn take_back(&self, id: &CredentialId, at: Timestamp, event: Event) -> Result<bool, StoreError> {
        let mut tx = self.begin().await?;
        let sql = "UPDATE credentials SET revoked_at = $2, revoked_by = $3 WHERE id = $1 AND revoked_at IS NULL";
        let changed = ask::change(&tx, sql, &[&id.as_str(), &at.as_millisecond(), &event.actor.as_str()]).await?;
        if changed == 1 {
            tx.append(&[event]).await?;
            tx.commit(Touches::Desk).await?;
        }
        Ok(changed == 1)
    }

    async fn credential(&self, shown: &Fingerprint) -> Result<Option<Credential>, StoreError> {
        let sql = format!("SELECT {CREDENTIAL} FROM {TABLES} WHERE c.hash = $1");
        ask::first(&self.db().await?, &sql, &[&shown.to_string()], rows::credential).await
    }

    async fn credentials(&self) -> Result<Vec<Credential>, StoreError> {
        let sql = format!("SELECT {CREDENTIAL} FROM {TABLES} ORDER BY c.created_at, c.id");
        ask::list(&self.db().await?, &sql, &[], rows::credential).await
    }

    async fn shown(&self, id: &CredentialId, on: Date) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let sql = "UPDATE credentials SET last_used = $2 WHERE id = $1";
        ask::change(&tx, sql, &[&id.as_str(), &on.to_string()]).await?;
        tx.commit(Touches::Nothing).await
    }

    async fn people(&self) -> Result<Vec<Person>, StoreError> {
        let sql = format!("SELECT {PERSON} FROM people p ORDER BY p.id");
        ask::list(&self.db().await?, &sql, &[], rows::person).await
    }

    async fn enroll(&self, person: &Person, event: Event) -> Result<(), StoreError> {
        let mut tx = self.begin().await?;
        enroll(&tx, person).await?;
        tx.append(&[event]).await?;
        tx.commit(Touches::Desk).await
    }

    async fn person_named(&self, id: &PrincipalId) -> Result<Option<Person>, StoreError> {
        named(&self.db().await?, id).await
    }

    async fn access_epoch(&self) -> Result<u64, StoreError> {
        ask::number(&self.db().await?, "SELECT value::bigint FROM meta WHERE key = 'access'", &[]).await
    }

    async fn is_shared(&self) -> Result<bool, StoreError> {
        // A desk that was copied has its credentials, and nothing that belongs to one place.
        let sql = "SELECT (SELECT count(*) FROM meta WHERE key = 'shared') + (SELECT count(*) FROM credentials)";
        Ok(ask::number(&self.db().await?, sql, &[]).await? > 0)
    }

    async fn share(&self) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        share(&tx).await?;
        tx.commit(Touches::Desk).await
    }

    async fn secret(&self) -> Result<String, StoreError> {
        let tx = self.begin().await?;
        let new = hex(&random::bytes::<32>());
        ask::change(&tx, "INSERT INTO meta VALUES ('secret', $1) ON CONFLICT DO NOTHING", &[&new]).await?;
        let kept = ask::first(&tx, "SELECT value FROM meta WHERE key = 'secret'", &[], |row| row.text(0)).await?;
        tx.commit(Touches::Nothing).await?;
        kept.ok_or_else(|| StoreError::Damaged("the desk has lost its secret".to_owned()))
    }
}

async fn give(tx: &Db, new: &NewCredential) -> Result<bool, StoreError> {
    let NewCredential { credential: c, fingerprint } = new;
    let hash = fingerprint.to_string();
    let taken = "SELECT count(*) FROM credentials WHERE hash = $1";
    if ask::first(tx, taken, &[&hash], n_of).await? != Some(0) {
        return Ok(false);
    }
    match named(tx, &c.principal.id).await? {
        Some(known) if known.principal != c.principal => return Ok(false),
        Some(_) => {}
        None => enroll(tx, &Person { principal: c.principal.clone(), name: c.name.clone() }).await?,
    }
    share(tx).await?;
    let sql = "INSERT INTO credentials (id, principal, kind, hash, scope, created_at, created_by, expires_at) \
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    let (scope, expires) = (json(&c.scope)?, c.expires_at.map(Timestamp::as_millisecond));
    let (id, principal, by) = (c.id.as_str(), c.principal.id.as_str(), c.created_by.as_str());
    let (kind, created) = (c.kind.as_str(), c.created_at.as_millisecond());
    ask::change(tx, sql, &[&id, &principal, &kind, &hash, &scope, &created, &by, &expires]).await?;
    Ok(true)
}

async fn enroll(tx: &Db, person: &Person) -> Result<(), StoreError> {
    let sql = "INSERT INTO people VALUES ($1, $2, $3) ON CONFLICT (id) DO UPDATE SET name = $2, role = $3";
    let Principal { id, role } = &person.principal;
    ask::change(tx, sql, &[&id.as_str(), &person.name, &role.as_str()]).await?;
    Ok(())
}

async fn share(tx: &Db) -> Result<(), StoreError> {
    ask::change(tx, "INSERT INTO meta VALUES ('shared', '1') ON CONFLICT DO NOTHING", &[]).await?;
    Ok(())
}

async fn named(db: &Db, id: &PrincipalId) -> Result<Option<Person>, StoreError> {
    let sql = format!("SELECT {PERSON} FROM people p WHERE p.id = $1");
    ask::first(db, &sql, &[&id.as_str()], rows::person).await
}
