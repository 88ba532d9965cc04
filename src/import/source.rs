//! Files: which there are, what is in them, and which reader fits.

use std::path::{Path, PathBuf};

use crate::import::ReadError;
use crate::import::map::{Layout, Map};

/// Largest file, in bytes: everything read is held in memory.
pub(super) const LARGEST: u64 = 512 << 20;
const BOM: &[u8] = b"\xef\xbb\xbf";

/// How a file is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    /// One JSON value a line.
    Lines,
    /// JSON: an array, or values one after the other.
    Json,
    /// Comma-separated values.
    Table,
    /// One mail.
    Mail,
    /// Many mails.
    Mbox,
    /// One article.
    Markdown,
    /// One plain text, by a map.
    Text,
}

/// A file in memory.
#[derive(Debug)]
pub(super) struct Source {
    /// Its name without folder and extension.
    pub(super) stem: String,
    /// How to read it.
    pub(super) format: Format,
    bytes: Vec<u8>,
}

impl Source {
    /// Reads a file and finds its format by extension, then by content.
    pub(super) fn open(path: &Path, map: Option<&Map>) -> Result<Self, ReadError> {
        let failed = |source| ReadError::Io { path: path.to_owned(), source };
        if std::fs::metadata(path).map_err(failed)?.len() > LARGEST {
            return Err(ReadError::TooLarge { path: path.to_owned() });
        }
        let bytes = std::fs::read(path).map_err(failed)?;
        let unknown = || ReadError::Unknown { path: path.to_owned() };
        let format = by_name(path, map).or_else(|| by_content(path, &bytes)).ok_or_else(unknown)?;
        let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        Ok(Self { stem, format, bytes })
    }

    /// JSON Lines that the program carries.
    pub(super) fn carried(text: &str) -> Self {
        Self { stem: String::new(), format: Format::Lines, bytes: text.as_bytes().to_vec() }
    }

    /// The content without a byte order mark.
    pub(super) fn bytes(&self) -> &[u8] {
        self.bytes.strip_prefix(BOM).unwrap_or(&self.bytes)
    }
}

/// The files of a folder and the folders in it, sorted by path; hidden ones are left out.
///
/// A link to a folder is not followed, since it may lead back, and a pipe is not opened, since it may never end.
pub(super) fn files(folder: &Path) -> Result<Vec<PathBuf>, ReadError> {
    let mut found = Vec::new();
    let mut open = vec![folder.to_owned()];
    while let Some(folder) = open.pop() {
        let failed = |source| ReadError::Io { path: folder.clone(), source };
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let hidden = entry.file_name().to_string_lossy().starts_with('.');
            if !hidden && entry.file_type().map_err(failed)?.is_dir() {
                open.push(entry.path());
            } else if !hidden && entry.path().is_file() {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}

fn by_name(path: &Path, map: Option<&Map>) -> Option<Format> {
    let extension = path.extension()?.to_string_lossy().to_lowercase();
    match extension.as_str() {
        "jsonl" | "ndjson" => Some(Format::Lines),
        "json" => Some(Format::Json),
        "csv" | "tsv" => Some(Format::Table),
        "eml" => Some(Format::Mail),
        "mbox" => Some(Format::Mbox),
        "md" | "markdown" => Some(Format::Markdown),
        "txt" | "text" if map.is_some_and(|map| map.layout == Layout::Text) => Some(Format::Text),
        _ => None,
    }
}

/// Files without an extension, as mail programs keep them.
fn by_content(path: &Path, bytes: &[u8]) -> Option<Format> {
    if path.extension().is_some() {
        return None;
    }
    let text = String::from_utf8_lossy(&bytes[..bytes.len().min(4096)]);
    match text.trim_start_matches('\u{feff}').trim_start().chars().next()? {
        '{' | '[' => Some(Format::Json),
        _ if text.starts_with("From ") => Some(Format::Mbox),
        _ if is_mail(&text) => Some(Format::Mail),
        _ => None,
    }
}

fn is_mail(text: &str) -> bool {
    let starts =
        |name: &str| text.lines().take_while(|line| !line.is_empty()).any(|line| line.to_lowercase().starts_with(name));
    starts("from:") && (starts("subject:") || starts("date:") || starts("message-id:"))
}
