//! What one line of a mail is.

use crate::domain::mail::phrases::{ABOVE, ABOVE_WORDS, DEVICE, FORWARDED, GADGETS, HEADERS, Head, ORIGINAL, SENT};

/// Longest line that can be a banner, a signature of a device or a label.
const LONGEST_MARK: usize = 160;

/// What one line of a mail is, seen by itself and its neighbours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Line {
    /// Nothing but white space.
    Blank,
    /// Somebody's words.
    Text,
    /// A line that a mail program has marked as quoted.
    Quote,
    /// The two dashes that start a signature.
    Dashes,
    /// A line of underscores, as mailing lists and Outlook draw it above what they add.
    Rule,
    /// A line drawn with other characters, which people draw inside their own text too.
    Break,
    /// `Sent from my phone`.
    Device,
    /// `On Monday, somebody wrote:`, or a part of it.
    Attribution,
    /// `Original message`, or the head of a quoted mail.
    Original,
    /// `Forwarded message`.
    Forwarded,
}

/// A line by itself.
pub(super) fn alone(line: &str) -> Line {
    let text = line.trim();
    if text.is_empty() {
        return Line::Blank;
    }
    if is_quote(text) {
        return Line::Quote;
    }
    if matches!(text, "--" | "—" | "–" | "- --" | "-—") {
        return Line::Dashes;
    }
    if is_rule(text) {
        return if text.starts_with(['_', 'ᐧ']) { Line::Rule } else { Line::Break };
    }
    marked(text)
}

/// The text of a quoted line without its marks.
pub(super) fn unquoted(line: &str) -> &str {
    line.trim_start_matches([' ', '\t', '>', '|'])
}

/// The topic of a line of a mail's head, like `From: …`.
pub(super) fn head(line: &str) -> Option<Head> {
    let (label, _) = line.split_once([':', '：'])?;
    let label = label.trim_matches(|c: char| c.is_whitespace() || c == '*' || c == '_');
    if label.is_empty() || label.chars().count() > 24 {
        return None;
    }
    let label = label.to_lowercase();
    HEADERS.iter().find(|(_, names)| names.contains(&label.as_str())).map(|(head, _)| *head)
}

fn marked(text: &str) -> Line {
    if text.len() > LONGEST_MARK {
        return Line::Text;
    }
    let low = text.to_lowercase();
    let bare = low.trim_matches(|c: char| !c.is_alphanumeric());
    let dressed = text.starts_with("--") || text.starts_with("__") || text.starts_with("==") || text.starts_with('*');
    if (dressed || text.ends_with([':', '：'])) && FORWARDED.contains(&bare) {
        Line::Forwarded
    } else if (dressed && ORIGINAL.contains(&bare)) || asks_for_words_above(&low) {
        Line::Original
    } else if is_device(&low) {
        Line::Device
    } else {
        Line::Text
    }
}

fn asks_for_words_above(low: &str) -> bool {
    // Most lines do not say `above` in any language, which is cheaper to see.
    ABOVE_WORDS.iter().any(|word| low.contains(word)) && ABOVE.iter().any(|words| low.contains(words))
}

/// `>`, `|`, or the initials of the older mail programs before one, like `JD>`.
fn is_quote(text: &str) -> bool {
    let initials = text.trim_start_matches(|c: char| c.is_ascii_uppercase());
    text.starts_with('>')
        || text == "|"
        || text.starts_with("| ") && !text.trim_end().ends_with('|')
        || text.len() - initials.len() <= 3 && (initials == ">" || initials.starts_with("> "))
}

/// Two or more of one drawing character, and nothing else.
fn is_rule(text: &str) -> bool {
    if text == "ᐧ" {
        return true; // the mark of a mail tracker
    }
    let Some(first) = text.chars().next() else { return false };
    let drawn = |c: char| "-_=*#~+•–—―─━".contains(c);
    drawn(first)
        && text.chars().filter(|c| !c.is_whitespace()).count() >= 3
        && text.chars().all(|c| c == first || c == ' ')
}

fn is_device(low: &str) -> bool {
    let bare = low.trim_start_matches(|c: char| !c.is_alphanumeric() && c != '[');
    let starts = |words: &[&str]| words.iter().any(|word| bare.starts_with(word));
    let (device, sent, mobile) = (starts(DEVICE), starts(SENT), low.ends_with(" from mobile"));
    if !device && !sent && !mobile {
        return false;
    }
    let asks = low.ends_with(['?', '？']);
    let short = low.split_whitespace().count() <= 14;
    let named = GADGETS.iter().any(|gadget| low.contains(gadget));
    let own = device && (named || !bare.starts_with("von meinem") && !bare.starts_with("lähetetty"));
    !asks && short && (own || named && sent || mobile)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_seen_by_itself() {
        for (text, expect) in [
            ("", Line::Blank),
            ("Hello", Line::Text),
            ("> Hello", Line::Quote),
            ("JD> Hello", Line::Quote),
            ("| Hello", Line::Quote),
            ("| a | b |", Line::Text),
            ("--", Line::Dashes),
            ("-", Line::Text),
            ("______", Line::Rule),
            ("-----", Line::Break),
            ("- [ ] a", Line::Text),
            ("-------- Original Message --------", Line::Original),
            ("*-------- Originalnachricht --------*", Line::Original),
            ("The original message", Line::Text),
            ("##- Please type your reply above this line -##", Line::Original),
            ("Begin forwarded message:", Line::Forwarded),
            ("Sent from my iPhone", Line::Device),
            ("Sent from Yahoo Mail on Android", Line::Device),
            ("Sent from Leeds on Monday", Line::Text),
            ("Was it sent from my phone?", Line::Text),
            ("Odesláno z iPhonu", Line::Device),
        ] {
            assert_eq!(alone(text), expect, "{text:?}");
        }
    }

    #[test]
    fn every_phrase_for_above_has_its_word() {
        for phrase in ABOVE {
            assert!(ABOVE_WORDS.iter().any(|word| phrase.contains(word)), "{phrase}");
        }
    }

    #[test]
    fn a_head_is_known_in_many_languages() {
        assert_eq!(head("*Von:* Max <m@x.example>"), Some(Head::From));
        assert_eq!(head("件名： テスト"), Some(Head::Subject));
        assert_eq!(head("Dear all: read this"), None);
    }
}
