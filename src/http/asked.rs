//! What a request asks for in its query string and its path.
//!
//! A list may come as `status=open,pending`, as the same key again, or both; everything else comes once. A key that is
//! not known is refused: a filter that is misspelt must not show everything.

use std::borrow::Cow;
use std::str::FromStr;

use axum::extract::{FromRequestParts, Path};
use axum::http::request::Parts;
use serde::de::value::{Error, StrDeserializer};
use serde::de::{DeserializeOwned, DeserializeSeed, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::forward_to_deserialize_any;

use crate::http::problem::Problem;

/// The name of a page's place in a query string.
pub(crate) const CURSOR: &str = "cursor";

/// A query string.
pub(crate) struct Asked<T>(pub(crate) T);

/// A query string that may name where a page begins.
pub(crate) struct Paged<T> {
    /// What is asked for.
    pub(crate) query: T,
    /// Where the page begins, as an answer before gave it.
    pub(crate) cursor: Option<String>,
}

/// The name in a path.
pub(crate) struct Named<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(Self(read(fields(parts)?)?))
    }
}

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Paged<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let mut fields = fields(parts)?;
        let cursor = match fields.iter().position(|(name, _)| name == CURSOR) {
            Some(at) => match fields.remove(at).1.as_slice() {
                [once] => Some(once.clone().into_owned()),
                _ => return Err(Problem::invalid("`cursor` stands more than once")),
            },
            None => None,
        };
        Ok(Self { query: read(fields)?, cursor })
    }
}

impl<T: FromStr, S: Send + Sync> FromRequestParts<S> for Named<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        // A name that cannot be is nobody's.
        let none = || Problem::not_found("there is nothing of that name");
        let Path(name) = Path::<String>::from_request_parts(parts, state).await.map_err(|_none| none())?;
        name.parse().map(Self).map_err(|_none| none())
    }
}

type Fields<'a> = Vec<(Cow<'a, str>, Vec<Cow<'a, str>>)>;

/// The values of every key, in the order in which the keys came first.
fn fields(parts: &Parts) -> Result<Fields<'_>, Problem> {
    let mut fields = Fields::new();
    let Some(query) = parts.uri.query().filter(|query| !query.is_empty()) else { return Ok(fields) };
    for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
        if name.contains('\u{fffd}') || value.contains('\u{fffd}') {
            return Err(Problem::unreadable("the query string is not UTF-8"));
        }
        match fields.iter_mut().find(|(known, _)| *known == name) {
            Some((_, values)) => values.push(value),
            None => fields.push((name, vec![value])),
        }
    }
    Ok(fields)
}

fn read<T: DeserializeOwned>(fields: Fields<'_>) -> Result<T, Problem> {
    let asked = Keys { fields: fields.into_iter(), value: None };
    T::deserialize(asked).map_err(|wrong| Problem::invalid(&format!("in the query: {wrong}")))
}

/// A query string as the fields of a struct.
struct Keys<'a> {
    fields: std::vec::IntoIter<(Cow<'a, str>, Vec<Cow<'a, str>>)>,
    value: Option<Values<'a>>,
}

impl<'de> Deserializer<'de> for Keys<'_> {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_map(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct enum identifier ignored_any
    }
}

impl<'de> MapAccess<'de> for Keys<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        let Some((name, values)) = self.fields.next() else { return Ok(None) };
        let key = seed.deserialize(StrDeserializer::new(&name))?;
        self.value = Some(Values { name, values });
        Ok(Some(key))
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        let values = self.value.take().ok_or_else(|| Error::custom("a value without a key"))?;
        let name = values.name.clone();
        seed.deserialize(values).map_err(|wrong| Error::custom(format!("`{name}`: {wrong}")))
    }
}

/// What stands under one key.
struct Values<'a> {
    name: Cow<'a, str>,
    values: Vec<Cow<'a, str>>,
}

