//! What a draft cites, read beside it: which source the sentence at hand rests on, and what was taken from it.

use std::collections::BTreeSet;
use std::ops::Range;

use crate::domain::draft::Citation;
use crate::tui::events::Source;
use crate::tui::keymap::Motion;
use crate::tui::model::draft::{Draft, DraftRow, marked_rows};
use crate::tui::model::picker::OpenedIn;
use crate::tui::model::slot::Slot;
use crate::tui::model::{Dialog, Model, moved};

/// Letters from which on a word of a text tells something.
const TELLING: usize = 4;
/// Words that a passage must share with the draft to be called what it rests on.
const FEWEST: usize = 3;
/// A piece of a source that is shorter is not looked for.
const SHORTEST: usize = 12;

/// The sources that a draft cites, one of them open.
#[derive(Clone, Debug)]
pub(crate) struct Sources {
    pub(crate) opened_in: OpenedIn,
    /// The draft as it stands.
    draft: String,
    /// Those whose marks stand in the text, in the order of their marks.
    pub(crate) cited: Vec<Cited>,
    pub(crate) at: usize,
    /// Whether the one that was opened first is what the sentence at hand cites; nothing where there is no such sentence.
    pub(crate) is_cited_here: Option<bool>,
    /// Nothing in it where the desk does not have it any more.
    pub(crate) source: Slot<Option<Source>>,
    pub(crate) rows: Vec<DraftRow>,
    pub(crate) top: usize,
    made_width: Option<usize>,
}

/// A source, and what the draft says with its mark.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Cited {
    pub(crate) citation: Citation,
    /// The sentences that end with its mark.
    said: String,
    /// Whether what was taken from it stands in the draft word for word, as without a model it does.
    quoted: bool,
}

impl Model {
    /// What lies open beside the draft, be it that it has the keyboard or that somebody writes on.
    pub(crate) fn source(&self) -> Option<&Sources> {
        if let Dialog::Sources(sources) = &self.dialog {
            return Some(sources);
        }
        self.open.as_deref()?.draft.source.as_deref()
    }

    pub(crate) fn source_mut(&mut self) -> Option<&mut Sources> {
        if let Dialog::Sources(sources) = &mut self.dialog {
            return Some(sources);
        }
        self.open.as_deref_mut()?.draft.source.as_deref_mut()
    }
}

impl Sources {
    /// The sources of a draft; in the editor the one comes first that the selected sentence, or the one at the cursor,
    /// cites. Nothing where the text cites nothing.
    pub(crate) fn of(draft: &Draft, opened_in: OpenedIn) -> Option<Self> {
        let text = draft.editor.text();
        let cited = cited(draft, &text);
        let here = (opened_in == OpenedIn::Editor).then(|| marks_at(&text, &draft.editor.span()));
        let first = |marks: &Vec<usize>| cited.iter().position(|cited| marks.contains(&cited.citation.index));
        let first = here.as_ref().map(first);
        (!cited.is_empty()).then(|| Self {
            opened_in,
            at: first.flatten().unwrap_or(0),
            is_cited_here: first.map(|first| first.is_some()),
            cited,
            draft: text,
            source: Slot::default(),
            rows: Vec::new(),
            top: 0,
            made_width: None,
        })
    }

    /// The one that is open.
    pub(crate) fn open(&self) -> Option<&Cited> {
        self.cited.get(self.at)
    }

    /// Its mark in the draft.
    pub(crate) fn mark(&self) -> String {
        self.open().map_or_else(String::new, |cited| mark(cited.citation.index))
    }

    /// Opens the next one, or the one before; round and round. Says whether that is another one.
    pub(crate) fn turn(&mut self, back: bool) -> bool {
        let len = self.cited.len().max(1);
        let at = (self.at + if back { len - 1 } else { 1 }) % len;
        let other = at != self.at;
        self.at = at;
        other
    }

    /// The source came, or will not come: it is wrapped anew.
    pub(crate) fn forget_rows(&mut self) {
        self.made_width = None;
    }

