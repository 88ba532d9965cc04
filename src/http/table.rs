//! The one table of routes: the router, `/openapi.json`, the door's own checks and the tests read it.

use std::sync::Arc;

use axum::http::Method;
use axum::routing::{MethodRouter, delete, get, patch, post};
use schemars::{JsonSchema, Schema, SchemaGenerator};

use crate::domain::actor::Operation;
use crate::domain::answer::{FaqAnswer, ProposalRow, TicketAnswer, WriteAnswer};
use crate::domain::article::Article;
use crate::domain::call::TicketUpdate;
use crate::domain::customer::Customer;
use crate::domain::dossier::Dossier;
use crate::domain::draft::{Suggestion, Summary};
use crate::domain::erasure::Done;
use crate::domain::keeping::CustomerQuery;
use crate::domain::ticket::TicketQuery;
use crate::http::{
    Door, actions, articles, audit, customers, docs, faq, health, intake, openapi, proposals, resource, seen, tickets,
};

/// A schema, and what it refers to, made with one generator for all.
pub type Shape = fn(&mut SchemaGenerator) -> Schema;

words! {
    /// The methods that routes know.
    Verb {
        /// Looks.
        Get = "GET",
        /// Does or makes.
        Post = "POST",
        /// Changes.
        Patch = "PATCH",
        /// Takes away.
        Delete = "DELETE",
    }
}

/// What the version of a thing has to do with a route.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tag {
    /// Nothing.
    Unused,
    /// It goes out with the answer; who knows it already is told so.
    Given,
    /// It is compared with what the caller saw.
    Compared,
}

/// How a request is read.
#[derive(Clone, Copy)]
pub enum Sends {
    /// It has no body.
    Nothing,
    /// A body may be left out.
    Maybe(Shape),
    /// A body must be there.
    Always(Shape),
}

/// What comes with an answer that went well.
#[derive(Clone, Copy)]
pub enum Gives {
    /// JSON.
    Json(Shape),
    /// Another media type, or nothing where it is empty.
    Plain(&'static str),
}

/// One route.
pub struct Route {
    /// The method.
    pub method: Verb,
    /// The path, its names in braces.
    pub path: &'static str,
    /// What it is called, for programs.
    pub name: &'static str,
    /// What it does, in a sentence.
    pub says: &'static str,
    /// The right that it needs; nothing where everybody may.
    pub needs: Option<Operation>,
    /// The query string, where it has one.
    pub query: Option<Shape>,
    /// The body.
    pub sends: Sends,
    /// The status when it went well.
    pub status: u16,
    /// What comes with it.
    pub gives: Gives,
    /// What the version has to do with it.
    pub tag: Tag,
    /// Whether its list comes in pages.
    pub paged: bool,
    /// Whether the same request is done once, however often it comes, where it has an `Idempotency-Key`.
    pub once: bool,
    /// Whether it is there only where the configuration says so.
    pub sometimes: bool,
    serve: fn() -> MethodRouter<Arc<Door>>,
}

fn shape<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<T>()
}

/// The schema itself, not a reference to it: its properties become parameters.
fn whole<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    T::json_schema(generator)
}

impl Route {
    const fn new(
        method: Verb,
        path: &'static str,
        needs: Option<Operation>,
        serve: fn() -> MethodRouter<Arc<Door>>,
    ) -> Self {
        Self {
            method,
            path,
            name: "",
            says: "",
            needs,
            query: None,
            sends: Sends::Nothing,
            status: 200,
            gives: Gives::Plain(""),
            tag: Tag::Unused,
            paged: false,
            once: false,
            sometimes: false,
            serve,
        }
    }

    const fn called(self, name: &'static str, says: &'static str) -> Self {
        Self { name, says, ..self }
    }

    const fn asks<Q: JsonSchema>(self) -> Self {
        Self { query: Some(whole::<Q>), ..self }
    }

    const fn sends<B: JsonSchema>(self) -> Self {
        Self { sends: Sends::Always(shape::<B>), ..self }
    }

