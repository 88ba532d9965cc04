//! The keys in force at a screen.

use crossterm::event::KeyEvent;

use crate::tui::keymap::{BINDINGS, Binding, Command, Context, Stroke, name_of, shown};

/// A row of the keys in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bound {
    /// Where it holds.
    pub contexts: Vec<Context>,
    /// The keys, as [`name_of`] writes them; the first is shown in the footer.
    pub keys: Vec<String>,
    /// What they ask for.
    pub command: Command,
    /// What it does, in a few words.
    pub help: &'static str,
    /// One or two words for the footer, where it belongs there.
    pub footer: Option<&'static str>,
}

impl Bound {
    fn shipped(binding: &Binding) -> Self {
        Self {
            contexts: binding.contexts.to_vec(),
            keys: binding.keys.iter().map(|key| (*key).to_owned()).collect(),
            command: binding.command,
            help: binding.help,
            footer: binding.footer,
        }
    }

    /// Its keys as people read them.
    #[must_use]
    pub fn keys_shown(&self) -> String {
        self.keys.iter().map(|key| shown(key)).collect::<Vec<_>>().join(" ")
    }
}

/// The keys in force: every row that there is, in the table's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    rows: Vec<Bound>,
}

impl Default for Keymap {
    /// The table as shipped.
    fn default() -> Self {
        Self { rows: BINDINGS.iter().map(Bound::shipped).collect() }
    }
}

impl Keymap {
    /// Every row.
    #[must_use]
    pub fn rows(&self) -> &[Bound] {
        &self.rows
    }

    /// The rows that hold in `context`, in the table's order.
    pub fn of(&self, context: Context) -> impl Iterator<Item = &Bound> {
        self.rows.iter().filter(move |bound| bound.contexts.contains(&context))
    }

    /// What `key` asks for in `context`, if anything.
    #[must_use]
    pub fn command(&self, context: Context, key: &KeyEvent) -> Option<Command> {
        let name = name_of(key)?;
        self.of(context).find(|bound| bound.keys.contains(&name)).map(|bound| bound.command)
    }

    /// Whether a command holds in `context`.
    #[must_use]
    pub fn holds(&self, context: Context, command: Command) -> bool {
        self.of(context).any(|bound| bound.command == command)
    }

    /// What `key` does in a text of one line, which has the motions and deletions of every text.
    #[must_use]
    pub fn stroke(&self, key: &KeyEvent) -> Option<Stroke> {
        let found = self.command(Context::Editing, key)?;
        if let Command::Stroke(stroke @ (Stroke::Go(_) | Stroke::Erase(_))) = found { Some(stroke) } else { None }
    }

    /// The first key of a command in `context`, as people read it; empty where it has none.
    #[must_use]
    pub fn key(&self, context: Context, command: Command) -> String {
        let row = self.of(context).find(|bound| bound.command == command);
        row.and_then(|bound| bound.keys.first()).map_or_else(String::new, |key| shown(key))
    }

    /// The table for the README, one row a command, grouped by context.
    #[must_use]
    pub fn markdown(&self) -> String {
        let head = ["| where | keys | name | what |".to_owned(), "| --- | --- | --- | --- |".to_owned()];
        let rows = self.rows.iter().map(|bound| {
            let places: Vec<_> = bound.contexts.iter().map(|context| context.as_str()).collect();
            let keys: Vec<_> = bound.keys.iter().map(|key| format!("`{key}`")).collect();
            let places = if places.len() == Context::NAMES.len() { "everywhere".to_owned() } else { places.join(", ") };
            format!("| {places} | {} | {} | {} |", keys.join(" "), bound.command.name(), bound.help)
        });
        head.into_iter().chain(rows).map(|row| row + "\n").collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_readme_table_has_a_row_for_every_binding() {
        assert_eq!(Keymap::default().markdown().lines().count(), BINDINGS.len() + 2);
    }
}
