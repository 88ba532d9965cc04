//! JSON with its parts told apart, as rows of a width; made once per record and width.

use std::sync::OnceLock;

use serde_json::Value;
use syntect::parsing::{ParseState, Scope, ScopeStack, SyntaxSet};

use crate::domain::audit::Action;
use crate::domain::text;
use crate::tui::events::LogDetail;
use crate::tui::model::wrap;

/// What a part of a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Tint {
    Plain,
    Title,
    Key,
    Text,
    Number,
    Word,
    Mark,
}

/// A row: parts, escaped.
pub(crate) type JsonRow = Vec<(Tint, String)>;

/// Longer texts are shown without telling their parts apart.
const MOST: usize = 200_000;

/// A record and what was said, in rows.
pub(crate) fn detail_rows(detail: &LogDetail, width: usize) -> Vec<JsonRow> {
    let mut rows = facts(detail, width);
    let Some(body) = &detail.body else {
        rows.extend(titled("What was said", "(erased; the chain still holds its commitment)", width));
        return rows;
    };
    rows.extend(body.words.iter().flat_map(|words| titled("Words", words, width)));
    if detail.record.action == Action::Rated.as_str() {
        rows.extend(json("What was shown", &body.result.value(), width));
        rows.extend(json("What it is about", &body.arguments, width));
    } else {
        rows.extend(json("Arguments", &body.arguments, width));
        rows.extend(json("Result", &body.result.value(), width));
    }
    rows.extend(body.card.iter().flat_map(|card| titled("The card as it was shown", card, width)));
    rows
}

/// A step of a run in rows: the card as the person had it before them, then what was asked and answered.
pub(crate) fn step_rows(detail: &LogDetail, width: usize) -> Vec<JsonRow> {
    let Some(body) = &detail.body else {
        return titled("What was said", "(erased; the chain still holds its commitment)", width);
    };
    let mut rows: Vec<JsonRow> = body.words.iter().flat_map(|words| titled("Words", words, width)).collect();
    rows.extend(body.card.iter().flat_map(|card| titled("The card as it was shown", card, width)));
    rows.extend(json("Arguments", &body.arguments, width));
    rows.extend(json("Result", &body.result.value(), width));
    rows.into_iter().skip_while(Vec::is_empty).collect()
}

fn facts(detail: &LogDetail, width: usize) -> Vec<JsonRow> {
    let record = &detail.record;
    let or_dash = |field: &Option<String>| field.clone().unwrap_or_else(|| "–".to_owned());
    let version = |v: Option<u64>| v.map_or_else(|| "–".to_owned(), |v| format!("v{v}"));
    let versions = format!("{} → {}", version(record.version_before), version(record.version_after));
    let facts = [
        ("record", format!("{} · {}", record.seq, record.at.strftime("%Y-%m-%d %H:%M:%S UTC"))),
        ("action", format!("{} {} · {}", record.action, record.tool, record.outcome)),
        ("who", format!("{} in run {}", record.actor, record.run)),
        ("ticket", format!("{} {versions}", or_dash(&record.ticket))),
        ("proposal", or_dash(&record.proposal)),
        ("took", format!("{} ms", millis(record.micros))),
        ("hash", record.hash.clone()),
        ("before", record.prev.clone()),
        ("digest", or_dash(&record.digest)),
    ];
    facts.into_iter().flat_map(|(name, value)| fact(name, &value, width)).collect()
}

fn fact(name: &str, value: &str, width: usize) -> Vec<JsonRow> {
    let shown = text::line(value);
    let rows = wrap::text(&shown, width.saturating_sub(10));
    let row = |(at, range): (usize, std::ops::Range<usize>)| {
        let name = if at == 0 { name } else { "" };
        vec![(Tint::Key, format!("{name:<10}")), (Tint::Plain, shown[range].to_owned())]
    };
    rows.into_iter().enumerate().map(row).collect()
}

/// Microseconds as milliseconds, short.
pub(crate) fn millis(micros: u64) -> String {
    match micros {
        0..10_000 => format!("{}.{}", micros / 1000, micros % 1000 / 100),
        _ => format!("{}", micros / 1000),
    }
}

fn titled(title: &str, words: &str, width: usize) -> Vec<JsonRow> {
    let shown = text::block(words);
    let body = wrap::text(&shown, width).into_iter().map(|row| vec![(Tint::Plain, shown[row].to_owned())]);
    [vec![], vec![(Tint::Title, title.to_owned())]].into_iter().chain(body).collect()
}

