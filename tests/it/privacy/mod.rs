//! One customer's data: handed out whole, erased without a trace of a word, and the log still whole.

mod door;
mod erasing;
mod fields;
mod programs;
mod races;

use std::collections::BTreeMap;

use countersign::desk::{Caller, Desk};
use countersign::domain::actor::Role;
use countersign::domain::audit::{Action, Body, Event};
use countersign::domain::call::{MergeTickets, ReadCall, WriteCall};
use countersign::domain::customer::Customer;
use countersign::domain::draft::Maker;
use countersign::domain::feedback::{Feedback, Thumb, digest_of};
use countersign::domain::intake::{Intake, NewCustomer, NewTicket};
use countersign::domain::lesson::{Change, Lesson, Settlement, Support};
use countersign::domain::policy::Policy;
use countersign::domain::prepared::{Occasion, Prepared};
use countersign::domain::request::{Claim, GivenAnswer};
use countersign::domain::ticket::{Author, Message, Visibility};
use countersign::store::copying::{self, Cell};
use countersign::store::{Decision, Origin, postgres, sqlite};
use serde_json::json;

use crate::house::{event, principal, reply, ticket, update};
use crate::store::{Desk as Lived, Way, acted, id, now};

/// A word of each place that a text of hers can be in: none of them may be anywhere afterwards.
pub(crate) const CANARIES: [&str; 17] = [
    "quillfeather",
    "quillmail",
    "notezeppelin",
    "subjectmarmalade",
    "bodyzebra",
    "ccwalrus",
    "replylynx",
    "parceldormouse",
    "mergedibex",
    "waitingotter",
    "whybadger",
    "denialferret",
    "preparedheron",
    "thumbgannet",
    "stylepuffin",
    "answerstoat",
    "tagcurlew",
];

/// A store as the tests' desk has it.
pub(crate) fn desk(lived: &Lived) -> Desk {
    Desk::new(lived.store.clone(), Policy::default())
}

pub(crate) fn admin() -> Caller {
    Caller::new(principal("ada", Role::Admin), "Ada".to_owned(), "r-admin".parse().unwrap())
}

fn said(name: &str, body: &str) -> Message {
    Message {
        at: "2026-11-20T10:00:00Z".parse().unwrap(),
        author: Author::Customer,
        name: name.to_owned(),
        visibility: Visibility::Public,
        body: body.to_owned(),
        attachments: Vec::new(),
    }
}

fn of(external: &str, customer: NewCustomer, subject: &str, messages: Vec<Message>) -> Intake {
    let like = ticket(1);
    let is_hers = matches!(customer, NewCustomer::Known(_));
    let more = is_hers.then(|| "tagcurlew-quillfeather".to_owned());
    Intake::Ticket(Box::new(NewTicket {
        external_id: external.to_owned(),
        subject: subject.to_owned(),
        customer,
        messages,
        tags: ["billing".to_owned()].into_iter().chain(more).collect(),
        ..like
    }))
}

const QUOTED: &str = "My bodyzebra invoice of March was charged twice to my card, please help me.";

/// A desk at which Ana has been a customer: something of her is in every table. Her tickets are T-70 and T-71; T-80 is
/// Bob's, in which she wrote too; T-81 is Bob's, into which T-71 was merged.
pub(crate) async fn with_ana(lived: &Lived) {
    let ana = Customer {
        id: "C-70".parse().unwrap(),
        name: "Ana Quillfeather".to_owned(),
        email: "ana@quillmail.example".to_owned(),
        plan: "gold".to_owned(),
        locale: "pt-PT".to_owned(),
        since: None,
        notes: "Calls about notezeppelin".to_owned(),
    };
    let hers = || NewCustomer::Known("C-70".to_owned());
    let bob = || NewCustomer::Contact { name: "Bob Other".to_owned(), email: "bob@other.example".to_owned() };
    let rows = vec![
        Intake::Customer(ana),
        of(
            "T-70",
            hers(),
            "A subjectmarmalade of hers",
            vec![said("Ana Quillfeather", QUOTED), said("Bob Other", "In copy: my ccwalrus matters, too.")],
        ),
        of("T-71", hers(), "Another", vec![said("Ana Quillfeather", "The mergedibex is what I ask about, as before.")]),
        of(
            "T-80",
            bob(),
            "Bob's parcel",
            vec![
                said("Bob Other", "Where is my parcel?"),
                said("Ana Quillfeather", "The parceldormouse that I sent on Monday came back to me."),
            ],
        ),
        of("T-81", bob(), "Bob's bill", vec![said("Bob Other", "A question about a bill.")]),
    ];
    lived.store.import(rows, Origin::File, event()).await.unwrap();
    asked_about(lived).await;
    decided_about(lived).await;
    noted_about(lived).await;
}

