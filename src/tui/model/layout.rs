//! Where everything is: a pure function of the size of the terminal and the page.

use ratatui::layout::{Position, Rect};

use crate::tui::model::draft::Draft;
use crate::tui::model::pages::Page;
use crate::tui::model::{Model, Pane};

/// Columns from which the panes lie side by side.
const WIDE: u16 = 100;
/// Rows from which they do.
const TALL: u16 = 30;

/// The least size for a page, in columns and rows.
pub(crate) fn least(page: &Page) -> (u16, u16) {
    match page {
        Page::Card(_) => (40, 10),
        Page::Work
        | Page::Pending(_)
        | Page::Bulk(_)
        | Page::Outbox(_)
        | Page::Log(_)
        | Page::Replay(_)
        | Page::Help(_) => (60, 15),
    }
}

/// Whether a page can be shown at this size.
pub(crate) fn fits(page: &Page, size: (u16, u16)) -> bool {
    let (width, height) = least(page);
    size.0 >= width && size.1 >= height
}

/// The parts of every page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame {
    pub(crate) title: Rect,
    pub(crate) body: Rect,
    pub(crate) keys: Rect,
    pub(crate) status: Rect,
}

/// A title line, a body, a line of keys and a status line.
pub(crate) fn frame(size: (u16, u16)) -> Frame {
    let (width, height) = size;
    let line = |y: u16| Rect::new(0, y.min(height.saturating_sub(1)), width, height.min(1));
    Frame {
        title: line(0),
        body: Rect::new(0, height.min(1), width, height.saturating_sub(3)),
        keys: line(height.saturating_sub(2)),
        status: line(height.saturating_sub(1)),
    }
}

/// The panes of the work page; a pane that is not shown is empty.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Panes {
    pub(crate) wide: bool,
    /// The tabs and the line of context, on a narrow screen.
    pub(crate) tabs: Rect,
    pub(crate) context: Rect,
    pub(crate) queue: Rect,
    pub(crate) ticket: Rect,
    pub(crate) summary: Rect,
    pub(crate) draft: Rect,
    pub(crate) steps: Rect,
    /// Where a source is read beside the draft.
    pub(crate) beside: Rect,
    /// The column between left and right.
    pub(crate) middle: Rect,
}

pub(crate) fn panes(model: &Model) -> Panes {
    let body = frame(model.size).body;
    let panes = if model.size.0 >= WIDE && model.size.1 >= TALL {
        side_by_side(body)
    } else {
        one_at_a_time(body, model.focus)
    };
    if model.source().is_some() { with_source(panes) } else { panes }
}

fn side_by_side(body: Rect) -> Panes {
    let strip = if body.height >= 40 { 5 } else { 3 };
    let height = body.height - strip;
    let (left, top) = (body.width * 9 / 20, height * 11 / 20);
    let right = body.width - left - 1;
    let (x, y) = (body.x + left + 1, body.y + top);
    Panes {
        wide: true,
        tabs: Rect::ZERO,
        context: Rect::ZERO,
        queue: Rect::new(body.x, body.y, left, top),
        ticket: Rect::new(x, body.y, right, top),
        summary: Rect::new(body.x, y, left, height - top),
        draft: Rect::new(x, y, right, height - top),
        steps: Rect::new(body.x, body.y + height, body.width, strip),
        beside: Rect::ZERO,
        middle: Rect::new(body.x + left, body.y, 1, height),
    }
}

fn one_at_a_time(body: Rect, focus: Pane) -> Panes {
    let row = |n: u16| Rect::new(body.x, body.y + n, body.width, body.height.min(1));
    let rest = Rect::new(body.x, body.y + 2, body.width, body.height.saturating_sub(2));
    let shown = |pane: Pane| if pane == focus { rest } else { Rect::ZERO };
    Panes {
        wide: false,
        tabs: row(0),
        context: row(1),
        queue: shown(Pane::Queue),
        ticket: shown(Pane::Ticket),
        summary: shown(Pane::Summary),
        draft: shown(Pane::Draft),
        steps: shown(Pane::Steps),
        beside: Rect::ZERO,
        middle: Rect::ZERO,
    }
}

