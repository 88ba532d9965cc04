//! Names by the beginning of an id.

use countersign::domain::naming::{NamePage, Named};

use crate::store::{Desk, on_both};

on_both! { names_come_by_id_a_page_at_a_time }

async fn names_come_by_id_a_page_at_a_time(desk: Desk) {
    let page = |prefix: &str, after: Option<&str>| NamePage {
        prefix: prefix.to_owned(),
        after: after.map(str::to_owned),
        limit: 2,
    };
    let names = async |of: Named, page: NamePage| -> Vec<String> {
        desk.store.names(of, &page).await.unwrap().into_iter().map(|name| name.id).collect()
    };
    assert_eq!(names(Named::Ticket, page("T-", None)).await, ["T-1", "T-2"]);
    assert_eq!(names(Named::Ticket, page("T-", Some("T-2"))).await, ["T-3"]);
    assert_eq!(names(Named::Person, page("", None)).await, ["lena", "maya"]);
    assert_eq!(names(Named::Person, page("m", None)).await, ["maya"]);
    assert!(names(Named::Article, page("", None)).await.is_empty());
    assert_eq!(desk.store.how_many().await.unwrap(), 3);
}
