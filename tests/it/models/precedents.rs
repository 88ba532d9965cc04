//! What was answered in similar tickets.

use countersign::desk::{Assistant, Caller};
use countersign::domain::actor::Role;
use countersign::domain::call::{ReadCall, Suggest};
use countersign::domain::intake::{Intake, NewCustomer};
use countersign::domain::policy::Policy;
use countersign::domain::ticket::{Author, Message, Status, Visibility};
use countersign::llm::prompt::Prompts;
use countersign::store::{Origin, Store};

use crate::house::{House, event, principal, ticket};
use crate::models::provider;
use crate::stub_model::{Answer, StubModel, Turn, Wire};

fn message(author: Author, body: &str) -> Message {
    let (at, visibility) = ("2026-11-20T08:00:00Z".parse().unwrap(), Visibility::Public);
    Message { at, author, name: "Ines Duarte".into(), visibility, body: body.into(), attachments: vec![] }
}

/// Opted in, a model reads what was answered in similar tickets; nobody's name, number or address is in it.
#[tokio::test]
async fn a_similar_ticket_s_answer_is_read_blotted_and_only_where_the_rules_allow_it() {
    let asks = "My machine leaks from the steam wand since the descaling.";
    let told = "Hello Ines Duarte,\n\nplease tighten the nozzle of order FH-204511 with the key and call +44 113 496 0000, \
                or write to ines.duarte@postalo.example.\n\nMaya";
    for (similar_answers, expected) in [(0, false), (2, true)] {
        let model =
            StubModel::start(Wire::OpenAi, vec![Answer::Turn(Turn::says("Hello,\n\nwe will look.\n\nMaya"))]).await;
        let house = House::with(Policy { similar_answers, ..Policy::default() }).await;
        let mut done = ticket(800);
        done.customer =
            NewCustomer::Contact { name: "Ines Duarte".into(), email: "ines.duarte@postalo.example".into() };
        (done.subject, done.status) = ("Steam wand leaks".into(), Status::Resolved);
        done.messages = vec![message(Author::Customer, asks), message(Author::Agent, told)];
        let mut new = ticket(900);
        (new.subject, new.messages) = ("Leaks from the steam wand".into(), vec![message(Author::Customer, asks)]);
        let rows = vec![Intake::Ticket(Box::new(done)), Intake::Ticket(Box::new(new))];
        house.store.import(rows, Origin::File, event()).await.unwrap();
        let assistant = Assistant { provider: Some(provider(&model, Wire::OpenAi)), prompts: Prompts::default() };
        let desk = house.desk().with_assistant(assistant);
        let caller = Caller::new(principal("maya", Role::Agent), "Maya".into(), house.run.id.clone());
        let ask: Suggest = serde_json::from_value(serde_json::json!({"ticket_id": "T-900"})).unwrap();
        desk.read(&caller, &ReadCall::SuggestResponse(ask)).await.unwrap();
        let sent = model.requests()[0].raw.clone();
        assert_eq!(sent.contains("please tighten the nozzle of order FH-######"), expected, "{sent}");
        for personal in ["Ines", "Duarte", "204511", "496 0000", "ines.duarte@"] {
            assert!(!sent.contains(personal), "{personal}: {sent}");
        }
    }
}
