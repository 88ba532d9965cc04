//! What goes on beside the calls, on a thread with connections of its own: records of reads are written out soon, news
//! of other processes comes in, and new articles are read for what they mean.

use std::convert::Infallible;
use std::sync::Arc;
use std::thread::JoinHandle;
use std::time::Duration;

use tokio::sync::mpsc::UnboundedReceiver;
use tokio::sync::watch;
use tokio::time::{Instant, timeout, timeout_at};
use tokio_postgres::{AsyncMessage, Client};

use crate::embed::{EmbedError, Embedder};
use crate::store::postgres::address::Address;
use crate::store::postgres::articles::{self, Shelf};
use crate::store::postgres::ask;
use crate::store::postgres::link::{self, Link, Shared};
use crate::store::postgres::log;
use crate::store::postgres::pulse::{self, Pulse};
use crate::store::postgres::writing::Writing;
use crate::store::{COMPANY, StoreError, Touches};

/// The first wait before the database is tried again, and the longest.
const SOON: Duration = Duration::from_millis(100);
const AT_MOST: Duration = Duration::from_secs(2);
/// How often whoever listens looks whether they have missed anything: what should tell them may be silent for ever.
const LOOK: Duration = Duration::from_secs(1);
/// A look that takes longer is the last one on its connection.
const LATE: Duration = Duration::from_secs(2);
/// How many articles are read before they are saved together.
const TOGETHER: u32 = 8;
/// A model that nobody has used for so long is dropped.
const UNUSED: Duration = Duration::from_mins(1);

/// The thread; dropping it writes what is queued, if the database is there.
pub(crate) struct Tending {
    close: Option<watch::Sender<bool>>,
    thread: Option<JoinHandle<()>>,
}

impl Tending {
    /// Starts it.
    pub(crate) fn start(address: Address, shared: Arc<Shared>, shelf: Arc<Shelf>) -> Result<(Self, Pulse), StoreError> {
        let failed = |e: std::io::Error| StoreError::Failed(e.to_string());
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let (close, closing) = watch::channel(false);
        let (told, pulse) = Pulse::new();
        let (felt, beaten) = (pulse.clone(), address.clone());
        let thread = std::thread::Builder::new()
            .name("desk-postgres".to_owned())
            .spawn(move || {
                let tended = tend(address, shared, shelf, felt, closing);
                runtime.block_on(async {
                    tokio::select! {
                        () = tended => {}
                        never = pulse::beat(&beaten, &told) => match never {},
                    }
                });
                // What was being read is read again next time.
                runtime.shutdown_background();
            })
            .map_err(failed)?;
        Ok((Self { close: Some(close), thread: Some(thread) }, pulse))
    }
}

impl Drop for Tending {
    fn drop(&mut self) {
        self.close.take();
        if let Some(thread) = self.thread.take() {
            // A panicked thread has already said so in the log.
            let _ = thread.join();
        }
    }
}

async fn tend(address: Address, shared: Arc<Shared>, shelf: Arc<Shelf>, pulse: Pulse, closing: watch::Receiver<bool>) {
    let pool = match link::pool(&address, 2) {
        Ok(pool) => pool,
        Err(error) => return tracing::error!(%error, "records of reads are not written"),
    };
    let link = Link::new(pool, shared, pulse);
    tokio::select! {
        () = write_out(&link, closing) => {}
        () = listen(&address, &link) => {}
        () = read_articles(&link, &shelf) => {}
    }
    if !link.shared.is_empty() {
        flush(&link, true).await;
    }
    let head = match link.client().await {
        Ok(db) => log::head(&db).await,
        Err(error) => Err(error),
    };
    link.shared.close(head);
}

/// Writes records out until the desk closes: a group at a time.
async fn write_out(link: &Link, mut closing: watch::Receiver<bool>) {
    let mut told = false;
    loop {
        tokio::select! {
            () = link.shared.wake.notified() => {}
            _ = closing.changed() => return,
        }
        while !link.shared.is_empty() {
            tokio::select! {
                () = tokio::time::sleep(COMPANY) => {}
                _ = closing.changed() => return,
            }
            told = !link.shared.is_empty() && !flush(link, !told).await;
        }
    }
}

