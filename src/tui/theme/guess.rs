//! Which theme fits a terminal, as far as its environment says.

use crate::tui::theme::Theme;

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
    if SIXTEEN.contains(&term.as_str()) && set("COLORTERM").is_none() {
        return Some(Theme::Terminal);
    }
    // `15;0`, or `15;default;0`: the last is the ground.
    let ground: u8 = set("COLORFGBG")?.rsplit(';').next()?.parse().ok()?;
    Some(by_ground(matches!(ground, 7 | 9..=15)))
}

/// The theme for a light or a dark ground.
#[must_use]
pub fn by_ground(light: bool) -> Theme {
    if light { Theme::Light } else { Theme::Dark }
}
