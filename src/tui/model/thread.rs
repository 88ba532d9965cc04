//! A thread as rows: wrapped once per width, quoted text folded.

use jiff::Zoned;

use crate::domain::mail::{self, Part, PartKind};
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

/// Where a thread is to be read.
#[derive(Clone, Copy, Debug)]
enum Goal {
    /// At this message.
    Message(usize),
    /// At the newest one.
    Newest,
}

/// The rows of a thread.
#[derive(Clone, Debug, Default)]
pub(crate) struct Thread {
    pub(crate) rows: Vec<ThreadRow>,
    pub(crate) top: usize,
    pub(crate) quotes_shown: bool,
    /// The message that a line of the summary or a search points to.
    pub(crate) pointed: Option<usize>,
    /// Where to scroll to once there are rows.
    goal: Option<Goal>,
    made_for: Option<(usize, bool)>,
}

impl Thread {
    /// A thread that opens where it goes on: at its newest message, with as much before it as there is room for.
    pub(crate) fn at_newest() -> Self {
        Self { goal: Some(Goal::Newest), ..Self::default() }
    }

    /// Wraps again if the width or the folding changed.
    pub(crate) fn arrange(&mut self, here: &Zoned, messages: &[Message], width: usize, height: usize) {
        if self.made_for != Some((width, self.quotes_shown)) {
            self.rows = messages.iter().enumerate().flat_map(|(at, m)| self.message(here, at, m, width)).collect();
            self.made_for = Some((width, self.quotes_shown));
        }
        if let Some(goal) = self.goal.take() {
            let message = match goal {
                Goal::Message(message) => message,
                Goal::Newest => messages.len().saturating_sub(1),
            };
            self.top = self.rows.iter().position(|row| row.message == message).unwrap_or(self.top);
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

    /// Back to where somebody was.
    pub(crate) fn return_to(&mut self, top: usize) {
        (self.top, self.goal) = (top, None);
    }

    /// Scrolls to a message and marks it.
    pub(crate) fn point(&mut self, message: usize) {
        (self.pointed, self.goal) = (Some(message), Some(Goal::Message(message)));
    }

    /// The message that a command means: the one pointed at, or the one at the top.
    pub(crate) fn at_hand(&self) -> usize {
        self.pointed.or_else(|| self.rows.get(self.top).map(|row| row.message)).unwrap_or(0)
    }

    /// Points at the message before or after; first at the one that is at the top.
    pub(crate) fn step(&mut self, motion: Motion) {
        let len = self.rows.last().map_or(0, |row| row.message + 1);
        let here = self.at_hand();
        self.point(if self.pointed.is_some() { moved(here, motion, len, 1) } else { here });
    }

    fn message(&self, here: &Zoned, at: usize, message: &Message, width: usize) -> Vec<ThreadRow> {
        let row = |kind, text| ThreadRow { kind, text, message: at };
        let mut rows = vec![row(RowKind::Head(message.visibility), head(here, message))];
        let parts = mail::parts(message.body.trim_end()).into_iter().flat_map(quotes_apart);
        for part in parts.filter(|part| !part.text.trim().is_empty()) {
            rows.extend(self.part(&part, width).into_iter().map(|(kind, text)| row(kind, text)));
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

    /// What somebody wrote, or one line in place of what their mail program added.
    fn part(&self, part: &Part<'_>, width: usize) -> Vec<(RowKind, String)> {
        let kind = if part.kind == PartKind::Text { RowKind::Body } else { RowKind::Quote };
        if kind == RowKind::Quote && !self.quotes_shown {
            return vec![(kind, format!("▸ {}", part.label()))];
        }
        let shown = text::block(part.text.strip_suffix('\n').unwrap_or(part.text)).into_owned();
        let rows = wrap::text(&shown, width.saturating_sub(INDENT));
        rows.into_iter().map(|row| (kind, shown[row].to_owned())).collect()
    }
}

/// Quotes that answers stand between belong to the text, but from this many lines on they are folded all the same.
const LONG_QUOTE: usize = 3;

fn quotes_apart(part: Part<'_>) -> Vec<Part<'_>> {
    if part.kind != PartKind::Text {
        return vec![part];
    }
    let mut runs: Vec<Part<'_>> = Vec::new();
    let mut start = 0;
    let mut lines = part.text.split_inclusive('\n').peekable();
    let mut end = 0;
    while let Some(line) = lines.next() {
        end += line.len();
        let quoted = line.starts_with('>');
        if lines.peek().is_none_or(|next| next.starts_with('>') != quoted) {
            let text = &part.text[start..end];
            let kind = if quoted && text.lines().count() >= LONG_QUOTE { PartKind::Quoted } else { PartKind::Text };
            runs.push(Part { kind, text });
            start = end;
        }
    }
    runs
}

/// Who wrote it and when, on the person's clock; the year is said where it is another one.
fn head(here: &Zoned, message: &Message) -> String {
    let at = message.at.to_zoned(here.time_zone().clone());
    let day = at.strftime(if at.year() == here.year() { "%d %b %H:%M" } else { "%d %b %Y %H:%M" });
    format!("{} ({}), {day}", text::short(&message.name, 40), message.author)
}

/// A size in bytes for people.
pub(crate) fn size(bytes: u64) -> String {
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
    fn quotes_and_signatures_fold_to_a_line_each_and_unfold() {
        let message: Message = serde_json::from_value(serde_json::json!({
            "at": "2026-01-01T00:00:00Z", "author": "customer", "name": "Ines", "visibility": "public",
            "body": "Thanks.\n\nOn 3 March 2026 Tom wrote:\n> Please try again.\n> Tom\n",
        }))
        .unwrap();
        let mut thread = Thread::default();
        let here = "2026-01-02T00:00:00[UTC]".parse().unwrap();
        thread.arrange(&here, std::slice::from_ref(&message), 60, 10);
        let shown: Vec<_> = thread.rows.iter().map(|row| row.text.as_str()).collect();
        assert!(shown.contains(&"Thanks.") && shown.contains(&"▸ quoted text, 3 lines"), "{shown:?}");
        thread.quotes_shown = true;
        thread.arrange(&here, &[message], 60, 10);
        assert!(thread.rows.iter().any(|row| row.text == "> Please try again."));
    }

    #[test]
    fn a_message_has_the_time_of_the_persons_clock_and_the_year_unless_it_is_this_one() {
        let message: Message = serde_json::from_value(serde_json::json!({
            "at": "2025-12-31T23:30:00Z", "author": "customer", "name": "Ines", "visibility": "public", "body": "Hi",
        }))
        .unwrap();
        for (here, expect) in [
            ("2026-01-02T00:00:00[UTC]", "Ines (customer), 31 Dec 2025 23:30"),
            ("2026-01-02T00:00:00+01:00[+01:00]", "Ines (customer), 01 Jan 00:30"),
        ] {
            assert_eq!(head(&here.parse().unwrap(), &message), expect);
        }
    }
}
