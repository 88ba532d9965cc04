//! What the configuration puts in the place of the shipped keys, and what it may not.

use crate::domain::text;
use crate::tui::keymap::{Bound, Command, Context, Keymap, named};
use crate::tui::terminal::OPENS;

/// A line of the configuration about keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// A context, or [`EVERYWHERE`].
    pub context: String,
    /// The name of a command.
    pub command: String,
    /// The keys in place of those it has there; none at all leaves it to the palette.
    pub keys: Vec<String>,
    /// Where it is written: a file and a line.
    pub origin: String,
}

/// Stands for every context in which a command holds and its keys are no text.
pub const EVERYWHERE: &str = "everywhere";

/// Keys that cannot be in force.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{origin}: {reason}")]
pub struct Refused {
    /// Where it is written.
    pub origin: String,
    /// What is wrong.
    pub reason: String,
}

/// A change whose words are known.
struct Known<'a> {
    contexts: Vec<Context>,
    command: Command,
    keys: Vec<String>,
    origin: &'a str,
}

/// Where text is typed.
const TYPED: [Context; 11] = [
    Context::Editing,
    Context::Finding,
    Context::Rating,
    Context::Splitting,
    Context::Picking,
    Context::Filter,
    Context::Comment,
    Context::Form,
    Context::Snooze,
    Context::Palette,
    Context::Help,
];
/// Where a person signs.
const SIGNED: [Context; 2] = [Context::Card, Context::Bulk];

impl Keymap {
    /// The shipped keys with these changes.
    ///
    /// # Errors
    /// When a name is not known, a key would mean two things, text could not be typed, or the gate would be weaker.
    pub fn with(changes: &[Change]) -> Result<Self, Refused> {
        let mut keymap = Self::default();
        let mut known = changes.iter().map(|change| parse(&keymap, change)).collect::<Result<Vec<_>, _>>()?;
        // What is said of one context counts there, whatever is said of all.
        known.sort_by_key(|change| change.contexts.len() == 1);
        for change in &known {
            keymap.change(change);
        }
        check_typing(&known)?;
        check_meanings(&keymap, &known)?;
        check_signing(&keymap, &known)?;
        Ok(keymap)
    }

    /// Gives a command its new keys in the contexts of a change; of two rows there the first gets them.
    fn change(&mut self, change: &Known<'_>) {
        let mut left = change.contexts.clone();
        let mut rows = Vec::with_capacity(self.rows.len() + 1);
        for mut row in std::mem::take(&mut self.rows) {
            if row.command != change.command || row.is_fixed() {
                rows.push(row);
                continue;
            }
            let (here, others) = row.contexts.iter().partition(|context| change.contexts.contains(context));
            row.contexts = others;
            let here: Vec<Context> = here;
            let taken: Vec<Context> = here.into_iter().filter(|context| left.contains(context)).collect();
            left.retain(|context| !taken.contains(context));
            let changed = Bound { contexts: taken, keys: change.keys.clone(), ..row.clone() };
            rows.extend([row, changed].into_iter().filter(|row| !row.contexts.is_empty()));
        }
        self.rows = rows;
    }
}

fn parse<'a>(keymap: &Keymap, change: &'a Change) -> Result<Known<'a>, Refused> {
    let refuse = |reason: String| Refused { origin: change.origin.clone(), reason };
    let shown = |word: &str| text::short(word, 60);
    let command = Command::named(&change.command).ok_or_else(|| {
        refuse(format!("there is no command `{}`; `countersign keys` lists their names", shown(&change.command)))
    })?;
    let holds = |context: &Context| keymap.of(*context).any(|row| row.command == command && !row.is_fixed());
    let keys = change.keys.iter().map(|key| named(key)).collect::<Result<Vec<_>, _>>();
    let keys = keys.map_err(|error| refuse(text::short(&error.to_string(), 400)))?;
    if keys.iter().any(|key| key == OPENS) {
        return Err(refuse(format!("`{OPENS}` is how a terminal's answers begin, it cannot be a key")));
    }
    let contexts: Vec<Context> = if change.context == EVERYWHERE {
        let free = |context: &Context| !keys.iter().any(|key| types(key, *context));
        Context::NAMES.iter().map(|(context, _)| *context).filter(holds).filter(free).collect()
    } else {
        let context = Context::named(&change.context).ok_or_else(|| {
            let names: Vec<_> = Context::NAMES.iter().map(|(context, _)| context.word()).collect();
            let names = names.join(", ");
            refuse(format!("there is no context `{}`: {EVERYWHERE}, {names}", shown(&change.context)))
        })?;
        Some(context).into_iter().filter(holds).collect()
    };
    if contexts.is_empty() {
        let reason = format!("`{}` has no key of its own in `{}`", change.command, shown(&change.context));
        return Err(refuse(reason));
    }
    Ok(Known { contexts, command, keys, origin: &change.origin })
}

