//! The seat's door over HTTP: who may come in, and as what.

use std::path::Path;

use countersign::domain::actor::{Operation, Role};
use countersign::seat::Question;
use serde_json::json;

use crate::seat::team::Team;
use crate::terminal::Terminal;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_role_has_its_stated_answer_at_the_door_of_a_seat() {
    let team = Team::start();
    for role in Role::ALL {
        let token = team.token(role.as_str(), &format!("some-{role}"));
        for question in Question::ALL {
            let path = format!("/seat/{}", question.as_str());
            // Arguments that no question takes: whoever may ask is told so, and nothing is done.
            let (status, said) = team.post(&path, Some(&token), &json!({"nonsense": 1}), &[]).await;
            assert_eq!(status, if *role == Role::Bot { 403 } else { 404 }, "{role}, {path}: {said}");
        }
        let (open, _) = team.post("/seat/open", Some(&token), &json!({"proposal": "p-none"}), &[]).await;
        assert_eq!(open, if role.may(Operation::Decide) { 404 } else { 403 }, "{role}");
        let log = json!({"query": {}, "before": null, "limit": 1});
        let (log, _) = team.post("/seat/log", Some(&token), &log, &[]).await;
        assert_eq!(log, if role.may(Operation::ReadAudit) { 200 } else { 403 }, "{role}");
        let (unknown, _) = team.post("/seat/execute", Some(&token), &json!({}), &[]).await;
        assert_eq!(unknown, 404, "{role}");
    }
    let viewer = team.token("viewer", "vera");
    let tickets: Vec<_> = (1..=150_000).map(|n| format!("T-{n}")).collect();
    for (path, asked, status) in [
        ("/seat/tickets", json!({"tickets": tickets}), 413),
        ("/seat/tickets", json!({"tickets": tickets[..101]}), 422),
        ("/seat/tickets", json!({"tickets": tickets[..100]}), 200),
    ] {
        let (came, said) = team.post(path, Some(&viewer), &asked, &[]).await;
        assert_eq!(came, status, "{path}: {said}");
    }
    let wrong = team.token("agent", "maya");
    std::fs::write(&wrong, "cs_agent_wrong").unwrap();
    for token in [None, Some(wrong.as_path())] {
        assert_eq!(team.post("/seat/about", token, &json!({}), &[]).await.0, 401);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_terminal_that_cannot_come_in_says_why_and_what_to_do() {
    let mut team = Team::start();
    let (bot, maya) = (team.token("bot", "triage"), team.token("agent", "maya"));
    let said = |token: &Path, url: &str| {
        let home = token.with_extension("home");
        std::fs::create_dir_all(&home).unwrap();
        let args = ["--connect", url, "--token-file", token.to_str().unwrap()];
        let mut terminal = Terminal::with(&home, 120, 40, &args, &[]);
        assert!(!terminal.ended());
        terminal.screen().split_whitespace().collect::<Vec<_>>().join(" ")
    };
    let here = format!("http://{}", team.at);
    let is_bot = said(&bot, &here);
    assert!(is_bot.contains("triage is a program: only people have a seat at a desk"), "{is_bot}");
    let in_clear = said(&maya, "http://desk.example.com");
    assert!(in_clear.contains("would send your token in clear") && in_clear.contains("--insecure-http"), "{in_clear}");
    let absent = said(&maya.with_extension("none"), &here);
    assert!(absent.contains("maya.none"), "{absent}");
    team.kill();
    let nobody = said(&maya, &here);
    assert!(nobody.contains("cannot be worked at: the desk cannot be reached"), "{nobody}");
    team.again();
    std::fs::write(&maya, "csk_nobody").unwrap();
    let wrong = said(&maya, &here);
    assert!(wrong.contains("your token is not taken"), "{wrong}");
}
