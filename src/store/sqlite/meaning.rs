//! What articles mean: a thread embeds those without vectors, a few at a time; a search compares them with its query.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

use rusqlite::Connection;

use crate::domain::article::ArticleHit;
use crate::embed::{EmbedError, Embedder};
use crate::store::search::answered::{Answered, Moment, Question};
use crate::store::search::vectors::{self, Vectors};
use crate::store::search::{self, Known};
use crate::store::sqlite::group::Turn;
use crate::store::sqlite::readers::Readers;
use crate::store::sqlite::writer::Writer;
use crate::store::sqlite::{Sqlite, open};
use crate::store::{StoreError, Touches};

/// The first screen comes first.
const SETTLE: Duration = Duration::from_millis(1_500);
/// A model that nobody has used for so long is dropped.
const UNUSED: Duration = Duration::from_mins(1);
/// How many articles are embedded before they are saved together.
const TOGETHER: u32 = 8;

/// The vectors of the desk's articles, kept up with them until it is dropped.
pub(crate) struct Meaning {
    known: Mutex<Arc<Vectors>>,
    /// What the words of articles said before.
    words: Known,
    /// What was found before.
    answered: Answered,
    /// Tells the thread that there are new articles; gone when the desk closes.
    wake: Option<mpsc::Sender<()>>,
    closing: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Meaning {
    /// Starts the thread; it begins soon, with the articles that have no vectors yet.
    pub(crate) fn start(desk: &Path, writer: Arc<Writer>) -> Result<Self, StoreError> {
        let (wake, woken) = mpsc::channel();
        let closing = Arc::new(AtomicBool::new(false));
        let reader = Reader { desk: desk.to_owned(), writer, closing: Arc::clone(&closing) };
        let thread = std::thread::Builder::new()
            .name("desk-meaning".to_owned())
            .spawn(move || reader.tend(&woken))
            .map_err(|e| StoreError::Failed(e.to_string()))?;
        let (known, words, answered) = (Mutex::default(), Known::default(), Answered::default());
        Ok(Self { known, words, answered, wake: Some(wake), closing, thread: Some(thread) })
    }

    /// There are new articles.
    pub(crate) fn wake(&self) {
        if let Some(wake) = &self.wake {
            // A thread that could not go on has said so in the log.
            let _ = wake.send(());
        }
    }

    /// The vectors that the desk has now.
    pub(crate) fn vectors(&self, db: &Connection) -> Result<Arc<Vectors>, StoreError> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if !known.is_current(db)? {
            *known = Arc::new(Vectors::read(db)?);
        }
        Ok(Arc::clone(&known))
    }

    /// The articles that fit best, best first: as they were found before, or all of one moment.
    pub(crate) async fn articles(
        &self,
        readers: &Readers,
        query: &str,
        limit: usize,
    ) -> Result<Vec<ArticleHit>, StoreError> {
        let (question, moment) = (Question::new(query, limit), readers.read(|db| Ok(Moment::of(db)?))?);
        if let Some(hits) = self.answered.known(moment, &question) {
            return Ok(hits);
        }
        let vectors = readers.read(|db| self.vectors(db))?;
        // Where the model failed, words alone decide this time and no other.
        let is_by_words = !vectors.can_answer(query);
        let near = vectors::nearness(vectors, query).await;
        let (hits, then) = readers.read(|db| {
            let tx = db.unchecked_transaction()?;
            Ok((search::articles(&tx, &self.words, query, &near, limit)?, Moment::of(&tx)?))
        })?;
        if then == moment && (is_by_words || near.is_known()) {
            self.answered.keep(moment, question, &hits);
        }
        Ok(hits)
    }
}

impl Drop for Meaning {
    fn drop(&mut self) {
        self.closing.store(true, Ordering::Relaxed);
        self.wake.take();
        if let Some(thread) = self.thread.take() {
            // What it had not saved yet is read again next time.
            let _ = thread.join();
        }
    }
}

/// Waits for new articles, and lets a model go meanwhile that is not used; says whether the desk is still open.
fn is_woken(woken: &mpsc::Receiver<()>) -> bool {
    loop {
        match woken.recv_timeout(UNUSED) {
            Ok(()) => return true,
            Err(mpsc::RecvTimeoutError::Timeout) => Embedder::rest(UNUSED),
            Err(mpsc::RecvTimeoutError::Disconnected) => return false,
        }
    }
}

/// What the thread has.
struct Reader {
    desk: PathBuf,
    writer: Arc<Writer>,
    closing: Arc<AtomicBool>,
}

impl Reader {
    fn tend(&self, woken: &mpsc::Receiver<()>) {
        // Articles that come meanwhile are read anyway.
        while woken.recv_timeout(SETTLE).is_ok() {}
        let mut open = !self.closing.load(Ordering::Relaxed);
        while open {
            match self.read_some() {
                Ok(0) => open = is_woken(woken),
                Ok(_) => open = !self.closing.load(Ordering::Relaxed),
                Err(error) => {
                    tracing::warn!(%error, "new articles are found by their words alone");
                    open = is_woken(woken);
                }
            }
        }
    }

    /// Embeds some articles that have no vectors, and says how many; nothing is locked meanwhile.
    fn read_some(&self) -> Result<usize, StoreError> {
        let failed = |e: EmbedError| StoreError::Failed(e.to_string());
        // Opened for these few and closed again: most of the time there is nothing to read.
        let articles = vectors::unread(&open::connect(&self.desk)?, TOGETHER)?;
        let mut read = Vec::with_capacity(articles.len());
        for article in articles {
            if self.closing.load(Ordering::Relaxed) {
                break;
            }
            let model = Embedder::get().map_err(failed)?;
            let vectors = article.embed(&model).map_err(failed)?;
            read.push((article, vectors));
        }
        let many = read.len();
        if many > 0 {
            let save = move |turn: &mut Turn<'_>| {
                read.iter().try_for_each(|(article, vectors)| Ok(vectors::save(turn, article, vectors)?))
            };
            self.writer.transact_here(Touches::Nothing, save)?;
        }
        Ok(many)
    }
}

impl Sqlite {
    /// Whether articles wait to be embedded; until they are, they are found by their words alone.
    ///
    /// # Errors
    /// When the database fails.
    pub fn has_unread_articles(&self) -> Result<bool, StoreError> {
        self.read(|db| Ok(!vectors::unread(db, 1)?.is_empty()))
    }
}
