//! Keys of one's own: what the configuration may put in the place of the shipped ones, and what it may not.

use countersign::tui::keymap::{Change, Command, Context, Keymap, Motion};

use crate::process::program;
use crate::screen::desk::Person;

fn change(context: &str, command: &str, keys: &[&str]) -> Change {
    let keys = keys.iter().map(|key| (*key).to_owned()).collect();
    Change { context: context.into(), command: command.into(), keys, origin: "line 7".into() }
}

fn with(changes: &[(&str, &str, &[&str])]) -> Result<Keymap, String> {
    let changes: Vec<_> = changes.iter().map(|(context, command, keys)| change(context, command, keys)).collect();
    Keymap::with(&changes).map_err(|refused| refused.to_string())
}

#[track_caller]
fn refused(changes: &[(&str, &str, &[&str])], expect: &str) {
    let error = with(changes).expect_err(expect);
    assert!(error.starts_with("line 7: ") && error.contains(expect), "{error}");
}

/// A person whose keys are these.
fn person_with(changes: &[(&str, &str, &[&str])]) -> Person {
    let mut person = Person::at(120, 40);
    person.model.set_keys(with(changes).unwrap());
    person
}

#[test]
fn a_key_of_ones_own_takes_the_place_of_the_shipped_ones_in_its_context_only() {
    let mut person = person_with(&[("queue", "open", &["b"])]);
    person.press("enter");
    assert_eq!(person.model.context(), Context::Queue, "the shipped key means nothing any more");
    person.press("b");
    assert_eq!(person.model.context(), Context::Ticket);
    person.press("esc P enter");
    assert_eq!(person.model.context(), Context::Card, "in the tray Enter still opens");
}

#[test]
fn footer_help_palette_and_table_show_the_keys_in_force() {
    let changes: &[(&str, &str, &[&str])] = &[
        ("queue", "open", &["b"]),
        ("everywhere", "down", &["n", "down"]),
        ("everywhere", "next-pending", &["N"]),
        ("everywhere", "note", &["ctrl-n"]),
        ("replay", "down", &["f2"]),
    ];
    let mut person = person_with(changes);
    assert!(person.sees(" n k move  b open"), "{}", person.screen());
    person.press("?");
    person.write("open what is selected");
    assert!(person.sees(" b               Open what is selected"), "{}", person.screen());
    person.press("esc :");
    person.write("open");
    assert!(
        person.screen().lines().any(|line| line.contains("▸ open ") && line.contains("b │")),
        "{}",
        person.screen()
    );
    person.press("enter");
    assert_eq!(person.model.context(), Context::Ticket, "a renamed key runs out of the palette too");
    let table = person.model.keys().markdown();
    assert!(table.contains("| queue | `b` | open | Open what is selected |"), "{table}");
    assert!(table.contains("| replay | `f2` | down |"), "one context may differ from all:\n{table}");
}

#[test]
fn a_command_without_a_key_is_still_in_the_palette() {
    let mut person = person_with(&[("everywhere", "log", &[])]);
    person.press("L");
    assert_eq!(person.model.context(), Context::Queue);
    person.press(":");
    person.write("log");
    person.press("enter");
    assert_eq!(person.model.context(), Context::Log);
}

#[test]
fn names_and_keys_that_there_are_not_are_refused_with_their_line() {
    refused(&[("quue", "open", &["b"])], "there is no context `quue`: everywhere, queue, ticket");
    refused(&[("queue", "opn", &["b"])], "there is no command `opn`");
    refused(&[("log", "send", &["b"])], "`send` has no key of its own in `log`");
    refused(&[("queue", "open", &["ctrl-enter-x"])], "`ctrl-enter-x` is no key");
    refused(&[("queue", "open", &["ctrl-i"])], "a terminal sends ctrl-i as tab");
}

#[test]
fn a_key_that_would_mean_two_things_is_refused() {
    refused(&[("queue", "open", &["d"])], "`d` would mean both `open` and `draft` in `queue`");
    refused(&[("everywhere", "down", &["e"])], "`e` would mean both");
    refused(&[("queue", "open", &["ctrl-c"])], "`ctrl-c` would mean both `open` and `quit`");
    refused(&[("queue", "open", &["b", "b"])], "`b` would mean both");
    // Two commands may change places.
    with(&[("queue", "open", &["d"]), ("queue", "draft", &["enter"])]).unwrap();
}

#[test]
fn nobody_is_shut_in() {
    refused(&[("editing", "quit", &["f9"])], "`quit` has no key of its own in `editing`");
    let keys = with(&[("everywhere", "quit", &["Q"])]).unwrap();
    for (context, _) in Context::NAMES {
        let quits =
            keys.of(*context).any(|row| row.command == Command::Quit && row.keys.contains(&"ctrl-c".to_owned()));
        assert!(quits, "{context:?}");
    }
}

