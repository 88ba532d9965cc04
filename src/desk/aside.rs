//! Work that may take long, out of the way of other calls.

use tokio::runtime::{Handle, RuntimeFlavor};

/// Does `work` here, while another thread takes over what else this one had to do: a thread of a megabyte takes seconds
/// to summarise, and nobody should wait for it who asked for something else.
pub(crate) fn aside<T>(work: impl FnOnce() -> T) -> T {
    let others = Handle::try_current().is_ok_and(|handle| handle.runtime_flavor() == RuntimeFlavor::MultiThread);
    if others { tokio::task::block_in_place(work) } else { work() }
}
