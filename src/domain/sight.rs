//! What a reader sees of a ticket, a customer and a message: a list of fields, the same behind every door.
//!
//! The table is [`Sight::table`]: people who answer see everything, a viewer no address, a program and a model what the
//! policy's `customer_fields` say. `[access.fields]` takes away more, and can give nothing. A field that is withheld is as
//! empty as one that has no value, so that every schema stays true; a message that is withheld keeps its place.
//!
//! From people only a customer's fields can be withheld, and never the name: whoever approves reads every word that a
//! card rests on. What stands in a text (a subject, a message, an argument) is no field: of that, models are told by
//! placeholders ([`crate::domain::redact`]).

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::domain::actor::Role;
use crate::domain::audit::Body;
use crate::domain::customer::Customer;
use crate::domain::policy::{CustomerField, Policy};
use crate::domain::ticket::{Author, Message, Ticket, TicketRow, Visibility};

words! {
    /// A field that can be withheld.
    Field {
        /// The customer's name, on a ticket too.
        CustomerName = "customer.name",
        /// The customer's mail address.
        CustomerEmail = "customer.email",
        /// What they pay for.
        CustomerPlan = "customer.plan",
        /// Language and region.
        CustomerLocale = "customer.locale",
        /// Since when.
        CustomerSince = "customer.since",
        /// What the desk should know of them.
        CustomerNotes = "customer.notes",
        /// The name of whoever wrote on the customer's side.
        MessageName = "message.name",
        /// What the desk wrote for itself.
        MessageInternal = "message.internal",
        /// The names of files that came along.
        MessageAttachments = "message.attachments",
    }
}

words! {
    /// Who reads.
    Reader {
        /// A model that writes for the desk.
        Model = "model",
        /// Another program: it sees at most what a model does.
        Bot = "bot",
        /// Somebody who looks on.
        Viewer = "viewer",
        /// Somebody who answers.
        Agent = "agent",
        /// Somebody who reviews.
        Supervisor = "supervisor",
        /// Whoever runs the desk.
        Admin = "admin",
    }
}

impl From<Role> for Reader {
    fn from(role: Role) -> Self {
        match role {
            Role::Bot => Self::Bot,
            Role::Viewer => Self::Viewer,
            Role::Agent => Self::Agent,
            Role::Supervisor => Self::Supervisor,
            Role::Admin => Self::Admin,
        }
    }
}

impl Reader {
    /// What there is to see before anything is taken away.
    fn sees(self, field: Field, policy: &Policy) -> bool {
        match self {
            Self::Model | Self::Bot => of_customer(field).is_none_or(|field| policy.customer_fields.contains(&field)),
            Self::Viewer => field != Field::CustomerEmail,
            Self::Agent | Self::Supervisor | Self::Admin => true,
        }
    }

    /// Whether this field can be withheld from this reader at all.
    const fn can_lack(self, field: Field) -> bool {
        match self {
            Self::Model | Self::Bot => true,
            Self::Viewer | Self::Agent | Self::Supervisor => {
                of_customer(field).is_some() && !matches!(field, Field::CustomerName)
            }
            Self::Admin => false,
        }
    }
}

const fn of_customer(field: Field) -> Option<CustomerField> {
    match field {
        Field::CustomerName => Some(CustomerField::Name),
        Field::CustomerEmail => Some(CustomerField::Email),
        Field::CustomerPlan => Some(CustomerField::Plan),
        Field::CustomerLocale => Some(CustomerField::Locale),
        Field::CustomerSince => Some(CustomerField::Since),
        Field::CustomerNotes => Some(CustomerField::Notes),
        Field::MessageName | Field::MessageInternal | Field::MessageAttachments => None,
    }
}

/// What is withheld from whom beyond the table, as the configuration says.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Withheld {
    /// From models, and so from programs.
    pub model: Vec<Field>,
    /// From programs.
    pub bot: Vec<Field>,
    /// From those who look on.
    pub viewer: Vec<Field>,
    /// From those who answer.
    pub agent: Vec<Field>,
    /// From those who review.
    pub supervisor: Vec<Field>,
}

impl Withheld {
    fn from(&self, reader: Reader) -> &[Field] {
        match reader {
            Reader::Model => &self.model,
            Reader::Bot => &self.bot,
            Reader::Viewer => &self.viewer,
            Reader::Agent => &self.agent,
            Reader::Supervisor => &self.supervisor,
            Reader::Admin => &[],
        }
    }

    /// The first that cannot be withheld, if there is one.
    #[must_use]
    pub fn impossible(&self) -> Option<(Reader, Field)> {
        let each = |reader: &Reader| self.from(*reader).iter().map(|field| (*reader, *field)).collect::<Vec<_>>();
        Reader::ALL.iter().flat_map(each).find(|(reader, field)| !reader.can_lack(*field))
    }
}

/// What somebody sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sight {
    /// A bit for each field, by its place.
    fields: u16,
}

