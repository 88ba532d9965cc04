//! Who may come in: credentials given, shown, taken back, run out, and the people behind them.

use std::sync::Arc;

use countersign::domain::actor::Role;
use countersign::domain::audit::{Action, Event};
use countersign::domain::credential::{Credential, Fingerprint, Kind, Person, Standing};
use countersign::domain::scope::Scope;
use countersign::domain::ticket::Status;
use countersign::store::Store;
use countersign::store::credentials::NewCredential;
use jiff::{SignedDuration, Timestamp};

use crate::house::principal;
use crate::store::{Desk, now, on_both};

on_both! {
    a_credential_is_found_by_what_is_shown_and_by_nothing_else,
    whoever_is_new_is_known_from_their_credential_on,
    what_opens_the_desk_already_is_not_given_again,
    nobody_gets_another_role_by_a_credential,
    a_credential_is_taken_back_once,
    a_credential_whose_time_is_over_is_still_known_and_taken_back,
    credentials_are_listed_oldest_first,
    the_day_on_which_a_credential_was_shown_is_noted,
    a_role_that_changes_is_the_role_of_every_credential,
    what_is_remembered_of_access_is_good_until_somebody_may_do_more_or_less,
    a_desk_is_shared_from_when_it_is_said_or_somebody_has_a_credential,
    everybody_is_listed_by_id_and_known_by_name,
    of_two_who_give_the_same_at_once_one_does,
    of_two_who_take_back_at_once_one_does,
}

/// A time as the desk keeps it: to the millisecond.
fn at(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(1_790_000_000_000 + millis).unwrap()
}

fn given(id: &str, role: Role, secret: &str) -> NewCredential {
    let credential = Credential {
        id: countersign::random::credential_id(),
        kind: Kind::Token,
        principal: principal(id, role),
        name: format!("{id} of the desk"),
        scope: Scope::default(),
        created_at: at(0),
        created_by: "lena".parse().unwrap(),
        expires_at: None,
        revoked_at: None,
        last_used: None,
    };
    NewCredential { credential, fingerprint: Fingerprint::of(secret.as_bytes()) }
}

fn said(action: Action) -> Event {
    Event::new(now(), "lena".parse().unwrap(), "r-test".parse().unwrap(), action, "token")
}

impl Desk {
    async fn give(&self, new: &NewCredential) -> bool {
        self.store.give(new.clone(), said(Action::CredentialGiven)).await.unwrap()
    }

    async fn take_back(&self, new: &NewCredential, when: Timestamp) -> bool {
        let event = said(Action::CredentialTakenBack);
        self.store.take_back(&new.credential.id, when, event).await.unwrap()
    }

    async fn enroll(&self, id: &str, role: Role, name: &str) {
        let person = Person { principal: principal(id, role), name: name.to_owned() };
        self.store.enroll(&person, said(Action::RoleChanged)).await.unwrap();
    }

    async fn shown(&self, secret: &str) -> Option<Credential> {
        self.store.credential(&Fingerprint::of(secret.as_bytes())).await.unwrap()
    }

    async fn epoch(&self) -> u64 {
        self.store.access_epoch().await.unwrap()
    }

    async fn count(&self, action: Action) -> usize {
        self.actions().await.iter().filter(|known| *known == action.as_str()).count()
    }
}

async fn a_credential_is_found_by_what_is_shown_and_by_nothing_else(desk: Desk) {
    let mut new = given("shop-bot", Role::Bot, "s3cret");
    new.credential.scope = Scope {
        tags: vec!["billing \"eu\"".to_owned()],
        assignees: vec!["maya".parse().unwrap()],
        statuses: vec![Status::Open, Status::New],
    };
    new.credential.expires_at = Some(at(86_400_001));
    assert!(desk.give(&new).await);
    let mut certificate = given("maya", Role::Agent, "der");
    certificate.credential.kind = Kind::Certificate;
    "maya".clone_into(&mut certificate.credential.name);
    assert!(desk.give(&certificate).await);
    assert_eq!(desk.shown("s3cret").await.as_ref(), Some(&new.credential));
    assert_eq!(desk.shown("der").await.as_ref(), Some(&certificate.credential));
    assert_eq!(desk.again().await.credential(&new.fingerprint).await.unwrap(), Some(new.credential.clone()));
    for other in ["S3CRET", "s3cret ", "", new.credential.id.as_str(), &new.fingerprint.to_string()] {
        assert_eq!(desk.shown(other).await, None, "{other}");
    }
    assert_eq!(desk.count(Action::CredentialGiven).await, 2);
}

async fn whoever_is_new_is_known_from_their_credential_on(desk: Desk) {
    let new = given("zoe", Role::Supervisor, "one");
    assert_eq!(desk.store.person_named(&new.credential.principal.id).await.unwrap(), None);
    assert!(desk.give(&new).await);
    let known = desk.store.person_named(&new.credential.principal.id).await.unwrap().unwrap();
    assert_eq!((known.principal, known.name.as_str()), (principal("zoe", Role::Supervisor), "zoe of the desk"));
    // Whoever is known keeps the name that they have.
    assert!(desk.give(&given("maya", Role::Agent, "two")).await);
    assert_eq!(desk.shown("two").await.unwrap().name, "maya");
}

