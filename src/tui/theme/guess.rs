//! Which theme fits a terminal, as far as its environment says.

use crate::tui::theme::Theme;
use crate::tui::theme::color::Depth;

/// Terminals that have sixteen colours, unless `COLORTERM` says more.
const SIXTEEN: [&str; 10] =
    ["xterm", "xterm-color", "xterm-16color", "screen", "linux", "ansi", "cygwin", "rxvt", "rxvt-16color", "eterm"];
/// Terminals that have none.
const NONE: [&str; 5] = ["dumb", "vt100", "vt102", "vt220", "vt320"];

/// The theme that the environment asks for; nothing when the terminal must be asked what ground it has.
pub fn guess(variable: impl Fn(&str) -> Option<String>) -> Option<Theme> {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let term = set("TERM").unwrap_or_default();
    if NONE.contains(&term.as_str()) {
        return Some(Theme::NoColor);
    }
    if depth(&variable) == Depth::Sixteen {
        return Some(Theme::Terminal);
    }
    // `15;0`, or `15;default;0`: the last is the ground.
    let ground: u8 = set("COLORFGBG")?.rsplit(';').next()?.parse().ok()?;
    Some(by_ground(matches!(ground, 7 | 9..=15)))
}

/// How many colours a terminal has, as far as its environment says.
pub(crate) fn depth(variable: impl Fn(&str) -> Option<String>) -> Depth {
    let set = |name: &str| variable(name).filter(|value| !value.is_empty());
    let named = set("TERM").is_some_and(|term| SIXTEEN.contains(&term.as_str()));
    if named && set("COLORTERM").is_none() { Depth::Sixteen } else { Depth::Any }
}

/// The theme for a light or a dark ground.
#[must_use]
pub fn by_ground(light: bool) -> Theme {
    if light { Theme::Light } else { Theme::Dark }
}
