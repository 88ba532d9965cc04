//! Every text of one customer, table by table.

use crate::domain::call::WriteCall;
use crate::domain::canonical;
use crate::domain::customer::Customer;
use crate::domain::erasure::{self, ERASED, Tally, Traces};
use crate::domain::ids::{ProposalId, TicketId};
use crate::domain::proposal::Why;
use crate::random;
use crate::store::StoreError;
use crate::store::columns::{Columns as _, json};
use crate::store::copying::Cell;
use crate::store::erasing::elsewhere::{self, Elsewhere};
use crate::store::erasing::{Gone, Hand, Line, Order, Sheet, customer, log};

/// Their tickets.
pub(super) const OWN: &str = "(SELECT id FROM tickets WHERE customer_id = $1)";

/// Erases inside a transaction; nothing where there is no such customer.
pub(crate) async fn sweep<S: Sheet>(on: &S, order: &Order, hand: &Hand<'_>) -> Result<Option<Gone>, StoreError> {
    let Some(customer) = customer(on, &order.customer).await? else { return Ok(None) };
    let of = [Cell::from(order.customer.as_str())];
    let mut traces = order.known.clone().unwrap_or_default();
    traces.know(&customer);
    let tickets = tickets(on, &of, &mut traces).await?;
    let own = own_words(on, &of, &mut traces).await?;
    let proposals = proposals(on, &of, &mut traces).await?;
    let elsewhere = elsewhere::find(on, &customer, &own, &mut traces).await?;

    let mut gone = Gone { tally: Tally::default(), traces, seqs: Vec::new(), withdrawn: Vec::new() };
    gone.seqs = log::erase(on, &gone.traces, order, &elsewhere).await?;
    gone.tally.records = gone.seqs.len() as u64;
    gone.tally.customer = erase_customer(on, &of, hand).await?;
    gone.tally.messages = erase_messages(on, &of).await?;
    gone.tally.messages_elsewhere = elsewhere::erase(on, &elsewhere, &gone.traces).await?;
    gone.tally.tickets = erase_tickets(on, &tickets, &gone.traces).await?;
    (gone.tally.proposals, gone.withdrawn) = erase_proposals(on, &proposals, hand).await?;
    gone.tally.withdrawn = gone.withdrawn.len() as u64;
    gone.tally.drafts = erase_drafts(on, &of, &elsewhere).await?;
    gone.tally.feedback = erase_feedback(on, &of).await?;
    gone.tally.answers = erase_answers(on, &gone.traces).await?;
    gone.tally.lessons = erase_lessons(on, &gone.traces).await?;
    if order.behind == 0 {
        gone.tally.left = elsewhere::left(on, &customer, &elsewhere).await?;
    }
    Ok(Some(gone))
}

/// A message, and where it stands.
pub(super) struct Said {
    pub(super) ticket: String,
    pub(super) number: i64,
    pub(super) position: i64,
    pub(super) at: i64,
    pub(super) name: String,
    pub(super) body: String,
    /// Whether a customer wrote it.
    pub(super) is_theirs: bool,
}

/// The query for [`Said`].
pub(super) fn said(of: &str) -> String {
    format!(
        "SELECT m.ticket_id, t.n, m.position, m.at, m.name, m.body, m.author FROM messages m \
         JOIN tickets t ON t.id = m.ticket_id WHERE {of} ORDER BY t.n, m.position"
    )
}

/// What stands in their own tickets; what they wrote there is a trace of them.
pub(super) async fn own_words<S: Sheet>(on: &S, of: &[Cell], traces: &mut Traces) -> Result<Vec<Said>, StoreError> {
    let own = on.rows(&said("t.customer_id = $1"), of).await?;
    let own = own.iter().map(Said::read).collect::<Result<Vec<_>, _>>()?;
    own.iter().filter(|said| said.is_theirs).for_each(|said| traces.said(&said.body));
    Ok(own)
}

impl Said {
    pub(super) fn read(line: &Line) -> Result<Self, StoreError> {
        Ok(Self {
            ticket: line.text(0)?,
            number: line.int(1)?,
            position: line.int(2)?,
            at: line.int(3)?,
            name: line.text(4)?,
            body: line.text(5)?,
            is_theirs: line.text(6)? == "customer",
        })
    }
}

/// A ticket of theirs, as far as it matters here.
struct Owned {
    id: String,
    number: i64,
    external: String,
    tags: Vec<String>,
    is_husk: bool,
}

async fn tickets<S: Sheet>(on: &S, of: &[Cell], traces: &mut Traces) -> Result<Vec<Owned>, StoreError> {
    let sql = "SELECT id, n, external_id, tags, subject, customer_name FROM tickets WHERE customer_id = $1";
    let mut found = Vec::new();
    for line in on.rows(sql, of).await? {
        let owned = Owned {
            id: line.text(0)?,
            number: line.int(1)?,
            external: line.text(2)?,
            tags: line.json(3)?,
            is_husk: line.text(4)? == ERASED && line.text(5)? == ERASED,
        };
        traces.id(&owned.id);
        traces.external(&owned.external);
        found.push(owned);
    }
    Ok(found)
}

