//! Canned replies are offered in the order in which this desk gave them in such places.

use countersign::desk::Caller;
use countersign::domain::actor::Role;
use countersign::domain::answer::{Answer, CannedText};
use countersign::domain::article::CannedReply;
use countersign::domain::call::{CannedQuery, ReadCall, Suggest};
use countersign::domain::draft::Suggestion;
use countersign::domain::intake::{Intake, NewCustomer};
use countersign::domain::ticket::{Author, Message, Status, Visibility};
use countersign::mcp::client::Era;
use countersign::store::{Origin, Store};
use countersign::tools::{BackendError, ToolBackend};

use crate::house::{House, event, principal, ticket};

const CANNED: [(&str, &str, &str); 3] = [
    ("M-1", "Which order", "Hello {{customer.first_name}},\n\nwhich order is it about, please?\n\n{{agent.name}}"),
    (
        "M-2",
        "Two charges",
        "Hello {{customer.first_name}},\n\nthe second one is a hold of your bank.\n\n{{agent.name}}",
    ),
    ("M-3", "Lost parcel", "Hello {{customer.first_name}},\n\nplease ask your neighbours first.\n\n{{agent.name}}"),
];

fn message(author: Author, body: &str) -> Message {
    let visibility = Visibility::Public;
    let at = "2026-11-20T08:00:00Z".parse().unwrap();
    Message { at, author, name: "Somebody".into(), visibility, body: body.into(), attachments: vec![] }
}

/// A ticket that was answered with a canned reply, as it was sent: filled, with a word before it.
fn answered(n: u32, asked: &str, with: usize) -> Intake {
    let mut done = ticket(100 + n);
    let sent = CANNED[with].2.replace("{{customer.first_name}}", "Ines").replace("{{agent.name}}", "Maya");
    done.status = Status::Resolved;
    done.messages = vec![message(Author::Customer, asked), message(Author::Agent, &format!("Hi!\n\n{sent}"))];
    Intake::Ticket(Box::new(done))
}

async fn desk(history: bool) -> House {
    let house = House::new().await;
    let canned = |(id, title, body): (&str, &str, &str)| {
        Intake::Canned(CannedReply { id: id.parse().unwrap(), title: title.into(), body: body.into(), tags: vec![] })
    };
    let mut rows: Vec<Intake> = CANNED.map(canned).into();
    for n in 0..if history { 20 } else { 0 } {
        rows.push(answered(3 * n, "My card was debited again, why?", 1));
        rows.push(answered(3 * n + 1, "The box never came.", 2));
        rows.push(answered(3 * n + 2, "Hello, I need help.", 0));
    }
    house.store.import(rows, Origin::File, event()).await.unwrap();
    house
}

