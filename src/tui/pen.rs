//! What goes to the terminal: only what changed, in as few bytes as it takes, a frame as one write, and nothing at all
//! where nothing changed. Over a slow line a byte is a third of a millisecond.

use std::io::{self, Write};

use ratatui::backend::{Backend, ClearType, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::{Color, Modifier};

use crate::tui::theme::color::Depth;

/// Begins and ends a frame that the terminal shows at once.
const BEGIN: &[u8] = b"\x1b[?2026h";
const END: &[u8] = b"\x1b[?2026l";

/// Writes cells as escape sequences. What it is told is kept until [`Backend::flush`], the end of a frame.
#[derive(Debug)]
pub(crate) struct Pen<W> {
    out: W,
    /// Columns and rows of the terminal.
    size: Size,
    frame: Vec<u8>,
    /// Where the terminal writes next, while that is known.
    at: Option<Position>,
    /// Whether every terminal agrees on it: nothing but ASCII was written since the last move to a named place.
    is_agreed: bool,
    look: Look,
    shows_cursor: Option<bool>,
    /// How many colours the terminal has.
    pub(crate) depth: Depth,
}

/// How the terminal writes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Look {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

impl<W: Write> Pen<W> {
    pub(crate) fn new(out: W, size: Size) -> Self {
        let (frame, look, depth) = (BEGIN.to_vec(), Look::default(), Depth::default());
        Self { out, size, frame, at: None, is_agreed: false, look, shows_cursor: None, depth }
    }

    /// Writes something that is no frame, and at once.
    pub(crate) fn write_now(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.out.write_all(bytes)?;
        self.out.flush()
    }

    /// Forgets what the terminal was told: somebody else has written to it.
    pub(crate) fn forget(&mut self, size: Size) {
        self.frame.truncate(BEGIN.len());
        self.frame.extend_from_slice(b"\x1b[m");
        (self.size, self.at, self.look, self.shows_cursor) = (size, None, Look::default(), None);
    }

    fn move_to(&mut self, to: Position) {
        if self.at == Some(to) {
            return;
        }
        self.frame.extend_from_slice(b"\x1b[");
        if let Some(at) = self.at.filter(|at| self.is_agreed && at.y == to.y && at.x < to.x) {
            if to.x > at.x + 1 {
                self.number(to.x - at.x);
            }
            self.frame.push(b'C');
            self.at = Some(to);
            return;
        }
        if to != Position::ORIGIN {
            // A first column need not be named.
            self.number(to.y + 1);
            if to.x > 0 {
                self.frame.push(b';');
                self.number(to.x + 1);
            }
        }
        self.frame.push(b'H');
        (self.at, self.is_agreed) = (Some(to), true);
    }

    fn number(&mut self, n: u16) {
        // A vector takes everything.
        let _ = write!(self.frame, "{n}");
    }

    fn look(&mut self, wanted: Look) {
        if self.look == wanted {
            return;
        }
        let (changed, anew) = (changes(self.look, wanted), whole(wanted));
        let shorter = if changed.len() <= anew.len() { changed } else { anew };
        self.frame.extend_from_slice(b"\x1b[");
        self.frame.extend_from_slice(shorter.as_bytes());
        self.frame.push(b'm');
        self.look = wanted;
    }

    fn cursor(&mut self, shown: bool) {
        if self.shows_cursor != Some(shown) {
            self.frame.extend_from_slice(if shown { b"\x1b[?25h" } else { b"\x1b[?25l" });
            self.shows_cursor = Some(shown);
        }
    }
}

impl<W: Write> Backend for Pen<W> {
    type Error = io::Error;

    fn draw<'a, I: Iterator<Item = (u16, u16, &'a Cell)>>(&mut self, cells: I) -> io::Result<()> {
        for (x, y, cell) in cells {
            self.move_to(Position { x, y });
            let (fg, bg) = (self.depth.shown(cell.fg), self.depth.shown(cell.bg));
            self.look(Look { fg, bg, modifier: cell.modifier });
            self.frame.extend_from_slice(cell.symbol().as_bytes());
            self.is_agreed &= cell.symbol().is_ascii();
            // A wide glyph is followed by a move, so that terminals which disagree about its width do not drift.
            self.at = Some(Position { x: x + 1, y });
        }
        self.look(Look::default());
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.cursor(false);
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.cursor(true);
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        Ok(self.at.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, to: P) -> io::Result<()> {
        self.move_to(to.into());
        Ok(())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.frame.extend_from_slice(match region {
            ClearType::All => b"\x1b[2J",
            ClearType::AfterCursor => b"\x1b[J",
            ClearType::BeforeCursor => b"\x1b[1J",
            ClearType::CurrentLine => b"\x1b[2K",
            ClearType::UntilNewLine => b"\x1b[K",
        });
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        Ok(self.size)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size, pixels: Size::default() })
    }

    fn flush(&mut self) -> io::Result<()> {
        if self.frame.len() == BEGIN.len() {
            return Ok(());
        }
        self.frame.extend_from_slice(END);
        let written = self.out.write_all(&self.frame).and_then(|()| self.out.flush());
        self.frame.truncate(BEGIN.len());
        written
    }
}

