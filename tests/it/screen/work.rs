//! The work page: opening, writing, proposing; nothing lost, nothing stale.

use countersign::domain::call::WriteCall;
use countersign::domain::ticket::{Status, TicketPage, Tone, Visibility};
use countersign::tui::events::{Answer, Effect, Failure, Msg, RequestId};
use countersign::tui::keymap::Context;

use crate::screen::desk::{Person, REPLY, answer, rows, suggestion};

fn proposed(person: &Person) -> Option<(WriteCall, countersign::domain::proposal::Why)> {
    person.asked.iter().rev().find_map(|effect| match effect {
        Effect::Propose { call, why, .. } => Some((call.clone(), why.clone())),
        _ => None,
    })
}

#[test]
fn a_new_screen_asks_for_the_queue_the_counts_and_what_waits() {
    let person = Person::at(120, 40);
    assert!(matches!(
        person.asked.as_slice(),
        [Effect::LoadQueue { .. }, Effect::LoadSeen { .. }, Effect::CountViews { .. }, Effect::LoadPending { .. }]
    ));
}

#[test]
fn the_views_are_counted_once_there_are_rows_to_look_at() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::LoadQueue { .. }));
    assert!(!person.asked.iter().any(|effect| matches!(effect, Effect::CountViews { .. })));
    person.mute = |_| false;
    let asked = person.asked.iter().find(|effect| matches!(effect, Effect::LoadQueue { .. })).cloned().unwrap();
    person.msg(answer(&asked).unwrap());
    assert!(person.sees("urgent 7") && person.sees("all 312"));
}

#[test]
fn enter_opens_a_ticket_with_everything_about_it() {
    let mut person = Person::at(120, 40);
    person.press("enter");
    for words in [
        "T-1042",
        "two charges of 49.00",
        "Wants",
        "Dear Ines",
        "KB-31",
        "no source",
        "internal",
        "quoted text, 3 lines",
    ] {
        assert!(person.sees(words), "{words}:\n{}", person.screen());
    }
    assert_eq!(person.model.context(), Context::Ticket);
}

#[test]
fn a_draft_is_proposed_public_with_its_doubts() {
    let mut person = Person::at(120, 40);
    person.press("enter s");
    let (call, why) = proposed(&person).unwrap();
    let WriteCall::SendReply(reply) = call else { panic!() };
    // A customer reads no citation marks.
    let sent = REPLY.replace(" [1]", "");
    assert_eq!((reply.body, reply.visibility, reply.expected_version), (sent, Visibility::Public, Some(7)));
    assert_eq!(why.unsupported, ["You will see it on Friday."]);
    assert_eq!(person.model.context(), Context::Card, "a person's own proposal opens its card");
}

#[test]
fn send_and_resolve_is_one_proposal() {
    let mut person = Person::at(120, 40);
    person.press("enter S");
    let (call, _) = proposed(&person).unwrap();
    assert_eq!(call.update().status, Some(Status::Resolved));
}

#[test]
fn a_note_is_internal() {
    let mut person = Person::at(120, 40);
    person.press("enter n");
    person.write("seen with Tom");
    assert!(person.sees("INTERNAL note"));
    person.press("ctrl-s");
    let (WriteCall::SendReply(reply), _) = proposed(&person).unwrap() else { panic!() };
    assert_eq!((reply.body.as_str(), reply.visibility), ("seen with Tom", Visibility::Internal));
}

#[test]
fn the_form_proposes_only_what_changes() {
    let mut person = Person::at(120, 40);
    person.press("enter u right down down");
    person.write("tom");
    person.press("enter");
    let (call, _) = proposed(&person).unwrap();
    let update = call.update();
    assert_eq!(update.status, Some(Status::Pending));
    assert_eq!(update.assignee, Some(Some("tom".parse().unwrap())));
    assert_eq!((update.priority, update.tags.clone()), (None, None));
}

#[test]
fn a_form_without_a_change_or_with_a_bad_name_stays_open() {
    let mut person = Person::at(120, 40);
    person.press("enter u enter");
    assert!(person.sees("nothing would change"));
    person.press("down down");
    person.write("not a name");
    person.press("enter");
    assert_eq!(person.model.context(), Context::Form);
    assert!(proposed(&person).is_none());
}

