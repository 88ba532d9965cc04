//! A line between a desk and whoever comes to it, that can be bad.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// What a bad line does to an approval.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// It arrives, and the answer does not.
    LosesTheAnswer,
    /// It does not arrive.
    LosesTheQuestion,
}

/// A line to the desk: every byte later by so much, and with a fault once it is told to have one.
pub(crate) struct Line {
    /// Host and port at this end.
    pub(crate) at: String,
    is_bad: Arc<AtomicBool>,
    /// How often an approval was sent over it.
    pub(crate) approvals: Arc<std::sync::atomic::AtomicUsize>,
}

impl Line {
    pub(crate) async fn to(desk: &str, delay: Duration, fault: Fault) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap().to_string();
        let (is_bad, approvals) = (Arc::new(AtomicBool::new(false)), Arc::default());
        let (desk, bad, sent) = (desk.to_owned(), Arc::clone(&is_bad), Arc::clone(&approvals));
        tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (desk, bad, sent) = (desk.clone(), Arc::clone(&bad), Arc::clone(&sent));
                tokio::spawn(async move { Box::pin(carry(near, &desk, delay, fault, &bad, &sent)).await });
            }
        });
        Self { at, is_bad, approvals }
    }

    pub(crate) fn turn_bad(&self) {
        self.is_bad.store(true, Ordering::SeqCst);
    }
}

fn approves(bytes: &[u8]) -> bool {
    let path = b"/seat/countersign";
    bytes.windows(path.len()).any(|some| some == path)
}

async fn carry(
    mut near: TcpStream,
    desk: &str,
    delay: Duration,
    fault: Fault,
    is_bad: &AtomicBool,
    sent: &std::sync::atomic::AtomicUsize,
) {
    let (mut up, mut down) = ([0; 16 * 1024], [0; 16 * 1024]);
    let Ok(mut far) = TcpStream::connect(desk).await else {
        let read = near.read(&mut up).await.unwrap_or(0);
        sent.fetch_add(usize::from(approves(&up[..read])), Ordering::SeqCst);
        return;
    };
    let mut swallows = false;
    loop {
        tokio::select! {
            read = near.read(&mut up) => {
                let Ok(read @ 1..) = read else { return };
                if approves(&up[..read]) {
                    sent.fetch_add(1, Ordering::SeqCst);
                    swallows = is_bad.load(Ordering::SeqCst);
                    if swallows && fault == Fault::LosesTheQuestion {
                        return;
                    }
                }
                tokio::time::sleep(delay).await;
                if far.write_all(&up[..read]).await.is_err() {
                    return;
                }
            }
            read = far.read(&mut down) => {
                let Ok(read @ 1..) = read else { return };
                tokio::time::sleep(delay).await;
                if swallows || near.write_all(&down[..read]).await.is_err() {
                    return;
                }
            }
        }
    }
}
