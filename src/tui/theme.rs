//! Colours, with a word or a glyph beside each: dark, light, and none.

use ratatui::style::{Color, Modifier, Style};

/// What the terminal can show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Theme {
    /// Light text on a dark ground.
    #[default]
    Dark,
    /// Dark text on a light ground.
    Light,
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

impl Theme {
    /// Every theme.
    pub const ALL: [Theme; 3] = [Self::Dark, Self::Light, Self::NoColor];

    /// How `ink` looks.
    pub(crate) fn style(self, ink: Ink) -> Style {
        match self {
            Self::Dark => dark(ink),
            Self::Light => light(ink),
            Self::NoColor => plain(ink),
        }
    }
}

fn dark(ink: Ink) -> Style {
    let style = Style::new();
    match ink {
        Ink::Plain => style,
        Ink::Dim => style.fg(Color::Indexed(245)),
        Ink::Strong => style.add_modifier(Modifier::BOLD),
        Ink::Accent => style.fg(Color::Indexed(80)).add_modifier(Modifier::BOLD),
        Ink::Selected => style.bg(Color::Indexed(24)).fg(Color::Indexed(231)).add_modifier(Modifier::BOLD),
        Ink::SelectedIdle => style.bg(Color::Indexed(238)),
        Ink::Good => style.fg(Color::Indexed(114)),
        Ink::Warn => style.fg(Color::Indexed(221)),
        Ink::Danger => style.fg(Color::Indexed(210)).add_modifier(Modifier::BOLD),
        Ink::Alarm => style.bg(Color::Indexed(160)).fg(Color::Indexed(231)).add_modifier(Modifier::BOLD),
        Ink::Unsupported => style.fg(Color::Indexed(210)).add_modifier(Modifier::UNDERLINED),
        Ink::Found => style.fg(Color::Indexed(80)).add_modifier(Modifier::UNDERLINED),
        Ink::Internal => style.fg(Color::Indexed(180)),
        Ink::Rule => style.fg(Color::Indexed(240)),
    }
}

fn light(ink: Ink) -> Style {
    let style = Style::new();
    match ink {
        Ink::Plain => style,
        Ink::Dim => style.fg(Color::Indexed(242)),
        Ink::Strong => style.add_modifier(Modifier::BOLD),
        Ink::Accent => style.fg(Color::Indexed(25)).add_modifier(Modifier::BOLD),
        Ink::Selected => style.bg(Color::Indexed(25)).fg(Color::Indexed(231)).add_modifier(Modifier::BOLD),
        Ink::SelectedIdle => style.bg(Color::Indexed(253)),
        Ink::Good => style.fg(Color::Indexed(22)),
        Ink::Warn => style.fg(Color::Indexed(94)),
        Ink::Danger => style.fg(Color::Indexed(124)).add_modifier(Modifier::BOLD),
        Ink::Alarm => style.bg(Color::Indexed(124)).fg(Color::Indexed(231)).add_modifier(Modifier::BOLD),
        Ink::Unsupported => style.fg(Color::Indexed(124)).add_modifier(Modifier::UNDERLINED),
        Ink::Found => style.fg(Color::Indexed(25)).add_modifier(Modifier::UNDERLINED),
        Ink::Internal => style.fg(Color::Indexed(96)),
        Ink::Rule => style.fg(Color::Indexed(248)),
    }
}

fn plain(ink: Ink) -> Style {
    let style = Style::new();
    match ink {
        Ink::Plain | Ink::Rule | Ink::Good | Ink::Internal | Ink::Dim => style,
        Ink::Strong | Ink::Accent | Ink::Warn | Ink::Danger => style.add_modifier(Modifier::BOLD),
        Ink::SelectedIdle | Ink::Unsupported | Ink::Found => style.add_modifier(Modifier::UNDERLINED),
        Ink::Selected | Ink::Alarm => style.add_modifier(Modifier::REVERSED | Modifier::BOLD),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const INKS: [Ink; 14] = [
        Ink::Plain,
        Ink::Dim,
        Ink::Strong,
        Ink::Accent,
        Ink::Selected,
        Ink::SelectedIdle,
        Ink::Good,
        Ink::Warn,
        Ink::Danger,
        Ink::Alarm,
        Ink::Unsupported,
        Ink::Found,
        Ink::Internal,
        Ink::Rule,
    ];

    #[test]
    fn no_color_means_none() {
        for ink in INKS {
            let style = Theme::NoColor.style(ink);
            assert_eq!((style.fg, style.bg), (None, None), "{ink:?}");
        }
        assert!(Theme::NoColor.style(Ink::Selected).add_modifier.contains(Modifier::REVERSED));
        assert!(Theme::NoColor.style(Ink::Unsupported).add_modifier.contains(Modifier::UNDERLINED));
    }

    #[test]
    fn dark_and_light_differ_where_colour_speaks() {
        for ink in [Ink::Accent, Ink::Selected, Ink::Warn, Ink::Danger, Ink::Alarm, Ink::Unsupported] {
            assert_ne!(Theme::Dark.style(ink), Theme::Light.style(ink), "{ink:?}");
        }
    }
}
