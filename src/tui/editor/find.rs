//! Looking for words in the text: found while they are typed, in upper or lower case, round and round.

use std::ops::Range;

use crate::tui::editor::{Editor, Place};

/// What is looked for, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct Find {
    pub(crate) words: Editor,
    found: Vec<Found>,
    /// Which of them the cursor is at.
    here: Option<usize>,
    /// Where the cursor was before.
    from: Place,
}

/// A place where the words stand: characters of a line.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Found {
    line: usize,
    chars: Range<usize>,
}

impl Find {
    /// `2 of 5`, or that there is none.
    pub(crate) fn count(&self) -> String {
        match (self.here, self.found.len()) {
            (_, 0) if self.words.text().is_empty() => String::new(),
            (_, 0) => "not in this text".to_owned(),
            (here, all) => format!("{} of {all}", here.map_or(0, |here| here + 1)),
        }
    }

    /// Where the words stand in a line, and whether the cursor is there.
    pub(crate) fn in_line(&self, line: usize) -> impl Iterator<Item = (Range<usize>, bool)> {
        let first = self.found.partition_point(|found| found.line < line);
        let here = self.here;
        let of_line = self.found.iter().enumerate().skip(first).take_while(move |(_, found)| found.line == line);
        of_line.map(move |(at, found)| (found.chars.clone(), here == Some(at)))
    }
}

impl Editor {
    /// Begins to look for something: for what is selected, where that is part of a line.
    pub(crate) fn start_finding(&mut self) {
        let from = self.selected().map_or_else(|| self.area.cursor(), |(from, _)| from);
        let words = self.selection().filter(|words| !words.contains('\n')).unwrap_or_default();
        self.unselect();
        self.find = Some(Box::new(Find { words: Editor::line_of(&words), found: Vec::new(), here: None, from }));
        self.find_anew(true);
    }

    /// What is looked for, while something is.
    pub(crate) fn finding(&self) -> Option<&Find> {
        self.find.as_deref()
    }

    /// Looks for nothing any more; the cursor stays at what was found.
    pub(crate) fn stop_finding(&mut self) -> bool {
        self.find.take().is_some()
    }

    /// Goes to the next place where the words stand, or to the one before.
    pub(crate) fn find_next(&mut self, back: bool) {
        let Some(find) = &mut self.find else { return };
        let (all, at) = (find.found.len(), self.area.cursor());
        if all == 0 {
            return;
        }
        let before = find.found.partition_point(|found| (found.line, found.chars.start) < at);
        let is_here = find.found.get(before).is_some_and(|found| (found.line, found.chars.start) == at);
        let next = if back { (before + all - 1) % all } else { (before + usize::from(is_here)) % all };
        find.here = Some(next);
        let found = &find.found[next];
        let to = (found.line, found.chars.start);
        find.from = to;
        self.anchor = None;
        self.jump(to);
    }

    /// Looks again: the text is another one, or the words are; then the cursor goes to the nearest place behind it.
    pub(crate) fn find_anew(&mut self, other_words: bool) {
        let Some(find) = self.find.as_deref_mut() else { return };
        let words = find.words.text();
        let pattern = if words.is_empty() { String::new() } else { format!("(?i){}", quoted(&words)) };
        // A quoted pattern is always one.
        let known = self.area.set_search_pattern(pattern).is_ok();
        find.found = match self.area.search_pattern().filter(|_| known) {
            Some(pattern) => {
                let hits = |line| pattern.find_iter(line).map(|hit| hit.range());
                self.area.lines().iter().enumerate().flat_map(|(at, line)| in_line(at, line, hits(line))).collect()
            }
            None => Vec::new(),
        };
        find.here = None;
        if other_words {
            let from = find.from;
            self.jump(from);
            let Some(find) = self.find.as_deref_mut() else { return };
            let ahead = find.found.partition_point(|found| (found.line, found.chars.start) < from);
            let nearest = if ahead < find.found.len() { ahead } else { 0 };
            if let Some(found) = find.found.get(nearest) {
                find.here = Some(nearest);
                let to = (found.line, found.chars.start);
                self.jump(to);
            }
        }
    }
}

fn in_line(at: usize, line: &str, hits: impl Iterator<Item = Range<usize>>) -> Vec<Found> {
    let mut found = Vec::new();
    let (mut chars, mut bytes) = (0, 0);
    for hit in hits {
        let start = chars + line[bytes..hit.start].chars().count();
        let end = start + line[hit.clone()].chars().count();
        (chars, bytes) = (end, hit.end);
        found.push(Found { line: at, chars: start..end });
    }
    found
}

/// Words as a pattern that means exactly them.
fn quoted(words: &str) -> String {
    let mut pattern = String::with_capacity(words.len() + 8);
    for c in words.chars() {
        if r"\.+*?()|[]{}^$#&-~".contains(c) {
            pattern.push('\\');
        }
        pattern.push(c);
    }
    pattern
}
