//! The real program in a real pseudo-terminal, and an eye on what it shows.

use std::io::{Read as _, Write as _};
use std::num::NonZeroU16;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

use crate::process::PROGRAM;

/// How long a text may take to appear; machines are shared.
const PATIENCE: Duration = Duration::from_mins(1);

pub(crate) struct Terminal {
    child: Box<dyn Child + Send + Sync>,
    /// Gone when the terminal was closed.
    wire: Option<Wire>,
    /// How the line was set before the program came.
    line: String,
    seen: Arc<(Mutex<Seen>, Condvar)>,
}

struct Wire {
    master: Box<dyn MasterPty + Send>,
    input: Box<dyn std::io::Write + Send>,
}

impl Wire {
    /// How the line is set: echo, whole lines, signals.
    fn line(&self) -> String {
        format!("{:?}", self.master.get_termios())
    }
}

struct Seen {
    parser: vt100::Parser,
    bytes: Vec<u8>,
    closed: bool,
    /// Nobody looks any more: the next bytes are the last.
    hangs_up: bool,
}

impl Terminal {
    pub(crate) fn start(home: &Path, width: u16, height: u16, args: &[&str]) -> Self {
        Self::with(home, width, height, args, &[])
    }

    /// For somebody who has sat here before: no tour stands over what a test looks at.
    pub(crate) fn with(home: &Path, width: u16, height: u16, args: &[&str], env: &[(&str, &str)]) -> Self {
        // A home that takes no folder is asked to by a test of its own, and shows no tour either.
        let _ = std::fs::create_dir_all(home.join(".local/state/countersign/screens"));
        Self::first(home, width, height, args, env)
    }

    /// For whoever it is, perhaps somebody who never sat here.
    pub(crate) fn first(home: &Path, width: u16, height: u16, args: &[&str], env: &[(&str, &str)]) -> Self {
        let args: Vec<&str> = ["--theme", "dark"].iter().chain(args).copied().collect();
        Self::of(PROGRAM, home, (width, height), &args, env)
    }

    /// Any program in a terminal.
    pub(crate) fn of(program: &str, home: &Path, size: (u16, u16), args: &[&str], env: &[(&str, &str)]) -> Self {
        let (width, height) = size;
        let size = PtySize { rows: height, cols: width, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let line = format!("{:?}", pair.master.get_termios());
        let mut command = CommandBuilder::new(program);
        command.env_clear();
        for (name, value) in [("HOME", home.to_str().unwrap()), ("USER", "maya"), ("TERM", "xterm-256color")] {
            command.env(name, value);
        }
        for (name, value) in env {
            command.env(name, value);
        }
        command.args(args);
        let child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let parser = vt100::Parser::new(cells(height), cells(width), 0);
        let seen =
            Arc::new((Mutex::new(Seen { parser, bytes: Vec::new(), closed: false, hangs_up: false }), Condvar::new()));
        let mut output = pair.master.try_clone_reader().unwrap();
        let watched = Arc::clone(&seen);
        std::thread::spawn(move || {
            let mut buffer = [0; 8192];
            loop {
                let read = output.read(&mut buffer).unwrap_or(0);
                let (lock, changed) = &*watched;
                let mut seen = lock.lock().unwrap();
                seen.parser.process(&buffer[..read]);
                seen.bytes.extend_from_slice(&buffer[..read]);
                seen.closed = read == 0 || seen.hangs_up;
                changed.notify_all();
                if seen.closed {
                    return;
                }
            }
        });
        let input = pair.master.take_writer().unwrap();
        Self { child, wire: Some(Wire { master: pair.master, input }), line, seen }
    }

    /// Types; escape sequences are the caller's.
    pub(crate) fn keys(&mut self, keys: &str) {
        let wire = self.wire.as_mut().unwrap();
        wire.input.write_all(keys.as_bytes()).unwrap();
        wire.input.flush().unwrap();
    }

    /// A paste, as a terminal marks it.
    pub(crate) fn paste(&mut self, text: &str) {
        self.keys(&format!("\u{1b}[200~{text}\u{1b}[201~"));
    }

    pub(crate) fn screen(&self) -> String {
        self.seen.0.lock().unwrap().parser.screen().contents()
    }

    /// Everything the terminal was sent so far.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        self.seen.0.lock().unwrap().bytes.clone()
    }

