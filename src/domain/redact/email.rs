//! E-mail addresses, found by their `@`.

use crate::domain::redact::Kind;
use crate::domain::redact::cover::Span;

/// All e-mail addresses of a text; neither side of one holds an `@`, so the text is read about twice.
pub(super) fn find(text: &str) -> Vec<Span> {
    text.match_indices('@').filter_map(|(at, _)| address(text, at)).collect()
}

fn address(text: &str, at: usize) -> Option<Span> {
    let local = local(&text[..at]);
    let domain = domain(&text[at + 1..])?;
    (!local.is_empty()).then(|| Span::new(Kind::Email, at - local.len(), at + 1 + domain.len()))
}

/// The longest end of a text that can stand before the `@`.
fn local(before: &str) -> &str {
    let rest = before.trim_end_matches(is_local);
    before[rest.len()..].trim_start_matches(['.', '-', '\''])
}

fn is_local(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '_' | '%' | '+' | '-' | '\'')
}

/// The domain that a text begins with: two labels or more, the last one of letters.
fn domain(after: &str) -> Option<&str> {
    let rest = after.trim_start_matches(is_domain);
    let labels = after[..after.len() - rest.len()].trim_end_matches(['.', '-']);
    let labels = &labels[..labels.find("..").unwrap_or(labels.len())];
    let (first, top) = labels.rsplit_once('.')?;
    let is_top = top.chars().nth(1).is_some() && top.starts_with(char::is_alphabetic);
    (is_top && first.starts_with(char::is_alphanumeric)).then_some(labels)
}

fn is_domain(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '.' | '-')
}
