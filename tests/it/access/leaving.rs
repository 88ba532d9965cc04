//! Who was let in and is not any more: what was open for them ends.

use std::time::Duration;

use countersign::access;
use countersign::domain::actor::Role;
use countersign::domain::ids::CredentialId;
use countersign::store::credentials::Credentials as _;
use rmcp::model::{SubscribeRequestParams, SubscriptionFilter};
use serde_json::json;

use crate::access::stub_issuer::StubIssuer;
use crate::doorstep::Doorstep;
use crate::house::{principal, update};
use crate::peer::ERAS;
use crate::seat::team::{Team, terminal_at};

const SOON: Duration = Duration::from_secs(20);

async fn take_back(door: &Doorstep, id: &CredentialId) {
    let admin = principal("root", Role::Admin);
    access::take_back(door.house.store.as_ref(), &admin, &door.house.run.id, id).await.unwrap();
}

/// The only credential of somebody.
async fn credential(door: &Doorstep, of: &str) -> CredentialId {
    let all = door.house.store.credentials().await.unwrap();
    all.into_iter().find(|one| one.principal.id.as_str() == of).unwrap().id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_ends_in_an_orderly_way_when_its_token_is_taken_back() {
    let door = Doorstep::open(|_| {}).await;
    let (gone, stays) = (door.token("gone", Role::Bot).await, door.token("stays", Role::Bot).await);
    let (gone, mut stays) = (door.peer(&gone, &ERAS[0], None).await, door.peer(&stays, &ERAS[0], None).await);
    let filter = || SubscriptionFilter::builder().resource_subscription("desk://ticket/T-1").build();
    let mut ends = gone.service.listen(filter()).await.unwrap();
    let mut goes_on = stays.service.listen(filter()).await.unwrap();
    take_back(&door, &credential(&door, "gone").await).await;
    let end = tokio::time::timeout(SOON, ends.next()).await.expect("it ends");
    assert!(matches!(end, Ok(None)), "it is ended, not broken off, and nothing was told: {end:?}");
    assert!(gone.service.listen(filter()).await.is_err(), "nor is there another one");
    door.house.through(update("T-1", json!({"priority": "low"}))).await;
    let told = tokio::time::timeout(SOON, goes_on.next()).await.expect("who stays is told");
    assert!(matches!(told, Ok(Some(_))), "{told:?}");
    drop(goes_on);
    stays.told.close();
}

#[tokio::test(flavor = "multi_thread")]
async fn who_becomes_something_else_is_told_nothing_more_as_what_they_were() {
    let door = Doorstep::open(|_| {}).await;
    let kim = door.token("kim", Role::Agent).await;
    let peer = door.peer(&kim, &ERAS[0], None).await;
    let filter = || SubscriptionFilter::builder().resource_subscription("desk://queue").build();
    let mut ends = peer.service.listen(filter()).await.unwrap();
    let (admin, kim) = (principal("root", Role::Admin), "kim".parse().unwrap());
    let store = door.house.store.as_ref();
    access::set_role(store, &admin, &door.house.run.id, &kim, Role::Viewer).await.unwrap();
    let ended = async { while let Ok(Some(_)) = ends.next().await {} };
    tokio::time::timeout(SOON, ended).await.expect("it ends");
    assert!(peer.service.listen(filter()).await.is_ok(), "a viewer may listen, too");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_of_the_older_era_is_told_nothing_more_when_its_token_is_taken_back() {
    let door = Doorstep::open(|_| {}).await;
    let (gone, stays) = (door.token("gone", Role::Bot).await, door.token("stays", Role::Bot).await);
    let (mut gone, mut stays) = (door.peer(&gone, &ERAS[1], None).await, door.peer(&stays, &ERAS[1], None).await);
    for client in [&gone, &stays] {
        #[allow(deprecated)]
        client.service.subscribe(SubscribeRequestParams::new("desk://ticket/T-1")).await.unwrap();
    }
    door.house.through(update("T-1", json!({"priority": "low"}))).await;
    gone.hears("desk://ticket/T-1").await;
    stays.hears("desk://ticket/T-1").await;
    take_back(&door, &credential(&door, "gone").await).await;
    let refused = async { while gone.service.list_all_tools().await.is_ok() {} };
    tokio::time::timeout(SOON, refused).await.expect("it is not let in any more");
    // One write is several changes, and it may have been told of all of them while it was let in.
    while gone.told.try_recv().is_ok() {}
    for priority in ["high", "low", "high"] {
        door.house.through(update("T-1", json!({"priority": priority}))).await;
        stays.hears("desk://ticket/T-1").await;
    }
    assert!(gone.told.try_recv().is_err(), "nothing was told to whom nothing is to be told");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_does_not_outlive_the_time_of_its_token() {
    let stub = StubIssuer::start().await;
    let door = Doorstep::open(|config| {
        stub.trusted(&mut config.access.issuer);
        config.access.issuer.leeway_seconds = 0;
    })
    .await;
    let mut claims = stub.claims("robot", Role::Bot);
    claims["exp"] = json!(claims["iat"].as_i64().unwrap() + 3);
    let peer = door.peer(&stub.key.sign(&claims), &ERAS[0], None).await;
    let filter = SubscriptionFilter::builder().resource_subscription("desk://queue").build();
    let mut ends = peer.service.listen(filter).await.unwrap();
    let ended = async { while let Ok(Some(_)) = ends.next().await {} };
    tokio::time::timeout(SOON, ended).await.expect("it ends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn somebody_whose_token_is_taken_back_is_told_so_in_their_terminal_without_touching_a_key() {
    let team = Team::start();
    let maya = team.token("agent", "maya");
    let mut terminal = terminal_at(&maya, &team.at, (120, 40));
    terminal.wait("● connected  maya · agent");
    terminal.wait("T-1");
    team.take_back("maya");
    terminal.wait("○ signed out");
    terminal.wait("put a new token into its file and start again");
    // Trying again is no way out, and not said to be one.
    terminal.keys("r");
    terminal.wait("· put a new token into its file and start again");
    assert!(!terminal.screen().contains("tries again"), "{}", terminal.screen());
    terminal.keys("q");
    assert!(terminal.ended());
    assert!(!terminal.alternate_screen(), "the terminal is given back");
}
