//! Fuzzy finding: what somebody means who types parts of words, the first letters, or a word with one slip in it.

/// Letters that a word has at least before a slip in it is forgiven.
const LEAST_FORGIVEN: usize = 4;
/// Letters that an abbreviation has at least.
const LEAST_SHORT: usize = 2;

/// Where words are looked for, the nearest first.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hay<'a> {
    pub(crate) title: &'a str,
    pub(crate) tags: &'a [String],
    pub(crate) body: &'a str,
}

/// How far a text is from what was typed, less is nearer; none when a word is found nowhere in it.
pub(crate) fn distance(typed: &str, hay: Hay<'_>) -> Option<u32> {
    let (title, tags, body) = (hay.title.to_lowercase(), hay.tags.join(" ").to_lowercase(), hay.body.to_lowercase());
    typed.to_lowercase().split_whitespace().map(|word| of_word(word, &title, &tags, &body)).sum()
}

/// Whether the letters of `typed` stand in `name` in this order, whatever stands between them.
pub(crate) fn is_scattered(typed: &str, name: &str) -> bool {
    let name = name.to_lowercase();
    let mut letters = name.chars();
    typed.to_lowercase().chars().all(|letter| letters.any(|other| other == letter))
}

fn of_word(word: &str, title: &str, tags: &str, body: &str) -> Option<u32> {
    let ways = [
        title.contains(word),
        tags.contains(word),
        has_slip_of(word, title) || has_slip_of(word, tags),
        is_short_for(word, title),
        body.contains(word),
        has_slip_of(word, body),
    ];
    (0..).zip(ways).find_map(|(far, holds)| holds.then_some(far))
}

/// Whether a word of `text` begins like `word` but for one letter that is wrong, missing, too many or in the wrong order.
fn has_slip_of(word: &str, text: &str) -> bool {
    let word: Vec<char> = word.chars().collect();
    let begins = |other: &str| is_slip(&word, &other.chars().collect::<Vec<_>>());
    word.len() >= LEAST_FORGIVEN && words(text).any(begins)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty())
}

/// Whether `meant` begins like `typed` but for one letter.
pub(crate) fn is_slip(typed: &[char], meant: &[char]) -> bool {
    let same = typed.iter().zip(meant).take_while(|(a, b)| a == b).count();
    let (typed, meant) = (&typed[same..], &meant[same..]);
    let wrong = || meant.len() > 1 && typed.len() > 1 && meant[1..].starts_with(&typed[1..]);
    let swapped = || match (typed, meant) {
        ([a, b, typed @ ..], [c, d, meant @ ..]) => (a, b) == (d, c) && meant.starts_with(typed),
        _ => false,
    };
    let missing = || meant.len() > 1 && meant[1..].starts_with(typed);
    let too_many = || typed.len() > 1 && meant.starts_with(&typed[1..]);
    same > 0 && (wrong() || swapped() || missing() || too_many())
}

/// Whether the letters of `word` stand in `title` in this order, each at the start of a word or right behind the one
/// before: `rco` is short for `refund confirmed`.
fn is_short_for(word: &str, title: &str) -> bool {
    let letters: Vec<char> = word.chars().collect();
    let words: Vec<Vec<char>> = words(title).map(|word| word.chars().collect()).collect();
    letters.len() >= LEAST_SHORT && takes(&letters, &words)
}

fn takes(letters: &[char], words: &[Vec<char>]) -> bool {
    let Some((first, rest)) = words.split_first() else { return letters.is_empty() };
    let most = letters.iter().zip(first).take_while(|(a, b)| a == b).count();
    letters.is_empty() || (0..=most).rev().any(|taken| takes(&letters[taken..], rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(typed: &str, expect: Option<u32>) {
        let tags = ["billing".to_owned(), "double-charge".to_owned()];
        let hay = Hay {
            title: "Refund confirmed",
            tags: &tags,
            body: "Your money has left us, {{agent.name}}. Überweisung 返金",
        };
        assert_eq!(distance(typed, hay), expect, "{typed}");
    }

    #[test]
    fn the_title_is_nearest_then_tags_then_slips_then_the_text() {
        check("", Some(0));
        check("refund", Some(0));
        check("CONF ref", Some(0));
        check("double", Some(1));
        check("rco", Some(3));
        check("money", Some(4));
        check("überw", Some(4));
        check("返金", Some(4));
        check("refund money", Some(4));
    }

    #[test]
    fn scattered_letters_must_stand_in_their_order() {
        assert!(is_scattered("snd", "send"));
        assert!(is_scattered("SaR", "send and resolve"));
        assert!(!is_scattered("dns", "send"));
    }

    #[test]
    fn one_slip_in_a_word_is_forgiven() {
        for slip in ["refnud", "refubd", "reund", "reffund", "refnu", "biling"] {
            check(slip, Some(2));
        }
        check("mnoey", Some(5));
        for none in ["rfund money parcel", "xefund", "zzz", "rd", "refxxd"] {
            check(none, None);
        }
    }
}
