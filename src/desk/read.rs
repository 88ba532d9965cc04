//! Reads: free for everybody who may look, and recorded all the same.

use std::time::Instant;

use crate::assist::reply::ReplyInput;
use crate::assist::summary;
use crate::desk::aside::aside;
use crate::desk::canned::offers;
use crate::desk::scope::not_found;
use crate::desk::{Caller, Desk, DeskError, authorise, complete, count, event, validate};
use crate::domain::actor::Operation;
use crate::domain::answer::{Answer, FaqAnswer, FoundTickets, ProposalRow, Proposals, TicketAnswer};
use crate::domain::audit::Action;
use crate::domain::call::{ProposalQuery, ReadCall, SearchTickets, Suggest};
use crate::domain::canonical;
use crate::domain::draft::{Section, Suggestion};
use crate::domain::redact::{Kind, Veil};
use crate::domain::ticket::{Author, Message, Ticket, Visibility};
use crate::llm::{Listener, NOBODY};
use crate::store::Filed;

/// How many similar tickets are looked through for answers.
const SIMILAR: u32 = 20;
/// How many articles a reply may draw on.
const ARTICLES: u32 = 4;

impl Desk {
    /// Answers a call that changes nothing.
    ///
    /// # Errors
    /// When the caller may not look, the values do not fit, the thing is not there, or the store fails.
    pub async fn read(&self, caller: &Caller, call: &ReadCall) -> Result<Answer, DeskError> {
        self.read_live(caller, call, NOBODY).await
    }

    /// [`Desk::read`]; what a model writes meanwhile goes to `live`.
    ///
    /// # Errors
    /// As [`Desk::read`].
    pub async fn read_live(&self, caller: &Caller, call: &ReadCall, live: Listener<'_>) -> Result<Answer, DeskError> {
        self.read_written(caller, call, live).await.map(|(answer, _)| answer)
    }

    /// [`Desk::read_live`], with the answer as JSON too, written once for the log and for whoever asked.
    ///
    /// # Errors
    /// As [`Desk::read`].
    pub async fn read_written(
        &self,
        caller: &Caller,
        call: &ReadCall,
        live: Listener<'_>,
    ) -> Result<(Answer, String), DeskError> {
        let since = Instant::now();
        let result = match self.store.room().await {
            Ok(()) => self.answer(caller, call, live).await,
            Err(error) => Err(error.into()),
        };
        let action = if caller.ahead && call.is_written() { Action::Prepared } else { Action::Read };
        let mut record = event(caller, action, call.tool(), call.ticket_id(), call.arguments());
        record.body.by = result.as_ref().ok().and_then(made_by).or(record.body.by);
        let result = result.map(|answer| {
            let text = canonical::written(&answer);
            (answer, text)
        });
        complete(&mut record, since, &result, |(_, text)| text.clone());
        let kept = self.store.record(record).map_err(DeskError::from);
        let result = kept.and(result);
        count(caller, call.tool(), since, result.as_ref().map(|_| "ok"));
        result
    }

    async fn answer(&self, caller: &Caller, call: &ReadCall, live: Listener<'_>) -> Result<Answer, DeskError> {
        authorise(caller, Operation::Read)?;
        validate::read(call)?;
        Ok(match call {
            ReadCall::GetTicket(of) => {
                let ticket = self.ticket(caller, &of.ticket_id).await?;
                let body = ticket.body().to_owned();
                Answer::Ticket(Box::new(TicketAnswer { ticket, body }))
            }
            ReadCall::SummarizeTicket(of) => {
                let ticket = self.tellable(caller).ticket(self.ticket(caller, &of.ticket_id).await?);
                let assistant = self.assistant_for(caller);
                Answer::Summary(assistant.summarize(self.store.as_ref(), &ticket, of.quick, live).await?)
            }
            ReadCall::SuggestResponse(ask) => Answer::Suggestion(Box::new(self.suggest(caller, ask, live).await?)),
            ReadCall::GetFaq(ask) => {
                Answer::Faq(FaqAnswer { articles: self.store.find_articles(&ask.query, ask.limit).await? })
            }
            ReadCall::GetArticle(of) => {
                let found = self.store.articles(std::slice::from_ref(&of.article_id)).await?.pop();
                Answer::Article(found.ok_or_else(|| not_found("article", &of.article_id))?)
            }
            ReadCall::ListTickets(query) => Answer::Page(self.page(caller, query).await?),
            ReadCall::GetCustomer(of) => Answer::Customer(self.customer(caller, &of.customer_id).await?),
            ReadCall::SearchTickets(search) => self.search(caller, search).await?,
            ReadCall::ListProposals(query) => self.proposals(caller, query).await?,
            ReadCall::GetProposal(of) => {
                let found = self.store.proposal(&of.proposal_id).await?;
                let found = found.ok_or_else(|| not_found("proposal", &of.proposal_id))?;
                if !self.sees(caller, &found).await? {
                    return Err(not_found("proposal", &of.proposal_id));
                }
                Answer::Proposal(Box::new(row(found)))
            }
            ReadCall::ListCanned(query) => Answer::Canned(self.canned_texts(caller, query).await?),
            ReadCall::RewriteText(asked) => Answer::Rewritten(self.rewrite(caller, asked, live).await?),
        })
    }