/// A source lies over the thread, which is above the draft; on a narrow screen the two share the draft's place.
fn with_source(panes: Panes) -> Panes {
    if panes.wide {
        return Panes { beside: panes.ticket, ticket: Rect::ZERO, ..panes };
    }
    let area = panes.draft;
    let high = (area.height * 2 / 5).max(4).min(area.height);
    let beside = Rect { y: area.y + high, height: area.height - high, ..area };
    Panes { beside, draft: Rect { height: high, ..area }, ..panes }
}

/// The rows of a source inside its border.
pub(crate) fn source_text(beside: Rect) -> Rect {
    Rect::new(beside.x + 1, beside.y + 1, beside.width.saturating_sub(3), beside.height.saturating_sub(2))
}

/// The tab under a place, on a narrow screen.
pub(crate) fn tab_at(panes: &Panes, at: Position) -> Option<Pane> {
    let mut left = panes.tabs.x + 1;
    let hit = |pane: &Pane| {
        let width = u16::try_from(pane.name().len()).unwrap_or(0) + 2;
        let found = panes.tabs.contains(at) && (left..left + width).contains(&at.x);
        left += width + 1;
        found
    };
    Pane::ALL.into_iter().find(hit)
}

/// What lies below the title row of a pane, one column in from the left.
pub(crate) fn inside(pane: Rect) -> Rect {
    Rect::new(
        (pane.x + 1).min(pane.right()),
        (pane.y + 1).min(pane.bottom()),
        pane.width.saturating_sub(2),
        pane.height.saturating_sub(1),
    )
}

/// The rows of the ticket pane that hold the thread: two rows say whose it is.
pub(crate) fn thread(pane: Rect) -> Rect {
    let inner = inside(pane);
    Rect::new(inner.x, (inner.y + 1).min(inner.bottom()), inner.width, inner.height.saturating_sub(1))
}

/// The rows of the queue below its views.
pub(crate) fn queue_rows(pane: Rect) -> Rect {
    let inner = inside(pane);
    Rect::new(pane.x, (inner.y + 1).min(inner.bottom()), pane.width, inner.height.saturating_sub(1))
}

/// The rows of the draft pane that hold the text; below it stand its sources, as many as the text leaves room for.
pub(crate) fn draft_text(pane: Rect, notes: u16, draft: &Draft) -> Rect {
    let inner = inside(pane);
    let notes = notes.min(inner.height.saturating_sub(draft.keeps(inner.height)));
    Rect::new(inner.x, inner.y, inner.width, inner.height.saturating_sub(notes))
}

/// Inside the border of the card page; a remark takes the first row.
pub(crate) fn card(size: (u16, u16)) -> Rect {
    let body = frame(size).body;
    Rect::new(body.x + 2, body.y + 1, body.width.saturating_sub(4), body.height.saturating_sub(3))
}

/// The parts of the picker over the page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PickerParts {
    /// With its border.
    pub(crate) frame: Rect,
    /// Where words are typed, and the rule below.
    pub(crate) find: Rect,
    pub(crate) rule: Rect,
    pub(crate) list: Rect,
    /// Whether the text stands beside the list, else below it; and what parts them.
    pub(crate) beside: bool,
    pub(crate) between: Rect,
    pub(crate) text: Rect,
    /// The row below the text, where there is something to point out.
    pub(crate) warning: Rect,
}

