//! What the tables hold, column by column: read the same way from either database.

use serde_json::Value;

use crate::domain::actor::Principal;
use crate::domain::article::{Article, CannedReply};
use crate::domain::audit::figures::Mark;
use crate::domain::audit::{Body, Record};
use crate::domain::call::WriteCall;
use crate::domain::canonical::Digest;
use crate::domain::credential::{Credential, Person};
use crate::domain::customer::Customer;
use crate::domain::decision::{Decision, Reviewed, Verdict};
use crate::domain::feedback::{Given, Kept};
use crate::domain::lesson::Settled;
use crate::domain::presence::Presence;
use crate::domain::proposal::{Filing, Proposal};
use crate::domain::ticket::{Message, TicketRow};
use crate::domain::usage::Usage;
use crate::store::columns::Columns;
use crate::store::{Counts, Filed};

/// Columns of [`ticket`].
pub(crate) const TICKET: &str = "t.id, t.subject, t.status, t.priority, t.tags, t.assignee, t.customer_id, \
     t.customer_name, t.created_at, t.updated_at, t.due_at, t.messages, t.version, t.sample, t.merged_into";
/// Columns of [`message`].
pub(crate) const MESSAGE: &str = "at, author, name, visibility, body, attachments";
/// Columns of [`customer`].
pub(crate) const CUSTOMER: &str = "id, name, email, plan, locale, since, notes";
/// Columns of [`article`].
pub(crate) const ARTICLE: &str = "id, title, body, tags, updated_at";
/// Columns of [`canned`].
pub(crate) const CANNED: &str = "id, title, body, tags";
/// Columns of [`filed`].
pub(crate) const PROPOSAL: &str = "id, tool, arguments, base_version, proposer, proposer_role, run, why, filed_at, \
     expires_at, edited_by, state, decided_by, reason, replaced_by, other_id";
/// Columns of [`record`].
pub(crate) const RECORD: &str = "seq, at, actor, run, action, tool, ticket, proposal, digest, outcome, \
     version_before, version_after, micros, body_commit, prev, hash";
/// Columns of [`settled`].
pub(crate) const LESSON: &str = "id, kind, state, title, new";
/// Columns of [`kept`], of `feedback f`, `audit a` and `audit_bodies b`.
pub(crate) const KEPT: &str =
    "f.seq, a.at, f.person, f.thumb, f.ticket_id, f.version, f.tool, f.tone, f.made_by, f.prompt, b.body";

/// Columns of [`usage`], over `spending`.
pub(crate) const USAGE: &str = "CAST(coalesce(sum(input_tokens), 0) AS BIGINT), \
     CAST(coalesce(sum(output_tokens), 0) AS BIGINT), CAST(coalesce(sum(micro_usd), 0) AS BIGINT)";

/// Columns of [`person`], of `people p`.
pub(crate) const PERSON: &str = "p.id, p.role, p.name";
/// Columns of [`credential`], of `credentials c` and `people p`.
pub(crate) const CREDENTIAL: &str = "p.id, p.role, p.name, c.id, c.kind, c.scope, c.created_at, c.created_by, \
     c.expires_at, c.revoked_at, c.last_used";

/// Somebody of the desk.
pub(crate) fn person<R: Columns>(row: &R) -> Result<Person, R::Bad> {
    Ok(Person { principal: Principal { id: row.parsed(0)?, role: row.parsed(1)? }, name: row.text(2)? })
}

/// A credential and whose it is.
pub(crate) fn credential<R: Columns>(row: &R) -> Result<Credential, R::Bad> {
    let Person { principal, name } = person(row)?;
    Ok(Credential {
        principal,
        name,
        id: row.parsed(3)?,
        kind: row.parsed(4)?,
        scope: row.json(5)?,
        created_at: row.time(6)?,
        created_by: row.parsed(7)?,
        expires_at: row.time_if(8)?,
        revoked_at: row.time_if(9)?,
        last_used: row.parsed_if(10)?,
    })
}