#[test]
fn an_edited_draft_is_saved_after_a_pause_and_on_leaving() {
    let mut person = Person::at(120, 40);
    person.press("enter e");
    person.write("!");
    let saves = |person: &Person| person.asked.iter().filter(|e| matches!(e, Effect::SaveDraft { .. })).count();
    person.wait(500);
    assert_eq!(saves(&person), 0);
    person.wait(600);
    assert_eq!(saves(&person), 1);
    person.write("!");
    person.press("esc");
    assert_eq!(saves(&person), 2);
    assert!(
        person
            .asked
            .iter()
            .any(|e| matches!(e, Effect::SaveDraft { written, .. } if written.reply.ends_with("Maya!!")))
    );
}

#[test]
fn another_tone_never_overwrites_an_edited_draft_without_asking() {
    let mut person = Person::at(120, 40);
    person.press("enter t");
    assert!(person.sees("(concise)"), "{}", person.screen());
    person.press("e");
    person.write("MINE");
    person.press("esc t");
    assert_eq!(person.model.context(), Context::Confirm);
    person.press("n");
    assert!(person.sees("MINE"));
    person.press("t y");
    assert!(person.sees("(warm)") && !person.sees("MINE"), "{}", person.screen());
}

#[test]
fn a_suggestion_that_comes_late_does_not_touch_what_is_being_written() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::Suggest { .. }));
    person.press("enter e");
    person.write("my own words");
    let Some(Effect::Suggest { request, tone: Tone::Polite, .. }) =
        person.asked.iter().find(|e| matches!(e, Effect::Suggest { .. })).cloned()
    else {
        panic!()
    };
    person.msg(Msg::Answered { request, answer: Answer::Suggestion(Box::new(suggestion())) });
    assert!(person.sees("my own words") && !person.sees("Dear Ines"));
}

#[test]
fn an_answer_for_the_ticket_before_is_dropped() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::Summarize { .. }));
    person.press("enter");
    let Some(Effect::Summarize { request, .. }) =
        person.asked.iter().rev().find(|e| matches!(e, Effect::Summarize { .. })).cloned()
    else {
        panic!()
    };
    person.press("esc j enter");
    person.msg(Msg::Answered { request, answer: Answer::Summary(Box::new(crate::screen::desk::summary())) });
    assert!(!person.sees("Wants"));
}

#[test]
fn a_ticket_that_moved_makes_the_draft_stale_and_stops_the_proposal() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::LoadQueue { .. }));
    let load = |person: &mut Person, version: u64| {
        let Some(Effect::LoadQueue { request, .. }) =
            person.asked.iter().rev().find(|e| matches!(e, Effect::LoadQueue { .. })).cloned()
        else {
            panic!()
        };
        let mut tickets = rows();
        tickets[0].version = version;
        person.msg(Msg::Answered { request, answer: Answer::Queue(TicketPage { total: 8, tickets }) });
    };
    load(&mut person, 7);
    person.press("enter");
    person.msg(Msg::QueueChanged);
    load(&mut person, 8);
    assert!(person.sees("stale"), "{}", person.screen());
    person.press("s");
    assert!(proposed(&person).is_none() && person.sees("moved from v7 to v8"), "{}", person.screen());
}

#[test]
fn a_hundred_thousand_tickets_are_read_in_windows() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::LoadQueue { .. }));
    let reply = |person: &mut Person| {
        let Some(Effect::LoadQueue { request, query }) =
            person.asked.iter().rev().find(|e| matches!(e, Effect::LoadQueue { .. })).cloned()
        else {
            panic!()
        };
        let tickets = (query.offset..query.offset + query.limit)
            .map(|n| {
                let mut row = rows()[0].clone();
                row.id = format!("T-{n}").parse().unwrap();
                row
            })
            .collect();
        person.msg(Msg::Answered { request, answer: Answer::Queue(TicketPage { tickets, total: 100_000 }) });
        query
    };
    reply(&mut person);
    person.press("G");
    let query = reply(&mut person);
    assert!(query.limit == 200 && query.offset > 99_000 && person.sees("T-99999"), "{}", person.screen());
}

