//! The audit log in PostgreSQL: appending inside a write's transaction, paging, verifying.

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;

use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use crate::domain::audit::chain::{Broken, Head, Walk};
use crate::domain::audit::figures::Mark;
use crate::domain::audit::query::LogQuery;
use crate::domain::audit::{Body, Event, HELD, Record, commit_to, genesis};
use crate::store::columns::Columns as _;
use crate::store::postgres::ask::{self, Db, n};
use crate::store::postgres::threads::keepable;
use crate::store::postgres::writing::Snapshot;
use crate::store::rows::{self, RECORD};
use crate::store::{StoreError, checkpoints};

/// The name of this desk's log.
pub(crate) async fn log_id(db: &Db) -> Result<String, StoreError> {
    let found = ask::first(db, "SELECT value FROM meta WHERE key = 'log_id'", &[], |row| row.text(0)).await?;
    found.ok_or_else(|| StoreError::Damaged("the log has no name".to_owned()))
}

/// The newest record's place and hash.
pub(crate) async fn head(db: &Db) -> Result<Head, StoreError> {
    let head = |row: &Row| Ok(Head { size: row.count(0)?, hash: row.text(1)? });
    let found = ask::first(db, "SELECT size, hash FROM head", &[], head).await?;
    found.ok_or_else(|| StoreError::Damaged("the end of the log is not marked".to_owned()))
}

/// Records side by side, as one statement takes many.
#[derive(Default)]
struct Batch {
    records: Vec<Record>,
    salts: Vec<Vec<u8>>,
    bodies: Vec<String>,
}

/// Adds events after `head`, and moves `head` on: all of them in one statement.
pub(crate) async fn append(db: &Db, head: &mut Head, events: &[Event]) -> Result<(), StoreError> {
    if events.is_empty() {
        return Ok(());
    }
    let mut batch = Batch::default();
    for event in events {
        let (body, salt) = (event.body.text(), crate::random::bytes::<16>().to_vec());
        let record = Record::chain(&kept(event), head.size + 1, head.hash.clone(), commit_to(&salt, &body));
        *head = Head { size: record.seq, hash: record.hash.clone() };
        batch.records.push(record);
        batch.salts.push(salt);
        batch.bodies.push(body);
    }
    batch.insert(db).await
}

/// An event as it can be kept, and only so is it chained: one that cannot would keep all behind it out of the log.
fn kept(event: &Event) -> Cow<'_, Event> {
    let Event { tool, outcome, .. } = event;
    if !tool.contains('\0') && !outcome.contains('\0') {
        return Cow::Borrowed(event);
    }
    Cow::Owned(Event { tool: keepable(tool), outcome: keepable(outcome), ..event.clone() })
}

const INSERT: &str = "\
    WITH new AS (SELECT * FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], \
        $7::text[], $8::text[], $9::text[], $10::text[], $11::bigint[], $12::bigint[], $13::bigint[], $14::text[], \
        $15::text[], $16::text[], $17::bytea[], $18::text[]) \
        AS r (seq, at, actor, run, action, tool, ticket, proposal, digest, outcome, version_before, version_after, \
              micros, body_commit, prev, hash, salt, body)), \
    added AS (INSERT INTO audit SELECT seq, at, actor, run, action, tool, ticket, proposal, digest, outcome, \
        version_before, version_after, micros, body_commit, prev, hash FROM new) \
    INSERT INTO audit_bodies SELECT seq, salt, body FROM new";

impl Batch {
    fn text(&self, of: impl Fn(&Record) -> &str) -> Vec<&str> {
        self.records.iter().map(of).collect()
    }

    fn text_if(&self, of: impl Fn(&Record) -> &Option<String>) -> Vec<Option<&str>> {
        self.records.iter().map(|record| of(record).as_deref()).collect()
    }

    fn number_if(&self, of: impl Fn(&Record) -> Option<u64>) -> Vec<Option<i64>> {
        self.records.iter().map(|record| of(record).map(n)).collect()
    }

    async fn insert(&self, db: &Db) -> Result<(), StoreError> {
        let seq: Vec<i64> = self.records.iter().map(|r| n(r.seq)).collect();
        let at: Vec<String> = self.records.iter().map(|r| r.at.to_string()).collect();
        let micros: Vec<i64> = self.records.iter().map(|r| n(r.micros)).collect();
        let values: [&(dyn ToSql + Sync); 18] = [
            &seq,
            &at,
            &self.text(|r| &r.actor),
            &self.text(|r| &r.run),
            &self.text(|r| &r.action),
            &self.text(|r| &r.tool),
            &self.text_if(|r| &r.ticket),
            &self.text_if(|r| &r.proposal),
            &self.text_if(|r| &r.digest),
            &self.text(|r| &r.outcome),
            &self.number_if(|r| r.version_before),
            &self.number_if(|r| r.version_after),
            &micros,
            &self.text(|r| &r.body_commit),
            &self.text(|r| &r.prev),
            &self.text(|r| &r.hash),
            &self.salts,
            &self.bodies,
        ];
        ask::change(db, INSERT, &values).await?;
        Ok(())
    }
}

/// The conditions of a filter, by the parameters of [`matching`].
const MATCHES: &str = "($1::text IS NULL OR ticket = $1) AND ($2::text IS NULL OR starts_with(tool, $2)) \
     AND ($3::text IS NULL OR starts_with(actor, $3)) AND ($4::text IS NULL OR action = $4) \
     AND ($5::text IS NULL OR run = $5) AND ($6::text IS NULL OR at::timestamptz >= $6::timestamptz) \
     AND ($7::text IS NULL OR at::timestamptz < $7::timestamptz) \
     AND NOT EXISTS (SELECT 1 FROM unnest($8::text[]) word WHERE strpos(lower(coalesce(ticket, '') || ' ' || tool || \
         ' ' || actor || ' ' || action || ' ' || outcome || ' ' || run || ' ' || coalesce(proposal, '')), word) = 0)";

