//! What a role and a model see is a list of fields, behind every door.

use std::sync::Arc;

use countersign::commit::Commit;
use countersign::desk::{Assistant, Caller, Direct};
use countersign::domain::actor::Role;
use countersign::domain::call::ReadCall;
use countersign::domain::intake::Intake;
use countersign::domain::policy::{CustomerField, Policy};
use countersign::domain::sight::{Field, Withheld};
use countersign::domain::ticket::{Attachment, Author, Message, Visibility};
use countersign::mcp::server::DeskServer;
use countersign::seat::{Local, Questions as _};
use countersign::store::{Origin, Store as _};
use countersign::tools::catalog::{self, Call};
use rmcp::model::{ReadResourceRequestParams, ResourceContents};
use serde_json::{Value, json};

use crate::attentive::Attentive;
use crate::house::{House, bot, event, principal, reply, ticket};
use crate::http::{Served, WIDE, is_problem};
use crate::peer::{ERAS, Peer};

/// T-9 has a note of the desk's own and a file; its customer has notes.
async fn house(withheld: Withheld) -> House {
    let house = House::with(Policy { withheld, ..Policy::default() }).await;
    let mut one = ticket(9);
    one.messages[0].attachments =
        vec![Attachment { name: "passport-otter.png".to_owned(), mime: "image/png".to_owned(), size: 7 }];
    one.messages.push(Message {
        at: one.created_at,
        author: Author::Agent,
        name: "Maya".to_owned(),
        visibility: Visibility::Internal,
        body: "Internal: the badgernote about a refund of 49.00.".to_owned(),
        attachments: Vec::new(),
    });
    house.store.import(vec![Intake::Ticket(Box::new(one))], Origin::File, event()).await.unwrap();
    house
}

fn blind() -> Withheld {
    let all = vec![Field::CustomerName, Field::MessageName, Field::MessageInternal, Field::MessageAttachments];
    Withheld { bot: all, ..Withheld::default() }
}

fn read(tool: &str, arguments: Value) -> ReadCall {
    match catalog::parse(tool, arguments).unwrap() {
        Call::Read(call) => call,
        Call::Write(_) => panic!("a read"),
    }
}

