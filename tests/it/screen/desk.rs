//! A desk made of data, and a person at its screen: presses keys, gets frames, answers effects.

use std::collections::BTreeMap;
use std::time::Duration;

use countersign::domain::actor::{Principal, Role};
use countersign::domain::answer::CannedText;
use countersign::domain::approval::{Card, Fresh};
use countersign::domain::audit::figures::{Decided, Figures, ToolFigures};
use countersign::domain::audit::thumbs::{Axis, Thumbs};
use countersign::domain::audit::{Body, Event, Record, commit_to, genesis};
use countersign::domain::call::WriteCall;
use countersign::domain::customer::Customer;
use countersign::domain::draft::{Suggestion, Summary};
use countersign::domain::feedback::Given;
use countersign::domain::finding::Hit;
use countersign::domain::ids::TicketId;
use countersign::domain::policy::Policy;
use countersign::domain::proposal::{Filing, Proposal, Waiting, Why};
use countersign::domain::ticket::{Ticket, TicketPage, TicketQuery, TicketRow, Tone};
use countersign::domain::view::View;
use countersign::tui::events::{Answer, Earlier, Effect, LogDetail, Moment, Msg, Written};
use countersign::tui::model::{Desk, Model};
use countersign::tui::theme::Theme;
use countersign::tui::{update, view};
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use jiff::Timestamp;
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use serde_json::{Value, json};

pub(crate) fn now() -> Timestamp {
    "2026-03-02T09:41:30Z".parse().unwrap()
}

/// Rows of the queue.
pub(crate) fn rows() -> Vec<TicketRow> {
    let row = |id: &str, subject: &str, customer: &str, status: &str, priority: &str, due: Option<&str>| {
        serde_json::from_value(json!({
            "id": id, "subject": subject, "status": status, "priority": priority, "tags": ["billing"],
            "assignee": null, "customer_id": "C-1", "customer_name": customer, "created_at": "2026-03-02T07:12:00Z",
            "updated_at": "2026-03-02T09:12:00Z", "due_at": due, "messages": 3, "version": 7, "sample": true,
        }))
        .unwrap()
    };
    vec![
        row("T-1042", "Charged twice for order 88121", "Ines Duarte", "open", "high", Some("2026-03-02T10:23:30Z")),
        row("T-1017", "Parcel shown delivered, is not", "P. Nwosu", "pending", "urgent", Some("2026-03-02T07:11:00Z")),
        row("T-1038", "Cannot sign in after reset", "K. Ōtsuka", "open", "normal", Some("2026-03-02T10:50:00Z")),
        row(
            "T-1051",
            "Wrong VAT number on invoice 2026-0114, please correct before Friday",
            "M. Weiss",
            "new",
            "normal",
            Some("2026-03-02T13:00:00Z"),
        ),
        row("T-1007", "فاتورة مكررة", "سارة حداد", "new", "normal", Some("2026-03-02T15:00:00Z")),
        row("T-1009", "返金をお願いします（注文 88200）", "大塚 健", "open", "low", Some("2026-03-05T15:00:00Z")),
        row("T-0998", "How do I export my data?", "L. Berg", "on_hold", "low", None),
        row("T-0871", "Two charges for one order", "A. Ito", "resolved", "normal", None),
    ]
}

/// The ticket that the tests open.
pub(crate) fn ticket() -> Ticket {
    let mut value = serde_json::to_value(&rows()[0]).unwrap();
    value["thread"] = json!([
        {"at": "2026-03-02T09:12:00Z", "author": "customer", "name": "Ines Duarte", "visibility": "public",
         "body": "My card shows two charges of 49.00 for order 88121. Please refund one of them, I was only sent one parcel.\n\n> Thank you for your order 88121.\n> It has been sent today.\n> The total is 49.00.\n\nInes",
         "attachments": [{"name": "statement-march.pdf", "mime": "application/pdf", "size": 91234}]},
        {"at": "2026-03-02T09:40:00Z", "author": "agent", "name": "Tom", "visibility": "internal",
         "body": "Second charge is an authorisation hold, see KB-31."},
        {"at": "2026-03-02T09:41:00Z", "author": "customer", "name": "Ines Duarte", "visibility": "public",
         "body": "Any news? When does it end?"},
    ]);
    serde_json::from_value(value).unwrap()
}

