//! Golden outputs of scripted runs: each shipped scenario, with a person who approves all, denies all, or edits one.

use std::fmt::Write as _;
use std::path::Path;

use countersign::config;
use countersign::eval::agent::scenario::{Person, in_folder};
use countersign::eval::agent::trial::Trial;
use countersign::eval::agent::{AgentReport, Contender, Trials, run};
use serde_json::{Value, json};

use crate::stub_model::{Answer, StubModel, Turn, Wire};

async fn report(people: &[Person], keep: impl Fn(&str) -> bool) -> AgentReport {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/scenarios");
    let mut scenarios = in_folder(&dir).unwrap();
    scenarios.retain(|named| keep(&named.name));
    for named in &mut scenarios {
        named.people = people.to_vec();
    }
    let trials = Trials { scenarios, contenders: vec![Contender::Script], desk: None, desk_name: "default".to_owned() };
    let config = config::load(None, None, std::iter::empty(), &[]).unwrap().config;
    run(&trials, &config, |_| {}).await.unwrap()
}

fn golden(trial: &Trial) -> String {
    let mut text = format!("{} · {}\n", trial.scenario, trial.person);
    for step in &trial.steps {
        writeln!(text, "  {step}").unwrap();
    }
    writeln!(text, "  {} proposed, {} written", trial.proposals, trial.writes).unwrap();
    text
}

#[tokio::test]
async fn every_scenario_ends_as_it_says_and_as_it_did_before() {
    let report = report(&[Person::Approve, Person::Deny, Person::Edit], |_| true).await;
    let wrong: Vec<String> = report.trials.iter().filter(|t| !t.wrong.is_empty()).map(Trial::to_string).collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(report.trials.len() >= 36 && report.rows[0].unapproved == 0);
    let text: String = report.trials.iter().map(golden).collect::<Vec<_>>().join("\n");
    insta::assert_snapshot!(text);
}

#[tokio::test]
async fn a_proposal_that_nobody_decides_on_waits_and_writes_nothing() {
    let report = report(&[Person::Away], |name| name.starts_with("02")).await;
    let trial = &report.trials[0];
    assert_eq!((trial.proposals, trial.writes, trial.ending.as_str()), (1, 0, "done"));
    assert!(trial.wrong.is_empty(), "{:?}", trial.wrong);
}

/// The checks themselves: a scenario that expects what is not so is found out, one by one.
#[tokio::test]
async fn a_scenario_that_ends_otherwise_is_wrong() {
    let dir = tempfile::tempdir().unwrap();
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/scenarios/02_reply_and_resolve.toml");
    let text = std::fs::read_to_string(shipped).unwrap();
    let expects =
        "[approve]\nproposals = 7\nstatus = \"pending\"\nsays = [\"sixty years\"]\nnever_says = [\"30 days\"]\n";
    let changed =
        format!("{}{expects}{}", &text[..text.find("[approve]").unwrap()], &text[text.find("[deny]").unwrap()..]);
    std::fs::write(dir.path().join("a.toml"), changed).unwrap();
    let scenarios = in_folder(dir.path()).unwrap();
    let trials = Trials { scenarios, contenders: vec![Contender::Script], desk: None, desk_name: "default".to_owned() };
    let config = config::load(None, None, std::iter::empty(), &[]).unwrap().config;
    let report = run(&trials, &config, |_| {}).await.unwrap();
    let wrong = &report.trials.iter().find(|trial| trial.person == Person::Approve).unwrap().wrong;
    assert_eq!(wrong.len(), 4, "{wrong:?}");
    assert!(!report.is_right());
}

#[test]
fn a_folder_without_scenarios_and_a_file_with_a_misspelt_key_are_named() {
    let dir = tempfile::tempdir().unwrap();
    let none = in_folder(dir.path()).unwrap_err().to_string();
    assert!(none.contains("no scenario"), "{none}");
    std::fs::write(dir.path().join("x.toml"), "about = \"x\"\nticket = \"T-1\"\nexpcet = 1\n").unwrap();
    let misspelt = in_folder(dir.path()).unwrap_err().to_string();
    assert!(misspelt.contains("x.toml") && misspelt.contains("expcet"), "{misspelt}");
}

/// Two models beside each other: one that answers from the article, one that is down.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_models_are_compared_on_the_same_scenarios() {
    let reply = json!({"ticket_id": "T-1135", "visibility": "public",
        "body": "Hello Will,\n\nDelivery to Ireland takes 3-6 working days.\n\nFernhill Coffee"});
    let good = move |body: &Value, _nth: usize| {
        let said = body.to_string();
        Answer::Turn(match (said.contains("waits for a person; nothing"), body.get("tools").is_some()) {
            (true, _) => Turn::says("It waits for a person."),
            (false, true) => Turn::says("From the article.").and_calls("send_reply", &reply.to_string()),
            (false, false) => Turn::says("Hello."),
        })
    };
    let good = StubModel::start_with(Wire::OpenAi, good).await;
    let provider = |model: &str, base: &str| {
        format!("[[llm.provider]]\nkind = \"openai\"\nmodel = \"{model}\"\naddress = \"{base}v1\"\n")
    };
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("config.toml");
    let text = provider("good", &good.base()) + &provider("down", "http://127.0.0.1:9/") + "[llm]\nretries = 0\n";
    std::fs::write(&file, text).unwrap();
    let config = config::load(Some(&file), None, std::iter::empty(), &[]).unwrap().config;
    let shipped = Path::new(env!("CARGO_MANIFEST_DIR")).join("assets/scenarios");
    let mut scenarios = in_folder(&shipped).unwrap();
    scenarios.retain(|named| named.name.starts_with("01"));
    let model = |name: &str| Contender::Model { name: format!("openai {name}"), prompts: None };
    let trials = Trials {
        scenarios,
        contenders: vec![model("good"), model("down"), Contender::Offline],
        desk: None,
        desk_name: "default".to_owned(),
    };
    let report = run(&trials, &config, |_| {}).await.unwrap();
    let [good, down, offline] = &report.rows[..] else { panic!("three rows") };
    assert_eq!((good.runs, good.right, good.proposals, good.writes, good.unapproved), (3, 3, 3, 2, 0), "{report}");
    assert!(good.first_word_ms.is_some() && good.usage.tokens() > 0 && good.unanswered == 0, "{report}");
    assert_eq!((down.runs, down.right, down.writes, down.unanswered), (3, 0, 0, down.asked), "{report}");
    assert_eq!((offline.asked, offline.unapproved), (0, 0), "{report}");
    assert!(!report.is_right());
}