/// Modifiers, what switches each on, and what switches it off; bold and dim go off together.
const MODIFIERS: [(Modifier, &str, &str); 9] = [
    (Modifier::BOLD, "1", "22"),
    (Modifier::DIM, "2", "22"),
    (Modifier::ITALIC, "3", "23"),
    (Modifier::UNDERLINED, "4", "24"),
    (Modifier::SLOW_BLINK, "5", "25"),
    (Modifier::RAPID_BLINK, "6", "25"),
    (Modifier::REVERSED, "7", "27"),
    (Modifier::HIDDEN, "8", "28"),
    (Modifier::CROSSED_OUT, "9", "29"),
];

/// The parameters that make a plain look this one.
fn whole(to: Look) -> String {
    let from_plain = changes(Look::default(), to);
    if from_plain.is_empty() { from_plain } else { format!("0;{from_plain}") }
}

/// The parameters that make one look another.
fn changes(from: Look, to: Look) -> String {
    let mut parameters = String::new();
    let mut add = |parameter: &str| {
        if !parameters.is_empty() {
            parameters.push(';');
        }
        parameters.push_str(parameter);
    };
    let mut on = from.modifier;
    for (modifier, _, off) in MODIFIERS {
        if on.contains(modifier) && !to.modifier.contains(modifier) {
            add(off);
            on.remove(MODIFIERS.iter().filter(|(_, _, other)| *other == off).map(|(same, ..)| *same).collect());
        }
    }
    for (modifier, switch, _) in MODIFIERS {
        if to.modifier.contains(modifier) && !on.contains(modifier) {
            add(switch);
        }
    }
    if from.fg != to.fg {
        add(&colour(to.fg, 30));
    }
    if from.bg != to.bg {
        add(&colour(to.bg, 40));
    }
    parameters
}

