//! Cuts text into words, runs of digits and marks, with digits and look-alikes folded and byte offsets kept.

use crate::domain::text::is_hostile;

/// What a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Letters, or one Chinese, Japanese or Korean character.
    Word,
    /// ASCII digits, whatever script they were written in.
    Digits,
    /// Blanks inside a line.
    Space,
    /// A line break.
    Line,
    /// Any other character.
    Mark,
}

/// A piece of a text, folded to lower case, and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) text: String,
    pub(crate) start: usize,
    pub(crate) end: usize,
}

impl Token {
    /// Whether this is a mark out of `marks`.
    pub(crate) fn is_mark(&self, marks: &str) -> bool {
        self.kind == Kind::Mark && marks.contains(self.text.as_str())
    }

    /// Whether this is the word `word`.
    pub(crate) fn is_word(&self, word: &str) -> bool {
        self.kind == Kind::Word && self.text == word
    }

    /// Whether this is a blank or a line break.
    pub(crate) fn is_blank(&self) -> bool {
        matches!(self.kind, Kind::Space | Kind::Line)
    }
}

/// The tokens of a text; invisible characters are skipped, so that they cannot split a number.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::new();
    for (start, raw) in text.char_indices() {
        let Some(c) = fold(raw) else { continue };
        let kind = kind(c);
        let end = start + raw.len_utf8();
        match out.last_mut() {
            Some(last) if joins(last, kind, c) => {
                last.text.push(c);
                last.end = end;
            }
            Some(_) | None => out.push(Token { kind, text: c.to_string(), start, end }),
        }
    }
    join_apostrophes(out)
}

fn joins(last: &Token, kind: Kind, c: char) -> bool {
    let compact = |c: char| !is_ideograph(c);
    last.kind == kind
        && match kind {
            Kind::Word => compact(c) && last.text.chars().next_back().is_some_and(compact),
            Kind::Digits | Kind::Space => true,
            Kind::Line | Kind::Mark => false,
        }
}

/// `we` `'` `ll` becomes one word, so that contractions can be looked up.
fn join_apostrophes(tokens: Vec<Token>) -> Vec<Token> {
    let mut out: Vec<Token> = Vec::with_capacity(tokens.len());
    let mut rest = tokens.into_iter().peekable();
    while let Some(token) = rest.next() {
        let after = rest.peek().is_some_and(|n| n.kind == Kind::Word);
        match out.last_mut() {
            Some(last) if token.is_mark("'") && last.kind == Kind::Word && after => {
                let Some(tail) = rest.next() else { continue };
                last.text.push('\'');
                last.text.push_str(&tail.text);
                last.end = tail.end;
            }
            Some(_) | None => out.push(token),
        }
    }
    out
}

fn kind(c: char) -> Kind {
    match c {
        '\n' => Kind::Line,
        _ if c.is_whitespace() => Kind::Space,
        '0'..='9' => Kind::Digits,
        _ if c.is_alphabetic() || is_accent(c) => Kind::Word,
        _ => Kind::Mark,
    }
}

/// Combining accents belong to the letter before them.
fn is_accent(c: char) -> bool {
    matches!(u32::from(c), 0x300..=0x36f | 0x591..=0x5c7 | 0x64b..=0x65f | 0x670)
}

/// Characters of scripts that are written without blanks; each is a token of its own.
pub(crate) fn is_ideograph(c: char) -> bool {
    matches!(u32::from(c), 0x3005..=0x3007 | 0x3040..=0x30ff | 0x3400..=0x9fff | 0xac00..=0xd7af | 0xf900..=0xfaff)
}

fn fold(c: char) -> Option<char> {
    match c {
        '\n' => Some('\n'),
        '\t' | '\r' | '\u{3000}' => Some(' '),
        // A blank that does not break is how many countries group thousands.
        '\u{a0}' | '\u{2009}' | '\u{202f}' => Some('\u{a0}'),
        '’' | '‘' | 'ʼ' | '´' | '`' => Some('\''),
        '‐' | '‑' | '–' | '—' | '−' | '~' | '〜' | '～' => Some('-'),
        '٬' | '،' | '、' => Some(','),
        '٪' => Some('%'),
        '٫' | '。' => Some('.'),
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).map(|c| c.to_ascii_lowercase()),
        _ if is_hostile(c) => None,
        _ => Some(digit(c).unwrap_or_else(|| lower(c))),
    }
}

fn lower(c: char) -> char {
    c.to_lowercase().next().unwrap_or(c)
}

/// The ASCII digit for a decimal digit of another script.
fn digit(c: char) -> Option<char> {
    const ZEROS: [u32; 16] = [
        0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50, 0xed0, 0x1040,
        0x17e0,
    ];
    let code = u32::from(c);
    let value = match code {
        // Mathematical bold, sans-serif and monospace digits: five runs of ten.
        0x1d7ce..=0x1d7ff => (code - 0x1d7ce) % 10,
        _ => ZEROS.iter().find(|zero| (**zero..**zero + 10).contains(&code)).map(|zero| code - zero)?,
    };
    char::from_digit(value, 10)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        tokens(text).into_iter().filter(|t| !t.is_blank()).map(|t| t.text).collect()
    }

    #[test]
    fn digits_of_every_script_become_ascii() {
        assert_eq!(texts("４９ ٤٩ ۴۹ 𝟒𝟗"), ["49", "49", "49", "49"]);
    }

    #[test]
    fn an_invisible_character_does_not_split_a_number() {
        assert_eq!(texts("4\u{200b}9"), ["49"]);
    }

    #[test]
    fn contractions_are_one_word_and_ideographs_stand_alone() {
        assert_eq!(texts("We’ll 退款3天"), ["we'll", "退", "款", "3", "天"]);
    }

    #[test]
    fn offsets_lie_on_character_boundaries() {
        let text = "€４９ für “Müller”—سارة 👍";
        for token in tokens(text) {
            assert!(text.get(token.start..token.end).is_some(), "{token:?}");
        }
    }
}
