//! Customers.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Response;

use crate::domain::call::{OfCustomer, ReadCall};
use crate::domain::ids::CustomerId;
use crate::http::Door;
use crate::http::asked::Named;
use crate::http::problem::Problem;
use crate::http::sign_in::Signed;
use crate::http::tag;

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
