//! Articles: read by everybody, written by people who answer for what the desk's replies rest on.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use axum::response::{IntoResponse as _, Response};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::desk::Kept;
use crate::domain::article::Article;
use crate::domain::call::{OfArticle, ReadCall};
use crate::domain::ids::ArticleId;
use crate::http::Door;
use crate::http::asked::{Named, Paged};
use crate::http::made;
use crate::http::page;
use crate::http::problem::Problem;
use crate::http::sent::Sent;
use crate::http::sign_in::Signed;
use crate::http::tag;
use crate::random;

/// Which articles.
#[derive(Debug, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArticleQuery {
    /// How many at most, 1 to 200.
    #[serde(default = "fifty")]
    #[schemars(with = "i64", range(min = 1, max = 200))]
    limit: u32,
}

const fn fifty() -> u32 {
    50
}

/// A page of articles.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct ArticleList {
    /// The articles, by id.
    articles: Vec<Article>,
    /// Where the next page begins; nothing where this is the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    next: Option<String>,
}

/// A page of articles.
pub(crate) async fn list(
    State(door): State<Arc<Door>>,
    signed: Signed,
    uri: Uri,
    Paged { query: ArticleQuery { limit }, cursor }: Paged<ArticleQuery>,
) -> Result<Response, Problem> {
    if !(1..=200).contains(&limit) {
        return Err(Problem::invalid("`limit` must be 1 to 200"));
    }
    let behind: Option<ArticleId> = cursor.map(|cursor| page::place(&cursor, &"articles")).transpose()?;
    let articles = door.desk.articles_behind(&signed.caller, behind.as_ref(), limit).await?;
    let next = page::next(&articles, limit, &"articles", |last| last.id.clone());
    Ok(page::answer(&uri, next.clone().as_deref(), &ArticleList { articles, next }))
}

/// An article.
pub(crate) async fn one(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Named(article_id): Named<ArticleId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let answer = door.desk.read(&signed.caller, &ReadCall::GetArticle(OfArticle { article_id })).await?;
    Ok(tag::tagged(&headers, tag::of_content(&answer), Json(&answer)))
}

/// An article to be written.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct NewArticle {
    /// Identifier; the desk finds one where it is left out.
    #[serde(default)]
    id: Option<ArticleId>,
    /// Title, one line.
    #[schemars(length(min = 1, max = 200))]
    title: String,
    /// Markdown.
    #[schemars(length(min = 1))]
    body: String,
    /// Labels.
    #[serde(default)]
    tags: Vec<String>,
}

/// Writes an article.
pub(crate) async fn create(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Sent(NewArticle { id, title, body, tags }): Sent<NewArticle>,
) -> Result<Response, Problem> {
    let own = || random::name::<4>("KB").parse();
    let id = id.map_or_else(own, Ok).map_err(|_none| Problem::broken("no name was found for an article"))?;
    let article = Article { id, title, body, tags, updated_at: None };
    match door.desk.keep_article(&signed.caller, None, Some(article)).await? {
        Kept::Done(Some(article)) => {
            Ok(made(&format!("/articles/{}", article.id), tag::of_content(&article), &article))
        }
        Kept::Done(None) | Kept::Taken => Err(Problem::conflict("an article of that id is at the desk already")),
    }
}

/// What shall be another of an article; what is left out stays.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub(crate) struct ArticleChange {
    /// Title, one line.
    #[serde(default)]
    title: Option<String>,
    /// Markdown.
    #[serde(default)]
    body: Option<String>,
    /// Labels: they replace the old ones.
    #[serde(default)]
    tags: Option<Vec<String>>,
}

/// Changes an article.
pub(crate) async fn change(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Named(id): Named<ArticleId>,
    headers: HeaderMap,
    Sent(ArticleChange { title, body, tags }): Sent<ArticleChange>,
) -> Result<Response, Problem> {
    let was = door.desk.kept_article(&signed.caller, &id).await?;
    tag::must_match(&headers, &tag::of_content(&was))?;
    let is = Article {
        title: title.unwrap_or_else(|| was.title.clone()),
        body: body.unwrap_or_else(|| was.body.clone()),
        tags: tags.unwrap_or_else(|| was.tags.clone()),
        ..was.clone()
    };
    match door.desk.keep_article(&signed.caller, Some(was), Some(is)).await? {
        Kept::Done(article) => Ok(tag::tagged(&HeaderMap::new(), tag::of_content(&article), Json(&article))),
        Kept::Taken => Err(Problem::conflict("somebody was faster; read it again")),
    }
}

/// Takes an article away.
pub(crate) async fn remove(
    State(door): State<Arc<Door>>,
    signed: Signed,
    Named(id): Named<ArticleId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let was = door.desk.kept_article(&signed.caller, &id).await?;
    tag::must_match(&headers, &tag::of_content(&was))?;
    match door.desk.keep_article(&signed.caller, Some(was), None).await? {
        Kept::Done(_) => Ok(StatusCode::NO_CONTENT.into_response()),
        Kept::Taken => Err(Problem::conflict("somebody was faster; read it again")),
    }
}
