use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign::access::{self, Access, NotGiven, Unauthenticated, Wanted, What};
use countersign::domain::actor::Role;
use countersign::domain::audit::Action;
use countersign::domain::credential::Fingerprint;
use countersign::domain::ids::PrincipalId;
use countersign::store::Store;
use countersign::store::credentials::Credentials as _;
use countersign::store::sqlite::Sqlite;

use crate::access::{a_moment_ago, ada, give, house, wanted};
use crate::house::principal;

#[tokio::test]
async fn a_token_opens_the_desk_as_its_principal_in_the_role_they_have_now() {
    let (house, access) = house().await;
    let (_, token) = give(&house, wanted("maya", Role::Agent)).await;
    let identity = access.authenticate(token.reveal()).await.unwrap();
    assert_eq!((identity.principal, identity.name.as_str()), (principal("maya", Role::Agent), "maya"));
    let maya: PrincipalId = "maya".parse().unwrap();
    access::set_role(house.store.as_ref(), &ada(), &house.run.id, &maya, Role::Viewer).await.unwrap();
    assert_eq!(access.authenticate(token.reveal()).await.unwrap().principal.role, Role::Viewer);
    house.store.save_person(&principal("maya", Role::Supervisor), "Maya L.").await.unwrap();
    let identity = access.authenticate(token.reveal()).await.unwrap();
    assert_eq!((identity.principal.role, identity.name.as_str()), (Role::Supervisor, "Maya L."));
}

#[tokio::test]
async fn a_token_that_was_taken_back_opens_nothing_from_that_moment() {
    let (house, access) = house().await;
    let (credential, token) = give(&house, wanted("triage", Role::Bot)).await;
    access.authenticate(token.reveal()).await.unwrap();
    access::take_back(house.store.as_ref(), &ada(), &house.run.id, &credential.id).await.unwrap();
    let refused = access.authenticate(token.reveal()).await.unwrap_err();
    assert!(matches!(refused, Unauthenticated::Revoked), "{refused:?}");
    let again = access::take_back(house.store.as_ref(), &ada(), &house.run.id, &credential.id).await.unwrap_err();
    assert!(matches!(again, NotGiven::Nothing(_)), "{again:?}");
}

#[tokio::test]
async fn another_process_hears_of_it_within_a_second() {
    let (house, _) = house().await;
    let (credential, token) = give(&house, wanted("triage", Role::Bot)).await;
    let other = Access::new(Arc::new(Sqlite::open(&house.path()).unwrap().store));
    other.authenticate(token.reveal()).await.unwrap();
    access::take_back(house.store.as_ref(), &ada(), &house.run.id, &credential.id).await.unwrap();
    let since = Instant::now();
    while other.authenticate(token.reveal()).await.is_ok() {
        // Half a second by itself; the machine is shared.
        assert!(since.elapsed() < Duration::from_secs(10), "it still opens the desk");
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test]
async fn what_is_no_token_an_unknown_one_and_an_expired_one_open_nothing() {
    let (house, access) = house().await;
    let expired = Wanted { expires_at: Some(a_moment_ago()), ..wanted("maya", Role::Agent) };
    let (_, expired) = give(&house, expired).await;
    let (_, other) = give(&house, wanted("maya", Role::Agent)).await;
    let unknown = other.reveal().replace(|digit: char| digit.is_ascii_digit(), "e");
    let spaced = format!("{} ", other.reveal());
    let cut = &other.reveal()[..60];
    for (shown, word) in [
        (expired.reveal(), "expired"),
        (&unknown, "unknown"),
        (&spaced, "malformed"),
        (cut, "malformed"),
        ("", "malformed"),
    ] {
        let refused = access.authenticate(shown).await.unwrap_err();
        assert_eq!(refused.to_string(), word, "{shown:?}");
    }
}

#[tokio::test]
async fn the_secret_is_kept_nowhere_and_who_gave_it_is_in_the_log() {
    let (house, access) = house().await;
    let (credential, token) = give(&house, wanted("triage", Role::Bot)).await;
    access.authenticate(token.reveal()).await.unwrap();
    access::take_back(house.store.as_ref(), &ada(), &house.run.id, &credential.id).await.unwrap();
    house.store.flush().await.unwrap();
    let secret = token.reveal().as_bytes();
    for entry in std::fs::read_dir(house.dir.path()).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        assert!(!bytes.windows(secret.len()).any(|window| window == secret));
        assert!(!bytes.windows(40).any(|window| window == &secret[secret.len() - 40..]));
    }
    let log = house.store.log(None, 10).await.unwrap();
    let given = log.iter().find(|record| record.action == Action::CredentialGiven.as_str()).unwrap();
    let taken = log.iter().find(|record| record.action == Action::CredentialTakenBack.as_str()).unwrap();
    assert_eq!((given.actor.as_str(), taken.actor.as_str()), ("ada", "ada"));
    let said = house.store.log_body(given.seq).await.unwrap().unwrap();
    assert_eq!(said.arguments["principal"], "triage");
    assert_eq!(said.arguments["credential"], credential.id.as_str());
    house.store.verify(None).await.unwrap().unwrap();
}

