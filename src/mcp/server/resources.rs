//! Resources: what stands at an address, as JSON; a list that is walked through by name.

use rmcp::ErrorData;
use rmcp::model::{
    ListResourceTemplatesResult, ListResourcesResult, ReadResourceResult, Resource, ResourceContents, ResourceTemplate,
};
use serde_json::{Value, json};

use crate::desk::Caller;
use crate::domain::call::{OfArticle, OfProposal, OfTicket, ReadCall};
use crate::domain::naming::{Name, NamePage, Named};
use crate::domain::place::Place;
use crate::domain::text;
use crate::domain::ticket::TicketQuery;
use crate::mcp::server::{DeskServer, refused};

/// What every resource of the desk is.
const JSON: &str = "application/json";
/// Resources on a page of the list.
const A_PAGE: u32 = 100;

/// A row of the templates: address, name, title, description.
pub(crate) const TEMPLATES: [(&str, &str, &str, &str); 4] = [
    (
        "desk://queue{?status,assignee}",
        "queue",
        "Queue",
        "The first hundred tickets, most urgent first; of one status or one assignee (`nobody` for unassigned) if asked.",
    ),
    ("desk://ticket/{id}", "ticket", "Ticket", "A ticket with its whole thread."),
    ("desk://article/{id}", "article", "Article", "A knowledge-base article in Markdown."),
    ("desk://proposal/{id}", "proposal", "Proposal", "What was asked for, by whom, and what became of it."),
];

/// Every kind of address.
pub(crate) fn templates() -> ListResourceTemplatesResult {
    let template = |(address, name, title, description): (&str, &str, &str, &str)| {
        ResourceTemplate::new(address, name).with_title(title).with_description(description).with_mime_type(JSON)
    };
    ListResourceTemplatesResult::with_all_items(TEMPLATES.into_iter().map(template).collect())
}

/// What a URI names, or the protocol's way to say that it names nothing.
pub(crate) fn place(uri: &str) -> Result<Place, ErrorData> {
    let nothing =
        || ErrorData::resource_not_found(format!("there is no resource {}", text::short(uri, 200)), Some(named(uri)));
    Place::parse(uri).ok_or_else(nothing)
}

/// What was asked for, beside an error in words.
fn named(uri: &str) -> Value {
    json!({"uri": uri})
}

impl DeskServer {
    /// A page of the list: the queue, then articles, then tickets, by name.
    pub(crate) async fn resources(
        &self,
        caller: &Caller,
        cursor: Option<&str>,
    ) -> Result<ListResourcesResult, ErrorData> {
        let (of, after) = match cursor.map(behind) {
            None => (Named::Article, None),
            Some(Some((of, after))) => (of, Some(after)),
            Some(None) => return Err(ErrorData::invalid_params("this is no cursor of this list", None)),
        };
        let page = NamePage { prefix: String::new(), after, limit: A_PAGE };
        let names = self.desk.names(caller, of, &page).await.map_err(|e| refused(&e))?;
        let next = next(of, &names);
        let queue = cursor.is_none().then(queue);
        let items = queue.into_iter().chain(names.iter().map(|name| resource(of, name)));
        let mut listed = ListResourcesResult::with_all_items(items.map(|item| item.with_mime_type(JSON)).collect());
        listed.next_cursor = next;
        Ok(listed)
    }

    /// What stands at an address, as JSON.
    pub(crate) async fn resource(&self, caller: &Caller, uri: &str) -> Result<ReadResourceResult, ErrorData> {
        let call = match place(uri)? {
            Place::Queue { status, assignee } => {
                let status = status.into_iter().collect();
                ReadCall::ListTickets(TicketQuery { status, assignee, ..TicketQuery::default() })
            }
            Place::Ticket(ticket_id) => ReadCall::GetTicket(OfTicket { ticket_id }),
            Place::Article(article_id) => ReadCall::GetArticle(OfArticle { article_id }),
            Place::Proposal(proposal_id) => ReadCall::GetProposal(OfProposal { proposal_id }),
        };
        let answer =
            self.desk.read(caller, &call).await.map_err(|e| ErrorData { data: Some(named(uri)), ..refused(&e) })?;
        let contents = ResourceContents::text(answer.to_value().to_string(), uri).with_mime_type(JSON);
        Ok(ReadResourceResult::new(vec![contents]))
    }
}

/// Where a page begins: `article/KB-31` is behind that article, `ticket/` before the first ticket.
fn behind(cursor: &str) -> Option<(Named, String)> {
    let (of, after) = cursor.split_once('/')?;
    match of.parse().ok()? {
        of @ (Named::Article | Named::Ticket) if after.len() <= 64 => Some((of, after.to_owned())),
        Named::Article | Named::Ticket | Named::Person => None,
    }
}

/// Where the next page begins, if there is one.
fn next(of: Named, names: &[Name]) -> Option<String> {
    let last = names.last().filter(|_| names.len() >= A_PAGE as usize);
    match (of, last) {
        (_, Some(last)) => Some(format!("{of}/{}", last.id)),
        (Named::Article, None) => Some(format!("{}/", Named::Ticket)),
        (Named::Ticket | Named::Person, None) => None,
    }
}

fn queue() -> Resource {
    let about = "The first hundred tickets, most urgent first.";
    Resource::new(Place::QUEUE.to_string(), "queue").with_title("Queue").with_description(about)
}

fn resource(of: Named, name: &Name) -> Resource {
    Resource::new(format!("desk://{of}/{}", name.id), name.id.clone())
        .with_title(text::short(&name.title, 200))
        .with_description(format!("{of} {}", name.id))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_is_read_strictly() {
        assert_eq!(behind("article/KB-31"), Some((Named::Article, "KB-31".to_owned())));
        assert_eq!(behind("ticket/"), Some((Named::Ticket, String::new())));
        for bad in ["", "ticket", "person/maya", "proposal/p-1", &format!("ticket/{}", "x".repeat(65))] {
            assert_eq!(behind(bad), None, "{bad}");
        }
    }
}
