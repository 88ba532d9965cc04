//! Words find tickets and articles, whatever keeps them.

use std::time::{Duration, Instant};

use countersign::domain::article::Article;
use countersign::domain::intake::{Intake, NewTicket};
use countersign::domain::ticket::TicketQuery;
use countersign::store::Origin;

use crate::house::{event, reply, ticket};
use crate::store::{Desk, id, on_both};

on_both! {
    a_ticket_is_found_by_subject_customer_and_thread,
    words_are_found_in_any_form_and_without_their_accents,
    a_script_without_spaces_is_found_by_two_characters,
    no_text_is_a_syntax_error,
    what_is_being_typed_finds_messages_and_marks_them,
    similar_tickets_speak_of_the_same,
    a_filter_by_words_keeps_only_close_ones,
    an_article_is_found_and_found_anew_when_it_changes,
    an_article_is_found_by_what_it_means,
}

/// Three more tickets with texts of their own.
async fn filled(desk: &Desk) {
    let says = |n: u32, subject: &str, body: &str| {
        let mut new = ticket(n);
        new.subject = subject.into();
        new.messages[0].body = body.into();
        Intake::Ticket(Box::new(new))
    };
    let rows = vec![
        says(11, "Parcel never arrived", "The courier left my parcel with a neighbour. Where is the zeppelin?"),
        says(12, "Délivery of café tables", "The table legs are scratched; I asked about returning them."),
        says(13, "返品について", "注文の返金をお願いします。まだ届いていません。"),
        says(14, "Parcel damaged", "The courier dropped the parcel, the box is torn."),
    ];
    desk.store.import(rows, Origin::File, event()).await.unwrap();
}

async fn found(desk: &Desk, words: &str) -> Vec<String> {
    desk.store.find_tickets(words, 5).await.unwrap().into_iter().map(|row| row.id.to_string()).collect()
}

async fn a_ticket_is_found_by_subject_customer_and_thread(desk: Desk) {
    filled(&desk).await;
    assert_eq!(found(&desk, "zeppelin").await, ["T-11"]);
    assert_eq!(found(&desk, "Customer 12").await[0], "T-12");
    assert_eq!(found(&desk, "FH-100002").await[0], "T-2");
    assert_eq!(found(&desk, "parcel courier box").await[0], "T-14");
    desk.through(reply("T-12", "A quagmire of tables.")).await.unwrap();
    assert_eq!(found(&desk, "quagmire").await, ["T-12"]);
}

async fn words_are_found_in_any_form_and_without_their_accents(desk: Desk) {
    filled(&desk).await;
    for words in ["cafe", "Café", "CAFE", "scratching", "returned", "delivery"] {
        assert_eq!(found(&desk, words).await.first().map(String::as_str), Some("T-12"), "{words}");
    }
}

async fn a_script_without_spaces_is_found_by_two_characters(desk: Desk) {
    filled(&desk).await;
    for words in ["返金", "返品", "届い"] {
        assert_eq!(found(&desk, words).await, ["T-13"], "{words}");
    }
}

async fn no_text_is_a_syntax_error(desk: Desk) {
    filled(&desk).await;
    for words in
        ["", " ", "'", "\"", "a & | ! ( ) :* <->", "\\", "title:x", "\u{0}", "👍", "%", "NEAR(a b)", "' OR 1=1"]
    {
        desk.store.find_tickets(words, 5).await.unwrap();
        desk.store.find_said(words, 5).await.unwrap();
        desk.store.find_articles(words, 5).await.unwrap();
    }
    desk.store.find_tickets(&"long ".repeat(100_000), 5).await.unwrap();
}

async fn what_is_being_typed_finds_messages_and_marks_them(desk: Desk) {
    filled(&desk).await;
    let hits = desk.store.find_said("zepp", 5).await.unwrap();
    assert_eq!((hits.len(), &hits[0].row.id, hits[0].message), (1, &id("T-11"), Some(0)));
    let marked: Vec<_> = hits[0].marked.iter().map(|range| &hits[0].snippet[range.clone()]).collect();
    assert_eq!(marked, ["zeppelin"]);
    let hits = desk.store.find_said("never arrived", 5).await.unwrap();
    assert_eq!((&hits[0].row.id, hits[0].message), (&id("T-11"), None), "it is the subject");
}

