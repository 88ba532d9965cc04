//! The terminal while it is ours: raw, alternate, with bracketed paste and focus reports; given back on every way out.

mod aside;
mod clipboard;

use std::io::{self, Stdout, Write as _};
use std::panic::PanicHookInfo;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, Once, PoisonError};
use std::thread::ThreadId;

use crossterm::event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange};
use crossterm::terminal::{EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{cursor, execute, style, terminal};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

use crate::tui::manner::Notify;
use crate::tui::model::Model;
use crate::tui::sheet::Sheet;
use crate::tui::terminal::aside::Wiring;
use crate::tui::theme::{Theme, by_ground};
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
    panics: UnboundedReceiver<String>,
}

impl Guard {
    /// Takes the terminal.
    ///
    /// # Errors
    /// When standard output is no terminal.
    pub fn take() -> io::Result<Self> {
        let panics = hear_of_panics();
        let size = terminal::size()?;
        let wiring = Wiring::of(variable);
        TITLED.store(wiring.titles, Ordering::Relaxed);
        enter()?;
        Ok(Self { sheet: Sheet::new(io::stdout(), size)?, wiring, title: String::new(), mouse: false, panics })
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

    /// Waits until another part of the program panics, and says what it said.
    pub async fn panicked(&mut self) -> String {
        match self.panics.recv().await {
            Some(words) => words,
            None => std::future::pending().await,
        }
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
    terminal::enable_raw_mode()?;
    let push = of_title(aside::PUSH_TITLE);
    execute!(io::stdout(), push, EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange, cursor::Hide)
}

/// Undoes everything that [`enter`] did; there is nobody left to tell about an error.
fn leave() {
    let _ = execute!(
        io::stdout(),
        EndSynchronizedUpdate,
        style::Print(NO_MOUSE),
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show,
        of_title(aside::POP_TITLE)
    );
    let _ = terminal::disable_raw_mode();
    let _ = io::stdout().flush();
}

/// Who hears of panics: the thread of the screen, whose own panic ends the program, and the screen that runs there.
static HEARER: Mutex<Option<(ThreadId, UnboundedSender<String>)>> = Mutex::new(None);

/// A panic of the screen gives the terminal back and is printed. One elsewhere must do neither while the screen runs:
/// it is logged and told on the screen.
fn hear_of_panics() -> UnboundedReceiver<String> {
    static ONCE: Once = Once::new();
    let (sender, receiver) = unbounded_channel();
    *HEARER.lock().unwrap_or_else(PoisonError::into_inner) = Some((std::thread::current().id(), sender));
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            if !is_told(info) {
                leave();
                before(info);
            }
        }));
    });
    receiver
}

/// Tells the screen of a panic of another thread; false when there is no screen to tell, or it is the one that failed.
fn is_told(info: &PanicHookInfo<'_>) -> bool {
    let hearer = HEARER.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let Some((_, sender)) = hearer.filter(|(screen, _)| *screen != std::thread::current().id()) else { return false };
    let said = info.payload_as_str().unwrap_or("no words");
    let place = info.location().map(ToString::to_string).unwrap_or_default();
    tracing::error!(said, place, "part of the program panicked");
    sender.send(crate::domain::text::line(said).into_owned()).is_ok()
}

/// Stops this process as the shell expects it. `kill` is asked, because raising a signal needs unsafe code.
fn stop_self() -> io::Result<()> {
    let id = std::process::id().to_string();
    std::process::Command::new("kill").args(["-TSTP", &id]).status().map(|_| ())
}
