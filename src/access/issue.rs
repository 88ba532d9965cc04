//! Giving and taking back credentials and roles; each of it is in the log, with who did it.

use jiff::Timestamp;
use serde_json::{Value, json};

use crate::access::Token;
use crate::clock;
use crate::domain::actor::{Operation, Principal, Role};
use crate::domain::audit::{Action, Body, Event};
use crate::domain::credential::{Credential, Fingerprint, Kind, Person};
use crate::domain::ids::{CredentialId, PrincipalId, RunId};
use crate::domain::realm;
use crate::domain::scope::Scope;
use crate::random;
use crate::store::credentials::NewCredential;
use crate::store::{Store, StoreError};

/// The tool's name in the log.
const TOOL: &str = "access";
/// The names of the bots that people's own assistants act as begin so.
const ASSISTANT: &str = "assistant-";

/// What shall be shown at the door.
#[derive(Debug)]
pub enum What {
    /// A new token.
    Token,
    /// A certificate that somebody has.
    Certificate(Fingerprint),
}

/// A credential that is asked for.
#[derive(Debug)]
pub struct Wanted {
    /// Whose it shall be.
    pub id: PrincipalId,
    /// Their name as shown, when the desk does not know them yet.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// Which tickets it opens.
    pub scope: Scope,
    /// Until when.
    pub expires_at: Option<Timestamp>,
    /// What is shown.
    pub what: What,
}