/// The picker: list and text side by side where there is room.
pub(crate) fn picker(size: (u16, u16), warns: bool) -> PickerParts {
    let body = frame(size).body;
    let (wide, high) = (body.width.saturating_sub(4).min(140), body.height.saturating_sub(2).min(36));
    let outer = Rect::new(body.x + (body.width - wide) / 2, body.y + (body.height - high) / 2, wide, high);
    let (x, y) = (outer.x + 2, outer.y + 1);
    let (width, height) = (wide.saturating_sub(4), high.saturating_sub(4));
    let beside = size.0 >= WIDE;
    let (list, between, text) = if beside {
        let left = width * 2 / 5;
        (
            Rect::new(x, y + 2, left, height),
            Rect::new(x + left + 1, y + 2, 1, height),
            Rect::new(x + left + 3, y + 2, width.saturating_sub(left + 3), height),
        )
    } else {
        let top = (height * 2 / 5).max(2);
        (
            Rect::new(x, y + 2, width, top),
            Rect::new(x, y + 2 + top, width, 1),
            Rect::new(x, y + 3 + top, width, height.saturating_sub(top + 1)),
        )
    };
    let last = u16::from(warns).min(text.height);
    PickerParts {
        frame: outer,
        find: Rect::new(x, y, width, 1),
        rule: Rect::new(x, y + 1, width, 1),
        list,
        beside,
        between,
        text: Rect { height: text.height - last, ..text },
        warning: Rect::new(text.x, text.bottom() - last, text.width, last),
    }
}

/// The parts of the palette over the page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PaletteParts {
    /// With its border.
    pub(crate) frame: Rect,
    /// Where words are typed, and the rule below.
    pub(crate) find: Rect,
    pub(crate) rule: Rect,
    pub(crate) list: Rect,
}

/// The palette of so many commands: as wide as a line of help needs, no higher than its commands.
pub(crate) fn palette(size: (u16, u16), commands: usize) -> PaletteParts {
    let rows = u16::try_from(commands).unwrap_or(u16::MAX).min(16) + 4;
    let body = frame(size).body;
    let (wide, high) = (body.width.saturating_sub(4).min(110), body.height.saturating_sub(2).min(rows));
    let outer = Rect::new(body.x + (body.width - wide) / 2, body.y + (body.height - high) / 2, wide, high);
    let row = |at: u16| Rect::new(outer.x + 2, outer.y + 1 + at, wide.saturating_sub(4), 1);
    let list = Rect { height: high.saturating_sub(4), ..row(2) };
    PaletteParts { frame: outer, find: row(0), rule: row(1), list }
}

/// The parts of a list over the page, from top to bottom.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ListParts {
    /// With its border.
    pub(crate) frame: Rect,
    /// What it is of.
    pub(crate) head: Rect,
    /// What was typed, or how much there is.
    pub(crate) find: Rect,
    pub(crate) list: Rect,
    pub(crate) rule: Rect,
    /// All of the selected row.
    pub(crate) text: Rect,
}

/// A list under a head of so many rows; the list keeps two rows at least.
pub(crate) fn list(size: (u16, u16), head: u16) -> ListParts {
    let body = frame(size).body;
    let (wide, high) = (body.width.saturating_sub(4).min(110), body.height.saturating_sub(2).min(24));
    let outer = Rect::new(body.x + (body.width - wide) / 2, body.y + (body.height - high) / 2, wide, high);
    let inner = Rect::new(outer.x + 2, outer.y + 1, wide.saturating_sub(4), high.saturating_sub(2));
    let text = (inner.height / 3).clamp(1, 8);
    let head = head.min(inner.height.saturating_sub(text + 4)).min(inner.height / 2);
    let mut y = inner.y;
    let mut next = |rows: u16| {
        let part = Rect { y, height: rows.min(inner.bottom().saturating_sub(y)), ..inner };
        y = part.bottom();
        part
    };
    let (head, find) = (next(head), next(1));
    let (list, rule, text) = (next(inner.height.saturating_sub(head.height + 2 + text)), next(1), next(text));
    ListParts { frame: outer, head, find, list, rule, text }
}

/// The list of the outbox, the rule below it, and the text of the selected reply.
pub(crate) fn outbox(size: (u16, u16), letters: usize) -> (Rect, Rect, Rect) {
    let body = frame(size).body;
    let rows = u16::try_from(letters).unwrap_or(u16::MAX).clamp(1, body.height / 3);
    let text = Rect::new(body.x + 2, body.y + rows + 3, body.width.saturating_sub(4), body.height - rows - 3);
    (Rect { y: body.y + 1, height: rows, ..body }, Rect { y: body.y + rows + 1, height: 1, ..body }, text)
}