async fn erase_customer<S: Sheet>(on: &S, of: &[Cell], hand: &Hand<'_>) -> Result<bool, StoreError> {
    let sql = "UPDATE customers SET name = $2, email = '', plan = '', locale = '', since = NULL, notes = '', \
               erased_at = $3 WHERE id = $1 AND erased_at IS NULL";
    let values = [of[0].clone(), ERASED.into(), Cell::Int(hand.at.as_millisecond())];
    Ok(on.change(sql, &values).await? > 0)
}

/// The name of whoever answered stays.
async fn erase_messages<S: Sheet>(on: &S, of: &[Cell]) -> Result<u64, StoreError> {
    let sql = format!(
        "UPDATE messages SET body = $2, attachments = '[]', \
         name = CASE author WHEN 'customer' THEN '{ERASED}' ELSE name END \
         WHERE ticket_id IN {OWN} AND (body <> $2 OR attachments <> '[]' OR (author = 'customer' AND name <> $2))"
    );
    on.change(&sql, &[of[0].clone(), ERASED.into()]).await
}

/// A husk is closed: nobody is there to be answered. A label stays unless it names them.
async fn erase_tickets<S: Sheet>(on: &S, tickets: &[Owned], traces: &Traces) -> Result<u64, StoreError> {
    let sql = "UPDATE tickets SET subject = $2, customer_name = $2, tags = $3, external_id = $4, due_at = NULL, \
               status = CASE WHEN status IN ('resolved', 'closed') THEN status ELSE 'closed' END, \
               version = version + 1 WHERE id = $1";
    let mut erased = 0;
    for ticket in tickets.iter().filter(|ticket| !ticket.is_husk) {
        let tags: Vec<_> = ticket.tags.iter().filter(|tag| !traces.labels(tag)).collect();
        let named = traces.names(&ticket.external);
        let external = if named { random::name::<16>("erased") } else { ticket.external.clone() };
        let values = [ticket.id.as_str().into(), ERASED.into(), json(&tags)?.as_str().into(), external.as_str().into()];
        erased += on.change(sql, &values).await?;
        if S::INDEXES {
            let words = "DELETE FROM ticket_words WHERE place >= $1 AND place < $2";
            on.change(words, &[Cell::Int(ticket.number << 20), Cell::Int((ticket.number + 1) << 20)]).await?;
        }
    }
    Ok(erased)
}

/// A proposal about one of their tickets.
struct Asked {
    id: ProposalId,
    ticket: TicketId,
    tool: String,
    arguments: String,
    why: String,
    is_waiting: bool,
    has_reason: bool,
}

async fn proposals<S: Sheet>(on: &S, of: &[Cell], traces: &mut Traces) -> Result<Vec<Asked>, StoreError> {
    let sql = format!(
        "SELECT id, ticket_id, tool, arguments, why, state, coalesce(reason, '') FROM proposals \
         WHERE ticket_id IN {OWN} OR other_id IN {OWN} ORDER BY filed_at, id"
    );
    let mut found = Vec::new();
    for line in on.rows(&sql, of).await? {
        let reason = line.text(6)?;
        let asked = Asked {
            id: line.parsed(0)?,
            ticket: line.parsed(1)?,
            tool: line.text(2)?,
            arguments: line.text(3)?,
            why: line.text(4)?,
            is_waiting: ["pending", "approved"].contains(&line.text(5)?.as_str()),
            has_reason: !reason.is_empty() && reason != ERASED && reason != WITHDRAWN,
        };
        traces.id(asked.id.as_str());
        found.push(asked);
    }
    Ok(found)
}

/// Why a proposal is withdrawn.
const WITHDRAWN: &str = "the customer was erased";

type Withdrawn = Vec<(ProposalId, TicketId, String)>;

