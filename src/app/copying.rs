//! A desk copied from one place to another, either kind to either kind.

use std::fmt;
use std::path::{Path, PathBuf};

use color_eyre::eyre::{Context as _, bail, ensure};

use crate::app::{self, Fill, Places};
use crate::domain::audit::chain::Head;
use crate::domain::database::DatabaseUrl;
use crate::domain::text;
use crate::store::copying::{Filling, Pouring, stream};
use crate::store::{Store, StoreError, carry_checkpoints, postgres, sqlite};

/// Where a desk is.
pub enum Place {
    /// In a file.
    File(PathBuf),
    /// In a database.
    Database(Places),
}

impl Place {
    /// What somebody names: a URL, or a file.
    #[must_use]
    pub fn read(text: &str, places: &Places, connections: usize) -> Self {
        if DatabaseUrl::is_meant(text) {
            Self::Database(places.clone().in_database(&DatabaseUrl::from(text.to_owned()), connections))
        } else {
            Self::File(PathBuf::from(text))
        }
    }

    /// The desk that is open here.
    #[must_use]
    pub fn of(places: &Places) -> Self {
        if places.database.is_some() { Self::Database(places.clone()) } else { Self::File(places.desk.clone()) }
    }

    async fn pour(&self, out: Pouring) -> Result<(), StoreError> {
        match self {
            Self::File(path) => {
                let path = path.clone();
                apart(move || sqlite::copying::pour(&path, &out)).await
            }
            Self::Database(places) => postgres::copying::pour(url(places), &out).await,
        }
    }

    /// Fills what is there, and says the name of its log.
    async fn fill(&self, rows: Filling) -> Result<String, StoreError> {
        match self {
            Self::File(path) => {
                let path = path.clone();
                apart(move || sqlite::copying::fill(&path, rows)).await
            }
            Self::Database(places) => postgres::copying::fill(url(places), rows).await,
        }
    }

    /// What the names of its key and its checkpoints begin with.
    fn beside(&self, log_id: &str) -> PathBuf {
        match self {
            Self::File(path) => path.clone(),
            Self::Database(places) => places.options.place.join(log_id),
        }
    }

    async fn open(&self) -> color_eyre::Result<std::sync::Arc<dyn Store>> {
        match self {
            Self::File(path) => Ok(app::open_desk(path, Fill::Nothing).await?),
            Self::Database(places) => app::open_store(places, Fill::Nothing).await,
        }
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (Self::File(path) | Self::Database(Places { desk: path, .. })) = self;
        f.write_str(&text::line(&path.to_string_lossy()))
    }
}

fn url(places: &Places) -> &str {
    places.database.as_ref().map_or("", DatabaseUrl::secret)
}

async fn apart<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|e| StoreError::Failed(e.to_string()))?
}

/// Copies a desk with everything in it, its key and its checkpoints too, and verifies the log of the copy: its head.
///
/// # Errors
/// When there is no desk, there is one where it should go, or the copy's log does not verify.
pub async fn copy(from: &Place, to: &Place) -> color_eyre::Result<Head> {
    if let Place::File(path) = from {
        ensure!(path.exists(), "there is no desk {from}");
    }
    if let Place::File(path) = to {
        ensure!(!path.exists(), "{to} exists; a copy goes into a new file");
    }
    let poured = Box::pin(pour_over(from, to)).await;
    if let (Err(_), Place::File(path)) = (&poured, to) {
        // It was not there before.
        let _ = std::fs::remove_file(path);
    }
    let log_id = poured?;
    carry_checkpoints(&from.beside(&log_id), &to.beside(&log_id))
        .wrap_err_with(|| format!("the key and the checkpoints of {from} could not be copied"))?;
    verified(to).await
}

async fn pour_over(from: &Place, to: &Place) -> color_eyre::Result<String> {
    let (out, rows) = stream();
    let (poured, filled) = tokio::join!(from.pour(out), to.fill(rows));
    // Whoever stopped first says why.
    poured.wrap_err_with(|| from.to_string())?;
    filled.wrap_err_with(|| to.to_string())
}

async fn verified(place: &Place) -> color_eyre::Result<Head> {
    match place.open().await?.verify(None).await? {
        Ok(head) => Ok(head),
        Err(broken) => bail!("the log of {place} does not verify: {}", text::line(&broken.to_string())),
    }
}

/// Writes the desk as it is now to a new file, whoever works on it meanwhile. The file holds no key.
///
/// # Errors
/// When the file cannot be written, or its log does not verify.
pub async fn backup(places: &Places, file: &Path) -> color_eyre::Result<Head> {
    let (from, to) = (Place::of(places), Place::File(file.to_owned()));
    match &from {
        Place::File(desk) => {
            ensure!(desk.exists(), "there is no desk {from}");
            app::open_desk(desk, Fill::Nothing).await?.copy_to(file)?;
        }
        Place::Database(_) => drop(Box::pin(pour_over(&from, &to)).await?),
    }
    verified(&to).await
}
