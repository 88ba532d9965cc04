//! What people and workers keep beside tickets: seen, put off, at work, thumbs, lessons, what models took.

use std::time::{Duration, Instant};

use countersign::domain::audit::query::LogQuery;
use countersign::domain::draft::Maker;
use countersign::domain::feedback::{Feedback, Thumb, digest_of};
use countersign::domain::ids::RunId;
use countersign::domain::lesson::{Change, Lesson, Settlement, Support};
use countersign::domain::prepared::{Occasion, Prepared};
use countersign::domain::presence::{Doing, Presence};
use countersign::domain::ticket::{TicketQuery, Tone};
use countersign::domain::usage::{Spending, Spent, Usage};
use countersign::store::{Attendance, Lease};
use serde_json::json;

use crate::house::{event, update};
use crate::store::{Desk, id, later, now, on_both};

on_both! {
    what_a_person_has_seen_is_theirs,
    a_ticket_that_is_put_off_is_away_until_it_changes,
    who_is_where_is_known_to_others_for_a_while,
    a_ticket_is_leased_to_one_worker,
    what_models_took_is_summed,
    what_was_prepared_is_for_its_occasion,
    a_thumb_stands_in_place_of_the_one_before,
    a_lesson_is_signed_once_or_not_at_all,
    the_desk_has_a_name_of_its_own,
}

async fn what_a_person_has_seen_is_theirs(desk: Desk) {
    let (maya, tom) = ("maya".parse().unwrap(), "tom".parse().unwrap());
    let all = ["T-3", "T-404", "T-1"].map(id);
    assert!(desk.store.seen(&maya, &all).await.unwrap().is_empty());
    desk.store.see(&maya, &id("T-1"), 1).await.unwrap();
    desk.store.see(&maya, &id("T-3"), 1).await.unwrap();
    desk.store.see(&maya, &id("T-1"), 2).await.unwrap();
    desk.store.see(&maya, &id("T-404"), 1).await.unwrap();
    assert_eq!(desk.store.seen(&maya, &all).await.unwrap(), [(id("T-3"), 1), (id("T-1"), 2)]);
    assert!(desk.store.seen(&tom, &all).await.unwrap().is_empty());
}

async fn a_ticket_that_is_put_off_is_away_until_it_changes(desk: Desk) {
    let maya = "maya".parse().unwrap();
    let awake = TicketQuery { awake_for: Some("maya".parse().unwrap()), ..TicketQuery::default() };
    let asleep = TicketQuery { snoozed_by: Some("maya".parse().unwrap()), ..TicketQuery::default() };
    let count = async |query: &TicketQuery| {
        let page = desk.store.tickets(query).await.unwrap();
        assert_eq!(page.total, page.tickets.len() as u64);
        page.total
    };
    desk.store.snooze(&maya, &id("T-1"), Some(later(3600))).await.unwrap();
    desk.store.snooze(&maya, &id("T-2"), Some(later(-60))).await.unwrap();
    assert_eq!((count(&awake).await, count(&asleep).await), (2, 1));
    let toms = TicketQuery { awake_for: Some("tom".parse().unwrap()), ..TicketQuery::default() };
    assert_eq!(count(&toms).await, 3);
    desk.through(update("T-1", json!({"priority": "low"}))).await.unwrap();
    assert_eq!((count(&awake).await, count(&asleep).await), (3, 0), "what changes wakes it");
    desk.store.snooze(&maya, &id("T-3"), Some(later(3600))).await.unwrap();
    desk.store.snooze(&maya, &id("T-3"), None).await.unwrap();
    assert_eq!(count(&awake).await, 3);
}

