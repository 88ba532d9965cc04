//! What keys can ask for.

use crate::tui::events::ExportFormat;

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
    View(usize),
    /// Mark the ticket for the next command.
    Mark,
    /// Mark every ticket that is loaded.
    MarkAll,
    /// Put tickets off.
    Snooze,
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