#[test]
fn where_text_is_typed_a_letter_stays_text() {
    refused(&[("editing", "submit", &["s"])], "`s` is text in `editing`");
    refused(&[("editing", "submit", &["enter"])], "`enter` is text in `editing`");
    refused(&[("canned-replies", "down", &["space"])], "`space` is text in `canned-replies`");
    refused(&[("palette", "back", &["q"])], "`q` is text in `palette`");
    refused(&[("help", "back", &["backspace"])], "`backspace` is text in `help`");
    with(&[("canned replies", "submit", &["f5"]), ("editing", "submit", &["alt-s"])]).unwrap();
}

#[test]
fn nothing_typed_held_or_pressed_by_habit_can_be_made_a_signature() {
    for command in ["approve", "release"] {
        for key in
            ["enter", "space", "y", "Y", "a", "r", "1", ".", "tab", "esc", "down", "pagedown", "backspace", "end"]
        {
            for context in ["approval", "approval-of-many", "everywhere"] {
                refused(&[(context, command, &[key])], &format!("`{key}`"));
            }
        }
    }
    refused(&[("everywhere", "approve", &["X", "enter"])], "`enter` cannot be a key of `approve`");
    refused(&[("approval", "approve", &[])], "`approve` must have a key");
}

#[test]
fn the_two_signatures_never_share_a_key_nor_one_that_means_something_else_on_any_card() {
    refused(&[("approval", "approve", &["R"])], "`R` would mean both");
    let one_for_both: &[(&str, &str, &[&str])] =
        &[("approval", "approve", &["X"]), ("approval-of-many", "release", &["X"])];
    refused(one_for_both, "`X` cannot be the first and the second key");
    // On the card of many D means nothing; on the card of one it denies.
    refused(&[("approval-of-many", "approve", &["D"])], "`D` of `approve` means something else on another card");
    let toggles: &[(&str, &str, &[&str])] =
        &[("approval-of-many", "mark", &["A"]), ("approval-of-many", "approve", &["X"])];
    refused(toggles, "`A` of `approve` means something else on another card");
}

#[test]
fn a_card_is_signed_with_the_keys_in_force_and_says_so() {
    let mut person = person_with(&[("everywhere", "approve", &["X"]), ("everywhere", "release", &["ctrl-x"])]);
    person.press("P enter");
    person.wait(400);
    person.draw();
    assert!(person.sees(" X approve  ^x confirm"), "{}", person.screen());
    for key in ["A", "R", "A", "R"] {
        person.press(key);
        person.wait(400);
    }
    assert_eq!(person.approvals(), 0, "the shipped keys sign nothing");
    person.press("X");
    assert!(person.sees(" ^x carries it out now "), "{}", person.screen());
    person.wait(400);
    person.press("ctrl-x");
    assert_eq!(person.approvals(), 1);
}

#[test]
fn every_single_motion_can_have_another_key() {
    for command in [Motion::Up, Motion::Down, Motion::PageUp, Motion::PageDown, Motion::Top, Motion::Bottom] {
        let name = Command::Move(command).name();
        with(&[("everywhere", name, &["f7"])]).unwrap();
    }
}

#[test]
fn the_program_refuses_to_start_and_names_the_file_and_the_line() {
    let home = tempfile::tempdir().unwrap();
    let file = home.path().join("mine.toml");
    for (text, expect) in [
        ("[person]\nname = \"Maya\"\n[keys.queue]\nopen = \"d\"\n", "line 4: `d` would mean both"),
        ("[keys.queue]\nopne = [\"b\"]\n", "line 2: there is no command `opne`"),
        ("\n[keys.approval]\nrelease = \"enter\"\n", "line 3: `enter` cannot be a key of `release`"),
        ("[keys.queue]\nopen = 5\n", "line 2: `keys.queue.open` is a text or a list of texts"),
        ("[keys]\nopen = \"b\"\n", "line 2: `keys.open` is a table: [keys.open]"),
    ] {
        std::fs::write(&file, text).unwrap();
        let output = program(home.path()).args(["--config", file.to_str().unwrap(), "keys"]).output().unwrap();
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(expect) && said.contains("mine.toml"), "{said}");
    }
    std::fs::write(&file, "[keys.queue]\nopen = [\"b\", \"f3\"]\n").unwrap();
    let with = |command: &str| {
        let output = program(home.path()).args(["--config", file.to_str().unwrap(), command]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(with("keys").contains("| queue | `b` `f3` | open |"), "{}", with("keys"));
    let config = with("config");
    assert!(config.contains("keys.queue.open = [\"b\", \"f3\"]") && config.contains("line 2"), "{config}");
}
