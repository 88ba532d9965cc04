//! Tickets, customers, articles and canned replies from files, folders and mail.
//!
//! A row that cannot be read never stops the others: it becomes a [`BadRow`] with its line and a reason. What no reader
//! knows (a picture in a folder, a column without a place) is named in [`Reading::skipped`]. Nothing here reads a clock.

mod basket;
mod events;
pub mod generate;
pub mod html;
mod json;
mod limits;
mod mail;
mod map;
mod markdown;
mod mbox;
mod object;
mod plain;
mod record;
mod rows;
pub mod sample;
mod source;
mod table;
mod thread;
mod uuencode;

use std::path::{Path, PathBuf};

use jiff::Timestamp;

pub use crate::import::limits::article_id;
pub use crate::import::map::{Event, Field, Kind, Layout, Map, Pick, Thread};

use crate::domain::intake::{BadRow, Intake};
use crate::domain::text;
use crate::import::basket::Basket;
use crate::import::source::Source;

/// What was found in files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The good rows, in the order of the files; tickets made of mails come last.
    pub rows: Vec<Intake>,
    /// The rows that could not be read.
    pub bad: Vec<BadRow>,
    /// Files, fields and copies that were left out, in words, escaped.
    pub skipped: Vec<String>,
}

/// Why nothing could be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The file system said no.
    #[error("cannot read {}", text::line(&path.to_string_lossy()))]
    Io {
        /// Which file.
        path: PathBuf,
        /// What it said.
        source: std::io::Error,
    },
    /// The file is larger than 512 MiB.
    #[error("{} is larger than 512 MiB; split it", text::line(&path.to_string_lossy()))]
    TooLarge {
        /// Which file.
        path: PathBuf,
    },
    /// No reader fits.
    #[error("{}: neither .jsonl, .json, .csv, .eml, .mbox nor .md; a map with layout = \"text\" reads plain text",
        text::line(&path.to_string_lossy()))]
    Unknown {
        /// Which file.
        path: PathBuf,
    },
    /// The file as a whole makes no sense, like a table without a header.
    #[error("{}: {reason}", text::line(&path.to_string_lossy()))]
    Shape {
        /// Which file.
        path: PathBuf,
        /// What is wrong, escaped.
        reason: String,
    },
    /// The map is wrong.
    #[error("map {}: {reason}", text::line(&path.to_string_lossy()))]
    Map {
        /// Which map.
        path: PathBuf,
        /// What is wrong, escaped.
        reason: String,
    },
}

/// Reads one file or folder.
///
/// # Errors
/// When the file as a whole cannot be read; a bad row is no error.
pub fn read(path: &Path, map: Option<&Map>, default_time: Timestamp) -> Result<Reading, ReadError> {
    read_all(&[path], map, default_time)
}

/// Reads several files and folders as one import, so that mails of one thread find each other.
///
/// # Errors
/// When one of the named files cannot be read at all; a file in a folder that cannot is a bad row.
pub fn read_all(paths: &[&Path], map: Option<&Map>, default_time: Timestamp) -> Result<Reading, ReadError> {
    let mut basket = Basket::new(map, default_time);
    for path in paths {
        if path.is_dir() {
            read_folder(path, &mut basket)?;
        } else {
            read_file(path, &mut basket)?;
        }
    }
    Ok(basket.into_reading())
}

/// Reads JSON Lines that the program carries.
fn read_carried(lines: &str, default_time: Timestamp) -> Reading {
    let mut basket = Basket::new(None, default_time);
    json::read_lines(&Source::carried(lines), &mut basket);
    basket.into_reading()
}

fn read_folder(folder: &Path, basket: &mut Basket<'_>) -> Result<(), ReadError> {
    for path in source::files(folder)? {
        let name = path.strip_prefix(folder).unwrap_or(&path).to_string_lossy().into_owned();
        basket.in_file(Some(&name));
        match read_file(&path, basket) {
            Ok(()) => {}
            Err(ReadError::Unknown { .. }) => basket.skip("not a file that import reads"),
            Err(ReadError::Shape { reason, .. }) => basket.bad(1, &reason),
            Err(error @ (ReadError::Io { .. } | ReadError::TooLarge { .. } | ReadError::Map { .. })) => {
                basket.bad(1, &error.to_string());
            }
        }
    }
    basket.in_file(None);
    Ok(())
}

fn read_file(path: &Path, basket: &mut Basket<'_>) -> Result<(), ReadError> {
    let source = Source::open(path, basket.map)?;
    let shape =
        |reason: String| ReadError::Shape { path: path.to_owned(), reason: text::short(&reason, limits::REASON) };
    match source.format {
        source::Format::Lines => json::read_lines(&source, basket),
        source::Format::Json => json::read_values(&source, basket),
        source::Format::Table => return table::read(&source, basket).map_err(shape),
        source::Format::Mail => basket.put_mail(1, mail::parse(source.bytes(), basket.default_time)),
        source::Format::Mbox => mbox::read(source.bytes(), basket),
        source::Format::Markdown => basket.put(1, markdown::read(&source)),
        source::Format::Text => plain::read(&source, basket),
    }
    Ok(())
}

#[cfg(test)]
mod shared_tests;
#[cfg(test)]
mod tests;
