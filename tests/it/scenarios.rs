//! Golden outputs of scripted runs: each shipped scenario, with a person who approves all, denies all, or edits one.

use std::fmt::Write as _;
use std::path::Path;

use countersign::config;
use countersign::eval::agent::scenario::{Person, in_folder};
use countersign::eval::agent::trial::Trial;
use countersign::eval::agent::{AgentReport, Contender, Trials, run};

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
