//! A state directory that cannot be written.

use std::os::unix::fs::PermissionsExt as _;

use crate::failures::given_back::is_given_back;
use crate::failures::{ESC, Work, words, write};

#[tokio::test]
async fn where_nothing_can_be_saved_it_is_said_what_to_do_and_nothing_is_lost_on_the_screen() {
    let work = Work::new().await;
    // Whoever is root may write anywhere, but not below a file.
    let file = work.home.join("file");
    std::fs::write(&file, "").unwrap();
    let closed = work.home.join("closed");
    std::fs::create_dir(&closed).unwrap();
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o500)).unwrap();
    let is_root = std::fs::write(closed.join("probe"), "").is_ok();
    for state in [file, closed].into_iter().take(if is_root { 1 } else { 2 }) {
        let mut terminal = work.sit_at((100, 40), &[("XDG_STATE_HOME", state.to_str().unwrap())]);
        let told = terminal.wait("no log is written");
        assert!(words(&told).contains("Make the directory writable, or set XDG_STATE_HOME"), "{told}");
        write(&mut terminal, "only on the screen ");
        let told = terminal.wait("could not save the draft");
        let way_out = "it is kept until you quit · ~/";
        assert!(told.contains("NOT SAVED") && words(&told).contains(way_out), "{told}");
        assert!(words(&told).contains("drafts: make it writable or set XDG_STATE_HOME"), "{told}");
        terminal.keys(ESC);
        terminal.wait("e edit");
        terminal.keys(ESC);
        terminal.wait("▸ Queue");
        terminal.keys("j\r");
        terminal.wait("▸ Ticket  T-2");
        terminal.wait_gone("only on the screen");
        terminal.keys(ESC);
        terminal.wait("▸ Queue");
        terminal.keys("k\r");
        let back = terminal.wait("only on the screen");
        assert!(back.contains("NOT SAVED"), "{back}");
        terminal.keys("\u{3}");
        terminal.wait("y quits and loses it");
        terminal.keys("y");
        assert!(terminal.ended());
        is_given_back(&terminal);
    }
}