#[test]
fn number_keys_choose_views() {
    let mut person = Person::at(120, 40);
    person.press("2");
    let mine = person
        .asked
        .iter()
        .any(|e| matches!(e, Effect::LoadQueue { query, .. } if query.assignee == Some("maya".parse().unwrap())));
    assert!(mine);
}

#[test]
fn a_line_of_the_summary_leads_to_its_message() {
    let mut person = Person::at(80, 24);
    person.press("enter tab j enter");
    assert_eq!(person.model.context(), Context::Ticket);
    assert!(person.sees("▸ [2] Tom"), "{}", person.screen());
}

#[test]
fn quitting_with_an_unsaved_text_asks_first() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::SaveDraft { .. }));
    person.press("enter e");
    person.write("x");
    person.press("esc q");
    assert_eq!(person.model.context(), Context::Confirm);
    assert!(!person.asked.contains(&Effect::Quit));
    person.press("n q y");
    assert!(person.asked.contains(&Effect::Quit));
}

#[test]
fn nothing_changes_the_screen_when_nothing_changed() {
    let mut person = Person::at(120, 40);
    person.draw();
    person.model.take_changed();
    person.draw();
    person.msg(Msg::Clock { now: crate::screen::desk::now() });
    person.msg(Msg::Woke { at: person.at });
    assert!(!person.model.take_changed());
}

#[test]
fn the_agent_is_handed_a_ticket_and_its_steps_are_shown() {
    let mut person = Person::at(120, 40);
    person.press("enter a");
    let Some(Effect::Handle { request, .. }) =
        person.asked.iter().rev().find(|e| matches!(e, Effect::Handle { .. })).cloned()
    else {
        panic!()
    };
    person.msg(Msg::AgentStep { run: request, text: "get_faq \"hold\" 3 hits".into() });
    assert!(person.sees("3 hits"));
    person.press("x");
    person.msg(Msg::AgentStep { run: request, text: "after the end".into() });
    assert!(person.asked.contains(&Effect::CancelRun { run: request }) && !person.sees("after the end"));
}

#[test]
fn help_is_filtered_by_typing_and_leads_back() {
    let mut person = Person::at(80, 24);
    person.press("?");
    person.write("tone");
    assert!(person.sees("next tone") && !person.sees("Quit;"), "{}", person.screen());
    person.press("esc");
    assert_eq!(person.model.context(), Context::Queue);
}

#[test]
fn confidence_is_explained_by_its_evidence() {
    let mut person = Person::at(120, 40);
    person.press("enter c");
    assert!(person.sees("+0.42  article KB-31") && person.sees("−0.15"), "{}", person.screen());
}

#[test]
fn every_reason_is_in_sight_in_a_window_of_any_size() {
    for (width, height) in [(60, 15), (80, 24), (160, 45)] {
        let mut person = Person::at(width, height);
        person.press("enter c");
        insta::assert_snapshot!(format!("why_{width}x{height}"), person.screen());
        for words in ["article KB-31 answers", "two similar tickets", "one statement has no source", "Dear Ines"] {
            assert!(person.sees(words), "{words}: {}", person.screen());
        }
    }
}

#[test]
fn a_note_that_was_begun_survives_opening_another_ticket() {
    let mut person = Person::at(120, 40);
    person.press("enter n");
    person.write("half a note");
    person.press("esc esc j enter");
    assert!(person.model.context() == Context::Ticket);
    person.press("esc k enter n");
    assert!(person.sees("half a note"), "{}", person.screen());
}

#[test]
fn a_failed_page_of_the_queue_is_not_asked_for_again_and_again() {
    let mut person = Person::muted(120, 40, |effect| matches!(effect, Effect::LoadQueue { .. }));
    let loads = |person: &Person| person.asked.iter().filter(|e| matches!(e, Effect::LoadQueue { .. })).count();
    let Some(Effect::LoadQueue { request, .. }) = person.asked.first().cloned() else { panic!() };
    person.msg(Msg::Failed(Failure {
        request: Some(request),
        what: "load the queue".into(),
        message: "no answer".into(),
        way_out: "r tries again".into(),
    }));
    assert!(loads(&person) == 1 && person.sees("r tries again"), "{}", person.screen());
    person.press("r");
    assert_eq!(loads(&person), 2);
}

