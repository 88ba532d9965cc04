//! The tour of a screen that somebody sits at for the first time.

use countersign::tui::events::Msg;
use countersign::tui::keymap::{Change, Context, Keymap};
use countersign::tui::model::{Desk, Model};
use countersign::tui::theme::Theme;
use countersign::tui::update;
use jiff::tz::TimeZone;

use crate::screen::desk::{Person, maya, now, views};

/// A person who never sat here.
fn new_here(width: u16, height: u16) -> Person {
    let desk = Desk {
        name: "Acme desk".into(),
        sample: true,
        assistant: "offline assistant".into(),
        model: false,
        me: maya(),
        views: views(),
    };
    let zoned = now().to_zoned(TimeZone::UTC);
    let mut model = Model::new(desk, Theme::Dark, (width, height), &zoned).welcoming();
    let first = update::start(&mut model);
    let mut person = Person::before(model);
    person.take(first);
    person
}

#[test]
fn the_tour() {
    for (width, height) in [(60, 15), (80, 24), (120, 40)] {
        let mut person = new_here(width, height);
        for step in 1..=5 {
            assert!(!person.sees("{"), "a key has no name: {}", person.screen());
            insta::assert_snapshot!(format!("tour_{step}_{width}x{height}"), person.screen());
            person.press("enter");
        }
        assert_eq!(person.model.context(), Context::Queue, "after the last step it is over");
    }
}

#[test]
fn it_goes_on_back_and_away() {
    let mut person = new_here(80, 24);
    for (key, expect) in
        [("right", "2 of 5"), ("space", "3 of 5"), ("left", "2 of 5"), ("backspace", "1 of 5"), ("h", "1 of 5")]
    {
        person.press(key);
        assert!(person.sees(expect), "{key}: {}", person.screen());
    }
    person.press("esc");
    assert_eq!(person.model.context(), Context::Queue);
    assert!(!person.sees("of 5 ─"));
}

#[test]
fn whoever_knows_their_way_just_types_and_every_key_counts() {
    for (key, expect) in [("j", Context::Queue), ("P", Context::Pending), ("/", Context::Filter), ("?", Context::Help)]
    {
        let mut person = new_here(120, 40);
        person.press(key);
        assert_eq!(person.model.context(), expect, "{key}");
    }
    let mut person = new_here(120, 40);
    person.press("j enter");
    assert_eq!(person.model.context(), Context::Ticket);
    assert!(person.sees("▸ Ticket  T-1017"), "{}", person.screen());
}

#[test]
fn keys_that_were_typed_ahead_end_the_tour_and_approve_nothing() {
    let mut person = new_here(120, 40);
    person.press("P enter A R A A R");
    person.msg(Msg::Paste { text: "AR".into(), at: person.at });
    assert_eq!(person.model.context(), Context::Card);
    assert_eq!(person.approvals(), 0);
}

#[test]
fn it_can_be_had_again_from_the_commands_of_any_page() {
    for page in ["j", "enter", "P", "L", "O"] {
        let mut person = Person::at(80, 24);
        person.press(page);
        person.press(":");
        person.write("tour");
        person.press("enter");
        assert_eq!(person.model.context(), Context::Tour, "{page}");
        assert!(person.sees("The queue · 1 of 5"), "{}", person.screen());
    }
}

#[test]
fn it_names_the_keys_that_are_in_force() {
    let mut person = new_here(120, 40);
    let change = |context: &str, command: &str, key: &str| Change {
        context: context.into(),
        command: command.into(),
        keys: vec![key.into()],
        origin: "line 7".into(),
    };
    let changes = [change("queue", "open", "b"), change("tour", "next-field", "f5")];
    person.model.set_keys(Keymap::with(&changes).unwrap());
    assert!(person.sees("b opens one") && person.sees("f5 next"), "{}", person.screen());
    person.key(crossterm::event::KeyCode::F(5), crossterm::event::KeyModifiers::NONE);
    assert!(person.sees("2 of 5"), "{}", person.screen());
}

#[test]
fn somebody_who_sat_here_before_sees_no_tour() {
    let person = Person::at(80, 24);
    assert_eq!(person.model.context(), Context::Queue);
}