/// The ticket with this id: the thread is always the same.
fn ticket_called(id: &TicketId) -> Ticket {
    let known = rows().into_iter().chain(history()).find(|row| row.id == *id);
    let row = known.unwrap_or_else(|| TicketRow { id: id.clone(), ..rows().remove(0) });
    Ticket { row, ..ticket() }
}

pub(crate) fn customer() -> Customer {
    serde_json::from_value(json!({
        "id": "C-1", "name": "Ines Duarte", "email": "ines@example.com", "plan": "Pro", "locale": "pt-PT",
        "since": "2021-03-12", "notes": "Writes for the whole office. Call her before noon.",
    }))
    .unwrap()
}

/// Every ticket of that customer, the one that is opened among them.
pub(crate) fn history() -> Vec<TicketRow> {
    let row = |id: &str, subject: &str, status: &str, assignee: Option<&str>, due: Option<&str>, created: &str| {
        serde_json::from_value(json!({
            "id": id, "subject": subject, "status": status, "priority": "normal", "tags": ["billing"],
            "assignee": assignee, "customer_id": "C-1", "customer_name": "Ines Duarte", "created_at": created,
            "updated_at": "2026-02-27T10:00:00Z", "due_at": due, "messages": 4, "version": 3, "sample": true,
        }))
        .unwrap()
    };
    vec![
        rows().remove(0),
        row(
            "T-1002",
            "Invoice for February has the old address",
            "pending",
            Some("tom"),
            Some("2026-03-02T11:00:00Z"),
            "2026-02-26T09:00:00Z",
        ),
        row("T-0733", "Which plan lets three people sign in?", "resolved", Some("maya"), None, "2025-11-02T09:00:00Z"),
        row("T-0512", "Parcel left with a neighbour", "closed", None, None, "2024-05-20T09:00:00Z"),
    ]
}

/// Tickets like the one that is opened.
pub(crate) fn similar() -> Vec<Earlier> {
    let done = |mut row: TicketRow, id: &str, subject: &str| {
        row.id = id.parse().unwrap();
        subject.clone_into(&mut row.subject);
        row.created_at = "2026-01-12T08:00:00Z".parse().unwrap();
        row
    };
    let all = rows();
    let answer = "The second charge was an authorisation hold. It was never captured and your bank has released it on 14 January.";
    vec![
        Earlier { row: done(all[7].clone(), "T-0871", "Two charges for one order"), answer: Some(answer.into()) },
        Earlier { row: done(all[7].clone(), "T-0690", "Card charged twice, one parcel"), answer: None },
        Earlier { row: all[3].clone(), answer: None },
    ]
}

pub(crate) fn summary() -> Summary {
    serde_json::from_value(json!({
        "summary": "Ines sees two charges of 49.00 for one order and wants one refunded.",
        "highlights": [
            {"section": "wants", "text": "one of two charges of 49.00 refunded (order 88121)", "message": 0},
            {"section": "done", "text": "Tom found the second charge to be a hold", "message": 1},
            {"section": "open", "text": "when the hold ends; tell the customer", "message": 2},
            {"section": "tone", "text": "annoyed, polite", "message": 0},
        ],
        "maker": {"by": "offline assistant"},
    }))
    .unwrap()
}

pub(crate) const REPLY: &str = "Dear Ines,\n\nthank you for writing to us. The second 49.00 is an authorisation hold; it was not captured and ends by itself within 5 days [1]. You will see it on Friday.\n\nKind regards\nMaya";

