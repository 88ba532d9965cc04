//! Identifiers like `FH-418820`, phone numbers, and web and mail addresses.

use crate::assist::claims::tokens::{Kind, Token, is_ideograph};

/// An identifier that starts at token `at`: letters and digits without a blank, folded; and the token after it.
pub(crate) fn code_at(tokens: &[Token], at: usize) -> Option<(String, usize)> {
    let run = glued(tokens, at);
    let parts = tokens.get(at..run)?;
    let letters = parts.iter().filter(|t| t.kind == Kind::Word).count();
    let digits = parts.iter().filter(|t| t.kind == Kind::Digits).count();
    // `3-year` and `30g` are a number with its unit, `7c21` is a code.
    let starts_as_number = parts.first()?.kind == Kind::Digits && parts.last()?.kind == Kind::Word && digits == 1;
    let code = letters > 0 && digits > 0 && !starts_as_number;
    code.then(|| (squeeze(parts), run))
}

/// The token after a run of letters and digits joined directly or by one `-`, `_` or `/`.
fn glued(tokens: &[Token], at: usize) -> usize {
    let solid = |i: usize| {
        tokens.get(i).is_some_and(|t| match t.kind {
            Kind::Digits => true,
            Kind::Word => !t.text.chars().any(is_ideograph),
            Kind::Space | Kind::Line | Kind::Mark => false,
        })
    };
    let mut next = at;
    while solid(next) || (next > at && tokens.get(next).is_some_and(|t| t.is_mark("-_/")) && solid(next + 1)) {
        next += 1;
    }
    next
}

fn squeeze(parts: &[Token]) -> String {
    parts.iter().filter(|t| t.kind != Kind::Mark).map(|t| t.text.as_str()).collect()
}

/// A phone number that starts at token `at`, as its digits, and the token after it.
pub(crate) fn phone_at(tokens: &[Token], at: usize) -> Option<(String, usize)> {
    let first = tokens.get(at)?;
    let plus = first.is_mark("+");
    let inside = |t: &Token| t.kind == Kind::Digits || t.is_mark("-/().") || t.text == " ";
    let start = at + usize::from(plus || first.is_mark("("));
    let lead = tokens.get(start)?;
    if lead.kind != Kind::Digits || !(plus || (lead.text.starts_with('0') && lead.text.len() >= 3)) {
        return None;
    }
    let run = tokens.get(start..)?.iter().take_while(|t| inside(t)).count();
    let last = tokens.get(start..start + run)?.iter().rposition(|t| t.kind == Kind::Digits)?;
    let end = start + last + 1;
    let digits: String =
        tokens.get(start..end)?.iter().filter(|t| t.kind == Kind::Digits).map(|t| t.text.as_str()).collect();
    (7..=15).contains(&digits.len()).then_some((digits, end))
}

/// Endings that name a file and not a site.
const FILES: &[&str] =
    &["jpg", "jpeg", "png", "gif", "pdf", "txt", "csv", "doc", "docx", "xls", "xlsx", "zip", "mp4", "mov", "heic"];

/// A web or mail address that starts at token `at`, in the form that is compared, and the token after it.
pub(crate) fn address_at(text: &str, tokens: &[Token], at: usize) -> Option<(String, usize)> {
    if tokens.get(at)?.kind == Kind::Mark {
        return None;
    }
    let stops = |t: &Token| t.is_blank() || t.is_mark("<>\"«»“”「」（）[]|,;") || t.text.chars().any(is_ideograph);
    let run = tokens.get(at..)?.iter().take_while(|t| !stops(t)).count();
    let mut end = at + run;
    while end > at && tokens.get(end - 1)?.is_mark(".:!?')*_") {
        end -= 1;
    }
    let raw = text.get(tokens.get(at)?.start..tokens.get(end.checked_sub(1)?)?.end)?;
    is_address(raw).then(|| (canonical(raw), end))
}

fn is_address(raw: &str) -> bool {
    let lower = raw.to_lowercase();
    lower.contains("://")
        || lower.starts_with("www.")
        || lower.starts_with("mailto:")
        || lower.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'))
        || is_host(lower.split('/').next().unwrap_or_default(), raw)
}

/// A bare `name.ending`, lower case in its ending, so that a forgotten blank after a full stop is no address.
fn is_host(host: &str, raw: &str) -> bool {
    let Some((name, ending)) = host.rsplit_once('.') else { return false };
    let written = raw.split('/').next().and_then(|h| h.rsplit('.').next()).unwrap_or_default();
    name.chars().count() >= 2
        && (2..=24).contains(&ending.len())
        && ending.chars().all(char::is_alphabetic)
        && written.chars().all(char::is_lowercase)
        && name.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.')
        && name.chars().any(char::is_alphabetic)
        && name.rsplit('.').next().is_none_or(|last| last.chars().count() >= 2)
        && !FILES.contains(&ending)
}

/// Without `https://`, `www.` and the last slash; the host in lower case.
fn canonical(raw: &str) -> String {
    let mut rest = raw.trim_end_matches('/');
    for prefix in ["https://", "http://", "mailto:", "www."] {
        if rest.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix)) {
            rest = rest.get(prefix.len()..).unwrap_or_default();
        }
    }
    match rest.split_once('/') {
        Some((host, path)) => format!("{}/{path}", host.to_lowercase()),
        None => rest.to_lowercase(),
    }
}

/// Whether a source's address supports a draft's: the same one, or the draft names only its host.
pub(crate) fn address_stands_in(draft: &str, source: &str) -> bool {
    let host = source.split('/').next().unwrap_or_default();
    draft == source || draft == host || host.rsplit_once('@').is_some_and(|(_, at)| at == draft)
}
