use countersign::desk::{Caller, DeskError};
use countersign::domain::actor::Role;
use countersign::domain::answer::{Answer, WriteOutcome};
use countersign::domain::call::{ReadCall, WriteCall};
use countersign::domain::naming::{NamePage, Named};
use countersign::domain::place::Place;
use countersign::domain::proposal::Why;
use countersign::domain::scope::Scope;
use countersign::store::Store as _;
use serde_json::{Value, json};

use crate::access::{give, house, wanted};
use crate::house::{House, bot, update};

/// A house in which T-2 alone is of the tag `billing`, and a bot that sees that tag.
async fn narrowed() -> (House, Caller) {
    let (house, _) = house().await;
    for ticket in ["T-1", "T-3"] {
        house.through(update(ticket, json!({"tags": ["refund"]}))).await;
    }
    house.propose(update("T-1", json!({"priority": "urgent"}))).await;
    house.propose(update("T-2", json!({"priority": "urgent"}))).await;
    let scope = Scope { tags: vec!["billing".to_owned()], ..Scope::default() };
    let caller = Caller { scope, ..Caller::new(bot(), "bot".into(), house.run.id.clone()) };
    (house, caller)
}

async fn asked(house: &House, caller: &Caller, tool: &str, arguments: Value) -> Result<Value, DeskError> {
    let call = match countersign::tools::catalog::parse(tool, arguments).unwrap() {
        countersign::tools::catalog::Call::Read(call) => call,
        countersign::tools::catalog::Call::Write(_) => panic!("{tool} writes"),
    };
    house.desk().read(caller, &call).await.map(|answer: Answer| answer.to_value())
}

#[tokio::test]
async fn a_ticket_out_of_scope_is_not_there_by_any_way_of_asking() {
    let (house, caller) = narrowed().await;
    let customer = house.ticket("T-1").await.row.customer_id;
    let hidden = house.store.proposals(&countersign::domain::call::ProposalQuery::default()).await.unwrap();
    let hidden = hidden.iter().find(|filed| filed.proposal.call().ticket_id().as_str() == "T-1").unwrap();
    for (tool, arguments) in [
        ("get_ticket", json!({"ticket_id": "T-1"})),
        ("summarize_ticket", json!({"ticket_id": "T-1"})),
        ("suggest_response", json!({"ticket_id": "T-1"})),
        ("search_tickets", json!({"ticket_id": "T-1"})),
        ("list_canned", json!({"ticket_id": "T-1"})),
        ("get_customer", json!({"customer_id": customer})),
        ("get_proposal", json!({"proposal_id": hidden.proposal.id()})),
    ] {
        let refused = asked(&house, &caller, tool, arguments).await.unwrap_err();
        assert!(matches!(refused, DeskError::NotFound { .. }), "{tool}: {refused:?}");
    }
    let nowhere = asked(&house, &caller, "get_ticket", json!({"ticket_id": "T-99"})).await.unwrap_err().to_string();
    let hidden = asked(&house, &caller, "get_ticket", json!({"ticket_id": "T-1"})).await.unwrap_err().to_string();
    assert_eq!(hidden.replace("T-1", "T-99"), nowhere, "what is hidden reads as what is not there");
}