async fn erase_proposals<S: Sheet>(on: &S, all: &[Asked], hand: &Hand<'_>) -> Result<(u64, Withdrawn), StoreError> {
    let sql = "UPDATE proposals SET arguments = $2, asked = $3, why = $4, \
               reason = CASE WHEN state IN ('pending', 'approved') THEN $5 WHEN reason IS NULL THEN NULL ELSE $6 END, \
               decided_by = CASE WHEN state IN ('pending', 'approved') THEN $7 ELSE decided_by END, \
               decided_at = CASE WHEN state IN ('pending', 'approved') THEN $8 ELSE decided_at END, \
               state = CASE WHEN state IN ('pending', 'approved') THEN 'cancelled' ELSE state END WHERE id = $1";
    let void = "UPDATE receipts SET digest = $2, spent_at = coalesce(spent_at, $3) WHERE proposal_id = $1";
    let damaged = |wrong: serde_json::Error| StoreError::Damaged(wrong.to_string());
    let (mut erased, mut withdrawn) = (0, Vec::new());
    for asked in all {
        let arguments = serde_json::from_str(&asked.arguments).map_err(damaged)?;
        let call = erasure::without_words(WriteCall::read(&asked.tool, arguments).map_err(damaged)?);
        let arguments = canonical::text(&call.arguments());
        let why = erasure::without_reasons(serde_json::from_str::<Why>(&asked.why).map_err(damaged)?);
        let why = json(&why)?;
        if arguments == asked.arguments && why == asked.why && !asked.is_waiting && !asked.has_reason {
            continue;
        }
        let at = Cell::Int(hand.at.as_millisecond());
        let id = Cell::from(asked.id.as_str());
        let values = [
            id.clone(),
            arguments.as_str().into(),
            call.asked().as_str().into(),
            why.as_str().into(),
            WITHDRAWN.into(),
            ERASED.into(),
            hand.by.into(),
            at.clone(),
        ];
        erased += on.change(sql, &values).await?;
        on.change(void, &[id, call.digest().as_str().into(), at]).await?;
        if asked.is_waiting {
            withdrawn.push((asked.id.clone(), asked.ticket.clone(), asked.tool.clone()));
        }
    }
    Ok((erased, withdrawn))
}

async fn erase_drafts<S: Sheet>(on: &S, of: &[Cell], elsewhere: &Elsewhere) -> Result<u64, StoreError> {
    let mut gone = 0;
    for table in ["drafts", "prepared"] {
        gone += on.change(&format!("DELETE FROM {table} WHERE ticket_id IN {OWN}"), of).await?;
        for ticket in elsewhere.tickets() {
            gone += on.change(&format!("DELETE FROM {table} WHERE ticket_id = $1"), &[ticket.into()]).await?;
        }
    }
    Ok(gone)
}

/// A thumb stays; which text it was for is told by a digest, and that goes.
async fn erase_feedback<S: Sheet>(on: &S, of: &[Cell]) -> Result<u64, StoreError> {
    let sql = format!(
        "SELECT person, tool, ticket_id, shown FROM feedback WHERE ticket_id IN {OWN} AND shown NOT LIKE 'erased-%'"
    );
    let mut erased = 0;
    for line in on.rows(&sql, of).await? {
        let sql = "UPDATE feedback SET shown = $5 WHERE person = $1 AND tool = $2 AND ticket_id = $3 AND shown = $4";
        let name = random::name::<16>("erased");
        let values: Vec<_> = line.0.into_iter().chain([Cell::from(name.as_str())]).collect();
        erased += on.change(sql, &values).await?;
    }
    Ok(erased)
}

async fn erase_answers<S: Sheet>(on: &S, traces: &Traces) -> Result<u64, StoreError> {
    let all = "SELECT person, route, key, coalesce(headers, ''), coalesce(body, '') FROM answers";
    let mut erased = 0;
    for line in on.rows(all, &[]).await? {
        let said = (1..5).map(|at| line.text(at)).collect::<Result<Vec<_>, _>>()?;
        if said.iter().any(|text| traces.names(text) || traces.quotes(text)) {
            let sql = "DELETE FROM answers WHERE person = $1 AND route = $2 AND key = $3";
            erased += on.change(sql, &line.0[..3]).await?;
        }
    }
    Ok(erased)
}

/// A note on style that quotes them is taken back: it is told to models.
async fn erase_lessons<S: Sheet>(on: &S, traces: &Traces) -> Result<u64, StoreError> {
    let mut erased = 0;
    for line in on.rows("SELECT id, title, old, new FROM lessons", &[]).await? {
        let texts = (1..4).map(|at| line.text(at)).collect::<Result<Vec<_>, _>>()?;
        if texts.iter().any(|text| traces.names(text) || traces.quotes(text)) {
            let sql = "UPDATE lessons SET title = $2, old = $2, new = $2, \
                       state = CASE kind WHEN 'style_note' THEN 'dismissed' ELSE state END WHERE id = $1";
            erased += on.change(sql, &[line.0[0].clone(), ERASED.into()]).await?;
        }
    }
    Ok(erased)
}

/// A customer as the desk knows them, for who looks where they are spoken of.
pub(super) fn spoken_of(customer: &Customer) -> Vec<String> {
    let Customer { name, email, .. } = customer;
    let name = Some(name.trim()).filter(|name| *name != ERASED && name.split_whitespace().count() > 1);
    let email = Some(email.trim()).filter(|email| !email.is_empty());
    name.into_iter().chain(email).map(str::to_lowercase).collect()
}
