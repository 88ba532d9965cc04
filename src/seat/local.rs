//! A seat at a desk that this program holds itself: its store, and the one way out.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::commit::{Commit, Look, Outcome, Shown};
use crate::domain::actor::{Operation, Principal, Reviewer};
use crate::domain::approval::{Card, Signature};
use crate::domain::article::Article;
use crate::domain::audit::figures::Figures;
use crate::domain::audit::query::LogQuery;
use crate::domain::audit::{Body, Record};
use crate::domain::call::{ProposalQuery, WriteCall};
use crate::domain::feedback::{Feedback, Given};
use crate::domain::finding::{Haystack, Hit};
use crate::domain::ids::{ArticleId, ProposalId, TicketId};
use crate::domain::link::Link;
use crate::domain::presence::{Doing, Presence};
use crate::domain::proposal::Waiting;
use crate::domain::sight::Sight;
use crate::domain::ticket::{Ticket, TicketQuery, TicketRow};
use crate::seat::{About, Question, Questions, Seat, SeatError, bounds};
use crate::store::{Attendance, Filed, Store, StoreError};
use crate::tools::Run;

/// How long others believe that somebody is at a ticket without hearing it again.
const HOLDS: Duration = Duration::from_secs(45);

/// A person at a desk of this program's own.
pub struct Local {
    commit: Commit,
    person: Principal,
    /// The person, where they may decide.
    reviewer: Option<Reviewer>,
    run: Run,
}

impl Local {
    /// Seats a person for a run; `reviewer` is them, signed in, where they may decide.
    #[must_use]
    pub fn new(commit: Commit, person: Principal, reviewer: Option<Reviewer>, run: Run) -> Self {
        Self { commit, person, reviewer, run }
    }

    fn store(&self) -> &dyn Store {
        self.commit.store.as_ref()
    }

    /// Only what the one table of rights allows.
    fn may(&self, question: Question) -> Result<(), SeatError> {
        let role = self.person.role;
        let needed = question.needs();
        if role.may(needed) {
            return Ok(());
        }
        Err(match needed {
            Operation::Decide => looks_on(),
            Operation::ReadAudit => SeatError::NotAllowed(format!("a {role} may not read the tool-call log")),
            Operation::Read
            | Operation::Propose
            | Operation::Execute
            | Operation::Import
            | Operation::Teach
            | Operation::ManageAccess
            | Operation::Browse
            | Operation::KeepCustomers
            | Operation::KeepArticles
            | Operation::Export
            | Operation::Erase => SeatError::NotAllowed(format!("a {role} may not {needed}")),
        })
    }

    fn reviewer(&self, question: Question) -> Result<&Reviewer, SeatError> {
        self.may(question)?;
        self.reviewer.as_ref().ok_or_else(looks_on)
    }

    /// A proposal as the tray lists it.
    async fn waiting(&self, filed: Filed) -> Result<Waiting, SeatError> {
        let ticket = self.store().ticket(filed.proposal.call().ticket_id()).await?;
        let requirement = filed.proposal.requirement(&self.commit.policy);
        let subject = ticket.map_or_else(String::new, |ticket| ticket.row.subject);
        Ok(Waiting { proposal: filed.proposal, requirement, subject })
    }

    async fn say_where(&self, at: Option<(TicketId, Doing)>) -> Result<(), SeatError> {
        let person = self.person.id.clone();
        let at = at.map(|(ticket, doing)| Presence { ticket, person, doing });
        let attendance = Attendance { sitting: &self.run.id, at: at.as_ref(), holds: HOLDS };
        Ok(self.store().attend(attendance).await?)
    }
}

fn looks_on() -> SeatError {
    SeatError::NotAllowed("you are signed in to look, not to decide".to_owned())
}

async fn count(store: &dyn Store, query: TicketQuery) -> Result<u64, StoreError> {
    Ok(store.tickets(&TicketQuery { limit: 1, ..query }).await?.total)
}

