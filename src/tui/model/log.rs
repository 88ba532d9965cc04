//! The log page: rows newest first, and the record that is looked at.

use crate::domain::audit::Record;
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
        if self.reading { Context::LogDetail } else { Context::Log }
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

    pub(crate) fn wants_more(&self) -> bool {
        let asleep = self.loading.is_waiting() || self.loading.trouble.is_some();
        !self.complete && !asleep && self.selected + 20 >= self.records.len()
    }

    pub(crate) fn go(&mut self, motion: Motion, half_page: usize) {
        if self.reading {
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
