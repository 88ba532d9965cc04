//! Lines that say who wrote what follows: `On Monday, Jane <jane@x.example> wrote:` and heads of quoted mails.

use crate::domain::mail::line::{Line, alone, head};
use crate::domain::mail::phrases::{Head, OPENERS, WEEKDAYS, WROTE};

/// Most lines that one attribution is spread over.
const MOST_LINES: usize = 5;
/// Longest attribution, in bytes.
const LONGEST: usize = 500;
/// Longest word of a verb for writing, in characters.
const LONGEST_VERB: usize = 16;
/// Most lines that the head of a quoted mail has.
const MOST_HEAD: usize = 16;

/// How many lines from the first one are an attribution; 0 for none.
pub(super) fn attribution(lines: &[&str]) -> usize {
    let most = MOST_LINES.min(lines.len());
    let dated = |line: &&str| line.bytes().any(|byte| byte == b'@' || byte.is_ascii_digit());
    if !lines[..most].iter().any(dated) {
        return 0; // most lines of most mails, cheaply
    }
    let dates = may_start_with_date(lines[0]);
    (1..=most).find(|&count| (dates || may_end(lines[count - 1])) && spans(&lines[..count])).unwrap_or(0)
}

/// What may stand around the words of an attribution.
fn is_around(c: char) -> bool {
    is_direction(c) || c.is_whitespace() || matches!(c, '-' | '*' | '_' | ':' | '：')
}

/// Whether an attribution that starts with this line may start with a date, as far as can be seen at a glance.
fn may_start_with_date(line: &str) -> bool {
    let bare = line.trim_matches(is_around);
    bare.is_empty() || bare.contains(is_direction) || starts_with_date(bare)
}

/// Whether an attribution without a date before it may end with this line, as far as can be seen at a glance.
fn may_end(line: &str) -> bool {
    let bare = line.trim_end_matches(is_around);
    let marked = line[bare.len()..].contains([':', '：']);
    let Some(last) = bare.chars().next_back() else { return true };
    if marked || last == '>' || bare.ends_with("(a)") || bare.contains(is_direction) {
        return true;
    }
    // No verb ends with a full stop, and most lines that people write do.
    if !last.is_alphanumeric() && last.is_ascii() {
        return false;
    }
    let tail = bare.char_indices().rev().take(LONGEST_VERB).last().map_or(bare, |(at, _)| &bare[at..]).to_lowercase();
    WROTE.iter().any(|verb| tail.ends_with(verb.rsplit(' ').next().unwrap_or(verb)))
}

/// How many lines from the first one are the head of a mail; 0 for none.
pub(super) fn heads(lines: &[&str]) -> usize {
    let mut seen: Vec<Head> = Vec::new();
    let (mut end, mut wrapped, mut mail) = (0, 0, false);
    for (at, text) in lines.iter().take(MOST_HEAD).enumerate() {
        if let Some(topic) = head(text) {
            seen.push(topic);
            (end, wrapped) = (at + 1, 0);
        } else if at == 0 || wrapped == 2 || text.trim().is_empty() && !next_is_head(&lines[at + 1..]) {
            break;
        } else {
            wrapped += 1;
        }
        mail |= text.contains('@');
    }
    let kinds = HEAD_KINDS.iter().filter(|kind| seen.contains(kind)).count();
    let whose = seen.contains(&Head::From) || seen.contains(&Head::Date);
    if kinds >= 3 && whose && (mail || seen.contains(&Head::Subject)) { end } else { 0 }
}

/// Whether one line is an attribution by itself.
pub(super) fn is_attribution(line: &str) -> bool {
    spans(&[line])
}

const HEAD_KINDS: &[Head] = &[Head::From, Head::Date, Head::To, Head::Copy, Head::Subject, Head::Reply];

fn next_is_head(rest: &[&str]) -> bool {
    rest.first().is_some_and(|line| head(line).is_some())
}