#[async_trait]
impl Questions for Local {
    async fn about(&self) -> Result<About, SeatError> {
        self.may(Question::About)?;
        let page = self.store().tickets(&TicketQuery::default()).await?;
        let sample = page.tickets.iter().any(|ticket| ticket.sample);
        Ok(About { desk: self.store().desk_id().await?, sample, person: self.person.clone() })
    }

    async fn counts(&self, queries: Vec<TicketQuery>) -> Result<Vec<u64>, SeatError> {
        self.may(Question::Counts)?;
        bounds::queries(&queries)?;
        let store = Arc::clone(&self.commit.store);
        // A large one takes a while, and the queue is loaded meanwhile.
        let counted = tokio::task::spawn_blocking(move || {
            let count = |query| Handle::current().block_on(count(store.as_ref(), query));
            queries.into_iter().map(count).collect::<Result<_, _>>()
        });
        Ok(counted.await.map_err(|broken| SeatError::Failed(broken.to_string()))??)
    }

    async fn haystack(&self, query: TicketQuery) -> Result<Haystack, SeatError> {
        self.may(Question::Haystack)?;
        bounds::query(&query)?;
        Ok(self.store().haystack(&query).await?)
    }

    async fn rows(&self, tickets: Vec<TicketId>) -> Result<Vec<TicketRow>, SeatError> {
        self.may(Question::Rows)?;
        Ok(self.store().ticket_rows(&bounds::rows(tickets)?).await?)
    }

    async fn find_said(&self, words: String, limit: u32) -> Result<Vec<Hit>, SeatError> {
        self.may(Question::FindSaid)?;
        bounds::words(&words)?;
        Ok(self.store().find_said(&words, bounds::limit(limit)?).await?)
    }

    async fn tickets(&self, tickets: Vec<TicketId>) -> Result<Vec<Ticket>, SeatError> {
        self.may(Question::Tickets)?;
        let tickets = bounds::whole(tickets)?;
        let mut found = Vec::with_capacity(tickets.len());
        for ticket in &tickets {
            found.extend(self.store().ticket(ticket).await?);
        }
        Ok(found)
    }

    async fn article(&self, article: ArticleId) -> Result<Option<Article>, SeatError> {
        self.may(Question::Article)?;
        Ok(self.store().articles(&[article]).await?.pop())
    }

    async fn pending(&self) -> Result<Vec<Waiting>, SeatError> {
        self.may(Question::Pending)?;
        let filed = self.store().proposals(&ProposalQuery::default()).await?;
        let mut waiting = Vec::with_capacity(filed.len());
        for filed in filed {
            waiting.push(self.waiting(filed).await?);
        }
        Ok(waiting)
    }

    async fn proposal(&self, proposal: ProposalId) -> Result<Option<Filed>, SeatError> {
        self.may(Question::Proposal)?;
        Ok(self.store().proposal(&proposal).await?)
    }

    async fn open(&self, proposal: ProposalId) -> Result<Look, SeatError> {
        let by = self.reviewer(Question::Open)?;
        Ok(self.commit.open(&self.run, by, &proposal).await?)
    }

    async fn countersign(&self, shown: Shown) -> Result<Outcome, SeatError> {
        let by = self.reviewer(Question::Countersign)?;
        Ok(self.commit.countersign(&self.run, by, &shown).await?)
    }

    async fn deny(&self, proposal: ProposalId, reason: String, read: Duration) -> Result<Outcome, SeatError> {
        let by = self.reviewer(Question::Deny)?;
        Ok(self.commit.deny(&self.run, by, &proposal, &reason, read).await?)
    }

    async fn edit(&self, proposal: ProposalId, call: WriteCall) -> Result<Result<ProposalId, Outcome>, SeatError> {
        let by = self.reviewer(Question::Edit)?;
        Ok(self.commit.edit(&self.run, by, &proposal, call).await?)
    }