impl Sight {
    /// Of a reader, as the rules of this desk are.
    #[must_use]
    pub fn of(reader: Reader, policy: &Policy) -> Self {
        let lacks = policy.withheld.from(reader);
        let seen = Field::ALL.iter().filter(|field| reader.sees(**field, policy) && !lacks.contains(field));
        let own = Self { fields: seen.fold(0, |fields, field| fields | bit(*field)) };
        if reader == Reader::Bot { own.and(Self::of(Reader::Model, policy)) } else { own }
    }

    /// What both see.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self { fields: self.fields & other.fields }
    }

    /// Whether `other` sees all of this.
    #[must_use]
    pub const fn is_within(self, other: Self) -> bool {
        self.fields & other.fields == self.fields
    }

    /// Whether this field is seen.
    #[must_use]
    pub const fn shows(self, field: Field) -> bool {
        self.fields & bit(field) != 0
    }

    /// A customer's record as it is seen.
    #[must_use]
    pub fn customer(self, customer: Customer) -> Customer {
        let Customer { id, name, email, plan, locale, since, notes } = customer;
        let kept = |field, text: String| if self.shows(field) { text } else { String::new() };
        Customer {
            id,
            name: kept(Field::CustomerName, name),
            email: kept(Field::CustomerEmail, email),
            plan: kept(Field::CustomerPlan, plan),
            locale: kept(Field::CustomerLocale, locale),
            since: since.filter(|_| self.shows(Field::CustomerSince)),
            notes: kept(Field::CustomerNotes, notes),
        }
    }

    /// A ticket's row as it is seen.
    #[must_use]
    pub fn row(self, mut row: TicketRow) -> TicketRow {
        if !self.shows(Field::CustomerName) {
            row.customer_name.clear();
        }
        row
    }

    /// A ticket as it is seen.
    #[must_use]
    pub fn ticket(self, mut ticket: Ticket) -> Ticket {
        ticket.row = self.row(ticket.row);
        ticket.thread.iter_mut().for_each(|message| self.message(message));
        ticket
    }

    fn message(self, message: &mut Message) {
        if !self.shows(Field::MessageName) && message.author == Author::Customer {
            message.name.clear();
        }
        if !self.shows(Field::MessageInternal) && message.visibility == Visibility::Internal {
            message.body.clear();
            message.attachments.clear();
        }
        if !self.shows(Field::MessageAttachments) {
            message.attachments.clear();
        }
    }

    /// What was said in a record of the log, as it is seen: the customers in it have the fields that are shown.
    #[must_use]
    pub fn body(self, mut body: Body) -> Body {
        let hidden: Vec<&str> =
            Field::ALL.iter().filter(|field| !self.shows(**field)).map(|field| name(*field)).collect();
        if !hidden.is_empty() {
            let mut result = body.result.value().into_owned();
            blank(&mut result, &hidden);
            body.result = result.into();
            blank(&mut body.arguments, &hidden);
        }
        body
    }

    /// The table as Markdown: a field a row, a reader a column.
    #[must_use]
    pub fn table(policy: &Policy) -> String {
        let line = |first: &str, each: &dyn Fn(Reader) -> &'static str| {
            let cells: Vec<_> = Reader::ALL.iter().map(|reader| format!(" {:<10} |", each(*reader))).collect();
            format!("| {first:<19} |{}\n", cells.concat())
        };
        let rule = format!("| {:-<19} |{}\n", "", format!(" {:-<10} |", "").repeat(Reader::ALL.len()));
        let row = |field: &Field| {
            line(field.as_str(), &|reader| if Self::of(reader, policy).shows(*field) { "yes" } else { "-" })
        };
        let rows: Vec<_> = Field::ALL.iter().map(row).collect();
        format!("{}{rule}{}", line("", &|reader| reader.as_str()), rows.concat())
    }
}

const fn bit(field: Field) -> u16 {
    1 << field as u16
}

/// A field's name in JSON.
fn name(field: Field) -> &'static str {
    field.as_str().split_once('.').map_or("", |(_, name)| name)
}

