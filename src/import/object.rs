//! Strict access to the fields of a JSON object, with reasons that name the field.

use jiff::Timestamp;
use serde_json::{Map, Value};

use crate::import::limits::{self, Reason};

/// An object and the place it stands at, like `messages[2].`.
pub(super) struct Object<'a> {
    fields: &'a Map<String, Value>,
    at: String,
}

impl<'a> Object<'a> {
    /// The object, or what stands there instead.
    pub(super) fn new(value: &'a Value, at: &str) -> Result<Self, Reason> {
        let what = if at.is_empty() { "the row".into() } else { format!("`{}`", at.trim_end_matches('.')) };
        let fields = value.as_object().ok_or_else(|| format!("{what} is {}, not an object", kind(value)))?;
        Ok(Self { fields, at: at.to_owned() })
    }

    /// Whether a field is there, with whatever value.
    pub(super) fn has(&self, key: &str) -> bool {
        self.fields.contains_key(key)
    }

    /// The names of the fields.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.fields.keys().map(String::as_str)
    }

    /// An object, when the field is one.
    pub(super) fn object(&self, key: &str) -> Option<Object<'a>> {
        let value = self.fields.get(key).filter(|value| value.is_object())?;
        Object::new(value, &format!("{}{key}.", self.at)).ok()
    }

    /// Text that may be missing or null, of any size.
    pub(super) fn long(&self, key: &str) -> Result<Option<&'a str>, Reason> {
        match self.fields.get(key) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(other) => Err(format!("{} is {}, not text", self.name(key), kind(other))),
        }
    }

    /// Text that may be missing or null, of bounded size.
    pub(super) fn maybe(&self, key: &str) -> Result<Option<&'a str>, Reason> {
        let text = self.long(key)?;
        text.map(|text| limits::field(&format!("{}{key}", self.at), text).map(|_size| text)).transpose()
    }

    /// Text that must be there.
    pub(super) fn text(&self, key: &str) -> Result<&'a str, Reason> {
        self.maybe(key)?.ok_or_else(|| format!("{} is missing", self.name(key)))
    }

    /// Text, or none at all.
    pub(super) fn text_or_empty(&self, key: &str) -> Result<String, Reason> {
        Ok(self.maybe(key)?.unwrap_or_default().to_owned())
    }

    /// A word of a closed vocabulary, or the default when it is missing.
    pub(super) fn word<W: std::str::FromStr>(&self, key: &str, default: W) -> Result<W, Reason>
    where
        W::Err: std::fmt::Display,
    {
        let parse = |word: &str| word.parse().map_err(|error| format!("{}{key} {error}", self.at));
        self.maybe(key)?.map_or(Ok(default), parse)
    }

    /// A time that may be missing.
    pub(super) fn time(&self, key: &str) -> Result<Option<Timestamp>, Reason> {
        self.maybe(key)?.map(|text| limits::time(&format!("{}{key}", self.at), text)).transpose()
    }

    /// A whole number that must be there.
    pub(super) fn number(&self, key: &str) -> Result<u64, Reason> {
        let value = self.fields.get(key).ok_or_else(|| format!("{} is missing", self.name(key)))?;
        value.as_u64().ok_or_else(|| format!("{} is {}, not a whole number from 0", self.name(key), kind(value)))
    }

    /// A list of objects; empty when it is missing.
    pub(super) fn objects(&self, key: &str) -> Result<Vec<Object<'a>>, Reason> {
        let list = self.list(key)?.iter().enumerate();
        list.map(|(n, value)| Object::new(value, &format!("{}{key}[{n}].", self.at))).collect()
    }

    /// A list of texts; empty when it is missing.
    pub(super) fn words(&self, key: &str) -> Result<Vec<String>, Reason> {
        let word = |value: &Value| {
            let text =
                value.as_str().ok_or_else(|| format!("{} has {}, not only text", self.name(key), kind(value)))?;
            limits::field(key, text)
        };
        self.list(key)?.iter().map(word).collect()
    }

    fn list(&self, key: &str) -> Result<&'a [Value], Reason> {
        match self.fields.get(key) {
            None | Some(Value::Null) => Ok(&[]),
            Some(Value::Array(list)) => Ok(list),
            Some(other) => Err(format!("{} is {}, not a list", self.name(key), kind(other))),
        }
    }

    fn name(&self, key: &str) -> String {
        format!("`{}{key}`", self.at)
    }
}

/// What a value is, in words.
pub(super) const fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}