async fn suggested(house: &House, asked: &str) -> Suggestion {
    let mut new = ticket(900);
    new.customer = NewCustomer::Contact { name: "Ines Duarte".into(), email: "ines@mailbox.example".into() };
    (new.subject, new.messages) = ("A question".into(), vec![message(Author::Customer, asked)]);
    house.store.import(vec![Intake::Ticket(Box::new(new))], Origin::File, event()).await.unwrap();
    let who = principal("maya", Role::Agent);
    let caller = Caller::new(who, "Maya".into(), house.run.id.clone());
    let ask: Suggest = serde_json::from_value(serde_json::json!({"ticket_id": "T-900"})).unwrap();
    match house.desk().read(&caller, &ReadCall::SuggestResponse(ask)).await.unwrap() {
        Answer::Suggestion(suggestion) => *suggestion,
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn what_this_desk_answered_in_such_a_place_comes_first() {
    for (asked, first) in [("Why was I debited again?", "M-2"), ("My box never came here.", "M-3")] {
        let house = desk(true).await;
        let offered = suggested(&house, asked).await.canned;
        assert_eq!(offered.first().map(|offer| offer.id.as_str()), Some(first), "{asked}: {offered:?}");
        assert!(offered.len() <= 3 && offered.iter().all(|offer| offer.score > 1.0 / 3.0), "{offered:?}");
    }
}

#[tokio::test]
async fn without_a_past_shared_words_decide_and_without_those_nothing_is_offered() {
    let house = desk(false).await;
    let offered = suggested(&house, "Is the second charge a hold of the bank?").await.canned;
    assert_eq!(offered.first().map(|offer| offer.id.as_str()), Some("M-2"), "{offered:?}");
    let house = desk(false).await;
    assert!(suggested(&house, "Zzyzx?").await.canned.is_empty());
}

/// A canned reply is wording and no evidence: being likely puts none of it into a draft that nothing supports.
#[tokio::test]
async fn a_likely_reply_is_offered_and_not_sent() {
    let house = desk(true).await;
    let suggestion = suggested(&house, "Why was I debited again?").await;
    assert!(!suggestion.response_text.contains("hold of your bank"), "{}", suggestion.response_text);
}

/// The canned replies as a client over MCP reads them, in one era.
async fn listed(house: &House, era: Era, ticket: Option<&str>) -> Result<Vec<CannedText>, BackendError> {
    let backend = house.backend(principal("maya", Role::Agent), era).await;
    let query = CannedQuery { ticket_id: ticket.map(|id| id.parse().unwrap()) };
    match backend.read(&house.run, &ReadCall::ListCanned(query)).await? {
        Answer::Canned(texts) => Ok(texts.canned),
        other => panic!("{other:?}"),
    }
}

fn titles(canned: &[CannedText]) -> Vec<&str> {
    canned.iter().map(|reply| reply.title.as_str()).collect()
}

#[tokio::test]
async fn over_mcp_the_offered_replies_come_first_worded_for_the_ticket() {
    let house = desk(true).await;
    let offered = suggested(&house, "Why was I debited again?").await.canned;
    for era in [Era::Modern, Era::Legacy] {
        let canned = listed(&house, era, Some("T-900")).await.unwrap();
        let scored = canned.iter().filter(|reply| reply.score.is_some()).count();
        assert_eq!(titles(&canned), ["Two charges", "Lost parcel", "Which order"], "{era:?}");
        assert_eq!(scored, offered.len(), "only what is offered has a score");
        assert_eq!(canned[0].id.as_str(), offered[0].id);
        assert_eq!(canned[0].text, "Hello Ines,\n\nthe second one is a hold of your bank.\n\nmaya");
        assert_eq!(canned[0].open, Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_field_without_a_value_stays_as_it_is_and_is_named() {
    let house = desk(false).await;
    let body = "Hello {{customer.first_name}}, your code for {{ticket.id}} is {{order.code}}.";
    let odd = CannedReply { id: "M-9".parse().unwrap(), title: "code".into(), body: body.into(), tags: vec![] };
    house.store.import(vec![Intake::Canned(odd)], Origin::File, event()).await.unwrap();
    let canned = listed(&house, Era::Auto, Some("T-1")).await.unwrap();
    let odd = canned.iter().find(|reply| reply.title == "code").unwrap();
    assert_eq!(
        odd.text, "Hello {{customer.first_name}}, your code for T-1 is {{order.code}}.",
        "Customer 1 is no name"
    );
    assert_eq!(odd.open, ["{{customer.first_name}}", "{{order.code}}"]);

    let kept = listed(&house, Era::Auto, None).await.unwrap();
    assert_eq!(titles(&kept), ["code", "Lost parcel", "Two charges", "Which order"], "by title, whatever its case");
    assert_eq!(kept[0].text, body, "without a ticket it is as it is kept");
    assert_eq!(kept[0].open, ["{{customer.first_name}}", "{{ticket.id}}", "{{order.code}}"]);
}

#[tokio::test]
async fn the_canned_replies_of_a_ticket_that_is_not_there_are_refused_in_words() {
    let house = desk(false).await;
    let answer = listed(&house, Era::Auto, Some("T-999")).await;
    assert_eq!(answer, Err(BackendError::Refused("there is no ticket T-999".into())));
}
