//! The panes of the work page.

/// The panes of the work page, in tab order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pane {
    Queue,
    Ticket,
    Summary,
    Draft,
    Steps,
}

impl Pane {
    pub(crate) const ALL: [Pane; 5] = [Self::Queue, Self::Ticket, Self::Summary, Self::Draft, Self::Steps];

    /// The name on its tab.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Queue => "Queue",
            Self::Ticket => "Ticket",
            Self::Summary => "Summary",
            Self::Draft => "Draft",
            Self::Steps => "Log",
        }
    }

    fn index(self) -> usize {
        Self::ALL.iter().position(|pane| *pane == self).unwrap_or(0)
    }

    pub(crate) fn next(self) -> Self {
        Self::ALL[(self.index() + 1) % Self::ALL.len()]
    }

    pub(crate) fn prev(self) -> Self {
        Self::ALL[(self.index() + Self::ALL.len() - 1) % Self::ALL.len()]
    }
}
