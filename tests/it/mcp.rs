//! MCP as other programs see it: both eras, honest annotations, errors in words, progress, notifications.

use std::time::Duration;

use countersign::domain::answer::Answer;
use countersign::domain::call::{
    CannedQuery, FaqQuery, OfCustomer, OfTicket, ProposalQuery, ReadCall, SearchTickets, Suggest, Summarize,
};
use countersign::domain::rewrite::{Rewrite, Way};
use countersign::domain::ticket::{TicketQuery, Tone};
use countersign::mcp::client::Era;
use countersign::tools::catalog::{self, Access};
use countersign::tools::{BackendError, ToolBackend};
use serde_json::json;

use crate::house::{House, bot, update};

const ERAS: [Era; 3] = [Era::Auto, Era::Modern, Era::Legacy];

fn summarize(ticket: &str) -> Summarize {
    Summarize { ticket_id: ticket.parse().unwrap(), quick: false }
}

fn of(ticket: &str) -> OfTicket {
    OfTicket { ticket_id: ticket.parse().unwrap() }
}

#[tokio::test]
async fn every_read_answers_with_what_its_schema_promises_in_both_eras() {
    let house = House::new().await;
    for era in ERAS {
        let backend = house.backend(bot(), era).await;
        for call in [
            ReadCall::GetTicket(of("T-1")),
            ReadCall::SummarizeTicket(summarize("T-1")),
            ReadCall::SuggestResponse(Suggest { ticket_id: "T-1".parse().unwrap(), tone: Tone::Warm, quick: false }),
            ReadCall::GetFaq(FaqQuery { query: "refund".into(), limit: 5 }),
            ReadCall::ListTickets(TicketQuery::default()),
            ReadCall::GetCustomer(OfCustomer { customer_id: "C-1".parse().unwrap() }),
            ReadCall::SearchTickets(SearchTickets { query: Some("charged".into()), ticket_id: None, limit: 5 }),
            ReadCall::ListProposals(ProposalQuery::default()),
            ReadCall::ListCanned(CannedQuery::default()),
            ReadCall::RewriteText(shorter("T-1")),
            ReadCall::ListCanned(CannedQuery { ticket_id: Some("T-1".parse().unwrap()) }),
        ] {
            let answer = backend.read(&house.run, &call).await.unwrap_or_else(|e| panic!("{call:?}: {e}"));
            let tool = catalog::all().iter().find(|tool| tool.name == call.tool()).unwrap();
            let value = answer.to_value();
            for required in tool.output["required"].as_array().into_iter().flatten() {
                assert!(value.get(required.as_str().unwrap()).is_some(), "{} lacks {required}", tool.name);
            }
        }
    }
}

fn shorter(ticket: &str) -> Rewrite {
    let text = "Thank you. The second charge of 49.00 is a hold.".to_owned();
    Rewrite { ticket_id: ticket.parse().unwrap(), text, way: Way::Shorter, language: None, sources: vec![] }
}

#[tokio::test]
async fn the_two_eras_are_the_two_eras() {
    let house = House::new().await;
    assert_eq!(house.backend(bot(), Era::Auto).await.protocol(), "2026-07-28");
    assert_eq!(house.backend(bot(), Era::Modern).await.protocol(), "2026-07-28");
    assert_eq!(house.backend(bot(), Era::Legacy).await.protocol(), "2025-11-25");
}

#[tokio::test]
async fn what_is_not_there_and_what_does_not_fit_is_said_in_words() {
    let house = House::new().await;
    let backend = house.backend(bot(), Era::Auto).await;
    let missing = backend.read(&house.run, &ReadCall::GetTicket(of("T-999"))).await;
    assert_eq!(missing, Err(BackendError::Refused("there is no ticket T-999".into())));
    let long = ReadCall::GetFaq(FaqQuery { query: "x".repeat(5000), limit: 5 });
    assert!(matches!(backend.read(&house.run, &long).await, Err(BackendError::Refused(_))));
}

#[tokio::test]
async fn annotations_are_honest() {
    for tool in catalog::all() {
        let writes = ["update_ticket", "send_reply", "merge_tickets", "split_message"].contains(&tool.name);
        assert_eq!(tool.access == Access::Write, writes, "{}", tool.name);
    }
}

#[tokio::test]
async fn a_change_of_the_queue_is_told_in_both_eras() {
    let house = House::new().await;
    for era in [Era::Modern, Era::Legacy] {
        let backend = house.backend(bot(), era).await;
        let mut changes = backend.changes();
        // The subscription stands a moment after the connection; ask until the first change comes through.
        let told = tokio::time::timeout(Duration::from_secs(20), async {
            loop {
                house.propose(update("T-1", json!({"priority": "low"}))).await;
                if tokio::time::timeout(Duration::from_millis(300), changes.changed()).await.is_ok() {
                    return;
                }
            }
        });
        told.await.unwrap_or_else(|_| panic!("{era:?} was told nothing"));
    }
}

#[tokio::test]
async fn a_call_tells_its_progress() {
    let house = House::new().await;
    let backend = house.backend(bot(), Era::Auto).await;
    let mut progress = backend.progress();
    backend.read(&house.run, &ReadCall::SummarizeTicket(summarize("T-1"))).await.unwrap();
    let first = tokio::time::timeout(Duration::from_secs(10), progress.recv()).await.unwrap().unwrap();
    assert_eq!(first.words, "reading");
}

#[tokio::test]
async fn a_cancelled_run_calls_nothing_more() {
    let house = House::new().await;
    let backend = house.backend(bot(), Era::Auto).await;
    let run = countersign::tools::Run::new("r-cancel".parse().unwrap());
    run.cancel.cancel();
    let answer = backend.read(&run, &ReadCall::GetTicket(of("T-1"))).await;
    assert_eq!(answer, Err(BackendError::Cancelled));
    // The connection lives on.
    assert!(matches!(backend.read(&house.run, &ReadCall::GetTicket(of("T-1"))).await, Ok(Answer::Ticket(_))));
}

#[tokio::test]
async fn a_server_that_never_answers_is_given_up_in_time() {
    let (ours, _theirs) = tokio::io::duplex(1024);
    let patience = Duration::from_millis(300);
    let silent = countersign::mcp::client::McpBackend::connect(ours, Era::Modern, patience).await;
    assert!(silent.is_err());
}
