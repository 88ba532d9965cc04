//! Entity tags: which version of a thing an answer shows, and which one a request was decided on.

use axum::http::header::{ETAG, IF_MATCH, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

use crate::domain::canonical::{self, Digest};
use crate::http::problem::Problem;

/// The tag of a version.
pub(crate) fn of_version(version: u64) -> HeaderValue {
    HeaderValue::try_from(format!("\"{version}\"")).unwrap_or(HeaderValue::from_static("\"0\""))
}

/// The tag of something that counts no versions: a part of the digest of what it is.
pub(crate) fn of_content(content: &impl Serialize) -> HeaderValue {
    let text = serde_json::to_value(content).map(|value| canonical::text(&value)).unwrap_or_default();
    let digest = Digest::of(&[text.as_bytes()]);
    HeaderValue::try_from(format!("\"{:.16}\"", digest.as_str())).unwrap_or(HeaderValue::from_static("\"0\""))
}

/// An answer under its tag; only the tag for somebody who knows it already.
pub(crate) fn tagged(headers: &HeaderMap, tag: HeaderValue, answer: impl IntoResponse) -> Response {
    let known = list(headers, &IF_NONE_MATCH).any(|known| known == "*" || same(known, &tag));
    let mut response = if known { StatusCode::NOT_MODIFIED.into_response() } else { answer.into_response() };
    response.headers_mut().insert(ETAG, tag);
    response
}

/// The version that a change was decided on, where the caller names one.
pub(crate) fn version(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let mut given = list(headers, &IF_MATCH);
    let (Some(first), None) = (given.next(), given.next()) else {
        let names_several = || Problem::unreadable("If-Match names one version, as \"7\"");
        return if headers.contains_key(IF_MATCH) { Err(names_several()) } else { Ok(None) };
    };
    if first == "*" {
        return Ok(None);
    }
    if !is_tag(first) {
        return Err(Problem::unreadable("If-Match is an entity tag, as \"7\""));
    }
    let version = first.strip_prefix('"').and_then(|tag| tag.strip_suffix('"')?.parse().ok());
    // No ticket has ever had another kind of tag: whatever it names, it is not what is there.
    version.map(Some).ok_or_else(|| Problem::stale("If-Match names no version of a ticket; it looks like \"7\""))
}

/// Refuses a change that was decided on something else than what is there.
pub(crate) fn must_match(headers: &HeaderMap, tag: &HeaderValue) -> Result<(), Problem> {
    let named = list(headers, &IF_MATCH).count();
    let tags = list(headers, &IF_MATCH).filter(|given| *given == "*" || is_tag(given)).count();
    if headers.contains_key(IF_MATCH) && (named == 0 || tags < named) {
        return Err(Problem::unreadable("If-Match is an entity tag, as this thing's `etag` was"));
    }
    let holds = list(headers, &IF_MATCH).any(|given| given == "*" || tag == given);
    if holds || !headers.contains_key(IF_MATCH) {
        return Ok(());
    }
    Err(Problem::stale("it has changed since it was read; read it again"))
}

/// The tags of a header.
fn list<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let lines = headers.get_all(name).iter().filter_map(|line| line.to_str().ok());
    lines.flat_map(|line| line.split(',')).map(str::trim).filter(|tag| !tag.is_empty())
}

/// Whether it has the form of an entity tag, whatever it names.
fn is_tag(given: &str) -> bool {
    let strong = given.strip_prefix("W/").unwrap_or(given);
    let inner = strong.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.is_some_and(|inner| inner.bytes().all(|b| b != b'"' && b.is_ascii_graphic()))
}

/// The comparison of reads: a tag that was weakened on its way still names the same.
fn same(known: &str, tag: &HeaderValue) -> bool {
    tag == known.strip_prefix("W/").unwrap_or(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: HeaderName, value: &str) -> HeaderMap {
        HeaderMap::from_iter([(name, HeaderValue::try_from(value).unwrap())])
    }

    #[test]
    fn a_version_is_named_by_one_strong_tag() {
        let read = |value: &str| version(&headers(IF_MATCH, value)).map_err(|no| no.status);
        assert_eq!(version(&HeaderMap::new()).unwrap(), None);
        assert_eq!(read("\"7\""), Ok(Some(7)));
        assert_eq!(read("*"), Ok(None));
        for stale in ["W/\"7\"", "\"x\"", "\"-1\""] {
            assert_eq!(read(stale), Err(412), "{stale}");
        }
        for unreadable in ["\"7\", \"8\"", "7", "{}", "\"", "\"a b\""] {
            assert_eq!(read(unreadable), Err(400), "{unreadable}");
        }
    }

    #[test]
    fn who_knows_it_already_gets_the_tag_alone() {
        let status = |known: &str| tagged(&headers(IF_NONE_MATCH, known), of_version(7), "text").status().as_u16();
        for (known, expect) in [("\"7\"", 304), ("W/\"7\"", 304), ("\"6\", \"7\"", 304), ("*", 304), ("\"6\"", 200)] {
            assert_eq!(status(known), expect, "{known}");
        }
    }
}
