//! The themes as shipped. Each ink is readable on its ground; `tests` computes how well.

use ratatui::style::{Color, Modifier, Style};

use crate::tui::theme::Ink;

const BOLD: Modifier = Modifier::BOLD;
const UNDERLINED: Modifier = Modifier::UNDERLINED;

const fn ink(color: u8) -> Style {
    Style::new().fg(Color::Indexed(color))
}

const fn block(ground: u8, color: u8) -> Style {
    Style::new().bg(Color::Indexed(ground)).fg(Color::Indexed(color)).add_modifier(BOLD)
}

pub(crate) fn dark(of: Ink) -> Style {
    match of {
        Ink::Plain => Style::new(),
        Ink::Dim => ink(248),
        Ink::Strong => Style::new().add_modifier(BOLD),
        Ink::Accent => ink(80).add_modifier(BOLD),
        Ink::Selected => block(24, 231),
        Ink::SelectedIdle => Style::new().bg(Color::Indexed(237)),
        Ink::Good => ink(114),
        Ink::Warn => ink(221),
        Ink::Danger => ink(210).add_modifier(BOLD),
        Ink::Alarm => block(160, 231),
        Ink::Unsupported => ink(210).add_modifier(UNDERLINED),
        Ink::Found => ink(80).add_modifier(UNDERLINED),
        Ink::Internal => ink(180),
        Ink::Rule => ink(242),
    }
}

pub(crate) fn light(of: Ink) -> Style {
    match of {
        Ink::Plain => Style::new(),
        Ink::Dim => ink(240),
        Ink::Strong => Style::new().add_modifier(BOLD),
        Ink::Accent => ink(25).add_modifier(BOLD),
        Ink::Selected => block(25, 231),
        Ink::SelectedIdle => Style::new().bg(Color::Indexed(254)),
        Ink::Good => ink(22),
        Ink::Warn => ink(94),
        Ink::Danger => ink(124).add_modifier(BOLD),
        Ink::Alarm => block(124, 231),
        Ink::Unsupported => ink(124).add_modifier(UNDERLINED),
        Ink::Found => ink(25).add_modifier(UNDERLINED),
        Ink::Internal => ink(90),
        Ink::Rule => ink(247),
    }
}

/// What lies under everything in high contrast.
pub(crate) const fn contrast_ground() -> Style {
    Style::new().bg(Color::Indexed(16)).fg(Color::Indexed(231))
}

pub(crate) fn contrast(of: Ink) -> Style {
    match of {
        Ink::Plain => ink(231),
        Ink::Dim => ink(252),
        Ink::Strong => ink(231).add_modifier(BOLD),
        Ink::Accent => ink(51).add_modifier(BOLD),
        Ink::Selected => block(231, 16),
        Ink::SelectedIdle => Style::new().bg(Color::Indexed(235)).add_modifier(UNDERLINED),
        Ink::Good => ink(120),
        Ink::Warn => ink(227),
        Ink::Danger => ink(217).add_modifier(BOLD),
        Ink::Alarm => block(124, 231),
        Ink::Unsupported => ink(217).add_modifier(BOLD).add_modifier(UNDERLINED),
        Ink::Found => ink(51).add_modifier(UNDERLINED),
        Ink::Internal => ink(183),
        Ink::Rule => ink(250),
    }
}

/// Nobody knows how the sixteen look and on what ground: no text on a coloured ground, and none in black, white, yellow
/// or blue, which some ground swallows.
pub(crate) fn terminal(of: Ink) -> Style {
    let style = Style::new();
    match of {
        Ink::Plain => style,
        Ink::Dim | Ink::Rule => style.add_modifier(Modifier::DIM),
        Ink::Strong => style.add_modifier(BOLD),
        Ink::Accent => style.fg(Color::Cyan).add_modifier(BOLD),
        Ink::Selected => style.add_modifier(Modifier::REVERSED | BOLD),
        Ink::SelectedIdle => style.add_modifier(UNDERLINED),
        Ink::Good => style.fg(Color::Green),
        Ink::Warn => style.fg(Color::Magenta).add_modifier(BOLD),
        Ink::Danger => style.fg(Color::Red).add_modifier(BOLD),
        Ink::Alarm => style.fg(Color::Red).add_modifier(Modifier::REVERSED | BOLD),
        Ink::Unsupported => style.fg(Color::Red).add_modifier(UNDERLINED),
        Ink::Found => style.fg(Color::Cyan).add_modifier(UNDERLINED),
        Ink::Internal => style.fg(Color::Magenta),
    }
}

pub(crate) fn plain(of: Ink) -> Style {
    let style = Style::new();
    match of {
        Ink::Plain | Ink::Rule | Ink::Good | Ink::Internal | Ink::Dim => style,
        Ink::Strong | Ink::Accent | Ink::Warn | Ink::Danger => style.add_modifier(BOLD),
        Ink::SelectedIdle | Ink::Unsupported | Ink::Found => style.add_modifier(UNDERLINED),
        Ink::Selected | Ink::Alarm => style.add_modifier(Modifier::REVERSED | BOLD),
    }
}