pub(crate) fn suggestion() -> Suggestion {
    let claim = "You will see it on Friday.";
    let start = REPLY.find(claim).unwrap();
    serde_json::from_value(json!({
        "response_text": REPLY, "confidence": 0.78,
        "citations": [{"index": 1, "source_id": "KB-31", "title": "Authorisation holds", "snippet": "A hold ends by itself within 5 working days."}],
        "unsupported": [{"text": claim, "kind": "date", "start": start, "end": start + claim.len()}],
        "evidence": [
            {"what": "article KB-31 answers the request (0.91)", "weight": 0.42},
            {"what": "two similar tickets were resolved this way", "weight": 0.11},
            {"what": "one statement has no source", "weight": -0.15},
        ],
        "maker": {"by": "offline assistant"},
    }))
    .unwrap()
}

/// The canned replies as the desk words them for the ticket: one is offered, in one a field has no value.
pub(crate) fn canned() -> Vec<CannedText> {
    serde_json::from_value(json!([
        {"id": "M-6", "title": "Second charge is a hold", "tags": ["billing"], "open": [], "score": 0.61,
         "text": "Hello Ines,\n\nI've checked your order: we have received your payment once. The second line is an authorisation hold, an amount your bank reserves when a first try is interrupted. Your bank releases it by itself within 7 days.\n\nShould it still be there after 7 days, write to me under T-1042.\n\nBest wishes,\nMaya"},
        {"id": "M-1", "title": "Ask for the order number", "tags": ["question"], "open": [],
         "text": "Hello Ines,\n\ncould you send me the number of the order?\n\nBest wishes,\nMaya"},
        {"id": "M-4", "title": "Refund confirmed", "tags": ["refund", "billing"], "open": ["{{refund.amount}}"],
         "text": "Hello Ines,\n\nyour refund of {{refund.amount}} has left us today.\n\nBest wishes,\nMaya"},
        {"id": "M-17", "title": "Thanks for a feature request", "tags": ["idea"], "open": [],
         "text": "Hello Ines,\n\nthat's a good idea.\n\nBest wishes,\nMaya"},
    ]))
    .unwrap()
}

/// The views of the shipped configuration.
pub(crate) fn views() -> Vec<View> {
    countersign::config::load(None, None, std::iter::empty(), &[]).unwrap().config.queue.view
}

pub(crate) fn maya() -> Principal {
    Principal { id: "maya".parse().unwrap(), role: Role::Agent }
}

pub(crate) fn reply_call(body: &str, visibility: &str) -> WriteCall {
    WriteCall::SendReply(
        serde_json::from_value(json!({"ticket_id": "T-1042", "body": body, "visibility": visibility})).unwrap(),
    )
}

pub(crate) fn update_call(update: &Value) -> WriteCall {
    WriteCall::UpdateTicket(serde_json::from_value(json!({"ticket_id": "T-1042", "update": update})).unwrap())
}

pub(crate) fn proposal(id: &str, call: WriteCall) -> Proposal {
    proposal_by(Principal { id: "assistant".parse().unwrap(), role: Role::Bot }, id, call)
}

fn proposal_by(proposer: Principal, id: &str, call: WriteCall) -> Proposal {
    Proposal::file(Filing {
        id: id.parse().unwrap(),
        call,
        base_version: 7,
        proposer,
        run: "8f2".parse().unwrap(),
        why: Why { text: "article KB-31 answers the request (0.91)".into(), confidence: Some(0.88), ..Why::default() },
        filed_at: "2026-03-02T09:40:50Z".parse().unwrap(),
        expires_at: None,
        edited_by: None,
    })
}

/// The card of what somebody proposed.
pub(crate) fn card_by(proposer: Principal, id: &str, call: WriteCall) -> Box<Card> {
    Box::new(Card::new(proposal_by(proposer, id, call), &ticket(), &Policy::default(), now()))
}

