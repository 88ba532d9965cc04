//! Colours of one's own, in place of some of a theme's.

use ratatui::style::{Color, Style};

use crate::domain::text;
use crate::tui::theme::color::{NAMES, nearest, readable_on, rgb};
use crate::tui::theme::{Ink, Theme};

/// Colours in place of a theme's; none at first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OwnColors {
    colors: [Option<Color>; Ink::NAMES.len()],
}

/// What is no ink, or no colour.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadColor {
    /// There is no such ink.
    #[error("there is no `{0}` to colour: {inks}", inks = inks())]
    Ink(String),
    /// There is no such colour.
    #[error("`{0}` is no colour: #rrggbb, 0 to 255, or a name like red or bright-red")]
    Color(String),
}

fn inks() -> String {
    Ink::NAMES.map(|(_, name)| name).join(", ")
}

impl OwnColors {
    /// Takes one more, by the names of the configuration.
    ///
    /// # Errors
    /// When there is no such ink or colour.
    pub fn set(&mut self, ink: &str, color: &str) -> Result<(), BadColor> {
        let found = Ink::NAMES.iter().find(|(_, name)| *name == ink);
        let (found, _) = found.ok_or_else(|| BadColor::Ink(text::short(ink, 40)))?;
        self.colors[*found as usize] = Some(parse(color).ok_or_else(|| BadColor::Color(text::short(color, 40)))?);
        Ok(())
    }

    /// The same for a terminal that has 256 colours and no more.
    #[must_use]
    pub fn in_256(mut self) -> Self {
        for color in self.colors.iter_mut().flatten() {
            if let Color::Rgb(red, green, blue) = *color {
                *color = nearest((red, green, blue));
            }
        }
        self
    }

    /// How `ink` looks in `theme` with them. Where there is to be no colour there is none.
    pub(crate) fn over(&self, theme: Theme, ink: Ink) -> Style {
        let shipped = theme.style(ink);
        match self.colors[ink as usize].filter(|_| theme != Theme::NoColor) {
            None => shipped,
            Some(color) if ink.is_block() => on(shipped, color),
            Some(color) => shipped.fg(color),
        }
    }
}

/// A block on another ground, in black or white where it is known which is read.
fn on(shipped: Style, ground: Color) -> Style {
    let style = Style { sub_modifier: shipped.sub_modifier, ..shipped }.bg(ground);
    let style = style.remove_modifier(ratatui::style::Modifier::REVERSED);
    rgb(ground).map_or(style, |known| style.fg(readable_on(known)))
}

fn parse(color: &str) -> Option<Color> {
    if let Some(hex) = color.strip_prefix('#').filter(|hex| hex.len() == 6 && hex.is_ascii()) {
        let part = |at: usize| u8::from_str_radix(&hex[at..at + 2], 16).ok();
        return Some(Color::Rgb(part(0)?, part(2)?, part(4)?));
    }
    let named = NAMES.iter().find(|(name, _)| *name == color).map(|(_, color)| *color);
    named.or_else(|| color.parse().ok().map(Color::Indexed))
}
