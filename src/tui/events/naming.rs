//! What each effect is called, for people: while it goes on, and when it went wrong.

use crate::tui::events::{Effect, RequestId};

/// An effect in words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// The request that it is the answer to.
    pub(crate) request: RequestId,
    /// What is tried: `load the queue`.
    pub(crate) what: &'static str,
    /// The same while it goes on: `loading the queue`.
    pub(crate) doing: &'static str,
    /// Whether it only reads: nothing is lost by ending it halfway.
    pub(crate) is_read: bool,
}

const fn read(request: RequestId, what: &'static str, doing: &'static str) -> Named {
    Named { request, what, doing, is_read: true }
}

const fn kept(request: RequestId, what: &'static str, doing: &'static str) -> Named {
    Named { request, what, doing, is_read: false }
}

/// What an effect is called.
pub(crate) fn naming(effect: &Effect) -> Named {
    match effect {
        Effect::LoadQueue { request, .. } => read(*request, "load the queue", "loading the queue"),
        Effect::Sift { request, .. } => read(*request, "filter the queue", "filtering the queue"),
        Effect::FindSaid { request, .. } => read(*request, "find it in the messages", "looking through all messages"),
        Effect::CountViews { request, .. } => read(*request, "count the views", "counting the views"),
        Effect::LoadTicket { request, .. } => read(*request, "open the ticket", "opening the ticket"),
        Effect::Summarize { request, .. } => kept(*request, "summarise the ticket", "summarising the ticket"),
        Effect::Suggest { request, .. } => kept(*request, "suggest a reply", "writing a reply"),
        Effect::Rewrite { request, .. } => kept(*request, "put it into other words", "putting it into other words"),
        Effect::LoadHistory { request, .. } => read(*request, "load the customer", "loading the customer"),
        Effect::FindSimilar { request, .. } => read(*request, "find similar tickets", "looking for similar tickets"),
        Effect::Prepare { request, .. } => kept(*request, "prepare the next ticket", "preparing the next ticket"),
        Effect::LoadThumbs { request, .. } => read(*request, "load your thumbs", "loading your thumbs"),
        Effect::Rate { request, .. } => kept(*request, "keep the thumb", "keeping the thumb"),
        Effect::LoadCanned { request, .. } => read(*request, "load the canned replies", "loading the canned replies"),
        Effect::LoadSource { request, .. } => read(*request, "open what is cited", "opening what is cited"),
        Effect::LoadOthers { request, .. } => read(*request, "look for tickets", "looking for tickets"),
        Effect::Snooze { request, .. } => kept(*request, "put the ticket off", "putting the ticket off"),
        Effect::LoadSeen { request, .. } => read(*request, "look up what is unread", "looking up what is unread"),
        Effect::See { request, .. } => kept(*request, "note what was read", "noting what was read"),
        Effect::LoadDraft { request, .. } => kept(*request, "load the draft", "loading the draft"),
        Effect::SaveDraft { request, .. } => kept(*request, "save the draft", "saving the draft"),
        Effect::ForgetDraft { request, .. } => kept(*request, "forget the draft", "forgetting the draft"),
        Effect::EditOutside { request, .. } => kept(*request, "edit the text", "editing in your editor"),
        Effect::Propose { request, .. } => kept(*request, "file the proposal", "filing the proposal"),
        Effect::LoadPending { request } => read(*request, "load what waits", "loading what waits"),
        Effect::OpenCard { request, .. } => read(*request, "open the card", "opening the card"),
        Effect::Approve { request, .. } => kept(*request, "carry the approval out", "carrying the approval out"),
        Effect::Deny { request, .. } => kept(*request, "record the denial", "recording the denial"),
        Effect::EditProposal { request, .. } => {
            kept(*request, "file the edited proposal", "filing the edited proposal")
        }
        Effect::Handle { request, .. } => kept(*request, "handle the ticket", "handling the ticket"),
        Effect::LoadLog { request, .. } => read(*request, "load the log", "loading the log"),
        Effect::LoadFigures { request, .. } => read(*request, "add the log up", "adding the log up"),
        Effect::ExportLog { request, .. } => kept(*request, "export the log", "exporting the log"),
        Effect::LoadRun { request, .. } => read(*request, "load the run", "loading the run"),
        Effect::LoadLogDetail { request, .. } => read(*request, "load the record", "loading the record"),
        Effect::CancelRun { run } => kept(*run, "stop the run", "stopping the run"),
        Effect::Attend(_)
        | Effect::Copy(_)
        | Effect::Call(..)
        | Effect::Keep(_)
        | Effect::Mouse(_)
        | Effect::Wake(_)
        | Effect::Suspend
        | Effect::Redraw
        | Effect::Quit => kept(RequestId(0), "", ""),
    }
}
