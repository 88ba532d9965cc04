//! The draft of a reply: what the assistant suggested, and what the person made of it.

use std::ops::Range;

use crate::domain::draft::{Suggestion, Unsupported};
use crate::domain::text;
use crate::domain::ticket::Tone;
use crate::tui::editor::Editor;
use crate::tui::events::Written;
use crate::tui::model::rewrite::Rewriting;
use crate::tui::model::slot::Slot;
use crate::tui::model::sources::Sources;
use crate::tui::model::{scrolled, wrap};

/// The draft pane.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    pub(crate) tone: Tone,
    pub(crate) suggestion: Slot<Suggestion>,
    pub(crate) editor: Editor,
    pub(crate) edited: bool,
    pub(crate) explained: bool,
    /// A part of the text, or all of it, that is being put into other words.
    pub(crate) rewriting: Option<Box<Rewriting>>,
    /// What lies open beside the text while it is edited.
    pub(crate) source: Option<Box<Sources>>,
    /// What nothing supports in what was put into other words.
    doubted: Vec<String>,
    /// What a model is writing just now, all there is so far.
    pub(crate) live: String,
    /// The ticket's version that the text was made for.
    pub(crate) made_for: Option<u64>,
    /// The ticket's version when the suggestion under way was asked for, where that was known.
    pub(crate) asked_for: Option<u64>,
    /// A suggestion that may replace an edited text, because the person said so.
    pub(crate) replace: bool,
    /// The text in rows, for reading; statements without a source stand between `~` marks.
    pub(crate) rows: Vec<DraftRow>,
    pub(crate) top: usize,
    made_width: Option<usize>,
}

/// Parts of a row, escaped, and whether a part has no source.
pub(crate) type DraftRow = Vec<(bool, String)>;

impl Draft {
    pub(crate) fn new(tone: Tone) -> Self {
        Self {
            tone,
            suggestion: Slot::default(),
            editor: Editor::text_of(""),
            edited: false,
            explained: false,
            rewriting: None,
            source: None,
            doubted: Vec::new(),
            live: String::new(),
            made_for: None,
            asked_for: None,
            replace: false,
            rows: Vec::new(),
            top: 0,
            made_width: None,
        }
    }

    /// How many sources the suggestion names: their marks stand in the text.
    pub(crate) fn citations(&self) -> usize {
        self.suggestion.value.as_ref().map_or(0, |suggestion| suggestion.citations.len())
    }

    /// How many of so many rows the text keeps for itself: what explains it was asked for, and is read first.
    pub(crate) fn keeps(&self, rows: u16) -> u16 {
        if self.explained { rows.min(2) } else { rows.div_ceil(2) }
    }

    /// A model has written so much; shown while the person has written nothing.
    pub(crate) fn writing(&mut self, text: String) {
        self.made_width = None;
        self.live = text;
    }

    /// The suggestion came: it becomes the text unless the person has written one, or is about to; what they asked for
    /// does all the same. Says whether it did.
    pub(crate) fn suggested(&mut self, editing: bool) -> bool {
        self.made_width = None;
        self.live.clear();
        let wanted = std::mem::take(&mut self.replace) || !(self.edited || editing);
        let Some(suggestion) = self.suggestion.value.as_ref().filter(|_| wanted) else {
            self.note_edit();
            return false;
        };
        self.editor.replace_all(&suggestion.response_text);
        self.edited = false;
        self.doubted.clear();
        true
    }

    /// The saved draft came: it becomes the text unless the person was faster.
    pub(crate) fn restored(&mut self, saved: &Written) {
        if !self.edited && !saved.reply.is_empty() {
            self.editor.replace_all(&saved.reply);
            self.made_for = saved.made_for.or(self.made_for);
            self.note_edit();
        }
    }

    /// Tells an edited text from the suggestion.
    pub(crate) fn note_edit(&mut self) {
        self.made_width = None;
        let suggested = self.suggestion.value.as_ref().map_or("", |s| s.response_text.as_str());
        self.edited = self.editor.text() != suggested;
    }