    async fn suggest(&self, caller: &Caller, ask: &Suggest, live: Listener<'_>) -> Result<Suggestion, DeskError> {
        let told = self.tellable(caller);
        let ticket = told.ticket(self.ticket(caller, &ask.ticket_id).await?);
        let customer = self.store.customer(&ticket.row.customer_id).await?.map(|found| told.customer(found));
        let question = aside(|| question(&ticket)).await;
        let hits = self.store.find_articles(&question, ARTICLES).await?;
        let ids: Vec<_> = hits.iter().map(|hit| hit.id.clone()).collect();
        let articles = self.store.articles(&ids).await?;
        let scored: Vec<_> = articles.into_iter().zip(hits.iter().map(|hit| hit.score)).collect();
        let ranked = self.canned_for(&ticket).await?;
        let canned: Vec<_> = ranked.iter().map(|(reply, _)| reply.clone()).collect();
        let offered = offers(&ranked);
        let precedents = self.precedents(caller, &ticket).await?;
        let input = ReplyInput {
            ticket: &ticket,
            customer: customer.as_ref(),
            agent_name: &caller.name,
            tone: ask.tone,
            articles: &scored,
            canned: &canned,
            likely: offered.len(),
            precedents: &precedents,
        };
        let assistant = self.assistant_for(caller);
        let mut suggestion = assistant.suggest(self.store.as_ref(), &input, ask.quick, live).await?;
        suggestion.canned = offered;
        self.calibrated(&ticket, suggestion).await
    }

    /// The desk's last public answers in similar tickets that are done, as far as the rules allow, blotted.
    async fn precedents(&self, caller: &Caller, ticket: &Ticket) -> Result<Vec<String>, DeskError> {
        let most = self.policy.similar_answers;
        let mut answers = Vec::new();
        if most == 0 {
            return Ok(answers);
        }
        for row in self.like(caller, &ticket.row.id, SIMILAR).await? {
            if !row.status.is_done() || answers.len() >= most as usize {
                continue;
            }
            let Some(other) = self.store.ticket(&row.id).await? else { continue };
            let by_us =
                |message: &&Message| message.author == Author::Agent && message.visibility == Visibility::Public;
            let mut veil = Veil::default();
            for name in other.people().iter().chain(&ticket.people()) {
                veil.know(Kind::Name, name);
            }
            answers.extend(other.thread.iter().rev().find(by_us).map(|message| veil.blotted(&message.body)));
        }
        Ok(answers)
    }

    async fn search(&self, caller: &Caller, search: &SearchTickets) -> Result<Answer, DeskError> {
        let tickets = match (&search.query, &search.ticket_id) {
            (Some(query), _) => self.with_words(caller, query, search.limit).await?,
            (None, Some(id)) => self.like(caller, id, search.limit).await?,
            (None, None) => Vec::new(),
        };
        Ok(Answer::Found(FoundTickets { tickets }))
    }

    async fn proposals(&self, caller: &Caller, query: &ProposalQuery) -> Result<Answer, DeskError> {
        let mut proposals = Vec::new();
        for filed in self.store.proposals(query).await? {
            if self.sees(caller, &filed).await? {
                proposals.push(row(filed));
            }
        }
        Ok(Answer::Proposals(Proposals { proposals }))
    }
}

/// The model that wrote an answer, and what it was told.
fn made_by(answer: &Answer) -> Option<String> {
    let maker = match answer {
        Answer::Summary(summary) => &summary.maker,
        Answer::Suggestion(suggestion) => &suggestion.maker,
        Answer::Rewritten(rewritten) => &rewritten.maker,
        Answer::Ticket(_)
        | Answer::Faq(_)
        | Answer::Article(_)
        | Answer::Page(_)
        | Answer::Customer(_)
        | Answer::Found(_)
        | Answer::Proposals(_)
        | Answer::Proposal(_)
        | Answer::Canned(_) => return None,
    };
    maker.is_model().then(|| format!("{} · {}", maker.by, maker.prompt))
}

/// What to search for: the subject and what the customer wants, in the sentences that say most.
fn question(ticket: &Ticket) -> String {
    let summary = summary::summarize(&ticket.thread);
    let wants = summary.highlights.iter().filter(|h| h.section == Section::Wants).map(|h| h.text.as_str());
    std::iter::once(ticket.row.subject.as_str())
        .chain(wants)
        .collect::<Vec<_>>()
        .join("\n")
        .chars()
        .take(2000)
        .collect()
}

pub(super) fn row(filed: Filed) -> ProposalRow {
    let Filed { proposal, state, reason, replaced_by, .. } = filed;
    ProposalRow {
        id: proposal.id().clone(),
        ticket_id: proposal.call().ticket_id().clone(),
        tool: proposal.call().tool().to_owned(),
        arguments: proposal.call().arguments(),
        state,
        proposer: proposal.proposer().id.clone(),
        proposer_role: proposal.proposer().role,
        run: proposal.run().clone(),
        filed_at: proposal.filed_at(),
        confidence: proposal.why().confidence,
        why: proposal.why().text.clone(),
        reason,
        replaced_by,
    }
}