#[tokio::test]
async fn lists_searches_and_counts_speak_of_nothing_else() {
    let (house, caller) = narrowed().await;
    let whole = Caller { scope: Scope::default(), ..caller.clone() };
    for (tool, arguments, rows) in [
        ("list_tickets", json!({}), "/tickets"),
        ("list_tickets", json!({"text": "charged twice"}), "/tickets"),
        ("list_tickets", json!({"limit": 1, "sort": "updated"}), "/tickets"),
        ("search_tickets", json!({"query": "charged twice"}), "/tickets"),
        ("list_proposals", json!({}), "/proposals"),
    ] {
        let seen = asked(&house, &caller, tool, arguments.clone()).await.unwrap();
        let all = asked(&house, &whole, tool, arguments).await.unwrap();
        let text = seen.to_string();
        assert!(!text.contains("T-1\"") && !text.contains("T-3\"") && text.contains("T-2\""), "{tool}: {text}");
        assert_eq!(seen.pointer(rows).unwrap().as_array().unwrap().len(), 1, "{tool}: {seen} of {all}");
        assert!(seen.get("total").is_none_or(|total| total == 1), "{tool}: {seen}");
    }
    let like = asked(&house, &caller, "search_tickets", json!({"ticket_id": "T-2"})).await.unwrap();
    assert_eq!(like.pointer("/tickets").unwrap(), &json!([]));
    let page = NamePage { limit: 10, ..NamePage::default() };
    let names = house.desk().names(&caller, Named::Ticket, &page).await.unwrap();
    assert_eq!(names.iter().map(|name| name.id.as_str()).collect::<Vec<_>>(), ["T-2"]);
    assert!(house.desk().mark(&caller, &Place::Ticket("T-1".parse().unwrap())).await.is_err());
    assert!(house.desk().mark(&caller, &Place::Ticket("T-2".parse().unwrap())).await.is_ok());
}

#[tokio::test]
async fn nothing_is_proposed_for_it_nor_merged_with_it() {
    let (house, caller) = narrowed().await;
    let merge =
        |stays: &str, from: &str| WriteCall::read("merge_tickets", json!({"ticket_id": stays, "from": from})).unwrap();
    for call in [update("T-1", json!({"status": "closed"})), merge("T-2", "T-1"), merge("T-1", "T-2")] {
        let refused = house.desk().write(&caller, call.clone(), Why::default(), None).await.unwrap_err();
        assert!(matches!(refused, DeskError::NotFound { .. }), "{call:?}: {refused:?}");
    }
    let filed = house.desk().write(&caller, update("T-2", json!({"status": "pending"})), Why::default(), None).await;
    assert_eq!(filed.unwrap().outcome, WriteOutcome::PendingApproval);
}

#[tokio::test]
async fn where_a_ticket_lives_on_is_not_told_where_that_is_hidden() {
    let (house, _) = house().await;
    house.through(update("T-1", json!({"tags": ["refund"]}))).await;
    house.through(WriteCall::read("merge_tickets", json!({"ticket_id": "T-1", "from": "T-2"})).unwrap()).await;
    assert!(house.ticket("T-2").await.row.merged_into.is_some());
    let scope = "status:closed".parse().unwrap();
    let caller = Caller { scope, ..Caller::new(bot(), "bot".into(), house.run.id.clone()) };
    let seen = asked(&house, &caller, "get_ticket", json!({"ticket_id": "T-2"})).await.unwrap();
    assert!(seen.get("merged_into").is_none_or(Value::is_null), "{seen}");
    let listed = asked(&house, &caller, "list_tickets", json!({})).await.unwrap();
    assert!(!listed.to_string().contains("\"T-1\""), "{listed}");
}

#[tokio::test]
async fn a_scope_cannot_be_asked_away_and_comes_with_the_token() {
    let (house, access) = house().await;
    for smuggled in [json!({"scope": {}}), json!({"scope": {"tags": []}})] {
        assert!(countersign::tools::catalog::parse("list_tickets", smuggled).is_err());
    }
    let scope: Scope = "tag:billing,status:open".parse().unwrap();
    let (_, token) =
        give(&house, countersign::access::Wanted { scope: scope.clone(), ..wanted("triage", Role::Bot) }).await;
    assert_eq!(access.authenticate(token.reveal()).await.unwrap().scope, scope);
    let person = countersign::access::Wanted { scope, ..wanted("maya", Role::Agent) };
    let refused = countersign::access::give(house.store.as_ref(), &crate::access::ada(), &house.run.id, person).await;
    assert!(refused.is_err());
    let all = ReadCall::ListTickets(countersign::domain::ticket::TicketQuery::default());
    house.desk().read(&Caller::new(bot(), "bot".into(), house.run.id.clone()), &all).await.unwrap();
}