/// A ticket's row.
pub(crate) fn ticket<R: Columns>(row: &R) -> Result<TicketRow, R::Bad> {
    Ok(TicketRow {
        id: row.parsed(0)?,
        subject: row.text(1)?,
        status: row.parsed(2)?,
        priority: row.priority(3)?,
        tags: row.json(4)?,
        assignee: row.parsed_if(5)?,
        customer_id: row.parsed(6)?,
        customer_name: row.text(7)?,
        created_at: row.time(8)?,
        updated_at: row.time(9)?,
        due_at: row.time_if(10)?,
        messages: row.count(11)?,
        version: row.count(12)?,
        sample: row.flag(13)?,
        merged_into: row.parsed_if(14)?,
    })
}

/// A message of a thread.
pub(crate) fn message<R: Columns>(row: &R) -> Result<Message, R::Bad> {
    Ok(Message {
        at: row.time(0)?,
        author: row.parsed(1)?,
        name: row.text(2)?,
        visibility: row.parsed(3)?,
        body: row.text(4)?,
        attachments: row.json(5)?,
    })
}

/// Counts by view.
pub(crate) fn counts<R: Columns>(row: &R) -> Result<Counts, R::Bad> {
    Ok(Counts {
        active: row.count(0)?,
        urgent: row.count(1)?,
        unassigned: row.count(2)?,
        pending: row.count(3)?,
        all: row.count(4)?,
    })
}

/// A customer.
pub(crate) fn customer<R: Columns>(row: &R) -> Result<Customer, R::Bad> {
    Ok(Customer {
        id: row.parsed(0)?,
        name: row.text(1)?,
        email: row.text(2)?,
        plan: row.text(3)?,
        locale: row.text(4)?,
        since: row.parsed_if(5)?,
        notes: row.text(6)?,
    })
}

/// An article.
pub(crate) fn article<R: Columns>(row: &R) -> Result<Article, R::Bad> {
    Ok(Article {
        id: row.parsed(0)?,
        title: row.text(1)?,
        body: row.text(2)?,
        tags: row.json(3)?,
        updated_at: row.parsed_if(4)?,
    })
}

/// A canned reply.
pub(crate) fn canned<R: Columns>(row: &R) -> Result<CannedReply, R::Bad> {
    Ok(CannedReply { id: row.parsed(0)?, title: row.text(1)?, body: row.text(2)?, tags: row.json(3)? })
}

/// A proposal and what became of it.
pub(crate) fn filed<R: Columns>(row: &R) -> Result<Filed, R::Bad> {
    let call = WriteCall::read(&row.text(1)?, row.json(2)?).map_err(|e| R::bad(2, &e.to_string()))?;
    Ok(Filed {
        proposal: Proposal::file(Filing {
            id: row.parsed(0)?,
            call,
            base_version: row.count(3)?,
            proposer: Principal { id: row.parsed(4)?, role: row.parsed(5)? },
            run: row.parsed(6)?,
            why: row.json(7)?,
            filed_at: row.time(8)?,
            expires_at: row.time_if(9)?,
            edited_by: row.parsed_if(10)?,
        }),
        state: row.parsed(11)?,
        decided_by: row.parsed_if(12)?,
        reason: row.text_if(13)?,
        replaced_by: row.parsed_if(14)?,
        other_id: row.parsed_if(15)?,
    })
}

/// A record of the log.
pub(crate) fn record<R: Columns>(row: &R) -> Result<Record, R::Bad> {
    Ok(Record {
        seq: row.count(0)?,
        at: row.parsed(1)?,
        actor: row.text(2)?,
        run: row.text(3)?,
        action: row.text(4)?,
        tool: row.text(5)?,
        ticket: row.text_if(6)?,
        proposal: row.text_if(7)?,
        digest: row.text_if(8)?,
        outcome: row.text(9)?,
        version_before: row.count_if(10)?,
        version_after: row.count_if(11)?,
        micros: row.count(12)?,
        body_commit: row.text(13)?,
        prev: row.text(14)?,
        hash: row.text(15)?,
    })
}

/// The salt and the text of a body that stand behind a record's own columns.
pub(crate) fn body<R: Columns>(row: &R) -> Result<Option<(Vec<u8>, String)>, R::Bad> {
    Ok(row.bytes_if(16)?.zip(row.text_if(17)?))
}