async fn what_opens_the_desk_already_is_not_given_again(desk: Desk) {
    let new = given("maya", Role::Agent, "same");
    assert!(desk.give(&new).await);
    let epoch = desk.epoch().await;
    assert!(!desk.give(&given("zoe", Role::Agent, "same")).await);
    assert!(desk.take_back(&new, at(1)).await);
    assert!(!desk.give(&given("maya", Role::Agent, "same")).await, "not even once it was taken back");
    assert_eq!(desk.store.credentials().await.unwrap().len(), 1);
    assert_eq!(desk.store.person_named(&"zoe".parse().unwrap()).await.unwrap(), None);
    assert_eq!(desk.count(Action::CredentialGiven).await, 1);
    assert_eq!(desk.epoch().await, epoch + 1, "only taking it back has changed anything");
}

async fn nobody_gets_another_role_by_a_credential(desk: Desk) {
    let before = (desk.epoch().await, desk.store.people().await.unwrap());
    assert!(!desk.give(&given("vera", Role::Admin, "more")).await);
    assert!(!desk.give(&given("lena", Role::Viewer, "less")).await);
    assert!(desk.store.credentials().await.unwrap().is_empty());
    assert_eq!((desk.epoch().await, desk.store.people().await.unwrap()), before);
    assert!(!desk.store.is_shared().await.unwrap());
    assert_eq!(desk.count(Action::CredentialGiven).await, 0);
}

async fn a_credential_is_taken_back_once(desk: Desk) {
    let (new, other) = (given("maya", Role::Agent, "one"), given("maya", Role::Agent, "two"));
    assert!(desk.give(&new).await && desk.give(&other).await);
    assert!(!desk.take_back(&given("maya", Role::Agent, "three"), at(5)).await, "nobody knows it");
    assert!(desk.take_back(&new, at(7)).await);
    assert!(!desk.take_back(&new, at(9)).await);
    let known = desk.shown("one").await.unwrap();
    assert_eq!((known.revoked_at, known.standing(at(0))), (Some(at(7)), Standing::Revoked));
    assert_eq!(desk.shown("two").await.unwrap().standing(at(10)), Standing::Good);
    assert_eq!(desk.count(Action::CredentialTakenBack).await, 1);
}

async fn a_credential_whose_time_is_over_is_still_known_and_taken_back(desk: Desk) {
    let mut new = given("maya", Role::Agent, "one");
    new.credential.expires_at = Some(at(1_000));
    assert!(desk.give(&new).await);
    let known = desk.shown("one").await.unwrap();
    assert_eq!((known.standing(at(999)), known.standing(at(1_000))), (Standing::Good, Standing::Expired));
    assert!(desk.take_back(&new, at(2_000)).await);
    assert_eq!(desk.shown("one").await.unwrap().standing(at(0)), Standing::Revoked);
}

async fn credentials_are_listed_oldest_first(desk: Desk) {
    assert!(desk.store.credentials().await.unwrap().is_empty());
    let mut all: Vec<NewCredential> = (0..4).map(|n| given("maya", Role::Agent, &format!("secret {n}"))).collect();
    for (new, millis) in all.iter_mut().zip([30, 10, 20, 20]) {
        new.credential.created_at = at(millis);
        "maya".clone_into(&mut new.credential.name);
        assert!(desk.give(new).await);
    }
    let mut expected: Vec<Credential> = all.into_iter().map(|new| new.credential).collect();
    expected.sort_by(|a, b| (a.created_at, a.id.as_str()).cmp(&(b.created_at, b.id.as_str())));
    assert_eq!(desk.store.credentials().await.unwrap(), expected);
}

async fn the_day_on_which_a_credential_was_shown_is_noted(desk: Desk) {
    let new = given("maya", Role::Agent, "one");
    assert!(desk.give(&new).await);
    let (before, log) = (desk.epoch().await, desk.actions().await);
    for day in ["2026-11-28", "2026-11-29"] {
        desk.store.shown(&new.credential.id, day.parse().unwrap()).await.unwrap();
        assert_eq!(desk.shown("one").await.unwrap().last_used.unwrap().to_string(), day);
    }
    desk.store.shown(&countersign::random::credential_id(), "2026-11-29".parse().unwrap()).await.unwrap();
    assert_eq!(desk.store.credentials().await.unwrap().len(), 1);
    assert_eq!((desk.epoch().await, desk.actions().await), (before, log), "nobody may do more or less for it");
}

