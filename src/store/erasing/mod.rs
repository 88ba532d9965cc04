//! What the desk knows of one customer: handed out whole, or erased. What is done is said once, in SQL that both
//! databases read; how a statement is run is theirs.

mod dossier;
mod elsewhere;
mod log;
mod sweep;

use async_trait::async_trait;
use jiff::Timestamp;

use crate::domain::audit::{Action, Event};
use crate::domain::customer::Customer;
use crate::domain::dossier::Dossier;
use crate::domain::erasure::{Tally, Traces};
use crate::domain::ids::{CustomerId, ProposalId, TicketId};
use crate::store::StoreError;
use crate::store::columns::Columns;
use crate::store::copying::Cell;
use crate::store::rows::{self, CUSTOMER};

pub(crate) use dossier::collect;
pub(crate) use sweep::sweep;

/// An order to erase.
#[derive(Clone, Debug)]
pub struct Order {
    /// Whose data.
    pub customer: CustomerId,
    /// What the desk knew of them when it was erased the first time; nothing for the first time.
    pub known: Option<Traces>,
    /// Only what was said in records behind this one; 0 for all.
    pub behind: u64,
}

/// What an order came to.
#[derive(Clone, Debug)]
pub struct Swept {
    /// How much.
    pub tally: Tally,
    /// What the desk had known of them.
    pub traces: Traces,
    /// The order's record, where there was anything to erase.
    pub order: Option<u64>,
}

/// Handing out and erasing.
#[async_trait]
pub trait Erasing {
    /// Customers of that id, address or name.
    async fn customers_called(&self, called: &str) -> Result<Vec<Customer>, StoreError>;
    /// All that the desk knows of a customer; nothing where it knows none of that id.
    async fn dossier(&self, id: &CustomerId, now: Timestamp) -> Result<Option<Dossier>, StoreError>;
    /// What an order would erase; nothing is changed.
    async fn would_erase(&self, id: &CustomerId, now: Timestamp) -> Result<Option<Tally>, StoreError>;
    /// Erases, and puts `event` into the log with how much it was, and a record of each proposal that is withdrawn; all
    /// of it in one transaction. Where there is nothing to erase, nothing is written.
    async fn erase(&self, order: Order, event: Event) -> Result<Option<Swept>, StoreError>;
    /// Overwrites what was erased where the database keeps it in its file, as far as the database is ours.
    async fn scrub(&self) -> Result<(), StoreError>;
}

/// What a sweep came to, before it is in the log.
pub(crate) struct Gone {
    pub(crate) tally: Tally,
    pub(crate) traces: Traces,
    /// Records whose bodies are gone, growing.
    pub(crate) seqs: Vec<u64>,
    /// Proposals that waited: which, on which ticket, by which tool.
    pub(crate) withdrawn: Vec<(ProposalId, TicketId, String)>,
}

/// Who erases, and when.
pub(crate) struct Hand<'a> {
    pub(crate) by: &'a str,
    pub(crate) at: Timestamp,
}

impl Gone {
    /// What goes into the log: the withdrawals, then the order.
    pub(crate) fn records(&self, mut event: Event) -> Vec<Event> {
        if self.tally.is_nothing() {
            return Vec::new();
        }
        let ended = |(proposal, ticket, tool): &(ProposalId, TicketId, String)| Event {
            ticket: Some(ticket.clone()),
            proposal: Some(proposal.clone()),
            ..Event::new(event.at, event.actor.clone(), event.run.clone(), Action::Cancelled, tool)
        };
        let mut records: Vec<_> = self.withdrawn.iter().map(ended).collect();
        event.body.result = self.tally.ordered(&self.seqs).into();
        records.push(event);
        records
    }

    /// With the place of the last of these records.
    pub(crate) fn at(self, head: u64) -> Swept {
        let order = (!self.tally.is_nothing()).then_some(head);
        Swept { tally: self.tally, traces: self.traces, order }
    }
}

/// A transaction of either database. `$1` stands for the first value.
pub(crate) trait Sheet {
    /// Whether the words of tickets are indexed by the program, and must be taken out of the index by it.
    const INDEXES: bool;

    /// The rows of a query.
    fn rows(&self, sql: &str, values: &[Cell]) -> impl Future<Output = Result<Vec<Line>, StoreError>> + Send;
    /// Changes rows; how many.
    fn change(&self, sql: &str, values: &[Cell]) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

/// A row of either database.
pub(crate) struct Line(pub(crate) Vec<Cell>);

impl Line {
    fn cell(&self, at: usize) -> Result<&Cell, StoreError> {
        self.0.get(at).ok_or_else(|| Self::bad(at, "there is no such column"))
    }
}

impl Columns for Line {
    type Bad = StoreError;

    fn text(&self, at: usize) -> Result<String, StoreError> {
        self.text_if(at)?.ok_or_else(|| Self::bad(at, "nothing"))
    }

    fn text_if(&self, at: usize) -> Result<Option<String>, StoreError> {
        match self.cell(at)? {
            Cell::Text(text) => Ok(Some(text.clone())),
            Cell::Null => Ok(None),
            Cell::Int(_) | Cell::Real(_) | Cell::Bytes(_) => Err(Self::bad(at, "no text")),
        }
    }

    fn int(&self, at: usize) -> Result<i64, StoreError> {
        self.int_if(at)?.ok_or_else(|| Self::bad(at, "nothing"))
    }

    fn int_if(&self, at: usize) -> Result<Option<i64>, StoreError> {
        match self.cell(at)? {
            Cell::Int(n) => Ok(Some(*n)),
            Cell::Null => Ok(None),
            Cell::Text(_) | Cell::Real(_) | Cell::Bytes(_) => Err(Self::bad(at, "no number")),
        }
    }

    fn real_if(&self, at: usize) -> Result<Option<f64>, StoreError> {
        match self.cell(at)? {
            Cell::Real(x) => Ok(Some(*x)),
            Cell::Null => Ok(None),
            Cell::Text(_) | Cell::Int(_) | Cell::Bytes(_) => Err(Self::bad(at, "no number")),
        }
    }

    fn bytes_if(&self, at: usize) -> Result<Option<Vec<u8>>, StoreError> {
        match self.cell(at)? {
            Cell::Bytes(bytes) => Ok(Some(bytes.clone())),
            Cell::Null => Ok(None),
            Cell::Text(_) | Cell::Int(_) | Cell::Real(_) => Err(Self::bad(at, "no bytes")),
        }
    }

    fn bad(at: usize, why: &str) -> StoreError {
        StoreError::Damaged(format!("column {at}: {why}"))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<u64> for Cell {
    fn from(n: u64) -> Self {
        Self::Int(i64::try_from(n).unwrap_or(i64::MAX))
    }
}

/// A customer.
async fn customer<S: Sheet>(on: &S, id: &CustomerId) -> Result<Option<Customer>, StoreError> {
    let sql = format!("SELECT {CUSTOMER} FROM customers WHERE id = $1");
    on.rows(&sql, &[id.as_str().into()]).await?.first().map(rows::customer).transpose()
}

/// Customers of that id, address or name; an erased one goes by its id alone.
pub(crate) async fn called<S: Sheet>(on: &S, called: &str) -> Result<Vec<Customer>, StoreError> {
    let sql = format!(
        "SELECT {CUSTOMER} FROM customers WHERE id = $1 OR (erased_at IS NULL AND (lowered(email) = lowered($2) \
         OR name = $3)) ORDER BY n LIMIT 20"
    );
    on.rows(&sql, &[called.into(), called.into(), called.into()]).await?.iter().map(rows::customer).collect()
}