/// What the figures need: eight columns of a record, what its proposal began as, how long it could be taken back, and
/// what a thumb is about.
pub(crate) fn mark<R: Columns>(row: &R) -> Result<Mark, R::Bad> {
    Ok(Mark {
        at: row.parsed(0)?,
        actor: row.text(1)?,
        action: row.text(2)?,
        tool: row.text(3)?,
        ticket: row.text_if(4)?,
        proposal: row.text_if(5)?,
        outcome: row.text(6)?,
        micros: row.count(7)?,
        begun: row.json_if(8)?,
        held: row.count_if(9)?.unwrap_or(0),
        rated: row.json_if(10)?,
    })
}

/// A lesson that was settled.
pub(crate) fn settled<R: Columns>(row: &R) -> Result<Settled, R::Bad> {
    Ok(Settled {
        id: row.parsed(0)?,
        kind: row.parsed(1)?,
        state: row.parsed(2)?,
        title: row.text(3)?,
        new: row.text(4)?,
    })
}

/// A thumb: which, by which tool, of which text, in which words.
pub(crate) fn given<R: Columns>(row: &R) -> Result<Given, R::Bad> {
    let shown = Digest::stored(row.text(2)?);
    Ok(Given { thumb: row.parsed(0)?, tool: row.text(1)?, shown, comment: row.text_if(3)? })
}

/// A thumb with everything that was kept of it.
pub(crate) fn kept<R: Columns>(row: &R) -> Result<Kept, R::Bad> {
    let mut body: Body = row.json_if(10)?.unwrap_or_default();
    Ok(Kept {
        seq: row.count(0)?,
        at: row.parsed(1)?,
        by: row.text(2)?,
        thumb: row.parsed(3)?,
        comment: body.words.take(),
        ticket_id: row.text(4)?,
        version: row.count(5)?,
        tool: row.text(6)?,
        tone: Some(row.text(7)?).filter(|tone| !tone.is_empty()),
        made_by: row.text(8)?,
        prompt: row.text(9)?,
        input: body.arguments.get_mut("ticket").map_or(Value::Null, Value::take),
        output: body.result.value().into_owned(),
    })
}

/// Somebody at a ticket.
pub(crate) fn presence<R: Columns>(row: &R) -> Result<Presence, R::Bad> {
    Ok(Presence { ticket: row.parsed(0)?, person: row.parsed(1)?, doing: row.parsed(2)? })
}

/// Sums of what models took.
pub(crate) fn usage<R: Columns>(row: &R) -> Result<Usage, R::Bad> {
    Ok(Usage { input_tokens: row.count(0)?, output_tokens: row.count(1)?, micro_usd: row.count(2)? })
}

/// A proposal that ended: one that the assistant had no part in is no decision about it.
pub(crate) fn ended<R: Columns>(row: &R) -> Result<Option<Reviewed>, R::Bad> {
    let (by_bot, own) = (row.flag(4)?, row.real_if(5)?);
    let is_public = row.text_if(7)?.as_deref() == Some("public");
    let sent = row.text_if(6)?.filter(|_| is_public);
    let suggestion = row.text_if(10)?.and_then(|body| suggested(&body));
    let texts = sent.zip(suggestion.as_ref().map(|s| s.text.clone())).map(|(sent, suggested)| (suggested, sent));
    let Some(score) = suggestion.map(|s| s.score).filter(|_| texts.is_some()).or(own.filter(|_| by_bot)) else {
        return Ok(None);
    };
    let changed = row.flag(9)? || texts.as_ref().is_some_and(|(before, after)| before.trim() != after.trim());
    let verdict = match row.text(2)?.as_str() {
        "denied" => Verdict::Denied,
        _ if changed => Verdict::Edited,
        _ => Verdict::Approved,
    };
    let decision = Decision { queue: row.text(8)?, tool: row.text(1)?, score, verdict };
    Ok(Some(Reviewed { decision, ticket: row.parsed(0)?, at: row.time(3)?, texts }))
}

struct Suggested {
    text: String,
    score: f64,
}

/// The suggestion in a log record, as a customer would have read it.
fn suggested(body: &str) -> Option<Suggested> {
    let body: Value = serde_json::from_str(body).ok()?;
    let found: crate::domain::draft::Suggestion = serde_json::from_value(body.get("result")?.clone()).ok()?;
    let text = crate::domain::draft::without_marks(&found.response_text, found.citations.len());
    let score = if found.score > 0.0 { found.score } else { found.confidence };
    Some(Suggested { text, score })
}
