//! What the desk is taught: from replies that were really sent to a lesson that a supervisor has signed.

use std::sync::Arc;

use countersign::desk::{Assistant, Caller, NotLearned};
use countersign::domain::actor::Role;
use countersign::domain::article::Article;
use countersign::domain::audit::Action;
use countersign::domain::call::ReadCall;
use countersign::domain::intake::Intake;
use countersign::domain::lesson::{Change, Lesson, LessonKind, LessonState, Settlement, Support};
use countersign::mcp::client::Era;
use countersign::store::{Origin, Store};
use countersign::tools::ToolBackend;
use serde_json::json;

use crate::attentive::Attentive;
use crate::house::{House, event, principal, reply};
use crate::process::program;
use crate::terminal::Terminal;

const PASSAGE: &str = "Could you tell us which of the two charges came first, so that we can give the later one back?";

/// A desk where three replies were sent with a passage that no suggestion had.
async fn taught() -> House {
    let house = House::new().await;
    let backend = house.backend(principal("maya", Role::Agent), Era::Auto).await;
    for n in 1..=3 {
        let ticket = format!("T-{n}");
        let suggest = serde_json::from_value(json!({"ticket_id": ticket})).unwrap();
        backend.read(&house.run, &ReadCall::SuggestResponse(suggest)).await.unwrap();
        house.through(reply(&ticket, &format!("Hello there,\n\n{PASSAGE}\n\nBest wishes,\nMaya"))).await;
    }
    house.store.flush().await.unwrap();
    house
}

fn caller(house: &House, id: &str, role: Role) -> Caller {
    Caller::new(principal(id, role), id.to_owned(), house.run.id.clone())
}

fn lesson(change: Change) -> Lesson {
    let support = Support { tickets: vec!["T-1".parse().unwrap()], seen: 5, of: 6 };
    Lesson::new(change, "A lesson".into(), support).unwrap()
}

fn signed(change: Change) -> Settlement {
    let lesson = lesson(change);
    let ending = lesson.ending().to_owned();
    Settlement::Sign(lesson.countersign(&ending).unwrap())
}

#[tokio::test]
async fn a_signed_lesson_adds_exactly_what_was_shown_and_is_in_the_log() {
    let house = taught().await;
    let (desk, lena) = (house.desk(), caller(&house, "lena", Role::Supervisor));
    let lessons = desk.lessons(&lena).await.unwrap().lessons;
    let [lesson] = &lessons[..] else { panic!("{lessons:?}") };
    assert_eq!((lesson.kind(), lesson.new_text()), (LessonKind::CannedReply, PASSAGE));

    let ending = lesson.ending().to_owned();
    let countersigned = lesson.clone().countersign(&ending).unwrap();
    desk.teach(&lena, countersigned.clone()).await.unwrap();
    let canned = house.store.canned().await.unwrap();
    assert_eq!(canned, [lesson.canned().unwrap()]);
    assert!(desk.lessons(&lena).await.unwrap().lessons.is_empty());

    let record = house.store.log(None, 1).await.unwrap().remove(0);
    assert_eq!((record.actor.as_str(), record.action.as_str()), ("lena", "learned"));
    let body = house.store.log_body(record.seq).await.unwrap().unwrap().arguments;
    let (old, new) = lesson.digests();
    assert_eq!(body["lesson"], lesson.id().as_str());
    assert_eq!((&body["old_digest"], &body["new_digest"]), (&json!(old), &json!(new)));
    assert_eq!(body["new"], PASSAGE);
    assert!(house.store.verify(None).await.unwrap().is_ok());

    let again = desk.teach(&lena, countersigned).await;
    assert!(matches!(again, Err(NotLearned::Moved(_))), "a signature is good once");
    assert_eq!(house.count(Action::Learned).await, 1);
}

#[tokio::test]
async fn an_agent_may_look_but_neither_sign_nor_dismiss() {
    let house = taught().await;
    let (desk, maya) = (house.desk(), caller(&house, "maya", Role::Agent));
    let lesson = desk.lessons(&maya).await.unwrap().lessons.remove(0);
    let ending = lesson.ending().to_owned();
    let refused = desk.teach(&maya, lesson.clone().countersign(&ending).unwrap()).await.unwrap_err();
    assert_eq!(refused.to_string(), "maya (agent) may not sign or dismiss lessons: ask supervisor or admin");
    assert!(matches!(desk.dismiss(&maya, lesson.id()).await, Err(NotLearned::NotYours { .. })));
    assert!(desk.lessons(&caller(&house, "bot", Role::Bot)).await.is_err());
    assert!(house.store.canned().await.unwrap().is_empty());
    assert!(house.store.settled().await.unwrap().is_empty());
    assert_eq!(house.count(Action::Refused).await, 2);
}

#[tokio::test]
async fn a_dismissed_lesson_stays_dismissed() {
    let house = taught().await;
    let (desk, lena) = (house.desk(), caller(&house, "lena", Role::Supervisor));
    let lesson = desk.lessons(&lena).await.unwrap().lessons.remove(0);
    desk.dismiss(&lena, lesson.id()).await.unwrap();
    let known = house.desk().lessons(&lena).await.unwrap();
    assert!(known.lessons.is_empty());
    assert_eq!(known.settled[0].state, LessonState::Dismissed);
    assert!(house.store.canned().await.unwrap().is_empty());
    assert!(matches!(desk.dismiss(&lena, lesson.id()).await, Err(NotLearned::Unknown(_))));
    assert!(house.store.verify(None).await.unwrap().is_ok());
}

