//! The keys in force at a screen.

use crossterm::event::KeyEvent;

use crate::tui::keymap::{BINDINGS, Binding, Command, Context, EVERYWHERE, Stroke, name_of, shown};

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

    /// Whether it holds everywhere: nobody may be shut in, so its keys never change.
    #[must_use]
    pub fn is_fixed(&self) -> bool {
        self.contexts.len() == Context::NAMES.len()
    }

    /// Its keys as people read them; the palette's where it has none.
    #[must_use]
    pub fn keys_shown(&self) -> String {
        if self.keys.is_empty() {
            return format!(":{}", self.command.name());
        }
        self.keys.iter().map(|key| shown(key)).collect::<Vec<_>>().join(" ")
    }
}

/// The keys in force: every row that there is, in the table's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keymap {
    pub(super) rows: Vec<Bound>,
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

    /// A text of ours with the key in place of each `{command}`: the key here, else where the command holds, else the
    /// way through the palette.
    #[must_use]
    pub fn tell(&self, here: Context, text: &str) -> String {
        let mut told = String::with_capacity(text.len());
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('{') {
            let named = after.split_once('}').and_then(|(name, after)| Some((Command::named(name)?, after)));
            let key = named.map(|(command, _)| self.nearest_key(here, command));
            told.extend([before, key.as_deref().unwrap_or("{")]);
            rest = named.map_or(after, |(_, after)| after);
        }
        told + rest
    }

    fn nearest_key(&self, here: Context, command: Command) -> String {
        let contexts = [here].into_iter().chain(Context::NAMES.iter().map(|(context, _)| *context));
        let found = contexts.map(|context| self.key(context, command)).find(|key| !key.is_empty());
        found.unwrap_or_else(|| format!(":{}", command.name()))
    }

    /// The table for the README, one row a command, grouped by context.
    #[must_use]
    pub fn markdown(&self) -> String {
        let head = ["| where | keys | name | what |".to_owned(), "| --- | --- | --- | --- |".to_owned()];
        let rows = self.rows.iter().map(|bound| {
            let places: Vec<_> = bound.contexts.iter().map(|context| context.as_str()).collect();
            let keys: Vec<_> = bound.keys.iter().map(|key| format!("`{key}`")).collect();
            let places = if bound.is_fixed() { EVERYWHERE.to_owned() } else { places.join(", ") };
            format!("| {places} | {} | {} | {} |", keys.join(" "), bound.command.name(), bound.help)
        });
        head.into_iter().chain(rows).map(|row| row + "\n").collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_names_the_key_that_is_nearest() {
        let keys = Keymap::default();
        let told = |here, text| keys.tell(here, text);
        assert_eq!(told(Context::Queue, "{open} opens it, {pending} what waits"), "⏎ opens it, P what waits");
        assert_eq!(told(Context::Editing, "{submit} · {open}"), "^s · ⏎");
        assert_eq!(told(Context::Picking, "{{{customer.name}} {no such} {"), "{{{customer.name}} {no such} {");
        assert_eq!(told(Context::Queue, "{note"), "{note");
    }

    #[test]
    fn the_readme_table_has_a_row_for_every_binding() {
        assert_eq!(Keymap::default().markdown().lines().count(), BINDINGS.len() + 2);
    }
}
