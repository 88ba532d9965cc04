//! All that the desk knows of a customer, read at one moment.

use std::collections::HashMap;

use jiff::Timestamp;

use crate::domain::dossier::{
    Dossier, FORMAT, FeedbackFile, MessageElsewhere, PreparedFile, ProposalFile, RecordFile, TicketFile, VERSION,
};
use crate::domain::erasure::Traces;
use crate::domain::ids::CustomerId;
use crate::store::StoreError;
use crate::store::columns::Columns as _;
use crate::store::copying::Cell;
use crate::store::erasing::elsewhere;
use crate::store::erasing::log::{self, Search, Speaks};
use crate::store::erasing::sweep::{OWN, Said, own_words};
use crate::store::erasing::{Line, Sheet, customer};
use crate::store::rows::{self, MESSAGE, PROPOSAL, RECORD, TICKET};

/// Collects it; nothing where there is no such customer.
pub(crate) async fn collect<S: Sheet>(on: &S, id: &CustomerId, now: Timestamp) -> Result<Option<Dossier>, StoreError> {
    let Some(customer) = customer(on, id).await? else { return Ok(None) };
    let of = [Cell::from(id.as_str())];
    let mut traces = Traces::default();
    traces.know(&customer);
    let tickets = tickets(on, &of, &mut traces).await?;
    let own = own_words(on, &of, &mut traces).await?;
    let proposals = proposals(on, &of, &mut traces).await?;
    let elsewhere = elsewhere::find(on, &customer, &own, &mut traces).await?;
    let messages_elsewhere = elsewhere.words().map(message_elsewhere).collect::<Result<Vec<_>, _>>()?;
    let search = Search {
        traces: &traces,
        runs: log::runs_about(on, id.as_str()).await?,
        elsewhere: elsewhere.tickets().into_iter().collect(),
    };
    let records = records(on, &of, &search).await?;
    let desk = on.rows("SELECT value FROM meta WHERE key = 'log_id'", &[]).await?;
    Ok(Some(Dossier {
        format: FORMAT.to_owned(),
        version: VERSION,
        desk: desk.first().map_or_else(|| Ok(String::new()), |line| line.text(0))?,
        exported_at: now,
        customer,
        tickets,
        messages_elsewhere,
        proposals,
        records,
    }))
}

async fn tickets<S: Sheet>(on: &S, of: &[Cell], traces: &mut Traces) -> Result<Vec<TicketFile>, StoreError> {
    let sql = format!("SELECT {TICKET}, t.external_id FROM tickets t WHERE t.customer_id = $1 ORDER BY t.n");
    let mut found = Vec::new();
    for line in on.rows(&sql, of).await? {
        let (row, external_id) = (rows::ticket(&line)?, line.text(15)?);
        traces.id(row.id.as_str());
        traces.external(&external_id);
        let id = [Cell::from(row.id.as_str())];
        let thread = format!("SELECT {MESSAGE} FROM messages WHERE ticket_id = $1 ORDER BY position");
        let thread = on.rows(&thread, &id).await?.iter().map(rows::message).collect::<Result<_, _>>()?;
        let draft = on.rows("SELECT body FROM drafts WHERE ticket_id = $1", &id).await?;
        let draft = draft.first().map(|line| line.text(0)).transpose()?;
        let sql = "SELECT tool, tone, version, content FROM prepared WHERE ticket_id = $1 ORDER BY tool, tone";
        let prepared = on.rows(sql, &id).await?.iter().map(prepared).collect::<Result<_, _>>()?;
        let sql = "SELECT person, tool, thumb FROM feedback WHERE ticket_id = $1 ORDER BY seq";
        let feedback = on.rows(sql, &id).await?.iter().map(feedback).collect::<Result<_, _>>()?;
        found.push(TicketFile { row, external_id, thread, draft, prepared, feedback });
    }
    Ok(found)
}

fn prepared(line: &Line) -> Result<PreparedFile, StoreError> {
    Ok(PreparedFile { tool: line.text(0)?, tone: line.text(1)?, version: line.int(2)?, content: line.json(3)? })
}

fn feedback(line: &Line) -> Result<FeedbackFile, StoreError> {
    Ok(FeedbackFile { person: line.text(0)?, tool: line.text(1)?, thumb: line.text(2)? })
}

fn message_elsewhere(said: &Said) -> Result<MessageElsewhere, StoreError> {
    let damaged = |why: String| StoreError::Damaged(why);
    Ok(MessageElsewhere {
        ticket_id: said.ticket.parse().map_err(|e| damaged(format!("{e}")))?,
        at: Timestamp::from_millisecond(said.at).map_err(|e| damaged(e.to_string()))?,
        body: said.body.clone(),
    })
}

async fn proposals<S: Sheet>(on: &S, of: &[Cell], traces: &mut Traces) -> Result<Vec<ProposalFile>, StoreError> {
    let sql =
        format!("SELECT {PROPOSAL} FROM proposals WHERE ticket_id IN {OWN} OR other_id IN {OWN} ORDER BY filed_at, id");
    let mut found = Vec::new();
    for line in on.rows(&sql, of).await? {
        let filed = rows::filed(&line)?;
        let proposal = &filed.proposal;
        traces.id(proposal.id().as_str());
        found.push(ProposalFile {
            id: proposal.id().to_string(),
            tool: proposal.call().tool().to_owned(),
            arguments: proposal.call().arguments(),
            why: proposal.why().text.clone(),
            proposer: proposal.proposer().id.to_string(),
            filed_at: proposal.filed_at(),
            state: filed.state.to_string(),
            decided_by: filed.decided_by.as_ref().map(ToString::to_string),
            reason: filed.reason.clone(),
        });
    }
    Ok(found)
}

/// Those about them, whether their bodies are there or not; and those that name them among others.
async fn records<S: Sheet>(on: &S, of: &[Cell], search: &Search<'_>) -> Result<Vec<RecordFile>, StoreError> {
    let mut said = HashMap::new();
    let mut seqs = Vec::new();
    log::each(on, search, 0, |seq, speaks, line| {
        seqs.push(seq);
        // What was found beside their ticket is others'.
        let is_theirs = speaks == Speaks::Of && line.text(2)? != "search_tickets";
        said.insert(seq, if is_theirs { Some(line.json(6)?) } else { None });
        Ok(())
    })
    .await?;
    let about = format!(
        "SELECT seq FROM audit WHERE ticket IN {OWN} OR proposal IN (SELECT id FROM proposals \
         WHERE ticket_id IN {OWN} OR other_id IN {OWN})"
    );
    for line in on.rows(&about, of).await? {
        seqs.push(line.count(0)?);
    }
    seqs.sort_unstable();
    seqs.dedup();
    let mut records = Vec::new();
    for seq in seqs {
        let sql = format!("SELECT {RECORD} FROM audit WHERE seq = $1");
        for line in on.rows(&sql, &[seq.into()]).await? {
            let found = said.remove(&seq);
            let withheld = matches!(found, Some(None));
            records.push(RecordFile { record: rows::record(&line)?, said: found.flatten(), withheld });
        }
    }
    Ok(records)
}