/// A card about the ticket that the call names.
pub(crate) fn card_of(id: &str, call: WriteCall) -> Box<Card> {
    let mut ticket = ticket();
    ticket.row.id = call.ticket_id().clone();
    let other = call.other_id().map(other_ticket);
    let call = call.at_other_version(other.as_ref().map(|other| other.row.version));
    let fresh = Fresh { ticket: &ticket, other: other.as_ref() };
    Box::new(Card::new(proposal(id, call), fresh, &Policy::default(), now()))
}

/// A ticket of two messages beside the one that the tests open.
pub(crate) fn other_ticket(id: &TicketId) -> Ticket {
    let row = rows().into_iter().find(|row| row.id == *id).unwrap();
    let mut value = serde_json::to_value(row).unwrap();
    value["messages"] = json!(2);
    value["thread"] = json!([
        {"at": "2026-03-02T09:20:00Z", "author": "customer", "name": "Ines Duarte", "visibility": "public",
         "body": "I forgot the statement, here it is.\n\nInes", "attachments":
         [{"name": "statement.png", "mime": "image/png", "size": 48211}]},
        {"at": "2026-03-02T09:30:00Z", "author": "agent", "name": "Tom", "visibility": "internal", "body": "See T-1042."},
    ]);
    serde_json::from_value(value).unwrap()
}

/// What the desk finds to merge T-1042 with: two of the same customer, one of another.
pub(crate) fn others(words: &str) -> Vec<TicketRow> {
    let found = |id: &str, customer: &str| {
        let row = other_ticket(&id.parse().unwrap()).row;
        TicketRow { customer_id: customer.parse().unwrap(), ..row }
    };
    if words.is_empty() {
        return vec![found("T-1051", "C-1"), found("T-0998", "C-1"), found("T-0871", "C-9")];
    }
    let all = [found("T-1051", "C-1"), found("T-1038", "C-8")];
    all.into_iter().filter(|row| row.id.as_str().contains(words)).collect()
}

pub(crate) fn card(id: &str, call: WriteCall) -> Box<Card> {
    Box::new(Card::new(proposal(id, call), &ticket(), &Policy::default(), now()))
}

pub(crate) fn waiting() -> Vec<Waiting> {
    let item = |id: &str, call: WriteCall| {
        let proposal = proposal(id, call);
        let requirement = proposal.requirement(&Policy::default());
        Waiting { proposal, requirement, subject: "Charged twice for order 88121".into() }
    };
    vec![
        item("P-1", reply_call(REPLY, "public")),
        item("P-2", update_call(&json!({"assignee": "maya", "tags": ["billing", "refund"]}))),
        item("P-3", update_call(&json!({"status": "resolved"}))),
    ]
}

pub(crate) fn records() -> Vec<Record> {
    let mut prev = genesis("log");
    let steps = [
        ("read", "get_ticket", "assistant", "ok", 800),
        ("read", "get_faq", "assistant", "ok", 1200),
        ("read", "suggest_response", "assistant", "ok", 38_000),
        ("proposed", "send_reply", "assistant", "ok", 900),
        ("shown", "send_reply", "maya", "ok", 300),
        ("approved", "send_reply", "maya", "ok", 6_240_000),
        ("executed", "send_reply", "maya", "ok", 4100),
        ("refused", "update_ticket", "maya", "superseded", 600),
    ];
    let mut records: Vec<Record> = (1..)
        .zip(steps)
        .map(|(seq, (action, tool, who, outcome, micros))| {
            let event = Event {
                at: format!("2026-03-02T09:41:{seq:02}Z").parse().unwrap(),
                actor: who.parse().unwrap(),
                run: "8f2".parse().unwrap(),
                action: action.parse().unwrap(),
                tool: tool.into(),
                ticket: Some("T-1042".parse().unwrap()),
                proposal: None,
                digest: None,
                outcome: outcome.into(),
                version_before: Some(7),
                version_after: Some(8),
                micros,
                body: Body::default(),
            };
            let record = Record::chain(&event, seq, prev.clone(), commit_to(b"salt", "{}"));
            prev.clone_from(&record.hash);
            record
        })
        .collect();
    records.reverse();
    records
}