/// Whether a key is text in `context`.
fn types(key: &str, context: Context) -> bool {
    let letter = key.chars().count() == 1 || ["space", "backspace"].contains(&key);
    TYPED.contains(&context) && (letter || (key == "enter" && context == Context::Editing))
}

/// Where text is typed a key that types is text.
fn check_typing(changes: &[Known<'_>]) -> Result<(), Refused> {
    for change in changes {
        let text = |context: &Context| Some((*context, change.keys.iter().find(|key| types(key, *context))?));
        if let Some((context, key)) = change.contexts.iter().find_map(text) {
            let reason = format!("`{key}` is text in `{}`, it cannot be a command there", context.word());
            return Err(Refused { origin: change.origin.to_owned(), reason });
        }
    }
    Ok(())
}

/// A key means one thing in a context.
fn check_meanings(keymap: &Keymap, changes: &[Known<'_>]) -> Result<(), Refused> {
    for (context, _) in Context::NAMES {
        let mut met: Vec<(&str, Command)> = Vec::new();
        for row in keymap.of(*context) {
            for key in &row.keys {
                let Some((_, other)) = met.iter().find(|(its, _)| its == key) else {
                    met.push((key, row.command));
                    continue;
                };
                let (one, two) = (other.name(), row.command.name());
                let reason = format!("`{key}` would mean both `{one}` and `{two}` in `{}`", context.word());
                return Err(Refused { origin: blamed(changes, &[*context], &[row.command, *other]), reason });
            }
        }
    }
    Ok(())
}

/// Nothing that is typed, held or pressed by habit signs; two signatures take two different keys, here as there.
fn check_signing(keymap: &Keymap, changes: &[Known<'_>]) -> Result<(), Refused> {
    let keys_of = |wanted: &dyn Fn(Command) -> bool| -> Vec<&String> {
        let rows = SIGNED.iter().flat_map(|context| keymap.of(*context)).filter(|row| wanted(row.command));
        rows.flat_map(|row| &row.keys).collect()
    };
    let signs = |command: Command| [Command::Approve, Command::Release].contains(&command);
    let refuse = |command: Command, reason: String| {
        Err(Refused { origin: blamed(changes, &SIGNED, &[command, Command::Approve, Command::Release]), reason })
    };
    let (first, second) = (keys_of(&|c| c == Command::Approve), keys_of(&|c| c == Command::Release));
    let others = keys_of(&|command| !signs(command));
    for (command, keys, opposite) in [(Command::Approve, &first, &second), (Command::Release, &second, &first)] {
        let name = command.name();
        let has_key = |context: &Context| keymap.of(*context).any(|row| row.command == command && !row.keys.is_empty());
        if !SIGNED.iter().all(has_key) {
            return refuse(command, format!("`{name}` must have a key"));
        }
        if let Some(key) = keys.iter().find(|key| !may_sign(key)) {
            let may = "a capital letter but Y, a function key, or a letter with ctrl or alt";
            return refuse(command, format!("`{key}` cannot be a key of `{name}`: only {may}"));
        }
        if let Some(key) = keys.iter().find(|key| opposite.contains(key)) {
            return refuse(command, format!("`{key}` cannot be the first and the second key of an approval"));
        }
        if let Some(key) = keys.iter().find(|key| others.contains(key)) {
            return refuse(command, format!("`{key}` of `{name}` means something else on another card"));
        }
    }
    Ok(())
}

/// Whether a key can be one that signs: what words are typed with, what answers and what moves cannot.
fn may_sign(key: &str) -> bool {
    let letter = |rest: &str| rest.chars().count() == 1 && rest.chars().all(char::is_alphabetic);
    let capital = letter(key) && key.chars().all(char::is_uppercase) && key != "Y";
    let function = key.len() > 1 && key.starts_with('f');
    // What some terminals send for Backspace, and what stands at the end of a pasted line.
    if ["ctrl-h", "ctrl-j"].contains(&key) {
        return false;
    }
    capital || function || ["ctrl-", "alt-"].iter().any(|with| key.strip_prefix(with).is_some_and(letter))
}

/// The change that is to blame: the one about the first of these commands that a change is about.
fn blamed(changes: &[Known<'_>], contexts: &[Context], commands: &[Command]) -> String {
    let about = |command: &Command| {
        let here = |change: &&Known<'_>| change.contexts.iter().any(|context| contexts.contains(context));
        changes.iter().rev().filter(here).find(|change| change.command == *command)
    };
    commands.iter().find_map(about).map_or_else(|| "the keys".to_owned(), |change| change.origin.to_owned())
}
