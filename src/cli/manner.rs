//! How the screen behaves, out of the configuration: what only the screen itself knows the names of.

use crate::config::{ConfigError, Effective, MotionChoice, MouseChoice, NotifyChoice};
use crate::tui::keymap::{Change, Keymap};
use crate::tui::manner::{Manner, Movement, Notify};
use crate::tui::theme::OwnColors;

/// Reads the tables whose names the screen knows.
///
/// # Errors
/// When a name in them is not known, or keys cannot be as they are set; the message names the line.
pub(super) fn read(effective: &Effective) -> color_eyre::Result<Manner> {
    let changes = effective.own("keys").map(change).collect::<Result<Vec<_>, _>>()?;
    let screen = &effective.config.screen;
    let notify = match screen.notify {
        NotifyChoice::Off => Notify::Off,
        NotifyChoice::Bell => Notify::Bell,
        NotifyChoice::Osc9 => Notify::Message,
    };
    let mouse = match screen.mouse {
        MouseChoice::Auto => !is_remote(),
        MouseChoice::On => true,
        MouseChoice::Off => false,
    };
    let movement = match screen.motion {
        MotionChoice::Full => Movement::Full,
        MotionChoice::Reduced => Movement::Reduced,
    };
    Ok(Manner { keys: Keymap::with(&changes)?, colors: colors(effective)?, notify, mouse, movement })
}

/// Whether the person sits at another machine.
fn is_remote() -> bool {
    ["SSH_TTY", "SSH_CONNECTION"].iter().any(|name| std::env::var_os(name).is_some_and(|value| !value.is_empty()))
}

fn colors(effective: &Effective) -> Result<OwnColors, ConfigError> {
    let mut colors = OwnColors::default();
    for own in effective.own("screen.colors") {
        let name = own.path.last().map_or("", String::as_str);
        let set = colors.set(name, &own.texts()?.concat());
        set.map_err(|error| ConfigError::Value { origin: own.origin.clone(), reason: error.to_string() })?;
    }
    Ok(colors)
}

fn change(own: &crate::config::Own) -> Result<Change, ConfigError> {
    let name = |at: usize| own.path.get(at).cloned().unwrap_or_default();
    Ok(Change { context: name(1), command: name(2), keys: own.texts()?, origin: own.origin.clone() })
}