/// The parts of the question about a message that gets a ticket of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct SplittingParts {
    /// With its border.
    pub(crate) frame: Rect,
    /// The label before the subject; its last row says what is wrong.
    pub(crate) label: Rect,
    pub(crate) subject: Rect,
    /// A rule, whose message it is, and how it begins.
    pub(crate) message: Rect,
}

/// The question about a message.
pub(crate) fn splitting(size: (u16, u16)) -> SplittingParts {
    const LABEL: u16 = 9;
    let body = frame(size).body;
    let outer = centred(body, body.width.saturating_sub(4).min(90), body.height.saturating_sub(2).min(14));
    let (x, y, width) = (outer.x + 2, outer.y + 1, outer.width.saturating_sub(4));
    let label = Rect::new(x, y, width, 4);
    SplittingParts {
        frame: outer,
        label,
        subject: Rect::new(x + LABEL, y, width.saturating_sub(LABEL), 3),
        message: Rect::new(x, label.bottom(), width, outer.height.saturating_sub(6)),
    }
}

fn centred(area: Rect, width: u16, height: u16) -> Rect {
    Rect::new(area.x + (area.width - width) / 2, area.y + (area.height - height) / 2, width, height)
}

/// The list of the log page and, on a wide screen, the record beside it.
pub(crate) fn log(size: (u16, u16), reading: bool) -> (Rect, Rect) {
    let body = frame(size).body;
    if size.0 >= WIDE {
        let left = (body.width * 3 / 5).max(72).min(body.width);
        let detail = Rect::new(body.x + left + 2, body.y, body.width - left - 2, body.height);
        return (Rect::new(body.x, body.y, left, body.height), detail);
    }
    if reading { (Rect::ZERO, body) } else { (body, Rect::ZERO) }
}

/// The steps of a run and, beside or below them, what was said; the first two rows of the page say which run.
pub(crate) fn replay(size: (u16, u16)) -> (Rect, Rect) {
    let body = frame(size).body;
    let rest = Rect::new(body.x, (body.y + 2).min(body.bottom()), body.width, body.height.saturating_sub(2));
    if size.0 < WIDE {
        let high = (rest.height / 4).max(3).min(rest.height);
        let below = Rect::new(rest.x + 1, rest.y + high + 1, rest.width - 1, rest.height.saturating_sub(high + 1));
        return (Rect { height: high, ..rest }, below);
    }
    let left = (rest.width * 2 / 5).min(64);
    (Rect { width: left, ..rest }, Rect { x: rest.x + left + 2, width: rest.width - left - 2, ..rest })
}

pub(crate) fn width(area: Rect) -> usize {
    usize::from(area.width)
}

pub(crate) fn height(area: Rect) -> usize {
    usize::from(area.height)
}

/// The menu of ways to put a draft into other words, low over the draft: much of it stays in sight.
pub(crate) fn ways(draft: Rect) -> Rect {
    let (width, height) = (66.min(draft.width), 8.min(draft.height));
    Rect::new(draft.x + (draft.width - width) / 2, draft.bottom() - height, width, height)
}

/// The line for a few words about a thumb, low on the page: the text that it is about stays in sight.
pub(crate) fn rating(size: (u16, u16)) -> Rect {
    let body = frame(size).body;
    let (width, height) = (74.min(body.width), 4.min(body.height));
    Rect::new((body.width - width) / 2, body.bottom() - height, width, height)
}

/// The box of a step of the tour with so many rows of text: over the half of the screen that it is not about, on a small
/// one below the first rows of the page.
pub(crate) fn tour(model: &Model, about: Option<Pane>, rows: u16) -> Rect {
    let (panes, body) = (panes(model), frame(model.size).body);
    let room = match about.filter(|_| panes.wide) {
        Some(Pane::Queue | Pane::Summary) => panes.ticket,
        Some(Pane::Ticket | Pane::Draft) => panes.queue,
        Some(Pane::Steps) | None => body,
    };
    let (width, height) = (room.width.saturating_sub(4).min(66), (rows + 2).min(room.height));
    let area = centred(room, width, height);
    if panes.wide { area } else { Rect { y: body.bottom() - height, ..area } }
}