    /// Waits until the screen shows `text`.
    pub(crate) fn wait(&self, text: &str) -> String {
        self.wait_until(&format!("`{text}`"), |screen| screen.contains(text))
    }

    pub(crate) fn wait_gone(&self, text: &str) -> String {
        self.wait_until(&format!("`{text}` gone"), |screen| !screen.contains(text))
    }

    pub(crate) fn wait_until(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        self.wait_seen(what, |seen| holds(&seen.parser.screen().contents()))
    }

    fn wait_seen(&self, what: &str, holds: impl Fn(&Seen) -> bool) -> String {
        let end = Instant::now() + PATIENCE;
        let (lock, changed) = &*self.seen;
        let mut seen = lock.lock().unwrap();
        loop {
            let screen = seen.parser.screen().contents();
            if holds(&seen) {
                return screen;
            }
            let left = end.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero() && !seen.closed,
                "never saw {what}; closed: {}; the screen:\n{screen}",
                seen.closed
            );
            seen = changed.wait_timeout(seen, left).unwrap().0;
        }
    }

    /// Waits until nothing has been written for `quiet`.
    pub(crate) fn settle(&self, quiet: Duration) {
        let (lock, changed) = &*self.seen;
        let mut seen = lock.lock().unwrap();
        loop {
            let before = seen.bytes.len();
            let (after, timeout) = changed.wait_timeout(seen, quiet).unwrap();
            seen = after;
            if timeout.timed_out() && seen.bytes.len() == before {
                return;
            }
        }
    }

    pub(crate) fn resize(&self, width: u16, height: u16) {
        self.seen.0.lock().unwrap().parser.screen_mut().set_size(cells(height), cells(width));
        self.wire
            .as_ref()
            .unwrap()
            .master
            .resize(PtySize { rows: height, cols: width, pixel_width: 0, pixel_height: 0 })
            .unwrap();
    }

    pub(crate) fn alternate_screen(&self) -> bool {
        self.seen.0.lock().unwrap().parser.screen().alternate_screen()
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.process_id().unwrap()
    }

    pub(crate) fn kill(&mut self) {
        // SIGKILL: nothing can be put in order.
        let pid = self.pid().to_string();
        assert!(std::process::Command::new("kill").args(["-9", &pid]).status().unwrap().success());
        self.child.wait().unwrap();
    }

    pub(crate) fn signal(&self, name: &str) {
        let pid = self.pid().to_string();
        assert!(std::process::Command::new("kill").args(["-s", name, &pid]).status().unwrap().success());
    }

    /// Closes the terminal, as somebody closes a window.
    pub(crate) fn hang_up(&mut self) {
        self.seen.0.lock().unwrap().hangs_up = true;
        // What is drawn for the other size is the last that is read: whoever reads holds the terminal open.
        self.resize(90, 33);
        let (lock, changed) = &*self.seen;
        let (seen, timeout) = changed.wait_timeout_while(lock.lock().unwrap(), PATIENCE, |seen| !seen.closed).unwrap();
        assert!(!timeout.timed_out(), "it drew nothing for another size");
        drop(seen);
        self.wire = None;
    }

    /// Whether the line is set as it was before the program came.
    pub(crate) fn is_line_as_before(&self) -> bool {
        self.wire.as_ref().unwrap().line() == self.line
    }

    /// Waits until the terminal was sent these bytes.
    pub(crate) fn wait_sent(&self, wanted: &str) {
        let sent = |seen: &Seen| seen.bytes.windows(wanted.len()).any(|bytes| bytes == wanted.as_bytes());
        self.wait_seen(&format!("the bytes {wanted:?}"), sent);
    }

    /// Waits for the end; whether it was a good one.
    pub(crate) fn ended(&mut self) -> bool {
        self.exit_code() == 0
    }

    /// Waits for the end and everything that was written until then.
    pub(crate) fn exit_code(&mut self) -> u32 {
        let end = Instant::now() + PATIENCE;
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                let (lock, changed) = &*self.seen;
                drop(changed.wait_timeout_while(lock.lock().unwrap(), PATIENCE, |seen| !seen.closed).unwrap());
                return status.exit_code();
            }
            assert!(Instant::now() < end, "it did not end; the screen:\n{}", self.screen());
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn cells(n: u16) -> NonZeroU16 {
    NonZeroU16::new(n).unwrap()
}
