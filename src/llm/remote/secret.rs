//! Keys: read where they are kept, each time anew, and never shown.

use std::fmt;
use std::path::PathBuf;

use crate::domain::text;
use crate::llm::LlmError;

/// A key. It has no written form.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    /// A key from its text.
    #[must_use]
    pub fn new(text: &str) -> Self {
        Self(text.trim().to_owned())
    }

    /// The text, for the one header that it belongs in.
    pub(crate) fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

/// Where a key is kept.
#[derive(Clone, Debug)]
pub enum Key {
    /// None is needed.
    None,
    /// In this environment variable.
    Environment(String),
    /// In this file, which others must not be able to read.
    File(PathBuf),
    /// Printed by this command: `secret-tool lookup …`, `pass show …`, `security find-generic-password …`.
    Keyring(Vec<String>),
}

impl Key {
    /// Reads it. A key that was replaced meanwhile is read as it is now.
    ///
    /// # Errors
    /// When it is not there, or others can read its file.
    pub async fn read(&self) -> Result<Option<Secret>, LlmError> {
        let text = match self {
            Self::None => return Ok(None),
            Self::Environment(name) => {
                std::env::var(name).map_err(|_absent| missing(format!("{name} is not set"), ENVIRONMENT))?
            }
            Self::File(path) => from_file(path)?,
            Self::Keyring(command) => from_command(command).await?,
        };
        let key = Secret::new(&text);
        if key.0.is_empty() { Err(missing("the key is empty".to_owned(), ENVIRONMENT)) } else { Ok(Some(key)) }
    }
}

const ENVIRONMENT: &str = "set it, or run `countersign setup`";
const FILE: &str = "write the key into it with `chmod 600`, or run `countersign setup`";

fn missing(what: String, way_out: &'static str) -> LlmError {
    LlmError::Setup { what, way_out }
}

fn from_file(path: &std::path::Path) -> Result<String, LlmError> {
    use std::os::unix::fs::PermissionsExt as _;
    let shown = text::short(&path.to_string_lossy(), 200);
    let told = |e: std::io::Error| missing(format!("the key file {shown} cannot be read ({})", e.kind()), FILE);
    if std::fs::metadata(path).map_err(told)?.permissions().mode() & 0o077 != 0 {
        return Err(missing(format!("others can read the key file {shown}"), "run `chmod 600` on it"));
    }
    std::fs::read_to_string(path).map_err(told)
}

async fn from_command(command: &[String]) -> Result<String, LlmError> {
    let way_out = "try the command of `key_command` in a shell";
    let (program, arguments) =
        command.split_first().ok_or_else(|| missing("`key_command` is empty".to_owned(), way_out))?;
    let shown = text::short(program, 80);
    let failed = |why: String| missing(format!("{shown} gave no key ({why})"), way_out);
    let output = tokio::process::Command::new(program)
        .args(arguments)
        .stdin(std::process::Stdio::null())
        .kill_on_drop(true)
        .output()
        .await
        .map_err(|e| failed(e.kind().to_string()))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    String::from_utf8(output.stdout).map_err(|_binary| failed("not text".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_has_no_written_form() {
        assert_eq!(format!("{:?}", Secret::new("sk-very-secret")), "Secret");
    }

    #[tokio::test]
    async fn a_key_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt as _;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key");
        std::fs::write(&path, "sk-1\n").unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o644)).unwrap();
        assert!(Key::File(path.clone()).read().await.unwrap_err().to_string().contains("chmod 600"));
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o600)).unwrap();
        assert_eq!(Key::File(path).read().await.unwrap().unwrap().reveal(), "sk-1");
    }

    #[tokio::test]
    async fn a_key_comes_from_a_command_and_its_failure_says_which() {
        let echo = |words: &[&str]| Key::Keyring(words.iter().map(|w| (*w).to_owned()).collect());
        assert_eq!(echo(&["echo", "sk-2"]).read().await.unwrap().unwrap().reveal(), "sk-2");
        let error = echo(&["false"]).read().await.unwrap_err().to_string();
        assert!(error.contains("false gave no key") && error.contains("key_command"), "{error}");
    }
}
