//! What keys can ask for.

use crate::domain::feedback::Thumb;
use crate::tui::events::ExportFormat;
use crate::tui::keymap::{Go, Stroke};
use crate::tui::theme::Theme;

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
    /// Find what was said in any message.
    Find,
    /// Show another view of the queue.
    View(usize),
    /// Mark the ticket for the next command.
    Mark,
    /// Mark every ticket that is loaded.
    MarkAll,
    /// Another order of the queue.
    Sort,
    /// Put tickets off.
    Snooze,
    /// Mark tickets unread, or read.
    Unread,
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
    /// Merge another ticket into this one.
    Join,
    /// Give a message a ticket of its own.
    Split,
    /// Point at the message before.
    PrevMessage,
    /// Point at the next message.
    NextMessage,
    /// Open the ticket before this one in the queue.
    PrevTicket,
    /// Open the next ticket of the queue.
    NextTicket,
    /// Ask for a draft in the next tone.
    Tone,
    /// Make a stale draft anew.
    Redraft,
    /// Look for a canned reply.
    Canned,
    /// Choose how to put the draft into other words.
    Rewrite,
    /// Open what the draft cites beside it.
    Sources,
    /// Open the next citation.
    NextSource,
    /// Open the citation before.
    PrevSource,
    /// Explain the confidence.
    Explain,
    /// Give the text at hand a thumb.
    Rate(Thumb),
    /// Show the customer and their other tickets.
    Customer,
    /// Show tickets like this one.
    Similar,
    /// Show the links and attachments of the thread.
    Links,
    /// Select the row with the number that the key is.
    Number,
    /// Unfold or fold quoted text.
    Quotes,
    /// Let the agent handle the ticket.
    Handle,
    /// End what runs.
    Cancel,
    /// Open the pending tray.
    Pending,
    /// Show the replies that wait to be sent.
    Outbox,
    /// Take a reply back.
    TakeBack,
    /// Send a reply without waiting any longer.
    SendNow,
    /// Quit without sending what waits to be sent.
    KeepAndQuit,
    /// Send what waits to be sent, then quit.
    SendAndQuit,
    /// Open the log.
    Log,
    /// Show what the log comes to, or its records again.
    Figures,
    /// Play the run of a record, step by step.
    Replay,
    /// Write what the log shows into a file.
    Export(ExportFormat),
    /// Load again.
    Reload,
    /// Copy.
    Copy,
    /// Listen to the mouse, or not any more.
    Mouse,
    /// Draw in the next theme.
    NextTheme,
    /// Draw in this theme.
    Theme(Theme),
    /// Look for a command by its name.
    Palette,
    /// Show the tour of the screen.
    Tour,
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
    /// Give the text to the person's own editor.
    Outside,
    /// Change the text, or move in it.
    Stroke(Stroke),
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

