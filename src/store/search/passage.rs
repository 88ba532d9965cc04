//! The passage of an article that answers best, as plain text.

use std::collections::{HashMap, HashSet};
use std::iter::Peekable;
use std::str::Chars;

use crate::store::search::lexicon;
use crate::store::search::query::{is_unspaced, runs};

/// The longest passage, in characters.
pub(crate) const LONGEST: usize = 300;
/// How much of an article is read for a passage, in bytes.
const READ: usize = 40_000;

/// What a passage should speak about: stems and grams with their weights.
#[derive(Debug, Default)]
pub(crate) struct Wanted {
    weights: HashMap<String, f64>,
    heads: HashSet<String>,
}

impl Wanted {
    /// Adds a stem, or a gram of an unspaced script.
    pub(crate) fn add(&mut self, stem: &str, weight: f64) {
        self.heads.insert(head(stem).to_owned());
        let known = self.weights.entry(stem.to_owned()).or_default();
        *known = known.max(weight);
    }

    /// The stem under which a word is wanted. Stemming is dear, so words with another beginning never reach it.
    fn stem_of(&self, word: &str) -> Option<String> {
        let word = word.to_lowercase();
        if !self.heads.contains(head(&word)) {
            return None;
        }
        Some(lexicon::stem(&word)).filter(|stem| self.weights.contains_key(stem))
    }

    fn weigh(&self, text: &str) -> f64 {
        let mut seen: Vec<String> = Vec::new();
        let grams = self.weights.keys().filter(|key| key.starts_with(is_unspaced) && text.contains(key.as_str()));
        seen.extend(grams.cloned());
        for stem in runs(text).filter_map(|word| self.stem_of(word)) {
            if !seen.contains(&stem) {
                seen.push(stem);
            }
        }
        seen.iter().filter_map(|stem| self.weights.get(stem)).sum()
    }
}

/// The best sentence of a Markdown text with what follows it, at most [`LONGEST`] characters.
pub(crate) fn best(markdown: &str, wanted: &Wanted) -> String {
    let text = plain(&markdown[..markdown.floor_char_boundary(READ)]);
    let sentences = sentences(&text);
    let mut best = 0;
    let mut most = 0.0;
    for (at, sentence) in sentences.iter().enumerate() {
        let weight = wanted.weigh(sentence);
        if weight > most {
            (best, most) = (at, weight);
        }
    }
    fill(&sentences[best.min(sentences.len())..])
}

/// As many whole sentences as fit; the first is cut if it alone does not.
fn fill(sentences: &[&str]) -> String {
    let mut passage = String::new();
    let mut length = 0;
    for sentence in sentences {
        let more = sentence.chars().count() + 1;
        if length + more > LONGEST && length > 0 {
            break;
        }
        if length > 0 {
            passage.push(' ');
        }
        passage.push_str(sentence);
        length += more;
    }
    cut(&passage)
}

fn cut(text: &str) -> String {
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    let mut head: String = text.chars().take(LONGEST - 1).collect();
    if let Some(space) = head.rfind(' ').filter(|space| *space > head.len() / 2) {
        head.truncate(space);
    }
    head.push('…');
    head
}

/// The first three letters, which stemming leaves alone.
fn head(word: &str) -> &str {
    word.char_indices().nth(3).map_or(word, |(end, _)| &word[..end])
}

fn sentences(text: &str) -> Vec<&str> {
    text.lines().flat_map(by_full_stop).map(str::trim).filter(|s| !s.is_empty()).collect()
}

fn by_full_stop(line: &str) -> impl Iterator<Item = &str> {
    let mut rest = line;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let stops = rest.char_indices().filter(|(_, c)| matches!(c, '.' | '!' | '?' | '。' | '！' | '？'));
        let mut ends = stops.map(|(at, c)| at + c.len_utf8());
        let end = ends.find(|end| rest[*end..].starts_with(' ') || !rest[..*end].ends_with(['.', '!', '?']));
        let (sentence, tail) = rest.split_at(end.unwrap_or(rest.len()));
        rest = tail;
        Some(sentence)
    })
}

/// A Markdown text without its marks: what a reader would see.
pub(crate) fn plain(markdown: &str) -> String {
    let mut text = String::with_capacity(markdown.len());
    for line in markdown.lines() {
        let line = unmarked(line);
        if line.chars().any(char::is_alphanumeric) {
            inline(line, &mut text);
            text.push('\n');
        }
    }
    text
}

/// A line without the marks of a heading, a quotation or a list.
fn unmarked(line: &str) -> &str {
    let line = line.trim();
    let line = line.trim_start_matches(['#', '>', '|', ' ']);
    let item = line.strip_prefix(['-', '*', '+']).filter(|rest| rest.starts_with(' '));
    item.unwrap_or(line).trim_matches(['|', ' '])
}

/// Drops emphasis, code marks, table bars and the targets of links.
fn inline(line: &str, text: &mut String) {
    let mut rest = line.chars().peekable();
    let mut before = ' ';
    while let Some(c) = rest.next() {
        let after = rest.peek().copied();
        match c {
            ']' if after == Some('(') => rest = past_target(rest),
            _ if is_mark(before, c, after) => {}
            _ if c != '|' && !c.is_whitespace() => text.push(c),
            _ if !text.ends_with(' ') => text.push(' '),
            _ => {}
        }
        before = c;
    }
}

/// What follows the target of a link; an unclosed one is text.
fn past_target(mut rest: Peekable<Chars<'_>>) -> Peekable<Chars<'_>> {
    let whole = rest.clone();
    if rest.by_ref().any(|c| c == ')') { rest } else { whole }
}

fn is_mark(before: char, c: char, after: Option<char>) -> bool {
    match c {
        '*' | '`' | '[' | ']' => true,
        '~' | '_' => before == c || after == Some(c),
        '!' => after == Some('['),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(words: &[&str]) -> Wanted {
        let mut wanted = Wanted::default();
        for word in words {
            wanted.add(word, 1.0);
        }
        wanted
    }

    #[test]
    fn markdown_marks_are_dropped_and_words_stay() {
        for (markdown, expect) in [
            ("## Title\n\ntext", "Title\ntext\n"),
            ("- **bold** and `code`", "bold and code\n"),
            ("see [the page](https://x.test/a_b) now", "see the page now\n"),
            ("![picture](x.png) after", "picture after\n"),
            ("| a | b |\n|---|---|", "a b\n"),
            ("use snake_case_name ~~not~~ __this__", "use snake_case_name not this\n"),
            ("```\nlet x = 1;\n```", "let x = 1;\n"),
        ] {
            assert_eq!(plain(markdown), expect, "{markdown:?}");
        }
    }

    #[test]
    fn the_passage_starts_with_the_sentence_that_has_the_most_of_the_query() {
        let text = "Hello there. Refunds take five days. Your bank may need longer.";
        assert_eq!(best(text, &wanted(&["refund", "day"])), "Refunds take five days. Your bank may need longer.");
        assert_eq!(best("你好。退款需要三天。", &wanted(&["退款"])), "退款需要三天。");
    }

    #[test]
    fn a_passage_is_never_longer_than_it_may_be() {
        for text in ["word ".repeat(200), "长".repeat(1000), "A b. ".repeat(300), String::new()] {
            assert!(best(&text, &wanted(&["word"])).chars().count() <= LONGEST);
        }
    }
}
