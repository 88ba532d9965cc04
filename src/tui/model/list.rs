//! A list over the page: rows found by typing, one of them chosen, all of it read below. Whatever is listed over the
//! page is one of these.

use std::collections::HashSet;

use crate::domain::customer::Customer;
use crate::domain::ids::TicketId;
use crate::domain::links::{self, Link};
use crate::domain::ticket::{Attachment, Message, TicketRow};
use crate::tui::editor::Editor;
use crate::tui::events::{Earlier, RequestId};
use crate::tui::keymap::Motion;
use crate::tui::model::fuzzy::{self, Hay};
use crate::tui::model::slot::Slot;
use crate::tui::model::{moved, scrolled};

/// What is listed, and so what the list is for.
#[derive(Clone, Debug)]
pub(crate) enum Listed {
    /// Whose ticket it is, and what else they wrote about.
    Customer {
        /// The ticket at hand; it is not in the list.
        beside: TicketId,
        name: String,
        /// Where the backend knows customers.
        customer: Option<Box<Customer>>,
    },
    /// Tickets like this one.
    Similar(TicketId),
    /// What the thread of this ticket points to, and what came with it.
    Links(TicketId),
    /// Tickets that this one can be merged with; what is typed is looked for at the desk.
    Merge { open: Box<TicketRow>, stays: Stays },
}

/// Which of two tickets stays when they are merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stays {
    Open,
    Chosen,
}

/// A row.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    Ticket(Box<Earlier>),
    Link(Box<Link>, Source),
    File(Attachment, Source),
}

/// The message that a link or a file stands in.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    /// Which of the thread.
    pub(crate) message: usize,
    /// Who wrote it.
    pub(crate) name: String,
}

/// The list.
#[derive(Clone, Debug)]
pub(crate) struct List {
    pub(crate) of: Listed,
    pub(crate) rows: Slot<Vec<Entry>>,
    /// Rows that there are beside those that were loaded.
    pub(crate) left_out: u64,
    pub(crate) filter: Editor,
    /// Whether keys go into the filter.
    pub(crate) typing: bool,
    pub(crate) selected: usize,
    pub(crate) top: usize,
    /// The first row that is seen of what is said about the selected one.
    pub(crate) read_from: usize,
    /// Which rows the filter lets through, in the order shown.
    found: Vec<usize>,
}

impl List {
    pub(crate) fn new(of: Listed) -> Self {
        Self {
            of,
            rows: Slot::default(),
            left_out: 0,
            filter: Editor::line_of(""),
            typing: false,
            selected: 0,
            top: 0,
            read_from: 0,
            found: Vec::new(),
        }
    }

    /// A list whose rows are there already.
    pub(crate) fn filled(of: Listed, request: RequestId, rows: Vec<Entry>) -> Self {
        let mut list = Self::new(of);
        list.rows.ask(request);
        list.take(request, rows);
        list
    }

    /// Takes the rows, if they are what is waited for.
    pub(crate) fn take(&mut self, request: RequestId, rows: Vec<Entry>) -> bool {
        let wanted = self.rows.take(request, rows);
        if wanted {
            self.find();
        }
        wanted
    }

    /// Finds anew what the typed words mean: the nearest first.
    pub(crate) fn find(&mut self) {
        // What the desk has found for the words is what they mean.
        let typed = if let Listed::Merge { .. } = self.of { String::new() } else { self.filter.text() };
        let rows = self.rows.value.iter().flatten().enumerate();
        let mut found: Vec<_> = rows.filter_map(|(at, row)| Some((row.distance(&typed)?, at))).collect();
        found.sort_unstable();
        self.found = found.into_iter().map(|(_, at)| at).collect();
        (self.selected, self.top, self.read_from) = (0, 0, 0);
    }

    /// What is listed, each with its number.
    pub(crate) fn found(&self) -> impl ExactSizeIterator<Item = (usize, Option<&Entry>)> {
        self.found.iter().map(|at| (at + 1, self.rows.value.as_ref().and_then(|rows| rows.get(*at))))
    }

    /// What Enter chooses.
    pub(crate) fn selected(&self) -> Option<&Entry> {
        self.found().nth(self.selected)?.1
    }

    /// Selects the row with this number, if it is listed.
    pub(crate) fn select(&mut self, number: usize) {
        if let Some(at) = self.found.iter().position(|at| at + 1 == number) {
            (self.selected, self.read_from) = (at, 0);
        }
    }

    /// The ticket that stays and the one that is merged in, where the list is for that and one is chosen.
    pub(crate) fn both(&self) -> Option<(&TicketRow, &TicketRow)> {
        let (Listed::Merge { open, stays }, Entry::Ticket(chosen)) = (&self.of, self.selected()?) else { return None };
        Some(match stays {
            Stays::Open => (open, &chosen.row),
            Stays::Chosen => (&chosen.row, open),
        })
    }

    /// The other one of the two stays from now on.
    pub(crate) fn turn(&mut self) {
        if let Listed::Merge { stays, .. } = &mut self.of {
            *stays = match stays {
                Stays::Open => Stays::Chosen,
                Stays::Chosen => Stays::Open,
            };
        }
    }

    /// Through the rows; by pages through what is said about the selected one, where that matters more.
    pub(crate) fn go(&mut self, motion: Motion, half_page: usize) {
        let pages = matches!(motion, Motion::PageUp | Motion::PageDown);
        if pages && matches!(self.of, Listed::Links(_)) {
            self.read_from = moved(self.read_from, motion, usize::MAX, half_page);
            return;
        }
        self.selected = moved(self.selected, motion, self.found.len(), half_page);
        self.read_from = 0;
    }

    /// Scrolls for where it will be drawn; of the selected row as much is said as `below` is hidden of at most.
    pub(crate) fn arrange(&mut self, width: usize, height: usize, below: usize) {
        self.filter.arrange(width, 1, true);
        self.read_from = self.read_from.min(below);
        self.top = scrolled(self.top, self.selected, self.found.len(), height);
    }
}

/// Every link of a thread once, and every file, in the order in which they stand there; links come first.
pub(crate) fn links_and_files(thread: &[Message]) -> Vec<Entry> {
    let mut links: Vec<Entry> = Vec::new();
    let mut seen = HashSet::new();
    let mut files = Vec::new();
    for (message, at) in thread.iter().zip(0..) {
        let source = Source { message: at, name: message.name.clone() };
        for link in links::find(&message.body) {
            if seen.insert((link.written.clone(), link.label.clone())) {
                links.push(Entry::Link(Box::new(link), source.clone()));
            }
        }
        files.extend(message.attachments.iter().map(|file| Entry::File(file.clone(), source.clone())));
    }
    links.extend(files);
    links
}

impl Entry {
    /// How far it is from what was typed; none when it is not meant.
    fn distance(&self, typed: &str) -> Option<u32> {
        match self {
            Self::Ticket(earlier) => {
                let row = &earlier.row;
                let title = format!("{} {}", row.id, row.subject);
                let body = format!("{} {} {}", row.status, row.customer_name, earlier.answer.as_deref().unwrap_or(""));
                fuzzy::distance(typed, Hay { title: &title, tags: &row.tags, body: &body })
            }
            Self::Link(link, from) => {
                let body = format!("{} {}", link.label.as_deref().unwrap_or(""), from.name);
                fuzzy::distance(typed, Hay { title: &link.written, tags: &[], body: &body })
            }
            Self::File(file, from) => {
                let body = format!("{} {}", file.mime, from.name);
                fuzzy::distance(typed, Hay { title: &file.name, tags: &[], body: &body })
            }
        }
    }
}
