//! `countersign customer`, as a person and a script use it.

use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use serde_json::Value;

use crate::process::program;

fn run(dir: &Path, user: &str, args: &[&str]) -> (String, String, bool) {
    let output = program(dir).env("USER", user).args(args).output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr), output.status.success())
}

#[test]
fn a_customer_is_handed_out_into_a_file_of_ones_own_and_erased_by_a_script() {
    let dir = tempfile::tempdir().unwrap();
    let (shown, _, ok) = run(dir.path(), "maya", &["audit", "verify"]);
    assert!(ok && !shown.contains("erased"), "{shown}");
    let file = dir.path().join("ana.json");
    let (out, said, ok) = run(dir.path(), "maya", &["customer", "export", "C-07", "--out", file.to_str().unwrap()]);
    assert!(ok && out.is_empty(), "{out}{said}");
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let document: Value = serde_json::from_str(&std::fs::read_to_string(&file).unwrap()).unwrap();
    assert_eq!(document["format"], "countersign.customer");
    let (name, email) =
        (document["customer"]["name"].as_str().unwrap(), document["customer"]["email"].as_str().unwrap());
    let ticket = document["tickets"][0]["id"].as_str().unwrap();
    let (_, said, ok) = run(dir.path(), "maya", &["customer", "export", "C-07", "--out", file.to_str().unwrap()]);
    assert!(!ok && said.contains("cannot make"), "{said}");

    let (_, said, ok) = run(dir.path(), "maya", &["customer", "erase", email]);
    assert!(!ok && said.contains("--naming"), "nobody is asked where nobody is: {said}");
    let (desk, drafts) =
        (dir.path().join(".local/share/countersign/desk.db"), dir.path().join(".local/state/countersign/drafts"));
    let own = drafts.join(document["desk"].as_str().unwrap());
    std::fs::create_dir_all(&own).unwrap();
    std::fs::write(own.join(format!("{ticket}.json")), "{}").unwrap();
    let (out, said, ok) = run(dir.path(), "maya", &["customer", "erase", email, "--naming", "C-07"]);
    assert!(ok && out.contains("erased by maya, record") && out.contains("drafts in your own files"), "{out}{said}");
    assert!(!own.join(format!("{ticket}.json")).exists());
    for bytes in [std::fs::read(&desk).unwrap(), std::fs::read(desk.with_extension("db-wal")).unwrap_or_default()] {
        let bytes = String::from_utf8_lossy(&bytes).into_owned();
        assert!(!bytes.contains(email) && !bytes.contains(name), "{name} {email}");
    }
    let (shown, _, ok) = run(dir.path(), "maya", &["audit", "verify"]);
    assert!(ok && shown.contains("by order ") && shown.contains("the chain holds"), "{shown}");
    let (_, said, ok) = run(dir.path(), "maya", &["customer", "erase", email, "--naming", "C-07"]);
    assert!(!ok && said.contains("there is no customer"), "{said}");
    let (out, said, ok) = run(dir.path(), "maya", &["customer", "erase", "C-07", "--naming", "C-07"]);
    assert!(ok && out.contains("nothing was left to erase"), "{out}{said}");
}

#[test]
fn at_a_shared_desk_only_its_admin_does_so() {
    let dir = tempfile::tempdir().unwrap();
    run(dir.path(), "maya", &["token", "create", "--role", "agent", "--name", "tom"]);
    for args in [&["customer", "export", "C-07"][..], &["customer", "erase", "C-07", "--naming", "C-07"]] {
        let (out, said, ok) = run(dir.path(), "tom", args);
        assert!(!ok && said.contains("may not export") && !out.contains("C-07"), "{out}{said}");
    }
    let (out, _, ok) = run(dir.path(), "maya", &["customer", "export", "C-07"]);
    assert!(ok && out.contains("\"countersign.customer\""));
}