async fn similar_tickets_speak_of_the_same(desk: Desk) {
    filled(&desk).await;
    let similar = desk.store.similar_tickets(&id("T-11"), 3).await.unwrap();
    assert_eq!(similar[0].id, id("T-14"));
    assert!(similar.iter().all(|row| row.id != id("T-11")), "not itself");
    assert!(desk.store.similar_tickets(&id("T-404"), 3).await.unwrap().is_empty());
}

async fn a_filter_by_words_keeps_only_close_ones(desk: Desk) {
    filled(&desk).await;
    let query = TicketQuery { text: Some("parcel torn".to_owned()), ..TicketQuery::default() };
    let page = desk.store.tickets(&query).await.unwrap();
    assert_eq!((page.total, &page.tickets[0].id), (1, &id("T-14")));
    let by_name = TicketQuery { text: Some("mail-5".to_owned()), ..TicketQuery::default() };
    let new = NewTicket { external_id: "mail-5".to_owned(), ..ticket(60) };
    desk.store.import(vec![Intake::Ticket(Box::new(new))], Origin::File, event()).await.unwrap();
    assert_eq!(desk.store.tickets(&by_name).await.unwrap().total, 1);
}

async fn an_article_is_found_by_what_it_means(desk: Desk) {
    let article = |id: &str, title: &str, body: &str| {
        let (title, body) = (title.to_owned(), body.to_owned());
        Intake::Article(Article { id: id.parse().unwrap(), title, body, tags: Vec::new(), updated_at: None })
    };
    let rows = vec![
        article("KB-1", "Where is my order?", "Your parcel is on its way. Open the tracking page."),
        article("KB-2", "Themes", "Choose a darker screen in the menu."),
        article("KB-3", "Refunds", "We pay the money back within five days."),
    ];
    desk.store.import(rows, Origin::File, event()).await.unwrap();
    // Articles are read for their meaning soon, on a thread of their own.
    let since = Instant::now();
    loop {
        let hits = desk.store.find_articles("the shipment never came", 1).await.unwrap();
        if hits.first().is_some_and(|hit| hit.id.as_str() == "KB-1") {
            break;
        }
        assert!(since.elapsed() < Duration::from_mins(2), "without a word in common: {hits:?}");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn an_article_is_found_and_found_anew_when_it_changes(desk: Desk) {
    let article = |id: &str, title: &str, body: &str| {
        let (title, body) = (title.to_owned(), body.to_owned());
        Intake::Article(Article { id: id.parse().unwrap(), title, body, tags: Vec::new(), updated_at: None })
    };
    let other = desk.again().await;
    assert!(other.find_articles("refund", 3).await.unwrap().is_empty());
    let rows = vec![
        article("KB-1", "Refunds", "We pay the money back within five days."),
        article("KB-2", "Delete your account", "Open settings and choose delete."),
        article("KB-3", "Themes", "Choose a darker screen in the menu."),
    ];
    desk.store.import(rows, Origin::File, event()).await.unwrap();
    for store in [&desk.store, &other] {
        let hits = store.find_articles("how do I get my refund", 3).await.unwrap();
        assert_eq!(hits[0].id.as_str(), "KB-1");
        assert!(hits[0].score > 0.5 && hits[0].snippet.contains("money back"), "{hits:?}");
        assert_eq!(
            store.find_articles("remove acount", 1).await.unwrap()[0].id.as_str(),
            "KB-2",
            "a synonym and a slip"
        );
    }
    let late = vec![article("KB-4", "Ombudsman", "Whom to write to.")];
    desk.store.import(late, Origin::File, event()).await.unwrap();
    assert_eq!(other.find_articles("ombudsman", 1).await.unwrap()[0].id.as_str(), "KB-4");
}
