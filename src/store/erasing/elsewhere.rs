//! What stands of a customer in other customers' threads: their own words go, what others wrote of them is listed.

use std::collections::BTreeSet;

use crate::domain::customer::Customer;
use crate::domain::erasure::{ERASED, Traces};
use crate::store::StoreError;
use crate::store::columns::{Columns as _, json};
use crate::store::copying::Cell;
use crate::store::erasing::Sheet;
use crate::store::erasing::sweep::{Said, said, spoken_of};

/// So many places are listed where others speak of a customer.
const MOST_LISTED: usize = 200;

/// Their words in others' tickets.
#[derive(Default)]
pub(super) struct Elsewhere {
    words: Vec<Said>,
    /// Messages under the customer's name, by ticket and position, where another customer has that name, too.
    unsure: BTreeSet<(String, i64)>,
}

impl Elsewhere {
    /// Each of them.
    pub(super) fn words(&self) -> impl Iterator<Item = &Said> {
        self.words.iter()
    }

    /// The tickets, each once.
    pub(super) fn tickets(&self) -> BTreeSet<&str> {
        self.words.iter().map(|said| said.ticket.as_str()).collect()
    }
}

/// Looks for them, and learns what they wrote there.
pub(super) async fn find<S: Sheet>(
    on: &S,
    customer: &Customer,
    own: &[Said],
    traces: &mut Traces,
) -> Result<Elsewhere, StoreError> {
    let mut found = Elsewhere::default();
    by_name(on, customer, &mut found).await?;
    merged(on, customer, own, traces, &mut found).await?;
    found.words.iter().filter(|said| said.is_theirs).for_each(|said| traces.said(&said.body));
    Ok(found)
}

/// What was written under their name, as a second participant.
async fn by_name<S: Sheet>(on: &S, customer: &Customer, found: &mut Elsewhere) -> Result<(), StoreError> {
    let Customer { id, name, .. } = customer;
    if name == ERASED || name.trim().is_empty() {
        return Ok(());
    }
    let values = [Cell::from(id.as_str()), name.as_str().into()];
    let sql = said("t.customer_id <> $1 AND m.author = 'customer' AND lowered(m.name) = lowered($2)");
    let words = on.rows(&sql, &values).await?.iter().map(Said::read).collect::<Result<Vec<_>, _>>()?;
    let namesakes = "SELECT id FROM customers WHERE id <> $1 AND lowered(name) = lowered($2) LIMIT 1";
    if on.rows(namesakes, &values).await?.is_empty() {
        found.words.extend(words);
    } else {
        found.unsure.extend(words.into_iter().map(|said| (said.ticket, said.position)));
    }
    Ok(())
}

/// What a merge has moved: the same words of the same moment, and what the merge noted of it.
async fn merged<S: Sheet>(
    on: &S,
    customer: &Customer,
    own: &[Said],
    traces: &Traces,
    found: &mut Elsewhere,
) -> Result<(), StoreError> {
    let id = Cell::from(customer.id.as_str());
    let first = "SELECT DISTINCT merged_into FROM tickets WHERE customer_id = $1 AND merged_into IS NOT NULL";
    let mut ahead = texts(on, first, std::slice::from_ref(&id)).await?;
    let mut seen = BTreeSet::new();
    while let Some(ticket) = ahead.pop() {
        if !seen.insert(ticket.clone()) {
            continue;
        }
        let one = [Cell::from(ticket.as_str())];
        let next = "SELECT merged_into FROM tickets WHERE id = $1 AND merged_into IS NOT NULL";
        ahead.extend(texts(on, next, &one).await?);
        let sql = said("t.id = $1 AND t.customer_id <> $2");
        for line in on.rows(&sql, &[one[0].clone(), id.clone()]).await? {
            let said = Said::read(&line)?;
            let is_moved = own.iter().any(|own| own.at == said.at && own.body == said.body && own.name == said.name);
            let is_note = !said.is_theirs && traces.names(&said.body);
            let is_new = !found.words.iter().any(|w| w.ticket == said.ticket && w.position == said.position);
            if said.body != ERASED && is_new && (is_moved || is_note) {
                found.unsure.remove(&(said.ticket.clone(), said.position));
                found.words.push(said);
            }
        }
    }
    Ok(())
}

async fn texts<S: Sheet>(on: &S, sql: &str, values: &[Cell]) -> Result<Vec<String>, StoreError> {
    on.rows(sql, values).await?.iter().map(|line| line.text(0)).collect()
}

/// Erases them, and labels that a merge brought along, and counts the tickets' versions up: what was decided on before was decided on other words.
pub(super) async fn erase<S: Sheet>(on: &S, elsewhere: &Elsewhere, traces: &Traces) -> Result<u64, StoreError> {
    let sql = format!(
        "UPDATE messages SET body = $3, attachments = '[]', \
         name = CASE author WHEN 'customer' THEN '{ERASED}' ELSE name END WHERE ticket_id = $1 AND position = $2"
    );
    let mut erased = 0;
    for said in &elsewhere.words {
        erased += on.change(&sql, &[said.ticket.as_str().into(), Cell::Int(said.position), ERASED.into()]).await?;
        if S::INDEXES {
            let place = (said.number << 20) + said.position + 1;
            on.change("DELETE FROM ticket_words WHERE place = $1", &[Cell::Int(place)]).await?;
        }
    }
    for ticket in elsewhere.tickets() {
        let tags = on.rows("SELECT tags FROM tickets WHERE id = $1", &[ticket.into()]).await?;
        let tags: Vec<String> = tags.first().map(|line| line.json(0)).transpose()?.unwrap_or_default();
        let tags = json(&tags.iter().filter(|tag| !traces.labels(tag)).collect::<Vec<_>>())?;
        let sql = "UPDATE tickets SET tags = $2, version = version + 1 WHERE id = $1";
        on.change(sql, &[ticket.into(), tags.as_str().into()]).await?;
    }
    Ok(erased)
}

/// Where else they are spoken of, by others.
const SPOKEN: [&str; 4] = [
    "SELECT 'article ' || id FROM articles WHERE lowered(title || ' ' || body) LIKE $1 ESCAPE '!'",
    "SELECT 'canned reply ' || id FROM canned WHERE lowered(title || ' ' || body) LIKE $1 ESCAPE '!'",
    "SELECT 'notes on customer ' || id FROM customers WHERE lowered(notes) LIKE $1 ESCAPE '!' AND id <> $2",
    "SELECT DISTINCT 'ticket ' || t.id FROM tickets t LEFT JOIN messages m ON m.ticket_id = t.id \
     WHERE t.customer_id <> $2 AND lowered(t.subject || ' ' || coalesce(m.body, '')) LIKE $1 ESCAPE '!'",
];

/// The places, once everything else is erased.
pub(super) async fn left<S: Sheet>(
    on: &S,
    customer: &Customer,
    elsewhere: &Elsewhere,
) -> Result<Vec<String>, StoreError> {
    let mut places: BTreeSet<String> = elsewhere.unsure.iter().map(|(id, _)| format!("ticket {id}")).collect();
    for words in spoken_of(customer) {
        let words = words.replace('!', "!!").replace('%', "!%").replace('_', "!_");
        let pattern = Cell::Text(format!("%{words}%"));
        for sql in SPOKEN {
            let both = [pattern.clone(), Cell::from(customer.id.as_str())];
            let values = if sql.contains("$2") { &both[..] } else { &both[..1] };
            places.extend(texts(on, sql, values).await?);
        }
    }
    Ok(places.into_iter().take(MOST_LISTED).collect())
}
