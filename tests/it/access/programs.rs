use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use countersign::domain::actor::Role;
use countersign::store::Store as _;
use countersign::store::credentials::Credentials as _;
use countersign::store::sqlite::Sqlite;

use crate::process::program;

/// Standard output and what was said beside it; whether it went well.
fn run(dir: &Path, user: &str, args: &[&str]) -> (String, String, bool) {
    let output = program(dir).env("USER", user).args(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.success())
}

#[tokio::test]
async fn a_desk_is_opened_to_a_bot_with_one_command_and_its_founder_is_its_admin() {
    let dir = tempfile::tempdir().unwrap();
    let (token, said, ok) = run(dir.path(), "maya", &["token", "create", "--role", "bot", "--name", "Triage Bot"]);
    assert!(ok && said.contains("maya is the admin of this desk now"), "{said}");
    assert!(token.starts_with("cs_b_") && token.trim().len() == 69, "{token}");
    let file = dir.path().join("lena.token");
    let shown = file.to_str().unwrap();
    let create = ["token", "create", "--role", "supervisor", "--name", "lena", "--expires", "30d", "--file", shown];
    let (out, said, ok) = run(dir.path(), "maya", &create);
    assert!(ok && out.is_empty() && !said.contains("cs_") && said.contains("until 20"), "{out}{said}");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("cs_"));
    let (_, said, ok) = run(dir.path(), "maya", &create);
    assert!(!ok && said.contains("cannot make"), "{said}");
    assert!(std::fs::read_to_string(&file).unwrap().starts_with("cs_"), "it stays as it is");
    // What comes to nothing leaves no file in the way of the next try.
    let other = dir.path().join("other.token");
    for (user, role, name) in [("maya", "agent", "lena"), ("tom", "agent", "new")] {
        let create = ["token", "create", "--role", role, "--name", name, "--file", other.to_str().unwrap()];
        let (_, said, ok) = run(dir.path(), user, &create);
        assert!(!ok && !other.exists(), "{said}");
    }
    let (list, _, ok) = run(dir.path(), "maya", &["token", "list"]);
    assert!(ok && !list.contains("cs_") && list.lines().count() == 3, "{list}");
    let id = list.lines().find(|line| line.contains("triage-bot")).unwrap().split(' ').next().unwrap();
    let (_, said, ok) = run(dir.path(), "tom", &["token", "revoke", id]);
    assert!(!ok && said.contains("only an admin"), "{said}");
    let (out, _, ok) = run(dir.path(), "maya", &["token", "revoke", id]);
    assert!(ok && out.contains("opens nothing any more"), "{out}");
    let (list, _, _) = run(dir.path(), "maya", &["token", "list"]);
    assert!(list.lines().any(|line| line.starts_with(id) && line.contains("revoked")), "{list}");
    let (_, said, ok) = run(dir.path(), "maya", &["audit", "verify"]);
    assert!(ok, "{said}");
}

#[tokio::test]
async fn at_a_shared_desk_nobody_is_what_their_own_configuration_says() {
    let dir = tempfile::tempdir().unwrap();
    let desk = dir.path().join(".local/share/countersign/desk.db");
    let role_of = |name: &'static str| {
        let desk = desk.clone();
        async move { Sqlite::open(&desk).unwrap().store.person(&name.parse().unwrap()).await.unwrap().map(|p| p.role) }
    };
    let say = |role: &str, user: &str| {
        let args = ["import", "/dev/null"];
        program(dir.path()).env("COUNTERSIGN_PERSON_ROLE", role).env("USER", user).args(args).output().unwrap();
    };
    say("supervisor", "tom");
    assert_eq!(role_of("tom").await, Some(Role::Supervisor), "one's own desk takes one's word");
    run(dir.path(), "maya", &["token", "create", "--role", "bot", "--name", "triage"]);
    say("admin", "tom");
    say("admin", "eve");
    assert_eq!(role_of("tom").await, Some(Role::Supervisor));
    assert_eq!(role_of("eve").await, Some(Role::Viewer));
    let (out, _, ok) = run(dir.path(), "maya", &["roles", "set", "tom", "viewer"]);
    assert!(ok && out.contains("tom is viewer now"), "{out}");
    say("admin", "tom");
    assert_eq!(role_of("tom").await, Some(Role::Viewer));
    let (_, said, ok) = run(dir.path(), "triage", &["token", "list"]);
    assert!(ok, "{said}");
    let (_, said, ok) = run(dir.path(), "triage", &["roles", "set", "eve", "admin"]);
    assert!(!ok && said.contains("triage is a bot of this desk"), "{said}");
    assert!(Sqlite::open(&desk).unwrap().store.is_shared().await.unwrap());
}

#[test]
fn the_table_of_roles_is_printed() {
    let dir = tempfile::tempdir().unwrap();
    let (table, _, ok) = run(dir.path(), "maya", &["roles"]);
    assert!(ok);
    let row = |name: &str| table.lines().find(|line| line.starts_with(&format!("| {name} "))).unwrap().to_owned();
    let cells = |line: String| line.split('|').skip(2).map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    assert_eq!(cells(table.lines().next().unwrap().to_owned())[..5], ["bot", "viewer", "agent", "supervisor", "admin"]);
    assert_eq!(cells(row("propose"))[..5], ["yes", "-", "yes", "yes", "yes"]);
    assert_eq!(cells(row("decide"))[..5], ["-", "-", "yes", "yes", "yes"]);
    assert_eq!(cells(row("manage_access"))[..5], ["-", "-", "-", "-", "yes"]);
}