    const fn may_send<B: JsonSchema>(self) -> Self {
        Self { sends: Sends::Maybe(shape::<B>), ..self }
    }

    const fn gives<A: JsonSchema>(self) -> Self {
        Self { gives: Gives::Json(shape::<A>), ..self }
    }

    const fn plain(self, media: &'static str) -> Self {
        Self { gives: Gives::Plain(media), ..self }
    }

    /// It files a proposal: nothing has changed when it answers.
    const fn proposes(self) -> Self {
        Self { status: 202, tag: Tag::Compared, ..self }.gives::<WriteAnswer>()
    }

    /// It makes something new, once by the caller's name for the request.
    const fn makes<A: JsonSchema>(self) -> Self {
        Self { status: 201, once: true, ..self }.gives::<A>()
    }

    const fn status(self, status: u16) -> Self {
        Self { status, ..self }
    }

    const fn tagged(self, tag: Tag) -> Self {
        Self { tag, ..self }
    }

    const fn paged(self) -> Self {
        Self { paged: true, ..self }
    }

    const fn once(self) -> Self {
        Self { once: true, ..self }
    }

    const fn sometimes(self) -> Self {
        Self { sometimes: true, ..self }
    }

    /// What answers it.
    pub(crate) fn serve(&self) -> MethodRouter<Arc<Door>> {
        (self.serve)()
    }

    /// Whether a name stands in its path.
    #[must_use]
    pub fn is_named(&self) -> bool {
        self.path.contains('{')
    }
}

const READ: Option<Operation> = Some(Operation::Read);
const PROPOSE: Option<Operation> = Some(Operation::Propose);
const DECIDE: Option<Operation> = Some(Operation::Decide);

