//! How well articles are found: by words, by meaning and by both, against plain BM25, on questions with known answers.

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use serde::{Deserialize, Serialize};

use crate::embed::{EmbedError, Embedder};
use crate::store::search;
use crate::store::search::vectors::{self, Nearness, Vectors};
use crate::store::sqlite::open::MIGRATIONS;

const BASELINE: &str = "CREATE VIRTUAL TABLE plain USING fts5 (title, body, tokenize = 'porter unicode61')";
/// How deep a list of answers is looked at.
const DEPTH: usize = 10;
/// The same for SQL.
const DEPTH_SQL: i64 = 10;
/// Damping of reciprocal rank fusion, as in its paper.
const DAMPING: f64 = 60.0;
/// A sentence of fewer words asks nothing.
const SHORTEST_SENTENCE: usize = 3;

/// What went wrong with a measurement as a whole; single bad lines are in the report.
#[derive(Debug, thiserror::Error)]
pub enum EvalError {
    /// The index.
    #[error("the index of the measurement failed: {0}")]
    Index(#[from] rusqlite::Error),
    /// The embeddings.
    #[error(transparent)]
    Embed(#[from] EmbedError),
    /// The tasks.
    #[error("the tasks are not a JSON array of scenarios: {0}")]
    Tasks(#[from] serde_json::Error),
}

/// One system, measured.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Row {
    /// Which system.
    pub system: &'static str,
    /// How many queries counted.
    pub n: usize,
    /// Share of the right articles that come first.
    pub recall_at_1: f64,
    /// Share among the first five.
    pub recall_at_5: f64,
    /// Share among the first ten.
    pub recall_at_10: f64,
    /// Mean reciprocal rank of the first right article, 0 behind the tenth.
    pub mrr_at_10: f64,
    /// Half the searches took at most so many microseconds.
    pub median_us: u64,
    /// All but one in a hundred took at most so many microseconds.
    pub p99_us: u64,
}

/// What a measurement found.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct SearchReport {
    /// How many articles were searched.
    pub articles: usize,
    /// One row a system.
    pub rows: Vec<Row>,
    /// Lines that could not be read, as `what, line n: why`.
    pub bad_lines: Vec<String>,
}

#[derive(Deserialize)]
struct Entry {
    id: String,
    #[serde(alias = "question")]
    title: String,
    #[serde(alias = "answers", alias = "content")]
    body: Body,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Body {
    One(String),
    Several(Vec<String>),
}

#[derive(Deserialize)]
struct Question {
    query: String,
    relevant: HashSet<String>,
}

#[derive(Deserialize)]
struct Task {
    user_scenario: Scenario,
    #[serde(default)]
    required_documents: HashSet<String>,
}

#[derive(Deserialize)]
struct Scenario {
    instructions: serde_json::Value,
}

/// What is asked, in one or several searches whose answers are fused.
struct Asked {
    searches: Vec<String>,
    relevant: HashSet<String>,
}

#[derive(Clone, Copy)]
enum System {
    Plain,
    Words,
    Meaning,
    Both,
}

/// What is searched.
struct Index {
    conn: Connection,
    vectors: Vectors,
}

impl System {
    const ALL: [Self; 4] = [Self::Plain, Self::Words, Self::Meaning, Self::Both];

    const fn name(self) -> &'static str {
        match self {
            Self::Plain => "fts5 porter",
            Self::Words => "full text",
            Self::Meaning => "embeddings",
            Self::Both => "both",
        }
    }