/// What a busy week comes to.
pub(crate) fn figures() -> Figures {
    let tool =
        |tool: &str, calls, errors, p50, p95, p99| ToolFigures { tool: tool.into(), calls, errors, p50, p95, p99 };
    let decided = |name: &str, approved, edited, denied, seconds, kept| Decided {
        name: name.into(),
        approved,
        edited,
        denied,
        seconds,
        kept,
    };
    let thumbs = |of, name: &str, good, bad| Thumbs { of, name: name.into(), good, bad };
    Figures {
        records: 4812,
        tools: vec![
            tool("get_ticket", 1204, 3, 800, 2_100, 4_800),
            tool("suggest_response", 640, 12, 38_000, 1_840_000, 4_200_000),
            tool("send_reply", 212, 5, 4_100, 9_000, 21_000),
        ],
        people: vec![
            decided("maya", 120, 31, 14, Some(21), Some(88)),
            decided("tom", 40, 2, 5, Some(340), None),
            decided("\u{1b}[2Jeve", 0, 0, 1, Some(90_000), None),
        ],
        proposals: vec![
            decided("send_reply", 130, 33, 12, Some(25), Some(88)),
            decided("update_ticket", 30, 0, 8, None, None),
        ],
        tones: vec![
            decided("polite", 90, 20, 3, Some(20), Some(91)),
            decided("concise", 12, 11, 2, Some(31), Some(64)),
        ],
        thumbs: vec![
            thumbs(Axis::Tool, "suggest_response", 61, 17),
            thumbs(Axis::Tool, "summarize_ticket", 24, 2),
            thumbs(Axis::Tone, "polite", 50, 9),
            thumbs(Axis::Tone, "concise", 11, 8),
            thumbs(Axis::Maker, "openai gpt-5-mini", 70, 9),
            thumbs(Axis::Maker, "offline assistant", 15, 10),
        ],
        days: (1..=14)
            .map(|day| {
                (
                    jiff::civil::date(2026, 2, day),
                    usize::from(day.unsigned_abs()) % 7,
                    usize::from(day.unsigned_abs()) % 9,
                )
            })
            .collect(),
    }
}

pub(crate) fn body() -> Body {
    Body {
        arguments: json!({"ticket_id": "T-1042", "body": "Dear Ines,\nthank you.", "visibility": "public", "expected_version": 7}),
        result: json!({"version": 8, "sent": true}).into(),
        card: Some("send_reply on the embedded desk\nPUBLIC message: the customer will read this".into()),
        words: None,
        by: None,
    }
}

