//! Dates, weekdays, times of day and words like `tomorrow`, as they stand in a text.

use jiff::civil::{Date, Weekday};

use crate::assist::claims::calendar::{month, relative, weekday};
use crate::assist::claims::numerals;
use crate::assist::claims::tokens::{Kind, Token};

/// A day as far as it is said.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "year, month, day")]
pub(crate) struct Day {
    pub(crate) year: Option<i16>,
    pub(crate) month: Option<i8>,
    pub(crate) day: Option<i8>,
}

/// A point in time as a text names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// A date; two readings where `05/11/2026` may be May or November.
    Day(Vec<Day>),
    /// Monday is 1.
    Weekday(i8),
    /// `tomorrow` and its like, by its English name.
    Relative(&'static str),
    /// Minutes after midnight; two readings where the half of the day is not said.
    Clock(Vec<u32>),
}

impl When {
    /// Whether a source that says `source` supports this.
    pub(crate) fn stands_in(&self, source: &When) -> bool {
        match (self, source) {
            (Self::Day(mine), Self::Day(theirs)) => mine.iter().any(|m| theirs.iter().any(|t| m.stands_in(*t))),
            (Self::Weekday(mine), Self::Weekday(theirs)) => mine == theirs,
            (Self::Weekday(mine), Self::Day(days)) => days.iter().any(|d| d.weekday() == Some(*mine)),
            (Self::Relative(mine), Self::Relative(theirs)) => mine == theirs,
            (Self::Clock(mine), Self::Clock(theirs)) => mine.iter().any(|m| theirs.contains(m)),
            (Self::Day(_) | Self::Weekday(_) | Self::Relative(_) | Self::Clock(_), _) => false,
        }
    }
}

impl Day {
    fn stands_in(self, source: Day) -> bool {
        let same = |mine: Option<i8>, theirs: Option<i8>| mine.is_none() || mine == theirs;
        let year = self.year.is_none() || source.year.is_none() || self.year == source.year;
        year && same(self.month, source.month) && same(self.day, source.day)
    }

    fn weekday(self) -> Option<i8> {
        let date = Date::new(self.year?, self.month?, self.day?).ok()?;
        Some(Weekday::to_monday_one_offset(date.weekday()))
    }

    fn new(year: Option<i16>, month: i64, day: i64) -> Option<Self> {
        let (month, day) = (i8::try_from(month).ok()?, i8::try_from(day).ok()?);
        ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some(Self {
            year,
            month: Some(month),
            day: Some(day),
        })
    }
}

/// What names a point in time at token `at`, and the token after it.
pub(crate) fn when_at(tokens: &[Token], at: usize) -> Option<(When, usize)> {
    numeric_day(tokens, at)
        .or_else(|| ideographic_day(tokens, at))
        .or_else(|| day_then_month(tokens, at))
        .or_else(|| month_first(tokens, at))
        .or_else(|| clock(tokens, at))
        .or_else(|| weekday(tokens, at).map(|(n, next)| (When::Weekday(n), next)))
        .or_else(|| relative(tokens, at).map(|(name, next)| (When::Relative(name), next)))
}

fn number(tokens: &[Token], at: usize) -> Option<i64> {
    tokens.get(at).filter(|t| t.kind == Kind::Digits && t.text.len() <= 4).and_then(|t| t.text.parse().ok())
}

fn year(value: i64, written: &str) -> Option<i16> {
    let full = if written.len() == 2 { 2000 + value } else { value };
    i16::try_from(full).ok().filter(|y| (1900..2200).contains(y))
}

/// `2026-11-23`, `23.11.2026`, `11/23/26` and `23.11.`.
fn numeric_day(tokens: &[Token], at: usize) -> Option<(When, usize)> {
    let sign = |i: usize| tokens.get(i).filter(|t| t.is_mark("-./")).map(|t| t.text.as_str());
    let (a, b, between) = (number(tokens, at)?, number(tokens, at + 2)?, sign(at + 1)?);
    let widths = (tokens.get(at)?.text.len(), tokens.get(at + 2)?.text.len());
    let third = number(tokens, at + 4).filter(|_| sign(at + 3) == Some(between));
    let Some(c) = third else {
        let german = between == "." && sign(at + 3) == Some(".") && widths.0 <= 2 && widths.1 == 2;
        return Day::new(None, b, a).filter(|_| german).map(|d| (When::Day(vec![d]), at + 4));
    };
    let days: Vec<Day> = if widths.0 == 4 {
        Day::new(Some(year(a, "    ")?), b, c).into_iter().collect()
    } else {
        let written = &tokens.get(at + 4)?.text;
        // Versions like 3.4.1 have no year at the end.
        let y = year(c, written).filter(|_| written.len() == 4 || (written.len() == 2 && widths == (2, 2)))?;
        let american = Day::new(Some(y), a, b).filter(|_| between != ".");
        Day::new(Some(y), b, a).into_iter().chain(american).collect()
    };
    (!days.is_empty()).then(|| (When::Day(days), at + 5))
}

/// `2026年11月23日`, `11月23日`, `11월 23일` and `十一月二十三日`.
fn ideographic_day(tokens: &[Token], at: usize) -> Option<(When, usize)> {
    let (first, mut next) = part(tokens, at)?;
    let (mut day, mut value) = (Day::default(), first);
    loop {
        let unit = tokens.get(next).filter(|t| t.kind == Kind::Word)?.text.as_str();
        match unit {
            "年" | "년" if value > 1900 => day.year = i16::try_from(value).ok(),
            "月" | "월" if value <= 12 => day.month = i8::try_from(value).ok(),
            "日" | "号" | "號" | "일" if day.month.is_some() => day.day = i8::try_from(value).ok(),
            _ => break,
        }
        next += 1;
        let gap = tokens.get(next).is_some_and(|t| t.kind == Kind::Space);
        match part(tokens, next + usize::from(gap)) {
            Some((v, n)) if day.day.is_none() => (value, next) = (v, n),
            Some(_) | None => break,
        }
    }
    day.month.map(|_| (When::Day(vec![day]), next))
}

