//! Somebody sets the clock of the machine while the program runs.

use std::time::Duration;

use countersign::domain::audit::Action;
use countersign::domain::intake::Intake;
use countersign::store::{Origin, Store as _};

use crate::failures::{Work, wait_for, write};
use crate::house::{event, ticket};

const DAY: i64 = 86_400;

#[tokio::test]
async fn a_clock_that_jumps_moves_the_words_about_time_and_nothing_else() {
    let work = Work::new().await;
    let mut due = ticket(9);
    due.due_at = Some(jiff::Timestamp::now() + Duration::from_mins(90));
    work.house.store.import(vec![Intake::Ticket(Box::new(due))], Origin::File, event()).await.unwrap();
    let clock = work.home.join("clock");
    let env = [("CTSN_CLOCK", clock.to_str().unwrap()), ("COUNTERSIGN_SEND_UNDO_SECONDS", "300")];
    let mut terminal = work.sit(&env);
    terminal.wait("1h");

    // A reply waits in the outbox, a draft is being written.
    terminal.keys("G\r");
    terminal.wait("score");
    terminal.keys("s");
    terminal.wait("A approve  ");
    terminal.keys("A");
    terminal.settle(Duration::from_millis(600));
    terminal.keys("R");
    terminal.wait(" in 29");

    for (by, said) in [(-DAY, "25h"), (365 * DAY, "LATE 364d"), (-2 * DAY, "2d"), (0, "1h")] {
        std::fs::write(&clock, by.to_string()).unwrap();
        terminal.keys("\u{1b}");
        terminal.wait(said);
    }
    std::fs::write(&clock, (365 * DAY).to_string()).unwrap();
    terminal.keys("gg");
    terminal.wait("LATE 364d");
    write(&mut terminal, "a year later ");
    wait_for("the pause saves it", || work.is_kept("a year later "));
    std::fs::write(&clock, (-DAY).to_string()).unwrap();
    terminal.keys("and a day before ");
    wait_for("the pause saves it", || work.is_kept("and a day before "));
    terminal.wait_until("the reply still waits", |screen| screen.contains(" in 2"));
    assert_eq!(work.house.count(Action::Executed).await, 0, "nothing went out early");
    assert!(!work.log().contains("panicked"), "{}", work.log());
    work.house.store.verify(None).await.unwrap().expect("the log verifies");
}