/// What the desk answers to an effect; nothing where the tests answer themselves.
pub(crate) fn answer(effect: &Effect) -> Option<Msg> {
    let (request, answer) = match effect {
        Effect::LoadQueue { request, query } => (*request, Answer::Queue(page(query))),
        Effect::Sift { request, query, words } => (*request, Answer::Queue(sifted(query, words))),
        Effect::FindSaid { request, .. } => (*request, Answer::Said(hits())),
        Effect::CountViews { request, .. } => (*request, Answer::Counts(vec![7, 12, 31, 9, 312, 4, 2])),
        Effect::LoadTicket { request, ticket } => {
            (*request, Answer::Ticket { ticket: Box::new(ticket_called(ticket)), customer: Some(Box::new(customer())) })
        }
        Effect::LoadHistory { request, .. } => {
            let tickets = TicketPage { tickets: history(), total: 4 };
            (*request, Answer::History { customer: Some(Box::new(customer())), tickets })
        }
        Effect::FindSimilar { request, .. } => (*request, Answer::Similar(similar())),
        Effect::Summarize { request, .. } => (*request, Answer::Summary(Box::new(summary()))),
        Effect::Suggest { request, tone, .. } => {
            let mut suggestion = suggestion();
            if *tone != Tone::Polite {
                suggestion.response_text = format!("({tone}) {REPLY}");
            }
            (*request, Answer::Suggestion(Box::new(suggestion)))
        }
        Effect::LoadSource { request, source, .. } => {
            (*request, Answer::Source(crate::screen::sources::source(source)))
        }
        Effect::LoadCanned { request, .. } => (*request, Answer::Canned(canned())),
        Effect::LoadThumbs { request, .. } => (*request, Answer::Thumbs(vec![])),
        Effect::Rate { request, feedback } => {
            let (thumb, comment) = (feedback.thumb, feedback.comment.clone());
            let given = Given { thumb, comment, tool: feedback.tool.into(), shown: feedback.shown.clone() };
            (*request, Answer::Thumbs(vec![given]))
        }
        Effect::LoadOthers { request, words, .. } => (*request, Answer::Others(others(words))),
        Effect::Snooze { request, .. } => (*request, Answer::Snoozed),
        Effect::LoadSeen { request, tickets } => {
            (*request, Answer::Seen(tickets.iter().map(|ticket| (ticket.clone(), 7)).collect()))
        }
        Effect::See { request, tickets } => (*request, Answer::Seen(tickets.clone())),
        Effect::LoadPending { request } => (*request, Answer::Pending(waiting())),
        Effect::LoadLog { request, before, query, .. } => {
            let who = query.who.clone().unwrap_or_default();
            let found = records().into_iter().filter(|record| before.is_none() && record.actor.starts_with(&who));
            (*request, Answer::Log(found.collect()))
        }
        Effect::LoadFigures { request, .. } => (*request, Answer::Figures(Box::new(figures()))),
        Effect::LoadRun { request, .. } => (*request, Answer::Run(records().into_iter().rev().collect())),
        Effect::ExportLog { request, .. } => (*request, Answer::Exported("/state/exports/log-1.csv".into())),
        Effect::LoadLogDetail { request, seq } => {
            let record = records().into_iter().find(|r| r.seq == *seq).unwrap();
            (*request, Answer::LogDetail(Box::new(LogDetail { record, body: Some(body()) })))
        }
        Effect::Propose { request, call, .. } => (*request, Answer::Card(card_of("P-9", call.clone()))),
        Effect::EditProposal { request, call, .. } => (*request, Answer::Card(card_of("P-10", call.clone()))),
        Effect::OpenCard { request, proposal } => {
            let found = waiting().into_iter().find(|w| w.proposal.id() == proposal).unwrap();
            (*request, Answer::Card(card(proposal.as_str(), found.proposal.call().clone())))
        }
        _ => return None,
    };
    Some(Msg::Answered { request, answer })
}

fn page(query: &TicketQuery) -> TicketPage {
    let all = rows();
    let total = all.len() as u64;
    TicketPage { tickets: all.into_iter().skip(query.offset as usize).collect(), total }
}

/// The rows that have every word somewhere, in the view's order.
fn sifted(query: &TicketQuery, words: &str) -> TicketPage {
    let words = words.to_lowercase();
    let has = |row: &TicketRow| {
        let text = format!("{} {} {} {}", row.id, row.subject, row.customer_name, row.tags.join(" ")).to_lowercase();
        words.split_whitespace().all(|word| text.contains(word))
    };
    let found: Vec<_> = rows().into_iter().filter(has).collect();
    let total = found.len() as u64;
    TicketPage { tickets: found.into_iter().skip(query.offset as usize).collect(), total }
}

