//! What the desk keeps of its own: customers and articles, as people of the desk change them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::article::Article;
use crate::domain::customer::Customer;
use crate::domain::ids::CustomerId;

/// Which customers, in the order in which they came to the desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CustomerQuery {
    /// Only with this address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Only with these words in the name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// How many at most, 1 to 200.
    #[serde(default = "fifty")]
    #[schemars(with = "i64", range(min = 1, max = 200))]
    pub limit: u32,
    /// Only those that came after this one.
    #[serde(skip)]
    pub behind: Option<CustomerId>,
}

const fn fifty() -> u32 {
    50
}

/// A change of one record, from what it is to what it shall be; where something else stands there, it is refused.
/// (An address that is new to a customer must be nobody else's: replies go there.)
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A customer is new, or is another.
    Customer {
        /// What the desk has; nothing where it is new.
        was: Option<Customer>,
        /// What it shall have.
        is: Customer,
    },
    /// An article is new, is another, or goes.
    Article {
        /// What the desk has; nothing where it is new.
        was: Option<Article>,
        /// What it shall have; nothing where it goes.
        is: Option<Article>,
    },
}

/// The address that this customer did not have before, where it is one.
pub(crate) fn new_address<'a>(was: Option<&Customer>, is: &'a Customer) -> Option<&'a str> {
    let moves = was.is_none_or(|was| was.email != is.email);
    Some(is.email.as_str()).filter(|email| moves && !email.is_empty())
}
