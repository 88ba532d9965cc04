//! The terminal while it is ours: raw, alternate, with bracketed paste and focus reports; given back on every way out.

use std::io::{self, BufWriter, Stdout, Write as _};
use std::sync::Once;

use crossterm::event::{DisableBracketedPaste, DisableFocusChange, EnableBracketedPaste, EnableFocusChange};
use crossterm::terminal::{BeginSynchronizedUpdate, EndSynchronizedUpdate, EnterAlternateScreen, LeaveAlternateScreen};
use crossterm::{cursor, execute, queue, style, terminal};
use ratatui::backend::CrosstermBackend;
use ratatui::layout::Rect;
use ratatui::{Terminal, TerminalOptions, Viewport};

use crate::tui::model::Model;
use crate::tui::theme::Theme;
use crate::tui::view;

/// A frame fits in it, so that a frame is one write.
const BUFFER: usize = 256 * 1024;

/// Holds the terminal; dropping it gives the terminal back.
#[derive(Debug)]
pub struct Guard {
    terminal: Terminal<CrosstermBackend<BufWriter<Stdout>>>,
    drawn_for: (u16, u16),
}

impl Guard {
    /// Takes the terminal.
    ///
    /// # Errors
    /// When standard output is no terminal.
    pub fn take() -> io::Result<Self> {
        give_back_on_panic();
        // NO_COLOR is the theme's business: crossterm's own way of it would reset bold and reverse too.
        style::force_color_output(true);
        let (width, height) = terminal::size()?;
        enter()?;
        let backend = CrosstermBackend::new(BufWriter::with_capacity(BUFFER, io::stdout()));
        let area = Rect::new(0, 0, width, height);
        let terminal = Terminal::with_options(backend, TerminalOptions { viewport: Viewport::Fixed(area) })?;
        Ok(Self { terminal, drawn_for: (width, height) })
    }

    /// Columns and rows.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn size(&self) -> io::Result<(u16, u16)> {
        terminal::size()
    }

    /// Draws a frame: one write, shown at once.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(&mut self, model: &Model) -> io::Result<()> {
        queue!(self.terminal.backend_mut(), BeginSynchronizedUpdate)?;
        if self.drawn_for != model.size() {
            self.redraw(model.size())?;
        }
        self.terminal.draw(|frame| view::view(model, frame))?;
        queue!(self.terminal.backend_mut(), EndSynchronizedUpdate)?;
        self.terminal.backend_mut().flush()
    }

    /// Draws every cell with the next frame. Asks the terminal nothing: `Terminal::clear` would, and may wait long.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn redraw(&mut self, size: (u16, u16)) -> io::Result<()> {
        self.drawn_for = size;
        self.terminal.resize(Rect::new(0, 0, size.0, size.1))?;
        queue!(self.terminal.backend_mut(), terminal::Clear(terminal::ClearType::All))
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
        let copied = crossterm::clipboard::CopyToClipboard::to_clipboard_from(text);
        execute!(self.terminal.backend_mut(), copied)
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        leave();
    }
}

/// Dark, light or no colour: asked of the environment's word first, then of the terminal. Before the event loop only.
#[must_use]
pub fn detect_theme(no_color: bool) -> Theme {
    if no_color {
        return Theme::NoColor;
    }
    let asked = terminal_colorsaurus::theme_mode(terminal_colorsaurus::QueryOptions::default());
    match asked {
        Ok(terminal_colorsaurus::ThemeMode::Light) => Theme::Light,
        Ok(terminal_colorsaurus::ThemeMode::Dark) | Err(_) => Theme::Dark,
    }
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