#[tokio::test]
async fn an_article_is_patched_only_while_it_is_what_was_shown() {
    let house = House::new().await;
    let id: countersign::domain::ids::ArticleId = "KB-1".parse().unwrap();
    let article = Article {
        id: id.clone(),
        title: "Refunds".into(),
        body: "A refund takes 3 days.\n\nWe write to you.".into(),
        tags: vec![],
        updated_at: None,
    };
    house.store.import(vec![Intake::Article(article.clone())], Origin::File, event()).await.unwrap();
    let patch = |old: &str| Change::Article {
        id: id.clone(),
        sentence: ("A refund takes 3 days.".into(), "A refund takes 5 days.".into()),
        body: (old.to_owned(), old.replace('3', "5")),
    };
    let before = house.store.log(None, 1).await.unwrap()[0].seq;
    let of_another = signed(patch("A refund takes 3 days.\n\nWe call you."));
    assert!(!house.store.settle(of_another, event()).await.unwrap());
    assert_eq!(house.store.articles(std::slice::from_ref(&id)).await.unwrap(), std::slice::from_ref(&article));
    assert!(house.store.settled().await.unwrap().is_empty(), "what was not applied is not remembered");
    assert_eq!(house.store.log(None, 1).await.unwrap()[0].seq, before);

    assert!(house.store.settle(signed(patch(&article.body)), event()).await.unwrap());
    let now = house.store.articles(&[id]).await.unwrap().remove(0);
    assert_eq!(now.body, "A refund takes 5 days.\n\nWe write to you.");
    assert_eq!((now.title, now.tags), (article.title, article.tags));
    let found = house.store.find_articles("refund 5 days", 1).await.unwrap();
    assert!(found[0].snippet.contains("5 days"), "the index knows: {found:?}");
    assert!(house.store.verify(None).await.unwrap().is_ok());
}

#[tokio::test]
async fn a_signed_note_is_in_force_until_it_is_taken_back() {
    let house = House::new().await;
    let note = Change::Style { about: "greeting Hi".into(), note: "Greet with “Hi”.".into() };
    let id = lesson(note.clone()).id().clone();
    assert!(house.store.settle(signed(note), event()).await.unwrap());
    assert_eq!(house.store.style_notes().await.unwrap(), ["Greet with “Hi”."]);
    house.desk().dismiss(&caller(&house, "lena", Role::Supervisor), &id).await.unwrap();
    assert!(house.store.style_notes().await.unwrap().is_empty());
    assert_eq!(house.store.settled().await.unwrap()[0].state, LessonState::Dismissed);
}

#[tokio::test]
async fn a_model_is_told_a_note_as_soon_as_it_is_signed_and_writes_anew() {
    let house = House::new().await;
    let model = Arc::new(Attentive::default());
    let assistant = Assistant { provider: Some(model.clone()), ..Assistant::default() };
    let desk = house.desk().with_assistant(assistant);
    let maya = caller(&house, "maya", Role::Agent);
    let call = ReadCall::SuggestResponse(serde_json::from_value(json!({"ticket_id": "T-1"})).unwrap());
    desk.read(&maya, &call).await.unwrap();
    desk.read(&maya, &call).await.unwrap();
    let note = Change::Style { about: "greeting Hi".into(), note: "Greet with “Hi”.".into() };
    house.store.settle(signed(note), event()).await.unwrap();
    desk.read(&maya, &call).await.unwrap();
    let told = model.0.lock().unwrap();
    let [before, after] = &told[..] else { panic!("told {} times", told.len()) };
    assert!(!before.contains("Style of this team") && after.contains("Style of this team: Greet with “Hi”."));
}

#[tokio::test]
async fn on_the_command_line_only_the_end_of_the_id_signs_and_only_in_a_terminal() {
    let house = taught().await;
    let home = tempfile::tempdir().unwrap();
    let path = house.path();
    let desk = path.to_str().unwrap();
    let run = |role: &str, args: &[&str]| {
        let output = program(home.path())
            .env("COUNTERSIGN_PERSON_ROLE", role)
            .args(["--desk", desk])
            .args(args)
            .output()
            .unwrap();
        let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        (output.status.code(), said)
    };
    let (code, said) = run("agent", &["learn"]);
    assert!(code == Some(0) && said.contains(&format!("\n+{PASSAGE}\n")), "{said}");
    let (_, listed) = run("agent", &["learn", "--json"]);
    let listed: serde_json::Value = serde_json::from_str(&listed).unwrap();
    let id = listed[0]["id"].as_str().unwrap();

    let (code, said) = run("agent", &["learn", "--sign", id]);
    assert!(code == Some(1) && said.contains("ask supervisor or admin"), "{said}");
    let (code, said) = run("supervisor", &["learn", "--sign", id]);
    assert!(code == Some(2) && said.contains("needs a terminal"), "{said}");
    assert_eq!(run("supervisor", &["learn", "--sign", id, "--yes"]).0, Some(2));

    let role = [("COUNTERSIGN_PERSON_ROLE", "supervisor")];
    for (typed, answer) in [("yes\r", "not signed"), (&format!("{}\r", &id[id.len() - 4..]), "It is in the log.")] {
        assert!(house.store.canned().await.unwrap().is_empty());
        let mut terminal = Terminal::with(home.path(), 120, 40, &["--desk", desk, "learn", "--sign", id], &role);
        terminal.wait("type the last four characters");
        terminal.keys(typed);
        terminal.wait(answer);
    }
    assert_eq!(house.store.canned().await.unwrap()[0].body, PASSAGE);
    assert!(run("agent", &["audit", "verify"]).1.contains("verified"));
}
