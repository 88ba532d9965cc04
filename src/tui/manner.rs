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
}
