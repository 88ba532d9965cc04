//! Tables whose keys are the reader's own: commands by context, colours by ink. Each line remembers its place.

use std::fmt;

use toml::Value;
use toml::de::DeValue;

use crate::config::layers::plain;

/// A setting under a name that whoever uses it must know; it says where it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct Own {
    /// Its names from the outermost: `keys`, `queue`, `open`.
    pub path: Vec<String>,
    /// What is set.
    pub value: Value,
    /// A file and a line.
    pub origin: String,
}

impl Own {
    /// Whether `section.key` of the file is such a table.
    pub(crate) fn is_table(full: &str) -> bool {
        full == "screen.colors" || full.starts_with("keys.")
    }

    /// Every line of such a table; `at` says where a byte of the file stands.
    ///
    /// # Errors
    /// The byte and what is wrong there.
    pub(crate) fn lines(
        full: &str,
        value: &DeValue<'_>,
        start: usize,
        at: impl Fn(usize) -> String,
    ) -> Result<Vec<Self>, (usize, String)> {
        let DeValue::Table(table) = value else { return Err((start, format!("`{full}` is a table: [{full}]"))) };
        let line = |(key, value): (&toml::Spanned<_>, &toml::Spanned<DeValue<'_>>)| {
            let key: &toml::Spanned<std::borrow::Cow<'_, str>> = key;
            let own =
                plain("", value.get_ref()).map_err(|reason| (value.span().start, format!("`{full}`: {reason}")))?;
            let path = full.split('.').map(str::to_owned).chain([key.get_ref().to_string()]).collect();
            Ok(Self { path, value: own, origin: at(key.span().start) })
        };
        table.iter().map(line).collect()
    }

    /// The texts that are set: one, or a list of them.
    ///
    /// # Errors
    /// Where and why, when it is something else.
    pub fn texts(&self) -> Result<Vec<String>, super::ConfigError> {
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let all = match &self.value {
            Value::Array(items) => items.iter().map(text).collect(),
            Value::String(_)
            | Value::Integer(_)
            | Value::Float(_)
            | Value::Boolean(_)
            | Value::Datetime(_)
            | Value::Table(_) => text(&self.value).map(|text| vec![text]),
        };
        let reason = format!("`{}` is a text or a list of texts", self.path.join("."));
        all.ok_or_else(|| super::ConfigError::Value { origin: self.origin.clone(), reason })
    }
}

impl fmt::Display for Own {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} = {}", self.path.join("."), self.value)
    }
}
