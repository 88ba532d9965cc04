//! The table itself. The order is that of the footer and of the help page.

use crate::tui::keymap::Command as C;
use crate::tui::keymap::Context as X;
use crate::tui::keymap::{Binding, Motion};
use crate::tui::model::queue::QueueView as V;

const WORK: &[X] = &[X::Queue, X::Ticket, X::Summary, X::Draft, X::Steps];
const OPEN: &[X] = &[X::Ticket, X::Summary, X::Draft, X::Steps];
const LISTS: &[X] = &[
    X::Queue,
    X::Ticket,
    X::Summary,
    X::Draft,
    X::Steps,
    X::Pending,
    X::Card,
    X::Arguments,
    X::Log,
    X::LogDetail,
    X::Outcome,
];
const PAGES: &[X] =
    &[X::Queue, X::Ticket, X::Summary, X::Draft, X::Steps, X::Pending, X::Log, X::LogDetail, X::Outcome, X::Deciding];
const HELPED: &[X] = &[
    X::Queue,
    X::Ticket,
    X::Summary,
    X::Draft,
    X::Steps,
    X::Pending,
    X::Log,
    X::LogDetail,
    X::Card,
    X::Arguments,
    X::Outcome,
];

const ALL: &[X] = &[
    X::Queue,
    X::Ticket,
    X::Summary,
    X::Draft,
    X::Steps,
    X::Editing,
    X::Picking,
    X::Filter,
    X::Confirm,
    X::Form,
    X::Pending,
    X::Card,
    X::Arguments,
    X::Deny,
    X::Comment,
    X::Deciding,
    X::Outcome,
    X::Log,
    X::LogDetail,
    X::Help,
    X::TooSmall,
];

const fn row(contexts: &'static [X], keys: &'static [&'static str], command: C, help: &'static str) -> Binding {
    Binding { contexts, keys, command, help, footer: None }
}

const fn foot(
    contexts: &'static [X],
    keys: &'static [&'static str],
    command: C,
    footer: &'static str,
    help: &'static str,
) -> Binding {
    Binding { contexts, keys, command, help, footer: Some(footer) }
}

