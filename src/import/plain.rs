//! Plain text files, one ticket or article each, by a map.

use serde_json::{Value, json};

use crate::import::basket::Basket;
use crate::import::source::Source;
use crate::import::{mail, record};

/// Reads one text; bytes that are not UTF-8 are shown as replacement characters.
pub(super) fn read(source: &Source, basket: &mut Basket<'_>) {
    let Some(map) = basket.map else { return basket.bad(1, "plain text needs a map") };
    let text = String::from_utf8_lossy(source.bytes()).replace("\r\n", "\n");
    let value = fields(&text, source, basket);
    let row = record::intake(&value, map, &source.stem, basket);
    basket.put(1, row);
}

/// The fields that a map of plain text can pick from.
fn fields(text: &str, source: &Source, basket: &Basket<'_>) -> Value {
    let headed = has_header(text).then(|| mail::parse(source.bytes(), basket.default_time).ok()).flatten();
    match headed {
        None => json!({ "file": source.stem, "body": text }),
        Some(mail) => json!({
            "file": source.stem,
            "subject": mail.subject,
            "name": mail.name,
            "from": mail.email,
            "date": mail.at.to_string(),
            "body": mail.body,
        }),
    }
}

/// A text that begins like a mail: header lines up to an empty one, with a subject among them.
fn has_header(text: &str) -> bool {
    let named =
        |line: &str| line.split_once(':').is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(is_name));
    let mut lines = text.lines().take_while(|line| !line.trim().is_empty());
    let header: Vec<&str> = lines.by_ref().take(200).collect();
    header.first().is_some_and(|line| named(line))
        && header.iter().all(|line| named(line) || line.starts_with([' ', '\t']))
        && header.iter().any(|line| line.to_lowercase().starts_with("subject:"))
}

const fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'-'
}
