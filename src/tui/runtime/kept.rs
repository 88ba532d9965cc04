//! The file in the state directory that holds what a screen remembers, one for each desk.

use std::fs;
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::domain::canonical::Digest;
use crate::tui::model::kept::Kept;
use crate::tui::private;

/// No file of ours is larger.
const MOST: u64 = 64 * 1024;

/// Where it is kept.
#[derive(Clone, Debug)]
pub(crate) struct Keeper {
    file: PathBuf,
    desk: String,
    /// The configuration under which a theme or the mouse was chosen: under another one that choice is void.
    configured: String,
}

#[derive(Serialize, Deserialize)]
struct Written {
    desk: String,
    configured: String,
    kept: Kept,
}

impl Keeper {
    pub(crate) fn new(state: &Path, desk: &Path, configured: String) -> Self {
        let desk = fs::canonicalize(desk).unwrap_or_else(|_| desk.to_owned()).to_string_lossy().into_owned();
        let digest = Digest::of(&[desk.as_bytes()]).to_string();
        let name: String = digest.chars().filter(char::is_ascii_alphanumeric).rev().take(16).collect();
        Self { file: state.join("screens").join(format!("{name}.json")), desk, configured }
    }

    /// Whether nobody has sat at any desk here before. It is true once: the folder of what is remembered is there from
    /// now on; where it cannot be made or looked at nobody is taken for new.
    pub(crate) fn is_first(&self) -> bool {
        let made = |screens: &Path| {
            private::folder(screens.parent()?).ok()?;
            fs::create_dir(screens).ok()
        };
        self.file.parent().and_then(made).is_some()
    }

    /// What was remembered; nothing the first time. What cannot be read is left alone, and the log says so.
    pub(crate) fn load(&self) -> Option<Kept> {
        match self.read() {
            Ok(kept) => Some(kept),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::warn!(file = %self.file.display(), %error, "what the screen remembered is not used");
                None
            }
        }
    }

    fn read(&self) -> io::Result<Kept> {
        let mut text = String::new();
        fs::File::open(&self.file)?.take(MOST).read_to_string(&mut text)?;
        let written: Written = serde_json::from_str(&text)?;
        if written.desk != self.desk {
            return Err(io::Error::other("it is about another desk"));
        }
        let same = written.configured == self.configured;
        let Kept { theme, mouse, .. } = written.kept.clone();
        Ok(Kept { theme: theme.filter(|_| same), mouse: mouse.filter(|_| same), ..written.kept })
    }

    /// Remembers; a failure goes to the log, for nobody's work depends on it.
    pub(crate) fn save(&self, kept: Kept) {
        if let Err(error) = self.write(kept) {
            tracing::warn!(file = %self.file.display(), %error, "the screen cannot remember where you were");
        }
    }

    /// Whole or not at all, and for nobody else's eyes: a filter may hold a name.
    fn write(&self, kept: Kept) -> io::Result<()> {
        let written = Written { desk: self.desk.clone(), configured: self.configured.clone(), kept };
        let text = serde_json::to_vec(&written)?;
        let dir = self.file.parent().ok_or_else(|| io::Error::other("no directory"))?;
        fs::create_dir_all(dir)?;
        let beside = self.file.with_extension(format!("{}.new", std::process::id()));
        hidden(&beside)?.write_all(&text)?;
        fs::rename(&beside, &self.file)
    }
}

fn hidden(path: &Path) -> io::Result<fs::File> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept() -> Kept {
        Kept { view: "mine".into(), filter: "vat".into(), row: 3, theme: Some("light".into()), ..Kept::default() }
    }

    #[test]
    fn what_is_saved_is_loaded_and_nobody_else_reads_it() {
        let dir = tempfile::tempdir().unwrap();
        let keeper = Keeper::new(dir.path(), Path::new("/desks/a.db"), "auto".into());
        assert_eq!(keeper.load(), None);
        keeper.save(kept());
        assert_eq!(keeper.load(), Some(kept()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&keeper.file).unwrap().permissions().mode() & 0o777, 0o600);
        }
        assert_eq!(fs::read_dir(dir.path().join("screens")).unwrap().count(), 1, "nothing is left beside it");
    }

    #[test]
    fn somebody_is_new_once_at_whatever_desk_and_never_where_that_cannot_be_remembered() {
        let dir = tempfile::tempdir().unwrap();
        let state = dir.path().join("state");
        let keeper = |desk| Keeper::new(&state, Path::new(desk), "auto".into());
        assert!(keeper("/desks/a.db").is_first());
        assert!(!keeper("/desks/a.db").is_first());
        assert!(!keeper("/desks/b.db").is_first());
        keeper("/desks/a.db").save(kept());
        assert_eq!(keeper("/desks/a.db").load(), Some(kept()));
        let file = dir.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(!Keeper::new(&file, Path::new("/desks/a.db"), "auto".into()).is_first());
    }

    #[test]
    fn every_desk_has_its_own_and_another_configuration_voids_only_what_it_sets() {
        let dir = tempfile::tempdir().unwrap();
        Keeper::new(dir.path(), Path::new("/desks/a.db"), "auto".into()).save(kept());
        assert_eq!(Keeper::new(dir.path(), Path::new("/desks/b.db"), "auto".into()).load(), None);
        let other = Keeper::new(dir.path(), Path::new("/desks/a.db"), "dark".into()).load();
        assert_eq!(other, Some(Kept { theme: None, ..kept() }));
    }

    #[test]
    fn what_cannot_be_read_or_is_foreign_is_not_used() {
        let dir = tempfile::tempdir().unwrap();
        let keeper = Keeper::new(dir.path(), Path::new("/desks/a.db"), "auto".into());
        keeper.save(kept());
        let foreign = fs::read_to_string(&keeper.file).unwrap().replace("a.db", "z.db");
        let wrong = r#"{"desk":"/desks/a.db","configured":"auto","kept":{"row":-1}}"#;
        for text in ["", "{", "\u{0}\u{1b}[2J", wrong, &foreign, &"x".repeat(100_000)] {
            fs::write(&keeper.file, text).unwrap();
            assert_eq!(keeper.load(), None, "{}", &text[..text.len().min(40)]);
        }
    }
}
