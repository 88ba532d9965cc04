//! The checkpoint file of a desk: a signed head every hundred records, each minute, and at the end. It lies beside the
//! desk's file; of a desk in a database, in a folder of each machine that serves it.

use std::fs::{File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ed25519_dalek::SigningKey;

use crate::domain::audit::chain::{Broken, Head};
use crate::domain::audit::checkpoint::Checkpoint;
use crate::store::StoreError;

const EVERY_RECORDS: u64 = 100;
const EVERY: Duration = Duration::from_mins(1);

/// Signs heads as they come by.
pub(crate) struct Checkpoints {
    origin: String,
    path: PathBuf,
    key: SigningKey,
    last: u64,
    at: Instant,
}

/// Where the checkpoints of a desk are kept: `desk.db.checkpoints`.
pub(crate) fn path_of(desk: &Path) -> PathBuf {
    with_suffix(desk, ".checkpoints")
}

fn key_path(desk: &Path) -> PathBuf {
    with_suffix(desk, ".key")
}

fn with_suffix(desk: &Path, suffix: &str) -> PathBuf {
    let mut name = desk.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

impl Checkpoints {
    /// Opens the checkpoints of the desk at `desk`; the key is made at the first start, readable by its owner only.
    pub(crate) fn open(desk: &Path, log_id: &str) -> Result<Self, StoreError> {
        let key = read_or_make_key(&key_path(desk)).map_err(|e| StoreError::Unopenable {
            path: crate::domain::text::line(&key_path(desk).to_string_lossy()).into_owned(),
            reason: e.to_string(),
        })?;
        let path = path_of(desk);
        let last = read(&path).last().map_or(0, |c| c.head.size);
        Ok(Self { origin: log_id.to_owned(), path, key, last, at: Instant::now() })
    }

    /// Called with every new head.
    pub(crate) fn reached(&mut self, head: &Head) {
        let due = head.size / EVERY_RECORDS > self.last / EVERY_RECORDS || self.at.elapsed() >= EVERY;
        if due && head.size > self.last {
            self.sign(head.clone());
        }
    }

    /// Called once, at the end.
    pub(crate) fn close(&mut self, head: Result<Head, StoreError>) {
        match head {
            Ok(head) if head.size > self.last => self.sign(head),
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "no last checkpoint"),
        }
    }

    fn sign(&mut self, head: Head) {
        let size = head.size;
        let line = Checkpoint::sign(&self.origin, head, &self.key).to_line();
        let written = OpenOptions::new().create(true).append(true).mode(0o600).open(&self.path);
        match written.and_then(|mut file| file.write_all(format!("{line}\n").as_bytes())) {
            Ok(()) => (self.last, self.at) = (size, Instant::now()),
            Err(error) => tracing::error!(%error, "a checkpoint could not be written"),
        }
    }
}

/// Compares a chain with the checkpoints beside its desk: `hash_at` gives a record's hash by number.
pub(crate) fn compare(
    desk: &Path,
    origin: &str,
    head: &Head,
    mut hash_at: impl FnMut(u64) -> Option<String>,
) -> Result<(), Broken> {
    let Ok(key) = read_key(&key_path(desk)) else {
        return if path_of(desk).exists() { Err(no_key()) } else { Ok(()) };
    };
    for checkpoint in read(&path_of(desk)) {
        let size = checkpoint.head.size;
        if checkpoint.origin != origin {
            return Err(Broken::Head(format!("the checkpoint at {size} is of another log: the log was made anew")));
        }
        if !checkpoint.is_signed_by(&key.verifying_key()) {
            return Err(Broken::Head(format!("the checkpoint at {size} is not signed by this desk's key")));
        }
        if size > head.size {
            let text = format!("the log ends at {}, a checkpoint is at {size}: its tail was cut", head.size);
            return Err(Broken::Head(text));
        }
        if hash_at(size).as_deref() != Some(&checkpoint.head.hash) {
            return Err(Broken::Head(format!("record {size} is not the one that was signed: the log was rewritten")));
        }
    }
    Ok(())
}

/// Compares a chain with a head that somebody noted earlier.
pub(crate) fn expected(
    head: &Head,
    expect: Option<&Head>,
    hash_at: impl FnOnce(u64) -> Option<String>,
) -> Result<(), Broken> {
    let Some(expect) = expect else { return Ok(()) };
    if expect.size > head.size {
        let text = format!("the log ends at {}, {} was expected: its tail was cut", head.size, expect.size);
        return Err(Broken::Head(text));
    }
    match hash_at(expect.size) {
        Some(hash) if hash == expect.hash => Ok(()),
        _ => Err(Broken::Head(format!("record {} is not the expected one: the log was rewritten", expect.size))),
    }
}

/// The places of the checkpoints of a desk.
pub(crate) fn places(desk: &Path) -> Vec<u64> {
    read(&path_of(desk)).into_iter().map(|checkpoint| checkpoint.head.size).collect()
}

/// Copies the key and the checkpoints of a desk to where its copy is, in place of those that it may have.
///
/// # Errors
/// When a file cannot be read or written.
pub fn carry(from: &Path, to: &Path) -> std::io::Result<()> {
    if !key_path(from).exists() {
        return Ok(());
    }
    if let Some(folder) = to.parent() {
        std::fs::create_dir_all(folder)?;
    }
    for (old, new) in [(key_path(from), key_path(to)), (path_of(from), path_of(to))] {
        if old.exists() && old != new {
            let bytes = std::fs::read(&old)?;
            let mut file = OpenOptions::new().create(true).write(true).truncate(true).mode(0o600).open(&new)?;
            file.write_all(&bytes)?;
            file.sync_all()?;
        }
    }
    Ok(())
}

fn no_key() -> Broken {
    Broken::Head("there are checkpoints but the desk's key is missing".to_owned())
}

fn read(path: &Path) -> Vec<Checkpoint> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    // A line cut by a crash is the last one; it is no checkpoint yet.
    text.lines().filter_map(Checkpoint::from_line).collect()
}

fn read_key(path: &Path) -> std::io::Result<SigningKey> {
    let mut bytes = [0; 32];
    File::open(path)?.read_exact(&mut bytes)?;
    Ok(SigningKey::from_bytes(&bytes))
}

fn read_or_make_key(path: &Path) -> std::io::Result<SigningKey> {
    let seed = crate::random::bytes::<32>();
    // Written whole under a name of its own first: nobody else reads half a key, whatever process they are in.
    let fresh = with_suffix(path, &crate::random::name::<8>("."));
    if !path.exists() {
        let mut file = OpenOptions::new().create_new(true).write(true).mode(0o600).open(&fresh)?;
        file.write_all(&seed)?;
        file.sync_all()?;
        let linked = std::fs::hard_link(&fresh, path);
        std::fs::remove_file(&fresh)?;
        linked.or_else(|e| if path.exists() { Ok(()) } else { Err(e) })?;
    }
    read_key(path)
}
