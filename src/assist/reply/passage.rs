//! An article's Markdown as passages of plain text: sentences, steps, points and table rows under their headings.

use unicode_segmentation::UnicodeSegmentation as _;

/// How a passage stood in the article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// A sentence of running text.
    Sentence,
    /// A numbered step.
    Step,
    /// A point of a list, or a row of a table.
    Point,
}

/// A piece that can be quoted by itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Passage {
    pub(crate) shape: Shape,
    pub(crate) text: String,
}

/// A heading and the passages under it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Section {
    /// Empty for what stands before the first heading.
    pub(crate) heading: String,
    pub(crate) passages: Vec<Passage>,
}

/// The sections of a Markdown text, in order, without empty ones.
pub(crate) fn sections(markdown: &str) -> Vec<Section> {
    let mut out = vec![Section::default()];
    let mut prose = String::new();
    let mut header: Vec<String> = Vec::new();
    let mut fenced = false;
    for line in markdown.lines().map(str::trim) {
        if line.starts_with("```") {
            fenced = !fenced;
            continue;
        }
        let row = line.starts_with('|').then(|| cells(line));
        let item = if fenced { None } else { item(line) };
        if item.is_none() && row.is_none() && !line.is_empty() && !line.starts_with('#') {
            header.clear();
            push_line(&mut prose, line);
            continue;
        }
        flush(&mut out, &mut prose);
        match (line.strip_prefix('#'), item, row) {
            (Some(title), _, _) => {
                let heading = plain(title.trim_start_matches('#').trim());
                out.push(Section { heading, passages: Vec::new() });
            }
            (None, Some((shape, text)), _) => add(&mut out, shape, plain(text)),
            (None, None, Some(row)) => table_row(&mut out, &mut header, row),
            (None, None, None) => header.clear(),
        }
    }
    flush(&mut out, &mut prose);
    out.retain(|s| !s.passages.is_empty());
    out
}

fn push_line(prose: &mut String, line: &str) {
    if !prose.is_empty() {
        prose.push(' ');
    }
    prose.push_str(line.trim_start_matches('>').trim_start());
}

fn flush(out: &mut [Section], prose: &mut String) {
    for sentence in sentences(&plain(prose)) {
        add(out, Shape::Sentence, sentence);
    }
    prose.clear();
}

fn add(out: &mut [Section], shape: Shape, text: String) {
    if let Some(section) = out.last_mut().filter(|_| !text.is_empty()) {
        section.passages.push(Passage { shape, text });
    }
}

fn item(line: &str) -> Option<(Shape, &str)> {
    let point = ["- ", "* ", "+ ", "• "].iter().find_map(|mark| line.strip_prefix(mark));
    if let Some(text) = point {
        return Some((Shape::Point, text.trim()));
    }
    let (number, text) = line.split_once(['.', ')'])?;
    let numbered = (1..=2).contains(&number.len()) && number.chars().all(|c| c.is_ascii_digit());
    text.strip_prefix(' ').filter(|_| numbered).map(|text| (Shape::Step, text.trim()))
}

fn cells(line: &str) -> Vec<String> {
    line.trim_matches('|').split('|').map(|cell| plain(cell.trim())).collect()
}

/// `| UK | 2-3 days |` under `| To | Time |` reads `UK: 2-3 days (time)`.
fn table_row(out: &mut [Section], header: &mut Vec<String>, row: Vec<String>) {
    if row.iter().all(|cell| cell.chars().all(|c| "-: ".contains(c))) {
        return;
    }
    if header.is_empty() {
        *header = row;
        return;
    }
    let Some((first, rest)) = row.split_first() else { return };
    let named = rest.iter().zip(header.iter().skip(1)).filter(|(cell, _)| !cell.is_empty());
    let values: Vec<String> =
        named.map(|(cell, name)| if name.is_empty() { cell.clone() } else { format!("{cell} ({name})") }).collect();
    add(out, Shape::Point, format!("{first}: {}", values.join("; ")));
}

