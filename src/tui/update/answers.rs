//! Answers: each goes to whoever waits for its request, and to nobody else.

use crate::domain::call::WriteCall;
use crate::domain::customer::Customer;
use crate::domain::link::{Link, NEW_TOKEN};
use crate::domain::ticket::{Ticket, Visibility};
use crate::tui::events::{Answer, Effect, Failure, Outcome, RequestId};
use crate::tui::manner::Notify;
use crate::tui::model::card::{Ending, Reading, Stage};
use crate::tui::model::pages::{Notice, Page};
use crate::tui::model::{Decision, Dialog, Model};
use crate::tui::update::{
    add_step, ahead, bulk, decide, draft, join, keep, list, log, outbox, outside, pending, picker, queue, rating,
    replay, rewrite, seen, sources, work,
};

pub(super) fn arrived(model: &mut Model, request: RequestId, answer: Answer) -> Vec<Effect> {
    if let Some(effects) = ahead::arrived(model, request, &answer) {
        return effects;
    }
    match answer {
        Answer::Queue(page) => queue::arrived(model, request, page),
        Answer::Said(hits) => queue::found(model, request, hits),
        Answer::Counts(counts) => counted(model, request, counts),
        Answer::Ticket { ticket, customer } => ticket_arrived(model, request, *ticket, customer.map(|c| *c)),
        Answer::Summary(summary) => summarized(model, request, *summary),
        Answer::Suggestion(suggestion) => draft::suggested(model, request, *suggestion),
        Answer::History { customer, tickets } => list::history_arrived(model, request, customer, tickets),
        Answer::Similar(tickets) => list::similar_arrived(model, request, tickets),
        Answer::Source(source) => sources::arrived(model, request, source),
        Answer::Rewritten(written) => rewrite::arrived(model, request, *written),
        Answer::Canned(canned) => picker::arrived(model, request, canned),
        Answer::Others(others) => join::arrived(model, request, others),
        Answer::Draft(written) => keep::restored(model, request, &written),
        Answer::Saved { aside } => keep::saved(model, request, aside),
        Answer::Edited(text) => outside::came_back(model, request, text.as_deref()),
        Answer::Thumbs(thumbs) => {
            errand_done(model, request, "");
            rating::arrived(model, request, thumbs)
        }
        Answer::Snoozed => {
            errand_done(model, request, "");
            queue::changed(model)
        }
        Answer::Seen(versions) => {
            model.queue.seen.arrived(request, versions);
            vec![]
        }
        Answer::Pending(waiting) => pending::arrived(model, request, waiting),
        Answer::Card(card) => decide::card_arrived(model, request, card),
        Answer::CardGone(words) => card_gone(model, request, &words),
        Answer::Decided(outcome) => decided(model, request, outcome),
        Answer::Handled(words) => handled(model, request, words),
        Answer::Log(records) => log::arrived(model, request, records),
        Answer::LogDetail(detail) if matches!(model.page, Page::Replay(_)) => replay::said(model, request, *detail),
        Answer::LogDetail(detail) => log::detail(model, request, *detail),
        Answer::Figures(figures) => log::added_up(model, request, *figures),
        Answer::Exported(place) => {
            errand_done(model, request, &place);
            vec![]
        }
        Answer::Run(records) => replay::arrived(model, request, records),
    }
}

/// Something done aside is done: the person hears so, and not before.
fn errand_done(model: &mut Model, request: RequestId, what: &str) {
    if let Some(words) = model.errands.remove(&request) {
        model.note(Notice::good(format!("{words} {what}").trim_end().to_owned()));
    }
}

fn counted(model: &mut Model, request: RequestId, counts: Vec<u64>) -> Vec<Effect> {
    let before = model.queue.urgent();
    model.queue.counts.take(request, counts);
    let more = model.queue.urgent().zip(before).map_or(0, |(now, before)| now.saturating_sub(before));
    let wanted = more > 0 && !model.attention.here && model.attention.how != Notify::Off;
    let words = if more == 1 { "1 more urgent ticket".to_owned() } else { format!("{more} more urgent tickets") };
    wanted.then(|| Effect::Call(model.attention.how, format!("countersign: {words}"))).into_iter().collect()
}

fn ticket_arrived(model: &mut Model, request: RequestId, ticket: Ticket, customer: Option<Customer>) -> Vec<Effect> {
    let Some(open) = model.open.as_deref_mut() else { return vec![] };
    if open.ticket.take(request, ticket) {
        open.customer = customer;
        open.moved_to = None;
        open.thread.forget();
        let version = open.version();
        open.draft.made_for = open.draft.made_for.or(version);
        let mut effects = seen::opened(model);
        effects.extend(work::assist(model));
        return effects;
    }
    vec![]
}

fn summarized(model: &mut Model, request: RequestId, summary: crate::domain::draft::Summary) -> Vec<Effect> {
    let Some(open) = model.open.as_deref_mut() else { return vec![] };
    let by_model = summary.maker.is_model();
    if !open.summary.take(request, summary) {
        return vec![];
    }
    open.highlight = 0;
    let was_first = open.summary.was_first(request);
    if model.desk.model && was_first && !by_model { work::summarize(model, false) } else { vec![] }
}

