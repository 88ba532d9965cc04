//! Rows of somebody else's files, read by a map.

use jiff::Timestamp;
use serde_json::Value;

use crate::domain::article::{Article, CannedReply};
use crate::domain::customer::Customer;
use crate::domain::intake::{Intake, NewCustomer, NewTicket};
use crate::domain::ticket::{Author, Message, Priority, Status, Visibility};
use crate::import::basket::Basket;
use crate::import::events;
use crate::import::limits::{self, Reason};
use crate::import::map::{Field, Kind, Map, Pick};
use crate::import::object::kind;

/// The row as the map sees it.
pub(super) fn intake(value: &Value, map: &Map, stem: &str, basket: &mut Basket<'_>) -> Result<Intake, Reason> {
    basket.count += 1;
    let row = Row { value, map, stem, number: basket.count, default_time: basket.default_time };
    match map.kind {
        Kind::Ticket => row.ticket().map(|ticket| Intake::Ticket(Box::new(ticket))),
        Kind::Customer => row.customer().map(Intake::Customer),
        Kind::Article => row.article(basket).map(Intake::Article),
        Kind::Canned => row.canned().map(Intake::Canned),
    }
}

struct Row<'a> {
    value: &'a Value,
    map: &'a Map,
    stem: &'a str,
    number: usize,
    default_time: Timestamp,
}

impl Row<'_> {
    fn ticket(&self) -> Result<NewTicket, Reason> {
        let customer = self.whose()?;
        let created_at = self.time(Field::CreatedAt)?;
        let start = created_at.unwrap_or(self.default_time);
        let messages = self.messages(&customer, start)?;
        let first = messages.first().ok_or("the thread is empty")?.at;
        Ok(NewTicket {
            external_id: self.text(Field::Id)?.unwrap_or_else(|| limits::digest(self.value.to_string().as_bytes())),
            subject: limits::subject(&self.subject(&messages)?)?,
            status: self.word(Field::Status, Status::New)?,
            priority: self.word(Field::Priority, Priority::Normal)?,
            tags: self.list(Field::Tags)?,
            assignee: self.text(Field::Assignee)?,
            customer,
            created_at: created_at.unwrap_or(first),
            due_at: self.time(Field::DueAt)?,
            messages,
        })
    }

    /// The subject; where that is but a greeting, what the customer says first beyond it.
    fn subject(&self, messages: &[Message]) -> Result<String, Reason> {
        let picked = self.long(Field::Subject)?.unwrap_or_default();
        let least = self.map.thread.as_ref().map_or(0, |thread| thread.subject_words);
        let says_enough = |text: &&str| text.split_whitespace().count() >= least;
        let pick = self.map.fields.get(&Field::Subject);
        if says_enough(&picked.as_str()) {
            return Ok(picked);
        }
        let mut said = messages.iter().filter(|m| m.author == Author::Customer).map(|m| m.body.as_str());
        let telling = said.find(says_enough).and_then(|text| pick.and_then(|pick| pick.take(text)));
        Ok(telling.unwrap_or(picked))
    }

    fn whose(&self) -> Result<NewCustomer, Reason> {
        if let Some(id) = self.text(Field::Customer)? {
            return Ok(NewCustomer::Known(id));
        }
        let email = self.text(Field::CustomerEmail)?.unwrap_or_default();
        let name = self.text(Field::CustomerName)?.unwrap_or_else(|| email.clone());
        let name = if name.is_empty() { "Unknown customer".into() } else { name };
        Ok(NewCustomer::Contact { name, email })
    }

    fn messages(&self, customer: &NewCustomer, start: Timestamp) -> Result<Vec<Message>, Reason> {
        let name = match customer {
            NewCustomer::Known(id) => id,
            NewCustomer::Contact { name, .. } => name,
        };
        if let Some(thread) = &self.map.thread {
            return events::messages(self.value, thread, name, start);
        }
        let body = limits::body(&self.long(Field::Body)?.ok_or("the thread is empty: there is no `body`")?)?;
        Ok(vec![Message {
            at: start,
            author: Author::Customer,
            name: name.clone(),
            visibility: Visibility::Public,
            body,
            attachments: Vec::new(),
        }])
    }

    fn customer(&self) -> Result<Customer, Reason> {
        let since = self.text(Field::Since)?.map(|text| text.parse()).transpose();
        Ok(Customer {
            id: self.must(Field::Id)?.parse().map_err(|error| format!("id {error}"))?,
            name: self.must(Field::Name)?,
            email: self.text(Field::Email)?.unwrap_or_default(),
            plan: self.text(Field::Plan)?.unwrap_or_default(),
            locale: self.text(Field::Locale)?.unwrap_or_default(),
            since: since.map_err(|_parse: jiff::Error| "`since` is not a date like 2024-05-14")?,
            notes: self.text(Field::Notes)?.unwrap_or_default(),
        })
    }

    fn article(&self, basket: &mut Basket<'_>) -> Result<Article, Reason> {
        let name = self.must(Field::Id)?;
        let (title, body) = self.titled()?;
        let (tags, updated_at) = (self.list(Field::Tags)?, self.time(Field::UpdatedAt)?);
        let id = basket.take_article_id(&name, &limits::article_id(&name))?;
        Ok(Article { id: id.parse().map_err(|error| format!("id {error}"))?, title, body, tags, updated_at })
    }

    fn canned(&self) -> Result<CannedReply, Reason> {
        let (title, body) = self.titled()?;
        let id = self.must(Field::Id)?.parse().map_err(|error| format!("id {error}"))?;
        Ok(CannedReply { id, title, body, tags: self.list(Field::Tags)? })
    }

    fn titled(&self) -> Result<(String, String), Reason> {
        let body = self.long(Field::Body)?.ok_or("`body` is missing")?;
        Ok((limits::subject(&self.must(Field::Title)?)?, limits::body(&body)?))
    }

    fn must(&self, field: Field) -> Result<String, Reason> {
        self.text(field)?.ok_or_else(|| format!("`{field}` is missing"))
    }

    fn word<W: std::str::FromStr>(&self, field: Field, default: W) -> Result<W, Reason>
    where
        W::Err: std::fmt::Display,
    {
        self.text(field)?.map_or(Ok(default), |word| word.trim().parse().map_err(|error| format!("{field} {error}")))
    }

    fn time(&self, field: Field) -> Result<Option<Timestamp>, Reason> {
        self.text(field)?.map(|text| limits::loose_time(field.as_str(), &text)).transpose()
    }

    fn text(&self, field: Field) -> Result<Option<String>, Reason> {
        self.long(field)?.map(|text| limits::field(field.as_str(), &text)).transpose()
    }

    /// The field's text in any size; nothing and empty text are the same.
    fn long(&self, field: Field) -> Result<Option<String>, Reason> {
        let Some(pick) = self.map.fields.get(&field) else { return Ok(None) };
        let found = match self.find(pick) {
            None => None,
            Some(value) => plain(value).map_err(|what| format!("`{field}` is {what}, not text"))?,
        };
        let found = found.filter(|text| !text.trim().is_empty()).and_then(|text| pick.take(&text));
        Ok(found.or_else(|| self.default(pick)))
    }

    fn list(&self, field: Field) -> Result<Vec<String>, Reason> {
        let pick = self.map.fields.get(&field);
        let Some(Value::Array(list)) = pick.and_then(|pick| self.find(pick)) else {
            let text = self.text(field)?.unwrap_or_default();
            return Ok(text
                .split([';', ','])
                .map(str::trim)
                .filter(|tag| !tag.is_empty())
                .map(str::to_owned)
                .collect());
        };
        let words =
            list.iter().map(|value| plain(value).map_err(|what| format!("`{field}` has {what}, not only text")));
        let words = words.collect::<Result<Vec<_>, _>>()?.into_iter().flatten();
        Ok(words.filter_map(|word| pick.and_then(|pick| pick.take(&word))).collect())
    }

    fn find(&self, pick: &Pick) -> Option<&Value> {
        let from = pick.from.as_deref()?;
        if from.starts_with('/') { self.value.pointer(from) } else { self.value.get(from) }
    }

    fn default(&self, pick: &Pick) -> Option<String> {
        let text = pick.default.as_ref()?;
        Some(text.replace("{n}", &self.number.to_string()).replace("{file}", self.stem))
    }
}

