//! Any program in a pseudo-terminal, and an eye on what it writes and when.

use std::ffi::OsString;
use std::io::{Read as _, Write};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use color_eyre::eyre::{bail, eyre};
use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};
use vt100::{Callbacks, Parser, Screen};

use crate::bench::screen::SIZE;

/// How long anything may take before it is given up.
const PATIENCE: Duration = Duration::from_mins(2);

/// A program at work.
pub(super) struct Pty {
    child: Box<dyn Child + Send + Sync>,
    /// Closing it would hang up.
    _master: Box<dyn MasterPty + Send>,
    input: Arc<Mutex<Box<dyn Write + Send>>>,
    shared: Arc<Shared>,
    started: Instant,
}

struct Shared {
    seen: Mutex<Seen>,
    changed: Condvar,
}

type Wanted = Box<dyn Fn(&Screen) -> bool + Send>;

struct Seen {
    parser: Parser<Marks>,
    bytes: usize,
    /// When the last of them came.
    last: Instant,
    /// What is waited for, and when it was there.
    wanted: Option<Wanted>,
    found: Option<Instant>,
    closed: bool,
}

/// What a terminal notices beside the text.
#[derive(Default)]
struct Marks {
    /// Frames that ended.
    frames: usize,
    /// Answers to what the program asked its terminal.
    answers: Vec<u8>,
}

impl Callbacks for Marks {
    fn unhandled_csi(&mut self, _: &mut Screen, mark: Option<u8>, _: Option<u8>, parameters: &[&[u16]], c: char) {
        match (mark, parameters, c) {
            (Some(b'?'), [[2026]], 'l') => self.frames += 1,
            (None, _, 'c') => self.answers.extend_from_slice(b"\x1b[?62;22c"),
            _ => {}
        }
    }

    fn unhandled_osc(&mut self, _: &mut Screen, parameters: &[&[u8]]) {
        match parameters {
            [b"10", b"?"] => self.answers.extend_from_slice(b"\x1b]10;rgb:eeee/eeee/eeee\x1b\\"),
            [b"11", b"?"] => self.answers.extend_from_slice(b"\x1b]11;rgb:1c1c/1c1c/1c1c\x1b\\"),
            _ => {}
        }
    }
}

/// What followed some keys until nothing more came.
#[derive(Clone, Copy, Debug)]
pub(super) struct Followed {
    pub(super) bytes: usize,
    pub(super) frames: usize,
    /// From the keys to the last byte.
    pub(super) took: Duration,
}

impl Pty {
    /// Starts a program with nothing in its environment but this.
    pub(super) fn start(program: &Path, args: &[OsString], env: &[(&str, &Path)]) -> color_eyre::Result<Self> {
        let size = PtySize { cols: SIZE.0, rows: SIZE.1, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).map_err(|e| eyre!("there is no pseudo-terminal: {e}"))?;
        let mut command = CommandBuilder::new(program);
        command.args(args);
        command.env_clear();
        for (name, value) in env {
            command.env(name, value);
        }
        for (name, value) in [("TERM", "xterm-256color"), ("LANG", "C.UTF-8"), ("PATH", "/usr/bin:/bin")] {
            command.env(name, value);
        }
        let mut output = pair.master.try_clone_reader().map_err(|e| eyre!("{e}"))?;
        let input = Arc::new(Mutex::new(pair.master.take_writer().map_err(|e| eyre!("{e}"))?));
        let started = Instant::now();
        let seen = Seen {
            parser: Parser::new_with_callbacks(cells(SIZE.1), cells(SIZE.0), 0, Marks::default()),
            bytes: 0,
            last: started,
            wanted: None,
            found: None,
            closed: false,
        };
        let shared = Arc::new(Shared { seen: Mutex::new(seen), changed: Condvar::new() });
        let (watched, answered) = (Arc::clone(&shared), Arc::clone(&input));
        std::thread::spawn(move || {
            let mut buffer = vec![0; 64 * 1024];
            while watched.take(output.read(&mut buffer).ok().and_then(|read| buffer.get(..read)), &answered) {}
        });
        let child = pair.slave.spawn_command(command).map_err(|e| eyre!("{} did not start: {e}", program.display()))?;
        Ok(Self { child, _master: pair.master, input, shared, started })
    }

    pub(super) fn pid(&self) -> color_eyre::Result<u32> {
        self.child.process_id().ok_or_else(|| eyre!("the program has ended"))
    }

    /// Waits until the screen shows something; how long after the start it did.
    pub(super) fn shows(&self, wanted: impl Fn(&Screen) -> bool + Send + 'static) -> color_eyre::Result<Duration> {
        self.want(wanted);
        Ok(self.found()?.duration_since(self.started))
    }

