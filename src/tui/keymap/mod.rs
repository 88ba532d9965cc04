//! One table of keys: context and key to command and help text. Dispatch, footer, help page and README read it.

mod command;
mod context;
mod names;
mod table;

use crossterm::event::KeyEvent;

pub use command::{Command, Motion};
pub use context::Context;
pub use names::{name_of, shown};
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

/// What `key` asks for in `context`, if anything.
#[must_use]
pub fn command(context: Context, key: &KeyEvent) -> Option<Command> {
    let name = name_of(key)?;
    bindings(context).find(|binding| binding.keys.contains(&name.as_str())).map(|binding| binding.command)
}

/// The rows that hold in `context`, in the table's order.
pub fn bindings(context: Context) -> impl Iterator<Item = &'static Binding> {
    BINDINGS.iter().filter(move |binding| binding.contexts.contains(&context))
}

/// The table for the README, one row a command, grouped by context.
#[must_use]
pub fn markdown_table() -> String {
    let head = ["| where | keys | what |".to_owned(), "| --- | --- | --- |".to_owned()];
    let rows = BINDINGS.iter().map(|binding| {
        let places: Vec<_> = binding.contexts.iter().map(|c| c.as_str()).collect();
        let keys: Vec<_> = binding.keys.iter().map(|key| format!("`{key}`")).collect();
        let places = if places.len() == Context::NAMES.len() { "everywhere".to_owned() } else { places.join(", ") };
        format!("| {places} | {} | {} |", keys.join(" "), binding.help)
    });
    head.into_iter().chain(rows).map(|row| row + "\n").collect()
}

#[cfg(test)]
mod tests {
    use super::*;

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
        for context in [Context::Editing, Context::Picking, Context::Filter, Context::Comment, Context::Form] {
            let typed = bindings(context).flat_map(|b| b.keys).find(|key| key.chars().count() == 1);
            assert_eq!(typed, None, "{context:?}");
        }
    }

    #[test]
    fn the_readme_table_has_a_row_for_every_binding() {
        assert_eq!(markdown_table().lines().count(), BINDINGS.len() + 2);
    }
}