/// A colour of the text (`ground` 30) or behind it (40). The sixteen have names of their own: every terminal knows them.
fn colour(colour: Color, ground: u8) -> String {
    let of_sixteen = match colour {
        Color::Reset => return (ground + 9).to_string(),
        Color::Indexed(n) => return format!("{};5;{n}", ground + 8),
        Color::Rgb(r, g, b) => return format!("{};2;{r};{g};{b}", ground + 8),
        Color::Black => 0,
        Color::Red => 1,
        Color::Green => 2,
        Color::Yellow => 3,
        Color::Blue => 4,
        Color::Magenta => 5,
        Color::Cyan => 6,
        Color::Gray => 7,
        Color::DarkGray => 60,
        Color::LightRed => 61,
        Color::LightGreen => 62,
        Color::LightYellow => 63,
        Color::LightBlue => 64,
        Color::LightMagenta => 65,
        Color::LightCyan => 66,
        Color::White => 67,
    };
    (ground + of_sixteen).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(fg: Color, bg: Color, modifier: Modifier) -> Look {
        Look { fg, bg, modifier }
    }

    /// Every look that two colours on two grounds can have with any two modifiers.
    fn looks() -> Vec<Look> {
        let colours = [Color::Reset, Color::Indexed(245), Color::LightRed, Color::Rgb(1, 20, 255)];
        let modifiers = MODIFIERS.iter().flat_map(|(a, ..)| MODIFIERS.iter().map(|(b, ..)| *a | *b));
        let modifiers: Vec<Modifier> = modifiers.chain([Modifier::empty()]).collect();
        let grounds = colours.iter().flat_map(|fg| colours.iter().map(|bg| (*fg, *bg)));
        grounds.flat_map(|(fg, bg)| modifiers.iter().map(move |modifier| look(fg, bg, *modifier))).collect()
    }

    /// What a terminal makes of a parameter list, by the standard's own table.
    fn obeyed(mut now: Look, parameters: &str) -> Look {
        let mut parts = parameters.split(';').map(|part| part.parse::<u8>().unwrap_or(0));
        while let Some(part) = parts.next() {
            match part {
                0 => now = Look::default(),
                38 | 48 => {
                    let colour = if parts.next() == Some(5) {
                        Color::Indexed(parts.next().unwrap())
                    } else {
                        Color::Rgb(parts.next().unwrap(), parts.next().unwrap(), parts.next().unwrap())
                    };
                    *if part == 38 { &mut now.fg } else { &mut now.bg } = colour;
                }
                39 => now.fg = Color::Reset,
                49 => now.bg = Color::Reset,
                91 => now.fg = Color::LightRed,
                101 => now.bg = Color::LightRed,
                22 => now.modifier.remove(Modifier::BOLD | Modifier::DIM),
                25 => now.modifier.remove(Modifier::SLOW_BLINK | Modifier::RAPID_BLINK),
                on @ 1..=9 => now.modifier.insert(MODIFIERS[usize::from(on) - 1].0),
                off @ 23..=29 => {
                    now.modifier.remove(MODIFIERS.iter().find(|m| m.2 == off.to_string()).unwrap().0);
                }
                other => panic!("{other} is no parameter of ours"),
            }
        }
        now
    }

    #[test]
    fn a_terminal_that_obeys_ends_up_with_the_look_that_was_wanted() {
        let looks = looks();
        for from in &looks {
            for to in looks.iter().filter(|to| *to != from) {
                assert_eq!(obeyed(*from, &changes(*from, *to)), *to, "from {from:?}");
                assert_eq!(obeyed(*from, &whole(*to)), *to, "from {from:?}");
            }
        }
    }

    #[test]
    fn a_run_of_one_look_says_it_once_and_ends_plain() {
        let mut pen = Pen::new(Vec::new(), Size::new(9, 2));
        let mut cell = Cell::new("a");
        cell.set_fg(Color::Indexed(245));
        pen.draw([(2, 1, &cell), (3, 1, &cell), (0, 0, &Cell::new("b"))].into_iter()).unwrap();
        pen.flush().unwrap();
        let expect = "\x1b[?2026h\x1b[2;3H\x1b[38;5;245maa\x1b[H\x1b[mb\x1b[?2026l";
        assert_eq!(String::from_utf8(pen.out).unwrap(), expect);
    }

    #[test]
    fn a_gap_is_stepped_over_but_never_behind_a_glyph_whose_width_is_disputed() {
        let written = |first: &'static str| {
            let mut pen = Pen::new(Vec::new(), Size::new(9, 2));
            pen.draw([(0, 0, &Cell::new(first)), (3, 0, &Cell::new("b"))].into_iter()).unwrap();
            String::from_utf8(pen.frame).unwrap()
        };
        assert_eq!(written("a"), "\x1b[?2026h\x1b[Ha\x1b[2Cb");
        assert_eq!(written("\u{2026}"), "\x1b[?2026h\x1b[H\u{2026}\x1b[1;4Hb");
    }

    #[test]
    fn what_is_so_already_is_not_said_again() {
        let mut pen = Pen::new(Vec::new(), Size::new(9, 2));
        pen.show_cursor().unwrap();
        pen.set_cursor_position((3, 1)).unwrap();
        pen.flush().unwrap();
        let before = pen.out.len();
        pen.draw(std::iter::empty()).unwrap();
        pen.show_cursor().unwrap();
        pen.set_cursor_position((3, 1)).unwrap();
        pen.flush().unwrap();
        assert_eq!(pen.out.len(), before);
        pen.forget(Size::new(9, 2));
        pen.show_cursor().unwrap();
        pen.flush().unwrap();
        assert!(pen.out.len() > before, "after somebody else has written it is said again");
    }
}
