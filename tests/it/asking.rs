//! Asking the person behind a client, in both eras: who is asked, what approves, what never does.

use std::sync::{Arc, Mutex};

use countersign::domain::actor::{Principal, Role};
use countersign::domain::audit::Action;
use countersign::domain::policy::Policy;
use countersign::mcp::server::{Asking, DeskServer};
use countersign::store::Store;
use countersign::store::credentials::Credentials;
use rmcp::ServiceError;
use rmcp::model::{
    CallToolRequestParams, CallToolResponse, CallToolResult, ElicitResult, ElicitationAction, InputRequiredResult,
    InputResponses, ProtocolVersion,
};
use serde_json::{Value, json};

use crate::house::{House, principal};
use crate::peer::{Answering, Connected, ERAS, Peer, code};

const MODERN: ProtocolVersion = ProtocolVersion::V_2026_07_28;

/// A desk that asks people through their clients.
struct Room {
    house: House,
    asking: Option<Arc<Asking>>,
}

impl Room {
    async fn open() -> Self {
        let rules = json!([{"status": "resolved", "role": "supervisor"}, {"status": "closed", "second_person": true}]);
        let policy = Policy { rules: serde_json::from_value(rules).unwrap(), ..Policy::default() };
        let house = House::with(policy).await;
        let asking = Some(Asking::sealed_with(&house.store.secret().await.unwrap()));
        Self { house, asking }
    }

    /// A server of its own at the same desk.
    async fn beside(self) -> Self {
        Self { asking: Some(Asking::sealed_with(&self.house.store.secret().await.unwrap())), ..self }
    }

    async fn peer(&self, who: &Principal, era: &ProtocolVersion, person: Option<Answering>) -> Connected {
        let (desk, name) = (Arc::new(self.house.desk()), who.id.to_string());
        let server = DeskServer::new(desk, who.clone(), name, self.house.run.id.clone());
        let server = match &self.asking {
            Some(asking) => server.asking(Arc::clone(asking)),
            None => server,
        };
        Peer::asked(server, era, person).await
    }
}

#[allow(clippy::needless_pass_by_value, reason = "reads best with json! in place")]
fn update(ticket: &str, fields: Value) -> CallToolRequestParams {
    let Value::Object(arguments) = json!({"ticket_id": ticket, "update": fields, "reason": "the model says so"}) else {
        panic!()
    };
    CallToolRequestParams::new("update_ticket").with_arguments(arguments)
}

fn outcome(result: &CallToolResult) -> (String, String) {
    let answer = result.structured_content.as_ref().unwrap_or_else(|| panic!("{result:?}"));
    let word = |key: &str| answer[key].as_str().unwrap_or_default().to_owned();
    (word("outcome"), word("refusal"))
}

/// The code that a card asks for.
fn code_on(message: &str) -> String {
    message.split("type the code ").nth(1).unwrap().chars().take(6).collect()
}

/// A person who answers so, and what they were shown.
fn person(answer: impl Fn(&str) -> ElicitResult + Send + 'static) -> (Option<Answering>, Arc<Mutex<Vec<String>>>) {
    let shown = Arc::new(Mutex::new(Vec::new()));
    let seen = Arc::clone(&shown);
    let answering: Answering = Box::new(move |message, _schema| {
        seen.lock().unwrap().push(message.to_owned());
        answer(message)
    });
    (Some(answering), shown)
}

fn accept(content: Value) -> ElicitResult {
    ElicitResult::new(ElicitationAction::Accept).with_content(content)
}

fn approves(message: &str) -> ElicitResult {
    accept(json!({"decision": "approve", "code": code_on(message), "ticket": "T-1"}))
}

