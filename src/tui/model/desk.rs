//! Where the screen is.

use crate::domain::actor::Principal;
use crate::domain::view::View;

/// What the program is connected to, and who sits before it.
#[derive(Clone, Debug)]
pub struct Desk {
    /// The desk's name.
    pub name: String,
    /// Whether it is the sample desk.
    pub sample: bool,
    /// The assistant: `offline assistant`, or a model's name.
    pub assistant: String,
    /// Whether it is a model, which takes its time.
    pub model: bool,
    /// The signed-in person.
    pub me: Principal,
    /// Saved views of the queue, in the order of their number keys.
    pub views: Vec<View>,
}
