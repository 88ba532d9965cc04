//! One written form for a value: what is digested, stored and compared.
//!
//! Keys sorted, no white space, strings as they are: a different Unicode form or number form is a different value.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

/// How deep a value from outside may be nested.
pub const MOST_DEPTH: usize = 64;

/// A SHA-256 in lower-case hex.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// The digest of `parts`, each preceded by its length so that no two lists collide.
    #[must_use]
    pub fn of(parts: &[&[u8]]) -> Self {
        let mut hash = Sha256::new();
        for part in parts {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        Self(hex(&hash.finalize()))
    }

    /// All 64 characters.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A form for people: the first and last four characters.
    #[must_use]
    pub fn short(&self) -> String {
        match (self.0.get(..4), self.0.get(self.0.len().saturating_sub(4)..)) {
            (Some(head), Some(tail)) => format!("{head}…{tail}"),
            _ => crate::domain::text::short(&self.0, 12),
        }
    }

    /// A digest as it was stored; compared, never trusted.
    #[must_use]
    pub fn stored(text: String) -> Self {
        Self(text)
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Bytes as lower-case hex.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = String::with_capacity(bytes.len() * 2);
    for byte in bytes {
        text.push(char::from(DIGITS[usize::from(byte >> 4)]));
        text.push(char::from(DIGITS[usize::from(byte & 15)]));
    }
    text
}

/// JSON from outside that [`parse`] has taken, on its way with the message that it came in.
#[derive(Clone, Debug)]
pub struct Sound(pub Value);

/// The canonical text of a value.
#[must_use]
pub fn text(value: &Value) -> String {
    // serde_json keeps objects in key order (its `preserve_order` is off) and writes no white space.
    value.to_string()
}

/// The text of something that has its fields in the order of their names. What cannot be JSON is null.
pub(crate) fn written<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_else(|_not_json| "null".to_owned())
}

/// Reads JSON from outside: no key twice, no deeper than [`MOST_DEPTH`], nothing after the value.
///
/// # Errors
/// When the text is not such JSON.
pub fn parse(text: &str) -> Result<Value, serde_json::Error> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Strict { depth: 0 }.deserialize(&mut reader)?;
    reader.end()?;
    Ok(value)
}

#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<Value, D::Error> {
        if self.depth > MOST_DEPTH {
            return Err(D::Error::custom(format!("nested deeper than {MOST_DEPTH}")));
        }
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, v: bool) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_i64<E>(self, v: i64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_u64<E>(self, v: u64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_f64<E>(self, v: f64) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_str<E>(self, v: &str) -> Result<Value, E> {
        Ok(v.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(Strict { depth: self.depth + 1 })? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut fields = BTreeMap::new();
        while let Some(key) = map.next_key::<String>()? {
            let value = map.next_value_seed(Strict { depth: self.depth + 1 })?;
            if fields.insert(key.clone(), value).is_some() {
                return Err(A::Error::custom(format!("key `{}` stands twice", crate::domain::text::line(&key))));
            }
        }
        Ok(Value::Object(fields.into_iter().collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn key_order_and_white_space_do_not_count_and_values_do() {
        let one = text(&parse(r#"{"b": 1, "a": [true, null]}"#).unwrap());
        assert_eq!(one, text(&parse(r#"{"a":[true,null],"b":1}"#).unwrap()));
        for other in [r#"{"a":[true,null],"b":1.0}"#, r#"{"a":[true,null],"b":"1"}"#, r#"{"a":[null,true],"b":1}"#] {
            assert_ne!(one, text(&parse(other).unwrap()), "{other}");
        }
        assert_ne!(text(&"é".into()), text(&"e\u{301}".into()), "a Unicode form is part of the value");
    }

    #[test]
    fn a_key_that_stands_twice_is_refused() {
        assert!(parse(r#"{"a":1,"a":2}"#).is_err());
        assert!(parse(r#"{"x":{"a":1,"a":2}}"#).is_err());
        assert!(parse(r#"{"a":1} x"#).is_err());
        assert!(parse(&"[".repeat(5000)).is_err());
        assert!(parse(&format!("{}{}", "[".repeat(70), "]".repeat(70))).is_err());
    }

    #[test]
    fn parts_cannot_be_shifted_into_each_other() {
        assert_ne!(Digest::of(&[b"ab", b"c"]), Digest::of(&[b"a", b"bc"]));
    }
}