async fn a_role_that_changes_is_the_role_of_every_credential(desk: Desk) {
    assert!(desk.give(&given("maya", Role::Agent, "one")).await);
    desk.enroll("maya", Role::Viewer, "Maya L.").await;
    let known = desk.shown("one").await.unwrap();
    assert_eq!((known.principal.role, known.name.as_str()), (Role::Viewer, "Maya L."));
    assert_eq!(desk.store.credentials().await.unwrap(), [known]);
    assert!(!desk.give(&given("maya", Role::Agent, "two")).await, "the role that she had gives nothing any more");
    assert_eq!(desk.count(Action::RoleChanged).await, 1);
}

async fn what_is_remembered_of_access_is_good_until_somebody_may_do_more_or_less(desk: Desk) {
    let other = desk.again().await;
    let new = given("maya", Role::Agent, "one");
    let mut before = desk.epoch().await;
    let mut grows = async |what: &str| {
        let now = other.access_epoch().await.unwrap();
        assert!(now > before, "{what}");
        before = now;
    };
    desk.give(&new).await;
    grows("given").await;
    desk.enroll("maya", Role::Supervisor, "Maya").await;
    grows("another role").await;
    desk.store.save_person(&principal("maya", Role::Agent), "Maya").await.unwrap();
    grows("another role, set from outside").await;
    desk.take_back(&new, at(1)).await;
    grows("taken back").await;
    let before = desk.epoch().await;
    assert!(!desk.take_back(&new, at(2)).await);
    desk.through(crate::house::update("T-1", serde_json::json!({"tags": ["x"]}))).await.unwrap();
    assert_eq!(desk.epoch().await, before, "nothing else does");
}

async fn a_desk_is_shared_from_when_it_is_said_or_somebody_has_a_credential(desk: Desk) {
    let other = desk.again().await;
    assert!(!other.is_shared().await.unwrap());
    for _ in 0..2 {
        desk.store.share().await.unwrap();
        assert!(other.is_shared().await.unwrap());
    }
    desk.way.tamper("DELETE FROM meta WHERE key = 'shared'").await;
    assert!(!other.is_shared().await.unwrap());
    desk.give(&given("maya", Role::Agent, "one")).await;
    // What belongs to one place does not come along when a desk is copied; its credentials do.
    desk.way.tamper("DELETE FROM meta WHERE key = 'shared'").await;
    assert!(other.is_shared().await.unwrap());
}

async fn everybody_is_listed_by_id_and_known_by_name(desk: Desk) {
    desk.enroll("Zoe", Role::Admin, "Zoë 'Z' 退款").await;
    desk.enroll("maya", Role::Agent, "").await;
    let listed = desk.store.people().await.unwrap();
    let ids: Vec<_> = listed.iter().map(|person| person.principal.id.as_str()).collect();
    assert_eq!(ids, ["Zoe", "lena", "maya", "tom", "vera"], "in the order of bytes, whatever the database's language");
    for person in &listed {
        let named = desk.store.person_named(&person.principal.id).await.unwrap();
        assert_eq!(named.as_ref(), Some(person));
    }
    assert_eq!((listed[0].name.as_str(), listed[2].name.as_str()), ("Zoë 'Z' 退款", ""));
    assert_eq!(desk.store.person_named(&"zoe".parse().unwrap()).await.unwrap(), None);
}

async fn of_two_who_give_the_same_at_once_one_does(desk: Desk) {
    let other = desk.again().await;
    for n in 0..5 {
        let give = |store: &Arc<dyn Store>, who: &str| {
            let (store, new) = (Arc::clone(store), given(who, Role::Agent, &format!("secret {n}")));
            tokio::spawn(async move { store.give(new, said(Action::CredentialGiven)).await.unwrap() })
        };
        let (here, there) = (give(&desk.store, &format!("a{n}")), give(&other, &format!("b{n}")));
        assert!(here.await.unwrap() ^ there.await.unwrap());
    }
    assert_eq!(desk.store.credentials().await.unwrap().len(), 5);
    assert_eq!(desk.store.people().await.unwrap().len(), 4 + 5, "whoever got nothing is nobody");
    assert_eq!(desk.count(Action::CredentialGiven).await, 5);
}

async fn of_two_who_take_back_at_once_one_does(desk: Desk) {
    let other = desk.again().await;
    for n in 0..5 {
        let new = given("maya", Role::Agent, &format!("secret {n}"));
        assert!(desk.give(&new).await);
        let take = |store: &Arc<dyn Store>, millis| {
            let (store, id) = (Arc::clone(store), new.credential.id.clone());
            let when = at(0).checked_add(SignedDuration::from_millis(millis)).unwrap();
            tokio::spawn(async move { store.take_back(&id, when, said(Action::CredentialTakenBack)).await.unwrap() })
        };
        let (here, there) = (take(&desk.store, 1), take(&other, 2));
        let (here, there) = (here.await.unwrap(), there.await.unwrap());
        assert!(here ^ there);
        let known = desk.store.credential(&new.fingerprint).await.unwrap().unwrap();
        assert_eq!(known.revoked_at, Some(at(if here { 1 } else { 2 })), "it was the one who was told so");
    }
    assert_eq!(desk.count(Action::CredentialTakenBack).await, 5);
}
