//! The outbox: a signed reply waits where it can be seen, goes out once, or is taken back and was never approved.

use std::time::Duration;

use countersign::domain::approval::Signature;
use countersign::domain::canonical::Digest;
use countersign::domain::link::Link;
use countersign::domain::proposal::{Filing, Proposal, Waiting, Why};
use countersign::tui::events::{Answer, Effect, Msg, Outcome};
use countersign::tui::keymap::Context;
use countersign::tui::manner::{Manner, Movement};

use crate::screen::approval::{approved, request_of};
use crate::screen::desk::{Person, REPLY, card, maya, reply_call, waiting};

const WAIT: Duration = Duration::from_secs(10);

/// A person whose replies can be taken back for ten seconds.
fn sitting(width: u16, height: u16) -> Person {
    let mut person = Person::at(width, height);
    person.model = person.model.holding_replies(WAIT);
    person
}

/// Reads the card to its end and presses both keys.
fn sign(person: &mut Person) {
    person.wait(400);
    for _ in 0..20 {
        person.press("ctrl-d");
    }
    person.press("A");
    person.at += Duration::from_millis(400);
    person.press("R");
}

/// The draft of T-1042, signed.
fn signed(width: u16, height: u16) -> Person {
    let mut person = sitting(width, height);
    person.press("enter s");
    sign(&mut person);
    person
}

fn seconds(person: &mut Person, seconds: u32) {
    for _ in 0..seconds {
        person.wait(1000);
        person.draw();
    }
}

fn outcome(person: &mut Person, outcome: Outcome) {
    let request = request_of(person, approved);
    person.msg(Msg::Answered { request, answer: Answer::Decided(outcome) });
}

fn quits(person: &Person) -> bool {
    person.asked.contains(&Effect::Quit)
}

#[test]
fn what_is_signed_waits_in_sight() {
    for (width, height) in [(80, 24), (120, 40), (60, 15)] {
        let mut person = signed(width, height);
        insta::assert_snapshot!(format!("outbox_signed_{width}x{height}"), person.screen());
        seconds(&mut person, 3);
        person.press("O");
        insta::assert_snapshot!(format!("outbox_{width}x{height}"), person.screen());
    }
}

#[test]
fn a_signed_reply_goes_out_when_its_time_is_over_and_only_once() {
    let mut person = signed(120, 40);
    let key = person.at;
    assert!(person.sees("sends T-1042 in 10 s · O takes it back"), "{}", person.screen());
    person.press("esc");
    seconds(&mut person, 9);
    assert!(person.sees("sends T-1042 in 1 s"), "{}", person.screen());
    assert_eq!(person.approvals(), 0);
    seconds(&mut person, 1);
    assert_eq!(person.approvals(), 1);
    seconds(&mut person, 30);
    assert_eq!(person.approvals(), 1);
    let Some(Effect::Approve { card, signature, .. }) =
        person.asked.iter().find(|effect| matches!(effect, Effect::Approve { .. }))
    else {
        panic!()
    };
    let Signature { shown, read, held } = signature;
    assert_eq!(*shown, Digest::of(&[card.text().as_bytes()]));
    // The time to decide ends with the key, not with the wait.
    assert!(*read < Duration::from_secs(2) && *read > Duration::from_millis(400), "{read:?}");
    assert_eq!(*held, WAIT + Duration::from_millis(10), "the key Esc came between, {key:?}");
    outcome(&mut person, Outcome::Executed { before: 7, after: 8 });
    assert!(person.sees("✓ T-1042: Done.") && !person.sees("sends T-1042"), "{}", person.screen());
}

#[test]
fn who_stays_on_the_page_sees_it_go_and_what_became_of_it() {
    let mut person = signed(120, 40);
    seconds(&mut person, 10);
    assert!(person.sees("send_reply on T-1042 is being carried out"), "{}", person.screen());
    outcome(&mut person, Outcome::Executed { before: 7, after: 8 });
    assert!(person.sees("v7 → v8"), "{}", person.screen());
}

#[test]
fn what_is_taken_back_was_never_approved_and_is_in_the_editor_again() {
    let mut person = signed(120, 40);
    seconds(&mut person, 5);
    person.press("O O");
    assert_eq!(person.model.context(), Context::Editing);
    assert!(person.sees("taken back: nothing was sent") && person.sees("authorisation"), "{}", person.screen());
    seconds(&mut person, 60);
    assert_eq!(person.approvals(), 0);
    assert!(!person.asked.iter().any(|effect| matches!(effect, Effect::Deny { .. })), "nor was it denied");
}

