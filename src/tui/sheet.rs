//! Frames on a terminal, or on whatever else takes bytes: each is drawn whole, and what changed is written.

use std::io::{self, Write};

use ratatui::backend::{Backend as _, ClearType};
use ratatui::layout::{Rect, Size};
use ratatui::{Terminal, TerminalOptions, Viewport};

use crate::tui::model::Model;
use crate::tui::pen::Pen;
use crate::tui::theme::color::Depth;
use crate::tui::view;

/// What was drawn last, and the way to the terminal.
#[derive(Debug)]
pub struct Sheet<W: Write> {
    terminal: Terminal<Pen<W>>,
    drawn_for: (u16, u16),
}

impl<W: Write> Sheet<W> {
    /// An empty sheet of a size in columns and rows.
    ///
    /// # Errors
    /// Never yet: making one writes nothing.
    pub fn new(out: W, size: (u16, u16)) -> io::Result<Self> {
        let viewport = Viewport::Fixed(area(size));
        let terminal = Terminal::with_options(Pen::new(out, of(size)), TerminalOptions { viewport })?;
        Ok(Self { terminal, drawn_for: size })
    }

    /// For a terminal that has so many colours.
    #[must_use]
    pub(crate) fn with(mut self, depth: Depth) -> Self {
        self.terminal.backend_mut().depth = depth;
        self
    }

    /// Draws a frame: one write, shown at once; none where nothing changed.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn draw(&mut self, model: &Model) -> io::Result<()> {
        if self.drawn_for != model.size() {
            self.redraw(model.size())?;
        }
        self.terminal.draw(|frame| view::view(model, frame)).map(|_| ())
    }

    /// Draws every cell with the next frame. Asks the terminal nothing: `Terminal::clear` would, and may wait long.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn redraw(&mut self, size: (u16, u16)) -> io::Result<()> {
        self.drawn_for = size;
        self.terminal.backend_mut().forget(of(size));
        self.terminal.resize(area(size))?;
        self.terminal.backend_mut().clear_region(ClearType::All)
    }

    /// Writes something that is no frame.
    ///
    /// # Errors
    /// When the terminal is gone.
    pub fn write_now(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.terminal.backend_mut().write_now(bytes)
    }
}

fn area((width, height): (u16, u16)) -> Rect {
    Rect::new(0, 0, width, height)
}

fn of((width, height): (u16, u16)) -> Size {
    Size { width, height }
}