impl Pick {
    /// What the pick makes of a text that was found.
    fn take(&self, text: &str) -> Option<String> {
        let mut text = text.to_owned();
        if !self.name_after.is_empty() {
            text = self.name_after.iter().find_map(|before| name_after(&text, before))?;
        }
        if let Some(most) = self.first {
            text = text.chars().take(most).collect();
        }
        Some(self.values.get(text.trim()).cloned().unwrap_or(text))
    }
}

/// One to three capitalised words after some text, like `Jane Doe` after `You are `.
fn name_after(text: &str, before: &str) -> Option<String> {
    let (_, rest) = text.split_once(before)?;
    let rest = rest.split(|c: char| !c.is_alphabetic() && c != ' ' && c != '-').next().unwrap_or_default();
    let capital = |word: &&str| word.chars().next().is_some_and(char::is_uppercase);
    let words: Vec<&str> = rest.split(' ').take_while(capital).take(4).collect();
    (1..=3).contains(&words.len()).then(|| words.join(" "))
}

/// A single value as text; what it is when it is not single.
pub(super) fn plain(value: &Value) -> Result<Option<String>, &'static str> {
    match value {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.clone())),
        Value::Bool(_) | Value::Number(_) => Ok(Some(value.to_string())),
        Value::Array(_) | Value::Object(_) => Err(kind(value)),
    }
}
