//! Who may come in from outside, and in which role.

use async_trait::async_trait;
use jiff::Timestamp;
use jiff::civil::Date;

use crate::domain::audit::Event;
use crate::domain::credential::{Credential, Fingerprint, Person};
use crate::domain::ids::{CredentialId, PrincipalId};
use crate::store::StoreError;

/// A credential that shall be kept.
#[derive(Clone, Debug)]
pub struct NewCredential {
    /// What the desk knows of it.
    pub credential: Credential,
    /// What it is found by.
    pub fingerprint: Fingerprint,
}

/// What the door looks people up by.
#[async_trait]
pub trait Credentials {
    /// Keeps a credential, its principal with it where the desk does not know them yet, and its record, in one
    /// transaction; false, and nothing changed, where something with this fingerprint is there or the principal's role
    /// is another one.
    async fn give(&self, new: NewCredential, event: Event) -> Result<bool, StoreError>;
    /// Takes a credential back; false, and nothing changed, where there is none that is good.
    async fn take_back(&self, id: &CredentialId, at: Timestamp, event: Event) -> Result<bool, StoreError>;
    /// The credential with this fingerprint, whatever became of it.
    async fn credential(&self, shown: &Fingerprint) -> Result<Option<Credential>, StoreError>;
    /// Every credential, oldest first.
    async fn credentials(&self) -> Result<Vec<Credential>, StoreError>;
    /// Notes the day on which a credential was shown.
    async fn shown(&self, id: &CredentialId, on: Date) -> Result<(), StoreError>;
    /// Everybody whom the desk knows, by name.
    async fn people(&self) -> Result<Vec<Person>, StoreError>;
    /// Adds somebody or gives them another role and name, with its record in the same transaction.
    async fn enroll(&self, person: &Person, event: Event) -> Result<(), StoreError>;
    /// Somebody with their name, as of now.
    async fn person_named(&self, id: &PrincipalId) -> Result<Option<Person>, StoreError>;
    /// Goes up whenever somebody may do more or less than before.
    async fn access_epoch(&self) -> Result<u64, StoreError>;
    /// Whether others come in from outside: what the desk knows of people's roles counts then, and nothing else.
    async fn is_shared(&self) -> Result<bool, StoreError>;
    /// Notes that others come in from outside from now on.
    async fn share(&self) -> Result<(), StoreError>;
    /// What the servers of this desk seal notes with that any of them may have to open: 64 hex digits, made when they
    /// are first asked for.
    async fn secret(&self) -> Result<String, StoreError>;
}
