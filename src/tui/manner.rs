//! How a screen behaves for the person who sits at it.

use crate::tui::keymap::Keymap;
use crate::tui::theme::OwnColors;

/// What a person may set about their screen.
#[derive(Clone, Debug, Default)]
pub struct Manner {
    /// The keys in force.
    pub keys: Keymap,
    /// Colours in place of some of the theme's.
    pub colors: OwnColors,
    /// What calls the person who looks elsewhere.
    pub notify: Notify,
    /// Whether the mouse is listened to at first.
    pub mouse: bool,
    /// What may move by itself.
    pub movement: Movement,
}

/// What may move by itself on the screen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Movement {
    /// Seconds are counted.
    #[default]
    Full,
    /// Nothing: words stand until they are not true any more.
    Reduced,
}

/// What calls a person whose terminal is in the background when something new waits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Notify {
    /// Nothing.
    #[default]
    Off,
    /// The bell.
    Bell,
    /// A notification of the terminal's.
    Message,
}
