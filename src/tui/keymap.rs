//! One table of keys: context and key to command and help text. Dispatch, footer, help page and README read it.

mod table;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

pub use table::BINDINGS;

use crate::tui::model::queue::QueueView;

/// Who has the keyboard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Context {
    /// The list of tickets.
    Queue,
    /// The thread.
    Ticket,
    /// The summary.
    Summary,
    /// The draft, not being edited.
    Draft,
    /// The steps of the agent.
    Steps,
    /// A text is being edited.
    Editing,
    /// The picker of canned replies.
    Picking,
    /// The filter line of the queue.
    Filter,
    /// A yes-or-no question.
    Confirm,
    /// The update form.
    Form,
    /// The pending tray.
    Pending,
    /// The approval card.
    Card,
    /// The exact arguments of a card.
    Arguments,
    /// The choice of a reason.
    Deny,
    /// The words of a reason.
    Comment,
    /// A decision runs.
    Deciding,
    /// What became of a decision.
    Outcome,
    /// The log.
    Log,
    /// A record of the log.
    LogDetail,
    /// The help page.
    Help,
    /// The window is too small for anything.
    TooSmall,
}

impl Context {
    /// Every context and its name for people.
    pub const NAMES: &'static [(Context, &'static str)] = &[
        (Context::Queue, "queue"),
        (Context::Ticket, "ticket"),
        (Context::Summary, "summary"),
        (Context::Draft, "draft"),
        (Context::Steps, "steps"),
        (Context::Editing, "editing"),
        (Context::Picking, "canned replies"),
        (Context::Filter, "filter"),
        (Context::Confirm, "question"),
        (Context::Form, "update form"),
        (Context::Pending, "pending"),
        (Context::Card, "approval"),
        (Context::Arguments, "arguments"),
        (Context::Deny, "deny"),
        (Context::Comment, "comment"),
        (Context::Deciding, "deciding"),
        (Context::Outcome, "outcome"),
        (Context::Log, "log"),
        (Context::LogDetail, "log record"),
        (Context::Help, "help"),
        (Context::TooSmall, "too small"),
    ];

    /// Its name for people.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(context, _)| *context == self).map_or("", |(_, name)| name)
    }
}

/// Where a motion goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Motion {
    /// One back.
    Up,
    /// One on.
    Down,
    /// Half a page back.
    PageUp,
    /// Half a page on.
    PageDown,
    /// To the first.
    Top,
    /// To the last.
    Bottom,
}

/// What a key can ask for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Command {
    /// Move in the list or text that has the keyboard.
    Move(Motion),
    /// Give the keyboard to the next pane.
    NextPane,
    /// Give the keyboard to the pane before.
    PrevPane,
    /// Open what is selected.
    Open,
    /// Go back one level.
    Back,
    /// Type a filter.
    Filter,
    /// Show another view of the queue.
    View(QueueView),
    /// Go to the draft.
    GoDraft,
    /// Edit the draft.
    Edit,
    /// Propose to send the draft to the customer.
    Send,
    /// Propose to send the draft and resolve the ticket.
    SendAndResolve,
    /// Write an internal note.
    Note,
    /// Change fields of the ticket.
    Update,
    /// Ask for a draft in the next tone.
    Tone,
    /// Look for a canned reply.
    Canned,
    /// Explain the confidence.
    Explain,
    /// Unfold or fold quoted text.
    Quotes,
    /// Let the agent handle the ticket.
    Handle,
    /// End what runs.
    Cancel,
    /// Open the pending tray.
    Pending,
    /// Open the log.
    Log,
    /// Load again.
    Reload,
    /// Copy.
    Copy,
    /// Open the help page.
    Help,
    /// End the program.
    Quit,
    /// Leave the shell to others for a while.
    Suspend,
    /// Draw every cell anew.
    Redraw,
    /// Leave the editor, or file what was typed.
    Submit,
    /// Take back the last change of the text.
    Undo,
    /// Make the change again.
    Redo,
    /// Approve, or stage the approval when it takes two keys.
    Approve,
    /// The second key of an approval.
    Release,
    /// Edit the proposal.
    EditProposal,
    /// Deny with a reason.
    Deny,
    /// Leave the proposal for later.
    Later,
    /// Show the exact arguments.
    Arguments,
    /// Deny with this reason.
    Reason(usize),
    /// Write the reason.
    Comment,
    /// Go to the next waiting proposal.
    NextPending,
    /// Yes.
    Yes,
    /// No.
    No,
    /// The next field of a form.
    NextField,
    /// The field before.
    PrevField,
    /// The next value of a field.
    NextValue,
    /// The value before.
    PrevValue,
    /// Leave a field as it is.
    KeepValue,
}

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

/// The written form of a key: `j`, `A`, `ctrl-d`, `enter`, `f1`.
#[must_use]
pub fn name_of(key: &KeyEvent) -> Option<String> {
    let base = base_name(key.code)?;
    let control = if key.modifiers.contains(KeyModifiers::CONTROL) { "ctrl-" } else { "" };
    let alt = if key.modifiers.contains(KeyModifiers::ALT) { "alt-" } else { "" };
    Some(format!("{control}{alt}{base}"))
}

/// A key as people read it: `⏎`, `Esc`, `^d`.
#[must_use]
pub fn shown(key: &str) -> String {
    match key {
        "enter" => "⏎".to_owned(),
        "esc" => "Esc".to_owned(),
        "tab" => "Tab".to_owned(),
        "backtab" => "⇧Tab".to_owned(),
        "up" => "↑".to_owned(),
        "down" => "↓".to_owned(),
        "left" => "←".to_owned(),
        "right" => "→".to_owned(),
        "pageup" => "PgUp".to_owned(),
        "pagedown" => "PgDn".to_owned(),
        "home" => "Home".to_owned(),
        "end" => "End".to_owned(),
        "delete" => "Del".to_owned(),
        "space" => "Space".to_owned(),
        other => other.strip_prefix("ctrl-").map_or_else(|| other.to_owned(), |rest| format!("^{rest}")),
    }
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

#[allow(clippy::wildcard_enum_match_arm, reason = "crossterm's enum: keys that have no name here mean nothing here")]
fn base_name(code: KeyCode) -> Option<String> {
    let name = match code {
        KeyCode::Char(' ') => "space",
        KeyCode::Char(c) => return Some(c.to_string()),
        KeyCode::F(n) => return Some(format!("f{n}")),
        KeyCode::Enter => "enter",
        KeyCode::Esc => "esc",
        KeyCode::Tab => "tab",
        KeyCode::BackTab => "backtab",
        KeyCode::Up => "up",
        KeyCode::Down => "down",
        KeyCode::Left => "left",
        KeyCode::Right => "right",
        KeyCode::PageUp => "pageup",
        KeyCode::PageDown => "pagedown",
        KeyCode::Home => "home",
        KeyCode::End => "end",
        KeyCode::Delete => "delete",
        KeyCode::Backspace => "backspace",
        _ => return None,
    };
    Some(name.to_owned())
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
