//! Every key everywhere: which of them sign, and what nobody can make sign.

use countersign::tui::events::{Effect, Msg};
use countersign::tui::keymap::{BINDINGS, Change, Command, Context, Keymap};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::process::program;
use crate::screen::approval::{before_a_ready_card, before_a_ready_reply};
use crate::screen::desk::Person;

/// Every key that a terminal can send, but for those that end, stop or redraw the program.
fn every_key() -> Vec<KeyEvent> {
    let named = [
        KeyCode::Enter,
        KeyCode::Esc,
        KeyCode::Tab,
        KeyCode::BackTab,
        KeyCode::Up,
        KeyCode::Down,
        KeyCode::Left,
        KeyCode::Right,
        KeyCode::PageUp,
        KeyCode::PageDown,
        KeyCode::Home,
        KeyCode::End,
        KeyCode::Delete,
        KeyCode::Backspace,
        KeyCode::Insert,
        KeyCode::Null,
    ];
    let plain = (' '..='~').chain("äÄßАΑÀ｡Ａ".chars()).map(KeyCode::Char).chain(named).chain((1..=12).map(KeyCode::F));
    let with = [KeyModifiers::NONE, KeyModifiers::CONTROL, KeyModifiers::ALT];
    plain.flat_map(|code| with.map(|modifiers| KeyEvent::new(code, modifiers))).collect()
}

/// The same person at the same screen, as often as it is tried.
fn again(person: &Person) -> Person {
    Person { at: person.at, ..Person::before(person.model.clone()) }
}

fn press(person: &mut Person, key: KeyEvent) {
    person.msg(Msg::Key { key, at: person.at });
}

fn is(key: KeyEvent, c: char) -> bool {
    key == KeyEvent::new(KeyCode::Char(c), KeyModifiers::NONE)
}

#[test]
fn on_a_card_of_one_key_only_that_key_signs() {
    let ready = before_a_ready_card();
    for key in every_key() {
        let mut person = again(&ready);
        press(&mut person, key);
        assert_eq!(person.approvals(), usize::from(is(key, 'A')), "{key:?}");
    }
}

#[test]
fn on_a_card_of_two_keys_only_those_two_sign_in_their_order() {
    let ready = before_a_ready_reply();
    let mut staged = again(&ready);
    staged.press("A");
    for key in every_key() {
        let mut person = again(&staged);
        person.wait(400);
        press(&mut person, key);
        assert_eq!(person.approvals(), usize::from(is(key, 'R')), "A, then {key:?}");
        let mut person = again(&ready);
        press(&mut person, key);
        person.wait(400);
        person.press("R");
        assert_eq!(person.approvals(), usize::from(is(key, 'A')), "{key:?}, then R");
    }
}

#[test]
fn wherever_no_card_is_read_no_key_signs_and_nothing_opens_a_palette_over_a_card() {
    for path in
        ["", "enter", "P", "L", "enter d", "P enter v", "P enter D", "P enter ?", "O", "enter J", "enter X", "*"]
    {
        let mut there = Person::at(120, 40);
        for key in path.split(' ').filter(|key| !key.is_empty()) {
            there.press(key);
            there.wait(1000);
        }
        assert_ne!(there.model.context(), Context::Card, "{path}");
        for key in every_key() {
            let mut person = again(&there);
            press(&mut person, key);
            press(&mut person, key);
            assert_eq!(person.approvals(), 0, "{path}: {key:?}");
        }
    }
    for ready in [before_a_ready_card(), before_a_ready_reply()] {
        for key in [":", "ctrl-p"] {
            let mut person = again(&ready);
            person.press(key);
            assert_eq!(person.model.context(), Context::Card);
        }
    }
}

#[test]
fn no_key_of_a_run_that_is_played_again_asks_for_more_than_its_records() {
    let mut there = Person::at(120, 40);
    there.press("L p");
    assert_eq!(there.model.context(), Context::Replay);
    for first in every_key() {
        for second in [first, KeyEvent::new(KeyCode::Char('A'), KeyModifiers::NONE)] {
            let mut person = again(&there);
            press(&mut person, first);
            press(&mut person, second);
            let writes = |effect: &Effect| {
                matches!(
                    effect,
                    Effect::Approve { .. }
                        | Effect::Deny { .. }
                        | Effect::Propose { .. }
                        | Effect::EditProposal { .. }
                        | Effect::Handle { .. }
                )
            };
            assert!(!person.asked.iter().any(writes), "{first:?} {second:?}: {:?}", person.asked);
        }
    }
}

#[test]
fn no_palette_offers_a_signature_and_what_is_named_there_runs_nothing() {
    for (context, name) in Context::NAMES {
        let offered = Keymap::default().holds(*context, Command::Palette);
        let signs = [Command::Approve, Command::Release].map(|command| Keymap::default().holds(*context, command));
        assert!(!offered || signs == [false, false], "{name}");
    }
    for command in ["approve", "release"] {
        for place in ["", "enter", "P", "L", "O"] {
            let mut person = Person::at(120, 40);
            person.press(if place.is_empty() { ":" } else { place });
            if !place.is_empty() {
                person.press(":");
            }
            assert_eq!(person.model.context(), Context::Palette, "{place}");
            person.write(command);
            assert!(!person.sees(&format!("▸ {command} ")), "{}", person.screen());
            person.press("enter");
            person.wait(1000);
            person.press("enter A R");
            assert_eq!(person.approvals(), 0, "{place}");
        }
    }
}