    fn search(self, index: &Index, query: &str) -> Result<Vec<String>, EvalError> {
        Ok(match self {
            Self::Plain => plain(&index.conn, query)?,
            Self::Words => search::article_ids(&index.conn, query, &Nearness::default(), DEPTH)?,
            Self::Meaning => search::nearest_ids(&index.conn, &index.nearness(query)?, DEPTH)?,
            Self::Both => search::article_ids(&index.conn, query, &index.nearness(query)?, DEPTH)?,
        })
    }
}

/// Measures single questions: a FAQ and queries, both JSON Lines.
///
/// # Errors
/// When the index cannot be built or read.
pub fn faq(faq: &str, queries: &str) -> Result<SearchReport, EvalError> {
    let mut bad_lines = Vec::new();
    let entries: Vec<Entry> = lines("faq", faq, &mut bad_lines);
    let questions: Vec<Question> = lines("queries", queries, &mut bad_lines);
    let asked = questions.into_iter().map(|q| Asked { searches: vec![q.query], relevant: q.relevant });
    report(&entries, &asked.collect::<Vec<_>>(), bad_lines)
}

/// Measures whole scenarios, sentence by sentence: articles as JSON Lines, tasks as a JSON array (tau2-bench).
///
/// # Errors
/// When the tasks are not such an array, or the index cannot be built or read.
pub fn scenarios(articles: &str, tasks: &str) -> Result<SearchReport, EvalError> {
    let mut bad_lines = Vec::new();
    let entries: Vec<Entry> = lines("articles", articles, &mut bad_lines);
    let tasks: Vec<Task> = serde_json::from_str(tasks)?;
    let asked = tasks.into_iter().map(|task| Asked {
        searches: sentences(&told(&task.user_scenario.instructions)),
        relevant: task.required_documents,
    });
    report(&entries, &asked.collect::<Vec<_>>(), bad_lines)
}

fn report(entries: &[Entry], asked: &[Asked], bad_lines: Vec<String>) -> Result<SearchReport, EvalError> {
    let index = Index::new(entries)?;
    let rows = System::ALL.into_iter().map(|system| measure(&index, system, asked)).collect::<Result<_, _>>()?;
    Ok(SearchReport { articles: entries.len(), rows, bad_lines })
}

fn lines<T: serde::de::DeserializeOwned>(what: &str, text: &str, bad: &mut Vec<String>) -> Vec<T> {
    let mut read = Vec::new();
    for (at, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
        match serde_json::from_str(line) {
            Ok(value) => read.push(value),
            Err(error) => bad.push(format!("{what}, line {}: {error}", at + 1)),
        }
    }
    read
}

impl Index {
    fn new(entries: &[Entry]) -> Result<Self, EvalError> {
        let conn = filled(entries)?;
        let model = &Embedder::get()?;
        for article in vectors::unread(&conn, u32::MAX)? {
            vectors::save(&conn, &article, &article.embed(model)?)?;
        }
        Ok(Self { vectors: Vectors::read(&conn)?, conn })
    }

    fn nearness(&self, query: &str) -> Result<Nearness, EmbedError> {
        if !self.vectors.can_answer(query) {
            return Ok(Nearness::default());
        }
        Ok(self.vectors.nearness(&Embedder::get()?.embed(query)?))
    }
}

fn filled(entries: &[Entry]) -> rusqlite::Result<Connection> {
    let mut conn = Connection::open_in_memory()?;
    MIGRATIONS.iter().try_for_each(|sql| conn.execute_batch(sql))?;
    conn.execute_batch(BASELINE)?;
    let all = conn.transaction()?;
    for entry in entries {
        let body = entry.body.text();
        all.execute("INSERT INTO articles (id, title, body) VALUES (?1, ?2, ?3)", (&entry.id, &entry.title, &body))?;
        all.execute(
            "INSERT INTO plain (rowid, title, body) VALUES (last_insert_rowid(), ?1, ?2)",
            (&entry.title, &body),
        )?;
    }
    all.commit()?;
    search::upkeep::tidy_articles(&conn)?;
    Ok(conn)
}

impl Body {
    fn text(&self) -> String {
        match self {
            Self::One(text) => text.clone(),
            Self::Several(texts) => texts.join("\n\n"),
        }
    }
}

/// The baseline: every word, any of them, BM25 over both fields.
fn plain(conn: &Connection, query: &str) -> rusqlite::Result<Vec<String>> {
    let words = query.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let any = words.map(|word| format!("\"{word}\"")).collect::<Vec<_>>().join(" OR ");
    if any.is_empty() {
        return Ok(Vec::new());
    }
    let sql = "SELECT articles.id FROM plain JOIN articles ON articles.n = plain.rowid \
               WHERE plain MATCH ?1 ORDER BY plain.rank LIMIT ?2";
    conn.prepare_cached(sql)?.query_map((any, DEPTH_SQL), |row| row.get(0))?.collect()
}

fn measure(index: &Index, system: System, asked: &[Asked]) -> Result<Row, EvalError> {
    let mut times = Vec::new();
    let mut found = Vec::with_capacity(asked.len());
    for one in asked.iter().filter(|one| !one.relevant.is_empty()) {
        let mut lists = Vec::with_capacity(one.searches.len());
        for query in &one.searches {
            let start = Instant::now();
            lists.push(system.search(index, query)?);
            times.push(start.elapsed());
        }
        found.push((fused(&lists), &one.relevant));
    }
    times.sort_unstable();
    let mean = |measure: &dyn Fn(&[String], &HashSet<String>) -> f64| {
        found.iter().map(|(list, relevant)| measure(list, relevant)).sum::<f64>() / count(found.len().max(1))
    };
    Ok(Row {
        system: system.name(),
        n: found.len(),
        recall_at_1: mean(&|list, relevant| recall(list, relevant, 1)),
        recall_at_5: mean(&|list, relevant| recall(list, relevant, 5)),
        recall_at_10: mean(&|list, relevant| recall(list, relevant, 10)),
        mrr_at_10: mean(&reciprocal_rank),
        median_us: quantile(&times, 50),
        p99_us: quantile(&times, 99),
    })
}

/// One list from several, by reciprocal rank; a single list stays as it is.
fn fused(lists: &[Vec<String>]) -> Vec<String> {
    let mut points: HashMap<&str, f64> = HashMap::new();
    for list in lists {
        for (rank, id) in list.iter().enumerate() {
            *points.entry(id).or_default() += 1.0 / (DAMPING + count(rank));
        }
    }
    let mut best: Vec<(&str, f64)> = points.into_iter().collect();
    best.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(b.0)));
    best.into_iter().map(|(id, _)| id.to_owned()).collect()
}

