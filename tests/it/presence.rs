//! Who has which ticket open: several programs on one desk, and nothing of it in the log.

use std::time::{Duration, Instant};

use countersign::domain::ids::RunId;
use countersign::domain::presence::{Doing, Presence};
use countersign::store::sqlite::Sqlite;
use countersign::store::{Attendance, Store};

use crate::house::House;
use crate::terminal::Terminal;

const LONG: Duration = Duration::from_mins(1);
const ESC: &str = "\u{1b}";
const ENTER: &str = "\r";

fn sitting(name: &str) -> RunId {
    name.parse().unwrap()
}

fn at(ticket: &str, person: &str, doing: Doing) -> Presence {
    Presence { ticket: ticket.parse().unwrap(), person: person.parse().unwrap(), doing }
}

async fn say(store: &Sqlite, who: &str, at: Option<&Presence>, holds: Duration) {
    store.attend(Attendance { sitting: &sitting(who), at, holds }).await.unwrap();
}

async fn seen_by(store: &Sqlite, who: &str) -> Vec<Presence> {
    store.present(&sitting(who)).await.unwrap()
}

#[tokio::test]
async fn another_program_sees_who_is_where_until_they_go_elsewhere_or_leave() {
    let house = House::new().await;
    let other = Sqlite::open(&house.path()).unwrap().store;
    let tom = at("T-1", "tom", Doing::Reading);
    say(&other, "r-tom", Some(&tom), LONG).await;
    assert_eq!(seen_by(&house.store, "r-maya").await, std::slice::from_ref(&tom));
    assert_eq!(seen_by(&other, "r-tom").await, [], "nobody is told of themselves");

    let writing = at("T-2", "tom", Doing::Writing);
    say(&other, "r-tom", Some(&writing), LONG).await;
    say(&other, "r-lena", Some(&at("T-1", "lena", Doing::Reading)), LONG).await;
    assert_eq!(seen_by(&house.store, "r-maya").await, [at("T-1", "lena", Doing::Reading), writing]);

    say(&other, "r-tom", None, LONG).await;
    assert_eq!(seen_by(&house.store, "r-maya").await.len(), 1);
    say(&other, "r-eve", Some(&at("T-404", "eve", Doing::Reading)), LONG).await;
    assert_eq!(seen_by(&house.store, "r-maya").await.len(), 1, "there is no such ticket");
}

#[tokio::test]
async fn somebody_who_is_not_heard_of_any_more_is_gone_by_themselves() {
    let house = House::new().await;
    let tom = at("T-1", "tom", Doing::Writing);
    say(&house.store, "r-tom", Some(&tom), Duration::from_secs(1)).await;
    assert_eq!(seen_by(&house.store, "r-maya").await, std::slice::from_ref(&tom));
    let since = Instant::now();
    while !seen_by(&house.store, "r-maya").await.is_empty() {
        assert!(since.elapsed() < LONG, "it holds for a second");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    assert!(since.elapsed() > Duration::from_millis(300), "it held for a while");
    // Said again in time, it holds on.
    say(&house.store, "r-tom", Some(&tom), LONG).await;
    say(&house.store, "r-lena", Some(&at("T-1", "lena", Doing::Reading)), Duration::ZERO).await;
    assert_eq!(seen_by(&house.store, "r-maya").await, [tom]);
}

#[tokio::test]
async fn it_is_in_no_log_changes_no_ticket_and_wakes_nobody() {
    let house = House::new().await;
    let changes = house.store.changes();
    let before = (house.store.log(None, 100).await.unwrap().len(), house.ticket("T-1").await, *changes.borrow());
    say(&house.store, "r-tom", Some(&at("T-1", "tom", Doing::Reading)), LONG).await;
    say(&house.store, "r-tom", None, LONG).await;
    house.store.flush().await.unwrap();
    let after = (house.store.log(None, 100).await.unwrap().len(), house.ticket("T-1").await, *changes.borrow());
    assert_eq!(before, after);
}

#[tokio::test]
async fn two_people_at_one_desk_see_each_other_and_an_idle_screen_writes_nothing() {
    let house = House::new().await;
    let sit = |name: &str| {
        let home = house.dir.path().join(name);
        std::fs::create_dir(&home).unwrap();
        let args = ["--desk", house.path().to_str().unwrap()].map(str::to_owned);
        let terminal = Terminal::with(&home, 120, 40, &args.each_ref().map(String::as_str), &[("USER", name)]);
        terminal.wait("T-3");
        terminal
    };
    let (mut maya, mut tom) = (sit("maya"), sit("tom"));
    maya.keys(ENTER);
    maya.wait("two charges of 49.00");
    tom.wait_until("a mark in the row", |screen| screen.lines().any(|row| row.starts_with('@') && row.contains("T-1")));
    tom.keys(ENTER);
    tom.wait("maya has it open");
    maya.wait("tom has it open");
    tom.keys("e");
    maya.wait("tom is writing");
    maya.keys("e");
    maya.wait("tom is writing on this ticket too");
    tom.wait("maya is writing");
    maya.keys(ESC);

    // Both are still there, are heard of again and again, and nothing is drawn for it.
    tom.wait("maya has it open");
    tom.settle(Duration::from_millis(500));
    let drawn = tom.bytes().len();
    tom.settle(Duration::from_secs(5));
    assert_eq!(tom.bytes().len(), drawn, "an idle screen writes nothing");

    maya.keys(ESC);
    tom.wait_gone("maya has it open");
    maya.keys(ENTER);
    tom.wait("maya has it open");
    maya.keys("q");
    assert!(maya.ended());
    tom.wait_gone("maya has it open");
}
