//! The log for a supervisor: filtered, added up, exported, played again.

use countersign::domain::actor::{Principal, Role};
use countersign::tui::events::{Effect, ExportFormat, Exported};
use countersign::tui::keymap::Context;
use countersign::tui::model::{Desk, Model};
use countersign::tui::theme::Theme;
use countersign::tui::update;

use crate::screen::desk::{Person, now};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 50)];

#[test]
fn figures_and_replay() {
    for (width, height) in SIZES {
        let mut person = Person::at(width, height);
        person.press("L f");
        insta::assert_snapshot!(format!("figures_{width}x{height}"), person.screen());
        person.press("f p n n n n");
        insta::assert_snapshot!(format!("replay_{width}x{height}"), person.screen());
    }
}

#[test]
fn a_filter_is_followed_while_it_is_typed_and_kept_by_enter() {
    let mut person = Person::at(120, 40);
    person.press("L /");
    assert_eq!(person.model.context(), Context::Filter);
    person.write("who:maya");
    assert!(person.sees("approved") && !person.sees("get_faq"), "{}", person.screen());
    person.press("enter");
    assert_eq!(person.model.context(), Context::Log);
    assert!(person.sees("/ who:maya"), "{}", person.screen());
    let queries: Vec<_> = person
        .asked
        .iter()
        .filter_map(|effect| match effect {
            Effect::LoadLog { query, .. } => query.who.clone(),
            _ => None,
        })
        .collect();
    assert_eq!(queries.last().map(String::as_str), Some("maya"));
    // What is shown is what is exported.
    person.press("w");
    let exported = person.asked.iter().find_map(|effect| match effect {
        Effect::ExportLog { query, what, format, .. } => Some((query.who.clone(), *what, *format)),
        _ => None,
    });
    assert_eq!(exported, Some((Some("maya".into()), Exported::Records, ExportFormat::Csv)));
    assert!(person.sees("✓ in /state/exports/log-1.csv"), "{}", person.screen());
    person.press("/ esc");
    assert!(person.sees("every record"), "{}", person.screen());
    person.press("esc");
    assert_eq!(person.model.context(), Context::Queue);
}

#[test]
fn what_is_no_filter_is_said_and_what_was_found_stays() {
    let mut person = Person::at(120, 40);
    person.press("L /");
    person.write("tol:x");
    assert!(person.sees("\"tol\" is not a column"), "{}", person.screen());
    assert!(person.sees("get_faq"), "{}", person.screen());
    person.press("enter");
    assert!(!person.sees("is not a column"), "{}", person.screen());
}

#[test]
fn nothing_matches_says_how_to_get_out() {
    let mut person = Person::at(80, 24);
    person.press("L /");
    person.write("who:nobody");
    person.press("enter");
    assert!(person.sees("No record matches · / then Esc clears the filter"), "{}", person.screen());
}

#[test]
fn figures_follow_the_filter_and_are_exported_as_figures() {
    let mut person = Person::at(120, 40);
    person.press("L f");
    assert_eq!(person.model.context(), Context::Figures);
    person.press("/");
    person.write("tool:send");
    person.press("enter");
    assert_eq!(person.model.context(), Context::Figures);
    let last = person.asked.iter().rev().find_map(|effect| match effect {
        Effect::LoadFigures { query, .. } => query.tool.clone(),
        _ => None,
    });
    assert_eq!(last.as_deref(), Some("send"));
    person.press("W");
    let exported = person
        .asked
        .iter()
        .any(|effect| matches!(effect, Effect::ExportLog { what: Exported::Figures, format: ExportFormat::Json, .. }));
    assert!(exported);
    person.press("G esc");
    assert_eq!(person.model.context(), Context::Log);
}

#[test]
fn a_run_is_played_from_its_start_and_the_card_is_shown_as_it_was() {
    let mut person = Person::at(120, 40);
    person.press("L p");
    assert_eq!(person.model.context(), Context::Replay);
    assert!(person.sees("step 1 of 8"), "{}", person.screen());
    person.press("n n n n");
    assert!(
        person.sees("step 5 of 8") && person.sees("PUBLIC message: the customer will read this"),
        "{}",
        person.screen()
    );
    person.press("b G");
    assert!(person.sees("step 8 of 8"), "{}", person.screen());
    person.press("esc");
    assert_eq!(person.model.context(), Context::Log);
}

#[test]
fn a_replay_alone_asks_for_records_only_whatever_key_is_pressed() {
    let me = Principal { id: "replay".parse().unwrap(), role: Role::Viewer };
    let desk = Desk { name: "Log".into(), sample: false, assistant: String::new(), model: false, me, views: vec![] };
    let mut model =
        Model::playing("8f2".into(), desk, Theme::Dark, (120, 40), &now().to_zoned(jiff::tz::TimeZone::UTC));
    let first = update::start(&mut model);
    assert!(matches!(first[..], [Effect::LoadRun { .. }]), "{first:?}");
    let mut person = Person::before(model);
    person.take(first);
    for key in 'a'..='z' {
        for name in [key.to_string(), key.to_uppercase().to_string(), format!("ctrl-{key}")] {
            if !["q", "ctrl-c", "ctrl-z"].contains(&name.as_str()) {
                person.press(&name);
            }
            if person.model.context() == Context::Palette {
                person.press("esc");
            }
        }
    }
    let harmless = |effect: &Effect| {
        matches!(
            effect,
            Effect::LoadRun { .. }
                | Effect::LoadLogDetail { .. }
                | Effect::Copy(_)
                | Effect::Mouse(_)
                | Effect::Redraw
                | Effect::Quit
        )
    };
    assert!(person.asked.iter().all(harmless), "{:?}", person.asked);
    person.press("esc");
    assert!(person.asked.iter().any(|effect| matches!(effect, Effect::Quit)));
}