    pub(crate) fn go(&mut self, motion: Motion, height: usize) {
        let tops = self.rows.len().saturating_sub(height) + 1;
        self.top = moved(self.top, motion, tops, height / 2);
    }

    /// Wraps the source, if it or the width changed, and begins where the draft took something from it.
    pub(crate) fn arrange(&mut self, width: usize, height: usize) {
        if self.made_width != Some(width) {
            self.rows = self.wrapped(width);
            self.made_width = Some(width);
            let taken = self.rows.iter().position(|row| row.iter().any(|(taken, _)| *taken));
            self.top = taken.map_or(0, |row| row.saturating_sub(2));
        }
        self.top = self.top.min(self.rows.len().saturating_sub(height));
    }

    fn wrapped(&self, width: usize) -> Vec<DraftRow> {
        let Some(cited) = self.open() else { return Vec::new() };
        match &self.source.value {
            Some(Some(source)) => {
                marked_rows(source.text.trim_end(), &cited.taken(&source.text, &self.draft), "", width)
            }
            // What was cited is known all the same.
            Some(None) => marked_rows(&cited.citation.snippet, &[], "", width),
            None => Vec::new(),
        }
    }
}

impl Cited {
    /// The pieces of its source that the draft rests on, as they stand there.
    fn taken(&self, source: &str, draft: &str) -> Vec<String> {
        let pieces = pieces(source).into_iter().map(|range| bare(&source[range]));
        let pieces: Vec<&str> = pieces.filter(|piece| piece.len() >= SHORTEST).collect();
        if self.quoted {
            let is_taken = |piece: &&&str| self.citation.snippet.contains(**piece) || draft.contains(**piece);
            let taken = pieces.iter().filter(is_taken);
            return taken.map(|piece| (*piece).to_owned()).collect();
        }
        let said = words(&self.said);
        let shared = |piece: &&str| words(piece).intersection(&said).count();
        let nearest = pieces.into_iter().max_by_key(shared).filter(|piece| shared(piece) >= FEWEST);
        nearest.map(str::to_owned).into_iter().collect()
    }
}

/// The citations whose marks stand in the text.
fn cited(draft: &Draft, text: &str) -> Vec<Cited> {
    let Some(suggestion) = &draft.suggestion.value else { return Vec::new() };
    let with_mark = |citation: &&Citation| text.contains(&mark(citation.index));
    let of = |citation: &Citation| {
        let sign = mark(citation.index);
        let said = pieces(text).into_iter().map(|range| &text[range]).filter(|piece| piece.contains(&sign));
        let said = said.collect::<Vec<_>>().join(" ");
        Cited { citation: citation.clone(), said, quoted: !suggestion.maker.is_model() }
    };
    suggestion.citations.iter().filter(with_mark).map(of).collect()
}

/// A sentence without the sign of its point or heading.
fn bare(sentence: &str) -> &str {
    sentence.trim().trim_start_matches(['-', '*', '•', '#', '>']).trim_start()
}

fn mark(index: usize) -> String {
    format!("[{index}]")
}

fn words(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() >= TELLING);
    words.map(str::to_lowercase).collect()
}

/// The marks of the sentences in a range of a text; where they have none, those of its paragraphs.
fn marks_at(text: &str, at: &Range<usize>) -> Vec<usize> {
    let touches = |range: &Range<usize>| range.start <= at.end && at.start <= range.end;
    let marks = |ranges: Vec<Range<usize>>| -> Vec<usize> {
        ranges.into_iter().filter(touches).flat_map(|range| marks_in(&text[range])).collect()
    };
    let here = marks(pieces(text));
    if here.is_empty() { marks(lines(text)) } else { here }
}

/// The numbers that stand in brackets.
fn marks_in(text: &str) -> Vec<usize> {
    let inside = text.split('[').skip(1).filter_map(|rest| rest.split_once(']'));
    inside.filter_map(|(number, _)| number.parse().ok()).collect()
}

