//! Numbers as they stand in a text: amounts, percentages, spans of time, identifiers and phone numbers.

use std::sync::LazyLock;

use crate::assist::claims::lexicon::Lexicon;
use crate::assist::claims::numerals;
use crate::assist::claims::tokens::{Kind, Token, is_ideograph};

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    /// A share of a hundred.
    Percent,
    /// Money, with the currency when it is named.
    Money(&'static str),
    /// A span of time, or a weight, length and the like.
    Measure(&'static str),
}

/// A number with every reading that its writing allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Figure {
    /// Canonical decimals; two where `1.290` may be a thousand or one and a bit.
    pub(crate) values: Vec<String>,
    /// What it counts, when that is said.
    pub(crate) unit: Option<Unit>,
}

impl Figure {
    /// Whether a source that says `source` supports this figure.
    pub(crate) fn stands_in(&self, source: &Figure) -> bool {
        self.values.iter().any(|v| source.values.contains(v)) && fits(self.unit, source.unit)
    }
}

fn fits(draft: Option<Unit>, source: Option<Unit>) -> bool {
    match (draft, source) {
        (Some(Unit::Percent), _) | (_, Some(Unit::Percent)) => draft == source,
        (Some(Unit::Measure(a)), Some(Unit::Measure(b))) | (Some(Unit::Money(a)), Some(Unit::Money(b))) => a == b,
        // A bare number in a source names no span of time: `5` does not support `5 days`.
        (Some(Unit::Measure(_)), _) | (Some(Unit::Money(_)), Some(Unit::Measure(_))) => false,
        (Some(Unit::Money(_)) | None, None) | (None, Some(_)) => true,
    }
}

/// Written forms of the units; the first word of a row names it.
const MEASURES: &[&str] = &[
    "second seconds sec secs sekunde sekunden seconde secondes 秒 초",
    "minute minutes min mins minuten 分 分钟 分鐘 분",
    "hour hours hr hrs h stunde stunden std heure heures 小时 小時 時間 시간",
    "day days tag tage tagen jour jours werktag werktage werktagen arbeitstag arbeitstage arbeitstagen día días dias giorni dagen werkdagen 天 日 일 أيام يوم",
    "week weeks woche wochen semaine semaines weken 周 週 星期 週間 주",
    "month months monat monate monaten mois maanden 月 个月 個月 か月 ヶ月 개월",
    "year years yr yrs jahr jahre jahren an ans année années jaar 年 년",
    "g gram grams gramm grammes",
    "kg kilo kilos kilogram",
    "ml millilitre",
    "l litre litres liter liters",
    "bar bars",
    "w watt watts",
    "v volt volts",
    "cm",
    "mm",
    "mb",
    "gb",
    "km",
    "°c",
];
/// Currencies, by symbol, code and word.
const MONEY: &[(&str, &str)] = &[
    ("eur", "€ eur euro euros 欧元 유로"),
    ("gbp", "£ gbp pound pounds quid"),
    ("usd", "$ usd dollar dollars 美元"),
    ("jpy", "¥ jpy yen 円 元 块"),
    ("chf", "chf franken"),
    ("inr", "₹ inr rupees"),
];
/// Words that may stand between a number and its unit.
const BETWEEN: &[&str] = &[
    "working", "business", "full", "whole", "more", "calendar", "ganze", "个", "個", "工", "作", "营", "業", "业", "営",
];

/// The figure that starts at token `at`, and the token after it.
pub(crate) fn figure_at(tokens: &[Token], at: usize) -> Option<(Figure, usize)> {
    let prefix = currency_before(tokens, at);
    let (values, after, needs_unit) = value_at(tokens, at)?;
    let counted = unit_at(tokens, after).or_else(|| shared_unit(tokens, after).map(|unit| (unit, after)));
    let (unit, next) = match (counted, prefix) {
        (_, Some(code)) => (Some(Unit::Money(code)), after),
        (Some((unit, next)), None) => (Some(unit), next),
        (None, None) => (None, after),
    };
    (!needs_unit || unit.is_some()).then_some((Figure { values, unit }, next))
}

/// The readings of a number, the token after it, and whether it is only a number together with a unit.
fn value_at(tokens: &[Token], at: usize) -> Option<(Vec<String>, usize, bool)> {
    let first = tokens.get(at)?;
    match first.kind {
        Kind::Digits => digits_at(tokens, at).map(|(values, next)| (values, next, false)),
        Kind::Word if first.text.chars().all(is_ideograph) => chinese_at(tokens, at),
        Kind::Word => words_at(tokens, at),
        Kind::Space | Kind::Line | Kind::Mark => None,
    }
}

fn digits_at(tokens: &[Token], at: usize) -> Option<(Vec<String>, usize)> {
    let mut groups = vec![tokens.get(at)?.text.as_str()];
    let (mut separators, mut next) = (String::new(), at + 1);
    while let [separator, group, ..] = tokens.get(next..).unwrap_or_default() {
        let groups_thousands = separator.text == "\u{a0}" && group.text.len() == 3;
        if group.kind != Kind::Digits || !(separator.is_mark(".,'") || groups_thousands) {
            break;
        }
        separators.push_str(&separator.text);
        groups.push(&group.text);
        next += 2;
    }
    Some((readings(&groups, &separators), next))
}

