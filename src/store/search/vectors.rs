//! Which articles mean much the same as a text: their embeddings, and how near they are.

use std::collections::HashMap;
use std::sync::Arc;

use rusqlite::{Connection, params};

use crate::embed::{self, DIMENSIONS, EmbedError, Embedder, can_read};

/// What makes the vectors: the model, and the texts of an article that it is given.
pub(crate) const MADE_BY: &str = "all-MiniLM-L6-v2 int8, title and 3 passages of 80 words";
/// How many passages of an article are embedded.
const PASSAGES: usize = 3;
/// How long a passage is, in words.
const PASSAGE_WORDS: usize = 80;
/// Texts that have nothing to do with each other come to about so much.
const UNRELATED: f64 = 0.3;
/// The nearest article is compared with the one that comes as this one, or with the last.
const COMPARED: usize = 5;

/// An article without vectors, or with those of another model.
#[derive(Clone, Debug)]
pub struct Unread {
    n: i64,
    title: String,
    body: String,
}

/// The first articles that have no vectors of this model yet.
///
/// # Errors
/// When the database fails.
pub fn unread(conn: &Connection, most: u32) -> rusqlite::Result<Vec<Unread>> {
    let sql = "SELECT n, title, body FROM articles WHERE NOT EXISTS \
               (SELECT 1 FROM article_vectors WHERE article_n = articles.n AND model = ?1) LIMIT ?2";
    let row = |row: &rusqlite::Row<'_>| Ok(Unread { n: row.get(0)?, title: row.get(1)?, body: row.get(2)? });
    conn.prepare_cached(sql)?.query_map(params![MADE_BY, most], row)?.collect()
}

/// Keeps the vectors of an article, unless it has changed since it was read.
///
/// # Errors
/// When the database fails.
pub fn save(conn: &Connection, article: &Unread, vectors: &[i8]) -> rusqlite::Result<()> {
    let bytes: Vec<u8> = vectors.iter().map(|x| x.cast_unsigned()).collect();
    let sql = "INSERT OR REPLACE INTO article_vectors (article_n, model, vectors) \
               SELECT n, ?1, ?2 FROM articles WHERE n = ?3 AND title = ?4 AND body = ?5";
    conn.prepare_cached(sql)?.execute(params![MADE_BY, bytes, article.n, article.title, article.body])?;
    Ok(())
}

impl Unread {
    /// Its number, its title and its text, as they were read.
    pub(crate) fn of(&self) -> (i64, &str, &str) {
        (self.n, &self.title, &self.body)
    }

    /// The vectors of the title and of the first passages; none for a text that the model cannot read.
    ///
    /// # Errors
    /// When the model fails.
    pub fn embed(&self, model: &Embedder) -> Result<Vec<i8>, EmbedError> {
        if !can_read(&format!("{}\n{}", self.title, self.body)) {
            return Ok(Vec::new());
        }
        let words: Vec<&str> = self.body.split_whitespace().take(PASSAGES * PASSAGE_WORDS).collect();
        let passages = words.chunks(PASSAGE_WORDS).map(|words| format!("{}: {}", self.title, words.join(" ")));
        let texts = std::iter::once(self.title.clone()).chain(passages);
        let vectors = texts.map(|text| Ok(rounded(&model.embed(&text)?)));
        Ok(vectors.collect::<Result<Vec<_>, EmbedError>>()?.concat())
    }
}

/// How near articles are to a query, worked out where it holds nobody up; when that fails, words alone decide.
pub(crate) async fn nearness(vectors: Arc<Vectors>, query: &str) -> Nearness {
    if !vectors.can_answer(query) {
        return Nearness::default();
    }
    let query = query.to_owned();
    let compare = move || Ok::<_, EmbedError>(vectors.nearness(&embed::of_question(&query)?));
    match tokio::task::spawn_blocking(compare).await {
        Ok(Ok(near)) => near,
        Ok(Err(error)) => {
            tracing::warn!(%error, "searched by words alone");
            Nearness::default()
        }
        Err(error) => {
            tracing::warn!(%error, "searched by words alone");
            Nearness::default()
        }
    }
}

/// The vectors of all articles, as they were when they were read.
#[derive(Debug, Default)]
pub struct Vectors {
    edition: (i64, i64),
    articles: Vec<(i64, Vec<Vector>)>,
}