fn part(tokens: &[Token], at: usize) -> Option<(i64, usize)> {
    if let Some(value) = number(tokens, at) {
        return Some((value, at + 1));
    }
    let run: String = tokens
        .get(at..)?
        .iter()
        .map_while(|t| t.text.chars().next().filter(|c| t.kind == Kind::Word && numerals::is_chinese(*c)))
        .collect();
    Some((i64::try_from(numerals::chinese(&run)?).ok()?, at + run.chars().count()))
}

fn skip(tokens: &[Token], mut at: usize, words: &[&str]) -> usize {
    while tokens.get(at).is_some_and(|t| t.kind == Kind::Space || words.contains(&t.text.as_str())) {
        at += 1;
    }
    at
}

/// `23 November 2026`, `23rd of Nov`, `23. November`, `1er décembre`.
fn day_then_month(tokens: &[Token], at: usize) -> Option<(When, usize)> {
    let day = number(tokens, at).filter(|d| (1..=31).contains(d))?;
    let next = skip(tokens, at + 1, &["st", "nd", "rd", "th", "er", "of", ".", "de", "-", "the"]);
    let month = month(tokens.get(next).filter(|_| next > at + 1)?)?;
    Some(with_year(tokens, Day::new(None, month, day)?, next + 1))
}

/// `November 23, 2026`, `Nov 23rd`, `November 2026` and, after a preposition, `November`.
fn month_first(tokens: &[Token], at: usize) -> Option<(When, usize)> {
    let named = month(tokens.get(at)?)?;
    let next = skip(tokens, at + 1, &[".", "the"]);
    if let Some(day) = number(tokens, next).filter(|d| (1..=31).contains(d)) {
        let day = Day::new(None, named, day)?;
        return Some(with_year(tokens, day, skip(tokens, next + 1, &["st", "nd", "rd", "th"])));
    }
    let (when, end) = with_year(tokens, Day { month: i8::try_from(named).ok(), ..Day::default() }, at + 1);
    let said = end > at + 1 || follows_preposition(tokens, at);
    said.then_some((when, end))
}

/// `May` and `March` are months only after words like `in` or `by`.
fn follows_preposition(tokens: &[Token], at: usize) -> bool {
    const BEFORE: &[&str] = &[
        "in", "by", "until", "till", "before", "after", "since", "from", "of", "im", "bis", "seit", "ab", "en", "dès",
        "avant", "next", "last", "early", "late", "mid", "end", "this", "to",
    ];
    tokens.get(..at).is_some_and(|before| {
        before.iter().rev().find(|t| t.kind == Kind::Word).is_some_and(|t| BEFORE.contains(&t.text.as_str()))
    })
}

fn with_year(tokens: &[Token], day: Day, after: usize) -> (When, usize) {
    let next = skip(tokens, after, &[",", ".", "de"]);
    let written = number(tokens, next).filter(|_| tokens.get(next).is_some_and(|t| t.text.len() == 4));
    match written.and_then(|y| year(y, "    ")) {
        Some(y) => (When::Day(vec![Day { year: Some(y), ..day }]), next + 1),
        None => (When::Day(vec![day]), after),
    }
}

/// `20:00`, `8 pm`, `8.30 Uhr`, `14h30`, `8 o'clock`, `15時`, `下午3点`, `noon`.
fn clock(tokens: &[Token], at: usize) -> Option<(When, usize)> {
    match tokens.get(at)?.text.as_str() {
        "noon" => return Some((When::Clock(vec![720]), at + 1)),
        "midnight" => return Some((When::Clock(vec![0]), at + 1)),
        _ => {}
    }
    let hour = u32::try_from(number(tokens, at)?).ok().filter(|h| *h <= 24)?;
    let minute = |i: usize| {
        let token = tokens.get(i).filter(|t| t.text.len() == 2)?;
        number(tokens, i).filter(|m| *m < 60 && token.kind == Kind::Digits).and_then(|m| u32::try_from(m).ok())
    };
    let sign = |marks: &str| tokens.get(at + 1).is_some_and(|t| t.is_mark(marks) || t.text == marks);
    let (minutes, mut next, sure) = match minute(at + 2) {
        Some(m) if sign(":") || sign("h") => (m, at + 3, true),
        Some(m) if sign(".") => (m, at + 3, false),
        Some(_) | None => (0, at + 1, false),
    };
    let mark = skip(tokens, next, &[]);
    let half = tokens.get(mark).map_or("", |t| t.text.as_str());
    let named = ["am", "pm", "uhr", "o'clock", "点", "點", "時", "时", "시"].contains(&half);
    if named {
        next = mark + 1;
    }
    (sure || named).then(|| (When::Clock(halves(tokens, at, hour * 60 + minutes, half)), next))
}

/// The readings of a time: `8 o'clock` is morning or evening, `8 pm` and `20:00` are not open to doubt.
fn halves(tokens: &[Token], at: usize, minutes: u32, half: &str) -> Vec<u32> {
    let before: String = tokens.get(at.saturating_sub(2)..at).unwrap_or_default().iter().map(|t| &*t.text).collect();
    let afternoon = half == "pm" || ["下午", "午後", "晚上"].contains(&before.as_str());
    match half {
        "am" => vec![minutes % 720],
        _ if afternoon => vec![minutes % 720 + 720],
        "o'clock" if minutes < 720 => vec![minutes, minutes + 720],
        _ => vec![minutes],
    }
}