fn json(title: &str, value: &Value, width: usize) -> Vec<JsonRow> {
    if value.is_null() {
        return Vec::new();
    }
    let pretty = serde_json::to_string_pretty(value).unwrap_or_default();
    let mut rows = vec![vec![], vec![(Tint::Title, title.to_owned())]];
    rows.extend(json_rows(&pretty, width));
    rows
}

/// JSON text as rows.
pub(crate) fn json_rows(source: &str, width: usize) -> Vec<JsonRow> {
    let shown = text::block(source);
    if shown.len() > MOST {
        return wrap::text(&shown, width).into_iter().map(|row| vec![(Tint::Plain, shown[row].to_owned())]).collect();
    }
    let syntaxes = syntaxes();
    let Some(syntax) = syntaxes.find_syntax_by_extension("json") else { return Vec::new() };
    let mut state = ParseState::new(syntax);
    let mut stack = ScopeStack::new();
    shown.split('\n').flat_map(|line| line_rows(line, &mut state, &mut stack, syntaxes, width)).collect()
}

fn line_rows(
    line: &str,
    state: &mut ParseState,
    stack: &mut ScopeStack,
    syntaxes: &SyntaxSet,
    width: usize,
) -> Vec<JsonRow> {
    let tints = tints(line, state, stack, syntaxes);
    let cut = |row: std::ops::Range<usize>| {
        let parts = tints.iter().filter_map(|(from, to, tint)| {
            let (from, to) = ((*from).max(row.start), (*to).min(row.end));
            (from < to).then(|| (*tint, line[from..to].to_owned()))
        });
        parts.collect()
    };
    wrap::text(line, width).into_iter().map(cut).collect()
}

fn tints(
    line: &str,
    state: &mut ParseState,
    stack: &mut ScopeStack,
    syntaxes: &SyntaxSet,
) -> Vec<(usize, usize, Tint)> {
    let with_end = format!("{line}\n");
    let ops = state.parse_line(&with_end, syntaxes).unwrap_or_default();
    let mut tints = Vec::new();
    let mut from = 0;
    for (at, op) in ops {
        tints.push((from, at.min(line.len()), tint_of(stack)));
        // A scope that does not apply leaves the stack as it is: colours only.
        let _ = stack.apply(&op);
        from = at.min(line.len());
    }
    tints.push((from, line.len(), tint_of(stack)));
    tints
}

fn tint_of(stack: &ScopeStack) -> Tint {
    static TABLE: OnceLock<Vec<(Scope, Tint)>> = OnceLock::new();
    let table = TABLE.get_or_init(|| {
        let rows = [
            ("meta.mapping.key string", Tint::Key),
            ("meta.structure.dictionary.key", Tint::Key),
            ("string", Tint::Text),
            ("constant.numeric", Tint::Number),
            ("constant.language", Tint::Word),
            ("punctuation", Tint::Mark),
        ];
        rows.iter().filter_map(|(name, tint)| Some((Scope::new(name.split(' ').next()?).ok()?, *tint))).collect()
    });
    let scopes = stack.as_slice();
    let found = table.iter().find(|(scope, _)| scopes.iter().any(|s| scope.is_prefix_of(*s)));
    found.map_or(Tint::Plain, |(_, tint)| *tint)
}

fn syntaxes() -> &'static SyntaxSet {
    static SYNTAXES: OnceLock<SyntaxSet> = OnceLock::new();
    SYNTAXES.get_or_init(SyntaxSet::load_defaults_newlines)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_parts_of_json_are_told_apart() {
        let rows = json_rows("{\n  \"version\": 7,\n  \"note\": \"x\",\n  \"sample\": true\n}", 60);
        let found: Vec<_> = rows.iter().flatten().filter(|(_, text)| text.trim().len() > 2 || text == "7").collect();
        assert!(found.iter().any(|(tint, text)| *tint == Tint::Number && text == "7"), "{rows:?}");
        assert!(found.iter().any(|(tint, text)| *tint == Tint::Word && text == "true"), "{rows:?}");
    }

    #[test]
    fn no_character_is_lost_to_colours_or_wrapping() {
        let source = "{\n  \"body\": \"a long text that must be wrapped somewhere, 漢字 too\"\n}";
        let joined: String = json_rows(source, 20).into_iter().flatten().map(|(_, text)| text).collect();
        assert_eq!(joined, source.replace('\n', ""));
    }
}
