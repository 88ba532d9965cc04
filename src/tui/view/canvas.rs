//! What everything is drawn with: spans of escaped text in the inks of a theme, rows that never overflow.

use std::borrow::Cow;

use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, Clear};

use crate::domain::text;
use crate::tui::model::wrap;
use crate::tui::theme::{Ink, Inks};

/// Text as it may reach a terminal. The one place where text becomes something to draw.
pub(crate) fn outside(text: &str) -> Cow<'_, str> {
    text::line(text)
}

/// A frame and what is drawn with.
pub(crate) struct Canvas<'a, 'b> {
    frame: &'a mut Frame<'b>,
    inks: Inks,
    /// Whether the cursor stands where text is typed.
    typed: bool,
}

impl<'a, 'b> Canvas<'a, 'b> {
    pub(crate) fn new(frame: &'a mut Frame<'b>, inks: Inks) -> Self {
        let area = frame.area();
        frame.buffer_mut().set_style(area, inks.ground());
        Self { frame, inks, typed: false }
    }

    pub(crate) fn area(&self) -> Rect {
        self.frame.area()
    }

    /// A span of any text, escaped.
    pub(crate) fn say(&self, ink: Ink, text: impl AsRef<str>) -> Span<'static> {
        Span::styled(outside(text.as_ref()).into_owned(), self.inks.style(ink))
    }

    /// Draws a row of an area, cut with `…` when it is too long.
    pub(crate) fn row(&mut self, area: Rect, at: u16, spans: Vec<Span<'static>>) {
        if at < area.height {
            let line = cut(spans, usize::from(area.width));
            self.put(&line, area.x, area.y + at, area.width);
        }
    }

    /// Draws a row whose second part stands at the right edge; the first part gives way.
    pub(crate) fn row_split(&mut self, area: Rect, at: u16, left: Vec<Span<'static>>, right: Vec<Span<'static>>) {
        let right = cut(right, usize::from(area.width));
        let taken = u16::try_from(right.width()).unwrap_or(area.width).min(area.width);
        let gap = u16::from(taken > 0);
        let rest = Rect { width: area.width.saturating_sub(taken + gap), ..area };
        self.row(rest, at, left);
        if at < area.height {
            self.put(&right, area.right() - taken, area.y + at, taken);
        }
    }

    /// Draws over whatever was there: nothing of its look shines through.
    fn put(&mut self, line: &Line<'static>, x: u16, y: u16, width: u16) {
        let wide = u16::try_from(line.width()).unwrap_or(width).min(width);
        let buffer = self.frame.buffer_mut();
        buffer.set_style(Rect::new(x, y, wide, 1), Style::reset().patch(self.inks.ground()));
        buffer.set_line(x, y, line, width);
    }

    /// Lays an ink over a row that is drawn.
    pub(crate) fn tint_row(&mut self, area: Rect, at: u16, ink: Ink) {
        if at < area.height {
            self.frame.buffer_mut().set_style(Rect::new(area.x, area.y + at, area.width, 1), self.inks.style(ink));
            if ink == Ink::Selected {
                self.stand(area, at);
            }
        }
    }

    /// Fills a row with one character: a rule.
    pub(crate) fn rule(&mut self, area: Rect, at: u16) {
        self.row(area, at, vec![self.say(Ink::Rule, "─".repeat(usize::from(area.width)))]);
    }

    /// A column of `│`.
    pub(crate) fn bar(&mut self, area: Rect) {
        for at in 0..area.height {
            self.row(area, at, vec![self.say(Ink::Rule, "│")]);
        }
    }

    /// Empties an area and draws a border with titles around it; gives what is inside.
    pub(crate) fn boxed(&mut self, area: Rect, ink: Ink, title: Span<'static>, foot: Span<'static>) -> Rect {
        let width = usize::from(area.width.saturating_sub(4));
        let block = Block::bordered()
            .style(self.inks.ground())
            .border_style(self.inks.style(ink))
            .title_top(cut(vec![title], width))
            .title_bottom(cut(vec![foot], width));
        let inner = block.inner(area);
        self.frame.render_widget(Clear, area);
        self.frame.render_widget(block, area);
        self.stand(inner, 0);
        inner
    }

    /// Puts the real cursor at the start of a row, where the eye and a screen reader are to be; where text is typed it
    /// stays there.
    pub(crate) fn stand(&mut self, area: Rect, at: u16) {
        if !self.typed && at < area.height {
            self.frame.set_cursor_position(Position::new(area.x, area.y + at));
        }
    }

    /// Puts the real cursor where text is typed.
    pub(crate) fn cursor(&mut self, area: Rect, column: usize, row: usize) {
        let at = |n: usize, most: u16| u16::try_from(n).unwrap_or(u16::MAX).min(most.saturating_sub(1));
        let (x, y) = (at(column, area.width), at(row, area.height));
        self.typed = true;
        self.frame.set_cursor_position(Position::new(area.x + x, area.y + y));
    }
}

/// A line of at most `width` columns.
fn cut(mut spans: Vec<Span<'static>>, width: usize) -> Line<'static> {
    let columns = |spans: &[Span<'_>]| spans.iter().map(|span| wrap::columns(&span.content)).sum::<usize>();
    if columns(&spans) > width
        && let Some(last) = spans.last_mut()
    {
        // Blanks over the edge are not worth a mark.
        last.content = last.content.trim_end().to_owned().into();
    }
    if columns(&spans) <= width {
        return Line::from(spans);
    }
    let mut left = width.saturating_sub(1);
    let mut kept = Vec::new();
    for span in spans {
        let wide = wrap::columns(&span.content);
        if wide > left {
            kept.push(Span::styled(wrap::fit(&span.content, left + 1), span.style));
            break;
        }
        left -= wide;
        kept.push(span);
        if left == 0 {
            kept.push(Span::raw("…"));
            break;
        }
    }
    Line::from(kept)
}