fn recall(list: &[String], relevant: &HashSet<String>, depth: usize) -> f64 {
    count(list.iter().take(depth).filter(|id| relevant.contains(*id)).count()) / count(relevant.len().max(1))
}

fn reciprocal_rank(list: &[String], relevant: &HashSet<String>) -> f64 {
    let rank = list.iter().take(DEPTH).position(|id| relevant.contains(id));
    rank.map_or(0.0, |rank| 1.0 / count(rank + 1))
}

/// A count as a number to divide by; these counts are far below 2^32.
fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or(u32::MAX))
}

fn quantile(sorted: &[Duration], percent: usize) -> u64 {
    let at = (sorted.len() * percent / 100).min(sorted.len().saturating_sub(1));
    sorted.get(at).map_or(0, |time| u64::try_from(time.as_micros()).unwrap_or(u64::MAX))
}

/// What a scenario says, whether it is told in one text or in named parts.
fn told(instructions: &serde_json::Value) -> String {
    instructions.as_str().map_or_else(|| instructions.to_string(), str::to_owned)
}

fn sentences(text: &str) -> Vec<String> {
    let pieces = text.lines().flat_map(|line| line.split_inclusive(['.', '!', '?']));
    pieces.map(|piece| piece.trim().to_owned()).filter(|s| s.split_whitespace().count() >= SHORTEST_SENTENCE).collect()
}

impl fmt::Display for SearchReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (name, n) = ("system", "n");
        writeln!(f, "{} articles", self.articles)?;
        writeln!(f, "{name:<12} {n:>5}    r@1    r@5   r@10 mrr@10  median µs  p99 µs")?;
        for row in &self.rows {
            write!(f, "{:<12} {:>5} {:>6.3} {:>6.3}", row.system, row.n, row.recall_at_1, row.recall_at_5)?;
            write!(f, " {:>6.3} {:>6.3}", row.recall_at_10, row.mrr_at_10)?;
            writeln!(f, " {:>10} {:>7}", row.median_us, row.p99_us)?;
        }
        self.bad_lines.iter().try_for_each(|line| writeln!(f, "not read: {line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FAQ: &str = r#"{"id": "A", "question": "How do I reset my password?", "answers": ["Press reset.", "Wait."]}
{"id": "B", "title": "Shipping times", "content": "Parcels take three days."}
{"id": "C", "title": "broken"
{"id": "D", "title": "Refunds", "body": "Money comes back in a week."}"#;

    #[test]
    fn a_faq_is_measured_and_a_bad_line_is_named() {
        let queries = "{\"qid\": \"1\", \"query\": \"password reset\", \"relevant\": [\"A\"]}\n\n{\"query\": \"colour\", \"relevant\": [\"B\"]}";
        let report = faq(FAQ, queries).unwrap();
        assert_eq!(report.articles, 3);
        assert_eq!(report.bad_lines.len(), 1);
        assert!(report.bad_lines[0].starts_with("faq, line 3: "), "{}", report.bad_lines[0]);
        for row in &report.rows {
            assert_eq!(row.n, 2);
            assert!(row.recall_at_1 >= 0.5 && row.mrr_at_10 >= 0.5, "{row:?}");
        }
        assert!(report.to_string().contains("fts5 porter"));
    }

    #[test]
    fn a_scenario_is_asked_sentence_by_sentence() {
        let tasks = r#"[{"user_scenario": {"instructions": "You want a refund now. Your parcel is late, ask for shipping times."},
                         "required_documents": ["B", "D"]}]"#;
        let report = scenarios(FAQ, tasks).unwrap();
        for row in &report.rows[1..] {
            assert!((row.recall_at_10 - 1.0).abs() < 1e-9, "{report}");
        }
        assert!(matches!(scenarios(FAQ, "{}"), Err(EvalError::Tasks(_))));
    }

    #[test]
    fn measures_of_an_empty_set_are_nought() {
        let report = faq("", "").unwrap();
        assert!(report.rows.iter().all(|row| row.n == 0 && row.recall_at_1 < 1e-9 && row.p99_us == 0));
    }
}