async fn owner(served: &Served) -> String {
    served.get(Role::Admin, "/tickets/T-9").await.json()["customer_id"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_http_an_address_is_for_those_who_answer() {
    let served = Served::of(house(Withheld::default()).await, WIDE).await;
    let id = owner(&served).await;
    for (role, sees) in
        [(Role::Bot, false), (Role::Viewer, false), (Role::Agent, true), (Role::Supervisor, true), (Role::Admin, true)]
    {
        let one = served.get(role, &format!("/customers/{id}")).await.json();
        assert_eq!(one["email"], if sees { "c9@mailbox.example" } else { "" }, "{role}");
        assert_eq!(one["name"], "Customer 9");
        if role != Role::Bot {
            let list = served.get(role, "/customers?name=customer").await.text;
            assert_eq!(list.contains("c9@mailbox.example"), sees, "{role}");
            let by_address = served.get(role, "/customers?email=c9@mailbox.example").await;
            assert_eq!(by_address.status, if sees { 200 } else { 422 }, "nobody finds out an address by asking for it");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_withheld_from_an_agent_is_changed_by_them_on_what_they_saw_and_never_shown() {
    let withheld = Withheld { agent: vec![Field::CustomerEmail, Field::CustomerNotes], ..Withheld::default() };
    let served = Served::of(house(withheld).await, WIDE).await;
    let path = format!("/customers/{}", owner(&served).await);
    let seen = served.get(Role::Agent, &path).await;
    assert_eq!(seen.json()["email"], "");
    let tag = [("if-match", seen.header("etag"))];
    let changed = served.ask_with(Role::Agent, &format!("PATCH {path}"), &tag, Some(r#"{"plan":"gold"}"#)).await;
    assert_eq!((changed.status.as_u16(), &changed.json()["email"]), (200, &json!("")), "{changed:?}");
    let whole = served.get(Role::Supervisor, &path).await.json();
    assert_eq!((&whole["email"], &whole["plan"]), (&json!("c9@mailbox.example"), &json!("gold")), "it is still there");
    let new = json!({"name": "Eve", "email": "eve@mailbox.example"});
    assert!(!served.post(Role::Agent, "/customers", &new).await.text.contains("eve@"));
    is_problem(&served.get(Role::Agent, "/customers?email=eve@mailbox.example").await, 422);
    // The log that an agent reads at a seat says no more.
    served.house.store.flush().await.unwrap();
    let records = served.house.store.log(None, 100).await.unwrap();
    let seqs: Vec<u64> = records.iter().filter(|r| r.tool.contains("customer")).map(|r| r.seq).collect();
    let seat = |role: Role| {
        let desk = Arc::new(served.house.desk());
        let who = principal("maya", role);
        let backend = Arc::new(Direct::new(desk, Caller::new(who.clone(), "Maya".into(), served.house.run.id.clone())));
        let store: Arc<dyn countersign::store::Store> = served.house.store.clone();
        Local::new(Commit { store, backend, policy: served.house.policy.clone() }, who, None, served.house.run.clone())
    };
    let said = |role: Role| {
        let (seat, seqs) = (seat(role), seqs.clone());
        async move { format!("{:?}", seat.said(seqs).await.unwrap()) }
    };
    assert!(said(Role::Supervisor).await.contains("c9@mailbox.example"));
    assert!(!said(Role::Agent).await.contains("@mailbox.example"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bot_from_whom_names_notes_and_files_are_withheld_meets_them_nowhere() {
    let house = house(blind()).await;
    let hidden = ["Customer 9", "badgernote", "passport-otter", "@mailbox.example"];
    let server = || DeskServer::new(Arc::new(house.desk()), bot(), "bot".to_owned(), house.run.id.clone());
    for era in ERAS {
        let client = Peer::at(server(), &era).await;
        for uri in ["desk://ticket/T-9", "desk://queue"] {
            let read = client.service.read_resource(ReadResourceRequestParams::new(uri)).await.unwrap();
            let [ResourceContents::TextResourceContents { text, .. }] = &read.contents[..] else { panic!("{read:?}") };
            assert!(text.contains("T-9") && !hidden.iter().any(|word| text.contains(word)), "{uri}: {text}");
        }
    }
    let desk = house.desk();
    let caller = |role: Role| Caller::new(principal("x", role), "X".to_owned(), house.run.id.clone());
    let customer = house.ticket("T-9").await.row.customer_id;
    for call in [
        read("get_ticket", json!({"ticket_id": "T-9"})),
        read("list_tickets", json!({})),
        read("search_tickets", json!({"query": "charged"})),
        read("search_tickets", json!({"ticket_id": "T-1"})),
        read("summarize_ticket", json!({"ticket_id": "T-9"})),
        read("suggest_response", json!({"ticket_id": "T-9"})),
        read("list_canned", json!({"ticket_id": "T-9"})),
        read("get_customer", json!({"customer_id": customer})),
    ] {
        let answer = desk.read(&caller(Role::Bot), &call).await.unwrap();
        let text = answer.to_value().to_string();
        assert!(!hidden.iter().any(|word| text.contains(word)), "{}: {text}", call.tool());
        // As empty as a field without a value: whoever reads the answer by its schema can.
        countersign::domain::answer::Answer::from_value(&call, answer.to_value()).unwrap();
    }
    let whole = desk.read(&caller(Role::Agent), &read("get_ticket", json!({"ticket_id": "T-9"}))).await.unwrap();
    let whole = whole.to_value().to_string();
    assert!(hidden[..3].iter().all(|word| whole.contains(word)), "{whole}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn whoever_approves_reads_everything_whatever_the_proposer_saw() {
    let house = house(blind()).await;
    let asked = house.propose(reply("T-9", "Dear Customer 9, 49.00 goes back to you.")).await;
    let (commit, maya) = house.commit_of("maya", Role::Agent).await;
    let card = house.card(&commit, &maya, &asked.proposal_id.unwrap()).await.text();
    assert!(
        card.contains("customer Customer 9") && card.contains("Dear Customer 9, 49.00 goes back to you."),
        "{card}"
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_is_told_no_more_than_its_list_and_tells_nobody_more_than_theirs() {
    let told = async |withheld: Withheld, role: Role| {
        let house = house(withheld).await;
        let model = Arc::new(Attentive::default());
        let assistant = Assistant { provider: Some(model.clone()), ..Assistant::default() };
        let desk = house.desk().with_assistant(assistant);
        let caller = Caller::new(principal("x", role), "X".to_owned(), house.run.id.clone());
        for tool in ["suggest_response", "summarize_ticket"] {
            desk.read(&caller, &read(tool, json!({"ticket_id": "T-9"}))).await.unwrap();
        }
        model.0.lock().unwrap().join("\n")
    };
    assert!(told(Withheld::default(), Role::Agent).await.contains("badgernote"));
    let less = Withheld { model: vec![Field::MessageInternal], ..Withheld::default() };
    let less = told(less, Role::Agent).await;
    assert!(!less.is_empty() && !less.contains("badgernote"), "{less}");
    assert_eq!(told(blind(), Role::Bot).await, "", "who sees less than the model does is not answered by it");
    let wide = Policy::default().customer_fields;
    assert!(!wide.contains(&CustomerField::Email) && !wide.contains(&CustomerField::Notes));
}
