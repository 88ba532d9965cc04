//! The palette: every command that holds where it was opened, found by typing.

use crate::tui::editor::Editor;
use crate::tui::keymap::{Command, Context, Keymap, Motion};
use crate::tui::model::fuzzy::{self, Hay};
use crate::tui::model::layout::{PaletteParts, height, width};
use crate::tui::model::{Model, moved, scrolled};

/// A command that can be run.
#[derive(Clone, Debug)]
pub(crate) struct Choice {
    pub(crate) command: Command,
    pub(crate) name: &'static str,
    pub(crate) help: String,
    pub(crate) keys: String,
}

/// The palette.
#[derive(Clone, Debug)]
pub(crate) struct Palette {
    /// Where the command will run.
    pub(crate) asked_in: Context,
    pub(crate) all: Vec<Choice>,
    pub(crate) filter: Editor,
    pub(crate) selected: usize,
    pub(crate) top: usize,
    /// Which of `all` the filter lets through, in the order shown.
    found: Vec<usize>,
}

impl Palette {
    pub(crate) fn over(model: &Model) -> Self {
        let asked_in = model.context();
        let all = choices(&model.keys, asked_in, model);
        let found = (0..all.len()).collect();
        Self { asked_in, all, filter: Editor::line_of(""), selected: 0, top: 0, found }
    }

    /// Finds anew what the typed words mean: the nearest first, of equals the one that stands first in the table.
    pub(crate) fn find(&mut self) {
        let typed = self.filter.text();
        let far = |choice: &Choice| {
            let (typed, name) = (typed.replace('-', " "), choice.name.replace('-', " "));
            let hay = Hay { title: &name, tags: std::slice::from_ref(&choice.help), body: &choice.keys };
            fuzzy::distance(&typed, hay).or_else(|| fuzzy::is_scattered(&typed, &name).then_some(u32::MAX))
        };
        let mut found: Vec<_> =
            self.all.iter().enumerate().filter_map(|(at, choice)| Some((far(choice)?, at))).collect();
        found.sort_unstable();
        self.found = found.into_iter().map(|(_, at)| at).collect();
        (self.selected, self.top) = (0, 0);
    }

    /// What is listed.
    pub(crate) fn found(&self) -> impl ExactSizeIterator<Item = Option<&Choice>> {
        self.found.iter().map(|at| self.all.get(*at))
    }

    /// What Enter runs.
    pub(crate) fn selected(&self) -> Option<&Choice> {
        self.found().nth(self.selected).flatten()
    }

    pub(crate) fn go(&mut self, motion: Motion, half_page: usize) {
        self.selected = moved(self.selected, motion, self.found.len(), half_page);
    }

    pub(crate) fn arrange(&mut self, parts: &PaletteParts) {
        self.filter.arrange(width(parts.find), 1, true);
        self.top = scrolled(self.top, self.selected, self.found.len(), height(parts.list));
    }
}

/// The commands that hold in `context`, each once, in the table's order; mere motions come last.
fn choices(keys: &Keymap, context: Context, model: &Model) -> Vec<Choice> {
    let mut choices: Vec<Choice> = Vec::new();
    for bound in keys.of(context).filter(|bound| bound.command != Command::Palette) {
        match choices.iter_mut().find(|choice| choice.command == bound.command) {
            Some(choice) => choice.keys.extend([" ", &bound.keys_shown()]),
            None => choices.extend(choice(bound.command, bound.help, bound.keys_shown(), model)),
        }
    }
    choices.sort_by_key(|choice| matches!(choice.command, Command::Move(_)));
    choices
}

/// A command with what it does here; none for a view that there is not.
fn choice(command: Command, help: &str, keys: String, model: &Model) -> Option<Choice> {
    let help = if let Command::View(at) = command {
        format!("Show the view: {}", model.queue.views.get(at)?.name)
    } else {
        help.to_owned()
    };
    Some(Choice { command, name: command.name(), help, keys })
}
