//! Which articles fit a query, and how well.

use std::sync::Arc;

use rusqlite::{Connection, OptionalExtension as _};

use crate::store::search::known::{Head, Index, Shares};
use crate::store::search::passage::Wanted;
use crate::store::search::query::{Query, Term, Word, quoted, runs};
use crate::store::search::vectors::Nearness;
use crate::store::search::{expand, grams, lexicon};

/// A word in the title says this much more about an article than one in its body.
const TITLE: f64 = 1.5;
/// Another word for the same counts this much.
const EXPANDED: f64 = 0.5;
/// What a title that looks just like the query adds, measured against the best article's points.
const LIKENESS: f64 = 0.4;
/// What a meaning adds that only one article has, measured against the best article's points.
const MEANING: f64 = 40.0;
/// How much of a word's weight an article covers that has it only in its body.
const IN_BODY: f64 = 0.7;
/// How much a word weighs that no article has, measured against the rarest: it may be a name, or the point.
const UNKNOWN: f64 = 0.5;
/// How many articles are ordered again by their titles and meanings, of those with the words and of those near.
const CONTENDERS: usize = 30;

/// Where a word is looked for, and how what is found is weighed.
///
/// By BM25, how often and how densely; or once, where having it is all that counts, which is three times as fast.
#[derive(Clone, Copy)]
enum Look {
    Title,
    Body,
    TitleOnce,
    BodyOnce,
    Grams,
}

impl Look {
    const fn sql(self) -> &'static str {
        match self {
            Self::Title => "SELECT rowid, -bm25(article_titles) FROM article_titles WHERE article_titles MATCH ?1",
            Self::Body => "SELECT rowid, -bm25(article_bodies) FROM article_bodies WHERE article_bodies MATCH ?1",
            Self::TitleOnce => "SELECT rowid, 1.0 FROM article_titles WHERE article_titles MATCH ?1",
            Self::BodyOnce => "SELECT rowid, 1.0 FROM article_bodies WHERE article_bodies MATCH ?1",
            Self::Grams => "SELECT rowid, 1.0 FROM article_grams WHERE article_grams MATCH ?1",
        }
    }

    /// What each article has of an expression.
    fn shares(self, conn: &Connection, articles: u32, expression: &str) -> rusqlite::Result<Vec<(i64, Share)>> {
        let mut statement = conn.prepare_cached(self.sql())?;
        let found = statement.query_map([expression], |row| Ok((row.get(0)?, row.get(1)?)))?;
        let found = found.collect::<rusqlite::Result<Vec<(i64, f64)>>>()?;
        let (factor, cover) = match self {
            Self::Title => (TITLE, 1.0),
            Self::Body => (1.0, IN_BODY),
            Self::TitleOnce => (TITLE * rarity(articles, found.len()), 1.0),
            Self::BodyOnce => (rarity(articles, found.len()), IN_BODY),
            Self::Grams => (rarity(articles, found.len()), 1.0),
        };
        Ok(found.into_iter().map(|(n, points)| (n, Share { points: points * factor, cover })).collect())
    }
}

/// What one article has of one term, or of a whole query.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Share {
    points: f64,
    cover: f64,
}

/// Every article that has anything of a query.
#[derive(Debug, Default)]
pub(crate) struct Ranking {
    shares: Shares,
    weight: f64,
    looks: Vec<u64>,
    /// What a passage should speak about.
    pub(crate) wanted: Wanted,
}

/// An article that fits.
#[derive(Debug)]
pub(crate) struct Candidate {
    /// Its row.
    pub(crate) n: i64,
    /// Its identifier and its title.
    pub(crate) head: Arc<Head>,
    /// The share of the query's weight that it covers, by its words or by its meaning, 0 to 1.
    pub(crate) score: f64,
    rank: f64,
}

/// Weighs every article that has any term.
pub(crate) fn rank(index: &Index<'_>, query: &Query) -> rusqlite::Result<Ranking> {
    let mut ranking = Ranking { looks: looks(query.words.iter().map(|word| word.text.as_str())), ..Ranking::default() };
    if query.terms.is_empty() {
        return Ok(ranking);
    }
    let articles: u32 = index.conn.prepare_cached("SELECT count(*) FROM articles")?.query_row([], |row| row.get(0))?;
    for term in &query.terms {
        let shares = match term {
            Term::Word(at) => word_shares(index, articles, query, *at)?,
            Term::Gram(gram) => gram_shares(index, articles, gram)?,
        };
        let weight = rarity(articles, shares.len());
        ranking.add(&shares, weight);
        match term {
            Term::Word(at) => want(&mut ranking.wanted, query, *at, weight),
            Term::Gram(gram) => ranking.wanted.add(gram, weight),
        }
    }
    Ok(ranking)
}

/// The best articles of a ranking, best first, each with its title.
pub(crate) fn best(
    index: &Index<'_>,
    ranking: &Ranking,
    near: &Nearness,
    limit: usize,
) -> rusqlite::Result<Vec<Candidate>> {
    let shares = ranking.contenders(near, CONTENDERS.max(limit));
    let most = shares.first().map_or(1.0, |(_, share)| share.points).max(f64::MIN_POSITIVE);
    let mut candidates = Vec::with_capacity(shares.len());
    for (n, share) in shares {
        let Some(head) = index.head(n, || head(index.conn, n))? else { continue };
        let likeness = grams::likeness(&ranking.looks, &head.looks);
        let rank = share.points / most + LIKENESS * likeness + MEANING * near.points(n);
        let cover = (share.cover / ranking.weight.max(f64::MIN_POSITIVE)).clamp(0.0, 1.0);
        candidates.push(Candidate { n, head, score: cover.max(near.cover(n)), rank });
    }
    candidates.sort_by(|a, b| b.rank.total_cmp(&a.rank));
    candidates.truncate(limit);
    Ok(candidates)
}

