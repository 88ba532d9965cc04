//! Where the shared data are that tests try themselves on; only tests know this place.

use std::path::PathBuf;

/// A file or folder of `../shared`, or of `COUNTERSIGN_SHARED`; says loudly when it is not there.
pub(crate) fn shared(path: &str) -> Option<PathBuf> {
    let beside = || concat!(env!("CARGO_MANIFEST_DIR"), "/../shared").to_owned();
    let found = PathBuf::from(std::env::var("COUNTERSIGN_SHARED").unwrap_or_else(|_| beside())).join(path);
    if found.exists() {
        return Some(found);
    }
    eprintln!("SKIPPED: {} is not there", found.display());
    None
}
