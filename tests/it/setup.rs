//! `countersign setup` and `countersign report`, as a person would run them.

use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;

use crate::process::program;
use crate::stub_model::{Answer, StubModel, Turn, Wire};

/// Answers the five questions; what was said, and whether it went well.
fn answer(home: &Path, answers: &str, environment: &[(&str, &str)]) -> (bool, String) {
    let mut command = program(home);
    command.envs(environment.iter().copied()).arg("setup");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    (output.status.success(), said)
}

fn config(home: &Path) -> String {
    std::fs::read_to_string(home.join(".config/countersign/config.toml")).unwrap_or_default()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn five_answers_make_a_working_model() {
    let model = StubModel::start(Wire::OpenAi, vec![Answer::Turn(Turn::says("Hello there."))]).await;
    let home = tempfile::tempdir().unwrap();
    let (well, said) = answer(home.path(), &format!("5\n{}v1\n\nmine\n\n", model.base()), &[]);
    assert!(well && said.contains("It answered") && said.contains("Hello there."), "{said}");
    assert!(!said.contains("6."), "{said}");
    assert!(config(home.path()).contains("model = \"mine\""), "{}", config(home.path()));
    let output = program(home.path()).args(["handle", "T-1127", "--json"]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("openai mine"), "{told}");
    let output = program(home.path()).arg("report").output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(told.contains("not enough data (n=0)") && told.contains("openai mine"), "{told}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_model_that_does_not_answer_is_not_written_down() {
    let refusal = Answer::json(401, "{\"error\":{\"message\":\"bad key sk-typed\"}}");
    let model = StubModel::start(Wire::Anthropic, vec![refusal]).await;
    let home = tempfile::tempdir().unwrap();
    let (well, said) =
        answer(home.path(), &format!("3\n{}v1\nMY_KEY\nclaude\nyes\n", model.base()), &[("MY_KEY", "sk-typed")]);
    assert!(!well && said.contains("refused the key") && said.contains("Nothing was written"), "{said}");
    assert!(!said.contains("sk-typed"), "{said}");
    assert_eq!(config(home.path()), "");
}

#[test]
fn a_hosted_model_is_not_used_before_somebody_said_so() {
    let home = tempfile::tempdir().unwrap();
    let (well, said) =
        answer(home.path(), "1\nhttps://models.invalid/v1\nMY_KEY\ngpt\nno\n", &[("MY_KEY", "sk-typed")]);
    assert!(well && said.contains("somebody else's machine") && said.contains("hosted_for"), "{said}");
    let output =
        program(home.path()).args(["worker", "--once", "--no-proposals", "--tag", "no-such-tag"]).output().unwrap();
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("openai gpt is not used"), "{told}");
}
