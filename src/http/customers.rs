//! Customers: looked up by everybody who works here, written down and changed by people.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, Uri};
use axum::response::Response;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::desk::Kept;
use crate::domain::call::{OfCustomer, ReadCall};
use crate::domain::customer::Customer;
use crate::domain::dossier::Dossier;
use crate::domain::erasure::{Done, Meant};
use crate::domain::ids::CustomerId;
use crate::domain::keeping::CustomerQuery;
use crate::http::Door;
use crate::http::asked::{Named, Paged};
use crate::http::made;
use crate::http::page;
use crate::http::problem::Problem;
use crate::http::sent::Sent;
use crate::http::sign_in::Signed;
use crate::http::tag;
use crate::random;

/// A page of customers.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CustomerList {
    /// The customers, in the order in which they came.
    customers: Vec<Customer>,
    /// Where the next page begins; nothing where this is the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A page of customers.
pub(crate) async fn list(
    State(door): State<Arc<Door>>,
    signed: Signed,
    uri: Uri,
    Paged { mut query, cursor }: Paged<CustomerQuery>,
) -> Result<Response, Problem> {
    let question = CustomerQuery { limit: 0, ..query.clone() };
    query.behind = cursor.map(|cursor| page::place(&cursor, &question)).transpose()?;
    let customers = door.desk.customers(&signed.caller, &query).await?;
    let next = page::next(&customers, query.limit, &question, |last| last.id.clone());
    Ok(page::answer(&uri, next.clone().as_deref(), &CustomerList { customers, next }))
}

/// A customer, as far as the caller may see one.
pub(crate) async fn one(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Named(customer_id): Named<CustomerId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let answer = door.desk.read(&signed.caller, &ReadCall::GetCustomer(OfCustomer { customer_id })).await?;
    Ok(tag::tagged(&headers, tag::of_content(&answer), Json(&answer)))
}

/// A customer to be written down.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewCustomer {
    /// Identifier; the desk finds one where it is left out.
    #[serde(default)]
    id: Option<CustomerId>,
    /// Name as shown.
    #[schemars(length(min = 1, max = 200))]
    name: String,
    /// Address that replies go to; no two customers have the same.
    #[serde(default)]
    email: String,
    /// What they pay for.
    #[serde(default)]
    plan: String,
    /// Language and region, like `pt-PT`.
    #[serde(default)]
    locale: String,
    /// Customer since.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    since: Option<Date>,
    /// What the desk should know.
    #[serde(default)]
    notes: String,
}

/// Writes a customer down.
pub(crate) async fn create(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Sent(new): Sent<NewCustomer>,
) -> Result<Response, Problem> {
    let NewCustomer { id, name, email, plan, locale, since, notes } = new;
    let own = || random::name::<4>("C").parse();
    let id = id.map_or_else(own, Ok).map_err(|_none| Problem::broken("no name was found for a customer"))?;
    let customer = Customer { id, name, email, plan, locale, since, notes };
    match door.desk.keep_customer(&signed.caller, None, customer).await? {
        Kept::Done(customer) => {
            let customer = door.desk.sight(&signed.caller).customer(customer);
            Ok(made(&format!("/customers/{}", customer.id), tag::of_content(&customer), &customer))
        }
        Kept::Taken => Err(Problem::conflict("a customer of that id or address is at the desk already")),
    }
}

/// What shall be another of a customer; what is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct CustomerChange {
    /// Name as shown. Tickets keep the name that they came in with.
    #[serde(default)]
    name: Option<String>,
    /// Address that replies go to.
    #[serde(default)]
    email: Option<String>,
    /// What they pay for.
    #[serde(default)]
    plan: Option<String>,
    /// Language and region.
    #[serde(default)]
    locale: Option<String>,
    /// What the desk should know.
    #[serde(default)]
    notes: Option<String>,
}

impl CustomerChange {
    fn of(self, was: Customer) -> Customer {
        let Self { name, email, plan, locale, notes } = self;
        Customer {
            name: name.unwrap_or(was.name),
            email: email.unwrap_or(was.email),
            plan: plan.unwrap_or(was.plan),
            locale: locale.unwrap_or(was.locale),
            notes: notes.unwrap_or(was.notes),
            ..was
        }
    }
}

/// Changes a customer.
pub(crate) async fn change(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Named(id): Named<CustomerId>,
    headers: HeaderMap,
    Sent(change): Sent<CustomerChange>,
) -> Result<Response, Problem> {
    let was = door.desk.kept_customer(&signed.caller, &id).await?;
    // What is compared is what the caller was shown.
    let sight = door.desk.sight(&signed.caller);
    tag::must_match(&headers, &tag::of_content(&sight.customer(was.clone())))?;
    let is = change.of(was.clone());
    match door.desk.keep_customer(&signed.caller, Some(was), is).await? {
        Kept::Done(customer) => {
            let customer = sight.customer(customer);
            Ok(tag::tagged(&HeaderMap::new(), tag::of_content(&customer), Json(&customer)))
        }
        Kept::Taken => Err(Problem::conflict("another customer has that address, or somebody was faster")),
    }
}

/// All that the desk knows of a customer.
pub(crate) async fn export(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Named(id): Named<CustomerId>,
) -> Result<Json<Dossier>, Problem> {
    Ok(Json(door.desk.export(&signed.caller, &id).await?))
}

/// Says in so many words whose data is to be erased.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct Confirmation {
    /// The customer's name, id or address, to the letter.
    confirm: String,
}

/// Erases what the desk knows of a customer.
pub(crate) async fn erase(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Named(id): Named<CustomerId>,
    Sent(Confirmation { confirm }): Sent<Confirmation>,
) -> Result<Json<Done>, Problem> {
    let customer = door.desk.erasable(&signed.caller, &id).await?.0;
    let meant = Meant::by(&customer, &confirm)
        .ok_or_else(|| Problem::invalid("`confirm` is the customer's name, id or address, to the letter"))?;
    Ok(Json(door.desk.erase(&signed.caller, &meant).await?))
}
