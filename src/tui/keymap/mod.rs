//! One table of keys: context and key to command and help text. Dispatch, footer, help page and README read it.
//!
//! [`BINDINGS`] is the table as shipped; [`Keymap`] is what holds at a screen.

mod changes;
mod command;
mod context;
mod live;
mod names;
mod places;
mod stroke;
mod table;

pub use changes::{Change, EVERYWHERE, Refused};
pub use command::{Command, Motion};
pub use context::Context;
pub use live::{Bound, Keymap};
pub use names::{BadKey, name_of, named, shown};
pub use stroke::{Go, Stroke};
pub use table::BINDINGS;

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Binding {
    /// Where it holds.
    pub contexts: &'static [Context],
    /// The keys, as [`name_of`] writes them; the first is shown in the footer.
    pub keys: &'static [&'static str],
    /// What they ask for.
    pub command: Command,
    /// What it does, in a few words.
    pub help: &'static str,
    /// One or two words for the footer, where it belongs there.
    pub footer: Option<&'static str>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The rows of the table that hold in `context`.
    fn bindings(context: Context) -> impl Iterator<Item = &'static Binding> {
        BINDINGS.iter().filter(move |binding| binding.contexts.contains(&context))
    }

    #[test]
    fn no_key_means_two_things_in_one_context() {
        for (context, name) in Context::NAMES {
            let mut keys: Vec<_> = bindings(*context).flat_map(|binding| binding.keys).collect();
            keys.sort();
            let all = keys.len();
            keys.dedup();
            assert_eq!(all, keys.len(), "{name}");
        }
    }

    #[test]
    fn enter_space_and_y_never_approve() {
        for key in ["enter", "space", "y", "a", "r"] {
            let found = bindings(Context::Card).find(|binding| binding.keys.contains(&key));
            assert!(found.is_none_or(|b| !matches!(b.command, Command::Approve | Command::Release)), "{key}");
        }
    }

    #[test]
    fn a_printable_key_is_text_where_text_is_typed() {
        for context in [
            Context::Editing,
            Context::Finding,
            Context::Picking,
            Context::Filter,
            Context::Comment,
            Context::Form,
            Context::Splitting,
        ] {
            let typed = bindings(context).flat_map(|b| b.keys).find(|key| key.chars().count() == 1);
            assert_eq!(typed, None, "{context:?}");
        }
    }

    #[test]
    fn every_command_of_the_table_has_one_name_and_every_name_a_row_in_the_table() {
        for binding in BINDINGS {
            let name = binding.command.name();
            assert_eq!(Command::named(name), Some(binding.command), "{:?}: give it a name", binding.command);
        }
        for (command, name) in Command::NAMES {
            assert!(BINDINGS.iter().any(|binding| binding.command == *command), "{name} has no key");
            assert_eq!(Command::NAMES.iter().filter(|(_, other)| other == name).count(), 1, "{name}");
        }
    }
}
