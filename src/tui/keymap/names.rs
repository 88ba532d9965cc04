//! Keys in writing.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// Keys with a name, and the sign that stands for them.
const NAMED: [(&str, KeyCode, &str); 16] = [
    ("enter", KeyCode::Enter, "⏎"),
    ("esc", KeyCode::Esc, "Esc"),
    ("tab", KeyCode::Tab, "Tab"),
    ("backtab", KeyCode::BackTab, "⇧Tab"),
    ("up", KeyCode::Up, "↑"),
    ("down", KeyCode::Down, "↓"),
    ("left", KeyCode::Left, "←"),
    ("right", KeyCode::Right, "→"),
    ("pageup", KeyCode::PageUp, "PgUp"),
    ("pagedown", KeyCode::PageDown, "PgDn"),
    ("home", KeyCode::Home, "Home"),
    ("end", KeyCode::End, "End"),
    ("delete", KeyCode::Delete, "Del"),
    ("backspace", KeyCode::Backspace, "⌫"),
    ("insert", KeyCode::Insert, "Ins"),
    ("space", KeyCode::Char(' '), "Space"),
];

/// Keys that a terminal sends as another one.
const SAME: [(&str, &str); 3] = [("ctrl-i", "tab"), ("ctrl-m", "enter"), ("ctrl-[", "esc")];

/// A key that nobody can press.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BadKey {
    /// It has no such name.
    #[error("`{0}` is no key: a character, ctrl-a, alt-a, f1 to f12, or one of {names}", names = names())]
    Unknown(String),
    /// A terminal sends it as another one.
    #[error("a terminal sends {0} as {1}: write {1}")]
    SentAs(&'static str, &'static str),
}

fn names() -> String {
    NAMED.map(|(name, ..)| name).join(", ")
}

/// The written form of a key: `j`, `A`, `ctrl-d`, `enter`, `f1`.
#[must_use]
pub fn name_of(key: &KeyEvent) -> Option<String> {
    let base = base_name(key.code)?;
    let control = if key.modifiers.contains(KeyModifiers::CONTROL) { "ctrl-" } else { "" };
    let alt = if key.modifiers.contains(KeyModifiers::ALT) { "alt-" } else { "" };
    Some(format!("{control}{alt}{base}"))
}

/// What a person wrote for a key, as [`name_of`] writes it.
///
/// # Errors
/// When it is no key.
pub fn named(written: &str) -> Result<String, BadKey> {
    let unknown = || BadKey::Unknown(written.to_owned());
    let (mut control, mut alt, mut base) = (false, false, written);
    loop {
        if let Some(rest) = base.strip_prefix("ctrl-").filter(|rest| !rest.is_empty() && !control) {
            (control, base) = (true, rest);
        } else if let Some(rest) = base.strip_prefix("alt-").filter(|rest| !rest.is_empty() && !alt) {
            (alt, base) = (true, rest);
        } else {
            break;
        }
    }
    let base = named_base(base).ok_or_else(unknown)?;
    // With ctrl a terminal tells no capitals from small letters.
    let base = if control { base.to_lowercase() } else { base };
    let name = format!("{}{}{base}", if control { "ctrl-" } else { "" }, if alt { "alt-" } else { "" });
    match SAME.iter().find(|(key, _)| *key == name) {
        Some((key, sent)) => Err(BadKey::SentAs(key, sent)),
        None => Ok(name),
    }
}

/// A key as people read it: `⏎`, `Esc`, `^d`.
#[must_use]
pub fn shown(key: &str) -> String {
    match NAMED.iter().find(|(name, ..)| *name == key) {
        Some((_, _, sign)) => (*sign).to_owned(),
        None => key.strip_prefix("ctrl-").map_or_else(|| key.to_owned(), |rest| format!("^{rest}")),
    }
}

fn named_base(base: &str) -> Option<String> {
    let mut characters = base.chars();
    let one = characters.next().filter(|c| characters.next().is_none() && !c.is_control() && *c != ' ');
    let named = NAMED.iter().any(|(name, ..)| *name == base);
    let function = base.strip_prefix('f').and_then(|n| n.parse::<u8>().ok()).is_some_and(|n| (1..=12).contains(&n));
    (one.is_some() || named || function).then(|| base.to_owned())
}

#[allow(clippy::wildcard_enum_match_arm, reason = "crossterm's enum: the rest is found in the table or means nothing")]
fn base_name(code: KeyCode) -> Option<String> {
    match code {
        KeyCode::Char(c) if c != ' ' => Some(c.to_string()),
        KeyCode::F(n) => Some(format!("f{n}")),
        other => NAMED.iter().find(|(_, its, _)| *its == other).map(|(name, ..)| (*name).to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_pressed() {
        for (written, code, modifiers) in [
            ("j", KeyCode::Char('j'), KeyModifiers::NONE),
            ("A", KeyCode::Char('A'), KeyModifiers::SHIFT),
            ("ctrl-P", KeyCode::Char('p'), KeyModifiers::CONTROL),
            ("alt-ctrl-x", KeyCode::Char('x'), KeyModifiers::CONTROL | KeyModifiers::ALT),
            ("alt--", KeyCode::Char('-'), KeyModifiers::ALT),
            ("space", KeyCode::Char(' '), KeyModifiers::NONE),
            ("ctrl-space", KeyCode::Char(' '), KeyModifiers::CONTROL),
            ("pagedown", KeyCode::PageDown, KeyModifiers::NONE),
            ("f12", KeyCode::F(12), KeyModifiers::NONE),
            ("é", KeyCode::Char('é'), KeyModifiers::NONE),
        ] {
            assert_eq!(named(written).ok(), name_of(&KeyEvent::new(code, modifiers)), "{written}");
        }
    }

    #[test]
    fn what_nobody_can_press_is_no_key() {
        for written in ["", " ", "jj", "ctrl-", "Enter", "f13", "shift-a", "ctrl-ctrl-a", "\u{1b}"] {
            assert_eq!(named(written), Err(BadKey::Unknown(written.to_owned())));
        }
        assert_eq!(named("ctrl-m").unwrap_err().to_string(), "a terminal sends ctrl-m as enter: write enter");
    }
}
