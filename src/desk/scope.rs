//! What there is for a caller: a ticket outside their scope is not there, and nothing speaks of it; of what is there,
//! they see the fields that are theirs to see. Every door reads tickets and customers through here.

use crate::desk::{Assistant, Caller, Desk, DeskError};
use crate::domain::customer::Customer;
use crate::domain::ids::{CustomerId, TicketId};
use crate::domain::naming::{Name, NamePage, Named};
use crate::domain::scope::Scope;
use crate::domain::sight::{Reader, Sight};
use crate::domain::ticket::{Ticket, TicketPage, TicketQuery, TicketRow};
use crate::store::Filed;

/// Tickets that are looked through for a caller who does not see all of them.
const MOST_LOOKED_AT: u32 = 2_000;

impl Desk {
    /// Which fields there are for a caller.
    #[must_use]
    pub fn sight(&self, caller: &Caller) -> Sight {
        Sight::of(caller.principal.role.into(), &self.policy)
    }

    /// Which fields a text may be written from that the caller asks for: those that they see and a model may.
    pub(crate) fn tellable(&self, caller: &Caller) -> Sight {
        self.sight(caller).and(Sight::of(Reader::Model, &self.policy))
    }

    /// The assistant that writes for a caller: one without a model, and without what it has written before, where the
    /// caller sees less than a model does.
    pub(crate) fn assistant_for(&self, caller: &Caller) -> Assistant {
        let of_model = Sight::of(Reader::Model, &self.policy);
        if of_model.is_within(self.sight(caller)) { self.assistant.clone() } else { Assistant::default() }
    }

    /// A ticket that must be there.
    pub(crate) async fn ticket(&self, caller: &Caller, id: &TicketId) -> Result<Ticket, DeskError> {
        let found = self.store.ticket(id).await?.filter(|ticket| caller.scope.covers(&ticket.row));
        let Ticket { row, thread } = found.ok_or_else(|| not_found("ticket", id))?;
        Ok(self.sight(caller).ticket(Ticket { row: self.without_others(caller, row).await?, thread }))
    }

    /// The same without its thread.
    pub(crate) async fn ticket_row(&self, caller: &Caller, id: &TicketId) -> Result<Option<TicketRow>, DeskError> {
        let found = self.store.ticket_rows(std::slice::from_ref(id)).await?.pop();
        Ok(found.filter(|row| caller.scope.covers(row)))
    }

    pub(crate) async fn page(&self, caller: &Caller, query: &TicketQuery) -> Result<TicketPage, DeskError> {
        let query = TicketQuery { scope: caller.scope.clone(), ..query.clone() };
        let TicketPage { tickets, total } = self.store.tickets(&query).await?;
        Ok(TicketPage { tickets: self.each_without_others(caller, tickets).await?, total })
    }

    /// The tickets with these words.
    pub(crate) async fn with_words(
        &self,
        caller: &Caller,
        words: &str,
        limit: u32,
    ) -> Result<Vec<TicketRow>, DeskError> {
        let found = self.store.find_tickets(words, looked_at(&caller.scope, limit)).await?;
        self.first(caller, found, limit).await
    }

    /// The tickets like one that must be there.
    pub(crate) async fn like(&self, caller: &Caller, to: &TicketId, limit: u32) -> Result<Vec<TicketRow>, DeskError> {
        if !caller.scope.is_all() && self.ticket_row(caller, to).await?.is_none() {
            return Err(not_found("ticket", to));
        }
        let found = self.store.similar_tickets(to, looked_at(&caller.scope, limit)).await?;
        self.first(caller, found, limit).await
    }

    /// Whether a proposal speaks of nothing that is not there for the caller.
    pub(crate) async fn sees(&self, caller: &Caller, filed: &Filed) -> Result<bool, DeskError> {
        if caller.scope.is_all() {
            return Ok(true);
        }
        let call = filed.proposal.call();
        for id in [Some(call.ticket_id()), call.other_id(), filed.other_id.as_ref()].into_iter().flatten() {
            if self.ticket_row(caller, id).await?.is_none() {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// A customer of whom the caller sees a ticket.
    pub(crate) async fn customer(&self, caller: &Caller, id: &CustomerId) -> Result<Customer, DeskError> {
        if !caller.scope.is_all() {
            let theirs = TicketQuery { customer_id: Some(id.clone()), limit: 1, ..TicketQuery::default() };
            if self.page(caller, &theirs).await?.total == 0 {
                return Err(not_found("customer", id));
            }
        }
        let found = self.store.customer(id).await?.ok_or_else(|| not_found("customer", id))?;
        Ok(self.sight(caller).customer(found))
    }

    /// A page of names, the tickets among them only as far as they are there.
    pub(crate) async fn names_for(&self, caller: &Caller, of: Named, page: &NamePage) -> Result<Vec<Name>, DeskError> {
        if of != Named::Ticket || caller.scope.is_all() {
            return Ok(self.store.names(of, page).await?);
        }
        let (mut kept, mut from) = (Vec::new(), NamePage { limit: 500, ..page.clone() });
        loop {
            let names = self.store.names(of, &from).await?;
            let ids: Vec<TicketId> = names.iter().filter_map(|name| name.id.parse().ok()).collect();
            let rows = self.store.ticket_rows(&ids).await?;
            let seen = |name: &Name| rows.iter().any(|row| row.id.as_str() == name.id && caller.scope.covers(row));
            let (read, last) = (names.len(), names.last().map(|name| name.id.clone()));
            kept.extend(names.into_iter().filter(seen));
            if read < from.limit as usize || kept.len() >= page.limit as usize {
                kept.truncate(page.limit as usize);
                return Ok(kept);
            }
            from.after = last;
        }
    }

    /// Those of the found ones that are there, as many as were asked for.
    async fn first(&self, caller: &Caller, found: Vec<TicketRow>, limit: u32) -> Result<Vec<TicketRow>, DeskError> {
        let seen = found.into_iter().filter(|row| caller.scope.covers(row)).take(limit as usize).collect();
        self.each_without_others(caller, seen).await
    }

    async fn each_without_others(&self, caller: &Caller, rows: Vec<TicketRow>) -> Result<Vec<TicketRow>, DeskError> {
        let sight = self.sight(caller);
        if caller.scope.is_all() {
            return Ok(rows.into_iter().map(|row| sight.row(row)).collect());
        }
        let mut kept = Vec::with_capacity(rows.len());
        for row in rows {
            kept.push(sight.row(self.without_others(caller, row).await?));
        }
        Ok(kept)
    }

    /// A ticket's row that does not name the ticket it was merged into where that is not there.
    async fn without_others(&self, caller: &Caller, row: TicketRow) -> Result<TicketRow, DeskError> {
        let merged_into = match &row.merged_into {
            Some(id) if !caller.scope.is_all() => self.ticket_row(caller, id).await?.map(|other| other.id),
            known => known.clone(),
        };
        Ok(TicketRow { merged_into, ..row })
    }
}

/// How many the store is asked for, so that enough are left.
fn looked_at(scope: &Scope, limit: u32) -> u32 {
    if scope.is_all() { limit } else { MOST_LOOKED_AT }
}

pub(crate) fn not_found(kind: &'static str, id: &impl ToString) -> DeskError {
    DeskError::NotFound { kind, id: id.to_string() }
}
