//! The palette: every command of a page, found by its name or by what it does, run where it was asked for.

use countersign::domain::call::WriteCall;
use countersign::domain::ticket::Status;
use countersign::tui::events::Effect;
use countersign::tui::keymap::{Command, Context, Keymap};

use crate::screen::desk::Person;

#[test]
fn the_palette() {
    for (width, height) in [(60, 15), (80, 24), (120, 40)] {
        let mut person = Person::at(width, height);
        person.press("enter :");
        insta::assert_snapshot!(format!("palette_{width}x{height}"), person.screen());
        person.write("reply");
        insta::assert_snapshot!(format!("palette_typed_{width}x{height}"), person.screen());
    }
}

#[test]
fn what_is_found_by_a_part_of_its_name_is_run_where_the_palette_was_opened() {
    for open in [":", "ctrl-p"] {
        let mut person = Person::at(120, 40);
        person.press("enter d");
        person.press(open);
        assert_eq!(person.model.context(), Context::Palette);
        person.write("and resol");
        person.press("enter");
        let proposed = person.asked.iter().rev().find_map(|effect| match effect {
            Effect::Propose { call: WriteCall::SendReply(reply), .. } => Some(reply.update.status),
            _ => None,
        });
        assert_eq!(proposed, Some(Some(Status::Resolved)), "{}", person.screen());
        assert_eq!(person.model.context(), Context::Card);
    }
}

#[test]
fn a_word_of_the_help_a_slip_and_first_letters_find_a_command_too() {
    for (typed, name) in [
        ("confidence", "explain"),
        ("snoze", "snooze"),
        ("sar", "send-and-resolve"),
        ("xpln", "explain"),
        ("Z", "snooze"),
    ] {
        let mut person = Person::at(80, 24);
        person.press("enter :");
        person.write(typed);
        assert!(
            person.sees(&format!("▸ {name}")) || person.sees(&format!("  {name}")),
            "{typed}:\n{}",
            person.screen()
        );
    }
}

#[test]
fn keys_in_the_palette_are_text_and_esc_runs_nothing() {
    let mut person = Person::at(80, 24);
    person.press(":");
    person.asked.clear();
    person.write("qPLa:?1");
    assert_eq!(person.model.context(), Context::Palette);
    assert!(person.sees(": qPLa:?1") && person.sees("no command here has these words"), "{}", person.screen());
    person.press("enter");
    assert_eq!(person.model.context(), Context::Palette, "nothing is selected, nothing is run");
    person.press("esc");
    assert_eq!((person.model.context(), person.asked.len()), (Context::Queue, 0));
}

#[test]
fn every_command_of_every_page_where_it_opens_is_listed() {
    for (keys, context) in [
        ("esc", Context::Queue),
        ("enter", Context::Ticket),
        ("enter tab", Context::Summary),
        ("enter d", Context::Draft),
        ("P", Context::Pending),
        ("L", Context::Log),
        ("L enter", Context::LogDetail),
        ("L f", Context::Figures),
        ("L p", Context::Replay),
    ] {
        let mut person = Person::at(200, 50);
        person.press(keys);
        assert_eq!(person.model.context(), context);
        person.press(":");
        let known = Keymap::default();
        let known = known.of(context).filter(|b| b.command != Command::Palette && b.command != Command::View(7));
        for bound in known.filter(|b| b.command != Command::View(8)) {
            let name = bound.command.name();
            person.write(name);
            assert!(person.sees(&format!(" {name} ")), "{context:?} {name}:\n{}", person.screen());
            for _ in name.chars() {
                person.press("backspace");
            }
        }
    }
}

#[test]
fn the_palette_opens_nowhere_at_the_gate_and_nowhere_where_text_is_typed() {
    for (keys, context) in [
        ("P enter", Context::Card),
        ("P enter v", Context::Arguments),
        ("P enter D", Context::Deny),
        ("P enter D c", Context::Comment),
        ("* u right enter", Context::Bulk),
        ("enter e", Context::Editing),
        ("enter u", Context::Form),
        ("enter m", Context::Picking),
        ("/", Context::Filter),
        ("Z", Context::Snooze),
        ("enter e x ctrl-c", Context::Confirm),
    ] {
        let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::SaveDraft { .. }));
        for key in keys.split(' ') {
            person.press(key);
            person.wait(2000);
        }
        assert_eq!(person.model.context(), context, "{keys}");
        person.press(":");
        person.press("ctrl-p");
        assert_eq!(person.model.context(), context, "{keys}");
    }
}

#[test]
fn a_window_that_is_too_small_keeps_the_palette_and_runs_nothing() {
    let mut person = Person::at(80, 24);
    person.press(":");
    person.write("pend");
    person.resize(30, 8);
    person.press("enter");
    assert_eq!(person.model.context(), Context::TooSmall);
    person.resize(80, 24);
    assert!(person.sees(": pend"));
    person.press("enter");
    assert_eq!(person.model.context(), Context::Pending);
}