/// Whether exactly these lines, joined, are an attribution and none of the later ones opens a better one.
fn spans(lines: &[&str]) -> bool {
    if lines.iter().map(|line| line.len()).sum::<usize>() > 2 * LONGEST || !joins(lines) {
        return false;
    }
    let text = lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ").to_lowercase();
    let text = text.replace(is_direction, "");
    let text = text.trim_matches(|c: char| matches!(c, '-' | '*' | ' ' | '_'));
    text.len() <= LONGEST && says_who(text) && !(1..lines.len()).any(|from| opens(lines[from]) && spans(&lines[from..]))
}

/// Whether lines may belong together: text, with a gap only before an address in angle brackets.
fn joins(lines: &[&str]) -> bool {
    lines.iter().enumerate().all(|(at, line)| match alone(line) {
        Line::Blank => at > 0 && lines.get(at + 1).is_some_and(|next| next.trim_start().starts_with('<')),
        Line::Quote => at > 0 && line.trim_start().starts_with('>'),
        Line::Text
        | Line::Rule
        | Line::Break
        | Line::Dashes
        | Line::Device
        | Line::Attribution
        | Line::Original
        | Line::Forwarded => true,
    }) && !lines.last().is_none_or(|line| line.trim().is_empty())
}

fn says_who(text: &str) -> bool {
    let bare = text.trim_end_matches([':', '：', ' ', '-', '*']);
    let closed = text.ends_with([':', '：']);
    let wrote = WROTE.iter().any(|verb| ends_with_verb(bare, verb) || closed && has_word(bare, verb));
    if wrote && (opens(text) || bare.contains('@')) && evidence(bare) {
        return true;
    }
    let stamped = closed && bare.ends_with('>') && bare.contains('@') && has_clock(bare) && has_year(bare);
    stamped || starts_with_date(bare) && (bare.contains(" gmt") || bare.contains('@') && bare.ends_with('>'))
}

/// A mark for the direction of writing, which says nothing here.
const fn is_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// A time, a year or an address: what mail programs write and people mostly do not.
fn evidence(text: &str) -> bool {
    text.contains('@') || has_year(text) || has_clock(text)
}

fn opens(line: &str) -> bool {
    let text = line.trim_start_matches(['-', '*', ' ']).to_lowercase();
    let dated = text.chars().take(60).any(|c| c.is_ascii_digit());
    let weekday = || text.split([',', ' ', '.']).next().is_some_and(|word| WEEKDAYS.contains(&word));
    dated
        && (text.starts_with(|c: char| c.is_ascii_digit())
            || OPENERS.iter().any(|word| text.starts_with(word))
            || weekday())
}

fn ends_with_verb(text: &str, verb: &str) -> bool {
    let text = text.trim_end_matches("(a)").trim_end();
    text.ends_with(verb) && has_word(text, verb)
}

/// Whether a verb stands in a text at the start of a word, or anywhere for scripts without spaces.
fn has_word(text: &str, verb: &str) -> bool {
    text.match_indices(verb).any(|(at, _)| {
        let before = text[..at].chars().next_back();
        let after = text[at + verb.len()..].chars().next();
        let spaced = verb.starts_with(|c: char| c.is_alphabetic() && u32::from(c) < 0x2e80);
        !spaced || before.is_none_or(|c| !c.is_alphanumeric()) && after.is_none_or(|c| !c.is_alphanumeric())
    })
}

fn starts_with_date(text: &str) -> bool {
    let numbers: Vec<&str> = text.split(' ').next().unwrap_or_default().split(['-', '/', '.']).collect();
    numbers.len() == 3 && numbers[0].len() == 4 && numbers.iter().all(|n| n.parse::<u32>().is_ok())
}

fn has_year(text: &str) -> bool {
    text.split(|c: char| !c.is_ascii_digit()).any(|n| n.len() == 4 && (n.starts_with("19") || n.starts_with("20")))
}

