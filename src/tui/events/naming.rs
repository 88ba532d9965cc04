//! What a request is about, in words.

use crate::tui::events::{Effect, RequestId};

/// The request of an effect, and what it is about in words.
pub(crate) fn naming(effect: &Effect) -> (RequestId, &'static str) {
    match effect {
        Effect::LoadQueue { request, .. } => (*request, "load the queue"),
        Effect::Sift { request, .. } => (*request, "filter the queue"),
        Effect::FindSaid { request, .. } => (*request, "find it in the messages"),
        Effect::CountViews { request, .. } => (*request, "count the views"),
        Effect::LoadTicket { request, .. } => (*request, "open the ticket"),
        Effect::Summarize { request, .. } => (*request, "summarise the ticket"),
        Effect::Suggest { request, .. } => (*request, "suggest a reply"),
        Effect::Rewrite { request, .. } => (*request, "put it into other words"),
        Effect::LoadHistory { request, .. } => (*request, "load the customer"),
        Effect::FindSimilar { request, .. } => (*request, "find similar tickets"),
        Effect::Prepare { request, .. } => (*request, "prepare the next ticket"),
        Effect::LoadThumbs { request, .. } => (*request, "load your thumbs"),
        Effect::Rate { request, .. } => (*request, "keep the thumb"),
        Effect::LoadCanned { request, .. } => (*request, "load the canned replies"),
        Effect::LoadSource { request, .. } => (*request, "open what is cited"),
        Effect::LoadOthers { request, .. } => (*request, "look for tickets"),
        Effect::Snooze { request, .. } => (*request, "put the ticket off"),
        Effect::LoadSeen { request, .. } => (*request, "look up what is unread"),
        Effect::See { request, .. } => (*request, "note what was read"),
        Effect::LoadDraft { request, .. } => (*request, "load the draft"),
        Effect::SaveDraft { request, .. } => (*request, "save the draft"),
        Effect::ForgetDraft { request, .. } => (*request, "forget the draft"),
        Effect::EditOutside { request, .. } => (*request, "edit the text in your editor"),
        Effect::Propose { request, .. } => (*request, "file the proposal"),
        Effect::LoadPending { request } => (*request, "load what waits"),
        Effect::OpenCard { request, .. } => (*request, "open the card"),
        Effect::Approve { request, .. } => (*request, "carry the approval out"),
        Effect::Deny { request, .. } => (*request, "record the denial"),
        Effect::EditProposal { request, .. } => (*request, "file the edited proposal"),
        Effect::Handle { request, .. } => (*request, "handle the ticket"),
        Effect::LoadLog { request, .. } => (*request, "load the log"),
        Effect::LoadFigures { request, .. } => (*request, "add the log up"),
        Effect::ExportLog { request, .. } => (*request, "export the log"),
        Effect::LoadRun { request, .. } => (*request, "load the run"),
        Effect::LoadLogDetail { request, .. } => (*request, "load the record"),
        Effect::CancelRun { run } => (*run, "stop the run"),
        Effect::Attend(_)
        | Effect::Copy(_)
        | Effect::Call(..)
        | Effect::Keep(_)
        | Effect::Mouse(_)
        | Effect::Wake(_)
        | Effect::Suspend
        | Effect::Redraw
        | Effect::Quit => (RequestId(0), ""),
    }
}
