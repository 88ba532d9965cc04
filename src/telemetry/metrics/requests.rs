//! Requests at the doors: how many, how they ended, how long they took, how many are under way.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Instant;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;

use crate::telemetry::metrics::book::Book;
use crate::telemetry::metrics::latency::{self, Latency};

words! {
    /// Where a request comes in over the network; what comes over a pipe is counted as calls of tools.
    Door {
        /// The HTTP API.
        Http = "http",
        /// MCP over HTTP.
        Mcp = "mcp",
    }
}

words! {
    /// How a request ended.
    Status {
        /// An interim answer.
        Interim = "1xx",
        /// It went well.
        Good = "2xx",
        /// Look elsewhere, or nothing new.
        Elsewhere = "3xx",
        /// The caller's fault.
        Refused = "4xx",
        /// Ours.
        Failed = "5xx",
        /// Whoever asked hung up before there was an answer.
        Gone = "gone",
    }
}

impl Status {
    const fn of(code: u16) -> Self {
        match code {
            0..=199 => Self::Interim,
            200..=299 => Self::Good,
            300..=399 => Self::Elsewhere,
            400..=499 => Self::Refused,
            500.. => Self::Failed,
        }
    }
}

/// Routes that are told apart; a caller that passes paths in place of templates fills no memory.
const MOST_ROUTES: usize = 200;
/// The route of all others.
const OTHER: &str = "other";

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRoute {
    door: &'static str,
    method: &'static str,
    route: Arc<str>,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfAnswer {
    door: &'static str,
    method: &'static str,
    route: Arc<str>,
    status: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfDoor {
    door: &'static str,
}

/// What is counted of requests.
#[derive(Debug)]
pub(crate) struct Requests {
    answers: Family<OfAnswer, Counter>,
    took: Family<OfRoute, Latency, fn() -> Latency>,
    under_way: Family<OfDoor, Gauge>,
    known: RwLock<HashMap<Arc<str>, Vec<Arc<Route>>>>,
}

/// A route with its counters at hand.
#[derive(Debug)]
struct Route {
    door: Door,
    method: &'static str,
    /// By [`Status`].
    answers: Vec<Counter>,
    took: Latency,
    under_way: Gauge,
}

/// A request under way. Dropped without an answer it counts as gone.
#[derive(Debug)]
#[must_use = "a request that is dropped counts as gone"]
pub struct Request {
    route: Arc<Route>,
    since: Instant,
    status: Status,
}

impl Request {
    /// It was answered, with this status of HTTP.
    pub fn answered(mut self, status: u16) {
        self.status = Status::of(status);
    }
}

impl Drop for Request {
    fn drop(&mut self) {
        self.route.under_way.dec();
        self.route.answers[self.status as usize].inc();
        self.route.took.observe(self.since.elapsed());
    }
}

impl Requests {
    pub(crate) fn new(book: &mut Book<'_>) -> Self {
        Self {
            answers: book.family("requests", "Requests by door, route and how they ended"),
            took: book.latencies("request_duration_seconds", "How long requests took", || Latency::new(latency::CALL)),
            under_way: book.family("requests_in_flight", "Requests under way"),
            known: RwLock::default(),
        }
    }

    pub(crate) fn begin(&self, door: Door, method: &str, template: &str) -> Request {
        let method = self::method(method);
        let route = self.known(door, method, template).unwrap_or_else(|| self.learn(door, method, template));
        route.under_way.inc();
        Request { route, since: Instant::now(), status: Status::Gone }
    }

    fn known(&self, door: Door, method: &str, template: &str) -> Option<Arc<Route>> {
        let known = self.known.read().unwrap_or_else(PoisonError::into_inner);
        let same = |route: &&Arc<Route>| route.door == door && route.method == method;
        known.get(template)?.iter().find(same).cloned()
    }

    fn learn(&self, door: Door, method: &'static str, template: &str) -> Arc<Route> {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        let many = known.len() >= MOST_ROUTES && !known.contains_key(template);
        let name: Arc<str> = if many { OTHER } else { template }.into();
        let routes = known.entry(Arc::clone(&name)).or_default();
        // Somebody may have been faster.
        if let Some(route) = routes.iter().find(|route| route.door == door && route.method == method) {
            return Arc::clone(route);
        }
        let route = Arc::new(self.route(door, method, &name));
        routes.push(Arc::clone(&route));
        route
    }

    fn route(&self, door: Door, method: &'static str, name: &Arc<str>) -> Route {
        let door_name = door.as_str();
        let answers = Status::ALL.iter().map(|status| {
            let of = OfAnswer { door: door_name, method, route: Arc::clone(name), status: status.as_str() };
            self.answers.get_or_create_owned(&of)
        });
        let of = OfRoute { door: door_name, method, route: Arc::clone(name) };
        Route {
            door,
            method,
            answers: answers.collect(),
            took: self.took.get_or_create_owned(&of),
            under_way: self.under_way.get_or_create_owned(&OfDoor { door: door_name }),
        }
    }
}

/// A method as a label; what is none of HTTP is `other`.
#[must_use]
pub fn method(given: &str) -> &'static str {
    ["GET", "POST", "PATCH", "PUT", "DELETE", "HEAD", "OPTIONS"].into_iter().find(|m| *m == given).unwrap_or(OTHER)
}

#[cfg(test)]
mod tests {
    use prometheus_client::registry::Registry;

    use super::*;

    fn lines(requests: impl FnOnce(&Requests)) -> Vec<String> {
        let mut registry = Registry::default();
        requests(&Requests::new(&mut Book::new(&mut registry)));
        let mut text = String::new();
        prometheus_client::encoding::prometheus_text::encode(&mut text, &registry).unwrap();
        text.lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_request_counts_by_its_answer_and_one_without_as_gone() {
        let lines = lines(|requests| {
            requests.begin(Door::Http, "GET", "/tickets/{id}").answered(304);
            requests.begin(Door::Http, "GET", "/tickets/{id}").answered(503);
            drop(requests.begin(Door::Http, "GET", "/tickets/{id}"));
            std::mem::forget(requests.begin(Door::Http, "BREW", "/tickets/{id}"));
        });
        let has = |line: &str| assert!(lines.iter().any(|l| l == line), "{line} in {lines:#?}");
        let of = r#"door="http",method="GET",route="/tickets/{id}""#;
        has(&format!("requests_total{{{of},status=\"3xx\"}} 1"));
        has(&format!("requests_total{{{of},status=\"5xx\"}} 1"));
        has(&format!("requests_total{{{of},status=\"gone\"}} 1"));
        has(&format!("requests_total{{{of},status=\"2xx\"}} 0"));
        has(&format!("request_duration_seconds_count{{{of}}} 3"));
        has("requests_in_flight{door=\"http\"} 1");
    }

    #[test]
    fn paths_in_place_of_templates_fill_no_memory() {
        let lines = lines(|requests| {
            for n in 0..MOST_ROUTES * 2 {
                requests.begin(Door::Http, "GET", &format!("/tickets/T-{n}")).answered(200);
            }
        });
        let routes = lines.iter().filter(|line| line.starts_with("request_duration_seconds_count")).count();
        assert_eq!(routes, MOST_ROUTES + 1);
        assert!(lines.iter().any(|line| line.contains(r#"route="other",status="2xx"} 200"#)), "{lines:#?}");
    }
}
