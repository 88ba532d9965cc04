//! The mouse: off or on, for looking around only; and what calls a person who looks elsewhere.

use countersign::tui::events::{Answer, Effect, Msg, Pointing, RequestId};
use countersign::tui::keymap::Context;
use countersign::tui::manner::{Manner, Notify};
use countersign::tui::view;

use crate::screen::desk::{Person, waiting};

fn with_mouse(width: u16, height: u16) -> Person {
    let mut person = Person::at(width, height);
    person.model.set_manner(Manner { mouse: true, ..Manner::default() });
    person
}

fn press(person: &mut Person, column: u16, row: u16) {
    person.msg(Msg::Mouse { did: Pointing::Press { column, row }, at: person.at });
    person.draw();
}

fn wheel(person: &mut Person, down: bool, column: u16, row: u16) {
    person.msg(Msg::Mouse { did: Pointing::Wheel { down, column, row }, at: person.at });
    person.draw();
}

#[test]
fn m_turns_it_on_and_off_and_says_so() {
    let mut person = Person::at(80, 24);
    press(&mut person, 5, 7);
    assert!(person.sees("⏎ opens T-1042"), "off at first, where nobody said otherwise");
    person.press("M");
    assert!(person.asked.contains(&Effect::Mouse(true)) && person.sees("the mouse is listened to"));
    press(&mut person, 5, 7);
    assert!(person.sees("⏎ opens T-1038"), "{}", person.screen());
    person.press("M");
    assert!(person.asked.contains(&Effect::Mouse(false)) && person.sees("the terminal's again"));
}

#[test]
fn a_click_focuses_the_pane_or_the_tab_and_selects_the_row() {
    let mut person = with_mouse(120, 40);
    person.press("enter");
    press(&mut person, 80, 30);
    assert_eq!(person.model.context(), Context::Draft);
    press(&mut person, 5, 5);
    assert_eq!(person.model.context(), Context::Queue);
    assert!(person.sees("T-1042 Charged twice"), "a click selects, it opens nothing");
    let mut narrow = with_mouse(80, 24);
    narrow.press("enter");
    press(&mut narrow, 22, 1);
    assert_eq!(narrow.model.context(), Context::Summary, "{}", narrow.screen());
    person.press("P");
    press(&mut person, 5, 4);
    person.press("enter");
    assert!(person.sees("Approve update_ticket"), "{}", person.screen());
}

#[test]
fn the_wheel_scrolls_what_is_under_it_and_leaves_the_keyboard_where_it_is() {
    let mut person = with_mouse(120, 40);
    person.press("enter");
    wheel(&mut person, true, 5, 6);
    assert_eq!(person.model.context(), Context::Ticket);
    person.press("esc");
    person.press("enter");
    wheel(&mut person, false, 5, 6);
    person.press("esc L");
    wheel(&mut person, true, 5, 6);
    person.press("p");
    assert_eq!(person.model.context(), Context::Replay);
}

#[test]
fn where_something_is_signed_asked_or_typed_the_mouse_does_nothing() {
    for keys in ["P enter", "P enter v", "P enter D", "P enter D c", "* u right enter", "enter e", "enter u", "Z", "/"]
    {
        let mut person = with_mouse(120, 40);
        for key in keys.split(' ') {
            person.press(key);
            person.wait(2000);
        }
        person.draw();
        let (before, context, asked) = (person.screen(), person.model.context(), person.asked.len());
        for row in 0..40 {
            for column in (0..120).step_by(7) {
                press(&mut person, column, row);
                wheel(&mut person, row % 2 == 0, column, row);
            }
        }
        assert_eq!(person.model.context(), context, "{keys}");
        assert_eq!(person.screen(), before, "{keys}");
        assert_eq!((person.approvals(), person.asked.len()), (0, asked), "{keys}");
    }
}

#[test]
fn the_title_says_how_many_wait() {
    let mut person = Person::muted(80, 24, |effect| matches!(effect, Effect::LoadPending { .. }));
    assert_eq!(view::title(&person.model), "countersign");
    for (count, title) in [(1, "countersign · 1 waits"), (3, "countersign · 3 wait"), (0, "countersign")] {
        arrive(&mut person, count);
        assert_eq!(view::title(&person.model), title);
    }
}

/// So many proposals wait; the screen had asked, or is told that something changed.
fn arrive(person: &mut Person, count: usize) {
    let asked = |person: &Person| {
        person.asked.iter().rev().find_map(|effect| match effect {
            Effect::LoadPending { request } => Some(*request),
            _ => None,
        })
    };
    person.msg(Msg::QueueChanged);
    let request: RequestId = asked(person).unwrap();
    person.msg(Msg::Answered { request, answer: Answer::Pending(waiting().into_iter().take(count).collect()) });
}

#[test]
fn only_who_looks_elsewhere_is_called_and_only_when_more_waits_and_only_if_they_want_it() {
    let calls = |person: &Person| person.asked.iter().filter(|e| matches!(e, Effect::Call(..))).count();
    for (notify, looks, expect) in
        [(Notify::Bell, false, 1), (Notify::Message, false, 1), (Notify::Off, false, 0), (Notify::Bell, true, 0)]
    {
        let mut person = Person::muted(80, 24, |effect| matches!(effect, Effect::LoadPending { .. }));
        person.model.set_manner(Manner { notify, ..Manner::default() });
        person.msg(Msg::Focus { gained: looks, at: person.at });
        arrive(&mut person, 1);
        assert_eq!(calls(&person), 0, "what waits at the start is on the screen");
        arrive(&mut person, 3);
        assert_eq!(calls(&person), expect, "{notify:?}, looks: {looks}");
        arrive(&mut person, 2);
        assert_eq!(calls(&person), expect, "fewer is no news");
    }
    let mut person = Person::muted(80, 24, |effect| matches!(effect, Effect::LoadPending { .. }));
    person.model.set_manner(Manner { notify: Notify::Message, ..Manner::default() });
    person.msg(Msg::Focus { gained: false, at: person.at });
    arrive(&mut person, 0);
    arrive(&mut person, 2);
    let said = Effect::Call(Notify::Message, "countersign: 2 proposals wait for you".into());
    assert!(person.asked.contains(&said), "a number, and nothing of any ticket");
}