/// Empties these fields of every customer in a value, and of what customers were looked for by.
fn blank(value: &mut Value, hidden: &[&str]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| blank(item, hidden)),
        Value::Object(fields) => {
            let is_customer = fields.contains_key("email");
            for (name, field) in fields.iter_mut() {
                if is_customer && hidden.contains(&name.as_str()) && name != "name" {
                    *field = if field.is_string() { "".into() } else { Value::Null };
                } else {
                    blank(field, hidden);
                }
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn shown(reader: Reader, policy: &Policy) -> Vec<&'static str> {
        let sight = Sight::of(reader, policy);
        Field::ALL.iter().filter(|field| sight.shows(**field)).map(|field| field.as_str()).collect()
    }

    #[test]
    fn people_who_answer_see_all_a_viewer_no_address_and_a_program_less() {
        let policy = Policy::default();
        for reader in [Reader::Agent, Reader::Supervisor, Reader::Admin] {
            assert_eq!(shown(reader, &policy).len(), Field::ALL.len());
        }
        assert!(!shown(Reader::Viewer, &policy).contains(&"customer.email"));
        assert_eq!(shown(Reader::Viewer, &policy).len(), Field::ALL.len() - 1);
        for reader in [Reader::Bot, Reader::Model] {
            let shown = shown(reader, &policy);
            assert!(!shown.contains(&"customer.email") && !shown.contains(&"customer.notes"), "{shown:?}");
        }
        let table = Sight::table(&policy);
        let email = table.lines().find(|line| line.contains("customer.email")).unwrap();
        let cells: Vec<_> = email.split('|').skip(2).map(str::trim).collect();
        assert_eq!(cells[..6], ["-", "-", "-", "yes", "yes", "yes"]);
    }

    #[test]
    fn a_desk_can_only_take_away_and_a_program_sees_at_most_what_a_model_does() {
        for reader in Reader::ALL {
            for field in Field::ALL {
                let all = vec![*field];
                let withheld = match reader {
                    Reader::Model => Withheld { model: all, ..Withheld::default() },
                    Reader::Bot => Withheld { bot: all, ..Withheld::default() },
                    Reader::Viewer => Withheld { viewer: all, ..Withheld::default() },
                    Reader::Agent => Withheld { agent: all, ..Withheld::default() },
                    Reader::Supervisor => Withheld { supervisor: all, ..Withheld::default() },
                    Reader::Admin => continue,
                };
                let policy = Policy { withheld, ..Policy::default() };
                for other in Reader::ALL {
                    assert!(Sight::of(*other, &policy).is_within(Sight::of(*other, &Policy::default())));
                }
                assert!(!Sight::of(*reader, &policy).shows(*field));
                assert!(Sight::of(Reader::Bot, &policy).is_within(Sight::of(Reader::Model, &policy)));
            }
        }
    }

    #[test]
    fn from_who_approves_no_word_can_be_withheld() {
        for (field, possible) in [
            (Field::MessageInternal, false),
            (Field::MessageName, false),
            (Field::CustomerName, false),
            (Field::CustomerEmail, true),
        ] {
            let withheld = Withheld { agent: vec![field], ..Withheld::default() };
            assert_eq!(withheld.impossible().is_none(), possible, "{field}");
            assert_eq!(Withheld { bot: vec![field], ..Withheld::default() }.impossible(), None);
        }
    }

    #[test]
    fn a_message_that_is_withheld_keeps_its_place() {
        let ticket: Ticket = serde_json::from_value(json!({
            "id": "T-1", "subject": "s", "status": "open", "priority": "low", "tags": [], "assignee": null,
            "customer_id": "C-1", "customer_name": "Ana", "created_at": "2026-01-01T00:00:00Z",
            "updated_at": "2026-01-01T00:00:00Z", "due_at": null, "messages": 2, "version": 1, "sample": false,
            "thread": [
                {"at": "2026-01-01T00:00:00Z", "author": "customer", "name": "Ana", "visibility": "public", "body": "Hi",
                 "attachments": [{"name": "id.png", "mime": "image/png", "size": 1}]},
                {"at": "2026-01-01T00:00:00Z", "author": "agent", "name": "Maya", "visibility": "internal", "body": "Hm"},
            ],
        }))
        .unwrap();
        let withheld = Withheld {
            bot: vec![Field::CustomerName, Field::MessageName, Field::MessageInternal, Field::MessageAttachments],
            ..Withheld::default()
        };
        let policy = Policy { withheld, ..Policy::default() };
        let seen = Sight::of(Reader::Bot, &policy).ticket(ticket.clone());
        assert_eq!((seen.row.customer_name.as_str(), seen.thread.len()), ("", 2));
        assert_eq!((seen.thread[0].name.as_str(), seen.thread[0].body.as_str()), ("", "Hi"));
        assert_eq!((seen.thread[1].name.as_str(), seen.thread[1].body.as_str()), ("Maya", ""));
        assert!(seen.thread[0].attachments.is_empty());
        assert_eq!(Sight::of(Reader::Agent, &policy).ticket(ticket.clone()), ticket);
    }

    #[test]
    fn the_log_says_no_more_than_the_desk_would() {
        let withheld = Withheld { agent: vec![Field::CustomerEmail], ..Withheld::default() };
        let policy = Policy { withheld, ..Policy::default() };
        let body = Body {
            arguments: json!({"is": {"id": "C-1", "name": "Ana", "email": "a@b", "plan": "x"}, "email": "a@b"}),
            result: json!([{"id": "C-1", "name": "Ana", "email": "a@b"}]).into(),
            ..Body::default()
        };
        let seen = Sight::of(Reader::Agent, &policy).body(body.clone());
        assert!(!seen.text().contains("a@b") && seen.text().contains("Ana"), "{}", seen.text());
        assert_eq!(Sight::of(Reader::Admin, &policy).body(body.clone()), body);
    }
}
