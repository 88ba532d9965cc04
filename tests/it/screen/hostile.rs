//! No hostile character of any field reaches a cell, on any page, at any size.

use countersign::domain::approval::Card;
use countersign::domain::audit::Body;
use countersign::domain::policy::Policy;
use countersign::domain::proposal::Proposal;
use countersign::domain::text::is_hostile;
use countersign::domain::ticket::{Ticket, TicketPage, TicketRow};
use countersign::tui::events::{Answer, Effect, Failure, LogDetail, Msg, Outcome, RequestId, Written};
use countersign::tui::model::{Desk, Model};
use countersign::tui::theme::Theme;
use serde_json::{Value, json};

use crate::screen::desk::{self, Person};

/// Escape, C1, BEL, bidi, zero width, tag, variation selectors, private use, invisible fillers, tab, return.
const EVIL: &str = "x\u{1b}[31m\u{9b}2J\u{7}\u{202e}\u{2066}\u{200b}\u{feff}\u{e0041}\u{fe0f}\u{fe01}\u{e000}\u{3164}\u{2800}\t\r\u{2028}\u{ad}y";

/// Puts the hostile text into every string of a value that is free text.
fn poison(value: &mut Value, fields: &[&str]) {
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| poison(item, fields)),
        Value::Object(map) => {
            for (key, value) in map {
                match value {
                    Value::String(text) if fields.contains(&key.as_str()) => {
                        *text = format!("{EVIL}{text}{EVIL}\n{EVIL}");
                    }
                    _ => poison(value, fields),
                }
            }
        }
        _ => {}
    }
}

fn poisoned<T: serde::Serialize + serde::de::DeserializeOwned>(value: &T) -> T {
    let mut json = serde_json::to_value(value).unwrap();
    let fields = [
        "subject",
        "customer_name",
        "name",
        "body",
        "mime",
        "plan",
        "locale",
        "notes",
        "email",
        "summary",
        "text",
        "response_text",
        "source_id",
        "title",
        "snippet",
        "what",
        "kind",
        "actor",
        "run",
        "tool",
        "ticket",
        "proposal",
        "outcome",
        "hash",
        "prev",
        "card",
        "words",
        "action",
        "digest",
    ];
    poison(&mut json, &fields);
    if let Some(tags) = json.get_mut("tags") {
        *tags = json!([EVIL]);
    }
    serde_json::from_value(json).unwrap()
}

fn evil_answer(effect: &Effect) -> Option<Msg> {
    let failed = |request: RequestId| {
        let text = || EVIL.to_owned();
        Some(Msg::Failed(Failure { request: Some(request), what: text(), message: text(), way_out: text() }))
    };
    let (request, answer) = match effect {
        Effect::LoadQueue { request, .. } => {
            let tickets: Vec<TicketRow> = desk::rows().iter().map(poisoned).collect();
            (*request, Answer::Queue(TicketPage { total: tickets.len() as u64, tickets }))
        }
        Effect::LoadTicket { request, .. } => {
            let ticket: Ticket = poisoned(&desk::ticket());
            (
                *request,
                Answer::Ticket { ticket: Box::new(ticket), customer: Some(Box::new(poisoned(&desk::customer()))) },
            )
        }
        Effect::Summarize { request, .. } => (*request, Answer::Summary(Box::new(poisoned(&desk::summary())))),
        Effect::Suggest { request, .. } => (*request, Answer::Suggestion(Box::new(poisoned(&desk::suggestion())))),
        Effect::LoadCanned { request, .. } => (*request, Answer::Canned(desk::canned().iter().map(poisoned).collect())),
        Effect::LoadDraft { request, .. } => (*request, Answer::Draft(Written::default())),
        Effect::LoadPending { request } => {
            let mut waiting = desk::waiting();
            for item in &mut waiting {
                EVIL.clone_into(&mut item.subject);
            }
            (*request, Answer::Pending(waiting))
        }
        Effect::OpenCard { request, .. } => (*request, Answer::Card(evil_card())),
        Effect::LoadLog { request, before: None, .. } => {
            (*request, Answer::Log(desk::records().iter().map(poisoned).collect()))
        }
        Effect::LoadLogDetail { request, .. } => {
            let mut body: Body = poisoned(&desk::body());
            body.arguments = json!({"body": EVIL, EVIL: 1});
            let detail = LogDetail { record: poisoned(&desk::records()[0]), body: Some(body) };
            (*request, Answer::LogDetail(Box::new(detail)))
        }
        Effect::Approve { request, .. } => (*request, Answer::Decided(Outcome::Unknown { read_back: EVIL.to_owned() })),
        Effect::CountViews { request, .. } => return failed(*request),
        _ => return None,
    };
    Some(Msg::Answered { request, answer })
}

