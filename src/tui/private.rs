//! Files for the user's eyes only: folders 0700, files 0600.

use std::fs::{DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use crate::domain::text;

/// Files of one name.
const MOST: u32 = 1000;

/// A path for people: their own folder is `~`.
pub(crate) fn shown(path: &Path) -> String {
    let home = std::env::var_os("HOME").filter(|home| !home.is_empty());
    let inside = home.and_then(|home| Some(Path::new("~").join(path.strip_prefix(home).ok()?)));
    text::line(&inside.as_deref().unwrap_or(path).to_string_lossy()).into_owned()
}

/// Why a file cannot be what it is wanted for, in the system's own words without its number.
pub(crate) fn reason(error: &io::Error) -> String {
    let words = text::line(&error.to_string()).into_owned();
    words.split(" (os error").next().unwrap_or_default().to_owned()
}

/// Makes a folder and those above it, where they are not there yet.
pub(crate) fn folder(dir: &Path) -> io::Result<()> {
    let mut folder = DirBuilder::new();
    folder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut folder, 0o700);
    folder.create(dir)
}

/// Makes a file `NAME.ENDING` that was not there, with a number where there is one of that name.
pub(crate) fn create_new(dir: &Path, name: &str, ending: &str) -> io::Result<(PathBuf, File)> {
    folder(dir)?;
    let mut number = 1;
    loop {
        let again = if number == 1 { String::new() } else { format!("-{number}") };
        let path = dir.join(format!("{name}{again}.{ending}"));
        match create(&path) {
            Ok(file) => return Ok((path, file)),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < MOST => number += 1,
            Err(error) => return Err(error),
        }
    }
}

fn create(path: &Path) -> io::Result<File> {
    let mut file = OpenOptions::new();
    file.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut file, 0o600);
    file.open(path)
}

/// Puts a whole file in the place of whatever was there: whoever reads it sees the old one or the new one.
pub(crate) fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let beside = path.with_extension(format!("{}.part", std::process::id()));
    // Left by a program of the same number that was killed.
    let _ = std::fs::remove_file(&beside);
    let mut file = create(&beside)?;
    let written = file.write_all(bytes).and_then(|()| file.sync_data()).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        let _ = std::fs::remove_file(&beside);
    }
    written
}
