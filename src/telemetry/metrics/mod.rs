//! Metrics, as Prometheus reads them. One registry a process; each is counted at the one place where the thing happens.
//!
//! A label's values are words of the program, route templates, or names of configured models: never an id, never a text
//! that somebody wrote. A door does this with each request:
//!
//! ```
//! use countersign::telemetry::metrics::{self, Door};
//!
//! let request = metrics::request(Door::Http, "GET", "/tickets/{id}");
//! // … the answer is made …
//! request.answered(200); // without this it counts as gone
//! assert!(metrics::render().contains("countersign_requests_total"));
//! ```

mod book;
mod latency;
mod process;
mod requests;
mod vitals;

use std::sync::LazyLock;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::{EncodeLabelSet, prometheus_text};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;

pub use requests::{Door, Request, Status, method};
pub use vitals::Vitals;

use crate::domain::actor::Role;
use crate::domain::audit::Action;
use crate::domain::usage::Usage;
use crate::telemetry::metrics::book::Book;
use crate::telemetry::metrics::latency::Latency;
use crate::telemetry::metrics::process::Process;
use crate::telemetry::metrics::requests::Requests;

/// What [`render`] returns, as a header says it.
pub const CONTENT_TYPE: &str = prometheus_text::CONTENT_TYPE;

/// What every name of ours begins with.
const PREFIX: &str = "countersign";

static METRICS: LazyLock<Metrics> = LazyLock::new(Metrics::new);

