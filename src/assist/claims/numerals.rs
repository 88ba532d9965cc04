//! Numbers written as words, in English, German and French, and Chinese numerals.

use std::sync::LazyLock;

use crate::assist::claims::lexicon::Lexicon;

/// Words up to twenty and the tens; `one` and its like are only numbers before a unit.
const NUMBERS: &[(u64, &str)] = &[
    (0, "zero null zéro"),
    (1, "one ein eine einem einen einer un une"),
    (2, "two zwei deux"),
    (3, "three drei trois"),
    (4, "four vier quatre"),
    (5, "five fünf cinq"),
    (6, "six sechs"),
    (7, "seven sieben sept"),
    (8, "eight acht huit"),
    (9, "nine neun neuf"),
    (10, "ten zehn dix"),
    (11, "eleven elf onze"),
    (12, "twelve zwölf douze dozen"),
    (13, "thirteen dreizehn treize"),
    (14, "fourteen vierzehn quatorze"),
    (15, "fifteen fünfzehn quinze"),
    (16, "sixteen sechzehn seize"),
    (17, "seventeen siebzehn"),
    (18, "eighteen achtzehn"),
    (19, "nineteen neunzehn"),
    (20, "twenty zwanzig vingt"),
    (30, "thirty dreißig trente"),
    (40, "forty vierzig quarante"),
    (50, "fifty fünfzig cinquante"),
    (60, "sixty sechzig soixante"),
    (70, "seventy siebzig"),
    (80, "eighty achtzig"),
    (90, "ninety neunzig"),
];

/// What one word counts, if it is a number.
pub(crate) fn word(text: &str) -> Option<u64> {
    listed(text).or_else(|| german(text))
}

fn listed(text: &str) -> Option<u64> {
    static WORDS: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::of(NUMBERS.iter().map(|(_, words)| *words)));
    WORDS.row(text).map(|row| NUMBERS[row].0)
}

/// `fünfundzwanzig`: units, `und`, tens.
fn german(text: &str) -> Option<u64> {
    let (units, tens) = text.split_once("und")?;
    let (units, tens) = (listed(units)?, listed(tens)?);
    ((1..10).contains(&units) && (20..100).contains(&tens)).then_some(units + tens)
}

/// What multiplies the words before it.
pub(crate) fn multiplier(text: &str) -> Option<u64> {
    match text {
        "hundred" | "hundert" | "cent" => Some(100),
        "thousand" | "tausend" | "mille" => Some(1000),
        _ => None,
    }
}

/// A run of English, German or French number words as one number, and how many words it took.
pub(crate) fn run(words: &[&str]) -> Option<(u64, usize)> {
    let (mut total, mut part, mut taken) = (0, word(words.first()?)?, 1);
    while let Some(next) = words.get(taken) {
        let after = words.get(taken + 1).and_then(|w| word(w));
        match (multiplier(next), word(next)) {
            (Some(1000), _) => (total, part) = (total + part * 1000, 0),
            (Some(times), _) => part *= times,
            (None, Some(value)) if continues(part, value) => part += value,
            (None, None) if *next == "and" && part >= 100 && after.is_some() => {}
            (None, _) => break,
        }
        taken += 1;
    }
    Some((total + part, taken))
}

/// Whether `value` may follow `part`: `twenty five`, `two hundred fifty`, `thousand two`.
const fn continues(part: u64, value: u64) -> bool {
    part == 0 || part >= 100 || (part >= 20 && part.is_multiple_of(10) && value > 0 && value < 10)
}

/// The value of a Chinese numeral below ten thousand.
pub(crate) fn chinese(text: &str) -> Option<u64> {
    let (mut total, mut digit, mut seen) = (0, None, false);
    for c in text.chars() {
        seen = true;
        if let Some(value) = chinese_digit(c) {
            digit = Some(value);
        } else {
            let times = chinese_multiplier(c)?;
            total += digit.take().unwrap_or(1) * times;
        }
    }
    seen.then_some(total + digit.unwrap_or(0))
}

/// Whether a character is part of a Chinese numeral.
pub(crate) fn is_chinese(c: char) -> bool {
    chinese_digit(c).is_some() || chinese_multiplier(c).is_some()
}

fn chinese_digit(c: char) -> Option<u64> {
    match c {
        '两' | '兩' => Some(2),
        _ => "〇一二三四五六七八九".chars().zip(0..).find(|(d, _)| *d == c).map(|(_, value)| value),
    }
}

const fn chinese_multiplier(c: char) -> Option<u64> {
    match c {
        '十' => Some(10),
        '百' => Some(100),
        '千' => Some(1000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_words_add_up() {
        for (words, expect) in [
            (&["five"][..], Some((5, 1))),
            (&["twenty", "five", "days"], Some((25, 2))),
            (&["two", "hundred", "fifty"], Some((250, 3))),
            (&["one", "thousand", "two", "hundred"], Some((1200, 4))),
            (&["fünfundzwanzig"], Some((25, 1))),
            (&["two", "hundred", "and", "fifty"], Some((250, 4))),
            (&["hundred"], None),
            (&["undo"], None),
        ] {
            assert_eq!(run(words), expect, "{words:?}");
        }
    }

    #[test]
    fn chinese_numerals_are_read() {
        for (text, expect) in [("三", 3), ("十", 10), ("十五", 15), ("二十", 20), ("一百二十", 120)] {
            assert_eq!(chinese(text), Some(expect), "{text}");
        }
    }
}
