//! Rows of our own schema: customers, articles, canned replies and tickets, strictly typed.

use jiff::Timestamp;
use serde_json::Value;

use crate::domain::article::{Article, CannedReply};
use crate::domain::customer::Customer;
use crate::domain::intake::{Intake, NewCustomer, NewTicket};
use crate::domain::text;
use crate::domain::ticket::{Attachment, Author, Message, Priority, Status, Visibility};
use crate::import::basket::Basket;
use crate::import::html;
use crate::import::limits::{self, Reason};
use crate::import::map::Kind;
use crate::import::object::Object;

const TICKET: &[&str] = &[
    "id",
    "subject",
    "status",
    "priority",
    "tags",
    "assignee",
    "customer",
    "customer_name",
    "customer_email",
    "channel",
    "created_at",
    "due_at",
    "messages",
];
const CUSTOMER: &[&str] = &["id", "name", "email", "plan", "locale", "since", "notes"];
const ARTICLE: &[&str] = &["id", "title", "body", "tags", "updated_at"];
const CANNED: &[&str] = &["id", "title", "body", "tags"];

/// The row, after its kind has been seen from its fields.
pub(super) fn intake(value: &Value, bytes: &[u8], stem: &str, basket: &mut Basket<'_>) -> Result<Intake, Reason> {
    let row = Object::new(value, "")?;
    let kind = kind(&row, stem)?;
    leave_out(&row, kind, basket);
    match kind {
        Kind::Ticket => ticket(&row, bytes, basket.default_time).map(|ticket| Intake::Ticket(Box::new(ticket))),
        Kind::Customer => customer(&row).map(Intake::Customer),
        Kind::Article => article(&row, basket).map(Intake::Article),
        Kind::Canned => canned(&row).map(Intake::Canned),
    }
}

/// Articles have a time and canned replies have none; without it, placeholders, ids and the file's name decide.
fn kind(row: &Object<'_>, stem: &str) -> Result<Kind, Reason> {
    if row.has("messages") || row.has("subject") || row.has("status") {
        return Ok(Kind::Ticket);
    }
    if row.has("email") {
        return Ok(Kind::Customer);
    }
    if !row.has("title") || !row.has("body") {
        let keys = row.keys().take(8).map(|key| format!("`{}`", text::short(key, 24))).collect::<Vec<_>>().join(", ");
        return Err(format!(
            "neither ticket, customer, article nor canned reply; it has {keys}; a map can name its fields"
        ));
    }
    let looks_canned = row.long("body")?.is_some_and(|body| body.contains("{{"))
        || row.maybe("id")?.is_some_and(|id| id.starts_with("M-"))
        || stem.starts_with("canned");
    Ok(if looks_canned && !row.has("updated_at") { Kind::Canned } else { Kind::Article })
}

fn leave_out(row: &Object<'_>, kind: Kind, basket: &mut Basket<'_>) {
    let known = match kind {
        Kind::Ticket => TICKET,
        Kind::Customer => CUSTOMER,
        Kind::Article => ARTICLE,
        Kind::Canned => CANNED,
    };
    for key in row.keys().filter(|key| !known.contains(key)) {
        basket.skip(&format!("field `{}` of a {kind} has no place here", text::short(key, 40)));
    }
}

fn ticket(row: &Object<'_>, bytes: &[u8], default_time: Timestamp) -> Result<NewTicket, Reason> {
    let said = row.time("created_at")?;
    let mut messages: Vec<Message> =
        row.objects("messages")?.iter().map(|m| message(m, said.unwrap_or(default_time))).collect::<Result<_, _>>()?;
    messages.sort_by_key(|message| message.at);
    let first = messages.first().ok_or("the thread is empty: `messages` has no message")?.at;
    Ok(NewTicket {
        external_id: row.maybe("id")?.map_or_else(|| limits::digest(bytes), str::to_owned),
        subject: limits::subject(row.long("subject")?.unwrap_or_default())?,
        status: row.word("status", Status::New)?,
        priority: row.word("priority", Priority::Normal)?,
        tags: row.words("tags")?,
        assignee: row.maybe("assignee")?.map(str::to_owned),
        customer: whose(row)?,
        created_at: said.unwrap_or(first),
        due_at: row.time("due_at")?,
        messages,
    })
}

