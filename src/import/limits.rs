//! Sizes, names and times that are the same for every format.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use sha2::{Digest, Sha256};

use crate::domain::text;

/// What is wrong with a row, in words; text from the file in it is escaped.
pub(super) type Reason = String;

/// Longest reason, in characters.
pub(super) const REASON: usize = 400;
/// Longest subject, in characters, as RFC 5322 has it for a line.
pub(super) const SUBJECT: usize = 998;
/// Largest text of a message or an article, in bytes.
pub(super) const BODY: usize = 1 << 20;
/// Largest other field, in bytes.
pub(super) const FIELD: usize = 64 << 10;
/// Most characters of an identifier.
const ID: usize = 64;
/// What stands for a missing subject.
pub(super) const NO_SUBJECT: &str = "(no subject)";

/// A subject on one line.
pub(super) fn subject(text: &str) -> Result<String, Reason> {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    let length = line.chars().count();
    match length {
        0 => Ok(NO_SUBJECT.into()),
        1..=SUBJECT => Ok(line),
        _ => Err(format!("`subject` has {length} characters; at most {SUBJECT}")),
    }
}

/// The text of a message or an article.
pub(super) fn body(text: &str) -> Result<String, Reason> {
    sized("body", text, BODY)
}

/// Any other field.
pub(super) fn field(name: &str, text: &str) -> Result<String, Reason> {
    sized(name, text, FIELD)
}

fn sized(name: &str, text: &str, most: usize) -> Result<String, Reason> {
    if text.len() > most {
        return Err(format!("`{name}` has {} bytes; at most {most}", text.len()));
    }
    Ok(text.to_owned())
}

/// A strict time: RFC 3339.
pub(super) fn time(name: &str, text: &str) -> Result<Timestamp, Reason> {
    text.parse().map_err(|_parse: jiff::Error| {
        format!("{name} `{}` is not a time like 2026-11-22T17:05:00Z", text::short(text, 40))
    })
}

/// A time as tables have it: RFC 3339, or a date with or without a time, taken as UTC, or seconds or milliseconds since 1970.
pub(super) fn loose_time(name: &str, text: &str) -> Result<Timestamp, Reason> {
    let text = text.trim();
    let civil = || text.parse::<DateTime>().or_else(|_date| text.parse::<Date>().map(DateTime::from)).ok();
    let epoch = text.parse::<i64>().ok().and_then(epoch);
    let found =
        epoch.or_else(|| text.parse().ok()).or_else(|| civil()?.to_zoned(TimeZone::UTC).ok().map(|at| at.timestamp()));
    found.ok_or_else(|| format!("{name} `{}` is not a time like 2026-11-22T17:05:00Z", text::short(text, 40)))
}

/// Seconds or, when they would lie beyond the year 5000, milliseconds since 1970.
fn epoch(number: i64) -> Option<Timestamp> {
    if number.unsigned_abs() < 100_000_000_000 {
        Timestamp::from_second(number).ok()
    } else {
        Timestamp::from_millisecond(number).ok()
    }
}

/// The name of a row that has none: its content.
pub(super) fn digest(bytes: &[u8]) -> String {
    format!("sha256:{}", hex(bytes, 64))
}

fn hex(bytes: &[u8], digits: usize) -> String {
    let nibbles = Sha256::digest(bytes).into_iter().flat_map(|byte| [byte >> 4, byte & 15]);
    nibbles.take(digits).filter_map(|nibble| char::from_digit(nibble.into(), 16)).collect()
}

/// An article's id made of any name: other characters become `-`, and what is too long ends in a part of its digest.
#[must_use]
pub fn article_id(name: &str) -> String {
    let clean = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '-' };
    let all: String = name.trim().chars().map(clean).collect();
    let id = all.trim_start_matches(['.', '_', '-']);
    if id.is_empty() {
        return format!("doc-{}", hex(name.as_bytes(), 8));
    }
    if id.len() > ID - 4 {
        return format!("{}-{}", &id[..ID - 13], hex(name.as_bytes(), 8)); // leaves room for a number
    }
    id.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_article_id_is_always_valid() {
        for name in ["doc_(general)_001", "(x)", "", "..", "é", &"long_".repeat(40), "KB-1"] {
            let id = article_id(name);
            assert!(id.parse::<crate::domain::ids::ArticleId>().is_ok(), "{name:?} {id:?}");
        }
        assert_eq!(article_id("doc_(general)_001"), "doc_-general-_001");
    }

    #[test]
    fn a_loose_time_has_many_forms() {
        for text in
            ["2020-05-13T13:14:57Z", "2020-05-13 13:14:57", "1589375697", "1589375697000", "2020-05-13T15:14:57+02:00"]
        {
            assert_eq!(loose_time("t", text).unwrap().as_second(), 1_589_375_697, "{text}");
        }
        assert!(loose_time("t", "yesterday").unwrap_err().contains("yesterday"));
    }

    #[test]
    fn a_subject_is_one_bounded_line() {
        assert_eq!(subject(" a\r\n b ").unwrap(), "a b");
        assert_eq!(subject("").unwrap(), NO_SUBJECT);
        assert!(subject(&"x".repeat(999)).is_err());
    }
}
