//! Maps: how the rows of somebody else's files become ours.

use std::collections::BTreeMap;
use std::path::Path;

use serde::Deserialize;
use serde::de::{self, Deserializer, MapAccess, Visitor};

use crate::domain::text;
use crate::domain::ticket::{Author, Visibility};
use crate::import::ReadError;
use crate::import::limits::REASON;

words! {
    /// What the rows of a file are.
    Kind {
        /// Tickets.
        Ticket = "ticket",
        /// Articles.
        Article = "article",
        /// Customers.
        Customer = "customer",
        /// Canned replies.
        Canned = "canned",
    }
}

words! {
    /// A field of ours that a map fills.
    Field {
        /// Names the row in its source.
        Id = "id",
        /// Subject of a ticket.
        Subject = "subject",
        /// Title of an article or a canned reply.
        Title = "title",
        /// Text.
        Body = "body",
        /// Status of a ticket.
        Status = "status",
        /// Priority of a ticket.
        Priority = "priority",
        /// Labels: a list, or text parted by `;` or `,`.
        Tags = "tags",
        /// Who works on a ticket.
        Assignee = "assignee",
        /// Id of a known customer.
        Customer = "customer",
        /// Customer's name.
        CustomerName = "customer_name",
        /// Customer's address.
        CustomerEmail = "customer_email",
        /// When a ticket came in.
        CreatedAt = "created_at",
        /// When an answer is owed.
        DueAt = "due_at",
        /// When an article last changed.
        UpdatedAt = "updated_at",
        /// Name of a customer row.
        Name = "name",
        /// Address of a customer row.
        Email = "email",
        /// What a customer pays for.
        Plan = "plan",
        /// Language and region of a customer.
        Locale = "locale",
        /// Customer since.
        Since = "since",
        /// Notes on a customer.
        Notes = "notes",
    }
}

words! {
    /// Which files a map is for.
    Layout {
        /// JSON or tables.
        Rows = "rows",
        /// One plain text a file, with the fields `/file`, `/subject`, `/from`, `/date` and `/body`.
        Text = "text",
    }
}

/// How the rows of a file become ours.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Map {
    /// What the rows are.
    pub kind: Kind,
    /// Which files it is for.
    #[serde(default = "rows")]
    pub layout: Layout,
    /// Where each field comes from.
    pub fields: BTreeMap<Field, Pick>,
    /// Where the messages come from; without it the one message is the body.
    #[serde(default)]
    pub thread: Option<Thread>,
}

/// Where one field comes from; in TOML a text alone stands for `from`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pick {
    /// A JSON pointer like `/events/0/t`, or the name of a column.
    pub from: Option<String>,
    /// Takes only so many characters.
    pub first: Option<usize>,
    /// Takes only the capitalised words after one of these.
    pub name_after: Vec<String>,
    /// Other words for some values.
    pub values: BTreeMap<String, String>,
    /// What stands where nothing was found: a constant, in which `{n}` is the row's number and `{file}` the file's name.
    pub default: Option<String>,
}

/// Where the messages of a ticket come from.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Thread {
    /// Points to the list of events.
    pub list: String,
    /// Points, in an event, to its time; an event without one has the time of the one before.
    #[serde(default)]
    pub at: Option<String>,
    /// Points, in an event, to its role.
    pub role: String,
    /// What becomes of an event of each role; others are bad.
    pub roles: BTreeMap<String, Event>,
    /// A subject of fewer words is a greeting: the customer's first message with so many stands in its place.
    #[serde(default)]
    pub subject_words: usize,
}

/// What becomes of an event.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Event {
    /// Which side it counts for.
    pub author: Author,
    /// Who may read it.
    #[serde(default = "public")]
    pub visibility: Visibility,
    /// Name of the writer; the customer's own when absent.
    #[serde(default)]
    pub name: Option<String>,
    /// Points, in an event, to what makes its text; objects become `key: value` lines.
    pub text: Vec<String>,
}

const fn rows() -> Layout {
    Layout::Rows
}

const fn public() -> Visibility {
    Visibility::Public
}

/// The maps that come with the program.
const SHIPPED: [(&str, &str); 4] = [
    ("star", include_str!("../../assets/import/star.toml")),
    ("tau2", include_str!("../../assets/import/tau2.toml")),
    ("banking77", include_str!("../../assets/import/banking77.toml")),
    ("mail-text", include_str!("../../assets/import/mail-text.toml")),
];

impl Map {
    /// A shipped map by its name, else the one in a file.
    ///
    /// # Errors
    /// When there is no such file, or it is no map.
    pub fn find(name: &Path) -> Result<Self, ReadError> {
        match SHIPPED.iter().find(|(shipped, _)| Path::new(shipped) == name) {
            Some((_, toml)) => Self::parse(toml).map_err(|reason| ReadError::Map { path: name.to_owned(), reason }),
            None => Self::open(name),
        }
    }

    /// Reads a map from a TOML file.
    ///
    /// # Errors
    /// When the file cannot be read or is not a map.
    pub fn open(path: &Path) -> Result<Self, ReadError> {
        let toml = std::fs::read_to_string(path).map_err(|source| ReadError::Io { path: path.to_owned(), source })?;
        Self::parse(&toml).map_err(|reason| ReadError::Map { path: path.to_owned(), reason })
    }

    /// Reads a map from TOML.
    ///
    /// # Errors
    /// In words, escaped, with the line.
    pub fn parse(toml: &str) -> Result<Self, String> {
        toml::from_str(toml).map_err(|error| {
            let line = error.span().map_or(1, |span| toml[..span.start.min(toml.len())].matches('\n').count() + 1);
            text::short(&format!("line {line}: {}", error.message()), REASON)
        })
    }

    /// The map of a table whose columns have our own names.
    pub(super) fn of_columns<'c>(names: impl Iterator<Item = &'c str>) -> Self {
        let pick = |name: &str| Pick { from: Some(name.to_owned()), ..Pick::default() };
        let fields = names.filter_map(|name| Some((name.parse::<Field>().ok()?, pick(name)))).collect();
        Self { kind: Kind::Ticket, layout: Layout::Rows, fields, thread: None }
    }
}

/// The long form of a [`Pick`].
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LongPick {
    from: Option<String>,
    first: Option<usize>,
    #[serde(default)]
    name_after: Vec<String>,
    #[serde(default)]
    values: BTreeMap<String, String>,
    default: Option<String>,
}

impl<'de> Deserialize<'de> for Pick {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(PickVisitor)
    }
}

/// Written by hand, since an untagged enum would hide which key is wrong.
struct PickVisitor;

impl<'de> Visitor<'de> for PickVisitor {
    type Value = Pick;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("a pointer, a column, or a table with from, first, name_after, values, default")
    }

    fn visit_str<E: de::Error>(self, from: &str) -> Result<Pick, E> {
        Ok(Pick { from: Some(from.to_owned()), ..Pick::default() })
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Pick, A::Error> {
        let LongPick { from, first, name_after, values, default } =
            LongPick::deserialize(de::value::MapAccessDeserializer::new(map))?;
        Ok(Pick { from, first, name_after, values, default })
    }
}
