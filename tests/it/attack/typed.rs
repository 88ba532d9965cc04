//! The same at a real terminal: what a hand cannot do approves nothing, and then one key of a hand does.

use std::time::Duration;

use countersign::domain::proposal::ProposalState;
use countersign::store::Store;
use serde_json::json;

use crate::house::{House, update};
use crate::terminal::Terminal;

/// What the line of keys says once they count.
const ARMED: &str = "A approve  E edit";

/// The program before a card that takes one key.
async fn before_a_card() -> (House, Terminal) {
    let house = House::new().await;
    house.propose(update("T-1", json!({"priority": "high"}))).await;
    let home = house.dir.path().join("home");
    std::fs::create_dir(&home).unwrap();
    let mut terminal = Terminal::start(&home, 120, 40, &["--desk", house.path().to_str().unwrap()]);
    terminal.wait("1 waits for you");
    terminal.keys("P");
    terminal.wait("update_ticket");
    terminal.keys("\r");
    (house, terminal)
}

async fn nothing_was_approved(house: &House, terminal: &Terminal, what: &str) {
    terminal.settle(Duration::from_millis(100));
    let query = countersign::domain::call::ProposalQuery::default();
    let waiting = house.store.proposals(&query).await.unwrap();
    assert_eq!(waiting.len(), 1, "{what}: {}", terminal.screen());
    assert_eq!(waiting[0].state, ProposalState::Pending, "{what}");
    assert_eq!(house.ticket("T-1").await.row.version, 1, "{what}");
}

#[tokio::test]
async fn what_is_pasted_without_a_mark_or_with_a_false_end_or_held_down_approves_nothing() {
    let (house, mut terminal) = before_a_card().await;
    for (what, bytes) in [
        ("a paste that is not marked", "Any questions? Ask Anna.\r"),
        ("only its first letter signs", "Ab"),
        ("only its last letter signs", "ab A"),
        ("the key twice", "AA"),
        ("a paste that ends itself", "\u{1b}[200~refund\u{1b}[201~A\u{1b}[201~"),
        ("the window came to the front with it", "\u{1b}[IA"),
        ("a click with it", "\u{1b}[<0;5;5MA\u{1b}[<0;5;5m"),
    ] {
        terminal.wait(ARMED);
        terminal.keys(bytes);
        terminal.settle(Duration::from_millis(150));
        nothing_was_approved(&house, &terminal, what).await;
        // Letters before it may have meant something else on the card.
        if !terminal.screen().contains("Approve update_ticket") {
            terminal.keys("\u{1b}");
        }
        terminal.wait("Approve update_ticket");
    }
    terminal.wait(ARMED);
    terminal.keys("A");
    terminal.wait("v1 → v2");
}

#[tokio::test]
async fn a_key_held_from_before_the_card_or_typed_while_the_program_stood_still_approves_nothing() {
    let (house, mut terminal) = before_a_card().await;
    for _ in 0..75 {
        terminal.keys("A");
        tokio::time::sleep(Duration::from_millis(30)).await;
    }
    nothing_was_approved(&house, &terminal, "held down").await;

    terminal.wait(ARMED);
    terminal.keys("\u{1b}");
    terminal.wait_gone("Approve update_ticket");
    // Stopped as soon as the card is there: what is typed then is read a second later, all at once or alone.
    terminal.keys("\r");
    terminal.wait("keys rest");
    terminal.signal("STOP");
    terminal.settle(Duration::from_millis(100));
    // On a busy machine the stop may come when keys count already; then the key is as good as any.
    let in_time = terminal.screen().contains("keys rest");
    if in_time {
        terminal.keys("A");
        tokio::time::sleep(Duration::from_millis(900)).await;
    }
    terminal.signal("CONT");
    nothing_was_approved(&house, &terminal, "stood still").await;

    terminal.wait(ARMED);
    terminal.resize(30, 8);
    terminal.wait("small");
    terminal.keys("A");
    terminal.settle(Duration::from_millis(200));
    terminal.resize(120, 40);
    terminal.wait("Approve update_ticket");
    nothing_was_approved(&house, &terminal, "too small to see").await;
    terminal.wait(ARMED);
    terminal.keys("A");
    terminal.wait("v1 → v2");
}
