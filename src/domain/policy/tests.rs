use super::*;

fn update(status: &str) -> WriteCall {
    let json = format!(r#"{{"ticket_id":"T-1","update":{{"status":"{status}"}}}}"#);
    WriteCall::UpdateTicket(serde_json::from_str(&json).unwrap())
}

fn closing() -> Rule {
    Rule { status: Some(Status::Closed), role: Role::Supervisor, second_person: true, ..Rule::default() }
}

#[test]
fn what_a_customer_reads_and_what_ends_a_ticket_takes_two_keys() {
    let policy = Policy::default();
    assert_eq!(policy.requires(&update("open"), &Facts::PLAIN).keys, Keys::One);
    assert_eq!(policy.requires(&update("resolved"), &Facts::PLAIN).keys, Keys::Two(Risk::EndsTicket));
    assert_eq!(policy.requires(&update("closed"), &Facts::PLAIN).keys, Keys::Two(Risk::EndsTicket));
}

#[test]
fn a_merge_closes_a_ticket_so_it_takes_two_keys_and_what_a_rule_asks_for_closing() {
    let merge = serde_json::json!({"ticket_id": "T-1", "from": "T-2"});
    let merge = WriteCall::read("merge_tickets", merge).unwrap();
    let split = serde_json::json!({"ticket_id": "T-1", "message": 0, "subject": "x"});
    let split = WriteCall::read("split_message", split).unwrap();
    let closing = closing();
    let policy = Policy { rules: vec![closing], ..Policy::default() };
    let needs = policy.requires(&merge, &Facts::PLAIN);
    assert_eq!((needs.keys, needs.role), (Keys::Two(Risk::EndsTicket), Role::Supervisor));
    assert!(needs.second_person);
    let needs = policy.requires(&split, &Facts::PLAIN);
    assert_eq!((needs.keys, needs.role, needs.second_person), (Keys::One, Role::Agent, false));
}

#[test]
fn a_rule_can_only_tighten() {
    let closed = closing();
    let loose = Rule { status: None, role: Role::Bot, second_person: false, ..closed.clone() };
    let policy = Policy { rules: vec![closed, loose], ..Policy::default() };
    let needs = policy.requires(&update("closed"), &Facts::PLAIN);
    assert_eq!((needs.role, needs.second_person), (Role::Supervisor, true));
    assert_eq!(policy.requires(&update("open"), &Facts::PLAIN).role, Role::Agent);
}

fn calls() -> Vec<WriteCall> {
    let calls = [
        ("update_ticket", r#"{"ticket_id":"T-1","update":{"status":"closed","assignee":null}}"#),
        ("update_ticket", r#"{"ticket_id":"T-1","update":{"priority":"urgent","tags":["a"]}}"#),
        ("send_reply", r#"{"ticket_id":"T-1","body":"Hello","visibility":"public"}"#),
        ("send_reply", r#"{"ticket_id":"T-1","body":"Hello","visibility":"internal"}"#),
        ("merge_tickets", r#"{"ticket_id":"T-1","from":"T-2"}"#),
    ];
    calls.map(|(tool, call)| WriteCall::read(tool, serde_json::from_str(call).unwrap()).unwrap()).to_vec()
}

fn facts() -> Vec<Facts> {
    let confidences = [None, Some(0.2), Some(0.9), Some(f64::NAN)];
    let of = |proposer: &Role| {
        let proposer = *proposer;
        confidences.map(|confidence| Facts { support: Support::Full, confidence, proposer })
    };
    Role::ALL.iter().flat_map(of).collect()
}

#[test]
fn each_condition_holds_for_what_it_says_and_for_nothing_else() {
    let [closed, urgent, public, internal, merge] = calls().try_into().unwrap();
    let bot = |confidence| Facts { support: Support::Full, confidence, proposer: Role::Bot };
    let check = |rule: &str, call: &WriteCall, facts: Facts, expect: bool| {
        let rule: Rule = toml::from_str(rule).unwrap();
        assert_eq!(rule.matches(call, &facts), expect, "{rule:?} {call:?} {facts:?}");
    };
    check("changes = ['assignee']", &closed, Facts::PLAIN, true);
    check("changes = ['assignee']", &urgent, Facts::PLAIN, false);
    check("changes = ['priority', 'tags']", &urgent, Facts::PLAIN, true);
    check("changes = ['status']", &merge, Facts::PLAIN, true);
    check("changes = ['status']", &public, Facts::PLAIN, false);
    check("priority = 'urgent'", &urgent, Facts::PLAIN, true);
    check("priority = 'low'", &urgent, Facts::PLAIN, false);
    check("visibility = 'public'", &public, Facts::PLAIN, true);
    check("visibility = 'public'", &internal, Facts::PLAIN, false);
    check("proposer = 'bot'", &public, bot(None), true);
    check("proposer = 'bot'", &public, Facts::PLAIN, false);
    check("confidence_below = 0.5", &public, bot(Some(0.4)), true);
    check("confidence_below = 0.5", &public, bot(Some(0.5)), false);
    check("confidence_below = 0.5", &public, bot(Some(f64::NAN)), true);
    check("confidence_below = 0.5", &public, bot(None), true);
    check("confidence_below = 0.5", &public, Facts::PLAIN, false);
    check("status = 'closed'\nproposer = 'bot'", &closed, Facts::PLAIN, false);
    for unknown in ["approve = true", "role = 'nobody'", "changes = ['subject']"] {
        assert!(toml::from_str::<Rule>(unknown).is_err(), "{unknown}");
    }
}

#[test]
fn no_combination_of_rules_asks_for_less_than_a_part_of_it() {
    let rules = [
        closing(),
        Rule { role: Role::Bot, ..Rule::default() },
        Rule { role: Role::Viewer, proposer: Some(Role::Bot), ..Rule::default() },
        Rule { confidence_below: Some(0.5), second_person: true, ..Rule::default() },
        Rule { changes: vec![Field::Assignee, Field::Tags], role: Role::Admin, ..Rule::default() },
        Rule { visibility: Some(Visibility::Public), role: Role::Supervisor, ..Rule::default() },
        Rule { priority: Some(Priority::Urgent), proposer: Some(Role::Agent), ..Rule::default() },
    ];
    let policy = |set: usize| {
        let chosen = rules.iter().enumerate().filter(|(n, _)| set & (1 << n) != 0).map(|(_, rule)| rule.clone());
        Policy { rules: chosen.collect(), ..Policy::default() }
    };
    for set in 0..1 << rules.len() {
        for more in (0..rules.len()).map(|n| set | 1 << n) {
            for (call, facts) in calls().iter().flat_map(|call| facts().into_iter().map(move |f| (call.clone(), f))) {
                let (less, more) = (policy(set).requires(&call, &facts), policy(more).requires(&call, &facts));
                let tighter = more.role >= less.role && more.second_person >= less.second_person;
                assert!(tighter && more.keys == less.keys, "{set:b} {call:?} {facts:?}");
                assert!(less.role >= Role::Agent);
            }
        }
    }
}
