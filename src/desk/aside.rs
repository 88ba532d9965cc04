//! Work that may take long, out of the way of other calls.

use std::num::NonZero;
use std::sync::LazyLock;
use std::thread::available_parallelism;

use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::Semaphore;

/// One core stays free for the screen, or for whoever asks for something else.
static PLACES: LazyLock<Semaphore> = LazyLock::new(|| {
    let cores = available_parallelism().map_or(1, NonZero::get);
    Semaphore::new(cores.saturating_sub(1).max(1))
});

/// Does `work` here, while another thread takes over what else this one had to do: a thread of a megabyte takes seconds
/// to summarise, and nobody should wait for it who asked for something else.
pub(crate) async fn aside<T>(work: impl FnOnce() -> T) -> T {
    // It is never closed.
    let _place = PLACES.acquire().await;
    let others = Handle::try_current().is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread);
    if others { tokio::task::block_in_place(work) } else { work() }
}
