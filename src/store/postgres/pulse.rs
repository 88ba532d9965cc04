//! Whether the database is there at all: it is asked for a sign of life again and again. A question may take its time;
//! where the database gives no sign either, nobody waits on, and nobody new begins, until it does.

use std::convert::Infallible;
use std::pin::Pin;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::timeout;
use tokio_postgres::Client;

use crate::store::postgres::address::Address;

/// What is not answered in so long is asked on a second connection, too: the one process of the database that was asked
/// may stand still.
const DOUBT: Duration = Duration::from_millis(500);
/// Between two signs of life.
const BEAT: Duration = Duration::from_millis(200);
/// No sign for so long is silence. With [`BEAT`] it leaves time to say so within two seconds.
const SILENCE: Duration = Duration::from_millis(1_200);

/// Hears whether the database is silent.
#[derive(Clone, Debug)]
pub(crate) struct Pulse(watch::Receiver<bool>);

impl Pulse {
    /// A pulse that is there until [`beat`] says otherwise.
    pub(crate) fn new() -> (watch::Sender<bool>, Self) {
        let (sender, receiver) = watch::channel(false);
        (sender, Self(receiver))
    }

    /// Waits until the database is silent; for ever, where nobody feels its pulse.
    pub(crate) async fn silent(&self) {
        if self.0.clone().wait_for(|is_silent| *is_silent).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}

/// Feels the pulse, for ever, on a connection of its own.
pub(crate) async fn beat(address: &Address, told: &watch::Sender<bool>) -> Infallible {
    let mut line = None;
    loop {
        tokio::time::sleep(BEAT).await;
        let sign = timeout(SILENCE, sign(address, line.take())).await;
        // An error is a sign of life, and whoever asks for something hears it themselves.
        let is_silent = sign.is_err();
        line = sign.ok().flatten();
        if told.send_replace(is_silent) != is_silent {
            tracing::warn!(is_silent, "the database");
        }
    }
}

/// Who asks, and what carries it there and back.
type Line = (Client, Pin<Box<dyn Future<Output = ()> + Send>>);

/// One sign, and the connection that it came on.
async fn sign(address: &Address, line: Option<Line>) -> Option<Line> {
    let anew = async { asked(connect(address).await?).await };
    let Some(line) = line else { return anew.await };
    let mut said = std::pin::pin!(asked(line));
    if let Ok(said) = timeout(DOUBT, &mut said).await {
        return said;
    }
    tokio::select! {
        said = said => said,
        said = anew => said,
    }
}

async fn asked((client, mut carried): Line) -> Option<Line> {
    tokio::select! {
        () = &mut carried => None,
        said = client.batch_execute("") => said.is_ok().then_some((client, carried)),
    }
}

async fn connect(address: &Address) -> Option<Line> {
    let (client, connection) = address.config_for("pulse").connect(address.tls.clone()).await.ok()?;
    // What ends it is said to whoever asks on it.
    Some((client, Box::pin(async { drop(connection.await) })))
}