/// Sentences of running text; an abbreviation's full stop may end one too early, which only shortens a quotation.
pub(crate) fn sentences(text: &str) -> Vec<String> {
    text.split_sentence_bounds().map(|s| s.trim().to_owned()).filter(|s| !s.is_empty()).collect()
}

/// Markdown's emphasis, code and links as plain text.
pub(crate) fn plain(markdown: &str) -> String {
    let mut out = links(markdown);
    for mark in ["**", "__", "`", "~~"] {
        out = out.replace(mark, "");
    }
    single_emphasis(&out).trim().to_owned()
}

/// `[text](target)` becomes `text (target)`; images keep their description.
fn links(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, tail)) = rest.split_once('[') {
        let link = tail
            .split_once("](")
            .and_then(|(label, t)| t.split_once(')').map(|(target, after)| (label, target, after)));
        let Some((label, target, after)) =
            link.filter(|(label, target, _)| !label.contains(']') && !target.contains(' '))
        else {
            out.push_str(before);
            out.push('[');
            rest = tail;
            continue;
        };
        out.push_str(before.strip_suffix('!').unwrap_or(before));
        out.push_str(label);
        if label != target && !before.ends_with('!') {
            out.push_str(" (");
            out.push_str(target);
            out.push(')');
        }
        rest = after;
    }
    out.push_str(rest);
    out
}

/// Drops `*` and `_` that open or close a word; `2*3` and `a_b` keep theirs.
fn single_emphasis(text: &str) -> String {
    let chars: Vec<char> = text.chars().collect();
    let solid = |i: Option<usize>| i.and_then(|i| chars.get(i)).is_some_and(|c| c.is_alphanumeric());
    chars
        .iter()
        .enumerate()
        .filter(|(i, c)| {
            !(matches!(c, '*' | '_') && solid(i.checked_sub(1)) != solid(Some(i + 1))
                || **c == '*' && beside_marks(&chars, *i))
        })
        .map(|(_, c)| *c)
        .collect()
}

/// A `*` between punctuation and punctuation or an end closes an emphasis as well: `*Expired?*:`.
fn beside_marks(chars: &[char], i: usize) -> bool {
    let touches = |c: Option<&char>| c.is_some_and(|c| "?!.,:;)('\"+-".contains(*c));
    touches(i.checked_sub(1).and_then(|j| chars.get(j))) || touches(chars.get(i + 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn emphasis_code_and_links_become_plain() {
        for (markdown, expect) in [
            ("**Wait 24 hours** from *now*.", "Wait 24 hours from now."),
            (
                "Open `Account > Orders`, see [here](https://a.example).",
                "Open Account > Orders, see here (https://a.example).",
            ),
            ("Press **+** and **-**; a_b stays, 2*3 too.", "Press + and -; a_b stays, 2*3 too."),
            ("*Expired?*: ask [1] again", "Expired?: ask [1] again"),
            ("![photo](x.png) here", "photo here"),
        ] {
            assert_eq!(plain(markdown), expect);
        }
    }

    #[test]
    fn lists_stay_lists_and_table_rows_name_their_columns() {
        let found =
            sections("First. Second.\n\n## How\n\n1. One\n2. Two\n- p\n\n| To | Time |\n|---|---|\n| UK | 2-3 |");
        assert_eq!(found.len(), 2);
        let texts: Vec<_> = found.iter().flat_map(|s| &s.passages).map(|p| (p.shape, p.text.as_str())).collect();
        let expect = [
            (Shape::Sentence, "First."),
            (Shape::Sentence, "Second."),
            (Shape::Step, "One"),
            (Shape::Step, "Two"),
            (Shape::Point, "p"),
            (Shape::Point, "UK: 2-3 (Time)"),
        ];
        assert_eq!(texts, expect);
    }
}
