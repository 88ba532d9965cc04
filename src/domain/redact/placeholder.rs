//! How a placeholder is written: `<KIND_number>`, or `<KIND_number_spelling>` from the second spelling on.

use crate::domain::redact::Kind;
use crate::domain::redact::cover::Span;

/// The placeholder of a number's spelling, both counted from one.
pub(super) fn write(kind: Kind, number: usize, spelling: usize) -> String {
    if spelling < 2 { format!("<{kind}_{number}>") } else { format!("<{kind}_{number}_{spelling}>") }
}

/// Everything that looks like a placeholder, whoever wrote it.
pub(super) fn find(text: &str) -> Vec<Span> {
    text.match_indices('<')
        .filter_map(|(start, _)| Some(Span::new(Kind::Text, start, start + length(&text[start..])?)))
        .collect()
}

/// How long the placeholder is that a text begins with.
fn length(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('<')?;
    let numbers = Kind::ALL.iter().find_map(|kind| inside.strip_prefix(kind.as_str()))?;
    let rest = numbers.trim_start_matches(|c: char| c == '_' || c.is_ascii_digit());
    (rest.starts_with('>') && numbers.starts_with('_')).then(|| text.len() - rest.len() + 1)
}
