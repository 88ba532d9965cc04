//! Which records of the log speak of a customer, and what was said in them.

use std::collections::HashSet;

use serde_json::Value;

use crate::domain::audit::Action;
use crate::domain::erasure::{Traces, WORDLESS, runs};
use crate::store::StoreError;
use crate::store::columns::Columns as _;
use crate::store::copying::Cell;
use crate::store::erasing::elsewhere::Elsewhere;
use crate::store::erasing::sweep::OWN;
use crate::store::erasing::{Line, Order, Sheet};

/// How many bodies are read at a time.
const TOGETHER: u64 = 500;
/// What was said, of one record after another.
const SAID: &str = "SELECT b.seq, a.action, a.tool, a.run, coalesce(a.ticket, ''), coalesce(a.proposal, ''), b.body \
     FROM audit_bodies b JOIN audit a ON a.seq = b.seq WHERE b.seq > $1 ORDER BY b.seq LIMIT $2";
/// Tools whose arguments are what somebody looks for.
const LOOKS: [&str; 6] = ["list_tickets", "search_tickets", "list_customers", "get_faq", "list_names", "create_ticket"];

/// How a record speaks of a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Speaks {
    /// It is about them: their ticket, or a proposal about it.
    Of,
    /// It names or quotes them among others, or belongs to a run that was about nobody else.
    Too,
    /// Not at all.
    Not,
}

/// Runs that had to do with their tickets, and with nobody else's.
pub(super) async fn runs_about<S: Sheet>(on: &S, customer: &str) -> Result<HashSet<String>, StoreError> {
    let sql = format!(
        "SELECT DISTINCT run FROM audit WHERE ticket IN {OWN} \
         AND run NOT IN (SELECT run FROM audit WHERE ticket IS NOT NULL AND ticket NOT IN {OWN})"
    );
    on.rows(&sql, &[customer.into()]).await?.iter().map(|line| line.text(0)).collect()
}

/// What a record is looked through for.
pub(super) struct Search<'a> {
    pub(super) traces: &'a Traces,
    pub(super) runs: HashSet<String>,
    /// Others' tickets in which they wrote something.
    pub(super) elsewhere: HashSet<&'a str>,
}

impl Search<'_> {
    /// How a line of [`SAID`] speaks of them.
    pub(super) fn of(&self, line: &Line) -> Result<Speaks, StoreError> {
        let (action, tool, run) = (line.text(1)?, line.text(2)?, line.text(3)?);
        let (ticket, proposal) = (line.text(4)?, line.text(5)?);
        // An order of erasure has no word of anybody, and is what makes the rest good; nor has a look at one.
        if action == Action::Erased.as_str() || WORDLESS.contains(&tool.as_str()) {
            return Ok(Speaks::Not);
        }
        if self.traces.is_theirs(&ticket) || self.traces.is_theirs(&proposal) {
            return Ok(Speaks::Of);
        }
        let body: Value = serde_json::from_str(&line.text(6)?).unwrap_or_default();
        let is_beside = ticket.is_empty() && self.runs.contains(&run);
        let is_open = ticket.is_empty() || self.elsewhere.contains(ticket.as_str());
        let sought = LOOKS.contains(&tool.as_str()) && self.traces.sought_by(&body["arguments"]);
        let named = is_beside || sought || self.traces.named_in(&body) || (is_open && self.traces.quoted_in(&body));
        Ok(if named { Speaks::Too } else { Speaks::Not })
    }
}

/// Goes through what was said behind a record: `each` takes those that speak of them.
pub(super) async fn each<S: Sheet>(
    on: &S,
    search: &Search<'_>,
    behind: u64,
    mut each: impl FnMut(u64, Speaks, &Line) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut last = behind;
    loop {
        let lines = on.rows(SAID, &[last.into(), TOGETHER.into()]).await?;
        let Some(end) = lines.last() else { return Ok(()) };
        last = end.count(0)?;
        for line in &lines {
            match search.of(line)? {
                Speaks::Not => {}
                speaks @ (Speaks::Of | Speaks::Too) => each(line.count(0)?, speaks, line)?,
            }
        }
    }
}

/// Erases what was said; the numbers of these records, growing.
pub(super) async fn erase<S: Sheet>(
    on: &S,
    traces: &Traces,
    order: &Order,
    elsewhere: &Elsewhere,
) -> Result<Vec<u64>, StoreError> {
    let runs_about = runs_about(on, order.customer.as_str()).await?;
    let search = Search { traces, runs: runs_about, elsewhere: elsewhere.tickets().into_iter().collect() };
    let mut seqs = Vec::new();
    each(on, &search, order.behind, |seq, _, _| {
        seqs.push(seq);
        Ok(())
    })
    .await?;
    for (from, to) in runs(&seqs) {
        let sql = "DELETE FROM audit_bodies WHERE seq >= $1 AND seq <= $2";
        on.change(sql, &[Cell::from(from), Cell::from(to)]).await?;
    }
    Ok(seqs)
}