/// Where `authorisation hold` was said.
pub(crate) fn hits() -> Vec<Hit> {
    let hit = |row: usize, message, snippet: &str| {
        let place = |word| snippet.match_indices(word).map(|(at, word): (usize, &str)| at..at + word.len());
        let marked = place("authorisation").chain(place("hold")).collect();
        Hit { row: rows()[row].clone(), message, snippet: snippet.to_owned(), marked }
    };
    vec![
        hit(0, Some(1), "Second charge is an authorisation hold, see KB-31."),
        hit(
            7,
            Some(0),
            "…and my bank, which I have called twice about it by now, says that it is an authorisation hold on my card.",
        ),
        hit(6, None, "How do I export my data? \u{202e}hold"),
    ]
}

/// A person at a screen. Time passes only where a test says so.
pub(crate) struct Person {
    pub(crate) model: Model,
    pub(crate) at: Moment,
    /// What the screen asked for and the desk did not answer by itself.
    pub(crate) asked: Vec<Effect>,
    /// When it wants to be woken.
    pub(crate) alarms: Vec<Moment>,
    /// Effects that the desk leaves unanswered.
    pub(crate) mute: fn(&Effect) -> bool,
    /// What was written and saved.
    pub(crate) saved: BTreeMap<TicketId, Written>,
}

impl Person {
    /// Sits down before a screen of this size: everything loads, one frame is drawn.
    pub(crate) fn at(width: u16, height: u16) -> Self {
        Self::muted(width, height, |_| false)
    }

    pub(crate) fn muted(width: u16, height: u16, mute: fn(&Effect) -> bool) -> Self {
        Self::beside("offline assistant", (width, height), mute)
    }

    /// Sits down where this assistant writes.
    pub(crate) fn beside(assistant: &str, (width, height): (u16, u16), mute: fn(&Effect) -> bool) -> Self {
        let model = assistant != "offline assistant";
        let desk = Desk {
            name: "Acme desk".into(),
            sample: true,
            assistant: assistant.into(),
            model,
            me: maya(),
            views: views(),
        };
        let mut model = Model::new(desk, Theme::Dark, (width, height), &now().to_zoned(TimeZone::UTC));
        let first = update::start(&mut model);
        let mut person = Self { mute, ..Self::before(model) };
        person.take(first);
        person
    }

    /// Sits down before a screen that has not asked for anything yet.
    pub(crate) fn before(model: Model) -> Self {
        Self {
            model,
            at: Duration::from_secs(10),
            asked: vec![],
            alarms: vec![],
            mute: |_| false,
            saved: BTreeMap::new(),
        }
    }

    /// The desk answers what the screen has asked for.
    pub(crate) fn take(&mut self, effects: Vec<Effect>) {
        self.act(effects);
        self.draw();
    }

    pub(crate) fn msg(&mut self, msg: Msg) {
        let effects = update::update(&mut self.model, msg);
        self.act(effects);
    }

    fn act(&mut self, effects: Vec<Effect>) {
        for effect in effects {
            if let Effect::Wake(at) = effect {
                self.alarms.push(at);
                continue;
            }
            let reply = if (self.mute)(&effect) { None } else { self.kept(&effect).or_else(|| answer(&effect)) };
            self.asked.push(effect);
            if let Some(reply) = reply {
                self.msg(reply);
            }
        }
    }

    /// Keeps what was written, and gives it back.
    fn kept(&mut self, effect: &Effect) -> Option<Msg> {
        let (request, answer) = match effect {
            Effect::LoadDraft { request, ticket } => {
                (*request, Answer::Draft(self.saved.get(ticket).cloned().unwrap_or_default()))
            }
            Effect::SaveDraft { request, ticket, written } => {
                self.saved.insert(ticket.clone(), written.clone());
                (*request, Answer::Saved { aside: None })
            }
            Effect::ForgetDraft { request, ticket, of, sent } => {
                self.saved.entry(ticket.clone()).or_default().forget(*of, sent);
                (*request, Answer::Saved { aside: None })
            }
            _ => return None,
        };
        Some(Msg::Answered { request, answer })
    }

    /// The frame goes out.
    pub(crate) fn draw(&mut self) -> Buffer {
        let buffer = self.buffer();
        self.msg(Msg::Drawn { at: self.at });
        buffer
    }

