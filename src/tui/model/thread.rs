//! A thread as rows: wrapped once per width, quoted text folded.

use crate::domain::text;
use crate::domain::ticket::{Message, Visibility};
use crate::tui::keymap::Motion;
use crate::tui::model::{moved, wrap};

/// Columns before the words of a message.
const INDENT: usize = 2;

/// What a row of the thread is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RowKind {
    Head(Visibility),
    Body,
    Quote,
    Attachment,
    Blank,
}

/// One row.
#[derive(Clone, Debug)]
pub(crate) struct ThreadRow {
    pub(crate) kind: RowKind,
    /// Escaped.
    pub(crate) text: String,
    pub(crate) message: usize,
}

/// The rows of a thread.
#[derive(Clone, Debug, Default)]
pub(crate) struct Thread {
    pub(crate) rows: Vec<ThreadRow>,
    pub(crate) top: usize,
    pub(crate) quotes_shown: bool,
    /// The message that a line of the summary points to.
    pub(crate) pointed: Option<usize>,
    made_for: Option<(usize, bool)>,
}

impl Thread {
    /// Wraps again if the width or the folding changed.
    pub(crate) fn arrange(&mut self, messages: &[Message], width: usize, height: usize) {
        if self.made_for != Some((width, self.quotes_shown)) {
            self.rows = messages.iter().enumerate().flat_map(|(at, m)| self.message(at, m, width)).collect();
            self.made_for = Some((width, self.quotes_shown));
        }
        self.top = self.top.min(self.rows.len().saturating_sub(height.max(1)));
    }

    /// Forgets the rows: the messages changed.
    pub(crate) fn forget(&mut self) {
        self.made_for = None;
    }

    pub(crate) fn go(&mut self, motion: Motion, height: usize) {
        let tops = self.rows.len().saturating_sub(height) + 1;
        self.top = moved(self.top, motion, tops, height / 2);
    }

    /// Scrolls to a message and marks it.
    pub(crate) fn point(&mut self, message: usize) {
        self.pointed = Some(message);
        self.top = self.rows.iter().position(|row| row.message == message).unwrap_or(self.top);
    }

    fn message(&self, at: usize, message: &Message, width: usize) -> Vec<ThreadRow> {
        let row = |kind, text| ThreadRow { kind, text, message: at };
        let mut rows = vec![row(RowKind::Head(message.visibility), head(message))];
        for run in runs(&message.body) {
            rows.extend(self.run(&run, width).into_iter().map(|(kind, text)| row(kind, text)));
        }
        for file in &message.attachments {
            let name = text::short(&file.name, 60);
            rows.push(row(
                RowKind::Attachment,
                format!("attached: {name} ({}, {})", text::short(&file.mime, 30), size(file.size)),
            ));
        }
        rows.push(row(RowKind::Blank, String::new()));
        rows
    }

    fn run(&self, run: &Run<'_>, width: usize) -> Vec<(RowKind, String)> {
        if run.quoted && !self.quotes_shown {
            let lines = run.lines.len();
            let plural = if lines == 1 { "" } else { "s" };
            return vec![(RowKind::Quote, format!("▸ quoted text, {lines} line{plural}"))];
        }
        let kind = if run.quoted { RowKind::Quote } else { RowKind::Body };
        let shown = text::block(&run.lines.join("\n")).into_owned();
        let rows = wrap::text(&shown, width.saturating_sub(INDENT));
        rows.into_iter().map(|row| (kind, shown[row].to_owned())).collect()
    }
}

/// Lines of the same sort.
struct Run<'a> {
    quoted: bool,
    lines: Vec<&'a str>,
}

/// Splits a body into what was written and what was quoted.
///
/// The hook for `domain::mail::fold`, which also knows `On … wrote:`: only this function changes for it.
fn runs(body: &str) -> Vec<Run<'_>> {
    let mut runs: Vec<Run<'_>> = Vec::new();
    for line in body.trim_end().split('\n') {
        let quoted = line.starts_with('>');
        match runs.last_mut() {
            Some(run) if run.quoted == quoted => run.lines.push(line),
            Some(_) | None => runs.push(Run { quoted, lines: vec![line] }),
        }
    }
    runs
}

fn head(message: &Message) -> String {
    let day = message.at.strftime("%d %b %H:%M");
    format!("{} ({}), {day}", text::short(&message.name, 40), message.author)
}

/// A size in bytes for people.
fn size(bytes: u64) -> String {
    match bytes {
        0..1024 => format!("{bytes} B"),
        1024..1_048_576 => format!("{} KB", bytes / 1024),
        _ => format!("{} MB", bytes / 1_048_576),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quoted_runs_are_told_from_what_was_written() {
        let found: Vec<_> = runs("a\n> b\n> c\nd\n").iter().map(|run| (run.quoted, run.lines.len())).collect();
        assert_eq!(found, [(false, 1), (true, 2), (false, 1)]);
    }
}
