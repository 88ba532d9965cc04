//! Colours, with a word or a glyph beside each: what the terminal can show, and what the person likes.

pub(crate) mod color;
mod guess;
mod own;
mod shipped;

use ratatui::style::Style;

pub(crate) use guess::depth;
pub use guess::{by_ground, guess};
pub use own::{BadColor, OwnColors};

/// What is drawn with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Theme {
    /// Light text on the terminal's dark ground.
    #[default]
    Dark,
    /// Dark text on the terminal's light ground.
    Light,
    /// White and strong colours on black, whatever the terminal's ground is.
    Contrast,
    /// The sixteen colours as the terminal has them.
    Terminal,
    /// No colour at all: reversed, bold, underlined.
    NoColor,
}

/// What a piece of text is; the theme says how it looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ink {
    Plain,
    /// Less important.
    Dim,
    /// A name or heading.
    Strong,
    /// What has the keyboard.
    Accent,
    /// The selected row where the keyboard is.
    Selected,
    /// The selected row elsewhere.
    SelectedIdle,
    /// Goes well.
    Good,
    /// Wants attention.
    Warn,
    /// Must not be overlooked.
    Danger,
    /// Must not be overlooked, as a block.
    Alarm,
    /// A statement without a source.
    Unsupported,
    /// What was looked for.
    Found,
    /// Only the desk reads it.
    Internal,
    /// A rule between panes.
    Rule,
}

impl Ink {
    /// Every ink and its name in the configuration, in the order of the enum.
    pub(crate) const NAMES: [(Ink, &'static str); 14] = [
        (Ink::Plain, "plain"),
        (Ink::Dim, "dim"),
        (Ink::Strong, "strong"),
        (Ink::Accent, "accent"),
        (Ink::Selected, "selected"),
        (Ink::SelectedIdle, "selected-idle"),
        (Ink::Good, "good"),
        (Ink::Warn, "warn"),
        (Ink::Danger, "danger"),
        (Ink::Alarm, "alarm"),
        (Ink::Unsupported, "unsupported"),
        (Ink::Found, "found"),
        (Ink::Internal, "internal"),
        (Ink::Rule, "rule"),
    ];

    /// Whether its colour is that of the ground under the text.
    pub(crate) fn is_block(self) -> bool {
        matches!(self, Self::Selected | Self::SelectedIdle | Self::Alarm)
    }
}

impl Theme {
    /// Every theme.
    pub const ALL: [Theme; 5] = [Self::Dark, Self::Light, Self::Contrast, Self::Terminal, Self::NoColor];

    /// Its name for people and in the configuration.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Dark => "dark",
            Self::Light => "light",
            Self::Contrast => "contrast",
            Self::Terminal => "terminal",
            Self::NoColor => "none",
        }
    }

    /// The theme of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|theme| theme.as_str() == name)
    }

    /// The one after it.
    #[must_use]
    pub fn next(self) -> Self {
        let at = Self::ALL.iter().position(|theme| *theme == self).unwrap_or(0);
        Self::ALL[(at + 1) % Self::ALL.len()]
    }

    /// How `ink` looks as shipped.
    pub(crate) fn style(self, ink: Ink) -> Style {
        match self {
            Self::Dark => shipped::dark(ink),
            Self::Light => shipped::light(ink),
            Self::Contrast => shipped::contrast(ink),
            Self::Terminal => shipped::terminal(ink),
            Self::NoColor => shipped::plain(ink),
        }
    }

    /// What lies under everything; nothing where the terminal's own ground does.
    fn ground(self) -> Style {
        match self {
            Self::Contrast => shipped::contrast_ground(),
            Self::Dark | Self::Light | Self::Terminal | Self::NoColor => Style::new(),
        }
    }
}

/// How each ink looks at a screen: a theme, with the person's own colours in it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Inks {
    styles: [Style; Ink::NAMES.len()],
    ground: Style,
}

impl Inks {
    pub(crate) fn new(theme: Theme, own: &OwnColors) -> Self {
        Self { styles: Ink::NAMES.map(|(ink, _)| own.over(theme, ink)), ground: theme.ground() }
    }

    pub(crate) fn style(&self, ink: Ink) -> Style {
        self.styles[ink as usize]
    }

    /// What lies under everything.
    pub(crate) fn ground(&self) -> Style {
        self.ground
    }
}

#[cfg(test)]
mod tests;