/// A direction in whole numbers, and what makes its length one.
#[derive(Debug)]
struct Vector {
    numbers: Vec<i8>,
    scale: f32,
}

/// How near articles are to a text.
#[derive(Clone, Debug, Default)]
pub struct Nearness {
    near: HashMap<i64, f64>,
    clarity: f64,
}

impl Vectors {
    /// Reads all vectors.
    ///
    /// # Errors
    /// When the database fails.
    pub fn read(conn: &Connection) -> rusqlite::Result<Self> {
        let edition = edition(conn)?;
        let mut statement = conn.prepare_cached("SELECT article_n, vectors FROM article_vectors WHERE model = ?1")?;
        let rows = statement.query_map([MADE_BY], |row| Ok((row.get(0)?, row.get_ref(1)?.as_blob()?.to_vec())))?;
        let mut articles = Vec::new();
        for row in rows {
            let (n, bytes): (i64, Vec<u8>) = row?;
            let numbers: Vec<i8> = bytes.into_iter().map(u8::cast_signed).collect();
            articles.push((n, numbers.chunks_exact(DIMENSIONS).map(|chunk| Vector::new(chunk.to_vec())).collect()));
        }
        Ok(Self { edition, articles })
    }

    /// Whether the desk still has just these.
    ///
    /// # Errors
    /// When the database fails.
    pub fn is_current(&self, conn: &Connection) -> rusqlite::Result<bool> {
        Ok(self.edition == edition(conn)?)
    }

    /// Whether a query may find anything by its meaning.
    #[must_use]
    pub fn can_answer(&self, query: &str) -> bool {
        !self.articles.is_empty() && can_read(query)
    }

    /// How near each article is to an embedded query: the mean of its title and its nearest passage.
    #[must_use]
    pub fn nearness(&self, query: &[f32]) -> Nearness {
        let query = Vector::new(rounded(query));
        let near = self.articles.iter().filter_map(|(n, vectors)| {
            let mut each = vectors.iter().map(|vector| f64::from(vector.cosine(&query)));
            let title = each.next()?;
            Some((*n, f64::midpoint(title, each.reduce(f64::max).unwrap_or(title))))
        });
        Nearness::new(near.collect())
    }
}

impl Nearness {
    /// Whether it knows how near any article is.
    pub(crate) fn is_known(&self) -> bool {
        !self.near.is_empty()
    }

    fn new(near: HashMap<i64, f64>) -> Self {
        let mut sorted: Vec<f64> = near.values().copied().collect();
        sorted.sort_by(|a, b| b.total_cmp(a));
        let compared = sorted.get(COMPARED - 1).or(sorted.last());
        let clarity = sorted.first().zip(compared).map_or(0.0, |(first, other)| first - other);
        Self { near, clarity }
    }

    /// What the meaning of an article adds to its rank.
    ///
    /// Where many articles are as near as the nearest one, nearness tells them apart badly and counts little.
    pub(crate) fn points(&self, n: i64) -> f64 {
        self.clarity * self.near.get(&n).copied().unwrap_or_default()
    }

    /// How much of a query an article covers by its meaning, 0 to 1.
    pub(crate) fn cover(&self, n: i64) -> f64 {
        let near = self.near.get(&n).copied().unwrap_or_default();
        ((near - UNRELATED) / (1.0 - UNRELATED)).clamp(0.0, 1.0)
    }

    /// The articles that have to do with the query at all, nearest first.
    pub(crate) fn nearest(&self, most: usize) -> Vec<i64> {
        let mut related: Vec<(i64, f64)> =
            self.near.iter().map(|(n, near)| (*n, *near)).filter(|(_, near)| *near > UNRELATED).collect();
        related.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
        related.truncate(most);
        related.into_iter().map(|(n, _)| n).collect()
    }
}

impl Vector {
    fn new(numbers: Vec<i8>) -> Self {
        let length: f32 = numbers.iter().map(|x| f32::from(*x) * f32::from(*x)).sum();
        Self { scale: 1.0 / length.sqrt().max(1.0), numbers }
    }

    #[expect(clippy::cast_precision_loss, reason = "a cosine needs no more")]
    fn cosine(&self, other: &Self) -> f32 {
        let pairs = self.numbers.iter().zip(&other.numbers);
        let dot: i32 = pairs.map(|(a, b)| i32::from(*a) * i32::from(*b)).sum();
        dot as f32 * self.scale * other.scale
    }
}

