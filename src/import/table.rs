//! Comma-separated values; a semicolon or a tab parts them too, when the header has no comma.

use csv::{ByteRecord, ReaderBuilder, StringRecord};
use serde_json::Value;

use crate::domain::text;
use crate::import::basket::Basket;
use crate::import::limits::Reason;
use crate::import::map::{Field, Map};
use crate::import::record;
use crate::import::source::Source;

/// Reads a table; the first row names the columns.
pub(super) fn read(source: &Source, basket: &mut Basket<'_>) -> Result<(), Reason> {
    let bytes = source.bytes();
    let mut reader = ReaderBuilder::new().flexible(true).delimiter(delimiter(bytes)).from_reader(bytes);
    let header = reader.headers().map_err(|_not_utf8| "the header is not UTF-8")?.clone();
    let columns: Vec<&str> = header.iter().map(str::trim).collect();
    let own = Map::of_columns(columns.iter().copied());
    let map = basket.map.unwrap_or(&own);
    check(&columns, map)?;
    leave_out(&columns, map, basket);
    let mut record = ByteRecord::new();
    while reader.read_byte_record(&mut record).map_err(|error| text::short(&error.to_string(), 200))? {
        let line = line(bytes, &record);
        let row = row(&record, &columns).and_then(|value| record::intake(&value, map, &source.stem, basket));
        basket.put(line, row);
    }
    Ok(())
}

fn delimiter(bytes: &[u8]) -> u8 {
    let header = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
    *[b',', b'\t', b';'].iter().find(|mark| header.contains(mark)).unwrap_or(&b',')
}

/// A header must have what the map needs, and no column twice.
fn check(columns: &[&str], map: &Map) -> Result<(), Reason> {
    if let Some(twice) = columns.iter().enumerate().find_map(|(at, name)| columns[..at].contains(name).then_some(name))
    {
        return Err(format!("the header has the column `{}` twice", text::short(twice, 40)));
    }
    let wanted: Vec<&str> = map.fields.values().filter_map(|pick| pick.from.as_deref()).collect();
    let found = wanted.iter().any(|name| columns.contains(name));
    let text = map.fields.contains_key(&Field::Body);
    if found && text {
        return Ok(());
    }
    let needed =
        if wanted.is_empty() || !text { "a column `body`".into() } else { format!("`{}`", wanted.join("`, `")) };
    let seen = text::short(&columns.join(","), 80);
    Err(format!("the header is missing: the first row is `{seen}` and should have {needed}; a map can rename columns"))
}

fn leave_out(columns: &[&str], map: &Map, basket: &mut Basket<'_>) {
    for name in columns.iter().filter(|name| !map.fields.values().any(|pick| pick.from.as_deref() == Some(name))) {
        basket.skip(&format!("column `{}` has no place here; a map can give it one", text::short(name, 40)));
    }
}

/// The line that a record starts on; the position that csv gives lies before empty lines.
fn line(bytes: &[u8], record: &ByteRecord) -> usize {
    let Some(position) = record.position() else { return 1 };
    let start = usize::try_from(position.byte()).unwrap_or(usize::MAX).min(bytes.len());
    let blank =
        bytes[start..].iter().take_while(|byte| matches!(byte, b'\n' | b'\r')).filter(|byte| **byte == b'\n').count();
    usize::try_from(position.line()).unwrap_or(usize::MAX) + blank
}

fn row(record: &ByteRecord, columns: &[&str]) -> Result<Value, Reason> {
    if record.len() != columns.len() {
        return Err(format!("the row has {} fields, the header {}", record.len(), columns.len()));
    }
    let fields = StringRecord::from_byte_record(record.clone()).map_err(|error| {
        let column = columns.get(error.utf8_error().field()).copied().unwrap_or_default();
        format!("column `{}` is not UTF-8", text::short(column, 40))
    })?;
    Ok(columns.iter().zip(&fields).map(|(name, field)| ((*name).to_owned(), Value::from(field))).collect())
}