/// A customer's id, or a name and address: as an object, or beside the ticket's own fields.
fn whose(row: &Object<'_>) -> Result<NewCustomer, Reason> {
    if let Some(customer) = row.object("customer") {
        let (name, email) = (customer.text_or_empty("name")?, customer.text_or_empty("email")?);
        if let Some(id) = customer.maybe("id")?.filter(|_| name.is_empty() && email.is_empty()) {
            return Ok(NewCustomer::Known(id.to_owned()));
        }
        return contact(name, email);
    }
    if let Some(id) = row.maybe("customer")? {
        return Ok(NewCustomer::Known(id.to_owned()));
    }
    let (name, email) = (row.text_or_empty("customer_name")?, row.text_or_empty("customer_email")?);
    contact(name, email)
}

fn contact(name: String, email: String) -> Result<NewCustomer, Reason> {
    if name.is_empty() && email.is_empty() {
        return Err("`customer` is missing".into());
    }
    Ok(NewCustomer::Contact { name, email })
}

fn message(row: &Object<'_>, default_time: Timestamp) -> Result<Message, Reason> {
    let body = match (row.long("body")?, row.long("html")?) {
        (Some(body), _) => limits::body(body)?,
        (None, Some(html)) => html::text(&limits::body(html)?)?,
        (None, None) => return Err("a message has neither `body` nor `html`".into()),
    };
    Ok(Message {
        at: row.time("at")?.unwrap_or(default_time),
        author: row.text("author")?.parse::<Author>().map_err(|error| format!("author {error}"))?,
        name: row.text_or_empty("name")?,
        visibility: row.word("visibility", Visibility::Public)?,
        body,
        attachments: row.objects("attachments")?.iter().map(attachment).collect::<Result<_, _>>()?,
    })
}

fn attachment(row: &Object<'_>) -> Result<Attachment, Reason> {
    let (name, mime) = (row.text("name")?.to_owned(), row.text("mime")?.to_owned());
    Ok(Attachment { name, mime, size: row.number("size")? })
}

fn customer(row: &Object<'_>) -> Result<Customer, Reason> {
    let since = row.maybe("since")?.map(str::parse).transpose();
    Ok(Customer {
        id: row.text("id")?.parse().map_err(|error| format!("id {error}"))?,
        name: row.text("name")?.to_owned(),
        email: row.text("email")?.to_owned(),
        plan: row.text_or_empty("plan")?,
        locale: row.text_or_empty("locale")?,
        since: since.map_err(|_parse: jiff::Error| "`since` is not a date like 2024-05-14")?,
        notes: row.text_or_empty("notes")?,
    })
}

fn article(row: &Object<'_>, basket: &mut Basket<'_>) -> Result<Article, Reason> {
    let id = row.text("id")?;
    let article = Article {
        id: id.parse().map_err(|error| format!("id {error}"))?,
        title: limits::subject(row.text("title")?)?,
        body: limits::body(row.long("body")?.unwrap_or_default())?,
        tags: row.words("tags")?,
        updated_at: row.time("updated_at")?,
    };
    basket.take_article_id(id, id)?;
    Ok(article)
}

fn canned(row: &Object<'_>) -> Result<CannedReply, Reason> {
    Ok(CannedReply {
        id: row.text("id")?.parse().map_err(|error| format!("id {error}"))?,
        title: limits::subject(row.text("title")?)?,
        body: limits::body(row.long("body")?.unwrap_or_default())?,
        tags: row.words("tags")?,
    })
}
