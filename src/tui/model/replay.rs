//! A run played again: its records oldest first, and the one that is looked at.

use crate::domain::audit::Record;
use crate::tui::events::LogDetail;
use crate::tui::highlight::{self, JsonRow};
use crate::tui::keymap::Motion;
use crate::tui::model::log::LogPage;
use crate::tui::model::slot::Slot;
use crate::tui::model::{moved, scrolled};

/// The replay page.
#[derive(Clone, Debug)]
pub(crate) struct Replay {
    pub(crate) run: String,
    pub(crate) records: Slot<Vec<Record>>,
    /// The step that is looked at.
    pub(crate) selected: usize,
    pub(crate) top: usize,
    pub(crate) step: Slot<LogDetail>,
    /// The step in rows, for a width.
    pub(crate) rows: Vec<JsonRow>,
    pub(crate) rows_top: usize,
    made: Option<(u64, usize)>,
    /// The log that it was opened from; nothing where the program only plays.
    pub(crate) behind: Option<Box<LogPage>>,
}

impl Replay {
    pub(crate) fn of(run: String, behind: Option<Box<LogPage>>) -> Self {
        let (records, step) = (Slot::default(), Slot::default());
        Self { run, records, selected: 0, top: 0, step, rows: vec![], rows_top: 0, made: None, behind }
    }

    pub(crate) fn steps(&self) -> &[Record] {
        self.records.value.as_deref().unwrap_or_default()
    }

    pub(crate) fn record(&self) -> Option<&Record> {
        self.steps().get(self.selected)
    }

    /// Single steps move in the run, pages in what was said.
    pub(crate) fn go(&mut self, motion: Motion, half_page: usize) {
        match motion {
            Motion::PageUp | Motion::PageDown => {
                self.rows_top = moved(self.rows_top, motion, self.rows.len(), half_page);
            }
            Motion::Up | Motion::Down | Motion::Top | Motion::Bottom => {
                self.selected = moved(self.selected, motion, self.steps().len(), half_page);
            }
        }
    }

    pub(crate) fn arrange(&mut self, list: usize, (width, height): (usize, usize)) {
        self.top = scrolled(self.top, self.selected, self.steps().len(), list);
        let Some(step) = &self.step.value else { return };
        let made = Some((step.record.seq, width));
        if self.made != made {
            self.rows = highlight::step_rows(step, width);
            self.rows_top = 0;
            self.made = made;
        }
        self.rows_top = self.rows_top.min(self.rows.len().saturating_sub(height));
    }
}
