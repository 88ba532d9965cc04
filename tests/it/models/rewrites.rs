//! A text in other words: what a model is told of it, what comes back, and what is done without one.

use countersign::desk::{Assistant, Caller, Desk, DeskError};
use countersign::domain::actor::Role;
use countersign::domain::answer::Answer as Told;
use countersign::domain::call::ReadCall;
use countersign::domain::intake::{Intake, NewCustomer};
use countersign::domain::rewrite::{Rewrite, Rewritten, Way};
use countersign::llm::prompt::Prompts;
use countersign::store::{Origin, Store};
use serde_json::json;

use crate::house::{House, event, principal, ticket};
use crate::models::provider;
use crate::stub_model::{Answer, StubModel, Turn, Wire};

const TEXT: &str = "Hello Quirina,\n\nthe second charge of 49.00 is a hold [1]. We write to \
    quirina.velasquez@postalo.example when it has ended.\n\nMaya";

/// A desk with the article that the text cites.
async fn house() -> House {
    let house = House::new().await;
    let mut own = ticket(900);
    let email = "quirina.velasquez@postalo.example".to_owned();
    own.customer = NewCustomer::Contact { name: "Quirina Velasquez".to_owned(), email };
    "Quirina Velasquez".clone_into(&mut own.messages[0].name);
    let article = json!({
        "id": "KB-31", "title": "Authorisation holds", "tags": [], "updated_at": "2026-01-01T00:00:00Z",
        "body": "The second charge is a hold.\n\nA hold on a card that is charged twice ends by itself within 7 working days.",
    });
    let rows = vec![Intake::Ticket(Box::new(own)), Intake::Article(serde_json::from_value(article).unwrap())];
    house.store.import(rows, Origin::File, event()).await.unwrap();
    house
}

fn asked(way: Way) -> Rewrite {
    let (ticket_id, sources) = ("T-900".parse().unwrap(), vec!["KB-31".to_owned()]);
    Rewrite { ticket_id, text: TEXT.to_owned(), way, language: None, sources }
}

async fn rewritten(house: &House, desk: &Desk, asked: Rewrite) -> Result<Rewritten, DeskError> {
    let (principal, run) = (principal("maya", Role::Agent), house.run.id.clone());
    let caller = Caller::new(principal, "Maya".into(), run);
    let Told::Rewritten(rewritten) = desk.read(&caller, &ReadCall::RewriteText(asked)).await? else { panic!() };
    Ok(rewritten)
}

#[tokio::test]
async fn a_model_sees_the_text_behind_placeholders_and_nothing_of_the_thread() {
    let house = house().await;
    let says = "Hello <NAME_1>,\n\ngood news: the second charge of 49.00 is a hold [1]. You get 12.00 more. We write to \
                <EMAIL_1>.\n\nMaya";
    for wire in Wire::all() {
        let model = StubModel::start(wire, vec![Answer::Turn(Turn::says(says))]).await;
        let assistant = Assistant { provider: Some(provider(&model, wire)), prompts: Prompts::default() };
        let desk = house.desk().with_assistant(assistant);
        let told = rewritten(&house, &desk, asked(Way::Friendlier)).await.unwrap();
        assert!(told.text.contains("Hello Quirina") && told.text.contains("velasquez@postalo"), "{}", told.text);
        assert!(told.unsupported.iter().any(|mark| mark.text.contains("12.00")), "{:?}", told.unsupported);
        let sent = model.requests()[0].body.to_string();
        assert!(sent.contains("make it friendlier") && sent.contains("49.00"), "{sent}");
        for personal in ["Quirina", "Velasquez", "postalo", "My card shows", "working days"] {
            assert!(!sent.contains(personal), "{wire:?} was told {personal}: {sent}");
        }
        house.store.flush().await.unwrap();
        let record = house.store.log(None, 1).await.unwrap().remove(0);
        assert_eq!((record.tool.as_str(), record.action.as_str()), ("rewrite_text", "read"));
        let by = house.store.log_body(record.seq).await.unwrap().unwrap().by.unwrap();
        assert!(by.contains("stub · rewrite_text@"), "{by}");
    }
}

#[tokio::test]
async fn without_a_model_it_is_cut_or_quoted_and_nothing_else() {
    let house = house().await;
    let desk = house.desk();
    let short = rewritten(&house, &desk, asked(Way::Shorter)).await.unwrap();
    assert!(short.text.contains("49.00 is a hold [1]") && !short.text.contains("We write to"), "{}", short.text);
    let long = rewritten(&house, &desk, asked(Way::Longer)).await.unwrap();
    assert!(long.text.contains("within 7 working days. [1]"), "{}", long.text);
    let marked: Vec<&str> = long.unsupported.iter().map(|mark| mark.text.as_str()).collect();
    assert_eq!(marked, ["quirina.velasquez@postalo.example"], "what is quoted has a source, the address has none");
    for way in [Way::Friendlier, Way::Plainer, Way::Spelling, Way::Translate] {
        let refused = rewritten(&house, &desk, asked(way)).await.unwrap_err();
        assert_eq!((refused.word(), refused.to_string().contains("needs a model")), ("unable", true), "{way}");
    }
}

#[tokio::test]
async fn a_model_that_fails_leaves_what_can_be_done_without_one() {
    let house = house().await;
    let model = StubModel::start(Wire::OpenAi, vec![Answer::json(400, "{}")]).await;
    let assistant = Assistant { provider: Some(provider(&model, Wire::OpenAi)), prompts: Prompts::default() };
    let desk = house.desk().with_assistant(assistant);
    let short = rewritten(&house, &desk, asked(Way::Shorter)).await.unwrap();
    assert!(!short.maker.is_model() && !short.maker.notes.is_empty(), "{:?}", short.maker);
    assert_eq!(rewritten(&house, &desk, asked(Way::Spelling)).await.unwrap_err().word(), "unable");
}

#[tokio::test]
async fn what_does_not_fit_is_refused_in_words() {
    let house = house().await;
    let desk = house.desk();
    for (bad, word) in [
        (Rewrite { text: "  ".to_owned(), ..asked(Way::Shorter) }, "invalid"),
        (Rewrite { text: "x".repeat(17_000), ..asked(Way::Shorter) }, "invalid"),
        (Rewrite { language: Some("French\nAnd more".to_owned()), ..asked(Way::Translate) }, "invalid"),
        (Rewrite { sources: vec!["KB-99".to_owned()], ..asked(Way::Longer) }, "not_found"),
        (Rewrite { ticket_id: "T-77".parse().unwrap(), ..asked(Way::Shorter) }, "not_found"),
    ] {
        assert_eq!(rewritten(&house, &desk, bad.clone()).await.unwrap_err().word(), word, "{bad:?}");
    }
}
