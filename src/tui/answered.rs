//! Work whose panic is an answer: somebody waits for it and hears that it failed, so nobody else needs to be told.

use std::any::Any;
use std::cell::Cell;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::pin;
use std::task::Poll;

/// What a panic left.
type Panicked = Box<dyn Any + Send>;

thread_local! {
    static ANSWERED: Cell<bool> = const { Cell::new(false) };
}

/// Whether somebody hears of a panic of this thread now.
pub(crate) fn is_answered() -> bool {
    ANSWERED.get()
}

/// Does it, and catches its panic.
pub(crate) fn answered<T>(work: impl FnOnce() -> T) -> Result<T, Panicked> {
    let before = ANSWERED.replace(true);
    let done = catch_unwind(AssertUnwindSafe(work));
    ANSWERED.set(before);
    done
}

/// The same for work that waits in between.
pub(crate) async fn answered_later<T>(work: impl Future<Output = T>) -> Result<T, Panicked> {
    let mut work = pin!(work);
    let step = poll_fn(|context| match answered(|| work.as_mut().poll(context)) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(done)) => Poll::Ready(Ok(done)),
        Err(panicked) => Poll::Ready(Err(panicked)),
    });
    step.await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_answered_only_inside() {
        assert!(!is_answered());
        assert_eq!(answered(is_answered).ok(), Some(true));
        assert!(answered(|| panic!("on purpose")).is_err() && !is_answered());
    }

    #[tokio::test]
    async fn what_is_done_between_two_steps_is_not_inside() {
        let (sender, receiver) = tokio::sync::oneshot::channel::<bool>();
        let work = async { receiver.await.map(|outside| (outside, is_answered())) };
        let other = async { sender.send(is_answered()).unwrap() };
        let (done, ()) = tokio::join!(answered_later(work), other);
        assert_eq!(done.ok().and_then(Result::ok), Some((false, true)));
    }
}
