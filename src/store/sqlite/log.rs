//! The audit log in SQLite: appending inside a write's transaction, paging, verifying.

use std::path::Path;

use rusqlite::{Connection, OptionalExtension as _, Row, Transaction, params};

use crate::domain::audit::chain::{Broken, Head, Walk};
use crate::domain::audit::figures::Mark;
use crate::domain::audit::query::LogQuery;
use crate::domain::audit::{Body, Event, HELD, Record, commit_to, genesis};
use crate::store::rows::{self, RECORD};
use crate::store::sqlite::group::Turn;
use crate::store::{StoreError, checkpoints};

/// The newest record's place and hash.
pub(crate) fn head(db: &Connection) -> Result<Head, StoreError> {
    let last = db
        .prepare_cached("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1")?
        .query_row([], |row| Ok(Head { size: row.get(0)?, hash: row.get(1)? }))
        .optional()?;
    last.map_or_else(|| Ok(Head { size: 0, hash: genesis(&log_id(db)?) }), Ok)
}

/// The name of this desk's log.
pub(crate) fn log_id(db: &Connection) -> Result<String, StoreError> {
    let sql = "SELECT value FROM meta WHERE key = 'log_id'";
    Ok(db.prepare_cached(sql)?.query_row([], |row| row.get(0))?)
}

/// Adds events at the end.
pub(crate) fn append(turn: &mut Turn<'_>, events: &[Event]) -> Result<(), StoreError> {
    events.iter().try_for_each(|event| turn.append(event).map(|_| ()))
}

/// Adds one event after `head` and moves `head` on.
pub(crate) fn append_after(tx: &Transaction<'_>, head: &mut Head, event: &Event) -> Result<(), StoreError> {
    let body = event.body.text();
    let salt = crate::random::bytes::<16>();
    let record = Record::chain(event, head.size + 1, head.hash.clone(), commit_to(&salt, &body));
    insert(tx, &record)?;
    tx.prepare_cached("INSERT INTO audit_bodies VALUES (?1, ?2, ?3)")?.execute(params![record.seq, salt, body])?;
    *head = Head { size: record.seq, hash: record.hash };
    Ok(())
}

fn insert(tx: &Transaction<'_>, r: &Record) -> Result<(), StoreError> {
    tx.prepare_cached(&format!(
        "INSERT INTO audit ({RECORD}) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16)"
    ))?
    .execute(params![
        r.seq,
        r.at.to_string(),
        r.actor,
        r.run,
        r.action,
        r.tool,
        r.ticket,
        r.proposal,
        r.digest,
        r.outcome,
        r.version_before,
        r.version_after,
        r.micros,
        r.body_commit,
        r.prev,
        r.hash
    ])?;
    Ok(())
}

/// The conditions of a filter, by the parameters of [`conditions`].
const MATCHES: &str = "(:ticket IS NULL OR ticket = :ticket) AND (:tool IS NULL OR instr(tool, :tool) = 1) \
     AND (:who IS NULL OR instr(actor, :who) = 1) AND (:what IS NULL OR action = :what) \
     AND (:run IS NULL OR run = :run) AND (:since IS NULL OR julianday(at) >= julianday(:since)) \
     AND (:until IS NULL OR julianday(at) < julianday(:until)) \
     AND NOT EXISTS (SELECT 1 FROM json_each(:words) WHERE instr(lower(coalesce(ticket, '') || ' ' || tool || ' ' || \
         actor || ' ' || action || ' ' || outcome || ' ' || run || ' ' || coalesce(proposal, '')), value) = 0)";

