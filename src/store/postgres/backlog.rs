//! What waits for a person, in PostgreSQL.

use async_trait::async_trait;
use jiff::Timestamp;

use crate::domain::audit::Event;
use crate::domain::call::{ProposalQuery, WriteCall};
use crate::domain::ids::{PrincipalId, ProposalId, TicketId};
use crate::domain::proposal::Proposal;
use crate::store::backlog::{self, Backlog, Waiting};
use crate::store::postgres::{Postgres, ask, proposals};
use crate::store::{Decided, Decision, Filed, StoreError, Touches, rows};

#[async_trait]
impl Backlog for Postgres {
    async fn waiting(&self, of: Option<&PrincipalId>, now: Timestamp) -> Result<Waiting, StoreError> {
        let of = of.map(PrincipalId::as_str);
        let (db, sql) = (self.db().await?, backlog::waiting('$'));
        Ok(ask::first(&db, &sql, &[&of, &now.as_millisecond()], backlog::read).await?.unwrap_or_default())
    }

    async fn proposals_behind(
        &self,
        query: &ProposalQuery,
        behind: Option<&ProposalId>,
        limit: u32,
    ) -> Result<Vec<Filed>, StoreError> {
        let (db, sql) = (self.db().await?, backlog::page(query, '$'));
        let (ticket, behind) = (query.ticket_id.as_ref().map(TicketId::as_str), behind.map(ProposalId::as_str));
        ask::list(&db, &sql, &[&ticket, &behind, &i64::from(limit)], rows::filed).await
    }

    async fn waiting_for(&self, call: &WriteCall) -> Result<Vec<Filed>, StoreError> {
        let (db, sql, asked) = (self.db().await?, backlog::waiting_for('$'), call.asked());
        ask::list(&db, &sql, &[&call.ticket_id().as_str(), &asked.as_str()], rows::filed).await
    }

    async fn succeed(
        &self,
        new: &Proposal,
        end: Decision,
        now: Timestamp,
        events: Vec<Event>,
    ) -> Result<Decided, StoreError> {
        let mut tx = self.begin().await?;
        if let Some(state) = proposals::decided(&tx, &end).await? {
            return Ok(Decided::Already(state));
        }
        proposals::file(&tx, new).await?;
        let decided = proposals::decide(&tx, &end, now).await?;
        tx.append(&events).await?;
        tx.commit(Touches::Desk).await?;
        Ok(decided)
    }
}
