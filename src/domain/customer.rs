//! Customers.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::erasure::ERASED;
use crate::domain::ids::CustomerId;

/// A person or firm that writes to the desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Customer {
    /// Identifier.
    pub id: CustomerId,
    /// Name as shown.
    pub name: String,
    /// Address that replies go to.
    pub email: String,
    /// What they pay for.
    #[serde(default)]
    pub plan: String,
    /// Language and region, like `pt-PT`.
    #[serde(default)]
    pub locale: String,
    /// Customer since.
    #[serde(default)]
    #[schemars(with = "Option<String>")]
    pub since: Option<Date>,
    /// What the desk should know.
    #[serde(default)]
    pub notes: String,
}

impl Customer {
    /// Whether what the desk knew of them was erased.
    #[must_use]
    pub fn is_erased(&self) -> bool {
        self.name == ERASED && self.email.is_empty()
    }
}
