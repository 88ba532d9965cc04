//! The desk's own records, changed by people: customers and articles at once, new tickets as they come in; and the log,
//! read. Nothing here changes a ticket or reaches a customer.

use std::time::Instant;

use serde::Serialize;
use serde_json::{Value, json};

use crate::desk::read::row;
use crate::desk::{Caller, Desk, DeskError, authorise, complete, event, validate};
use crate::domain::actor::Operation;
use crate::domain::answer::ProposalRow;
use crate::domain::article::Article;
use crate::domain::audit::query::LogQuery;
use crate::domain::audit::{Action, Record};
use crate::domain::call::ProposalQuery;
use crate::domain::customer::Customer;
use crate::domain::ids::{ArticleId, CustomerId, ProposalId, TicketId};
use crate::domain::intake::{Intake, NewCustomer, NewTicket};
use crate::domain::keeping::{Change, CustomerQuery};
use crate::domain::sight::Field;
use crate::store::Origin;

/// What becomes of a record that is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kept<T> {
    /// It stands as asked for.
    Done(T),
    /// Somebody was faster, or the name is taken; nothing changed.
    Taken,
}

impl Desk {
    /// Customers, page by page. A bot meets customers by their tickets alone.
    ///
    /// # Errors
    /// When the caller may not browse, the values do not fit, or the store fails.
    pub async fn customers(&self, caller: &Caller, query: &CustomerQuery) -> Result<Vec<Customer>, DeskError> {
        let work = async {
            authorise(caller, Operation::Browse)?;
            validate::customers(query)?;
            let sight = self.sight(caller);
            if query.email.is_some() && !sight.shows(Field::CustomerEmail) {
                return Err(DeskError::Invalid("you see no addresses here: look for a name".to_owned()));
            }
            let found = self.store.customers(query).await?;
            Ok(found.into_iter().map(|customer| sight.customer(customer)).collect())
        };
        let ids = |found: &Vec<Customer>| found.iter().map(|one| Value::from(one.id.as_str())).collect();
        self.looked(caller, "list_customers", query, work, ids).await
    }

    /// Articles, page by page.
    ///
    /// # Errors
    /// When the caller may not look, or the store fails.
    pub async fn articles_behind(
        &self,
        caller: &Caller,
        behind: Option<&ArticleId>,
        limit: u32,
    ) -> Result<Vec<Article>, DeskError> {
        let work = async {
            authorise(caller, Operation::Read)?;
            Ok(self.store.articles_behind(behind, limit).await?)
        };
        let ids = |found: &Vec<Article>| found.iter().map(|one| Value::from(one.id.as_str())).collect();
        self.looked(caller, "list_articles", &json!({"behind": behind, "limit": limit}), work, ids).await
    }

    /// Proposals behind one of them, oldest first, as far as the caller sees them; and the last that was looked at, where
    /// there may be more.
    ///
    /// # Errors
    /// When the caller may not read, or the store fails.
    pub async fn proposals_behind(
        &self,
        caller: &Caller,
        query: &ProposalQuery,
        behind: Option<&ProposalId>,
        limit: u32,
    ) -> Result<(Vec<ProposalRow>, Option<ProposalId>), DeskError> {
        let work = async {
            authorise(caller, Operation::Read)?;
            let page = self.store.proposals_behind(query, behind, limit).await?;
            let last = page.last().filter(|_| page.len() == limit as usize).map(|filed| filed.proposal.id().clone());
            let mut seen = Vec::with_capacity(page.len());
            for filed in page {
                if self.sees(caller, &filed).await? {
                    seen.push(row(filed));
                }
            }
            Ok((seen, last))
        };
        let asked = json!({"query": query, "behind": behind, "limit": limit});
        self.looked(caller, "list_proposals", &asked, work, |(seen, _)| json!({"proposals": seen.len()})).await
    }

    /// Records of the log, newest first.
    ///
    /// # Errors
    /// When the caller may not read it, or the store fails.
    pub async fn log(
        &self,
        caller: &Caller,
        query: &LogQuery,
        before: Option<u64>,
        limit: u32,
    ) -> Result<Vec<Record>, DeskError> {
        let asked = json!({"query": query.to_string(), "before": before, "limit": limit});
        let work = async {
            authorise(caller, Operation::ReadAudit)?;
            Ok(self.store.find_log(query, before, limit).await?)
        };
        self.looked(caller, "read_audit", &asked, work, |found| json!({"records": found.len()})).await
    }

