//! Texts for tickets that are not open yet. The assistant asks for them, not the person; the log tells them apart.

use crate::domain::call::{ReadCall, Suggest, Summarize};
use crate::domain::ids::TicketId;
use crate::tui::events::RequestId;
use crate::tui::model::Part;
use crate::tui::runtime::{Answered, Inner, power, trouble};

impl Inner {
    pub(super) async fn prepare(&self, request: RequestId, ticket_id: TicketId, part: Part) -> Answered {
        if power::on_battery() {
            return Err(trouble("the machine runs on its battery", "plug it in"));
        }
        let call = match part {
            Part::Summary => ReadCall::SummarizeTicket(Summarize { ticket_id, quick: false }),
            Part::Draft(tone) => ReadCall::SuggestResponse(Suggest { ticket_id, tone, quick: false }),
        };
        self.written(request, call, &self.sitting.assistant, &self.sitting.run.ahead()).await
    }
}