fn evil_card() -> Box<Card> {
    let proposal: Proposal = desk::proposal("P-1", desk::reply_call(EVIL, "internal"));
    Box::new(Card::new(proposal, &poisoned(&desk::ticket()), &Policy::default(), desk::now()))
}

/// A person at a desk on which everything is hostile.
fn evil_desk(width: u16, height: u16) -> Person {
    let mut person = Person::muted(width, height, |_| true);
    let desk = Desk {
        name: EVIL.into(),
        sample: true,
        assistant: EVIL.into(),
        model: true,
        me: desk::maya(),
        views: desk::views(),
    };
    person.model = Model::new(desk, Theme::Dark, (width, height), &desk::now().to_zoned(jiff::tz::TimeZone::UTC));
    person.asked.clear();
    let first = countersign::tui::update::start(&mut person.model);
    person.asked = first;
    settle(&mut person);
    person
}

/// Answers everything that is asked, until nothing is.
fn settle(person: &mut Person) {
    let mut done = 0;
    while let Some(effect) = person.asked.get(done).cloned() {
        done += 1;
        if let Some(msg) = evil_answer(&effect) {
            person.msg(msg);
        }
    }
    person.asked.clear();
}

fn check(person: &mut Person, page: &str) {
    let buffer = person.draw();
    for (at, cell) in buffer.content.iter().enumerate() {
        let hostile = cell.symbol().chars().find(|c| is_hostile(*c));
        assert_eq!(hostile, None, "{page} at cell {at}: {:?}\n{}", cell.symbol(), desk::text_of(&buffer));
    }
}

#[test]
fn no_hostile_character_reaches_a_cell() {
    for (width, height) in [(80, 24), (120, 40), (200, 50)] {
        let mut person = evil_desk(width, height);
        for (keys, page) in [
            ("j k", "queue"),
            ("enter", "ticket"),
            ("z", "quotes"),
            ("tab", "summary"),
            ("tab", "draft"),
            ("c", "evidence"),
            ("c e", "editing"),
            ("esc u", "form"),
            ("esc n", "note"),
            ("esc P", "pending"),
            ("enter", "card"),
        ] {
            person.press(keys);
            settle(&mut person);
            check(&mut person, page);
        }
        person.wait(400);
        for (keys, page) in [("G", "card end"), ("v", "arguments"), ("esc", "card again")] {
            person.press(keys);
            check(&mut person, page);
        }
        person.wait(400);
        person.press("E");
        check(&mut person, "edit of a card");
        person.msg(Msg::Paste { text: EVIL.into(), at: person.at });
        check(&mut person, "paste");
        person.press("esc");
        person.wait(400);
        for keys in ["ctrl-u", "ctrl-u", "ctrl-u", "ctrl-u", "ctrl-d", "ctrl-d", "ctrl-d", "ctrl-d", "A"] {
            person.press(keys);
        }
        settle(&mut person);
        check(&mut person, "outcome");
        person.press("esc esc L");
        settle(&mut person);
        check(&mut person, "log");
        person.press("enter");
        settle(&mut person);
        check(&mut person, "log record");
        person.press("esc esc / x");
        settle(&mut person);
        person.msg(Msg::Paste { text: EVIL.into(), at: person.at });
        settle(&mut person);
        check(&mut person, "filter");
        person.msg(Msg::Failed(Failure {
            request: None,
            what: EVIL.into(),
            message: EVIL.into(),
            way_out: EVIL.into(),
        }));
        check(&mut person, "failure");
    }
}

#[test]
fn a_log_without_a_record_selected_and_every_size_down_to_one_cell_draws() {
    for (width, height) in [(1, 1), (2, 3), (20, 5), (40, 10), (59, 14), (60, 15), (99, 29), (100, 30), (300, 80)] {
        let mut person = Person::at(width, height);
        for keys in ["j", "enter", "tab", "tab", "P", "enter", "esc", "esc", "L", "enter", "?", "x"] {
            person.press(keys);
        }
        person.resize(height, width);
        person.resize(width, height);
    }
}
