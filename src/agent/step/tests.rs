use super::*;
use crate::llm::shared_tests::talk;

fn begin() -> State {
    State::begin(talk(), Limits::default()).0
}

fn calls(calls: &[(&str, &str)]) -> Event {
    let calls = calls.iter().enumerate().map(|(n, (name, arguments))| ToolUse {
        id: format!("c{n}"),
        name: (*name).to_owned(),
        arguments: (*arguments).to_owned(),
    });
    Event::Said(Reply { text: "because".into(), calls: calls.collect(), ..Reply::default() })
}

fn refused(state: &State) -> bool {
    matches!(state.talk.entries.last(), Some(Entry::Tool { is_error: true, .. }))
}

#[test]
fn a_read_runs_and_a_write_becomes_a_proposal() {
    let effects = begin().step(calls(&[
        ("get_ticket", r#"{"ticket_id":"T-1"}"#),
        ("update_ticket", r#"{"ticket_id":"T-1","update":{"status":"resolved"}}"#),
    ]));
    assert!(matches!(effects[..], [Effect::Read { .. }, Effect::Propose { .. }]), "{effects:?}");
}

#[test]
fn unknown_tools_and_bad_arguments_are_answered_as_errors_and_never_repaired() {
    for (tool, arguments) in [
        ("delete_ticket", "{}"),
        ("update-ticket", r#"{"ticket_id":"T-1","update":{"status":"open"}}"#),
        ("update_ticket", r#"{"ticket_id":"T-1","update":{"status":"solved"}}"#),
        ("update_ticket", r#"{"ticket_id":"T-1","ticket_id":"T-2","update":{"status":"open"}}"#),
        ("update_ticket", r"{'ticket_id':'T-1'}"),
        ("get_ticket", r#"{"ticket_id":"T-1""#),
    ] {
        let mut state = begin();
        assert_eq!(state.step(calls(&[(tool, arguments)])), vec![Effect::Ask], "{tool} {arguments}");
        assert!(refused(&state));
    }
}

#[test]
fn a_run_reads_and_proposes_about_its_own_ticket_only() {
    for (tool, arguments) in [
        ("get_ticket", r#"{"ticket_id":"T-2"}"#),
        ("list_tickets", "{}"),
        ("search_tickets", r#"{"query":"address"}"#),
        ("get_customer", r#"{"customer_id":"C-2"}"#),
        ("update_ticket", r#"{"ticket_id":"T-2","update":{"status":"open"}}"#),
    ] {
        let mut state = begin();
        state.step(calls(&[(tool, arguments)]));
        assert!(refused(&state), "{tool}");
    }
}

#[test]
fn the_same_call_again_and_again_ends_the_run() {
    let mut state = begin();
    let again = || calls(&[("get_faq", r#"{"query":"x"}"#)]);
    for _ in 0..MOST_REPEATS {
        assert!(matches!(state.step(again())[..], [Effect::Read { .. }]));
        state.step(Event::Answered { id: "c0".into(), result: Ok("{}".into()) });
    }
    assert_eq!(state.step(again()), vec![Effect::Finish(Ending::Repeats("get_faq".into()))]);
}

#[test]
fn a_run_ends_at_the_step_limit() {
    let mut state = begin();
    let mut last = Vec::new();
    for n in 0..Limits::default().steps {
        state.step(calls(&[("get_faq", &format!(r#"{{"query":"{n}"}}"#))]));
        last = state.step(Event::Answered { id: "c0".into(), result: Ok("{}".into()) });
    }
    assert_eq!(last, vec![Effect::Finish(Ending::Limit(Limit::Steps))]);
    assert!(state.step(Event::Cancelled).is_empty(), "nothing follows the end");
}

#[test]
fn a_run_ends_when_its_tokens_are_spent() {
    let limits = Limits { tokens: 100, ..Limits::default() };
    let mut state = State::begin(talk(), limits).0;
    let Event::Said(reply) = calls(&[("get_faq", r#"{"query":"x"}"#)]) else { unreachable!() };
    let usage = Usage { input_tokens: 90, output_tokens: 10, micro_usd: 0 };
    state.step(Event::Said(Reply { usage, ..reply }));
    let last = state.step(Event::Answered { id: "c0".into(), result: Ok("{}".into()) });
    assert_eq!(last, vec![Effect::Finish(Ending::Limit(Limit::Tokens))]);
}

#[test]
fn a_reason_among_the_arguments_is_the_proposer_s_words() {
    let asked = r#"{"ticket_id":"T-1","update":{"status":"resolved"},"reason":"it is settled"}"#;
    let effects = begin().step(calls(&[("update_ticket", asked)]));
    let [Effect::Propose { why, .. }] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(why.text, "it is settled");
    assert!(begin().step(calls(&[("get_ticket", r#"{"ticket_id":"T-1","reason":"x"}"#)])).contains(&Effect::Ask));
}

#[test]
fn a_model_that_only_talks_is_told_once_to_call() {
    let mut state = begin();
    let talk = || Event::Said(Reply { text: "I would summarise it.".into(), ..Reply::default() });
    assert_eq!(state.step(talk()), vec![Effect::Ask]);
    assert_eq!(state.talk.entries.last(), Some(&Entry::Brief(NUDGE.to_owned())));
    assert!(matches!(state.step(talk())[..], [Effect::Finish(Ending::Done(_))]));
}

#[test]
fn a_denial_reaches_the_model_in_the_person_s_words() {
    let mut state = begin();
    state.step(calls(&[("update_ticket", r#"{"ticket_id":"T-1","update":{"status":"resolved"}}"#)]));
    let id: ProposalId = "p-1".parse().unwrap();
    let filed = Event::Filed { id: "c0".into(), content: "{}".into(), proposal: Some(id.clone()) };
    assert_eq!(state.step(filed), vec![Effect::Ask]);
    let waiting = state.step(Event::Said(Reply { text: "proposed".into(), ..Reply::default() }));
    assert_eq!(waiting, vec![Effect::Wait(vec![id.clone()])]);
    let decided = Event::Decided { proposal: id, words: "denied. Reason: ask first".into() };
    assert_eq!(state.step(decided), vec![Effect::Ask]);
    assert_eq!(state.talk.entries.last(), Some(&Entry::Person("denied. Reason: ask first".into())));
}