    pub(crate) fn buffer(&self) -> Buffer {
        let (width, height) = self.size();
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| view::view(&self.model, frame)).unwrap();
        terminal.backend().buffer().clone()
    }

    /// Where the real cursor is: column and row.
    pub(crate) fn cursor(&self) -> (u16, u16) {
        let (width, height) = self.size();
        let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
        terminal.draw(|frame| view::view(&self.model, frame)).unwrap();
        assert!(terminal.backend().cursor_visible(), "the cursor is hidden");
        let at = terminal.get_cursor_position().unwrap();
        (at.x, at.y)
    }

    pub(crate) fn size(&self) -> (u16, u16) {
        self.model.size()
    }

    pub(crate) fn resize(&mut self, width: u16, height: u16) {
        self.msg(Msg::Resized { width, height });
        self.draw();
    }

    /// Time passes, alarms ring; a minute and more passes as if the program had not run meanwhile.
    pub(crate) fn wait(&mut self, millis: u64) {
        let end = self.at + Duration::from_millis(millis);
        let step = if millis < 60_000 { Duration::from_millis(100) } else { end };
        while self.at < end {
            self.at = end.min(self.at + step);
            self.msg(Msg::Woke { at: self.at });
        }
    }

    /// One key, and the frame after it.
    pub(crate) fn key(&mut self, code: KeyCode, modifiers: KeyModifiers) {
        self.msg(Msg::Key { key: KeyEvent::new(code, modifiers), at: self.at });
        self.draw();
    }

    /// Keys by name, 10 ms apart: `j`, `enter`, `esc`, `tab`, `ctrl-s`.
    pub(crate) fn press(&mut self, keys: &str) {
        for name in keys.split(' ') {
            self.at += Duration::from_millis(10);
            let (code, modifiers) = named(name);
            self.key(code, modifiers);
        }
    }

    /// Text, letter by letter.
    pub(crate) fn write(&mut self, text: &str) {
        for c in text.chars() {
            self.at += Duration::from_millis(10);
            self.key(KeyCode::Char(c), KeyModifiers::NONE);
        }
    }

    /// Everything on the screen as text.
    pub(crate) fn screen(&self) -> String {
        text_of(&self.buffer())
    }

    pub(crate) fn sees(&self, words: &str) -> bool {
        self.screen().contains(words)
    }

    pub(crate) fn approvals(&self) -> usize {
        self.asked.iter().filter(|effect| matches!(effect, Effect::Approve { .. })).count()
    }
}

fn named(name: &str) -> (KeyCode, KeyModifiers) {
    for (prefix, modifier) in
        [("ctrl-", KeyModifiers::CONTROL), ("alt-", KeyModifiers::ALT), ("shift-", KeyModifiers::SHIFT)]
    {
        if let Some(rest) = name.strip_prefix(prefix) {
            let (code, others) = named(rest);
            return (code, others | modifier);
        }
    }
    let code = match name {
        "enter" => KeyCode::Enter,
        "esc" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "backtab" => KeyCode::BackTab,
        "space" => KeyCode::Char(' '),
        "down" => KeyCode::Down,
        "up" => KeyCode::Up,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "delete" => KeyCode::Delete,
        "backspace" => KeyCode::Backspace,
        one => KeyCode::Char(one.chars().next().unwrap()),
    };
    (code, KeyModifiers::NONE)
}

pub(crate) fn text_of(buffer: &Buffer) -> String {
    let width = usize::from(buffer.area.width);
    let mut text = String::new();
    for line in buffer.content.chunks(width) {
        let mut skip = 0;
        let mut row = String::new();
        for cell in line {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            row.push_str(cell.symbol());
            skip = ratatui::text::Span::raw(cell.symbol()).width().saturating_sub(1);
        }
        text.push_str(row.trim_end());
        text.push('\n');
    }
    text
}
