//! Credentials and the people they belong to, in SQLite.

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;
use rusqlite::{Connection, OptionalExtension as _, Transaction, params};

use crate::domain::actor::Principal;
use crate::domain::audit::Event;
use crate::domain::canonical::hex;
use crate::domain::credential::{Credential, Fingerprint, Person};
use crate::domain::ids::{CredentialId, PrincipalId};
use crate::random;
use crate::store::credentials::{Credentials, NewCredential};
use crate::store::rows::{self, CREDENTIAL, PERSON};
use crate::store::sqlite::group::Turn;
use crate::store::sqlite::{Sqlite, log};
use crate::store::{StoreError, Touches};

/// Where credentials are found with their principals.
const TABLES: &str = "credentials c JOIN people p ON p.id = c.principal";
/// A desk that was copied has its credentials, and nothing that belongs to one place.
const SHARED: &str = "SELECT EXISTS (SELECT 1 FROM meta WHERE key = 'shared') OR EXISTS (SELECT 1 FROM credentials)";

#[async_trait]
impl Credentials for Sqlite {
    async fn give(&self, new: NewCredential, event: Event) -> Result<bool, StoreError> {
        let work = move |tx: &mut Turn<'_>| {
            let given = give(tx, &new)?;
            if given {
                log::append(tx, &[event])?;
            }
            Ok(given)
        };
        self.writer.transact(Touches::Desk, work).await
    }

    async fn take_back(&self, id: &CredentialId, at: Timestamp, event: Event) -> Result<bool, StoreError> {
        let sql = "UPDATE credentials SET revoked_at = ?2, revoked_by = ?3 WHERE id = ?1 AND revoked_at IS NULL";
        let id = id.clone();
        let work = move |tx: &mut Turn<'_>| {
            let changed =
                tx.prepare_cached(sql)?.execute(params![id.as_str(), at.as_millisecond(), event.actor.as_str()])?;
            if changed == 1 {
                log::append(tx, &[event])?;
            }
            Ok(changed == 1)
        };
        self.writer.transact(Touches::Desk, work).await
    }

    async fn credential(&self, shown: &Fingerprint) -> Result<Option<Credential>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(&format!("SELECT {CREDENTIAL} FROM {TABLES} WHERE c.hash = ?1"))?;
            Ok(query.query_row([shown.to_string()], |row| rows::credential(row)).optional()?)
        })
    }

    async fn credentials(&self) -> Result<Vec<Credential>, StoreError> {
        self.read(|db| {
            let sql = format!("SELECT {CREDENTIAL} FROM {TABLES} ORDER BY c.created_at, c.id");
            let mut query = db.prepare_cached(&sql)?;
            Ok(query.query_map([], |row| rows::credential(row))?.collect::<Result<_, _>>()?)
        })
    }

    async fn shown(&self, id: &CredentialId, on: Date) -> Result<(), StoreError> {
        let sql = "UPDATE credentials SET last_used = ?2 WHERE id = ?1";
        let id = id.clone();
        let work = move |tx: &mut Turn<'_>| {
            tx.prepare_cached(sql)?.execute([id.as_str(), &on.to_string()])?;
            Ok(())
        };
        self.writer.transact(Touches::Nothing, work).await
    }

    async fn people(&self) -> Result<Vec<Person>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(&format!("SELECT {PERSON} FROM people p ORDER BY p.id"))?;
            Ok(query.query_map([], |row| rows::person(row))?.collect::<Result<_, _>>()?)
        })
    }

    async fn enroll(&self, person: &Person, event: Event) -> Result<(), StoreError> {
        let person = person.clone();
        let work = move |tx: &mut Turn<'_>| {
            enroll(tx, &person)?;
            log::append(tx, &[event])
        };
        self.writer.transact(Touches::Desk, work).await
    }

    async fn person_named(&self, id: &PrincipalId) -> Result<Option<Person>, StoreError> {
        self.read(|db| named(db, id))
    }

    async fn access_epoch(&self) -> Result<u64, StoreError> {
        self.read(|db| {
            let sql = "SELECT CAST(value AS INTEGER) FROM meta WHERE key = 'access'";
            Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
        })
    }

    async fn is_shared(&self) -> Result<bool, StoreError> {
        self.read(|db| Ok(db.prepare_cached(SHARED)?.query_row([], |row| row.get(0))?))
    }

    async fn share(&self) -> Result<(), StoreError> {
        self.writer.transact(Touches::Desk, |tx: &mut Turn<'_>| share(tx)).await
    }

    async fn secret(&self) -> Result<String, StoreError> {
        let new = hex(&random::bytes::<32>());
        let work = move |tx: &mut Turn<'_>| {
            tx.execute("INSERT INTO meta VALUES ('secret', ?1) ON CONFLICT DO NOTHING", [new])?;
            Ok(tx.query_row("SELECT value FROM meta WHERE key = 'secret'", [], |row| row.get(0))?)
        };
        self.writer.transact(Touches::Nothing, work).await
    }
}

fn give(tx: &Transaction<'_>, new: &NewCredential) -> Result<bool, StoreError> {
    let NewCredential { credential: c, fingerprint } = new;
    let taken = "SELECT EXISTS (SELECT 1 FROM credentials WHERE hash = ?1)";
    if tx.prepare_cached(taken)?.query_row([fingerprint.to_string()], |row| row.get(0))? {
        return Ok(false);
    }
    match named(tx, &c.principal.id)? {
        Some(known) if known.principal != c.principal => return Ok(false),
        Some(_) => {}
        None => enroll(tx, &Person { principal: c.principal.clone(), name: c.name.clone() })?,
    }
    share(tx)?;
    let scope = serde_json::to_string(&c.scope).map_err(|e| StoreError::Failed(e.to_string()))?;
    let sql = "INSERT INTO credentials (id, principal, kind, hash, scope, created_at, created_by, expires_at) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
    tx.prepare_cached(sql)?.execute(params![
        c.id.as_str(),
        c.principal.id.as_str(),
        c.kind.as_str(),
        fingerprint.to_string(),
        scope,
        c.created_at.as_millisecond(),
        c.created_by.as_str(),
        c.expires_at.map(Timestamp::as_millisecond)
    ])?;
    Ok(true)
}

fn enroll(tx: &Transaction<'_>, person: &Person) -> Result<(), StoreError> {
    let sql = "INSERT INTO people VALUES (?1, ?2, ?3) ON CONFLICT DO UPDATE SET name = ?2, role = ?3";
    let Principal { id, role } = &person.principal;
    tx.prepare_cached(sql)?.execute(params![id.as_str(), person.name, role.as_str()])?;
    Ok(())
}

fn share(tx: &Transaction<'_>) -> Result<(), StoreError> {
    tx.prepare_cached("INSERT INTO meta VALUES ('shared', '1') ON CONFLICT DO NOTHING")?.execute([])?;
    Ok(())
}

fn named(db: &Connection, id: &PrincipalId) -> Result<Option<Person>, StoreError> {
    let mut query = db.prepare_cached(&format!("SELECT {PERSON} FROM people p WHERE p.id = ?1"))?;
    Ok(query.query_row([id.as_str()], |row| rows::person(row)).optional()?)
}
