//! What stands below a draft: its sources, what has none, and why the confidence is what it is.

use ratatui::text::Span;

use crate::domain::draft::{Citation, Evidence};
use crate::tui::model::open::OpenTicket;
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;

/// How many rows [`lines`] has.
pub(crate) fn count(open: &OpenTicket) -> u16 {
    let draft = &open.draft;
    let rows = match &draft.suggestion.value {
        Some(s) if draft.explained => 1 + s.evidence.len(),
        Some(s) => s.citations.len() + draft.unsupported().len(),
        None => 1,
    };
    u16::try_from(rows + usize::from(rows > 0)).unwrap_or(u16::MAX)
}

/// The rows, a blank one first.
pub(crate) fn lines(canvas: &Canvas<'_, '_>, open: &OpenTicket) -> Vec<Vec<Span<'static>>> {
    let draft = &open.draft;
    let mut rows: Vec<_> = match &draft.suggestion.value {
        Some(s) if draft.explained => explained(canvas, s.confidence, &s.evidence),
        Some(s) => {
            let claims = draft.unsupported();
            let sources = s.citations.iter().map(|citation| source(canvas, citation));
            claims.iter().map(|claim| no_source(canvas, claim)).chain(sources).collect()
        }
        None => vec![vec![canvas.say(Ink::Dim, waiting(open))]],
    };
    if !rows.is_empty() {
        rows.insert(0, vec![]);
    }
    rows
}

fn waiting(open: &OpenTicket) -> String {
    match &open.draft.suggestion.trouble {
        Some(trouble) => format!("no suggestion: {} · e writes your own", trouble.message),
        None => "the assistant is writing … · e writes your own".to_owned(),
    }
}

fn source(canvas: &Canvas<'_, '_>, citation: &Citation) -> Vec<Span<'static>> {
    vec![
        canvas.say(Ink::Accent, format!("[{}] ", citation.index)),
        canvas.say(Ink::Plain, format!("{} {}", citation.source_id, citation.title)),
        canvas.say(Ink::Dim, format!("  {}", citation.snippet)),
    ]
}

fn no_source(canvas: &Canvas<'_, '_>, claim: &str) -> Vec<Span<'static>> {
    vec![canvas.say(Ink::Danger, "no source: "), canvas.say(Ink::Unsupported, format!("~{claim}~"))]
}

fn explained(canvas: &Canvas<'_, '_>, confidence: f64, evidence: &[Evidence]) -> Vec<Vec<Span<'static>>> {
    let title = canvas.say(Ink::Strong, format!("Confidence {confidence:.2}, because (c closes this)"));
    let row = |evidence: &Evidence| {
        let (ink, sign) = if evidence.weight < 0.0 { (Ink::Danger, '−') } else { (Ink::Good, '+') };
        let weight = format!("{sign}{:.2}  ", evidence.weight.abs());
        vec![canvas.say(ink, weight), canvas.say(Ink::Plain, &evidence.what)]
    };
    std::iter::once(vec![title]).chain(evidence.iter().map(row)).collect()
}