    async fn withdraw(&self, proposal: ProposalId) -> Result<(), SeatError> {
        let by = self.reviewer(Question::Withdraw)?;
        self.commit.withdraw(&self.run, by, &proposal).await?;
        Ok(())
    }

    async fn snooze(&self, tickets: Vec<TicketId>, until: Option<Timestamp>) -> Result<(), SeatError> {
        self.may(Question::Snooze)?;
        for ticket in &bounds::rows(tickets)? {
            self.store().snooze(&self.person.id, ticket, until).await?;
        }
        Ok(())
    }

    async fn seen(&self, tickets: Vec<TicketId>) -> Result<Vec<(TicketId, u64)>, SeatError> {
        self.may(Question::Seen)?;
        Ok(self.store().seen(&self.person.id, &bounds::rows(tickets)?).await?)
    }

    async fn see(&self, tickets: Vec<(TicketId, u64)>) -> Result<(), SeatError> {
        self.may(Question::See)?;
        for (ticket, version) in bounds::noted(tickets)? {
            self.store().see(&self.person.id, &ticket, version).await?;
        }
        Ok(())
    }

    async fn attend(&self, at: Option<(TicketId, Doing)>) -> Result<(), SeatError> {
        self.may(Question::Attend)?;
        self.say_where(at).await
    }

    async fn present(&self) -> Result<Vec<Presence>, SeatError> {
        self.may(Question::Present)?;
        Ok(self.store().present(&self.run.id).await?)
    }

    async fn thumbs(&self, ticket: TicketId) -> Result<Vec<Given>, SeatError> {
        self.may(Question::Thumbs)?;
        Ok(self.store().given(&self.person.id, &ticket).await?)
    }

    async fn rate(&self, feedback: Feedback) -> Result<(), SeatError> {
        self.may(Question::Rate)?;
        let event = feedback.event(crate::clock::now(), self.person.id.clone(), self.run.id.clone());
        Ok(self.store().rate(feedback, event).await?)
    }

    async fn log(&self, query: LogQuery, before: Option<u64>, limit: u32) -> Result<Vec<Record>, SeatError> {
        self.may(Question::Log)?;
        bounds::filter(&query)?;
        let limit = bounds::limit(limit)?;
        self.store().flush().await?;
        Ok(self.store().find_log(&query, before, limit).await?)
    }

    async fn figures(&self, query: LogQuery) -> Result<Figures, SeatError> {
        self.may(Question::Figures)?;
        bounds::filter(&query)?;
        self.store().flush().await?;
        Ok(Figures::of(&self.store().log_marks(&query).await?))
    }

    async fn said(&self, records: Vec<u64>) -> Result<Vec<Option<Body>>, SeatError> {
        self.may(Question::Said)?;
        bounds::records(&records)?;
        let sight = Sight::of(self.person.role.into(), &self.commit.policy);
        let mut said = Vec::with_capacity(records.len());
        for seq in records {
            said.push(self.store().log_body(seq).await?.map(|body| sight.body(body)));
        }
        Ok(said)
    }
}

#[async_trait]
impl Seat for Local {
    fn person(&self) -> &Principal {
        &self.person
    }

    fn changes(&self) -> watch::Receiver<u64> {
        self.store().changes()
    }

    fn link(&self) -> watch::Receiver<Link> {
        // It is where the program is.
        watch::channel(Link::Up).1
    }

    async fn approve(&self, card: Card, signature: Signature) -> Result<Outcome, SeatError> {
        let by = self.reviewer(Question::Countersign)?;
        Ok(self.commit.approve(&self.run, by, card, &signature).await?)
    }

    async fn old_drafts(&self) -> Result<Vec<(TicketId, String)>, SeatError> {
        Ok(self.store().drafts().await?)
    }

    async fn forget_old_draft(&self, ticket: &TicketId) -> Result<(), SeatError> {
        Ok(self.store().forget_draft(ticket).await?)
    }

    async fn leave(&self) -> Result<(), SeatError> {
        let said = self.say_where(None).await;
        self.store().flush().await?;
        said
    }
}
