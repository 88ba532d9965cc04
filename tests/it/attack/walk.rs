//! A hand that presses anything at any time while anything happens: whatever it approves was shown, rested and meant.

use std::collections::BTreeSet;
use std::time::Duration;

use countersign::domain::link::Link;
use countersign::tui::events::{Answer, Effect, Moment, Msg, Outcome, Pointing, RequestId};
use countersign::tui::keymap::Context;
use countersign::tui::manner::Manner;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};

use crate::attack::forged::Dice;
use crate::screen::desk::Person;

/// What the walker knows of the card without asking the program.
#[derive(Default)]
struct Watch {
    /// When the picture was last a new one, or something came between.
    disturbed: Moment,
    /// When `A` was pressed, while no key came after it.
    first: Option<Moment>,
    /// Proposals on which a decision runs.
    running: BTreeSet<String>,
    approved: usize,
}

/// Something that happens: mostly what leads to a card and over it.
fn happens(dice: &mut Dice, person: &mut Person) -> Msg {
    let at = person.at;
    let key = |code, modifiers, kind| Msg::Key { key: KeyEvent::new_with_kind(code, modifiers, kind), at };
    let plain = |c| key(KeyCode::Char(c), KeyModifiers::NONE, KeyEventKind::Press);
    let control = |c| key(KeyCode::Char(c), KeyModifiers::CONTROL, KeyEventKind::Press);
    match dice.of(44) {
        0..=8 => plain('A'),
        9..=12 => plain('R'),
        13..=14 => key(KeyCode::Char(['A', 'R'][dice.of(2)]), KeyModifiers::NONE, KeyEventKind::Repeat),
        15..=18 => control(['d', 'u'][dice.of(2)]),
        19..=22 => plain(['j', 'k', 'v', '?', 'S', 'D', 'y', ' '][dice.of(8)]),
        23..=27 => key(KeyCode::Enter, KeyModifiers::NONE, KeyEventKind::Press),
        28..=29 => key(KeyCode::Esc, KeyModifiers::NONE, KeyEventKind::Press),
        30..=33 => plain('P'),
        34 => Msg::Paste { text: "AR".into(), at },
        35 => Msg::Mouse { did: Pointing::Press { column: 9, row: 7 }, at },
        36 => Msg::Mouse { did: Pointing::Wheel { down: true, column: 9, row: 7 }, at },
        37 => Msg::Focus { gained: dice.of(2) == 0, at },
        38 => [(80, 24), (60, 15), (100, 30), (30, 8)].map(|(width, height)| Msg::Resized { width, height })
            [dice.of(4)]
        .clone(),
        39 => Msg::QueueChanged,
        40 => Msg::Connection(if dice.of(3) > 0 { Link::Up } else { Link::Away { why: "refused".to_owned() } }),
        _ => Msg::Woke { at },
    }
}

/// What somebody would press who wants to get on.
fn sensible(person: &Person) -> Msg {
    let (code, modifiers) = match person.model.context() {
        Context::Card if person.sees("carries it out now") => (KeyCode::Char('R'), KeyModifiers::NONE),
        Context::Card if person.sees("all shown") => (KeyCode::Char('A'), KeyModifiers::NONE),
        Context::Card => (KeyCode::Char('d'), KeyModifiers::CONTROL),
        Context::Pending | Context::Outcome => (KeyCode::Enter, KeyModifiers::NONE),
        Context::Queue => (KeyCode::Char('P'), KeyModifiers::NONE),
        _ => (KeyCode::Esc, KeyModifiers::NONE),
    };
    Msg::Key { key: KeyEvent::new(code, modifiers), at: person.at }
}

fn requests(person: &Person) -> Vec<(RequestId, String)> {
    let of = |effect: &Effect| match effect {
        Effect::Approve { request, card, .. } => Some((*request, card.proposal().id().to_string())),
        _ => None,
    };
    person.asked.iter().filter_map(of).collect()
}

/// What must hold when `msg` has just approved something.
fn meant(msg: &Msg, before: &Person, watch: &Watch) {
    let Msg::Key { key, at } = msg else { panic!("{msg:?} approved something") };
    let sees = |words| before.sees(words);
    assert_eq!(key.kind, KeyEventKind::Press, "held down");
    assert!(*at >= watch.disturbed + Duration::from_millis(400), "no rest: {at:?} after {:?}", watch.disturbed);
    assert!(sees("all shown") || sees("carries it out now"), "{}", before.screen());
    if key.code == KeyCode::Char('R') {
        let first = watch.first.expect("the first key");
        assert!(*at >= first + Duration::from_millis(300), "too quick");
        assert!(*at < first + Duration::from_mins(1), "too late");
    } else {
        assert_eq!(key.code, KeyCode::Char('A'));
        assert!(sees("A approves"), "one key only where one is enough: {}", before.screen());
    }
}

fn step(dice: &mut Dice, person: &mut Person, watch: &mut Watch) {
    // Between two messages passes no time, a little, or enough to rest; now and then the program sleeps.
    match dice.of(12) {
        0..=3 => person.wait([10, 40, 120, 350][dice.of(4)]),
        4..=7 => person.wait(450),
        8 => person.at += Duration::from_millis(900),
        _ => {}
    }
    let on = dice.of(4) == 0;
    if on {
        person.wait(450);
        person.draw();
    }
    let before = Person { at: person.at, ..Person::before(person.model.clone()) };
    let (context, asked) = (person.model.context(), requests(person).len());
    let msg = if on { sensible(&before) } else { happens(dice, person) };
    person.msg(msg.clone());
    let new = requests(person).split_off(asked);
    assert!(new.len() <= 1, "one key, one approval");
    for (_, proposal) in &new {
        meant(&msg, &before, watch);
        assert!(watch.running.insert(proposal.clone()), "{proposal} is approved while it is being decided");
        watch.approved += 1;
    }
    match &msg {
        Msg::Key { key, at } => {
            watch.first = (key.code == KeyCode::Char('A') && context == Context::Card).then_some(*at);
        }
        Msg::Paste { .. } | Msg::Focus { .. } | Msg::Resized { .. } => {
            (watch.disturbed, watch.first) = (person.at, None);
        }
        Msg::Mouse { .. } => watch.first = None,
        _ => {}
    }
    if context != Context::Card && person.model.context() == Context::Card {
        watch.disturbed = person.at;
    }
    if dice.of(5) > 0 {
        person.draw();
    }
    if let Some((request, proposal)) = new.first().or(requests(person).last()).cloned()
        && dice.of(4) == 0
        && watch.running.remove(&proposal)
    {
        let outcome = Outcome::Executed { before: 7, after: 8 };
        person.msg(Msg::Answered { request, answer: Answer::Decided(outcome) });
    }
}

#[test]
fn whatever_a_hand_does_only_what_was_shown_rested_and_meant_is_approved() {
    let mut approved = 0;
    for seed in 1..=6 {
        let (mut dice, mut watch) = (Dice(seed), Watch::default());
        let mut person = Person::at(80, 24);
        person.model.set_manner(Manner { mouse: true, ..Manner::default() });
        for _ in 0..600 {
            step(&mut dice, &mut person, &mut watch);
        }
        approved += watch.approved;
    }
    assert!(approved > 15, "the walk leads over cards: {approved}");
}
