//! Keys in writing.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

/// The written form of a key: `j`, `A`, `ctrl-d`, `enter`, `f1`.
#[must_use]
pub fn name_of(key: &KeyEvent) -> Option<String> {
    let base = base_name(key.code)?;
    let control = if key.modifiers.contains(KeyModifiers::CONTROL) { "ctrl-" } else { "" };
    let alt = if key.modifiers.contains(KeyModifiers::ALT) { "alt-" } else { "" };
    Some(format!("{control}{alt}{base}"))
}

/// A key as people read it: `⏎`, `Esc`, `^d`.
#[must_use]
pub fn shown(key: &str) -> String {
    match key {
        "enter" => "⏎".to_owned(),
        "esc" => "Esc".to_owned(),
        "tab" => "Tab".to_owned(),
        "backtab" => "⇧Tab".to_owned(),
        "up" => "↑".to_owned(),
        "down" => "↓".to_owned(),
        "left" => "←".to_owned(),
        "right" => "→".to_owned(),
        "pageup" => "PgUp".to_owned(),
        "pagedown" => "PgDn".to_owned(),
        "home" => "Home".to_owned(),
        "end" => "End".to_owned(),
        "delete" => "Del".to_owned(),
        "space" => "Space".to_owned(),
        other => other.strip_prefix("ctrl-").map_or_else(|| other.to_owned(), |rest| format!("^{rest}")),
    }
}

#[allow(clippy::wildcard_enum_match_arm, reason = "crossterm's enum: keys that have no name here mean nothing here")]
fn base_name(code: KeyCode) -> Option<String> {
    let name = match code {
        KeyCode::Char(' ') => "space",
        KeyCode::Char(c) => return Some(c.to_string()),
        KeyCode::F(n) => return Some(format!("f{n}")),
        KeyCode::Enter => "enter",
        KeyCode::Esc => "esc",
        KeyCode::Tab => "tab",
        KeyCode::BackTab => "backtab",
        KeyCode::Up => "up",
        KeyCode::Down => "down",
        KeyCode::Left => "left",
        KeyCode::Right => "right",
        KeyCode::PageUp => "pageup",
        KeyCode::PageDown => "pagedown",
        KeyCode::Home => "home",
        KeyCode::End => "end",
        KeyCode::Delete => "delete",
        KeyCode::Backspace => "backspace",
        _ => return None,
    };
    Some(name.to_owned())
}