/// Why something is not given.
#[derive(Debug, thiserror::Error)]
pub enum NotGiven {
    /// Only an admin gives and takes back.
    #[error("{} is {} here: only an admin may do this", .0.id, a(.0.role))]
    Forbidden(Principal),
    /// The name is taken by somebody who is something else.
    #[error("{} is {} of this desk: {}", .0.id, a(.0.role), way_out(.0, *.1))]
    OtherRole(Principal, Role),
    /// The name is kept for the assistants of people.
    #[error("names that begin with {ASSISTANT} are kept for people's own assistants: choose another")]
    Reserved,
    /// The name is of the kind that an issuer of tokens gives.
    #[error("names with a dot are of people whom an issuer of tokens vouches for: it alone says what they are")]
    VouchedFor,
    /// A person sees every ticket.
    #[error("a scope is for bots: a person of this desk sees every ticket")]
    Scoped,
    /// There is no good credential of that name, or this certificate is one already.
    #[error("{0}")]
    Nothing(&'static str),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn a(role: Role) -> String {
    if matches!(role, Role::Agent | Role::Admin) { format!("an {role}") } else { format!("a {role}") }
}

/// A bot never becomes a person, nor the other way round: the log would tell the two by nothing.
fn way_out(known: &Principal, wanted: Role) -> String {
    if (known.role == Role::Bot) == (wanted == Role::Bot) {
        format!(
            "say so with --role {}, or change it first with `countersign roles set {} {wanted}`",
            known.role, known.id
        )
    } else {
        "choose another --name".to_owned()
    }
}

/// Gives a credential; the token in it is not to be had again.
///
/// # Errors
/// When `by` may not, the name is somebody else's, or the store fails.
pub async fn give(
    store: &dyn Store,
    by: &Principal,
    run: &RunId,
    wanted: Wanted,
) -> Result<(Credential, Option<Token>), NotGiven> {
    may(by)?;
    let Wanted { id, name, role, scope, expires_at, what } = wanted;
    let principal = Principal { id, role };
    let known = free(store, &principal).await?;
    if role != Role::Bot && !scope.is_all() {
        return Err(NotGiven::Scoped);
    }
    let (kind, fingerprint, token) = match what {
        What::Token => {
            let token = Token::new(role);
            (Kind::Token, token.fingerprint(), Some(token))
        }
        What::Certificate(fingerprint) => (Kind::Certificate, fingerprint, None),
    };
    let credential = Credential {
        id: random::credential_id(),
        kind,
        principal,
        name: known.map_or(name, |known| known.name),
        scope,
        created_at: clock::now(),
        created_by: by.id.clone(),
        expires_at,
        revoked_at: None,
        last_used: None,
    };
    let record = event(by, run, Action::CredentialGiven, described(&credential));
    let new = NewCredential { credential: credential.clone(), fingerprint };
    if store.give(new, record).await? {
        Ok((credential, token))
    } else {
        Err(NotGiven::Nothing("this certificate is a credential already, or the role has just been changed"))
    }
}

/// Takes a credential back.
///
/// # Errors
/// When `by` may not, there is none, or the store fails.
pub async fn take_back(store: &dyn Store, by: &Principal, run: &RunId, id: &CredentialId) -> Result<(), NotGiven> {
    may(by)?;
    let record = event(by, run, Action::CredentialTakenBack, json!({"credential": id}));
    let taken = store.take_back(id, record.at, record).await?;
    if taken { Ok(()) } else { Err(NotGiven::Nothing("there is no such credential that is good; see `token list`")) }
}

/// Gives somebody a role.
///
/// # Errors
/// When `by` may not, the desk does not know them, they are a bot or would become one, or the store fails.
pub async fn set_role(
    store: &dyn Store,
    by: &Principal,
    run: &RunId,
    id: &PrincipalId,
    role: Role,
) -> Result<(), NotGiven> {
    may(by)?;
    if realm::is_vouched_for(id) {
        return Err(NotGiven::VouchedFor);
    }
    let Some(known) = store.person_named(id).await? else {
        return Err(NotGiven::Nothing("the desk knows nobody of that name"));
    };
    if (known.principal.role == Role::Bot) != (role == Role::Bot) {
        return Err(NotGiven::OtherRole(known.principal, role));
    }
    changed(store, by, run, known, role).await
}

/// Makes whoever has the desk's file its admin, where it has none: somebody must be able to let others in.
///
/// # Errors
/// When the store fails.
pub async fn found(store: &dyn Store, by: &Person, run: &RunId) -> Result<Option<Principal>, NotGiven> {
    let has_admin = store.people().await?.iter().any(|person| person.principal.role == Role::Admin);
    if has_admin || by.principal.role == Role::Bot {
        return Ok(None);
    }
    changed(store, &by.principal, run, by.clone(), Role::Admin).await?;
    Ok(Some(Principal { role: Role::Admin, ..by.principal.clone() }))
}

/// Makes somebody known for whom an issuer vouches, or known in another role; it is in the log as their own doing.
pub(crate) async fn vouched_for(
    store: &dyn Store,
    issuer: &str,
    person: &Person,
    known: Option<Role>,
) -> Result<(), StoreError> {
    let Person { principal: Principal { id, role }, .. } = person;
    let said = json!({"principal": id, "before": known, "role": role, "issuer": issuer});
    let record = event(&person.principal, &random::run_id(), Action::RoleChanged, said);
    store.enroll(person, record).await
}

async fn changed(
    store: &dyn Store,
    by: &Principal,
    run: &RunId,
    mut person: Person,
    role: Role,
) -> Result<(), NotGiven> {
    let said = json!({"principal": person.principal.id, "before": person.principal.role, "role": role});
    person.principal.role = role;
    Ok(store.enroll(&person, event(by, run, Action::RoleChanged, said)).await?)
}

fn may(by: &Principal) -> Result<(), NotGiven> {
    if by.role.may(Operation::ManageAccess) { Ok(()) } else { Err(NotGiven::Forbidden(by.clone())) }
}

/// Whoever goes by that name, if it is the same principal.
async fn free(store: &dyn Store, wanted: &Principal) -> Result<Option<Person>, NotGiven> {
    if wanted.id.as_str().starts_with(ASSISTANT) {
        return Err(NotGiven::Reserved);
    }
    if realm::is_vouched_for(&wanted.id) {
        return Err(NotGiven::VouchedFor);
    }
    let known = store.person_named(&wanted.id).await?;
    match &known {
        Some(person) if person.principal != *wanted => Err(NotGiven::OtherRole(person.principal.clone(), wanted.role)),
        Some(_) | None => Ok(known),
    }
}

fn described(credential: &Credential) -> Value {
    let Credential { id, kind, principal, scope, expires_at, .. } = credential;
    json!({
        "credential": id, "kind": kind, "principal": principal.id, "role": principal.role,
        "scope": scope.to_string(), "expires_at": expires_at.map(|at| at.to_string()),
    })
}

fn event(by: &Principal, run: &RunId, action: Action, arguments: Value) -> Event {
    let body = Body { arguments, ..Body::default() };
    Event { body, ..Event::new(clock::now(), by.id.clone(), run.clone(), action, TOOL) }
}