fn handled(model: &mut Model, request: RequestId, words: String) -> Vec<Effect> {
    let Some(run) = model.run.take_if(|run| run.request == request) else { return vec![] };
    model.note(Notice::plain(format!("{}, the assistant: {words}", run.ticket)));
    // What it said last stands there already.
    if model.steps.last().is_none_or(|step| !step.text.ends_with(&words)) {
        add_step(model, words);
    }
    pending::load(model)
}

fn card_gone(model: &mut Model, request: RequestId, words: &str) -> Vec<Effect> {
    let mut effects = pending::load(model);
    if is_opening(model, request) {
        effects.extend(decide::back(model));
        model.note(Notice::plain(format!("it does not wait any more: {words}")));
    }
    effects
}

fn is_opening(model: &Model, request: RequestId) -> bool {
    matches!(&model.page, Page::Card(page) if matches!(page.stage, Stage::Opening { request: r, .. } if r == request))
}

/// A decision has ended: on its page when the person still looks, else as a notice.
fn decided(model: &mut Model, request: RequestId, outcome: Outcome) -> Vec<Effect> {
    let Some(at) = model.decisions.iter().position(|decision| decision.request == request) else { return vec![] };
    let decision = model.decisions.remove(at);
    let mut effects = vec![];
    if let Outcome::Executed { .. } | Outcome::Split { .. } = outcome {
        effects.extend(carried_out(model, &decision));
    }
    effects.extend(queue::changed(model));
    effects.extend(end(model, &decision, outcome));
    effects.extend(outbox::settled(model));
    effects
}

fn end(model: &mut Model, decision: &Decision, outcome: Outcome) -> Vec<Effect> {
    let looking = match &mut model.page {
        Page::Card(page) if is_deciding(&page.stage, decision.request) => Some(page),
        Page::Card(_)
        | Page::Work
        | Page::Pending(_)
        | Page::Outbox(_)
        | Page::Log(_)
        | Page::Replay(_)
        | Page::Bulk(_)
        | Page::Help(_) => None,
    };
    match (looking, outcome) {
        (Some(page), Outcome::Superseded { fresh: Some(fresh) }) => {
            let remark = "The ticket moved, nothing was written. This is the same proposal on the ticket as it is now.";
            page.stage = Stage::Reading(Box::new(Reading::new(fresh, Some(remark.to_owned()))));
            outbox::forget(model, decision.request);
        }
        (Some(page), Outcome::NotAsShown { fresh: Some(fresh) }) => {
            let remark = "This is not what you signed, so nothing was written: the desk shows the card like this now.";
            page.stage = Stage::Reading(Box::new(Reading::new(fresh, Some(remark.to_owned()))));
            outbox::forget(model, decision.request);
        }
        (Some(page), outcome) => {
            page.stage = Stage::Over(ending(decision, outcome));
            outbox::forget(model, decision.request);
        }
        (None, outcome) => {
            let ending = ending(decision, outcome);
            let ending = bulk::decided(model, decision.request, ending);
            let Some(ending) = ending.and_then(|ending| outbox::decided(model, decision.request, ending)) else {
                return vec![];
            };
            let text = format!("{}: {} {}", decision.call.ticket_id(), ending.title, ending.words);
            model.note(if ending.good { Notice::good(text) } else { Notice::bad(text) });
        }
    }
    vec![]
}

fn is_deciding(stage: &Stage, decision: RequestId) -> bool {
    matches!(stage, Stage::Deciding { request, .. } if *request == decision)
}

/// What a person wrote and sent is no draft any more; what another one proposed touches no draft.
fn carried_out(model: &mut Model, decision: &Decision) -> Vec<Effect> {
    let mut effects = match &decision.call {
        WriteCall::SendReply(reply) => match (reply.visibility, &decision.draft) {
            (Visibility::Public, Some(sent)) => keep::sent(model, &reply.ticket_id, Visibility::Public, sent),
            (Visibility::Public, None) => vec![],
            (Visibility::Internal, _) => keep::sent(model, &reply.ticket_id, Visibility::Internal, &reply.body),
        },
        WriteCall::UpdateTicket(_) | WriteCall::MergeTickets(_) | WriteCall::SplitMessage(_) => vec![],
    };
    if model.open.as_deref().is_some_and(|open| decision.call.touches(&open.id)) {
        effects.extend(work::load(model));
    }
    effects
}

