//! A text in the person's own editor: `$VISUAL`, else `$EDITOR`, else vi. No shell is asked.
//!
//! The text lies in a file for the user's eyes only while the editor has it. An editor that ends badly changes nothing;
//! what it had written by then is left where it lies, and the person is told where.

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitStatus;

use tokio::process::Command;

use crate::domain::call::MOST_BODY;
use crate::domain::text;
use crate::tui::private;

/// What is run where nothing is said.
const USUAL: &str = "vi";

/// Why the text stays as it was.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Kept {
    /// The variable is no command.
    #[error("{variable} cannot be read: a quote in it is not closed")]
    Misread { variable: &'static str },
    /// There is no such program, or it is none.
    #[error("`{program}` cannot be started: {reason}: VISUAL or EDITOR names the editor")]
    Missing { program: String, reason: String },
    /// It ended, and not well.
    #[error("`{program}` ended with {status}{left}")]
    Ended { program: String, status: String, left: String },
    /// What it left is no text, or too long.
    #[error("what `{program}` left {reason}{left}")]
    Useless { program: String, reason: String, left: String },
    /// The file cannot be written or read.
    #[error("{path}: {reason}")]
    File { path: String, reason: String },
}

/// The editor and where its files lie.
#[derive(Clone, Debug)]
pub struct Outside {
    dir: PathBuf,
}

/// A command in words.
#[derive(Debug, PartialEq, Eq)]
struct Line {
    program: String,
    arguments: Vec<String>,
}

impl Outside {
    /// Files lie in the user's state directory.
    #[must_use]
    pub fn beside(state: &Path) -> Self {
        Self { dir: state.join("editing") }
    }

    /// Lets the person edit a text in the terminal, which must not be ours meanwhile; nothing when it stays as it was.
    pub(crate) async fn edit(&self, name: &str, text: &str) -> Result<Option<String>, Kept> {
        let variable = |name: &'static str| Some((name, std::env::var_os(name)?));
        let line = command(["VISUAL", "EDITOR"].into_iter().filter_map(variable))?;
        let path = self.write(name, text)?;
        let ran = Command::new(&line.program).args(&line.arguments).arg(&path).status().await;
        let status = match ran {
            Ok(status) => status,
            Err(error) => {
                let _ = std::fs::remove_file(&path);
                return Err(Kept::Missing { program: shown(&line.program), reason: private::reason(&error) });
            }
        };
        let left = std::fs::read(&path).map_err(|error| file_trouble(&path, &error))?;
        let result = outcome(&line.program, text, status, &left, &path);
        if !matches!(&result, Err(Kept::Ended { left, .. } | Kept::Useless { left, .. }) if !left.is_empty()) {
            let _ = std::fs::remove_file(&path);
        }
        result
    }

    /// A file that was not there, with the text in it.
    fn write(&self, name: &str, text: &str) -> Result<PathBuf, Kept> {
        let made = private::create_new(&self.dir, name, "txt");
        let (path, mut file) = made.map_err(|error| file_trouble(&self.dir, &error))?;
        let written = file.write_all(text.as_bytes()).and_then(|()| file.write_all(b"\n"));
        written.map(|()| path.clone()).map_err(|error| file_trouble(&path, &error))
    }
}

