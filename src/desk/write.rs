//! Writes: with a receipt they are carried out, without one they become a proposal.

use std::time::{Duration, Instant};

use jiff::SignedDuration;
use serde_json::json;
use tracing::Instrument as _;

use crate::assist::{claims, reply};
use crate::desk::{Caller, Desk, DeskError, authorise, count, event, validate};
use crate::domain::actor::{Operation, Role};
use crate::domain::answer::{WriteAnswer, WriteOutcome};
use crate::domain::audit::{Action, Event};
use crate::domain::call::WriteCall;
use crate::domain::canonical::Digest;
use crate::domain::ids::ReceiptId;
use crate::domain::policy::Facts;
use crate::domain::proposal::{Filing, Proposal, ProposalState, Why};
use crate::domain::receipt::Refusal;
use crate::domain::ticket::{Ticket, Visibility};
use crate::store::{Decision, Executed, Execution};
use crate::telemetry::{metrics, traces};

impl Desk {
    /// Takes a write: carries it out for a receipt, files it without one.
    ///
    /// # Errors
    /// When the caller may not ask, the values do not fit, the ticket is not there, or the store fails.
    pub async fn write(
        &self,
        caller: &Caller,
        call: WriteCall,
        why: Why,
        receipt: Option<ReceiptId>,
    ) -> Result<WriteAnswer, DeskError> {
        let since = Instant::now();
        let asked = self.take(caller, call.clone(), why, receipt).await;
        self.tried(caller, &call, since, asked)
    }

    /// Counts what was asked for, and records why it was not taken.
    pub(in crate::desk) fn tried(
        &self,
        caller: &Caller,
        call: &WriteCall,
        since: Instant,
        asked: Result<WriteAnswer, DeskError>,
    ) -> Result<WriteAnswer, DeskError> {
        count(caller, call.tool(), since, asked.as_ref().map(|answer| answer.outcome.as_str()));
        if let Err(error) = &asked {
            let mut record = event(caller, Action::Refused, call.tool(), Some(call.ticket_id()), call.arguments());
            error.word().clone_into(&mut record.outcome);
            record.body.words = Some(error.to_string());
            self.store.record(record)?;
        }
        asked
    }

    async fn take(
        &self,
        caller: &Caller,
        call: WriteCall,
        why: Why,
        receipt: Option<ReceiptId>,
    ) -> Result<WriteAnswer, DeskError> {
        validate::write(&call)?;
        match receipt {
            Some(receipt) => self.execute(caller, call, receipt).await,
            None => self.propose(caller, call, why, None).await,
        }
    }

    async fn execute(&self, caller: &Caller, call: WriteCall, receipt: ReceiptId) -> Result<WriteAnswer, DeskError> {
        authorise(caller, Operation::Execute)?;
        let digest = call.digest();
        let mut record = event(caller, Action::Executed, call.tool(), Some(call.ticket_id()), call.arguments());
        record.digest = Some(digest.clone());
        let needs = self.needs(&call, &digest).await?;
        let (by, now) = (caller.principal.clone(), record.at);
        let execution = Execution { call, digest, receipt, by, needs, now, author_name: caller.name.clone() };
        let done = self.store.execute(execution, record).instrument(traces::store("execute")).await?;
        Ok(done.map_or_else(refused, applied))
    }

    /// The least role that may have approved: what the rules ask for this call, and for whoever proposed it and how sure
    /// they were.
    async fn needs(&self, call: &WriteCall, digest: &Digest) -> Result<Role, DeskError> {
        let least = self.policy.requires(call, &Facts::PLAIN).role;
        if self.policy.rules.is_empty() {
            return Ok(least);
        }
        let approved = self.store.waiting_for(call).await?.into_iter().map(|filed| filed.proposal);
        let approved = approved.filter(|proposal| proposal.digest() == *digest);
        Ok(approved.map(|proposal| proposal.requirement(&self.policy).role).fold(least, Role::max))
    }

