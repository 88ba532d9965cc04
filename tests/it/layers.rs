//! The house rules that a compiler does not check: who may use whom, what is pure, how long a file may be.

use std::path::{Path, PathBuf};

const MOST_LINES: usize = 400;

/// Module, and what of ours it may use beside itself.
const MAY_USE: &[(&str, &[&str])] = &[
    ("domain", &[]),
    ("llm", &["domain", "random"]),
    ("embed", &[]),
    ("store", &["domain", "embed", "random"]),
    ("tools", &["domain"]),
    ("access", &["domain", "store", "clock", "random"]),
    ("assist", &["domain"]),
    ("desk", &["domain", "store", "assist", "llm", "tools", "clock", "random"]),
    ("mcp", &["domain", "access", "tools", "desk", "commit", "llm", "clock", "random"]),
    ("http", &["domain", "access", "desk", "commit", "seat", "store", "tools", "random", "clock"]),
    ("agent", &["domain", "llm", "tools"]),
    ("commit", &["domain", "store", "tools", "clock", "random"]),
    ("seat", &["domain", "store", "commit", "tools", "clock", "random"]),
    ("import", &["domain", "store", "clock", "random"]),
    ("config", &["domain", "llm"]),
    ("telemetry", &["domain"]),
    ("worker", &["domain", "store", "tools", "agent", "llm", "clock", "random"]),
    ("clock", &[]),
    ("random", &["domain"]),
];

/// What everybody but the domain and the pure files may use: counting and telling changes nothing.
const FOR_ALL: &str = "telemetry";

/// Pure files: no clock, no environment, no file, no async.
const PURE: &[&str] =
    &["src/domain", "src/assist", "src/agent/step.rs", "src/tui/update", "src/tui/view", "src/tui/model"];
const IMPURE: &[&str] = &[
    "std::fs",
    "std::env",
    "std::net",
    "std::time::Instant",
    "SystemTime",
    "Timestamp::now",
    "tokio::",
    "async fn",
    ".await",
    "crate::clock",
    "crate::random",
    "crate::telemetry",
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn files(dir: &Path) -> Vec<PathBuf> {
    if dir.is_file() {
        return vec![dir.to_owned()];
    }
    let mut found: Vec<_> = std::fs::read_dir(dir).into_iter().flatten().map(|entry| entry.unwrap().path()).collect();
    found.sort();
    found.into_iter().flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}

fn sources(under: &str) -> Vec<(String, String)> {
    let found = files(&root().join(under)).into_iter().filter(|path| path.extension().is_some_and(|e| e == "rs"));
    found
        .filter(|path| under == "tests" || !path.to_string_lossy().contains("tests"))
        .map(|path| {
            let name = path.strip_prefix(root()).unwrap().to_string_lossy().into_owned();
            (name, std::fs::read_to_string(&path).unwrap())
        })
        .collect()
}

/// The code of a file: without its tests and its comments.
fn code(text: &str) -> String {
    let before_tests = text.split("#[cfg(test)]").next().unwrap_or(text);
    before_tests.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The modules of ours that a text names with `crate::`.
fn used(text: &str) -> Vec<String> {
    text.split("crate::")
        .skip(1)
        .map(|rest| rest.chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '_').collect())
        .collect()
}

#[test]
fn no_arrow_runs_the_other_way() {
    for (module, allowed) in MAY_USE {
        let dir = root().join("src").join(module);
        let under = if dir.is_dir() { format!("src/{module}") } else { format!("src/{module}.rs") };
        let sources = sources(&under);
        assert!(!sources.is_empty(), "{module} has moved; this table must follow");
        for (file, text) in sources {
            for other in used(&code(&text)) {
                let may = other == *module || allowed.contains(&other.as_str()) || other == FOR_ALL;
                assert!(may, "{file} must not use {other}");
            }
        }
    }
}

#[test]
fn of_the_screen_only_the_runtime_reaches_out() {
    for (file, text) in sources("src/tui") {
        let may = file.starts_with("src/tui/runtime/") || file == "src/tui/start.rs";
        for other in used(&code(&text)) {
            assert!(may || ["tui", "domain"].contains(&other.as_str()), "{file} must not use {other}");
        }
    }
}

#[test]
fn pure_files_touch_no_clock_no_file_and_no_environment() {
    for (file, text) in PURE.iter().flat_map(|under| sources(under)) {
        let code = code(&text);
        for impure in IMPURE {
            assert!(!code.contains(impure), "{file} must not use {impure}");
        }
    }
}

#[test]
fn no_file_is_too_long() {
    for (file, text) in sources("src").into_iter().chain(sources("tests")) {
        let lines = text.lines().count();
        let most = if file.starts_with("tests") { MOST_LINES * 2 } else { MOST_LINES };
        assert!(lines <= most, "{file} has {lines} lines, {most} is the cap");
    }
}

#[test]
fn only_commit_writes_and_only_the_front_doors_sign_people_in() {
    for (file, text) in sources("src") {
        let code = code(&text);
        let writes = code.contains("backend.write(");
        assert!(!writes || file.starts_with("src/commit/"), "{file} writes");
        let signs_in = code.contains("Reviewer::sign_in(");
        let door = ["src/app/mod.rs", "src/http/sign_in.rs", "src/mcp/server/asking.rs"].contains(&file.as_str());
        assert!(!signs_in || door, "{file} signs somebody in");
    }
}

#[test]
fn no_code_of_ours_is_unsafe_or_globs_imports() {
    for (file, text) in sources("src") {
        for line in code(&text).lines() {
            assert!(!line.trim_start().starts_with("use ") || !line.contains("::*;"), "{file}: {line}");
        }
    }
}

#[test]
fn no_text_of_the_screen_names_a_key_by_hand() {
    for dir in ["src/tui/update", "src/tui/view", "src/tui/model", "src/tui/runtime"] {
        for (name, text) in sources(dir) {
            let code = code(&text);
            let found = ["⏎", "Esc", "press "].into_iter().find(|key| code.contains(key));
            assert_eq!(found, None, "{name}: a key can be another one; `model.tell` says which it is");
        }
    }
}
