//! What waits for a person, in SQLite.

use async_trait::async_trait;
use jiff::Timestamp;
use rusqlite::params;

use crate::domain::audit::Event;
use crate::domain::call::{ProposalQuery, WriteCall};
use crate::domain::ids::{PrincipalId, ProposalId, TicketId};
use crate::domain::proposal::Proposal;
use crate::store::backlog::{self, Backlog, Waiting};
use crate::store::rows;
use crate::store::sqlite::group::Turn;
use crate::store::sqlite::{Sqlite, log, proposals};
use crate::store::{Decided, Decision, Filed, StoreError, Touches};

#[async_trait]
impl Backlog for Sqlite {
    async fn waiting(&self, of: Option<&PrincipalId>, now: Timestamp) -> Result<Waiting, StoreError> {
        self.read(|db| {
            let of = of.map(PrincipalId::as_str);
            let mut query = db.prepare_cached(&backlog::waiting('?'))?;
            Ok(query.query_row(params![of, now.as_millisecond()], |row| backlog::read(row))?)
        })
    }

    async fn proposals_behind(
        &self,
        query: &ProposalQuery,
        behind: Option<&ProposalId>,
        limit: u32,
    ) -> Result<Vec<Filed>, StoreError> {
        self.read(|db| {
            let mut page = db.prepare_cached(&backlog::page(query, '?'))?;
            let ticket = query.ticket_id.as_ref().map(TicketId::as_str);
            let values = params![ticket, behind.map(ProposalId::as_str), limit];
            Ok(page.query_map(values, |row| rows::filed(row))?.collect::<Result<_, _>>()?)
        })
    }

    async fn waiting_for(&self, call: &WriteCall) -> Result<Vec<Filed>, StoreError> {
        self.read(|db| {
            let mut query = db.prepare_cached(&backlog::waiting_for('?'))?;
            let asked = call.asked();
            let key = params![call.ticket_id().as_str(), asked.as_str()];
            Ok(query.query_map(key, |row| rows::filed(row))?.collect::<Result<_, _>>()?)
        })
    }

    async fn succeed(
        &self,
        new: &Proposal,
        end: Decision,
        now: Timestamp,
        events: Vec<Event>,
    ) -> Result<Decided, StoreError> {
        let new = new.clone();
        let work = move |tx: &mut Turn<'_>| {
            if let Some(state) = proposals::decided(tx, &end)? {
                return Ok(Decided::Already(state));
            }
            proposals::file(tx, &new)?;
            let decided = proposals::decide(tx, &end, now)?;
            log::append(tx, &events)?;
            Ok(decided)
        };
        self.writer.transact(Touches::Desk, work).await
    }
}