#[test]
fn a_reply_to_a_ticket_that_is_not_open_any_more_comes_back_with_its_ticket() {
    let mut person = signed(120, 40);
    person.press("esc esc j enter O O");
    assert_eq!(person.model.context(), Context::Editing);
    assert!(person.sees("authorisation hold"), "{}", person.screen());
    person.write("And more. ");
    person.wait(2000);
    let kept = person.asked.iter().any(|effect| {
        matches!(effect, Effect::SaveDraft { ticket, written, .. }
            if ticket.as_str() == "T-1042" && written.reply.contains("And more."))
    });
    assert!(kept);
}

#[test]
fn a_program_s_reply_goes_back_to_the_tray() {
    let mut person = sitting(120, 40);
    person.press("P enter");
    sign(&mut person);
    assert!(person.sees("● 2 wait for you"), "{}", person.screen());
    person.press("O O");
    assert_eq!(person.model.context(), Context::Pending);
    assert!(person.sees("● 3 wait for you"), "{}", person.screen());
    assert_eq!(person.approvals(), 0);
}

#[test]
fn a_change_of_fields_and_a_note_go_out_at_once() {
    let mut person = sitting(120, 40);
    person.press("P j enter");
    person.wait(400);
    person.press("A");
    assert_eq!(person.approvals(), 1);
}

#[test]
fn send_now_waits_no_longer() {
    let mut person = signed(120, 40);
    person.press("O s s");
    assert_eq!(person.approvals(), 1);
    assert!(person.sees("is being sent …"), "{}", person.screen());
    person.press("O");
    assert!(person.sees("on its way already"), "{}", person.screen());
}

#[test]
fn quitting_asks_what_is_to_become_of_what_waits() {
    let mut person = signed(80, 24);
    person.press("esc q");
    assert_eq!(person.model.context(), Context::Leaving);
    insta::assert_snapshot!("outbox_leaving_80x24", person.screen());
    person.press("esc");
    assert!(!quits(&person) && person.sees("sends T-1042"), "{}", person.screen());
    person.press("q k");
    assert!(quits(&person));
    assert_eq!(person.approvals(), 0);
}

#[test]
fn quitting_waits_for_what_is_sent_now() {
    let mut person = signed(120, 40);
    person.press("esc q s");
    assert_eq!(person.approvals(), 1);
    assert!(!quits(&person));
    outcome(&mut person, Outcome::Executed { before: 7, after: 8 });
    assert!(quits(&person));
    // What comes back keeps the person here.
    let mut person = signed(120, 40);
    person.press("esc q s");
    outcome(&mut person, Outcome::Superseded { fresh: None });
    assert!(!quits(&person) && person.sees("Superseded."), "{}", person.screen());
}

#[test]
fn a_ticket_that_moved_while_the_reply_waited_is_shown_again() {
    let mut person = signed(120, 40);
    seconds(&mut person, 10);
    let fresh = Some(card("P-9", reply_call(REPLY, "public")));
    outcome(&mut person, Outcome::Superseded { fresh });
    assert_eq!(person.model.context(), Context::Card);
    assert!(person.sees("nothing was written"), "{}", person.screen());

    // Nobody looks: it stays where it can be seen, whatever key is pressed.
    let mut person = signed(120, 40);
    person.press("esc");
    seconds(&mut person, 10);
    let fresh = Some(card("P-9", reply_call(REPLY, "public")));
    outcome(&mut person, Outcome::Superseded { fresh });
    person.press("j k j");
    assert!(person.sees("✗ not sent to T-1042: Superseded. · O shows it"), "{}", person.screen());
    person.press("O");
    insta::assert_snapshot!("outbox_back_120x40", person.screen());
    person.press("esc");
    assert!(!person.sees("not sent to"), "{}", person.screen());
}

#[test]
fn a_second_costs_one_frame_and_with_reduced_motion_none() {
    for (movement, most) in [(Movement::Full, 10), (Movement::Reduced, 1)] {
        let counts = movement == Movement::Full;
        let mut person = Person::at(120, 40);
        person.model = person.model.holding_replies(WAIT);
        person.model.set_manner(Manner { movement, ..Manner::default() });
        person.press("enter s");
        sign(&mut person);
        person.press("esc");
        person.model.take_changed();
        let mut frames = 0;
        // Alarms ring for many reasons.
        for _ in 0..200 {
            person.wait(50);
            frames += usize::from(person.model.take_changed());
            assert!(counts || !person.sees(" in 9 s"), "{}", person.screen());
        }
        assert!(frames >= 1 && frames <= most, "{frames}");
        assert_eq!(person.approvals(), 1);
    }
}