/// Every route but `/mcp`.
#[rustfmt::skip]
pub static ROUTES: &[Route] = &[
    Route::new(Verb::Get, "/tickets", READ, || get(tickets::list))
        .called("list_tickets", "A page of the queue.")
        .asks::<TicketQuery>().paged().gives::<tickets::TicketList>(),
    Route::new(Verb::Get, "/tickets/{id}", READ, || get(tickets::one))
        .called("get_ticket", "A ticket with its thread. Its version is the entity tag.")
        .tagged(Tag::Given).gives::<TicketAnswer>(),
    Route::new(Verb::Patch, "/tickets/{id}", PROPOSE, || patch(tickets::patch))
        .called("patch_ticket", "Asks for other fields: files a proposal that a person decides on.")
        .sends::<TicketUpdate>().proposes().once(),
    Route::new(Verb::Delete, "/tickets/{id}", PROPOSE, || delete(tickets::close))
        .called("close_ticket", "Asks for the status `closed`: files a proposal. Nothing is erased: what was said \
            and done stays; a customer's data is erased with `POST /customers/{id}/erase`.")
        .proposes().once(),
    Route::new(Verb::Get, "/tickets/{id}/messages", READ, || get(tickets::messages))
        .called("list_messages", "A ticket's thread, oldest first.")
        .asks::<tickets::MessageQuery>().paged().gives::<tickets::MessageList>(),
    Route::new(Verb::Post, "/tickets/{id}/actions/summarize", READ, || post(actions::summarize))
        .called("summarize_ticket", "A ticket in a few lines.")
        .may_send::<actions::Summarize>().gives::<Summary>(),
    Route::new(Verb::Post, "/tickets/{id}/actions/suggest_response", READ, || post(actions::suggest))
        .called("suggest_response", "A reply that a person may edit and send, with what it rests on. Nothing is sent.")
        .may_send::<actions::Suggest>().gives::<Suggestion>(),
    Route::new(Verb::Post, "/tickets/{id}/actions/update", PROPOSE, || post(actions::update))
        .called("update_ticket", "Asks for other fields and says why: files a proposal.")
        .sends::<actions::Update>().proposes().once(),
    Route::new(Verb::Post, "/tickets/{id}/actions/reply", PROPOSE, || post(actions::reply))
        .called("send_reply", "Asks for a message to be sent or noted: files a proposal.")
        .sends::<actions::Message>().proposes().once(),
    Route::new(Verb::Post, "/tickets/{id}/actions/merge", PROPOSE, || post(actions::merge))
        .called("merge_tickets", "Asks for another ticket to be merged into this one: files a proposal.")
        .sends::<actions::Merge>().proposes().once(),
    Route::new(Verb::Post, "/tickets/{id}/actions/split", PROPOSE, || post(actions::split))
        .called("split_message", "Asks for a ticket of its own for a message: files a proposal.")
        .sends::<actions::Split>().proposes().once(),
    Route::new(Verb::Post, "/tickets", Some(Operation::Import), || post(intake::create))
        .called("create_ticket", "Takes a ticket in that somebody brings from elsewhere, once by its `external_id`.")
        .sends::<intake::Incoming>().makes::<intake::TakenIn>(),
    Route::new(Verb::Get, "/customers", Some(Operation::Browse), || get(customers::list))
        .called("list_customers", "A page of customers, in the order in which they came.")
        .asks::<CustomerQuery>().paged().gives::<customers::CustomerList>(),
    Route::new(Verb::Post, "/customers", Some(Operation::KeepCustomers), || post(customers::create))
        .called("create_customer", "Writes a customer down.")
        .sends::<customers::NewCustomer>().makes::<Customer>(),
    Route::new(Verb::Patch, "/customers/{id}", Some(Operation::KeepCustomers), || patch(customers::change))
        .called("change_customer", "Changes a customer; tickets keep the name that they came in with.")
        .sends::<customers::CustomerChange>().gives::<Customer>().tagged(Tag::Compared),
    Route::new(Verb::Get, "/customers/{id}/export", Some(Operation::Export), || get(customers::export))
        .called("export_customer", "All that the desk knows of a customer, in one document.").gives::<Dossier>(),
    Route::new(Verb::Post, "/customers/{id}/erase", Some(Operation::Erase), || post(customers::erase))
        .called("erase_customer", "Erases what the desk knows of a customer, for good, the log still whole.")
        .sends::<customers::Confirmation>().gives::<Done>(),
    Route::new(Verb::Get, "/articles", READ, || get(articles::list))
        .called("list_articles", "A page of articles, by id.")
        .asks::<articles::ArticleQuery>().paged().gives::<articles::ArticleList>(),
    Route::new(Verb::Post, "/articles", Some(Operation::KeepArticles), || post(articles::create))
        .called("create_article", "Writes an article.")
        .sends::<articles::NewArticle>().makes::<Article>(),
    Route::new(Verb::Get, "/articles/{id}", READ, || get(articles::one))
        .called("get_article", "An article.").tagged(Tag::Given).gives::<Article>(),
    Route::new(Verb::Patch, "/articles/{id}", Some(Operation::KeepArticles), || patch(articles::change))
        .called("change_article", "Changes an article.")
        .sends::<articles::ArticleChange>().gives::<Article>().tagged(Tag::Compared),
    Route::new(Verb::Delete, "/articles/{id}", Some(Operation::KeepArticles), || delete(articles::remove))
        .called("remove_article", "Takes an article away.")
        .status(204).tagged(Tag::Compared),
    Route::new(Verb::Get, "/audit", Some(Operation::ReadAudit), || get(audit::list))
        .called("read_audit", "Records of the log, newest first.")
        .asks::<audit::AuditQuery>().paged().gives::<audit::RecordList>(),
    Route::new(Verb::Get, "/customers/{id}", READ, || get(customers::one))
        .called("get_customer", "A customer; what the caller may not see of one is empty.")
        .tagged(Tag::Given).gives::<Customer>(),
    Route::new(Verb::Get, "/faq/search", READ, || get(faq::search))
        .called("search_faq", "Articles that answer a question, best first.")
        .asks::<faq::Question>().gives::<FaqAnswer>(),
    Route::new(Verb::Get, "/proposals", READ, || get(proposals::list))
        .called("list_proposals", "Proposals, oldest first: those that wait, or with `decided` all.")
        .asks::<proposals::Which>().paged().gives::<proposals::ProposalList>(),
    Route::new(Verb::Get, "/proposals/{id}", READ, || get(proposals::one))
        .called("get_proposal", "A proposal and what became of it.").gives::<ProposalRow>(),
    Route::new(Verb::Get, "/proposals/{id}/card", DECIDE, || get(proposals::card))
        .called("get_card", "What a person must have read before they decide, from a fresh read.")
        .gives::<proposals::CardText>(),
    Route::new(Verb::Post, "/proposals/{id}/approve", DECIDE, || post(proposals::approve))
        .called("approve_proposal", "Approves what was read, named by its digest, and carries it out once.")
        .sends::<proposals::Approve>().gives::<proposals::Decided>().tagged(Tag::Compared).once(),
    Route::new(Verb::Post, "/proposals/{id}/deny", DECIDE, || post(proposals::deny))
        .called("deny_proposal", "Denies a proposal, with a reason for whoever asked.")
        .sends::<proposals::Deny>().gives::<proposals::Decided>().once(),
    Route::new(Verb::Get, "/healthz", None, || get(health::alive))
        .called("alive", "The process answers.").plain("text/plain"),
    Route::new(Verb::Get, "/readyz", None, || get(health::ready))
        .called("ready", "The desk's memory answers.").plain("text/plain"),
    Route::new(Verb::Get, "/metrics", Some(Operation::Browse), || get(seen::metrics))
        .called("metrics", "What Prometheus reads.").plain("text/plain"),
    Route::new(Verb::Get, resource::METADATA, None, || get(resource::desk))
        .called("resource_metadata", "Who gives tokens for this desk beside the desk itself (RFC 9728).")
        .gives::<resource::Metadata>().sometimes(),
    Route::new(Verb::Get, "/.well-known/oauth-protected-resource/mcp", None, || get(resource::mcp))
        .called("mcp_resource_metadata", "The same of its door for MCP.")
        .gives::<resource::Metadata>().sometimes(),
    Route::new(Verb::Get, "/openapi.json", None, || get(openapi::document))
        .called("openapi", "This document.").gives::<serde_json::Map<String, serde_json::Value>>(),
    Route::new(Verb::Get, "/docs", None, || get(docs::page))
        .called("docs", "This document, to read and to try.").plain("text/html"),
    Route::new(Verb::Get, "/docs/page.js", None, || get(docs::script))
        .called("docs_script", "The page's script.").plain("text/javascript"),
    Route::new(Verb::Get, "/docs/page.css", None, || get(docs::style))
        .called("docs_style", "The page's style.").plain("text/css"),
];

/// The route of a method and a path template.
#[must_use]
pub fn route(method: &Method, path: &str) -> Option<&'static Route> {
    // Who asks for the head of an answer asks for the same.
    let verb = if *method == Method::HEAD { "GET" } else { method.as_str() };
    ROUTES.iter().find(|route| route.path == path && route.method.as_str() == verb)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_route_and_no_name_stands_twice_and_every_one_is_explained() {
        for (at, one) in ROUTES.iter().enumerate() {
            assert!(!one.name.is_empty() && one.says.ends_with('.'), "{}", one.path);
            for other in &ROUTES[at + 1..] {
                assert!(one.name != other.name, "{}", one.name);
                assert!(one.path != other.path || one.method != other.method, "{} {}", one.method, one.path);
            }
        }
    }

    #[test]
    fn what_changes_anything_needs_a_right_that_a_viewer_lacks() {
        use crate::domain::actor::Role;
        for route in ROUTES.iter().filter(|route| route.status == 202 || route.once) {
            let needs = route.needs.expect(route.path);
            assert!(!Role::Viewer.may(needs), "{} {}", route.method, route.path);
        }
    }
}