/// A direction in whole numbers from -127 to 127; its length is lost.
#[expect(clippy::cast_possible_truncation, reason = "the largest becomes 127")]
fn rounded(vector: &[f32]) -> Vec<i8> {
    let largest = vector.iter().fold(f32::MIN_POSITIVE, |most, x| most.max(x.abs()));
    vector.iter().map(|x| (x / largest * 127.0).round() as i8).collect()
}

/// Goes up with every vector saved, and changes with every one dropped.
pub(crate) fn edition(conn: &Connection) -> rusqlite::Result<(i64, i64)> {
    let sql = "SELECT (SELECT coalesce(max(n), 0) FROM article_vectors), (SELECT count(*) FROM article_vectors)";
    conn.prepare_cached(sql)?.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::search::{article_ids, nearest_ids};
    use crate::store::sqlite::open::MIGRATIONS;

    fn desk() -> Connection {
        let conn = Connection::open_in_memory().unwrap();
        for sql in MIGRATIONS {
            conn.execute_batch(sql).unwrap();
        }
        for (id, title, body) in [
            ("KB-1", "Where is my order?", "Your parcel is on its way. Open the tracking page."),
            ("KB-2", "Themes", "Choose a darker screen in the menu."),
            ("KB-3", "Refunds", "We pay the money back within five days."),
            ("KB-4", "退款政策", "退款需要三天。请联系客服。"),
        ] {
            conn.execute("INSERT INTO articles (id, title, body) VALUES (?1, ?2, ?3)", (id, title, body)).unwrap();
        }
        embed_all(&conn);
        conn
    }

    fn embed_all(conn: &Connection) {
        for article in unread(conn, 100).unwrap() {
            save(conn, &article, &article.embed(&Embedder::get().unwrap()).unwrap()).unwrap();
        }
    }

    fn near(conn: &Connection, query: &str) -> Nearness {
        Vectors::read(conn).unwrap().nearness(&Embedder::get().unwrap().embed(query).unwrap())
    }

    #[test]
    fn an_article_is_found_without_a_word_in_common() {
        let conn = desk();
        let query = "the shipment never came";
        let near = near(&conn, query);
        assert_eq!(nearest_ids(&conn, &near, 1).unwrap(), ["KB-1"]);
        assert_eq!(article_ids(&conn, query, &near, 1).unwrap(), ["KB-1"]);
    }

    #[test]
    fn a_changed_article_is_read_again_and_a_stale_reading_is_not_kept() {
        let conn = desk();
        let known = Vectors::read(&conn).unwrap();
        assert!(unread(&conn, 9).unwrap().is_empty() && known.is_current(&conn).unwrap());
        conn.execute("UPDATE articles SET title = 'Old' WHERE id = 'KB-2'", []).unwrap();
        assert!(!known.is_current(&conn).unwrap());
        let old = unread(&conn, 9).unwrap().remove(0);
        conn.execute("UPDATE articles SET title = 'Opening hours' WHERE id = 'KB-2'", []).unwrap();
        save(&conn, &old, &[1; DIMENSIONS]).unwrap();
        assert_eq!(unread(&conn, 9).unwrap().len(), 1);
        embed_all(&conn);
        assert!(!known.is_current(&conn).unwrap());
        assert_eq!(nearest_ids(&conn, &near(&conn, "When do you open?"), 1).unwrap(), ["KB-2"]);
    }

    #[test]
    fn a_text_that_the_model_cannot_read_is_left_to_the_words() {
        let conn = desk();
        let vectors = Vectors::read(&conn).unwrap();
        assert!(!vectors.can_answer("怎么退款") && vectors.can_answer("refund"));
        assert!(!Vectors::default().can_answer("refund"));
        assert!(!near(&conn, "refund").near.contains_key(&4));
        assert_eq!(article_ids(&conn, "怎么退款", &Nearness::default(), 1).unwrap(), ["KB-4"]);
    }

    #[test]
    fn rounding_hardly_turns_a_direction() {
        let vector = Embedder::get().unwrap().embed("Where is my parcel?").unwrap();
        let (one, same) = (Vector::new(rounded(&vector)), Vector::new(rounded(&vector)));
        assert!((one.cosine(&same) - 1.0).abs() < 1e-5);
        let exact: f32 = vector.iter().zip(&one.numbers).map(|(x, n)| x * f32::from(*n) * one.scale).sum();
        assert!(exact > 0.999, "{exact}");
    }
}