    pub(in crate::desk) async fn propose(
        &self,
        caller: &Caller,
        call: WriteCall,
        why: Why,
        old: Option<&Proposal>,
    ) -> Result<WriteAnswer, DeskError> {
        authorise(caller, Operation::Propose)?;
        validate::why(&why)?;
        let ticket = self.ticket(caller, call.ticket_id()).await?;
        let other = match call.other_id() {
            Some(id) => Some(self.ticket(caller, id).await?),
            None => None,
        };
        if ticket.row.is_erased() || other.as_ref().is_some_and(|other| other.row.is_erased()) {
            return Err(DeskError::Invalid("the customer's data was erased: nothing can be asked for here".to_owned()));
        }
        let other_version = other.as_ref().map(|other| other.row.version);
        if moved(call.expected_version(), Some(ticket.row.version)) || moved(call.other_version(), other_version) {
            return Ok(WriteAnswer { version: Some(ticket.row.version), ..refused(Refusal::Superseded) });
        }
        self.check_assignee(&call).await?;
        validate::on(&call, &ticket, other.as_ref())?;
        let call = call.at_other_version(other_version);
        if let Some(waiting) = self.waiting(caller, &call, ticket.row.version).await? {
            let mut record = filed_event(caller, &waiting);
            "already_waits".clone_into(&mut record.outcome);
            self.store.record(record)?;
            self.store.flush().await?;
            return Ok(pending(&waiting));
        }
        self.has_room(caller).await?;
        let denials = self.store.denials(&call).await?;
        let why = self.told(caller, &call, why).await?;
        let why = self.with_claims(&call, &ticket, why).await?;
        let proposal = self.freeze(caller, call, why, ticket.row.version);
        if denials >= self.policy.most_denials {
            // What it was to stand in the place of waits on.
            self.put(caller, &proposal, None).await?;
            return self.deny_again(caller, &proposal, denials).await;
        }
        Ok(self.put(caller, &proposal, old).await?.unwrap_or_else(|| pending(&proposal)))
    }

    /// A program's own proposal of the same that waits already: a person is not asked the same thing twice.
    async fn waiting(&self, caller: &Caller, call: &WriteCall, version: u64) -> Result<Option<Proposal>, DeskError> {
        if caller.principal.role != Role::Bot {
            return Ok(None);
        }
        let waiting = self.store.waiting_for(call).await?.into_iter();
        let pending = waiting.filter(|filed| filed.state == ProposalState::Pending).map(|filed| filed.proposal);
        let same = |proposal: &Proposal| {
            let own = proposal.proposer() == &caller.principal && proposal.base_version() == version;
            own && proposal.call().other_version() == call.other_version()
        };
        Ok(pending.into_iter().find(same))
    }

    /// A program that nobody heeds does not fill people's trays, where the rules set a bound.
    async fn has_room(&self, caller: &Caller) -> Result<(), DeskError> {
        let most = self.policy.most_waiting;
        if most == 0 || caller.principal.role != Role::Bot {
            return Ok(());
        }
        let waiting = self.store.waiting(Some(&caller.principal.id), crate::clock::now()).await?.proposals;
        if waiting < u64::from(most) {
            return Ok(());
        }
        Err(DeskError::Unable(format!("{waiting} proposals of yours wait for a person; wait for them, too")))
    }

    async fn check_assignee(&self, call: &WriteCall) -> Result<(), DeskError> {
        let Some(Some(id)) = &call.update().assignee else { return Ok(()) };
        match self.store.person(id).await? {
            Some(known) if known.role != Role::Bot => Ok(()),
            Some(_) | None => Err(DeskError::Invalid(format!("nobody at this desk is called {id}"))),
        }
    }

    /// What a reply states without a source is found here, whoever wrote it: a proposer cannot leave it out.
    async fn with_claims(&self, call: &WriteCall, ticket: &Ticket, why: Why) -> Result<Why, DeskError> {
        let WriteCall::SendReply(send) = call else { return Ok(why) };
        if send.visibility == Visibility::Internal {
            return Ok(why);
        }
        let query: String = send.body.chars().take(2000).collect();
        let ids: Vec<_> = self.store.find_articles(&query, 5).await?.into_iter().map(|hit| hit.id).collect();
        let articles = self.store.articles(&ids).await?;
        let thread = reply::thread_sources(ticket);
        let known = articles.iter().flat_map(|article| [article.title.as_str(), article.body.as_str()]);
        let sources: Vec<&str> = thread.iter().map(String::as_str).chain(known).collect();
        let unsupported = claims::unsupported(&send.body, &sources).into_iter().map(|claim| claim.text).collect();
        Ok(Why { unsupported, ..why })
    }