/// What people and programs looked up.
async fn asked_about(lived: &Lived) {
    let desk = desk(lived);
    let read =
        |tool: &str, arguments: serde_json::Value| match countersign::tools::catalog::parse(tool, arguments).unwrap() {
            countersign::tools::catalog::Call::Read(call) => call,
            countersign::tools::catalog::Call::Write(_) => panic!("a read"),
        };
    let calls: Vec<ReadCall> = vec![
        read("get_ticket", json!({"ticket_id": "T-70"})),
        read("get_ticket", json!({"ticket_id": "T-80"})),
        read("get_ticket", json!({"ticket_id": "T-1"})),
        read("summarize_ticket", json!({"ticket_id": "T-70"})),
        read("summarize_ticket", json!({"ticket_id": "T-80"})),
        read("suggest_response", json!({"ticket_id": "T-70"})),
        read("list_tickets", json!({})),
        read("list_tickets", json!({"text": "quillfeather"})),
        read("search_tickets", json!({"query": "bodyzebra invoice", "limit": 3})),
        read("get_faq", json!({"query": "invoice of march was charged twice to my card bodyzebra"})),
        read("get_customer", json!({"customer_id": "C-70"})),
    ];
    let caller = |run: &str| Caller::new(principal("maya", Role::Agent), "Maya".into(), run.parse().unwrap());
    for call in &calls {
        desk.read(&caller("r-mixed"), call).await.unwrap();
    }
    // A run that was about her alone says whose words these are, however few.
    desk.read(&caller("r-hers"), &calls[0]).await.unwrap();
    desk.read(&caller("r-hers"), &read("get_faq", json!({"query": "bodyzebra"}))).await.unwrap();
}

async fn decided_about(lived: &Lived) {
    lived.through(reply("T-70", "Dear Ana, the replylynx is on its way.")).await.unwrap();
    let merge: MergeTickets =
        serde_json::from_value(json!({"ticket_id": "T-81", "from": "T-71", "from_version": 1})).unwrap();
    lived.through(WriteCall::MergeTickets(merge)).await.unwrap();
    let denied = lived.propose(reply("T-70", "No whybadger for you.")).await;
    let end = Decision::End {
        proposal: denied.id().clone(),
        state: countersign::domain::proposal::ProposalState::Denied,
        by: Some("maya".parse().unwrap()),
        reason: Some("a denialferret is no answer".to_owned()),
        successor: None,
    };
    let mut words = acted(Action::Denied, &denied);
    words.body.words = Some("a denialferret is no answer".to_owned());
    lived.store.decide(end, now(), vec![words]).await.unwrap();
    lived.propose(reply("T-70", "This waitingotter waits.")).await;
    lived.propose(update("T-1", json!({"priority": "high"}))).await;
}

