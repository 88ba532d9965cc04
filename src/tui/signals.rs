//! The signals that end the program. They are listened to from before the terminal is touched: whoever ends the program
//! while it starts gets the terminal back too.

use std::io;

#[cfg(unix)]
#[derive(Debug)]
pub(crate) struct Signals {
    term: tokio::signal::unix::Signal,
    hangup: tokio::signal::unix::Signal,
    interrupt: tokio::signal::unix::Signal,
}

#[cfg(unix)]
impl Signals {
    pub(crate) fn new() -> io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        Ok(Self {
            term: signal(SignalKind::terminate())?,
            hangup: signal(SignalKind::hangup())?,
            interrupt: signal(SignalKind::interrupt())?,
        })
    }

    /// A key that was meant for another program is no wish to end this one.
    pub(crate) async fn forget_interrupt(&mut self) {
        let _ = futures::poll!(Box::pin(self.interrupt.recv()));
    }

    pub(crate) async fn told(&mut self) {
        tokio::select! {
            _ = self.term.recv() => {}
            _ = self.hangup.recv() => {}
            _ = self.interrupt.recv() => {}
        }
    }
}

/// How long the program may take to end once its terminal is gone.
#[cfg(unix)]
const LAST: std::time::Duration = std::time::Duration::from_secs(20);

/// Ends the program when its terminal is gone and the loop does not: reading from a terminal that is gone may never return
/// and take all of a processor. To be waited for beside the loop, on another thread.
#[cfg(unix)]
pub(crate) async fn outlives_its_terminal() {
    use tokio::signal::unix::{SignalKind, signal};
    let Ok(mut hangup) = signal(SignalKind::hangup()) else { return };
    hangup.recv().await;
    tokio::time::sleep(LAST).await;
    tracing::error!("the terminal is gone and the screen did not end by itself");
    std::process::exit(1);
}

/// Without signals nobody is told.
#[cfg(not(unix))]
pub(crate) async fn outlives_its_terminal() {}

#[cfg(not(unix))]
#[derive(Debug)]
pub(crate) struct Signals;

#[cfg(not(unix))]
impl Signals {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self)
    }

    pub(crate) async fn forget_interrupt(&mut self) {}

    pub(crate) async fn told(&mut self) {
        // Without a console handler the terminal's own end is the only way.
        let _ = tokio::signal::ctrl_c().await;
    }
}
