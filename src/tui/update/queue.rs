//! The queue: loading, views, what is looked for in it.

use crate::domain::finding::Hit;
use crate::domain::ids::TicketId;
use crate::domain::snooze::{self, BadTime};
use crate::domain::ticket::{Sort, TicketPage};
use crate::tui::editor::Editor;
use crate::tui::events::{Effect, RequestId};
use crate::tui::keymap::Motion;
use crate::tui::model::pages::Notice;
use crate::tui::model::queue::{MOST_HITS, Seek};
use crate::tui::model::{Dialog, Model, Snooze};
use crate::tui::update::{NOTHING_SELECTED, pending, seen, work};

/// Asks for what is listed: the view, what a filter leaves of it, or what was found in messages.
pub(super) fn load(model: &mut Model) -> Vec<Effect> {
    let request = model.request();
    let query = model.queue.ask(request, model.now);
    let words = model.queue.seek.words().to_owned();
    vec![match model.queue.seek {
        Seek::Filter(_) if !words.is_empty() => Effect::Sift { request, query, words },
        Seek::Said(_) if !words.is_empty() => Effect::FindSaid { request, words, limit: MOST_HITS },
        Seek::View | Seek::Filter(_) | Seek::Said(_) => Effect::LoadQueue { request, query },
    }]
}

pub(super) fn count(model: &mut Model) -> Vec<Effect> {
    let request = model.request();
    let queries = model.queue.count(request, model.now);
    vec![Effect::CountViews { request, queries }]
}

/// Something changed at the desk: load again, once the load that runs has ended.
pub(super) fn changed(model: &mut Model) -> Vec<Effect> {
    let mut effects = pending::load(model);
    if model.queue.window.is_waiting() {
        model.queue.window.ask_again();
    } else {
        effects.extend(load(model));
    }
    effects.extend(count(model));
    effects
}

pub(super) fn arrived(model: &mut Model, request: RequestId, page: TicketPage) -> Vec<Effect> {
    if model.queue.arrived(request, page) { settled(model) } else { vec![] }
}

pub(super) fn found(model: &mut Model, request: RequestId, hits: Vec<Hit>) -> Vec<Effect> {
    if model.queue.found(request, hits) { settled(model) } else { vec![] }
}

fn settled(model: &mut Model) -> Vec<Effect> {
    note_moved(model);
    let mut effects = if model.queue.window.take_again() { load(model) } else { seen::load(model) };
    if model.queue.counts.is_fresh() {
        effects.extend(count(model));
    }
    effects
}

/// The queue has a newer version of the open ticket than the one on screen.
fn note_moved(model: &mut Model) {
    let Some(open) = model.open.as_deref_mut() else { return };
    let newest = model.queue.row_of(&open.id).map(|row| row.version);
    open.moved_to = newest.filter(|newest| open.version().is_some_and(|shown| *newest > shown));
}

pub(super) fn view(model: &mut Model, view: usize) -> Vec<Effect> {
    if view >= model.queue.views.len() {
        model.note(Notice::plain(format!(
            "there are {} views · queue.view in the configuration",
            model.queue.views.len()
        )));
        return vec![];
    }
    model.queue.reset(view);
    load(model)
}

/// Another order of the view that is looked at, from its top, until the program ends.
pub(super) fn sort(model: &mut Model) -> Vec<Effect> {
    if !model.queue.seek.words().is_empty() {
        model.note(Notice::plain(model.tell("what is looked for stands nearest first · {back} shows the view")));
        return vec![];
    }
    let at = model.queue.view;
    if let Some(view) = model.queue.views.get_mut(at) {
        view.sort = next_sort(view.sort);
    }
    model.queue.reset(at);
    load(model)
}

fn next_sort(sort: Sort) -> Sort {
    let at = Sort::ALL.iter().position(|one| *one == sort).map_or(0, |at| at + 1);
    Sort::ALL[at % Sort::ALL.len()]
}

/// Types a filter, or goes on typing the one there is.
pub(super) fn filter(model: &mut Model) -> Vec<Effect> {
    match &model.queue.seek {
        Seek::Filter(words) => model.dialog = Dialog::Filter(Editor::line_of(words)),
        Seek::View | Seek::Said(_) => {
            model.dialog = Dialog::Filter(Editor::line_of(""));
            model.queue.seek(Seek::Filter(String::new()));
        }
    }
    vec![]
}

