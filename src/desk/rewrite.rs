//! A text in other words: by a model, or what can be done without one.

use crate::assist::claims;
use crate::assist::model::brief::Source;
use crate::assist::model::rewrite;
use crate::assist::reply;
use crate::assist::rewrite::{longer, shorter};
use crate::desk::assistant::{Ask, Assistant, maker};
use crate::desk::{Caller, Desk, DeskError};
use crate::domain::draft::Maker;
use crate::domain::rewrite::{Rewrite, Rewritten, Way};
use crate::domain::ticket::Ticket;
use crate::llm::{Form, Listener};

impl Desk {
    pub(crate) async fn rewrite(
        &self,
        caller: &Caller,
        asked: &Rewrite,
        live: Listener<'_>,
    ) -> Result<Rewritten, DeskError> {
        let ticket = self.tellable(caller).ticket(self.ticket(caller, &asked.ticket_id).await?);
        let sources = self.cited(caller, &ticket, &asked.sources).await?;
        self.assistant_for(caller).rewrite(asked, &ticket, &sources, live).await
    }

    /// The articles and canned replies of these names, as a reply to this ticket may cite them.
    async fn cited(&self, caller: &Caller, ticket: &Ticket, names: &[String]) -> Result<Vec<Source>, DeskError> {
        let ids: Vec<_> = names.iter().filter_map(|name| name.parse().ok()).collect();
        let articles = self.store.articles(&ids).await?;
        let canned = self.store.canned().await?;
        let customer =
            self.store.customer(&ticket.row.customer_id).await?.map(|found| self.tellable(caller).customer(found));
        let find = |name: &String| {
            let article = articles.iter().find(|article| article.id.as_str() == name && reply::is_public(article));
            let article = article.map(|article| (article.title.clone(), article.body.clone()));
            let canned = || {
                let found = canned.iter().find(|canned| canned.id.as_str() == name)?;
                let (text, _) = reply::canned_text(&found.body, ticket, customer.as_ref(), &caller.name);
                Some((found.title.clone(), text))
            };
            let (title, text) = article
                .or_else(canned)
                .ok_or_else(|| DeskError::NotFound { kind: "article or canned reply", id: name.clone() })?;
            Ok(Source { id: name.clone(), title, text })
        };
        names.iter().map(find).collect()
    }
}

impl Assistant {
    async fn rewrite(
        &self,
        asked: &Rewrite,
        ticket: &Ticket,
        sources: &[Source],
        live: Listener<'_>,
    ) -> Result<Rewritten, DeskError> {
        let Some(provider) = &self.provider else { return alone(asked, ticket, sources) };
        let prompt = &self.prompts.rewrite_text;
        let ask = Ask { ticket, tool: "rewrite_text", tone: None, prompt, style: &[], precedents: &[] };
        let talk = ask.conversation(Form::Text, rewrite::brief(asked, ticket, sources));
        match provider.reply(&talk, live).await {
            Ok(reply) => {
                rewrite::read(asked, ticket, sources, &reply.text, maker(&reply, prompt)).map_err(DeskError::Unable)
            }
            Err(error) if asked.way.needs_model() => Err(DeskError::Unable(error.to_string())),
            Err(error) => {
                let offline = alone(asked, ticket, sources)?;
                Ok(Rewritten { maker: Maker { notes: vec![error.to_string()], ..offline.maker }, ..offline })
            }
        }
    }
}

/// What can be done without a model: leave out, and quote.
fn alone(asked: &Rewrite, ticket: &Ticket, sources: &[Source]) -> Result<Rewritten, DeskError> {
    let about = reply::asked(ticket);
    let bodies: Vec<String> = sources.iter().map(|source| source.text.clone()).collect();
    let unable = |why: &str| DeskError::Unable(why.to_owned());
    let text = match asked.way {
        Way::Shorter => shorter(&asked.text, &about).ok_or_else(|| unable("nothing in it can be left out")),
        Way::Longer => longer(&asked.text, &bodies, &about)
            .ok_or_else(|| unable("its sources say nothing more about what was asked")),
        Way::Friendlier | Way::Plainer | Way::Spelling | Way::Translate => {
            Err(unable("that needs a model, and this desk has none"))
        }
    }?;
    let mut told = reply::thread_sources(ticket);
    told.extend(sources.iter().flat_map(|source| [source.title.clone(), source.text.clone()]));
    let unsupported = claims::unsupported(&text, &told.iter().map(String::as_str).collect::<Vec<_>>());
    Ok(Rewritten { text, unsupported, maker: Maker::offline() })
}
