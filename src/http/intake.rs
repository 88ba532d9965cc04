//! Tickets that come in from elsewhere: a form, a gateway, another desk.

use std::sync::Arc;

use axum::Extension;
use axum::extract::State;
use axum::response::Response;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::clock;
use crate::desk::Kept;
use crate::domain::ids::{CustomerId, PrincipalId, TicketId};
use crate::domain::intake::{self, NewTicket};
use crate::domain::ticket::{Author, Message, Priority, Status, Visibility};
use crate::http::Door;
use crate::http::made;
use crate::http::once::Once;
use crate::http::problem::Problem;
use crate::http::sent::Sent;
use crate::http::sign_in::Signed;
use crate::http::tag;
use crate::random;

/// A customer that the desk finds by address, or takes in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Contact {
    /// Name as shown.
    #[serde(default)]
    name: String,
    /// Mail address.
    #[serde(default)]
    email: String,
}

/// A ticket that comes in.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Incoming {
    /// Its name where it comes from: the same one is taken in once.
    #[serde(default)]
    external_id: Option<String>,
    /// One line.
    #[schemars(length(min = 1, max = 200))]
    subject: String,
    /// What the customer wrote.
    #[schemars(length(min = 1))]
    body: String,
    /// Whose it is, where the desk knows them; this or `customer`.
    #[serde(default)]
    customer_id: Option<CustomerId>,
    /// Whose it is; this or `customer_id`.
    #[serde(default)]
    customer: Option<Contact>,
    /// How much it hurts.
    #[serde(default = "normal")]
    priority: Priority,
    /// Labels.
    #[serde(default)]
    tags: Vec<String>,
    /// Who works on it.
    #[serde(default)]
    assignee: Option<PrincipalId>,
}

const fn normal() -> Priority {
    Priority::Normal
}

impl Incoming {
    /// The ticket, called so where it comes without a name.
    fn into_ticket(self, called: Option<String>) -> Result<NewTicket, Problem> {
        let Self { external_id, subject, body, customer_id, customer, priority, tags, assignee } = self;
        let (name, customer) = match (customer_id, customer) {
            (Some(id), None) => (id.to_string(), intake::NewCustomer::Known(id.into())),
            (None, Some(Contact { name, email })) => {
                let shown = if name.trim().is_empty() { email.clone() } else { name.clone() };
                (shown, intake::NewCustomer::Contact { name, email })
            }
            (None, None) | (Some(_), Some(_)) => {
                return Err(Problem::invalid("give `customer_id` or `customer`, one of them"));
            }
        };
        let at = clock::now();
        let message = Message {
            at,
            author: Author::Customer,
            name,
            visibility: Visibility::Public,
            body,
            attachments: Vec::new(),
        };
        Ok(NewTicket {
            external_id: external_id.or(called).unwrap_or_else(|| random::name::<8>("http")),
            subject,
            status: Status::New,
            priority,
            tags,
            assignee: assignee.map(String::from),
            customer,
            created_at: at,
            due_at: None,
            messages: vec![message],
        })
    }
}

/// A ticket that was taken in.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct TakenIn {
    /// What it is called here.
    id: TicketId,
    /// Its version.
    #[schemars(with = "i64")]
    version: u64,
}

/// Takes a ticket in.
pub(crate) async fn create(
    State(door): State<Arc<Door>>,
    signed: Signed,
    once: Option<Extension<Once>>,
    Sent(incoming): Sent<Incoming>,
) -> Result<Response, Problem> {
    // A request that is done once makes one ticket, although its answer was lost before it could be kept.
    let name = once.map(|Extension(Once(digest))| format!("once-{digest}")).filter(|_| incoming.external_id.is_none());
    let id = match (door.desk.take_in(&signed.caller, incoming.into_ticket(name.clone())?).await?, name) {
        (Kept::Done(id), _) => Some(id),
        (Kept::Taken, Some(name)) => door.desk.store().ticket_known_as(&name).await?,
        (Kept::Taken, None) => None,
    };
    let id = id.ok_or_else(|| Problem::conflict("a ticket of that `external_id` is at the desk already"))?;
    Ok(made(&format!("/tickets/{id}"), tag::of_version(1), &TakenIn { id, version: 1 }))
}
