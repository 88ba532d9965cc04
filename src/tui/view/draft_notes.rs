//! What stands below a draft: its sources, what has none, and why the confidence is what it is.

use ratatui::text::Span;

use crate::domain::draft::{Citation, Evidence, Maker, Suggestion};
use crate::domain::text;
use crate::tui::model::Model;
use crate::tui::model::open::OpenTicket;
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;

/// How many rows [`lines`] has.
pub(crate) fn count(open: &OpenTicket) -> u16 {
    let draft = &open.draft;
    let rows = match &draft.suggestion.value {
        Some(s) if draft.explained => 2 + s.evidence.len() + s.maker.notes.len(),
        Some(s) => s.citations.len() + draft.unsupported().len() + s.maker.notes.len(),
        None => 1,
    };
    u16::try_from(rows + usize::from(rows > 0)).unwrap_or(u16::MAX)
}

/// The rows, a blank one first.
pub(crate) fn lines(model: &Model, canvas: &Canvas<'_, '_>, open: &OpenTicket) -> Vec<Vec<Span<'static>>> {
    let draft = &open.draft;
    let mut rows: Vec<_> = match &draft.suggestion.value {
        Some(s) if draft.explained => explained(model, canvas, s),
        Some(s) => {
            let claims = draft.unsupported();
            let opens = model.tell("{sources} opens it · ");
            let hint = |nth: usize| if nth == 0 { opens.as_str() } else { "" };
            let sources = s.citations.iter().enumerate().map(|(nth, citation)| source(canvas, citation, hint(nth)));
            let claims = claims.iter().map(|claim| no_source(canvas, claim));
            notes(canvas, &s.maker).chain(claims).chain(sources).collect()
        }
        None => vec![vec![canvas.say(Ink::Dim, waiting(model, open))]],
    };
    if !rows.is_empty() {
        rows.insert(0, vec![]);
    }
    rows
}

fn waiting(model: &Model, open: &OpenTicket) -> String {
    let own = model.tell("{edit} writes your own");
    match &open.draft.suggestion.trouble {
        Some(trouble) => format!("no suggestion: {} · {own}", trouble.message),
        None => format!("the assistant is writing … · {own}"),
    }
}

fn source(canvas: &Canvas<'_, '_>, citation: &Citation, hint: &str) -> Vec<Span<'static>> {
    vec![
        canvas.say(Ink::Accent, format!("[{}] ", citation.index)),
        canvas.say(Ink::Plain, format!("{} {}", citation.source_id, citation.title)),
        canvas.say(Ink::Dim, format!("  {hint}{}", citation.snippet)),
    ]
}

fn no_source(canvas: &Canvas<'_, '_>, claim: &str) -> Vec<Span<'static>> {
    vec![canvas.say(Ink::Danger, "no source: "), canvas.say(Ink::Unsupported, format!("~{claim}~"))]
}

/// What else the assistant has to say: who could not answer, what broke off.
fn notes(canvas: &Canvas<'_, '_>, maker: &Maker) -> impl Iterator<Item = Vec<Span<'static>>> {
    maker.notes.iter().map(|note| vec![canvas.say(Ink::Warn, format!("! {}", text::short(note, 300)))])
}

fn explained(model: &Model, canvas: &Canvas<'_, '_>, suggestion: &Suggestion) -> Vec<Vec<Span<'static>>> {
    let Suggestion { confidence, decisions, score, evidence, maker, .. } = suggestion;
    let closes = model.tell("{explain} closes this");
    let title = if suggestion.calibrated {
        format!("Confidence {confidence:.2} from {decisions} decisions; score {score:.2}, because ({closes})")
    } else {
        format!("Score {confidence:.2}, because ({closes}); no confidence yet: not enough data (n={decisions})")
    };
    let title = vec![canvas.say(Ink::Strong, title)];
    let by = vec![canvas.say(Ink::Dim, format!("by {}", made_by(maker)))];
    let row = |evidence: &Evidence| {
        let (ink, sign) = if evidence.weight < 0.0 { (Ink::Danger, '−') } else { (Ink::Good, '+') };
        let weight = format!("{sign}{:.2}  ", evidence.weight.abs());
        vec![canvas.say(ink, weight), canvas.say(Ink::Plain, &evidence.what)]
    };
    [title, by].into_iter().chain(notes(canvas, maker)).chain(evidence.iter().map(row)).collect()
}

/// Who wrote it, and what that took.
pub(crate) fn made_by(maker: &Maker) -> String {
    let by = text::short(&maker.by, 60);
    if maker.is_model() { format!("{by} · {}", maker.usage.price()) } else { by }
}
