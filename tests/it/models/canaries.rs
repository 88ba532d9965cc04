//! What a provider must never see: other customers, raw personal data, the key outside its header.

use std::sync::Arc;

use countersign::agent::driver::Afterwards;
use countersign::app;
use countersign::desk::{Assistant, Desk};
use countersign::domain::answer::Answer as Told;
use countersign::domain::call::{ReadCall, Suggest, Summarize};
use countersign::domain::intake::{Intake, NewCustomer};
use countersign::domain::ticket::Tone;
use countersign::llm::Task;
use countersign::llm::prompt::Prompts;
use countersign::mcp::client::Era;
use countersign::mcp::server::DeskServer;
use countersign::store::{Origin, Store};
use countersign::tools::{Run, ToolBackend};
use serde_json::Value;
use tokio::sync::mpsc;

use crate::house::{House, bot, driver, event, ticket};
use crate::models::{KEY, provider, task};
use crate::stub_model::{Answer, StubModel, Turn, Wire};

/// What the own customer's ticket holds.
const PERSONAL: [&str; 5] = [
    "Quirina Velasquez",
    "quirina.velasquez@postalo.example",
    "+351 912 345 678",
    "4111 1111 1111 1111",
    "DE89 3704 0044 0532 0130 00",
];

/// Answers by what is asked for, with the placeholders that it was shown.
fn answer(request: &Value) -> Answer {
    let said = request.to_string();
    if said.contains("answers it. Answer with JSON") {
        let turn = Turn::says(r#"{"summary": "The customer asks for a refund.", "highlights": []}"#);
        let as_call = Turn { text: String::new(), ..turn.clone() };
        let calls = as_call.and_calls("answer", &turn.text);
        return Answer::Turn(if said.contains("input_schema") { calls } else { turn });
    }
    if said.contains("by calling tools") && !said.contains("suggest_response\\\"") {
        let id = r#"{"ticket_id":"T-900"}"#;
        let calls =
            Turn::says("Looking.").and_calls("get_ticket", id).and_calls("get_customer", r#"{"customer_id":"C-4"}"#);
        return if said.contains("Looking.") { Answer::Turn(Turn::says("Nothing.")) } else { Answer::Turn(calls) };
    }
    Answer::Turn(Turn::says("Dear <NAME_1>, we write to <EMAIL_1> and call <PHONE_1> about both charges on the card."))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_other_customer_and_no_raw_personal_data_reach_a_provider() {
    let house = House::new().await;
    let mut rows: Vec<Intake> = (1000..2000)
        .map(|n| {
            let mut other = ticket(n);
            other.subject = format!("Charged twice CANARY-SUBJECT-{n}");
            let (name, email) = (format!("Canaryname{n} Other"), format!("canary-{n}@mailbox.example"));
            other.customer = NewCustomer::Contact { name: name.clone(), email };
            other.messages[0].name = name;
            other.messages[0].body = format!("My card shows two charges. CANARY-BODY-{n}");
            Intake::Ticket(Box::new(other))
        })
        .collect();
    let mut own = ticket(900);
    let [name, email, phone, card, iban] = PERSONAL;
    own.customer = NewCustomer::Contact { name: name.to_owned(), email: email.to_owned() };
    own.messages[0].name = name.to_owned();
    own.messages[0].body = format!(
        "I was charged twice for order FH-100900. Please call {phone} or write to {email}. \
         My card is {card}, my account {iban}. {name}"
    );
    rows.push(Intake::Ticket(Box::new(own)));
    house.store.import(rows, Origin::File, event()).await.unwrap();
    for wire in Wire::all() {
        let stub = StubModel::start_with(wire, |request, _| answer(request)).await;
        let assistant = Assistant { provider: Some(provider(&stub, wire)), prompts: Prompts::default() };
        let desk = Desk::new(house.store.clone(), house.policy.clone()).with_assistant(assistant);
        let server = DeskServer::new(Arc::new(desk), bot(), "maya".into(), house.run.id.clone());
        let backend = Arc::new(app::connect(server, Era::Auto, std::time::Duration::from_secs(20)).await.unwrap());
        let id = || house_ticket();
        let summarize = ReadCall::SummarizeTicket(Summarize { ticket_id: id(), quick: false });
        backend.read(&house.run, &summarize).await.unwrap();
        let tone = Tone::ALL[Wire::all().iter().position(|w| *w == wire).unwrap() % Tone::ALL.len()];
        let suggest = ReadCall::SuggestResponse(Suggest { ticket_id: id(), tone, quick: false });
        let Told::Suggestion(found) = backend.read(&house.run, &suggest).await.unwrap() else { panic!("{wire:?}") };
        let text = &found.response_text;
        assert!(text.contains(name) && text.contains(email) && text.contains(phone), "{wire:?}: restored: {text}");
        let people = house.ticket("T-900").await.people();
        let task = Task { ticket: id(), people, ..task() };
        let (notices, _told) = mpsc::unbounded_channel();
        let run = Run::new(countersign::random::run_id());
        driver(backend, provider(&stub, wire)).handle(&run, task, Afterwards::Leave, &notices).await;
        let requests = stub.requests();
        assert!(requests.len() >= 3, "{wire:?}: {}", requests.len());
        for request in &requests {
            let body = request.body.to_string();
            for personal in PERSONAL {
                assert!(!body.contains(personal), "{wire:?} was told {personal}: {body}");
            }
            assert!(!body.contains("Velasquez") && !body.contains("Quirina"), "{wire:?}: {body}");
            assert!(!body.to_lowercase().contains("canary"), "{wire:?}: {body}");
            assert!(!body.contains(KEY), "{wire:?}");
        }
        assert!(requests.iter().any(|r| r.body.to_string().contains("FH-100900")), "{wire:?}: what is needed is there");
    }
}

fn house_ticket() -> countersign::domain::ids::TicketId {
    "T-900".parse().unwrap()
}
