//! The desk that is measured: in a file of its own, or in a database that was empty.

use std::path::Path;
use std::time::Duration;

use color_eyre::eyre::ensure;

use crate::app::{self, Fill, Places};
use crate::bench::serve::server::Desk;
use crate::domain::database::DatabaseUrl;
use crate::import::generate;
use crate::store::Store;
use crate::store::postgres::{Opened, Options, Postgres};

/// Between two looks whether the articles are read.
const LOOK: Duration = Duration::from_millis(100);

/// Makes it, with so many tickets and articles.
///
/// # Errors
/// When it cannot be made, or the database is not empty: it may be somebody's desk.
pub(super) async fn make(
    dir: &Path,
    database: Option<&DatabaseUrl>,
    tickets: u32,
    articles: u32,
) -> color_eyre::Result<Desk> {
    let Some(url) = database else {
        let path = dir.join("serve.db");
        let store = app::open_desk(&path, Fill::Nothing).await?;
        fill(store.as_ref(), tickets, articles).await?;
        while store.has_unread_articles()? {
            tokio::time::sleep(LOOK).await;
        }
        return Ok(Desk::File(path));
    };
    let places = Places::find()?.in_database(url, 4);
    let secret = places.database.as_ref().map_or_else(|| url.secret(), DatabaseUrl::secret);
    let is_free = Postgres::is_empty(secret).await?;
    ensure!(is_free, "{url} is not empty: it may be somebody's desk. Give a database that is, and drop it afterwards");
    let options = Options { place: dir.join("postgres"), ..places.options };
    let Opened { store, is_new } = Postgres::open(secret, &options).await?;
    ensure!(is_new, "somebody else has just made a desk in {url}");
    fill(&store, tickets, articles).await?;
    while store.has_unread_articles().await? {
        tokio::time::sleep(LOOK).await;
    }
    Ok(Desk::Database(url.clone()))
}

async fn fill(store: &dyn Store, tickets: u32, articles: u32) -> color_eyre::Result<()> {
    generate::fill(store, tickets).await?;
    generate::articles(store, articles).await?;
    Ok(store.flush().await?)
}
