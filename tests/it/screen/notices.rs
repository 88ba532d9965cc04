//! What a person is told: in one line that hides nothing, with a way out, by the keys in force.

use countersign::domain::link::Link;
use countersign::tui::events::{Effect, Failure, Msg, RequestId};
use countersign::tui::keymap::{Change, Context, Keymap};

use crate::screen::approval::request_of;
use crate::screen::desk::Person;

fn load(effect: &Effect) -> Option<RequestId> {
    if let Effect::LoadQueue { request, .. } = effect { Some(*request) } else { None }
}

#[test]
fn a_failure_that_is_too_long_for_its_line_still_says_what_to_do() {
    for (width, height) in [(60, 15), (80, 24), (160, 45)] {
        let mut person = Person::at(width, height);
        person.mute = |effect| matches!(effect, Effect::LoadQueue { .. });
        person.press("2");
        let request = request_of(&person, load);
        person.msg(Msg::Failed(Failure {
            request: Some(request),
            what: "load the queue".into(),
            message: "the desk at /home/maya/.local/share/countersign/desk.db is locked by another program · busy"
                .into(),
            way_out: "{reload} tries again".into(),
        }));
        assert!(person.sees(" · r tries again"), "{}", person.screen());
        insta::assert_snapshot!(format!("failure_{width}x{height}"), person.screen());
    }
}

#[test]
fn who_is_signed_out_is_not_told_to_try_again() {
    let mut person = Person::at(120, 24);
    person.mute = |effect| matches!(effect, Effect::LoadQueue { .. });
    person.msg(Msg::Connection(Link::SignedOut { why: "your token is not taken".to_owned() }));
    person.press("2");
    let request = request_of(&person, load);
    person.msg(Msg::Failed(Failure {
        request: Some(request),
        what: "load the queue".into(),
        message: "the connection to the desk is gone".into(),
        way_out: "{reload} tries again".into(),
    }));
    assert!(person.sees("· put a new token into its file and start again"), "{}", person.screen());
    assert!(!person.sees("tries again"), "{}", person.screen());
}

#[test]
fn what_is_said_names_the_keys_in_force() {
    let change = |context: &str, command: &str, key: &str| Change {
        context: context.into(),
        command: command.into(),
        keys: vec![key.into()],
        origin: "line 7".into(),
    };
    let changes = [
        change("everywhere", "reload", "f5"),
        change("everywhere", "open", "f2"),
        change("everywhere", "edit", "f4"),
        change("everywhere", "explain", "f6"),
        change("everywhere", "back", "f8"),
        change("split", "submit", "f9"),
        change("update-form", "next-value", "f3"),
        change("log", "filter", "f7"),
    ];
    let keys = Keymap::with(&changes).unwrap();
    let told = |keys_pressed: &[crossterm::event::KeyCode], expect: &str| {
        let mut person = Person::at(140, 45);
        person.model.set_keys(keys.clone());
        for key in keys_pressed {
            person.key(*key, crossterm::event::KeyModifiers::NONE);
        }
        assert!(person.sees(expect), "{expect}: {}", person.screen());
    };
    let f = crossterm::event::KeyCode::F;
    let c = crossterm::event::KeyCode::Char;
    told(&[c('s')], "no ticket is open · f2 opens one");
    told(&[f(4)], "no ticket is open · f2 opens one");
    told(&[f(2), c('d'), f(6)], "f6 closes this");
    told(&[f(2), c('X')], " f9 opens the card");
    told(&[f(2), c('u')], " f3 choose");
    told(&[c('L')], "f7 filters:");
    told(&[c('O')], "Nothing waits to be sent. f8 goes back.");
    told(&[f(2), f(8), c('j'), c('s')], "another one is selected · f2 opens that");
}

#[test]
fn what_cannot_be_worded_otherwise_is_not_offered_to_be_edited() {
    let mut person = Person::at(120, 40);
    person.press("P j enter");
    person.wait(400);
    assert!(person.sees(" E edit "), "{}", person.screen());
    person.press("?");
    person.write("edit the proposal");
    assert!(person.sees("Edit the proposal; the result is shown again"), "{}", person.screen());
    let mut person = Person::at(120, 40);
    person.press("enter J enter");
    person.wait(400);
    assert_eq!(person.model.context(), Context::Card);
    assert!(person.sees(" A approve ") && !person.sees(" E edit "), "{}", person.screen());
    person.press("?");
    person.write("edit the proposal");
    assert!(!person.sees("Edit the proposal; the result is shown again"), "{}", person.screen());
}

#[test]
fn the_card_in_the_smallest_window_of_all_pages_and_what_a_smaller_one_says() {
    let mut person = Person::at(60, 15);
    person.press("P enter");
    person.wait(400);
    insta::assert_snapshot!("card_60x15", person.screen());
    person.press("G");
    insta::assert_snapshot!("card_end_60x15", person.screen());
    person.resize(40, 10);
    person.wait(400);
    insta::assert_snapshot!("card_40x10", person.screen());
    person.resize(39, 10);
    insta::assert_snapshot!("card_too_small_39x10", person.screen());
    person.wait(2_000);
    person.press("A");
    person.wait(500);
    person.press("R");
    assert_eq!(person.approvals(), 0);
    let mut person = Person::at(59, 15);
    insta::assert_snapshot!("work_too_small_59x15", person.screen());
    person.resize(60, 14);
    insta::assert_snapshot!("work_too_small_60x14", person.screen());
}