/// The command that the first of these variables holds.
fn command(variables: impl Iterator<Item = (&'static str, OsString)>) -> Result<Line, Kept> {
    for (variable, value) in variables {
        let words = shell_words::split(&value.to_string_lossy()).map_err(|_unclosed| Kept::Misread { variable })?;
        let mut words = words.into_iter();
        if let Some(program) = words.next() {
            return Ok(Line { program, arguments: words.collect() });
        }
    }
    Ok(Line { program: USUAL.to_owned(), arguments: Vec::new() })
}

/// What came of it; the file stays where there is something in it to be told of.
fn outcome(program: &str, before: &str, status: ExitStatus, left: &[u8], path: &Path) -> Result<Option<String>, Kept> {
    let program = shown(program);
    let told = format!("; what it had written is in {}", private::shown(path));
    let after = std::str::from_utf8(left).ok().map(|text| text.replace("\r\n", "\n"));
    let after = after.map(|text| text.strip_suffix('\n').map_or_else(|| text.clone(), str::to_owned));
    let changed = after.as_deref() != Some(before);
    if !status.success() {
        let left = if changed { told } else { String::new() };
        return Err(Kept::Ended { program, status: words(status), left });
    }
    match after {
        Some(_) if !changed => Ok(None),
        Some(after) if after.len() <= MOST_BODY => Ok(Some(after)),
        Some(_) => Err(Kept::Useless { program, reason: "is longer than 64 KiB".to_owned(), left: told }),
        None => Err(Kept::Useless { program, reason: "is not UTF-8".to_owned(), left: told }),
    }
}

fn words(status: ExitStatus) -> String {
    status.code().map_or_else(|| text::line(&status.to_string()).into_owned(), |code| format!("code {code}"))
}

fn shown(program: &str) -> String {
    text::short(program, 60)
}

fn file_trouble(path: &Path, error: &io::Error) -> Kept {
    Kept::File { path: private::shown(path), reason: private::reason(error) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_split_as_a_shell_would_and_nothing_in_it_is_run() {
        let check = |value: &str, program: &str, arguments: &[&str]| {
            let line = command([("EDITOR", OsString::from(value))].into_iter()).unwrap();
            assert_eq!(
                (line.program.as_str(), line.arguments),
                (program, arguments.iter().map(|a| (*a).to_owned()).collect())
            );
        };
        check("vim", "vim", &[]);
        check("code --wait", "code", &["--wait"]);
        check("'/opt/my editor/ed' -c \"set tw=72\" a\\ b", "/opt/my editor/ed", &["-c", "set tw=72", "a b"]);
        check("ed $(rm -rf x); `id` | tee > y", "ed", &["$(rm", "-rf", "x);", "`id`", "|", "tee", ">", "y"]);
        check("   ", "vi", &[]);
    }

    #[test]
    fn the_first_variable_that_says_something_counts() {
        let variables = |values: [&'static str; 2]| ["VISUAL", "EDITOR"].into_iter().zip(values.map(OsString::from));
        assert_eq!(command(variables(["emacs -nw", "ed"])).unwrap().program, "emacs");
        assert_eq!(command(variables(["", "ed"])).unwrap().program, "ed");
        let open = command(variables(["vim 'x", "ed"])).unwrap_err();
        assert_eq!(open.to_string(), "VISUAL cannot be read: a quote in it is not closed");
    }

    #[cfg(unix)]
    #[test]
    fn only_a_good_end_changes_the_text_and_a_bad_one_says_what_is_left() {
        use std::os::unix::process::ExitStatusExt as _;
        let path = Path::new("/state/editing/x.txt");
        let ended = |code: i32, left: &[u8]| outcome("ed", "one\ntwo", ExitStatus::from_raw(code), left, path);
        let good = |left: &[u8]| ended(0, left).unwrap();
        assert_eq!(good(b"one\ntwo\n"), None);
        assert_eq!(good(b"one\ntwo"), None);
        assert_eq!(good(b"one\r\nthree\r\n"), Some("one\nthree".to_owned()));
        assert_eq!(good(b"one\ntwo\n\n"), Some("one\ntwo\n".to_owned()));
        assert_eq!(good(b""), Some(String::new()));
        let bad = |code: i32, left: &[u8]| ended(code, left).unwrap_err().to_string();
        assert_eq!(bad(256, b"one\ntwo\n"), "`ed` ended with code 1");
        assert_eq!(bad(256, b"x"), "`ed` ended with code 1; what it had written is in /state/editing/x.txt");
        assert_eq!(bad(0, b"\xff\xfe"), "what `ed` left is not UTF-8; what it had written is in /state/editing/x.txt");
        assert!(bad(0, &vec![b'x'; MOST_BODY + 1]).starts_with("what `ed` left is longer than 64 KiB"));
        assert!(bad(9, b"one\ntwo\n").contains("signal: 9"));
    }
}