type Latencies<S> = Family<S, Latency, fn() -> Latency>;
type Dollars = Counter<f64, AtomicU64>;

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfCall {
    tool: &'static str,
    role: &'static str,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfTool {
    tool: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfProposal {
    tool: &'static str,
    role: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfDecision {
    tool: &'static str,
    decision: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfModel {
    model: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfAnswer {
    model: String,
    outcome: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfTokens {
    model: String,
    direction: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfReason {
    reason: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfBuild {
    version: &'static str,
}

struct Metrics {
    registry: Registry,
    names: Vec<String>,
    counters: Counters,
}

struct Counters {
    requests: Requests,
    calls: Family<OfCall, Counter>,
    calls_took: Latencies<OfTool>,
    filed: Family<OfProposal, Counter>,
    decisions: Family<OfDecision, Counter>,
    decided_after: Latencies<OfDecision>,
    answers: Family<OfAnswer, Counter>,
    answers_took: Latencies<OfModel>,
    tokens: Family<OfTokens, Counter>,
    cost: Family<OfModel, Dollars>,
    store_errors: Family<OfReason, Counter>,
    not_let_in: Family<OfReason, Counter>,
    connections: Gauge,
    vitals: vitals::Gauges,
    worker: Worker,
}

/// What a worker has done.
struct Worker {
    tickets: Counter,
    texts: Counter,
    proposals: Counter,
    failures: Counter,
}

impl Metrics {
    fn new() -> Self {
        let mut registry = Registry::default();
        registry.register_collector(Box::new(Process));
        let mut book = Book::new(registry.sub_registry_with_prefix(PREFIX));
        let counters = Counters::new(&mut book);
        let ours = book.names.into_iter().map(|name| format!("{PREFIX}_{name}"));
        let names = ours.chain(process::NAMES.map(str::to_owned)).collect();
        Self { registry, names, counters }
    }
}

impl Counters {
    fn new(book: &mut Book<'_>) -> Self {
        let build: Family<OfBuild, Gauge> = book.family("build_info", "The program's version");
        build.get_or_create(&OfBuild { version: env!("CARGO_PKG_VERSION") }).set(1);
        let call = || Latency::new(latency::CALL);
        Self {
            requests: Requests::new(book),
            calls: book.family("tool_calls", "Calls of the desk's tools by role and how they ended"),
            calls_took: book.latencies("tool_call_duration_seconds", "How long the desk took for a call", call),
            filed: book.family("proposals_filed", "Proposals filed, by the role of who proposes"),
            decisions: book.family("decisions", "What became of proposals"),
            decided_after: book.latencies("decision_delay_seconds", "From a proposal to the decision on it", || {
                Latency::new(latency::PERSON)
            }),
            answers: book.family("model_calls", "Calls of models by how they ended"),
            answers_took: book.latencies(
                "model_call_duration_seconds",
                "How long models took, retries included",
                || Latency::new(latency::MODEL),
            ),
            tokens: book.family("model_tokens", "Tokens that models read and wrote"),
            cost: book.family("model_cost_dollars", "Cost of models by the configured prices, in US dollars"),
            store_errors: book.family("store_errors", "Failures of the database"),
            not_let_in: book.family("authentications_refused", "Credentials that opened no door"),
            connections: book.one("connections_open", "Connections of callers that are open"),
            vitals: vitals::Gauges::new(book),
            worker: Worker {
                tickets: book.one("worker_tickets", "Tickets that this worker has done"),
                texts: book.one("worker_texts", "Summaries and drafts that a model wrote for this worker"),
                proposals: book.one("worker_proposals", "Proposals that this worker has filed"),
                failures: book.one("worker_failures", "Tickets that failed this worker"),
            },
        }
    }
}

fn counters() -> &'static Counters {
    &METRICS.counters
}

/// Everything, as Prometheus' text format.
#[must_use]
pub fn render() -> String {
    let mut text = String::new();
    if prometheus_text::encode(&mut text, &METRICS.registry).is_err() {
        tracing::error!("a metric could not be written");
    }
    text
}

/// Every name that a query may use.
#[must_use]
pub fn names() -> &'static [String] {
    &METRICS.names
}

/// A request comes in at a door, for a route by its template.
pub fn request(door: Door, method: &str, template: &str) -> Request {
    counters().requests.begin(door, method, template)
}

/// A connection of a caller, open for as long as this is kept.
#[derive(Debug)]
#[must_use = "a connection that is dropped counts as closed"]
pub struct Connection(());

impl Drop for Connection {
    fn drop(&mut self) {
        counters().connections.dec();
    }
}

/// A caller has connected.
pub fn connected() -> Connection {
    counters().connections.inc();
    Connection(())
}

/// A credential opened no door; `reason` is a word of the program.
pub fn not_let_in(reason: &'static str) {
    counters().not_let_in.get_or_create(&OfReason { reason }).inc();
}

/// A tool of the catalog was called; `outcome` is `ok` or the word of the error.
pub fn called(tool: &'static str, role: Role, outcome: &'static str, took: Duration) {
    counters().calls.get_or_create(&OfCall { tool, role: role.as_str(), outcome }).inc();
    counters().calls_took.get_or_create(&OfTool { tool }).observe(took);
}

/// A proposal was filed.
pub fn filed(tool: &'static str, role: Role) {
    counters().filed.get_or_create(&OfProposal { tool, role: role.as_str() }).inc();
}

/// A proposal was decided on, so long after it was filed.
pub fn decided(tool: &'static str, decision: Action, after: Duration) {
    let of = OfDecision { tool, decision: decision.as_str() };
    counters().decisions.get_or_create(&of).inc();
    counters().decided_after.get_or_create(&of).observe(after);
}

/// The database failed; `reason` is a word of the program.
pub fn store_failed(reason: &'static str) {
    counters().store_errors.get_or_create(&OfReason { reason }).inc();
}

/// How the service is, looked at now and then.
pub fn look(vitals: &Vitals) {
    counters().vitals.set(vitals);
}

/// The database does not answer.
pub fn unreachable() {
    counters().vitals.lose();
}

/// The audit chain was walked up to record `seq`, or found broken.
pub fn walked(intact: Option<u64>) {
    counters().vitals.walk(intact);
}

/// A model by its configured name was to be called and was not, for this reason: a word of the program.
pub fn model_spared(model: &str, reason: &'static str) {
    counters().answers.get_or_create(&OfAnswer { model: model.to_owned(), outcome: reason }).inc();
}

/// A model by its configured name was called; `outcome` is `ok` or the word of the error.
pub fn model_called(model: &str, outcome: &'static str, took: Duration, usage: Usage) {
    let model = model.to_owned();
    counters().answers.get_or_create(&OfAnswer { model: model.clone(), outcome }).inc();
    counters().answers_took.get_or_create(&OfModel { model: model.clone() }).observe(took);
    counters().cost.get_or_create(&OfModel { model: model.clone() }).inc_by(vitals::dollars(usage.micro_usd));
    for (direction, tokens) in [("input", usage.input_tokens), ("output", usage.output_tokens)] {
        counters().tokens.get_or_create(&OfTokens { model: model.clone(), direction }).inc_by(tokens);
    }
}

/// A worker has done a ticket: so many texts by a model, so many proposals.
pub fn worked(texts: u64, proposals: u64) {
    let worker = &counters().worker;
    worker.tickets.inc();
    worker.texts.inc_by(texts);
    worker.proposals.inc_by(proposals);
}

/// A ticket has failed a worker.
pub fn worker_failed() {
    counters().worker.failures.inc();
}

#[cfg(test)]
mod tests {
    use std::time::Instant;

    use super::*;

    #[test]
    fn two_threads_count_without_waiting_for_each_other() {
        const TIMES: u32 = 20_000;
        let count = || {
            let since = Instant::now();
            for _ in 0..TIMES {
                request(Door::Http, "GET", "/tickets/{id}").answered(200);
                called("get_ticket", Role::Agent, "ok", Duration::from_micros(90));
            }
            since.elapsed() / TIMES
        };
        count();
        let round = || std::thread::scope(|scope| [scope.spawn(count), scope.spawn(count)].map(|t| t.join().unwrap()));
        let best = (0..5).flat_map(|_| round()).min().unwrap();
        // Unoptimised and beside other tests it is some ten times slower than in the program.
        let most = if cfg!(debug_assertions) { Duration::from_micros(20) } else { Duration::from_micros(1) };
        assert!(best < most, "a request and its call cost {best:?}");
    }

    #[test]
    fn every_name_is_there_once_and_says_what_it_is() {
        let mut names = names().to_vec();
        let all = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), all, "{names:#?}");
        let text = render();
        let described = text.lines().filter(|line| line.starts_with("# HELP countersign_build_info The")).count();
        assert_eq!(described, 1, "{text}");
    }
}
