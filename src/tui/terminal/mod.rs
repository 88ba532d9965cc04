//! The terminal while it is ours: raw, alternate, with bracketed paste and focus reports; given back on every way out.

mod aside;
mod clipboard;
mod late;
mod panics;

use std::io::{self, Stdout, Write as _};
use std::sync::atomic::{AtomicBool, Ordering};

use crossterm::event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange};
use crossterm::terminal::{EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{cursor, execute, style, terminal};

use crate::tui::manner::Notify;
use crate::tui::model::Model;
use crate::tui::sheet::Sheet;
use crate::tui::terminal::aside::Wiring;
pub(crate) use crate::tui::terminal::late::{Late, OPENS};
use crate::tui::terminal::panics::Panics;
use crate::tui::theme::{Theme, by_ground, depth};
use crate::tui::view;

/// Holds the terminal; dropping it gives the terminal back.
#[derive(Debug)]
pub struct Guard {
    sheet: Sheet<Stdout>,
    wiring: Wiring,
    /// The title that it has.
    title: String,
    /// Whether it reports the mouse.
    mouse: bool,
    panics: Panics,
}

impl Guard {
    /// Takes the terminal.
    ///
    /// # Errors
    /// When standard output is no terminal.
    pub fn take() -> io::Result<Self> {
        let panics = Panics::hear(leave);
        let size = terminal::size()?;
        let wiring = Wiring::of(variable);
        TITLED.store(wiring.titles, Ordering::Relaxed);
        enter().inspect_err(|_| leave())?;
        Ok(Self {
            sheet: Sheet::new(io::stdout(), size)?.with(depth(variable)),
            wiring,
            title: String::new(),
            mouse: false,
            panics,
        })
    }

    /// Columns and rows.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        terminal::size()
    }

    /// Draws a frame: one write, shown at once; none where nothing changed.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(&mut self, model: &Model) -> io::Result<()> {
        self.sheet.draw(model)?;
        self.entitle(view::title(model))
    }

    /// Draws every cell with the next frame.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn redraw(&mut self, size: (u16, u16)) -> io::Result<()> {
        self.sheet.redraw(size)
    }

    /// Gives the terminal back, stops until `fg`, and takes it again.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn suspend(&mut self) -> io::Result<()> {
        self.lend();
        stop_self()?;
        self.take_back()
    }

    /// Gives the terminal to another program; [`Guard::take_back`] comes next.
    pub fn lend(&mut self) {
        leave();
    }

    /// Takes the terminal again.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn take_back(&mut self) -> io::Result<()> {
        enter()?;
        self.title.clear();
        self.point(self.mouse)?;
        self.redraw(terminal::size()?)
    }

    /// Has the system say again that there are keys, where there are. crossterm forgets those that come together with a new
    /// size until the next one comes.
    pub fn look_again(&mut self) {
        look_again();
    }

    /// Waits until another part of the program panics, and says what it said.
    pub async fn panicked(&mut self) -> String {
        self.panics.elsewhere().await
    }

    /// What the screen's own panic said, if there was one: the terminal was given back at once, and nothing is printed yet.
    #[must_use]
    pub fn mistake() -> Option<String> {
        Panics::own()
    }

    /// Puts a text on the clipboard.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        clipboard::hand_over(text, variable);
        self.send(&clipboard::sequence(text, self.wiring.through))
    }

    /// Calls for attention.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn call(&mut self, how: Notify, words: &str) -> io::Result<()> {
        self.send(&aside::call(how, words, self.wiring.through))
    }

    /// Has the mouse reported from now on, or not any more: presses and the wheel, no motion.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn point(&mut self, reported: bool) -> io::Result<()> {
        let before = std::mem::replace(&mut self.mouse, reported);
        match (before, reported) {
            (_, true) => self.send(MOUSE),
            (true, false) => self.send(NO_MOUSE),
            (false, false) => Ok(()),
        }
    }

    fn entitle(&mut self, title: String) -> io::Result<()> {
        if !self.wiring.titles || title == self.title {
            return Ok(());
        }
        self.send(&aside::title(&title))?;
        self.title = title;
        Ok(())
    }

    fn send(&mut self, sequence: &str) -> io::Result<()> {
        self.sheet.write_now(sequence.as_bytes())
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        leave();
    }
}

/// Dark or light: asked of the terminal, before the event loop only. One that does not answer counts as dark.
#[must_use]
pub fn ask_ground() -> Theme {
    let asked = terminal_colorsaurus::theme_mode(terminal_colorsaurus::QueryOptions::default());
    by_ground(matches!(asked, Ok(terminal_colorsaurus::ThemeMode::Light)))
}

/// Presses and the wheel, in the form that has no limits.
const MOUSE: &str = "\u{1b}[?1000h\u{1b}[?1006h";
const NO_MOUSE: &str = "\u{1b}[?1006l\u{1b}[?1000l";

/// Plain, empty, from the top: a terminal that has no alternate screen, as `screen` and the Linux console, keeps no picture
/// for the shell to write into.
const WIPE: &str = "\u{1b}[m\u{1b}[2J\u{1b}[H";

/// Whether the terminal is ours: a panic and the guard may both give it back, and it is given back once.
static OURS: AtomicBool = AtomicBool::new(false);

/// Whether the title was put aside.
static TITLED: AtomicBool = AtomicBool::new(false);

fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// A sequence about the title, where there is one.
fn of_title(sequence: &'static str) -> style::Print<&'static str> {
    style::Print(if TITLED.load(Ordering::Relaxed) { sequence } else { "" })
}

fn enter() -> io::Result<()> {
    OURS.store(true, Ordering::Relaxed);
    terminal::enable_raw_mode()?;
    let push = of_title(aside::PUSH_TITLE);
    // Whoever was killed here before has left their screen behind.
    let wipe = style::Print(WIPE);
    execute!(io::stdout(), push, EnterAlternateScreen, wipe, EnableBracketedPaste, EnableFocusChange, cursor::Hide)
}

/// Undoes everything that [`enter`] did; there is nobody left to tell about an error.
fn leave() {
    if !OURS.swap(false, Ordering::Relaxed) {
        return;
    }
    let _ = execute!(
        io::stdout(),
        EndSynchronizedUpdate,
        style::Print(NO_MOUSE),
        DisableFocusChange,
        DisableBracketedPaste,
        style::Print(WIPE),
        LeaveAlternateScreen,
        cursor::Show,
        of_title(aside::POP_TITLE)
    );
    let _ = terminal::disable_raw_mode();
    let _ = io::stdout().flush();
}

/// Setting the line as it is set already wakes whoever waits for it.
#[cfg(unix)]
fn look_again() {
    use rustix::termios::{OptionalActions, tcgetattr, tcsetattr};
    let line = io::stdin();
    // A line that is gone has no keys.
    let _ = tcgetattr(&line).and_then(|set| tcsetattr(&line, OptionalActions::Now, &set));
}

/// Nothing is forgotten here.
#[cfg(not(unix))]
fn look_again() {}

/// Stops this program and what it was started with, as the terminal's own key would. Where nobody could wake it again,
/// the system stops nothing.
#[cfg(unix)]
fn stop_self() -> io::Result<()> {
    use rustix::process::{Signal, kill_current_process_group};
    Ok(kill_current_process_group(Signal::TSTP)?)
}

/// Nothing stops here.
#[cfg(not(unix))]
fn stop_self() -> io::Result<()> {
    Ok(())
}