fn with(context: &str, command: &str, key: &str) -> Result<Keymap, String> {
    let (context, command) = (context.to_owned(), command.to_owned());
    let change = Change { context, command, keys: vec![key.to_owned()], origin: "line 3".to_owned() };
    Keymap::with(&[change]).map_err(|refused| refused.to_string())
}

#[test]
fn whatever_key_a_person_chooses_to_sign_with_it_is_none_that_types_moves_answers_or_ends_a_line() {
    let names = every_key().iter().filter_map(countersign::tui::keymap::name_of).collect::<Vec<_>>();
    let mut taken = 0;
    for key in &names {
        for command in ["approve", "release"] {
            for context in ["approval", "approval-of-many", "everywhere"] {
                let Ok(_) = with(context, command, key) else { continue };
                taken += 1;
                let letter = key.chars().next_back().unwrap();
                let chord = key.starts_with("ctrl-") || key.starts_with("alt-");
                let function = key.starts_with('f') && key.len() > 1;
                assert!(chord || function || letter.is_uppercase(), "{key}");
                assert!(!["Y", "y", "enter", "space", "ctrl-h", "ctrl-j", "ctrl-m", "ctrl-i"].contains(&key.as_str()));
            }
        }
    }
    assert!(taken > 50, "some keys can be chosen: {taken}");
    for key in ["ctrl-h", "ctrl-j", "ctrl-m", "ctrl-c", "ctrl-z", "j", "a", "r", "é", "ß"] {
        let no = with("everywhere", "approve", key).unwrap_err();
        assert!(no.starts_with("line 3: "), "{no}");
    }
    assert!(with("work", "approve", "j").unwrap_err().starts_with("line 3: there is no context `work`"));
    assert!(with("queue", "approve", "X").unwrap_err().starts_with("line 3: `approve` has no key of its own"));
}

#[test]
fn the_same_chord_in_another_spelling_is_the_same_key() {
    let of = |command: &str, key: &str| Change {
        context: "everywhere".to_owned(),
        command: command.to_owned(),
        keys: vec![key.to_owned()],
        origin: format!("line of {command}"),
    };
    for (first, second) in [("ctrl-x", "ctrl-X"), ("alt-ctrl-x", "ctrl-alt-x"), ("f9", "f9"), ("Ä", "Ä")] {
        let refused = Keymap::with(&[of("approve", first), of("release", second)]);
        assert!(refused.is_err(), "{first} {second}");
    }
}

#[test]
fn where_any_text_is_typed_no_letter_can_become_a_command() {
    let typed = [
        "editing",
        "finding",
        "canned replies",
        "filter",
        "comment",
        "update form",
        "snooze",
        "thumb",
        "split",
        "palette",
        "help",
    ];
    for place in typed {
        let context = Context::named(place).unwrap();
        let own: Vec<_> = Keymap::default().of(context).filter(|row| !row.is_fixed()).map(|row| row.command).collect();
        assert!(!own.is_empty(), "{place}");
        for command in own {
            let no = with(place, command.name(), "A").expect_err(&format!("{place} {}", command.name()));
            assert!(no.starts_with("line 3: `A` is text in"), "{no}");
        }
    }
    // What is said of every place leaves the texts alone.
    let everywhere = with("everywhere", "down", "B").unwrap();
    let key = KeyEvent::new(KeyCode::Char('B'), KeyModifiers::NONE);
    for place in typed {
        assert_eq!(everywhere.command(Context::named(place).unwrap(), &key), None, "{place}");
    }
    assert!(BINDINGS.iter().any(|row| row.command == Command::Approve && row.contexts.contains(&Context::Card)));
}

#[test]
fn a_configuration_that_would_weaken_the_gate_ends_the_program_with_its_line() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("mine.toml");
    for (text, expect) in [
        ("[keys.work]\napprove = \"j\"\n", "line 2: there is no context `work`"),
        ("[keys.approval]\napprove = \"j\"\n", "line 2: `j`"),
        ("[keys.everywhere]\nrelease = \"A\"\n", "line 2: `A` would mean both"),
        ("[keys.approval]\napprove = [\"X\", \"space\"]\n", "line 2: `space` cannot be a key of `approve`"),
        ("[keys.approval-of-many]\nmark = \"R\"\n", "line 2: `R` would mean both"),
        ("[keys.approval]\n\nrelease = \"ctrl-j\"\n", "line 3: `ctrl-j` cannot be a key of `release`"),
        ("[keys.split]\nsubmit = \"A\"\n", "line 2: `A` is text in `split`"),
    ] {
        std::fs::write(&file, text).unwrap();
        let output = program(home.path()).args(["--config", file.to_str().unwrap(), "keys"]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(expect), "{text}{said}");
    }
}

#[test]
fn an_approval_carries_what_stood_on_the_card_when_the_key_was_pressed() {
    let mut person = before_a_ready_card();
    let before = person.screen();
    person.press("A");
    let approved = person.asked.iter().find_map(|effect| match effect {
        Effect::Approve { card, .. } => Some(card.proposal().digest()),
        _ => None,
    });
    assert!(before.contains(approved.unwrap().as_str()), "{before}");
}
