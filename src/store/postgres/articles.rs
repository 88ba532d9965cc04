//! Articles and canned replies. There are few of them: each process searches a copy in memory, in the very index that
//! SQLite has, made anew when an article changes. So they are found as well here as there.

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::{Connection, params};
use tokio_postgres::Row;

use crate::domain::article::{Article, ArticleHit, CannedReply};
use crate::domain::ids::ArticleId;
use crate::store::columns::Columns as _;
use crate::store::postgres::ask::{self, Db, n};
use crate::store::rows::{self, ARTICLE, CANNED};
use crate::store::search::vectors::{self, Nearness, Unread, Vectors};
use crate::store::sqlite::open::MIGRATIONS;
use crate::store::{StoreError, search};

/// Whole articles, in the order asked for.
pub(crate) async fn articles(db: &Db, ids: &[ArticleId]) -> Result<Vec<Article>, StoreError> {
    let ids: Vec<&str> = ids.iter().map(ArticleId::as_str).collect();
    let sql = "SELECT a.id, a.title, a.body, a.tags, a.updated_at FROM unnest($1::text[]) WITH ORDINALITY \
               AS wanted (id, place) JOIN articles a ON a.id = wanted.id ORDER BY wanted.place";
    ask::list(db, sql, &[&ids], rows::article).await
}

/// Every article, by id.
pub(crate) async fn every_article(db: &Db) -> Result<Vec<Article>, StoreError> {
    ask::list(db, &format!("SELECT {ARTICLE} FROM articles ORDER BY id"), &[], rows::article).await
}

/// Every canned reply.
pub(crate) async fn canned(db: &Db) -> Result<Vec<CannedReply>, StoreError> {
    ask::list(db, &format!("SELECT {CANNED} FROM canned ORDER BY id"), &[], rows::canned).await
}

/// The copy that is searched.
#[derive(Default)]
pub(crate) struct Shelf {
    copy: Mutex<Option<Copy>>,
}

/// Articles as they were at an edition.
struct Copy {
    edition: u64,
    db: Connection,
    vectors: Arc<Vectors>,
    words: search::Known,
}

impl Copy {
    fn of(edition: u64, articles: &[Row], known: &[Row]) -> Result<Self, StoreError> {
        let db = Connection::open_in_memory()?;
        MIGRATIONS.iter().try_for_each(|sql| db.execute_batch(sql))?;
        db.execute_batch("BEGIN")?;
        for row in articles {
            let sql = "INSERT INTO articles (n, id, title, body, tags) VALUES (?1, ?2, ?3, ?4, ?5)";
            let row = params![row.int(0)?, row.text(1)?, row.text(2)?, row.text(3)?, row.text(4)?];
            db.prepare_cached(sql)?.execute(row)?;
        }
        for row in known {
            let sql = "INSERT INTO article_vectors (article_n, model, vectors) VALUES (?1, ?2, ?3)";
            db.prepare_cached(sql)?.execute(params![row.int(0)?, row.text(1)?, row.bytes_if(2)?])?;
        }
        db.execute_batch("COMMIT")?;
        search::upkeep::tidy_articles(&db)?;
        let vectors = Arc::new(Vectors::read(&db)?);
        Ok(Self { edition, db, vectors, words: search::Known::default() })
    }
}

impl Shelf {
    /// Makes the copy anew if an article has changed since.
    pub(crate) async fn refresh(&self, db: &Db) -> Result<(), StoreError> {
        let edition = ask::number(db, "SELECT articles FROM head", &[]).await?;
        if self.with(|copy| Ok(copy.edition == edition)).unwrap_or(false) {
            return Ok(());
        }
        let found = ask::every(db, "SELECT n, id, title, body, tags FROM articles ORDER BY n", &[]).await?;
        let known = ask::every(db, "SELECT article_n, model, vectors FROM article_vectors", &[]).await?;
        // A large desk takes a moment, and other calls shall not wait for it.
        let made = tokio::task::spawn_blocking(move || Copy::of(edition, &found, &known)).await;
        let copy = made.map_err(|e| StoreError::Failed(e.to_string()))??;
        *self.copy.lock().unwrap_or_else(PoisonError::into_inner) = Some(copy);
        Ok(())
    }

    fn with<T>(&self, work: impl FnOnce(&mut Copy) -> Result<T, StoreError>) -> Result<T, StoreError> {
        let mut copy = self.copy.lock().unwrap_or_else(PoisonError::into_inner);
        copy.as_mut().map_or_else(|| Err(StoreError::Busy), work)
    }

    /// What the articles mean, as far as it is known.
    pub(crate) fn vectors(&self) -> Result<Arc<Vectors>, StoreError> {
        self.with(|copy| Ok(Arc::clone(&copy.vectors)))
    }

    /// The articles that fit best, best first.
    pub(crate) fn find(&self, query: &str, near: &Nearness, limit: usize) -> Result<Vec<ArticleHit>, StoreError> {
        self.with(|copy| Ok(search::articles(&copy.db, &copy.words, query, near, limit)?))
    }

    /// The first articles without vectors.
    pub(crate) fn unread(&self, most: u32) -> Result<Vec<Unread>, StoreError> {
        self.with(|copy| Ok(vectors::unread(&copy.db, most)?))
    }

    /// Keeps the vectors of articles that were read.
    pub(crate) fn learn(&self, read: &[(Unread, Vec<i8>)]) -> Result<(), StoreError> {
        self.with(|copy| {
            read.iter().try_for_each(|(article, known)| vectors::save(&copy.db, article, known))?;
            copy.vectors = Arc::new(Vectors::read(&copy.db)?);
            Ok(())
        })
    }
}

/// Keeps the vectors of articles for every process, unless they have changed since they were read.
pub(crate) async fn save(db: &Db, read: &[(Unread, Vec<i8>)]) -> Result<(), StoreError> {
    for (article, known) in read {
        let bytes: Vec<u8> = known.iter().map(|x| x.cast_unsigned()).collect();
        let sql = "INSERT INTO article_vectors (article_n, model, vectors) \
                   SELECT n, $1::text, $2::bytea FROM articles WHERE n = $3 AND title = $4 AND body = $5 FOR SHARE \
                   ON CONFLICT (article_n) DO UPDATE SET model = excluded.model, vectors = excluded.vectors";
        let (number, title, body) = article.of();
        ask::change(db, sql, &[&vectors::MADE_BY, &bytes, &n(number), &title, &body]).await?;
    }
    Ok(())
}
