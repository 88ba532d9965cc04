//! neomutt on a mailbox with the same messages, in the same pseudo-terminal.

use std::ffi::OsString;
use std::path::Path;

use crate::bench::process::memory;
use crate::bench::screen::desks::{Made, lists};
use crate::bench::screen::program::moves;
use crate::bench::screen::pty::Pty;
use crate::bench::screen::times::Values;
use crate::bench::screen::{Effort, Needs};

const NEOMUTT: &str = "/usr/bin/neomutt";
/// Its defaults, and no questions.
const SETTINGS: &str = "set quit = yes\nset delete = no\nset wait_key = no\n";

/// What neomutt needs, desk by desk; nothing where it is not installed.
pub(super) fn measure(dir: &Path, desks: &[&Made], effort: Effort) -> color_eyre::Result<Option<Vec<Needs>>> {
    if !Path::new(NEOMUTT).exists() {
        return Ok(None);
    }
    let home = dir.join("neomutt");
    // It would ask whether to make the folder.
    std::fs::create_dir_all(home.join("Mail"))?;
    std::fs::write(home.join("rc"), SETTINGS)?;
    desks.iter().map(|made| needs(&home, made, effort)).collect::<Result<_, _>>().map(Some)
}

fn needs(home: &Path, made: &Made, effort: Effort) -> color_eyre::Result<Needs> {
    let mut starts = Values::default();
    for _ in 0..effort.starts[1] {
        let program = open(home, made)?;
        starts.add_millis(program.shows(lists)?);
        program.end("x")?;
    }
    let program = open(home, made)?;
    program.shows(lists)?;
    program.rest(effort.rested)?;
    let memory = memory(program.pid()?)?.resident;
    let (moved, bytes) = moves(&program, effort.moves)?;
    program.end("x")?;
    Ok(Needs { messages: made.tickets, start: starts.median(), bytes, moved, memory })
}

/// Without the system's settings, and only to read.
fn open(home: &Path, made: &Made) -> color_eyre::Result<Pty> {
    let rc = home.join("rc");
    let words = ["-n".as_ref(), "-R".as_ref(), "-F".as_ref(), rc.as_os_str(), "-f".as_ref(), made.mailbox.as_os_str()];
    let args: Vec<OsString> = words.into_iter().map(OsString::from).collect();
    Pty::start(Path::new(NEOMUTT), &args, &[("HOME", home), ("USER", Path::new("maya"))])
}
