//! The person's own editor fails: it is missing, ends badly, is killed, leaves what is no text.

use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;

use crate::failures::given_back::{Modes, is_given_back, is_taken};
use crate::failures::{CTRL_G, Work, wait_for, words, write};

/// An editor that does what the file `how` says, once it has noted how the terminal was.
fn editor(work: &Work) -> PathBuf {
    let (path, home) = (work.home.join("ed"), work.home.display());
    let script = format!("#!/bin/sh\nstty -a > {home}/line\n. {home}/how\n");
    std::fs::write(&path, script).unwrap();
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    path
}

#[tokio::test]
async fn an_editor_that_fails_leaves_the_draft_as_it_was_and_says_what_it_did() {
    let work = Work::new().await;
    let editor = editor(&work);
    let mut terminal = work.sit_at((160, 45), &[("VISUAL", editor.to_str().unwrap()), ("PATH", "/usr/bin:/bin")]);
    write(&mut terminal, "mine before ");
    for (how, said) in [
        ("exit 3", "/ed` ended with code 3 · your text is as it was"),
        (
            "echo lost? >> $1; exit 1",
            "ended with code 1; what it had written is in ~/.local/state/countersign/editing/",
        ),
        ("kill -9 $$", "ended with signal: 9 (SIGKILL) · your text is as it was"),
        ("printf '\\377\\376' > $1", "is not UTF-8; what it had written is in ~/"),
        ("head -c 70000 /dev/zero | tr '\\0' x > $1", "is longer than 64 KiB; what it had written is in ~/"),
        (":", "your editor changed nothing"),
    ] {
        std::fs::write(work.home.join("how"), how).unwrap();
        terminal.keys(CTRL_G);
        let end = std::time::Instant::now();
        let told = terminal.wait_until(said, |screen| words(screen).contains(said));
        assert!(told.contains("mine before") && !told.contains("lost?"), "{how}: {told} {end:?}");
        is_taken(&terminal);
        let line = std::fs::read_to_string(work.home.join("line")).unwrap();
        assert!(line.contains(" icanon") && line.contains(" echo "), "the editor had no ordinary line: {line}");
        terminal.keys("x");
        terminal.wait_gone("your text is as it was");
        terminal.keys("\u{8}");
    }
    std::fs::write(work.home.join("how"), "echo and theirs >> $1").unwrap();
    terminal.keys(CTRL_G);
    let told = terminal.wait("and theirs");
    assert!(told.contains("mine before"), "{told}");
    wait_for("it is saved", || work.is_kept("and theirs"));
    terminal.keys("\u{3}");
    assert!(terminal.ended());
    is_given_back(&terminal);
}

#[tokio::test]
async fn an_editor_that_is_missing_is_named_with_the_variable_that_names_another() {
    let work = Work::new().await;
    let mut terminal = work.sit_at((80, 24), &[("EDITOR", "/nowhere/ed --wait")]);
    terminal.keys("\rd");
    terminal.wait("score");
    terminal.keys("e");
    terminal.wait("done");
    terminal.keys("mine before ");
    terminal.keys(CTRL_G);
    let said = "could not edit the text: `/nowhere/ed` cannot be started: No such file or directory: VISUAL or EDITOR names \
                the editor · your text is as it was";
    let told = terminal.wait_until(said, |screen| words(screen).contains(said));
    assert!(told.contains("mine before"), "{told}");
    is_taken(&terminal);
    let left: Vec<_> = std::fs::read_dir(work.home.join(".local/state/countersign/editing")).unwrap().collect();
    assert!(left.is_empty(), "no file is left: {left:?}");
}

#[tokio::test]
async fn a_program_that_is_told_to_end_while_the_editor_has_the_terminal_keeps_what_that_leaves() {
    let work = Work::new().await;
    let editor = editor(&work);
    let (home, go) = (work.home.display(), work.home.join("go"));
    let how = format!("touch {home}/there; while ! [ -e {home}/go ]; do sleep 0.1; done; echo and theirs >> $1");
    std::fs::write(work.home.join("how"), how).unwrap();
    let mut terminal = work.sit(&[("EDITOR", editor.to_str().unwrap()), ("PATH", "/usr/bin:/bin")]);
    write(&mut terminal, "mine before ");
    terminal.keys(CTRL_G);
    wait_for("the editor is there", || work.home.join("there").exists());
    assert!(!Modes::of(&terminal.bytes()).is_set(1049), "the screen is the editor's");
    terminal.signal("TERM");
    std::fs::write(go, "").unwrap();
    assert!(terminal.ended());
    is_given_back(&terminal);
    assert!(work.is_kept("mine before ") && work.is_kept("and theirs"), "{:?}", work.drafts());
}
