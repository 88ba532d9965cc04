//! Names of things, a page at a time: what a list shows and what somebody types the beginning of.

words! {
    /// What goes by a name.
    Named {
        /// Tickets.
        Ticket = "ticket",
        /// Articles.
        Article = "article",
        /// People of the desk.
        Person = "person",
    }
}

/// Which names: by id, in the order of their bytes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NamePage {
    /// Only ids that begin so.
    pub prefix: String,
    /// Only ids behind this one.
    pub after: Option<String>,
    /// How many at most.
    pub limit: u32,
}

/// A name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name {
    /// The id.
    pub id: String,
    /// The subject, the title, the person's name: as it came, not escaped.
    pub title: String,
}
