//! Canned replies are offered in the order in which this desk gave them in such places.

use countersign::desk::Caller;
use countersign::domain::actor::Role;
use countersign::domain::answer::Answer;
use countersign::domain::article::CannedReply;
use countersign::domain::call::{ReadCall, Suggest};
use countersign::domain::draft::Suggestion;
use countersign::domain::intake::Intake;
use countersign::domain::ticket::{Author, Message, Status, Visibility};
use countersign::store::{Origin, Store};

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
    (new.subject, new.messages) = ("A question".into(), vec![message(Author::Customer, asked)]);
    house.store.import(vec![Intake::Ticket(Box::new(new))], Origin::File, event()).await.unwrap();
    let who = principal("maya", Role::Agent);
    let caller = Caller { name: "Maya".into(), principal: who, run: house.run.id.clone(), by: None };
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
