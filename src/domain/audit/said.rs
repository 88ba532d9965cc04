//! What a call came to, as a record keeps it.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::domain::audit::Body;
use crate::domain::canonical;

/// A result: a value, or its JSON as it was written for whoever asked, which is then not taken apart again.
#[derive(Clone, Debug)]
pub enum Said {
    /// A value; null for nothing.
    Value(Value),
    /// JSON.
    Text(String),
}

impl Said {
    /// Whether nothing was said.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        match self {
            Self::Value(value) => value.is_null(),
            Self::Text(text) => text == "null",
        }
    }

    /// The value; what is no JSON after all is text.
    #[must_use]
    pub fn value(&self) -> Cow<'_, Value> {
        match self {
            Self::Value(value) => Cow::Borrowed(value),
            Self::Text(text) => Cow::Owned(serde_json::from_str(text).unwrap_or_else(|_| text.as_str().into())),
        }
    }
}

impl Default for Said {
    fn default() -> Self {
        Self::Value(Value::Null)
    }
}

impl From<Value> for Said {
    fn from(value: Value) -> Self {
        Self::Value(value)
    }
}

impl PartialEq for Said {
    fn eq(&self, other: &Self) -> bool {
        self.value() == other.value()
    }
}

impl Serialize for Said {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        self.value().serialize(to)
    }
}

impl<'de> Deserialize<'de> for Said {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Value::deserialize(from).map(Self::Value)
    }
}

impl Body {
    /// The body as it is stored: what serde writes, with a result that is text already put in as it is.
    #[must_use]
    pub fn text(&self) -> String {
        let Said::Text(result) = &self.result else { return canonical::written(self) };
        let Self { arguments, card, words, by, result: _ } = self;
        let rest = Self { card: card.clone(), words: words.clone(), by: by.clone(), ..Self::default() };
        let rest = canonical::written(&rest);
        let mut text = String::with_capacity(result.len() + rest.len() + 128);
        text.push('{');
        if !arguments.is_null() {
            text.push_str("\"arguments\":");
            text.push_str(&arguments.to_string());
            text.push(',');
        }
        text.push_str("\"result\":");
        text.push_str(result);
        if rest.len() > "{}".len() {
            text.push(',');
        }
        text.push_str(&rest[1..]);
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_body_is_written_the_same_whether_its_result_was_text_or_not() {
        let result = json!({"b": [1, null, "é\"\n"], "a": {}});
        for (arguments, words, by) in [
            (Value::Null, None, None),
            (json!({"x": 1}), Some("w".to_owned()), None),
            (json!({}), None, Some("m".into())),
        ] {
            let of = |result| Body {
                arguments: arguments.clone(),
                result,
                words: words.clone(),
                by: by.clone(),
                card: None,
            };
            let (text, value) = (of(Said::Text(result.to_string())), of(result.clone().into()));
            assert_eq!(text.text(), serde_json::to_string(&value).unwrap());
            assert_eq!(serde_json::to_string(&text).unwrap(), value.text());
            assert_eq!(serde_json::from_str::<Body>(&text.text()).unwrap(), value);
        }
        assert_eq!(Body::default().text(), "{}");
    }
}