    /// Presses keys and waits until the screen shows something; how long it took.
    pub(super) fn leads_to(
        &self,
        keys: &str,
        wanted: impl Fn(&Screen) -> bool + Send + 'static,
    ) -> color_eyre::Result<Duration> {
        self.want(wanted);
        let since = Instant::now();
        self.press(keys)?;
        Ok(self.found()?.duration_since(since))
    }

    /// Presses keys and waits until nothing has come for `quiet`.
    pub(super) fn follows(&self, keys: &str, quiet: Duration) -> color_eyre::Result<Followed> {
        let (bytes, frames) = self.written();
        let since = Instant::now();
        self.press(keys)?;
        let mut seen = self.shared.seen();
        while seen.bytes == bytes {
            seen = self.shared.wait(seen, since + PATIENCE)?;
        }
        drop(seen);
        self.rest(quiet)?;
        let seen = self.shared.seen();
        let (bytes, frames) = (seen.bytes - bytes, seen.parser.callbacks().frames - frames);
        Ok(Followed { bytes, frames, took: seen.last.duration_since(since) })
    }

    /// Waits until nothing has come for `quiet`.
    pub(super) fn rest(&self, quiet: Duration) -> color_eyre::Result<()> {
        let end = Instant::now() + PATIENCE;
        let mut seen = self.shared.seen();
        let mut since = Instant::now();
        while since.elapsed() < quiet {
            let before = seen.bytes;
            seen = self.shared.wait_at_most(seen, quiet.saturating_sub(since.elapsed()));
            if seen.bytes != before {
                since = Instant::now();
            }
            if seen.closed || Instant::now() > end {
                bail!("the program {}", if seen.closed { "has ended" } else { "does not rest" });
            }
        }
        Ok(())
    }

    /// Bytes and frames written so far.
    pub(super) fn written(&self) -> (usize, usize) {
        let seen = self.shared.seen();
        (seen.bytes, seen.parser.callbacks().frames)
    }

    /// Presses keys that end the program, and waits until it has.
    pub(super) fn end(mut self, keys: &str) -> color_eyre::Result<()> {
        self.press(keys)?;
        self.child.wait()?;
        Ok(())
    }

    fn press(&self, keys: &str) -> color_eyre::Result<()> {
        let mut input = self.input.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(input.write_all(keys.as_bytes()).and_then(|()| input.flush())?)
    }

    fn want(&self, wanted: impl Fn(&Screen) -> bool + Send + 'static) {
        let mut seen = self.shared.seen();
        seen.found = wanted(seen.parser.screen()).then(Instant::now);
        seen.wanted = Some(Box::new(wanted));
    }

    fn found(&self) -> color_eyre::Result<Instant> {
        let end = Instant::now() + PATIENCE;
        let mut seen = self.shared.seen();
        loop {
            if let Some(found) = seen.found {
                return Ok(found);
            }
            seen = self.shared.wait(seen, end)?;
        }
    }
}

impl Drop for Pty {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Shared {
    fn seen(&self) -> MutexGuard<'_, Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Takes what was read; says whether more may come.
    fn take(&self, read: Option<&[u8]>, input: &Mutex<Box<dyn Write + Send>>) -> bool {
        let now = Instant::now();
        let mut seen = self.seen();
        let bytes = read.unwrap_or_default();
        seen.closed = bytes.is_empty();
        if !bytes.is_empty() {
            seen.parser.process(bytes);
            seen.bytes += bytes.len();
            seen.last = now;
        }
        if seen.found.is_none() && seen.wanted.as_ref().is_some_and(|wanted| wanted(seen.parser.screen())) {
            seen.found = Some(now);
        }
        let answers = std::mem::take(&mut seen.parser.callbacks_mut().answers);
        let more = !seen.closed;
        drop(seen);
        self.changed.notify_all();
        if !answers.is_empty() {
            // A program that has ended hears no answer.
            let _ = input.lock().unwrap_or_else(PoisonError::into_inner).write_all(&answers);
        }
        more
    }

    fn wait<'a>(&self, seen: MutexGuard<'a, Seen>, end: Instant) -> color_eyre::Result<MutexGuard<'a, Seen>> {
        let seen = self.wait_at_most(seen, end.saturating_duration_since(Instant::now()));
        if seen.closed || Instant::now() > end {
            let screen = seen.parser.screen().contents();
            let why = if seen.closed { "the program has ended" } else { "it never came" };
            bail!("{why}; the last screen:\n{}", crate::domain::text::block(screen.trim()));
        }
        Ok(seen)
    }

    fn wait_at_most<'a>(&self, seen: MutexGuard<'a, Seen>, most: Duration) -> MutexGuard<'a, Seen> {
        self.changed.wait_timeout(seen, most).unwrap_or_else(PoisonError::into_inner).0
    }
}

fn cells(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap_or(NonZeroU16::MIN)
}