/// Runs a statement with a filter's values, and what else it asks for.
async fn matching<T>(
    db: &Db,
    sql: &str,
    query: &LogQuery,
    more: &[&(dyn ToSql + Sync)],
    read: impl Fn(&Row) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let LogQuery { ticket, tool, who, what, run, since, until, words } = query;
    let (since, until) = (since.map(|at| at.to_string()), until.map(|at| at.to_string()));
    let mut values: Vec<&(dyn ToSql + Sync)> = vec![ticket, tool, who, what, run, &since, &until, words];
    values.extend(more);
    ask::list(db, sql, &values, read).await
}

/// Records that a filter matches, before `before`, newest first.
pub(crate) async fn find(
    db: &Db,
    query: &LogQuery,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Record>, StoreError> {
    let sql = format!("SELECT {RECORD} FROM audit WHERE seq < $9 AND {MATCHES} ORDER BY seq DESC LIMIT $10");
    let (before, limit) = (before.map_or(i64::MAX, n), i64::from(limit));
    matching(db, &sql, query, &[&before, &limit], rows::record).await
}

/// What the figures need of every record that a filter matches, oldest first.
pub(crate) async fn marks(db: Db, query: &LogQuery) -> Result<Vec<Mark>, StoreError> {
    let db = Snapshot::of(db).await?;
    let sql = format!(
        "SELECT at, actor, action, tool, ticket, proposal, outcome, micros, \
           (SELECT (replace(why, '\\u0000', '\\ufffd')::json -> 'begun')::text FROM proposals \
            WHERE id = proposal), \
           CASE action WHEN 'approved' THEN \
             (SELECT (replace(body, '\\u0000', '\\ufffd')::json #>> '{{result,{HELD}}}')::bigint \
              FROM audit_bodies b WHERE b.seq = audit.seq) END, \
           CASE WHEN action = 'rated' THEN (SELECT json_build_object('thumb', thumb, 'tone', tone, 'made_by', \
             made_by)::text FROM feedback WHERE feedback.seq = audit.seq) END \
         FROM audit WHERE {MATCHES} ORDER BY seq"
    );
    let marks = matching(&db, &sql, query, &[], rows::mark).await;
    db.end().await;
    marks
}

/// What was said in a record.
pub(crate) async fn body(db: &Db, seq: u64) -> Result<Option<Body>, StoreError> {
    let sql = "SELECT body FROM audit_bodies WHERE seq = $1";
    ask::first(db, sql, &[&n(seq)], |row| row.json(0)).await
}

/// Walks the whole chain, its bodies, its checkpoints; all of one moment, whoever appends meanwhile.
pub(crate) async fn verify(db: Db, place: &Path, expect: Option<&Head>) -> Result<Result<Head, Broken>, StoreError> {
    let db = Snapshot::of(db).await?;
    let verified = verified(&db, place, expect).await;
    db.end().await;
    verified
}

async fn verified(db: &Db, place: &Path, expect: Option<&Head>) -> Result<Result<Head, Broken>, StoreError> {
    let origin = log_id(db).await?;
    let walked = match walk(db, &origin).await? {
        Ok(head) => head,
        Err(broken) => return Ok(Err(broken)),
    };
    let marked = head(db).await?;
    if marked != walked {
        let text =
            format!("the log ends at {}, its end is marked at {}: it was changed by hand", walked.size, marked.size);
        return Ok(Err(Broken::Head(text)));
    }
    let hashes = hashes(db, &origin, place, expect).await?;
    let hash_at = |seq: u64| hashes.get(&seq).cloned();
    Ok(checkpoints::compare(place, &origin, &walked, hash_at)
        .and_then(|()| checkpoints::expected(&walked, expect, hash_at))
        .map(|()| walked))
}

async fn walk(db: &Db, origin: &str) -> Result<Result<Head, Broken>, StoreError> {
    let sql = format!(
        "SELECT {RECORD}, b.salt, b.body FROM audit LEFT JOIN (SELECT seq AS s, salt, body FROM audit_bodies) b \
         ON b.s = seq ORDER BY seq"
    );
    let (mut walk, mut found) = (Walk::new(genesis(origin)), db.rows(&sql).await?);
    while let Some(row) = found.next().await? {
        let stepped = match (rows::record(&row), rows::body(&row)) {
            (Ok(record), Ok(body)) => {
                walk.step(&record, body.as_ref().map(|(salt, text)| (salt.as_slice(), text.as_str())))
            }
            (Err(e), _) | (_, Err(e)) => Err(Broken::Unreadable { seq: walk.head().size + 1, reason: e.to_string() }),
        };
        if let Err(broken) = stepped {
            return Ok(Err(broken));
        }
    }
    Ok(walk.end())
}

/// The hashes at the checkpoints, and where a head is expected.
async fn hashes(
    db: &Db,
    origin: &str,
    place: &Path,
    expect: Option<&Head>,
) -> Result<HashMap<u64, String>, StoreError> {
    let wanted = checkpoints::places(place).into_iter().chain(expect.map(|head| head.size));
    let wanted: Vec<i64> = wanted.map(n).collect();
    let sql = "SELECT seq, hash FROM audit WHERE seq = ANY($1)";
    let found = ask::list(db, sql, &[&wanted], |row| Ok((row.count(0)?, row.text(1)?))).await?;
    Ok(found.into_iter().chain([(0, genesis(origin))]).collect())
}
