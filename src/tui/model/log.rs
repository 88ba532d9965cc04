//! The log page: rows newest first, and the record that is looked at.

use crate::domain::audit::Record;
use crate::domain::audit::figures::Figures;
use crate::domain::audit::query::LogQuery;
use crate::tui::editor::Editor;
use crate::tui::events::{LogDetail, RequestId};
use crate::tui::highlight::{self, JsonRow};
use crate::tui::keymap::{Context, Motion};
use crate::tui::model::slot::Slot;
use crate::tui::model::{moved, scrolled};

/// Records that are loaded at once.
pub(crate) const PAGE: u32 = 200;

/// The log page.
#[derive(Clone, Debug, Default)]
pub(crate) struct LogPage {
    /// The page that is on its way.
    pub(crate) loading: Slot<()>,
    pub(crate) records: Vec<Record>,
    pub(crate) complete: bool,
    pub(crate) selected: usize,
    pub(crate) top: usize,
    pub(crate) detail: Slot<Detail>,
    /// Whether the detail has the keyboard.
    pub(crate) reading: bool,
    /// The filter as it was written, and what it means.
    pub(crate) filter: String,
    pub(crate) query: LogQuery,
    /// The filter line, while it is typed.
    pub(crate) typing: Option<Editor>,
    /// Why what is typed is no filter.
    pub(crate) misread: Option<String>,
    /// What the records come to, while that is looked at.
    pub(crate) figures: Option<Slot<Figures>>,
    pub(crate) figures_top: usize,
}

/// A record in rows.
#[derive(Clone, Debug)]
pub(crate) struct Detail {
    pub(crate) source: LogDetail,
    pub(crate) rows: Vec<JsonRow>,
    pub(crate) top: usize,
    width: usize,
}

impl Detail {
    pub(crate) fn new(source: LogDetail) -> Self {
        Self { source, rows: Vec::new(), top: 0, width: 0 }
    }

    fn arrange(&mut self, width: usize, height: usize) {
        if width != self.width {
            self.rows = highlight::detail_rows(&self.source, width);
            self.width = width;
        }
        self.top = self.top.min(self.rows.len().saturating_sub(height));
    }
}

impl LogPage {
    pub(crate) fn context(&self) -> Context {
        match (&self.typing, &self.figures) {
            (Some(_), _) => Context::Filter,
            (None, Some(_)) => Context::Figures,
            (None, None) if self.reading => Context::LogDetail,
            (None, None) => Context::Log,
        }
    }

    pub(crate) fn selected_record(&self) -> Option<&Record> {
        self.records.get(self.selected)
    }

    /// Takes a page; an empty one is the last.
    pub(crate) fn arrived(&mut self, request: RequestId, records: Vec<Record>) -> bool {
        let wanted = self.loading.take(request, ());
        if wanted {
            self.complete = records.len() < PAGE as usize;
            self.records.extend(records);
        }
        wanted
    }

    /// Starts over with what the query asks for now.
    pub(crate) fn reset(&mut self) {
        (self.selected, self.top, self.figures_top) = (0, 0, 0);
        (self.records, self.complete, self.reading) = (Vec::new(), false, false);
        (self.loading, self.detail) = (Slot::default(), Slot::default());
        if self.figures.is_some() {
            self.figures = Some(Slot::default());
        }
    }

    pub(crate) fn wants_more(&self) -> bool {
        let asleep = self.loading.is_waiting() || self.loading.trouble.is_some();
        !self.complete && !asleep && self.selected + 20 >= self.records.len()
    }

    pub(crate) fn go(&mut self, motion: Motion, half_page: usize) {
        if self.figures.is_some() {
            // How far it goes is known where it is drawn.
            self.figures_top = moved(self.figures_top, motion, usize::MAX, half_page);
        } else if self.reading {
            if let Some(detail) = &mut self.detail.value {
                detail.top = moved(detail.top, motion, detail.rows.len(), half_page);
            }
        } else {
            self.selected = moved(self.selected, motion, self.records.len(), half_page);
        }
    }

    pub(crate) fn arrange(&mut self, list: usize, detail: (usize, usize)) {
        self.top = scrolled(self.top, self.selected, self.records.len(), list);
        if let Some(shown) = &mut self.detail.value {
            shown.arrange(detail.0, detail.1);
        }
    }
}