async fn call(client: &Connected, params: CallToolRequestParams) -> CallToolResult {
    client.service.call_tool(params).await.unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_reads_the_card_and_the_code_on_it_approves_once_with_their_name_in_the_log() {
    let door = Room::open().await;
    let maya = principal("maya", Role::Agent);
    for (era, priority) in ERAS.into_iter().zip(["low", "high"]) {
        let (who, shown) = person(approves);
        let client = door.peer(&maya, &era, who).await;
        let answer = call(&client, update("T-1", json!({"priority": priority}))).await;
        assert_eq!(outcome(&answer).0, "applied", "{era}: {answer:?}");
        assert_eq!(door.house.ticket("T-1").await.row.priority.as_str(), priority);
        let cards = shown.lock().unwrap().clone();
        let [card] = &cards[..] else { panic!("{cards:?}") };
        for words in ["priority  ", &format!("→  {priority}"), "Why, in the proposer's words", "the model says so"] {
            assert!(card.contains(words), "{words} is not in:\n{card}");
        }
    }
    assert_eq!(door.house.count(Action::Executed).await, 2);
    let log = door.house.store.log(None, 100).await.unwrap();
    let approved: Vec<_> = log.iter().filter(|record| record.action == Action::Approved.as_str()).collect();
    assert_eq!(approved.iter().map(|record| record.actor.as_str()).collect::<Vec<_>>(), ["maya", "maya"]);
    assert_eq!(door.house.count(Action::Shown).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blind_yes_does_nothing_a_no_denies_and_a_way_out_leaves_it_waiting() {
    type Case = (fn(&str) -> ElicitResult, &'static str, &'static str);
    let door = Room::open().await;
    let maya = principal("maya", Role::Agent);
    let wrong = |_: &str| accept(json!({"decision": "approve", "code": "000000"}));
    let answers: [Case; 5] = [
        (|_| accept(json!({})), "pending_approval", ""),
        (|_| accept(json!({"decision": "approve", "approve": true})), "pending_approval", ""),
        (wrong, "pending_approval", ""),
        (|_| ElicitResult::new(ElicitationAction::Cancel), "pending_approval", ""),
        (|_| accept(json!({"decision": "deny", "reason": "not before Friday"})), "refused", "denied"),
    ];
    for era in ERAS {
        for (answer, ends, refusal) in answers {
            let (who, shown) = person(answer);
            let client = door.peer(&maya, &era, who).await;
            let result = call(&client, update("T-1", json!({"priority": "urgent"}))).await;
            assert_eq!(outcome(&result), (ends.to_owned(), refusal.to_owned()), "{era}");
            assert_eq!(shown.lock().unwrap().len(), 1);
        }
        let (who, _) = person(|_| ElicitResult::new(ElicitationAction::Decline));
        let client = door.peer(&maya, &era, who).await;
        assert_eq!(outcome(&call(&client, update("T-2", json!({"priority": "low"}))).await).1, "denied");
    }
    assert_eq!(door.house.count(Action::Executed).await, 0);
    assert_eq!(door.house.count(Action::Denied).await, 4);
    let log = door.house.store.log(None, 200).await.unwrap();
    let denied = log.iter().find(|record| record.action == Action::Denied.as_str()).unwrap();
    let words = door.house.store.log_body(denied.seq).await.unwrap().unwrap().words;
    assert!(words.is_some(), "a denial has a reason");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_two_keys_takes_two_fields() {
    let door = Room::open().await;
    let maya = principal("maya", Role::Agent);
    for era in ERAS {
        let half = |message: &str| accept(json!({"decision": "approve", "code": code_on(message)}));
        let reply = || {
            let arguments = json!({"ticket_id": "T-1", "body": "We have refunded it.", "visibility": "public"});
            let Value::Object(arguments) = arguments else { panic!() };
            CallToolRequestParams::new("send_reply").with_arguments(arguments)
        };
        let (who, shown) = person(half);
        let client = door.peer(&maya, &era, who).await;
        assert_eq!(outcome(&call(&client, reply()).await).0, "pending_approval");
        let card = shown.lock().unwrap()[0].clone();
        assert!(card.contains("PUBLIC message: the customer will read this") && card.contains("the ticket's id T-1"));
        let (who, _) = person(approves);
        let client = door.peer(&maya, &era, who).await;
        assert_eq!(outcome(&call(&client, reply()).await).0, "applied");
    }
    assert_eq!(door.house.count(Action::Executed).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_decide_on_it_alone_is_not_asked() {
    let door = Room::open().await;
    let maya = principal("maya", Role::Agent);
    let bot = principal("robot", Role::Bot);
    for era in ERAS {
        for (token, fields, why) in [
            (&bot, json!({"priority": "low"}), "a bot"),
            (&maya, json!({"status": "resolved"}), "it needs a supervisor"),
            (&maya, json!({"status": "closed"}), "it needs a second person"),
        ] {
            let (who, shown) = person(approves);
            let client = door.peer(token, &era, who).await;
            assert_eq!(outcome(&call(&client, update("T-1", fields)).await).0, "pending_approval", "{why}");
            assert!(shown.lock().unwrap().is_empty(), "{why}");
        }
        // Somebody who acts as their assistant is a bot for that time.
        let (who, shown) = person(approves);
        let client = door.peer(&maya.assistant(), &era, who).await;
        assert_eq!(outcome(&call(&client, update("T-1", json!({"priority": "low"}))).await).0, "pending_approval");
        assert!(shown.lock().unwrap().is_empty());
        // A client that cannot ask is not asked to.
        let client = door.peer(&maya, &era, None).await;
        assert_eq!(outcome(&call(&client, update("T-2", json!({"priority": "low"}))).await).0, "pending_approval");
    }
    assert_eq!(door.house.count(Action::Approved).await, 0);
    let log = door.house.store.log(None, 200).await.unwrap();
    assert!(log.iter().any(|record| record.actor.as_str() == "assistant-maya"));
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_is_asked_unless_the_desk_says_so() {
    let door = Room { asking: None, ..Room::open().await };
    let maya = principal("maya", Role::Agent);
    for era in ERAS {
        let (who, shown) = person(approves);
        let client = door.peer(&maya, &era, who).await;
        assert_eq!(outcome(&call(&client, update("T-1", json!({"priority": "low"}))).await).0, "pending_approval");
        assert!(shown.lock().unwrap().is_empty());
    }
}

/// The first half of a call of 2026-07-28, and the question in it.
async fn asked(client: &Connected, params: CallToolRequestParams) -> (InputRequiredResult, String) {
    match client.service.call_tool_once(params).await.unwrap() {
        CallToolResponse::InputRequired(asked) => {
            let request = json!(asked.input_requests.as_ref().unwrap()["approval"]);
            (asked, request["params"]["message"].as_str().unwrap().to_owned())
        }
        other => panic!("{other:?}"),
    }
}

fn again(params: CallToolRequestParams, state: &str, answer: &ElicitResult) -> CallToolRequestParams {
    let answers: InputResponses = [("approval".to_owned(), json!(answer))].into();
    params.with_input_responses(answers).with_request_state(state)
}

async fn once(client: &Connected, params: CallToolRequestParams) -> Result<CallToolResult, ServiceError> {
    match client.service.call_tool_once(params).await? {
        CallToolResponse::Complete(result) => Ok(result),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_note_is_good_for_one_write_by_one_person_for_one_call() {
    let door = Room::open().await;
    let (maya, tom) = (principal("maya", Role::Agent), principal("tom", Role::Agent));
    let (who, _) = person(approves);
    let client = door.peer(&maya, &MODERN, who).await;
    let call = || update("T-1", json!({"priority": "low"}));
    let (first, message) = asked(&client, call()).await;
    let (state, yes) = (first.request_state.unwrap(), approves(&message));

    // Nobody else, no other call, nothing that was tampered with.
    let (who, _) = person(approves);
    let other = door.peer(&tom, &MODERN, who).await;
    assert_eq!(code(once(&other, again(call(), &state, &yes)).await), -32602);
    let bot = principal("robot", Role::Bot);
    let (who, _) = person(approves);
    let robot = door.peer(&bot, &MODERN, who).await;
    assert_eq!(code(once(&robot, again(call(), &state, &yes)).await), -32602);
    let otherwise = update("T-1", json!({"priority": "urgent"}));
    assert_eq!(code(once(&client, again(otherwise, &state, &yes)).await), -32602);
    let tampered = format!("{}{}", &state[..state.len() - 1], if state.ends_with('A') { 'B' } else { 'A' });
    assert_eq!(code(once(&client, again(call(), &tampered, &yes)).await), -32602);
    let silent = call().with_request_state(state.clone());
    assert_eq!(outcome(&once(&client, silent).await.unwrap()).0, "pending_approval");
    assert_eq!(door.house.count(Action::Executed).await, 0);

    // Replayed by many at once it still writes once, and says so to each.
    let replays = (0..20).map(|_| once(&client, again(call(), &state, &yes)));
    for replay in futures::future::join_all(replays).await {
        let replay = replay.unwrap();
        let (ends, refusal) = outcome(&replay);
        // Those that come while the first is being carried out are told that.
        let is_late = ["approved", "superseded", "not_approved"].contains(&refusal.as_str());
        assert!(ends == "applied" || is_late, "{replay:?}");
    }
    assert_eq!(outcome(&once(&client, again(call(), &state, &yes)).await.unwrap()).0, "applied");
    assert_eq!(door.house.count(Action::Executed).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_server_of_a_desk_asked_another_takes_up_and_no_other_desk_does() {
    let door = Room::open().await;
    let maya = principal("maya", Role::Agent);
    let call = || update("T-1", json!({"priority": "low"}));
    let (who, _) = person(approves);
    let client = door.peer(&maya, &MODERN, who).await;
    let (first, message) = asked(&client, call()).await;
    let (state, yes) = (first.request_state.unwrap(), approves(&message));

    let (who, _) = person(approves);
    let elsewhere = Room::open().await.peer(&maya, &MODERN, who).await;
    assert_eq!(code(once(&elsewhere, again(call(), &state, &yes)).await), -32602);

    let door = door.beside().await;
    let (who, _) = person(approves);
    let other = door.peer(&maya, &MODERN, who).await;
    assert_eq!(outcome(&once(&other, again(call(), &state, &yes)).await.unwrap()).0, "applied");
    assert_eq!(door.house.count(Action::Executed).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_ticket_that_moved_meanwhile_is_not_written_over() {
    let door = Room::open().await;
    let maya = principal("maya", Role::Agent);
    let (who, _) = person(approves);
    let client = door.peer(&maya, &MODERN, who).await;
    let call = || update("T-1", json!({"priority": "low"}));
    let (first, message) = asked(&client, call()).await;
    door.house.through(crate::house::update("T-1", json!({"priority": "urgent"}))).await;
    let answer = once(&client, again(call(), &first.request_state.unwrap(), &approves(&message))).await.unwrap();
    assert_eq!(outcome(&answer), ("refused".to_owned(), "superseded".to_owned()));
    assert_eq!(door.house.ticket("T-1").await.row.priority.as_str(), "urgent");
}
