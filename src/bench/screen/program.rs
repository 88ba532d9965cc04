//! This program in a pseudo-terminal: its start, its bursts, its rest, its memory.

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use vt100::Screen;

use crate::bench::process::{cpu, memory};
use crate::bench::screen::desks::{Made, lists, lists_sample, story};
use crate::bench::screen::pty::Pty;
use crate::bench::screen::report::Figure;
use crate::bench::screen::times::Values;
use crate::bench::screen::{Effort, Needs, Options};

/// After so long nothing more follows a key.
pub(super) const QUIET: Duration = Duration::from_millis(60);
const BURST: usize = 500;

/// What was measured: figures, and what is compared, in the order of the desks.
pub(super) struct Measured {
    pub(super) figures: Vec<Figure>,
    pub(super) needs: Vec<Needs>,
}

/// Starts the program on both desks and uses it.
pub(super) fn measure(dir: &Path, options: &Options, small: &Made, large: &Made) -> color_eyre::Result<Measured> {
    let homes = Homes { dir: dir.to_owned(), program: options.program.clone(), effort: options.effort };
    let mut measured = Measured { figures: Vec::new(), needs: Vec::new() };
    for (made, goal) in [(small, 60.0), (large, 120.0)] {
        let first = homes.starts(lists, |n| homes.open(&format!("{}-{n}", made.tickets), Some(&made.desk)))?;
        let again = homes.starts(lists, |_| homes.open(&format!("{}-0", made.tickets), Some(&made.desk)))?;
        let title = made.title();
        let what = format!("start to the first painted queue, {title}, a home that was used before");
        measured.figures.push(Figure::of(what, "ms", &again).at_most(goal));
        let what = format!("start to the first painted queue, {title}, a new home and a new person");
        measured.figures.push(Figure::of(what, "ms", &first).at_most(goal));
        measured.needs.push(needs(&homes, made, again.median())?);
    }
    let sample = homes.starts(lists_sample, |n| homes.open(&format!("sample-{n}"), None))?;
    measured.figures.push(Figure::of("the very first start: the sample desk is made and painted", "ms", &sample));
    measured.figures.extend(at_work(&homes, options, large)?);
    measured.figures.extend(with_the_assistant(&homes, large)?);
    Ok(measured)
}

/// Home directories, and the program started in them.
struct Homes {
    dir: PathBuf,
    program: PathBuf,
    effort: Effort,
}

impl Homes {
    fn open(&self, who: &str, desk: Option<&Path>) -> color_eyre::Result<Pty> {
        let home = self.dir.join("homes").join(who);
        std::fs::create_dir_all(&home)?;
        let desk = desk.map(|desk| [OsString::from("--desk"), desk.into()]);
        let args: Vec<OsString> = desk.into_iter().flatten().collect();
        Pty::start(&self.program, &args, &[("HOME", &home), ("USER", Path::new(who))])
    }

    /// The times from starts to first rows.
    fn starts(
        &self,
        paints: fn(&Screen) -> bool,
        open: impl Fn(usize) -> color_eyre::Result<Pty>,
    ) -> color_eyre::Result<Values> {
        let mut times = Values::default();
        for n in 0..self.effort.starts[0] {
            let program = open(n)?;
            times.add_millis(program.shows(paints)?);
            program.end("q")?;
        }
        Ok(times)
    }
}

/// What neomutt is compared with.
fn needs(homes: &Homes, made: &Made, start: f64) -> color_eyre::Result<Needs> {
    let program = homes.open("compared", Some(&made.desk))?;
    program.shows(lists)?;
    program.rest(homes.effort.rested)?;
    let memory = memory(program.pid()?)?.resident;
    let (moved, bytes) = moves(&program, homes.effort.moves)?;
    program.end("q")?;
    Ok(Needs { messages: made.tickets, start, bytes, moved, memory })
}

/// Moves the cursor down and up; the time to the last byte, and the bytes.
pub(super) fn moves(program: &Pty, moves: usize) -> color_eyre::Result<(f64, f64)> {
    let (mut times, mut bytes) = (Values::default(), Values::default());
    program.follows("jj", QUIET)?;
    for n in 0..moves {
        let followed = program.follows(["j", "k"][n % 2], QUIET)?;
        times.add_millis(followed.took);
        bytes.add(count(followed.bytes));
    }
    Ok((times.median(), bytes.median()))
}

/// A burst of keys, a while of nothing, long threads.
fn at_work(homes: &Homes, options: &Options, made: &Made) -> color_eyre::Result<Vec<Figure>> {
    let program = homes.open("at-work", Some(&made.desk))?;
    program.shows(lists)?;
    // Nobody sat here before: the tour is skipped.
    program.follows("\x1b", QUIET)?;
    program.rest(homes.effort.rested)?;
    let (pid, title) = (program.pid()?, made.title());
    let held = memory(pid)?;
    let mut figures = vec![
        Figure::one(format!("resident memory, {title}, the queue on screen"), "MB", held.resident).at_most(40.0),
        Figure::one("of it the program's own, not pages of files", "MB", held.own),
    ];
    let (bytes, used) = (program.written().0, cpu(pid)?);
    std::thread::sleep(options.idle);
    let (bytes, used) = (program.written().0 - bytes, cpu(pid)?.saturating_sub(used));
    let idle = options.idle.as_secs_f64();
    figures.push(Figure::one(format!("written while idle for {idle} s"), "bytes", count(bytes)).at_most(0.0));
    let share = used.as_secs_f64() / idle * 100.0;
    figures.push(Figure::one(format!("CPU while idle for {idle} s"), "%", share).at_most(0.2));
    let mut opened = Values::default();
    for n in 0..made.long {
        let story = story(n);
        opened.add_millis(program.leads_to("\r", move |screen| screen.contents().contains(&story))?);
        program.rest(homes.effort.rested)?;
        program.follows("\x1b", QUIET)?;
        program.follows("j", QUIET)?;
    }
    figures.push(Figure::of("from the key to a thread of 1 MB on the screen", "ms", &opened).at_most(50.0));
    let burst = program.follows(&"j".repeat(BURST), Duration::from_secs(1))?;
    figures.push(Figure::one(format!("frames for {BURST} keys at once"), "frames", count(burst.frames)).at_most(5.0));
    figures.push(Figure::one(
        format!("from {BURST} keys at once to the last byte"),
        "ms",
        burst.took.as_secs_f64() * 1e3,
    ));
    program.end("q")?;
    Ok(figures)
}

/// Memory once a ticket is open, with what the assistant says about it.
fn with_the_assistant(homes: &Homes, made: &Made) -> color_eyre::Result<Vec<Figure>> {
    let program = homes.open("assisted", Some(&made.desk))?;
    program.shows(lists)?;
    program.follows(&"j".repeat(made.long + 1), QUIET)?;
    program.leads_to("\r", |screen| {
        let text = screen.contents();
        text.contains("Wants") && text.contains("score")
    })?;
    program.rest(homes.effort.rested)?;
    let held = memory(program.pid()?)?;
    program.end("q")?;
    Ok(vec![
        Figure::one("resident memory, a ticket open with summary and suggestion", "MB", held.resident),
        Figure::one("of it the program's own, not pages of files", "MB", held.own),
        Figure::one("the most that was ever resident until then", "MB", held.most),
    ])
}

#[expect(clippy::cast_precision_loss, reason = "counts of one run are small")]
fn count(n: usize) -> f64 {
    n as f64
}
