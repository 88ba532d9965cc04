//! Who can have the keyboard.

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
    /// Words are looked for in the text that is being edited.
    Finding,
    /// The picker of canned replies.
    Picking,
    /// The ways to put a draft into other words.
    Rewriting,
    /// What a draft cites, beside it.
    Sources,
    /// The filter line of the queue, of the log or of a list.
    Filter,
    /// A yes-or-no question.
    Confirm,
    /// Quitting while replies wait to be sent.
    Leaving,
    /// The update form.
    Form,
    /// Until when a ticket is put off.
    Snooze,
    /// A list over the page.
    List,
    /// A few words about a thumb.
    Rating,
    /// The subject of a message that gets a ticket of its own.
    Splitting,
    /// A step of the tour.
    Tour,
    /// The pending tray.
    Pending,
    /// The approval card.
    Card,
    /// The approval card of many tickets.
    Bulk,
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
    /// The replies that wait to be sent.
    Outbox,
    /// The log.
    Log,
    /// A record of the log.
    LogDetail,
    /// What the log comes to.
    Figures,
    /// A run, step by step.
    Replay,
    /// The palette of commands.
    Palette,
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
        (Context::Finding, "finding"),
        (Context::Picking, "canned replies"),
        (Context::Rewriting, "other words"),
        (Context::Sources, "sources"),
        (Context::Filter, "filter"),
        (Context::Confirm, "question"),
        (Context::Leaving, "quitting"),
        (Context::Form, "update form"),
        (Context::Snooze, "snooze"),
        (Context::Rating, "thumb"),
        (Context::List, "list"),
        (Context::Splitting, "split"),
        (Context::Tour, "tour"),
        (Context::Pending, "pending"),
        (Context::Card, "approval"),
        (Context::Bulk, "approval of many"),
        (Context::Arguments, "arguments"),
        (Context::Deny, "deny"),
        (Context::Comment, "comment"),
        (Context::Deciding, "deciding"),
        (Context::Outcome, "outcome"),
        (Context::Outbox, "outbox"),
        (Context::Log, "log"),
        (Context::LogDetail, "log record"),
        (Context::Figures, "figures"),
        (Context::Replay, "replay"),
        (Context::Palette, "palette"),
        (Context::Help, "help"),
        (Context::TooSmall, "too small"),
    ];

    /// Its name in the configuration: that for people, with dashes.
    #[must_use]
    pub fn word(self) -> String {
        self.as_str().replace(' ', "-")
    }

    /// The context of this name, in words or with dashes.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let same = |its: &str| its.replace(' ', "-") == name.replace([' ', '_'], "-");
        Self::NAMES.iter().find(|(_, its)| same(its)).map(|(context, _)| *context)
    }

    /// Its name for people.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        Self::NAMES.iter().find(|(context, _)| *context == self).map_or("", |(_, name)| name)
    }
}