impl Values<'_> {
    fn once(&self) -> Result<&str, Error> {
        match self.values.as_slice() {
            [once] => Ok(once),
            _ => Err(Error::custom("stands more than once")),
        }
    }

    fn parsed<T: FromStr>(&self, what: &str) -> Result<T, Error> {
        let text = self.once()?;
        text.parse().map_err(|_no| Error::custom(format!("`{}` is no {what}", crate::domain::text::short(text, 40))))
    }
}

macro_rules! numbers {
    ($($deserialize:ident $visit:ident),+) => {$(
        fn $deserialize<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
            visitor.$visit(self.parsed("such number")?)
        }
    )+};
}

impl<'de> Deserializer<'de> for Values<'_> {
    type Error = Error;

    numbers! {
        deserialize_u8 visit_u8, deserialize_u16 visit_u16, deserialize_u32 visit_u32, deserialize_u64 visit_u64,
        deserialize_i8 visit_i8, deserialize_i16 visit_i16, deserialize_i32 visit_i32, deserialize_i64 visit_i64,
        deserialize_f32 visit_f32, deserialize_f64 visit_f64
    }

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_str(self.once()?)
    }

    fn deserialize_bool<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_bool(self.parsed("`true` or `false`")?)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_seq<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        let each = self.values.iter().flat_map(|value| value.split(',')).filter(|item| !item.is_empty());
        let items: Vec<String> = each.map(str::to_owned).collect();
        visitor.visit_seq(Items(items.into_iter()))
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        visitor.visit_enum(StrDeserializer::new(self.once()?))
    }

    forward_to_deserialize_any! {
        i128 u128 char str string bytes byte_buf unit unit_struct tuple tuple_struct map struct identifier ignored_any
    }
}

/// The items of a list.
struct Items(std::vec::IntoIter<String>);

impl<'de> SeqAccess<'de> for Items {
    type Error = Error;

    fn next_element_seed<T: DeserializeSeed<'de>>(&mut self, seed: T) -> Result<Option<T::Value>, Error> {
        let item = self.0.next();
        item.map(|item| seed.deserialize(Values { name: "".into(), values: vec![item.into()] })).transpose()
    }
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;
    use crate::domain::ticket::{Status, TicketQuery};

    fn query(text: &str) -> Result<TicketQuery, String> {
        let request = Request::builder().uri(format!("/tickets?{text}")).body(()).unwrap();
        let parts = request.into_parts().0;
        fields(&parts).and_then(read).map_err(|problem| problem.detail)
    }

    #[test]
    fn a_list_comes_with_commas_again_and_both() {
        let three = vec![Status::Open, Status::Pending, Status::New];
        for text in
            ["status=open,pending,new", "status=open&status=pending&status=new", "status=open%2Cpending&status=new"]
        {
            assert_eq!(query(text).unwrap().status, three, "{text}");
        }
        assert_eq!(query("").unwrap(), TicketQuery::default());
        assert_eq!(query("status=").unwrap().status, vec![]);
    }

    #[test]
    fn numbers_times_and_names_are_read() {
        let read = query("limit=7&due_before=2026-01-02T03:04:05Z&assignee=maya&text=a,b+c&sort=due").unwrap();
        assert_eq!((read.limit, read.text.as_deref()), (7, Some("a,b c")));
        assert_eq!(read.due_before.unwrap().to_string(), "2026-01-02T03:04:05Z");
        assert_eq!(read.assignee.unwrap().as_str(), "maya");
    }

    #[test]
    fn what_is_misspelt_or_stands_twice_is_refused_and_named() {
        for (text, says) in [
            ("stauts=open", "stauts"),
            ("status=lost", "status"),
            ("limit=many", "limit"),
            ("limit=-1", "limit"),
            ("limit=1&limit=2", "more than once"),
            ("due_before=soon", "due_before"),
            ("assignee=%20", "assignee"),
            ("text=%ff", "UTF-8"),
        ] {
            let wrong = query(text).unwrap_err();
            assert!(wrong.contains(says), "{text}: {wrong}");
        }
    }
}