    /// A read, and its record.
    pub(crate) async fn looked<T>(
        &self,
        caller: &Caller,
        tool: &str,
        asked: &impl Serialize,
        work: impl Future<Output = Result<T, DeskError>>,
        answer: impl FnOnce(&T) -> Value,
    ) -> Result<T, DeskError> {
        let since = Instant::now();
        let found = work.await;
        let mut record = event(caller, Action::Read, tool, None, json!(asked));
        complete(&mut record, since, &found, |found| answer(found).to_string());
        self.store.record(record)?;
        found
    }

    /// A customer as the desk has one, whole: for who may change it.
    ///
    /// # Errors
    /// When the caller may not, there is no such customer, or the store fails.
    pub async fn kept_customer(&self, caller: &Caller, id: &CustomerId) -> Result<Customer, DeskError> {
        authorise(caller, Operation::KeepCustomers)?;
        let none = || DeskError::NotFound { kind: "customer", id: id.to_string() };
        self.store.customer(id).await?.ok_or_else(none)
    }

    /// Puts a customer in place of what was there. Tickets keep the name that they came in with.
    ///
    /// # Errors
    /// When the caller may not, the values do not fit, or the store fails.
    pub async fn keep_customer(
        &self,
        caller: &Caller,
        was: Option<Customer>,
        is: Customer,
    ) -> Result<Kept<Customer>, DeskError> {
        authorise(caller, Operation::KeepCustomers)?;
        validate::customer(&is)?;
        let said = json!({"id": is.id, "was": was, "is": is});
        self.keep(caller, "keep_customer", said, Change::Customer { was, is: is.clone() }).await.map(|kept| kept.of(is))
    }

    /// An article as the desk has it: for who may change it.
    ///
    /// # Errors
    /// When the caller may not, there is no such article, or the store fails.
    pub async fn kept_article(&self, caller: &Caller, id: &ArticleId) -> Result<Article, DeskError> {
        authorise(caller, Operation::KeepArticles)?;
        let none = || DeskError::NotFound { kind: "article", id: id.to_string() };
        self.store.articles(std::slice::from_ref(id)).await?.pop().ok_or_else(none)
    }

    /// Puts an article in place of what was there, dated now; or takes it away.
    ///
    /// # Errors
    /// When the caller may not, the values do not fit, or the store fails.
    pub async fn keep_article(
        &self,
        caller: &Caller,
        was: Option<Article>,
        is: Option<Article>,
    ) -> Result<Kept<Option<Article>>, DeskError> {
        authorise(caller, Operation::KeepArticles)?;
        let is = is.map(|article| Article { updated_at: Some(crate::clock::now()), ..article });
        is.as_ref().map_or(Ok(()), validate::article)?;
        let said = json!({"was": was, "is": is});
        let change = Change::Article { was, is: is.clone() };
        self.keep(caller, "keep_article", said, change).await.map(|kept| kept.of(is))
    }

    async fn keep(&self, caller: &Caller, tool: &str, said: Value, change: Change) -> Result<Kept<()>, DeskError> {
        let record = event(caller, Action::Kept, tool, None, said);
        Ok(if self.store.keep(change, record).await? { Kept::Done(()) } else { Kept::Taken })
    }

    /// Takes in a ticket that somebody brings from elsewhere, once by its name there.
    ///
    /// # Errors
    /// When the caller may not, the values do not fit, or the store fails.
    pub async fn take_in(&self, caller: &Caller, ticket: NewTicket) -> Result<Kept<TicketId>, DeskError> {
        authorise(caller, Operation::Import)?;
        validate::new_ticket(&ticket)?;
        if let NewCustomer::Known(id) = &ticket.customer {
            let known = id.parse::<CustomerId>().ok();
            let found = match &known {
                Some(id) => self.store.customer(id).await?,
                None => None,
            };
            let found = found.filter(|customer| !customer.is_erased());
            found.ok_or_else(|| DeskError::Invalid("there is no such customer".to_owned()))?;
        }
        if let Some(id) = ticket.assignee.as_ref().and_then(|id| id.parse().ok())
            && self.store.person(&id).await?.is_none()
        {
            return Err(DeskError::Invalid(format!("nobody at this desk is called {id}")));
        }
        let name = ticket.external_id.clone();
        let said = json!({"external_id": name, "subject": ticket.subject});
        let record = event(caller, Action::Imported, "create_ticket", None, said);
        let done = self.store.import(vec![Intake::Ticket(Box::new(ticket))], Origin::File, record).await?;
        match self.store.ticket_known_as(&name).await? {
            Some(id) if done.added == 1 => Ok(Kept::Done(id)),
            Some(_) | None => Ok(Kept::Taken),
        }
    }
}

impl Kept<()> {
    fn of<T>(self, kept: T) -> Kept<T> {
        match self {
            Self::Done(()) => Kept::Done(kept),
            Self::Taken => Kept::Taken,
        }
    }
}
