//! What tools answer: the structured content of every tool of the desk.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::domain::actor::Role;
use crate::domain::article::{Article, ArticleHit};
use crate::domain::call::ReadCall;
use crate::domain::customer::Customer;
use crate::domain::draft::{Suggestion, Summary};
use crate::domain::ids::{CannedId, PrincipalId, ProposalId, RunId, TicketId};
use crate::domain::proposal::ProposalState;
use crate::domain::rewrite::Rewritten;
use crate::domain::ticket::{Ticket, TicketPage, TicketRow};

/// A ticket, with the first message as its body.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TicketAnswer {
    /// The ticket and its thread.
    #[serde(flatten)]
    pub ticket: Ticket,
    /// What the customer came with: the first message's text.
    pub body: String,
}

/// Articles for a question, best first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct FaqAnswer {
    /// The articles.
    pub articles: Vec<ArticleHit>,
}

/// Tickets found, best first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct FoundTickets {
    /// The tickets.
    pub tickets: Vec<TicketRow>,
}

/// A proposal as other programs see it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct ProposalRow {
    /// Its name.
    pub id: ProposalId,
    /// The ticket.
    pub ticket_id: TicketId,
    /// The tool.
    pub tool: String,
    /// The arguments.
    #[schemars(with = "serde_json::Map<String, Value>")]
    pub arguments: Value,
    /// What became of it.
    pub state: ProposalState,
    /// Who asks.
    pub proposer: PrincipalId,
    /// What the proposer is.
    pub proposer_role: Role,
    /// In which run.
    pub run: RunId,
    /// When it was filed.
    #[schemars(with = "String")]
    pub filed_at: Timestamp,
    /// How sure the proposer is.
    pub confidence: Option<f64>,
    /// Why, in the proposer's words.
    pub why: String,
    /// The person's words, after a decision.
    pub reason: Option<String>,
    /// The proposal in its place, when it was edited or filed anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replaced_by: Option<ProposalId>,
}

/// Proposals, oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Proposals {
    /// The proposals.
    pub proposals: Vec<ProposalRow>,
}

/// A canned reply, worded for the ticket that was asked about.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CannedText {
    /// Its id.
    pub id: CannedId,
    /// Its title.
    pub title: String,
    /// The text; for a ticket its fields are filled as far as they have a value there.
    pub text: String,
    /// Labels.
    pub tags: Vec<String>,
    /// The fields that still stand in the text, as they stand there: `{{customer.first_name}}`.
    pub open: Vec<String>,
    /// 0 to 1: how likely it comes next; only of the few that are offered for the ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub score: Option<f64>,
}

/// Canned replies: those offered for the ticket, the likeliest first, then the others by title.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct CannedTexts {
    /// The canned replies.
    pub canned: Vec<CannedText>,
}

words! {
    /// What became of a write.
    WriteOutcome {
        /// It is done.
        Applied = "applied",
        /// It waits for a person.
        PendingApproval = "pending_approval",
        /// The desk said no; nothing changed.
        Refused = "refused",
    }
}

/// The answer to a write.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WriteAnswer {
    /// Whether the change is done.
    pub success: bool,
    /// In words.
    pub message: String,
    /// What became of it.
    pub outcome: WriteOutcome,
    /// Why it was refused, in one word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refusal: Option<String>,
    /// The ticket's version now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<i64>")]
    pub version: Option<u64>,
    /// The proposal that waits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposal_id: Option<ProposalId>,
    /// The second ticket that was changed: the one merged in, or the new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(with = "Option<String>")]
    pub other_id: Option<TicketId>,
}

/// What a read answers; as JSON, the structured content alone.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// To `get_ticket`.
    Ticket(Box<TicketAnswer>),
    /// To `summarize_ticket`.
    Summary(Summary),
    /// To `suggest_response`.
    Suggestion(Box<Suggestion>),
    /// To `get_faq`.
    Faq(FaqAnswer),
    /// To `get_article`.
    Article(Article),
    /// To `list_tickets`.
    Page(TicketPage),
    /// To `get_customer`.
    Customer(Customer),
    /// To `search_tickets`.
    Found(FoundTickets),
    /// To `list_proposals`.
    Proposals(Proposals),
    /// To `get_proposal`.
    Proposal(Box<ProposalRow>),
    /// To `list_canned`.
    Canned(CannedTexts),
    /// To `rewrite_text`.
    Rewritten(Rewritten),
}

impl Answer {
    /// The structured content.
    #[must_use]
    pub fn to_value(&self) -> Value {
        json!(self)
    }

    /// Reads structured content back, as the answer to `call`.
    ///
    /// # Errors
    /// When the content is not an answer to that call.
    pub fn from_value(call: &ReadCall, value: Value) -> Result<Self, serde_json::Error> {
        Ok(match call {
            ReadCall::GetTicket(_) => Self::Ticket(serde_json::from_value(value)?),
            ReadCall::SummarizeTicket(_) => Self::Summary(serde_json::from_value(value)?),
            ReadCall::SuggestResponse(_) => Self::Suggestion(serde_json::from_value(value)?),
            ReadCall::GetFaq(_) => Self::Faq(serde_json::from_value(value)?),
            ReadCall::GetArticle(_) => Self::Article(serde_json::from_value(value)?),
            ReadCall::ListTickets(_) => Self::Page(serde_json::from_value(value)?),
            ReadCall::GetCustomer(_) => Self::Customer(serde_json::from_value(value)?),
            ReadCall::SearchTickets(_) => Self::Found(serde_json::from_value(value)?),
            ReadCall::ListProposals(_) => Self::Proposals(serde_json::from_value(value)?),
            ReadCall::GetProposal(_) => Self::Proposal(Box::new(serde_json::from_value(value)?)),
            ReadCall::ListCanned(_) => Self::Canned(serde_json::from_value(value)?),
            ReadCall::RewriteText(_) => Self::Rewritten(serde_json::from_value(value)?),
        })
    }
}