    /// The statements without a source that still stand in the text.
    pub(crate) fn unsupported(&self) -> Vec<String> {
        let text = self.editor.text();
        let claims = self.suggestion.value.iter().flat_map(|s| &s.unsupported).map(|claim| &claim.text);
        let mut found: Vec<String> = Vec::new();
        for claim in claims.chain(&self.doubted) {
            if !claim.is_empty() && text.contains(claim) && !found.contains(claim) {
                found.push(claim.clone());
            }
        }
        found
    }

    /// What was put into other words has these statements without a source.
    pub(crate) fn doubt(&mut self, claims: Vec<Unsupported>) {
        self.doubted.extend(claims.into_iter().map(|claim| claim.text));
    }

    /// Wraps the text for reading, if it or the width changed.
    pub(crate) fn arrange(&mut self, width: usize, height: usize) {
        if self.made_width != Some(width) {
            self.rows = if self.live.is_empty() || (self.edited && !self.replace) {
                self.marked(width)
            } else {
                self.plain(width)
            };
            self.made_width = Some(width);
        }
        self.top = self.top.min(self.rows.len().saturating_sub(height));
    }

    /// Scrolls no further than it must to show the row that these words stand in.
    pub(crate) fn show(&mut self, words: &str, height: usize) {
        let has_them = |row: &DraftRow| row.iter().any(|(_, text)| text.contains(words));
        if let Some(at) = self.rows.iter().position(has_them) {
            self.top = scrolled(self.top, at, self.rows.len(), height);
        }
    }

    fn plain(&self, width: usize) -> Vec<DraftRow> {
        let shown = text::block(&self.live);
        wrap::text(&shown, width).into_iter().map(|row| vec![(false, shown[row].to_owned())]).collect()
    }

    fn marked(&self, width: usize) -> Vec<DraftRow> {
        marked_rows(&self.editor.text(), &self.unsupported(), "~", width)
    }
}

/// The rows of a text in which some phrases stand between marks and are told apart.
pub(crate) fn marked_rows(source: &str, phrases: &[String], mark: &str, width: usize) -> Vec<DraftRow> {
    let mut shown = String::new();
    let mut parts = Vec::new();
    for (marked, part) in parted(source, &places_of(phrases, source)) {
        let from = shown.len();
        let mark = if marked { mark } else { "" };
        shown.extend([mark, &text::block(part), mark]);
        parts.push((from..shown.len(), marked));
    }
    let cut = |row: Range<usize>| {
        let overlap = |range: &Range<usize>| range.start.max(row.start)..range.end.min(row.end);
        let inside = parts.iter().map(|(range, marked)| (*marked, overlap(range))).filter(|(_, r)| r.start < r.end);
        inside.map(|(marked, range)| (marked, shown[range].to_owned())).collect()
    };
    wrap::text(&shown, width).into_iter().map(cut).collect()
}

/// Where the phrases stand in `text`, in order, none inside another.
fn places_of(phrases: &[String], text: &str) -> Vec<Range<usize>> {
    let find =
        |phrase: &String| text.match_indices(phrase.as_str()).map(|(at, s)| at..at + s.len()).collect::<Vec<_>>();
    let mut found: Vec<_> = phrases.iter().flat_map(find).collect();
    found.sort_by_key(|range| (range.start, usize::MAX - range.end));
    let mut end = 0;
    found.retain(|range| {
        let free = range.start >= end;
        end = if free { range.end } else { end };
        free
    });
    found
}

/// The text in parts: inside and outside of the ranges.
fn parted<'a>(text: &'a str, ranges: &[Range<usize>]) -> Vec<(bool, &'a str)> {
    let mut parts = Vec::new();
    let mut at = 0;
    for range in ranges {
        parts.extend([(false, &text[at..range.start]), (true, &text[range.clone()])]);
        at = range.end;
    }
    parts.push((false, &text[at..]));
    parts
}

/// The tone after this one.
pub(crate) fn next_tone(tone: Tone) -> Tone {
    let at = Tone::ALL.iter().position(|t| *t == tone).unwrap_or(0);
    Tone::ALL[(at + 1) % Tone::ALL.len()]
}