async fn who_is_where_is_known_to_others_for_a_while(desk: Desk) {
    let other = desk.again().await;
    let (maya, tom): (RunId, RunId) = ("r-maya".parse().unwrap(), "r-tom".parse().unwrap());
    let at = |ticket: &str, doing| Presence { ticket: id(ticket), person: "tom".parse().unwrap(), doing };
    let say = async |at: Option<&Presence>, holds| {
        other.attend(Attendance { sitting: &tom, at, holds }).await.unwrap();
    };
    let changes = *desk.store.changes().borrow();
    let (reading, writing) = (at("T-1", Doing::Reading), at("T-2", Doing::Writing));
    say(Some(&reading), Duration::from_mins(1)).await;
    assert_eq!(desk.store.present(&maya).await.unwrap(), std::slice::from_ref(&reading));
    assert!(desk.store.present(&tom).await.unwrap().is_empty());
    say(Some(&writing), Duration::from_mins(1)).await;
    assert_eq!(desk.store.present(&maya).await.unwrap(), std::slice::from_ref(&writing));
    say(Some(&at("T-404", Doing::Reading)), Duration::from_mins(1)).await;
    assert!(desk.store.present(&maya).await.unwrap().is_empty());
    say(Some(&reading), Duration::from_millis(300)).await;
    let since = Instant::now();
    while !desk.store.present(&maya).await.unwrap().is_empty() {
        assert!(since.elapsed() < Duration::from_secs(30));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    assert_eq!(*desk.store.changes().borrow(), changes, "nobody is woken for it");
}

async fn a_ticket_is_leased_to_one_worker(desk: Desk) {
    let wanted = [(id("T-1"), 1), (id("T-2"), 1)];
    let lease = async |holder: &str, from: i64| {
        let lease = Lease { tickets: &wanted, holder, now: later(from), until: later(from + 60) };
        desk.store.lease(lease).await.unwrap().map(|ticket| ticket.to_string())
    };
    assert_eq!(lease("a", 0).await.as_deref(), Some("T-1"));
    assert_eq!(lease("b", 0).await.as_deref(), Some("T-2"));
    assert_eq!(lease("c", 0).await, None);
    assert_eq!(lease("a", 1).await.as_deref(), Some("T-1"), "it is a's own");
    assert_eq!(lease("c", 120).await.as_deref(), Some("T-1"), "a gave no sign of life");
    desk.store.release(&id("T-1"), "a", Some((1, "done"))).await.unwrap();
    desk.store.release(&id("T-2"), "b", Some((1, "done"))).await.unwrap();
    assert_eq!(lease("d", 0).await, None, "T-1 is c's, T-2 is done");
    desk.store.release(&id("T-1"), "c", None).await.unwrap();
    assert_eq!(lease("d", 0).await.as_deref(), Some("T-1"));
}

async fn what_models_took_is_summed(desk: Desk) {
    let took = |ticket: &str, by: &str, input: u64| Spending {
        ticket: id(ticket),
        by: by.to_owned(),
        prompt: "p@1".to_owned(),
        usage: Usage { input_tokens: input, output_tokens: 1, micro_usd: 5 },
    };
    assert_eq!(desk.store.spent(later(-60), &id("T-1")).await.unwrap(), Spent::default());
    desk.store.spend(&took("T-1", "m", 10), later(-7200)).await.unwrap();
    desk.store.spend(&took("T-1", "m", 20), now()).await.unwrap();
    desk.store.spend(&took("T-2", "n", 40), now()).await.unwrap();
    let spent = desk.store.spent(later(-60), &id("T-1")).await.unwrap();
    assert_eq!((spent.day.input_tokens, spent.ticket.input_tokens, spent.ticket.micro_usd), (60, 30, 10));
    let by_model = desk.store.spending().await.unwrap();
    assert_eq!((by_model[0].0.as_str(), by_model[0].1, by_model[0].2.input_tokens), ("m", 2, 30));
}

async fn what_was_prepared_is_for_its_occasion(desk: Desk) {
    let occasion = |version, tone| Occasion {
        ticket: id("T-1"),
        version,
        tool: "suggest_response",
        tone,
        prompt: "p@1".to_owned(),
    };
    let prepared = |occasion, text: &str| Prepared { occasion, content: json!({"text": text}), at: now() };
    desk.store.prepare(prepared(occasion(1, Some(Tone::Warm)), "old")).await.unwrap();
    desk.store.prepare(prepared(occasion(2, Some(Tone::Warm)), "new")).await.unwrap();
    desk.store.prepare(prepared(occasion(2, None), "plain")).await.unwrap();
    let get = async |occasion| desk.store.prepared(&occasion).await.unwrap();
    assert_eq!(get(occasion(1, Some(Tone::Warm))).await, None);
    assert_eq!(get(occasion(2, Some(Tone::Warm))).await, Some(json!({"text": "new"})));
    assert_eq!(get(occasion(2, None)).await, Some(json!({"text": "plain"})));
}

async fn a_thumb_stands_in_place_of_the_one_before(desk: Desk) {
    let ticket = desk.ticket("T-1").await;
    let rated = |thumb, words: &str| {
        Feedback {
            thumb,
            comment: None,
            tool: "suggest_response",
            tone: Some(Tone::Polite),
            ticket: ticket.clone(),
            output: json!({"response_text": "Hello"}),
            shown: digest_of("Hello"),
            maker: Maker::default(),
        }
        .saying(words)
    };
    let maya = "maya".parse().unwrap();
    for (thumb, words) in [(Thumb::Good, "fine"), (Thumb::Bad, "too \"long\"")] {
        let rated = rated(thumb, words);
        let event = rated.event(now(), "maya".parse().unwrap(), "r-test".parse().unwrap());
        desk.store.rate(rated, event).await.unwrap();
    }
    let given = desk.store.given(&maya, &id("T-1")).await.unwrap();
    assert_eq!((given.len(), given[0].thumb, given[0].comment.as_deref()), (1, Thumb::Bad, Some("too \"long\"")));
    let kept = desk.store.feedback().await.unwrap();
    assert_eq!((kept.len(), kept[0].by.as_str(), kept[0].version), (1, "maya", 1));
    assert_eq!(kept[0].output, json!({"response_text": "Hello"}));
    assert_eq!(desk.actions().await.iter().filter(|action| *action == "rated").count(), 2);
    let marks = desk.store.log_marks(&LogQuery::default()).await.unwrap();
    assert_eq!(marks.iter().filter_map(|mark| mark.rated.as_ref()).map(|r| r.thumb).collect::<Vec<_>>(), [Thumb::Bad]);
}

async fn a_lesson_is_signed_once_or_not_at_all(desk: Desk) {
    let support = || Support { tickets: Vec::new(), seen: 5, of: 5 };
    let lesson = |change| Lesson::new(change, "Title".to_owned(), support()).unwrap();
    let sign = |lesson: Lesson| {
        let end = lesson.ending().to_owned();
        Settlement::Sign(lesson.countersign(&end).unwrap())
    };
    let note = || lesson(Change::Style { about: "length".to_owned(), note: "Be brief.".to_owned() });
    assert!(desk.store.settle(sign(note()), event()).await.unwrap());
    assert!(!desk.store.settle(sign(note()), event()).await.unwrap(), "it was signed before");
    assert_eq!(desk.store.style_notes().await.unwrap(), ["Be brief."]);
    let canned = lesson(Change::Canned { body: "Thank you.".to_owned() });
    assert!(desk.store.settle(sign(canned), event()).await.unwrap());
    assert_eq!(desk.store.canned().await.unwrap()[0].body, "Thank you.");
    let patch = lesson(Change::Article {
        id: "KB-404".parse().unwrap(),
        sentence: ("a".to_owned(), "b".to_owned()),
        body: ("a".to_owned(), "b".to_owned()),
    });
    assert!(!desk.store.settle(sign(patch), event()).await.unwrap(), "there is no such article");
    assert_eq!(desk.store.settled().await.unwrap().len(), 2, "what could not be applied is not noted");
    desk.store.settle(Settlement::TakeBack(note().id().clone()), event()).await.unwrap();
    assert!(desk.store.style_notes().await.unwrap().is_empty());
}

async fn the_desk_has_a_name_of_its_own(desk: Desk) {
    let name = desk.store.desk_id().await.unwrap();
    assert_eq!(desk.again().await.desk_id().await.unwrap(), name);
    assert!(name.starts_with("log-"));
    assert!(desk.store.drafts().await.unwrap().is_empty());
    desk.store.forget_draft(&id("T-1")).await.unwrap();
}
