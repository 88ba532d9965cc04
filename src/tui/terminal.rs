//! The terminal while it is ours: raw, alternate, with bracketed paste and focus reports; given back on every way out.

use std::io::{self, Stdout, Write as _};
use std::sync::Once;

use crossterm::event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange};
use crossterm::terminal::{EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{Command as _, cursor, execute, terminal};

use crate::tui::model::Model;
use crate::tui::sheet::Sheet;
use crate::tui::theme::{Theme, by_ground};

/// Holds the terminal; dropping it gives the terminal back.
#[derive(Debug)]
pub struct Guard {
    sheet: Sheet<Stdout>,
}

impl Guard {
    /// Takes the terminal.
    ///
    /// # Errors
    /// When standard output is no terminal.
    pub fn take() -> io::Result<Self> {
        give_back_on_panic();
        let size = terminal::size()?;
        enter()?;
        Ok(Self { sheet: Sheet::new(io::stdout(), size)? })
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
        self.sheet.draw(model)
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
        leave();
        stop_self()?;
        enter()?;
        self.redraw(terminal::size()?)
    }

    /// Puts a text on the clipboard by OSC 52.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        let mut copied = String::new();
        // A string takes everything.
        let _ = crossterm::clipboard::CopyToClipboard::to_clipboard_from(text).write_ansi(&mut copied);
        self.sheet.write_now(copied.as_bytes())
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

fn enter() -> io::Result<()> {
    terminal::enable_raw_mode()?;
    execute!(io::stdout(), EnterAlternateScreen, EnableBracketedPaste, EnableFocusChange, cursor::Hide)
}

/// Undoes everything that [`enter`] did; there is nobody left to tell about an error.
fn leave() {
    let _ = execute!(
        io::stdout(),
        EndSynchronizedUpdate,
        DisableFocusChange,
        DisableBracketedPaste,
        LeaveAlternateScreen,
        cursor::Show
    );
    let _ = terminal::disable_raw_mode();
    let _ = io::stdout().flush();
}

fn give_back_on_panic() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let before = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            leave();
            before(info);
        }));
    });
}

/// Stops this process as the shell expects it. `kill` is asked, because raising a signal needs unsafe code.
fn stop_self() -> io::Result<()> {
    let id = std::process::id().to_string();
    std::process::Command::new("kill").args(["-TSTP", &id]).status().map(|_| ())
}
