//! The approval card: fills the page, wraps everything, cuts nothing.

use ratatui::layout::Rect;

use crate::domain::approval::Kind;
use crate::domain::ids::ProposalId;
use crate::domain::policy::Keys;
use crate::tui::keymap::{Command, Context};
use crate::tui::model::Model;
use crate::tui::model::card::{CardPage, Ending, REASONS, Reading, Signable, Stage};
use crate::tui::model::layout;
use crate::tui::theme::Ink;
use crate::tui::view::canvas::Canvas;
use crate::tui::view::{draft, overlay};

pub(crate) fn draw(model: &Model, page: &CardPage, canvas: &mut Canvas<'_, '_>) {
    let body = layout::frame(model.size).body;
    match &page.stage {
        Stage::Opening { .. } => words(model, canvas, body, Ink::Dim, "reading the ticket once more …"),
        Stage::Reading(reading) => read(model, reading, canvas),
        Stage::Arguments(reading, editor) => {
            let area = framed(model, reading, canvas, " exact arguments, as they will be sent ");
            draft::written(canvas, area, editor, false);
            let (rows, top) = editor.extent();
            below(canvas, body, &progress(top, rows, area.height));
        }
        Stage::Denying(reading) => deny(model, reading, canvas),
        Stage::Commenting(reading, editor) => {
            let area = framed(model, reading, canvas, " deny: the proposer gets these words ");
            draft::written(canvas, area, editor, true);
        }
        Stage::EditingText(reading, editor) => {
            let area = framed(
                model,
                reading,
                canvas,
                &model.tell(" edit the words: {submit} shows the new card, {back} drops the edit "),
            );
            draft::written(canvas, area, editor, true);
        }
        Stage::EditingForm(reading, form) => {
            framed(model, reading, canvas, " edit the fields ");
            overlay::form(model, canvas, form);
        }
        Stage::Held(proposal) => held(model, canvas, body, proposal),
        Stage::Deciding { words: doing, .. } => words(model, canvas, body, Ink::Strong, doing),
        Stage::Over(ending) => over(model, canvas, body, ending),
    }
}

fn read(model: &Model, reading: &Reading, canvas: &mut Canvas<'_, '_>) {
    let proposal = reading.card.proposal();
    let title = format!(" Approve {} on {}? ", proposal.call().named(), proposal.call().ticket_id());
    let area = framed(model, reading, canvas, &title);
    for (at, row) in (0..area.height).zip(reading.rows.iter().skip(reading.top)) {
        canvas.row(area, at, vec![canvas.say(ink_of(row.kind), &row.text)]);
    }
    let lines = progress(reading.top, reading.rows.len(), area.height);
    below(canvas, layout::frame(model.size).body, &seen(model, reading, &lines));
}

pub(crate) fn ink_of(kind: Kind) -> Ink {
    match kind {
        Kind::Heading => Ink::Accent,
        Kind::Change => Ink::Strong,
        Kind::Text | Kind::Said | Kind::Note => Ink::Plain,
        Kind::Warning => Ink::Danger,
    }
}

/// How far it was read, and what still keeps the person from signing.
pub(crate) fn seen(model: &Model, paper: &dyn Signable, lines: &str) -> String {
    match paper.obstacle(&model.desk.me) {
        Some(obstacle) => format!("{lines}, {obstacle}"),
        None => format!("{lines}, all shown"),
    }
}

pub(crate) fn progress(top: usize, rows: usize, height: u16) -> String {
    let last = (top + usize::from(height)).min(rows);
    format!("line {}–{last} of {rows}", (top + 1).min(rows))
}

/// The border: what is asked above, what it takes below.
fn framed(model: &Model, reading: &Reading, canvas: &mut Canvas<'_, '_>, title: &str) -> Rect {
    let body = layout::frame(model.size).body;
    let area = Rect { height: body.height.saturating_sub(1), ..body };
    let requirement = reading.card.requirement();
    let (keys, ink) = match requirement.keys {
        Keys::One => (model.tell("{approve} approves"), Ink::Accent),
        Keys::Two(risk) => (format!("{}: {risk}", model.tell("{approve}, then {release}")), Ink::Danger),
    };
    let digest = reading.card.proposal().digest().short();
    let foot = format!(" sha256 {digest} · {} · {keys} ", requirement.role);
    canvas.boxed(area, ink, canvas.say(Ink::Strong, title), canvas.say(Ink::Plain, foot));
    layout::card(model.size)
}

/// The row below the border.
pub(crate) fn below(canvas: &mut Canvas<'_, '_>, body: Rect, text: &str) {
    canvas.row_split(body, body.height.saturating_sub(1), vec![], vec![canvas.say(Ink::Warn, format!("{text} "))]);
}

fn deny(model: &Model, reading: &Reading, canvas: &mut Canvas<'_, '_>) {
    let area = framed(model, reading, canvas, " Deny, because … ");
    for (at, reason) in (0..).zip(REASONS) {
        let key = format!(" {}  ", model.keys.key(Context::Deny, Command::Reason(usize::from(at))));
        canvas.row(area, at, vec![canvas.say(Ink::Accent, key), canvas.say(Ink::Plain, reason)]);
    }
    let own = model.tell(" {own-words}  ");
    canvas.row(area, 6, vec![canvas.say(Ink::Accent, own), canvas.say(Ink::Plain, "in your own words")]);
    canvas.row(area, 8, vec![canvas.say(Ink::Dim, " The proposer gets the reason as yours. Nothing is written.")]);
}

fn words(model: &Model, canvas: &mut Canvas<'_, '_>, body: Rect, ink: Ink, text: &str) {
    canvas.row(body, body.height / 3, vec![canvas.say(ink, format!("   {text}"))]);
    canvas.stand(body, body.height / 3);
    canvas.row(
        body,
        body.height / 3 + 2,
        vec![canvas.say(Ink::Dim, model.tell("   {back} looks elsewhere; the answer comes to you"))],
    );
}

/// Signed, and still to be taken back; or taken back from elsewhere.
fn held(model: &Model, canvas: &mut Canvas<'_, '_>, body: Rect, proposal: &ProposalId) {
    let waits = model.outbox.waiting().any(|(letter, _)| letter.proposal == *proposal);
    let ending = if waits {
        Ending {
            good: true,
            title: "In the outbox.".to_owned(),
            words: format!("The reply goes out after {} s.", model.outbox.wait.as_secs()),
            way_out: "Until then it can be taken back, and nothing of it was recorded as approved.".to_owned(),
        }
    } else {
        let nothing = String::new;
        Ending { good: true, title: "No longer in the outbox.".to_owned(), words: nothing(), way_out: nothing() }
    };
    over(model, canvas, body, &ending);
}

fn over(model: &Model, canvas: &mut Canvas<'_, '_>, body: Rect, ending: &Ending) {
    let (mark, ink) = if ending.good { ("✓", Ink::Good) } else { ("✗", Ink::Danger) };
    let area = Rect { x: body.x + 3, width: body.width.saturating_sub(6), ..body };
    let from = body.height / 3;
    canvas.row(area, from, vec![canvas.say(ink, format!("{mark} {}", ending.title))]);
    canvas.stand(area, from);
    let mut at = from + 2;
    for text in [&ending.words, &ending.way_out] {
        let shown = crate::domain::text::block(text);
        for row in crate::tui::model::wrap::text(&shown, usize::from(area.width)) {
            canvas.row(area, at, vec![canvas.say(Ink::Plain, &shown[row])]);
            at += 1;
        }
    }
    canvas.row(area, at + 1, vec![canvas.say(Ink::Dim, model.tell("{next-pending} next that waits · {back} back"))]);
}