impl Command {
    /// Every command and its name: in the configuration, in the palette, in the key table.
    pub const NAMES: &'static [(Command, &'static str)] = &[
        (Command::Move(Motion::Up), "up"),
        (Command::Move(Motion::Down), "down"),
        (Command::Move(Motion::PageUp), "page-up"),
        (Command::Move(Motion::PageDown), "page-down"),
        (Command::Move(Motion::Top), "top"),
        (Command::Move(Motion::Bottom), "bottom"),
        (Command::NextPane, "next-pane"),
        (Command::PrevPane, "previous-pane"),
        (Command::Open, "open"),
        (Command::Back, "back"),
        (Command::Filter, "filter"),
        (Command::Find, "find-said"),
        (Command::View(0), "view-1"),
        (Command::View(1), "view-2"),
        (Command::View(2), "view-3"),
        (Command::View(3), "view-4"),
        (Command::View(4), "view-5"),
        (Command::View(5), "view-6"),
        (Command::View(6), "view-7"),
        (Command::View(7), "view-8"),
        (Command::View(8), "view-9"),
        (Command::Mark, "mark"),
        (Command::MarkAll, "mark-all"),
        (Command::Sort, "sort"),
        (Command::Snooze, "snooze"),
        (Command::Unread, "unread"),
        (Command::GoDraft, "draft"),
        (Command::Edit, "edit"),
        (Command::Send, "send"),
        (Command::SendAndResolve, "send-and-resolve"),
        (Command::Note, "note"),
        (Command::Update, "update"),
        (Command::Join, "merge"),
        (Command::Split, "split"),
        (Command::PrevMessage, "previous-message"),
        (Command::NextMessage, "next-message"),
        (Command::PrevTicket, "previous-ticket"),
        (Command::NextTicket, "next-ticket"),
        (Command::Tone, "tone"),
        (Command::Redraft, "redo-draft"),
        (Command::Canned, "canned"),
        (Command::Rewrite, "rewrite"),
        (Command::Sources, "sources"),
        (Command::NextSource, "next-source"),
        (Command::PrevSource, "previous-source"),
        (Command::Explain, "explain"),
        (Command::Rate(Thumb::Good), "good"),
        (Command::Rate(Thumb::Bad), "bad"),
        (Command::Customer, "customer"),
        (Command::Similar, "similar"),
        (Command::Links, "links"),
        (Command::Number, "number"),
        (Command::Quotes, "quotes"),
        (Command::Handle, "handle"),
        (Command::Cancel, "cancel"),
        (Command::Pending, "pending"),
        (Command::Outbox, "outbox"),
        (Command::TakeBack, "take-back"),
        (Command::SendNow, "send-now"),
        (Command::SendAndQuit, "send-and-quit"),
        (Command::KeepAndQuit, "keep-and-quit"),
        (Command::Log, "log"),
        (Command::Figures, "figures"),
        (Command::Replay, "replay"),
        (Command::Export(ExportFormat::Csv), "export-csv"),
        (Command::Export(ExportFormat::Json), "export-json"),
        (Command::Reload, "reload"),
        (Command::Copy, "copy"),
        (Command::Mouse, "mouse"),
        (Command::NextTheme, "theme"),
        (Command::Theme(Theme::Dark), "theme-dark"),
        (Command::Theme(Theme::Light), "theme-light"),
        (Command::Theme(Theme::Contrast), "theme-contrast"),
        (Command::Theme(Theme::Terminal), "theme-terminal"),
        (Command::Theme(Theme::NoColor), "theme-none"),
        (Command::Palette, "commands"),
        (Command::Tour, "tour"),
        (Command::Help, "help"),
        (Command::Quit, "quit"),
        (Command::Suspend, "suspend"),
        (Command::Redraw, "redraw"),
        (Command::Submit, "submit"),
        (Command::Undo, "undo"),
        (Command::Redo, "redo"),
        (Command::Outside, "own-editor"),
        (Command::Stroke(Stroke::Go(Go::WordBack)), "word-back"),
        (Command::Stroke(Stroke::Go(Go::WordNext)), "word-on"),
        (Command::Stroke(Stroke::Go(Go::RowStart)), "row-start"),
        (Command::Stroke(Stroke::Go(Go::RowEnd)), "row-end"),
        (Command::Stroke(Stroke::Go(Go::Top)), "text-start"),
        (Command::Stroke(Stroke::Go(Go::Bottom)), "text-end"),
        (Command::Stroke(Stroke::Erase(Go::Left)), "delete-back"),
        (Command::Stroke(Stroke::Erase(Go::WordBack)), "delete-word-back"),
        (Command::Stroke(Stroke::Erase(Go::WordNext)), "delete-word"),
        (Command::Stroke(Stroke::Erase(Go::LineEnd)), "delete-line-end"),
        (Command::Stroke(Stroke::Select), "select"),
        (Command::Stroke(Stroke::SelectAll), "select-all"),
        (Command::Stroke(Stroke::Copy), "copy-selection"),
        (Command::Stroke(Stroke::Cut), "cut"),
        (Command::Stroke(Stroke::Paste), "paste"),
        (Command::Stroke(Stroke::Find), "find"),
        (Command::Stroke(Stroke::FindNext), "find-next"),
        (Command::Stroke(Stroke::FindPrev), "find-previous"),
        (Command::Approve, "approve"),
        (Command::Release, "release"),
        (Command::EditProposal, "edit-proposal"),
        (Command::Deny, "deny"),
        (Command::Later, "later"),
        (Command::Arguments, "arguments"),
        (Command::Reason(0), "reason-1"),
        (Command::Reason(1), "reason-2"),
        (Command::Reason(2), "reason-3"),
        (Command::Reason(3), "reason-4"),
        (Command::Reason(4), "reason-5"),
        (Command::Reason(5), "reason-6"),
        (Command::Comment, "own-words"),
        (Command::NextPending, "next-pending"),
        (Command::Yes, "yes"),
        (Command::No, "no"),
        (Command::NextField, "next-field"),
        (Command::PrevField, "previous-field"),
        (Command::NextValue, "next-value"),
        (Command::PrevValue, "previous-value"),
        (Command::KeepValue, "keep-value"),
    ];

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(command, _)| *command == self).map_or("", |(_, name)| name)
    }

    /// The command of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().find(|(_, its)| *its == name).map(|(command, _)| *command)
    }
}
