//! What is remembered until the next start, and found again.

use countersign::tui::events::Effect;
use countersign::tui::keymap::Context;
use countersign::tui::model::Model;
use countersign::tui::model::kept::Kept;
use countersign::tui::theme::Theme;
use countersign::tui::update;
use jiff::tz::TimeZone;

use crate::screen::desk::{Person, maya, now, views};

/// A person who sits down where this was remembered.
fn again(kept: Kept, width: u16, height: u16) -> Person {
    let desk = countersign::tui::model::Desk {
        name: "Acme desk".into(),
        sample: true,
        assistant: "offline assistant".into(),
        model: false,
        me: maya(),
        views: views(),
    };
    let mut model = Model::new(desk, Theme::Dark, (width, height), &now().to_zoned(TimeZone::UTC));
    model.restore(kept);
    let first = update::start(&mut model);
    let mut person = Person::before(model);
    person.take(first);
    person
}

#[test]
fn view_filter_row_ticket_pane_quotes_theme_and_mouse_are_found_again() {
    let mut person = Person::at(120, 40);
    person.press("2 j j j enter z d T M esc / v a t enter");
    let kept = person.model.kept();
    assert_eq!((kept.view.as_str(), kept.filter.as_str()), ("mine", "vat"));
    let mut next = again(kept.clone(), 120, 40);
    assert!(next.sees("▸ Queue mine / vat") && next.sees("T-1051 Wrong VAT"), "{}", next.screen());
    assert!(next.asked.contains(&Effect::Mouse(true)));
    assert_eq!(next.model.kept(), kept, "what is remembered is what was restored");
    next.press("T");
    assert!(next.sees("theme: contrast"), "the theme after the one that was chosen");
}

#[test]
fn the_pane_that_had_the_keyboard_has_it_again() {
    let mut person = Person::at(120, 40);
    person.press("j j enter tab tab");
    assert_eq!(person.model.context(), Context::Draft);
    let next = again(person.model.kept(), 120, 40);
    assert_eq!(next.model.context(), Context::Draft);
    assert!(next.sees("thank you for writing to us"), "{}", next.screen());
}

#[test]
fn what_was_never_chosen_is_not_remembered_as_chosen() {
    let person = Person::at(120, 40);
    assert_eq!((person.model.kept().theme, person.model.kept().mouse), (None, None));
}

#[test]
fn what_cannot_be_found_again_is_left_out() {
    let kept = Kept {
        view: "gone".into(),
        filter: "x".repeat(5000),
        row: u64::MAX,
        selected: Some("T-9999".parse().unwrap()),
        pane: "\u{1b}[2J".into(),
        theme: Some("pink".into()),
        ..Kept::default()
    };
    let mut person = again(kept, 80, 24);
    person.press("k");
    assert_eq!(person.model.context(), Context::Queue);
    assert!(person.sees("T-1042") && person.sees("1–8 of 8"), "{}", person.screen());
}

#[test]
fn opening_a_ticket_is_remembered_at_once() {
    let mut person = Person::at(120, 40);
    person.press("enter");
    let kept = person.asked.iter().find_map(|effect| match effect {
        Effect::Keep(kept) => Some(kept.open.clone()),
        _ => None,
    });
    assert_eq!(kept, Some(Some("T-1042".parse().unwrap())));
}
