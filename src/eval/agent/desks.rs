//! Desks to try things at: each run has a copy of its own, and none of them is anybody's desk.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

use color_eyre::eyre::{WrapErr as _, ensure};
use tokio::sync::Mutex;

use crate::app::{self, Fill};
use crate::domain::audit::{Action, Event};
use crate::store::sqlite::Sqlite;
use crate::store::{Origin, Store as _};
use crate::{clock, import, random};

/// How long the articles of a new desk may take to be embedded.
const EMBEDDING: Duration = Duration::from_mins(10);

/// The folder with the copies; it goes when this goes.
pub(crate) struct Desks {
    dir: PathBuf,
    /// A desk that is there already, in place of the sample.
    own: Option<PathBuf>,
    made: Mutex<HashMap<Option<PathBuf>, PathBuf>>,
}

/// A desk for one run.
pub(crate) struct Copy(PathBuf);

impl Desks {
    /// Copies of the sample desk, or of `own`, made in the folder for temporary files.
    pub(crate) fn new(own: Option<PathBuf>) -> color_eyre::Result<Self> {
        let dir = std::env::temp_dir().join(random::name::<8>("countersign-eval"));
        std::fs::create_dir(&dir).wrap_err_with(|| format!("cannot make {}", dir.display()))?;
        Ok(Self { dir, own, made: Mutex::default() })
    }

    /// A copy of the desk made of these files; of the sample when there are none.
    pub(crate) async fn copy(&self, files: Option<&Path>) -> color_eyre::Result<Copy> {
        let mut made = self.made.lock().await;
        let key = files.map(Path::to_owned);
        if !made.contains_key(&key) {
            let path = self.dir.join(format!("{}.db", made.len()));
            self.make(&path, files).await?;
            made.insert(key.clone(), path);
        }
        let copy = self.dir.join(format!("{}.db", random::name::<8>("copy")));
        if let Some(original) = made.get(&key) {
            std::fs::copy(original, &copy).wrap_err_with(|| format!("cannot copy {}", original.display()))?;
        }
        Ok(Copy(copy))
    }

    /// One file without a log beside it, so that it can be copied; its articles are embedded.
    async fn make(&self, path: &Path, files: Option<&Path>) -> color_eyre::Result<()> {
        let first = path.with_extension("first");
        let source = match (&self.own, files) {
            (Some(own), None) => own,
            (_, None) => {
                app::open_desk(&first, Fill::Sample).await?;
                &first
            }
            (_, Some(files)) => {
                let store = app::open_desk(&first, Fill::Nothing).await?;
                let now = clock::now();
                let reading = import::read(files, None, now)?;
                ensure!(reading.bad.is_empty(), "{}: {} bad rows", files.display(), reading.bad.len());
                let (actor, run) = ("eval".parse()?, random::run_id());
                store
                    .import(reading.rows, Origin::File, Event::new(now, actor, run, Action::Imported, "import"))
                    .await?;
                &first
            }
        };
        let store = Sqlite::open(source)?.store;
        let since = std::time::Instant::now();
        while store.has_unread_articles()? {
            ensure!(since.elapsed() < EMBEDDING, "the articles are not embedded after {} s", EMBEDDING.as_secs());
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        Ok(store.copy_to(path)?)
    }
}

impl Drop for Desks {
    fn drop(&mut self) {
        if let Err(error) = std::fs::remove_dir_all(&self.dir) {
            tracing::warn!(%error, dir = %self.dir.display(), "a folder of copies is left behind");
        }
    }
}

impl Copy {
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }
}

impl Drop for Copy {
    fn drop(&mut self) {
        // With its folder it goes in the end; this keeps a long comparison from filling the disk.
        let _ = std::fs::remove_file(&self.0);
    }
}