fn lines(text: &str) -> Vec<Range<usize>> {
    let mut from = 0;
    let lines = text.split('\n').map(|line| {
        let start = from;
        from += line.len() + 1;
        start..start + line.len()
    });
    lines.collect()
}

/// Where the sentences of a text stand, each with the marks behind it; no sentence goes over a line's end.
fn pieces(text: &str) -> Vec<Range<usize>> {
    lines(text).into_iter().flat_map(|line| sentences(text, line)).collect()
}

fn sentences(text: &str, line: Range<usize>) -> Vec<Range<usize>> {
    let (mut out, mut start) = (Vec::new(), line.start);
    for (at, c) in text[line.clone()].char_indices() {
        let end = line.start + at + c.len_utf8();
        let ends = match c {
            '.' | '!' | '?' => text[end..line.end].chars().next().is_none_or(char::is_whitespace),
            '。' | '！' | '？' => true,
            _ => false,
        };
        if ends && end > start {
            let end = end + marks_before(&text[end..line.end]);
            out.push(start..end);
            start = end;
        }
    }
    if start < line.end {
        out.push(start..line.end);
    }
    out
}

/// How many bytes the marks like ` [1]` take up that a text begins with.
fn marks_before(text: &str) -> usize {
    let mut at = 0;
    while let Some((number, rest)) = text[at..].trim_start().strip_prefix('[').and_then(|t| t.split_once(']')) {
        if number.parse::<usize>().is_err() {
            break;
        }
        at = text.len() - rest.len();
    }
    at
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_goes_with_the_marks_before_and_behind_its_end() {
        let text = "It costs 49.00 [1]. Ask them! [2] [3] Really?\nNo end";
        let found: Vec<&str> = pieces(text).into_iter().map(|range| text[range].trim()).collect();
        assert_eq!(found, ["It costs 49.00 [1].", "Ask them! [2] [3]", "Really?", "No end"]);
        assert!(pieces("").is_empty());
        let cjk = "漢字です。次です";
        assert_eq!(pieces(cjk).into_iter().map(|range| &cjk[range]).collect::<Vec<_>>(), ["漢字です。", "次です"]);
    }

    #[test]
    fn the_sentence_at_the_cursor_counts_and_then_its_paragraph() {
        let text = "One [1]. Two. [2] Three.\n\nFour.\nFive [4]";
        for (at, expect) in [
            (0..0, vec![1]),
            (10..10, vec![2]),
            (20..20, vec![1, 2]),
            (0..14, vec![1, 2]),
            (28..28, vec![]),
            (text.len()..text.len(), vec![4]),
        ] {
            assert_eq!(marks_at(text, &at), expect, "{at:?}");
        }
        assert_eq!(marks_in("[x] [12] [ 3] [4"), [12]);
    }

    #[test]
    fn of_a_quote_the_very_words_are_found_and_of_a_model_what_is_nearest() {
        let source = "# Holds\n\n- A hold is no charge. A hold ends by itself within 5 working days.\nAsk the bank.";
        let citation = Citation {
            index: 1,
            source_id: "KB-31".into(),
            title: "Holds".into(),
            snippet: "A hold ends by itself within 5 working days.".into(),
        };
        let cited = Cited { citation, said: "It ends within a few working days [1].".into(), quoted: true };
        assert_eq!(cited.taken(source, ""), ["A hold ends by itself within 5 working days."]);
        let letter = "It is so:\n- A hold is no charge. [1]";
        let quoted = ["A hold is no charge.", "A hold ends by itself within 5 working days."];
        assert_eq!(cited.taken(source, letter), quoted, "a snippet may be cut, the draft has all of it");
        let by_model = Cited { quoted: false, ..cited };
        assert_eq!(by_model.taken(source, letter), ["A hold ends by itself within 5 working days."]);
        let far = Cited { said: "Something else [1].".into(), ..by_model };
        assert_eq!(far.taken(source, letter), Vec::<String>::new());
    }
}