fn ending(decision: &Decision, outcome: Outcome) -> Ending {
    let say = |good: bool, title: &str, words: String, way_out: &str| Ending {
        good,
        title: title.to_owned(),
        words,
        way_out: way_out.to_owned(),
    };
    let nothing = "Nothing was written.";
    let tool = decision.call.named();
    match outcome {
        Outcome::Executed { before, after } => {
            let other = decision.call.other_id().map(|other| format!("; {other} is closed")).unwrap_or_default();
            say(true, "Done.", format!("{tool} was carried out and read back, v{before} → v{after}{other}"), "")
        }
        Outcome::Split { before, after, new } => {
            let words = format!("{tool} was carried out and read back, v{before} → v{after}; {new} is the new ticket");
            say(true, "Done.", words, "It is open, and nobody's yet.")
        }
        Outcome::Partly { read_back } => say(
            false,
            "Partly.",
            format!("{tool} was written in part. It is not sent again. Read back: {read_back}"),
            "Look at both tickets before you propose anything else.",
        ),
        Outcome::Denied => say(true, "Denied.", format!("{nothing} The proposer gets your reason."), ""),
        Outcome::Superseded { fresh: Some(_) } => say(
            false,
            "Superseded.",
            format!("The ticket moved. {nothing}"),
            "The same proposal on the ticket as it is now waits in the tray.",
        ),
        Outcome::Superseded { fresh: None } => {
            say(false, "Superseded.", format!("The ticket moved. {nothing}"), "Open the ticket again and propose anew.")
        }
        Outcome::NotAsShown { .. } => say(
            false,
            "Not as shown.",
            format!("The desk would show another card now. {nothing}"),
            "It waits in the tray: read it again.",
        ),
        Outcome::Expired => say(
            false,
            "Expired.",
            format!("The decision came too late. {nothing}"),
            "Propose it anew if it is still right.",
        ),
        Outcome::Already { state } => say(
            false,
            "Decided already.",
            format!("It is {state}: another decision came first, and this one did nothing."),
            "Read the ticket to see what was done. Propose nothing twice.",
        ),
        Outcome::Refused { why } => {
            say(false, "Refused.", format!("{why}. {nothing}"), "Read the ticket, then edit and propose anew.")
        }
        Outcome::Failed { message } => say(
            false,
            "Failed.",
            format!("{message}. {nothing}"),
            "Your text is kept. Propose it anew when the cause is gone.",
        ),
        Outcome::Unknown { read_back } => say(
            false,
            "Unknown.",
            format!("The answer to {tool} was lost. It is not sent again. Read back: {read_back}"),
            "Look at the ticket before you propose anything else.",
        ),
    }
}

/// Something failed: whoever waited stops waiting, and the person gets a way out.
pub(super) fn failed(model: &mut Model, failure: &Failure) -> Vec<Effect> {
    let way_out = match &model.link {
        // For who is signed out nothing goes better when it is tried again.
        Link::SignedOut { .. } if failure.way_out.contains("{reload}") => NEW_TOKEN.to_owned(),
        Link::SignedOut { .. } | Link::Up | Link::Away { .. } => model.tell(&failure.way_out),
    };
    let failure = &Failure { way_out, ..failure.clone() };
    let Some(request) = failure.request else {
        model.note(Notice::failed(failure));
        return vec![];
    };
    if model.decisions.iter().any(|decision| decision.request == request) {
        // Whether it was written is not known, so nobody may believe that it was not.
        return decided(model, request, Outcome::Unknown { read_back: failure.message.clone() });
    }
    if let Some(effects) = ahead::failed(model, request) {
        return effects;
    }
    if let Some(effects) = keep::failed(model, request, failure) {
        return effects;
    }
    if rewrite::failed(model, request, failure) {
        return vec![];
    }
    if !was_waited_for(model, request, failure) {
        return vec![];
    }
    model.note(Notice::failed(failure));
    vec![]
}

pub(super) fn was_waited_for(model: &mut Model, request: RequestId, failure: &Failure) -> bool {
    let mut wanted = model.queue.failed(request, failure)
        | model.queue.counts.fail(request, failure)
        | model.pending.fail(request, failure);
    if let Some(open) = model.open.as_deref_mut() {
        wanted |= open.ticket.fail(request, failure)
            | open.summary.fail(request, failure)
            | open.thumbs.fail(request, failure);
    }
    wanted |= draft::failed(model, request, failure);
    if let Dialog::Picking(picker) = &mut model.dialog {
        wanted |= picker.canned.fail(request, failure);
    }
    wanted |= model.source_mut().is_some_and(|sources| sources.source.fail(request, failure));
    if let Dialog::List(list) = &mut model.dialog {
        wanted |= list.rows.fail(request, failure);
    }
    wanted |= run_failed(model, request);
    wanted |= model.errands.remove(&request).is_some();
    wanted |= model.outside.take_if(|waiting| *waiting == request).is_some();
    wanted |= bulk::failed(model, request, &failure.message);
    wanted | page_failed(model, request, failure)
}

fn run_failed(model: &mut Model, request: RequestId) -> bool {
    model.run.take_if(|run| run.request == request).is_some()
}

fn page_failed(model: &mut Model, request: RequestId, failure: &Failure) -> bool {
    if is_opening(model, request) {
        decide::back(model);
        return true;
    }
    match &mut model.page {
        Page::Log(page) => {
            let figures = page.figures.as_mut().is_some_and(|figures| figures.fail(request, failure));
            figures | page.loading.fail(request, failure) | page.detail.fail(request, failure)
        }
        Page::Replay(replay) => replay.records.fail(request, failure) | replay.step.fail(request, failure),
        Page::Work | Page::Pending(_) | Page::Card(_) | Page::Bulk(_) | Page::Outbox(_) | Page::Help(_) => false,
    }
}
