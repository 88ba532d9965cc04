//! Every hostile answer of the corpus, through the whole loop.

use std::fmt::Write as _;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use countersign::agent::driver::Afterwards;
use countersign::domain::actor::Role;
use countersign::domain::audit::Action;
use countersign::domain::call::ProposalQuery;
use countersign::mcp::client::Era;
use countersign::store::Store;
use countersign::tools::Run;
use futures::StreamExt as _;
use serde_json::Value;
use tokio::sync::mpsc;

use crate::house::{House, bot, driver, principal};
use crate::models::{provider, task};
use crate::stub_model::{Answer, StubModel, Wire};

/// The rows, with the corpus' own ticket made ours.
fn corpus() -> Option<Vec<Value>> {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/data/hostile/hostile_llm_outputs_dev.jsonl");
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("SKIPPED: {} is not there", path.display());
        return None;
    };
    Some(text.replace("T-0001", "T-1").lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_hostile_answer_panics_hangs_or_writes() {
    let Some(rows) = corpus() else { return };
    let house = House::new().await;
    // The corpus hands tickets to alice; somebody whom the desk does not know would be refused before the gate.
    house.store.save_person(&principal("alice", Role::Agent), "alice").await.unwrap();
    let backend = Arc::new(house.backend(bot(), Era::Auto).await);
    let total = rows.len();
    let runs = futures::stream::iter(rows).map(|row| {
        let backend = backend.clone();
        async move {
            let wire = if row["provider"] == "anthropic" { Wire::Anthropic } else { Wire::OpenAi };
            let stub = StubModel::start(wire, vec![Answer::of_row(&row)]).await;
            let driver = driver(backend, provider(&stub, wire));
            let (notices, mut told) = mpsc::unbounded_channel();
            let since = Instant::now();
            let run = Run::new(countersign::random::run_id());
            driver.handle(&run, task(), Afterwards::Leave, &notices).await;
            drop(notices);
            let mut said = String::new();
            while let Some(notice) = told.recv().await {
                writeln!(said, "{notice:?}").unwrap();
            }
            assert!(since.elapsed() < Duration::from_secs(30), "{} took {:?}", row["name"], since.elapsed());
            assert!(!said.contains("CANARY-SECRET"), "{}: {said}", row["name"]);
            let proposed = said.contains("Proposed {");
            let strict = row["expect"].as_str().unwrap().starts_with("unknown tool")
                || row["name"].as_str().unwrap().starts_with("args");
            assert!(!(proposed && strict), "{}: {said}", row["name"]);
            (row["name"].as_str().unwrap().to_owned(), proposed)
        }
    });
    let outcomes: Vec<_> = runs.buffer_unordered(12).collect().await;
    assert_eq!(outcomes.len(), total);
    assert!(outcomes.iter().any(|(name, proposed)| name == "obeys injection" && *proposed), "the gate is reached");
    house.store.flush().await.unwrap();
    let log = house.store.log(None, 100_000).await.unwrap();
    assert!(log.iter().all(|record| record.action != Action::Executed.as_str()));
    for record in &log {
        let body = house.store.log_body(record.seq).await.unwrap();
        assert!(!format!("{body:?}").contains("CANARY-SECRET"), "record {}", record.seq);
    }
    let proposals = house.store.proposals(&ProposalQuery::default()).await.unwrap();
    assert!(proposals.iter().all(|filed| filed.proposal.call().ticket_id().as_str() == "T-1"));
    assert_eq!(house.ticket("T-1").await.row.version, 1);
    println!("{total} hostile answers, {} proposals, 0 writes", proposals.len());
}
