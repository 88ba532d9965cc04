//! Finding tickets at the desk: a view as a filter looks at it, and what was said in any message.

use countersign::domain::ticket::{Status, TicketQuery};
use countersign::store::Store;
use countersign::store::finding::Finding;
use serde_json::json;

use crate::house::{House, reply, update};
use crate::terminal::Terminal;

#[tokio::test]
async fn a_haystack_has_every_ticket_of_the_view_in_its_order_and_no_other() {
    let house = House::new().await;
    house.through(update("T-3", json!({"priority": "urgent", "tags": ["vip", "billing"]}))).await;
    house.through(update("T-1", json!({"status": "closed"}))).await;
    let open = TicketQuery { status: vec![Status::Open], limit: 1, offset: 1, ..TicketQuery::default() };
    let hay = house.store.haystack(&open).await.unwrap();
    assert_eq!([hay.id(0), hay.id(1), hay.id(2)], [Some("T-3".parse().unwrap()), Some("T-2".parse().unwrap()), None]);
    let straws: Vec<_> = hay.straws().map(|(_, straw)| straw.to_owned()).collect();
    assert!(straws[0].starts_with("t-3\ncharged twice for order fh-100003\ncustomer 3\n"), "{straws:?}");
    assert!(straws[0].contains("vip") && straws[0].contains("billing"), "{straws:?}");
    let maya = "maya".parse().unwrap();
    let later = countersign::clock::now() + jiff::SignedDuration::from_hours(1);
    house.store.snooze(&maya, &"T-3".parse().unwrap(), Some(later)).await.unwrap();
    let awake = TicketQuery { awake_for: Some(maya), ..open };
    assert_eq!(house.store.haystack(&awake).await.unwrap().len(), 1);
    let rows = house.store.ticket_rows(&["T-2", "T-9", "T-1"].map(|id| id.parse().unwrap())).await.unwrap();
    assert_eq!(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["T-2", "T-1"]);
}

#[tokio::test]
async fn what_was_said_is_found_with_its_place_and_its_words_marked() {
    let house = House::new().await;
    house.through(reply("T-2", "The hold on your card ends on Friday, and nothing was captured.")).await;
    let find = |words: &'static str| {
        let store = house.store.clone();
        async move { store.find_said(words, 10).await.unwrap() }
    };
    for words in ["captured hold", "capt"] {
        let hits = find(words).await;
        let [hit] = &hits[..] else { panic!("{words}: {hits:?}") };
        assert_eq!((hit.row.id.as_str(), hit.message), ("T-2", Some(1)), "{words}");
        assert!(hit.marked.iter().any(|range| &hit.snippet[range.clone()] == "captured"), "{words}: {hit:?}");
    }
    let all = find("card").await;
    assert_eq!(all.len(), 3);
    let subject = find("fh-100003").await;
    assert_eq!((subject[0].row.id.as_str(), subject[0].message), ("T-3", None));
    assert_eq!(&subject[0].snippet[subject[0].marked[0].clone()], "FH");
    assert!(find("zebra").await.is_empty() && find("").await.is_empty() && find("\" OR (").await.is_empty());
}

#[tokio::test]
async fn a_person_filters_the_queue_and_finds_what_was_said() {
    let house = House::new().await;
    house.through(reply("T-2", "The hold on your card ends on Friday.")).await;
    let home = house.dir.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let mut terminal = Terminal::start(&home, 80, 24, &["--desk", house.path().to_str().unwrap()]);
    terminal.wait("T-3");
    terminal.keys("/chrage 100003");
    terminal.wait("1–1 of 1");
    terminal.wait_gone("T-2 ");
    terminal.keys("\r");
    terminal.wait("/ chrage 100003");
    house.through(update("T-1", json!({"priority": "high"}))).await;
    terminal.keys("\r");
    terminal.wait("two charges of 49.00");
    terminal.keys("\u{1b}");
    terminal.wait("/ chrage 100003");
    terminal.keys("\u{1b}");
    terminal.wait("T-2 ");
    terminal.keys("ffriday");
    terminal.wait("[2] The hold on your card ends on Friday.");
    terminal.keys("\r\r");
    terminal.wait("▸ [2]");
}
