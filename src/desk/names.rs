//! What a list of the desk shows, and what completes an id that is being typed: names, a page at a time.

use std::time::Instant;

use serde_json::json;

use crate::desk::{Caller, Desk, DeskError, authorise, complete, event};
use crate::domain::actor::Operation;
use crate::domain::audit::Action;
use crate::domain::canonical::{self, Digest};
use crate::domain::naming::{Name, NamePage, Named};
use crate::domain::place::Place;
use crate::domain::ticket::TicketQuery;

/// Stands for these reads in the log.
const NAMES: &str = "list_names";

impl Desk {
    /// Names of tickets, articles or people, as far as the caller may know them.
    ///
    /// # Errors
    /// When the caller may not look, or the store fails.
    pub async fn names(&self, caller: &Caller, of: Named, page: &NamePage) -> Result<Vec<Name>, DeskError> {
        let since = Instant::now();
        let found = self.names_of(caller, of, page).await;
        let asked = json!({"of": of.as_str(), "prefix": page.prefix, "after": page.after, "limit": page.limit});
        let mut record = event(caller, Action::Read, NAMES, None, asked);
        complete(&mut record, since, &found, |names| {
            canonical::written(&names.iter().map(|name| name.id.as_str()).collect::<Vec<_>>())
        });
        self.store.record(record)?;
        found
    }

    async fn names_of(&self, caller: &Caller, of: Named, page: &NamePage) -> Result<Vec<Name>, DeskError> {
        authorise(caller, Operation::Read)?;
        self.names_for(caller, of, page).await
    }

    /// A word that is another one once what stands at `place` has changed, and that says nothing else: so it is in no log.
    ///
    /// # Errors
    /// When the caller may not look, nothing stands there, or the store fails.
    pub async fn mark(&self, caller: &Caller, place: &Place) -> Result<String, DeskError> {
        authorise(caller, Operation::Read)?;
        let found = match place {
            Place::Queue { .. } => Some(self.store.changes().borrow().to_string()),
            Place::Ticket(id) => self.ticket_row(caller, id).await?.map(|row| row.version.to_string()),
            Place::Article(id) => {
                let article = self.store.articles(std::slice::from_ref(id)).await?.pop();
                article.map(|article| Digest::of(&[article.title.as_bytes(), article.body.as_bytes()]).to_string())
            }
            Place::Proposal(id) => match self.store.proposal(id).await? {
                Some(filed) if self.sees(caller, &filed).await? => Some(filed.state.to_string()),
                Some(_) | None => None,
            },
        };
        found.ok_or_else(|| DeskError::NotFound { kind: "resource", id: place.to_string() })
    }

    /// The same for the list of everything that has an address.
    ///
    /// # Errors
    /// When the caller may not look, or the store fails.
    pub async fn mark_of_all(&self, caller: &Caller) -> Result<String, DeskError> {
        authorise(caller, Operation::Read)?;
        if caller.scope.is_all() {
            return Ok(self.store.how_many().await?.to_string());
        }
        // How many articles there are besides is not known here: any change may have been one of them.
        let tickets = self.page(caller, &TicketQuery { limit: 1, ..TicketQuery::default() }).await?.total;
        Ok(format!("{tickets} at {}", *self.store.changes().borrow()))
    }
}