/// Whether what waits was written; `tell` for the first time that it was not.
async fn flush(link: &Link, tell: bool) -> bool {
    let written = match Writing::begin(link).await {
        Ok(writing) => writing.commit(Touches::Nothing).await,
        Err(error) => Err(error),
    };
    if let Err(error) = &written
        && tell
    {
        tracing::error!(%error, "records of reads could not be written yet");
    }
    written.is_ok()
}

/// Hears of changes by any process, for ever; what was missed while the database was away is made up for.
async fn listen(address: &Address, link: &Link) {
    let mut wait = SOON;
    loop {
        match hear(address, link, &mut wait).await {
            Ok(()) => tracing::info!("the database hung up; changes by others are heard of again soon"),
            Err(error) => tracing::warn!(%error, "changes by others are not heard of"),
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(AT_MOST);
    }
}

async fn hear(address: &Address, link: &Link, wait: &mut Duration) -> Result<(), StoreError> {
    let config = address.config_for("listen");
    let (client, mut connection) = soon(config.connect(address.tls.clone())).await?;
    let (tell, mut told) = tokio::sync::mpsc::unbounded_channel();
    let heard = async move {
        while let Some(message) = std::future::poll_fn(|context| connection.poll_message(context)).await {
            if let AsyncMessage::Notification(news) = message? {
                // Whoever listens ends only with this.
                let _ = tell.send(news.payload().parse::<u64>().unwrap_or(0));
            }
        }
        Ok::<_, StoreError>(())
    };
    tokio::select! {
        ended = heard => ended,
        ended = follow(&client, &mut told, link, wait) => ended.map(|never| match never {}),
    }
}

async fn follow(
    client: &Client,
    told: &mut UnboundedReceiver<u64>,
    link: &Link,
    wait: &mut Duration,
) -> Result<Infallible, StoreError> {
    soon(client.batch_execute("LISTEN countersign")).await?;
    let look = soon(client.prepare("SELECT revision FROM head")).await?;
    loop {
        // What happened before is read, what happens after is heard.
        let row = soon(client.query_one(&look, &[])).await?;
        link.shared.revised(ask::n_of(&row)?);
        *wait = SOON;
        let next = Instant::now() + LOOK;
        while let Ok(Some(revision)) = timeout_at(next, told.recv()).await {
            link.shared.revised(revision);
        }
    }
}

/// What is answered at once by whoever is there.
async fn soon<T>(asked: impl Future<Output = Result<T, tokio_postgres::Error>>) -> Result<T, StoreError> {
    Ok(timeout(LATE, asked).await.map_err(|_late| StoreError::Away)??)
}

/// Reads articles that are new for what they mean, for ever, a few at a time. The first calls come first.
async fn read_articles(link: &Link, shelf: &Arc<Shelf>) {
    let mut changes = link.shared.changes();
    tokio::time::sleep(AT_MOST).await;
    loop {
        changes.mark_unchanged();
        let read = match link.client().await {
            Ok(db) => read_some(&db, shelf).await,
            Err(error) => Err(error),
        };
        match read {
            Ok(0) => {
                // The desk may have changed in many ways: to look whether it was an article costs one question.
                let _ = tokio::time::timeout(UNUSED, changes.changed()).await;
                Embedder::rest(UNUSED);
                tokio::time::sleep(AT_MOST).await;
            }
            Err(StoreError::Away | StoreError::Busy) => tokio::time::sleep(AT_MOST).await,
            Ok(_) => {}
            Err(error) => {
                tracing::warn!(%error, "new articles are found by their words alone");
                tokio::time::sleep(UNUSED).await;
            }
        }
    }
}

async fn read_some(db: &ask::Db, shelf: &Arc<Shelf>) -> Result<usize, StoreError> {
    shelf.refresh(db).await?;
    let unread = shelf.unread(TOGETHER)?;
    if unread.is_empty() {
        return Ok(0);
    }
    let embed = move || -> Result<Vec<_>, EmbedError> {
        let model = Embedder::get()?;
        unread.into_iter().map(|article| article.embed(&model).map(|vectors| (article, vectors))).collect()
    };
    let failed = |e: &dyn std::fmt::Display| StoreError::Failed(e.to_string());
    let read = tokio::task::spawn_blocking(embed).await.map_err(|e| failed(&e))?.map_err(|e| failed(&e))?;
    articles::save(db, &read).await?;
    shelf.learn(&read)?;
    Ok(read.len())
}
