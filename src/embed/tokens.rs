//! A text as the tokens the model was trained on: BERT's uncased word pieces.

use std::collections::HashMap;

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

static WORDS: &str = include_str!("../../assets/model/vocab.txt");
/// A longer word is unknown.
const LONGEST_WORD: usize = 100;

/// The pieces that the model knows, each with its number: its line in the list.
pub(crate) struct Vocabulary {
    pieces: HashMap<&'static str, i32>,
    /// Pieces that only go on with a word.
    endings: HashMap<&'static str, i32>,
    first: i32,
    last: i32,
    unknown: i32,
}

impl Vocabulary {
    /// Reads the list; `None` when a piece that everything needs is not in it.
    pub(crate) fn read() -> Option<Self> {
        let mut pieces = HashMap::new();
        let mut endings = HashMap::new();
        for (piece, number) in WORDS.lines().zip(0..) {
            match piece.strip_prefix("##") {
                Some(ending) => endings.insert(ending, number),
                None => pieces.insert(piece, number),
            };
        }
        let (first, last, unknown) = (*pieces.get("[CLS]")?, *pieces.get("[SEP]")?, *pieces.get("[UNK]")?);
        Some(Self { pieces, endings, first, last, unknown })
    }

    /// At most `most` tokens of a text, with the marks of its start and its end.
    pub(crate) fn tokens(&self, text: &str, most: usize) -> Vec<i32> {
        let mut tokens = vec![self.first];
        for word in words(text) {
            if tokens.len() >= most {
                break;
            }
            self.split(&word, &mut tokens);
        }
        tokens.truncate(most.saturating_sub(1));
        tokens.push(self.last);
        tokens
    }

    /// Adds the longest pieces that make up a word; if some part of it is none, the word is unknown.
    fn split(&self, word: &str, tokens: &mut Vec<i32>) {
        let before = tokens.len();
        let mut rest = word;
        while !rest.is_empty() {
            let known = if tokens.len() == before { &self.pieces } else { &self.endings };
            let ends = rest.char_indices().map(|(at, c)| at + c.len_utf8()).rev();
            let found = ends.map(|end| rest.split_at(end)).find_map(|(head, tail)| Some((known.get(head)?, tail)));
            let Some((token, tail)) = found else {
                tokens.truncate(before);
                tokens.push(self.unknown);
                return;
            };
            tokens.push(*token);
            rest = tail;
        }
    }
}

/// Lower-case words without accents; every mark of punctuation is one of its own.
fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| c.is_whitespace() || c.is_control()).flat_map(|run| {
        let plain = run.nfd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
        let mut words = vec![String::new()];
        for c in plain {
            let is_open = words.last().is_some_and(|word| !word.ends_with(is_punctuation));
            match words.last_mut() {
                Some(word) if word.is_empty() || (is_open && !is_punctuation(c)) => word.push(c),
                _ => words.push(c.to_string()),
            }
        }
        words.into_iter().filter(|word| !word.is_empty()).map(shortened)
    })
}

fn shortened(word: String) -> String {
    if word.chars().count() > LONGEST_WORD { "[UNK]".to_owned() } else { word }
}

fn is_punctuation(c: char) -> bool {
    c.is_ascii_punctuation() || matches!(c, '¡' | '§' | '«' | '¶' | '·' | '»' | '¿' | '\u{2010}'..='\u{205e}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_split_as_bert_does_it() {
        let vocabulary = Vocabulary::read().unwrap();
        for (text, expect) in [
            ("Hello, world!", &[7592, 1010, 2088, 999][..]),
            ("Embeddings", &[7861, 8270, 4667, 2015]),
            ("naïve café", &[15743, 7668]),
            ("can't", &[2064, 1005, 1056]),
            ("", &[]),
            ("\0 \u{7}", &[]),
        ] {
            let tokens = vocabulary.tokens(text, 16);
            assert_eq!(tokens[1..tokens.len() - 1], *expect, "{text}");
        }
        let long = vocabulary.tokens(&"word ".repeat(50), 16);
        assert_eq!((long.len(), long[0], long[15]), (16, 101, 102));
        assert_eq!(vocabulary.tokens(&"x".repeat(101), 16), [101, 100, 102]);
    }
}
