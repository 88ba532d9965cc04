//! A connection that is not waited for without end: what it is to be told must be taken from us.

use std::future::Future as _;
use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::time::{Sleep, sleep};

/// A connection whose other end may leave what is written to it untaken for so long. One that has nothing to write, like
/// a stream of news without news, is not stuck.
pub(super) struct Patient<S> {
    io: S,
    patience: Duration,
    /// Runs while nothing of what is written is taken.
    stuck: Option<Pin<Box<Sleep>>>,
}

impl<S> Patient<S> {
    pub(super) const fn new(io: S, patience: Duration) -> Self {
        Self { io, patience, stuck: None }
    }

    /// How a write went, or that its end has come.
    fn waited<T>(&mut self, context: &mut Context<'_>, went: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if went.is_ready() {
            self.stuck = None;
            return went;
        }
        let patience = self.patience;
        ready!(self.stuck.get_or_insert_with(|| Box::pin(sleep(patience))).as_mut().poll(context));
        Poll::Ready(Err(io::Error::new(ErrorKind::TimedOut, "the other end takes nothing")))
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Patient<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Patient<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let went = Pin::new(&mut self.io).poll_write(context, bytes);
        self.waited(context, went)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let went = Pin::new(&mut self.io).poll_write_vectored(context, parts);
        self.waited(context, went)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let went = Pin::new(&mut self.io).poll_flush(context);
        self.waited(context, went)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        let went = Pin::new(&mut self.io).poll_shutdown(context);
        self.waited(context, went)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, duplex};
    use tokio::time::{Instant, timeout};

    const PATIENCE: Duration = Duration::from_secs(30);

    #[tokio::test(start_paused = true)]
    async fn who_takes_nothing_is_given_up_and_who_takes_a_little_now_and_then_is_not() {
        let (ours, mut theirs) = duplex(64);
        let mut ours = Patient::new(ours, PATIENCE);
        let slow = tokio::spawn(async move {
            let mut taken = [0; 32];
            for _ in 0..8 {
                tokio::time::sleep(PATIENCE.saturating_sub(Duration::from_secs(1))).await;
                theirs.read_exact(&mut taken).await.unwrap();
            }
            theirs
        });
        ours.write_all(&[7; 64 + 8 * 32]).await.unwrap();
        // What is taken is taken; from here on nothing is.
        let _theirs = slow.await.unwrap();
        let since = Instant::now();
        let error = ours.write_all(&[7; 64]).await.unwrap_err();
        assert_eq!((error.kind(), since.elapsed().as_secs()), (ErrorKind::TimedOut, PATIENCE.as_secs()));
    }

    #[tokio::test(start_paused = true)]
    async fn who_is_told_nothing_for_a_day_is_still_there() {
        let (ours, mut theirs) = duplex(64);
        let mut ours = Patient::new(ours, PATIENCE);
        ours.write_all(b"news").await.unwrap();
        ours.flush().await.unwrap();
        let day = Duration::from_hours(24);
        assert!(timeout(day, ours.read_u8()).await.is_err());
        theirs.write_all(b"x").await.unwrap();
        assert_eq!(ours.read_u8().await.unwrap(), b'x');
        ours.write_all(b"more").await.unwrap();
    }
}
