//! The calls that exist: reads are free, writes need an approval. The split is by type.

mod write;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

pub(crate) use write::by_name;
pub use write::{MergeTickets, SendReply, SplitMessage, TicketUpdate, UpdateTicket, WriteCall};

use crate::domain::ids::{ArticleId, CustomerId, ProposalId, TicketId};
use crate::domain::rewrite::Rewrite;
use crate::domain::ticket::{TicketQuery, Tone};

/// Longest message, in bytes.
pub const MOST_BODY: usize = 64 * 1024;

/// Names a ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfTicket {
    /// The ticket, like `T-1042`.
    pub ticket_id: TicketId,
}

/// Asks for a summary.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Summarize {
    /// The ticket, like `T-1042`.
    pub ticket_id: TicketId,
    /// Answer at once: with what is prepared, or without a model.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quick: bool,
}

/// Names a customer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfCustomer {
    /// The customer, like `C-7`.
    pub customer_id: CustomerId,
}

/// Names an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfArticle {
    /// The article, like `KB-31`.
    pub article_id: ArticleId,
}

/// Names a proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OfProposal {
    /// The proposal, as the answer to a write names it.
    pub proposal_id: ProposalId,
}

/// Asks for a reply in a tone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Suggest {
    /// The ticket to answer.
    pub ticket_id: TicketId,
    /// How the reply sounds.
    #[serde(default = "polite")]
    pub tone: Tone,
    /// Answer at once: with what is prepared, or without a model.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub quick: bool,
}

const fn polite() -> Tone {
    Tone::Polite
}

/// Asks for articles.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FaqQuery {
    /// Words, in any language.
    pub query: String,
    /// How many articles at most, 1 to 20.
    #[serde(default = "five")]
    #[schemars(with = "i64", range(min = 1, max = 20))]
    pub limit: u32,
}

/// Asks for similar tickets: by words, or like another ticket.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SearchTickets {
    /// Words, in any language; leave out to find tickets like `ticket_id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// The ticket to find others like.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_id: Option<TicketId>,
    /// How many tickets at most, 1 to 50.
    #[serde(default = "five")]
    #[schemars(with = "i64", range(min = 1, max = 50))]
    pub limit: u32,
}

const fn five() -> u32 {
    5
}

/// Asks for proposals.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ProposalQuery {
    /// Only of this ticket.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_id: Option<TicketId>,
    /// Decided ones too; else only those that wait.
    #[serde(default)]
    pub decided: bool,
}

/// Asks for the canned replies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CannedQuery {
    /// The ticket that one is for: the likely ones come first, and fields are filled; leave out for all as they are kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ticket_id: Option<TicketId>,
}

/// A call that changes nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(clippy::large_enum_variant, reason = "a call lives as long as its answer takes, and there are never many")]
pub enum ReadCall {
    /// A ticket with its thread.
    GetTicket(OfTicket),
    /// A ticket in a few lines.
    SummarizeTicket(Summarize),
    /// A reply to a ticket.
    SuggestResponse(Suggest),
    /// Articles that answer a question.
    GetFaq(FaqQuery),
    /// An article.
    GetArticle(OfArticle),
    /// A page of the queue.
    ListTickets(TicketQuery),
    /// A customer.
    GetCustomer(OfCustomer),
    /// Similar tickets.
    SearchTickets(SearchTickets),
    /// Proposals.
    ListProposals(ProposalQuery),
    /// A proposal and what became of it.
    GetProposal(OfProposal),
    /// Canned replies.
    ListCanned(CannedQuery),
    /// A text in other words.
    RewriteText(Rewrite),
}

impl ReadCall {
    /// The tool's name.
    #[must_use]
    pub const fn tool(&self) -> &'static str {
        match self {
            Self::GetTicket(_) => "get_ticket",
            Self::SummarizeTicket(_) => "summarize_ticket",
            Self::SuggestResponse(_) => "suggest_response",
            Self::GetFaq(_) => "get_faq",
            Self::GetArticle(_) => "get_article",
            Self::ListTickets(_) => "list_tickets",
            Self::GetCustomer(_) => "get_customer",
            Self::SearchTickets(_) => "search_tickets",
            Self::ListProposals(_) => "list_proposals",
            Self::GetProposal(_) => "get_proposal",
            Self::ListCanned(_) => "list_canned",
            Self::RewriteText(_) => "rewrite_text",
        }
    }

    /// Whether an assistant writes the answer.
    #[must_use]
    pub const fn is_written(&self) -> bool {
        matches!(self, Self::SummarizeTicket(_) | Self::SuggestResponse(_))
    }

    /// The ticket that it is about, if it is about one.
    #[must_use]
    pub const fn ticket_id(&self) -> Option<&TicketId> {
        match self {
            Self::GetTicket(call) => Some(&call.ticket_id),
            Self::SummarizeTicket(call) => Some(&call.ticket_id),
            Self::SuggestResponse(call) => Some(&call.ticket_id),
            Self::SearchTickets(call) => call.ticket_id.as_ref(),
            Self::ListProposals(call) => call.ticket_id.as_ref(),
            Self::ListCanned(call) => call.ticket_id.as_ref(),
            Self::RewriteText(call) => Some(&call.ticket_id),
            Self::GetFaq(_)
            | Self::GetArticle(_)
            | Self::GetProposal(_)
            | Self::ListTickets(_)
            | Self::GetCustomer(_) => None,
        }
    }

    /// The arguments, exactly as they are sent.
    #[must_use]
    pub fn arguments(&self) -> Value {
        match self {
            Self::GetTicket(call) => json!(call),
            Self::SummarizeTicket(call) => json!(call),
            Self::SuggestResponse(call) => json!(call),
            Self::GetFaq(call) => json!(call),
            Self::GetArticle(call) => json!(call),
            Self::ListTickets(call) => json!(call),
            Self::GetCustomer(call) => json!(call),
            Self::SearchTickets(call) => json!(call),
            Self::ListProposals(call) => json!(call),
            Self::GetProposal(call) => json!(call),
            Self::ListCanned(call) => json!(call),
            Self::RewriteText(call) => json!(call),
        }
    }
}