/// What groups of digits may mean, given what stands between them.
fn readings(groups: &[&str], separators: &str) -> Vec<String> {
    let thousands = groups[0].len() <= 3 && groups[0] != "0" && groups[1..].iter().all(|g| g.len() == 3);
    let mut marks = separators.chars();
    let (first, last) = (marks.next(), separators.chars().next_back());
    let alike = separators.chars().all(|c| Some(c) == first);
    let (whole, part) = groups.split_at(groups.len() - 1);
    match groups.len() {
        1 => vec![decimal(groups[0], "")],
        2 if thousands && last.is_some_and(|c| ".,".contains(c)) => {
            vec![decimal(&groups.concat(), ""), decimal(groups[0], groups[1])]
        }
        _ if thousands && alike => vec![decimal(&groups.concat(), "")],
        2 => vec![decimal(groups[0], groups[1])],
        _ if !alike && last.is_some_and(|c| ".,".contains(c)) => vec![decimal(&whole.concat(), part[0])],
        // A version like 3.4.1.
        _ => vec![groups.join(".")],
    }
}

fn decimal(whole: &str, part: &str) -> String {
    let whole = whole.trim_start_matches('0');
    let part = part.trim_end_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    if part.is_empty() { whole.to_owned() } else { format!("{whole}.{part}") }
}

fn words_at(tokens: &[Token], at: usize) -> Option<(Vec<String>, usize, bool)> {
    let mut places = Vec::new();
    let mut next = at;
    while let Some(token) = tokens.get(next).filter(|t| t.kind == Kind::Word && places.len() < 8) {
        places.push((token.text.as_str(), next));
        let link = tokens.get(next + 1).is_some_and(|t| t.kind == Kind::Space || t.is_mark("-"));
        next += if link { 2 } else { 1 };
        if !link {
            break;
        }
    }
    let words: Vec<&str> = places.iter().map(|(word, _)| *word).collect();
    let (value, taken) = numerals::run(&words)?;
    // `one` is mostly a pronoun, `cent` mostly a coin.
    Some((vec![value.to_string()], places.get(taken - 1)?.1 + 1, value == 1))
}

fn chinese_at(tokens: &[Token], at: usize) -> Option<(Vec<String>, usize, bool)> {
    let run: String = tokens
        .get(at..)?
        .iter()
        .map_while(|t| t.text.chars().next().filter(|c| t.kind == Kind::Word && numerals::is_chinese(*c)))
        .collect();
    let value = numerals::chinese(&run)?;
    Some((vec![value.to_string()], at + run.chars().count(), true))
}

/// The unit after a number, and the token after the unit.
fn unit_at(tokens: &[Token], after: usize) -> Option<(Unit, usize)> {
    for next in after..after + 8 {
        let token = tokens.get(next)?;
        if let Some(found) = named_unit(tokens, next) {
            return Some(found);
        }
        let skipped = token.kind == Kind::Space || token.is_mark("-*_") || BETWEEN.contains(&token.text.as_str());
        // `5 - 7` is a range and not a number with a unit.
        if !skipped || (token.is_mark("-") && tokens.get(next + 1).is_none_or(|t| t.kind != Kind::Word)) {
            return None;
        }
    }
    None
}

fn named_unit(tokens: &[Token], at: usize) -> Option<(Unit, usize)> {
    let token = tokens.get(at)?;
    let second = tokens.get(at + 1).filter(|t| t.kind == Kind::Word).map_or("", |t| t.text.as_str());
    let spaced = tokens.get(at + 2).map_or("", |t| t.text.as_str());
    if token.is_mark("%") || ["percent", "prozent", "procent"].contains(&token.text.as_str()) {
        return Some((Unit::Percent, at + 1));
    }
    if ["per", "pour"].contains(&token.text.as_str()) && spaced == "cent" {
        return Some((Unit::Percent, at + 3));
    }
    let double = format!("{}{second}", token.text);
    let pairs = !second.is_empty() && token.text.chars().all(is_ideograph);
    let named = |text: &str| currency(text).map(Unit::Money).or_else(|| measure(text).map(Unit::Measure));
    let long = if pairs { named(&double).map(|unit| (unit, at + 2)) } else { None };
    long.or_else(|| named(&token.text).map(|unit| (unit, at + 1)))
}

/// In `2-3 days` and `two to three days` the first number counts days as well.
fn shared_unit(tokens: &[Token], after: usize) -> Option<Unit> {
    let mut next = after;
    let mut linked = false;
    for _ in 0..5 {
        let token = tokens.get(next)?;
        let link = token.is_mark("-") || ["to", "bis", "or", "à", "and", "至", "到"].contains(&token.text.as_str());
        if !(link || token.kind == Kind::Space || token.is_mark("*_")) {
            break;
        }
        linked |= link;
        next += 1;
    }
    if !linked {
        return None;
    }
    let (_, after, _) = value_at(tokens, next)?;
    unit_at(tokens, after).map(|(unit, _)| unit)
}

fn measure(text: &str) -> Option<&'static str> {
    static WORDS: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::of(MEASURES.iter().copied()));
    MEASURES[WORDS.row(text)?].split(' ').next()
}

fn currency(text: &str) -> Option<&'static str> {
    static WORDS: LazyLock<Lexicon> = LazyLock::new(|| Lexicon::of(MONEY.iter().map(|(_, words)| *words)));
    Some(MONEY[WORDS.row(text)?].0)
}

/// Where a figure starts when its currency stands before it.
pub(crate) fn start_of(tokens: &[Token], at: usize) -> usize {
    let before = tokens.get(..at).unwrap_or_default().iter().rposition(|t| t.kind != Kind::Space);
    if currency_before(tokens, at).is_some() { before.unwrap_or(at) } else { at }
}

fn currency_before(tokens: &[Token], at: usize) -> Option<&'static str> {
    let mut before = tokens.get(..at)?.iter().rev();
    let last = before.next()?;
    let last = if last.kind == Kind::Space { before.next()? } else { last };
    currency(&last.text).filter(|_| last.text.len() != 2)
}