/// Every key of the program.
pub const BINDINGS: &[Binding] = &[
    // The card comes first: it is what this program is for.
    foot(&[X::Card], &["A"], C::Approve, "approve", "Approve; stages the approval when the card asks for two keys"),
    foot(&[X::Card], &["R"], C::Release, "confirm", "The second key: carry out what A has staged"),
    foot(&[X::Card], &["E"], C::EditProposal, "edit", "Edit the proposal; the result is shown again"),
    foot(&[X::Card], &["D"], C::Deny, "deny", "Deny with a reason that the proposer gets"),
    foot(&[X::Card], &["S"], C::Later, "later", "Leave it in the tray for later"),
    foot(&[X::Card], &["v"], C::Arguments, "arguments", "Show the exact arguments as JSON"),
    foot(&[X::Arguments], &["v", "esc"], C::Back, "back to the card", "Back to the card"),
    foot(&[X::Outcome], &["n", "enter"], C::NextPending, "next", "Go to the next proposal that waits"),
    foot(&[X::Deny], &["1"], C::Reason(0), "to 6 reason", "Deny: the answer is wrong"),
    row(&[X::Deny], &["2"], C::Reason(1), "Deny: not our policy"),
    row(&[X::Deny], &["3"], C::Reason(2), "Deny: a person must look first"),
    row(&[X::Deny], &["4"], C::Reason(3), "Deny: wrong tone"),
    row(&[X::Deny], &["5"], C::Reason(4), "Deny: something is missing"),
    row(&[X::Deny], &["6"], C::Reason(5), "Deny: not needed any more"),
    foot(&[X::Deny], &["c"], C::Comment, "own words", "Write the reason yourself"),
    foot(&[X::Comment], &["enter"], C::Submit, "deny with these words", "Deny with these words"),
    // Moving.
    foot(LISTS, &["j", "down"], C::Move(Motion::Down), "k move", "Down"),
    row(LISTS, &["k", "up"], C::Move(Motion::Up), "Up"),
    row(LISTS, &["ctrl-d", "pagedown"], C::Move(Motion::PageDown), "Half a page down"),
    row(LISTS, &["ctrl-u", "pageup"], C::Move(Motion::PageUp), "Half a page up"),
    row(LISTS, &["g", "home"], C::Move(Motion::Top), "To the top"),
    row(LISTS, &["G", "end"], C::Move(Motion::Bottom), "To the bottom"),
    row(&[X::Help], &["down", "ctrl-n"], C::Move(Motion::Down), "Down"),
    row(&[X::Help], &["up", "ctrl-p"], C::Move(Motion::Up), "Up"),
    row(&[X::Help], &["pagedown", "ctrl-d"], C::Move(Motion::PageDown), "Half a page down"),
    row(&[X::Help], &["pageup", "ctrl-u"], C::Move(Motion::PageUp), "Half a page up"),
    foot(&[X::Queue, X::Pending, X::Log], &["enter"], C::Open, "open", "Open what is selected"),
    foot(&[X::Summary], &["enter"], C::Open, "show message", "Show the message that the line stands in"),
    row(WORK, &["tab", "l", "right"], C::NextPane, "The next pane"),
    row(WORK, &["backtab", "h", "left"], C::PrevPane, "The pane before"),
    // The ticket at hand.
    foot(&[X::Queue, X::Ticket, X::Summary], &["d"], C::GoDraft, "draft", "Go to the draft"),
    foot(&[X::Draft], &["e", "enter"], C::Edit, "edit", "Edit the draft"),
    row(&[X::Queue, X::Ticket, X::Summary, X::Steps], &["e"], C::Edit, "Edit the draft"),
    foot(OPEN, &["s"], C::Send, "send", "Propose to send the draft to the customer; opens the card"),
    row(&[X::Queue], &["s"], C::Send, "Propose to send the draft to the customer; opens the card"),
    row(WORK, &["S"], C::SendAndResolve, "Propose to send the draft and resolve the ticket"),
    foot(&[X::Draft], &["t"], C::Tone, "tone", "Ask for a draft in the next tone"),
    foot(&[X::Draft], &["m"], C::Canned, "canned", "Insert a canned reply into the draft"),
    row(&[X::Ticket, X::Summary, X::Steps], &["m"], C::Canned, "Insert a canned reply into the draft"),
    row(&[X::Queue, X::Ticket, X::Summary, X::Steps], &["t"], C::Tone, "Ask for a draft in the next tone"),
    foot(&[X::Draft], &["c"], C::Explain, "why", "Explain the confidence"),
    row(&[X::Queue, X::Ticket, X::Summary, X::Steps], &["c"], C::Explain, "Explain the confidence"),
    row(WORK, &["n"], C::Note, "Write an internal note; opens the card"),
    foot(&[X::Ticket], &["u"], C::Update, "update", "Change status, priority, assignee or tags; opens the card"),
    row(
        &[X::Queue, X::Summary, X::Draft, X::Steps],
        &["u"],
        C::Update,
        "Change status, priority, assignee or tags; opens the card",
    ),
    row(WORK, &["a"], C::Handle, "Let the agent handle the ticket; it files proposals and never writes"),
    row(WORK, &["x"], C::Cancel, "End the run of the agent"),
    row(WORK, &["z"], C::Quotes, "Unfold or fold quoted text"),
    // The queue.
    foot(&[X::Queue], &["/"], C::Filter, "filter", "Filter by words"),
    row(&[X::Queue], &["1"], C::View(V::Urgent), "View: urgent"),
    row(&[X::Queue], &["2"], C::View(V::Mine), "View: mine"),
    row(&[X::Queue], &["3"], C::View(V::Unassigned), "View: unassigned"),
    row(&[X::Queue], &["4"], C::View(V::Waiting), "View: waiting for somebody"),
    row(&[X::Queue], &["5"], C::View(V::All), "View: all"),
    foot(&[X::Filter], &["enter"], C::Submit, "keep", "Keep the filter"),
    foot(&[X::Filter], &["esc"], C::Back, "clear", "Clear the filter"),
    foot(&[X::Filter], &["down"], C::NextField, "to the list", "Keep the filter and go to the list"),
    // Texts and forms.
    foot(&[X::Editing], &["ctrl-s"], C::Submit, "done", "Done: keep the text (a note: propose it)"),
    foot(&[X::Editing], &["esc"], C::Back, "leave", "Leave the editor; a draft is kept"),
    foot(&[X::Editing], &["ctrl-u"], C::Undo, "undo", "Undo"),
    foot(&[X::Editing], &["ctrl-r"], C::Redo, "redo", "Redo"),
    foot(&[X::Editing], &["ctrl-t"], C::Canned, "canned", "Insert a canned reply at the cursor"),
    foot(&[X::Picking], &["enter"], C::Submit, "insert", "Insert the canned reply, its fields filled; one undo step"),
    foot(&[X::Picking], &["down", "ctrl-n"], C::Move(Motion::Down), "next", "The next canned reply"),
    row(&[X::Picking], &["up", "ctrl-p"], C::Move(Motion::Up), "The canned reply before"),
    foot(&[X::Picking], &["pagedown", "ctrl-d"], C::Move(Motion::PageDown), "read on", "Half a page down in its text"),
    row(&[X::Picking], &["pageup", "ctrl-u"], C::Move(Motion::PageUp), "Half a page up in its text"),
    foot(&[X::Picking], &["esc"], C::Back, "close", "Close; nothing is inserted"),
    foot(&[X::Form], &["ctrl-s", "enter"], C::Submit, "propose", "Propose the change; opens the card"),
    foot(&[X::Form], &["down", "tab"], C::NextField, "field", "The next field"),
    row(&[X::Form], &["up", "backtab"], C::PrevField, "The field before"),
    foot(&[X::Form], &["right"], C::NextValue, "value", "The next value"),
    row(&[X::Form], &["left"], C::PrevValue, "The value before"),
    foot(&[X::Form], &["delete"], C::KeepValue, "leave as it is", "Leave the field as it is"),
    foot(&[X::Form, X::Deny, X::Comment], &["esc"], C::Back, "back", "Back, nothing happens"),
    foot(&[X::Confirm], &["y"], C::Yes, "yes", "Yes"),
    foot(&[X::Confirm], &["n", "esc"], C::No, "no", "No"),
    // Everywhere.
    foot(WORK, &["P"], C::Pending, "pending", "The proposals that wait for you"),
    row(PAGES, &["L"], C::Log, "The log of every tool call"),
    foot(&[X::Pending, X::Log], &["r"], C::Reload, "reload", "Load again"),
    row(WORK, &["r"], C::Reload, "Load again"),
    foot(&[X::LogDetail], &["y"], C::Copy, "copy", "Copy as JSON"),
    row(&[X::Queue, X::Ticket, X::Summary, X::Draft, X::Steps, X::Log, X::Arguments], &["y"], C::Copy, "Copy"),
    foot(
        &[X::Pending, X::Card, X::Deciding, X::Outcome, X::Log, X::LogDetail, X::Help],
        &["esc"],
        C::Back,
        "back",
        "Back",
    ),
    row(OPEN, &["esc"], C::Back, "Back to the queue"),
    foot(HELPED, &["?"], C::Help, "help", "This page"),
    row(
        &[X::Queue, X::Ticket, X::Summary, X::Draft, X::Steps, X::Pending, X::Log, X::LogDetail],
        &["q"],
        C::Quit,
        "Quit",
    ),
    row(ALL, &["ctrl-c"], C::Quit, "Quit; asks first when a text is not saved"),
    row(ALL, &["ctrl-z"], C::Suspend, "Back to the shell; `fg` returns"),
    row(ALL, &["ctrl-l"], C::Redraw, "Draw the screen anew"),
];