impl Ranking {
    /// The articles with the most points, best first, and the nearest ones that are not among them.
    fn contenders(&self, near: &Nearness, most: usize) -> Vec<(i64, Share)> {
        let mut shares: Vec<(i64, Share)> = self.shares.iter().map(|(n, share)| (*n, *share)).collect();
        shares.sort_by(|a, b| b.1.points.total_cmp(&a.1.points).then(a.0.cmp(&b.0)));
        shares.truncate(most);
        for n in near.nearest(most) {
            if !shares.iter().any(|(known, _)| *known == n) {
                shares.push((n, self.shares.get(&n).copied().unwrap_or_default()));
            }
        }
        shares
    }

    fn add(&mut self, shares: &Shares, weight: f64) {
        self.weight += weight;
        for (n, share) in shares {
            let known = self.shares.entry(*n).or_default();
            known.points += share.points;
            known.cover += share.cover * weight;
        }
    }
}

/// What each article has of a word: the word itself, or at half its worth another word for it.
fn word_shares(index: &Index<'_>, articles: u32, query: &Query, at: usize) -> rusqlite::Result<Arc<Shares>> {
    let word = &query.words[at];
    let (own, others) = (quoted(&word.text), expand::alternatives(&query.words, at));
    // What goes into it is all of its name: the word, and what its neighbours make of it.
    let name = format!("{own} {}", others.join(" OR "));
    index.shares(&name, || own_and_other(index.conn, articles, word, &own, others))
}

fn own_and_other(
    conn: &Connection,
    articles: u32,
    word: &Word,
    own: &str,
    mut others: Vec<String>,
) -> rusqlite::Result<Shares> {
    let mut shares = summed(conn, articles, own, [Look::Title, Look::Body])?;
    if shares.is_empty() {
        others.extend(expand::guesses(conn, word)?);
    }
    if others.is_empty() {
        return Ok(shares);
    }
    for (n, other) in summed(conn, articles, &others.join(" OR "), [Look::TitleOnce, Look::BodyOnce])? {
        let known = shares.entry(n).or_default();
        known.points = known.points.max(other.points * EXPANDED);
        known.cover = known.cover.max(other.cover * IN_BODY);
    }
    Ok(shares)
}

/// What each article has of an expression, the points of several looks added.
fn summed(conn: &Connection, articles: u32, expression: &str, looks: [Look; 2]) -> rusqlite::Result<Shares> {
    let mut sum = Shares::new();
    for look in looks {
        for (n, share) in look.shares(conn, articles, expression)? {
            let known = sum.entry(n).or_default();
            *known = Share { points: known.points + share.points, cover: known.cover.max(share.cover) };
        }
    }
    Ok(sum)
}

fn gram_shares(index: &Index<'_>, articles: u32, gram: &str) -> rusqlite::Result<Arc<Shares>> {
    // No word's name begins without a quotation mark.
    index.shares(gram, || {
        let Some(expression) = grams::expression(index.conn, "article_gram_words", gram)? else {
            return Ok(Shares::new());
        };
        Ok(Look::Grams.shares(index.conn, articles, &expression)?.into_iter().collect())
    })
}

fn head(conn: &Connection, n: i64) -> rusqlite::Result<Option<Head>> {
    let mut titles = conn.prepare_cached("SELECT id, title FROM articles WHERE n = ?1")?;
    let head = titles.query_row([n], |row| {
        let (id, title): (String, String) = (row.get(0)?, row.get(1)?);
        Ok(Head { looks: looks(runs(&title)), id, title })
    });
    head.optional()
}

/// Tells a passage to speak of a word, and somewhat of what is said instead of it.
fn want(wanted: &mut Wanted, query: &Query, at: usize, weight: f64) {
    let word = &query.words[at];
    wanted.add(&word.stem, weight);
    for other in lexicon::synonyms(&word.stem).iter().filter(|other| !other.contains(' ')) {
        wanted.add(&lexicon::stem(other), weight * EXPANDED);
    }
}

/// The weight of a term that `having` of `articles` have: never negative, and bounded for one that none has.
fn rarity(articles: u32, having: usize) -> f64 {
    let (all, having) = (f64::from(articles), f64::from(u32::try_from(having).unwrap_or(u32::MAX)));
    let weight = |having: f64| (1.0 + (all - having + 0.5).max(0.0) / (having + 0.5)).ln();
    if having > 0.0 { weight(having) } else { UNKNOWN * weight(1.0) }
}

/// How a text looks without its stop words.
fn looks<'a>(words: impl Iterator<Item = &'a str>) -> Vec<u64> {
    let words: Vec<String> = words.map(str::to_lowercase).filter(|word| !lexicon::is_stop(word)).collect();
    grams::packed(words.iter().map(String::as_str))
}