/// Runs a statement with a filter's values, and what else it asks for.
fn matching<T>(
    db: &Connection,
    sql: &str,
    query: &LogQuery,
    more: &[(&str, &dyn rusqlite::ToSql)],
    row: impl FnMut(&Row<'_>) -> rusqlite::Result<T>,
) -> Result<Vec<T>, StoreError> {
    let LogQuery { ticket, tool, who, what, run, since, until, words } = query;
    let (since, until) = (since.map(|at| at.to_string()), until.map(|at| at.to_string()));
    let words = serde_json::json!(words).to_string();
    let mut values: Vec<(&str, &dyn rusqlite::ToSql)> = vec![
        (":ticket", ticket),
        (":tool", tool),
        (":who", who),
        (":what", what),
        (":run", run),
        (":since", &since),
        (":until", &until),
        (":words", &words),
    ];
    values.extend(more);
    let mut statement = db.prepare_cached(sql)?;
    let found = statement.query_map(values.as_slice(), row)?;
    Ok(found.collect::<Result<_, _>>()?)
}

/// Records that a filter matches, before `before`, newest first.
pub(crate) fn find(
    db: &Connection,
    query: &LogQuery,
    before: Option<u64>,
    limit: u32,
) -> Result<Vec<Record>, StoreError> {
    let sql = format!("SELECT {RECORD} FROM audit WHERE seq < :before AND {MATCHES} ORDER BY seq DESC LIMIT :limit");
    let before = before.and_then(|b| i64::try_from(b).ok()).unwrap_or(i64::MAX);
    matching(db, &sql, query, &[(":before", &before), (":limit", &limit)], |row| rows::record(row))
}

/// What the figures need of every record that a filter matches, oldest first.
pub(crate) fn marks(db: &Connection, query: &LogQuery) -> Result<Vec<Mark>, StoreError> {
    let sql = format!(
        "SELECT at, actor, action, tool, ticket, proposal, outcome, micros, \
           (SELECT json_extract(why, '$.begun') FROM proposals WHERE id = proposal), \
           CASE action WHEN 'approved' THEN \
             (SELECT json_extract(body, '$.result.{HELD}') FROM audit_bodies b WHERE b.seq = audit.seq) END, \
           CASE WHEN action = 'rated' THEN (SELECT json_object('thumb', thumb, 'tone', tone, 'made_by', made_by) \
             FROM feedback WHERE feedback.seq = audit.seq) END \
         FROM audit WHERE {MATCHES} ORDER BY seq"
    );
    matching(db, &sql, query, &[], |row| rows::mark(row))
}

/// What was said in a record.
pub(crate) fn body(db: &Connection, seq: u64) -> Result<Option<Body>, StoreError> {
    let text: Option<String> = db
        .prepare_cached("SELECT body FROM audit_bodies WHERE seq = ?1")?
        .query_row([seq], |row| row.get(0))
        .optional()?;
    text.map(|text| serde_json::from_str(&text).map_err(|e| StoreError::Damaged(e.to_string()))).transpose()
}

/// Walks the whole chain, its bodies, its checkpoints.
pub(crate) fn verify(db: &Connection, desk: &Path, expect: Option<&Head>) -> Result<Result<Head, Broken>, StoreError> {
    // One snapshot: another program may append meanwhile.
    let tx = db.unchecked_transaction()?;
    let origin = log_id(&tx)?;
    let head = match walk(&tx, &origin)? {
        Ok(head) => head,
        Err(broken) => return Ok(Err(broken)),
    };
    let hash_at = |seq: u64| hash_at(&tx, &origin, seq);
    Ok(checkpoints::compare(desk, &origin, &head, hash_at)
        .and_then(|()| checkpoints::expected(&head, expect, hash_at))
        .map(|()| head))
}

fn walk(db: &Connection, origin: &str) -> Result<Result<Head, Broken>, StoreError> {
    let sql = format!(
        "SELECT {RECORD}, b.salt, b.body FROM audit LEFT JOIN (SELECT seq AS s, salt, body FROM audit_bodies) b \
         ON b.s = seq ORDER BY seq"
    );
    let mut query = db.prepare(&sql)?;
    let mut found = query.query([])?;
    let mut walk = Walk::new(genesis(origin));
    while let Some(row) = found.next()? {
        let stepped = match (rows::record(row), rows::body(row)) {
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

fn hash_at(db: &Connection, origin: &str, seq: u64) -> Option<String> {
    if seq == 0 {
        return Some(genesis(origin));
    }
    db.query_row("SELECT hash FROM audit WHERE seq = ?1", [seq], |row| row.get(0)).ok()
}
