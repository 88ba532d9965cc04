//! JSON: lines, an array, or values one after the other; keys that stand twice are refused.

use serde_json::Value;

use crate::domain::{canonical, text};
use crate::import::basket::Basket;
use crate::import::limits::Reason;
use crate::import::source::Source;
use crate::import::{record, rows};

/// Largest row, in bytes.
const ROW: usize = 16 << 20;

/// Reads one value a line.
pub(super) fn read_lines(source: &Source, basket: &mut Basket<'_>) {
    for (at, line) in source.bytes().split(|byte| *byte == b'\n').enumerate() {
        if !line.trim_ascii().is_empty() {
            read_row(source, at + 1, line.trim_ascii(), basket);
        }
    }
}

/// Reads the elements of an array, or values one after the other.
pub(super) fn read_values(source: &Source, basket: &mut Basket<'_>) {
    let bytes = source.bytes();
    let first_line = bytes.split(|byte| *byte == b'\n').find(|line| !line.trim_ascii().is_empty()).unwrap_or_default();
    if first_line.starts_with(b"{") && parse(first_line).is_ok() {
        return read_lines(source, basket);
    }
    for (line, value) in elements(bytes) {
        read_row(source, line, value, basket);
    }
}

fn read_row(source: &Source, line: usize, bytes: &[u8], basket: &mut Basket<'_>) {
    let row = match (parse(bytes), basket.map) {
        (Err(reason), _) => Err(reason),
        (Ok(value), Some(map)) => record::intake(&value, map, &source.stem, basket),
        (Ok(value), None) => rows::intake(&value, bytes, &source.stem, basket),
    };
    basket.put(line, row);
}

/// One value, with no key twice in any object.
pub(super) fn parse(bytes: &[u8]) -> Result<Value, Reason> {
    if bytes.len() > ROW {
        return Err(format!("the row has {} bytes; at most {ROW}", bytes.len()));
    }
    let text =
        std::str::from_utf8(bytes).map_err(|error| format!("not UTF-8 from byte {} on", error.valid_up_to() + 1))?;
    canonical::parse(text).map_err(|error| reason(&error))
}

/// The message without serde's own position, which counts lines from the row's first.
fn reason(error: &serde_json::Error) -> Reason {
    let all = error.to_string();
    let message = all.rfind(" at line ").map_or(all.as_str(), |at| &all[..at]);
    format!("not JSON: {}, column {}", text::short(message, 200), error.column())
}

/// The top-level values of a file with the lines that they start on; an array around them is opened.
fn elements(bytes: &[u8]) -> Vec<(usize, &[u8])> {
    let mut found = Vec::new();
    let (mut line, mut at) = (1, 0);
    let array = bytes.trim_ascii_start().starts_with(b"[");
    if array {
        at = bytes.iter().position(|byte| *byte == b'[').map_or(0, |open| open + 1);
        line += lines(&bytes[..at]);
    }
    while at < bytes.len() {
        let end = at + element(&bytes[at..]);
        let value = bytes[at..end].trim_ascii();
        let before = bytes[at..end].len() - bytes[at..end].trim_ascii_start().len();
        let starts = line + lines(&bytes[at..at + before]);
        line += lines(&bytes[at..end]);
        at = match bytes.get(end) {
            Some(b']') if array => bytes.len(),
            Some(b',' | b']') => end + 1,
            _ => end,
        };
        if !value.is_empty() {
            found.push((starts, value));
        }
    }
    found
}

fn lines(bytes: &[u8]) -> usize {
    bytes.split(|byte| *byte == b'\n').count() - 1
}

/// How long the first value is, up to the comma, bracket or brace that ends it.
fn element(bytes: &[u8]) -> usize {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b',' | b']' if depth == 0 => return at,
            b'{' | b'[' => depth += 1,
            b'}' | b']' if depth <= 1 => return at + 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_are_found_with_their_lines() {
        let found = |text: &'static str| -> Vec<(usize, &str)> {
            elements(text.as_bytes()).into_iter().map(|(line, v)| (line, std::str::from_utf8(v).unwrap())).collect()
        };
        assert_eq!(found("[\n{\"a\":\"]},\"},\n\n{\"b\":[1]}\n]\n"), [(2, "{\"a\":\"]},\"}"), (4, "{\"b\":[1]}")]);
        assert_eq!(found("{\n\"a\":1}\n{\"b\":2}"), [(1, "{\n\"a\":1}"), (3, "{\"b\":2}")]);
        assert_eq!(found("[1, {\"a\": 2"), [(1, "1"), (1, "{\"a\": 2")]);
        assert!(found("[]").is_empty() && found("").is_empty());
    }

    #[test]
    fn what_is_not_strict_json_is_refused() {
        for (row, part) in [
            (&b"{\"a\":1,\"a\":2}"[..], "key `a` stands twice"),
            (b"{\"a\":{\"b\":1,\"b\":2}}", "key `b` stands twice"),
            (b"{\"a\":\"\xff\"}", "not UTF-8 from byte 7"),
            (b"{\"a\":", "EOF"),
            ("[".repeat(1000).as_bytes(), "nested deeper"),
        ] {
            assert!(parse(row).unwrap_err().contains(part), "{:?}", parse(row));
        }
    }
}