/// Types what was said in a message; every ticket of the desk is looked through.
pub(super) fn find(model: &mut Model) -> Vec<Effect> {
    match &model.queue.seek {
        Seek::Said(words) => model.dialog = Dialog::Filter(Editor::line_of(words)),
        Seek::View | Seek::Filter(_) => {
            model.dialog = Dialog::Filter(Editor::line_of(""));
            model.queue.seek(Seek::Said(String::new()));
        }
    }
    vec![]
}

/// Looks for what stands in the line now.
pub(super) fn sought(model: &mut Model, words: &str) -> Vec<Effect> {
    let words = words.trim();
    if words == model.queue.seek.words() {
        return vec![];
    }
    let seek = model.queue.seek.with(words);
    model.queue.seek(seek);
    load(model)
}

/// Goes from the line to the list; where nothing was typed nothing is looked for.
pub(super) fn keep(model: &mut Model) -> Vec<Effect> {
    model.dialog = Dialog::None;
    if model.queue.seek.words().is_empty() { forget(model) } else { vec![] }
}

/// Looks for nothing any more.
pub(super) fn forget(model: &mut Model) -> Vec<Effect> {
    model.dialog = Dialog::None;
    if model.queue.seek == Seek::View {
        return vec![];
    }
    model.queue.seek(Seek::View);
    load(model)
}

/// One step back: first no ticket is marked any more, then the whole view is there again.
pub(super) fn back(model: &mut Model) -> Vec<Effect> {
    if !model.queue.marked.is_empty() {
        model.queue.marked.clear();
        return vec![];
    }
    forget(model)
}

/// Marks the selected ticket and goes on to the next.
pub(super) fn mark(model: &mut Model) -> Vec<Effect> {
    model.queue.mark();
    model.queue.go(Motion::Down, 1);
    vec![]
}

/// The tickets that a command is for: the marked ones, or in the queue the selected one, else the open one.
pub(super) fn meant(model: &Model) -> Vec<TicketId> {
    if !model.queue.marked.is_empty() {
        return model.queue.marked.iter().cloned().collect();
    }
    work::meant(model).into_iter().collect()
}

/// Asks until when.
pub(super) fn snooze(model: &mut Model) -> Vec<Effect> {
    let tickets = meant(model);
    if tickets.is_empty() {
        model.note(Notice::plain(model.tell(NOTHING_SELECTED)));
        return vec![];
    }
    model.dialog = Dialog::Snooze(Box::new(Snooze { tickets, until: Editor::line_of(""), trouble: None }));
    vec![]
}

/// Puts the tickets off until what was written.
pub(super) fn snoozed(model: &mut Model, mut snooze: Box<Snooze>) -> Vec<Effect> {
    let here = model.now.to_zoned(model.zone.clone());
    match until(&snooze.until.text(), &here) {
        Err(trouble) => {
            snooze.trouble = Some(trouble);
            model.dialog = Dialog::Snooze(snooze);
            vec![]
        }
        Ok(until) => {
            let request = model.request();
            let words = match (until, snooze.tickets.len()) {
                (None, n) => format!("{} back in the queue", tickets(n)),
                (Some(at), n) => {
                    let at = at.to_zoned(model.zone.clone()).strftime("%a %d %b %H:%M").to_string();
                    {
                        let what = if n == 1 { String::new() } else { format!("{n} tickets ") };
                        format!("{what}put off until {at}, or until something happens")
                    }
                }
            };
            model.errands.insert(request, words);
            model.queue.marked.clear();
            vec![Effect::Snooze { request, tickets: snooze.tickets, until }]
        }
    }
}

/// A time, or the number of one of the choices.
fn until(text: &str, here: &jiff::Zoned) -> Result<Option<jiff::Timestamp>, BadTime> {
    let numbered = text.trim().parse::<usize>().ok().and_then(|n| snooze::CHOICES.get(n.checked_sub(1)?));
    snooze::until(numbered.map_or(text, |(choice, _)| choice), here)
}

fn tickets(n: usize) -> String {
    if n == 1 { "the ticket is".to_owned() } else { format!("{n} tickets are") }
}
