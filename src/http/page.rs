//! Pages of a list: where the next one begins is an opaque word, good for the same question alone.

use axum::http::header::LINK;
use axum::http::{HeaderValue, Uri};
use axum::response::{IntoResponse, Response};
use axum::{Json, http::uri::PathAndQuery};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::domain::canonical::{Digest, hex};
use crate::http::asked::CURSOR;
use crate::http::problem::Problem;

/// Characters of a cursor that say which question it belongs to.
const MARK: usize = 8;

/// Where the page behind `place` begins, for somebody who asks the same again.
pub(crate) fn cursor(question: &impl Serialize, place: &impl Serialize) -> String {
    format!("{}{}", mark(question), hex(serde_json::to_string(place).unwrap_or_default().as_bytes()))
}

/// Where the page behind these rows begins; nothing where there is none behind it.
pub(crate) fn next<T, P: Serialize>(
    rows: &[T],
    limit: u32,
    question: &impl Serialize,
    place: impl FnOnce(&T) -> P,
) -> Option<String> {
    let last = rows.last().filter(|_| rows.len() == limit as usize)?;
    Some(cursor(question, &place(last)))
}

/// The place that a cursor names.
///
/// # Errors
/// When it was not given for this question, or was not given at all.
pub(crate) fn place<T: DeserializeOwned>(cursor: &str, question: &impl Serialize) -> Result<T, Problem> {
    let read = || {
        let place = cursor.strip_prefix(&mark(question))?;
        serde_json::from_slice(&unhex(place)?).ok()
    };
    read().ok_or_else(|| Problem::invalid("`cursor` was not given for this list with this filter"))
}

/// A page as JSON, with the address of the next one.
pub(crate) fn answer(uri: &Uri, next: Option<&str>, page: &impl Serialize) -> Response {
    let mut response = Json(page).into_response();
    if let Some(link) = next.and_then(|next| HeaderValue::try_from(link(uri, next)).ok()) {
        response.headers_mut().insert(LINK, link);
    }
    response
}

fn link(uri: &Uri, next: &str) -> String {
    let (path, query) = (uri.path(), uri.query().unwrap_or_default());
    let kept = query.split('&').filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let pairs: Vec<&str> = kept.collect();
    let before = if pairs.is_empty() { String::new() } else { format!("{}&", pairs.join("&")) };
    let target = format!("{path}?{before}{CURSOR}={next}");
    let target = target.parse::<PathAndQuery>().map_or(target, |target| target.to_string());
    format!("<{target}>; rel=\"next\"")
}

/// What a question is called: the first characters of its digest.
fn mark(question: &impl Serialize) -> String {
    let text = serde_json::to_string(question).unwrap_or_default();
    Digest::of(&[b"countersign cursor v1", text.as_bytes()]).as_str().chars().take(MARK).collect()
}

fn unhex(text: &str) -> Option<Vec<u8>> {
    let digit = |c: u8| char::from(c).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let pairs = text.as_bytes().chunks(2);
    pairs.map(|pair| Some(digit(*pair.first()?)? << 4 | digit(*pair.get(1)?)?)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_good_for_its_own_question_alone() {
        let next = cursor(&"open", &(7_u64, "T-9"));
        assert_eq!(place::<(u64, String)>(&next, &"open").unwrap(), (7, "T-9".to_owned()));
        for other in [&next[1..], &next[..next.len() - 1], "", "zz", "é"] {
            assert_eq!(place::<(u64, String)>(other, &"open").unwrap_err().status, 422, "{other}");
        }
        assert!(place::<(u64, String)>(&next, &"closed").is_err());
        assert!(place::<u64>(&next, &"open").is_err());
    }

    #[test]
    fn the_next_page_is_asked_for_with_the_same_filter() {
        let of = |uri: &str| link(&uri.parse().unwrap(), "ab12");
        assert_eq!(of("/tickets"), "</tickets?cursor=ab12>; rel=\"next\"");
        assert_eq!(of("/tickets?a=1&cursor=x&b=%20"), "</tickets?a=1&b=%20&cursor=ab12>; rel=\"next\"");
    }
}