fn has_clock(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes
        .windows(4)
        .any(|w| w[0].is_ascii_digit() && b":.h".contains(&w[1]) && w[2].is_ascii_digit() && w[3].is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(text: &str, expect: usize) {
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(attribution(&lines), expect, "{text:?}");
    }

    #[test]
    fn an_attribution_is_known_by_its_verb_and_its_date() {
        check("On Mon, 3 Nov 2025 at 10:12, Jane <jane@x.example> wrote:", 1);
        check("On Mon, 3 Nov 2025 at 10:12, Jane <\njane@x.example> wrote:\n> a", 2);
        check("Am 03.11.25 um 10:12 schrieb Jane Doe:", 1);
        check("Jane <jane@x.example> schrieb am Mo., 3. Nov. 2025\num 10:12 Uhr:", 2);
        check("2025年11月3日(月) 10:12 Jane <jane@x.example>さんは書きました:", 1);
        check("Dne 3. 11. 2025 10:12 Jana napsala:", 0);
        check("po 3. 11. 2025 v 10:12 Jana <jana@x.example> napsal:", 1);
        check("---- On Mon, 03 Nov 2025 10:12:00 +0100 Jane <jane@x.example> wrote ----", 1);
    }

    #[test]
    fn the_large_mail_programs_are_known_in_many_languages() {
        for text in [
            "On Monday, January 4, 2016, 3:00:00 PM GMT+1, X <x@y.example> wrote:",
            "Le lun. 4 janv. 2016 à 19:03, X <x@y.example> a écrit :",
            "El lun., 4 ene. 2016 a las 19:03, X (<x@y.example>) escribió:",
            "Em seg, 4 de jan de 2016 às 19:03, X <x@y.example> escreveu:",
            "Il giorno lun 4 gen 2016 alle ore 19:03 X <x@y.example> ha scritto:",
            "Op ma 4 jan. 2016 om 19:03 schreef X <x@y.example>:",
            "man. 4. jan. 2016 kl. 19:03 skrev X <x@y.example>:",
            "pon., 4 sty 2016 o 19:03 X <x@y.example> napisał(a):",
            "пн, 4 янв. 2016 г. в 19:03, X <x@y.example>:",
            "2016年1月4日(月) 19:03 X <x@y.example>:",
            "X <x@y.example> 于2016年1月4日周一 下午7:03写道：",
            "2016년 1월 4일 (월) 오후 7:03, X <x@y.example>님이 작성:",
            "X <x@y.example>, 4 Oca 2016 Pzt, 19:03 tarihinde şunu yazdı:",
            "ma 4. tammik. 2016 klo 19.03 X (x@y.example) kirjoitti:",
            "po 4. 1. 2016 v 19:03 odesílatel X <x@y.example> napsal:",
            "X <x@y.example> ezt írta (időpont: 2016. jan. 4., H, 19:03):",
            "Στις Δευ, 4 Ιαν 2016 στις 7:03 μ.μ., ο χρήστης X <x@y.example> έγραψε:",
            "\u{202b}בתאריך יום ב׳, 4 בינו׳ 2016 ב-19:03 מאת \u{202a}X\u{202c}\u{200f} <\u{202a}x@y.example\u{202c}\u{200f}>:\u{202c}",
            "On 4 Jan 2016, at 19:03, X <x@y.example<mailto:x@y.example>> wrote:",
            "Den mån 4 jan. 2016 kl 19:03 skrev X <x@y.example>:",
            "Am Mo., 4. Jan. 2016 um 19:03 Uhr schrieb X <x@y.example>:",
            "в пн, 4 січ. 2016 р. о 19:03 X <x@y.example> пише:",
            "Dne 4. 1. 2016 v 19:03 X napsal(a):",
            "Pe lun., 4 ian. 2016 la 19:03, X <x@y.example> a scris:",
        ] {
            check(text, 1);
        }
    }

    #[test]
    fn prose_is_not_an_attribution() {
        check("On this day\n\nI wrote something", 0);
        check("On Monday I wrote to you twice.", 0);
        check("See what you wrote:", 0);
        check("2025-11-03 my order did not arrive", 0);
    }

    #[test]
    fn a_head_needs_three_kinds_of_lines() {
        assert_eq!(heads(&["From: Jane <j@x.example>", "Sent: Monday", "To: Joe,", "Jim", "Subject: a", "", "Hi"]), 5);
        assert_eq!(heads(&["From: Leeds", "To: Utrecht", "Date: 3 May", "", "Please ship"]), 0);
        assert_eq!(heads(&["From: Leeds"]), 0);
    }
}