#[test]
fn a_wait_that_nobody_could_watch_begins_anew() {
    // The lid was closed for an hour.
    let mut person = signed(120, 40);
    person.wait(3_600_000);
    assert_eq!(person.approvals(), 0);
    assert!(person.sees("sends T-1042 in 10 s"), "{}", person.screen());
    // The window was too small to see anything, the backend was away.
    person.resize(30, 8);
    seconds(&mut person, 30);
    person.resize(120, 40);
    person.msg(Msg::Connection(Link::Away { why: "refused".to_owned() }));
    seconds(&mut person, 30);
    assert_eq!(person.approvals(), 0);
    person.msg(Msg::Connection(Link::Up));
    seconds(&mut person, 11);
    assert_eq!(person.approvals(), 1);
}

#[test]
fn while_a_reply_waits_there_is_no_second_one_and_its_proposal_cannot_be_opened() {
    let mut person = signed(120, 40);
    person.press("esc s");
    assert!(person.sees("waits in the outbox already"), "{}", person.screen());
    let mut person = sitting(120, 40);
    person.press("P enter");
    sign(&mut person);
    person.press("esc enter");
    assert_eq!(person.model.context(), Context::Pending);
    assert!(person.sees("in the outbox"), "{}", person.screen());
}

#[test]
fn what_is_written_while_the_reply_waits_is_kept_when_it_is_sent() {
    let mut person = signed(120, 40);
    person.press("esc e");
    person.write("A second letter. ");
    person.press("ctrl-s");
    seconds(&mut person, 10);
    outcome(&mut person, Outcome::Executed { before: 7, after: 8 });
    assert!(person.sees("A second letter."), "{}", person.screen());
    // And what was sent is no draft any more, wherever the person is by then.
    let mut person = sitting(120, 40);
    person.press("enter e");
    person.write("Hello. ");
    person.press("ctrl-s s");
    sign(&mut person);
    person.press("esc esc j enter");
    seconds(&mut person, 10);
    outcome(&mut person, Outcome::Executed { before: 7, after: 8 });
    let forgotten = person.asked.iter().any(|effect| {
        matches!(effect, Effect::ForgetDraft { ticket, sent, .. } if ticket.as_str() == "T-1042" && sent.contains("Hello."))
    });
    assert!(forgotten);
}

/// A reply of maya's own that waits in the tray.
fn own(body: &str) -> Waiting {
    let proposal = Proposal::file(Filing {
        id: "P-7".parse().unwrap(),
        call: reply_call(body, "public"),
        base_version: 7,
        proposer: maya(),
        run: "r1".parse().unwrap(),
        why: Why::default(),
        filed_at: "2026-03-02T09:40:50Z".parse().unwrap(),
        expires_at: None,
        edited_by: None,
    });
    Waiting { proposal, ..waiting().remove(0) }
}

#[test]
fn one_reply_of_a_person_to_a_ticket_waits_and_no_two() {
    let sent = countersign::domain::draft::without_marks(REPLY, 1);
    for (body, again) in [(sent.as_str(), true), ("An older letter.", false)] {
        let mut person = Person::muted(120, 40, |effect| {
            matches!(effect, Effect::LoadPending { .. } | Effect::OpenCard { .. } | Effect::Propose { .. })
        });
        let Some(Effect::LoadPending { request }) =
            person.asked.iter().find(|effect| matches!(effect, Effect::LoadPending { .. })).cloned()
        else {
            panic!()
        };
        person.msg(Msg::Answered { request, answer: Answer::Pending(vec![own(body)]) });
        person.press("enter s");
        let asked = person.asked.last().unwrap();
        if again {
            assert!(matches!(asked, Effect::OpenCard { proposal, .. } if proposal.as_str() == "P-7"), "{asked:?}");
        } else {
            let old = |id: &countersign::domain::ids::ProposalId| id.as_str() == "P-7";
            assert!(matches!(asked, Effect::Propose { instead_of: Some(id), .. } if old(id)), "{asked:?}");
        }
    }
}