#[tokio::test]
async fn only_an_admin_gives_takes_back_and_changes_roles() {
    let (house, _) = house().await;
    let (credential, _) = give(&house, wanted("triage", Role::Bot)).await;
    let (store, run) = (house.store.as_ref(), &house.run.id);
    for role in [Role::Bot, Role::Viewer, Role::Agent, Role::Supervisor] {
        let by = principal("somebody", role);
        let given = access::give(store, &by, run, wanted("mine", Role::Admin)).await.map(|_| ());
        let taken = access::take_back(store, &by, run, &credential.id).await;
        let changed = access::set_role(store, &by, run, &"maya".parse().unwrap(), Role::Admin).await;
        for result in [given, taken, changed] {
            assert!(matches!(result, Err(NotGiven::Forbidden(_))), "{role}: {result:?}");
        }
    }
    assert_eq!(store.credentials().await.unwrap().len(), 1);
    assert!(store.credentials().await.unwrap()[0].revoked_at.is_none());
}

#[tokio::test]
async fn a_bot_never_goes_by_a_persons_name_nor_the_other_way_round() {
    let (house, _) = house().await;
    let (store, run) = (house.store.as_ref(), &house.run.id);
    give(&house, wanted("triage", Role::Bot)).await;
    for (name, role) in [("maya", Role::Bot), ("triage", Role::Agent), ("maya", Role::Admin), ("lena", Role::Agent)] {
        let refused = access::give(store, &ada(), run, wanted(name, role)).await.unwrap_err();
        assert!(matches!(refused, NotGiven::OtherRole(..)), "{name} {role}: {refused:?}");
    }
    let refused = access::give(store, &ada(), run, wanted("assistant-maya", Role::Agent)).await.unwrap_err();
    assert!(matches!(refused, NotGiven::Reserved), "{refused:?}");
    let refused = access::set_role(store, &ada(), run, &"triage".parse().unwrap(), Role::Admin).await.unwrap_err();
    assert!(matches!(refused, NotGiven::OtherRole(..)), "{refused:?}");
    assert!(countersign::app::program(store, "triage").await.is_ok());
    assert!(countersign::app::program(store, "maya").await.is_err());
}

#[tokio::test]
async fn a_certificate_is_a_credential_and_a_token_is_not_one_of_that_kind() {
    let (house, access) = house().await;
    let der = b"what a certificate would be";
    let what = What::Certificate(Fingerprint::of(der));
    let (store, run) = (house.store.as_ref(), &house.run.id);
    let wanted_one = || wanted("triage", Role::Bot);
    let (_, token) = access::give(store, &ada(), run, Wanted { what, ..wanted_one() }).await.unwrap();
    assert!(token.is_none());
    assert_eq!(access.by_certificate(der).await.unwrap().principal, principal("triage", Role::Bot));
    let (_, token) = give(&house, wanted_one()).await;
    let shown = access.by_certificate(token.reveal().as_bytes()).await.unwrap_err();
    assert!(matches!(shown, Unauthenticated::Unknown), "{shown:?}");
    let what = What::Certificate(Fingerprint::of(der));
    let twice = access::give(store, &ada(), run, Wanted { what, ..wanted("other", Role::Bot) }).await.unwrap_err();
    assert!(matches!(twice, NotGiven::Nothing(_)), "{twice:?}");
    assert!(store.person_named(&"other".parse().unwrap()).await.unwrap().is_none());
}

#[tokio::test]
async fn the_day_of_the_last_use_is_noted_once() {
    let (house, access) = house().await;
    let (_, token) = give(&house, wanted("triage", Role::Bot)).await;
    assert_eq!(house.store.credentials().await.unwrap()[0].last_used, None);
    let epoch = house.store.access_epoch().await.unwrap();
    for _ in 0..3 {
        access.authenticate(token.reveal()).await.unwrap();
    }
    assert!(house.store.credentials().await.unwrap()[0].last_used.is_some());
    assert_eq!(house.store.access_epoch().await.unwrap(), epoch, "nobody's rights have changed by it");
}
