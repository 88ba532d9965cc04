//! The desk over HTTP, route by route, with a real token of every role.

mod bad_input;
mod deciding;
pub(crate) mod doors;
mod reading;
mod records;
mod writing;

use std::collections::BTreeMap;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use countersign::access::{self, Access, Wanted, What};
use countersign::domain::actor::Role;
use countersign::domain::scope::Scope;
use countersign::http::health::Readiness;
use countersign::http::limits::{Bounds, Limits};
use countersign::http::{Door, router};
use jiff::Timestamp;
use serde_json::{Value, json};
use tower::ServiceExt as _;

use crate::house::{House, principal};

/// A desk behind its routes.
pub(crate) struct Served {
    pub(crate) house: House,
    routes: Router,
    tokens: BTreeMap<Role, String>,
}

/// An answer, whole.
#[derive(Debug)]
pub(crate) struct Came {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) text: String,
}

impl Came {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|wrong| panic!("{wrong}: {self:?}"))
    }

    pub(crate) fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

pub(crate) const WIDE: Bounds =
    Bounds { most_at_once: 1_000, requests_per_minute: 0, hosts: Vec::new(), origins: Vec::new() };

impl Served {
    pub(crate) async fn new() -> Self {
        Self::within(WIDE).await
    }

    pub(crate) async fn within(bounds: Bounds) -> Self {
        Self::of(House::new().await, bounds).await
    }

    /// A house with rules of its own.
    pub(crate) async fn of(house: House, bounds: Bounds) -> Self {
        let mut tokens = BTreeMap::new();
        for role in Role::ALL {
            let name = format!("http-{role}");
            tokens.insert(*role, token(&house, &name, *role, None).await.1);
        }
        let store = house.store.clone();
        let access = Arc::new(Access::new(store));
        let (desk, limits) = (Arc::new(house.desk()), Limits::new(bounds));
        let door = Door { desk, access, limits, readiness: Readiness::default() };
        Self { routes: router(Arc::new(door), Router::new()), house, tokens }
    }

    pub(crate) fn token(&self, role: Role) -> &str {
        &self.tokens[&role]
    }

    /// Sends a request as it is.
    pub(crate) async fn send(&self, request: Request<Body>) -> Came {
        let (parts, body) = self.routes.clone().oneshot(request).await.unwrap().into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Came { status: parts.status, headers: parts.headers, text }
    }

    /// Asks with a token and headers, with a body or without.
    pub(crate) async fn ask_with(&self, role: Role, line: &str, headers: &[(&str, &str)], body: Option<&str>) -> Came {
        let mut request = asking(line).header("authorization", format!("Bearer {}", self.token(role)));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        if body.is_some() && !headers.iter().any(|(name, _)| *name == "content-type") {
            request = request.header("content-type", "application/json");
        }
        self.send(request.body(body.map_or_else(Body::empty, |body| Body::from(body.to_owned()))).unwrap()).await
    }

    pub(crate) async fn get(&self, role: Role, path: &str) -> Came {
        self.ask_with(role, &format!("GET {path}"), &[], None).await
    }

    pub(crate) async fn post(&self, role: Role, path: &str, body: &Value) -> Came {
        self.ask_with(role, &format!("POST {path}"), &[], Some(&body.to_string())).await
    }

    /// A proposal to set T-1's status, filed by a bot; its id, and what approves its card.
    pub(crate) async fn waiting(&self, status: &str) -> (String, Value) {
        let body = json!({"update": {"status": status}});
        let filed = self.post(Role::Bot, "/tickets/T-1/actions/update", &body).await;
        assert_eq!(filed.status, 202, "{filed:?}");
        let id = filed.json()["proposal_id"].as_str().unwrap().to_owned();
        assert_eq!(filed.header("location"), format!("/proposals/{id}"));
        let card = self.get(Role::Agent, &format!("/proposals/{id}/card")).await.json();
        (id, serde_json::json!({"digest": card["digest"], "made_at": card["made_at"]}))
    }
}

/// A request to this desk: `GET /tickets`.
pub(crate) fn asking(line: &str) -> axum::http::request::Builder {
    let (method, path) = line.split_once(' ').unwrap();
    Request::builder().method(method).uri(path).header("host", "localhost")
}

/// A token and the name of its credential.
pub(crate) async fn token(house: &House, name: &str, role: Role, expires_at: Option<Timestamp>) -> (String, String) {
    let wanted = Wanted {
        id: name.parse().unwrap(),
        name: name.to_owned(),
        role,
        scope: Scope::default(),
        expires_at,
        what: What::Token,
    };
    let admin = principal("root", Role::Admin);
    let (credential, token) = access::give(house.store.as_ref(), &admin, &house.run.id, wanted).await.unwrap();
    (credential.id.to_string(), token.unwrap().reveal().to_owned())
}

/// Every refusal is a problem document that names its request.
pub(crate) fn is_problem(came: &Came, status: u16) {
    assert_eq!(came.status.as_u16(), status, "{came:?}");
    assert_eq!(came.header("content-type"), "application/problem+json", "{came:?}");
    let problem = came.json();
    assert_eq!(problem["status"], status);
    assert_eq!(problem["request_id"], came.header("x-request-id"));
    assert!(problem["title"].is_string() && problem["type"].is_string(), "{problem}");
}
