//! Who comes in: tokens, roles, and what the desk keeps of them.

mod answers;
mod certificates;
mod issuers;
mod leaving;
mod matrix;
mod programs;
mod scope;
pub(crate) mod stub_issuer;
mod tokens;

use std::sync::Arc;

use countersign::access::{self, Access, Token, Wanted, What};
use countersign::clock;
use countersign::domain::actor::{Principal, Role};
use countersign::domain::credential::Credential;
use countersign::domain::scope::Scope;
use jiff::SignedDuration;

use crate::house::{House, principal};

pub(crate) fn ada() -> Principal {
    principal("ada", Role::Admin)
}

/// A house with an admin, and the door to it.
pub(crate) async fn house() -> (House, Access) {
    let house = House::new().await;
    countersign::store::Store::save_person(house.store.as_ref(), &ada(), "Ada").await.unwrap();
    let access = Access::new(house.store.clone());
    (house, access)
}

pub(crate) fn wanted(name: &str, role: Role) -> Wanted {
    let id = name.parse().unwrap();
    Wanted { id, name: name.to_owned(), role, scope: Scope::default(), expires_at: None, what: What::Token }
}

pub(crate) async fn give(house: &House, wanted: Wanted) -> (Credential, Token) {
    let store: Arc<dyn countersign::store::Store> = house.store.clone();
    let (credential, token) = access::give(store.as_ref(), &ada(), &house.run.id, wanted).await.unwrap();
    (credential, token.unwrap())
}

pub(crate) fn a_moment_ago() -> jiff::Timestamp {
    clock::now().checked_sub(SignedDuration::from_secs(1)).unwrap()
}