    fn freeze(&self, caller: &Caller, call: WriteCall, why: Why, base_version: u64) -> Proposal {
        let now = crate::clock::now();
        let minutes = i64::from(self.policy.proposal_minutes);
        Proposal::file(Filing {
            id: crate::random::proposal_id(),
            call,
            base_version,
            proposer: caller.principal.clone(),
            run: caller.run.clone(),
            why,
            filed_at: now,
            expires_at: (minutes > 0).then(|| now.checked_add(SignedDuration::from_mins(minutes)).ok()).flatten(),
            edited_by: None,
        })
    }

    /// The same was denied often enough: it does not reach a person again.
    async fn deny_again(&self, caller: &Caller, proposal: &Proposal, denials: u32) -> Result<WriteAnswer, DeskError> {
        let reason = format!("denied by itself: people denied the same {denials} times");
        let mut record = filed_event(caller, proposal);
        record.action = Action::Denied;
        record.body.words = Some(reason.clone());
        let state = ProposalState::Denied;
        let decision = Decision::End {
            proposal: proposal.id().clone(),
            state,
            by: None,
            reason: Some(reason.clone()),
            successor: None,
        };
        self.store.decide(decision, record.at, vec![record]).await?;
        metrics::decided(proposal.call().tool(), Action::Denied, Duration::ZERO);
        Ok(WriteAnswer {
            success: false,
            message: format!("{reason}. Do not repeat it with the same arguments"),
            outcome: WriteOutcome::Refused,
            refusal: Some("denied".to_owned()),
            version: None,
            proposal_id: Some(proposal.id().clone()),
            other_id: None,
        })
    }
}

/// Whether a call was decided on another version than there is.
fn moved(expected: Option<u64>, found: Option<u64>) -> bool {
    expected.is_some() && expected != found
}

pub(in crate::desk) fn filed_event(caller: &Caller, proposal: &Proposal) -> Event {
    let call = proposal.call();
    let mut record = event(caller, Action::Proposed, call.tool(), Some(call.ticket_id()), call.arguments());
    record.proposal = Some(proposal.id().clone());
    record.digest = Some(proposal.digest());
    record.version_before = Some(proposal.base_version());
    record.body.result = json!({"why": proposal.why()}).into();
    record
}

fn pending(proposal: &Proposal) -> WriteAnswer {
    WriteAnswer {
        success: false,
        message: format!("pending_approval: {} waits for a person; nothing has changed yet", proposal.id()),
        outcome: WriteOutcome::PendingApproval,
        refusal: None,
        version: Some(proposal.base_version()),
        proposal_id: Some(proposal.id().clone()),
        other_id: proposal.call().other_id().cloned(),
    }
}

fn applied(done: Executed) -> WriteAnswer {
    let also = done.second.as_ref().map_or_else(String::new, |second| match second.before {
        Some(before) => format!("; version {before} of {} is now {}, closed", second.ticket, second.after),
        None => format!("; {} is new", second.ticket),
    });
    WriteAnswer {
        success: true,
        message: format!("done: version {} is now {}{also}", done.before, done.after),
        outcome: WriteOutcome::Applied,
        refusal: None,
        version: Some(done.after),
        proposal_id: None,
        other_id: done.second.map(|second| second.ticket),
    }
}

fn refused(refusal: Refusal) -> WriteAnswer {
    WriteAnswer {
        success: false,
        message: format!("refused, nothing has changed: {}", in_words(refusal)),
        outcome: WriteOutcome::Refused,
        refusal: Some(refusal.to_string()),
        version: None,
        proposal_id: None,
        other_id: None,
    }
}

const fn in_words(refusal: Refusal) -> &'static str {
    match refusal {
        Refusal::UnknownReceipt => "there is no such receipt",
        Refusal::Spent => "the receipt was spent before",
        Refusal::ReceiptExpired => "the receipt has expired; approve again",
        Refusal::OtherCall => "this is not what was approved",
        Refusal::OtherApprover => "somebody else approved this",
        Refusal::NotAllowed => "the approver may no longer do this",
        Refusal::Superseded => "the ticket has moved since; read it again",
        Refusal::NoTicket => "there is no such ticket",
        Refusal::Invalid => "a value does not fit this desk",
    }
}
