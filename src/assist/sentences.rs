//! Sentences of a message: what somebody wrote just now, without quotes, signatures, handles and links alone.

use crate::domain::mail;

/// How much of one message is looked at, in characters: a paste of a log is not worth more.
const MOST: usize = 6_000;
/// Words before a full stop that does not end a sentence.
const ABBREVIATIONS: [&str; 14] =
    ["mr", "mrs", "ms", "dr", "e.g", "i.e", "etc", "no", "nr", "vs", "approx", "z.b", "bzw", "st"];

/// The sentences of a message, trimmed, in order.
#[must_use]
pub fn of(body: &str) -> Vec<String> {
    let head: String = body.chars().take(MOST).collect();
    let fresh = mail::fresh(&head);
    let text = if fresh.is_empty() { &head } else { &fresh };
    text.lines().flat_map(split).map(|sentence| tidy(&sentence)).filter(|sentence| says_something(sentence)).collect()
}

/// The words of a text, lower case.
pub(crate) fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    text.split(|c: char| !c.is_alphanumeric() && c != '\'').filter(|w| !w.is_empty()).map(str::to_lowercase)
}

/// The sentences of one line, as they stand.
pub(crate) fn split(line: &str) -> Vec<String> {
    let chars: Vec<char> = line.chars().collect();
    let (mut found, mut current) = (Vec::new(), String::new());
    for (at, c) in chars.iter().enumerate() {
        current.push(*c);
        if ends(&chars, at, &current) {
            found.push(std::mem::take(&mut current));
        }
    }
    found.push(current);
    found
}

fn ends(chars: &[char], at: usize, current: &str) -> bool {
    let next = chars.get(at + 1);
    match chars[at] {
        '。' | '！' | '？' | '｡' => true,
        '!' | '?' | '…' | '؟' => next.is_none_or(|c| c.is_whitespace()),
        '.' => next.is_none_or(|c| c.is_whitespace()) && !is_abbreviation(current),
        _ => false,
    }
}

fn is_abbreviation(current: &str) -> bool {
    let last = current.trim_end_matches('.').rsplit(char::is_whitespace).next().unwrap_or("").to_lowercase();
    ABBREVIATIONS.contains(&last.as_str()) || (last.chars().count() == 1 && last.chars().all(char::is_alphabetic))
}

/// Drops handles in front and links, which say nothing by themselves.
fn tidy(sentence: &str) -> String {
    let kept = sentence.split_whitespace().filter(|word| {
        let link = word.starts_with("http://") || word.starts_with("https://");
        let handle = word.starts_with('@') && word.len() > 1;
        !link && !handle
    });
    kept.collect::<Vec<_>>().join(" ")
}

fn says_something(sentence: &str) -> bool {
    sentence.chars().filter(|c| c.is_alphanumeric()).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_end_where_they_end() {
        for (body, expect) in [
            ("Hello. My order e.g. FH-1 is late! Why?", vec!["Hello.", "My order e.g. FH-1 is late!", "Why?"]),
            ("It costs 4.90 now. Really.", vec!["It costs 4.90 now.", "Really."]),
            ("注文が届きません。返金してください。", vec!["注文が届きません。", "返金してください。"]),
            ("@shop please help https://t.co/x", vec!["please help"]),
            ("one\ntwo", vec!["one", "two"]),
            ("", vec![]),
        ] {
            assert_eq!(of(body), expect, "{body}");
        }
    }

    #[test]
    fn quoted_history_is_not_what_somebody_writes_now() {
        let body = "Thanks, that works.\n\nOn 3 March 2026 Tom wrote:\n> Please try again.\n";
        assert_eq!(of(body), ["Thanks, that works."]);
    }
}