async fn noted_about(lived: &Lived) {
    let ticket = lived.ticket("T-70").await;
    let occasion = Occasion {
        ticket: id("T-70"),
        version: ticket.row.version,
        tool: "summarize_ticket",
        tone: None,
        prompt: "p@1".to_owned(),
    };
    let prepared = Prepared { occasion, content: json!({"summary": "the preparedheron"}), at: now() };
    lived.store.prepare(prepared).await.unwrap();
    let rated = Feedback {
        thumb: Thumb::Bad,
        comment: None,
        tool: "suggest_response",
        tone: None,
        ticket,
        output: json!({"response_text": "thumbgannet"}),
        shown: digest_of("thumbgannet"),
        maker: Maker::default(),
    }
    .saying("no thumbgannet, please");
    let record = rated.event(now(), "maya".parse().unwrap(), "r-mixed".parse().unwrap());
    lived.store.rate(rated, record).await.unwrap();
    let support = Support { tickets: vec![id("T-70")], seen: 5, of: 5 };
    let note = "Say stylepuffin to Ana Quillfeather.".to_owned();
    let lesson = Lesson::new(Change::Style { about: "names".to_owned(), note }, "A note".to_owned(), support).unwrap();
    let end = lesson.ending().to_owned();
    lived.store.settle(Settlement::Sign(lesson.countersign(&end).unwrap()), event()).await.unwrap();
    let claim = Claim {
        by: "maya".parse().unwrap(),
        route: "POST /tickets/T-70/actions/reply".to_owned(),
        key: "k".to_owned(),
        asked: countersign::domain::canonical::Digest::of(&[b"x"]),
        at: now(),
    };
    lived.store.claim(&claim).await.unwrap();
    let answer = GivenAnswer { status: 202, headers: Vec::new(), body: "{\"message\":\"answerstoat\"}".to_owned() };
    lived.store.settle_claim(&claim, Some(&answer)).await.unwrap();
    let kept = Event {
        body: Body { arguments: json!({"id": "C-70", "is": {"notes": "notezeppelin"}}), ..Body::default() },
        ..Event::new(now(), "maya".parse().unwrap(), "r-mixed".parse().unwrap(), Action::Kept, "keep_customer")
    };
    lived.store.record(kept).unwrap();
    lived.store.flush().await.unwrap();
}

/// Every row of every table, as text, by table.
pub(crate) async fn dump(way: &Way) -> BTreeMap<String, Vec<String>> {
    let (out, mut rows) = copying::stream();
    let way_again = way.clone();
    let poured = tokio::spawn(async move {
        match way_again {
            Way::File(path) => {
                tokio::task::spawn_blocking(move || sqlite::copying::pour(&path, &out)).await.unwrap().unwrap();
            }
            Way::Url(url, _) => postgres::copying::pour(&url, &out).await.unwrap(),
        }
    });
    let mut tables: BTreeMap<String, Vec<String>> = BTreeMap::new();
    while let Some(batch) = rows.recv().await {
        let table = tables.entry(batch.table).or_default();
        for row in batch.rows {
            let cells = batch.columns.iter().zip(&row).map(|(name, cell)| format!("{name}={}", text(cell)));
            table.push(cells.collect::<Vec<_>>().join("|"));
        }
    }
    poured.await.unwrap();
    if let Way::Url(url, _) = way {
        tables.insert("ticket_words".to_owned(), words(url).await);
    }
    tables
}

fn text(cell: &Cell) -> String {
    match cell {
        Cell::Text(text) => text.clone(),
        other => format!("{other:?}"),
    }
}

/// What the search index of a database holds.
async fn words(url: &str) -> Vec<String> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let rows = client.query("SELECT words::text FROM ticket_words", &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

/// The canaries that are still somewhere, each with the table; those in the bytes of a desk's files too.
pub(crate) async fn heard(way: &Way) -> Vec<String> {
    let mut heard = Vec::new();
    for (table, rows) in dump(way).await {
        let rows = rows.join("\n").to_lowercase();
        heard.extend(
            CANARIES.iter().filter(|canary| rows.contains(**canary)).map(|canary| format!("{table}: {canary}")),
        );
    }
    if let Way::File(path) = way {
        for file in ["", "-wal", "-shm"] {
            let path = format!("{}{file}", path.display());
            let bytes = String::from_utf8_lossy(&std::fs::read(&path).unwrap_or_default()).to_lowercase();
            heard.extend(CANARIES.iter().filter(|c| bytes.contains(**c)).map(|c| format!("bytes{file}: {c}")));
        }
    }
    heard
}