/// A person at a desk with a model, and the requests that were made of it.
fn with_model() -> Person {
    let is_slow = |effect: &Effect| {
        matches!(effect, Effect::Suggest { quick: false, .. } | Effect::Summarize { quick: false, .. })
    };
    let mut person = Person::beside("openai stub", (120, 40), is_slow);
    person.press("enter");
    person
}

fn asked_of_model(person: &Person) -> RequestId {
    let asked = person.asked.iter().rev().find_map(|effect| match effect {
        Effect::Suggest { request, quick: false, .. } => Some(*request),
        _ => None,
    });
    asked.expect("the model is asked after the quick answer")
}

#[test]
fn a_model_writes_before_one_s_eyes_and_its_draft_takes_the_place_of_the_quick_one() {
    let mut person = with_model();
    assert!(person.sees("Dear Ines") && person.sees("openai stub is writing"), "{}", person.screen());
    let request = asked_of_model(&person);
    person.msg(Msg::Writing { request, text: "Hello Ines, I am half".into() });
    assert!(person.sees("I am half") && !person.sees("Dear Ines"), "{}", person.screen());
    let mut written = suggestion();
    written.response_text = "Hello Ines, I am whole.".into();
    written.unsupported.clear();
    written.maker = serde_json::from_value(serde_json::json!({
        "by": "openai stub", "prompt": "suggest_response@0", "notes": ["openai other refused the key (401)"],
        "usage": {"input_tokens": 800, "output_tokens": 90, "micro_usd": 1234}
    }))
    .unwrap();
    person.msg(Msg::Answered { request, answer: Answer::Suggestion(Box::new(written)) });
    assert!(person.sees("I am whole") && person.sees("$0.0012") && !person.sees("is writing"), "{}", person.screen());
    assert!(person.sees("refused the key"), "{}", person.screen());
}

#[test]
fn escape_stops_a_model_and_what_was_there_before_stays() {
    let mut person = with_model();
    let request = asked_of_model(&person);
    person.msg(Msg::Writing { request, text: "Hello Ines, I am half".into() });
    person.press("esc");
    assert!(person.asked.contains(&Effect::CancelRun { run: request }));
    assert!(person.sees("Dear Ines") && !person.sees("is writing"), "{}", person.screen());
    person.msg(Msg::Writing { request, text: "too late".into() });
    assert!(!person.sees("too late"));
}

#[test]
fn a_model_never_touches_what_a_person_writes_and_is_asked_once() {
    let mut person = with_model();
    let request = asked_of_model(&person);
    person.press("e");
    person.write("MINE ");
    person.msg(Msg::Writing { request, text: "Hello Ines, I am half".into() });
    person.msg(Msg::Answered { request, answer: Answer::Suggestion(Box::new(suggestion())) });
    assert!(person.sees("MINE") && !person.sees("I am half"), "{}", person.screen());
    let times = person.asked.iter().filter(|e| matches!(e, Effect::Suggest { quick: false, .. })).count();
    assert_eq!(times, 1, "an answer without a model is no reason to ask again");
}

#[test]
fn a_reply_lets_a_ticket_that_was_open_wait_for_the_customer_and_leaves_any_other_as_it_is() {
    let status = |keys: &str, answered: Option<Status>| {
        let mut person = Person::at(120, 40);
        person.model = person.model.answering_with(answered);
        person.press(keys);
        proposed(&person).unwrap_or_else(|| panic!("{}", person.screen())).0.update().status
    };
    let pending = Some(Status::Pending);
    assert_eq!(status("enter s", pending), pending, "T-1042 is open");
    assert_eq!(status("enter s", None), None);
    assert_eq!(status("enter S", pending), Some(Status::Resolved));
    assert_eq!(status("j enter s", pending), None, "T-1017 waits already");
    assert_eq!(status("G enter s", pending), None, "T-0871 is resolved");
}

#[test]
fn nobody_need_type_who_they_are_to_take_a_ticket() {
    let mut person = Person::at(80, 24);
    person.press("enter u down down");
    assert!(person.sees("a name; → for you; empty for nobody"), "{}", person.screen());
    person.press("right enter");
    let (call, _) = proposed(&person).unwrap_or_else(|| panic!("{}", person.screen()));
    assert_eq!(call.update().assignee, Some(Some("maya".parse().unwrap())));
}
